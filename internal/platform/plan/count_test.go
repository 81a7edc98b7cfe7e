package plan_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
)

type bucket struct {
	Key    string
	Label  *string
	Count  *int
	Filter map[string]any
}

// counted asks for the houses of the programme by a trait.
func (s *street) counted(a access.Actor, root, by string, args ...any) (total *int, buckets []bucket) {
	s.t.Helper()
	filter := typed("FilterValues", f("filter", f("kind"), f("from"), f("to"), f("secret"), f("named")))
	data, err := s.query(a, typed("Counts", with(f(root, f("total"), f("__typename"), typed("Bucket", f("buckets", f("key"), f("label"), f("count"), filter, f("__typename")))),
		append(args, "programme", "prg_"+s.programme.String(), "by", by)...)))
	if err != nil {
		s.t.Fatal(err)
	}
	var v map[string]struct {
		Total   *int
		Buckets []bucket
	}
	if err := json.Unmarshal([]byte(data), &v); err != nil {
		s.t.Fatalf("%v: %s", err, data)
	}
	return v[root].Total, v[root].Buckets
}

func spelled(total *int, buckets []bucket) string {
	number := func(n *int) string {
		if n == nil {
			return "?"
		}
		return fmt.Sprint(*n)
	}
	texts := []string{number(total)}
	for _, b := range buckets {
		texts = append(texts, b.Key+" "+number(b.Count))
	}
	return strings.Join(texts, ", ")
}

// Every bucket's filter opens as many rows as it counts, for whoever asks, and together they are the list.
func TestCountsOpenWhatTheyCount(t *testing.T) {
	s := open(t)
	one, two, other := uuid.New(), uuid.New(), uuid.New()
	audiences := [][]uuid.UUID{{one}, {two}, {one, two}, {other}, {}}
	for i := range 60 {
		s.build(string(rune('a'+i%26)), audiences[i%5], "built", fmt.Sprintf("2027-%02d-%02d", 1+i%4, 1+i%28), "kind", []string{"BIG", "SMALL", "it's"}[i%3])
	}
	s.own("insert into bare select * from house")
	both := access.Actor{Grants: append(s.actor(one, access.CaseManager).Grants, s.actor(two, access.Tutor).Grants...)}
	for _, filter := range []map[string]any{nil, {"kind": "BIG"}, {"from": "2027-02-10", "to": "2027-03-15"}, {"named": "b"}} {
		for _, by := range []string{"KIND", "MONTH"} {
			for name, a := range map[string]access.Actor{"one": s.actor(one, access.CaseManager), "both": both, "nobody": s.actor(uuid.New(), access.CaseManager), "none": {}} {
				if name == "none" && filter["named"] != nil {
					continue // refused
				}
				args := []any{"filter", filter}
				total, buckets := s.counted(a, "houseCounts", by, args...)
				if bareTotal, bare := s.counted(a, "bareCounts", by, args...); spelled(bareTotal, bare) != spelled(total, buckets) {
					t.Errorf("%s by %s: %s, without the last net %s", name, by, spelled(total, buckets), spelled(bareTotal, bare))
				}
				sum := 0
				for _, b := range buckets {
					rows := s.answer(a, with(s.houses(f("totalCount")), "filter", b.Filter))["houses"].(map[string]any)["totalCount"].(float64)
					if sum += *b.Count; int(rows) != *b.Count || rows == 0 {
						t.Errorf("%s by %s: %s counts %d and opens %v by %v", name, by, b.Key, *b.Count, rows, b.Filter)
					}
				}
				all := s.answer(a, with(s.houses(f("totalCount")), "filter", filter))["houses"].(map[string]any)["totalCount"].(float64)
				if sum != int(all) || *total != sum {
					t.Errorf("%s by %s: %d in buckets, %d in total, %v in the list", name, by, sum, *total, all)
				}
			}
		}
	}
	s.refused(access.Actor{}, plan.NotReadable, "named", with(f("houseCounts", f("total")), "programme", "prg_"+s.programme.String(), "by", "KIND", "filter", map[string]any{"named": "b"}))
	if _, buckets := s.counted(both, "houseCounts", "KIND"); *buckets[0].Label == buckets[0].Key {
		t.Errorf("no words: %+v", buckets[0])
	}
	if _, err := s.query(both, with(f("houseCounts", f("total")), "programme", "prg_"+s.programme.String(), "by", "UNHEARD")); err == nil {
		t.Error("a trait that is not declared")
	}
}

// What few share in a confidential trait is not told, nor to be worked out from what is.
func TestSmallCountsAreNotTold(t *testing.T) {
	for shape, want := range map[string]string{
		"a9 b7":          "16, a 9, b 7",
		"a9 b2":          "11, a ?, b ?", // the second goes with the only small one
		"a9 b3 c2":       "14, a 9, b ?, c ?",
		"a9 b2 c1":       "12, a ?, b ?, c ?", // two are hidden, and still too few together
		"a9 b8 c2":       "19, a 9, b ?, c ?",
		"a2":             "?, a ?",
		"a1 b1":          "?, a ?, b ?",
		"a5":             "5, a 5",
		"":               "0",
		"a9 b1 c1 d1 e2": "14, a 9, b ?, c ?, d ?, e ?",
	} {
		t.Run(shape, func(t *testing.T) {
			s := open(t)
			key := uuid.New()
			for _, part := range strings.Fields(shape) {
				for range part[1] - '0' {
					s.build("x", []uuid.UUID{key}, "secret", part[:1])
				}
			}
			s.build("without", []uuid.UUID{key})
			s.build("foreign", []uuid.UUID{uuid.New()}, "secret", "a")
			if got := spelled(s.counted(s.actor(key, access.CaseManager), "houseCounts", "SECRET")); got != want {
				t.Errorf("%s, want %s", got, want)
			}
		})
	}
	s := open(t)
	key := uuid.New()
	ask := with(f("houseCounts", f("total")), "programme", "prg_"+s.programme.String(), "by", "SECRET")
	s.refused(s.actor(key, access.CaseManager), plan.CountsWhole, "filter", with(ask, "filter", map[string]any{"kind": "BIG"}))
	s.refused(s.actor(key, access.Scout), plan.NotReadable, "by", ask)
	s.says(s.actor(key, access.CaseManager), `{"houseCounts": {"total": 0}}`, with(ask, "filter", map[string]any{"kind": nil}))
}
