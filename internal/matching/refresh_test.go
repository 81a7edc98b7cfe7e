package matching_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/matching"
	"github.com/lavoroincorso/lavoro/internal/placement"
	"github.com/lavoroincorso/lavoro/internal/placement/placementtest"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// desk is the room of matches in an office, with what its hook was told.
type desk struct {
	*placementtest.Office
	room matching.Room
	told []event.Transition
}

func newDesk(t testing.TB) *desk {
	d := &desk{Office: placementtest.New(t)}
	d.room.OnState = append(d.room.OnState, func(_ context.Context, _ *postgres.Tx, e event.Transition) error {
		d.told = append(d.told, e)
		return nil
	})
	return d
}

func (d *desk) refresh(s matching.Scope) (c matching.Changes) {
	d.T.Helper()
	d.Must(d.As(d.System(), func(ctx context.Context, tx *postgres.Tx) (err error) {
		c, err = d.room.Refresh(ctx, tx, d.Programme, s)
		return err
	}))
	return c
}

var all = matching.Scope{All: true}

// events counts the news of matches so far.
func (d *desk) events() int {
	return placementtest.One[int](d.Office, "select count(*)::int from outbox where subject_kind = 'Match'")
}

func (d *desk) match(participation, opening uuid.UUID) uuid.UUID {
	d.T.Helper()
	return placementtest.One[uuid.UUID](d.Office, "select id from match where participation_id = $1 and opening_id = $2", participation, opening)
}

func (d *desk) state(id uuid.UUID) string {
	d.T.Helper()
	return placementtest.One[string](d.Office, "select coalesce((select state from match where id = $1), 'GONE')", id)
}

func TestRefreshTellsOneEventForEachChangeAndNoneForNothing(t *testing.T) {
	d := newDesk(t)
	people := []uuid.UUID{d.Active(placementtest.Who{Wishes: []string{"KITCHEN"}}), d.Active(placementtest.Who{})}
	first, _ := d.Opening(placementtest.Seats{})
	second, _ := d.Opening(placementtest.Seats{Sector: "OFFICE", Requires: []string{"IT_BASICS"}})
	if c := d.refresh(all); c != (matching.Changes{Entered: 4}) || d.events() != 4 {
		t.Fatalf("the first refresh did %+v with %d events", c, d.events())
	}
	if c := d.refresh(all); c != (matching.Changes{}) || d.events() != 4 {
		t.Fatalf("the second refresh did %+v with %d events", c, d.events())
	}
	d.Exec("insert into participation_trait (id, participation_id, side, code, audience) select $1, id, 'BRINGS', 'IT_BASICS', audience from participation where id = $2", uuid.New(), people[1])
	if c := d.refresh(matching.Scope{Participations: people[1:]}); c != (matching.Changes{Changed: 2}) || d.events() != 6 {
		t.Fatalf("a new ability did %+v with %d events", c, d.events())
	}
	if blocked := placementtest.One[bool](d.Office, "select blocked from match where id = $1", d.match(people[1], second)); blocked {
		t.Error("blocked although the person brings it now")
	}
	d.Exec("update opening set state = 'CLOSED' where id = $1", first)
	if c := d.refresh(all); c != (matching.Changes{Left: 2}) || d.events() != 8 {
		t.Fatalf("a closed opening did %+v with %d events", c, d.events())
	}
	left := placementtest.One[int](d.Office, "select count(*)::int from outbox where subject_kind = 'Match' and kind = 'LEFT' and cardinality(related) = 5 and cardinality(audience) > 1")
	if left != 2 {
		t.Errorf("%d events tell who lost a match", left)
	}
}

