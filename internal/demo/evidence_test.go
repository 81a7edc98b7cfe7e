package demo_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/evidence"
	"github.com/lavoroincorso/lavoro/internal/platform/journal"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// evidenceHolds: every chain verifies, and every detail is sealed under the key of whom its subject is about.
func (s *site) evidenceHolds(t *testing.T) {
	t.Helper()
	verdict, err := evidence.Verify(context.Background(), s.deps.OwnerURL, "", nil)
	must(t, err)
	if !verdict.Sound() || len(verdict.Chains) != 1 || verdict.Chains[0].Entries < 1000 {
		t.Errorf("%+v", verdict)
	}
	rows, err := s.conn.Query(context.Background(), "select table_name::text from audience_follower union select 'attendance'")
	must(t, err)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(t, err)
	if n := s.count(`select count(*) from journal j join participation p on p.id = j.subject_id where j.sealed and j.person_id is distinct from p.person_id`); n != 0 {
		t.Errorf("%d details about participations are under another key", n)
	}
	if n := s.count("select count(*) from journal where detail is not null and not sealed"); n != 0 {
		t.Errorf("%d details stand open", n)
	}
	for _, table := range tables {
		if n := s.count(`select count(*) from journal j join ` + table + ` x on x.id = j.subject_id left join participation p on p.id = x.participation_id
			where j.sealed and j.person_id is distinct from p.person_id`); n != 0 {
			t.Errorf("%d details about rows of %s are under another key: their news must say whom they are about", n, table)
		}
	}
}

// told says how many journal details of an act hold the words.
func (s *site) told(act, words string) (n int) {
	s.t.Helper()
	rows, err := s.conn.Query(context.Background(), "select id, person_id, detail from journal where act = $1 and person_id is not null and detail is not null", act)
	must(s.t, err)
	type entry struct {
		ID, Person uuid.UUID
		Detail     []byte
	}
	entries, err := pgx.CollectRows(rows, pgx.RowToStructByPos[entry])
	must(s.t, err)
	must(s.t, s.deps.DB.InTx(context.Background(), access.Actor{Member: uuid.New()}, func() time.Time { return until.At(calendar.MustLocalTime("12:00")) }, func(ctx context.Context, tx *postgres.Tx) error {
		for _, e := range entries {
			key, err := tx.DataKey(ctx, e.Person)
			if err != nil {
				return err
			}
			plain, err := key.Open(e.Detail, journal.DetailOf(e.ID))
			if err != nil {
				return err
			}
			if strings.Contains(string(plain), words) {
				n++
			}
		}
		return nil
	}))
	return n
}
