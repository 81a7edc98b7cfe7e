package demo

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/allowance/inquiry"
	"github.com/lavoroincorso/lavoro/internal/allowance/recovery"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
)

// foundAfter is how many days after its run a month turns out to be another: it is paid by then.
const foundAfter = 16

// amended is a month that was paid, and whose register is put right afterwards.
type amended struct {
	month calendar.Month
	day   calendar.Day // on which it is put right
	of    paidMonth    // whose it is, once somebody is found; the zero value for nobody
}

// putRight plans what becomes of months that were paid and were not what they seemed: what was paid too much comes back in every way that there is,
// and who got too little gets it with the next run.
func (o *office) putRight(months []calendar.Month) {
	if len(months) < paidMonths {
		return
	}
	officer, approver := o.at("payments", lead), o.at("approver", lead)
	shared, repaid := o.absentAfterAll(months[0], 9), o.absentAfterAll(months[0], 3)
	agreed, waived := o.absentAfterAll(months[1], 7), o.absentAfterAll(months[2], 8)
	o.plan(workday(agreed.day.AddDays(2)), noon+20, officer, "agreeInstalments", agreed.recovered(func(ctx context.Context, tx *postgres.Tx, r recoveryRow) error {
		return recovery.AgreeInstalments(ctx, tx, recovery.Plan{ID: o.idOf("plan", agreed), Recovery: r.ID, AgreedOn: tx.Today(), Instalments: inThree(r.LeftCents, months[2])})
	}))
	back := workday(repaid.day.AddDays(7))
	discharge := o.idOf("repayment", repaid)
	o.plan(back, noon+20, officer, "recordRepayment", repaid.recovered(func(ctx context.Context, tx *postgres.Tx, r recoveryRow) error {
		return recovery.RecordRepayment(ctx, tx, recovery.Discharge{ID: discharge, Recovery: r.ID, Cents: r.LeftCents, Day: &back, Reason: "Bonifico della persona, " + back.Format("it")})
	}))
	o.plan(workday(back.AddDays(1)), noon+20, approver, "answerDischarge", repaid.recovered(func(ctx context.Context, tx *postgres.Tx, _ recoveryRow) error {
		_, err := recovery.AnswerDischarge(ctx, tx, recovery.DischargeAnswer{Discharge: discharge, Confirm: true})
		return err
	}))
	waiver := chanceOf("waiver", 0).timedID(o.until.Start())
	waive := func(ctx context.Context, tx *postgres.Tx, r recoveryRow) error {
		return recovery.Waive(ctx, tx, recovery.Discharge{ID: waiver, Recovery: r.ID, Cents: r.LeftCents, Reason: "Ha perso l'alloggio: il servizio sociale chiede di rinunciare a quanto resta."})
	}
	o.plan(before(o.until.AddDays(-2)), noon+20, officer, "waiveRecovery", func(ctx context.Context, tx *postgres.Tx) error {
		if waived.of.Register == uuid.Nil { // there are too few people for each to have a way of his own
			return agreed.recovered(waive)(ctx, tx)
		}
		return waived.recovered(waive)(ctx, tx)
	})
	o.contestMonths(months)
	o.calls(officer, shared)
}

// absentAfterAll plans that a coordinator finds out, once a month was paid, that somebody was not there on some days of it, and that what is owed is
// worked out anew.
func (o *office) absentAfterAll(month calendar.Month, days int) *amended {
	m := &amended{month: month, day: workday(runDay(month).AddDays(foundAfter))}
	others := slices.Clone(o.amended)
	o.amended = append(o.amended, m)
	o.plan(m.day, noon+len(others), o.at("coordinator", lead), "adjustMonth", func(ctx context.Context, tx *postgres.Tx) (err error) {
		if m.of, err = paidMonthOf(ctx, tx, o.organisations[lead], month, peopleOf(others)); err != nil || m.of.Register == uuid.Nil {
			return err
		}
		return m.adjust(ctx, tx, o, days, func(there presence) attendance.Adjustment {
			return attendance.Adjustment{Day: there.Day, Minutes: -there.Minutes, Days: -1, MonthStep: attendance.MonthStep{Reason: "Dal controllo dei fogli firme: quel giorno la persona era assente."}}
		})
	})
	o.recompute(m)
	return m
}

// adjust puts so many days of presence right.
func (m *amended) adjust(ctx context.Context, tx *postgres.Tx, o *office, days int, right func(presence) attendance.Adjustment) error {
	list, err := presencesOf(ctx, tx, m.of.Register, days)
	for _, there := range list {
		in := right(there)
		in.Month, in.ID = m.of.Register, o.idOf("adjustment "+there.Day.String(), m)
		if err == nil {
			err = attendance.AdjustMonth(ctx, tx, in)
		}
	}
	return err
}

