package control

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
)

// cells are a row of a table, taken cell by cell; the first that is not as it must be is its fault.
type cells struct {
	row []string
	n   int
	err error
}

func (c *cells) text() string {
	s := c.row[c.n]
	c.n++
	return s
}

func parsed[V any](c *cells, parse func(string) (V, error)) V {
	v, err := parse(c.text())
	if err != nil && c.err == nil {
		c.err = fault("", "cell %d cannot be read", c.n)
	}
	return v
}

func (c *cells) id() uuid.UUID { return parsed(c, strictID) }

// strictID reads an id as we spell it, and in no other way.
func strictID(s string) (uuid.UUID, error) {
	id, err := uuid.Parse(s)
	if err == nil && id.String() != s {
		return id, strconv.ErrSyntax
	}
	return id, err
}

func (c *cells) number() int {
	return parsed(c, func(s string) (int, error) {
		n, err := strconv.ParseInt(s, 10, 32)
		return int(n), err
	})
}

func (c *cells) cents() money.Cents {
	return parsed(c, func(s string) (money.Cents, error) {
		n, err := strconv.ParseInt(s, 10, 64)
		if err == nil && !money.Cents(n).Valid() {
			err = strconv.ErrRange
		}
		return money.Cents(n), err
	})
}

func (c *cells) truth() bool { return parsed(c, strconv.ParseBool) }

func (c *cells) day() calendar.Day { return parsed(c, calendar.ParseDay) }

// dayIfAny reads a day, and no day from an empty cell.
func (c *cells) dayIfAny() calendar.Day {
	return parsed(c, func(s string) (d calendar.Day, err error) { return d, d.UnmarshalText([]byte(s)) })
}

func (c *cells) month() calendar.Month { return parsed(c, calendar.ParseMonth) }

func (c *cells) clock() calendar.LocalTime { return parsed(c, calendar.ParseLocalTime) }

func (c *cells) at() time.Time {
	return parsed(c, func(s string) (time.Time, error) { return time.Parse(time.RFC3339Nano, s) })
}

// atIfAny reads a moment, and no moment from an empty cell.
func (c *cells) atIfAny() time.Time {
	return parsed(c, func(s string) (t time.Time, err error) {
		if s != "" {
			t, err = time.Parse(time.RFC3339Nano, s)
		}
		return t, err
	})
}

func (c *cells) ids() (list []uuid.UUID) {
	return parsed(c, func(s string) ([]uuid.UUID, error) {
		for word := range strings.FieldsSeq(s) {
			id, err := strictID(word)
			if err != nil {
				return nil, err
			}
			list = append(list, id)
		}
		return list, nil
	})
}

// rows reads a table of the folder.
func rows[R any](o *Opened, name string, read func(*cells) R) ([]R, error) {
	data, there := o.files[name]
	if !there {
		return nil, fault(name, "is missing")
	}
	reader := csv.NewReader(bytes.NewReader(data))
	reader.FieldsPerRecord = strings.Count(headings[name], ",") + 1
	all, err := reader.ReadAll()
	if err != nil {
		return nil, fault(name, "cannot be read (%v)", err)
	}
	if len(all) == 0 || strings.Join(all[0], ",") != headings[name] {
		return nil, fault(name, "has another heading")
	}
	out := make([]R, 0, len(all)-1)
	for i, row := range all[1:] {
		c := &cells{row: row}
		out = append(out, read(c))
		if c.err != nil {
			return nil, fault(name, "row %d, cell %d cannot be read", i+2, c.n)
		}
	}
	return out, nil
}

// tables reads all of them.
func (o *Opened) tables() (t Tables, err error) {
	for _, read := range []func() error{
		func() error {
			t.Months, err = rows(o, "months.csv", func(c *cells) Month {
				return Month{c.id(), c.id(), c.id(), c.id(), c.text(), c.month(), c.text(), c.number(), c.number(), c.number(), c.number(), c.text(), c.text()}
			})
			return err
		},
		func() error {
			t.Entries, err = rows(o, "entries.csv", func(c *cells) Counted {
				return Counted{c.id(), c.id(), c.text(), c.day(), c.clock(), c.clock(), c.number(), c.text(), c.text(), c.at()}
			})
			return err
		},
		func() error {
			t.Adjustments, err = rows(o, "adjustments.csv", func(c *cells) Adjustment {
				return Adjustment{c.id(), c.day(), c.number(), c.number(), c.at(), c.text()}
			})
			return err
		},
		func() error {
			t.Steps, err = rows(o, "steps.csv", func(c *cells) Step { return Step{c.text(), c.id(), c.text(), c.at(), c.text(), c.text()} })
			return err
		},
		func() error {
			t.Statements, err = rows(o, "statements.csv", func(c *cells) Statement {
				return Statement{ID: c.id(), Allowance: c.id(), Month: c.month(), Number: c.number(), InForce: c.truth(), Minutes: c.number(), Accrued: c.cents(), Cap: c.cents(), Total: c.cents(),
					ContentHash: c.text(), Months: c.ids(), Versions: versions(c), Explanation: c.text()}
			})
			return err
		},
		func() error {
			t.Lines, err = rows(o, "lines.csv", func(c *cells) Line {
				return Line{c.id(), c.text(), c.number(), c.cents(), c.text(), c.number(), c.text()}
			})
			return err
		},
		func() error {
			t.Shares, err = rows(o, "shares.csv", func(c *cells) Share {
				return Share{c.id(), c.id(), c.text(), c.text(), c.cents(), c.cents(), c.cents()}
			})
			return err
		},
		func() error {
			t.Payments, err = rows(o, "payments.csv", func(c *cells) Payment {
				return Payment{c.id(), c.id(), c.id(), c.text(), c.text(), c.text(), c.text(), c.cents(), c.cents(), c.cents(), c.text(), c.text(), c.truth(), c.truth(), c.atIfAny(), c.text(), c.text(), c.text(), c.text(), c.dayIfAny()}
			})
			return err
		},
		func() error {
			t.Repayments, err = rows(o, "repayments.csv", func(c *cells) Repayment { return Repayment{c.id(), c.id(), c.text(), c.text(), c.cents(), c.cents()} })
			return err
		},
		func() error {
			t.Transfers, err = rows(o, "transfers.csv", func(c *cells) Transfer { return Transfer{c.text(), c.id(), c.month(), c.cents(), c.cents(), c.text()} })
			return err
		},
	} {
		if err := read(); err != nil {
			return t, err
		}
	}
	return t, nil
}

func versions(c *cells) (list []int) {
	return parsed(c, func(s string) ([]int, error) {
		for word := range strings.FieldsSeq(s) {
			n, err := strconv.Atoi(word)
			if err != nil {
				return nil, err
			}
			list = append(list, n)
		}
		return list, nil
	})
}
