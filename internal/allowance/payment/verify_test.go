package payment_test

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// holds looks at what must hold at every moment.
func (y *year) holds() {
	y.t.Helper()
	if n := query[int](y.house, books); n != 0 {
		y.t.Fatalf("%s: %d budget lines disagree", y.today(), n)
	}
	each(y.house, "select participation_id, month, total_cents - housing_cents from allowance_statement", func(scan func(...any)) {
		var person uuid.UUID
		var first calendar.Day
		var cents int
		scan(&person, &first, &cents)
		most := 0 // by whatever rules held when it was issued
		for n := range y.rules {
			most = max(most, rulesOn(y.rules[:n+1], first.Month().Last()).Cap)
		}
		if cents > most {
			y.t.Fatalf("%s %s: a statement of %d, the cap is %d", person, first.Month(), cents, most)
		}
	})
	if beyond := query[int](y.house, `select count(*)::int from (select from (
			select a.participation_id, date_trunc('month', a.day) as month, a.minutes from attendance a where a.standing = 'COUNTED' and a.kind = 'PRESENCE'
			union all select m.participation_id, m.month, j.minutes from register_adjustment j join register_month m on m.id = j.register_month_id) x
		group by participation_id, month having sum(minutes) > $1) y`, y.most); y.most > 0 && beyond != 0 {
		y.t.Fatalf("%s: months of people hold more than their limit", y.today())
	}
	if beyond := query[int](y.house, fmt.Sprintf(`select count(*)::int from (select participation_id from allowance_statement s where not exists (select from allowance_statement n
		where n.allowance_id = s.allowance_id and n.number > s.number) group by 1 having sum(housing_cents) > %d) x`, housedInAll)); beyond != 0 {
		y.t.Fatalf("%s: %d people have more of grants than the ceiling", y.today(), beyond)
	}
}

// monthOf is somebody's month.
type monthOf struct {
	person uuid.UUID
	month  calendar.Month
}

// verify compares what was paid with what was certified, cent by cent.
func (y *year) verify() {
	y.holds()
	for _, id := range query[[]uuid.UUID](y.house, "select coalesce(array_agg(id), '{}') from register_month where state <> 'LOCKED'") {
		err := y.sure(y.tutor, func(ctx context.Context, tx *postgres.Tx) error {
			return attendance.SubmitMonth(ctx, tx, attendance.MonthStep{Month: id})
		})
		y.t.Fatalf("a month is not locked: %v", err)
	}
	certified, paid, owes := y.certified(), y.sums("gross_cents", "payment_line where state = 'PAID'"), y.sums("-left_cents", "recovery where left_cents > 0")
	got, shares := y.sums("gross_cents - withheld_cents", "payment_line where state = 'PAID'"), y.shares()
	all, total, housed := maps.Clone(paid), 0, y.contributed()
	free := slices.Clone(y.rules)
	for i := range free {
		free[i].Cap = math.MaxInt
	}
	for m := range certified {
		all[m] += 0
	}
	for m := range housed {
		all[m] += 0
	}
	for m := range all {
		want := fold(y.rules, m.month, certified[m]) + housed[m]
		if fold(free, m.month, certified[m])+housed[m] > want {
			y.capped++
		}
		gross, net := 0, 0
		for _, share := range shares[m] {
			gross, net = gross+share, net+share-(share*rulesOn(y.rules, m.month.Last()).Tax+5_000)/10_000
		}
		if total += paid[m]; gross != want || owes[m] == 0 && paid[m] != want {
			y.t.Errorf("%s %s: paid %d, shared out %d, the certified registers come to %d", m.person, m.month, paid[m], gross, want)
		}
		if got[m]+owes[m] != net {
			y.t.Errorf("%s %s: paid %d after taxes and owed back %d, the certified registers come to %d", m.person, m.month, got[m], -owes[m], net)
		}
		if most := rulesOn(y.rules, m.month.Last()).Cap + housed[m]; paid[m] > most && owes[m] == 0 {
			y.t.Errorf("%s %s: paid %d, the cap is %d", m.person, m.month, paid[m], most)
		}
	}
	if len(certified) < 30 || total < 100_000 {
		y.t.Errorf("only %d months, %d cents were paid: nothing is shown by this", len(certified), total)
	}
	if y.most > 0 && y.beyond < 5 {
		y.t.Errorf("only %d times somebody was refused to count beyond a month's limit: nothing is shown by this", y.beyond)
	}
	if len(housed) < 3 {
		y.t.Errorf("only %d months of grants: nothing is shown by this", len(housed))
	}
}

