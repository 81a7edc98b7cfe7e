package allowance

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
)

// replayBatch is how many statements are held in memory at once.
const replayBatch = 500

// Difference is what a stored statement says and should not.
type Difference struct {
	Statement uuid.UUID
	Month     calendar.Month
	Number    int
	What      string
}

// String names the statement and not the person.
func (d Difference) String() string {
	return fmt.Sprintf("statement %s, %s, number %d: %s", d.Statement, d.Month, d.Number, d.What)
}

// Replay works out every statement again from its inputs, by the engine that made it, as the tables' owner, and tells of each that does not say
// what comes out, that is not what was issued, or that rests on a register that says something else by now. It gives how many it has read.
func Replay(ctx context.Context, ownerURL string, tell func(Difference) error) (read int, err error) {
	after := uuid.Nil
	for {
		rows, err := issued(ctx, ownerURL, after, replayBatch)
		if err != nil {
			return read, err
		}
		for _, r := range rows {
			for _, what := range append(r.again(), r.unlike()...) {
				if err := tell(Difference{Statement: r.ID, Month: r.Month, Number: r.Number, What: what}); err != nil {
					return read, err
				}
			}
		}
		if read += len(rows); len(rows) < replayBatch {
			return read, nil
		}
		after = rows[len(rows)-1].ID
	}
}

// again works a statement out again, and says in words in what it differs from what comes out of its inputs, and from what was issued.
func (r replayRow) again() (found []string) {
	differs := func(what string, kept, comes any) {
		found = append(found, fmt.Sprintf("%s: kept %v, comes to %v", what, kept, comes))
	}
	w, err := Again(r.Engine, r.Inputs)
	if err != nil {
		return []string{err.Error()}
	}
	for what, pair := range map[string][2]money.Cents{"minutes": {money.Cents(r.Minutes), money.Cents(w.Minutes)}, "accrued": {r.AccruedCents, w.Accrued}, "cap": {r.CapCents, w.Cap}, "housing": {r.HousingCents, w.Housing},
		"total": {r.TotalCents, w.Total}} {
		if pair[0] != pair[1] {
			differs(what, int64(pair[0]), int64(pair[1]))
		}
	}
	if kept, comes := spelled(r.Lines), spelled(w.Lines); !bytes.Equal(kept, comes) {
		differs("lines", string(kept), string(comes))
	}
	if kept, comes := r.Shares, w.Shares(); !comeTo(kept, comes) {
		differs("shares", kept, comes)
	}
	if r.Month != r.Inputs.Month || !slices.EqualFunc(r.PolicyVersions, r.Inputs.Versions, func(id uuid.UUID, v Version) bool { return id == v.ID }) {
		found = append(found, "month and versions of the rules are not those of the inputs")
	}
	if kept, comes := r.ContentHash, r.content(r.Shares); kept != nil && !bytes.Equal(kept, comes) {
		differs("content", fmt.Sprintf("%x", kept), fmt.Sprintf("%x", comes))
	}
	slices.Sort(found)
	return found
}

// unlike says where the register does not hold any more what the statement took from it.
func (r replayRow) unlike() (found []string) {
	for _, h := range r.Inputs.Register {
		c := h.Certified
		if c == nil {
			continue
		}
		now, ok := r.Register[c.RegisterMonth]
		if !ok || now.Hash != c.Hash || now.Minutes != c.Minutes || now.PresenceDays != c.PresenceDays {
			found = append(found, fmt.Sprintf("month %s of the register is not what was certified", c.RegisterMonth))
		}
		for _, a := range c.Adjustments {
			if !slices.Contains(now.Adjustments, a) {
				found = append(found, fmt.Sprintf("adjustment %s of the register is not what it was", a.ID))
			}
		}
	}
	return found
}

// content is the hash of all that a statement says. It never changes its form: hashes of it are kept.
func (s statementRow) content(shares []shareRow) []byte {
	type part struct {
		Payer    uuid.UUID   `json:"payer"`
		Line     uuid.UUID   `json:"line"`
		Tax      string      `json:"tax"`
		Gross    money.Cents `json:"gross"`
		Withheld money.Cents `json:"withheld"`
		Net      money.Cents `json:"net"`
	}
	parts := make([]part, len(shares))
	for i, h := range shares {
		parts[i] = part{h.PayerID, h.BudgetLineID, string(h.Tax), h.GrossCents, h.WithheldCents, h.NetCents}
	}
	slices.SortFunc(parts, func(a, b part) int {
		if c := bytes.Compare(a.Payer[:], b.Payer[:]); c != 0 {
			return c
		}
		return bytes.Compare(a.Line[:], b.Line[:])
	})
	sum := sha256.Sum256(bytes.Join([][]byte{
		fmt.Appendf(nil, "lavoro statement 1|%s|%s|%s|%d|%d|%d|%d|%d|%s|%d", s.ProgrammeID, s.ParticipationID, s.Month, s.Number, s.Minutes, s.AccruedCents, s.CapCents, s.TotalCents,
			s.Engine, s.IssuedAt.UnixMicro()),
		spelled(s.PolicyVersions), spelled(s.Inputs), spelled(s.Lines), spelled(parts),
	}, []byte("\n")))
	return sum[:]
}

// spelled writes a value as statements keep it.
func spelled(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic("allowance: " + err.Error()) // plain values
	}
	return data
}
