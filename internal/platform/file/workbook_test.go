package file_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/lavoroincorso/lavoro/internal/platform/file"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

var workbookColumns = []file.Column{{Name: "name", Needed: true}, {Name: "day"}, {Name: "n"}}

// workbook makes one with these cells.
func workbook(t testing.TB, cells map[string]any, change func(*excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	for at, value := range cells {
		if err := f.SetCellValue("Sheet1", at, value); err != nil {
			t.Fatal(err)
		}
	}
	if change != nil {
		change(f)
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func styled(t *testing.T, f *excelize.File, at string, s excelize.Style) {
	t.Helper()
	id, err := f.NewStyle(&s)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.SetCellStyle("Sheet1", at, at, id); err != nil {
		t.Fatal(err)
	}
}

func TestReadWorkbook(t *testing.T) {
	own, elapsed := `[$-410]dd/mm/yyyy;@`, `"day y" 0`
	data := workbook(t, map[string]any{"A1": "Name", "B1": "Day", "C1": "n", "A2": "Nicolò", "B2": 46338, "C2": 7, "A3": "=1+1", "B3": 46338, "A5": "Anna", "B5": "31/01/2026", "C5": 46338, "C6": " "},
		func(f *excelize.File) {
			styled(t, f, "B2", excelize.Style{NumFmt: 14})
			styled(t, f, "B3", excelize.Style{CustomNumFmt: &own})
			styled(t, f, "C5", excelize.Style{CustomNumFmt: &elapsed})
		})
	table, err := file.ReadWorkbook(bytes.NewReader(data), "w.xlsx", workbookColumns)
	if err != nil {
		t.Fatal(err)
	}
	day, other := calendar.MustDay("2026-11-12"), calendar.MustDay("2026-01-31")
	for i, want := range []struct {
		number  int
		name, n string
		day     calendar.Day
	}{{2, "Nicolò", "7", day}, {3, "=1+1", "", day}, {5, "Anna", "46338", other}} {
		row := table.Rows[i]
		if row.Number != want.number || row.Text("name") != want.name || row.Text("n") != want.n || row.Day("day") != want.day || row.Bad() {
			t.Errorf("row %d: %q %q %v, problems %v", row.Number, row.Text("name"), row.Text("n"), row.Day("day"), row.Problems)
		}
	}
	if len(table.Rows) != 3 || len(table.Hash) != 64 || table.Name != "w.xlsx" {
		t.Errorf("%d rows, %+v", len(table.Rows), table)
	}
}

func TestReadWorkbookRefuses(t *testing.T) {
	wide := map[string]any{"A1": "name", "A2": "x"}
	at, _ := excelize.CoordinatesToCellName(65, 2)
	wide[at] = 1
	good := workbook(t, map[string]any{"A1": "name", "A2": "x"}, nil)
	for name, c := range map[string]struct {
		data  []byte
		cause string
	}{
		"no workbook":    {[]byte("name;day\n"), "not an XLSX workbook"},
		"cut in half":    {good[:len(good)/2], "not an XLSX workbook"},
		"empty":          {workbook(t, nil, nil), "empty"},
		"header only":    {workbook(t, map[string]any{"A1": "name"}, nil), "header only"},
		"unknown column": {workbook(t, map[string]any{"A1": "name", "B1": "what", "A2": "x"}, nil), "unknown name"},
		"column missing": {workbook(t, map[string]any{"A1": "day", "A2": "x"}, nil), "lacks the column"},
		"too wide":       {workbook(t, wide, nil), "more than 64 cells"},
	} {
		t.Run(name, func(t *testing.T) {
			table, err := file.ReadWorkbook(bytes.NewReader(c.data), "w.xlsx", workbookColumns)
			var broken *file.Broken
			if !errors.As(err, &broken) || !strings.Contains(broken.Cause.En, c.cause) || table != nil {
				t.Errorf("got %v, %v", table, err)
			}
		})
	}
	table, err := file.ReadWorkbook(bytes.NewReader(workbook(t, map[string]any{"A1": "name", "A2": "x", "B2": "y", "A3": " ", "A4": "z"}, nil)), "w.xlsx", workbookColumns)
	if err != nil || len(table.Bad()) != 1 || table.Bad()[0].Number != 2 {
		t.Errorf("%+v, %v", table, err)
	}
}

// TestWorkbookThatUnpacksToALot: a few kilobytes of blanks unpack to more than is read.
func TestWorkbookThatUnpacksToALot(t *testing.T) {
	bomb := workbook(t, map[string]any{"A1": "name", "A2": "x"}, func(f *excelize.File) {
		f.Pkg.Store("xl/media/image1.png", bytes.Repeat([]byte(" "), 65<<20))
	})
	if len(bomb) > 1<<20 {
		t.Fatalf("%d bytes are no small file", len(bomb))
	}
	var broken *file.Broken
	if _, err := file.ReadWorkbook(bytes.NewReader(bomb), "w.xlsx", workbookColumns); !errors.As(err, &broken) {
		t.Errorf("got %v", err)
	}
}

func TestSheet(t *testing.T) {
	s := file.Sheet{Name: "x", Columns: []string{"name", "day", "n"}, Rows: [][]any{{"=cmd|' /C calc'!A0", "00012", file.Number("-1234.56")}, {"\t=1", " -1", file.Number("0.05")}}}
	csv, err := s.CSV()
	if want := "\ufeffname;day;n\r\n'=cmd|' /C calc'!A0;00012;-1234,56\r\n'\t=1;' -1;0,05\r\n"; err != nil || string(csv) != want {
		t.Errorf("got %q, %v", csv, err)
	}
	data, err := s.Workbook()
	if err != nil {
		t.Fatal(err)
	}
	table, err := file.ReadWorkbook(bytes.NewReader(data), "w.xlsx", workbookColumns)
	if err != nil {
		t.Fatal(err)
	}
	if r := table.Rows[0]; r.Text("name") != "=cmd|' /C calc'!A0" || r.Text("day") != "00012" || r.Text("n") != "-1234.56" {
		t.Errorf("%q %q %q", r.Text("name"), r.Text("day"), r.Text("n"))
	}
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if formula, err := f.GetCellFormula("x", "A2"); err != nil || formula != "" {
		t.Errorf("a text became the formula %q, %v", formula, err)
	}
	if shown, err := f.GetCellValue("x", "C2"); err != nil || shown != "-1,234.56" {
		t.Errorf("an amount is shown as %q, %v", shown, err)
	}
}

func FuzzGuarded(f *testing.F) {
	for _, s := range []string{"=1", "'=1", "''+1", "a", "", "'", " -1", "\t", "＝1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		guarded := file.Guarded(s)
		if file.Unguarded(guarded) != s {
			t.Errorf("%q is guarded as %q, and read as %q", s, guarded, file.Unguarded(guarded))
		}
		if guarded != "" && strings.ContainsRune("=+-@\t\r", rune(guarded[0])) {
			t.Errorf("%q is written as %q", s, guarded)
		}
	})
}

func FuzzReadWorkbook(f *testing.F) {
	f.Add(workbook(f, map[string]any{"A1": "name", "B1": "day", "A2": "x", "B2": 46338}, nil))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := file.ReadWorkbook(bytes.NewReader(data), "w.xlsx", workbookColumns)
		var broken *file.Broken
		if err != nil && !errors.As(err, &broken) {
			t.Fatalf("a fault: %v", err)
		}
		if err == nil && len(table.Rows) == 0 {
			t.Fatal("no rows")
		}
	})
}
