package refusal_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

func TestDefinePanics(t *testing.T) {
	good := refusal.Definition{Code: "TEST_GOOD", Kind: refusal.State, Message: text.Same("{a}"), Cure: text.Same("c")}
	for name, spoil := range map[string]func(*refusal.Definition){
		"duplicate":            func(d *refusal.Definition) { d.Code = "NOT_FOUND" },
		"no code":              func(d *refusal.Definition) { d.Code = "" },
		"lower case":           func(d *refusal.Definition) { d.Code = "test_good" },
		"trailing underscore":  func(d *refusal.Definition) { d.Code = "TEST_" },
		"no kind":              func(d *refusal.Definition) { d.Kind = "" },
		"unknown kind":         func(d *refusal.Definition) { d.Kind = "WHIM" },
		"no message":           func(d *refusal.Definition) { d.Message = text.Text{} },
		"Italian only":         func(d *refusal.Definition) { d.Message.En = " " },
		"no cure":              func(d *refusal.Definition) { d.Cure = text.Text{} },
		"half a curer":         func(d *refusal.Definition) { d.CuredBy.It = "tutor" },
		"placeholders missing": func(d *refusal.Definition) { d.Message.En = "none" },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("taken")
				}
			}()
			d := good
			spoil(&d)
			refusal.Define(d)
		})
	}
}

func TestAllIsSortedAndComplete(t *testing.T) {
	all := refusal.All()
	byCode := func(a, b refusal.Definition) int { return strings.Compare(a.Code, b.Code) }
	if !slices.IsSortedFunc(all, byCode) {
		t.Error("not sorted by code")
	}
	for code, kind := range map[string]refusal.Kind{
		"NOT_FOUND": refusal.Input, "NOT_ALLOWED": refusal.Right, "CONFLICT_REVISION": refusal.Conflict,
		"REQUEST_ID_REUSED": refusal.Conflict, "INVALID_VALUE": refusal.Input, "ID_TAKEN": refusal.Conflict,
	} {
		at, found := slices.BinarySearchFunc(all, refusal.Definition{Code: code}, byCode)
		if !found || all[at].Kind != kind {
			t.Errorf("%s is missing, or of another kind than %s", code, kind)
		}
	}
}

func TestCodeTellsItsDefinition(t *testing.T) {
	if refusal.IDTaken.String() != "ID_TAKEN" || refusal.IDTaken.Definition().Kind != refusal.IDTaken.At().Kind() {
		t.Error("a code and its refusals disagree")
	}
}

func FuzzUnmarshal(f *testing.F) {
	for _, s := range []string{`{"code":"NOT_FOUND"}`, `{"code":"X","path":["a"],"args":{"n":"3","t":{"it":"a","en":"b"}}}`, `{"args":{"n":null}}`, `null`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var r refusal.Refusal
		if json.Unmarshal(data, &r) != nil {
			return
		}
		first, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var again refusal.Refusal
		if err := json.Unmarshal(first, &again); err != nil {
			t.Fatalf("%s does not read back: %v", first, err)
		}
		if second, err := json.Marshal(again); err != nil || string(second) != string(first) {
			t.Fatalf("%s is stored again as %s, %v", first, second, err)
		}
		r.Localized("it")
	})
}
