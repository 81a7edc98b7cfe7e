package fiscal

import (
	"slices"
	"strings"
	"unicode"
)

// SameName says whether two names of persons are made of the same words, whatever their order, case, accents and apostrophes: banks write
// "ROSSI NICCOLO'" where papers say Niccolò Rossi. Letters of other alphabets must be the same.
func SameName(a, b string) bool { return slices.Equal(wordsOf(a), wordsOf(b)) }

// wordsOf are the words of a name, sorted.
func wordsOf(name string) []string {
	plain := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r):
			return r
		case r == '\'', r == '’', r == '`', unicode.Is(unicode.Mn, r):
			return -1
		}
		return ' '
	}, unaccented.Replace(strings.ToUpper(name)))
	return slices.Sorted(slices.Values(strings.Fields(plain)))
}
