// Package money holds euro amounts as whole cents; no amount ever passes through a float.
package money

import (
	"math/bits"
	"strconv"
	"strings"

	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Cents is an amount in euro cents, negative for a debt, within plus or minus Limit.
type Cents int64

// Limit is the largest amount in cents, 2^53-1, which every JSON client can hold exactly.
const Limit Cents = 1<<53 - 1

// Valid says whether the amount lies within the limit.
func (c Cents) Valid() bool { return c >= -Limit && c <= Limit }

// Add is the sum; an *Error when it, or an operand, is beyond the limit.
func (c Cents) Add(other Cents) (Cents, error) {
	if !c.Valid() || !other.Valid() {
		return 0, errRange
	}
	return checked(c + other)
}

// Sub is the difference; an *Error when it, or an operand, is beyond the limit.
func (c Cents) Sub(other Cents) (Cents, error) {
	if !other.Valid() {
		return 0, errRange
	}
	return c.Add(-other)
}

// Times is the amount multiplied by a whole number; an *Error beyond the limit.
func (c Cents) Times(n int) (Cents, error) {
	high, low := bits.Mul64(magnitude(int64(c)), magnitude(int64(n)))
	if high != 0 || low > uint64(Limit) {
		return 0, errRange
	}
	return signed(low, (c < 0) != (n < 0)), nil
}

// Sum adds up amounts, zero for none; an *Error as soon as the sum is beyond the limit.
func Sum(amounts ...Cents) (Cents, error) {
	var total Cents
	for _, amount := range amounts {
		var err error
		if total, err = total.Add(amount); err != nil {
			return 0, err
		}
	}
	return total, nil
}

// String is the plain decimal amount, such as 1513758.58, without currency or grouping; ParseEUR reads it back.
func (c Cents) String() string {
	size := magnitude(int64(c))
	out := strconv.FormatUint(size/100, 10) + "." + twoDigits(size%100)
	if c < 0 {
		return "-" + out
	}
	return out
}

// Format writes the amount for people: "1.513.758,58 €" in Italian, "€1,513,758.58" in English.
func (c Cents) Format(lang string) string {
	sign := ""
	if c < 0 {
		sign = "-"
	}
	size := magnitude(int64(c))
	euros, cents := strconv.FormatUint(size/100, 10), twoDigits(size%100)
	if text.Lang(lang) == text.English {
		return sign + "€" + grouped(euros, ",") + "." + cents
	}
	return sign + grouped(euros, ".") + "," + cents + " €"
}

func grouped(euros, separator string) string {
	var out strings.Builder
	for i, digit := range euros {
		if i > 0 && (len(euros)-i)%3 == 0 {
			out.WriteString(separator)
		}
		out.WriteRune(digit)
	}
	return out.String()
}

func twoDigits(n uint64) string { return string([]byte{byte('0' + n/10), byte('0' + n%10)}) }

func checked(c Cents) (Cents, error) {
	if !c.Valid() {
		return 0, errRange
	}
	return c, nil
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

func signed(size uint64, negative bool) Cents {
	if negative {
		return -Cents(size)
	}
	return Cents(size)
}
