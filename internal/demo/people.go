package demo

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
)

// group is one of the priority groups, and how its people differ.
type group struct {
	code, class string
	share       int
	young, old  int  // years on the day of referral
	foreign     int  // percent
	women       int  // percent
	provisional bool // some have no definitive fiscal code yet
}

var groups = []group{
	{"DISABILITY", "health", 26, 19, 58, 8, 48, false},
	{"MENTAL_HEALTH", "health", 20, 20, 57, 8, 50, false},
	{"AUTISM_SPECTRUM", "health", 9, 18, 34, 4, 30, false},
	{"MINORS_16", "restricted", 6, 16, 17, 55, 30, true},
	{"PENAL_EXECUTION", "penal", 8, 22, 58, 30, 12, false},
	{"EX_DETAINED", "penal", 5, 25, 59, 25, 10, false},
	{"CARE_LEAVERS", "restricted", 5, 18, 21, 45, 45, false},
	{"BES_GRADUATES", "health", 7, 18, 24, 10, 45, false},
	{"ASYLUM_PROTECTION", "restricted", 12, 18, 44, 100, 35, true},
	{"VIOLENCE_VICTIMS", "protection", 7, 21, 55, 40, 97, false},
	{"HOUSING_EMERGENCY", "restricted", 11, 24, 60, 30, 45, false},
	{"TRAFFICKING_VICTIMS", "protection", 3, 19, 34, 100, 90, true},
}

// entrusted says how many of a hundred people are whose.
var (
	entrustedTo     = []string{"ASL", "CARRARA", "MONTIGNOSO", "AIAS", "ANFFAS", "PEGASO", "GI_GROUP", "SERINDFORM", "UISP"}
	entrustedShares = []int{21, 18, 8, 13, 15, 11, 4, 4, 6}
)

// person is somebody invented, with what the demonstration has in mind for the path.
type person struct {
	n             int
	c             chance
	id            uuid.UUID // of the participation
	personID      uuid.UUID // known once referred
	given, family string
	birth         calendar.Day
	sex           participant.Sex
	country       string
	municipality  string
	stays         bool
	code          string
	group         group
	groups        []string
	exempt        bool // does not count for host quotas
	brings, needs []string
	wishes        []string
	service       string
	partner       string
	tutor         *worker
	caseManager   *worker
	coordinator   *worker
	pass          []string // warnings that whoever refers must have read
	path          path
	interns       []*internship
	courses       []*course // besides the safety course
}

// invent makes the people, without their paths.
func (o *office) invent(n int) {
	c := chanceOf("people", 0)
	shares := make([]int, len(groups))
	for i, g := range groups {
		shares[i] = g.share
	}
	kinds := deal(c, n, groups, shares)
	for i, g := range groups { // each group has somebody, however few people there are
		if !slices.ContainsFunc(kinds, func(k group) bool { return k.code == g.code }) {
			kinds[i] = g
		}
	}
	bodies := deal(c, n, entrustedTo, entrustedShares)
	places := deal(c, n, []string{"045003", "045010", "045011"}, []int{42, 45, 13})
	for i := range n {
		o.people = append(o.people, o.newPerson(i, kinds[i], bodies[i], places[i]))
	}
}

func (o *office) newPerson(n int, g group, partner, municipality string) *person {
	c := chanceOf("person", n)
	p := &person{n: n, c: c, id: c.randomID(), group: g, groups: []string{g.code}, partner: partner, municipality: municipality, stays: c.percent(9), sex: participant.Male}
	if c.percent(g.women) {
		p.sex = participant.Female
	}
	if c.percent(12) {
		p.groups = append(p.groups, one(c, []string{"HOUSING_EMERGENCY", "MENTAL_HEALTH", "DISABILITY"}))
	}
	birthplace := p.name(o, c)
	p.service = one(c, services[g.class])
	p.tutor, p.caseManager = one(c, o.team("tutor", partner)), one(c, o.team("casemanager", partner))
	p.coordinator = o.at("coordinator", partner)
	p.exempt = slices.ContainsFunc(p.groups, func(code string) bool { return slices.Contains(o.rules.exempt, code) })
	p.working(c)
	p.path.age, p.path.ageDays = c.between(g.young, g.old), c.between(5, 350)
	p.code = birthplace
	return p
}

