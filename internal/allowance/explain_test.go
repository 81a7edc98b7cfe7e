package allowance_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// phone is the letters of GSM 03.38 that take one place.
const phone = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"

func TestEveryMonthIsExplained(t *testing.T) {
	kinds := allowance.Kinds{"COURSE": {It: "Corso", En: "Course"}} // the others are named by their codes
	rapid.Check(t, func(t *rapid.T) {
		w := allowance.Accrue(anyInputs(t, 3))
		full, short := w.Explain(kinds), w.ExplainShort()
		for _, lang := range []string{text.Italian, text.English} {
			said, message := full.In(lang), short.In(lang)
			if !strings.Contains(said, w.Total.Format(lang)) || strings.Contains(said, "{") || strings.Contains(said, "..") || strings.Contains(said, "\n\n") {
				t.Fatalf("%s", said)
			}
			if n := utf8.RuneCountInString(message); n > allowance.ShortLength || n < 20 {
				t.Fatalf("%d characters: %s", n, message)
			}
			if at := strings.IndexFunc(message, func(r rune) bool { return !strings.ContainsRune(phone, r) }); at >= 0 {
				t.Fatalf("no phone has %q: %s", message[at:], message)
			}
		}
	})
}

func TestExplanations(t *testing.T) {
	rule := hourly()
	rule.Withholding = nil
	in := allowance.Inputs{Month: november, Versions: []allowance.Version{{Number: 1, From: november.First(), Rule: rule}}, Register: []allowance.Hours{
		{Enrolment: course, Kind: "COURSE", Portions: []allowance.Portion{{Minutes: 150, Absence: 60}}, Contested: 120},
		{Enrolment: visit, Kind: "VISIT", Portions: []allowance.Portion{{Minutes: 90}}},
		{Enrolment: internship, Kind: "INTERNSHIP", Certified: &allowance.Certified{Adjustments: []allowance.Adjustment{{Minutes: 90}, {Minutes: -30}}}},
	}}
	w := allowance.Accrue(in)
	kinds := allowance.Kinds{"COURSE": {It: "Corso", En: "Course"}, "VISIT": {It: "Visita", En: "Visit"}}
	const it = `Per novembre 2026 ti spettano 14,00 €.
Corso: 2 h contestate: non contano finché la contestazione non è risolta.
Visita: 1 h 30 min: le ore di questo tipo di attività non danno diritto all'indennità.
Corso: 2 h 30 min a 4,00 € l'ora fanno 10,00 €.
Corso, assenza che viene pagata: 1 h a 4,00 € l'ora fanno 4,00 €.
Dopo la chiusura il registro è stato corretto: 1 h in più.`
	const en = `For November 2026 you are owed €14.00.
Course: 2 h contested: they do not count until the contest is resolved.
Visit: 1 h 30 min: hours of this kind of activity earn no allowance.
Course: 2 h 30 min at €4.00 an hour make €10.00.
Course, an absence that is paid: 1 h at €4.00 an hour make €4.00.
After the lock the register was put right: 1 h more.`
	if said := w.Explain(kinds); said.It != it || said.En != en {
		t.Errorf("%s\n%s", said.It, said.En)
	}
	if short := w.ExplainShort(); short.It != "Indennità di novembre 2026: 14,00 euro. Ore pagate: 3 h 30 min. 2 h contestate non contano ancora. Registro corretto dopo la chiusura." ||
		short.En != "Allowance of November 2026: 14.00 euro. Hours paid: 3 h 30 min. 2 h contested do not count yet. Register put right after the lock." {
		t.Errorf("%s\n%s", short.It, short.En)
	}
	if so := w.SoFar(90, 120); so.It != "Finora per novembre 2026: 14,00 €.\nOre confermate: 1 h 30 min. Ore ancora da confermare: 2 h." ||
		so.En != "So far for November 2026: €14.00.\nHours certified: 1 h 30 min. Hours still to be certified: 2 h." {
		t.Errorf("%s\n%s", so.It, so.En)
	}
	rule.Withholding = map[programme.Tax]int{programme.Assimilated: 2300}
	in.Versions[0].Rule = rule
	in.Register[0].Route = &allowance.Route{Payer: course, Line: course, Tax: programme.Assimilated}
	if short := allowance.Accrue(in).ExplainShort(); !strings.HasPrefix(short.It, "Indennità di novembre 2026: 14,00 euro. Tolte le tasse ricevi 10,78 euro. Ore pagate: 3 h 30 min.") ||
		!strings.HasPrefix(short.En, "Allowance of November 2026: 14.00 euro. After taxes you receive 10.78 euro. Hours paid: 3 h 30 min.") {
		t.Errorf("%s\n%s", short.It, short.En)
	}
	nothing := allowance.Accrue(allowance.Inputs{Month: november, Versions: in.Versions})
	if said := nothing.Explain(nil).It; said != "Per novembre 2026 ti spettano 0,00 €.\nNessuna ora di presenza in questo mese." {
		t.Errorf("%s", said)
	}
}
