package placement_test

import (
	"context"
	"strings"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/placement"
	"github.com/lavoroincorso/lavoro/internal/placement/placementtest"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Numbers agree with the words beside them, one too.
func TestWordsAgreeWithTheirNumbers(t *testing.T) {
	d := newDesk(t)
	d.Exec("update policy_rule set value = '1' where code in ('placement.communication_days_before', 'placement.max_months', 'placement.tutor_max_interns')")
	said := func(err error) (all string) {
		list, _ := refusal.As(err)
		for _, r := range list {
			all += r.Localized("it").Message + " "
		}
		return all
	}
	d.Exec("update policy_rule set value = '2' where code = 'placement.duration_months'")
	opening, _ := d.Opening(placementtest.Seats{})
	person := d.Active(placementtest.Who{})
	if got := said(d.draft(d.System(), d.draftOf(person, opening))); !strings.Contains(got, "durata massima di 1 mese.") {
		t.Errorf("too long: %s", got)
	}
	in := d.draftOf(person, opening)
	in.ToDay = d.Today.AddDays(20)
	d.Must(d.draft(d.System(), in))
	d.take(in.ID, ways[placement.ProjectDone]...)
	err := d.As(d.System(), func(ctx context.Context, tx *postgres.Tx) error {
		return d.room.Communicate(ctx, tx, placement.CommunicateInput{Step: placement.Step{Placement: in.ID}, Code: "UNILAV-1"})
	})
	if got := said(err); !strings.Contains(got, "almeno 1 giorno prima dell'inizio") {
		t.Errorf("late: %s", got)
	}
	d.take(in.ID, access.CommunicatePlacement)
	other, _ := d.Opening(placementtest.Seats{})
	next := d.draftOf(d.Active(placementtest.Who{}), other)
	next.ToDay = in.ToDay
	d.Must(d.draft(d.System(), next))
	d.take(next.ID, ways[placement.ProjectDone]...)
	if got := said(d.do(d.System(), access.CommunicatePlacement, placement.Step{Placement: next.ID})); !strings.Contains(got, "segue già 1 tirocinante,") {
		t.Errorf("full: %s", got)
	}
}
