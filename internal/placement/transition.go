package placement

import (
	"slices"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Owner is whose turn it is while an internship waits in a state, as a part in the case.
type Owner string

// The owners that clocks know.
const (
	OwnerTutor    Owner = "TUTOR"    // the promoter's tutor, or the promoter where none is named
	OwnerPromoter Owner = "PROMOTER" // the partner that promotes
	OwnerLead     Owner = "LEAD"     // the lead body of the programme
)

// Transition is one row of the table: an act, the states it leaves, the state it reaches, and what must hold.
type Transition struct {
	Act   access.Act
	From  []State // none: the act creates the internship
	To    State   // none: the internship stays in its state
	Label text.Text
	gates []gate
}

// Transitions is the whole life of an internship. Roles stand in the table of package access.
var Transitions = []Transition{
	{Act: access.DraftPlacement, To: InDraft,
		Label: text.Text{It: "Prepara il tirocinio", En: "Prepare the internship"},
		gates: []gate{participates, notPlaced, promoterIsNotHost, insideProgramme, insideOpening, durationAllowed, openingOpen, seatFree, hostQuota}},
	{Act: access.ConfirmPlacement, From: []State{InDraft}, To: Matched,
		Label: text.Text{It: "Conferma con la convenzione", En: "Confirm under the convention"},
		gates: []gate{dayPossible, active, notPlaced, promoterIsNotHost, insideProgramme, durationLeft, hostQuota, notOver, covered}},
	{Act: access.SignProject, From: []State{Matched}, To: ProjectDone,
		Label: text.Text{It: "Registra la firma del PFI", En: "Record that the PFI is signed"},
		gates: []gate{dayPossible, active, notPlaced, notOver}},
	{Act: access.CommunicatePlacement, From: []State{ProjectDone}, To: Communicated,
		Label: text.Text{It: "Registra la comunicazione obbligatoria", En: "Record the mandatory communication"},
		gates: []gate{dayPossible, active, notPlaced, hostQuota, tutorFree, hostTutorFree, notOver}},
	{Act: access.StartPlacement, From: []State{Communicated}, To: Running,
		Label: text.Text{It: "Avvia il tirocinio", En: "Start the internship"},
		gates: []gate{dayPossible, active, notPlaced, promoterIsNotHost, hostQuota, tutorFree, hostTutorFree, projectSigned, certified, fromFirstDay, durationLeft, notOver, covered}},
	{Act: access.SuspendPlacement, From: []State{Running}, To: Suspended,
		Label: text.Text{It: "Sospendi", En: "Suspend"},
		gates: []gate{dayPossible}},
	{Act: access.ResumePlacement, From: []State{Suspended}, To: Running,
		Label: text.Text{It: "Riprendi", En: "Resume"},
		gates: []gate{dayPossible, notBeforeExtension, active, notOver, covered}},
	{Act: access.ExtendPlacement, From: []State{Running, Suspended},
		Label: text.Text{It: "Proroga", En: "Extend"},
		gates: []gate{signedInTime, active, notPlaced, promoterIsNotHost, longer, extendedInsideProgramme, extensionAllowed, hostQuotaLater, tutorFree, hostTutorFree, certified,
			communicatedSoFar, coveredLonger}},
	{Act: access.CommunicateExtension, From: []State{Running, Suspended, Interrupted, Ended, Attested},
		Label: text.Text{It: "Registra la comunicazione della proroga", En: "Record the communication of the extension"},
		gates: []gate{toCommunicate}},
	{Act: access.InterruptPlacement, From: []State{Running, Suspended}, To: Interrupted,
		Label: text.Text{It: "Interrompi", En: "Break off"},
		gates: []gate{dayPossible}},
	{Act: access.EndPlacement, From: []State{Running, Suspended}, To: Ended,
		Label: text.Text{It: "Concludi come previsto", En: "End as planned"},
		gates: []gate{dayPossible, lastDayReached}},
	{Act: access.AttestPlacement, From: []State{Ended, Interrupted}, To: Attested,
		Label: text.Text{It: "Rilascia l'attestazione finale", En: "Give the final attestation"},
		gates: []gate{dayPossible, attestable}},
	{Act: access.CancelPlacement, From: []State{InDraft, Matched, ProjectDone}, To: Cancelled,
		Label: text.Text{It: "Annulla la preparazione", En: "Give up the preparation"},
		gates: []gate{dayPossible}},
	{Act: access.AnnulPlacement, From: []State{Communicated}, To: Annulled,
		Label: text.Text{It: "Annulla dopo la comunicazione", En: "Annul after the communication"},
		gates: []gate{dayPossible}},
}

// TransitionOf is the row of an act in the table; false for an act of another room.
func TransitionOf(act access.Act) (Transition, bool) {
	i := slices.IndexFunc(Transitions, func(t Transition) bool { return t.Act == act })
	if i < 0 {
		return Transition{}, false
	}
	return Transitions[i], true
}

// Leaves says whether the transition leaves the state.
func (t Transition) Leaves(s State) bool { return slices.Contains(t.From, s) }

// Stays says whether the transition leaves the internship in the state in which it is.
func (t Transition) Stays() bool { return t.To == "" }

// reaches is where the transition leads from a state.
func (t Transition) reaches(from State) State {
	if t.Stays() {
		return from
	}
	return t.To
}

// Clock says how long an internship may wait in a state, and whose turn it is. The days are the policy value Rule.
type Clock struct {
	State State
	Rule  string
	Kind  string // of the due
	Label text.Text
	Owner Owner
	Next  Owner // takes over when it stays undone
}

// Clocks has one row for every state in which something is waited for.
var Clocks = []Clock{
	clock(InDraft, "placement.confirm", OwnerTutor, OwnerPromoter, text.Text{It: "Confermare il tirocinio con la convenzione", En: "Confirm the internship under its convention"}),
	clock(Matched, "placement.sign", OwnerTutor, OwnerPromoter, text.Text{It: "Far firmare il PFI", En: "Have the PFI signed"}),
	clock(ProjectDone, "placement.communicate", OwnerPromoter, OwnerLead, text.Text{It: "Inviare la comunicazione obbligatoria (UNILAV)", En: "Send the mandatory communication (UNILAV)"}),
	clock(Communicated, "placement.start", OwnerTutor, OwnerPromoter, text.Text{It: "Avviare il tirocinio", En: "Start the internship"}),
	clock(Running, "placement.review", OwnerTutor, OwnerPromoter, text.Text{It: "Verificare come procede il tirocinio", En: "Review how the internship goes"}),
	clock(Suspended, "placement.resume", OwnerTutor, OwnerPromoter, text.Text{It: "Riprendere o chiudere il tirocinio sospeso", En: "Resume or close the suspended internship"}),
	clock(Ended, "placement.attest", OwnerPromoter, OwnerLead, text.Text{It: "Rilasciare l'attestazione finale", En: "Give the final attestation"}),
	clock(Interrupted, "placement.attest", OwnerPromoter, OwnerLead, text.Text{It: "Valutare l'attestazione finale", En: "Consider the final attestation"}),
}

func clock(s State, kind string, owner, next Owner, label text.Text) Clock {
	return Clock{State: s, Rule: "clock.placement." + string(s), Kind: kind, Label: label, Owner: owner, Next: next}
}
