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

func quoted(s string) string { return `"` + s + `"` }
