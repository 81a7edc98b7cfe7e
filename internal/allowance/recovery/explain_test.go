package recovery

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
)

func TestARecoveryIsSaidInWords(t *testing.T) {
	october := calendar.MustMonth("2026-10")
	some := said{Month: october, Owed: 20_000, Recovered: 8_000, Left: 12_000, Together: 20_000, Percent: 20, Leaves: 20_000, Least: 1_200}
	agreed, little, settled, none := some, some, some, some
	agreed.Instalments = []saidInstalment{{october.Add(2), 7_000}, {october.Add(3), 5_000}}
	little.Owed, little.Left, little.Recovered, little.Together = 1_100, 1_100, 0, 1_100
	settled.Recovered, settled.Repaid, settled.Waived, settled.Left = 8_000, 7_000, 5_000, 0
	none.Owed, none.Recovered, none.Left = 0, 0, 0
	for name, c := range map[string]struct {
		said        said
		full, short string
	}{
		"by the policy": {some, "Per ottobre 2026 ti sono stati pagati 200,00 € in più di quanto ti spettava.\n80,00 € sono già stati trattenuti dai pagamenti.\nRestano da restituire 120,00 €.\n" +
			"Si trattiene al massimo il 20 % di ogni pagamento. Se preferisci delle rate, chiedi a chi ti segue.\nDi ogni pagamento ti restano almeno 200,00 €.",
			"ottobre 2026: pagati 200,00 euro in più. Restano da restituire 120,00 euro. Si trattiene al massimo il 20% di ogni pagamento."},
		"by instalments": {agreed, "Per ottobre 2026 ti sono stati pagati 200,00 € in più di quanto ti spettava.\n80,00 € sono già stati trattenuti dai pagamenti.\nRestano da restituire 120,00 €.\n" +
			"Come concordato con te, si trattengono dai pagamenti di: dicembre 2026 70,00 €, gennaio 2027 50,00 €.\nDi ogni pagamento ti restano almeno 200,00 €.",
			"ottobre 2026: pagati 200,00 euro in più. Restano da restituire 120,00 euro. Prossima rata: 70,00 euro."},
		"little": {little, "Per ottobre 2026 ti sono stati pagati 11,00 € in più di quanto ti spettava.\nRestano da restituire 11,00 €.\nÈ una somma piccola: il programma non la chiede indietro.",
			"ottobre 2026: pagati 11,00 euro in più. Restano da restituire 11,00 euro. Il programma non li chiede indietro."},
		"settled": {settled, "Per ottobre 2026 ti sono stati pagati 200,00 € in più di quanto ti spettava.\n80,00 € sono già stati trattenuti dai pagamenti.\n70,00 € li hai restituiti tu.\n" +
			"A 50,00 € il programma ha rinunciato: non devi restituirli.\nNon resta nulla da restituire.", "ottobre 2026: pagati 200,00 euro in più. Non resta nulla da restituire."},
		"none after all": {none, "Per ottobre 2026 non devi restituire nulla.", "Per ottobre 2026 non devi restituire nulla."},
	} {
		if got := c.said.explain().It; got != c.full {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.full)
		}
		if got := c.said.short().It; got != c.short {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.short)
		}
	}
}

func TestATransferSaysWhatIsTakenOff(t *testing.T) {
	values, err := plan.Each(transfer)(t.Context(), nil, []json.RawMessage{json.RawMessage(`{"gross": 40000, "withheld": 500, "recovered": 8000, "net": 31500, "last": "2026-11",
		"off": [{"month": "2026-10", "cents": 5000, "left": 12000}, {"month": "2026-10", "cents": 3000, "left": 12000}]}`)})
	if err != nil {
		t.Fatal(err)
	}
	got := values[0].(shownTransfer)
	if want := "Pagamento fino a novembre 2026: 400,00 €.\nTrattenuti per le tasse: 5,00 €.\nTrattenuti 80,00 € di quanto era stato pagato in più per ottobre 2026; restano da restituire 120,00 €.\nRicevi 315,00 €."; got.Explanation.It != want {
		t.Errorf("got %s\nwant %s", got.Explanation.It, want)
	}
	values, err = plan.Each(transfer)(t.Context(), nil, []json.RawMessage{json.RawMessage(`{"gross": 40000, "withheld": 2300, "recovered": 0, "net": 37700, "last": "2026-11",
		"off": [{"month": "2026-10", "taxes": 2300, "left": 700}]}`), json.RawMessage(`{"gross": 0, "withheld": -2300, "recovered": 0, "net": 2300, "last": "2026-10", "off": []}`)})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range [][2]string{
		{"Pagamento fino a novembre 2026: 400,00 €.\nTrattenuti per le tasse: 23,00 €.\nTrattenuti 23,00 € pagati in più per ottobre 2026, di cui 23,00 € per tasse che allora non erano state trattenute; restano da restituire 7,00 €.\nRicevi 377,00 €.",
			"Pagamento fino a novembre 2026: ricevi 377,00 euro. Tasse: 23,00 euro. Restano da restituire 7,00 euro."},
		{"Pagamento fino a ottobre 2026: 0,00 €.\nTi torna quanto era stato trattenuto in più per le tasse: 23,00 €.\nRicevi 23,00 €.",
			"Pagamento fino a ottobre 2026: ricevi 23,00 euro. Tasse che ti tornano: 23,00 euro."},
	} {
		if got := values[i].(shownTransfer); got.Explanation.It != want[0] || got.ExplanationShort.It != want[1] {
			t.Errorf("got %s\n%s\nwant %s\n%s", got.Explanation.It, got.ExplanationShort.It, want[0], want[1])
		}
	}
	if want := "Pagamento fino a novembre 2026: ricevi 315,00 euro. Tasse: 5,00 euro. Trattenuti 80,00 euro pagati in più prima. Restano da restituire 120,00 euro."; got.ExplanationShort.It != want {
		t.Errorf("got %s\nwant %s", got.ExplanationShort.It, want)
	}
}

// One message of a phone holds every short explanation, in letters that each take one place.
func TestShortExplanationsFitAMessage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cents := func(name string) money.Cents { return money.Cents(rapid.Int64Range(0, 99_999_999).Draw(t, name)) }
		month := calendar.MustMonth("2026-09").Add(rapid.IntRange(0, 11).Draw(t, "month"))
		r := said{Month: month, Owed: cents("owed"), Left: cents("left"), Together: cents("together"), Percent: rapid.IntRange(0, 100).Draw(t, "percent"), Least: cents("least")}
		if rapid.Bool().Draw(t, "agreed") {
			r.Instalments = []saidInstalment{{month, cents("instalment")}}
		}
		p := saidTransfer{Gross: cents("gross"), Withheld: cents("withheld") - cents("less"), Recovered: cents("recovered"), Net: cents("net"), Last: month, Off: []offMonth{{Month: month, Cents: cents("off"), Taxes: cents("late"), Left: cents("rest")}}}
		for _, said := range []string{r.short().It, r.short().En, p.short().It, p.short().En} {
			if utf8.RuneCountInString(said) > shortLength || strings.ContainsAny(said, "€{}[]~\\^|") || said == "" {
				t.Fatalf("%d: %s", utf8.RuneCountInString(said), said)
			}
		}
	})
}
