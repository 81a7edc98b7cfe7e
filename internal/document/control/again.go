package control

import (
	"cmp"
	"encoding/json"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
)

// proof is what the inputs of a statement say, as far as the folder says it elsewhere, too.
type proof struct {
	ID, Participation   uuid.UUID
	Month               calendar.Month
	Number, Minutes     int
	Accrued, Cap, Total money.Cents
	ContentHash         string
	Lines               []struct {
		Kind    string
		Minutes int
		Amount  money.Cents
		Rule    string
		Version int
	}
	Shares []amounts
	Inputs struct {
		Register []struct{ Certified *certified }
	}
}

// amounts are those of a share, whoever pays it: the inputs name payers by their ids.
type amounts struct{ Gross, Withheld, Net money.Cents }

func (a amounts) compare(b amounts) int {
	return cmp.Or(cmp.Compare(a.Gross, b.Gross), cmp.Compare(a.Withheld, b.Withheld), cmp.Compare(a.Net, b.Net))
}

// whose is a person's month: he has one allowance of it.
type whose struct {
	participation uuid.UUID
	month         calendar.Month
}

// certified is a month of the register that a statement was made of.
type certified struct {
	RegisterMonth         uuid.UUID
	Hash                  string
	Minutes, PresenceDays int
}

// again works every statement out again from its inputs, and holds the inputs against the tables, and against what was certified of the register.
func (c *checking) again() error {
	lines := map[uuid.UUID][]Line{}
	for _, l := range c.Lines {
		of := l.Statement
		l.Statement, l.Text = uuid.Nil, ""
		lines[of] = append(lines[of], l)
	}
	shares := map[uuid.UUID][]amounts{}
	for _, h := range c.Shares {
		shares[h.Statement] = append(shares[h.Statement], amounts{h.Gross, h.Withheld, h.Net})
	}
	of, one, rested := map[uuid.UUID]whose{}, map[whose]uuid.UUID{}, map[uuid.UUID]bool{}
	for _, s := range c.Statements {
		where := "statement " + s.ID.String()
		data, there := c.files[proofFolder+s.ID.String()+proofEnd]
		if !there {
			return fault(where, "its inputs are missing")
		}
		if err := c.outside.Again(data); err != nil {
			return fault(where, "it does not come out of its inputs: %v", err)
		}
		var p proof
		if err := json.Unmarshal(data, &p); err != nil {
			return fault(where, "its inputs cannot be read (%v)", err)
		}
		if !p.says(s) {
			return fault(where, "its inputs are of number %d of %s, and come to %s for %d minutes; it says number %d of %s, %s for %d, or has another hash", p.Number, p.Month, p.Total, p.Minutes,
				s.Number, s.Month, s.Total, s.Minutes)
		}
		w := whose{p.Participation, p.Month}
		if before, known := of[s.Allowance]; known && before != w {
			return fault(where, "it is of another person or month than others of its allowance %s", s.Allowance)
		}
		if before, known := one[w]; known && before != s.Allowance {
			return fault(where, "its month has two allowances, %s and %s", before, s.Allowance)
		}
		of[s.Allowance], one[w] = w, s.Allowance
		if !slices.Equal(p.lines(), lines[s.ID]) {
			return fault(where, "its inputs come to other lines than it says")
		}
		if !slices.Equal(slices.SortedFunc(slices.Values(p.Shares), amounts.compare), slices.SortedFunc(slices.Values(shares[s.ID]), amounts.compare)) {
			return fault(where, "its inputs come to other shares than it says")
		}
		if err := c.rests(where, s, p); err != nil {
			return err
		}
		for _, id := range s.Months {
			rested[id] = true
		}
		c.found.Again++
	}
	for _, m := range c.Months {
		if !rested[m.ID] {
			return fault("month "+m.ID.String(), "no statement was made of it")
		}
	}
	return nil
}

// says tells whether a statement of the tables is the one of the proof.
func (p proof) says(s Statement) bool {
	return s.ID == p.ID && s.Month == p.Month && s.Number == p.Number && s.Minutes == p.Minutes && s.Accrued == p.Accrued && s.Cap == p.Cap && s.Total == p.Total && s.ContentHash == p.ContentHash
}

func (p proof) lines() (lines []Line) {
	for _, l := range p.Lines {
		lines = append(lines, Line{Kind: l.Kind, Minutes: l.Minutes, Amount: l.Amount, Rule: l.Rule, Version: l.Version})
	}
	return lines
}

// rests holds the months that a statement was made of against those of the folder, which names each of them that it has. It may rest on others, which whoever had
// the folder made does not see.
func (c *checking) rests(where string, s Statement, p proof) error {
	made := map[uuid.UUID]bool{}
	for _, h := range p.Inputs.Register {
		of := h.Certified
		if of == nil {
			continue
		}
		made[of.RegisterMonth] = true
		switch m, there := c.months[of.RegisterMonth]; {
		case !there:
		case !slices.Contains(s.Months, m.ID):
			return fault(where, "it was made of month %s, and does not say so", m.ID)
		case m.Participation != p.Participation || m.Month != p.Month:
			return fault(where, "month %s, which it was made of, is another's", m.ID)
		case m.State != lockedMonth || m.ContentHash != of.Hash || m.Minutes != of.Minutes || m.PresenceDays != of.PresenceDays:
			return fault(where, "it was made of another content of month %s", m.ID)
		}
	}
	for _, id := range s.Months {
		if !made[id] {
			return fault(where, "its inputs know nothing of month %s", id)
		}
	}
	return nil
}
