package file_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/platform/file"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

var columns = []file.Column{{Name: "name", Needed: true}, {Name: "day", Needed: true}, {Name: "hours"}, {Name: "codes"}}

func read(t testing.TB, content string) *file.Table {
	t.Helper()
	table, err := file.Read(strings.NewReader(content), "people.csv", columns)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestSeparatorsAndMarksAreFound(t *testing.T) {
	for name, content := range map[string]string{
		"semicolons":          "name;day;hours;codes\nRossi, Mario;2025-01-31;4;A|B\n",
		"commas":              "name,day,hours,codes\n\"Rossi, Mario\",31/1/2025,4,A | B |\n",
		"byte order mark":     "\xef\xbb\xbfname;day;hours;codes\r\nRossi, Mario;31/01/2025;4;A|B\r\n",
		"quoted header":       "\"name\",\"day\",\"hours\",\"codes\"\n\"Rossi, Mario\",2025-01-31,4,A|B",
		"capitals, blanks":    " Name ; DAY;Hours;Codes\n Rossi, Mario ; 2025-01-31 ; 4 ; A | B ",
		"other order":         "codes;hours;day;name\nA|B;4;2025-01-31;Rossi, Mario",
		"old error column":    "name;day;hours;codes;error\nRossi, Mario;2025-01-31;4;A|B;name: wrong",
		"nameless last cells": "name;day;hours;codes;;\nRossi, Mario;2025-01-31;4;A|B;;",
	} {
		t.Run(name, func(t *testing.T) {
			row := read(t, content).Rows[0]
			if got := row.Text("name"); got != "Rossi, Mario" {
				t.Errorf("name %q", got)
			}
			if got := row.Day("day"); got != calendar.MustDay("2025-01-31") {
				t.Errorf("day %s", got)
			}
			if got := row.Int("hours"); got != 4 {
				t.Errorf("hours %d", got)
			}
			if got := strings.Join(row.List("codes"), "+"); got != "A+B" {
				t.Errorf("codes %q", got)
			}
			if row.Bad() || row.Number != 2 {
				t.Errorf("row %d: %s", row.Number, row.Why("en"))
			}
		})
	}
}

func TestWholeFilesAreRefusedWithPlaceAndCause(t *testing.T) {
	for name, c := range map[string]struct {
		content string
		row     int
		column  string
	}{
		"empty":          {"", 0, ""},
		"header only":    {"name;day\n", 0, ""},
		"unknown column": {"name;day;nmae\nA;2025-01-01;B\n", 1, "3"},
		"column twice":   {"name;day;name\nA;2025-01-01;B\n", 1, "name"},
		"column missing": {"name;hours\nA;4\n", 1, "day"},
		"not UTF-8":      {"name;day\nA;2025-01-01\nNicol\xf2;2025-01-01\n", 3, ""},
		"NUL":            {"name;day\nA\x00;2025-01-01\n", 2, ""},
		"broken header":  {"name;\"day\nA;2025-01-01\n", 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := file.Read(strings.NewReader(c.content), "people.csv", columns)
			var broken *file.Broken
			if !errors.As(err, &broken) {
				t.Fatalf("read: %v", err)
			}
			if broken.Row != c.row || broken.Column != c.column || !broken.Cause.Complete() {
				t.Errorf("row %d, column %q: %+v", broken.Row, broken.Column, broken.Cause)
			}
		})
	}
}

func TestRowsAreCountedLikeASpreadsheet(t *testing.T) {
	table := read(t, "name;day\nA;2025-01-01\n\n;\nB;2025-02-30\n;2025-01-01\nC;soon\nD\n")
	table.Rows[1].Day("day")
	table.Rows[3].Day("day")
	want := []string{"2: ", "5: day: the day does not exist in the calendar", "6: name: a value is needed",
		"7: day: a day is written as 2025-01-31 or 31/01/2025", "8: the row has 1 cells instead of 2"}
	for i, row := range table.Rows {
		if got := fmt.Sprintf("%d: %s", row.Number, row.Why("en")); got != want[i] {
			t.Errorf("got %q, want %q", got, want[i])
		}
	}
	if len(table.Rows) != len(want) {
		t.Errorf("%d rows", len(table.Rows))
	}
}

