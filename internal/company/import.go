package company

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/file"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// ImportOptions says how an import treats what it finds.
type ImportOptions struct {
	DryRun  bool // nothing is written whatever the rows are
	SkipBad bool // good rows are written although others are bad
}

// Report is what became of a file.
type Report struct {
	Rows         int  // below the header, blank ones not counted
	Added        int  // companies registered, or to be registered in a dry run
	AlreadyThere int  // rows of companies that were known, also from an earlier row
	Written      bool // false: nothing was written
	Differing    []Differing
	Table        *file.Table
}

// Differing is what a row says otherwise than the stored company, which stays as it is.
type Differing struct {
	Row      int
	Warnings refusal.List
}

// Bad gives the rows that cannot be taken, with every problem; Report.Table writes them into a file.
func (r Report) Bad() []*file.Row { return r.Table.Bad() }

// ImportColumns are those of a file of companies; see the package comment.
var ImportColumns = []file.Column{
	{Name: "entity_code", Needed: true}, {Name: "name", Needed: true}, {Name: "ateco", Needed: true}, {Name: "headcount", Needed: true},
	{Name: "municipality", Needed: true}, {Name: "organisation", Needed: true},
	{Name: "site_name"}, {Name: "site_address"}, {Name: "site_municipality"}, {Name: "site_headcount"},
	{Name: "contact_name"}, {Name: "contact_title"}, {Name: "contact_phone"}, {Name: "contact_email"},
}

// columnOf names the column behind a field of a registration.
var columnOf = map[string]string{
	"entityCode": "entity_code", "name": "name", "ateco": "ateco", "headcount": "headcount", "municipality": "municipality", "organisation": "organisation",
	"sites": "site_headcount", "sites.0.name": "site_name", "sites.0.address": "site_address", "sites.0.municipality": "site_municipality",
	"sites.0.headcount": "site_headcount", "contacts.0.name": "contact_name", "contacts.0.title": "contact_title", "contacts.0.phone": "contact_phone",
	"contacts.0.email": "contact_email",
}

var (
	causeOther   = text.Text{It: "il dato è diverso da quello della riga {row}, che riguarda la stessa azienda", En: "the value differs from row {row}, which is of the same company"}
	causePartner = text.Text{It: "il codice non è quello di un partner del programma", En: "the code is none of a partner of the programme"}
)

// errUndone rolls back an import that is not to be written.
var errUndone = errors.New("import undone")

// Import registers every company in a CSV file, in one transaction: nothing is written unless every row is good, or SkipBad is given.
// The same file twice changes nothing. A file that cannot be read is a *file.Broken.
func Import(ctx context.Context, db *postgres.DB, actor access.Actor, clock postgres.Clock, programme uuid.UUID, reader io.Reader, name string, o ImportOptions) (Report, error) {
	if !actor.MayIn(access.RegisterCompany, programme) {
		return Report{}, refusal.List{refusal.NotAllowed.At()}
	}
	table, err := file.Read(reader, filepath.Base(name), ImportColumns)
	if err != nil {
		return Report{}, err
	}
	parsed := make([]file.Row, len(table.Rows))
	for i, row := range table.Rows {
		parsed[i] = *row
	}
	var report Report
	err = db.InTx(ctx, actor, clock, func(ctx context.Context, tx *postgres.Tx) error {
		for i, row := range table.Rows { // a transaction that runs again starts from the file as it was read
			row.Problems = slices.Clone(parsed[i].Problems)
		}
		report = Report{Rows: len(table.Rows), Table: table}
		i := importer{programme: programme, report: &report, partners: map[string]uuid.UUID{}, seen: map[string]first{}}
		for _, row := range table.Rows {
			if err := i.row(ctx, tx, row); err != nil {
				return err
			}
		}
		if report.Written = !o.DryRun && (o.SkipBad || len(report.Bad()) == 0); !report.Written {
			return errUndone
		}
		return nil
	})
	if errors.Is(err, errUndone) {
		err = nil
	}
	return report, err
}

// first is the row in which a company stood first.
type first struct {
	row int
	in  Registration
}

// importer registers row after row.
type importer struct {
	programme uuid.UUID
	report    *Report
	partners  map[string]uuid.UUID // by code, in capitals
	seen      map[string]first     // by entity code
}

