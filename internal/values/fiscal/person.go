package fiscal

import (
	"log/slog"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// PersonCode is a person's codice fiscale: 16 characters, or 11 digits when provisional. Make it with ParsePersonCode.
type PersonCode string

// Sex is the sex that a codice fiscale encodes: M, F, or empty when unknown.
type Sex string

// The sexes a codice fiscale can tell; a provisional code tells none.
const (
	Male       Sex = "M"
	Female     Sex = "F"
	SexUnknown Sex = ""
)

const (
	monthLetters = "ABCDEHLMPRST"
	omocodic     = "LMNPQRSTUV" // stand for 0 to 9 when two people would share a code
)

var (
	personShape    = regexp.MustCompile(`^[A-Z]{6}[0-9LMNPQRSTUV]{2}[ABCDEHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]$`)
	digitPositions = [...]int{6, 7, 9, 10, 12, 13, 14}
)

// ParsePersonCode reads a codice fiscale, omocodic ones too, dropping blanks and raising letters, and verifies the
// encoded date and the check character. Errors are *Error with a FISCAL_CODE code. D.M. 23 December 1976.
func ParsePersonCode(s string) (PersonCode, error) {
	s = normal(s)
	switch utf8.RuneCountInString(s) {
	case 11:
		return parseProvisional(s)
	case 16:
		return parseFull(s)
	}
	return "", &Error{CodeFiscalLength, "want 16 characters, or 11 digits"}
}

func parseProvisional(s string) (PersonCode, error) {
	if !allDigits(s) {
		return "", &Error{CodeFiscalShape, "a provisional code holds digits only"}
	}
	if !luhn(s) {
		return "", &Error{CodeFiscalCheck, "check digit"}
	}
	return PersonCode(s), nil
}

func parseFull(s string) (PersonCode, error) {
	if !personShape.MatchString(s) {
		return "", &Error{CodeFiscalShape, "want AAAAAA00A00A000A"}
	}
	code := PersonCode(s)
	if !code.possibleDate() {
		return "", &Error{CodeFiscalDate, "day out of the month"}
	}
	if checkLetter(s[:15]) != s[15] {
		return "", &Error{CodeFiscalCheck, "check letter"}
	}
	return code, nil
}

// String is the code itself: personal data, keep it out of logs and errors.
func (c PersonCode) String() string { return string(c) }

// LogValue hides the code from structured logs.
func (c PersonCode) LogValue() slog.Value { return slog.StringValue("[fiscal code]") }

// Provisional says whether this is the 11-digit code given until the definitive one; it tells no sex, birth or place.
func (c PersonCode) Provisional() bool { return len(c) == 11 }

// Canonical undoes omocodia and computes the check letter anew. Two spellings of the same data become equal, though
// omocodia exists because two persons may share that data: use it to find candidates, not to prove identity.
func (c PersonCode) Canonical() PersonCode {
	if len(c) != 16 {
		return c
	}
	plain := c.plain()
	return PersonCode(plain + string(checkLetter(plain)))
}

// Sex is the sex encoded in the day; unknown for a provisional code.
func (c PersonCode) Sex() Sex {
	if len(c) != 16 {
		return SexUnknown
	}
	if _, _, day := c.birth(); day > 40 {
		return Female
	}
	return Male
}

// BirthMatches says whether a declared birth date agrees with the code, which holds no century. A provisional code
// contradicts nothing; no day matches nothing else. A mismatch is for a warning, since registers do hold such codes.
func (c PersonCode) BirthMatches(d calendar.Day) bool {
	if len(c) != 16 {
		return true
	}
	if d.IsZero() {
		return false
	}
	wantYear, wantMonth, wantDay := d.Date()
	year, month, day := c.birth()
	return year == wantYear%100 && month == wantMonth && day%40 == wantDay
}

// Place is the Belfiore code of the municipality or country of birth, such as F023; empty for a provisional code.
func (c PersonCode) Place() string {
	if len(c) != 16 {
		return ""
	}
	return c.plain()[11:]
}

// plain is the first 15 characters with omocodia undone.
func (c PersonCode) plain() string {
	out := []byte(c[:15])
	for _, at := range digitPositions {
		if n := strings.IndexByte(omocodic, out[at]); n >= 0 {
			out[at] = byte('0' + n)
		}
	}
	return string(out)
}

// birth is the two-digit year, the month, and the day with 40 added for women.
func (c PersonCode) birth() (year int, month time.Month, day int) {
	plain := c.plain()
	return two(plain[6:8]), time.Month(strings.IndexByte(monthLetters, plain[8]) + 1), two(plain[9:11])
}

func two(s string) int { return int(s[0]-'0')*10 + int(s[1]-'0') }

// possibleDate judges 29 February by the two digits of the year alone, which are leap or not in every century but
// for 00, where the benefit of the doubt is given.
func (c PersonCode) possibleDate() bool {
	year, month, day := c.birth()
	if day > 40 {
		day -= 40
	}
	_, err := calendar.NewDay(2000+year, month, day)
	return err == nil
}
