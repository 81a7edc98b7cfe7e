package access

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Purpose is why somebody reads confidential data.
type Purpose string

// The purposes.
const (
	Care         Purpose = "CARE"         // following the person
	Coordination Purpose = "COORDINATION" // running the programme: remarks, no reasons
	Supervision  Purpose = "SUPERVISION"  // looking into one case from outside its team
	Payment      Purpose = "PAYMENT"      // paying allowances
	Audit        Purpose = "AUDIT"        // checking by mandate
	Own          Purpose = "OWN"          // one's own data, or those of whom one represents
)

// Purposes lists every purpose.
func Purposes() []Purpose {
	return []Purpose{Care, Coordination, Supervision, Payment, Audit, Own}
}

// use is what a role reads for a purpose, beyond what it always reads. One that asks for no reason is the role's own: it holds when
// a request names none.
type use struct {
	purpose Purpose
	classes []Class
	reason  bool // the reader must say why, and case manager and data-protection officer are told
}

// maxReason is the most characters of a reason.
const maxReason = 500

var (
	// PurposeNotAllowed is for a purpose that none of the actor's roles has.
	PurposeNotAllowed = refusal.Define(refusal.Definition{
		Code: "PURPOSE_NOT_ALLOWED", Kind: refusal.Right,
		Message: refusal.Text{It: "Nessuno dei tuoi ruoli può leggere dati riservati per la finalità «{purpose}».", En: "None of your roles may read confidential data for the purpose “{purpose}”."},
		Cure:    refusal.Text{It: "Togli l'intestazione Lavoro-Purpose, oppure indica una finalità del tuo ruolo.", En: "Leave the header Lavoro-Purpose out, or name a purpose of your role."},
	})
	// PurposeNeedsReason is for a purpose that asks why, without an answer of 1 to 500 characters.
	PurposeNeedsReason = refusal.Define(refusal.Definition{
		Code: "PURPOSE_NEEDS_REASON", Kind: refusal.Input,
		Message: refusal.Text{It: "Per leggere dati riservati con la finalità «{purpose}» va indicato il motivo, in 1-500 caratteri.", En: "Reading confidential data for the purpose “{purpose}” needs a reason, in 1 to 500 characters."},
		Cure:    refusal.Text{It: "Indica il motivo nell'intestazione Lavoro-Reason: verrà conservato e comunicato a chi segue la persona.", En: "Give the reason in the header Lavoro-Reason: it is kept, and told to who follows the person."},
	})
)

// WithPurpose is the actor reading for a purpose, "" being each role's own. A purpose that no role of his has, or one that asks for a
// reason without any, is refused.
func (a Actor) WithPurpose(p Purpose, reason string) (Actor, error) {
	a.Purpose, a.Reason = p, strings.TrimSpace(reason)
	if p == "" {
		a.Reason = ""
		return a, nil
	}
	allowed, asks := false, true
	for _, g := range a.Grants {
		if u, ok := g.Role.use(p); ok {
			allowed, asks = true, asks && u.reason
		}
	}
	switch n := utf8.RuneCountInString(a.Reason); {
	case !allowed:
		return a, PurposeNotAllowed.At().With("purpose", spelled(p))
	case asks && n == 0, n > maxReason, !utf8.ValidString(reason), strings.ContainsFunc(a.Reason, unicode.IsControl):
		return a, PurposeNeedsReason.At().With("purpose", spelled(p))
	}
	return a, nil
}

// spelled is a purpose as a refusal may quote it: what is none of ours is not repeated.
func spelled(p Purpose) string {
	if slices.Contains(Purposes(), p) {
		return string(p)
	}
	return "?"
}

// PurposeOf is the purpose under which the actor reads a class, and whether it asked for a reason; "" where no purpose opens it.
func (a Actor) PurposeOf(c Class) (p Purpose, reason bool) {
	for _, g := range a.Grants {
		for _, u := range uses[g.Role] {
			if u.holds(a.Purpose) && slices.Contains(u.classes, c) {
				return u.purpose, u.reason
			}
		}
	}
	return "", false
}

// Reads says whether the role may read the class for the purpose; "" is the role's own.
func (r Role) Reads(c Class, p Purpose) bool {
	if slices.Contains(reads[r], c) {
		return true
	}
	return slices.ContainsFunc(uses[r], func(u use) bool { return u.holds(p) && slices.Contains(u.classes, c) })
}

// Works says whether somebody in the role has to do with people's cases: he reads their paths or their work, and not as one of them, nor for one.
func (r Role) Works() bool {
	return r != System && r.Scope() != OverPerson && (r.Reads(Path, "") || r.Reads(Work, ""))
}

// holds says whether what the use opens is open for the purpose.
func (u use) holds(p Purpose) bool { return u.purpose == p || p == "" && !u.reason }

func (r Role) use(p Purpose) (use, bool) {
	i := slices.IndexFunc(uses[r], func(u use) bool { return u.purpose == p })
	if i < 0 {
		return use{}, false
	}
	return uses[r][i], true
}
