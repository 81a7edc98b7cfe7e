package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
)

// TestImportHistory: a folder is tried, brought in once, told row by row where it is wrong, and answered for by a member.
func TestImportHistory(t *testing.T) {
	i := importer{t, applied(t, testdb.New(t)), "participants"}
	people, _ := written(t, "persone.csv", peopleHeader, row(1, map[string]string{"referred_on": "01/03/2025"}))
	i.good(people)
	o := owner(t, i.c.OwnerURL)
	if _, err := o.Exec(t.Context(), `with m as (insert into member (id, issuer, subject, email, name, organisation_id, audience) select gen_random_uuid(), 'test', 'maria', 'maria@asl.example', 'Maria', id, array[id] from organisation where code = 'ASL' returning *)
		insert into access_grant (id, member_id, programme_id, role, scope, over_id, from_day, audience)
		select gen_random_uuid(), m.id, o.programme_id, 'COORDINATOR', 'ORGANISATION', o.id, '2025-01-01', m.audience from m join organisation o on o.id = m.organisation_id`); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	code, _, _ := strings.Cut(row(1, nil), ";")
	put := func(name string, lines ...string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("payments.csv", "fiscal_code;month;budget_line;gross;paid_on;reference", code+";2025-04;internship_allowance_asl;320,00;10/05/2025;M-17")
	put("spending.csv", "budget_line;month;amount;reference", "all_the_rest;2025-02;1250,50;F-1")
	i.what = "history"
	last := func(lines []string) string { return lines[len(lines)-1] }
	if _, err := i.run(dir, "--by", "nobody@asl.example"); err == nil || !strings.Contains(err.Error(), "--by") {
		t.Errorf("nobody answers for the files: %v", err)
	}
	if _, err := i.run(dir, "--by", "maria@asl.example", "--skip-bad"); err == nil {
		t.Error("half of a folder was taken")
	}
	lines := i.good(dir, "--by", "maria@asl.example", "--dry-run")
	if len(lines) != 4 || !strings.Contains(lines[1], "internship_allowance_asl") || !strings.Contains(lines[1], "320,00 €") || lines[2] != "2 rows: 2 new, 0 already there, 0 wrong" || last(lines) != "dry run: nothing was kept" {
		t.Errorf("tried: %q", lines)
	}
	if lines = i.good(dir, "--by", "Maria@ASL.example"); !strings.HasSuffix(last(lines), " waits for somebody else to confirm it") {
		t.Errorf("brought in: %q", lines)
	}
	if lines = i.good(dir, "--by", "maria@asl.example"); last(lines) != "2 rows: 0 new, 2 already there, 0 wrong" {
		t.Errorf("again: %q", lines)
	}
	if got := query(t, o, "select concat_ws(' ', (select count(*) from history_import i join member m on m.id = i.staged_by and m.name = 'Maria'), (select count(*) from history_fact), (select count(*) from budget_posting))"); got != "1 2 0" {
		t.Errorf("stands %s", got)
	}
	put("spending.csv", "budget_line;month;amount;reference", "all_the_rest;2025-02;1250,50;F-1", "none;2025-02;10;F-2", "all_the_rest;2025-13;nothing;F-3") // the last row twice
	lines, err := i.run(dir, "--by", "maria@asl.example", "--lang", "en")
	want := filepath.Join(dir, "spending.csv") + ":3  budget_line    HISTORY_NO_LINE          The programme has no such budget line. Use the code of a line of the programme's file."
	if err == nil || lines[0] != want || last(lines) != "4 rows: 0 new, 2 already there, 2 wrong" {
		t.Errorf("a bad row: %v\n%q, want\n%q", err, lines, want)
	}
}
