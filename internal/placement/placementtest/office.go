// Package placementtest makes, for tests, a programme on a database of its own with people and seats, through the acts of the rooms.
package placementtest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/company"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
)

// Monday is the day on which an office opens.
var Monday = calendar.MustDay("2026-03-02")

// Office is a programme with its partners on a day that the test moves.
type Office struct {
	T         testing.TB
	DB        *postgres.DB
	URLs      *testdb.DB
	Owner     *pgx.Conn // beside all rights
	Programme uuid.UUID
	Orgs      map[string]uuid.UUID
	Today     calendar.Day
	Tutor     uuid.UUID // a member of CARRARA who accompanies people

	people    participant.Room
	companies int
	persons   int
}

// New opens an office.
func New(t testing.TB) *Office {
	t.Helper()
	urls := testdb.New(t)
	o := &Office{T: t, URLs: urls, Orgs: map[string]uuid.UUID{}, Today: Monday}
	applied, err := programme.Apply(t.Context(), urls.OwnerURL, programme.LavoroInCorso3Name, programme.LavoroInCorso3, o.Clock)
	o.Must(err)
	o.Programme = applied.Programme
	o.Owner, err = pgx.Connect(t.Context(), urls.OwnerURL)
	o.Must(err)
	t.Cleanup(func() { _ = o.Owner.Close(context.Background()) })
	o.DB, err = postgres.Open(t.Context(), postgres.Config{URL: urls.AppURL, Keys: urls.Keys})
	o.Must(err)
	t.Cleanup(o.DB.Close)
	for _, code := range []string{"ASL", "CARRARA", "MONTIGNOSO", "PEGASO"} {
		o.Orgs[code] = One[uuid.UUID](o, "select id from organisation where code = $1", code)
	}
	o.Tutor = o.Member("TUTOR", "CARRARA")
	return o
}

// Clock stands at ten in the morning of Today.
func (o *Office) Clock() time.Time { return o.Today.At(calendar.MustLocalTime("10:00")) }

// Must ends the test on an error.
func (o *Office) Must(err error) {
	o.T.Helper()
	if err != nil {
		o.T.Fatal(err)
	}
}

// One reads a value beside all rights.
func One[T any](o *Office, sql string, args ...any) (v T) {
	o.T.Helper()
	o.Must(o.Owner.QueryRow(o.T.Context(), sql, args...).Scan(&v))
	return v
}

// Exec changes something beside all rights and acts.
func (o *Office) Exec(sql string, args ...any) {
	o.T.Helper()
	_, err := o.Owner.Exec(o.T.Context(), sql, args...)
	o.Must(err)
}

// Member makes a member with a role over his own people, working for a partner.
func (o *Office) Member(role, org string) uuid.UUID {
	o.T.Helper()
	id, keys := uuid.New(), []uuid.UUID{o.Orgs[org], o.Orgs["ASL"]}
	o.Exec("insert into member (id, issuer, subject, email, name, audience) values ($1, 'test', $2, $3, 'Prova', $4)", id, id.String(), id.String()+"@example.org", append(keys, id))
	o.Exec("insert into access_grant (id, member_id, programme_id, role, scope, over_id, from_day, audience) values ($1, $2, $3, $4, 'TUTORED', $2, '2025-01-01', $5)",
		uuid.New(), id, o.Programme, role, keys)
	return id
}

// As runs one transaction of an actor.
func (o *Office) As(actor access.Actor, do func(context.Context, *postgres.Tx) error) error {
	return o.DB.InTx(o.T.Context(), actor, o.Clock, do)
}

// System is the house's own service.
func (o *Office) System() access.Actor { return o.Actor(o.Orgs["ASL"], access.System) }

// Coordinator works for a partner and coordinates its people.
func (o *Office) Coordinator(org string) access.Actor {
	return o.Actor(o.Orgs[org], access.PartnerCoordinator, access.Staff)
}

// Accompanying is the tutor of CARRARA, signed in.
func (o *Office) Accompanying() access.Actor {
	return access.Actor{Member: o.Tutor, Grants: []access.Grant{
		{Role: access.Tutor, Programme: o.Programme, Key: access.TutorKey(o.Programme, o.Tutor)}, {Role: access.Staff, Programme: o.Programme, Key: o.Orgs["CARRARA"]}}}
}

// Host is a tutor at the company of an internship.
func (o *Office) Host(placement uuid.UUID) access.Actor {
	o.T.Helper()
	return o.Actor(One[uuid.UUID](o, "select scope_key('COMPANY', programme_id, company_id) from placement where id = $1", placement), access.HostTutor)
}

// Actor is somebody with roles over one key.
func (o *Office) Actor(key uuid.UUID, roles ...access.Role) access.Actor {
	a := access.Actor{Member: uuid.New()}
	for _, r := range roles {
		a.Grants = append(a.Grants, access.Grant{Role: r, Programme: o.Programme, Key: key})
	}
	return a
}

// Who is a person to refer; everything may be left out.
type Who struct {
	Organisation  string // CARRARA
	Service       string
	Groups        []string
	Brings, Needs []string
	Wishes        []string
	BirthDay      string
	Municipality  string
	ReferredOn    calendar.Day
}

