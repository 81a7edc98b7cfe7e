package participant

import (
	"maps"
	"slices"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
)

// paper is what is known of a file without reading it. Attached, it is seen like the row that it proves; before, by whoever brings it.
func paper() plan.Type {
	return plan.Type{Name: "File", Prefix: "fil", Table: "file", Class: access.Eligibility,
		Rows: func(keys func(access.Class) string, self string) string {
			seen := "{t}.state <> 'ATTACHED' and {t}.uploaded_by = " + self
			for _, kind := range slices.Sorted(maps.Keys(proves)) {
				seen += " or {t}.state = 'ATTACHED' and {t}.kind = '" + kind + "' and {t}.audience &&& " + keys(proves[kind].class)
			}
			return seen + " or {t}.state = 'ATTACHED' and {t}.participation_id is null and {t}.audience &&& " + keys(access.Bank) // of payments
		},
		Columns: []string{"kind", "mediaType", "state"},
		Fields: plan.Fields{
			"bytes": plan.Expr("coalesce({t}.bytes, {t}.announced)"),
		}}
}
