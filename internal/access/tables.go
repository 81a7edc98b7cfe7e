package access

import "slices"

// reads is the table role x field class: what a grant of the role always reads on rows that carry its key.
var reads = map[Role][]Class{
	Staff:              {Directory, Companies},
	Coordinator:        {Directory, Companies, Path, Identity, Registry, Contact, Work, Absence, Money, Eligibility},
	PartnerCoordinator: {Directory, Companies, Path, Identity, Registry, Contact, Work, Absence, Money, Eligibility},
	CaseManager:        {Path, Identity, Registry, Contact, Work, Absence, Money, Eligibility, Proof},
	Scout:              {Directory, Companies, Path, Identity},
	Tutor:              {Path, Identity, Contact, Work, Absence},
	HostTutor:          {Directory, Companies, Work}, // of the directory only the promoter carries the company's key
	PaymentsOfficer:    {Directory, Path, Identity, Registry, Work, Money},
	Approver:           {Directory, Path, Identity, Registry, Work, Money},
	Auditor:            {Directory, Work, Money}, // of the directory only the mandate carries its key
	SampleAuditor:      {Path, Identity, Registry, Work, Absence, Money, Eligibility, Proof},
	Administrator:      {Directory},
	DPO:                {Directory, Evidence},
	Self:               {Path, Identity, Registry, Contact, Work, Absence, Money},
	Representative:     {Path, Identity, Registry, Contact, Work, Absence, Money},
	System:             Classes(),
}

// uses is the table role x purpose x field class: what a grant of the role reads beyond, for a purpose.
var uses = map[Role][]use{
	Coordinator:        {{purpose: Coordination, classes: []Class{Notes}}, {purpose: Supervision, classes: []Class{Notes, Restricted, Health, Penal, Protection}, reason: true}},
	PartnerCoordinator: {{purpose: Coordination, classes: []Class{Notes}}, {purpose: Supervision, classes: []Class{Notes, Restricted, Health, Penal, Protection}, reason: true}},
	CaseManager:        {{purpose: Care, classes: []Class{Notes, Bank, Restricted, Health, Penal, Protection}}},
	Tutor:              {{purpose: Care, classes: []Class{Notes}}},
	PaymentsOfficer:    {{purpose: Payment, classes: []Class{Bank}}},
	Approver:           {{purpose: Payment, classes: []Class{Bank}}},
	SampleAuditor:      {{purpose: Audit}},
	Auditor:            {{purpose: Audit}},
	Self:               {{purpose: Own, classes: []Class{Notes, Bank}}},
	Representative:     {{purpose: Own, classes: []Class{Notes, Bank}}},
}

// Act is the name of something that changes the programme, spelled as its mutation.
type Act string

// The acts, by room in the order of the path.
const (
	ReferPerson          Act = "referPerson"
	RecordExclusionCheck Act = "recordExclusionCheck"
	AssignTeam           Act = "assignTeam"
	CheckEligibility     Act = "checkEligibility"
	AdmitParticipant     Act = "admitParticipant"
	RejectParticipant    Act = "rejectParticipant"
	DraftPlan            Act = "draftPlan"
	SignPlan             Act = "signPlan"
	ActivateParticipant  Act = "activateParticipant"
	WithdrawParticipant  Act = "withdrawParticipant"
	ExcludeParticipant   Act = "excludeParticipant"
	CompleteParticipant  Act = "completeParticipant"
	AskFirstResult       Act = "askFirstResult"
	AskSecondResult      Act = "askSecondResult"
	CloseParticipant     Act = "closeParticipant"
	ProtectParticipant   Act = "protectParticipant"
	UnprotectParticipant Act = "unprotectParticipant"

	RegisterCompany Act = "registerCompany"
	OfferOpening    Act = "offerOpening"
	CloseOpening    Act = "closeOpening"

	PlanActivity      Act = "planActivity"
	Enrol             Act = "enrol"
	CompleteEnrolment Act = "completeEnrolment"
	WithdrawEnrolment Act = "withdrawEnrolment"

	DraftPlacement       Act = "draftPlacement"
	ConfirmPlacement     Act = "confirmPlacement"
	SignProject          Act = "signProject"
	CommunicatePlacement Act = "communicatePlacement"
	StartPlacement       Act = "startPlacement"
	SuspendPlacement     Act = "suspendPlacement"
	ResumePlacement      Act = "resumePlacement"
	InterruptPlacement   Act = "interruptPlacement"
	EndPlacement         Act = "endPlacement"
	AttestPlacement      Act = "attestPlacement"
	CancelPlacement      Act = "cancelPlacement"
	AnnulPlacement       Act = "annulPlacement"

	RecordAttendance   Act = "recordAttendance"
	CorrectAttendance  Act = "correctAttendance"
	WithdrawAttendance Act = "withdrawAttendance"
	ResolveAttendance  Act = "resolveAttendance"

	ComputeAllowance Act = "computeAllowance"

	RefreshMatches Act = "refreshMatches"
	ProposeMatch   Act = "proposeMatch"
	AcceptMatch    Act = "acceptMatch"
	DeclineMatch   Act = "declineMatch"

	RemindDue Act = "remindDue"

	OpenMandate  Act = "openMandate"
	DrawSample   Act = "drawSample"
	CloseMandate Act = "closeMandate"
	RecordProof  Act = "recordProof"
)

