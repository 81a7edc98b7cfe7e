package housing

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/blob"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Receipt is what a month's housing has cost.
type Receipt struct {
	ID       uuid.UUID
	Grant    uuid.UUID
	Month    calendar.Month
	Cents    money.Cents // 0 takes back the one before, which was a mistake
	File     *uuid.UUID  // which the actor has brought; nil where nothing was spent
	Expected *int
}

// mostSpent is what no month's housing costs: more is a slip of the pen.
const mostSpent money.Cents = 10_000_00

// RecordReceipt keeps what a month has cost by a receipt. The last one of a month holds; a month that has its statement already gets the next one.
func (r Room) RecordReceipt(ctx context.Context, tx *postgres.Tx, in Receipt) error {
	row, of, err := load(ctx, tx, access.RecordHousingReceipt, in.Grant, in.Expected)
	if err != nil {
		return err
	}
	if err := in.check(row, tx.Today()).Err(); err != nil {
		return err
	}
	rule, err := ruleIn(ctx, tx, row.ProgrammeID, in.Month)
	if err != nil {
		return err
	}
	if !rule.Receipt {
		return refusal.List{NoReceiptNeeded.At("month").With("month", in.Month)}
	}
	kept := receiptRow{ID: in.ID, GrantID: row.ID, ProgrammeID: row.ProgrammeID, ParticipationID: row.ParticipationID, Month: in.Month, Cents: in.Cents, FileID: in.File,
		RecordedBy: tx.Actor.Member, RecordedAt: tx.Now, Audience: of.Audience}
	if in.File != nil {
		if err := blob.Attach(ctx, tx, *in.File, row.ParticipationID, participant.ProvesRent, of.Audience); err != nil {
			return err
		}
	}
	if err := insertReceipt(ctx, tx, &kept); err != nil {
		return err
	}
	if err := saveGrant(ctx, tx, row); err != nil {
		return err
	}
	row.tell(tx, access.RecordHousingReceipt, event.Changed, map[string]any{"receipt": kept.ID, "month": in.Month, "cents": in.Cents, "file": in.File})
	return r.moved(ctx, tx, Ended, row, of) // what is due begins anew
}

func (r Receipt) check(of grantRow, today calendar.Day) (list refusal.List) {
	if !of.gives(r.Month) || r.Month.After(today.Month()) {
		list = append(list, MonthOutside.At("month").With("first", of.FromMonth).With("last", earlier(of.until(), today.Month())))
	}
	if r.Cents < 0 || r.Cents > mostSpent {
		list = append(list, ReceiptAmount.At("amount").With("most", mostSpent))
	}
	if (r.Cents > 0) != (r.File != nil) {
		list = append(list, ReceiptFileNeeded.At("file"))
	}
	return list
}

func earlier(a, b calendar.Month) calendar.Month {
	if b.Before(a) {
		return b
	}
	return a
}

// ruleIn is the rule that a month follows: the one in force on its last day.
func ruleIn(ctx context.Context, tx *postgres.Tx, of uuid.UUID, month calendar.Month) (programme.Housing, error) {
	policy, err := programme.PolicyOn(ctx, tx, of, month.Last())
	if err != nil {
		return programme.Housing{}, err
	}
	return policy.Housing(), nil
}
