package payment_test

import (
	"flag"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var stories = flag.Int("stories", 40, "how many transfers are told of at random")

// story is what an account has told of one transfer, and what somebody has said of it since.
type story struct {
	state         string
	outs, backs   map[int]bool // days of debits and of returns, since somebody has said that it was not paid
	known         map[int]bool // days of all returns
	settled, told bool         // the last new debit of what is paid was said to be no second one; and the bank said that it was rejected, where it is paid
}

// left is by how many debits more left than came back from a day on.
func (s *story) left(since int) (n int) {
	for day := range s.outs {
		if day >= since {
			n++
		}
	}
	for day := range s.backs {
		if day >= since {
			n--
		}
	}
	return n
}

// contradicts says whether what was told must be due, and whether it may be.
func (s *story) contradicts() (must, may bool) {
	if s.state == "PAID" {
		must = s.told || s.left(0) > 1 && !s.settled
		return must, must
	}
	for day := range s.outs {
		may = may || s.left(day) > 0
	}
	return s.state != "EXPORTED" && s.left(0) > 0, may || s.left(0) > 0
}

func (s *story) debit(day int) {
	anew := !s.outs[day]
	s.outs[day] = true
	switch {
	case s.state == "EXPORTED":
		s.state, s.settled = "PAID", true
	case anew:
		s.settled = false
	}
}

func (s *story) back(day int) {
	if s.known[day] {
		return
	}
	s.known[day], s.backs[day] = true, true
	if s.state == "EXPORTED" || s.state == "PAID" {
		s.state, s.told = "RETURNED", false
	}
}

func (s *story) rejected() {
	switch s.state {
	case "EXPORTED":
		s.state = "REJECTED"
	case "PAID":
		s.told = true
	}
}

func (s *story) say(paid bool) {
	switch {
	case paid:
		s.state, s.settled, s.told = "PAID", true, false
	default:
		if s.state == "PAID" {
			s.state = "RETURNED"
		}
		s.outs, s.backs, s.told = map[int]bool{}, map[int]bool{}, false
	}
}

// Whatever an account tells of a transfer, in whichever order and however often, and whatever is said of it: money that left and does not count as paid is
// somebody's, and nothing is that fits.
func TestWhateverAnAccountTellsOfATransferFits(t *testing.T) {
	h := bank(t)
	cents := make([]int, *stories)
	for i := range cents {
		cents[i] = 1_000 + i
	}
	run, ids := h.sent(cents...)
	n, next := 0, 0
	for name, value := range map[string]string{"rapid.checks": fmt.Sprint(len(ids)), "rapid.shrinktime": "0s"} { // each story is told of a transfer of its own
		if err := flag.Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		if next == len(ids) {
			r.Skip("of all something was told")
		}
		id, sum := ids[next], cents[next]
		line := h.line(run, sum)
		next++
		s := story{state: "EXPORTED", outs: map[int]bool{}, backs: map[int]bool{}, known: map[int]bool{}}
		var said []string
		for range rapid.IntRange(3, 12).Draw(r, "steps") {
			n++
			must, _ := s.contradicts()
			switch day := rapid.IntRange(12, 14).Draw(r, "day"); rapid.SampledFrom([]string{"D", "D", "D", "C", "C", "R", "p", "n", "d", "A"}).Draw(r, "told") {
			case "D":
				said = append(said, fmt.Sprint("D", day))
				h.reads(account(n, booked(debit(id, sum), fmt.Sprint("2026-12-", day), fmt.Sprint("D", day))))
				s.debit(day)
			case "C":
				said = append(said, fmt.Sprint("C", day))
				h.reads(account(n, booked(credit(id, sum), fmt.Sprint("2026-12-", day), fmt.Sprint("C", day))))
				s.back(day)
			case "d": // a notice of what was told
				if !s.outs[day] {
					continue
				}
				said = append(said, fmt.Sprint("d", day))
				h.reads(notice(n, booked(debit(id, sum), fmt.Sprint("2026-12-", day), fmt.Sprint("D", day))))
			case "A":
				if s.state != "PAID" {
					continue
				}
				said = append(said, "A")
				h.reads(status(n, h.message(run), "", told(id, "ACSC", "NARR")))
			case "R":
				said = append(said, "R")
				h.reads(status(n, h.message(run), "", told(id, "RJCT", "AM04")))
				s.rejected()
			case "p", "n":
				if !must {
					continue
				}
				paid := rapid.Bool().Draw(r, "paid")
				said = append(said, map[bool]string{true: "p", false: "n"}[paid])
				if err := h.resolve(h.approver, line, paid); err != nil {
					r.Fatalf("%s: %v", strings.Join(said, " "), err)
				}
				s.say(paid)
			}
			got, state := query[bool](h, "select payment_line_contradicted($1)", line), query[string](h, "select state from payment_line where id = $1", line)
			if state != s.state {
				r.Fatalf("%s: %s, want %s", strings.Join(said, " "), state, s.state)
			}
			must, may := s.contradicts()
			if got && !may || !got && must {
				r.Fatalf("%s, %s: contradicted %t", strings.Join(said, " "), state, got)
			}
		}
	})
}
