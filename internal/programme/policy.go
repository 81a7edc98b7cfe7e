package programme

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Policy is one dated version of a programme's rules. It never changes: what was decided under it can be explained for ever.
type Policy struct {
	Version   uuid.UUID // to be stored beside whatever was decided by it
	Number    int       // 1, 2, … within the programme
	ValidFrom calendar.Day

	rules map[string]Rule
}

// Rule is one value of a policy, with where it comes from.
type Rule struct {
	Code      string          `json:"code"`
	Value     json.RawMessage `json:"value"`
	Unit      string          `json:"unit"`
	Label     text.Text       `json:"label"`
	Source    string          `json:"source"`
	Confirmed bool            `json:"confirmed"` // false: to be confirmed by the programme
}

// Text is the value as it is shown: a word without quotes, all else as JSON.
func (r Rule) Text() string {
	var word string
	if json.Unmarshal(r.Value, &word) == nil {
		return word
	}
	return string(r.Value)
}

// PolicyOn gives the version in force on the day: the last one whose first day is not after it. It is refused with NO_POLICY for
// days before the first version. Rules are nobody's data: every actor decides by them, also one who may not browse them.
func PolicyOn(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, day calendar.Day) (Policy, error) {
	version, err := versionOn(ctx, tx, programme, day)
	if err != nil {
		return Policy{}, err
	}
	if version == uuid.Nil {
		return Policy{}, NoPolicy.At().With("day", day)
	}
	return PolicyOf(ctx, tx, version)
}

// EachPolicyOn gives, like PolicyOn, the version in force on the day in one programme after the other, and finds each once.
func EachPolicyOn(day calendar.Day) func(ctx context.Context, tx *postgres.Tx, programme uuid.UUID) (Policy, error) {
	return each(day, PolicyOn)
}

// each finds what holds on a day of one programme after the other, of each once.
func each[T any](day calendar.Day, find func(context.Context, *postgres.Tx, uuid.UUID, calendar.Day) (T, error)) func(context.Context, *postgres.Tx, uuid.UUID) (T, error) {
	known := map[uuid.UUID]T{}
	return func(ctx context.Context, tx *postgres.Tx, programme uuid.UUID) (T, error) {
		found, ok := known[programme]
		if ok {
			return found, nil
		}
		found, err := find(ctx, tx, programme, day)
		if err == nil {
			known[programme] = found
		}
		return found, err
	}
}

// PolicyOf gives a version by its id, as stored beside what was decided by it.
func PolicyOf(ctx context.Context, tx *postgres.Tx, version uuid.UUID) (Policy, error) {
	if s := supposed(ctx); s != nil && s.version.Version == version {
		return s.version, nil
	}
	if p, ok := versions.get(version); ok {
		return p, nil
	}
	p, err := loadPolicy(ctx, tx, version)
	if err != nil {
		return Policy{}, err
	}
	if lacking := p.lacking(); len(lacking) > 0 {
		return Policy{}, PolicyLacks.At().With("version", p.Number).With("rules", strings.Join(lacking, ", "))
	}
	versions.put(p)
	return p, nil
}

// Int is a whole number in the rule's unit. It panics on a code that no rule has, as all getters do.
func (p Policy) Int(code string) int { return read[int](p, code) }

// IntOrNone is a whole number in the rule's unit where the programme has one; given is false where it says NONE.
func (p Policy) IntOrNone(code string) (n int, given bool) {
	if string(p.Rule(code).Value) == `"`+none+`"` {
		return 0, false
	}
	return p.Int(code), true
}

// Cents is an amount of money.
func (p Policy) Cents(code string) money.Cents { return read[money.Cents](p, code) }

// Text is a word, one of those that the rule allows.
func (p Policy) Text(code string) string { return read[string](p, code) }

// Strings is a list of codes, never nil.
func (p Policy) Strings(code string) []string { return read[[]string](p, code) }

// Time is a time of day.
func (p Policy) Time(code string) calendar.LocalTime { return read[calendar.LocalTime](p, code) }

// days is a list of days.
func (p Policy) days(code string) []calendar.Day { return read[[]calendar.Day](p, code) }

// Decode reads a rule with parts into the fields of v; the error tells of a v that does not fit the rule's shape.
func (p Policy) Decode(code string, v any) error {
	if err := json.Unmarshal(p.Rule(code).Value, v); err != nil {
		return fmt.Errorf("rule %s: %w", code, err)
	}
	return nil
}

// Rule is the rule itself, to show its label, source and whether it is confirmed. It panics on a code that no rule has.
func (p Policy) Rule(code string) Rule {
	r, ok := p.rules[code]
	if !ok {
		panic("programme: there is no rule " + code)
	}
	return r
}

// Under gives the rules whose codes begin with one of the words, such as "limits", in the order in which they are shown.
func (p Policy) Under(words ...string) []Rule {
	var under []Rule
	for _, r := range known {
		if word, _, _ := strings.Cut(r.code, "."); slices.Contains(words, word) {
			under = append(under, p.Rule(r.code))
		}
	}
	return under
}

// read panics on a value of another type: the file's values were checked against the table of rules before they were stored.
func read[T any](p Policy, code string) T {
	var v T
	if err := p.Decode(code, &v); err != nil {
		panic("programme: " + err.Error())
	}
	return v
}

func (p Policy) lacking() []string {
	var codes []string
	for _, r := range known {
		if _, ok := p.rules[r.code]; !ok {
			codes = append(codes, r.code)
		}
	}
	return codes
}

// RuleSQL is SQL of a whole number in the version in force today, in the programme `{t}.programme_id`: null where the reader sees no rules.
func RuleSQL(code string) string {
	return "select (r.value #>> '{}')::int from policy_version v join policy_rule r on r.version_id = v.id and r.code = '" + code +
		"' where v.programme_id = {t}.programme_id and v.valid_from <= {today} order by v.valid_from desc limit 1"
}

// PoliciesIn gives the versions in force within a span of days, oldest first; the last is in force on its last day. It is refused with NO_POLICY
// where none is. Days of the span before the first version there ever was follow that one.
func PoliciesIn(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, from, to calendar.Day) ([]Policy, error) {
	p, err := PolicyOn(ctx, tx, programme, to)
	if err != nil {
		return nil, err
	}
	all := []Policy{p}
	for p.ValidFrom.After(from) {
		version, err := versionOn(ctx, tx, programme, p.ValidFrom.AddDays(-1))
		if err != nil {
			return nil, err
		}
		if version == uuid.Nil {
			break
		}
		if p, err = PolicyOf(ctx, tx, version); err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	slices.Reverse(all)
	return all, nil
}
