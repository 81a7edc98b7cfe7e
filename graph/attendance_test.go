package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/placement/placementtest"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
)

// Entries that waited on a phone are taken from whoever made them, and the whole batch is refused under another sign-in.
func TestEntriesWaitForWhoMadeThem(t *testing.T) {
	o := placementtest.New(t)
	coordinator := o.Coordinator("CARRARA")
	c, me := counterOf(o, t, coordinator), plan.FormatID("mem", coordinator.Member)
	record := func(author string) string {
		return c.ask("CARRARA", fmt.Sprintf(`mutation { recordAttendance(input: {%s entries: [{enrolment: "enr_%s", day: "2026-03-02", from: "09:00", to: "10:00"}]}) {
			refusals { code path } answers { refusals { code } } } }`, author, uuid.New()), nil)
	}
	for author, want := range map[string]string{
		"":                            `"refusals":[],"answers":[{"refusals":[{"code":"NOT_FOUND"}]}]`,
		"author: " + quoted(me) + ",": `"refusals":[],"answers":[{"refusals":[{"code":"NOT_FOUND"}]}]`,
		"author: " + quoted(plan.FormatID("mem", uuid.New())) + ",": `"refusals":[{"code":"WRONG_AUTHOR","path":["author"]}],"answers":[]`,
		"author: " + quoted(strings.TrimPrefix(me, "mem_")) + ",":   `"refusals":[{"code":"NOT_FOUND","path":["author"]}],"answers":[]`,
	} {
		if got := record(author); !strings.Contains(got, want) {
			t.Errorf("author %q: %s, want %s", author, got, want)
		}
	}
}

// A phone is not stuck with one entry that nobody can read, nor may it take the id of what is made here: it is answered of that entry alone.
func TestAnEntryThatCannotBeReadIsRefusedAlone(t *testing.T) {
	o := placementtest.New(t)
	c := counterOf(o, t, o.Coordinator("CARRARA"))
	for change, want := range map[string]string{
		`day: "2026-02-29", from: "09:00", to: "10:00"`:                                    `"INVALID_VALUE","path":["entries","1","day"]`,
		`day: "0000-02-29", from: "09:00", to: "10:00"`:                                    `"INVALID_VALUE","path":["entries","1","day"]`,
		`day: "2026-03-02", from: "09:00", to: "10:00", madeAt: "0000-01-01T00:00:00Z"`:    `"INVALID_VALUE","path":["entries","1","madeAt"]`,
		`day: "2026-03-02", from: "25:00", to: "10:00"`:                                    `"INVALID_VALUE","path":["entries","1","from"]`,
		`day: "2026-03-02", from: "09:00", to: ""`:                                         `"INVALID_VALUE","path":["entries","1","to"]`,
		`day: "2026-03-02", from: "09:00", to: "10:00", madeAt: "yesterday"`:               `"INVALID_VALUE","path":["entries","1","madeAt"]`,
		`day: "2026-03-02", from: "09:00", to: "10:00", id: "att_` + derivedID + `"`:       `"INVALID_VALUE","path":["entries","1","id"]`,
		`day: "2026-03-02", from: "09:00", to: "10:00", madeAt: "2026-03-02T09:00:00.25Z"`: `"NOT_FOUND","path":["entries","1","enrolment"]`,
	} {
		got := c.ask("CARRARA", fmt.Sprintf(`mutation { recordAttendance(input: {entries: [{enrolment: "enr_%s", day: "2026-03-02", from: "09:00", to: "10:00"}, {enrolment: "enr_%s", %s}]}) {
			refusals { code } answers { index refusals { code path } } } }`, uuid.New(), uuid.New(), change), nil)
		if want = `"refusals":[],"answers":[{"index":0,"refusals":[{"code":"NOT_FOUND","path":["entries","0","enrolment"]}]},{"index":1,"refusals":[{"code":` + want + "}]}]"; !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", change, got, want)
		}
	}
}

// derivedID is one that follows from something else, as those of planned hours do.
var derivedID = uuid.NewSHA1(uuid.NameSpaceURL, []byte("planned")).String()

func quoted(s string) string { return `"` + s + `"` }