func TestStrayQuotesSpoilTheirRowsOnly(t *testing.T) {
	table := read(t, "name;day\nA \"b\";2025-01-01\n\"C\"x;2025-01-01\nD;2025-01-01\n\"E;2025-01-01\nF;2025-01-01\n")
	var bad []int
	for _, row := range table.Bad() {
		bad = append(bad, row.Number)
	}
	if got := fmt.Sprint(bad); got != "[2 3 5]" {
		t.Errorf("bad rows %s", got)
	}
	if table.Rows[2].Text("name") != "D" || table.Rows[2].Bad() {
		t.Error("the row after a stray quotation mark is lost")
	}
}

func TestBadRowsCanBeMendedAndReadAgain(t *testing.T) {
	table := read(t, "name;day;codes;error\nA;2025-01-01;X|Y;\n\"B; C\";2025-01-01;Z;old words\n;2025-01-01;;\n")
	table.Rows[1].Fail("codes", text.Text{It: "codice sconosciuto", En: "unknown code"})
	var out bytes.Buffer
	if err := table.WriteBad(&out, "it"); err != nil {
		t.Fatal(err)
	}
	want := "name;day;codes;error\n\"B; C\";2025-01-01;Z;codes: codice sconosciuto\n;2025-01-01;;name: il valore è obbligatorio\n"
	if out.String() != want {
		t.Fatalf("got\n%s\nwant\n%s", out.String(), want)
	}
	again := read(t, out.String())
	if again.Rows[0].Text("name") != "B; C" || again.Rows[0].Bad() {
		t.Error("a mended row is not read as it was")
	}
}

func TestBadFileStandsBesideAndIsPrivate(t *testing.T) {
	table := read(t, "name;day\n;2025-01-01\n")
	source := filepath.Join(t.TempDir(), "people.2025.csv")
	if err := os.WriteFile(source, []byte("as it was"), 0o600); err != nil {
		t.Fatal(err)
	}
	name, err := table.SaveBad(source, "en")
	if err != nil || !strings.HasSuffix(name, "people.2025.bad.csv") || name != file.BadName(source) {
		t.Fatal(name, err)
	}
	if kept, err := os.ReadFile(source); err != nil || string(kept) != "as it was" {
		t.Errorf("the file itself became %q (%v)", kept, err)
	}
	info, err := os.Stat(name)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v: personal data must not be readable by others", info, err)
	}
	rest, _ := filepath.Glob(filepath.Join(filepath.Dir(name), ".bad-*"))
	if len(rest) > 0 {
		t.Errorf("left behind: %v", rest)
	}
}

func TestTooLargeIsRefusedWhileReading(t *testing.T) {
	endless := strings.NewReader("name;day\n" + strings.Repeat("A;2025-01-01\n", file.MaxBytes/12))
	if _, err := file.Read(endless, "people.csv", columns); err == nil {
		t.Error("taken")
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"name;day\nA;2025-01-01\n", "name,day,hours\n\"A\nB\",1/1/2025,4\n", "\xef\xbb\xbfname;day\r\n\"x;;;\n", "name;day;error\na;b;c\n\n;;\n", ";name;day;\n;;;\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, content string) {
		table, err := file.Read(strings.NewReader(content), "f.csv", columns)
		if err != nil {
			var broken *file.Broken
			if !errors.As(err, &broken) || broken.In("it") == "" {
				t.Fatal(err)
			}
			return
		}
		last := 1
		for _, row := range table.Rows {
			if row.Number <= last {
				t.Fatalf("row %d follows row %d", row.Number, last)
			}
			last = row.Number
			row.Day("day")
			row.Int("hours")
			row.List("codes")
			row.Fail("name", text.Same("x"))
		}
		var out bytes.Buffer
		if err := table.WriteBad(&out, "it"); err != nil {
			t.Fatal(err)
		}
		again, err := file.Read(&out, "f.bad.csv", columns)
		if err != nil {
			t.Fatalf("the file of bad rows cannot be read: %v\n%q", err, out.String())
		}
		if len(again.Rows) != len(table.Rows) {
			t.Fatalf("%d bad rows of %d are read again", len(again.Rows), len(table.Rows))
		}
	})
}
