package participant_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/activity"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/company"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/placement"
	"github.com/lavoroincorso/lavoro/internal/placement/placementtest"
	"github.com/lavoroincorso/lavoro/internal/platform/evidence"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// twins are two programmes in one database, in each of which a record of one human may take part.
type twins struct {
	*placementtest.Office
	second *placementtest.Office
	room   participant.Room
	lead   access.Actor // coordinates both at their lead bodies
	codes  int
	course map[uuid.UUID]uuid.UUID // by programme
}

func newTwins(t *testing.T) *twins {
	t.Helper()
	w := &twins{Office: placementtest.New(t), course: map[uuid.UUID]uuid.UUID{}}
	file := strings.NewReplacer("code: LACO3", "code: LACO4", "name: Lavoro in Corso 3", "name: Lavoro in Corso 4").Replace(string(programme.LavoroInCorso3))
	applied, err := programme.Apply(t.Context(), w.URLs.OwnerURL, "laco4.yaml", []byte(file), w.Clock)
	w.Must(err)
	second := *w.Office
	second.Programme, second.Orgs = applied.Programme, map[string]uuid.UUID{}
	for code := range w.Orgs {
		second.Orgs[code] = placementtest.One[uuid.UUID](w.Office, "select id from organisation where programme_id = $1 and code = $2", second.Programme, code)
	}
	w.second = &second
	w.lead = w.Actor(w.Orgs["ASL"], access.Coordinator)
	w.lead.Grants = append(w.lead.Grants, second.Actor(second.Orgs["ASL"], access.Coordinator).Grants...)
	for _, o := range []*placementtest.Office{w.Office, w.second} {
		id := uuid.Must(uuid.NewV7())
		w.course[o.Programme] = id
		w.Must(o.As(o.System(), func(ctx context.Context, tx *postgres.Tx) error {
			return activity.Plan(ctx, tx, activity.Planned{ID: id, Programme: o.Programme, Organisation: o.Orgs["CARRARA"], Kind: "COURSE", Title: "Corso", Place: "Carrara",
				From: o.Today, To: o.Today.AddDays(90), PlannedMinutes: 60_000})
		}))
	}
	return w
}

// record is one of the two records of a human.
type record struct {
	office                           *placementtest.Office
	person, participation, enrolment uuid.UUID
	code                             string
}

// known makes a record that takes part in a programme, entrusted to a partner, and goes to its course.
func (w *twins) known(o *placementtest.Office, org string) (r record) {
	w.T.Helper()
	w.codes++
	r = record{office: o, code: fiscal.MakeEntityCode(5000 + w.codes), enrolment: uuid.Must(uuid.NewV7())}
	w.Must(o.As(o.System(), func(ctx context.Context, tx *postgres.Tx) error {
		tx.Acknowledge([]string{"FISCAL_CODE_ALIKE", "FISCAL_CODE_MISMATCH", "MUNICIPALITY_OUTSIDE"}, "prova")
		made, err := w.room.Refer(ctx, tx, participant.ReferInput{Programme: o.Programme, FiscalCode: r.code, GivenName: "Prova", FamilyName: "Inventata", BirthDay: calendar.MustDay("1990-05-17"),
			Municipality: "045003", Organisation: o.Orgs[org], Service: "Servizio di " + org, Groups: []string{"CARE_LEAVERS"}})
		r.person, r.participation = made.Person, made.Participation
		return err
	}))
	w.Exec("update participation set state = 'ACTIVE', entered_on = state_since where id = $1", r.participation)
	w.Must(o.As(o.System(), func(ctx context.Context, tx *postgres.Tx) error {
		return activity.Enrol(ctx, tx, activity.Enrolling{ID: r.enrolment, Activity: w.course[o.Programme], Participation: r.participation, Origin: "ENTERED"})
	}))
	return r
}

