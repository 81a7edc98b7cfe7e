package activity_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/activity"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// ask spells a selection: names of leaves, and of objects with what is asked below.
func ask(fields ...any) func(string) []plan.Selected {
	var all []plan.Selected
	for _, f := range fields {
		if name, leaf := f.(string); leaf {
			all = append(all, plan.Selected{Alias: name, Name: name, Site: new(int)})
			continue
		}
		all = append(all, f.(plan.Selected))
	}
	return func(string) []plan.Selected { return all }
}

func under(name, typeName string, fields ...any) plan.Selected {
	return plan.Selected{Alias: name, Name: name, TypeName: typeName, Site: new(int), Under: ask(fields...)}
}

func (o *office) read(actor access.Actor, root plan.Selected, args map[string]any) string {
	o.t.Helper()
	engine := plan.Engine{Schema: plan.NewSchema(member.Reading(), programme.Reading(), participant.Reading(), activity.Reading()), DB: o.db}
	root.Args = args
	data, err := engine.Query(o.t.Context(), plan.Viewer{Actor: actor, Lang: "en", Now: o.clock()}, []plan.Selected{root})
	o.must(err)
	return string(data)
}

func TestActivitiesOfAProgramme(t *testing.T) {
	o := newOffice(t)
	o.planned("AIAS", 5)
	later := o.course("AIAS", 0)
	later.Title, later.Kind, later.From, later.To = "Laboratorio", "LABORATORY", day("2026-04-01"), day("2026-04-30")
	o.must(o.plan(o.coordinator("AIAS"), later))
	root := under("activities", "ActivityConnection", under("nodes", "Activity", "title", "seats", "seatsTaken", under("kind", "CodeItem", "label")))
	course := `{"title":"Sicurezza","seats":5,"seatsTaken":0,"kind":{"label":"Course"}}`
	laboratory := `{"title":"Laboratorio","seats":null,"seatsTaken":0,"kind":{"label":"Laboratory"}}`
	for name, c := range map[string]struct {
		filter map[string]any
		want   string
	}{
		"latest first": {nil, laboratory + "," + course},
		"of a kind":    {map[string]any{"kind": "COURSE"}, course},
		"on a day":     {map[string]any{"on": day("2026-04-01")}, laboratory},
		"on no one's":  {map[string]any{"on": day("2026-05-01")}, ""},
	} {
		args := map[string]any{"programme": plan.FormatID("prg", o.programme), "filter": c.filter}
		if got, want := o.read(o.actor(o.orgs["UISP"], access.Staff), root, args), `{"activities":{"nodes":[`+c.want+`]}}`; got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestAParticipantsEnrolmentsAndCertificates(t *testing.T) {
	o := newOffice(t)
	aias := o.coordinator("AIAS")
	course, ida, uma := o.planned("AIAS", 0), o.signed("AIAS"), o.signed("UISP")
	id, err := o.enrol(aias, course, ida)
	o.must(err)
	_, err = o.enrol(o.coordinator("UISP"), course, uma)
	o.must(err)
	o.must(o.complete(aias, activity.Ending{Enrolment: id}))
	root := under("participant", "Participant", under("enrolments", "Enrolment", "state", "stateLabel", "plannedMinutes", under("activity", "Activity", "seatsTaken", under("enrolments", "Enrolment", "state"))),
		under("certificates", "Certificate", "givenOn", "validTo", under("kind", "CodeItem", "code")))
	args := map[string]any{"id": plan.FormatID("prt", ida)}
	want := `{"participant":{"enrolments":[{"state":"COMPLETED","stateLabel":"Completed","plannedMinutes":480,"activity":{"seatsTaken":2,"enrolments":[{"state":"COMPLETED"}]}}],` +
		`"certificates":[{"givenOn":"2026-03-18","validTo":null,"kind":{"code":"SAFETY_GENERAL"}}]}}`
	if got := o.read(aias, root, args); got != want {
		t.Errorf("the partner reads\n%s, want\n%s", got, want)
	}
	if got := o.read(o.actor(uuid.New(), access.PartnerCoordinator), root, args); got != `{"participant":null}` {
		t.Errorf("a stranger reads %s", got)
	}
}

// In which course a protected person is, nobody finds out by what the lists leave out of the count; a full course takes nobody all the same.
func TestSeatsDoNotTellOfTheProtected(t *testing.T) {
	o := newOffice(t)
	aias := o.coordinator("AIAS")
	course, ida, uma := o.planned("AIAS", 2), o.signed("AIAS"), o.signed("AIAS")
	for _, who := range []uuid.UUID{ida, uma} {
		_, err := o.enrol(aias, course, who)
		o.must(err)
	}
	circle := access.CircleKey(o.programme, uma)
	for _, sql := range []string{"update participation set protected = true, audience = array[$2::uuid] where id = $1", "update enrolment set audience = array[$2::uuid] where participation_id = $1"} {
		_, err := o.owner.Exec(t.Context(), sql, uma, circle)
		o.must(err)
	}
	root := under("activities", "ActivityConnection", under("nodes", "Activity", "seatsTaken"))
	both := o.actor(o.orgs["AIAS"], access.PartnerCoordinator)
	both.Grants = append(both.Grants, o.actor(circle, access.CaseManager).Grants...)
	for who, c := range map[string]struct {
		actor access.Actor
		want  string
	}{"the partner": {aias, "1"}, "who is named": {both, "2"}, "another partner": {o.coordinator("UISP"), "1"}} {
		if got, want := o.read(c.actor, root, map[string]any{"programme": plan.FormatID("prg", o.programme)}), `{"activities":{"nodes":[{"seatsTaken":`+c.want+`}]}}`; got != want {
			t.Errorf("%s reads %s, want %s", who, got, want)
		}
	}
	_, err := o.enrol(aias, course, o.signed("AIAS"))
	if list, _ := refusal.As(err); !list.Has(activity.Full) {
		t.Errorf("one more than there are seats: %v", err)
	}
}
