package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
)

const peopleHeader = "fiscal_code;given_name;family_name;birth_day;sex;municipality;organisation;service;referred_on;groups"

// row is the n-th of a file of invented people, with some columns as the change says.
func row(n int, change map[string]string) string {
	birth := calendar.MustDay("1970-01-01").AddDays(n * 17)
	family := fmt.Sprintf("%c%c%cini", 'B'+n%5, 'a'+n/5%20, 'c'+n/100%10)
	cells := map[string]string{"fiscal_code": fiscal.MakePersonCode(family, "Anna", birth, true, "F023").String(), "given_name": "Anna", "family_name": family,
		"birth_day": birth.String(), "sex": "F", "municipality": "045010", "organisation": "AIAS", "service": "Servizio sociale", "referred_on": "02/03/2026", "groups": "DISABILITY"}
	var line []string
	for column := range strings.SplitSeq(peopleHeader, ";") {
		if v, ok := change[column]; ok {
			cells[column] = v
		}
		line = append(line, cells[column])
	}
	return strings.Join(line, ";")
}

// spoiled are the rows of the file that cannot be taken, and what is to be said of them.
var spoiled = []struct {
	number int
	column string
	value  string
	cause  string
}{
	{42, "fiscal_code", "BASNNA71S43F023A", "il carattere di controllo"},
	{82, "birth_day", "30/02/1990", "la data non esiste nel calendario"},
	{122, "organisation", "NESSUNO", "il codice non è quello di un partner del programma"},
	{162, "fiscal_code", "", "lo stesso codice fiscale è già alla riga 2"}, // made a repetition of the first
	{202, "groups", "DISABILITY|TALL", "priority_groups"},
	{242, "family_name", "", "il valore è obbligatorio"},
	{282, "municipality", "011015", "non è tra quelli del programma"},
}

// peopleFile writes 300 rows, of which seven are spoiled.
func peopleFile(t *testing.T) (name, content string) {
	t.Helper()
	lines := []string{peopleHeader}
	for n := range 300 {
		lines = append(lines, row(n, nil))
	}
	for _, s := range spoiled {
		if s.number == 162 {
			s.value, _, _ = strings.Cut(lines[1], ";")
		}
		lines[s.number-1] = row(s.number-2, map[string]string{s.column: s.value})
	}
	return written(t, "segnalazioni.csv", lines...)
}

func written(t *testing.T, name string, lines ...string) (path, content string) {
	t.Helper()
	path, content = filepath.Join(t.TempDir(), name), strings.Join(lines, "\n")+"\n"
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path, content
}

// importer runs the verb on one database.
type importer struct {
	*testing.T
	c    Config
	what string
}

// run imports a file and gives the lines that were printed.
func (i importer) run(name string, flags ...string) ([]string, error) {
	i.Helper()
	out, err := verb(i.T, append([]string{"import", i.what, name, "--database-url", i.c.DatabaseURL, "--redis-url", i.c.RedisURL, "--keys-text", i.c.KeysText}, flags...)...)
	return strings.Split(strings.TrimSpace(out), "\n"), err
}

// good imports a file of which something must be written, or would be.
func (i importer) good(name string, flags ...string) []string {
	i.Helper()
	lines, err := i.run(name, flags...)
	if err != nil {
		i.Fatalf("%v: %v\n%s", flags, err, strings.Join(lines, "\n"))
	}
	return lines
}

// stands counts what an import writes.
func (i importer) stands() string {
	i.Helper()
	return query(i.T, owner(i.T, i.c.OwnerURL), `select concat_ws(' ', (select count(*) from person), (select count(*) from participation), (select count(*) from company),
		(select count(*) from company_site), (select count(*) from outbox), (select count(*) from journal))`)
}

func TestImportParticipants(t *testing.T) {
	i := importer{t, applied(t, testdb.New(t)), "participants"}
	name, content := peopleFile(t)
	before := i.stands()

	lines, err := i.run(name)
	if err == nil || err.Error() != "nothing was written: correct the 7 bad rows, or write the others with --skip-bad" {
		t.Fatalf("a file with bad rows: %v\n%s", err, strings.Join(lines, "\n"))
	}
	i.toldAsSpoiled(name, lines)
	if lines[7] != "300 rows: 293 added, 0 already there, 7 bad" || i.stands() != before {
		t.Errorf("%s, stands %s", lines[7], i.stands())
	}

	lines = i.good(name, "--dry-run", "--skip-bad")
	i.toldAsSpoiled(name, lines)
	if lines[8] != "dry run: nothing was written" || i.stands() != before {
		t.Errorf("%s, stands %s", lines[8], i.stands())
	}
	bad := strings.TrimSuffix(name, ".csv") + ".bad.csv"
	if _, err := os.Stat(bad); !os.IsNotExist(err) {
		t.Errorf("a file of bad rows without their being skipped: %v", err)
	}

	lines = i.good(name, "--skip-bad")
	i.toldAsSpoiled(name, lines)
	if lines[8] != "the bad rows stand in "+bad || i.stands() != "293 293 0 0 293 293" {
		t.Errorf("%s, stands %s", lines[8], i.stands())
	}
	if kept, err := os.ReadFile(name); err != nil || string(kept) != content {
		t.Errorf("the file itself became %d bytes, was %d (%v)", len(kept), len(content), err)
	}
	i.keptForMending(bad, content)

	lines = i.good(name, "--skip-bad")
	if lines[7] != "300 rows: 0 added, 293 already there, 7 bad" || i.stands() != "293 293 0 0 293 293" {
		t.Errorf("the same file again: %s, stands %s", lines[7], i.stands())
	}
	i.mended(bad)
}