// Referred gives a participation that was just referred, with the tutor of CARRARA.
func (o *Office) Referred(w Who) uuid.UUID {
	o.T.Helper()
	o.persons++
	id := uuid.New()
	in := participant.ReferInput{Programme: o.Programme, ID: id, FiscalCode: fiscal.MakeEntityCode(1000 + o.persons), GivenName: "Prova", FamilyName: "Inventata",
		BirthDay: calendar.MustDay(or(w.BirthDay, "1990-05-17")), Municipality: or(w.Municipality, "045003"), Organisation: o.Orgs[or(w.Organisation, "CARRARA")],
		Service: or(w.Service, "Servizio sociale"), ReferredOn: w.ReferredOn, Groups: w.Groups, Brings: w.Brings, Needs: w.Needs, Wishes: w.Wishes}
	if in.Groups == nil {
		in.Groups = []string{"CARE_LEAVERS"}
	}
	o.Must(o.As(o.System(), func(ctx context.Context, tx *postgres.Tx) error {
		tx.Acknowledge([]string{"FISCAL_CODE_ALIKE", "FISCAL_CODE_MISMATCH", "MUNICIPALITY_OUTSIDE"}, "prova")
		if _, err := o.people.Refer(ctx, tx, in); err != nil {
			return err
		}
		return o.people.AssignTeam(ctx, tx, participant.TeamInput{Participation: id, Tutor: &o.Tutor})
	}))
	return id
}

// Active gives a participation in activities, taken there by the acts of its path.
func (o *Office) Active(w Who) uuid.UUID {
	o.T.Helper()
	id := o.Referred(w)
	step := participant.Step{Participation: id}
	o.Must(o.As(o.System(), func(ctx context.Context, tx *postgres.Tx) error {
		for _, measure := range []string{"ADI", "GOL"} {
			if _, err := o.people.RecordExclusionCheck(ctx, tx, participant.CheckInput{Participation: id, Measure: measure, Outcome: participant.Clear, Evidence: "visura"}); err != nil {
				return err
			}
		}
		if _, err := o.people.CheckEligibility(ctx, tx, step); err != nil {
			return err
		}
		for _, act := range []func(context.Context, *postgres.Tx, participant.Step) error{o.people.Admit, o.people.DraftPlan, o.people.SignPlan} {
			if err := act(ctx, tx, step); err != nil {
				return err
			}
		}
		return o.people.Activate(ctx, tx, participant.ActivateInput{Step: step, Facts: participant.EntryFacts{Employment: participant.Inactive, ISCED: 2}})
	}))
	return id
}

// Certify gives a person the safety certificate on a day.
func (o *Office) Certify(participation uuid.UUID, given calendar.Day) {
	o.T.Helper()
	o.Exec(`insert into certificate (id, programme_id, participation_id, kind, given_on, audience)
		select $1, programme_id, id, 'SAFETY_GENERAL', $2::text::date, audience from participation where id = $3`, uuid.New(), given.String(), participation)
}

// Seats is an offer to make; everything may be left out.
type Seats struct {
	Company          uuid.UUID // at this company instead of a new one
	Organisation     string    // CARRARA
	Title            string
	Headcount        int // of the site; 30
	Number           int // 1
	Sector           string
	Requires, Offers []string
	Hours            []company.Hours
	Municipality     string
	From, To         string
}

// Opening offers seats at a company.
func (o *Office) Opening(s Seats) (opening, host uuid.UUID) {
	o.T.Helper()
	if s.Headcount == 0 {
		s.Headcount = 30
	}
	org, place := o.Orgs[or(s.Organisation, "CARRARA")], or(s.Municipality, "045003")
	opening, host = uuid.Must(uuid.NewV7()), s.Company
	o.Must(o.As(o.Actor(org, access.Scout, access.Staff), func(ctx context.Context, tx *postgres.Tx) error {
		if host == uuid.Nil {
			o.companies++
			host = uuid.Must(uuid.NewV7())
			if _, err := company.Register(ctx, tx, company.Registration{ID: host, Programme: o.Programme, Organisation: org, Name: fmt.Sprintf("Ditta %d", o.companies),
				EntityCode: fiscal.MakeEntityCode(o.companies), ATECO: "56.10.11", Headcount: s.Headcount, Municipality: place,
				Sites: []company.Site{{Name: "Sede", Address: "Via Roma 1", Municipality: place, Headcount: s.Headcount}}}); err != nil {
				return err
			}
		}
		return nil
	}))
	site := One[uuid.UUID](o, "select id from company_site where company_id = $1 order by id limit 1", host)
	o.Must(o.As(o.Actor(org, access.Scout, access.Staff), func(ctx context.Context, tx *postgres.Tx) error {
		tx.Acknowledge([]string{"OPENING_OVER_QUOTA"}, "prova")
		return company.OfferSeats(ctx, tx, company.Offer{ID: opening, Programme: o.Programme, Site: site, Organisation: org, Title: or(s.Title, "Aiuto in cucina"),
			Tasks: "Preparare e riordinare", Sector: or(s.Sector, "KITCHEN"), Seats: max(s.Number, 1), From: calendar.MustDay(or(s.From, Monday.String())),
			To: calendar.MustDay(or(s.To, "2027-06-30")), Hours: orMornings(s.Hours), Requires: s.Requires, Offers: s.Offers})
	}))
	return opening, host
}

// Mornings is a week of five mornings, 20 hours.
func Mornings() []company.Hours { return orMornings(nil) }

func orMornings(week []company.Hours) []company.Hours {
	if week != nil {
		return week
	}
	for day := 1; day <= 5; day++ {
		week = append(week, company.Hours{Weekday: day, From: calendar.MustLocalTime("09:00"), To: calendar.MustLocalTime("13:00")})
	}
	return week
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
