package document

import (
	"cmp"
	"slices"
	"time"

	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// Register is a month of the register as a plan gives it to a viewer; what he may not see is missing.
type Register struct {
	ID              string
	Month           calendar.Month
	State           attendance.MonthState
	StateLabel      string
	Minutes         int
	PresenceDays    int
	Contested       int
	AdjustedMinutes int
	AdjustedDays    int
	ContentHash     *string
	PaperCode       *string
	HostWasSilent   bool
	Pseudonym       string
	Participant     *struct{ Person *Name }
	Activity        *struct {
		Title        string
		Place        string
		Kind         *Labelled
		Organisation *Named
	}
	Placement *struct {
		Intern       *Name
		Company      *Named
		Site         *struct{ Name, Address string }
		Organisation *Named
		Tutor        *Named
		HostTutor    string
	}
	Enrolment *struct {
		ID             string
		FromDay, ToDay calendar.Day
	}
	Steps []struct {
		Act         string
		ToState     attendance.MonthState
		At          time.Time
		Member      *Named
		Signature   *struct{ PartyLabel string }
		ContentHash *string
	}
	Signatures  []Signature
	Adjustments []struct {
		Day          calendar.Day
		Minutes      int
		PresenceDays int
		At           time.Time
		Member       *Named
	}
	Entries []Entry
}

// Signature is what somebody without an account was asked to sign, or brought on paper.
type Signature struct {
	PartyLabel                 string
	State                      attendance.SignatureState
	Way                        *attendance.Way
	Channel                    *attendance.Channel
	Name                       *string
	AskedAt                    time.Time
	AskedBy                    *Named
	SentAt, OpenedAt, SignedAt *time.Time
	SentBy                     *Named // or who has shown the code
	ConfirmedBy                *Named // a paper
	ContentHash                string
}

// Name is what somebody is called.
type Name struct{ GivenName, FamilyName *string }

// Named is anything that has a name.
type Named struct{ ID, Name string }

// Labelled is an item of a list of codes.
type Labelled struct{ Code, Label string }

// Entry is an entry that counts.
type Entry struct {
	ID               string
	Kind             attendance.Kind
	Day              calendar.Day
	From, To         calendar.LocalTime
	Minutes          int
	AbsenceReason    *Labelled
	Hidden           []string
	RecordedBy       *Named
	RecordedAt       time.Time
	MadeAt           *time.Time
	Device           *Named
	App              *string
	DriftSeconds     *int
	EnteredDaysAfter int
}

// asked is what the paper asks of a month, in the words of the API.
const asked = `id month state stateLabel minutes presenceDays contested adjustedMinutes adjustedDays contentHash paperCode hostWasSilent pseudonym
	participant { person { givenName familyName } } activity { title place kind { code label } organisation { name } }
	placement { intern { givenName familyName } company { name } site { name address } organisation { name } tutor { name } hostTutor }
	enrolment { id fromDay toDay } steps { act toState at member { id name } signature { partyLabel } contentHash }
	signatures { partyLabel state way channel name askedAt askedBy { name } sentAt sentBy { name } openedAt signedAt confirmedBy { name } contentHash } adjustments { day minutes presenceDays at member { name } }`

// askedEntries is what it asks of the entries that count, a page at a time.
const askedEntries = `id kind day from to minutes absenceReason { code label } hidden recordedBy { name } recordedAt madeAt device { name } app driftSeconds enteredDaysAfter`

// sort puts entries into the order of their days.
func (r *Register) sort() {
	slices.SortFunc(r.Entries, func(a, b Entry) int {
		return cmp.Or(a.Day.Compare(b.Day), a.From.Compare(b.From), cmp.Compare(a.ID, b.ID))
	})
}

// who is the participant as the viewer knows him.
func (r *Register) who() string {
	name := ""
	if r.Participant != nil {
		name = r.Participant.Person.full()
	}
	if name == "" && r.Placement != nil {
		name = r.Placement.Intern.full()
	}
	if name == "" {
		return r.Pseudonym
	}
	return name + " (" + r.Pseudonym + ")"
}

func (n *Name) full() string {
	if n == nil || n.FamilyName == nil || n.GivenName == nil {
		return ""
	}
	return *n.FamilyName + " " + *n.GivenName
}

// at is the moment that the content bears: that of the last thing done to it.
func (r *Register) at() (last time.Time) {
	last = r.Month.First().Start()
	later := func(t time.Time) {
		if t.After(last) {
			last = t
		}
	}
	for _, s := range r.Steps {
		later(s.At)
	}
	for _, s := range r.Signatures {
		if s.SignedAt != nil {
			later(*s.SignedAt)
		}
	}
	for _, a := range r.Adjustments {
		later(a.At)
	}
	for _, e := range r.Entries {
		later(e.RecordedAt)
	}
	return last
}
