package allowance_test

import (
	"context"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

func TestManyMonthsAreWorkedOutTogether(t *testing.T) {
	h := open(t)
	var months []allowance.Month
	for range 40 {
		p := h.participation()
		h.hours(h.enrolment(p, "INTERNSHIP"), "2026-11", 8, 16)
		months = append(months, allowance.Month{Participation: p, Month: november}, allowance.Month{Participation: p, Month: november.Prev()})
	}
	err := h.act(h.actor(access.System, h.lead), func(ctx context.Context, tx *postgres.Tx) error {
		ids, err := allowance.ComputeMany(ctx, tx, append(months, months[0])) // named twice, still one
		if len(ids) != len(months) || tx.Told() != len(months) {
			t.Errorf("%d statements, %d events, want %d of each", len(ids), tx.Told(), len(months))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := query[string](h, "select count(*) || ' ' || sum(total_cents) from allowance"); got != "80 256000" {
		t.Errorf("statements and their sum: %s", got)
	}
}
