package member_test

import (
	"context"
	"errors"
	"flag"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// ledger is what was done, as anybody would keep it on paper: what a member holds on a day is looked up in it.
type ledger struct {
	members             []uuid.UUID
	ended               map[uuid.UUID]calendar.Day
	grants, delegations []*entry
}

// entry is a grant, or a delegation of everything.
type entry struct {
	id       uuid.UUID
	of, to   uuid.UUID // the member; for a delegation also who stands in
	role     access.Role
	from, by calendar.Day // a zero by is open
}

func (e *entry) on(d calendar.Day) bool {
	return !d.Before(e.from) && (e.by.IsZero() || !d.After(e.by))
}

func (e *entry) end(last calendar.Day) {
	if before := e.from.AddDays(-1); last.Before(before) {
		last = before
	}
	if e.by.IsZero() || last.Before(e.by) {
		e.by = last
	}
}

func (l *ledger) gone(m uuid.UUID, d calendar.Day) bool {
	last, ended := l.ended[m]
	return ended && d.After(last)
}

// holds is what a member holds on a day: his own, and what those hold themselves for whom he stands in.
func (l *ledger) holds(m uuid.UUID, d calendar.Day) string {
	var list []string
	for _, g := range l.grants {
		if !g.on(d) {
			continue
		}
		if g.of == m {
			list = append(list, string(g.role))
		}
		for _, del := range l.delegations {
			if del.of == g.of && del.to == m && del.on(d) {
				list = append(list, string(g.role)+" for "+g.of.String())
			}
		}
	}
	if l.gone(m, d) {
		list = nil
	}
	slices.Sort(list)
	return strings.Join(slices.Compact(list), ", ")
}

// TestMembersHoldWhatTheLedgerSays does what administrators do in any order, and compares on every day what each member holds. Whatever is
// refused, nobody ever holds two roles that may not meet.
func TestMembersHoldWhatTheLedgerSays(t *testing.T) {
	if err := flag.Set("rapid.checks", "30"); err != nil { // each looks at many days
		t.Fatal(err)
	}
	o := newOffice(t)
	done := map[string]int{}
	acts := []string{"grant", "end grant", "delegate", "end delegation", "end member", "wait"}
	for range 3 { // what chance leaves out once it does the next time
		o.anyOrder(t, done)
		if !slices.ContainsFunc(acts, func(act string) bool { return done[act] == 0 }) {
			return
		}
	}
	t.Errorf("not everything was done: %v", done)
}

// anyOrder does what administrators do in many orders, and counts what was done.
func (o *office) anyOrder(t *testing.T, done map[string]int) {
	rapid.Check(t, func(r *rapid.T) {
		o.now = today.At(calendar.MustLocalTime("10:00"))
		l := &ledger{ended: map[uuid.UUID]calendar.Day{}}
		for range 3 {
			id := o.hire("PEGASO")
			l.members = append(l.members, id)
			l.grants = append(l.grants, &entry{of: id, role: access.Staff, from: calendar.MustDay("2025-01-01")})
		}
		for range rapid.IntRange(4, 10).Draw(r, "steps") {
			act := o.step(r, l)
			done[act]++
			o.compare(r, l, 1)
		}
		o.compare(r, l, 8)
	})
}

// step does something and enters it where it was not refused.
func (o *office) step(r *rapid.T, l *ledger) string {
	now := calendar.DayOf(o.now)
	anybody := func(name string) uuid.UUID { return rapid.SampledFrom(l.members).Draw(r, name) }
	some := func(entries []*entry) *entry {
		entries = slices.DeleteFunc(slices.Clone(entries), func(e *entry) bool { return e.role == access.Staff })
		if len(entries) == 0 {
			return &entry{id: uuid.New()}
		}
		return rapid.SampledFrom(entries).Draw(r, "which")
	}
	ahead := func(name string, least int) calendar.Day { return now.AddDays(rapid.IntRange(least, 6).Draw(r, name)) }
	switch rapid.SampledFrom([]string{"grant", "grant", "delegate", "delegate", "end grant", "end delegation", "end member", "wait"}).Draw(r, "act") {
	case "grant":
		e := &entry{id: uuid.New(), of: anybody("to"), from: ahead("from", 0), role: rapid.SampledFrom([]access.Role{access.Scout, access.PaymentsOfficer, access.Approver}).Draw(r, "role")}
		if rapid.Bool().Draw(r, "ends") {
			e.by = ahead("by", 0)
		}
		if o.grant(o.chief, e.of, e.role, "PEGASO", func(in *member.GrantInput) { in.ID, in.Days = e.id, member.Days{From: e.from, To: e.by} }) == nil {
			l.grants = append(l.grants, e)
			return "grant"
		}
	case "delegate":
		e := &entry{id: uuid.New(), of: anybody("absent"), to: anybody("stands in"), from: ahead("from", 0), by: ahead("by", 0)}
		in := member.DelegationInput{ID: e.id, Member: e.of, To: e.to, Days: member.Days{From: e.from, To: e.by}}
		if o.in(o.chief, func(ctx context.Context, tx *postgres.Tx) error { return member.Delegate(ctx, tx, in) }) == nil {
			l.delegations = append(l.delegations, e)
			return "delegate"
		}
	case "end grant":
		e, last := some(l.grants), ahead("last", -1)
		if o.endGrant(o.chief, e.id, last.String()) == nil {
			e.end(last)
			return "end grant"
		}
	case "end delegation":
		e, last := some(l.delegations), ahead("last", -1)
		if o.endDelegation(o.chief, e.id, last.String()) == nil {
			e.end(last)
			return "end delegation"
		}
	case "end member":
		m, last := anybody("who"), ahead("last", -1)
		if o.end(o.chief, m, last.String()) == nil {
			l.leave(m, last)
			return "end member"
		}
	case "wait":
		o.at(now.AddDays(rapid.IntRange(1, 3).Draw(r, "days")).String())
		return "wait"
	}
	return "refused"
}

func (l *ledger) leave(m uuid.UUID, last calendar.Day) {
	l.ended[m] = last
	for _, e := range slices.Concat(l.grants, l.delegations) {
		if e.of == m || e.to == m {
			e.end(last)
		}
	}
}

// compare looks at every member on this day and the next ones.
func (o *office) compare(r *rapid.T, l *ledger, days int) {
	asked := o.now
	defer func() { o.now = asked }()
	for ahead := range days {
		day := calendar.DayOf(asked).AddDays(ahead)
		o.at(day.String())
		for _, m := range l.members {
			var got []string
			a, err := (&member.Directory{DB: o.db, Clock: o.clock}).Actor(o.ctx, "test", m.String())
			if err != nil && !errors.Is(err, member.ErrUnknown) {
				r.Fatal(err)
			}
			for _, g := range a.Grants {
				line := string(g.Role)
				if g.For != uuid.Nil {
					line += " for " + g.For.String()
				}
				got = append(got, line)
			}
			slices.Sort(got)
			line := strings.Join(slices.Compact(got), ", ")
			if want := l.holds(m, day); line != want {
				r.Fatalf("on %s a member holds %s, the ledger says %s", day, line, want)
			}
			if strings.Contains(line, string(access.PaymentsOfficer)) && strings.Contains(line, string(access.Approver)) {
				r.Fatalf("on %s a member makes and approves payments: %s", day, line)
			}
		}
	}
}
