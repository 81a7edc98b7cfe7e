package access

import (
	"crypto/sha256"

	"github.com/google/uuid"
)

// Scope is what a grant is over; with a programme and an id it makes the key that stands on rows. Members, companies and persons belong
// to the installation: their keys differ from programme to programme, so that a grant in one opens nothing in another. A member's key as
// a tutor differs from his key as a case manager, since the two roles read different classes.
type Scope string

// The scopes.
const (
	OverOrganisation Scope = "ORGANISATION" // an organisation's people, and those of all bodies below it; the key is its id
	OverTutored      Scope = "TUTORED"      // those whom a member accompanies
	OverCases        Scope = "CASES"        // those whose case a member manages
	OverCompany      Scope = "COMPANY"      // the internships at a company
	OverPerson       Scope = "PERSON"       // one person: himself, or who represents him
	OverCircle       Scope = "CIRCLE"       // one protected participation, for those who are named
	OverMandate      Scope = "MANDATE"      // what an auditor's mandate opens under pseudonyms
	OverSample       Scope = "SAMPLE"       // the people of a mandate's sample
)

// Scopes lists every scope.
func Scopes() []Scope {
	return []Scope{OverOrganisation, OverTutored, OverCases, OverCompany, OverPerson, OverCircle, OverMandate, OverSample}
}

// Delegable says whether a grant over the scope may be handed to a colleague for an absence: never what is over one person, who is named.
func (s Scope) Delegable() bool {
	return s == OverOrganisation || s == OverTutored || s == OverCases || s == OverCompany
}

// Key gives the key of an id under the scope in a programme: a UUID of version 8 from SHA-256 over scope, programme and id. The function
// scope_key of the database gives the same.
func (s Scope) Key(programme, id uuid.UUID) uuid.UUID {
	if s == OverOrganisation {
		return id
	}
	sum := sha256.Sum256(append(append([]byte(s), programme[:]...), id[:]...))
	key := uuid.UUID(sum[:16])
	key[6], key[8] = key[6]&0x0f|0x80, key[8]&0x3f|0x80
	return key
}

// TutorKey stands on the rows of those whom the member accompanies in the programme.
func TutorKey(programme, member uuid.UUID) uuid.UUID { return OverTutored.Key(programme, member) }

// CaseKey stands on the rows of those whose case the member manages in the programme.
func CaseKey(programme, member uuid.UUID) uuid.UUID { return OverCases.Key(programme, member) }

// CompanyKey stands on what a host may see of the programme.
func CompanyKey(programme, company uuid.UUID) uuid.UUID { return OverCompany.Key(programme, company) }

// PersonKey stands on a person's own rows in the programme.
func PersonKey(programme, person uuid.UUID) uuid.UUID { return OverPerson.Key(programme, person) }

// CircleKey stands on the rows of a protected participation, instead of its organisations' keys.
func CircleKey(programme, participation uuid.UUID) uuid.UUID {
	return OverCircle.Key(programme, participation)
}

// overHouse makes the key of the house's own services; nothing is granted over it.
const overHouse Scope = "HOUSE"

// SystemMember is under whose id the house's own services act; no row of a member stands behind it.
var SystemMember = uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://github.com/lavoroincorso/lavoro#system"))

// HouseKey stands on the rows of protected participations, so that the house's own services go on serving them.
func HouseKey(programme uuid.UUID) uuid.UUID { return overHouse.Key(programme, programme) }

// MandateKey stands on what a mandate opens under pseudonyms.
func MandateKey(programme, mandate uuid.UUID) uuid.UUID { return OverMandate.Key(programme, mandate) }

// SampleKey stands on the rows of those in a mandate's sample.
func SampleKey(programme, mandate uuid.UUID) uuid.UUID { return OverSample.Key(programme, mandate) }
