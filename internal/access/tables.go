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
	Auditor:            {Directory, Work, Money, Evidence}, // of the directory only the mandate carries its key
	SampleAuditor:      {Path, Identity, Registry, Work, Absence, Money, Eligibility, Proof},
	Administrator:      {Directory, Accounts},
	DPO:                {Directory, Evidence, Motive},
	Self:               {Path, Identity, Registry, Contact, Work, Absence, Money},
	Representative:     {Path, Identity, Registry, Contact, Work, Absence, Money},
	System:             Classes(),
}

// uses is the table role x purpose x field class: what a grant of the role reads beyond, for a purpose.
var uses = map[Role][]use{
	Coordinator:        {{purpose: Coordination, classes: []Class{Notes, Inquiry}}, {purpose: Supervision, classes: []Class{Notes, Inquiry, Restricted, Health, Penal, Protection}, reason: true}},
	PartnerCoordinator: {{purpose: Coordination, classes: []Class{Notes, Inquiry}}, {purpose: Supervision, classes: []Class{Notes, Inquiry, Restricted, Health, Penal, Protection}, reason: true}},
	CaseManager:        {{purpose: Care, classes: []Class{Notes, Inquiry, Bank, Restricted, Health, Penal, Protection}}},
	Tutor:              {{purpose: Care, classes: []Class{Notes}}},
	PaymentsOfficer:    {{purpose: Payment, classes: []Class{Inquiry, Bank}}},
	Approver:           {{purpose: Payment, classes: []Class{Bank}}},
	SampleAuditor:      {{purpose: Audit}},
	Auditor:            {{purpose: Audit}},
	Self:               {{purpose: Own, classes: []Class{Notes, Inquiry, Bank}}},
	Representative:     {{purpose: Own, classes: []Class{Notes, Inquiry, Bank}}},
}

// Act is the name of something that changes the programme, spelled as its mutation.
type Act string

