package company_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/company"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

func TestACompanyIsSeenByItsPartnersLineAndItsHostTutorsOnly(t *testing.T) {
	o := newOffice(t)
	in := o.bakery("GI_GROUP")
	in.EntityCode = " IT 0074 3110 157 "
	out, err := o.register(o.scout("GI_GROUP"), in)
	o.must(err)
	if out.ID != in.ID || out.Known || out.Warnings != nil {
		t.Errorf("registered %+v", out)
	}
	for name, c := range map[string]struct {
		actor access.Actor
		want  int
	}{
		"its scout":            {o.scout("GI_GROUP"), 1},
		"the body above":       {o.actor(o.orgs["PEGASO"], access.Staff), 1},
		"the lead":             {o.actor(o.orgs["ASL"], access.Coordinator), 1},
		"its host tutor":       {o.actor(access.CompanyKey(o.programme, in.ID), access.HostTutor), 1},
		"another partner":      {o.scout("AIAS"), 0},
		"a sister partner":     {o.scout("UISP"), 0},
		"another host":         {o.actor(uuid.New(), access.HostTutor), 0},
		"a role without sight": {o.actor(o.orgs["GI_GROUP"], access.PaymentsOfficer), 0},
	} {
		for _, table := range []string{"company", "company_site", "company_contact"} {
			if got := o.seen(c.actor, table); got != c.want {
				t.Errorf("%s sees %d rows of %s, want %d", name, got, table, c.want)
			}
		}
	}
	if code := one[string](o, "select entity_code from company"); code != "00743110157" {
		t.Errorf("the code is stored as %q", code)
	}
	if detail := strings.Join(o.urls.Details("true"), "|"); detail == "" || strings.Contains(detail, "Prova") || strings.Contains(detail, "00743110157") {
		t.Errorf("the journal names the company: %s", detail)
	}
}

func TestACompanyWithoutSitesIsOneSite(t *testing.T) {
	o := newOffice(t)
	in := o.bakery("AIAS")
	in.Sites = nil
	_, err := o.register(o.scout("AIAS"), in)
	o.must(err)
	if got := one[string](o, "select concat_ws('|', name, municipality, headcount) from company_site"); got != "Panificio Prova|045003|12" {
		t.Errorf("the site is %s", got)
	}
}

func TestAKnownCompanyIsSharedAndItsDataStay(t *testing.T) {
	o := newOffice(t)
	first := o.bakery("AIAS")
	_, err := o.register(o.scout("AIAS"), first)
	o.must(err)
	second := o.bakery("ANFFAS")
	second.Name, second.Headcount, second.ATECO = "  panificio   PROVA ", 14, "10.71.20"
	second.Sites = []company.Site{{Name: "laboratorio", Address: "altrove", Municipality: "045003", Headcount: 13}, {Name: "Bottega", Address: "Via Nuova 2", Municipality: "045010", Headcount: 1}}
	second.Contacts = append(second.Contacts, company.Contact{Name: "Ugo Prova", Title: "Capo reparto"})
	out, err := o.register(o.scout("ANFFAS"), second)
	o.must(err)
	if out.ID != first.ID || !out.Known {
		t.Errorf("registered %+v, want the company that stands", out)
	}
	want := []string{"COMPANY_DATA_DIFFER@ateco", "COMPANY_DATA_DIFFER@headcount", "COMPANY_DATA_DIFFER@sites.0.headcount", "COMPANY_SHARED@entityCode"}
	if got := places(out.Warnings); !slices.Equal(got, want) {
		t.Errorf("warnings %v, want %v", got, want)
	}
	if got := one[string](o, "select concat_ws('|', name, headcount, ateco, revision) from company"); got != "Panificio Prova|12|10.71.10|1" {
		t.Errorf("the stored data are now %s", got)
	}
	for _, org := range []string{"AIAS", "ANFFAS"} {
		if c, s := o.seen(o.scout(org), "company"), o.seen(o.scout(org), "company_site"); c != 1 || s != 2 {
			t.Errorf("%s sees %d companies with %d sites", org, c, s)
		}
	}
	if a, b := o.seen(o.scout("AIAS"), "company_contact"), o.seen(o.scout("ANFFAS"), "company_contact"); a != 1 || b != 2 {
		t.Errorf("contacts stay with who wrote them down: AIAS sees %d, ANFFAS %d", a, b)
	}
	if n := o.seen(o.scout("UISP"), "company"); n != 0 {
		t.Errorf("a third partner sees %d companies", n)
	}
}

