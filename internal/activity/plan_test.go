package activity_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/activity"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

func TestAnActivityIsOpenToEveryPartner(t *testing.T) {
	o := newOffice(t)
	o.planned("GI_GROUP", 12)
	for org, id := range o.orgs {
		if n := o.seen(o.actor(id, access.Staff), "activity"); n != 1 {
			t.Errorf("%s sees %d activities", org, n)
		}
	}
	if n := o.seen(o.actor(uuid.New(), access.Staff), "activity"); n != 0 {
		t.Errorf("a stranger sees %d activities", n)
	}
	if got := one[string](o, "select concat_ws('|', act, kind, subject_kind) from outbox"); got != "planActivity|ENTERED|Activity" {
		t.Errorf("news %s", got)
	}
}

func TestPlanRefuses(t *testing.T) {
	o := newOffice(t)
	taken := o.planned("AIAS", 0)
	zero := 0
	for name, c := range map[string]struct {
		change func(*activity.Planned)
		want   []string
	}{
		"a taken id":           {func(p *activity.Planned) { p.ID = taken }, []string{"ID_TAKEN@id"}},
		"no words":             {func(p *activity.Planned) { p.Title, p.Place = " ", strings.Repeat("x", 201) }, []string{"INVALID_VALUE@title", "INVALID_VALUE@place"}},
		"unreadable words":     {func(p *activity.Planned) { p.Title = "a\x00b" }, []string{"INVALID_VALUE@title"}},
		"unknown codes":        {func(p *activity.Planned) { p.Kind, p.Certificate = "HOLIDAY", "MAGIC" }, []string{"CODE_UNKNOWN@kind", "CODE_UNKNOWN@certificate"}},
		"days the wrong way":   {func(p *activity.Planned) { p.To = day("2026-03-15") }, []string{"ACTIVITY_ENDS_BEFORE_START@toDay"}},
		"outside":              {func(p *activity.Planned) { p.To = day("2028-01-01") }, []string{"ACTIVITY_OUTSIDE_PROGRAMME@fromDay"}},
		"no hours":             {func(p *activity.Planned) { p.PlannedMinutes = 0 }, []string{"INVALID_VALUE@plannedMinutes"}},
		"more hours than time": {func(p *activity.Planned) { p.PlannedMinutes = 12*24*60 + 1 }, []string{"INVALID_VALUE@plannedMinutes"}},
		"no seats":             {func(p *activity.Planned) { p.Seats = &zero }, []string{"INVALID_VALUE@seats"}},
		"another's partner":    {func(p *activity.Planned) { p.Organisation = o.orgs["UISP"] }, []string{"NOT_ALLOWED@organisation"}},
		"no partner":           {func(p *activity.Planned) { p.Organisation = uuid.New() }, []string{"NOT_FOUND@organisation"}},
		"another's programme":  {func(p *activity.Planned) { p.Programme = uuid.New() }, []string{"NOT_FOUND@organisation"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := o.course("AIAS", 0)
			c.change(&p)
			refused(t, o.plan(o.coordinator("AIAS"), p), c.want...)
		})
	}
	refused(t, o.plan(o.actor(o.orgs["AIAS"], access.Scout), o.course("AIAS", 0)), "NOT_ALLOWED@")
	if n := one[int](o, "select count(*) from activity"); n != 1 {
		t.Errorf("%d activities stand", n)
	}
}

// TestAPromoterHasOneInternshipActivity: also when several internships are drafted at once.
func TestAPromoterHasOneInternshipActivity(t *testing.T) {
	o := newOffice(t)
	staff := o.actor(o.orgs["AIAS"], access.Staff)
	ids := make([]uuid.UUID, 4)
	var done sync.WaitGroup
	for i := range ids {
		done.Go(func() {
			err := o.as(staff, func(ctx context.Context, tx *postgres.Tx) (err error) {
				ids[i], err = activity.InternshipActivity(ctx, tx, o.programme, o.orgs["AIAS"])
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	done.Wait()
	for _, id := range ids {
		if id != ids[0] || id == uuid.Nil {
			t.Errorf("activities %v", ids)
		}
	}
	if got := one[string](o, "select concat_ws('|', kind, from_day, to_day, planned_minutes) from activity"); got != "INTERNSHIP|2024-12-19|2027-12-18|0" {
		t.Errorf("the activity is %s", got)
	}
}