// The acts, by room in the order of the path.
const (
	InviteMember       Act = "inviteMember"
	ResendInvitation   Act = "resendInvitation"
	WithdrawInvitation Act = "withdrawInvitation"
	AcceptInvitation   Act = "acceptInvitation"
	SendInvitation     Act = "sendInvitation"
	GrantRole          Act = "grantRole"
	EndGrant           Act = "endGrant"
	EndMember          Act = "endMember"
	Delegate           Act = "delegate"
	EndDelegation      Act = "endDelegation"

	RegisterDevice Act = "registerDevice"
	RevokeDevice   Act = "revokeDevice"
	ConfirmWipe    Act = "confirmWipe"

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
	RequestHandOver      Act = "requestHandOver"
	AnswerHandOver       Act = "answerHandOver"
	WithdrawHandOver     Act = "withdrawHandOver"
	HoldPerson           Act = "holdPerson"
	ErasePerson          Act = "erasePerson"
	MergePersons         Act = "mergePersons"
	SplitPersons         Act = "splitPersons"

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
	ExtendPlacement      Act = "extendPlacement"
	CommunicateExtension Act = "communicateExtension"
	InterruptPlacement   Act = "interruptPlacement"
	EndPlacement         Act = "endPlacement"
	AttestPlacement      Act = "attestPlacement"
	CancelPlacement      Act = "cancelPlacement"
	AnnulPlacement       Act = "annulPlacement"

	RecordAttendance   Act = "recordAttendance"
	RecordAsPlanned    Act = "recordAsPlanned"
	CorrectAttendance  Act = "correctAttendance"
	WithdrawAttendance Act = "withdrawAttendance"
	ResolveAttendance  Act = "resolveAttendance"

	AttachAbsencePaper   Act = "attachAbsencePaper"
	WithdrawAbsencePaper Act = "withdrawAbsencePaper"

	RecordClosure   Act = "recordClosure"
	WithdrawClosure Act = "withdrawClosure"

	SubmitMonth         Act = "submitMonth"
	ReturnMonth         Act = "returnMonth"
	CertifyMonthAsHost  Act = "certifyMonthAsHost"
	CertifyMonthForHost Act = "certifyMonthForHost"
	CertifyMonth        Act = "certifyMonth"
	LockMonth           Act = "lockMonth"
	ReopenMonth         Act = "reopenMonth"
	AdjustMonth         Act = "adjustMonth"
	PrintRegister       Act = "printRegister"
	MakeControlFolder   Act = "makeControlFolder"

	AskSignature    Act = "askSignature"
	ResendSignature Act = "resendSignature"
	SendSignature   Act = "sendSignature"
	ShowSigningCode Act = "showSigningCode"
	RevokeSignature Act = "revokeSignature"
	SignMonth       Act = "signMonth" // of who has no account

	AttachSignedPaper  Act = "attachSignedPaper"
	ConfirmSignedPaper Act = "confirmSignedPaper"

	ComputeAllowance Act = "computeAllowance"
	ContestStatement Act = "contestStatement"
	AnswerContest    Act = "answerContest"
	NoteCall         Act = "noteCall"

	RequestHousingGrant  Act = "requestHousingGrant"
	AnswerHousingGrant   Act = "answerHousingGrant"
	RecordHousingReceipt Act = "recordHousingReceipt"
	WithdrawHousingGrant Act = "withdrawHousingGrant"

	OpenRun    Act = "openRun"
	ComputeRun Act = "computeRun"
	CheckRun   Act = "checkRun"
	ApproveRun Act = "approveRun"
	ExportRun  Act = "exportRun"
	DiscardRun Act = "discardRun"

	HoldLine    Act = "holdLine"
	ReleaseLine Act = "releaseLine"
	RecallLine  Act = "recallLine"
	ResolveLine Act = "resolveLine"
	ReadAnswer  Act = "readAnswer"

	ConfirmHistory Act = "confirmHistory"
	DiscardHistory Act = "discardHistory"
	RevokeHistory  Act = "revokeHistory"

	AgreeInstalments Act = "agreeInstalments"
	WaiveRecovery    Act = "waiveRecovery"
	RecordRepayment  Act = "recordRepayment"
	AnswerDischarge  Act = "answerDischarge"

	RefreshMatches Act = "refreshMatches"
	ProposeMatch   Act = "proposeMatch"
	AcceptMatch    Act = "acceptMatch"
	DeclineMatch   Act = "declineMatch"

	RemindDue Act = "remindDue"

	OpenMandate  Act = "openMandate"
	DrawSample   Act = "drawSample"
	CloseMandate Act = "closeMandate"
	RecordProof  Act = "recordProof"

	RecordBankDetails  Act = "recordBankDetails"
	ConfirmBankDetails Act = "confirmBankDetails"
	RecordPayeeCheck   Act = "recordPayeeCheck"

	InviteGuest Act = "inviteGuest"

	AppointRepresentative Act = "appointRepresentative"
	EndRepresentative     Act = "endRepresentative"
	OpenOwnAccess         Act = "openOwnAccess"
	CloseOwnAccess        Act = "closeOwnAccess"

	PrepareUpload   Act = "prepareUpload"
	PrepareDownload Act = "prepareDownload"
)

