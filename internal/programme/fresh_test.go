package programme_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/journal"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Rules that were applied before the program knew a new one are refused by name, and say who adds it.
func TestOlderRulesAreRefusedByName(t *testing.T) {
	p := newPlace(t)
	p.apply(programme.LavoroInCorso3)
	if _, err := p.conn.Exec(p.ctx, "alter table policy_rule disable trigger user; delete from policy_rule where code in ('access.fresh_acts', 'access.invitation_days')"); err != nil {
		t.Fatal(err)
	}
	db, err := postgres.Open(p.ctx, postgres.Config{URL: p.url, Plans: 1, Acts: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	id := uuid.MustParse(p.text("select id from programme"))
	ask := func(day string) error {
		return db.InTx(p.ctx, access.Actor{Member: uuid.New()}, p.clock, func(ctx context.Context, tx *postgres.Tx) error {
			policy, err := programme.PolicyOn(ctx, tx, id, calendar.MustDay(day))
			if err == nil && policy.Int("access.invitation_days") == 0 {
				t.Error("no days")
			}
			return err
		})
	}
	p.today = "2025-03-03"
	err = ask(p.today)
	list, ok := refusal.As(err)
	if !ok || !list.Has(programme.PolicyLacks) {
		t.Fatalf("%v", err)
	}
	if said := list[0].Localized("it"); !strings.Contains(said.Message, "access.invitation_days, access.fresh_acts") || !strings.Contains(said.Cure, "lavoro programme apply") || said.CuredBy == "" {
		t.Errorf("%+v", said)
	}
	p.apply([]byte(strings.NewReplacer("  number: 1\n", "  number: 2\n", "valid_from: 2024-12-19", "valid_from: 2025-03-03").Replace(string(programme.LavoroInCorso3))))
	for _, day := range []string{"2025-03-03", "2025-01-10"} { // also for what is late, or explained
		if err := ask(day); err != nil {
			t.Errorf("on %s, after the next version: %v", day, err)
		}
	}
}

// TestWhatAsksForARecentSignIn: acts that the rules name, by how long ago the actor proved who he is.
func TestWhatAsksForARecentSignIn(t *testing.T) {
	p := newPlace(t)
	p.apply(programme.LavoroInCorso3)
	id := uuid.MustParse(p.text("select id from programme"))
	db, err := postgres.Open(p.ctx, postgres.Config{URL: p.url, Plans: 1, Acts: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const never = -1
	for name, c := range map[string]struct {
		day     string
		ago     time.Duration
		acts    []access.Act
		refused bool
	}{
		"just now":                              {"2025-03-03", 0, []access.Act{access.RecordBankDetails}, false},
		"a moment ahead, by the issuer's clock": {"2025-03-03", -time.Second, []access.Act{access.RecordBankDetails}, false},
		"fifteen minutes ago":                   {"2025-03-03", 15 * time.Minute, []access.Act{access.RecordBankDetails}, false},
		"longer ago":                            {"2025-03-03", 15*time.Minute + time.Second, []access.Act{access.RecordBankDetails}, true},
		"nobody knows when":                     {"2025-03-03", never, []access.Act{access.ErasePerson}, true},
		"an act that the rules do not name":     {"2025-03-03", never, []access.Act{access.RecordAttendance}, false},
		"an act within another":                 {"2025-03-03", never, []access.Act{access.RecordAttendance, access.GrantRole}, true},
		"nothing done":                          {"2025-03-03", never, nil, false},
		"before there are rules":                {"2024-12-18", never, []access.Act{access.GrantRole}, false},
	} {
		t.Run(name, func(t *testing.T) {
			p.today = c.day
			actor := access.Actor{Member: uuid.New()}
			if c.ago != never {
				actor.SignedInAt = p.clock().Add(-c.ago)
			}
			undone := errors.New("undone")
			err := db.InTx(p.ctx, actor, p.clock, func(ctx context.Context, tx *postgres.Tx) error {
				for _, act := range c.acts {
					tx.Enter(journal.Entry{Programme: id, Act: string(act)})
				}
				if err := programme.Fresh(ctx, tx); err != nil {
					return err
				}
				return undone
			})
			list, _ := refusal.As(err)
			var stale *programme.Stale
			if got := errors.As(err, &stale) && list.Has(programme.SignInAgain) && stale.Minutes == 15; got != c.refused || got == errors.Is(err, undone) {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestTheRulesSayWhichActsAskForARecentSignIn, and for how long it is recent.
func TestTheRulesSayWhichActsAskForARecentSignIn(t *testing.T) {
	p := newPlace(t)
	p.apply(with(t, programme.LavoroInCorso3, "value: [recordBankDetails, approveRun, exportRun, resolveLine, inviteMember, inviteGuest, grantRole, delegate, openMandate, appointRepresentative, openOwnAccess, unprotectParticipant, erasePerson, answerHousingGrant]", "value: [recordAttendance]",
		"value: 15\n      unit: minutes", "value: 3\n      unit: minutes"))
	id := uuid.MustParse(p.text("select id from programme"))
	for act, minutes := range map[access.Act]int{access.RecordAttendance: 3, access.RecordBankDetails: 0} {
		p.as(access.Coordinator, uuid.New(), id, func(ctx context.Context, tx *postgres.Tx) error {
			tx.Enter(journal.Entry{Programme: id, Act: string(act), SubjectKind: "Participant"})
			var stale *programme.Stale
			if err := programme.Fresh(ctx, tx); errors.As(err, &stale) != (minutes > 0) || stale != nil && stale.Minutes != minutes {
				t.Errorf("%s: %v", act, err)
			}
			return nil
		})
	}
}
