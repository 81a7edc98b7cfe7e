package money_test

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/lavoroincorso/lavoro/internal/values/money"
)

func amounts(t *rapid.T, name string) money.Cents {
	return money.Cents(rapid.Int64Range(-int64(money.Limit), int64(money.Limit)).Draw(t, name))
}

func TestArithmeticAgreesWithBigIntegers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := amounts(t, "a"), amounts(t, "b")
		n := rapid.Int().Draw(t, "n")
		sum, err := a.Add(b)
		agrees(t, "sum", sum, err, new(big.Int).Add(wide(a), wide(b)))
		difference, err := a.Sub(b)
		agrees(t, "difference", difference, err, new(big.Int).Sub(wide(a), wide(b)))
		product, err := a.Times(n)
		agrees(t, "product", product, err, new(big.Int).Mul(wide(a), big.NewInt(int64(n))))
	})
}

func wide(c money.Cents) *big.Int { return big.NewInt(int64(c)) }

func agrees(t *rapid.T, what string, got money.Cents, err error, want *big.Int) {
	t.Helper()
	inside := want.CmpAbs(wide(money.Limit)) <= 0
	if inside != (err == nil) || inside && wide(got).Cmp(want) != 0 {
		t.Fatalf("%s is %d, %v; want %s", what, got, err, want)
	}
}

func TestRoundingAgreesWithRationals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.OneOf(rapid.Int64Range(-10_000, 10_000), rapid.Int64Range(-int64(money.Limit), int64(money.Limit))).Draw(t, "rate")
		minutes := rapid.OneOf(rapid.IntRange(-10_000, 10_000), rapid.Int()).Draw(t, "minutes")
		exact := new(big.Rat).SetFrac(new(big.Int).Mul(big.NewInt(rate), big.NewInt(int64(minutes))), big.NewInt(60))
		for _, r := range []money.Rounding{money.HalfUp, money.HalfEven, money.Down} {
			got, err := money.ForMinutesChecked(money.Cents(rate), minutes, r)
			agrees(t, string(r), got, err, rounded(exact, r))
		}
	})
}

// rounded is the definition, by comparison with one half, written apart from the code under test.
func rounded(exact *big.Rat, r money.Rounding) *big.Int {
	size := new(big.Rat).Abs(exact)
	whole := new(big.Int).Quo(size.Num(), size.Denom())
	half := new(big.Rat).Sub(size, new(big.Rat).SetInt(whole)).Cmp(big.NewRat(1, 2))
	if r != money.Down && (half > 0 || half == 0 && (r == money.HalfUp || whole.Bit(0) == 1)) {
		whole.Add(whole, big.NewInt(1))
	}
	if exact.Sign() < 0 {
		whole.Neg(whole)
	}
	return whole
}

func TestEveryFormReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := amounts(t, "c")
		for _, form := range []string{c.String(), c.Format("it"), c.Format("en")} {
			if got, err := money.ParseEUR(form); err != nil || got != c {
				t.Fatalf("%d is written %q, which reads %d, %v", c, form, got, err)
			}
		}
		written, err := c.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := money.ParseCents(string(written)); err != nil || got != c {
			t.Fatalf("%d is stored as %s, which reads %d, %v", c, written, got, err)
		}
	})
}
