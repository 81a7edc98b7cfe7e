package duty_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/duty"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// start is when these tests begin; each moves the time itself.
var start = time.Date(2026, time.November, 2, 9, 0, 0, 0, time.UTC)

// clocks are those of the tests: two waiting states, whose days the programme's file gives (7 and 15).
var clocks = []event.Clock{
	{Concept: "participant", State: "REFERRED", SubjectKind: "Participant", Prefix: "prt", Policy: "clock.participant.REFERRED", Kind: "participant.check",
		Label: text.Text{It: "Verifica i requisiti", En: "Check the requirements"}},
	{Concept: "participant", State: "ELIGIBILITY_CHECK", SubjectKind: "Participant", Prefix: "prt", Policy: "clock.participant.ELIGIBILITY_CHECK", Kind: "participant.decide",
		Label: text.Text{It: "Decidi l'ammissione", En: "Decide on admission"}},
}

// house is a database with the programme, a simulated time, and two members.
type house struct {
	t           testing.TB
	db          *postgres.DB
	owner       *pgx.Conn
	programme   uuid.UUID
	lead        uuid.UUID
	partner     uuid.UUID
	coordinator uuid.UUID // member, coordinates the partner
	manager     uuid.UUID // member of the partner

	mu  sync.Mutex
	now time.Time
}

func open(t testing.TB) *house { return over(t, testdb.New(t)) }

func over(t testing.TB, made *testdb.DB) *house {
	t.Helper()
	h := &house{t: t, now: start, coordinator: uuid.New(), manager: uuid.New()}
	applied, err := programme.Apply(t.Context(), made.OwnerURL, programme.LavoroInCorso3Name, programme.LavoroInCorso3, h.clock)
	if err != nil {
		t.Fatal(err)
	}
	h.programme = applied.Programme
	if h.owner, err = pgx.Connect(t.Context(), made.OwnerURL); err != nil {
		t.Fatal(err)
	}
	if h.db, err = postgres.Open(t.Context(), postgres.Config{URL: made.AppURL, Keys: made.Keys}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		h.db.Close()
		_ = h.owner.Close(context.Background())
	})
	h.lead = query[uuid.UUID](h, "select id from organisation where code = 'ASL'")
	h.partner = query[uuid.UUID](h, "select id from organisation where code = 'CARRARA'")
	if !applied.Changed {
		return h
	}
	h.member(h.coordinator, "coordina@example.org")
	h.member(h.manager, "segue@example.org")
	h.exec(`insert into access_grant (id, member_id, programme_id, role, over_id, from_day, audience) values ($1, $2, $3, 'PARTNER_COORDINATOR', $4, '2025-01-01', $5)`,
		uuid.New(), h.coordinator, h.programme, h.partner, []uuid.UUID{h.partner, h.lead})
	return h
}

func (h *house) member(id uuid.UUID, email string) {
	h.exec(`insert into member (id, issuer, subject, email, name, audience) values ($1, 'test', $2, $2, 'Nome Inventato', $3)`, id, email, []uuid.UUID{h.partner, h.lead, id})
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *house) sleep(days int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.AddDate(0, 0, days)
}

func query[T any](h *house, sql string, args ...any) (v T) {
	h.t.Helper()
	if err := h.owner.QueryRow(context.Background(), sql, args...).Scan(&v); err != nil {
		h.t.Fatalf("%s: %v", sql, err)
	}
	return v
}

func (h *house) exec(sql string, args ...any) {
	h.t.Helper()
	if _, err := h.owner.Exec(context.Background(), sql, args...); err != nil {
		h.t.Fatalf("%s: %v", sql, err)
	}
}

// participation is a person of the partner, followed by the manager.
func (h *house) participation() uuid.UUID {
	person, id := uuid.New(), uuid.New()
	h.exec(`insert into person (id, given_name, family_name, birth_day, sex, citizenship, municipality, origin, audience)
		values ($1, 'Prova', 'Inventata', '1990-05-04', 'FEMALE', 'IT', '045010', 'ENTERED', $2)`, person, h.audience())
	h.exec(`insert into participation (id, programme_id, person_id, organisation_id, state, state_since, referring_service, referred_on, origin, audience)
		values ($1, $2, $3, $4, 'REFERRED', '2026-11-02', null, '2026-11-02', 'ENTERED', $5)`, id, h.programme, person, h.partner, h.audience())
	return id
}

func (h *house) audience() []uuid.UUID {
	return []uuid.UUID{h.partner, h.lead, access.CaseKey(h.programme, h.manager)}
}

// system is the house's own actor.
func (h *house) system() access.Actor {
	h.t.Helper()
	actor, err := duty.SystemActor(h.t.Context(), h.db)
	if err != nil {
		h.t.Fatal(err)
	}
	return actor
}

func (h *house) act(fn func(context.Context, *postgres.Tx) error) {
	h.t.Helper()
	if err := h.db.InTx(h.t.Context(), h.system(), h.clock, fn); err != nil {
		h.t.Fatal(err)
	}
}

// goes tells of a transition of the participation, owned by the manager first and by the partner after him.
func (h *house) goes(participation uuid.UUID, from, to string, owners ...uuid.UUID) {
	h.t.Helper()
	if owners == nil {
		owners = []uuid.UUID{h.manager, h.partner, h.lead}
	}
	h.act(func(ctx context.Context, tx *postgres.Tx) error {
		return duty.NewClocks(clocks).OnState(ctx, tx, event.Transition{Programme: h.programme, Concept: "participant", SubjectKind: "Participant",
			Subject: participation, Participation: participation, From: from, To: to, Owners: owners, Audience: h.audience()})
	})
}

// say puts an event on the subject into the outbox.
func (h *house) say(kind string, subjects ...uuid.UUID) {
	h.t.Helper()
	h.act(func(_ context.Context, tx *postgres.Tx) error {
		for _, subject := range subjects {
			tx.Tell(event.News{Programme: h.programme, Act: "test", Kind: event.Changed, SubjectKind: kind, Subject: subject, Audience: h.audience()}, nil)
		}
		return nil
	})
}
