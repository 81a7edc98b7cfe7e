package main

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http/httptest"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/lavoroincorso/lavoro/cmd/lavoro/rightstest"
)

// operationsEach is how many operations each viewer sends.
var operationsEach = flag.Int("operations", 16, "how many made-up operations each viewer sends in TestEverybodySeesWhatTheModelSays")

// operations compares, field by field and in order, the answers to made-up operations over the whole contract with those that the model works
// out row by row.
func (s *stage) operations(t *testing.T) {
	var mu sync.Mutex
	answered, refused, sizes, ordered := 0, 0, map[string]int{}, map[string]int{}
	var wg sync.WaitGroup
	next := make(chan viewer)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for v := range next {
				g := &rightstest.Writer{Contract: s.contract, Chance: rand.New(rand.NewPCG(uint64(v.n), 11)), World: s.world, Member: v.Member, Cursors: map[string][]rightstest.Cursor{}}
				lists := map[string]int{}
				for range *operationsEach {
					was, met := s.operation(v, g, lists)
					mu.Lock()
					answered++
					if was {
						refused++
					}
					for k := range met {
						sizes[k]++
					}
					mu.Unlock()
				}
				mu.Lock()
				for of, n := range lists {
					ordered[of] += n
				}
				mu.Unlock()
			}
		})
	}
	for _, v := range s.viewers {
		next <- v
	}
	close(next)
	wg.Wait()
	for n := 0; n < len(s.viewers)**operationsEach && len(unproven(ordered)) > 0; n++ { // chance may pass a list over
		v := s.viewers[n%len(s.viewers)]
		g := &rightstest.Writer{Contract: s.contract, Chance: rand.New(rand.NewPCG(uint64(n), 12)), World: s.world, Member: v.Member, Cursors: map[string][]rightstest.Cursor{}}
		s.operation(v, g, ordered)
		answered++
	}
	s.report(t)
	t.Logf("%d operations, %d of them refused; with pages after or before a place %d, backward %d, ordered %d, narrowed %d", answered, refused,
		sizes["placed"], sizes["backward"], sizes["ordered"], sizes["narrowed"])
	if answered < 1500 || refused*20 > answered || sizes["placed"] < 50 || sizes["backward"] < 200 || sizes["narrowed"] < 200 {
		t.Error("too few operations of one kind to prove anything")
	}
	for _, of := range unproven(ordered) {
		t.Errorf("no list showed two of %s: its order is not proven", of)
	}
}

// unproven are the types of which no list has shown two yet.
func unproven(ordered map[string]int) (types []string) {
	for _, of := range rightstest.Sorted() {
		if ordered[of] == 0 {
			types = append(types, of)
		}
	}
	return types
}

// operation sends one and compares; met says what was in it.
func (s *stage) operation(v viewer, g *rightstest.Writer, lists map[string]int) (refused bool, met map[string]bool) {
	programme := v.programmes[g.Chance.IntN(len(v.programmes))]
	o := g.Operation(programme)
	met = map[string]bool{}
	for _, p := range o.Parts {
		if p.Page != nil {
			met["placed"] = met["placed"] || p.Page.After+p.Page.Before != ""
			met["backward"] = met["backward"] || p.Page.Last > 0
			met["ordered"] = met["ordered"] || p.Page.Order != rightstest.Roots[p.Name].Usual()
			met["narrowed"] = met["narrowed"] || len(p.Page.Filters) > 0
		}
	}
	maps.DeleteFunc(met, func(_ string, is bool) bool { return !is })
	m := &rightstest.Model{World: s.world, Actor: v.Actor, Cells: map[rightstest.Cell]bool{}}
	want, refused := m.Answer(o, g.Cursors, lists)
	rec := s.send(v, o.Text, o.Variables)
	got, code := inOrder(rec)
	switch {
	case refused && code != "FILTER_NOT_READABLE":
		s.differ(v, []string{fmt.Sprintf("tells of what may not be read, and is answered %q: %s %v", code, o.Text, o.Variables)})
	case !refused && code != "":
		s.differ(v, []string{fmt.Sprintf("is refused: %s: %s %v", code, o.Text, o.Variables)})
	case !refused:
		for _, f := range rightstest.Differ("", want, got, nil) {
			s.differ(v, []string{f + " in " + o.Text + fmt.Sprint(" ", o.Variables)})
		}
		rightstest.Met(o, got, g.Cursors)
	}
	return refused, met
}

// inOrder reads an answer with its fields in order, or the code of its first error.
func inOrder(rec *httptest.ResponseRecorder) (data rightstest.Object, code string) {
	whole, err := rightstest.Decode(rec.Body.Bytes())
	if err != nil {
		return nil, err.Error()
	}
	if _, code = answerOf(rec); code != "" {
		return nil, code
	}
	object, _ := whole.(rightstest.Object)
	i := slices.IndexFunc(object, func(e rightstest.Entry) bool { return e.Key == "data" })
	if i < 0 {
		return nil, "no data"
	}
	data, _ = object[i].Value.(rightstest.Object)
	return data, ""
}
