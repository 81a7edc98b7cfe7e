package participant

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/file"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// referrals is what the rows of a file of people mean; see the package comment.
func (r Room) referrals() file.Kind {
	return file.Kind{Right: access.ReferPerson, Begin: r.beginImport, Columns: []file.Column{
		{Name: "fiscal_code", Needed: true}, {Name: "given_name", Needed: true}, {Name: "family_name", Needed: true}, {Name: "birth_day", Needed: true},
		{Name: "municipality", Needed: true}, {Name: "organisation", Needed: true}, {Name: "service", Needed: true},
		{Name: "sex"}, {Name: "citizenship"}, {Name: "referred_on"}, {Name: "groups"}, {Name: "brings"}, {Name: "needs"}, {Name: "wishes"},
		{Name: "phone"}, {Name: "email"},
	}}
}

// columnOf names the column behind a field of a referral.
var columnOf = map[string]string{
	"fiscalCode": "fiscal_code", "givenName": "given_name", "familyName": "family_name", "birthDay": "birth_day", "municipality": "municipality",
	"organisation": "organisation", "referringService": "service", "sex": "sex", "citizenship": "citizenship", "referredOn": "referred_on",
	"groups": "groups", "brings": "brings", "needs": "needs", "wishes": "wishes", "phone": "phone", "email": "email",
}

var (
	causeRepeated = text.Text{It: "lo stesso codice fiscale è già alla riga {row}", En: "the same fiscal code stands in row {row} already"}
	causeOther    = text.Text{It: "la persona è già stata segnalata con un dato diverso", En: "the person has been referred already with another value"}
	causePartner  = text.Text{It: "il codice non è quello di un partner del programma", En: "the code is none of a partner of the programme"}
)

// Import refers everybody in a CSV file. Somebody whom the same content has referred before is left as he is, so the same file twice
// changes nothing. A file that cannot be read is a *file.Broken.
func (r Room) Import(ctx context.Context, i file.Import) (file.Report, error) {
	return r.referrals().Import(ctx, i)
}

func (r Room) beginImport(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, table *file.Table) (file.Take, error) {
	d, err := r.desk(ctx, tx, programme)
	if err != nil {
		return nil, err
	}
	i := importer{desk: d, table: table, seen: map[fiscal.PersonCode]int{}}
	i.partners = file.Codes{Column: "organisation", Cause: causePartner, Find: func(ctx context.Context, tx *postgres.Tx, code string) (uuid.UUID, error) {
		id, _, err := partner(ctx, tx, programme, "code", code)
		return id, err
	}}
	return i.row, nil
}

// importer refers row after row.
type importer struct {
	*desk
	table    *file.Table
	partners file.Codes
	seen     map[fiscal.PersonCode]int // row in which a code stood first
}

// row refers one row, or notes in it why it cannot. An error is a fault that ends the import.
func (i *importer) row(ctx context.Context, tx *postgres.Tx, row *file.Row) (there bool, err error) {
	in, err := i.input(ctx, tx, row)
	if err != nil {
		return false, err
	}
	i.repeated(row)
	if row.Bad() {
		return false, i.rest(ctx, tx, row, in)
	}
	made, err := i.refer(ctx, tx, in)
	if list, refused := refusal.As(err); refused {
		if list.Has(AlreadyReferred) {
			return true, i.compare(ctx, tx, row, in, made)
		}
		row.Refuse(list, columnOf)
		return false, nil
	}
	return false, err
}

// rest adds what else is wrong with a row that is bad already, so that all of it is told at once.
func (i *importer) rest(ctx context.Context, tx *postgres.Tx, row *file.Row, in ReferInput) error {
	_, err := i.read(ctx, tx, in)
	list, refused := refusal.As(err)
	if err != nil && !refused {
		return err
	}
	row.Refuse(list, columnOf)
	return nil
}

func (i *importer) input(ctx context.Context, tx *postgres.Tx, row *file.Row) (ReferInput, error) {
	organisation, err := i.partners.Of(ctx, tx, row)
	return ReferInput{
		Programme: i.programme, FiscalCode: row.Text("fiscal_code"), GivenName: row.Text("given_name"), FamilyName: row.Text("family_name"),
		BirthDay: row.Day("birth_day"), Sex: sexOf(row.Text("sex")), Citizenship: row.Text("citizenship"), Municipality: row.Text("municipality"),
		Phone: row.Text("phone"), Email: row.Text("email"), Organisation: organisation, Service: row.Text("service"), ReferredOn: row.Day("referred_on"),
		Groups: row.List("groups"), Brings: row.List("brings"), Needs: row.List("needs"), Wishes: row.List("wishes"),
		Origin: Origin{Kind: "IMPORTED", File: i.table.Name, Row: row.Number, Hash: i.table.Hash},
	}, err
}

// sexOf reads F, M, X or the words of the API; what is none of them is refused with the referral.
func sexOf(cell string) Sex {
	switch cell = strings.ToUpper(cell); cell {
	case "F":
		return Female
	case "M":
		return Male
	case "X":
		return NonBinary
	}
	return Sex(cell)
}

// repeated notes a code that an earlier row has already.
func (i *importer) repeated(row *file.Row) {
	code, err := fiscal.ParsePersonCode(row.Text("fiscal_code"))
	if err != nil {
		return
	}
	if first, twice := i.seen[code]; twice {
		row.Fail("fiscal_code", causeRepeated.Fill(map[string]text.Text{"row": number(first)}))
		return
	}
	i.seen[code] = row.Number
}

// compare notes what a row says otherwise than the referral that was made before. Groups that the actor may not read are passed over.
func (i *importer) compare(ctx context.Context, tx *postgres.Tx, row *file.Row, in ReferInput, made Referral) error {
	p, err := load(ctx, tx, made.Participation)
	if err != nil {
		return err
	}
	person, err := loadPerson(ctx, tx, made.Person)
	if err != nil {
		return err
	}
	groups, traits, err := codesOf(ctx, tx, p)
	if err != nil {
		return err
	}
	service, err := serviceOf(ctx, tx, p)
	if err != nil {
		return err
	}
	given := row.Text("referred_on") != ""
	in = in.tidy(tx.Today())
	paths := in.unlike(person)
	for path, differs := range map[string]bool{
		"organisation": in.Organisation != p.OrganisationID, "referringService": in.Service != service,
		"referredOn": given && in.ReferredOn != p.ReferredOn, "groups": !slices.Equal(i.readable(tx, p, in.Groups), groups),
	} {
		if differs {
			paths = append(paths, path)
		}
	}
	paths = append(paths, unlikeTraits(in.traits(), traits)...)
	slices.Sort(paths)
	for _, path := range slices.Compact(paths) {
		row.Fail(columnOf[path], causeOther)
	}
	return nil
}

// readable keeps the groups that the actor reads on the participation.
func (i *importer) readable(tx *postgres.Tx, p participationRow, groups []string) []string {
	return slices.DeleteFunc(unique(groups), func(code string) bool { return !tx.Actor.Sees(classOf(i.groups[code]), p.Audience) })
}

func unlikeTraits(given []traitCode, stored []traitRow) []string {
	var paths []string
	for side, path := range map[string]string{"BRINGS": "brings", "NEEDS": "needs", "WISHES": "wishes"} {
		var a, b []string
		for _, t := range given {
			if t.side == side {
				a = append(a, t.code)
			}
		}
		for _, t := range stored {
			if t.Side == side {
				b = append(b, t.Code)
			}
		}
		if !slices.Equal(a, b) {
			paths = append(paths, path)
		}
	}
	return paths
}
