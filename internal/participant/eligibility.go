package participant

import (
	"strconv"

	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Outcome is how a rule ends.
type Outcome string

// The outcomes, from good to bad.
const (
	OK    Outcome = "OK"
	Warn  Outcome = "WARN"  // goes on, but somebody must look
	Block Outcome = "BLOCK" // stops here
)

// The policy rules that decide on eligibility.
const (
	ruleAge       = "eligibility.minimum_age"
	ruleTerritory = "eligibility.territory_outcome"
	ruleGroup     = "eligibility.group_outcome"
	ruleMeasures  = "eligibility.excluding_measures"
)

// Facts is what is known of a person on a day, as far as rules ask.
type Facts struct {
	Day          calendar.Day
	Birth        calendar.Day
	Municipality string // its name; "" when it is none of the programme's
	Groups       int    // in how many priority groups
	Checks       map[string]Check
}

// Check is the last one against a measure.
type Check struct {
	On      calendar.Day
	Outcome string // Clear, Found or Unknown
}

// Measure is one that shuts a person out.
type Measure struct {
	Code  string
	Label text.Text
}

// Rules are those of one policy version that decide on eligibility.
type Rules struct {
	MinimumAge int // whole years on the day
	Measures   []Measure
	Validity   int     // days for which a check without findings holds
	Found      Outcome // of a measure that the person receives
	Unknown    Outcome // of a measure that nobody has established, or not lately enough
	Outside    Outcome // of living outside the programme's municipalities
	NoGroup    Outcome // of being in no priority group
	Sources    map[string]Source
}

// Source says where a rule comes from.
type Source struct {
	Text      string
	Confirmed bool // false: to be confirmed by the programme
}

// Finding is one rule, the fact it met, and what follows.
type Finding struct {
	Rule    string // policy code
	Source  Source
	Fact    text.Text
	Outcome Outcome
	Cure    text.Text // empty when nothing is wrong
}

func rulesOf(p programme.Policy, exclusions map[string]programme.CodeItem) Rules {
	r := Rules{
		MinimumAge: p.Int(ruleAge),
		Validity:   p.Int("eligibility.check_validity_days"),
		Found:      Outcome(p.Text("eligibility.found_outcome")),
		Unknown:    Outcome(p.Text("eligibility.unknown_outcome")),
		Outside:    Outcome(p.Text(ruleTerritory)),
		NoGroup:    Outcome(p.Text(ruleGroup)),
		Sources:    map[string]Source{},
	}
	for _, code := range p.Strings(ruleMeasures) {
		r.Measures = append(r.Measures, Measure{Code: code, Label: exclusions[code].Label})
	}
	for _, code := range []string{ruleAge, ruleTerritory, ruleGroup, ruleMeasures} {
		rule := p.Rule(code)
		r.Sources[code] = Source{Text: rule.Source, Confirmed: rule.Confirmed}
	}
	return r
}

// Judge applies every rule to the facts: one finding for the age, the territory and the groups, and one for each excluding measure.
func Judge(f Facts, r Rules) []Finding {
	findings := []Finding{r.age(f), r.territory(f), r.group(f)}
	for _, m := range r.Measures {
		findings = append(findings, r.measure(f, m))
	}
	for i := range findings {
		findings[i].Source = r.Sources[findings[i].Rule]
		if findings[i].Outcome == OK {
			findings[i].Cure = text.Text{}
		}
	}
	return findings
}

// Worst is the worst outcome of some findings.
func Worst(findings []Finding) Outcome {
	worst := OK
	for _, f := range findings {
		if f.Outcome == Block || f.Outcome == Warn && worst == OK {
			worst = f.Outcome
		}
	}
	return worst
}

func (r Rules) age(f Facts) Finding {
	args := map[string]text.Text{"age": number(calendar.Age(f.Birth, f.Day)), "day": spell(f.Day), "min": number(r.MinimumAge)}
	fact := text.Text{It: "Il {day} la persona ha {age} anni; il minimo è {min}.", En: "On {day} the person is {age} years old; the minimum is {min}."}.Fill(args)
	if calendar.Age(f.Birth, f.Day) >= r.MinimumAge {
		return Finding{Rule: ruleAge, Fact: fact, Outcome: OK}
	}
	args["from"] = spell(f.Birth.AddMonths(12 * r.MinimumAge))
	return Finding{Rule: ruleAge, Fact: fact, Outcome: Block,
		Cure: text.Text{It: "Ripeti la verifica dal {from}.", En: "Check again from {from}."}.Fill(args)}
}

func (r Rules) territory(f Facts) Finding {
	if f.Municipality != "" {
		return Finding{Rule: ruleTerritory, Outcome: OK, Fact: text.Text{It: "La persona risiede o dimora a {place}.", En: "The person lives or stays in {place}."}.
			Fill(map[string]text.Text{"place": text.Same(f.Municipality)})}
	}
	return Finding{Rule: ruleTerritory, Outcome: r.Outside,
		Fact: text.Text{It: "La persona non risiede né dimora in un comune del programma.", En: "The person neither lives nor stays in a municipality of the programme."},
		Cure: text.Text{It: "Controlla il comune di residenza o dimora: se è corretto, la persona non può essere ammessa.", En: "Check the municipality; if it is right, the person cannot be admitted."}}
}

func (r Rules) group(f Facts) Finding {
	if f.Groups > 0 {
		return Finding{Rule: ruleGroup, Outcome: OK, Fact: text.Text{It: "La persona appartiene ai gruppi prioritari.", En: "The person is in the priority groups."}}
	}
	return Finding{Rule: ruleGroup, Outcome: r.NoGroup,
		Fact: text.Text{It: "Per la persona non è indicato alcun gruppo prioritario.", En: "No priority group is given for the person."},
		Cure: text.Text{It: "Verifica con il servizio segnalante a quale gruppo prioritario appartiene la persona.", En: "Ask the referring service which priority group the person is in."}}
}

// measure judges the last check. One that found nothing holds for a time; one that found the measure holds until a later one.
func (r Rules) measure(f Facts, m Measure) Finding {
	check, checked := f.Checks[m.Code]
	args := map[string]text.Text{"measure": m.Label, "day": spell(check.On), "days": text.Days(r.Validity)}
	finding := func(o Outcome, fact, cure text.Text) Finding {
		return Finding{Rule: ruleMeasures, Outcome: o, Fact: fact.Fill(args), Cure: cure.Fill(args)}
	}
	repeat := text.Text{It: "Registra una nuova verifica: {measure}.", En: "Record a new check: {measure}."}
	switch {
	case !checked:
		return finding(r.Unknown, text.Text{It: "Nessuna verifica: {measure}.", En: "Never checked: {measure}."}, repeat)
	case check.Outcome == Found:
		return finding(r.Found, text.Text{It: "La persona ne beneficia, verifica del {day}: {measure}.", En: "The person receives it, by the check of {day}: {measure}."},
			text.Text{It: "Se il beneficio è cessato, registra una nuova verifica: {measure}.", En: "If it has ended, record a new check: {measure}."})
	case f.Day.Sub(check.On) > r.Validity:
		return finding(r.Unknown, text.Text{It: "L'ultima verifica è del {day}, più di {days} prima: {measure}.", En: "The last check is of {day}, more than {days} before: {measure}."}, repeat)
	case check.Outcome == Unknown:
		return finding(r.Unknown, text.Text{It: "Il {day} non è stato possibile accertarlo: {measure}.", En: "On {day} it could not be established: {measure}."}, repeat)
	}
	return finding(OK, text.Text{It: "La persona non ne beneficia, verifica del {day}: {measure}.", En: "The person does not receive it, by the check of {day}: {measure}."}, text.Text{})
}

func number(n int) text.Text { return text.Same(strconv.Itoa(n)) }

func spell(d calendar.Day) text.Text {
	return text.Text{It: d.Format(text.Italian), En: d.Format(text.English)}
}
