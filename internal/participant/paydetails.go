package participant

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// restRule says for how many days new bank details rest where nobody has called the person back.
const restRule = "payment.details_rest_days"

// Payable is by what a participation is paid on a day, and what stands against it. It holds nothing of the account.
type Payable struct {
	Person  uuid.UUID
	Details uuid.UUID       // the bank details that hold; Nil where there are none
	Means   programme.Means // of the details; whether the payer offers them is for whoever pays to look at
	Blocks  refusal.List    // why nothing can be paid by them; empty where it can
}

// Payables says of the programme's participations by which details each is paid on the day: also of people whom the actor does not see, as
// long as he sees their money; others are left out.
func Payables(ctx context.Context, tx *postgres.Tx, prog uuid.UUID, day calendar.Day, participations []uuid.UUID) (map[uuid.UUID]Payable, error) {
	policy, err := programme.PolicyOn(ctx, tx, prog, day)
	if err != nil {
		return nil, err
	}
	rows, err := payableRows(ctx, tx, participations, day, policy.Int(restRule))
	if err != nil {
		return nil, err
	}
	all := make(map[uuid.UUID]Payable, len(rows))
	for _, r := range rows {
		all[r.ParticipationID] = Payable{Person: r.PersonID, Details: r.DetailsID.UUID, Means: r.Means, Blocks: r.blocks()}
	}
	return all, nil
}

// blocks is nil where nothing stands against it.
func (r payableRow) blocks() refusal.List {
	code, blocked := map[string]*refusal.Code{"MISSING": DetailsMissing, "UNCONFIRMED": DetailsUnconfirmed, "RESTING": DetailsResting, "SHARED": AccountOfTwo,
		"NO_MATCH": PayeeDiffers, "ERASED": DetailsErased}[r.Cause]
	if !blocked {
		return nil
	}
	return refusal.List{code.At().With("day", r.RestsTo)}
}

// Account is how somebody is paid, in clear: personal data, for the file that pays and nothing else.
type Account struct {
	IBAN   fiscal.IBAN // empty for means without an account
	Holder string
	Means  programme.Means
}

// OpenAccounts opens bank details for the act that pays by them. Those of people of whom the actor may not read accounts are left out, and so are those
// of somebody erased. Whoever calls it journals what he has read.
func OpenAccounts(ctx context.Context, tx *postgres.Tx, details []uuid.UUID) (map[uuid.UUID]Account, error) {
	rows, err := sealedDetails(ctx, tx, details)
	if err != nil {
		return nil, err
	}
	persons := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		persons[i] = r.PersonID
	}
	keys, err := tx.DataKeys(ctx, persons)
	if err != nil {
		return nil, err
	}
	all := make(map[uuid.UUID]Account, len(rows))
	for _, r := range rows {
		key := keys[r.PersonID]
		if key.Erased() {
			continue
		}
		holder, err := key.Open(r.Holder, bankPlace("holder", r.ID))
		if err != nil {
			return nil, err
		}
		a := Account{Holder: string(holder), Means: r.Means}
		if r.IBAN != nil {
			iban, err := key.Open(r.IBAN, bankPlace("iban", r.ID))
			if err != nil {
				return nil, err
			}
			a.IBAN = fiscal.IBAN(iban)
		}
		all[r.ID] = a
	}
	return all, nil
}