func TestTheBestAreKeptAndAFewNearMisses(t *testing.T) {
	d := newDesk(t)
	d.Exec("update policy_rule set value = '2' where code = 'matching.kept'")
	who := d.Active(placementtest.Who{Wishes: []string{"KITCHEN"}})
	best, _ := d.Opening(placementtest.Seats{})
	next, _ := d.Opening(placementtest.Seats{Municipality: "045010"})
	for range 3 {
		d.Opening(placementtest.Seats{Sector: "OFFICE"})
	}
	for range 5 {
		d.Opening(placementtest.Seats{Requires: []string{"LIFTING"}})
	}
	d.refresh(all)
	kept := placementtest.One[[]uuid.UUID](d.Office, "select array_agg(opening_id order by score desc) from match where participation_id = $1 and not blocked", who)
	if !slices.Equal(kept, []uuid.UUID{best, next}) {
		t.Errorf("kept %v, want %v and %v", kept, best, next)
	}
	if n := placementtest.One[int](d.Office, "select count(*)::int from match where blocked"); n != 3 {
		t.Errorf("%d near misses", n)
	}
	if n := placementtest.One[int](d.Office, "select count(*)::int from match_reason r join match m on m.id = r.match_id where m.blocked and r.kind = 'BLOCK' and r.position = 1"); n != 3 {
		t.Errorf("%d of 3 near misses say first what blocks", n)
	}
}

// What a company reads is the same, byte for byte, for people who differ only in group, partner, service or day of referral.
func TestCompanyTextIsTheSameBytes(t *testing.T) {
	d := newDesk(t)
	plain := placementtest.Who{Brings: []string{"STANDING", "TEAMWORK"}, Needs: []string{"CLOSE_TUTORING"}, Wishes: []string{"KITCHEN"}}
	people := map[string]placementtest.Who{"first": plain}
	for name, change := range map[string]func(*placementtest.Who){
		"group":   func(w *placementtest.Who) { w.Groups = []string{"DISABILITY", "VIOLENCE_VICTIMS"} },
		"partner": func(w *placementtest.Who) { w.Organisation = "MONTIGNOSO" },
		"service": func(w *placementtest.Who) { w.Service = "Centro di salute mentale" },
		"day":     func(w *placementtest.Who) { w.ReferredOn = d.Today.AddDays(-90) },
	} {
		w := plain
		change(&w)
		people[name] = w
	}
	d.Opening(placementtest.Seats{Requires: []string{"STANDING"}, Offers: []string{"CLOSE_TUTORING", "QUIET_PLACE"}})
	d.Opening(placementtest.Seats{Requires: []string{"LIFTING"}})
	ids := map[uuid.UUID]string{}
	for name, w := range people {
		ids[d.Active(w)] = name
	}
	d.refresh(all)
	const told = "select string_agg(company_text::text, '|' order by opening_id) from match where participation_id = $1"
	want := ""
	for id, name := range ids {
		got := placementtest.One[string](d.Office, told, id)
		if want == "" {
			want = got
		}
		if got != want || len(got) < 100 {
			t.Errorf("%s reads %s, another %s", name, got, want)
		}
	}
}

func TestDecisionsOutliveTheRules(t *testing.T) {
	d := newDesk(t)
	who := d.Active(placementtest.Who{})
	var ids, openings []uuid.UUID
	for range 4 {
		opening, _ := d.Opening(placementtest.Seats{})
		openings = append(openings, opening)
	}
	d.refresh(all)
	for _, o := range openings {
		ids = append(ids, d.match(who, o))
	}
	d.Must(d.As(d.System(), func(ctx context.Context, tx *postgres.Tx) error {
		for _, i := range []int{1, 2} {
			if err := d.room.Propose(ctx, tx, matching.Decision{Match: ids[i]}); err != nil {
				return err
			}
		}
		if err := d.room.Accept(ctx, tx, matching.Decision{Match: ids[2]}); err != nil {
			return err
		}
		return d.room.Decline(ctx, tx, matching.DeclineInput{Decision: matching.Decision{Match: ids[3]}, Reason: "TOO_FAR"})
	}))
	d.Exec("update participation set state = 'WITHDRAWN' where id = $1", who)
	d.refresh(matching.Scope{Participations: []uuid.UUID{who}})
	for i, want := range []string{"GONE", "WITHDRAWN", "WITHDRAWN", "DECLINED"} {
		if got := d.state(ids[i]); got != want {
			t.Errorf("match %d is %s, want %s", i, got, want)
		}
	}
	d.Exec("update participation set state = 'ACTIVE' where id = $1", who)
	d.refresh(all)
	for i, want := range []string{"GONE", "SUGGESTED", "SUGGESTED", "DECLINED"} {
		if got := d.state(ids[i]); got != want {
			t.Errorf("later match %d is %s, want %s", i, got, want)
		}
	}
}

