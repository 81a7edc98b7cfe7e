package member_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

func TestDelegationIsRefused(t *testing.T) {
	o := newOffice(t)
	absent, to, elsewhere, twin, gone := o.hire("PEGASO"), o.hire("PEGASO"), o.hire("AIAS"), o.hire("PEGASO"), o.hire("PEGASO")
	o.exec("update member set email = (select email from member where id = $1) where id = $2", absent, twin)
	o.exec("update member set ended_on = '2026-03-01' where id = $1", gone)
	g, others, circle := o.bestow(absent, access.Tutor, "PEGASO"), o.bestow(to, access.Scout, "PEGASO"), o.bestow(absent, access.CaseManager, "PEGASO")
	o.exec("update access_grant set scope = 'CIRCLE', over_id = $2 where id = $1", circle, o.protected(nil))
	later := o.bestow(absent, access.Scout, "PEGASO")
	o.exec("update access_grant set from_day = '2026-05-01' where id = $1", later)
	for name, c := range map[string]struct {
		by, absent, to uuid.UUID
		first, last    string
		grants         []uuid.UUID
		code           *refusal.Code
		path           []string
	}{
		"to himself":                     {absent, absent, absent, "", "2026-04-01", nil, member.SelfDelegation, []string{"to"}},
		"to his other account":           {absent, absent, twin, "", "2026-04-01", nil, member.SelfDelegation, []string{"to"}},
		"to another partner":             {absent, absent, elsewhere, "", "2026-04-01", nil, member.DelegateElsewhere, []string{"to"}},
		"to who is gone":                 {absent, absent, gone, "", "2026-04-01", nil, member.MemberEnded, []string{"to"}},
		"to nobody":                      {absent, absent, uuid.New(), "", "2026-04-01", nil, refusal.NotFound, []string{"to"}},
		"by a colleague":                 {to, absent, to, "", "2026-04-01", nil, refusal.NotAllowed, nil},
		"by an administrator to himself": {o.boss, absent, o.boss, "", "2026-04-01", nil, member.SelfGrant, []string{"to"}},
		"by another body's":              {o.boss, elsewhere, to, "", "2026-04-01", nil, refusal.NotAllowed, nil},
		"without end":                    {absent, absent, to, "", "", nil, refusal.InvalidValue, []string{"toDay"}},
		"that ends before it begins":     {absent, absent, to, "2026-04-02", "2026-04-01", nil, refusal.InvalidValue, []string{"toDay"}},
		"from yesterday":                 {absent, absent, to, "2026-03-17", "2026-04-01", nil, refusal.InvalidValue, []string{"fromDay"}},
		"of somebody else's grant":       {absent, absent, to, "", "2026-04-01", []uuid.UUID{g, others}, member.NotDelegable, []string{"grants", "1"}},
		"of a grant over one person":     {absent, absent, to, "", "2026-04-01", []uuid.UUID{circle}, member.NotDelegable, []string{"grants", "0"}},
		"of a grant of other days":       {absent, absent, to, "", "2026-04-01", []uuid.UUID{later}, member.NotDelegable, []string{"grants", "0"}},
		"of nothing":                     {absent, absent, to, "", "2026-04-01", []uuid.UUID{}, member.NotDelegable, []string{"grants"}},
	} {
		t.Run(name, func(t *testing.T) {
			wants(t, o.delegate(c.by, c.absent, c.to, c.first, c.last, c.grants...), c.code, c.path...)
		})
	}
}

// A delegation begins and ends with its civil days in Rome, and hands on what the absent member himself holds on the day.
func TestADelegateHoldsWhatTheAbsentMemberDoes(t *testing.T) {
	o := newOffice(t)
	absent, to, third := o.hire("PEGASO"), o.hire("UISP"), o.hire("PEGASO")
	o.bestow(absent, access.Tutor, "PEGASO")
	scout := o.bestow(absent, access.Scout, "PEGASO")
	o.must(o.delegate(o.boss, absent, to, "2026-03-20", "2026-03-22"))
	o.must(o.delegate(to, to, third, "2026-03-20", "2026-03-22"))
	midnight := func(day string, minutes int) {
		o.now = calendar.MustDay(day).Start().Add(time.Duration(minutes) * time.Minute)
	}
	for _, c := range []struct {
		day     string
		minutes int
		stands  bool
	}{{"2026-03-20", -1, false}, {"2026-03-20", 0, true}, {"2026-03-22", 1439, true}, {"2026-03-23", 0, false}} {
		midnight(c.day, c.minutes)
		a := o.as(to)
		if got := a.ActsFor(access.RecordAttendance, o.programme, []uuid.UUID{access.TutorKey(o.programme, absent)}) == absent; got != c.stands {
			t.Errorf("%s %+d min: stands in %v", c.day, c.minutes, got)
		}
		if holds(o.as(third), access.Tutor) {
			t.Error("what was delegated is handed on")
		}
	}
	o.at("2026-03-21")
	if !holds(o.as(to), access.Scout) {
		t.Error("not all is handed on")
	}
	o.must(o.endGrant(o.boss, scout, ""))
	if holds(o.as(to), access.Scout) {
		t.Error("the delegate holds more than the absent member")
	}
	// The last day of what is handed on is the earlier of the two.
	for _, g := range o.as(to).Grants {
		if g.For == absent && g.To != calendar.MustDay("2026-03-22") {
			t.Errorf("%s to %s", g.Role, g.To)
		}
	}
}

func TestEndingADelegation(t *testing.T) {
	o := newOffice(t)
	absent, to, third := o.hire("PEGASO"), o.hire("PEGASO"), o.hire("PEGASO")
	g := o.bestow(absent, access.Tutor, "PEGASO")
	o.bestow(absent, access.Scout, "PEGASO")
	for i, by := range []uuid.UUID{absent, to, o.boss} {
		o.must(o.delegate(absent, absent, to, "", "2026-04-01", g))
		var id uuid.UUID
		o.one("select id from delegation where to_day = '2026-04-01'", &id)
		if a := o.as(to); !holds(a, access.Tutor) || holds(a, access.Scout) {
			t.Errorf("%d: the grant that is named is not handed on, or another is", i)
		}
		wants(t, o.endDelegation(third, id, ""), refusal.NotFound, "delegation")
		wants(t, o.endDelegation(by, id, "2026-04-02"), refusal.InvalidValue, "lastDay")
		o.must(o.endDelegation(by, id, ""))
		if holds(o.as(to), access.Tutor) {
			t.Errorf("%d: it was ended, and holds", i)
		}
	}
}
