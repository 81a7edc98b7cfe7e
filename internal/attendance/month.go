package attendance

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// MonthPrefix stands before the ids of months in the API.
const MonthPrefix = "rgm"

// MonthState is how far the register's month of an enrolment is.
type MonthState string

// The states of a month; see the package comment.
const (
	MonthOpen         MonthState = "OPEN"
	MonthSubmitted    MonthState = "SUBMITTED"
	HostCertified     MonthState = "HOST_CERTIFIED"
	PromoterCertified MonthState = "PROMOTER_CERTIFIED"
	MonthLocked       MonthState = "LOCKED"
)

var monthWords = map[string]text.Text{
	string(MonthOpen):         {It: "Aperto", En: "Open"},
	string(MonthSubmitted):    {It: "Inviato per la certificazione", En: "Submitted"},
	string(HostCertified):     {It: "Certificato dal soggetto ospitante", En: "Certified by the host"},
	string(PromoterCertified): {It: "Certificato dal promotore", En: "Certified by the promoter"},
	string(MonthLocked):       {It: "Chiuso", En: "Locked"},
}

// monthFacts is what the gates of a month look at.
type monthFacts struct {
	State     MonthState
	Month     calendar.Month
	Since     calendar.Day // of the state
	Ends      calendar.Day // of the enrolment
	Host      bool         // it is with a company
	Contested int          // entries
	OwnHand   bool         // the actor's hand has certified it for the host
	Today     calendar.Day
	Silence   int // days after which a host is silent
	Least     int // minutes of a day of presence
}

// monthTransition is one row of the table: an act, the states that it leaves, the state that it reaches, and what must hold.
type monthTransition struct {
	Act    access.Act
	From   []MonthState
	To     MonthState
	Label  text.Text
	reason bool // a word of why is needed
	proof  bool // a document that proves it must be named
	gates  []func(monthFacts) refusal.List
}

// monthTransitions is the whole life of a month. Roles stand in the table of package access.
var monthTransitions = []monthTransition{
	{Act: access.SubmitMonth, From: []MonthState{MonthOpen}, To: MonthSubmitted, Label: text.Text{It: "Invia per la certificazione", En: "Submit for certification"},
		gates: []func(monthFacts) refusal.List{monthOver, nothingContested}},
	{Act: access.ReturnMonth, From: []MonthState{MonthSubmitted}, To: MonthOpen, Label: text.Text{It: "Rimanda al tutor", En: "Return to the tutor"}, reason: true},
	{Act: access.CertifyMonthAsHost, From: []MonthState{MonthSubmitted}, To: HostCertified, Label: text.Text{It: "Certifica per il soggetto ospitante", En: "Certify for the host"},
		gates: []func(monthFacts) refusal.List{hasHost, monthOver}},
	{Act: access.CertifyMonthForHost, From: []MonthState{MonthSubmitted}, To: HostCertified, reason: true, proof: true,
		Label: text.Text{It: "Certifica al posto del soggetto ospitante che tace", En: "Certify in the place of a silent host"},
		gates: []func(monthFacts) refusal.List{hasHost, hostSilent, monthOver}},
	{Act: access.CertifyMonth, From: []MonthState{MonthSubmitted, HostCertified}, To: PromoterCertified, Label: text.Text{It: "Certifica per il promotore", En: "Certify for the promoter"},
		gates: []func(monthFacts) refusal.List{hostFirst, anotherHand, monthOver}},
	{Act: access.LockMonth, From: []MonthState{PromoterCertified}, To: MonthLocked, Label: text.Text{It: "Chiudi il mese", En: "Lock the month"},
		gates: []func(monthFacts) refusal.List{monthOver, nothingContested}},
	{Act: access.ReopenMonth, From: []MonthState{MonthSubmitted, HostCertified, PromoterCertified}, To: MonthOpen, Label: text.Text{It: "Riapri il mese", En: "Reopen the month"}, reason: true},
	{Act: access.AdjustMonth, From: []MonthState{MonthLocked}, To: MonthLocked, Label: text.Text{It: "Rettifica", En: "Adjust"}, reason: true},
}

func monthTransitionOf(act access.Act) monthTransition {
	return monthTransitions[slices.IndexFunc(monthTransitions, func(t monthTransition) bool { return t.Act == act })]
}

// StepLabel is what an act on a month is called; its code where the table does not know it.
func StepLabel(act string) text.Text {
	for _, t := range monthTransitions {
		if string(t.Act) == act {
			return t.Label
		}
	}
	if label, ok := signedLabels[access.Act(act)]; ok {
		return label
	}
	return text.Same(act)
}

// signedLabels are what it is called when somebody without an account takes a month on.
var signedLabels = map[access.Act]text.Text{
	access.SignMonth:          {It: "Firmato per il soggetto ospitante, con collegamento o codice personale", En: "Signed for the host, by a personal link or code"},
	access.ConfirmSignedPaper: {It: "Firmato su carta dal soggetto ospitante, e confermato", En: "Signed by the host on paper, and confirmed"},
}

// MonthLabel is what a state of a month is called.
func MonthLabel(s MonthState) text.Text { return monthWords[string(s)] }

