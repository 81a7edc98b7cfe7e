package attendance

import (
	"context"
	"slices"
	"strings"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// expected is what a day of an enrolment looks like before anybody writes of it.
type expected struct {
	Timetabled bool       // it has hours on some days of the week
	Hours      []hours    // of this one, in order
	Closed     *closedDay // nil: it is not
}

// hours are some of a timetable.
type hours struct{ From, To calendar.LocalTime }

// warnings are those of presence on the day that nobody expects: on a day that is closed, or outside the timetable by more than the tolerance, in
// minutes.
func (x expected) warnings(e Entry, tolerance int) refusal.List {
	switch {
	case e.Kind != Presence:
		return nil
	case x.Closed != nil:
		return refusal.List{ClosedDay.At("day").With("day", e.Day).With("reason", x.Closed.Label).With("source", x.Closed.Source)}
	case x.Timetabled && x.outside(e, tolerance):
		return refusal.List{OutsideTimetable.At("from").With("day", e.Day).With("hours", x.words())}
	}
	return nil
}

// unpaid says why an absence that the rules pay is not paid as it stands: nobody misses, and is paid, what was not planned. There is no tolerance.
func (x expected) unpaid(e Entry, p policy) refusal.List {
	switch {
	case e.Kind != Absence || !slices.Contains(p.paid, e.AbsenceReason):
		return nil
	case x.Closed != nil:
		return refusal.List{PaidOnClosedDay.At("day").With("day", e.Day).With("reason", x.Closed.Label).With("source", x.Closed.Source)}
	case x.Timetabled && x.outside(e, 0):
		return refusal.List{PaidBeyondTimetable.At("from").With("day", e.Day).With("hours", x.words()).With("source", p.paidSource)}
	}
	return nil
}

// outside says whether some of the entry lies beyond the tolerance around the day's hours.
func (x expected) outside(e Entry, tolerance int) bool {
	covered := e.From.Minutes()
	for _, h := range x.Hours {
		if h.From.Minutes()-tolerance > covered {
			break
		}
		covered = max(covered, h.To.Minutes()+tolerance)
	}
	return covered < e.To.Minutes()
}

func (x expected) words() text.Text {
	if len(x.Hours) == 0 {
		return text.Text{It: "nessun orario", En: "no hours"}
	}
	spelled := make([]string, len(x.Hours))
	for i, h := range x.Hours {
		spelled[i] = h.From.String() + "–" + h.To.String()
	}
	all := strings.Join(spelled, ", ")
	return text.Text{It: all, En: all}
}

// unexpected are the warnings of an entry that its writer has not passed before.
func (r *rules) unexpected(ctx context.Context, o enrolment, e Entry, passed []string) (refusal.List, error) {
	p, err := r.on(ctx, o.ProgrammeID, e.Day)
	if err != nil {
		return nil, err
	}
	if err := r.expect(ctx, []Entry{e}); err != nil {
		return nil, err
	}
	list := r.days[place{e.Enrolment, e.Day}].warnings(e, p.tolerance)
	return slices.DeleteFunc(list, func(w refusal.Refusal) bool { return slices.Contains(passed, w.Code) }), nil
}

// unpaid gives why an absence that the rules pay is none that they pay.
func (r *rules) unpaid(ctx context.Context, o enrolment, e Entry) (refusal.List, error) {
	if e.Kind != Absence {
		return nil, nil
	}
	p, err := r.on(ctx, o.ProgrammeID, e.Day)
	if err != nil {
		return nil, err
	}
	if err := r.expect(ctx, []Entry{e}); err != nil {
		return nil, err
	}
	return r.days[place{e.Enrolment, e.Day}].unpaid(e, p), nil
}

// expect reads what is expected on the days of entries, each once in a transaction.
func (r *rules) expect(ctx context.Context, entries []Entry) error {
	var unknown []Entry
	for _, e := range entries {
		if _, known := r.days[place{e.Enrolment, e.Day}]; !known {
			unknown = append(unknown, e)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	if r.days == nil {
		r.days = map[place]expected{}
	}
	return dayPlans(ctx, r.tx, unknown, r.days)
}

// pass says of warnings which are not acknowledged.
func pass(tx *postgres.Tx, warnings refusal.List) error {
	var errs []error
	for _, w := range warnings {
		errs = append(errs, tx.Pass(w))
	}
	return refusal.Join(errs...)
}

// warn is pass for acts that are refused as a whole.
func warn(tx *postgres.Tx, warnings refusal.List) error {
	var errs []error
	for _, w := range warnings {
		errs = append(errs, tx.Warn(w))
	}
	return refusal.Join(errs...)
}

func codes(list refusal.List) []string {
	all := make([]string, len(list))
	for i, r := range list {
		all[i] = r.Code
	}
	return all
}

// unexplained warns of what was counted in a month without anybody having said why it was there: hours of a day that was told to be closed since,
// or outside a timetable; once for each sort. Of absences that would be paid so it refuses each.
func (m *openedMonth) unexplained(ctx context.Context, tx *postgres.Tx, rules *rules) error {
	var found, unpaid refusal.List
	for _, r := range m.counted() {
		list, err := rules.unpaid(ctx, m.of, r.entry())
		if err != nil {
			return err
		}
		unpaid = append(unpaid, list.Under("registerMonth")...)
		list, err = rules.unexpected(ctx, m.of, r.entry(), append(codes(found), r.Passed...))
		if err != nil {
			return err
		}
		found = append(found, list.Under("registerMonth")...)
	}
	if len(unpaid) > 0 {
		return unpaid
	}
	return warn(tx, found)
}
