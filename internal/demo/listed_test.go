package demo_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
)

// rowsByKeyHold: after all that acts, imports and duties did, the rows by key of every table are those of its audiences.
func (s *site) rowsByKeyHold(t *testing.T) {
	t.Helper()
	rows, err := s.conn.Query(context.Background(), `
		select t.tgrelid::regclass::text, string_agg(a.attname, ', ') from pg_trigger t
		join pg_attribute a on a.attrelid = (t.tgrelid::regclass || '_key')::regclass and a.attnum > 0 and not a.attisdropped and a.attname not in ('key', 'id')
		where t.tgname = 'keyed' group by t.tgrelid`)
	must(t, err)
	type kept struct{ Table, Columns string }
	tables, err := pgx.CollectRows(rows, pgx.RowToStructByPos[kept])
	must(t, err)
	if len(tables) < 8 {
		t.Errorf("only %v are kept by key", tables)
	}
	for _, k := range tables {
		is := "select key, " + k.Columns + ", id from " + k.Table + "_key"
		should := "select distinct key, " + k.Columns + ", id from " + k.Table + ", unnest(audience) key"
		if n := s.count("select (select count(*) from (" + is + " except all " + should + ") x) + (select count(*) from (" + should + " except all " + is + ") x)"); n != 0 {
			t.Errorf("%d rows by key of %s differ from its audiences", n, k.Table)
		}
		if n := s.count("select count(*) from " + k.Table + "_key"); n == 0 {
			t.Errorf("nothing of %s stands under a key", k.Table)
		}
	}
}