// check says why the transition cannot be made now; nil where it can.
func (t monthTransition) check(f monthFacts) (list refusal.List) {
	if !slices.Contains(t.From, f.State) {
		return refusal.List{MonthWrongState.At("registerMonth").With("state", monthWords[string(f.State)])}
	}
	for _, gate := range t.gates {
		list = append(list, gate(f)...)
	}
	return list
}

// monthOver keeps a month from being closed while hours of it may still come, also where an extension has come since it was submitted.
func monthOver(f monthFacts) refusal.List {
	if f.Today.After(f.Month.Last()) || f.Ends.Before(f.Today) {
		return nil
	}
	return refusal.List{MonthNotOver.At("registerMonth").With("month", f.Month)}
}

func nothingContested(f monthFacts) refusal.List {
	if f.Contested == 0 {
		return nil
	}
	return refusal.List{StillContested.At("registerMonth").With("entries", f.Contested)}
}

func hasHost(f monthFacts) refusal.List {
	if f.Host {
		return nil
	}
	return refusal.List{MonthHasNoHost.At("registerMonth")}
}

func hostFirst(f monthFacts) refusal.List {
	if f.State == MonthSubmitted && f.Host {
		return refusal.List{MonthHostFirst.At("registerMonth")}
	}
	return nil
}

// anotherHand keeps one hand from being enough for a month to be certified: of who certifies for the host, too, or shows a code that he might type himself.
func anotherHand(f monthFacts) refusal.List {
	if f.OwnHand {
		return refusal.List{MonthOwnHand.At("registerMonth")}
	}
	return nil
}

func hostSilent(f monthFacts) refusal.List {
	if from := f.Since.AddDays(f.Silence); f.Today.Before(from) {
		return refusal.List{MonthHostNotSilent.At("registerMonth").With("day", from)}
	}
	return nil
}

// Content is what is certified of a month: each counted entry in order, by day, beginning and id. It never changes its form: hashes of it are kept.
type Content struct {
	Programme, Participation, Enrolment uuid.UUID
	Month                               calendar.Month
	Entries                             []CountedEntry
}

// CountedEntry is an entry as it is certified.
type CountedEntry struct {
	ID            uuid.UUID
	Kind          Kind
	Day           calendar.Day
	From, To      calendar.LocalTime
	Minutes       int
	AbsenceReason string
}

// Hash is SHA-256 over the content, one entry a line under a heading.
func (c Content) Hash() [sha256.Size]byte {
	lines := []string{fmt.Sprintf("lavoro register 1|%s|%s|%s|%s", c.Programme, c.Participation, c.Enrolment, c.Month)}
	for _, e := range c.Entries {
		lines = append(lines, fmt.Sprintf("%s|%s|%s|%s|%s|%d|%s", e.ID, e.Kind, e.Day, e.From, e.To, e.Minutes, e.AbsenceReason))
	}
	return sha256.Sum256([]byte(strings.Join(lines, "\n")))
}

func content(m monthRow, counted []row) [sha256.Size]byte {
	c := Content{Programme: m.ProgrammeID, Participation: m.ParticipationID, Enrolment: m.EnrolmentID, Month: m.Month, Entries: make([]CountedEntry, len(counted))}
	for i, r := range counted {
		c.Entries[i] = CountedEntry{r.ID, r.Kind, r.Day, r.From, r.To, r.Minutes, orEmpty(r.AbsenceReason)}
	}
	return c.Hash()
}

// sums are what the counted entries of a month come to: minutes of presence, and days with at least so many of them.
func sums(counted []row, least int) (minutes, days int) {
	there := map[calendar.Day]int{}
	for _, r := range counted {
		if r.Kind == Presence {
			minutes += r.Minutes
			there[r.Day] += r.Minutes
		}
	}
	for _, of := range there {
		if of >= least {
			days++
		}
	}
	return minutes, days
}

// placeOf is where somebody's month stands.
type placeOf struct {
	enrolment uuid.UUID
	month     calendar.Month
}

// MonthClocks are the waiting states of months as data for whoever keeps clocks. An open month is to be submitted by the day of the calendar of payments.
func MonthClocks() []event.Clock {
	clock := func(s MonthState, kind string, label text.Text) event.Clock {
		return event.Clock{Concept: monthConcept, SubjectKind: monthSubject, Prefix: MonthPrefix, State: string(s), Policy: "clock." + monthConcept + "." + string(s), Kind: kind, Label: label}
	}
	submit := clock(MonthOpen, "register.submit", text.Text{It: "Inviare il mese del registro per la certificazione", En: "Submit the register's month for certification"})
	submit.Policy = "payment.calendar"
	return []event.Clock{
		submit,
		clock(MonthSubmitted, "register.host", text.Text{It: "Far certificare il mese del registro dal soggetto ospitante", En: "Have the register's month certified by the host"}),
		clock(HostCertified, "register.promoter", text.Text{It: "Certificare il mese del registro per il promotore", En: "Certify the register's month for the promoter"}),
		clock(PromoterCertified, "register.lock", text.Text{It: "Chiudere il mese del registro", En: "Lock the register's month"}),
	}
}

const (
	monthConcept = "register"
	monthSubject = "RegisterMonth"
)