var (
	memberActs = []Act{InviteMember, ResendInvitation, WithdrawInvitation, GrantRole, EndGrant, EndMember, Delegate, EndDelegation}
	lostActs   = []Act{RevokeDevice} // about a phone that somebody has lost
	pathActs   = []Act{ReferPerson, RecordExclusionCheck, AssignTeam, CheckEligibility, AdmitParticipant, RejectParticipant, DraftPlan, SignPlan,
		ActivateParticipant, WithdrawParticipant, ExcludeParticipant, CompleteParticipant, AskFirstResult, AskSecondResult, CloseParticipant, RecordProof,
		RequestHandOver, AnswerHandOver, WithdrawHandOver, PrepareUpload, PrepareDownload}
	circleActs    = []Act{ProtectParticipant, UnprotectParticipant}
	erasureActs   = []Act{HoldPerson, ErasePerson}
	mergeActs     = []Act{MergePersons, SplitPersons}
	companyActs   = []Act{RegisterCompany, OfferOpening, CloseOpening}
	activityActs  = []Act{PlanActivity, Enrol, CompleteEnrolment, WithdrawEnrolment}
	placementActs = []Act{DraftPlacement, ConfirmPlacement, SignProject, CommunicatePlacement, StartPlacement, SuspendPlacement, ResumePlacement, ExtendPlacement,
		CommunicateExtension, InterruptPlacement, EndPlacement, AttestPlacement, CancelPlacement, AnnulPlacement}
	registerActs = []Act{RecordAttendance, RecordAsPlanned, CorrectAttendance, WithdrawAttendance, ResolveAttendance, RecordClosure, WithdrawClosure, SubmitMonth, ReturnMonth,
		AskSignature, ResendSignature, ShowSigningCode, RevokeSignature, AttachSignedPaper}
	absenceActs  = []Act{AttachAbsencePaper, WithdrawAbsencePaper}
	monthActs    = []Act{CertifyMonthForHost, CertifyMonth, LockMonth, ReopenMonth, AdjustMonth, ConfirmSignedPaper}          // the promoter's
	runActs      = []Act{OpenRun, ComputeRun, CheckRun, ExportRun, DiscardRun, HoldLine, ReleaseLine, RecallLine, ReadAnswer} // the payer's own
	approvals    = []Act{ApproveRun, DiscardRun, ResolveLine, AnswerDischarge}
	recoveryActs = []Act{AgreeInstalments, WaiveRecovery, RecordRepayment}                                    // of what was paid too much: a second person confirms what is given up
	housingActs  = []Act{RequestHousingGrant, AnswerHousingGrant, RecordHousingReceipt, WithdrawHousingGrant} // of who follows a case: a second person grants
	matchActs    = []Act{ProposeMatch, AcceptMatch, DeclineMatch}
	answerActs   = []Act{AnswerContest, NoteCall}
	historyActs  = []Act{ConfirmHistory, DiscardHistory, RevokeHistory} // of what the lead body brought in
	bankActs     = []Act{RecordBankDetails}
	secondActs   = []Act{ConfirmBankDetails, RecordPayeeCheck} // of who reads bank details and did not record them
	guestActs    = []Act{InviteGuest, ResendInvitation, WithdrawInvitation}
	personActs   = []Act{AppointRepresentative, EndRepresentative, OpenOwnAccess, CloseOwnAccess} // who sees one person as himself, or for him
	mandateActs  = []Act{OpenMandate, DrawSample, CloseMandate}
	paperActs    = []Act{PrintRegister}                    // of whoever reads the register
	controlActs  = []Act{PrintRegister, MakeControlFolder} // of who reads register and money of others
)

