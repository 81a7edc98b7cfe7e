package access

// Role is what a grant lets its holder be: one column of the two tables.
type Role string

// The roles of a programme, in the order of its path.
const (
	Staff              Role = "STAFF"                // works for a partner: sees the programme, its partners and the companies
	Coordinator        Role = "COORDINATOR"          // lead body: the whole programme
	PartnerCoordinator Role = "PARTNER_COORDINATOR"  // a partner: the people entrusted to it
	CaseManager        Role = "CASE_MANAGER"         // the persons whose case the member follows
	Scout              Role = "SCOUT"                // companies, openings and matches of a partner
	Tutor              Role = "TUTOR"                // the persons whom the member accompanies
	HostTutor          Role = "HOST_TUTOR"           // the internships at one company
	PaymentsOfficer    Role = "PAYMENTS_OFFICER"     // months and money, no reasons
	Approver           Role = "APPROVER"             // the second pair of eyes on money
	Auditor            Role = "AUDITOR"              // what a mandate opens, under pseudonyms
	SampleAuditor      Role = "AUDITOR_SAMPLE"       // the people of a mandate's sample
	Administrator      Role = "ADMINISTRATOR"        // invites and grants; sees no participant
	DPO                Role = "DPO"                  // data-protection officer: no content
	Self               Role = "PARTICIPANT"          // the participant
	Representative     Role = "LEGAL_REPRESENTATIVE" // one person, by a dated title
	System             Role = "SYSTEM"               // the house's own services: duties, reactions, the demonstration
)

// standings says of each role, in the order of the tables, what it is granted over and which rows it opens there.
var standings = []struct {
	role  Role
	scope Scope
	rows  string
}{
	{Staff, OverOrganisation, "the programme's own page, its bodies and the companies its body works with; no person"},
	{Coordinator, OverOrganisation, "everybody in the lead body's programme"},
	{PartnerCoordinator, OverOrganisation, "the people entrusted to the partner, or to a body below it"},
	{CaseManager, OverCases, "the people whose case the member manages"},
	{Scout, OverOrganisation, "the companies of the partner, and where the people entrusted to it stand"},
	{Tutor, OverTutored, "the people whom the member accompanies"},
	{HostTutor, OverCompany, "the internships at the company and their register; of the partners only the promoter"},
	{PaymentsOfficer, OverOrganisation, "months and money of the people entrusted to the body, or to one below it"},
	{Approver, OverOrganisation, "the same"},
	{Auditor, OverMandate, "register and money within the mandate, under pseudonyms; over the lead body the journals, too"},
	{SampleAuditor, OverSample, "the people of the mandate's sample"},
	{Administrator, OverOrganisation, "members and grants of the body; no person"},
	{DPO, OverOrganisation, "the journals, without content; no person, but ends the keeping of anybody's data"},
	{Self, OverPerson, "himself"},
	{Representative, OverPerson, "the person represented"},
	{System, OverOrganisation, "everything in the programme: duties and reactions"},
}

// Roles lists every role, in the order of the tables.
func Roles() []Role {
	roles := make([]Role, len(standings))
	for i, s := range standings {
		roles[i] = s.role
	}
	return roles
}

// Scope is what the role is granted over; "" for what is no role.
func (r Role) Scope() Scope {
	for _, s := range standings {
		if s.role == r {
			return s.scope
		}
	}
	return ""
}

// Rows tells in words which rows a grant of the role opens.
func (r Role) Rows() string {
	for _, s := range standings {
		if s.role == r {
			return s.rows
		}
	}
	return ""
}

// Class is a sort of row or field that rights are given over.
type Class string

// The classes, from open to most confidential.
const (
	Directory   Class = "directory"   // programme, partners, rules, code lists, courses, names of colleagues
	Accounts    Class = "accounts"    // who signs in with which address, who holds which right, invitations, phones
	Companies   Class = "company"     // companies, sites, contacts, openings
	Path        Class = "path"        // that a person takes part, and where on the path: reveals fragility by itself
	Identity    Class = "identity"    // a person's name
	Registry    Class = "registry"    // fiscal code, day of birth, citizenship, municipality
	Contact     Class = "contact"     // telephone and e-mail
	Work        Class = "work"        // internships and the register
	Absence     Class = "absence"     // why somebody was absent
	Money       Class = "money"       // allowances
	Eligibility Class = "eligibility" // checks and verdicts: whether a person meets the rules
	Proof       Class = "proof"       // that a requirement is proven, by which document and when
	Evidence    Class = "evidence"    // the journals: who did and read what, no content
	Motive      Class = "motive"      // why somebody read confidential data, in his own words
	Notes       Class = "notes"       // free text about a person
	Inquiry     Class = "inquiry"     // what was said of a person's money: against a statement, on the telephone, in answer
	Bank        Class = "bank"        // IBAN and account holder
	Restricted  Class = "restricted"  // groups that may imply a special category
	Health      Class = "health"      // GDPR art. 9
	Penal       Class = "penal"       // GDPR art. 10
	Protection  Class = "protection"  // victims, shelters, who referred: highest confidentiality
)

// Classes lists every class, in the order of the tables.
func Classes() []Class {
	return []Class{Directory, Accounts, Companies, Path, Identity, Registry, Contact, Work, Absence, Money, Eligibility, Proof, Evidence, Motive,
		Notes, Inquiry, Bank, Restricted, Health, Penal, Protection}
}

// Confidential lists the classes that are kept encrypted, read on purpose and one request at a time, and logged when they are read.
func Confidential() []Class {
	return []Class{Notes, Inquiry, Bank, Restricted, Health, Penal, Protection}
}
