package control

import (
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/values/money"
)

// owed is what a payer owes of a month from a budget line.
type owed struct {
	allowance         uuid.UUID
	payer, budgetLine string
}

// states are those of a payment line, and whether it takes up what is owed in them.
var states = map[string]bool{"PENDING": true, "HELD": true, "EXPORTED": true, "RECALL_ASKED": true, "PAID": true,
	"BLOCKED": false, "REJECTED": false, "RETURNED": false, "RECALLED": false, "LEFT_OUT": false, "DISCARDED": false}

// wasSent says whether a line has left the house.
func (p Payment) wasSent() bool {
	return p.FileSHA256 != "" || slices.Contains([]string{"EXPORTED", "RECALL_ASKED", "PAID", "REJECTED", "RETURNED", "RECALLED"}, p.State)
}

// payments holds what was paid against the statements, and each transfer against its lines. Nobody is paid more than a statement said, beside what
// he has given back and what the bank has paid twice; what the one in force says no more has to come back.
func (c *checking) payments() error {
	type saying struct {
		statement uuid.UUID
		owed
	}
	statements, said, saidNet := map[uuid.UUID]Statement{}, map[saying]money.Cents{}, map[saying]money.Cents{}
	most, taken := map[owed]money.Cents{}, map[owed]money.Cents{}
	dueNet, mostNet, takenNet, out := map[owed]money.Cents{}, map[owed]money.Cents{}, map[owed]money.Cents{}, map[owed]money.Cents{}
	for _, s := range c.Statements {
		statements[s.ID] = s
	}
	for _, s := range c.Shares {
		of := statements[s.Statement]
		at := owed{of.Allowance, s.Payer, s.BudgetLine}
		one := saying{s.Statement, at}
		said[one] += s.Gross
		saidNet[one] += s.Net
		most[at], mostNet[at] = max(most[at], said[one]), max(mostNet[at], saidNet[one])
		if of.InForce {
			dueNet[at] += s.Net
		}
	}
	back := map[Repayment]bool{}
	for _, r := range c.Repayments {
		at, one := owed{r.Allowance, r.Payer, r.BudgetLine}, Repayment{Discharge: r.Discharge, BudgetLine: r.BudgetLine}
		switch _, known := most[at]; {
		case !known:
			return fault("repayment "+r.Discharge.String(), "it is of what no statement of the folder owes")
		case r.Net <= 0 || back[one]:
			return fault("repayment "+r.Discharge.String(), "it gives nothing back, or the same twice")
		}
		back[one] = true
		most[at], mostNet[at] = most[at]+r.Gross, mostNet[at]+r.Net
		c.found.Repaid += r.Net
	}
	sums, totals, of := map[string]money.Cents{}, map[string]money.Cents{}, map[uuid.UUID]Transfer{}
	for _, x := range c.Transfers {
		if _, known := of[x.Line]; known {
			return fault("transfer "+x.EndToEnd, "line %s stands in it, and in a transfer before", x.Line)
		}
		of[x.Line] = x
		if before, known := totals[x.EndToEnd]; known && before != x.Total {
			return fault("transfer "+x.EndToEnd, "it is said to be of two sums")
		}
		sums[x.EndToEnd], totals[x.EndToEnd] = sums[x.EndToEnd]+x.Net, x.Total
	}
	for _, p := range c.Payments {
		where := "payment line " + p.ID.String()
		statement, known := statements[p.Statement]
		live, state := states[p.State]
		x := of[p.ID]
		switch {
		case !known:
			return fault(where, "it is of statement %s, which is not in the folder", p.Statement)
		case p.Gross-p.Withheld != p.Net:
			return fault(where, "gross less withheld is not net")
		case !state || live != p.Live:
			return fault(where, "it is %s, and is said to take up what is owed: %t", p.State, p.Live)
		case p.EndToEnd != "" && (x.EndToEnd != p.EndToEnd || x.Net != p.Net || x.Line != p.ID):
			return fault(where, "it is not in its transfer %s", p.EndToEnd)
		case (p.MessageID == "") != (p.FileSHA256 == ""):
			return fault(where, "it names a file without its hash, or a hash without its file")
		case p.Twice && p.State != "PAID":
			return fault(where, "it is %s, and is said to be paid twice", p.State)
		}
		at := owed{statement.Allowance, p.Payer, p.BudgetLine}
		if p.Live {
			out[at] += p.Net
		}
		if p.Twice {
			c.found.Twice += p.Net
		} else if p.Live {
			taken[at], takenNet[at] = taken[at]+p.Gross, takenNet[at]+p.Net
		}
		if p.State == "PAID" {
			c.found.Paid += p.Net
		}
	}
	for _, id := range slices.Sorted(maps.Keys(sums)) {
		if sums[id] != totals[id] {
			return fault("transfer "+id, "its lines come to %s, and the bank was told %s", sums[id], totals[id])
		}
	}
	for at, sum := range taken {
		if sum > most[at] {
			return fault("payments.csv", "lines of month %s take %s up, of %s that are owed", at.allowance, sum, most[at])
		}
		if net := takenNet[at]; net > mostNet[at] {
			return fault("payments.csv", "lines of month %s pay %s out, of %s that are owed net", at.allowance, net, mostNet[at])
		}
	}
	for at, net := range out {
		c.found.Beyond += max(0, net-dueNet[at])
	}
	return nil
}

// sent finds each transfer in the file by which it was sent: as much as its lines come to, to whom the folder says.
func (c *checking) sent() error {
	transfers, used, looked := map[string]Transfer{}, map[string]bool{}, map[string]string{}
	for _, x := range c.Transfers {
		if of, known := transfers[x.EndToEnd]; known && of.Payee != x.Payee {
			return fault("transfer "+x.EndToEnd, "it is said to go to two payees")
		}
		transfers[x.EndToEnd] = x
	}
	for _, p := range c.Payments {
		if p.FileSHA256 == "" {
			if p.Live && p.wasSent() {
				c.found.Fileless++
			}
			continue
		}
		if by, known := looked[p.EndToEnd]; known && by != p.FileSHA256 {
			return fault("transfer "+p.EndToEnd, "it is said to be sent by two files")
		} else if known {
			continue
		}
		looked[p.EndToEnd] = p.FileSHA256
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
		for id := range c.outside.Sent[hash] {
			if looked[id] != hash {
				c.found.Others++
			}
		}
	}
	return nil
}
