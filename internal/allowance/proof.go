package allowance

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
)

// Proof is a statement with the inputs that it was worked out from and all else that its hash covers, for whoever works it out again without the database.
// It names people and bodies by their ids, and does not tell why anybody was absent.
type Proof struct {
	ID            uuid.UUID      `json:"id"`
	Programme     uuid.UUID      `json:"programme"`
	Participation uuid.UUID      `json:"participation"`
	Month         calendar.Month `json:"month"`
	Number        int            `json:"number"`
	Minutes       int            `json:"minutes"`
	Accrued       money.Cents    `json:"accrued"`
	Cap           money.Cents    `json:"cap"`
	Housing       money.Cents    `json:"housing,omitempty"`
	Total         money.Cents    `json:"total"`
	Versions      []uuid.UUID    `json:"policyVersions"`
	Engine        string         `json:"engine"`
	Inputs        Inputs         `json:"inputs"`
	Lines         []Line         `json:"lines"`
	Shares        []ProofShare   `json:"shares"` // by payer and budget line
	IssuedAt      time.Time      `json:"issuedAt"`
	ContentHash   string         `json:"contentHash"` // in hexadecimal digits; "" of one that was issued before it was kept
}

// ProofShare is what a payer owes of a statement.
type ProofShare struct {
	Payer    uuid.UUID     `json:"payer"`
	Line     uuid.UUID     `json:"line"`
	Tax      programme.Tax `json:"tax"`
	Gross    money.Cents   `json:"gross"`
	Withheld money.Cents   `json:"withheld"`
	Net      money.Cents   `json:"net"`
}

// Proofs are those of the statements of a month's allowance that the actor sees, as JSON, by their ids.
func Proofs(ctx context.Context, tx *postgres.Tx, allowance uuid.UUID) (map[uuid.UUID][]byte, error) {
	rows, shares, err := statementsOf(ctx, tx, allowance)
	if err != nil {
		return nil, err
	}
	proofs := make(map[uuid.UUID][]byte, len(rows))
	for _, s := range rows {
		p := Proof{ID: s.ID, Programme: s.ProgrammeID, Participation: s.ParticipationID, Month: s.Month, Number: s.Number, Minutes: s.Minutes, Accrued: s.AccruedCents, Cap: s.CapCents, Housing: s.HousingCents,
			Total: s.TotalCents, Versions: s.PolicyVersions, Engine: s.Engine, Inputs: s.Inputs, Lines: s.Lines, IssuedAt: s.IssuedAt.UTC(), ContentHash: hex.EncodeToString(s.ContentHash)}
		for _, h := range shares[s.ID] {
			p.Shares = append(p.Shares, ProofShare{h.PayerID, h.BudgetLineID, h.Tax, h.GrossCents, h.WithheldCents, h.NetCents})
		}
		if proofs[s.ID], err = json.MarshalIndent(p, "", " "); err != nil {
			return nil, fmt.Errorf("proof of a statement: %w", err)
		}
	}
	return proofs, nil
}

// CheckProof reads a proof, and works it out again.
func CheckProof(data []byte) error {
	var p Proof
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return err
	}
	return p.check()
}

// check works the statement out again, by the engine that made it, and says in what it differs. It trusts nothing that it says.
func (p Proof) check() error {
	for _, v := range p.Inputs.Versions {
		if err := v.Rule.Check(); err != nil {
			return err
		}
	}
	for _, h := range p.Inputs.Register {
		for _, n := range h.Portions {
			if max(n.Minutes, -n.Minutes, n.Absence, -n.Absence) > maxMinutes || min(n.Minutes, n.Absence) == math.MinInt {
				return fmt.Errorf("a month does not have so many minutes")
			}
		}
	}
	r := replayRow{statementRow: statementRow{ID: p.ID, ProgrammeID: p.Programme, ParticipationID: p.Participation, Month: p.Month, Number: p.Number, Minutes: p.Minutes, AccruedCents: p.Accrued,
		CapCents: p.Cap, HousingCents: p.Housing, TotalCents: p.Total, PolicyVersions: p.Versions, Engine: p.Engine, Inputs: p.Inputs, Lines: p.Lines, IssuedAt: p.IssuedAt}}
	for _, h := range p.Shares {
		r.Shares = append(r.Shares, shareRow{PayerID: h.Payer, BudgetLineID: h.Line, Tax: h.Tax, GrossCents: h.Gross, WithheldCents: h.Withheld, NetCents: h.Net})
	}
	if p.ContentHash != "" {
		var err error
		if r.ContentHash, err = hex.DecodeString(p.ContentHash); err != nil {
			return fmt.Errorf("its hash is none")
		}
	}
	if found := r.again(); len(found) > 0 {
		return fmt.Errorf("%s", strings.Join(found, "; "))
	}
	return nil
}
