package demo

import (
	"context"
	"fmt"

	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
)

// account has the case manager record where somebody is paid who begins the activities. Some change bank later; a few are paid to an
// account that they share, which the case manager has looked at.
func (o *office) account(p *person) {
	c := chanceOf("account", p.n)
	record := func(in participant.BankInput) func(context.Context, *postgres.Tx) error {
		in.Participation, in.IBAN = p.id, inventedIBAN(c)
		return func(ctx context.Context, tx *postgres.Tx) error {
			_, err := o.deps.Participants.RecordBankDetails(ctx, tx, in)
			return err
		}
	}
	day, own := p.path.active, p.given+" "+p.family
	if day.IsZero() {
		return
	}
	if p.n%37 == 4 {
		shared := o.plan(day, afternoon+15, p.caseManager, "recordBankDetails", record(participant.BankInput{Holder: own + " e altri"}))
		shared.pass, shared.why = []string{participant.HolderDiffers.String()}, "Conto cointestato, visto il contratto"
		return
	}
	o.plan(day, afternoon+15, p.caseManager, "recordBankDetails", record(participant.BankInput{Holder: own}))
	if change := workday(day.AddDays(c.between(30, 90))); p.n%11 == 3 && (p.path.left.IsZero() || change.Before(p.path.left)) {
		o.plan(change, noon+15, p.caseManager, "recordBankDetails", record(participant.BankInput{Holder: own}))
	}
}

// inventedIBAN is an account with valid check digits at a bank with the code 00000.
func inventedIBAN(c chance) string {
	return fiscal.MakeItalianIBAN("", fmt.Sprintf("%05d", c.between(10000, 99999)), fmt.Sprintf("%012d", c.between(1, 999_999_999)))
}