// work writes an hour of a record down, and says whether it counts.
func (w *twins) work(r record, day calendar.Day, hour int, note string) (id uuid.UUID, counts bool) {
	w.T.Helper()
	id = uuid.Must(uuid.NewV7())
	today := w.Today
	r.office.Today = day
	w.Must(r.office.As(r.office.System(), func(ctx context.Context, tx *postgres.Tx) error {
		answers, err := attendance.Record(ctx, tx, attendance.Source{Origin: "ENTERED"}, []attendance.Entry{{ID: id, Enrolment: r.enrolment, Kind: attendance.Presence, Day: day,
			From: calendar.MustLocalTime(fmt.Sprintf("%02d:00", hour)), To: calendar.MustLocalTime(fmt.Sprintf("%02d:00", hour+1)), Note: note}})
		if err == nil && !answers[0].Written {
			err = fmt.Errorf("not written: %v", answers[0].Refusals)
		}
		return err
	}))
	r.office.Today = today
	return id, placementtest.One[string](w.Office, "select standing from attendance where id = $1", id) == "COUNTED"
}

func (w *twins) merge(actor access.Actor, keep, merge uuid.UUID) error {
	return w.As(actor, func(ctx context.Context, tx *postgres.Tx) error {
		return w.room.Merge(ctx, tx, participant.MergeInput{Keep: keep, Merge: merge, Reason: "Stesso documento di Prova Inventata"})
	})
}

func (w *twins) split(actor access.Actor, person uuid.UUID) error {
	return w.As(actor, func(ctx context.Context, tx *postgres.Tx) error {
		return w.room.Split(ctx, tx, participant.SplitInput{Person: person, Reason: "Due persone"})
	})
}

// everything spells all rows of all tables but the evidence of acts.
func (w *twins) everything() string {
	w.T.Helper()
	all := strings.Fields(placementtest.One[string](w.Office, `select string_agg(relname, ' ' order by relname) from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace
		and relname not in ('person_merge', 'news_head', 'request') and relname not like 'outbox%' and relname not like 'journal%'`))
	var out strings.Builder
	for _, table := range all {
		out.WriteString(table + ": " + placementtest.One[string](w.Office, "select coalesce(string_agg(x::text, '; ' order by x::text), '') from "+table+" x") + "\n")
	}
	return out.String()
}

// TestAMergeIsTakenBackWholly: whatever two records have, splitting leaves every row of every table as it was before the merge, and a merge that
// is refused leaves it, too. It is refused exactly where some hour of both is at the same time.
func TestAMergeIsTakenBackWholly(t *testing.T) {
	w := newTwins(t)
	done, refused := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		if done >= 6 && refused >= 3 {
			return // enough of either: each is a world of its own in the database
		}
		a, b := w.known(w.Office, "CARRARA"), w.known(w.second, rapid.SampledFrom([]string{"CARRARA", "PEGASO"}).Draw(rt, "partner"))
		met := false
		taken := map[[2]int]int{}
		for i, r := range []record{a, b} {
			for range rapid.IntRange(0, 4).Draw(rt, "hours") {
				day, hour := rapid.IntRange(0, 2).Draw(rt, "day"), rapid.IntRange(9, 12).Draw(rt, "hour")
				if taken[[2]int{day, hour}] == i+1 {
					continue
				}
				met = met || taken[[2]int{day, hour}] != 0
				taken[[2]int{day, hour}] = i + 1
				w.work(r, w.Today.AddDays(day), hour, rapid.SampledFrom([]string{"", "annotazione"}).Draw(rt, "note"))
			}
		}
		if rapid.Bool().Draw(rt, "the other way round") {
			a, b = b, a
		}
		before := w.everything()
		err := w.merge(w.lead, a.person, b.person)
		if met {
			refused++
			if list, _ := refusal.As(err); !list.Has(participant.MergeHours) {
				rt.Fatalf("hours meet: %v", err)
			}
		} else {
			done++
			if err != nil {
				rt.Fatal(err)
			}
			if n := placementtest.One[int](w.Office, "select count(*)::int from attendance where participation_id in ($1, $2) and person_id <> $3", a.participation, b.participation, a.person); n != 0 {
				rt.Fatalf("%d hours count for two", n)
			}
			w.Must(w.split(w.lead, b.person))
		}
		if after := w.everything(); after != before {
			rt.Fatalf("was\n%s\nand is\n%s", before, after)
		}
	})
	if done < 6 || refused < 3 {
		t.Errorf("%d merges, %d refused: too few to prove anything", done, refused)
	}
}