var (
	pathActs = []Act{ReferPerson, RecordExclusionCheck, AssignTeam, CheckEligibility, AdmitParticipant, RejectParticipant, DraftPlan, SignPlan,
		ActivateParticipant, WithdrawParticipant, ExcludeParticipant, CompleteParticipant, AskFirstResult, AskSecondResult, CloseParticipant, RecordProof}
	circleActs    = []Act{ProtectParticipant, UnprotectParticipant}
	companyActs   = []Act{RegisterCompany, OfferOpening, CloseOpening}
	activityActs  = []Act{PlanActivity, Enrol, CompleteEnrolment, WithdrawEnrolment}
	placementActs = []Act{DraftPlacement, ConfirmPlacement, SignProject, CommunicatePlacement, StartPlacement, SuspendPlacement, ResumePlacement,
		InterruptPlacement, EndPlacement, AttestPlacement, CancelPlacement, AnnulPlacement}
	registerActs = []Act{RecordAttendance, CorrectAttendance, WithdrawAttendance, ResolveAttendance}
	matchActs    = []Act{ProposeMatch, AcceptMatch, DeclineMatch}
	mandateActs  = []Act{OpenMandate, DrawSample, CloseMandate}
)

// acts is the table role x act: what a grant of the role may do on rows that carry its key.
var acts = map[Role][]Act{
	Coordinator:        join(pathActs, circleActs, companyActs, activityActs, placementActs, registerActs, matchActs, mandateActs, []Act{ComputeAllowance}),
	PartnerCoordinator: join(pathActs, companyActs, activityActs, placementActs, registerActs, matchActs, []Act{ComputeAllowance}),
	CaseManager: {RecordExclusionCheck, CheckEligibility, AdmitParticipant, RejectParticipant, DraftPlan, SignPlan, ActivateParticipant,
		WithdrawParticipant, CompleteParticipant, AskFirstResult, AskSecondResult, CloseParticipant, RecordProof,
		ProtectParticipant, UnprotectParticipant, Enrol, WithdrawEnrolment},
	Scout: join(companyActs, matchActs),
	Tutor: join(registerActs, matchActs, []Act{Enrol, CompleteEnrolment, DraftPlacement, ConfirmPlacement, SignProject, StartPlacement,
		SuspendPlacement, ResumePlacement, EndPlacement}),
	HostTutor:       {RecordAttendance},
	PaymentsOfficer: {RecordExclusionCheck, ComputeAllowance},
	System:          join(pathActs, circleActs, companyActs, activityActs, placementActs, registerActs, matchActs, mandateActs, []Act{ComputeAllowance, RefreshMatches, RemindDue}),
}

func join(lists ...[]Act) []Act {
	var all []Act
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

// Acts lists every act that some role may do, sorted.
func Acts() []Act {
	var all []Act
	for _, list := range acts {
		all = append(all, list...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
