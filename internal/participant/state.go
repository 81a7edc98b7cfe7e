package participant

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// concept and subjectKind name a participation in clocks and news.
const (
	concept     = "participant"
	subjectKind = "Participant"
)

// State is where a participation stands on the path (domain.md 8).
type State string

// The states, in the order of the path.
const (
	Referred         State = "REFERRED"
	EligibilityCheck State = "ELIGIBILITY_CHECK"
	Rejected         State = "REJECTED"
	Evaluation       State = "EVALUATION"
	PlanDraft        State = "PAP_DRAFT"
	PlanSigned       State = "PAP_SIGNED"
	Active           State = "ACTIVE"
	Withdrawn        State = "WITHDRAWN"
	Excluded         State = "EXCLUDED"
	Completed        State = "COMPLETED"
	FirstFollowUp    State = "FOLLOWUP_28D"
	SecondFollowUp   State = "FOLLOWUP_6M"
	Closed           State = "CLOSED"
)

// Turn is whose turn it is in a state.
type Turn int

// The turns. A case without a manager is its organisation's.
const (
	Nobody Turn = iota
	CaseManager
	Organisation
)

// Standing is what a state means: its words, whose turn it is, and whether the path ends there.
type Standing struct {
	State State
	Label text.Text
	Hint  text.Text // what is to be done
	Turn  Turn
	Final bool
}

// Standings lists every state.
var Standings = []Standing{
	{Referred, text.Text{It: "Segnalata", En: "Referred"}, text.Text{It: "Verificare i requisiti e le misure che escludono.", En: "Check the requirements and the excluding measures."}, Organisation, false},
	{EligibilityCheck, text.Text{It: "Verifica dei requisiti", En: "Eligibility check"}, text.Text{It: "Ammettere alla valutazione, oppure non ammettere indicando il motivo.", En: "Admit to the evaluation, or reject with the reason."}, Organisation, false},
	{Rejected, text.Text{It: "Non ammessa", En: "Rejected"}, text.Text{It: "Nulla da fare; se i fatti cambiano, ripetere la verifica dei requisiti.", En: "Nothing to do; when the facts change, check eligibility again."}, Nobody, false},
	{Evaluation, text.Text{It: "In valutazione", En: "Evaluation"}, text.Text{It: "Concludere la valutazione dell'équipe e iniziare il progetto personalizzato (PAP).", En: "Finish the team's evaluation and begin the personalised plan (PAP)."}, CaseManager, false},
	{PlanDraft, text.Text{It: "PAP in preparazione", En: "Plan being written"}, text.Text{It: "Concordare il PAP con la persona e raccogliere le firme.", En: "Agree the plan with the person and collect the signatures."}, CaseManager, false},
	{PlanSigned, text.Text{It: "PAP firmato", En: "Plan signed"}, text.Text{It: "Raccogliere i dati di ingresso FSE+ e avviare le attività.", En: "Collect the FSE+ facts at entry and begin the activities."}, CaseManager, false},
	{Active, text.Text{It: "In attività", En: "Active"}, text.Text{It: "Accompagnare la persona fino alla conclusione del percorso.", En: "Accompany the person until the path is completed."}, CaseManager, false},
	{Withdrawn, text.Text{It: "Ritirata", En: "Withdrawn"}, text.Text{It: "Rilevare l'esito a 28 giorni dall'uscita; se la persona non era entrata nel programma, chiudere.", En: "Ask for the result within 28 days of leaving; close if the person had never entered."}, CaseManager, false},
	{Excluded, text.Text{It: "Esclusa", En: "Excluded"}, text.Text{It: "Rilevare l'esito a 28 giorni dall'uscita; se la persona non era entrata nel programma, chiudere.", En: "Ask for the result within 28 days of leaving; close if the person had never entered."}, CaseManager, false},
	{Completed, text.Text{It: "Percorso concluso", En: "Completed"}, text.Text{It: "Rilevare l'esito a 28 giorni dall'uscita.", En: "Ask for the result within 28 days of leaving."}, CaseManager, false},
	{FirstFollowUp, text.Text{It: "Esito a 28 giorni", En: "Result within 28 days"}, text.Text{It: "Raccogliere l'esito immediato, poi passare a quello a sei mesi.", En: "Collect the immediate result, then go on to the one after six months."}, CaseManager, false},
	{SecondFollowUp, text.Text{It: "Esito a sei mesi", En: "Result after six months"}, text.Text{It: "Raccogliere l'esito a sei mesi dall'uscita e chiudere.", En: "Collect the result six months after leaving, and close."}, CaseManager, false},
	{Closed, text.Text{It: "Chiusa", En: "Closed"}, text.Text{It: "Nulla da fare.", En: "Nothing to do."}, Nobody, true},
}

// Standing tells of the state; the zero Standing for a state that is none.
func (s State) Standing() Standing {
	i := slices.IndexFunc(Standings, func(x Standing) bool { return x.State == s })
	if i < 0 {
		return Standing{}
	}
	return Standings[i]
}

// Clocks are the states that wait for somebody, for whoever keeps what is due.
func Clocks() []event.Clock {
	var clocks []event.Clock
	for _, s := range Standings {
		if s.Turn != Nobody {
			clocks = append(clocks, event.Clock{Concept: concept, SubjectKind: subjectKind, Prefix: "prt", State: string(s.State),
				Policy: "clock.participant." + string(s.State), Kind: "participant." + strings.ToLower(string(s.State)), Label: s.Hint})
		}
	}
	return append(clocks, handOverClock())
}

