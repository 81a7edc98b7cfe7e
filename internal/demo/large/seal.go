package large

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/platform/secret"
)

// classes of groups, in the order in which their sealed lists are copied.
var classes = []string{"health", "penal", "protection", "restricted"}

// groupsOf are the groups of the n-th person by class: every one has left care, every second lives in an emergency and has a disability.
func groupsOf(n int) map[string][]string {
	groups := map[string][]string{"restricted": {"CARE_LEAVERS"}, "health": {}, "penal": {}, "protection": {}}
	for _, g := range []struct {
		class, code string
		every       int
	}{{"restricted", "HOUSING_EMERGENCY", 2}, {"health", "DISABILITY", 2}, {"penal", "EX_DETAINED", 5}, {"protection", "VIOLENCE_VICTIMS", 10}} {
		if n/8%g.every == 0 {
			groups[g.class] = append(groups[g.class], g.code)
		}
	}
	return groups
}

var madeAt = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC) // the keys

// sealedAtOnce are the people whose rows are copied together.
const sealedAtOnce = 20_000

// one is somebody whose facts are sealed, and the rows that they are copied as, by table.
type one struct {
	n                 int
	person, id        uuid.UUID
	lists, audience   []uuid.UUID
	key, service, all []any
	groups            [][]any
}

// sealedTables are where rows are copied to.
var sealedTables = []struct {
	name    string
	columns []string
	rows    func(o *one) [][]any
}{
	{"person_key", []string{"person_id", "wrapped", "kek_version", "made_at"}, func(o *one) [][]any { return [][]any{o.key} }},
	{"participation_fact", []string{"participation_id", "groups", "quota_exempt"}, func(o *one) [][]any { return [][]any{o.all} }},
	{"participation_group", []string{"id", "participation_id", "class", "sealed", "audience"}, func(o *one) [][]any { return o.groups }},
	{"sealed_service", []string{"n", "service"}, func(o *one) [][]any { return [][]any{o.service} }},
}

// Seal brings data keys and what is sealed under them, as the acts seal it, for those of a table with n, person_id, id and audience.
// The names of their referring services lie in sealed_service afterwards.
func Seal(ctx context.Context, tx pgx.Tx, keys *secret.Keys, from string) error {
	var first, last int
	if err := tx.QueryRow(ctx, "select coalesce(min(n), 0), coalesce(max(n), -1) from "+from).Scan(&first, &last); err != nil {
		return err
	}
	for ; first <= last; first += sealedAtOnce {
		rows, err := tx.Query(ctx, `select n, person_id, id, array(select pg_temp.v7(70 + i, n) from generate_series(0, 3) i), audience from `+from+` where n >= $1 and n < $2 order by n`,
			first, first+sealedAtOnce)
		if err != nil {
			return err
		}
		some, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*one, error) {
			o := &one{}
			return o, row.Scan(&o.n, &o.person, &o.id, &o.lists, &o.audience)
		})
		if err == nil {
			err = sealAll(keys, some)
		}
		if err == nil {
			err = copyAll(ctx, tx, some)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// sealAll seals on all processors.
func sealAll(keys *secret.Keys, some []*one) error {
	var wg sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	failed := make([]error, workers)
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(some) && failed[w] == nil; i += workers {
				failed[w] = some[i].seal(keys)
			}
		})
	}
	wg.Wait()
	for _, err := range failed {
		if err != nil {
			return err
		}
	}
	return nil
}

func copyAll(ctx context.Context, tx pgx.Tx, some []*one) error {
	for _, t := range sealedTables {
		var rows [][]any
		for _, o := range some {
			rows = append(rows, t.rows(o)...)
		}
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{t.name}, t.columns, pgx.CopyFromRows(rows)); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	return nil
}

func (o *one) seal(keys *secret.Keys) error {
	wrapped, key, err := keys.NewDataKey(o.person)
	if err != nil {
		return err
	}
	o.key = []any{o.person, wrapped.Bytes, int64(wrapped.Version), madeAt}
	o.service = []any{o.n, key.SealPadded([]byte("Servizio sociale"), 256, secret.Place{Table: "participation", Column: "referring_service", Row: o.id})}
	groups, count := groupsOf(o.n), 0
	for i, class := range classes {
		codes, err := json.Marshal(groups[class])
		if err != nil {
			return err
		}
		count += len(groups[class])
		sealed := key.SealPadded(codes, 512, secret.Place{Table: "participation_group", Column: "sealed", Row: o.lists[i]})
		o.groups = append(o.groups, []any{o.lists[i], o.id, class, sealed, o.audience})
	}
	o.all = []any{o.id, count, len(groups["health"]) > 0}
	return nil
}
