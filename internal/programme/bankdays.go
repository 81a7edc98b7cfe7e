package programme

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// BankDays are the days on which money moves: no Saturday or Sunday, no holiday that the programme's file dates for everywhere, and no day of the rule
// payment.closing_days. The zero value knows of weekends alone.
type BankDays struct {
	Closed []calendar.Day // beside weekends
}

// BankDaysOn gives a programme's, by the rules in force on the day.
func BankDaysOn(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, day calendar.Day) (BankDays, error) {
	policy, err := PolicyOn(ctx, tx, programme, day)
	if err != nil {
		return BankDays{}, err
	}
	holidays, err := commonHolidays(ctx, tx, programme)
	if err != nil {
		return BankDays{}, err
	}
	return BankDays{Closed: append(holidays, policy.days("payment.closing_days")...)}, nil
}

// EachBankDaysOn gives, like BankDaysOn, those of one programme after the other, and finds each once.
func EachBankDaysOn(day calendar.Day) func(ctx context.Context, tx *postgres.Tx, programme uuid.UUID) (BankDays, error) {
	return each(day, BankDaysOn)
}

// From is the first of them that is not before the day.
func (b BankDays) From(day calendar.Day) calendar.Day {
	for b.rest(day) {
		day = day.AddDays(1)
	}
	return day
}

// Until is the last of them that is not after the day.
func (b BankDays) Until(day calendar.Day) calendar.Day {
	for b.rest(day) {
		day = day.AddDays(-1)
	}
	return day
}

func (b BankDays) rest(day calendar.Day) bool {
	weekday := day.Weekday()
	return !day.IsZero() && (weekday == time.Saturday || weekday == time.Sunday || slices.Contains(b.Closed, day))
}
