package demo_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/company"
	"github.com/lavoroincorso/lavoro/internal/demo"
	"github.com/lavoroincorso/lavoro/internal/duty"
	"github.com/lavoroincorso/lavoro/internal/matching"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/placement"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// until is the last day of the demonstrations made here: any day would do.
var until = calendar.MustDay("2026-11-20")

// site is a fresh database with the programme applied and the rooms wired as in the program.
type site struct {
	t    *testing.T
	deps demo.Deps
	conn *pgx.Conn // the owner of the tables, who sees everything
}

func newSite(t *testing.T, scale int) *site {
	t.Helper()
	ctx := context.Background()
	db := testdb.New(t)
	_, err := programme.Apply(ctx, db.OwnerURL, programme.LavoroInCorso3Name, programme.LavoroInCorso3, time.Now)
	must(t, err)
	app, err := postgres.Open(ctx, postgres.Config{URL: db.AppURL})
	must(t, err)
	t.Cleanup(app.Close)
	conn, err := pgx.Connect(ctx, db.OwnerURL)
	must(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	onState := []func(context.Context, *postgres.Tx, event.Transition) error{
		duty.NewClocks(participant.Clocks(), company.Clocks(), placement.DueClocks(), matching.DueClocks()).OnState,
	}
	deps := demo.Deps{DB: app, OwnerURL: db.OwnerURL, Scale: scale,
		Participants: participant.Room{Secret: []byte("a secret for tests only"), OnState: onState, Vetoes: []participant.Veto{placement.VetoWithdrawal}},
		Placements:   placement.Room{OnState: onState, AttestGates: []placement.AttestGate{attendance.AttestGate}},
	}
	deps.Matches = matching.Room{OnState: onState, Placement: deps.Placements}
	deps.Reactions = []duty.Reaction{{Name: "allowance", SubjectKinds: []string{"Attendance"}, React: allowance.React}, duty.Reaction(deps.Matches.Reaction())}
	return &site{t: t, deps: deps, conn: conn}
}

func (s *site) make() demo.Report {
	s.t.Helper()
	start := time.Now()
	report, err := demo.Make(context.Background(), s.deps, until, func(string) {})
	must(s.t, err)
	s.t.Logf("%d acts, %.1f s", report.Acts, time.Since(start).Seconds())
	for i, r := range report.Refused {
		if i < 25 {
			s.t.Errorf("refused: %s", r)
		}
	}
	if n := len(report.Refused); n > 25 {
		s.t.Errorf("%d refusals in all", n)
	}
	return report
}

// count gives one number.
func (s *site) count(query string, args ...any) (n int) {
	s.t.Helper()
	must(s.t, s.conn.QueryRow(context.Background(), query, args...).Scan(&n))
	return n
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestSmall(t *testing.T) {
	newSite(t, 10).make()
}

func TestWhole(t *testing.T) {
	s := newSite(t, 1)
	defer sample(t, s)()
	s.make()
	for _, q := range []string{"select count(*) from participation", "select count(*) from placement", "select count(*) from company", "select count(*) from attendance", "select count(*) from outbox",
		"select count(*) from allowance", "select count(*) from allowance_line where kind = 'CAP'", "select count(*) from match", "select count(*) from due where done_at is null",
		"select count(*) from due where done_at is null and due_at < '2026-11-20'", "select count(*) from attendance where standing = 'CONTESTED'", "select count(*) from certificate"} {
		t.Logf("%6d %s", s.count(q), q)
	}
	for _, q := range []string{"select state || ' ' || count(*) from placement group by state", "select state || ' ' || count(*) from participation group by state",
		"select outcome || ' ' || count(*) from verdict group by outcome", "select state || ' ' || count(*) from opening group by state", "select state || ' ' || count(*) from match group by state",
		"select kind || ' ' || count(*) from due where done_at is null group by kind",
		"select kind || ' late ' || count(*) from due where done_at is null and due_at < '2026-11-20' group by kind",
		"select standing || ' ' || kind || ' ' || count(*) from attendance group by standing, kind",
		"select code || ' ' || count(*) from participation_group group by code", "select email || ' ' || role || ' ' || organisation from demonstration_people()",
		"select recorded_by || ' ' || count(*) from attendance group by recorded_by"} {
		rows, err := s.conn.Query(context.Background(), q)
		must(t, err)
		list, err := pgx.CollectRows(rows, pgx.RowTo[string])
		must(t, err)
		t.Log(list)
	}
}