// Owners gives whose turn it is in the state, then who takes over: the case manager, the organisation, the body above it. line is
// the organisation and all bodies above it.
func (s State) Owners(caseManager uuid.UUID, line []uuid.UUID) []uuid.UUID {
	owners := line[:min(2, len(line))]
	if s.Standing().Turn == CaseManager && caseManager != uuid.Nil {
		owners = append([]uuid.UUID{caseManager}, owners...)
	}
	return slices.Clone(owners)
}

func stateLabels() map[string]text.Text { return words(func(s Standing) text.Text { return s.Label }) }

func stateHints() map[string]text.Text { return words(func(s Standing) text.Text { return s.Hint }) }

func words(of func(Standing) text.Text) map[string]text.Text {
	byState := make(map[string]text.Text, len(Standings))
	for _, s := range Standings {
		byState[string(s.State)] = of(s)
	}
	return byState
}

// Entry says on which participations a transition works, by whether the person ever entered the programme.
type Entry int

// The conditions on entry: FSE+ asks results only of those who entered.
const (
	Either Entry = iota
	Entered
	NeverEntered
)

// Transition is one way out of states by an act.
type Transition struct {
	Act     access.Act
	From    []State
	To      State // "" keeps the state
	Entry   Entry
	Leaving bool // sets the day of leaving: asks the vetoes of later rooms
}

// Leaves says whether an event tells that somebody has left.
func Leaves(e event.Event) bool {
	return e.SubjectKind == subjectKind && slices.ContainsFunc(Transitions, func(t Transition) bool { return t.Leaving && string(t.Act) == e.Act })
}

var (
	beforeActive = []State{Referred, EligibilityCheck, Evaluation, PlanDraft, PlanSigned}
	onThePath    = append(slices.Clone(beforeActive), Active)
)

// Transitions is every change of state that there is. An act may stand here more than once, for different origins.
var Transitions = []Transition{
	{Act: access.CheckEligibility, From: []State{Referred, EligibilityCheck, Rejected}, To: EligibilityCheck},
	{Act: access.CheckEligibility, From: []State{Evaluation, PlanDraft, PlanSigned, Active}},
	{Act: access.AdmitParticipant, From: []State{EligibilityCheck}, To: Evaluation},
	{Act: access.RejectParticipant, From: []State{Referred, EligibilityCheck, Evaluation}, To: Rejected},
	{Act: access.DraftPlan, From: []State{Evaluation}, To: PlanDraft},
	{Act: access.SignPlan, From: []State{PlanDraft}, To: PlanSigned},
	{Act: access.ActivateParticipant, From: []State{PlanSigned}, To: Active},
	{Act: access.WithdrawParticipant, From: onThePath, To: Withdrawn, Leaving: true},
	{Act: access.ExcludeParticipant, From: onThePath, To: Excluded, Leaving: true},
	{Act: access.CompleteParticipant, From: []State{Active}, To: Completed, Leaving: true},
	{Act: access.AskFirstResult, From: []State{Completed}, To: FirstFollowUp},
	{Act: access.AskFirstResult, From: []State{Withdrawn, Excluded}, To: FirstFollowUp, Entry: Entered},
	{Act: access.AskSecondResult, From: []State{FirstFollowUp}, To: SecondFollowUp},
	{Act: access.CloseParticipant, From: []State{Withdrawn, Excluded}, To: Closed, Entry: NeverEntered},
	{Act: access.CloseParticipant, From: []State{SecondFollowUp}, To: Closed},
}

// transition finds the way that the act opens from the state; false where there is none.
func transition(act access.Act, from State, entered bool) (Transition, bool) {
	for _, t := range Transitions {
		if t.Act == act && slices.Contains(t.From, from) && (t.Entry == Either || (t.Entry == Entered) == entered) {
			return t, true
		}
	}
	return Transition{}, false
}

// actLabels are the names of everything that can be done with a participation, in the order in which they are offered.
var actLabels = []struct {
	act   access.Act
	label text.Text
}{
	{access.RecordExclusionCheck, text.Text{It: "Registra una verifica ADI o GOL", En: "Record an ADI or GOL check"}},
	{access.AssignTeam, text.Text{It: "Assegna referente e tutor", En: "Assign case manager and tutor"}},
	{access.CheckEligibility, text.Text{It: "Verifica i requisiti", En: "Check eligibility"}},
	{access.AdmitParticipant, text.Text{It: "Ammetti alla valutazione", En: "Admit to the evaluation"}},
	{access.RejectParticipant, text.Text{It: "Non ammettere", En: "Reject"}},
	{access.DraftPlan, text.Text{It: "Inizia il PAP", En: "Begin the plan"}},
	{access.SignPlan, text.Text{It: "Registra la firma del PAP", En: "Record the plan's signature"}},
	{access.ActivateParticipant, text.Text{It: "Avvia le attività", En: "Begin the activities"}},
	{access.WithdrawParticipant, text.Text{It: "Registra il ritiro", En: "Record the withdrawal"}},
	{access.ExcludeParticipant, text.Text{It: "Escludi", En: "Exclude"}},
	{access.CompleteParticipant, text.Text{It: "Concludi il percorso", En: "Complete the path"}},
	{access.AskFirstResult, text.Text{It: "Avvia la rilevazione a 28 giorni", En: "Ask for the result within 28 days"}},
	{access.AskSecondResult, text.Text{It: "Avvia la rilevazione a sei mesi", En: "Ask for the result after six months"}},
	{access.CloseParticipant, text.Text{It: "Chiudi", En: "Close"}},
	{access.RecordBankDetails, text.Text{It: "Registra l'IBAN", En: "Record the IBAN"}},
	{access.ProtectParticipant, text.Text{It: "Proteggi, o cambia chi vede", En: "Protect, or change who sees"}},
	{access.UnprotectParticipant, text.Text{It: "Togli la protezione", En: "Lift the protection"}},
}