// shares are how what is owed of a month stands on budget lines: taxes are rounded on each.
func (y *year) shares() map[monthOf][]int {
	all := map[monthOf][]int{}
	each(y.house, `select s.participation_id, s.month, h.gross_cents from allowance_statement s join allowance_share h on h.statement_id = s.id
		where not exists (select from allowance_statement n where n.allowance_id = s.allowance_id and n.number > s.number)`, func(scan func(...any)) {
		var person uuid.UUID
		var first calendar.Day
		var cents int
		scan(&person, &first, &cents)
		m := monthOf{person, first.Month()}
		all[m] = append(all[m], cents)
	})
	return all
}

// certified is the time in locked months, with what was put right since. No minute of anybody stands there twice, and each was sent by somebody.
func (y *year) certified() map[monthOf][]worked {
	all, taken := map[monthOf][]worked{}, map[string]uuid.UUID{}
	each(y.house, `select a.id, a.participation_id, a.enrolment_id, a.day, a.from_minute, a.to_minute, a.kind, coalesce(a.absence_reason, '') from attendance a
		join register_month m on m.enrolment_id = a.enrolment_id and m.month = date_trunc('month', a.day)::date where a.standing = 'COUNTED' and m.state = 'LOCKED'`,
		func(scan func(...any)) {
			var id, person uuid.UUID
			var w worked
			var from, to int
			var kind, reason string
			scan(&id, &person, &w.Enrolment, &w.Day, &from, &to, &kind, &reason)
			if e, ok := y.sent[id]; !ok || e.Day != w.Day || e.Enrolment != w.Enrolment || e.From.Minutes() != from || e.To.Minutes() != to || string(e.Kind) != kind {
				y.t.Errorf("%s counts, and nobody has sent it so", id)
			}
			for minute := from; minute < to; minute++ {
				at := fmt.Sprint(person, w.Day, minute)
				if _, twice := taken[at]; twice {
					y.t.Errorf("minute %d of %s counts in %s and in %s", minute, w.Day, taken[at], id)
				}
				taken[at] = id
			}
			if w.Minutes, w.Absence = to-from, kind == "ABSENCE"; !w.Absence || reason == "INJURY" {
				all[monthOf{person, w.Day.Month()}] = append(all[monthOf{person, w.Day.Month()}], w)
			}
		})
	each(y.house, "select m.participation_id, m.enrolment_id, j.day, j.minutes from register_adjustment j join register_month m on m.id = j.register_month_id", func(scan func(...any)) {
		var person uuid.UUID
		var w worked
		scan(&person, &w.Enrolment, &w.Day, &w.Minutes)
		all[monthOf{person, w.Day.Month()}] = append(all[monthOf{person, w.Day.Month()}], w)
	})
	return all
}

func each(h *house, sql string, row func(scan func(...any))) {
	h.t.Helper()
	rows, err := h.owner.Query(h.t.Context(), sql)
	if err != nil {
		h.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		row(func(to ...any) {
			if err := rows.Scan(to...); err != nil {
				h.t.Fatal(err)
			}
		})
	}
	if err := rows.Err(); err != nil {
		h.t.Fatal(err)
	}
}

// sums are by month, of a column of rows.
func (y *year) sums(column, rows string) map[monthOf]int {
	all := map[monthOf]int{}
	each(y.house, "select participation_id, month, sum("+column+")::int from "+rows+" group by 1, 2", func(scan func(...any)) {
		var person uuid.UUID
		var first calendar.Day
		var cents int
		scan(&person, &first, &cents)
		all[monthOf{person, first.Month()}] = cents
	})
	return all
}