func TestRegisteringAgainChangesNothing(t *testing.T) {
	o := newOffice(t)
	in := o.bakery("AIAS")
	_, err := o.register(o.scout("AIAS"), in)
	o.must(err)
	out, err := o.register(o.scout("AIAS"), in)
	o.must(err)
	if !out.Known || !slices.Equal(places(out.Warnings), []string{"COMPANY_SHARED@entityCode"}) {
		t.Errorf("the second time: %+v", out)
	}
	if n := one[int](o, "select (select count(*) from company) * 100 + (select count(*) from company_site) * 10 + (select count(*) from company_contact)"); n != 111 {
		t.Errorf("companies, sites, contacts: %d", n)
	}
}

// TestTwoPartnersRegisterOneCompanyAtOnce: whoever is second shares what the first wrote.
func TestTwoPartnersRegisterOneCompanyAtOnce(t *testing.T) {
	o := newOffice(t)
	orgs := []string{"AIAS", "ANFFAS", "UISP", "CARRARA"}
	errs := make([]error, len(orgs))
	var ready, done sync.WaitGroup
	ready.Add(len(orgs))
	for i, org := range orgs {
		actor, in := o.scout(org), o.bakery(org)
		done.Go(func() {
			arrived := sync.OnceFunc(ready.Done)
			errs[i] = o.as(actor, func(ctx context.Context, tx *postgres.Tx) error {
				arrived()
				ready.Wait()
				_, err := company.Register(ctx, tx, in)
				return err
			})
		})
	}
	done.Wait()
	for i, err := range errs {
		if err != nil {
			t.Errorf("%s: %v", orgs[i], err)
		}
	}
	for _, org := range orgs {
		if n := o.seen(o.scout(org), "company"); n != 1 {
			t.Errorf("%s sees %d companies", org, n)
		}
	}
}

func TestRegisterRefuses(t *testing.T) {
	o := newOffice(t)
	taken := o.bakery("AIAS")
	taken.EntityCode = "80005050507"
	_, err := o.register(o.scout("AIAS"), taken)
	o.must(err)
	before := one[int](o, "select count(*) from company")
	for name, c := range map[string]struct {
		change func(*company.Registration)
		want   []string
	}{
		"a wrong check digit": {func(r *company.Registration) { r.EntityCode = "00743110158" }, []string{"INVALID_VALUE@entityCode"}},
		"everything at once": {func(r *company.Registration) {
			r.Name, r.EntityCode, r.ATECO, r.Headcount, r.Municipality = " ", "12", "ristorante", -1, "Carrara"
			r.Sites[0] = company.Site{Name: "", Address: strings.Repeat("x", 201), Municipality: "45003", Headcount: -2}
			r.Contacts[0] = company.Contact{Name: "A\x00B", Title: "", Phone: "casa", Email: "ada"}
		}, []string{"INVALID_VALUE@ateco", "INVALID_VALUE@contacts.0.email", "INVALID_VALUE@contacts.0.name", "INVALID_VALUE@contacts.0.phone", "INVALID_VALUE@contacts.0.title",
			"INVALID_VALUE@entityCode", "INVALID_VALUE@headcount", "INVALID_VALUE@municipality", "INVALID_VALUE@name", "INVALID_VALUE@sites.0.address",
			"INVALID_VALUE@sites.0.headcount", "INVALID_VALUE@sites.0.municipality", "INVALID_VALUE@sites.0.name", "COMPANY_SITES_OVER_HEADCOUNT@sites"}},
		"more people at the sites":  {func(r *company.Registration) { r.Headcount = 11 }, []string{"COMPANY_SITES_OVER_HEADCOUNT@sites"}},
		"an id of something else":   {func(r *company.Registration) { r.ID = taken.ID }, []string{"ID_TAKEN@id"}},
		"another's organisation":    {func(r *company.Registration) { r.Organisation = o.orgs["ANFFAS"] }, []string{"NOT_ALLOWED@organisation"}},
		"the organisation above":    {func(r *company.Registration) { r.Organisation = o.orgs["ASL"] }, []string{"NOT_ALLOWED@organisation"}},
		"no organisation":           {func(r *company.Registration) { r.Organisation = uuid.New() }, []string{"NOT_FOUND@organisation"}},
		"another programme":         {func(r *company.Registration) { r.Programme = uuid.New() }, []string{"NOT_FOUND@organisation"}},
		"an endless list of sites":  {func(r *company.Registration) { r.Sites = make([]company.Site, 101) }, []string{"INVALID_VALUE@sites"}},
		"an endless list of people": {func(r *company.Registration) { r.Contacts = make([]company.Contact, 101) }, []string{"INVALID_VALUE@contacts"}},
	} {
		t.Run(name, func(t *testing.T) {
			in := o.bakery("AIAS")
			c.change(&in)
			_, err := o.register(o.scout("AIAS"), in)
			if name == "everything at once" {
				list, _ := refusal.As(err)
				got := places(slices.DeleteFunc(list, func(r refusal.Refusal) bool { return r.Has(company.SitesOverHeadcount) }))
				if !slices.Equal(got, slices.Sorted(slices.Values(c.want[:len(c.want)-1]))) {
					t.Errorf("refusals %v", got)
				}
				return
			}
			refused(t, err, c.want...)
		})
	}
	if after := one[int](o, "select count(*) from company"); after != before {
		t.Errorf("%d companies, %d before", after, before)
	}
	_, err = o.register(o.actor(o.orgs["AIAS"], access.Tutor, access.Staff), o.bakery("AIAS"))
	refused(t, err, "NOT_ALLOWED@")
}