// name gives a name by origin; what it returns is the place of birth, until the code is made of it.
func (p *person) name(o *office, c chance) (belfiore string) {
	for {
		p.country, belfiore = "IT", one(c, belfiores)
		women, men, families := womenItalian, menItalian, familiesItalian
		if c.percent(p.group.foreign) {
			from := one(c, origins)
			p.country, belfiore, women, men, families = from.country, from.belfiore, from.women, from.men, from.surname
		}
		p.given, p.family = one(c, men), one(c, families)
		if p.sex == participant.Female {
			p.given = one(c, women)
		}
		if name := p.given + " " + p.family; !o.names[name] {
			o.names[name] = true
			return belfiore
		}
		if c.percent(30) { // lists of foreign names are short
			p.family += " " + one(c, families)
			o.names[p.given+" "+p.family] = true
			return belfiore
		}
	}
}

// working gives traits of work at random; internships make them fit their opening.
func (p *person) working(c chance) {
	p.brings = some(c, []string{"STANDING", "LIFTING", "OUTDOORS", "CUSTOMER_CONTACT", "TEAMWORK", "IT_BASICS", "ITALIAN_SPOKEN", "ITALIAN_WRITTEN", "DRIVING_LICENCE_B"}, c.between(2, 4))
	p.needs = some(c, []string{"CLOSE_TUTORING", "PUBLIC_TRANSPORT", "NO_SHIFTS", "QUIET_PLACE", "GROUND_FLOOR", "MORNING_HOURS", "REPETITIVE_TASKS", "PART_TIME"}, c.between(0, 2))
	sectors := make([]string, len(trades))
	for i, t := range trades {
		sectors[i] = t.sector
	}
	p.wishes = some(c, sectors, c.between(1, 3))
}

// christen gives day of birth and fiscal code, now that the day of the referral is known. Omocodic and provisional codes are among them.
func (p *person) christen(o *office) {
	birthplace := p.code
	p.birth = p.path.referred.AddMonths(-12 * p.path.age).AddDays(-p.path.ageDays)
	code := fiscal.MakePersonCode(p.family, p.given, p.birth, p.sex == participant.Female, birthplace)
	for o.codes[string(code)] {
		p.birth = p.birth.AddDays(-1)
		code = fiscal.MakePersonCode(p.family, p.given, p.birth, p.sex == participant.Female, birthplace)
	}
	o.codes[string(code)] = true
	p.code = code.String()
	switch {
	case p.group.provisional && p.c.percent(45):
		p.code = fiscal.MakeEntityCode(8_100_000 + p.n*53)
	case p.n%41 == 7:
		p.code = omocodic(p.code)
	case p.n%97 == 20: // a slip that whoever refers has looked at: the papers say another day
		p.birth = p.birth.AddDays(1)
		p.pass = append(p.pass, "FISCAL_CODE_MISMATCH")
	}
}

// omocodic spells the last digit of a code as the tax office does when two people would share it.
func omocodic(code string) string {
	digit := strings.IndexByte("0123456789", code[14])
	for letter := byte('A'); letter <= 'Z'; letter++ {
		spelled := code[:14] + string("LMNPQRSTUV"[digit]) + string(letter)
		if _, err := fiscal.ParsePersonCode(spelled); err == nil {
			return spelled
		}
	}
	return code
}

// entryFacts are those that FSE+ asks for at entry.
func (p *person) entryFacts(day calendar.Day) participant.EntryFacts {
	c := chanceOf("entry", p.n)
	f := participant.EntryFacts{Employment: participant.Unemployed, ISCED: one(c, []int{1, 2, 2, 2, 2, 3, 3, 3, 4, 6}), UnemployedSince: day.AddDays(-c.between(60, 2400)),
		ForeignBackground: participant.No, HousingExclusion: participant.No, Disability: participant.No, Minority: one(c, []participant.Answer{participant.No, participant.No, participant.NotAsked, participant.Refused, participant.Yes})}
	if c.percent(25) {
		f.Employment, f.UnemployedSince = participant.Inactive, calendar.Day{}
	}
	if p.country != "IT" {
		f.ForeignBackground = participant.Yes
	}
	for _, code := range p.groups {
		switch code {
		case "HOUSING_EMERGENCY":
			f.HousingExclusion = participant.Yes
		case "DISABILITY", "AUTISM_SPECTRUM":
			f.Disability = one(c, []participant.Answer{participant.Yes, participant.Yes, participant.Refused})
		}
	}
	return f
}
