package money_test

import (
	"encoding/json"
	"errors"
	"math"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/values/money"
)

const outOfRange = "AMOUNT_RANGE"

func code(err error) string {
	var why *money.Error
	if errors.As(err, &why) {
		return why.Code
	}
	return ""
}

func TestFormat(t *testing.T) {
	for _, c := range []struct {
		in            money.Cents
		it, en, plain string
	}{
		{0, "0,00 €", "€0.00", "0.00"},
		{5, "0,05 €", "€0.05", "0.05"},
		{-5, "-0,05 €", "-€0.05", "-0.05"},
		{50000, "500,00 €", "€500.00", "500.00"},
		{100000, "1.000,00 €", "€1,000.00", "1000.00"},
		{151375858, "1.513.758,58 €", "€1,513,758.58", "1513758.58"},
		{-151375858, "-1.513.758,58 €", "-€1,513,758.58", "-1513758.58"},
		{money.Limit, "90.071.992.547.409,91 €", "€90,071,992,547,409.91", "90071992547409.91"},
	} {
		if c.in.Format("it") != c.it || c.in.Format("en") != c.en || c.in.String() != c.plain {
			t.Errorf("%d: %q, %q, %q", int64(c.in), c.in.Format("it"), c.in.Format("en"), c.in)
		}
	}
}

func TestCheckedArithmetic(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func() (money.Cents, error)
		want money.Cents
		code string
	}{
		{"add", func() (money.Cents, error) { return money.Cents(1).Add(2) }, 3, ""},
		{"add to the limit", func() (money.Cents, error) { return (money.Limit - 1).Add(1) }, money.Limit, ""},
		{"add beyond", func() (money.Cents, error) { return money.Limit.Add(1) }, 0, outOfRange},
		{"add beyond below", func() (money.Cents, error) { return (-money.Limit).Add(-1) }, 0, outOfRange},
		{"add a wild operand", func() (money.Cents, error) { return money.Cents(1).Add(math.MaxInt64) }, 0, outOfRange},
		{"sub", func() (money.Cents, error) { return money.Cents(1).Sub(2) }, -1, ""},
		{"sub beyond", func() (money.Cents, error) { return (-money.Limit).Sub(1) }, 0, outOfRange},
		{"sub the least integer", func() (money.Cents, error) { return money.Cents(-1).Sub(math.MinInt64) }, 0, outOfRange},
		{"times", func() (money.Cents, error) { return money.Cents(-50000).Times(12) }, -600000, ""},
		{"times nought", func() (money.Cents, error) { return money.Limit.Times(0) }, 0, ""},
		{"times beyond", func() (money.Cents, error) { return money.Limit.Times(2) }, 0, outOfRange},
		{"times far beyond", func() (money.Cents, error) { return money.Limit.Times(math.MinInt64) }, 0, outOfRange},
		{"sum of none", func() (money.Cents, error) { return money.Sum() }, 0, ""},
		{"sum", func() (money.Cents, error) { return money.Sum(1, -2, 4) }, 3, ""},
		{"sum beyond", func() (money.Cents, error) { return money.Sum(money.Limit, 1, -1) }, 0, outOfRange},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, err := c.do(); got != c.want || code(err) != c.code || (err != nil) != (c.code != "") {
				t.Errorf("got %d, %v; want %d, %s", got, err, c.want, c.code)
			}
		})
	}
}

func TestForMinutes(t *testing.T) {
	for _, c := range []struct {
		rate                   money.Cents
		minutes                int
		halfUp, halfEven, down money.Cents
	}{
		{350, 60, 350, 350, 350},
		{350, 90, 525, 525, 525},
		{0, 90, 0, 0, 0},
		{350, 0, 0, 0, 0},
		{5, 30, 3, 2, 2},     // 2.5: the even cent is below
		{7, 30, 4, 4, 3},     // 3.5: the even cent is above
		{1, 29, 0, 0, 0},     // 0.483
		{1, 31, 1, 1, 0},     // 0.517
		{-5, 30, -3, -2, -2}, // half up is away from zero, down is towards it
		{5, -30, -3, -2, -2}, // a correction
		{-7, -30, 4, 4, 3},   // both signs
		{333, 20, 111, 111, 111},
		{100, 100, 167, 167, 166},
		{money.Limit, 60, money.Limit, money.Limit, money.Limit},
	} {
		for r, want := range map[money.Rounding]money.Cents{money.HalfUp: c.halfUp, money.HalfEven: c.halfEven, money.Down: c.down} {
			if got := money.ForMinutes(c.rate, c.minutes, r); got != want {
				t.Errorf("%d cents an hour for %d min, %s: %d, want %d", c.rate, c.minutes, r, got, want)
			}
		}
	}
}

func TestForMinutesRefuses(t *testing.T) {
	for _, c := range []struct {
		rate    money.Cents
		minutes int
		r       money.Rounding
		code    string
	}{
		{money.Limit, 61, money.Down, outOfRange},
		{money.Limit, math.MaxInt, money.Down, outOfRange},
		{math.MinInt64, math.MinInt, money.HalfUp, outOfRange},
		{350, 60, "UP", "ROUNDING_UNKNOWN"},
		{350, 60, "", "ROUNDING_UNKNOWN"},
	} {
		if got, err := money.ForMinutesChecked(c.rate, c.minutes, c.r); code(err) != c.code || got != 0 {
			t.Errorf("%+v: %d, %v", c, got, err)
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%+v: ForMinutes did not panic", c)
				}
			}()
			money.ForMinutes(c.rate, c.minutes, c.r)
		}()
	}
}

func TestParseRounding(t *testing.T) {
	for _, s := range []string{"HALF_UP", "HALF_EVEN", "DOWN"} {
		if r, err := money.ParseRounding(s); err != nil || string(r) != s {
			t.Errorf("%s: %s, %v", s, r, err)
		}
	}
	if r, err := money.ParseRounding("half_up"); err == nil {
		t.Errorf("half_up taken as %s", r)
	}
}

func TestJSON(t *testing.T) {
	type row struct {
		Amount  money.Cents  `json:"amount"`
		Missing *money.Cents `json:"missing"`
	}
	in := row{Amount: -151375858}
	data, err := json.Marshal(in)
	if want := `{"amount":-151375858,"missing":null}`; err != nil || string(data) != want {
		t.Fatalf("got %s, %v; want %s", data, err, want)
	}
	var out row
	if err := json.Unmarshal(data, &out); err != nil || out.Amount != in.Amount || out.Missing != nil {
		t.Errorf("came back as %+v, %v", out, err)
	}
	for _, bad := range []string{`1.5`, `1e3`, `"100"`, `9007199254740992`, `-9007199254740992`, `99999999999999999999`, `true`} {
		if err := json.Unmarshal([]byte(bad), &out.Amount); err == nil {
			t.Errorf("%s taken", bad)
		}
	}
}

func TestSQL(t *testing.T) {
	if v, err := money.Cents(-5).Value(); err != nil || v != int64(-5) {
		t.Errorf("Value = %v, %v", v, err)
	}
	for _, src := range []any{int64(-5), "-5", []byte("-5")} {
		var got money.Cents
		if err := got.Scan(src); err != nil || got != -5 {
			t.Errorf("Scan(%v) = %d, %v", src, got, err)
		}
	}
	for _, src := range []any{nil, 1.5, "1.5", "", []byte("+5"), int64(money.Limit) + 1, true} {
		var got money.Cents
		if err := got.Scan(src); err == nil || got != 0 {
			t.Errorf("Scan(%v) taken as %d", src, got)
		}
	}
}