// acts is the table role x act: what a grant of the role may do on rows that carry its key.
var acts = map[Role][]Act{
	Coordinator: join(
		lostActs,
		controlActs,
		pathActs,
		circleActs,
		guestActs,
		bankActs,
		personActs,
		companyActs,
		activityActs,
		placementActs,
		registerActs,
		absenceActs,
		monthActs,
		matchActs,
		mandateActs,
		mergeActs,
		answerActs,
		historyActs,
		housingActs,
		[]Act{ComputeAllowance},
	),
	PartnerCoordinator: join(
		lostActs,
		controlActs,
		pathActs,
		guestActs,
		bankActs,
		personActs,
		companyActs,
		activityActs,
		placementActs,
		registerActs,
		absenceActs,
		monthActs,
		matchActs,
		answerActs,
		housingActs,
		[]Act{ComputeAllowance},
	),
	CaseManager: join(
		housingActs,
		personActs,
		paperActs,
		absenceActs,
		[]Act{
			ContestStatement,
			RecordExclusionCheck,
			CheckEligibility,
			AdmitParticipant,
			RejectParticipant,
			DraftPlan,
			SignPlan,
			ActivateParticipant,
			WithdrawParticipant,
			CompleteParticipant,
			AskFirstResult,
			AskSecondResult,
			CloseParticipant,
			RecordProof,
			RecordBankDetails,
			PrepareUpload,
			PrepareDownload,
			ProtectParticipant,
			UnprotectParticipant,
			InviteGuest,
			ResendInvitation,
			WithdrawInvitation,
			Enrol,
			WithdrawEnrolment,
		},
		secondActs,
		[]Act{NoteCall},
	),
	Scout: join(
		companyActs,
		matchActs,
	),
	Tutor: join(
		registerActs,
		paperActs,
		absenceActs,
		matchActs,
		[]Act{
			PrepareUpload,
			ContestStatement,
			Enrol,
			CompleteEnrolment,
			DraftPlacement,
			ConfirmPlacement,
			SignProject,
			StartPlacement,
			SuspendPlacement,
			ResumePlacement,
			ExtendPlacement,
			EndPlacement,
		},
	),
	HostTutor: join(
		paperActs,
		[]Act{
			RecordAttendance,
			RecordAsPlanned,
			ReturnMonth,
			CertifyMonthAsHost,
		},
	),
	PaymentsOfficer: join(
		runActs,
		recoveryActs,
		controlActs,
		secondActs,
		[]Act{
			RecordExclusionCheck,
			PrepareUpload,
			RecordBankDetails,
			ComputeAllowance,
			LockMonth,
			AnswerContest,
			NoteCall,
		},
	),
	Approver: join(
		approvals,
		controlActs,
		historyActs,
	),
	Auditor:       controlActs,
	SampleAuditor: controlActs,
	Administrator: join(
		memberActs,
		lostActs,
	),
	DPO: erasureActs,
	Self: join(
		bankActs,
		paperActs,
		[]Act{ContestStatement},
	),
	Representative: join(
		bankActs,
		paperActs,
		[]Act{ContestStatement},
	),
	System: join(
		memberActs,
		controlActs,
		own,
		pathActs,
		circleActs,
		guestActs,
		erasureActs,
		mergeActs,
		bankActs,
		secondActs,
		personActs,
		companyActs,
		activityActs,
		placementActs,
		registerActs,
		absenceActs,
		monthActs,
		matchActs,
		mandateActs,
		runActs,
		recoveryActs,
		housingActs,
		approvals,
		answerActs,
		historyActs,
		[]Act{
			ContestStatement,
			CertifyMonthAsHost,
			ComputeAllowance,
			RefreshMatches,
			RemindDue,
			SendInvitation,
			SendSignature,
			SignMonth,
		},
	),
}

// own are the acts that every member does about himself, whatever his roles; in the table they stand for doing them for somebody else.
var own = []Act{Delegate, EndDelegation, AcceptInvitation, RegisterDevice, RevokeDevice, ConfirmWipe}

// OwnActs lists the acts that every member does about himself, whatever his roles.
func OwnActs() []Act { return slices.Clone(own) }

// apart is the table of roles that may not meet in one person within a programme: who makes a payment does not approve it.
var apart = [][2]Role{{PaymentsOfficer, Approver}}

// Apart lists the roles that may not meet this one in one person within a programme.
func (r Role) Apart() []Role {
	var others []Role
	for _, pair := range apart {
		switch r {
		case pair[0]:
			others = append(others, pair[1])
		case pair[1]:
			others = append(others, pair[0])
		}
	}
	return others
}

// granted lists the roles that an administrator of a body gives. Those over one person come from who follows the case, those of auditors from
// a mandate, and the house is nobody's to give.
var granted = []Role{Staff, Coordinator, PartnerCoordinator, CaseManager, Scout, Tutor, HostTutor, PaymentsOfficer, Approver, Administrator, DPO}

// Granted says whether an administrator of a body gives the role.
func (r Role) Granted() bool { return slices.Contains(granted, r) }

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
