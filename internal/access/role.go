package access

// Role is what a grant lets its holder be: one column of the two tables.
type Role string

// The roles of a programme, in the order of its path.
const (
	Staff              Role = "STAFF"               // works for a partner: sees the programme, its partners and the companies
	Coordinator        Role = "COORDINATOR"         // lead body: the whole programme
	PartnerCoordinator Role = "PARTNER_COORDINATOR" // a partner: the people entrusted to it
	CaseManager        Role = "CASE_MANAGER"        // the persons whose case the member follows
	Scout              Role = "SCOUT"               // companies, openings and matches of a partner
	Tutor              Role = "TUTOR"               // the persons whom the member accompanies
	HostTutor          Role = "HOST_TUTOR"          // the internships at one company
	PaymentsOfficer    Role = "PAYMENTS_OFFICER"    // months and money, no reasons
	Approver           Role = "APPROVER"            // the second pair of eyes on money
	Auditor            Role = "AUDITOR"             // reads what a mandate opens
	Administrator      Role = "ADMINISTRATOR"       // invites and grants; sees no participant
	DPO                Role = "DPO"                 // data-protection officer: no content
	Self               Role = "PARTICIPANT"         // the participant
	System             Role = "SYSTEM"              // the house's own services: duties, reactions, the demonstration
)

// Roles lists every role, in the order of the tables.
func Roles() []Role {
	return []Role{Staff, Coordinator, PartnerCoordinator, CaseManager, Scout, Tutor, HostTutor, PaymentsOfficer, Approver,
		Auditor, Administrator, DPO, Self, System}
}

// Class is a sort of row or field that rights are given over.
type Class string

// The classes, from open to most confidential.
const (
	Directory  Class = "directory"  // programme, partners, rules, code lists, courses, names of colleagues
	Companies  Class = "company"    // companies, sites, contacts, openings
	Path       Class = "path"       // that a person takes part, and where on the path: reveals fragility by itself
	Identity   Class = "identity"   // a person's name
	Registry   Class = "registry"   // fiscal code, day of birth, citizenship, municipality
	Contact    Class = "contact"    // telephone and e-mail
	Work       Class = "work"       // internships and the register
	Absence    Class = "absence"    // why somebody was absent, remarks in the register
	Money      Class = "money"      // allowances
	Restricted Class = "restricted" // groups that may imply a special category; who referred; exclusion checks
	Health     Class = "health"     // GDPR art. 9
	Penal      Class = "penal"      // GDPR art. 10
	Protection Class = "protection" // victims, shelters: highest confidentiality
)

// Classes lists every class, in the order of the tables.
func Classes() []Class {
	return []Class{Directory, Companies, Path, Identity, Registry, Contact, Work, Absence, Money, Restricted, Health, Penal, Protection}
}
