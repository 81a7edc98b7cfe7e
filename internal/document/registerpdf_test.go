package document_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/document"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

var keep = flag.String("keep", "", "folder where the papers of the tests are left, to be looked at")

var heading = document.Heading{Name: "Lavoro in Corso 3", ProjectCode: "317981", CUP: "J89G24000300006R", Lead: "Azienda USL Toscana Nord Ovest, Zona Apuane",
	Funding: text.Text{It: "Progetto finanziato a valere sul Fondo Sociale Europeo Plus, Programma regionale FSE+ 2021-2027 della Regione Toscana, attività PAD 3.h.1, avviso approvato con D.D. n. 12541 del 06/06/2024, Zona Apuane"},
	Logos:   []string{"Cofinanziato dall'Unione europea", "Repubblica Italiana", "Regione Toscana", "Coesione Italia 21-27"}}

// month is a month with so many entries, of somebody with a name that asks for letters.
func month(t *testing.T, entries int) document.Register {
	t.Helper()
	var r document.Register
	err := json.Unmarshal([]byte(`{"id": "rgm_01930000-0000-7000-8000-000000000001", "month": "2026-03", "state": "LOCKED", "stateLabel": "Chiuso", "minutes": 4530, "presenceDays": 19, "contested": 1,
		"adjustedMinutes": -30, "adjustedDays": 0, "contentHash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "pseudonym": "P-7KQ3XM", "hostWasSilent": true,
		"participant": {"person": {"givenName": "Niccolò Ștefăniță", "familyName": "D'Àvila Łukaszewicz Đorđević"}},
		"activity": {"title": "Tirocini di inclusione sociale", "place": "", "kind": {"code": "INTERNSHIP", "label": "Tirocinio di inclusione sociale"}, "organisation": {"name": "Pegaso Network"}},
		"placement": {"company": {"name": "Panificio Perché No di Bùttari & C. s.n.c."}, "site": {"name": "Laboratorio", "address": "via dell'Università 3, Massa"}, "organisation": {"name": "Pegaso Network"},
			"tutor": {"name": "Maria Letizia Dell'Amico"}, "hostTutor": "Ötzi Bùttari"},
		"enrolment": {"id": "enr_01930000-0000-7000-8000-000000000002", "fromDay": "2026-01-12", "toDay": "2026-07-11"},
		"steps": [{"act": "submitMonth", "toState": "SUBMITTED", "at": "2026-04-02T07:30:00Z", "member": {"name": "Maria Letizia Dell'Amico"}, "contentHash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
			{"act": "certifyMonthForHost", "toState": "HOST_CERTIFIED", "at": "2026-04-12T07:30:00Z", "member": null, "contentHash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
			{"act": "lockMonth", "toState": "LOCKED", "at": "2026-04-13T07:30:00Z", "member": {"name": "Coordinatrice ASL"}, "contentHash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}],
		"adjustments": [{"day": "2026-03-05", "minutes": -30, "presenceDays": 0, "at": "2026-05-02T10:00:00Z", "member": {"name": "Coordinatrice ASL"}}]}`), &r)
	if err != nil {
		t.Fatal(err)
	}
	for i := range entries {
		r.Entries = append(r.Entries, entry(t, i))
	}
	return r
}

