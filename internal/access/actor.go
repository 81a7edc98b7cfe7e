package access

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// Grant opens the rows that carry Key to one role in one programme, up to and with the day To (zero: open).
type Grant struct {
	Role      Role
	Programme uuid.UUID
	Key       uuid.UUID // see Scope
	To        calendar.Day
	For       uuid.UUID // the member who is absent and whose grant this is; zero: the actor's own
}

// Actor is who asks or acts: a member with grants, or one of the house's own services.
type Actor struct {
	Member uuid.UUID
	Grants []Grant
	// Purpose is why confidential data are read in this request; "" is each role's own. Reason is why in the reader's words, where the
	// purpose asks for it. WithPurpose sets both.
	Purpose Purpose
	Reason  string
	// SignedInAt is when the person last proved who he is; zero: never in this session.
	SignedInAt time.Time
	// Scopes are what the token with which a program acts for the member is limited to; nil is no limit. See Limits.
	Scopes []string
}

// Keys gives the keys, sorted and each once, of those grants whose role may read the class for the actor's purpose.
func (a Actor) Keys(c Class) []uuid.UUID {
	var keys []uuid.UUID
	for _, g := range a.Grants {
		if g.Role.Reads(c, a.Purpose) {
			keys = append(keys, g.Key)
		}
	}
	return sorted(keys)
}

// KeysFor splits the keys of a class into those of the actor's own grants, and those of each member for whom he stands in.
func (a Actor) KeysFor(c Class) (own []uuid.UUID, absent map[uuid.UUID][]uuid.UUID) {
	absent = map[uuid.UUID][]uuid.UUID{}
	for _, g := range a.Grants {
		switch {
		case !g.Role.Reads(c, a.Purpose):
		case g.For == uuid.Nil:
			own = append(own, g.Key)
		default:
			absent[g.For] = append(absent[g.For], g.Key)
		}
	}
	return own, absent
}

// May says whether one grant alone allows the act on a row with this audience.
func (a Actor) May(act Act, programme uuid.UUID, audience []uuid.UUID) bool {
	if !a.InScope(act) {
		return false
	}
	for _, g := range a.Grants {
		if g.Programme == programme && slices.Contains(audience, g.Key) && slices.Contains(acts[g.Role], act) {
			return true
		}
	}
	return false
}

// ActsFor gives the member on whose behalf the actor does the act on a row with this audience: zero where a grant of his own allows it.
func (a Actor) ActsFor(act Act, programme uuid.UUID, audience []uuid.UUID) uuid.UUID {
	var absent uuid.UUID
	for _, g := range a.Grants {
		if g.Programme == programme && slices.Contains(audience, g.Key) && slices.Contains(acts[g.Role], act) {
			if g.For == uuid.Nil {
				return uuid.Nil
			}
			absent = g.For
		}
	}
	return absent
}

// MayIn says whether some grant allows the act in the programme, before there is a row to ask about.
func (a Actor) MayIn(act Act, programme uuid.UUID) bool { return len(a.KeysIn(act, programme)) > 0 }

// KeysIn gives the keys under which the actor may do the act in the programme, sorted and each once.
func (a Actor) KeysIn(act Act, programme uuid.UUID) []uuid.UUID {
	var keys []uuid.UUID
	for _, g := range a.Grants {
		if g.Programme == programme && slices.Contains(acts[g.Role], act) && a.InScope(act) {
			keys = append(keys, g.Key)
		}
	}
	return sorted(keys)
}

// KeysAs gives the keys of grants of the roles in the programme, sorted and each once.
func (a Actor) KeysAs(programme uuid.UUID, roles ...Role) []uuid.UUID {
	var keys []uuid.UUID
	for _, g := range a.Grants {
		if g.Programme == programme && slices.Contains(roles, g.Role) {
			keys = append(keys, g.Key)
		}
	}
	slices.SortFunc(keys, compare)
	return slices.Compact(keys)
}

