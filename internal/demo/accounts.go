package demo

import (
	"context"
	"fmt"

	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
)

// account has the case manager record where somebody is paid who begins the activities, and the payments office confirm it. Some change bank
// later, and with a few of these nobody has looked at the change yet; a few are paid to an account that they share, which the case manager has
// looked at.
func (o *office) account(p *person) {
	c := chanceOf("account", p.n)
	day, own := p.path.active, p.given+" "+p.family
	if day.IsZero() {
		return
	}
	if p.n%37 == 4 {
		shared := o.paidTo(p, c, day, afternoon+15, participant.BankInput{Holder: own + " e altri"})
		shared.pass, shared.why = []string{participant.HolderDiffers.String()}, "Conto cointestato, visto il contratto"
		return
	}
	o.paidTo(p, c, day, afternoon+15, participant.BankInput{Holder: own})
	if change := workday(day.AddDays(c.between(30, 90))); p.n%11 == 3 && (p.path.left.IsZero() || change.Before(p.path.left)) {
		o.paidTo(p, c, change, noon+15, participant.BankInput{Holder: own})
	}
}

// accountsAnew has the case manager ask for another account, and record it, where what a month came to was refused.
func (o *office) accountsAnew(month calendar.Month, day calendar.Day) {
	for _, p := range o.people {
		refused := sentTransfer{Participation: p.id, Month: month}.refused()
		if here := !p.path.active.IsZero() && p.path.active.Before(day) && (p.path.left.IsZero() || day.Before(p.path.left)); refused && here {
			o.paidTo(p, chanceOf("account anew "+month.String(), p.n), day, noon+15, participant.BankInput{Holder: p.given + " " + p.family})
		}
	}
}

// paidTo plans that bank details are recorded, and that the payments office asks the person and confirms them two days later.
func (o *office) paidTo(p *person, c chance, day calendar.Day, minute int, in participant.BankInput) *act {
	in.ID, in.Participation, in.IBAN = c.timedID(clockTime(day, minute)), p.id, inventedIBAN(c)
	recorded := o.plan(day, minute, p.caseManager, "recordBankDetails", func(ctx context.Context, tx *postgres.Tx) error {
		_, err := o.deps.Participants.RecordBankDetails(ctx, tx, in)
		return err
	})
	o.plan(workday(day.AddDays(2)), noon+30, o.at("payments", lead), "confirmBankDetails", func(ctx context.Context, tx *postgres.Tx) error {
		return o.deps.Participants.ConfirmBankDetails(ctx, tx, participant.ConfirmInput{Participation: p.id, Details: in.ID, CalledBack: true})
	})
	return recorded
}

// inventedIBAN is an account with valid check digits at a bank with the code 00000.
func inventedIBAN(c chance) string {
	return fiscal.MakeItalianIBAN("", fmt.Sprintf("%05d", c.between(10000, 99999)), fmt.Sprintf("%012d", c.between(1, 999_999_999)))
}