// TestWhatIsWrittenMeanwhileStaysWithItsParticipation: hours count once for the human, and are each record's own after the split, with remarks
// that open under its own key.
func TestWhatIsWrittenMeanwhileStaysWithItsParticipation(t *testing.T) {
	w := newTwins(t)
	a, b := w.known(w.Office, "CARRARA"), w.known(w.second, "PEGASO")
	w.work(a, w.Today, 9, "")
	w.Must(w.merge(w.lead, a.person, b.person))
	if _, counts := w.work(b, w.Today, 9, ""); counts {
		t.Error("the same hour counts twice")
	}
	kept, counts := w.work(b, w.Today, 10, "annotazione di chi è unito")
	if !counts {
		t.Error("another hour does not count")
	}
	if got := w.remark(kept); got != "annotazione di chi è unito" {
		t.Errorf("the remark reads %q", got)
	}
	w.Must(w.split(w.lead, b.person))
	if n := placementtest.One[int](w.Office, "select count(*)::int from attendance t join participation a on a.id = t.participation_id where a.person_id <> t.person_id"); n != 0 {
		t.Errorf("%d hours stay with somebody else", n)
	}
	if got := w.remark(kept); got != "annotazione di chi è unito" {
		t.Errorf("after the split the remark reads %q", got)
	}
	if _, counts := w.work(a, w.Today, 10, ""); !counts {
		t.Error("somebody else's hours count against him")
	}
}

var readings = []plan.Reading{member.Reading(), programme.Reading(), participant.Reading(), company.Reading(), activity.Reading(), placement.Reading(placement.Room{}), attendance.Reading()}

// object is what somebody is shown of an object.
func (w *twins) object(actor access.Actor, typeName string, id uuid.UUID, fields ...plan.Selected) string {
	w.T.Helper()
	engine := &plan.Engine{Schema: plan.NewSchema(readings...), DB: w.DB}
	rows, err := engine.Objects(w.T.Context(), plan.Viewer{Actor: actor, Lang: "it", Now: w.Clock()}, nil, []plan.Group{{Type: typeName, IDs: []uuid.UUID{id}, Selected: fields}})
	w.Must(err)
	return strings.ReplaceAll(string(rows[0][0]), " : ", ":")
}

func (w *twins) remark(entry uuid.UUID) string {
	w.T.Helper()
	var shown struct{ Note string }
	w.Must(json.Unmarshal([]byte(w.object(w.second.Coordinator("PEGASO"), "Attendance", entry, leaf("note"))), &shown))
	return shown.Note
}

// lookUp is what a code is to somebody in a programme.
func (w *twins) lookUp(actor access.Actor, o *placementtest.Office, code string) (found participant.LookUp) {
	w.T.Helper()
	w.Must(w.As(actor, func(ctx context.Context, tx *postgres.Tx) (err error) {
		found, err = w.room.LookUp(ctx, tx, o.Programme, code)
		return err
	}))
	return found
}