// toldAsSpoiled: one line for each bad row, with place and cause in Italian, and no other.
func (i importer) toldAsSpoiled(name string, lines []string) {
	i.Helper()
	if len(lines) < 8 {
		i.Fatalf("only %v", lines)
	}
	for n, s := range spoiled {
		if place := fmt.Sprintf("%s:%d  %-14s ", name, s.number, s.column); !strings.HasPrefix(lines[n], place) || !strings.Contains(lines[n], s.cause) {
			i.Errorf("told %q, want %s%s", lines[n], place, s.cause)
		}
	}
}

// keptForMending: the file of bad rows has them as they were, with what is wrong.
func (i importer) keptForMending(bad, content string) {
	i.Helper()
	info, err := os.Stat(bad)
	if err != nil {
		i.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		i.Errorf("%s may be read by others: %s", bad, info.Mode())
	}
	data, _ := os.ReadFile(bad)
	source, kept := strings.Split(content, "\n"), strings.Split(strings.TrimSpace(string(data)), "\n")
	if len(kept) != 1+len(spoiled) || kept[0] != peopleHeader+";error" {
		i.Fatalf("%d lines, header %s", len(kept), kept[0])
	}
	for n, s := range spoiled {
		if want := source[s.number-1] + ";"; !strings.HasPrefix(kept[n+1], want) || !strings.Contains(kept[n+1], s.column+": ") || !strings.Contains(kept[n+1], s.cause) {
			i.Errorf("kept %q, want %s%s: %s", kept[n+1], want, s.column, s.cause)
		}
	}
}

// mended imports the file of bad rows as it is, then once everything in it is put right.
func (i importer) mended(bad string) {
	i.Helper()
	if lines, err := i.run(bad); err == nil || lines[len(lines)-1] != "7 rows: 0 added, 0 already there, 7 bad" {
		i.Errorf("the bad rows as they are: %v %s", err, lines[len(lines)-1])
	}
	lines := []string{peopleHeader + ";error"}
	for _, s := range spoiled {
		lines = append(lines, row(s.number-2, nil)+";"+s.column+": "+s.cause)
	}
	name, _ := written(i.T, "segnalazioni.bad.csv", lines...)
	if told := i.good(name); !slices.Equal(told, []string{"7 rows: 7 added, 0 already there, 0 bad"}) || i.stands() != "300 300 0 0 300 300" {
		i.Errorf("mended: %v, stands %s", told, i.stands())
	}
}

func TestImportCompanies(t *testing.T) {
	i := importer{t, applied(t, testdb.New(t)), "companies"}
	const header = "entity_code,name,ateco,headcount,municipality,organisation,site_name,site_address,site_headcount"
	good := func(n int, name string) string {
		return fmt.Sprintf("%s,%s,56.10.11,%d,045010,AIAS,Sede,Via Roma %d,5", fiscal.MakeEntityCode(n), name, 10+n, n)
	}
	lines := []string{header, good(1, "Ditta 1"), good(2, "Ditta 2"), good(3, "Ditta 3"), "00743110158,Ditta 4,56.10,molti,045010,AIAS,,,"}
	name, content := written(t, "aziende.csv", lines...)
	told, err := i.run(name)
	if err == nil || len(told) != 3 || !strings.HasPrefix(told[0], name+":5  headcount      è richiesto un numero intero") ||
		!strings.HasPrefix(told[1], name+":5  entity_code    Il valore non è valido: ") || told[2] != "4 rows: 3 added, 0 already there, 1 bad" {
		t.Errorf("%v\n%s", err, strings.Join(told, "\n"))
	}
	if told = i.good(name, "--skip-bad", "--lang", "en"); !strings.Contains(told[0], "a whole number is needed") || i.stands() != "0 0 3 3 3 3" {
		t.Errorf("%v, stands %s", told, i.stands())
	}
	if kept, _ := os.ReadFile(name); string(kept) != content {
		t.Error("the file itself has changed")
	}
	again, _ := written(t, "aziende.csv", header, good(1, "Ditta 1"), good(2, "Altra ditta"))
	want := []string{again + ":3  name           Il dato indicato è diverso da quello già registrato, che resta invariato.", "2 rows: 0 added, 2 already there, 0 bad"}
	if told = i.good(again); !slices.Equal(told, want) || i.stands() != "0 0 3 3 3 3" {
		t.Errorf("again, one with another name: %q, stands %s", told, i.stands())
	}
}

// TestImportRefusesAsAWhole what is no file of its kind, and a programme that is not there.
func TestImportRefusesAsAWhole(t *testing.T) {
	i := importer{t, applied(t, testdb.New(t)), "participants"}
	good, _ := written(t, "a.csv", peopleHeader, row(1, nil))
	foreign, _ := written(t, "b.csv", "nome;cognome", "Anna;Bini")
	latin, _ := written(t, "c.csv", peopleHeader, strings.Replace(row(1, nil), "Anna", "Nicol\xf2", 1))
	for want, args := range map[string][]string{
		"riga 1: la colonna numero 1":                 {foreign},
		"row 1: column number 1":                      {foreign, "--lang", "en"},
		"riga 2: il file non è in UTF-8":              {latin},
		"no such file":                                {good + "x"},
		"0 programmes fit: name one with --programme": {good, "--programme", "LACO9"},
	} {
		if told, err := i.run(args[0], args[1:]...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v %v, want %s", args, told, err, want)
		}
	}
	if told := i.good(good, "--programme", "LACO3"); told[0] != "1 rows: 1 added, 0 already there, 0 bad" {
		t.Errorf("by its code: %v", told)
	}
}
