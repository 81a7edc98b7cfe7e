package money

import "math/bits"

// Rounding names how a fraction of a cent is settled; the programme's policy chooses it.
type Rounding string

// The roundings: half a cent away from zero, half a cent to the even cent, and the fraction cut off towards zero.
const (
	HalfUp   Rounding = "HALF_UP"
	HalfEven Rounding = "HALF_EVEN"
	Down     Rounding = "DOWN"
)

// ParseRounding reads HALF_UP, HALF_EVEN or DOWN; anything else is an *Error.
func ParseRounding(s string) (Rounding, error) {
	if r := Rounding(s); r.Valid() {
		return r, nil
	}
	return "", errRounding
}

// Valid says whether this is one of the three known roundings.
func (r Rounding) Valid() bool { return r == HalfUp || r == HalfEven || r == Down }

// ForMinutes is the pay for minutes at an hourly rate, in exact integer arithmetic, rounded once at the end.
// It panics on an unknown rounding or a result beyond Limit: policies and inputs are checked before they get here.
func ForMinutes(ratePerHour Cents, minutes int, r Rounding) Cents {
	pay, err := ForMinutesChecked(ratePerHour, minutes, r)
	if err != nil {
		panic(err)
	}
	return pay
}

// ForMinutesChecked is ForMinutes for rates and minutes nobody has bounded yet: an *Error in place of the panic.
func ForMinutesChecked(ratePerHour Cents, minutes int, r Rounding) (Cents, error) {
	if !r.Valid() {
		return 0, errRounding
	}
	const hour = 60
	high, low := bits.Mul64(magnitude(int64(ratePerHour)), magnitude(int64(minutes)))
	if high >= hour {
		return 0, errRange
	}
	whole, rest := bits.Div64(high, low, hour)
	if whole > uint64(Limit) {
		return 0, errRange
	}
	if r.carries(whole, rest, hour) {
		whole++
	}
	return checked(signed(whole, (ratePerHour < 0) != (minutes < 0)))
}

func (r Rounding) carries(whole, rest, divisor uint64) bool {
	switch {
	case r == Down || 2*rest < divisor:
		return false
	case 2*rest > divisor || r == HalfUp:
		return true
	}
	return whole%2 == 1
}
