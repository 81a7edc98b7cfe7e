// Package phone reads numbers of phones, and counts what fits into one message to them.
package phone

import (
	"errors"
	"log/slog"
	"strings"
)

// Number is a number that takes messages, as E.164 writes it: +, the country's code, the rest. Example: +393331234567.
type Number string

// ErrNumber is returned for what is no number, or one of an Italian line that takes no messages.
var ErrNumber = errors.New("phone: not a number of a mobile phone")

// E.164: at most 15 digits with the country's code. Italian mobile numbers begin with 3 and have nine or ten digits.
const (
	shortest, longest               = 7, 15
	shortestItalian, longestItalian = 9, 10
	italy                           = "39"
)

// longestWritten is how many characters of what somebody writes are looked at.
const longestWritten = 40

// spelled is a number without what stands between its digits: also the spaces of contacts, and the (0) that callers from abroad leave out.
var spelled = strings.NewReplacer("(0)", "", " ", "", "\u00a0", "", "\u202f", "", "-", "", ".", "", "/", "", "(", "", ")", "")

// Parse reads a number with whatever stands between its digits. Without a country's code (+ or 00) it is Italian.
func Parse(s string) (Number, error) {
	if len(s) > longestWritten {
		return "", ErrNumber
	}
	s = spelled.Replace(s)
	abroad, found := strings.CutPrefix(s, "+")
	if !found {
		if abroad, found = strings.CutPrefix(s, "00"); !found {
			abroad = italy + s
		}
	}
	national, italian := strings.CutPrefix(abroad, italy)
	switch {
	case strings.Trim(abroad, "0123456789") != "" || strings.HasPrefix(abroad, "0"):
		return "", ErrNumber
	case italian && (!strings.HasPrefix(national, "3") || len(national) < shortestItalian || len(national) > longestItalian):
		return "", ErrNumber
	case len(abroad) < shortest || len(abroad) > longest:
		return "", ErrNumber
	}
	return Number("+" + abroad), nil
}

// String is the number as E.164 writes it.
func (n Number) String() string { return string(n) }

// LogValue hides the number.
func (Number) LogValue() slog.Value { return slog.StringValue("[number]") }

// OneMessage is how many septets go into one message.
const OneMessage = 160

// The alphabet of messages (3GPP TS 23.038, 6.2.1): each of basic is one septet, each of extended two.
const (
	basic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
		"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	extended = "\f^{}\\[~]|€"
)

// Septets counts how many septets a text takes; false where a letter of it is not in the alphabet, and the whole would be sent in another.
func Septets(s string) (n int, ok bool) {
	for _, r := range s {
		switch {
		case strings.ContainsRune(basic, r):
			n++
		case strings.ContainsRune(extended, r):
			n += 2
		default:
			return 0, false
		}
	}
	return n, true
}
