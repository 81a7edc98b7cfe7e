package fiscal

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// CUP is the code of a public investment project (codice unico di progetto), 15 characters. Make it with ParseCUP.
type CUP string

// ATECO is an Italian code of economic activity, two to six digits with dots. Make it with ParseATECO.
type ATECO string

var (
	cupShape   = regexp.MustCompile(`^[A-Z][0-9]{2}[A-Z][0-9]{11}$`)
	atecoShape = regexp.MustCompile(`^[0-9]{2}(\.[0-9]{1,2}(\.[0-9]{1,2})?)?$`)
)

// ParseCUP reads a CUP, dropping blanks and raising letters. It has no check character. Sixteen characters, a known
// misprint of calls, are refused with CUP_SIXTEEN, never cut: nobody can tell which one is too many.
func ParseCUP(s string) (CUP, error) {
	s = normal(s)
	switch length := utf8.RuneCountInString(s); {
	case length == 16:
		return "", &Error{CodeCUPSixteen, "16 characters instead of 15"}
	case length != 15:
		return "", &Error{CodeCUPLength, "want 15 characters"}
	case !cupShape.MatchString(s):
		return "", &Error{CodeCUPShape, "want letter, 2 digits, letter, 11 digits"}
	}
	return CUP(s), nil
}

// String is the code itself.
func (c CUP) String() string { return string(c) }

// ParseATECO reads division, class or subcategory, such as 88, 88.10 or 88.10.00. Only the shape is checked: the
// meaning depends on the version of the classification (2007 or 2025).
func ParseATECO(s string) (ATECO, error) {
	s = strings.TrimSpace(s)
	if !atecoShape.MatchString(s) {
		return "", &Error{CodeATECOShape, "want NN, NN.NN or NN.NN.NN"}
	}
	return ATECO(s), nil
}

// String is the code itself.
func (a ATECO) String() string { return string(a) }
