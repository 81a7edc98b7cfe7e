package payment_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/allowance/payment"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// A run's money is there, and is asked of the bank, on days on which money moves.
func TestMoneyMovesOnBankWorkingDays(t *testing.T) {
	h := bank(t)
	h.owe(h.person(h.pegaso), h.pegaso, "2026-11", 1_000)
	value := func(asked string) string {
		id := uuid.New()
		h.must(h.officer, func(ctx context.Context, tx *postgres.Tx) error {
			in := payment.Opening{ID: id, Programme: h.programme, Payer: h.payer, UpTo: november}
			if asked != "" {
				in.Value = calendar.MustDay(asked)
			}
			return payment.OpenRun(ctx, tx, in)
		})
		return query[string](h, "select value_day::text from payment_run where id = $1", id)
	}
	for asked, moved := range map[string]string{
		"":           "2026-12-28", // Christmas, a Friday, is the day of the calendar
		"2026-12-12": "2026-12-14", // a Saturday
		"2026-12-14": "2026-12-14",
		"2027-01-01": "2027-01-04",
		"2027-03-26": "2027-03-30", // Good Friday
	} {
		want(t, "value day "+asked, value(asked), moved)
	}
	run := h.approved()
	h.now = time.Date(2027, time.January, 2, 11, 0, 0, 0, time.UTC) // a Saturday
	h.steps(h.officer, run, payment.ExportRun)
	if file := h.files(run)[0]; !strings.Contains(file, "<ReqdExctnDt>2027-01-04</ReqdExctnDt>") && !strings.Contains(file, "<Dt>2027-01-04</Dt>") {
		t.Errorf("the file asks for another day:\n%s", file)
	}
	want(t, "the run's own value day", query[string](h, "select value_day::text from payment_run where id = $1", run), "2026-12-28")
}
