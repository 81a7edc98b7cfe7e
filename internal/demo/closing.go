package demo

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// closing is when a month of the register is taken a step further, in days after its end: what was put off or corrected is in it then.
var closing = []struct {
	days int
	act  access.Act
	from attendance.MonthState
	by   func(*office, *worker) bool
}{
	{20, access.SubmitMonth, attendance.MonthOpen, func(_ *office, w *worker) bool { return w.partner != "" && w.tutors() }},
	{21, access.SubmitMonth, attendance.MonthOpen, func(_ *office, w *worker) bool { return w.coordinates() }}, // of whom nobody accompanies
	{22, access.CertifyMonthAsHost, attendance.MonthSubmitted, func(o *office, w *worker) bool {
		return w.holds(access.HostTutor) && (o.silent() == nil || w != o.silent().member)
	}},
	{24, access.CertifyMonth, attendance.HostCertified, func(_ *office, w *worker) bool { return w.coordinates() }},
	{24, access.CertifyMonth, attendance.MonthSubmitted, func(_ *office, w *worker) bool { return w.coordinates() }},        // of what has no host
	{30, access.CertifyMonthForHost, attendance.MonthSubmitted, func(_ *office, w *worker) bool { return w.coordinates() }}, // who has no account, and says nothing
	{31, access.CertifyMonth, attendance.HostCertified, func(_ *office, w *worker) bool { return w.coordinates() }},
	{32, access.LockMonth, attendance.PromoterCertified, func(_ *office, w *worker) bool { return w.coordinates() }},
	{26, access.LockMonth, attendance.PromoterCertified, func(_ *office, w *worker) bool { return w.coordinates() }},
}

func (w *worker) coordinates() bool {
	return w.holds(access.Coordinator) || w.holds(access.PartnerCoordinator)
}

func (w *worker) holds(role access.Role) bool {
	return slices.ContainsFunc(w.actor.Grants, func(g access.Grant) bool { return g.Role == role })
}

// silent is the company of the first host tutor, who certifies nothing: there is something to certify in its place. Nil where nobody is let in.
func (o *office) silent() *firm {
	i := slices.IndexFunc(o.firms, func(f *firm) bool { return f.member != nil && f.member.address == "hosttutor1.azienda" })
	if i < 0 {
		return nil
	}
	return o.firms[i]
}

// closeRegisters plans that the months of the register are submitted, certified and locked.
func (o *office) closeRegisters() {
	for month := o.from.Month(); !month.First().After(o.until); month = month.Next() {
		for n, c := range closing {
			for _, w := range o.workers {
				if c.by(o, w) {
					o.plan(workday(month.Last().AddDays(c.days)), noon+30+n, w, string(c.act), func(ctx context.Context, tx *postgres.Tx) error {
						return o.close(ctx, tx, c.act, month, c.from)
					})
				}
			}
		}
	}
}

// close takes all months that the worker sees a step further. Those in which something is contested, or that still wait for the host, are left.
func (o *office) close(ctx context.Context, tx *postgres.Tx, act access.Act, month calendar.Month, from attendance.MonthState) error {
	var but uuid.UUID
	if f := o.silent(); f != nil {
		but = f.id
	}
	ids, err := monthsIn(ctx, tx, o.programme, month, from, act == access.CertifyMonthForHost, but)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(ids, 500) {
		steps := make([]attendance.MonthStep, len(some))
		for i, id := range some {
			steps[i] = attendance.MonthStep{Month: id}
			if act == access.CertifyMonthForHost {
				steps[i].Reason, steps[i].Evidence = "L'azienda non ha risposto a due solleciti.", "Foglio firme mensile, prot. "+tx.Today().String()
			}
		}
		lists, err := attendance.Advance(ctx, tx, act, steps)
		if err != nil {
			return err
		}
		for _, list := range lists {
			if list != nil && !list.Has(attendance.StillContested) && !list.Has(attendance.MonthHostFirst) {
				o.unwritten = append(o.unwritten, tx.Today().String()+" "+refusal.List(list).Error())
			}
		}
	}
	return nil
}