// Sees says in memory what the row-level policy says in SQL: whether a row of the class with this audience is the actor's to see.
func (a Actor) Sees(c Class, audience []uuid.UUID) bool {
	return slices.ContainsFunc(a.Keys(c), func(k uuid.UUID) bool { return slices.Contains(audience, k) })
}

// Fingerprint is equal for two actors when every read gives both the same rows and fields, but for what each sees as his own: his
// own member, whom the name of {self} in a plan and app_keys('self') in Postgres show to himself alone.
func (a Actor) Fingerprint() string {
	lines := make([]string, 0, len(a.Grants)+1)
	lines = append(lines, string(a.Purpose))
	for _, g := range a.Grants {
		lines = append(lines, string(g.Role)+"|"+g.Programme.String()+"|"+g.Key.String()+"|"+g.To.String())
	}
	if a.Scopes != nil {
		lines = append(lines, "scopes "+strings.Join(a.Scopes, " "))
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(slices.Compact(lines), "\n")))
	return hex.EncodeToString(sum[:])
}

// Alike says whether two actors hold the same, in the same order: their fingerprints are equal then. It is cheaper to ask than those.
func (a Actor) Alike(b Actor) bool {
	return a.Purpose == b.Purpose && slices.Equal(a.Grants, b.Grants) && (a.Scopes == nil) == (b.Scopes == nil) && slices.Equal(a.Scopes, b.Scopes)
}

// Settings are the actor's keys as row-level security reads them: for each class, in the order of Classes, and at last his own id, an array as
// Postgres writes it.
type Settings []string

// Settings gives the actor's.
func (a Actor) Settings() Settings {
	opened := make([]classSet, len(a.Grants))
	for i, g := range a.Grants {
		opened[i] = opens[opening{g.Role, a.Purpose}]
	}
	values := make(Settings, len(classes)+1)
	for c := range classes {
		if c > 0 && !slices.ContainsFunc(opened, func(o classSet) bool { return o.has(c) != o.has(c-1) }) {
			values[c] = values[c-1] // most roles read many classes under the same keys
			continue
		}
		var keys []uuid.UUID
		for i, g := range a.Grants {
			if opened[i].has(c) {
				keys = append(keys, g.Key)
			}
		}
		values[c] = Array(sorted(keys))
	}
	values[len(classes)] = Array([]uuid.UUID{a.Member})
	return values
}

// Setting is where Postgres has them, for one transaction: as app.keys, of which app_keys(class) reads one.
const Setting = "app.keys"

// String writes them all as one, the arrays in their order: one setting costs a read a tenth of what one for each class does, and to find an
// array by its place is the least that a policy can do to read it.
func (s Settings) String() string { return strings.Join(s, " ") }

// Nobody gives the settings of who has none, not even himself.
func Nobody() Settings { return slices.Repeat(Settings{"{}"}, len(classes)+1) }

// classSet says of each class, by its place among Classes, whether it is in.
type classSet uint32

func (s classSet) has(class int) bool { return s&(1<<class) != 0 }

type opening struct {
	role    Role
	purpose Purpose
}

var classes = Classes()

// opens is what each role reads for each purpose.
var opens = func() map[opening]classSet {
	all := map[opening]classSet{}
	for _, r := range Roles() {
		for _, p := range append(Purposes(), "") {
			var set classSet
			for i, c := range classes {
				if r.Reads(c, p) {
					set |= 1 << i
				}
			}
			all[opening{r, p}] = set
		}
	}
	return all
}()

// Array writes keys, or other ids, as Postgres writes an array of them.
func Array(keys []uuid.UUID) string {
	text := make([]byte, 1, 2+37*len(keys))
	text[0] = '{'
	for i, k := range keys {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(text, k.String()...)
	}
	return string(append(text, '}'))
}

// sorted has each key once, in order.
func sorted(keys []uuid.UUID) []uuid.UUID {
	slices.SortFunc(keys, compare)
	return slices.Compact(keys)
}

func compare(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }
