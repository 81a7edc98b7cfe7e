package plan_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
)

// A relation of a row that the viewer sees, to rows of a class that he reads nowhere, is empty for want of a right: it is named.
func TestHiddenNamesRelationsBeyondTheViewersClasses(t *testing.T) {
	s := open(t)
	key := uuid.New()
	id := s.build("house", []uuid.UUID{key})
	s.furnish(id, "kitchen", 1, 5, key)
	for role, want := range map[access.Role]string{
		access.Scout:           "[best moneyPage page payRooms rooms secret whisper]", // no work
		access.Tutor:           "[item moneyPage payRooms secret whisper]",            // no directory, no money
		access.CaseManager:     "[item]",
		access.PaymentsOfficer: "[secret whisper]",
		access.System:          "[]",
	} {
		got := s.answer(s.actor(key, role), with(f("house", f("hidden"), f("best", f("title")), f("rooms", f("title"))), "id", houseID(id)))["house"].(map[string]any)
		if fmt.Sprint(got["hidden"]) != want {
			t.Errorf("%s: hidden are %v, want %s", role, got["hidden"], want)
		}
		if shown := got["best"] != nil; shown == strings.Contains(want, "best") {
			t.Errorf("%s: best is %v, hidden are %v", role, got["best"], got["hidden"])
		}
	}
}

// A key of the target's class that opens other rows says nothing of this one: what is empty then may truly be empty.
func TestHiddenDoesNotTellWhatIsElsewhere(t *testing.T) {
	s := open(t)
	mine, other := uuid.New(), uuid.New()
	id := s.build("house", []uuid.UUID{mine})
	both := access.Actor{Grants: append(s.actor(mine, access.Scout).Grants, s.actor(other, access.Tutor).Grants...)}
	got := s.answer(both, with(f("house", f("hidden"), f("rooms", f("title"))), "id", houseID(id)))["house"].(map[string]any)
	if fmt.Sprint(got["hidden"]) != "[moneyPage payRooms secret whisper]" {
		t.Errorf("hidden are %v", got["hidden"])
	}
}

// Rows that open by themselves, like one's own name, are not hidden from whom they open to. A nested object leads where its fields lead.
func TestHiddenKnowsRowsThatOpenByThemselves(t *testing.T) {
	s := open(t)
	key, other := uuid.New(), uuid.New()
	open, shut := s.build("open", []uuid.UUID{other}, "n", 1), s.build("shut", []uuid.UUID{other}, "n", 2)
	toOpen, toShut := s.build("a", []uuid.UUID{key}, "next_id", open), s.build("b", []uuid.UUID{key}, "next_id", shut)
	toNone := s.build("c", []uuid.UUID{key})
	s.own("insert into bare select * from house")
	engine := &plan.Engine{DB: s.engine.DB, Schema: plan.NewSchema(plan.Reading{Types: []plan.Type{
		{Name: "Bare", Prefix: "bar", Table: "bare", Class: access.Path, Fields: plan.Fields{
			"next": plan.One("Sign", "next_id"), "nested": plan.Object(plan.Fields{"item": plan.Code("kinds", "kind")})}},
		{Name: "Sign", Prefix: "sig", Table: "bare", Class: access.Directory, Fields: plan.Fields{"name": plan.Column("name")},
			Rows: func(keys func(access.Class) string, _ string) string {
				return "{t}.audience &&& " + keys(access.Directory) + " or {t}.n = 1"
			}},
		{Name: "CodeItem", Prefix: "cod", Table: "item", Class: access.Directory},
	}})}
	for role, want := range map[access.Role]string{
		access.Tutor: `[[{"next":{"name":"open"},"hidden":["nested"]} {"next":null,"hidden":["next","nested"]} {"next":null,"hidden":["nested"]}]]`,
		access.Scout: `[[{"next":{"name":"open"},"hidden":[]} {"next":null,"hidden":["next"]} {"next":null,"hidden":[]}]]`, // reads the directory, though not the second row of it
	} {
		got, err := engine.Objects(s.ctx, plan.Viewer{Actor: s.actor(key, role), Now: noon}, nil,
			[]plan.Group{{Type: "Bare", IDs: []uuid.UUID{toOpen, toShut, toNone}, Selected: []plan.Selected{f("next", f("name")), f("hidden")}}})
		if text := compactList(fmt.Sprintf("%s", got)); err != nil || text != want {
			t.Errorf("%s: %s (%v)", role, text, err)
		}
	}
}

// A field that is hidden on every row for what it leads to asks for no key of its own class: its argument would stand nowhere.
func TestWhatIsAlwaysHiddenTakesNoArgument(t *testing.T) {
	s := open(t)
	key := uuid.New()
	id := s.build("house", []uuid.UUID{key})
	engine := &plan.Engine{DB: s.engine.DB, Schema: plan.NewSchema(plan.Reading{Types: []plan.Type{
		{Name: "House", Prefix: "hou", Table: "house", Class: access.Path, Fields: plan.Fields{"paid": plan.Code("kinds", "kind").In(access.Money)}},
		{Name: "CodeItem", Prefix: "cod", Table: "item", Class: access.Directory},
	}})}
	viewer := access.Actor{Grants: append(s.actor(key, access.Tutor).Grants, s.actor(uuid.New(), access.CaseManager).Grants...)}
	got, err := engine.Objects(s.ctx, plan.Viewer{Actor: viewer, Now: noon}, nil, []plan.Group{{Type: "House", IDs: []uuid.UUID{id}, Selected: []plan.Selected{f("hidden")}}})
	if text := compactList(fmt.Sprintf("%s", got)); err != nil || text != `[[{"hidden":["paid"]}]]` {
		t.Errorf("%s (%v)", text, err)
	}
}

// One spelling of moments: UTC, Z and milliseconds, whether a plan reads them or a filler gives them.
func TestMomentsAreSpelledOneWay(t *testing.T) {
	s := open(t)
	key := uuid.New()
	rome := time.FixedZone("", 3600)
	for at, want := range map[string]string{
		"2027-03-01T10:00:00Z":             "2027-03-01T10:00:00.000Z",
		"2027-03-01T10:00:00.123999+01:00": "2027-03-01T09:00:00.123Z",
		"2026-12-31T23:59:59.9-02:00":      "2027-01-01T01:59:59.900Z",
	} {
		id := s.build("a", []uuid.UUID{key}, "seen_at", at)
		if got := s.answer(s.actor(key, access.System), with(f("house", f("seenAt")), "id", houseID(id)))["house"].(map[string]any)["seenAt"]; got != want {
			t.Errorf("a plan spells %s as %v", at, got)
		}
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		holder := struct {
			At    time.Time  `json:"at"`
			Maybe *time.Time `json:"maybe"`
			Never *time.Time `json:"never"`
		}{At: moment.In(rome), Maybe: &moment}
		got, err := plan.Renderer{Lang: "it"}.Value(holder, plan.Selected{Under: func(string) []plan.Selected { return []plan.Selected{f("at"), f("maybe"), f("never")} }})
		if err != nil || string(got) != fmt.Sprintf(`{"at":%q,"maybe":%q,"never":null}`, want, want) {
			t.Errorf("the renderer spells %s as %s (%v)", at, got, err)
		}
	}
}
