package fiscal

import (
	"strings"
	"unicode"
)

// oddValues are the weights of 0-9 and of A-J alike, then of K-Z, at odd positions counted from one
// (D.M. 23 December 1976); fiscal codes and the CIN of Italian accounts share them.
var oddValues = [36]int{
	1, 0, 5, 7, 9, 13, 15, 17, 19, 21,
	1, 0, 5, 7, 9, 13, 15, 17, 19, 21,
	2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
}

// checkLetter computes the check letter over digits and capital letters only.
func checkLetter(s string) byte {
	sum := 0
	for i := range len(s) {
		value := alphanumeric(s[i])
		switch {
		case i%2 == 0:
			sum += oddValues[value]
		case value >= 10:
			sum += value - 10
		default:
			sum += value
		}
	}
	return byte('A' + sum%26)
}

// luhn says whether the last of 11 digits is the check digit of the others.
func luhn(s string) bool { return s[10] == luhnDigit(s[:10]) }

func luhnDigit(ten string) byte {
	sum := 0
	for i := range len(ten) {
		n := int(ten[i] - '0')
		if i%2 == 1 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return byte('0' + (10-sum%10)%10)
}

// alphanumeric is 0 to 35 for 0-9 and A-Z.
func alphanumeric(c byte) int {
	if isDigit(c) {
		return int(c - '0')
	}
	return int(c-'A') + 10
}

func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return c >= 'A' && c <= 'Z' }

func allDigits(s string) bool { return all(s, isDigit) }

func all(s string, is func(byte) bool) bool {
	for i := range len(s) {
		if !is(s[i]) {
			return false
		}
	}
	return true
}

// normal drops every blank and turns ASCII letters into capitals; other letters stay, and so fail the shape.
func normal(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return -1
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		}
		return r
	}, s)
}
