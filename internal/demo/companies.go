package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/company"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
)

// trade is a sort of company of the territory, with the work that it has to give.
type trade struct {
	sector, ateco    string
	names            []string
	titles           []string
	tasks            string
	requires, offers []string
}

var trades = []trade{
	{"KITCHEN", "56.10.11", []string{"Trattoria", "Ristorante", "Mensa"}, []string{"Aiuto cucina", "Addetto alla mensa"},
		"Preparazione delle verdure, lavaggio e riordino della cucina, aiuto nella distribuzione dei pasti.", []string{"STANDING", "TEAMWORK"}, []string{"NO_SHIFTS", "CLOSE_TUTORING", "PUBLIC_TRANSPORT"}},
	{"CLEANING", "81.21.00", []string{"Servizi", "Pulizie", "Cooperativa"}, []string{"Addetto alle pulizie"},
		"Pulizia di uffici e spazi comuni, cura dei materiali, piccolo riordino.", []string{"STANDING"}, []string{"MORNING_HOURS", "REPETITIVE_TASKS", "PUBLIC_TRANSPORT", "QUIET_PLACE"}},
	{"WAREHOUSE", "52.10.00", []string{"Logistica", "Depositi", "Spedizioni"}, []string{"Aiuto magazziniere", "Addetto al confezionamento"},
		"Ricevimento e sistemazione della merce, preparazione degli ordini, etichettatura.", []string{"STANDING", "LIFTING"}, []string{"NO_SHIFTS", "REPETITIVE_TASKS", "GROUND_FLOOR"}},
	{"GARDENING", "81.30.00", []string{"Vivai", "Giardini", "Verde"}, []string{"Aiuto giardiniere", "Aiuto vivaista"},
		"Cura delle aiuole, irrigazione, invasatura, raccolta del verde.", []string{"OUTDOORS"}, []string{"QUIET_PLACE", "CLOSE_TUTORING", "MORNING_HOURS"}},
	{"RETAIL", "47.11.40", []string{"Market", "Alimentari", "Emporio"}, []string{"Addetto agli scaffali", "Aiuto commesso"},
		"Rifornimento degli scaffali, controllo delle scadenze, aiuto ai clienti.", []string{"CUSTOMER_CONTACT", "ITALIAN_SPOKEN"}, []string{"PUBLIC_TRANSPORT", "PART_TIME", "GROUND_FLOOR"}},
	{"OFFICE", "82.11.01", []string{"Studio", "Consulenze", "Archivi"}, []string{"Aiuto segreteria", "Addetto all'archivio"},
		"Archiviazione, protocollo, scansione di documenti, accoglienza telefonica.", []string{"IT_BASICS", "ITALIAN_WRITTEN"}, []string{"QUIET_PLACE", "PART_TIME", "GROUND_FLOOR", "PUBLIC_TRANSPORT"}},
	{"MARBLE_CRAFT", "23.70.10", []string{"Marmi", "Laboratorio", "Graniti"}, []string{"Aiuto in laboratorio", "Addetto alla finitura"},
		"Levigatura e finitura a mano, imballaggio dei pezzi, riordino del laboratorio.", []string{"STANDING", "LIFTING"}, []string{"CLOSE_TUTORING", "NO_SHIFTS"}},
	{"LAUNDRY", "96.01.10", []string{"Lavanderia", "Lavanderie"}, []string{"Addetto alla lavanderia"},
		"Cernita della biancheria, stiratura, piegatura e confezionamento.", []string{"STANDING"}, []string{"REPETITIVE_TASKS", "NO_SHIFTS", "PUBLIC_TRANSPORT"}},
	{"CARE_SUPPORT", "88.10.00", []string{"Residenza", "Centro diurno"}, []string{"Aiuto animazione", "Aiuto ai servizi di piano"},
		"Compagnia e animazione, aiuto nella distribuzione dei pasti, cura degli spazi comuni.", []string{"TEAMWORK", "ITALIAN_SPOKEN"}, []string{"CLOSE_TUTORING", "PART_TIME", "PUBLIC_TRANSPORT"}},
	{"MAINTENANCE", "43.39.09", []string{"Manutenzioni", "Edilservizi", "Officina"}, []string{"Aiuto manutentore"},
		"Piccole riparazioni, tinteggiatura, cura degli attrezzi.", []string{"LIFTING", "TEAMWORK"}, []string{"NO_SHIFTS", "CLOSE_TUTORING"}},
	{"HOSPITALITY", "55.10.00", []string{"Hotel", "Bagno", "Pensione"}, []string{"Aiuto ai piani", "Aiuto allo stabilimento"},
		"Riordino delle camere o dell'arenile, aiuto alla colazione, accoglienza degli ospiti.", []string{"CUSTOMER_CONTACT", "STANDING"}, []string{"PART_TIME", "PUBLIC_TRANSPORT"}},
	{"BOATYARD", "30.12.00", []string{"Cantiere", "Nautica"}, []string{"Aiuto in cantiere", "Addetto agli arredi di bordo"},
		"Preparazione dei materiali, carteggiatura, riordino degli spazi di lavoro.", []string{"STANDING", "TEAMWORK"}, []string{"NO_SHIFTS", "GROUND_FLOOR"}},
}

// calls is what companies call themselves; none of them exists.
var calls = []string{"La Tamerice", "Apuanella", "Stella Marina", "Fior di Cava", "Il Lecceto", "Belvento", "Tre Torri", "Onda Chiara", "La Lizza", "Monte Alto",
	"Pinetina", "San Terenzo Nuovo", "Vallechiara", "Il Frantoio", "Luna Nuova", "Arcobaleno", "La Teleferica", "Cinque Pini", "Ponte Vecchio", "Marealta", "Il Gabbiano",
	"La Spiga", "Bardiglio", "Candore", "Il Cipresso", "Rocca Bianca"}