// TestNobodySeesMoreByAMerge: the partners of either record are shown, told and refused what they were before, to the byte; the lead body finds
// the human by either code and sees that the records are one.
func TestNobodySeesMoreByAMerge(t *testing.T) {
	w := newTwins(t)
	a, b := w.known(w.Office, "CARRARA"), w.known(w.second, "PEGASO")
	w.work(a, w.Today, 9, "")
	w.work(b, w.Today, 10, "")
	one, two := w.Coordinator("CARRARA"), w.second.Coordinator("PEGASO")
	person := []plan.Selected{leaf("id"), leaf("hidden"), leaf("givenName"), leaf("fiscalCode"), leaf("revision"), node("mergedInto", leaf("id")), node("merged", leaf("id"))}
	views := func() (all string) {
		for i, actor := range []access.Actor{one, two} {
			for _, r := range []record{a, b} {
				all += fmt.Sprintln(i, w.object(actor, "Person", r.person, person...),
					w.object(actor, "Participant", r.participation, leaf("revision"), node("person", person...), node("enrolments", leaf("id"), leaf("revision"))))
				found := w.lookUp(actor, []*placementtest.Office{w.Office, w.second}[i], r.code)
				all += fmt.Sprintln(found.Answer, found.Participation)
			}
			all += fmt.Sprintln(placementtest.One[string](w.Office, "select string_agg(concat_ws(' ', audience, subject_id, kind), ';') from outbox where audience && $1", actor.Keys(access.Path)))
		}
		return all
	}
	before := views()
	w.Must(w.merge(w.lead, a.person, b.person))
	if after := views(); after != before {
		t.Errorf("was shown\n%s\nand is\n%s", before, after)
	}
	if got := w.object(w.lead, "Person", b.person, node("mergedInto", leaf("id"))); got != `{"mergedInto":{"id":"per_`+a.person.String()+`"}}` {
		t.Errorf("the lead is shown %s", got)
	}
	if got := w.object(w.lead, "Person", a.person, node("merged", leaf("id"))); got != `{"merged":[{"id":"per_`+b.person.String()+`"}]}` {
		t.Errorf("the lead is shown %s", got)
	}
	for _, code := range []string{a.code, b.code} {
		for o, r := range map[*placementtest.Office]record{w.Office: a, w.second: b} {
			if found := w.lookUp(w.lead, o, code); found.Answer != participant.Yours || found.Participation == nil || *found.Participation != r.participation {
				t.Errorf("%s finds %+v", code, found)
			}
		}
	}
	refer := func(o *placementtest.Office, actor access.Actor, org, code string) error {
		return w.As(actor, func(ctx context.Context, tx *postgres.Tx) error {
			tx.Acknowledge([]string{"FISCAL_CODE_ALIKE", "FISCAL_CODE_MISMATCH", "MUNICIPALITY_OUTSIDE", "PERSON_DIFFERS"}, "prova")
			_, err := w.room.Refer(ctx, tx, participant.ReferInput{Programme: o.Programme, FiscalCode: code, GivenName: "Prova", FamilyName: "Inventata", BirthDay: calendar.MustDay("1990-05-17"),
				Municipality: "045003", Organisation: o.Orgs[org], Service: "Servizio"})
			return err
		})
	}
	wants(t, refer(w.second, w.lead, "CARRARA", a.code), participant.AlreadyReferred, "fiscalCode")
	both := one
	both.Grants = append(slices.Clone(one.Grants), w.second.Coordinator("CARRARA").Grants...)
	wants(t, refer(w.second, both, "CARRARA", a.code), participant.KnownElsewhere, "fiscalCode")
	if n := placementtest.One[int](w.Office, "select count(*)::int from participation"); n != 2 {
		t.Errorf("%d participations", n)
	}
}

