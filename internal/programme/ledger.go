package programme

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// PostingKind is how far money of a budget line has come.
type PostingKind string

// The kinds, in the order in which money passes them. What comes to be owed is no longer committed; from then on they do not subtract from each
// other: what is paid stays approved, and what is approved stays accrued.
const (
	Committed PostingKind = "COMMITTED" // promised, and not owed yet: an internship was agreed
	Accrued   PostingKind = "ACCRUED"   // owed: a month's statement was issued; or not owed any more, and given up after it was paid
	Approved  PostingKind = "APPROVED"  // a run that pays it was approved
	Paid      PostingKind = "PAID"      // the bank or the treasurer acknowledged it
)

// Posting books cents on a budget line; negative cents take back what was booked.
type Posting struct {
	Line        uuid.UUID
	Kind        PostingKind
	Cents       money.Cents // 0 books nothing
	SubjectKind string      // what it is for, named as in the API
	Subject     uuid.UUID
	Month       calendar.Month // for which it is committed; zero for other kinds
}

// Post books on lines of the programme, whatever the actor may see of them. A line of another programme is an error, and then nothing is booked.
func Post(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, postings []Posting) error {
	booked := make([]Posting, 0, len(postings))
	for _, p := range postings {
		if p.Cents != 0 {
			booked = append(booked, p)
		}
	}
	if len(booked) == 0 {
		return nil
	}
	n, err := post(ctx, tx, programme, booked)
	if err == nil && n != len(booked) {
		err = fmt.Errorf("%d of %d postings are on lines of the programme", n, len(booked))
	}
	return err
}

// CheckFunds tells what keeps so many cents more from being approved on each line: FUNDS_SHORT where it would exceed the line, FUNDS_CLOSED where
// the line is shut today. It holds the lines, in the order of their ids, until the transaction ends, so that of two approvals at the same
// moment the second sees the first. Ask it once for all lines of an approval, and post APPROVED in the same transaction.
func CheckFunds(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, wanted map[uuid.UUID]money.Cents) (refusal.List, error) {
	if len(wanted) == 0 {
		return nil, nil
	}
	rows, err := checkFunds(ctx, tx, programme, wanted)
	if err != nil {
		return nil, err
	}
	if len(rows) != len(wanted) {
		return nil, fmt.Errorf("%d of %d lines are the programme's", len(rows), len(wanted))
	}
	var list refusal.List
	for _, r := range rows {
		if r.Over > 0 {
			list = append(list, FundsShort.At().With("line", r.Label).With("over", r.Over))
		}
		if r.Closed != nil {
			list = append(list, FundsClosed.At().With("line", r.Label).With("reason", *r.Closed).With("until", until(r.ClosedTo)))
		}
	}
	return list, nil
}

// until says to which day a gate stays shut.
func until(last calendar.Day) text.Text {
	if last.IsZero() {
		return text.Text{It: "fino a nuovo avviso", En: "until further notice"}
	}
	return text.Text{It: "fino al " + last.Format(text.Italian), En: "until " + last.Format(text.English)}
}
