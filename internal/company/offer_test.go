package company_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/company"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

func TestAnOfferShowsSeatAndPlaceToEveryPartner(t *testing.T) {
	o := newOffice(t)
	id, site := o.registered("AIAS", 1)
	in := o.seats("AIAS", site)
	in.Offers = append(in.Offers, "CLOSE_TUTORING")
	warnings, err := o.offer(o.scout("AIAS"), in)
	o.must(err)
	if warnings != nil {
		t.Errorf("warnings %v", places(warnings))
	}
	if got := one[string](o, "select concat_ws('|', state, state_since, weekly_minutes, company_id = $1, origin) from opening", id); got != "OPEN|2026-03-18|510|t|ENTERED" {
		t.Errorf("the opening is %s", got)
	}
	if got := one[[]string](o, "select array_agg(side || ':' || code order by side, code) from opening_trait"); !slices.Equal(got, []string{"OFFERS:CLOSE_TUTORING", "OFFERS:STANDING", "REQUIRES:STANDING"}) {
		t.Errorf("traits %v", got)
	}
	for org := range o.orgs {
		for table, want := range map[string]int{"opening": 1, "opening_hours": 2, "opening_trait": 3, "company": 1, "company_site": 1} {
			if got := o.seen(o.scout(org), table); got != want {
				t.Errorf("%s sees %d rows of %s, want %d", org, got, table, want)
			}
		}
	}
	if n := o.seen(o.scout("UISP"), "company_contact"); n != 0 {
		t.Errorf("another partner sees %d contacts", n)
	}
	if n := o.seen(o.actor(access.CompanyKey(o.programme, id), access.HostTutor), "opening"); n != 1 {
		t.Errorf("the company's tutor sees %d openings", n)
	}
	if n := o.seen(o.actor(uuid.New(), access.HostTutor), "opening"); n != 0 {
		t.Errorf("another company's tutor sees %d openings", n)
	}
}

func TestMoreSeatsThanTheHostLimitAreWarnedOf(t *testing.T) {
	o := newOffice(t)
	_, site := o.registered("AIAS", 1)
	in := o.seats("AIAS", site)
	in.Seats = 3
	warnings, err := o.offer(o.scout("AIAS"), in)
	o.must(err)
	if got := places(warnings); !slices.Equal(got, []string{"OPENING_OVER_QUOTA@seats"}) {
		t.Errorf("warnings %v", got)
	}
}

func TestOfferRefuses(t *testing.T) {
	o := newOffice(t)
	_, site := o.registered("AIAS", 1)
	_, foreign := o.registered("UISP", 2)
	good := o.seats("AIAS", site)
	_, err := o.offer(o.scout("AIAS"), good)
	o.must(err)
	day := calendar.MustDay
	for name, c := range map[string]struct {
		change func(*company.Offer)
		want   []string
	}{
		"a taken id":         {func(in *company.Offer) { in.ID = good.ID }, []string{"ID_TAKEN@id"}},
		"no words":           {func(in *company.Offer) { in.Title, in.Tasks = "", strings.Repeat("x", 4001) }, []string{"INVALID_VALUE@tasks", "INVALID_VALUE@title"}},
		"no seats":           {func(in *company.Offer) { in.Seats = 0 }, []string{"INVALID_VALUE@seats"}},
		"days the wrong way": {func(in *company.Offer) { in.To = day("2026-03-31") }, []string{"OPENING_ENDS_BEFORE_START@toDay"}},
		"days that are over": {func(in *company.Offer) { in.From, in.To = day("2026-01-01"), day("2026-03-17") }, []string{"OPENING_PAST@toDay"}},
		"past the programme": {func(in *company.Offer) { in.To = day("2027-12-19") }, []string{"OPENING_OUTSIDE_PROGRAMME@fromDay"}},
		"before it":          {func(in *company.Offer) { in.From = day("2024-12-18") }, []string{"OPENING_OUTSIDE_PROGRAMME@fromDay"}},
		"unknown codes": {func(in *company.Offer) {
			in.Sector, in.Requires, in.Offers = "MOON", []string{"WINGS"}, []string{"ADI"}
		}, []string{"CODE_UNKNOWN@offers.0", "CODE_UNKNOWN@requires.0", "CODE_UNKNOWN@sector"}},
		"an impossible week":  {func(in *company.Offer) { in.Hours = []company.Hours{at(1, "08:00", "12:00"), at(1, "11:00", "13:00")} }, []string{"OPENING_HOURS_OVERLAP@hours.1.from"}},
		"a day of 13 hours":   {func(in *company.Offer) { in.Hours = []company.Hours{at(1, "08:00", "21:00")} }, []string{"OPENING_OVER_DAY_LIMIT@hours"}},
		"no site":             {func(in *company.Offer) { in.Site = uuid.New() }, []string{"NOT_FOUND@site"}},
		"a site not seen":     {func(in *company.Offer) { in.Site = foreign }, []string{"NOT_FOUND@site"}},
		"another's partner":   {func(in *company.Offer) { in.Organisation = o.orgs["UISP"] }, []string{"NOT_ALLOWED@organisation"}},
		"another's programme": {func(in *company.Offer) { in.Programme = uuid.New() }, []string{"NOT_FOUND@organisation"}},
	} {
		t.Run(name, func(t *testing.T) {
			in := o.seats("AIAS", site)
			c.change(&in)
			_, err := o.offer(o.scout("AIAS"), in)
			refused(t, err, c.want...)
		})
	}
	if n := one[int](o, "select count(*) from opening"); n != 1 {
		t.Errorf("%d openings stand, want the good one", n)
	}
	lead := o.actor(o.orgs["ASL"], access.Coordinator)
	_, err = o.offer(lead, o.seats("ANFFAS", foreign))
	refused(t, err, "COMPANY_NOT_WORKED_WITH@organisation")
}

func TestOnlyThePartnerThatFoundAnOpeningClosesIt(t *testing.T) {
	o := newOffice(t)
	_, site := o.registered("GI_GROUP", 1)
	in := o.seats("GI_GROUP", site)
	_, err := o.offer(o.scout("GI_GROUP"), in)
	o.must(err)
	one0, two := 1, 2
	refused(t, o.close(o.scout("AIAS"), in.ID, nil), "NOT_ALLOWED@")
	refused(t, o.close(o.scout("UISP"), in.ID, nil), "NOT_ALLOWED@")
	refused(t, o.close(o.scout("GI_GROUP"), uuid.New(), nil), "NOT_FOUND@opening")
	refused(t, o.close(o.scout("GI_GROUP"), in.ID, &two), "CONFLICT_REVISION@expectedRevision")
	o.must(o.close(o.scout("PEGASO"), in.ID, &one0))
	refused(t, o.close(o.scout("GI_GROUP"), in.ID, nil), "OPENING_STATE@opening")
	if got := one[string](o, "select concat_ws('|', state, revision) from opening"); got != "CLOSED|2" {
		t.Errorf("the opening is %s", got)
	}
	if got := one[[]string](o, "select array_agg(act || ':' || kind order by seq) from outbox where subject_kind = 'Opening'"); !slices.Equal(got, []string{"offerOpening:ENTERED", "closeOpening:CHANGED"}) {
		t.Errorf("news %v", got)
	}
}
