package payfile

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// written says whether a character may stand in a SEPA message (European Payments Council, EPC230-15).
func written(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/-?:().,'+ ", r)
}

// replaced are letters that are not a plain letter with a mark, and the signs that have a like one. The signs follow EPC217-08.
var replaced = map[rune]string{
	'Æ': "AE", 'æ': "ae", 'Œ': "OE", 'œ': "oe", 'ß': "ss", 'ẞ': "SS", 'Ø': "O", 'ø': "o", 'Đ': "D", 'đ': "d", 'Ð': "D", 'ð': "d",
	'Þ': "TH", 'þ': "th", 'Ł': "L", 'ł': "l", 'Ħ': "H", 'ħ': "h", 'ı': "i", 'Ŋ': "N", 'ŋ': "n", 'Ŧ': "T", 'ŧ': "t", 'Ə': "E", 'ə': "e",
	'’': "'", '‘': "'", '‛': "'", 'ʼ': "'", 'ʻ': "'", '′': "'", '`': "'", '´': "'", '"': "'", '“': "'", '”': "'", '„': "'", '«': "'", '»': "'",
	'‐': "-", '‑': "-", '‒': "-", '–': "-", '—': "-", '−': "-", '_': "-", '~': "-", '⁄': "/", '\\': "/", '|': "/", '&': "+", ';': ",", '·': ".", '•': ".",
	'[': "(", '{': "(", ']': ")", '}': ")", '€': "EUR",
}

// latin writes a text with the characters of a SEPA message, blanks joined. What cannot be written is given back, and the text is not.
func latin(s string) (out string, refused rune, ok bool) {
	if !utf8.ValidString(s) {
		return "", utf8.RuneError, false
	}
	var b strings.Builder
	var last rune // that was written, to see what a mark stands on
	for _, r := range s {
		plain, ok := plainly(r, last)
		if !ok {
			return "", r, false
		}
		b.WriteString(plain)
		if plain != "" {
			last = rune(plain[len(plain)-1])
		}
	}
	return strings.Join(strings.Fields(b.String()), " "), 0, true
}

// plainly writes one character; marks on a Latin letter vanish.
func plainly(r, last rune) (string, bool) {
	if written(r) {
		return string(r), true
	}
	if like, ok := replaced[r]; ok {
		return like, true
	}
	switch {
	case unicode.Is(unicode.Zs, r):
		return " ", true
	case unicode.Is(unicode.Mn, r):
		return "", last < utf8.RuneSelf && unicode.IsLetter(last)
	}
	return decomposed(r)
}

// decomposed writes a letter with marks, or a ligature, by its parts.
func decomposed(r rune) (string, bool) {
	parts := norm.NFKD.String(string(r))
	if parts == string(r) {
		return "", false
	}
	var b strings.Builder
	var last rune
	for _, part := range parts {
		like, known := replaced[part]
		switch {
		case written(part):
			b.WriteRune(part)
			last = part
		case known:
			b.WriteString(like)
			last = 'x' // a letter, mostly: marks on it vanish as well
		case unicode.Is(unicode.Mn, part) && unicode.IsLetter(last):
		default:
			return "", false
		}
	}
	return b.String(), true
}

// alphabets that people's names come in, to be told which one it is.
var alphabets = []struct {
	in   *unicode.RangeTable
	name text.Text
}{
	{unicode.Cyrillic, text.Text{It: "cirillico", En: "Cyrillic"}},
	{unicode.Greek, text.Text{It: "greco", En: "Greek"}},
	{unicode.Arabic, text.Text{It: "arabo", En: "Arabic"}},
	{unicode.Hebrew, text.Text{It: "ebraico", En: "Hebrew"}},
	{unicode.Han, text.Text{It: "cinese", En: "Chinese"}},
	{unicode.Bengali, text.Text{It: "bengalese", En: "Bengali"}},
	{unicode.Devanagari, text.Text{It: "devanagari", En: "Devanagari"}},
	{unicode.Gurmukhi, text.Text{It: "gurmukhi", En: "Gurmukhi"}},
	{unicode.Ethiopic, text.Text{It: "etiopico", En: "Ethiopic"}},
	{unicode.Georgian, text.Text{It: "georgiano", En: "Georgian"}},
	{unicode.Armenian, text.Text{It: "armeno", En: "Armenian"}},
	{unicode.Hangul, text.Text{It: "coreano", En: "Korean"}},
	{unicode.Hiragana, text.Text{It: "giapponese", En: "Japanese"}},
	{unicode.Katakana, text.Text{It: "giapponese", En: "Japanese"}},
}

// characterName tells one character apart without showing it: what is invisible has no other name.
func characterName(r rune) text.Text {
	kind := text.Text{It: "simbolo", En: "symbol"}
	switch {
	case r == utf8.RuneError:
		return text.Text{It: "un carattere illeggibile", En: "an unreadable character"}
	case unicode.IsControl(r):
		kind = text.Text{It: "carattere di controllo", En: "control character"}
	case unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Mn):
		kind = text.Text{It: "carattere invisibile", En: "invisible character"}
	case unicode.IsLetter(r):
		kind = text.Text{It: "lettera non latina", En: "letter that is not Latin"}
	}
	for _, a := range alphabets {
		if unicode.Is(a.in, r) {
			kind = a.name
		}
	}
	return text.Text{It: fmt.Sprintf("U+%04X (%s)", r, kind.It), En: fmt.Sprintf("U+%04X (%s)", r, kind.En)}
}
