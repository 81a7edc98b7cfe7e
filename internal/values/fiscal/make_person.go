package fiscal

import (
	"fmt"
	"strings"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// MakePersonCode computes the codice fiscale that the data would yield, by the rules of D.M. 23 December 1976. It is
// for demonstration data and tests: only the tax office gives codes. Empty when the birth is no day or the Belfiore
// code is not a letter and three digits.
func MakePersonCode(surname, given string, birth calendar.Day, female bool, belfiore string) PersonCode {
	place := normal(belfiore)
	if birth.IsZero() || len(place) != 4 || !isLetter(place[0]) || !allDigits(place[1:]) {
		return ""
	}
	year, month, day := birth.Date()
	if female {
		day += 40
	}
	data := fmt.Sprintf("%s%s%02d%c%02d%s", surnameLetters(surname), givenLetters(given),
		year%100, monthLetters[month-1], day, place)
	return PersonCode(data + string(checkLetter(data)))
}

func surnameLetters(surname string) string {
	consonants, vowels := lettersOf(surname)
	return (consonants + vowels + "XXX")[:3]
}

// givenLetters skips the second of four or more consonants, so that common names collide less.
func givenLetters(given string) string {
	consonants, vowels := lettersOf(given)
	if len(consonants) >= 4 {
		return consonants[:1] + consonants[2:4]
	}
	return (consonants + vowels + "XXX")[:3]
}

func lettersOf(name string) (consonants, vowels string) {
	for _, r := range unaccented.Replace(strings.ToUpper(name)) {
		switch {
		case strings.ContainsRune("AEIOU", r):
			vowels += string(r)
		case r >= 'A' && r <= 'Z':
			consonants += string(r)
		}
	}
	return consonants, vowels
}

var unaccented = strings.NewReplacer(
	"À", "A", "Á", "A", "Â", "A", "Ã", "A", "Ä", "A", "Å", "A", "Ă", "A", "Ą", "A", "Æ", "AE",
	"È", "E", "É", "E", "Ê", "E", "Ë", "E", "Ę", "E", "Ì", "I", "Í", "I", "Î", "I", "Ï", "I", "İ", "I",
	"Ò", "O", "Ó", "O", "Ô", "O", "Õ", "O", "Ö", "O", "Ø", "O", "Ő", "O", "Œ", "OE",
	"Ù", "U", "Ú", "U", "Û", "U", "Ü", "U", "Ű", "U", "Ç", "C", "Ć", "C", "Č", "C", "Đ", "D", "Ğ", "G",
	"Ł", "L", "Ñ", "N", "Ń", "N", "Ř", "R", "Ś", "S", "Š", "S", "Ş", "S", "Ș", "S", "ß", "SS", "ẞ", "SS",
	"Ţ", "T", "Ț", "T", "Ý", "Y", "Ź", "Z", "Ż", "Z", "Ž", "Z",
)