// An internship makes its match PLACED, takes the other suggestions of the person away, and gives all back when it is given up.
func TestAnInternshipTakesItsMatchAlong(t *testing.T) {
	d := newDesk(t)
	who := d.Active(placementtest.Who{})
	opening, _ := d.Opening(placementtest.Seats{})
	d.Opening(placementtest.Seats{})
	d.refresh(all)
	id := d.match(who, opening)
	intern := uuid.Must(uuid.NewV7())
	draft := func(ctx context.Context, tx *postgres.Tx) error {
		return d.room.Draft(ctx, tx, matching.DraftInput{ID: intern, Match: id, FromDay: d.Today, HostTutor: "Capo cucina", Origin: "ENTERED"})
	}
	refused(t, d.As(d.System(), draft), matching.WrongState)
	d.Must(d.As(d.System(), func(ctx context.Context, tx *postgres.Tx) error {
		if err := d.room.Propose(ctx, tx, matching.Decision{Match: id}); err != nil {
			return err
		}
		return d.room.Accept(ctx, tx, matching.Decision{Match: id})
	}))
	d.Must(d.As(d.System(), draft))
	d.refresh(all)
	if d.state(id) != "PLACED" || placementtest.One[int](d.Office, "select count(*)::int from match") != 1 {
		t.Errorf("the match is %s among %d", d.state(id), placementtest.One[int](d.Office, "select count(*)::int from match"))
	}
	d.Must(d.As(d.System(), func(ctx context.Context, tx *postgres.Tx) error {
		return d.room.Placement.Cancel(ctx, tx, placement.ReasonInput{Step: placement.Step{Placement: intern}, Reason: "PERSONAL"})
	}))
	d.refresh(all)
	if d.state(id) != "SUGGESTED" || placementtest.One[int](d.Office, "select count(*)::int from match") != 2 {
		t.Errorf("after the internship was given up the match is %s", d.state(id))
	}
	var states []string
	for _, e := range d.told {
		states = append(states, e.To)
	}
	if !slices.Equal(states, []string{"PROPOSED", "ACCEPTED", "PLACED"}) {
		t.Errorf("the hook was told %v", states)
	}
}

// The reaction refreshes one person for news of a person, everybody for a seat, and nothing for other news; twice does no harm.
func TestReaction(t *testing.T) {
	d := newDesk(t)
	people := []uuid.UUID{d.Active(placementtest.Who{}), d.Active(placementtest.Who{})}
	opening, _ := d.Opening(placementtest.Seats{})
	react := func(kind, act string, subject uuid.UUID) int {
		before := placementtest.One[int](d.Office, "select count(*)::int from match")
		d.Must(d.As(d.System(), func(ctx context.Context, tx *postgres.Tx) error {
			return d.room.Reaction().React(ctx, tx, []event.Event{{News: event.News{Programme: d.Programme, SubjectKind: kind, Act: act, Subject: subject}}})
		}))
		return placementtest.One[int](d.Office, "select count(*)::int from match") - before
	}
	for _, c := range []struct {
		kind, act string
		subject   uuid.UUID
		want      int
	}{
		{"Placement", "startPlacement", uuid.New(), 0},
		{"Participant", "activateParticipant", people[0], 1},
		{"Participant", "activateParticipant", people[0], 0},
		{"Opening", "offerOpening", opening, 1},
		{"Placement", "cancelPlacement", uuid.New(), 0},
	} {
		if got := react(c.kind, c.act, c.subject); got != c.want {
			t.Errorf("%s %s made %d matches, want %d", c.kind, c.act, got, c.want)
		}
	}
}

func TestOnlyTheHouseRefreshes(t *testing.T) {
	d := newDesk(t)
	err := d.As(d.Coordinator("CARRARA"), func(ctx context.Context, tx *postgres.Tx) error {
		_, err := d.room.Refresh(ctx, tx, d.Programme, all)
		return err
	})
	refused(t, err, refusal.NotAllowed)
}

var decisions = []access.Act{access.ProposeMatch, access.AcceptMatch, access.DeclineMatch}

func refused(t testing.TB, err error, codes ...*refusal.Code) {
	t.Helper()
	list, ok := refusal.As(err)
	if err == nil || !ok {
		t.Fatalf("want a refusal, got %v", err)
	}
	for _, c := range codes {
		if len(list) != len(codes) || !list.Has(c) {
			t.Fatalf("refused with %v, want %s", list, c)
		}
	}
}