// row registers one row, or notes in it why it cannot. An error is a fault that ends the import.
func (i *importer) row(ctx context.Context, tx *postgres.Tx, row *file.Row) error {
	in, err := i.input(ctx, tx, row)
	if err != nil {
		return err
	}
	i.agree(row, in)
	if row.Bad() {
		note(row, in.normal())
		return nil
	}
	out, err := Register(ctx, tx, in)
	list, refused := refusal.As(err)
	switch {
	case refused:
		note(row, list)
		return nil
	case err != nil:
		return err
	case out.Known:
		i.report.AlreadyThere++
	default:
		i.report.Added++
	}
	if differing := slices.DeleteFunc(out.Warnings, func(w refusal.Refusal) bool { return w.Has(Shared) }); len(differing) > 0 {
		i.report.Differing = append(i.report.Differing, Differing{Row: row.Number, Warnings: differing})
	}
	return nil
}

func (i *importer) input(ctx context.Context, tx *postgres.Tx, row *file.Row) (Registration, error) {
	organisation, err := i.partner(ctx, tx, row)
	if err != nil {
		return Registration{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Registration{}, err
	}
	in := Registration{ID: id, Programme: i.programme, Organisation: organisation, Name: row.Text("name"), EntityCode: row.Text("entity_code"), ATECO: row.Text("ateco"),
		Headcount: row.Int("headcount"), Municipality: row.Text("municipality"),
		Origin: Origin{Kind: "IMPORTED", File: i.report.Table.Name, Row: row.Number, Hash: i.report.Table.Hash}}
	if given(row, "site_name", "site_address", "site_municipality", "site_headcount") {
		in.Sites = []Site{siteIn(row, in)}
	}
	if given(row, "contact_name", "contact_title", "contact_phone", "contact_email") {
		in.Contacts = []Contact{{Name: row.Text("contact_name"), Title: row.Text("contact_title"), Phone: row.Text("contact_phone"), Email: row.Text("contact_email")}}
	}
	return in, nil
}

// siteIn is the row's place of work; what it leaves empty is the company's own.
func siteIn(row *file.Row, in Registration) Site {
	s := Site{Name: row.Text("site_name"), Address: row.Text("site_address"), Municipality: row.Text("site_municipality"), Headcount: in.Headcount}
	if s.Name == "" {
		s.Name = in.Name
	}
	if s.Municipality == "" {
		s.Municipality = in.Municipality
	}
	if row.Text("site_headcount") != "" {
		s.Headcount = row.Int("site_headcount")
	}
	return s
}

func given(row *file.Row, columns ...string) bool {
	return slices.ContainsFunc(columns, func(c string) bool { return row.Text(c) != "" })
}

func (i *importer) partner(ctx context.Context, tx *postgres.Tx, row *file.Row) (uuid.UUID, error) {
	code := strings.ToUpper(row.Text("organisation"))
	if code == "" {
		return uuid.Nil, nil // noted as needed
	}
	if id, known := i.partners[code]; known {
		return id, nil
	}
	id, err := partnerOf(ctx, tx, i.programme, code)
	switch {
	case err != nil:
		return uuid.Nil, err
	case id == uuid.Nil:
		row.Fail("organisation", causePartner)
	default:
		i.partners[code] = id
	}
	return id, nil
}

// agree notes what a row says of a company otherwise than the first row that is of the same one.
func (i *importer) agree(row *file.Row, in Registration) {
	code, err := fiscal.ParseEntityCode(in.EntityCode)
	if err != nil {
		return // noted by the registration
	}
	before, again := i.seen[code.String()]
	if !again {
		i.seen[code.String()] = first{row: row.Number, in: in}
		return
	}
	for _, d := range differences(before.in, in) {
		row.Fail(columnOf[d.Path[0]], causeOther.Fill(map[string]text.Text{"row": text.Same(strconv.Itoa(before.row))}))
	}
}

// note turns refusals into problems of columns; a column that has one already keeps the first.
func note(row *file.Row, list refusal.List) {
	for _, r := range list {
		column := columnOf[strings.Join(r.Path, ".")]
		if column != "" && slices.ContainsFunc(row.Problems, func(p file.Problem) bool { return p.Column == column }) {
			continue
		}
		row.Fail(column, text.Text{It: r.Localized(text.Italian).Message, En: r.Localized(text.English).Message})
	}
}
