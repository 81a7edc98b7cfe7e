package participant_test

import (
	"bytes"
	"errors"
	"github.com/google/uuid"
	"strings"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/file"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

const header = "fiscal_code;given_name;family_name;birth_day;sex;citizenship;municipality;organisation;service;referred_on;groups;brings;needs;wishes;phone;email\n"

// line is a row of the file, with columns replaced by name.
func line(in participant.ReferInput, change map[string]string) string {
	names := strings.Split(strings.TrimSpace(header), ";")
	cells := map[string]string{"fiscal_code": in.FiscalCode, "given_name": in.GivenName, "family_name": in.FamilyName, "birth_day": in.BirthDay.String(), "sex": "F",
		"municipality": in.Municipality, "organisation": "AIAS", "service": "Servizio sociale", "referred_on": "02/03/2026", "groups": "DISABILITY | HOUSING_EMERGENCY",
		"brings": "TEAMWORK", "needs": "PART_TIME", "wishes": "KITCHEN"}
	row := make([]string, len(names))
	for i, n := range names {
		row[i] = cells[n]
		if v, ok := change[n]; ok {
			row[i] = v
		}
	}
	return strings.Join(row, ";") + "\n"
}

// bad are seven rows that cannot be taken, by what is to be said of them.
var bad = []struct {
	change map[string]string
	column string
	cause  string
}{
	{map[string]string{"fiscal_code": "RSSMRA85A01F023X"}, "fiscal_code", "carattere di controllo"},
	{map[string]string{"birth_day": "30/02/1990"}, "birth_day", "non esiste"},
	{map[string]string{"family_name": ""}, "family_name", "obbligatorio"},
	{map[string]string{"municipality": "011015"}, "municipality", "non è tra quelli del programma"},
	{map[string]string{"groups": "DISABILITY|TALL"}, "groups", "priority_groups"},
	{map[string]string{"organisation": "NESSUNO"}, "organisation", "partner"},
	{map[string]string{"fiscal_code": ""}, "fiscal_code", "riga 2"}, // made a repetition of the first below
}

// table is a file of n rows, among which the bad ones stand at every fortieth.
func table(n int) (content string, badRows []int) {
	var out strings.Builder
	out.WriteString(header)
	next := 0
	for i := range n {
		change := map[string]string(nil)
		in := made(i)
		if i > 0 && i%40 == 0 && next < len(bad) {
			change = bad[next].change
			if next == 6 {
				change = map[string]string{"fiscal_code": made(0).FiscalCode}
			}
			badRows = append(badRows, i+2)
			next++
		}
		out.WriteString(line(in, change))
	}
	return out.String(), badRows
}

func (o *office) brought(actor access.Actor, content string, options file.Options) file.Import {
	return file.Import{DB: o.db, Actor: actor, Clock: o.clock, Programme: o.programme, Reader: strings.NewReader(content), Name: "/home/x/segnalazioni.csv", Options: options}
}

func (o *office) importFile(actor access.Actor, content string, options file.Options) file.Report {
	o.t.Helper()
	report, err := o.room.Import(o.ctx, o.brought(actor, content, options))
	if err != nil {
		o.t.Fatal(err)
	}
	return report
}

func TestThreeHundredRowsWithSevenBad(t *testing.T) {
	o := newOffice(t)
	content, badRows := table(300)
	report := o.importFile(o.lead, content, file.Options{})
	if report.Written || report.Rows != 300 || report.Added != 293 || len(report.Bad()) != 7 {
		t.Fatalf("written %v, rows %d, good %d, bad %d", report.Written, report.Rows, report.Added, len(report.Bad()))
	}
	for i, row := range report.Bad() {
		p := row.Problems[0]
		if row.Number != badRows[i] || p.Column != bad[i].column || !strings.Contains(p.Cause.It, bad[i].cause) || !p.Cause.Complete() {
			t.Errorf("row %d: %s, want row %d: %s: %s", row.Number, row.Why("it"), badRows[i], bad[i].column, bad[i].cause)
		}
	}
	if n := o.text("select (select count(*) from person) + (select count(*) from outbox) + (select count(*) from journal)"); n != "0" {
		t.Errorf("%s rows are written although some are bad", n)
	}
	if dry := o.importFile(o.lead, content, file.Options{DryRun: true, SkipBad: true}); dry.Written || dry.Added != 293 || o.text("select count(*) from person") != "0" {
		t.Errorf("a dry run: written %v, good %d", dry.Written, dry.Added)
	}
	skipped := o.importFile(o.lead, content, file.Options{SkipBad: true})
	if !skipped.Written || skipped.Added != 293 || o.text("select count(*) from participation") != "293" || o.text("select count(*) from outbox") != "293" {
		t.Errorf("bad rows skipped: %+v", skipped)
	}
	again := o.importFile(o.lead, content, file.Options{SkipBad: true})
	if again.Added != 0 || again.AlreadyThere != 293 || len(again.Bad()) != 7 || o.text("select count(*) from outbox") != "293" {
		t.Errorf("the same file again: added %d, there %d, bad %d", again.Added, again.AlreadyThere, len(again.Bad()))
	}
	o.mended(t, skipped)
}

// mended imports the file of bad rows once somebody has corrected them.
func (o *office) mended(t *testing.T, report file.Report) {
	t.Helper()
	var out bytes.Buffer
	if err := report.Table.WriteBad(&out, "it"); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 8 || !strings.HasSuffix(lines[0], ";error") {
		t.Fatalf("the file of bad rows has %d lines, header %q", len(lines), lines[0])
	}
	mended := lines[0] + "\n" + strings.Replace(lines[2], "30/02/1990", made(80).BirthDay.String(), 1) + "\n"
	if report := o.importFile(o.lead, mended, file.Options{}); !report.Written || report.Added != 1 {
		t.Errorf("a mended row is not taken: %+v %v", report, report.Bad())
	}
}

func TestImportedFactsSayWhereFrom(t *testing.T) {
	o := newOffice(t)
	o.importFile(o.aias, header+line(made(1), nil), file.Options{})
	for _, tableName := range []string{"person", "participation"} {
		if got := o.text("select origin || ' ' || origin_file || ' ' || origin_row || ' ' || length(origin_hash) from " + tableName); got != "IMPORTED segnalazioni.csv 2 64" {
			t.Errorf("%s: %s", tableName, got)
		}
	}
	if got := o.text("select groups from participation_fact"); got != "2" {
		t.Errorf("groups: %s", got)
	}
}

func TestChangedContentIsToldByColumn(t *testing.T) {
	o := newOffice(t)
	o.importFile(o.aias, header+line(made(1), nil), file.Options{})
	for column, value := range map[string]string{"service": "Altro servizio", "municipality": "045003", "needs": "QUIET_PLACE", "referred_on": "2026-03-03", "given_name": "Anita"} {
		report := o.importFile(o.aias, header+line(made(1), map[string]string{column: value}), file.Options{SkipBad: true})
		if len(report.Bad()) != 1 || len(report.Bad()[0].Problems) != 1 || report.Bad()[0].Problems[0].Column != column {
			t.Errorf("%s: %v", column, report.Bad())
		}
	}
	// A group is not the coordinator's to read: whether it was given before cannot be tried out. The house itself compares.
	for actor, there := range map[*access.Actor]int{&o.aias: 1, new(o.actor(uuid.New(), access.System, o.orgs["ASL"])): 0} {
		for _, groups := range []string{"HOUSING_EMERGENCY", "DISABILITY", ""} {
			same := o.importFile(*actor, header+line(made(1), map[string]string{"groups": groups}), file.Options{SkipBad: true})
			if same.AlreadyThere != there {
				t.Errorf("%s: with groups %q: %d as before, want %d: %v", actor.Grants[0].Role, groups, same.AlreadyThere, there, same.Bad())
			}
		}
	}
}

func TestWarningsArePassedForAWholeFile(t *testing.T) {
	o := newOffice(t)
	content := header + line(made(1), map[string]string{"birth_day": "1999-09-09"})
	if report := o.importFile(o.aias, content, file.Options{}); report.Written || report.Bad()[0].Problems[0].Column != "birth_day" {
		t.Fatalf("a warning is passed over: %+v", report)
	}
	report := o.importFile(o.aias, content, file.Options{Acknowledge: []string{participant.CodeMistyped.String()}, Reason: "documenti visti"})
	if !report.Written || report.Added != 1 {
		t.Errorf("%v", report.Bad())
	}
}

func TestOnlyWhoMayReferImports(t *testing.T) {
	o := newOffice(t)
	_, err := o.room.Import(o.ctx, o.brought(o.as(o.tutor, access.Tutor), header, file.Options{}))
	wants(t, err, refusal.NotAllowed)
	report := o.importFile(o.aias, header+line(made(1), map[string]string{"organisation": "PEGASO"}), file.Options{})
	if report.Written || report.Bad()[0].Problems[0].Column != "organisation" {
		t.Errorf("a partner imports for another: %+v", report)
	}
	var broken *file.Broken
	if _, err := o.room.Import(o.ctx, o.brought(o.aias, "a;b\n1;2\n", file.Options{})); !errors.As(err, &broken) {
		t.Errorf("a file of something else: %v", err)
	}
}
