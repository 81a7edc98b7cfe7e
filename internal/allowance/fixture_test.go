package allowance_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// noon is the moment at which these tests act: within November 2026.
var noon = time.Date(2026, time.November, 20, 11, 0, 0, 0, time.UTC)

func clock() time.Time { return noon }

// house is a database with the programme, written to as its owner where the tested rooms do not write.
type house struct {
	t         testing.TB
	db        *postgres.DB
	owner     *pgx.Conn
	ownerURL  string
	programme uuid.UUID
	lead      uuid.UUID
	partner   uuid.UUID // below the lead
	other     uuid.UUID // beside the partner
}

func open(t testing.TB) *house {
	t.Helper()
	made := testdb.New(t)
	applied, err := programme.Apply(t.Context(), made.OwnerURL, programme.LavoroInCorso3Name, programme.LavoroInCorso3, clock)
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, programme: applied.Programme, ownerURL: made.OwnerURL}
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
	for code, id := range map[string]*uuid.UUID{"ASL": &h.lead, "CARRARA": &h.partner, "AIAS": &h.other} {
		*id = query[uuid.UUID](h, "select id from organisation where code = $1", code)
	}
	return h
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

// participation is a person of the partner.
func (h *house) participation() uuid.UUID {
	person, id := uuid.New(), uuid.New()
	audience := []uuid.UUID{h.partner, h.lead}
	h.exec(`insert into person (id, given_name, family_name, birth_day, sex, citizenship, municipality, origin, audience)
		values ($1, 'Prova', 'Inventata', '1990-05-04', 'FEMALE', 'IT', '045010', 'ENTERED', $2)`, person, audience)
	h.exec(`insert into participation (id, programme_id, person_id, organisation_id, state, state_since, referring_service, referred_on, origin, audience)
		values ($1, $2, $3, $4, 'ACTIVE', '2026-09-01', null, '2026-09-01', 'ENTERED', $5)`, id, h.programme, person, h.partner, audience)
	return id
}

// enrolment is of the autumn of 2026, in an activity of its own.
func (h *house) enrolment(participation uuid.UUID, kind string) uuid.UUID {
	activity, id := uuid.New(), uuid.New()
	h.exec(`insert into activity (id, programme_id, organisation_id, kind, title, place, from_day, to_day, planned_minutes, audience)
		values ($1, $2, $3, $4, 'Prova', 'Massa', '2026-10-01', '2026-12-31', 27600, $5)`, activity, h.programme, h.partner, kind, []uuid.UUID{h.partner, h.lead})
	h.exec(`insert into enrolment (id, programme_id, activity_id, participation_id, person_id, state, from_day, to_day, planned_minutes, origin, audience)
		select $1, programme_id, $2, id, person_id, 'ENROLLED', '2026-10-01', '2026-12-31', 27600, 'ENTERED', audience from participation where id = $3`, id, activity, participation)
	return id
}

// entry writes presence into the register: so many hours from an hour of the day on.
func (h *house) entry(enrolment uuid.UUID, day string, from, hours int, standing string) uuid.UUID {
	id := uuid.New()
	h.exec(`insert into attendance (id, programme_id, enrolment_id, activity_id, participation_id, person_id, kind, day, from_minute, to_minute, standing, conflicts, recorded_by, recorded_at, origin, audience)
		select $1, programme_id, id, activity_id, participation_id, person_id, 'PRESENCE', $2::text::date, $3, $4, $5, case $5 when 'CONTESTED' then '{OVERLAP}' else '{}' end::text[], $6, $7, 'ENTERED', audience from enrolment where id = $8`,
		id, day, from*60, (from+hours)*60, standing, uuid.New(), noon, enrolment)
	return id
}

// hours writes presence of eight hours a day, from the first of the month on, until there are so many.
func (h *house) hours(enrolment uuid.UUID, month string, from, hours int) (entries []uuid.UUID) {
	for day := 1; hours > 0; day++ {
		entries = append(entries, h.entry(enrolment, fmt.Sprintf("%s-%02d", month, day), from, min(8, hours), "COUNTED"))
		hours -= 8
	}
	return entries
}

func (h *house) actor(role access.Role, key uuid.UUID) access.Actor {
	return access.Actor{Member: uuid.New(), Grants: []access.Grant{{Role: role, Programme: h.programme, Key: key}}}
}

func (h *house) act(actor access.Actor, fn func(context.Context, *postgres.Tx) error) error {
	return h.db.InTx(h.t.Context(), actor, clock, fn)
}

var november = calendar.MustMonth("2026-11")