func entry(t *testing.T, i int) (e document.Entry) {
	t.Helper()
	kind, reason := "PRESENCE", "null"
	if i%9 == 4 {
		kind, reason = "ABSENCE", `{"code": "ILLNESS", "label": "Malattia"}`
	}
	err := json.Unmarshal(fmt.Appendf(nil, `{"id": "att_01930000-0000-7000-8000-%012d", "kind": %q, "day": "2026-03-%02d", "from": "%02d:00", "to": "%02d:30", "minutes": 210, "absenceReason": %s,
		"hidden": [], "recordedBy": {"name": "Maria Letizia Dell'Amico"}, "recordedAt": "2026-03-%02dT20:14:00Z", "madeAt": "2026-03-%02dT16:02:11Z", "device": {"name": "Telefono di Maria Letizia"},
		"app": "tutor-phone/1.4.0", "driftSeconds": %d, "enteredDaysAfter": %d}`, i, kind, i/2%28+1, 8+i%2*6, 11+i%2*6, reason, i/2%28+1, i/2%28+1, i%3, i%2), &e)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func printed(t *testing.T, name string, r document.Register, lang string) []byte {
	t.Helper()
	content, err := document.RegisterPDF(heading, r, lang)
	if err != nil {
		t.Fatal(err)
	}
	if *keep != "" {
		if err := os.WriteFile(*keep+"/"+name+".pdf", content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return content
}

func TestTheSameMonthIsTheSameBytes(t *testing.T) {
	if !bytes.Equal(printed(t, "locked", month(t, 38), "it"), printed(t, "locked", month(t, 38), "it")) {
		t.Error("twice printed, it differs")
	}
	printed(t, "english", month(t, 4), "en")
}

// TestASignatureIsPrintedWhole: how its signer came to it, when, and by whom. One that was not made is not printed.
func TestASignatureIsPrintedWhole(t *testing.T) {
	seen := map[string]string{string(printed(t, "unsigned", month(t, 2), "it")): "no signature"}
	base := map[string]any{"partyLabel": "Soggetto ospitante", "state": "SIGNED", "way": "CODE", "name": "Rosa Bianchi", "askedAt": "2026-04-03T07:00:00Z", "askedBy": map[string]any{"name": "Tutor Uno"},
		"sentAt": "2026-04-03T07:05:00Z", "sentBy": map[string]any{"name": "Tutor Due"}, "openedAt": "2026-04-03T07:06:00Z", "signedAt": "2026-04-03T07:07:00Z", "contentHash": strings.Repeat("a", 64)}
	for _, c := range []struct {
		what string
		with map[string]any
	}{
		{"as it is", nil}, {"another party", map[string]any{"partyLabel": "Partecipante"}}, {"another name", map[string]any{"name": "Mario Bianchi"}}, {"by a link in a letter", map[string]any{"way": "LINK", "channel": "EMAIL"}},
		{"by a link in a message", map[string]any{"way": "LINK", "channel": "SMS"}}, {"by a code in a message", map[string]any{"channel": "SMS"}}, {"asked later", map[string]any{"askedAt": "2026-04-03T07:01:00Z"}},
		{"asked by another", map[string]any{"askedBy": map[string]any{"name": "Tutor Tre"}}}, {"shown later", map[string]any{"sentAt": "2026-04-03T07:04:00Z"}},
		{"shown by another", map[string]any{"sentBy": map[string]any{"name": "Tutor Tre"}}}, {"opened earlier", map[string]any{"openedAt": "2026-04-03T07:05:00Z"}},
		{"signed later", map[string]any{"signedAt": "2026-04-03T07:08:00Z"}}, {"on paper", map[string]any{"way": "PAPER", "sentBy": nil, "confirmedBy": map[string]any{"name": "Tutor Tre"}}},
		{"confirmed by another", map[string]any{"way": "PAPER", "sentBy": nil, "confirmedBy": map[string]any{"name": "Tutor Uno"}}}, {"another content", map[string]any{"contentHash": strings.Repeat("b", 64)}},
	} {
		signature := maps.Clone(base)
		maps.Copy(signature, c.with)
		text, err := json.Marshal(map[string]any{"signatures": []any{signature}})
		if err != nil {
			t.Fatal(err)
		}
		r := month(t, 2)
		if err := json.Unmarshal(text, &r); err != nil {
			t.Fatal(err)
		}
		content := string(printed(t, "signed", r, "it"))
		if other := seen[content]; other != "" {
			t.Errorf("%s is printed as %s", c.what, other)
		}
		seen[content] = c.what
		r.Signatures[0].State = "REVOKED"
		if c.what == "as it is" && seen[string(printed(t, "revoked", r, "it"))] == "" {
			t.Error("a signature that was taken back is printed")
		}
	}
}

// TestAPaperToSignBearsItsCode, which is all that differs where another content would be signed; an open month has none.
func TestAPaperToSignBearsItsCode(t *testing.T) {
	code := func(digit string) document.Register {
		r := month(t, 4)
		words := "lavoro:register:1:01930000-0000-7000-8000-000000000001:" + strings.Repeat(digit, 64)
		r.PaperCode = &words
		return r
	}
	without, one, other := printed(t, "without", month(t, 4), "it"), printed(t, "code", code("a"), "it"), printed(t, "code", code("b"), "it")
	if len(one) <= len(without) || bytes.Equal(one, other) || !bytes.Equal(one, printed(t, "code", code("a"), "it")) {
		t.Errorf("%d bytes without a code, %d with one", len(without), len(one))
	}
	long := strings.Repeat("lavoro:", 1000)
	r := month(t, 4)
	r.PaperCode = &long
	if _, err := document.RegisterPDF(heading, r, "it"); err == nil {
		t.Error("a code that cannot be drawn is no error")
	}
}

// FuzzRegister prints whatever stands in a name, and never fails or differs by it.
func FuzzRegister(f *testing.F) {
	for _, name := range []string{"D'Àvila", "Ștefăniță", "王小明", "😀 𝒜", "\u202eabc", "a\u0301", "\xff\xfe", "{pages} \ue0e1\ue0e2", strings.Repeat("lungo", 60), ") Tj ET (", "\\(", "\x00\n\r"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		r := month(t, 2)
		r.Participant.Person.FamilyName, r.Placement.HostTutor, r.Entries[0].RecordedBy.Name, *r.Entries[1].App = &name, name, name, name
		content := printed(t, "fuzz", r, "it")
		if !bytes.HasPrefix(content, []byte("%PDF-")) || !bytes.Equal(content, printed(t, "fuzz", r, "it")) {
			t.Error("no paper, or another one")
		}
	})
}