func (o *office) recompute(m *amended) {
	o.plan(m.day, afternoon, o.at("payments", lead), "computeAllowance", func(ctx context.Context, tx *postgres.Tx) error {
		if m.of.Register == uuid.Nil {
			return nil
		}
		_, err := allowance.ComputeMany(ctx, tx, []allowance.Month{{Participation: m.of.Participation, Month: m.month}})
		return err
	})
}

// recovered does something with what is left to come back of a month, if anything is.
func (m *amended) recovered(do func(context.Context, *postgres.Tx, recoveryRow) error) func(context.Context, *postgres.Tx) error {
	return func(ctx context.Context, tx *postgres.Tx) error {
		r, err := recoveryOf(ctx, tx, m.of.Participation, m.month)
		if err != nil || r.LeftCents == 0 {
			return err
		}
		return do(ctx, tx, r)
	}
}

// inThree divides a sum over three months.
func inThree(sum money.Cents, first calendar.Month) (list []recovery.Instalment) {
	for n := range money.Cents(3) {
		list = append(list, recovery.Instalment{Month: first.Add(int(n)), Cents: (sum + n) / 3})
	}
	return list
}

// contestMonths plans that one month is contested and put right, and that another contest waits for its answer.
func (o *office) contestMonths(months []calendar.Month) {
	m := &amended{month: months[1], day: workday(runDay(months[1]).AddDays(foundAfter + 4))}
	others := slices.Clone(o.amended)
	o.amended = append(o.amended, m)
	id, asked := o.idOf("contest", m), workday(m.day.AddDays(-4))
	o.plan(asked, noon+15, o.at("casemanager", lead), "contestStatement", func(ctx context.Context, tx *postgres.Tx) (err error) {
		if m.of, err = paidMonthOf(ctx, tx, o.organisations[lead], m.month, peopleOf(others)); err != nil || m.of.Register == uuid.Nil {
			return err
		}
		return allowance.ContestStatement(ctx, tx, allowance.Contest{ID: id, Participation: m.of.Participation, Month: m.month, Reason: "La persona dice di essere rimasta un'ora in più: l'azienda lo conferma."})
	})
	o.plan(m.day, noon+15, o.at("coordinator", lead), "answerContest", func(ctx context.Context, tx *postgres.Tx) error {
		if m.of.Register == uuid.Nil {
			return nil
		}
		err := m.adjust(ctx, tx, o, 1, func(there presence) attendance.Adjustment {
			return attendance.Adjustment{Day: there.Day, Minutes: 60, MonthStep: attendance.MonthStep{Reason: "Un'ora in più, confermata dall'azienda."}}
		})
		if err != nil {
			return err
		}
		return allowance.AnswerContest(ctx, tx, allowance.Answer{Contest: id, Uphold: true, Text: "L'ora in più è stata aggiunta e sarà pagata con il prossimo pagamento."})
	})
	o.recompute(m)
	waits := before(o.until.AddDays(-3))
	o.plan(waits, noon+15, o.at("casemanager", "CARRARA"), "contestStatement", func(ctx context.Context, tx *postgres.Tx) error {
		of, err := statementOf(ctx, tx, months[len(months)-1], peopleOf(o.amended))
		if err != nil || of == uuid.Nil {
			return err
		}
		return allowance.ContestStatement(ctx, tx, allowance.Contest{ID: chanceOf("contest waits", 0).timedID(waits.Start()), Participation: of, Month: months[len(months)-1],
			Reason: "La persona dice che manca un sabato di inventario, e che il foglio firme lo riporta."})
	})
}

// calls plans that people telephone about their money.
func (o *office) calls(officer *worker, shared *amended) {
	for n, c := range []struct {
		ago    int
		caller inquiry.Caller
		said   string
		whose  func(context.Context, *postgres.Tx) (uuid.UUID, error)
	}{
		{9, "RELATIVE", "La madre chiede quando arriva il pagamento respinto dalla banca. Detto che si è in attesa del nuovo IBAN.", rejectedOf},
		{4, "PARTICIPANT", "Chiede perché ha ricevuto meno del solito. Spiegata la trattenuta su quanto era stato pagato in più.",
			func(context.Context, *postgres.Tx) (uuid.UUID, error) { return shared.of.Participation, nil }},
	} {
		day := before(o.until.AddDays(-c.ago))
		o.plan(day, morning+40, officer, "noteCall", func(ctx context.Context, tx *postgres.Tx) error {
			of, err := c.whose(ctx, tx)
			if err != nil || of == uuid.Nil {
				return err
			}
			return inquiry.NoteCall(ctx, tx, inquiry.Call{ID: chanceOf("call", n).timedID(day.Start()), Participation: of, Caller: c.caller, Said: c.said})
		})
	}
}

// idOf is the id of something that is done about a month.
func (o *office) idOf(what string, m *amended) uuid.UUID {
	return chanceOf(what+m.month.String(), slices.Index(o.amended, m)).timedID(m.day.Start())
}

func peopleOf(list []*amended) []uuid.UUID {
	ids := make([]uuid.UUID, len(list))
	for i, m := range list {
		ids[i] = m.of.Participation
	}
	return ids
}
