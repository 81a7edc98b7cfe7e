package programme

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// beyondRule is the rule on what would commit more than a line has left.
const beyondRule = "budget.beyond_line"

// Beyond is what becomes of an act that would commit more than a line has left.
type Beyond string

// It is refused, or done once somebody has read it and said why.
const (
	Refuse      Beyond = "REFUSE"
	Acknowledge Beyond = "ACKNOWLEDGE"
)

// Commitment is what a subject may still cost a line in a month, before that comes to be owed.
type Commitment struct {
	Subject uuid.UUID
	Line    uuid.UUID
	Month   calendar.Month
	Cents   money.Cents
}

// place is where a commitment is booked.
type place struct {
	subject, line uuid.UUID
	month         calendar.Month
}

// Recommit has the subjects commit what is wanted and nothing else: it books the differences. Who calls it holds the subjects against another
// such call. Of guarded it says which lines do not hold what comes on top; the caller then refuses, and with that undoes it, or not.
func Recommit(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, subjectKind string, subjects []uuid.UUID, wanted []Commitment, guarded bool) (refusal.List, error) {
	held, err := committedFor(ctx, tx, subjects)
	if err != nil {
		return nil, err
	}
	postings, more := differences(subjectKind, held, wanted)
	var list refusal.List
	if guarded && len(more) > 0 {
		rows, err := checkCommitment(ctx, tx, programme, more)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			list = append(list, LineUncovered.At().With("line", r.Label))
		}
	}
	return list, Post(ctx, tx, programme, postings)
}

// Uncovered says of each of some subjects which lines would not hold what it alone would commit on top of what it does; nothing is booked, and nobody waits.
func Uncovered(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, subjects []uuid.UUID, wanted []Commitment) (map[uuid.UUID]refusal.List, error) {
	held, err := committedFor(ctx, tx, subjects)
	if err != nil {
		return nil, err
	}
	var of, lines []uuid.UUID
	var more []int64
	for _, s := range subjects {
		others := func(c Commitment) bool { return c.Subject != s }
		_, on := differences("", slices.DeleteFunc(slices.Clone(held), others), slices.DeleteFunc(slices.Clone(wanted), others))
		for line, cents := range on {
			of, lines, more = append(of, s), append(lines, line), append(more, int64(cents))
		}
	}
	if len(of) == 0 {
		return nil, nil
	}
	rows, err := commitmentsShort(ctx, tx, programme, lines, more)
	if err != nil {
		return nil, err
	}
	short := map[uuid.UUID]refusal.List{}
	for _, r := range rows {
		s := of[r.Place-1]
		short[s] = append(short[s], LineUncovered.At().With("line", r.Label))
	}
	return short, nil
}

// differences are the postings that make of what is held what is wanted, in the order of the wanted, and what that adds to each line.
func differences(subjectKind string, held, wanted []Commitment) (postings []Posting, more map[uuid.UUID]money.Cents) {
	booked, more := map[place]money.Cents{}, map[uuid.UUID]money.Cents{}
	for _, c := range held {
		booked[place{c.Subject, c.Line, c.Month}] += c.Cents
	}
	book := func(c Commitment, cents money.Cents) {
		if cents != 0 {
			postings = append(postings, Posting{Line: c.Line, Kind: Committed, Cents: cents, SubjectKind: subjectKind, Subject: c.Subject, Month: c.Month})
			more[c.Line] += cents
		}
	}
	for _, c := range wanted {
		at := place{c.Subject, c.Line, c.Month}
		book(c, c.Cents-booked[at])
		delete(booked, at)
	}
	for _, c := range held {
		if _, left := booked[place{c.Subject, c.Line, c.Month}]; left {
			book(c, -c.Cents)
		}
	}
	for line, cents := range more {
		if cents <= 0 {
			delete(more, line)
		}
	}
	return postings, more
}

// BeyondLine is what the rules say of an act that would commit more than a line has left.
func (p Policy) BeyondLine() Beyond { return Beyond(p.Text(beyondRule)) }

// LedgerLine is how a budget line stands.
type LedgerLine struct {
	ID      uuid.UUID
	Code    string
	Label   text.Text `bun:"type:jsonb"`
	Planned money.Cents
	Accrued money.Cents
	Free    money.Cents // less what is owed and what is committed beside
	Pace    money.Cents // what came to be owed in the last paceDays
}

// Ledgers reads how lines stand. Those of which the actor may not see what is booked are left out.
func Ledgers(ctx context.Context, tx *postgres.Tx, lines []uuid.UUID) ([]LedgerLine, error) {
	return ledgers(ctx, tx, lines)
}

// Exhausted is the day on which the line is used up at its pace when some more is spent evenly from one day to another; zero where it never is.
func (l LedgerLine) Exhausted(today calendar.Day, more money.Cents, from, to calendar.Day) calendar.Day {
	if from.Before(today) {
		from = today
	}
	left, days := max(l.Planned-l.Accrued, 0), max(money.Cents(to.Sub(from)+1), 1)
	for n := range longestLast {
		day := today.AddDays(n)
		done := max(0, min(money.Cents(day.Sub(from)+1), days))
		if spent := l.Pace*money.Cents(n)/paceDays + more*done/days; spent >= left && l.Pace+more > 0 {
			return day
		}
		if l.Pace == 0 && day.After(to) {
			break
		}
	}
	return calendar.Day{}
}

// longestLast is for how many days ahead the end of a line is looked for.
const longestLast = 36_500