// TestAMergeIsRefused wherever it is not the actor's, or would count somebody twice.
func TestAMergeIsRefused(t *testing.T) {
	w := newTwins(t)
	a, b, c, d := w.known(w.Office, "CARRARA"), w.known(w.second, "PEGASO"), w.known(w.Office, "MONTIGNOSO"), w.known(w.second, "PEGASO")
	gone, hidden := w.known(w.second, "PEGASO"), w.known(w.second, "PEGASO")
	w.Exec("insert into destroyed_key values ($1, now(), '')", gone.person)
	w.Exec("update person set audience = '{}' where id = $1", hidden.person)
	half, first := w.known(w.second, "PEGASO"), w.Actor(w.Orgs["ASL"], access.Coordinator)
	w.Exec("update participation set audience = '{}' where id = $1", half.participation)
	w.Must(w.merge(w.lead, c.person, d.person))
	for name, k := range map[string]struct {
		actor       access.Actor
		keep, merge uuid.UUID
		code        *refusal.Code
		path        []string
	}{
		"with itself":                  {w.lead, a.person, a.person, refusal.InvalidValue, []string{"merge"}},
		"of nobody":                    {w.lead, a.person, uuid.New(), refusal.NotFound, []string{"merge"}},
		"into nobody":                  {w.lead, uuid.New(), a.person, refusal.NotFound, []string{"keep"}},
		"of somebody who is not seen":  {w.lead, a.person, hidden.person, refusal.NotFound, []string{"merge"}},
		"of who is seen in part":       {w.lead, a.person, half.person, participant.RecordElsewhere, []string{"merge"}},
		"of who was erased":            {w.lead, a.person, gone.person, participant.AlreadyErased, []string{"merge"}},
		"into who was erased":          {w.lead, gone.person, a.person, participant.AlreadyErased, []string{"keep"}},
		"of who is merged":             {w.lead, a.person, d.person, participant.MergedAlready, []string{"merge"}},
		"into who is merged":           {w.lead, d.person, a.person, participant.MergedAlready, []string{"keep"}},
		"of who stands for another":    {w.lead, b.person, c.person, participant.MergedAlready, []string{"merge"}},
		"of two in one programme":      {w.lead, c.person, a.person, participant.MergeOverlaps, []string{"merge"}},
		"by a partner's coordinator":   {w.Coordinator("CARRARA"), a.person, b.person, refusal.NotAllowed, nil},
		"by the lead of one programme": {first, a.person, b.person, refusal.NotFound, []string{"merge"}},
		"by a data-protection officer": {w.Actor(w.Orgs["ASL"], access.DPO), a.person, b.person, refusal.NotAllowed, nil},
	} {
		before := w.everything()
		t.Run(name, func(t *testing.T) { wants(t, w.merge(k.actor, k.keep, k.merge), k.code, k.path...) })
		if w.everything() != before {
			t.Errorf("%s: something was written", name)
		}
	}
	wants(t, w.As(w.lead, func(ctx context.Context, tx *postgres.Tx) error {
		return w.room.Merge(ctx, tx, participant.MergeInput{Keep: a.person, Merge: b.person, Reason: " "})
	}), refusal.InvalidValue, "reason")
	wants(t, w.split(w.lead, a.person), participant.NotMerged, "person")
	wants(t, w.split(w.Coordinator("MONTIGNOSO"), d.person), refusal.NotAllowed)
	wants(t, w.split(w.lead, uuid.New()), refusal.NotFound, "person")
	w.Exec("update participation set state = 'REJECTED' where id = $1", a.participation)
	w.Must(w.merge(w.lead, c.person, a.person)) // the other of the two is over
	for _, sql := range []string{"select merge_persons(gen_random_uuid(), $1, $2, now())", "select split_persons($2, now())"} {
		sql = strings.NewReplacer("$1", "'"+b.person.String()+"'", "$2", "'"+a.person.String()+"'").Replace(sql)
		for _, actor := range []access.Actor{{}, w.Coordinator("CARRARA"), first, w.Actor(w.Orgs["ASL"], access.DPO)} {
			if err := w.As(actor, func(ctx context.Context, tx *postgres.Tx) error { _, err := tx.NewRaw(sql).Exec(ctx); return err }); err == nil && !slices.Equal(actor.Grants, first.Grants) {
				t.Errorf("%v may %s", actor.Grants, sql)
			}
		}
	}
}

