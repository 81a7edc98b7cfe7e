package company

import (
	"context"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/file"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// registrations is what the rows of a file of companies mean; see the package comment.
var registrations = file.Kind{Right: access.RegisterCompany, Begin: beginImport, Columns: []file.Column{
	{Name: "entity_code", Needed: true}, {Name: "name", Needed: true}, {Name: "ateco", Needed: true}, {Name: "headcount", Needed: true},
	{Name: "municipality", Needed: true}, {Name: "organisation", Needed: true},
	{Name: "site_name"}, {Name: "site_address"}, {Name: "site_municipality"}, {Name: "site_headcount"},
	{Name: "contact_name"}, {Name: "contact_title"}, {Name: "contact_phone"}, {Name: "contact_email"},
}}

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

// Import registers every company in a CSV file; the same file twice changes nothing. A row whose company is stored with other data
// shares the stored one and has what differs as a remark. A file that cannot be read is a *file.Broken.
func Import(ctx context.Context, i file.Import) (file.Report, error) {
	return registrations.Import(ctx, i)
}

func beginImport(_ context.Context, _ *postgres.Tx, programme uuid.UUID, table *file.Table) (file.Take, error) {
	i := importer{programme: programme, table: table, seen: map[string]first{}}
	i.partners = file.Codes{Column: "organisation", Cause: causePartner, Find: func(ctx context.Context, tx *postgres.Tx, code string) (uuid.UUID, error) {
		return partnerOf(ctx, tx, programme, code)
	}}
	return i.row, nil
}

// first is the row in which a company stood first.
type first struct {
	row int
	in  Registration
}

// importer registers row after row.
type importer struct {
	programme uuid.UUID
	table     *file.Table
	partners  file.Codes
	seen      map[string]first // by entity code
}

// row registers one row, or notes in it why it cannot. An error is a fault that ends the import.
func (i *importer) row(ctx context.Context, tx *postgres.Tx, row *file.Row) (there bool, err error) {
	in, err := i.input(ctx, tx, row)
	if err != nil {
		return false, err
	}
	i.agree(row, in)
	if row.Bad() {
		row.Refuse(in.normal(), columnOf)
		return false, nil
	}
	out, err := Register(ctx, tx, in)
	if list, refused := refusal.As(err); refused {
		row.Refuse(list, columnOf)
		return false, nil
	}
	row.Remark(slices.DeleteFunc(out.Warnings, func(w refusal.Refusal) bool { return w.Has(Shared) }), columnOf)
	return out.Known, err
}

func (i *importer) input(ctx context.Context, tx *postgres.Tx, row *file.Row) (Registration, error) {
	organisation, err := i.partners.Of(ctx, tx, row)
	if err != nil {
		return Registration{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Registration{}, err
	}
	in := Registration{ID: id, Programme: i.programme, Organisation: organisation, Name: row.Text("name"), EntityCode: row.Text("entity_code"), ATECO: row.Text("ateco"),
		Headcount: row.Int("headcount"), Municipality: row.Text("municipality"),
		Origin: Origin{Kind: "IMPORTED", File: i.table.Name, Row: row.Number, Hash: i.table.Hash}}
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
