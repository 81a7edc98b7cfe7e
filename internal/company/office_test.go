package company_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/company"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

var today = calendar.MustDay("2026-03-18")

// office is a programme with its partners, on a database of its own, on one day.
type office struct {
	t         testing.TB
	db        *postgres.DB
	ownerURL  string
	urls      *testdb.DB
	owner     *pgx.Conn
	programme uuid.UUID
	orgs      map[string]uuid.UUID
}

func newOffice(t testing.TB) *office {
	t.Helper()
	urls := testdb.New(t)
	o := &office{t: t, urls: urls, ownerURL: urls.OwnerURL, orgs: map[string]uuid.UUID{}}
	applied, err := programme.Apply(t.Context(), urls.OwnerURL, programme.LavoroInCorso3Name, programme.LavoroInCorso3, clock)
	o.must(err)
	o.programme = applied.Programme
	o.owner, err = pgx.Connect(t.Context(), urls.OwnerURL)
	o.must(err)
	t.Cleanup(func() { _ = o.owner.Close(context.Background()) })
	o.db, err = postgres.Open(t.Context(), postgres.Config{URL: urls.AppURL, Keys: urls.Keys})
	o.must(err)
	t.Cleanup(o.db.Close)
	rows, err := o.owner.Query(t.Context(), "select code, id from organisation")
	o.must(err)
	var code string
	var id uuid.UUID
	_, err = pgx.ForEachRow(rows, []any{&code, &id}, func() error {
		o.orgs[code] = id
		return nil
	})
	o.must(err)
	return o
}

func clock() time.Time { return today.At(calendar.MustLocalTime("10:00")) }

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// scout works for a partner and looks after its companies.
func (o *office) scout(org string) access.Actor {
	return o.actor(o.orgs[org], access.Scout, access.Staff)
}

func (o *office) actor(key uuid.UUID, roles ...access.Role) access.Actor {
	a := access.Actor{Member: uuid.New()}
	for _, r := range roles {
		a.Grants = append(a.Grants, access.Grant{Role: r, Programme: o.programme, Key: key})
	}
	return a
}

func (o *office) as(actor access.Actor, do func(context.Context, *postgres.Tx) error) error {
	return o.db.InTx(o.t.Context(), actor, clock, do)
}

// one reads a value as the owner of the tables, beside all rights.
func one[T any](o *office, sql string, args ...any) (v T) {
	o.t.Helper()
	o.must(o.owner.QueryRow(o.t.Context(), sql, args...).Scan(&v))
	return v
}

func (o *office) exec(sql string, args ...any) {
	o.t.Helper()
	_, err := o.owner.Exec(o.t.Context(), sql, args...)
	o.must(err)
}

// bakery is a good registration by a partner.
func (o *office) bakery(org string) company.Registration {
	return company.Registration{ID: uuid.New(), Programme: o.programme, Organisation: o.orgs[org], Name: "Panificio Prova", EntityCode: "00743110157", ATECO: "10.71.10",
		Headcount: 12, Municipality: "045003", Sites: []company.Site{{Name: "Laboratorio", Address: "Via Roma 1", Municipality: "045003", Headcount: 12}},
		Contacts: []company.Contact{{Name: "Ada Prova", Title: "Titolare", Phone: "+39 0585 000000", Email: "ada@example.org"}}}
}

func (o *office) register(actor access.Actor, in company.Registration) (out company.Registered, err error) {
	err = o.as(actor, func(ctx context.Context, tx *postgres.Tx) error {
		out, err = company.Register(ctx, tx, in)
		return err
	})
	return out, err
}

// registered gives a company of the partner and its only site.
func (o *office) registered(org string, serial int) (id, site uuid.UUID) {
	o.t.Helper()
	in := o.bakery(org)
	in.EntityCode = fiscal.MakeEntityCode(serial)
	out, err := o.register(o.scout(org), in)
	o.must(err)
	return out.ID, one[uuid.UUID](o, "select id from company_site where company_id = $1", out.ID)
}

func at(weekday int, from, to string) company.Hours {
	return company.Hours{Weekday: weekday, From: calendar.MustLocalTime(from), To: calendar.MustLocalTime(to)}
}

// seats is a good offer at a site.
func (o *office) seats(org string, site uuid.UUID) company.Offer {
	return company.Offer{ID: uuid.New(), Programme: o.programme, Site: site, Organisation: o.orgs[org], Title: "Aiuto fornaio", Tasks: "Preparare l'impasto", Sector: "KITCHEN",
		Seats: 2, From: calendar.MustDay("2026-04-01"), To: calendar.MustDay("2026-09-30"), Hours: []company.Hours{at(1, "08:00", "12:00"), at(2, "08:00", "12:30")},
		Requires: []string{"STANDING"}, Offers: []string{"CLOSE_TUTORING", "STANDING"}}
}

func (o *office) offer(actor access.Actor, in company.Offer) (warnings refusal.List, err error) {
	err = o.as(actor, func(ctx context.Context, tx *postgres.Tx) error {
		err := company.OfferSeats(ctx, tx, in)
		warnings = tx.Warnings
		return err
	})
	return warnings, err
}

func (o *office) close(actor access.Actor, id uuid.UUID, expected *int) error {
	return o.as(actor, func(ctx context.Context, tx *postgres.Tx) error { return company.Close(ctx, tx, id, expected) })
}

// seen counts the rows of a table that the actor sees.
func (o *office) seen(actor access.Actor, table string) (n int) {
	o.t.Helper()
	o.must(o.as(actor, func(ctx context.Context, tx *postgres.Tx) error {
		return tx.NewRaw("select count(*) from "+table).Scan(ctx, &n)
	}))
	return n
}

// places spells refusals as code@path, sorted.
func places(list refusal.List) []string {
	var all []string
	for _, r := range list {
		at := r.Code + "@"
		for i, p := range r.Path {
			if i > 0 {
				at += "."
			}
			at += p
		}
		all = append(all, at)
	}
	slices.Sort(all)
	return all
}

// refused says that the error is exactly these refusals.
func refused(t testing.TB, err error, want ...string) {
	t.Helper()
	list, ok := refusal.As(err)
	slices.Sort(want)
	if !ok || !slices.Equal(places(list), want) {
		t.Errorf("refusals are %v (%v), want %v", places(list), err, want)
	}
}
