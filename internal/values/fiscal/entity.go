package fiscal

import (
	"fmt"
	"strings"
)

// EntityCode is a partita IVA or the codice fiscale of an organisation, 11 digits. Make it with ParseEntityCode.
type EntityCode string

// ParseEntityCode reads 11 digits, dropping blanks and a leading IT, and verifies the check digit. The office digits
// are not judged, because lists of offices age. Errors are *Error with an ENTITY_CODE code.
func ParseEntityCode(s string) (EntityCode, error) {
	s = strings.TrimPrefix(normal(s), "IT")
	switch {
	case !allDigits(s):
		return "", &Error{CodeEntityShape, "digits only"}
	case len(s) != 11:
		return "", &Error{CodeEntityLength, "want 11 digits"}
	case !luhn(s):
		return "", &Error{CodeEntityCheck, "check digit"}
	}
	return EntityCode(s), nil
}

// String is the 11 digits.
func (c EntityCode) String() string { return string(c) }

// MakeEntityCode is a well-formed code for demonstration data, unlike for serials 0 to 9,999,999; others wrap around.
func MakeEntityCode(serial int) string {
	const serials, office = 10_000_000, "045"
	ten := fmt.Sprintf("%07d", ((serial%serials)+serials)%serials) + office
	return ten + string(luhnDigit(ten))
}
