package control

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
)

// proof is what the inputs of a statement say, as far as the folder says it elsewhere, too.
type proof struct {
	ID                  uuid.UUID
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
	Inputs struct {
		Register []struct{ Certified *certified }
	}
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
		if !slices.Equal(p.lines(), lines[s.ID]) {
			return fault(where, "its inputs come to other lines than it says")
		}
		if err := c.rests(where, s, p); err != nil {
			return err
		}
		c.found.Again++
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

// rests holds the months that a statement was made of against those of the folder. It may rest on others, which whoever had the folder made does not see.
func (c *checking) rests(where string, s Statement, p proof) error {
	made := map[uuid.UUID]certified{}
	for _, h := range p.Inputs.Register {
		if h.Certified != nil {
			made[h.Certified.RegisterMonth] = *h.Certified
		}
	}
	for _, id := range s.Months {
		of, known := made[id]
		if !known {
			return fault(where, "its inputs know nothing of month %s", id)
		}
		for _, m := range c.Months {
			if m.ID == id && (m.ContentHash != of.Hash || m.Minutes != of.Minutes || m.PresenceDays != of.PresenceDays) {
				return fault(where, "it was made of another content of month %s", id)
			}
		}
	}
	return nil
}

// sent finds each transfer in the file by which it was sent: as much as its lines come to, to whom the folder says.
func (c *checking) sent() error {
	transfers, used, looked := map[string]Transfer{}, map[string]bool{}, map[string]bool{}
	for _, x := range c.Transfers {
		if of, known := transfers[x.EndToEnd]; known && of.Payee != x.Payee {
			return fault("transfer "+x.EndToEnd, "it is said to go to two payees")
		}
		transfers[x.EndToEnd] = x
	}
	for _, p := range c.Payments {
		if p.FileSHA256 == "" || looked[p.EndToEnd] {
			continue
		}
		looked[p.EndToEnd] = true
		of, brought := c.outside.Sent[p.FileSHA256]
		if !brought {
			c.found.Unsent++
			continue
		}
		used[p.FileSHA256] = true
		where, x := "transfer "+p.EndToEnd, transfers[p.EndToEnd]
		switch ordered, there := of[p.EndToEnd]; {
		case !there:
			return fault(where, "the file by which it was sent does not order it")
		case ordered.Amount != x.Total:
			return fault(where, "its file orders %s, and its lines come to %s", ordered.Amount, x.Total)
		case x.Payee == Hidden:
			c.found.Unseen++
		case ordered.Payee != x.Payee:
			return fault(where, "its file orders it to somebody else, or to another account")
		}
		c.found.Ordered++
	}
	for _, hash := range slices.Sorted(maps.Keys(c.outside.Sent)) {
		if !used[hash] {
			return fault("the file of SHA-256 "+hash, "nothing in the folder was sent by it")
		}
	}
	return nil
}
