package history

import (
	"bytes"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/platform/file"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// Reads reads rows as each sort of file, and holds what it understood within its bounds.
func Reads(t *testing.T, rows string, today calendar.Day) {
	for _, f := range forms {
		header := ""
		for i, c := range f.columns() {
			if i > 0 {
				header += ";"
			}
			header += c.Name
		}
		table, err := file.Read(bytes.NewReader([]byte(header+"\n"+rows)), f.name, f.columns())
		if err != nil {
			continue
		}
		for _, fr := range table.Rows {
			if fr.Bad() {
				continue
			}
			r := f.parse(fr, today)
			if len(f.hash(fr)) != 32 || fr.Bad() || len(r.wrong) > 0 {
				continue
			}
			if first, last := r.span(); first.IsZero() || last.Before(first) || last.After(today) && r.Month.IsZero() || r.Month.After(today.Month()) {
				t.Fatalf("%s takes days %s to %s", f.name, first, last)
			}
			if r.Withheld > r.Gross || r.Gross < 0 || (r.Gross > 0) != (f.kind == Payment || f.kind == Spending) || r.Minutes < 0 || r.PresenceDays > 31 {
				t.Fatalf("%s takes %+v", f.name, r.Fact)
			}
			if r.code == "" && f.kind != Spending || r.key() == "" {
				t.Fatalf("%s takes a row of nobody", f.name)
			}
		}
	}
}
