package inquiry_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance/inquiry"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

func clock() time.Time { return time.Date(2026, time.December, 10, 11, 0, 0, 0, time.UTC) }

// desk is a database with one person of a partner.
type desk struct {
	t         *testing.T
	db        *postgres.DB
	owner     *pgx.Conn
	programme uuid.UUID
	partner   uuid.UUID
	person    uuid.UUID // participation
}

func open(t *testing.T) *desk {
	t.Helper()
	made := testdb.New(t)
	applied, err := programme.Apply(t.Context(), made.OwnerURL, programme.LavoroInCorso3Name, programme.LavoroInCorso3, clock)
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, programme: applied.Programme, person: uuid.New()}
	if d.owner, err = pgx.Connect(t.Context(), made.OwnerURL); err != nil {
		t.Fatal(err)
	}
	if d.db, err = postgres.Open(t.Context(), postgres.Config{URL: made.AppURL, Keys: made.Keys}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		d.db.Close()
		_ = d.owner.Close(context.Background())
	})
	d.partner = query[uuid.UUID](d, "select id from organisation where code = 'PEGASO'")
	person := uuid.New()
	d.exec(`insert into person (id, given_name, family_name, birth_day, sex, citizenship, municipality, origin, audience)
		select $1, 'Prova', 'Inventata', '1990-05-04', 'FEMALE', 'IT', '045010', 'ENTERED', organisation_line($2)`, person, d.partner)
	d.exec(`insert into participation (id, programme_id, person_id, organisation_id, state, state_since, referred_on, origin, audience)
		select $1, $2, $3, $4, 'ACTIVE', '2026-09-01', '2026-09-01', 'ENTERED', organisation_line($4)`, d.person, d.programme, person, d.partner)
	return d
}

func query[T any](d *desk, sql string, args ...any) (v T) {
	d.t.Helper()
	if err := d.owner.QueryRow(context.Background(), sql, args...).Scan(&v); err != nil {
		d.t.Fatalf("%s: %v", sql, err)
	}
	return v
}

func (d *desk) exec(sql string, args ...any) {
	d.t.Helper()
	if _, err := d.owner.Exec(context.Background(), sql, args...); err != nil {
		d.t.Fatalf("%s: %v", sql, err)
	}
}

func (d *desk) member(role access.Role, body uuid.UUID) access.Actor {
	return access.Actor{Member: uuid.New(), Grants: []access.Grant{{Role: role, Programme: d.programme, Key: body}}}
}

func (d *desk) note(who access.Actor, c inquiry.Call) error {
	return d.db.InTx(d.t.Context(), who, clock, func(ctx context.Context, tx *postgres.Tx) error { return inquiry.NoteCall(ctx, tx, c) })
}

func TestCallsAreNotedAndStay(t *testing.T) {
	d := open(t)
	officer := d.member(access.PaymentsOfficer, d.partner)
	call := inquiry.Call{ID: uuid.New(), Participation: d.person, Month: calendar.MustMonth("2026-11"), Caller: "RELATIVE", Said: "Ha chiamato la sorella: chiede quando arriva novembre"}
	if err := d.note(officer, call); err != nil {
		t.Fatal(err)
	}
	if got := query[string](d, "select concat_ws(' ', month, caller, participation_id = $1, member_id = $2) from payment_call", d.person, officer.Member); got != "2026-11-01 RELATIVE t t" {
		t.Errorf("noted: %s", got)
	}
	if strings.Contains(query[string](d, "select encode(said, 'escape') from payment_call"), "sorella") {
		t.Error("what was said is kept in the clear")
	}
	for _, leak := range []string{"select count(*)::int from outbox o where o::text like '%sorella%'", "select count(*)::int from journal j where j::text like '%sorella%'"} {
		if query[int](d, leak) != 0 {
			t.Errorf("%s finds it", leak)
		}
	}
	for what, c := range map[string]struct {
		who  access.Actor
		call inquiry.Call
		want *refusal.Code
	}{
		"the same id again":     {officer, call, refusal.IDTaken},
		"nothing said":          {officer, inquiry.Call{ID: uuid.New(), Participation: d.person, Caller: "OTHER", Said: " "}, inquiry.SaidNeeded},
		"too much said":         {officer, inquiry.Call{ID: uuid.New(), Participation: d.person, Caller: "OTHER", Said: strings.Repeat("à", 2001)}, inquiry.SaidNeeded},
		"nobody called":         {officer, inquiry.Call{ID: uuid.New(), Participation: d.person, Said: "Prova"}, inquiry.CallerUnknown},
		"a month ahead":         {officer, inquiry.Call{ID: uuid.New(), Participation: d.person, Caller: "OTHER", Said: "Prova", Month: calendar.MustMonth("2027-01")}, inquiry.MonthAhead},
		"who approves":          {d.member(access.Approver, d.partner), inquiry.Call{ID: uuid.New(), Participation: d.person, Caller: "OTHER", Said: "Prova"}, refusal.NotAllowed},
		"another body's office": {d.member(access.PaymentsOfficer, query[uuid.UUID](d, "select id from organisation where code = 'CARRARA'")), inquiry.Call{ID: uuid.New(), Participation: d.person, Caller: "OTHER", Said: "Prova"}, refusal.NotFound},
	} {
		if list, _ := refusal.As(d.note(c.who, c.call)); !list.Has(c.want) {
			t.Errorf("%s: %v, want %s", what, list, c.want)
		}
	}
	for _, sql := range []string{"update payment_call set caller = 'OTHER'", "delete from payment_call"} {
		err := d.db.InTx(t.Context(), d.member(access.System, d.partner), clock, func(ctx context.Context, tx *postgres.Tx) error {
			_, err := tx.NewRaw(sql).Exec(ctx)
			return err
		})
		if err == nil {
			t.Errorf("the program may %s", sql)
		}
	}
}
