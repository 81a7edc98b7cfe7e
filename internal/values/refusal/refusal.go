package refusal

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strconv"

	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Refusal is one documented "no": a code, the path of the input field at fault, and words for the placeholders.
// It is a value: With and Under return a changed copy. Arguments never hold personal data.
type Refusal struct {
	// Code is the stable name under which the refusal is defined and documented.
	Code string
	// Path leads from the input of the act to the field at fault; empty for the act as a whole.
	Path []string
	args map[string]text.Text
}

// Warning is a refusal that does not stop the act: same codes, same words, handed back beside the outcome.
type Warning = Refusal

// Text is the one bilingual text type, named here so that a file of definitions needs one import only.
type Text = text.Text

// Localized is a refusal in the words of one language, as the API hands it out.
type Localized struct {
	Code    string
	Kind    Kind
	Message string
	Path    []string
	Cure    string
	CuredBy string
}

// localizer is what money, days and months share: words that differ by language.
type localizer interface{ Format(lang string) string }

// With adds the argument for one placeholder: a string, a Text, an integer, a Cents, Day or Month (written as the
// language wants it), or any fmt.Stringer. It replaces an earlier argument of the same name.
func (r Refusal) With(name string, value any) Refusal {
	args := make(map[string]text.Text, len(r.args)+1)
	maps.Copy(args, r.args)
	args[name] = words(value)
	r.args = args
	return r
}

func words(value any) text.Text {
	switch v := value.(type) {
	case text.Text:
		return v
	case string:
		return text.Same(v)
	case int:
		return text.Same(strconv.Itoa(v))
	case localizer:
		return text.Text{It: v.Format(text.Italian), En: v.Format(text.English)}
	}
	return text.Same(fmt.Sprint(value))
}

// Under puts a prefix before the path, for a part of an input that was checked on its own.
func (r Refusal) Under(prefix ...string) Refusal {
	r.Path = slices.Concat(prefix, r.Path)
	return r
}

// Has says whether the refusal is of this definition.
func (r Refusal) Has(c *Code) bool { return r.Code == c.definition.Code }

// Kind tells what the refusal is about; RULE for a code that is no longer defined.
func (r Refusal) Kind() Kind {
	if d, ok := lookup(r.Code); ok {
		return d.Kind
	}
	return Rule
}

// sender is who cures what names nobody else.
var sender = Text{It: "chi invia la richiesta", En: "whoever sends the request"}

// Localized gives the words in one language; a stored refusal whose code is no longer defined shows its code.
func (r Refusal) Localized(lang string) Localized {
	path := append([]string{}, r.Path...)
	d, ok := lookup(r.Code)
	if !ok {
		return Localized{Code: r.Code, Kind: Rule, Message: r.Code, Path: path, CuredBy: sender.In(lang)}
	}
	curedBy := d.CuredBy
	if curedBy.IsZero() {
		curedBy = sender
	}
	return Localized{
		Code:    r.Code,
		Kind:    d.Kind,
		Message: d.Message.Fill(r.args).In(lang),
		Path:    path,
		Cure:    d.Cure.Fill(r.args).In(lang),
		CuredBy: curedBy.Fill(r.args).In(lang),
	}
}

// Error is the code alone: errors reach logs, and arguments do not belong there.
func (r Refusal) Error() string { return r.Code }

// LogValue is the code alone, since a JSON log handler would otherwise marshal the arguments.
func (r Refusal) LogValue() slog.Value { return slog.StringValue(r.Code) }

// Invalid is INVALID_VALUE for a value that could not be read, with the parser's own cause when it tells one.
func Invalid(err error, path ...string) Refusal {
	var caused interface{ Cause() text.Text }
	if errors.As(err, &caused) {
		return InvalidValue.At(path...).With("cause", caused.Cause())
	}
	return InvalidValue.At(path...).With("cause", text.Text{It: "il formato non è riconosciuto", En: "the format is not recognised"})
}
