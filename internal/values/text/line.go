package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Line says whether a text is one line of at most so many characters: valid UTF-8 without control characters, separators of lines, and marks that
// turn the direction of writing, by which a name could look like another. An empty text is one.
func Line(s string, most int) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= most && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control) || r == utf8.RuneError
	})
}
