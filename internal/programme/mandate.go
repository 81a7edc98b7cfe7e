package programme

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// MandateState is where an auditor's mandate stands.
type MandateState string

// The states: a mandate reads from its opening to its last day, or until it is closed.
const (
	MandateOpen   MandateState = "OPEN"
	MandateClosed MandateState = "CLOSED"
)

// MandateInput is what a mandate opens to an auditor: register and money of a body and all below it within a period, under pseudonyms,
// and the people of the sample.
type MandateInput struct {
	ID           uuid.UUID // made when zero
	Programme    uuid.UUID
	Organisation uuid.UUID
	Member       uuid.UUID
	From, To     calendar.Day // the period
	EndsOn       calendar.Day // last day on which the auditor reads
	Document     string       // the letter that gives the mandate
	Sample       []uuid.UUID  // participations
}

const (
	mandatePrefix = "mnd"
	// maxSample is the most people drawn at once, so that one act stays short.
	maxSample   = 500
	maxDocument = 200
)

var (
	causePeriod   = text.Text{It: "il periodo deve stare dentro il programma e finire dopo l'inizio", En: "the period must lie within the programme and end after it begins"}
	causeEnd      = text.Text{It: "l'ultimo giorno del mandato non può essere passato", En: "the mandate's last day may not be past"}
	causeDocument = text.Text{It: "va indicato il documento, in al massimo 200 caratteri", En: "the document must be given, in at most 200 characters"}
	causeSample   = text.Text{It: "si possono estrarre da 1 a 500 persone alla volta", En: "1 to 500 people may be drawn at once"}

	// MandateInvolved is for an auditor who works on what he would check.
	MandateInvolved = refusal.Define(refusal.Definition{
		Code: "AUDITOR_INVOLVED", Kind: refusal.Rule,
		Message: text.Text{It: "La persona indicata lavora in questo programma: non può controllarlo.", En: "This member works in the programme and cannot audit it."},
		Cure:    text.Text{It: "Scegli chi non ha altri ruoli nel programma, oppure fai terminare quei ruoli.", En: "Choose somebody without other roles in the programme, or have those roles ended."},
		CuredBy: coordination,
	})
	// MandateIsClosed is for a mandate that has ended already.
	MandateIsClosed = refusal.Define(refusal.Definition{
		Code: "MANDATE_CLOSED", Kind: refusal.State,
		Message: text.Text{It: "Il mandato è già chiuso.", En: "The mandate is closed already."},
		Cure:    text.Text{It: "Apri un nuovo mandato.", En: "Open a new mandate."},
		CuredBy: coordination,
	})
	// OutsideMandate is for somebody drawn who is not entrusted to the mandate's body or one below it.
	OutsideMandate = refusal.Define(refusal.Definition{
		Code: "SAMPLE_OUTSIDE_MANDATE", Kind: refusal.Rule,
		Message: text.Text{It: "La persona non è tra quelle dell'ente del mandato.", En: "The person is not among those of the mandate's body."},
		Cure:    text.Text{It: "Estrai solo persone affidate all'ente del mandato o a enti sotto di esso.", En: "Draw only people entrusted to the mandate's body or to one below it."},
		CuredBy: coordination,
	})
)

// problems lists what is wrong with the mandate by itself.
func (in MandateInput) problems(programmeFrom, programmeTo, today calendar.Day) refusal.List {
	var list refusal.List
	check := func(ok bool, path string, cause text.Text) {
		if !ok {
			list = append(list, refusal.InvalidValue.At(path).With("cause", cause))
		}
	}
	check(!in.From.After(in.To) && !in.From.Before(programmeFrom) && !in.To.After(programmeTo), "periodTo", causePeriod)
	check(!in.EndsOn.Before(today), "endsOn", causeEnd)
	n := utf8.RuneCountInString(in.Document)
	check(n > 0 && n <= maxDocument && utf8.ValidString(in.Document) && !strings.ContainsFunc(in.Document, unicode.IsControl), "document", causeDocument)
	check(len(in.Sample) <= maxSample, "sample", causeSample)
	return list
}
