package plan

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// Disclosure is one confidential value that an answer shows, and whom it is about: a person, a participation, or both.
type Disclosure struct {
	Class                 access.Class
	Person, Participation uuid.UUID
	OnBehalfOf            uuid.UUID // for whom the viewer stands in; zero where he reads by his own right
}

// disclosed lists what the answer shows of confidential classes, each once. The inputs of such a hole name "person" or "participation";
// where the rows of one field are of several classes they also name "class". A value that came out null shows nothing.
func (c *compiler) disclosed(gaps []gap) ([]Disclosure, error) {
	var all []Disclosure
	seen := map[Disclosure]bool{}
	for _, g := range gaps {
		d := Disclosure{Class: c.holes[g.site].class}
		if d.Class == "" || string(g.value) == "null" {
			continue
		}
		var about struct {
			Person, Participation uuid.UUID
			Class                 access.Class
		}
		if err := json.Unmarshal(g.input, &about); err != nil || about.Person == uuid.Nil && about.Participation == uuid.Nil {
			return nil, fmt.Errorf("plan: the inputs of %s, of class %s, do not say whom they are about (%v)", c.holes[g.site].filler, d.Class, err)
		}
		if slices.Contains(access.Confidential(), about.Class) {
			d.Class = about.Class
		}
		d.Person, d.Participation = about.Person, about.Participation
		if g.onBehalfOf != "" {
			d.OnBehalfOf = uuid.MustParse(g.onBehalfOf)
		}
		if !seen[d] {
			seen[d] = true
			all = append(all, d)
		}
	}
	return all, nil
}

// disclose tells what the answer shows, in the transaction that finished it.
func (e *Engine) disclose(ctx context.Context, tx *postgres.Tx, c *compiler, gaps []gap) error {
	shown, err := c.disclosed(gaps)
	if err != nil || len(shown) == 0 || e.OnDisclosed == nil {
		return err
	}
	return e.OnDisclosed(ctx, tx, c.viewer, shown)
}

// discloseAfter does the same for an answer that is read inside an act, in a transaction of its own: a preview is rolled back, and what
// it showed was shown.
func (e *Engine) discloseAfter(tx *postgres.Tx, c *compiler, gaps []gap) {
	tx.After(func(ctx context.Context) error {
		return e.DB.InTx(ctx, c.viewer.Actor, fixed(c.viewer.Now), func(ctx context.Context, tx *postgres.Tx) error {
			return e.disclose(ctx, tx, c, gaps)
		})
	})
}
