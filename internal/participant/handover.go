package participant

import (
	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// handOverConcept and handOverKind name a hand-over in clocks and news.
const (
	handOverConcept = "handover"
	handOverKind    = "HandOver"
)

// HandOverState is where a request for a person stands. Both sides of a request stand in the same state.
type HandOverState string

// The states of a request. Only the first waits: it ends by an answer, or when the asker takes it back.
const (
	HandOverRequested HandOverState = "REQUESTED"
	HandOverAccepted  HandOverState = "ACCEPTED"
	HandOverDeclined  HandOverState = "DECLINED"
	HandOverWithdrawn HandOverState = "WITHDRAWN"
)

// The sides of a request.
const (
	asking  = "ASKING"
	holding = "HOLDING"
)

// handOvers is what each state of a request means.
var handOvers = []struct {
	State HandOverState
	Label text.Text
	Hint  text.Text
}{
	{HandOverRequested, text.Text{It: "Richiesta", En: "Requested"}, text.Text{It: "Rispondere alla richiesta di passaggio della presa in carico.", En: "Answer the request to hand the person over."}},
	{HandOverAccepted, text.Text{It: "Accolta", En: "Accepted"}, text.Text{It: "Nulla da fare.", En: "Nothing to do."}},
	{HandOverDeclined, text.Text{It: "Non accolta", En: "Declined"}, text.Text{It: "Nulla da fare; se i fatti cambiano, si può chiedere di nuovo.", En: "Nothing to do; when the facts change it can be asked again."}},
	{HandOverWithdrawn, text.Text{It: "Ritirata", En: "Taken back"}, text.Text{It: "Nulla da fare.", En: "Nothing to do."}},
}

// handOverActs is the table of a request: every way out of REQUESTED, and whose it is.
var handOverActs = []struct {
	act   access.Act
	side  string
	to    []HandOverState
	label text.Text
}{
	{access.AnswerHandOver, holding, []HandOverState{HandOverAccepted, HandOverDeclined}, text.Text{It: "Rispondi alla richiesta", En: "Answer the request"}},
	{access.WithdrawHandOver, asking, []HandOverState{HandOverWithdrawn}, text.Text{It: "Ritira la richiesta", En: "Take the request back"}},
}

// handOverWords gives the labels and the hints of the states.
func handOverWords() (labels, hints map[string]text.Text) {
	labels, hints = map[string]text.Text{}, map[string]text.Text{}
	for _, h := range handOvers {
		labels[string(h.State)], hints[string(h.State)] = h.Label, h.Hint
	}
	return labels, hints
}

// settled says of a request that it waits no more.
func settled(s HandOverState) complaint {
	labels, _ := handOverWords()
	return complaint{code: HandOverSettled, args: map[string]text.Text{"state": labels[string(s)]}}
}

// handOverClock is what waits in a request.
func handOverClock() event.Clock {
	first := handOvers[0]
	return event.Clock{Concept: handOverConcept, SubjectKind: handOverKind, Prefix: "hov", State: string(first.State),
		Policy: "clock.handover." + string(first.State), Kind: "handover.requested", Label: first.Hint}
}

// news tells of one side of a request.
func (h handOverRow) news(act access.Act, kind event.Kind) event.News {
	related := []uuid.UUID{}
	if h.ParticipationID != nil {
		related = append(related, *h.ParticipationID)
	}
	return event.News{Programme: h.ProgrammeID, Act: string(act), Kind: kind, SubjectKind: handOverKind, Subject: h.ID, Related: related, Audience: h.Audience}
}

// transition tells those who keep clocks of the holder's side: line is the holder with all bodies above.
func (h handOverRow) transition(from HandOverState, line []uuid.UUID) event.Transition {
	t := event.Transition{Programme: h.ProgrammeID, Concept: handOverConcept, SubjectKind: handOverKind, Subject: h.ID, From: string(from), To: string(h.State),
		Owners: line[:min(2, len(line))], Audience: h.Audience}
	if h.ParticipationID != nil {
		t.Participation = *h.ParticipationID
	}
	return t
}
