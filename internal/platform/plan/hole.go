package plan

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// gap is one hole found in an answer: bytes from start to end are replaced.
type gap struct {
	start, end int
	site       int
	onBehalfOf string // id of a member; "" for nobody
	input      json.RawMessage
	value      []byte
}

// fill finds the holes of an answer, has their fillers finish them, and splices.
func (e *Engine) fill(ctx context.Context, c *compiler, tx *postgres.Tx, data []byte) ([]byte, error) {
	if len(c.holes) == 0 {
		return data, nil
	}
	gaps, err := c.scan(data)
	if err != nil || len(gaps) == 0 {
		return data, err
	}
	if tx != nil {
		err = e.finish(ctx, c, tx, gaps)
	} else {
		err = e.DB.InTx(ctx, c.viewer.Actor, fixed(c.viewer.Now), func(ctx context.Context, tx *postgres.Tx) error {
			if err := e.finish(ctx, c, tx, gaps); err != nil {
				return err
			}
			return e.disclose(ctx, tx, c, gaps)
		})
	}
	if err == nil && tx != nil {
		e.discloseAfter(tx, c, gaps)
	}
	if err != nil {
		return nil, err
	}
	return splice(data, gaps), nil
}

func (c *compiler) scan(data []byte) ([]gap, error) {
	mark := []byte(`"` + c.nonce + ":")
	var gaps []gap
	for at := 0; ; {
		i := bytes.Index(data[at:], mark)
		if i < 0 {
			return gaps, nil
		}
		start := at + i
		end := start + 1
		for data[end] != '"' {
			if data[end] == '\\' {
				end++
			}
			end++
		}
		end++
		var text string
		if err := json.Unmarshal(data[start:end], &text); err != nil {
			return nil, fmt.Errorf("plan: hole: %w", err)
		}
		site, rest, _ := strings.Cut(text[len(mark)-1:], ":")
		onBehalfOf, input, _ := strings.Cut(rest, ":")
		n, err := strconv.Atoi(site)
		if err != nil || n >= len(c.holes) {
			return nil, fmt.Errorf("plan: hole of no site")
		}
		gaps = append(gaps, gap{start: start, end: end, site: n, onBehalfOf: onBehalfOf, input: json.RawMessage(input)})
		at = end
	}
}

// finish calls each filler once with all its inputs and renders what it gives.
func (e *Engine) finish(ctx context.Context, c *compiler, tx *postgres.Tx, gaps []gap) error {
	write := Renderer{Lang: c.viewer.Lang}
	for site, h := range c.holes {
		var inputs []json.RawMessage
		var where []int
		for i, g := range gaps {
			if g.site == site {
				inputs, where = append(inputs, g.input), append(where, i)
			}
		}
		if len(inputs) == 0 {
			continue
		}
		values, err := e.Schema.fillers[h.filler](ctx, tx, inputs)
		if err != nil {
			return fmt.Errorf("plan: filler %s: %w", h.filler, err)
		}
		if len(values) != len(inputs) {
			return fmt.Errorf("plan: filler %s gave %d values for %d inputs", h.filler, len(values), len(inputs))
		}
		for i, v := range values {
			if gaps[where[i]].value, err = write.Value(v, h.asked); err != nil {
				return err
			}
		}
	}
	return nil
}

func splice(data []byte, gaps []gap) []byte {
	out := make([]byte, 0, len(data))
	at := 0
	for _, g := range gaps {
		out = append(out, data[at:g.start]...)
		out = append(out, g.value...)
		at = g.end
	}
	return append(out, data[at:]...)
}

// All is a filler that is given the inputs read.
func All[T any](fill func(ctx context.Context, tx *postgres.Tx, inputs []T) ([]any, error)) Filler {
	return func(ctx context.Context, tx *postgres.Tx, inputs []json.RawMessage) ([]any, error) {
		read := make([]T, len(inputs))
		for i, input := range inputs {
			if err := json.Unmarshal(input, &read[i]); err != nil {
				return nil, err
			}
		}
		return fill(ctx, tx, read)
	}
}

// Each is a filler that looks at one hole after the other.
func Each[T any](show func(ctx context.Context, tx *postgres.Tx, input T) (any, error)) Filler {
	return All(func(ctx context.Context, tx *postgres.Tx, inputs []T) (values []any, err error) {
		values = make([]any, len(inputs))
		for i, input := range inputs {
			if values[i], err = show(ctx, tx, input); err != nil {
				return nil, err
			}
		}
		return values, nil
	})
}
