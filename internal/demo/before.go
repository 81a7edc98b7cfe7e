package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/lavoroincorso/lavoro/internal/history"
)

// earlierInterns are how many people were interns elsewhere before.
const earlierInterns = 6

// before brings in what was before the programme was kept here: internships of some people elsewhere, and spending of the first two months, in a
// folder each. They wait for somebody else to confirm them.
func (o *office) before(ctx context.Context) error {
	spending, earlier := "budget_line;month;amount;reference\n", "fiscal_code;promoter;host;from;to\n"
	for n := range 2 {
		spending += fmt.Sprintf("all_the_rest;%s;%d,50;F-%d\n", o.from.Month().Add(n), 1200+350*n, 7+n)
	}
	for n, p := range o.people[:min(earlierInterns, len(o.people))] {
		first := o.from.AddMonths(-14 - n)
		earlier += fmt.Sprintf("%s;Centro per l'impiego;Bottega %d;%s;%s\n", p.code, n+1, first, first.AddMonths(3).AddDays(-1))
	}
	clock := func() time.Time { return clockTime(o.until, night+40) }
	for _, files := range []map[string][]byte{{"spending.csv": []byte(spending)}, {"earlier.csv": []byte(earlier)}} {
		report, err := history.Room{People: o.deps.Participants}.Stage(ctx, o.deps.DB, o.system.actor, clock,
			history.Folder{Programme: o.programme, By: o.at("coordinator", lead).id, Files: files})
		if err != nil {
			return err
		}
		for _, p := range report.Problems {
			o.refused = append(o.refused, fmt.Sprintf("%s history %s:%d %s", o.until, p.File, p.Row, p.Code))
		}
	}
	return nil
}
