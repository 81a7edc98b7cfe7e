package company_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/company"
	"github.com/lavoroincorso/lavoro/internal/platform/file"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
)

const header = "entity_code;name;ateco;headcount;municipality;organisation;site_name;site_address;site_headcount;contact_name;contact_title;contact_email\n"

// sheet is a file of so many good companies of a partner.
func sheet(n int, org string) string {
	var b strings.Builder
	b.WriteString(header)
	for i := range n {
		fmt.Fprintf(&b, "%s;Ditta %d;56.10.11;%d;045010;%s;Sede;Via Roma %d;%d;Ugo %d;Titolare;ugo@example.org\n", fiscal.MakeEntityCode(i), i, 10+i, org, i, 5, i)
	}
	return b.String()
}

func (o *office) load(actor access.Actor, content string, options file.Options) (file.Report, error) {
	return company.Import(o.t.Context(), file.Import{DB: o.db, Actor: actor, Clock: clock, Programme: o.programme, Reader: strings.NewReader(content), Name: "dir/aziende.csv", Options: options})
}

// standing counts companies, sites, contacts and news.
func (o *office) standing() string {
	return one[string](o, `select concat_ws(' ', (select count(*) from company), (select count(*) from company_site), (select count(*) from company_contact), (select count(*) from outbox))`)
}

func TestImportWritesEveryRowOrNone(t *testing.T) {
	o := newOffice(t)
	scout := o.scout("AIAS")
	bad := sheet(5, "AIAS") + "00743110158;;x;dieci;Massa;NESSUNO;;;;;;ugo\n"
	report, err := o.load(scout, bad, file.Options{})
	o.must(err)
	if report.Written || report.Rows != 6 || report.Added != 5 || len(report.Bad()) != 1 || o.standing() != "0 0 0 0" {
		t.Errorf("with a bad row: %+v, stands %s", report, o.standing())
	}
	want := "7: name: a value is needed; organisation: the code is none of a partner of the programme; headcount: a whole number is needed; " +
		"entity_code: The value is not valid: the check digit of the VAT number or fiscal code of the organisation does not match.; " +
		"ateco: The value is not valid: an ATECO code is written as 88, 88.10 or 88.10.00.; municipality: The value is not valid: a municipality is given by its ISTAT code of 6 digits.; " +
		"contact_name: The value is not valid: the text is missing.; contact_title: The value is not valid: the text is missing.; contact_email: The value is not valid: it is not an e-mail address."
	if got := fmt.Sprintf("%d: %s", report.Bad()[0].Number, report.Bad()[0].Why("en")); got != want {
		t.Errorf("the bad row says\n%s, want\n%s", got, want)
	}
	report, err = o.load(scout, sheet(5, "AIAS"), file.Options{DryRun: true})
	o.must(err)
	if report.Written || report.Added != 5 || o.standing() != "0 0 0 0" {
		t.Errorf("a dry run: %+v, stands %s", report, o.standing())
	}
	report, err = o.load(scout, bad, file.Options{SkipBad: true})
	o.must(err)
	if !report.Written || report.Added != 5 || o.standing() != "5 5 5 5" {
		t.Errorf("without the bad row: %+v, stands %s", report, o.standing())
	}
	if got := one[string](o, "select concat_ws('|', origin, origin_file, origin_row, length(origin_hash)) from company order by name limit 1"); got != "IMPORTED|aziende.csv|2|64" {
		t.Errorf("the origin is %s", got)
	}
	report, err = o.load(scout, sheet(5, "AIAS"), file.Options{})
	o.must(err)
	if report.AlreadyThere != 5 || report.Added != 0 || o.standing() != "5 5 5 5" {
		t.Errorf("the same file again: %+v, stands %s", report, o.standing())
	}
}

func TestImportSharesAndTellsWhatDiffers(t *testing.T) {
	o := newOffice(t)
	_, err := o.load(o.scout("AIAS"), sheet(2, "AIAS"), file.Options{})
	o.must(err)
	changed := strings.Replace(sheet(2, "anffas"), "Ditta 1", "Altra ditta", 1)
	report, err := o.load(o.scout("ANFFAS"), changed, file.Options{})
	o.must(err)
	told := report.Remarked()
	if !report.Written || report.AlreadyThere != 2 || len(told) != 1 || told[0].Number != 3 || len(told[0].Remarks) != 1 || told[0].Remarks[0].Column != "name" {
		t.Errorf("%+v", report)
	}
	if n := o.seen(o.scout("ANFFAS"), "company"); n != 2 {
		t.Errorf("ANFFAS sees %d companies", n)
	}
}

func TestACompanyOfSeveralRowsHasSeveralSites(t *testing.T) {
	o := newOffice(t)
	code := fiscal.MakeEntityCode(7)
	row := code + ";Ditta;56.10;20;045010;AIAS;%s;Via Roma %s;%[2]s;;;\n"
	good := header + fmt.Sprintf(row, "Cucina", "12") + fmt.Sprintf(row, "Sala", "8")
	report, err := o.load(o.scout("AIAS"), good, file.Options{DryRun: true})
	o.must(err)
	if report.Added != 1 || report.AlreadyThere != 1 || len(report.Bad()) != 0 {
		t.Errorf("%+v", report)
	}
	report, err = o.load(o.scout("AIAS"), good+code+";Ditta;56.10;21;045010;AIAS;Bar;Via Mare 1;;;;\n", file.Options{SkipBad: true})
	o.must(err)
	if len(report.Bad()) != 1 || report.Bad()[0].Why("en") != "headcount: the value differs from row 2, which is of the same company" {
		t.Errorf("%d bad rows: %s", len(report.Bad()), report.Bad()[0].Why("en"))
	}
	if got := o.standing(); got != "1 2 0 2" {
		t.Errorf("stands %s", got)
	}
}

func TestImportIsForThoseWhoMayRegister(t *testing.T) {
	o := newOffice(t)
	_, err := o.load(o.actor(o.orgs["AIAS"], access.Staff, access.Tutor), sheet(1, "AIAS"), file.Options{})
	refused(t, err, "NOT_ALLOWED@")
	report, err := o.load(o.scout("AIAS"), sheet(1, "UISP"), file.Options{})
	o.must(err)
	if report.Written || report.Bad()[0].Why("en") != "organisation: Your role does not allow this act." {
		t.Errorf("for another partner: %+v", report)
	}
	var broken *file.Broken
	if _, err := o.load(o.scout("AIAS"), "name;x\n", file.Options{}); !errors.As(err, &broken) {
		t.Errorf("an unreadable file: %v", err)
	}
}

func TestBadRowsAreWrittenForMending(t *testing.T) {
	o := newOffice(t)
	report, err := o.load(o.scout("AIAS"), sheet(1, "AIAS")+"12;Ditta;56.10;1;045010;AIAS;;;;;;\n", file.Options{SkipBad: true})
	o.must(err)
	var out bytes.Buffer
	o.must(report.Table.WriteBad(&out, "it"))
	if !strings.Contains(out.String(), "12;Ditta;56.10;1;045010;AIAS;;;;;;;entity_code: ") {
		t.Errorf("bad rows:\n%s", out.String())
	}
}