// TestErasingOneHumanDestroysTheKeysOfAllRecords, whichever of them is named, and the journals of it name both and hold.
func TestErasingOneHumanDestroysTheKeysOfAllRecords(t *testing.T) {
	w := newTwins(t)
	a, b := w.known(w.Office, "CARRARA"), w.known(w.second, "PEGASO")
	w.Must(w.merge(w.lead, a.person, b.person))
	w.Exec("update participation set state = 'CLOSED', state_since = '2020-01-01'")
	dpo := w.Actor(w.Orgs["ASL"], access.DPO)
	erase := func(actor access.Actor, person uuid.UUID) error {
		return w.As(actor, func(ctx context.Context, tx *postgres.Tx) error {
			return w.room.Erase(ctx, tx, participant.EraseInput{Person: person, Reason: participant.PersonAsked})
		})
	}
	wants(t, erase(dpo, a.person), participant.InOtherProgrammes, "person")
	dpo.Grants = append(dpo.Grants, w.second.Actor(w.second.Orgs["ASL"], access.DPO).Grants...)
	w.Must(w.As(dpo, func(ctx context.Context, tx *postgres.Tx) error {
		return w.room.Hold(ctx, tx, participant.HoldInput{Person: b.person, Hold: true, Reason: "Ricorso"})
	}))
	wants(t, erase(dpo, a.person), participant.OnHold, "person")
	w.Must(w.As(dpo, func(ctx context.Context, tx *postgres.Tx) error {
		return w.room.Hold(ctx, tx, participant.HoldInput{Person: a.person, Hold: false, Reason: "Deciso"})
	}))
	w.Must(erase(dpo, b.person))
	if n := placementtest.One[int](w.Office, "select (select count(*) from destroyed_key where person_id in ($1, $2))::int * 10 + (select count(*) from person_key where person_id in ($1, $2))::int", a.person, b.person); n != 20 {
		t.Errorf("keys destroyed and left: %d", n)
	}
	if n := placementtest.One[int](w.Office, "select count(*)::int from person where given_name = '—' and id in ($1, $2)", a.person, b.person); n != 2 {
		t.Errorf("%d of the records are blank", n)
	}
	for act, want := range map[string]int{"erasePerson": 2, "mergePersons": 2} {
		if n := placementtest.One[int](w.Office, "select count(distinct subject_id)::int from journal where act = $1 and subject_kind = 'Person' and subject_id in ($2, $3)", act, a.person, b.person); n != want {
			t.Errorf("%d records are named by %s in the journals", n, act)
		}
	}
	if n := placementtest.One[int](w.Office, "select count(*)::int from journal where act = 'mergePersons' and (not sealed or detail is null or strpos(encode(detail, 'escape'), 'Inventata') > 0)"); n != 0 {
		t.Error("why two records were merged stands open")
	}
	wants(t, erase(dpo, a.person), participant.AlreadyErased, "person")
	wants(t, w.split(w.lead, b.person), participant.AlreadyErased, "person")
	verdict, err := evidence.Verify(t.Context(), w.URLs.OwnerURL, "", nil)
	if err != nil || !verdict.Sound() {
		t.Errorf("the journals: %+v %v", verdict, err)
	}
}

// TestAProtectedRecordStaysProtected: merged by somebody who is named, it is hidden from all others as before, and its merge, too.
func TestAProtectedRecordStaysProtected(t *testing.T) {
	w := newTwins(t)
	a, b := w.known(w.Office, "CARRARA"), w.known(w.second, "PEGASO")
	confidant := w.second.Member("COORDINATOR", "ASL")
	w.Must(w.second.As(w.lead, func(ctx context.Context, tx *postgres.Tx) error {
		return w.room.Protect(ctx, tx, participant.ProtectInput{Participation: b.participation, Named: []participant.Named{{Member: confidant, Role: access.Coordinator}}})
	}))
	wants(t, w.merge(w.lead, a.person, b.person), refusal.NotFound, "merge")
	named := w.lead
	named.Grants = append(slices.Clone(w.lead.Grants), access.Grant{Role: access.Coordinator, Programme: w.second.Programme, Key: access.CircleKey(w.second.Programme, b.participation)})
	w.Must(w.merge(named, a.person, b.person))
	if got := w.object(w.lead, "Person", a.person, node("merged", leaf("id"))); got != `{"merged":[]}` {
		t.Errorf("who is not named is shown %s", got)
	}
	if got := w.object(w.lead, "Person", b.person, leaf("id")); got != "null" {
		t.Errorf("who is not named is shown %s", got)
	}
	if found := w.lookUp(w.lead, w.second, a.code); found.Participation != nil {
		t.Errorf("who is not named finds %+v", found)
	}
	if got := w.object(named, "Person", b.person, node("mergedInto", leaf("id"))); !strings.Contains(got, a.person.String()) {
		t.Errorf("who is named is shown %s", got)
	}
}
