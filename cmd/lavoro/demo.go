package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/lavoroincorso/lavoro/internal/demo"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// demonstrationDeps are the rooms as the program has wired them.
func (a *App) demonstrationDeps() demo.Deps {
	return demo.Deps{DB: a.DB, OwnerURL: a.Config.owner(), Participants: a.rooms.participants, Activities: a.rooms.activities, Placements: a.rooms.placements, Housing: a.rooms.housing,
		Matches: a.rooms.matches, Reactions: a.rooms.reactions()}
}

// demonstrate makes the invented programme up to yesterday, once, so many times smaller than the real one as scale says; a
// start that finds it there does nothing.
func (a *App) demonstrate(ctx context.Context, scale int, out io.Writer) error {
	progress := func(step string) { fmt.Fprintf(out, "\n             %s", step) }
	until := calendar.DayOf(time.Now()).AddDays(-1)
	deps := a.demonstrationDeps()
	deps.Scale = scale
	report, err := demo.Make(ctx, deps, until, progress)
	if err != nil {
		return err
	}
	if report.Made {
		fmt.Fprintf(out, "\n             %d acts up to %s   ", report.Acts, until)
	}
	return nil
}
