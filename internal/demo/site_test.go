package demo_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/activity"
	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/allowance/housing"
	"github.com/lavoroincorso/lavoro/internal/allowance/payment"
	"github.com/lavoroincorso/lavoro/internal/allowance/recovery"
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

// until is the last day of most demonstrations made here: any day would do.
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
	_, err := programme.Apply(ctx, db.OwnerURL, programme.LavoroInCorso3Name, programme.Demonstration(), time.Now)
	must(t, err)
	app, err := postgres.Open(ctx, postgres.Config{URL: db.AppURL, Keys: db.Keys})
	must(t, err)
	t.Cleanup(app.Close)
	conn, err := pgx.Connect(ctx, db.OwnerURL)
	must(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return &site{t: t, deps: wired(app, db.OwnerURL, scale), conn: conn}
}

func wired(app *postgres.DB, ownerURL string, scale int) demo.Deps {
	onState := []func(context.Context, *postgres.Tx, event.Transition) error{
		duty.NewClocks(participant.Clocks(), company.Clocks(), placement.DueClocks(), attendance.MonthClocks(), attendance.EntryClocks(), allowance.ContestClocks(), payment.Clocks(), recovery.Clocks(), housing.Clocks(), matching.DueClocks()).OnState,
	}
	deps := demo.Deps{DB: app, OwnerURL: ownerURL, Scale: scale,
		Participants: participant.Room{OnState: onState, Vetoes: []participant.Veto{placement.VetoWithdrawal}},
		Activities:   activity.Room{StopGates: []activity.StopGate{attendance.LeaveGate}},
		Placements: placement.Room{OnState: append(slices.Clone(onState), attendance.FollowExtensions, allowance.FollowCommitments), AttestGates: []placement.Gate{attendance.AttestGate},
			StopGates: []placement.StopGate{attendance.StopGate}},
	}
	deps.Matches = matching.Room{OnState: onState, Placement: deps.Placements}
	deps.Housing = housing.Room{OnState: append(slices.Clone(onState), allowance.FollowCommitments)}
	deps.Reactions = []duty.Reaction{
		{Name: "allowance", SubjectKinds: []string{"Attendance", "RegisterMonth", "Placement"}, React: allowance.React},
		duty.Reaction(deps.Matches.Reaction()),
		{Name: "limits", SubjectKinds: []string{"PolicyVersion"}, React: attendance.FollowRules},
		{Name: "register", SubjectKinds: []string{"RegisterMonth"}, React: attendance.FollowMonths(onState[0])},
		{Name: "entries", SubjectKinds: []string{"Attendance"}, React: attendance.FollowEntries(onState[0])},
		{Name: "contests", SubjectKinds: []string{"AllowanceContest", "AllowanceStatement"}, React: allowance.FollowContests(onState[0])},
		{Name: "recoveries", SubjectKinds: []string{"AllowanceStatement", "PaymentRun", "Recovery", "RecoveryDischarge"}, React: recovery.Follow(onState[0])},
		{Name: "openings", SubjectKinds: []string{"Opening"}, React: company.Follow(onState[0])},
	}
	return deps
}

// count gives one number.
func (s *site) count(query string, args ...any) (n int) {
	s.t.Helper()
	if err := s.conn.QueryRow(context.Background(), query, args...).Scan(&n); err != nil {
		s.t.Fatalf("%s: %v", query, err)
	}
	return n
}

// beside are tables that the demonstration does not fill, or whose rows are another matter: the programme's own.
var beside = []string{"installation", "lease", "manifest_use", "sign_in_version", "schema_migration", "audience_follower", "programme", "organisation", "policy_version", "policy_rule", "code_item", "municipality",
	"programme_holiday", "programme_target", "budget_line", "budget_ledger", "payer", "payer_tax", "funding_gate", "programme_finding", "outbox_rest", "journal_rest", "read_journal_rest"}

// content gives the rows of every table as text, by table. Pseudonyms are drawn by lot. Chains, hashes and sealed details hang on ids that acts make, marks and wrapped keys on the installation's keys.
func (s *site) content() map[string][]string {
	ctx := context.Background()
	rows, err := s.conn.Query(ctx, "select tablename from pg_tables where schemaname = 'public' and tablename <> all ($1) and tablename !~ '^(outbox|journal|read_journal)_[0-9]' order by 1", beside)
	must(s.t, err)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(s.t, err)
	all := map[string][]string{}
	for _, table := range tables {
		rows, err := s.conn.Query(ctx, fmt.Sprintf("select (to_jsonb(t) - '{chain,detail,detail_digest,fingerprint,alike,index_version,wrapped,kek_version,pseudonym,end_to_end_id,sha256,named}'::text[])::text from %s t", table))
		must(s.t, err)
		all[table], err = pgx.CollectRows(rows, pgx.RowTo[string])
		must(s.t, err)
	}
	return all
}

// ciphertext is what is sealed, each time with other random bytes, and hashes over ids that acts make: always of the same length.
var ciphertext = regexp.MustCompile(`"(\\\\x)?[0-9a-f]{40,}"`)

// keys is an audience, or what news are related to: a set, whatever its order.
var keys = regexp.MustCompile(`"(audience|related)": \[[^]]*\]`)

var uuids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// compare holds two contents against each other. An id that only one of them has was made by an act, or is the programme's.
func compare(t *testing.T, a, b map[string][]string) {
	common := map[string]bool{}
	inA := idsIn(a)
	for id := range idsIn(b) {
		common[id] = inA[id]
	}
	if len(common) < 1000 {
		t.Errorf("only %d ids", len(common))
	}
	for table := range a {
		x, y := masked(a[table], common), masked(b[table], common)
		if len(x) != len(y) {
			t.Errorf("%s has %d and %d rows", table, len(x), len(y))
			continue
		}
		for i := range x {
			if x[i] != y[i] {
				t.Errorf("%s differs:\n%s\n%s", table, x[i], y[i])
				break
			}
		}
	}
}

func idsIn(content map[string][]string) map[string]bool {
	ids := map[string]bool{}
	for _, rows := range content {
		for _, r := range rows {
			for _, id := range uuids.FindAllString(r, -1) {
				ids[id] = true
			}
		}
	}
	return ids
}

func masked(rows []string, common map[string]bool) []string {
	list := make([]string, len(rows))
	for i, r := range rows {
		list[i] = uuids.ReplaceAllStringFunc(r, func(id string) string {
			if common[id] {
				return id
			}
			return "*"
		})
		list[i] = ciphertext.ReplaceAllStringFunc(list[i], func(sealed string) string { return fmt.Sprintf(`"sealed %d"`, len(sealed)) })
		list[i] = keys.ReplaceAllStringFunc(list[i], func(set string) string {
			each := strings.Split(set[strings.IndexByte(set, '[')+1:len(set)-1], ", ")
			slices.Sort(each)
			return strings.Join(each, ", ")
		})
	}
	slices.Sort(list)
	return list
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