// TestTheDatabaseSharesACompanyWithTheCallersOwnBodyOnly: whatever the program asks for, no key gets to a company but those that follow
// from a body whose companies the caller looks after.
func TestTheDatabaseSharesACompanyWithTheCallersOwnBodyOnly(t *testing.T) {
	o := newOffice(t)
	in := o.bakery("AIAS")
	_, err := o.register(o.scout("AIAS"), in)
	o.must(err)
	audience := func() string {
		return one[string](o, "select array_to_string(array(select unnest(audience) order by 1), ' ') from company")
	}
	before := audience()
	ask := func(actor access.Actor, code string, org uuid.UUID) error {
		return o.as(actor, func(ctx context.Context, tx *postgres.Tx) error {
			_, err := tx.NewRaw("select company_shared_with(?, ?)", code, org).Exec(ctx)
			return err
		})
	}
	for name, c := range map[string]struct {
		actor access.Actor
		org   uuid.UUID
	}{
		"nobody":                   {access.Actor{}, o.orgs["UISP"]},
		"a scout for another body": {o.scout("UISP"), o.orgs["ANFFAS"]},
		"for the body above":       {o.scout("UISP"), o.orgs["PEGASO"]},
		"staff of the body":        {o.actor(o.orgs["UISP"], access.Staff), o.orgs["UISP"]},
		"a payments officer":       {o.actor(o.orgs["UISP"], access.PaymentsOfficer), o.orgs["UISP"]},
		"the company's own tutor":  {o.actor(access.CompanyKey(o.programme, in.ID), access.HostTutor), o.orgs["UISP"]},
		"a body that is none":      {o.scout("UISP"), uuid.New()},
	} {
		if err := ask(c.actor, in.EntityCode, c.org); err == nil || !strings.Contains(err.Error(), "LA002") {
			t.Errorf("%s: %v", name, err)
		}
	}
	o.must(ask(o.scout("UISP"), "00743110158", o.orgs["UISP"])) // of no company
	if got := audience(); got != before {
		t.Errorf("the audience was %s and is %s", before, got)
	}
	o.must(ask(o.scout("UISP"), in.EntityCode, o.orgs["UISP"]))
	for org, want := range map[string]int{"UISP": 1, "PEGASO": 1, "GI_GROUP": 0, "ANFFAS": 0} {
		if got := o.seen(o.scout(org), "company"); got != want {
			t.Errorf("%s sees %d companies, want %d", org, got, want)
		}
	}
	offered, err := o.registeredOffer("AIAS")
	o.must(err)
	for name, actor := range map[string]access.Actor{"nobody": {}, "another partner": o.scout("UISP"), "staff": o.actor(o.orgs["AIAS"], access.Staff)} {
		err := o.as(actor, func(ctx context.Context, tx *postgres.Tx) error {
			_, err := tx.NewRaw("select company_shared_by(?)", offered).Exec(ctx)
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "LA002") {
			t.Errorf("%s shows the company of an opening: %v", name, err)
		}
	}
}

// registeredOffer is an opening at another company, of which nothing was shared yet.
func (o *office) registeredOffer(org string) (uuid.UUID, error) {
	o.t.Helper()
	_, site := o.registered(org, 77)
	in := o.seats(org, site)
	_, err := o.offer(o.scout(org), in)
	return in.ID, err
}
