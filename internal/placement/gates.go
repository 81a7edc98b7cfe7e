package placement

import (
	"slices"
	"strings"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Rules are the policy's values that gates look at.
type Rules struct {
	DurationMonths  int // usual length
	MaxMonths       int // with everything the person has done before
	InternLimit     int // of the site, by its headcount
	TutorMax        int // interns that one tutor of the promoter follows at once
	HostTutorMax    int
	DaysBefore      int            // of the mandatory communication before the first day
	ExtensionMonths int            // beyond MaxMonths, for an extension alone
	ExtensionNotice int            // days from the signature of an extension to the last day before it, at least
	ExtensionDays   int            // from the last day before an extension, within which it is communicated
	NeedEvery       bool           // the service in charge attests the need of every extension; otherwise only of one beyond MaxMonths
	SuspensionLeast map[string]int // days, by reason
	Certificates    []string       // codes needed before the start, all of them
	// CertificateWords are the names of certificates.
	CertificateWords map[string]text.Text
}

// Facts are all that decides whether an act may be done with an internship, on the day Day.
type Facts struct {
	Placement
	Day   calendar.Day // of the act
	Today calendar.Day
	Rules Rules

	ParticipationState string
	Elsewhere          bool // the person has another internship that is agreed or running
	EarlierDays        int  // of internships that the person ended before, without suspensions for good
	SuspendedDays      int  // for which this one stood still for good
	OpeningState       string
	OpeningFrom        calendar.Day
	OpeningTo          calendar.Day
	Seats              int
	SeatsTaken         int // by others
	SiteHeadcount      int
	SiteInterns        int // others that count, on days of this one
	TutorInterns       int // others
	HostTutorInterns   int // others
	CertificatesHeld   []string
	SameBody           bool // promoter and host are one body
	ProgrammeFrom      calendar.Day
	ProgrammeTo        calendar.Day

	Until        calendar.Day // of an extension: the new last day, or the first that there could be
	LaterInterns int          // others that count at the site, on days that an extension adds
	Latest       *extension   // nil: there is none

	// Attest are the refusals of rooms that decide on the attestation.
	Attest refusal.List
	// Commit are those of rooms that foresee what may be committed, and Longer those that foresee it of an extension; nil while an act is done.
	Commit, Longer refusal.List
}

// gate is one condition of a transition: what it refuses, or nothing.
type gate func(f Facts) refusal.List

func unless(ok bool, r refusal.Refusal) refusal.List {
	if ok {
		return nil
	}
	return refusal.List{r}
}

func dayPossible(f Facts) refusal.List {
	return append(unless(!f.Day.After(f.Today), DayInFuture.At("day")),
		unless(!f.Day.Before(f.StateSince), DayTooEarly.At("day").With("since", f.StateSince))...)
}

func participates(f Facts) refusal.List {
	return unless(slices.Contains([]string{"PAP_SIGNED", "ACTIVE"}, f.ParticipationState), NotReady.At())
}

func active(f Facts) refusal.List { return unless(f.ParticipationState == "ACTIVE", NotActive.At()) }

func notPlaced(f Facts) refusal.List { return unless(!f.Elsewhere, PersonPlaced.At()) }

func promoterIsNotHost(f Facts) refusal.List {
	return unless(!f.SameBody, SameBody.At("organisation"))
}

func insideProgramme(f Facts) refusal.List {
	return append(unless(!f.FromDay.Before(f.ProgrammeFrom) && !f.FromDay.After(f.ProgrammeTo),
		OutsideProgramme.At("fromDay").With("from", f.ProgrammeFrom).With("to", f.ProgrammeTo)),
		unless(!f.ToDay.After(f.ProgrammeTo), OutsideProgramme.At("toDay").With("from", f.ProgrammeFrom).With("to", f.ProgrammeTo))...)
}

func insideOpening(f Facts) refusal.List {
	return append(unless(!f.FromDay.Before(f.OpeningFrom) && !f.FromDay.After(f.OpeningTo),
		OutsideOpening.At("fromDay").With("from", f.OpeningFrom).With("to", f.OpeningTo)),
		unless(!f.ToDay.After(f.OpeningTo), OutsideOpening.At("toDay").With("from", f.OpeningFrom).With("to", f.OpeningTo))...)
}

// durationAllowed counts what the person has already done towards the longest duration (guidelines of 2015, domain 1.2); time in which an internship
// stood still for good does not count (guidelines of 2017, domain 1.3).
func durationAllowed(f Facts) refusal.List {
	if f.ToDay.Before(f.FromDay) {
		return refusal.List{EndsBeforeStart.At("toDay")}
	}
	return unless(!f.ToDay.After(f.lastWithin(f.Rules.MaxMonths)), TooLong.At("toDay").With("months", text.Months(f.Rules.MaxMonths)))
}

// durationLeft is durationAllowed once more: what is prepared beside it may have begun meanwhile.
func durationLeft(f Facts) (list refusal.List) {
	for _, r := range durationAllowed(f) {
		r.Path = nil
		list = append(list, r)
	}
	return list
}

func openingOpen(f Facts) refusal.List { return unless(f.OpeningState != "CLOSED", OpeningClosed.At()) }

func seatFree(f Facts) refusal.List {
	return unless(f.SeatsTaken < f.Seats, NoSeat.At().With("seats", f.Seats))
}

// hostQuota is the limit of interns for each operating unit; some do not count (domain 1.3).
func hostQuota(f Facts) refusal.List {
	return unless(f.Exempt || f.SiteInterns < f.Rules.InternLimit,
		HostQuota.At().With("limit", interns(f.Rules.InternLimit)).With("headcount", employees(f.SiteHeadcount)))
}

func tutorFree(f Facts) refusal.List {
	if f.Tutor == nil {
		return refusal.List{NoTutor.At("tutor")}
	}
	return unless(f.TutorInterns < f.Rules.TutorMax, TutorFull.At("tutor").With("max", interns(f.Rules.TutorMax)))
}

func hostTutorFree(f Facts) refusal.List {
	return unless(f.HostTutorInterns < f.Rules.HostTutorMax, HostTutorFull.At("hostTutor").With("max", interns(f.Rules.HostTutorMax)))
}

func projectSigned(f Facts) refusal.List { return unless(!f.ProjectOn.IsZero(), NoProject.At()) }

// certified asks for every safety certificate of the policy before exposure (D.Lgs 81/2008).
func certified(f Facts) (list refusal.List) {
	for _, code := range f.Rules.Certificates {
		if !slices.Contains(f.CertificatesHeld, code) {
			list = append(list, NoCertificate.At().With("certificate", f.Rules.CertificateWords[code]))
		}
	}
	return list
}

func fromFirstDay(f Facts) refusal.List {
	first := f.FromDay
	if f.CommunicatedOn.After(first) {
		first = f.CommunicatedOn
	}
	return unless(!f.Day.Before(first), BeforeFirstDay.At("day").With("first", first))
}

func notOver(f Facts) refusal.List {
	return unless(!f.Day.After(f.ToDay), Over.At("day").With("last", f.ToDay))
}

func lastDayReached(f Facts) refusal.List {
	return unless(!f.Day.Before(f.ToDay), NotOver.At("day").With("last", f.ToDay))
}

func attestable(f Facts) refusal.List { return f.Attest }

func covered(f Facts) refusal.List { return f.Commit }

// Check gives every refusal of a transition at once: the wrong state alone, or all gates that are shut.
func (t Transition) Check(f Facts) refusal.List {
	if len(t.From) > 0 && !t.Leaves(f.State) {
		return refusal.List{WrongState.At().With("state", Labels[string(f.State)]).With("needed", t.needed())}
	}
	var list refusal.List
	for _, g := range t.gates {
		list = append(list, g(f)...)
	}
	return list
}

// needed names the states that the transition leaves.
func (t Transition) needed() text.Text {
	var it, en []string
	for _, s := range t.From {
		it, en = append(it, "«"+Labels[string(s)].It+"»"), append(en, "“"+Labels[string(s)].En+"”")
	}
	return text.Text{It: strings.Join(it, " o "), En: strings.Join(en, " or ")}
}

// late says whether the mandatory communication comes later than the policy's days before the first day (domain 1.8).
func (f Facts) late() bool { return f.Day.After(f.FromDay.AddDays(-f.Rules.DaysBefore)) }
