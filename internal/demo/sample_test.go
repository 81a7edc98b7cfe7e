package demo_test

import (
	"context"
	"fmt"
	"sort"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func sample(t *testing.T, s *site) func() {
	conn, err := pgx.Connect(context.Background(), s.conn.Config().ConnString())
	must(t, err)
	hits := map[string]int{}
	stop := make(chan bool)
	done := make(chan bool)
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			case <-time.After(7 * time.Millisecond):
			}
			rows, err := conn.Query(context.Background(), "select state || ' ' || coalesce(wait_event,'-') || ' ' || left(regexp_replace(regexp_replace(query,'''[^'']*''','X','g'),'\\s+',' ','g'),170) from pg_stat_activity where datname=current_database() and pid<>pg_backend_pid() and state<>'idle'")
			if err != nil {
				continue
			}
			l, _ := pgx.CollectRows(rows, pgx.RowTo[string])
			for _, q := range l {
				hits[q]++
			}
			if len(l) == 0 {
				hits["(idle)"]++
			}
		}
	}()
	return func() {
		close(stop)
		<-done
		keys := []string{}
		sum := 0
		for k, n := range hits {
			keys = append(keys, k)
			sum += n
		}
		sort.Slice(keys, func(i, j int) bool { return hits[keys[i]] > hits[keys[j]] })
		for i, k := range keys {
			if i < 45 {
				t.Log(fmt.Sprintf("%5.1f%% %s", 100*float64(hits[k])/float64(sum), k))
			}
		}
	}
}