// sizes are headcounts with borderline cases of the host quota: none, exactly at a step, one beyond.
var sizes = []int{0, 1, 2, 3, 3, 4, 5, 5, 6, 7, 8, 9, 11, 12, 14, 15, 18, 20, 20, 21, 24, 29, 30, 31, 36, 42, 55, 64, 80, 99, 120, 165, 210, 300}

// firm is a company with what the demonstration has in mind for it.
type firm struct {
	n            int
	id, site     uuid.UUID
	name         string
	trade        trade
	headcount    int
	limit        int // interns of its site at once
	municipality string
	address      string
	partner      string // whose scout works with it
	scout        *worker
	hostTutors   []string
	member       *worker // of the first host tutor, when he signs in
	known        calendar.Day
	interns      []*internship
}

// found invents the companies of the territory.
func (o *office) found(n int) {
	c := chanceOf("companies", 0)
	places := deal(c, n, []string{"045003", "045010", "045011"}, []int{9, 12, 3})
	names := map[string]bool{}
	for i := range n {
		f := o.newFirm(i, places[i], names)
		o.firms = append(o.firms, f)
	}
}

func (o *office) newFirm(n int, municipality string, names map[string]bool) *firm {
	c := chanceOf("company", n)
	f := &firm{n: n, trade: trades[n%len(trades)], headcount: sizes[(n*7)%len(sizes)], municipality: municipality}
	for f.name == "" || names[f.name] {
		f.name = one(c, f.trade.names) + " " + one(c, calls) + one(c, []string{"", "", " S.r.l.", " S.n.c.", " soc. coop."})
	}
	names[f.name] = true
	f.limit = company.InternLimit(f.headcount, o.rules.quota)
	f.known = workday(o.from.AddDays(c.between(6, 60)))
	f.id, f.site = c.timedID(f.known.Start()), c.timedID(f.known.Start())
	f.address = fmt.Sprintf("%s %d", one(c, streets), c.between(1, 180))
	f.partner = one(c, []string{"PEGASO", "PEGASO", "GI_GROUP", "ANFFAS"})
	f.scout = o.at("scout", f.partner)
	for range 1 + min(f.limit, 4)/3 {
		f.hostTutors = append(f.hostTutors, colleague(c))
	}
	return f
}

// register plans the day on which a scout writes the company down.
func (o *office) register(f *firm) {
	c := chanceOf("contact", f.n)
	o.plan(f.known, noon, f.scout, "registerCompany", func(ctx context.Context, tx *postgres.Tx) error {
		_, err := company.Register(ctx, tx, company.Registration{
			ID: f.id, Programme: o.programme, Organisation: o.organisations[f.partner], Name: f.name, EntityCode: fiscal.MakeEntityCode(7_300_000 + f.n*37),
			ATECO: f.trade.ateco, Headcount: f.headcount, Municipality: f.municipality,
			Sites:    []company.Site{{ID: f.site, Name: "Sede", Address: f.address, Municipality: f.municipality, Headcount: f.headcount}},
			Contacts: []company.Contact{{Name: colleague(c), Title: one(c, []string{"Titolare", "Responsabile del personale", "Amministrazione"}), Phone: phone(c), Email: mailbox(f.name)}},
			Origin:   company.Origin{Kind: demoOrigin},
		})
		return err
	})
}

// phone is a number that leads nowhere: after the area code stands a zero, with which no subscriber's number begins.
func phone(c chance) string {
	return fmt.Sprintf("+39 0585 0%02d %03d", c.between(0, 99), c.between(0, 999))
}

func mailbox(name string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			return r
		case r == ' ':
			return '-'
		}
		return -1
	}, strings.ToLower(name))
	return "info@" + strings.Trim(clean, "-") + ".example"
}

// firmsWithHostTutor are the companies where somebody is on an internship at the end, those with most months behind them first.
func (o *office) firmsWithHostTutor(n int) (list []*firm) {
	for _, f := range o.firms {
		if slices.ContainsFunc(f.interns, func(i *internship) bool { return i.ends == running }) {
			list = append(list, f)
		}
	}
	slices.SortStableFunc(list, func(a, b *firm) int { return b.certifiable(o.until) - a.certifiable(o.until) })
	return list[:min(n, len(list))]
}

// certifiable is how many months of internships are over for so long that they have been submitted, and a host who has not answered is silent.
func (f *firm) certifiable(until calendar.Day) (months int) {
	for _, i := range f.interns {
		for month := i.started.Month(); !i.started.IsZero() && !i.to.Before(month.First()) && !month.Last().AddDays(32).After(until); month = month.Next() {
			months++
		}
	}
	return months
}

// share registers some companies a second time, by another partner: they are then shared.
func (o *office) share(f *firm, day calendar.Day) {
	scout := o.at("scout", "ANFFAS")
	o.plan(workday(day), afternoon, scout, "registerCompany", func(ctx context.Context, tx *postgres.Tx) error {
		_, err := company.Register(ctx, tx, company.Registration{
			ID: chanceOf("shared", f.n).timedID(tx.Now), Programme: o.programme, Organisation: o.organisations[scout.partner], Name: f.name,
			EntityCode: fiscal.MakeEntityCode(7_300_000 + f.n*37), ATECO: f.trade.ateco, Headcount: f.headcount + 1, Municipality: f.municipality,
			Origin: company.Origin{Kind: demoOrigin},
		})
		return err
	})
}
