package matching

import (
	"slices"
	"strings"

	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Words are the names of codes by list: work_traits and work_sectors.
type Words map[string]map[string]text.Text

// reasonTexts are the sentences of reasons; {codes} are the names that a reason lists, {number} its figure.
var reasonTexts = map[string]text.Text{
	"PERSON_PLACED":     {It: "La persona ha già un tirocinio.", En: "The person already has an internship."},
	"OPENING_CLOSED":    {It: "L'azienda non offre più il posto.", En: "The company no longer offers the seat."},
	"OPENING_OVER":      {It: "Il periodo offerto è già passato.", En: "The time offered is already past."},
	"OPENING_FULL":      {It: "Tutti i posti sono occupati.", En: "All seats are taken."},
	"TRAIT_REQUIRED":    {It: "Il posto richiede: {codes}.", En: "The seat requires: {codes}."},
	"NEED_NOT_OFFERED":  {It: "Alla persona serve, e il posto non offre: {codes}.", En: "The person needs, and the seat does not offer: {codes}."},
	"MINOR_NIGHT":       {It: "L'orario comprende ore notturne, vietate ai minori.", En: "The timetable has night hours, which minors may not work."},
	"MINOR_DAY":         {It: "L'orario supera in un giorno il massimo di {number} ammesso per i minori.", En: "On some day the timetable exceeds the {number} that minors may work."},
	"MINOR_WEEK":        {It: "L'orario supera il massimo settimanale di {number} ammesso per i minori.", En: "The timetable exceeds the {number} a week that minors may work."},
	"MINOR_MONTH":       {It: "In ogni mese l'orario supera il massimo di {number} ammesso per i minori.", En: "In every month the timetable exceeds the {number} that minors may work."},
	"MINOR_REST":        {It: "L'orario non lascia ai minori {number} giorni consecutivi di riposo.", En: "The timetable does not leave minors {number} days of rest in a row."},
	"SECTOR_WISHED":     {It: "È un settore che la persona desidera: {codes}.", En: "It is a kind of work that the person wishes for: {codes}."},
	"SECTOR_ANY":        {It: "La persona non ha indicato preferenze sul settore ({codes}).", En: "The person has named no preference for a kind of work ({codes})."},
	"SECTOR_OTHER":      {It: "Il settore non è tra quelli desiderati: {codes}.", En: "The kind of work is not one that the person wishes for: {codes}."},
	"TRAITS_FIT":        {It: "Corrispondono: {codes}.", En: "What fits: {codes}."},
	"TRAITS_NONE":       {It: "Nessuna caratteristica in comune da segnalare.", En: "No traits in common to mention."},
	"MUNICIPALITY_SAME": {It: "La sede è nello stesso comune della persona.", En: "The site is in the person's own municipality."},
	"MUNICIPALITY_NEAR": {It: "La sede è in un altro comune del territorio.", En: "The site is in another municipality of the territory."},
	"MUNICIPALITY_FAR":  {It: "La sede è fuori dal territorio della persona.", En: "The site is outside the person's territory."},
	"TIMETABLE":         {It: "Orario settimanale: {number}.", En: "Hours a week: {number}."},
}

// Text puts a reason into words.
func (w Words) Text(r Reason) text.Text {
	return reasonTexts[r.Code].Fill(map[string]text.Text{"codes": w.list(r.List, r.Codes), "number": text.Same(r.Number)})
}

// list names codes in order, parted by commas; a code without a name stands for itself.
func (w Words) list(list string, codes []string) text.Text {
	it, en := make([]string, len(codes)), make([]string, len(codes))
	for i, code := range codes {
		name, ok := w[list][code]
		if !ok {
			name = text.Same(code)
		}
		it[i], en[i] = name.It, name.En
	}
	return text.Text{It: strings.Join(it, ", "), En: strings.Join(en, ", ")}
}

var (
	companyOpens = text.Text{It: "Per il posto «{title}» ({sector}) proponiamo una persona", En: "For the seat “{title}” ({sector}) we propose a person"}
	companyFits  = text.Text{It: " che porta quanto richiesto: {codes}.", En: " who brings what you require: {codes}."}
	companyPlain = text.Text{It: " interessata a svolgere le mansioni indicate.", En: " who would like to do the tasks described."}
	companyGives = text.Text{It: " Sarà utile quanto offrite: {codes}.", En: " What you offer will help: {codes}."}
)

// CompanyText is what a company may read of a match. It is made from the opening's own words and from which of its requirements and
// offers the person meets or uses; nothing else of the person enters, so no reason can be inferred from it.
func CompanyText(o Opening, brings, needs []string, w Words) text.Text {
	title := text.Same(o.Title)
	out := companyOpens.Fill(map[string]text.Text{"title": title, "sector": w.list(programme.WorkSectors, []string{o.Sector})})
	met, used := sorted(shared(o.Requires, brings)), sorted(shared(o.Offers, needs))
	if len(met) > 0 {
		out = join(out, companyFits.Fill(map[string]text.Text{"codes": w.list(programme.WorkTraits, met)}))
	} else {
		out = join(out, companyPlain)
	}
	if len(used) > 0 {
		out = join(out, companyGives.Fill(map[string]text.Text{"codes": w.list(programme.WorkTraits, used)}))
	}
	return out
}

func join(a, b text.Text) text.Text { return text.Text{It: a.It + b.It, En: a.En + b.En} }

func sorted(codes []string) []string {
	slices.Sort(codes)
	return slices.Compact(codes)
}
