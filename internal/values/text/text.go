// Package text holds words in the two languages of the service, and chooses between them.
//
// Italian is the authoritative language: it is the default, and what is shown when a translation is missing.
package text

import (
	"sort"
	"strings"
)

// The languages that the service speaks, as the tags used everywhere inside it.
const (
	Italian = "it"
	English = "en"
)

// Text is one sentence or label in both languages; it may hold {name} placeholders.
type Text struct {
	It string `json:"it"`
	En string `json:"en"`
}

// Same returns a text that reads alike in both languages, such as a number or a proper name.
func Same(s string) Text { return Text{It: s, En: s} }

// In returns the words for a language tag; Italian for every unknown tag or missing translation.
func (t Text) In(lang string) string {
	if Lang(lang) == English && t.En != "" {
		return t.En
	}
	return t.It
}

// IsZero says whether neither language has any words.
func (t Text) IsZero() bool { return t == Text{} }

// Complete says whether both languages have words, blanks not counting.
func (t Text) Complete() bool {
	return strings.TrimSpace(t.It) != "" && strings.TrimSpace(t.En) != ""
}

// Fill replaces the {name} placeholders, each argument in its own language; unknown names stay as they are.
func (t Text) Fill(args map[string]Text) Text {
	it, en := make(map[string]string, len(args)), make(map[string]string, len(args))
	for name, arg := range args {
		it[name], en[name] = arg.In(Italian), arg.In(English)
	}
	return Text{It: Fill(t.It, it), En: Fill(t.En, en)}
}

// Fill replaces each {name} of a template by its argument, in one pass, so that arguments are never expanded.
func Fill(template string, args map[string]string) string {
	var out strings.Builder
	walk(template, func(literal string) { out.WriteString(literal) }, func(name string) {
		if arg, ok := args[name]; ok {
			out.WriteString(arg)
			return
		}
		out.WriteString("{" + name + "}")
	})
	return out.String()
}

// Placeholders lists the {name} placeholders of a template, sorted, each once.
func Placeholders(template string) []string {
	seen := map[string]bool{}
	walk(template, func(string) {}, func(name string) { seen[name] = true })
	names := make([]string, 0, len(seen))
	for name := range seen {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func walk(template string, literal, placeholder func(string)) {
	for template != "" {
		start := strings.IndexByte(template, '{')
		if start < 0 {
			break
		}
		length := nameLength(template[start+1:])
		if length == 0 {
			literal(template[:start+1])
			template = template[start+1:]
			continue
		}
		literal(template[:start])
		placeholder(template[start+1 : start+1+length])
		template = template[start+length+2:]
	}
	literal(template)
}

func nameLength(s string) int {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_':
		case c == '}':
			return i
		default:
			return 0
		}
	}
	return 0
}
