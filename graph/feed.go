package graph

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/live"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// The feeds that are not of one kind of subject.
const (
	changesFeed  = "changes"
	pulseFeed    = "programmePulse"
	blockersFeed = "monthBlockers"
)

// feeds are the fields of Subscription: what they follow, and by which arguments they may be narrowed.
var feeds = map[string]struct {
	subject string       // GraphQL type of the subject; "" for those of topics
	class   access.Class // of the subject
	narrow  []string     // names of arguments, see narrowed
	people  [2]string    // type and column that tell whose rows of the class somebody sees; "" where other rights mean reading all again
}{
	changesFeed: {}, pulseFeed: {}, blockersFeed: {},
	"attendanceUpdates": {subject: "Attendance", class: access.Work, narrow: []string{"organisation", "participant", "placement", "company"}, people: [2]string{"Enrolment", "participation_id"}},
	"matchingUpdates":   {subject: "Match", class: access.Path, narrow: []string{"organisation", "participant", "company"}, people: [2]string{"Participant", "id"}},
	"placementUpdates":  {subject: "Placement", class: access.Work, narrow: []string{"organisation", "participant", "placement", "company"}, people: [2]string{"Enrolment", "participation_id"}},
	"allowanceUpdates":  {subject: "Allowance", class: access.Money, narrow: []string{"organisation", "participant"}, people: [2]string{"Participant", "id"}},
	"paymentUpdates":    {subject: "PaymentRun", class: access.Money, narrow: []string{"organisation"}},
}

// narrowed are the arguments by which feeds may be narrowed: the prefix of their ids, and the class that a choice by them tells of.
var narrowed = map[string]struct {
	prefix string
	class  access.Class
}{
	"organisation": {"org", access.Path}, "participant": {"prt", access.Path}, "placement": {"plc", ""}, "company": {"com", ""},
}

// wholePerson is the type whose hand-over takes everything below it along: who loses a person is told so once, not for each row.
const wholePerson = "Participant"

// ownName is the type of which somebody may see a row only because it is his own name; most see theirs as colleagues do.
const ownName = "Member"

// offAir are the classes that no feed carries: confidential data and findings about a person are read on purpose, one request at a time.
var offAir = append(access.Confidential(), access.Eligibility)

var (
	noFeed = refusal.Define(refusal.Definition{
		Code: "FEED_NOT_ASKED", Kind: refusal.Input,
		Message: refusal.Text{It: "La sottoscrizione non chiede alcun aggiornamento.", En: "The subscription asks for no feed."},
		Cure:    refusal.Text{It: "Chiedi esattamente un campo, senza escluderlo con @skip o @include.", En: "Ask for exactly one field, and do not leave it out by @skip or @include."},
	})
	feedCursor = refusal.Define(refusal.Definition{
		Code: "FEED_CURSOR_INVALID", Kind: refusal.Input,
		Message: refusal.Text{It: "Il cursore non è di questi aggiornamenti.", En: "The cursor is not one of this feed."},
		Cure:    refusal.Text{It: "Rileggi i dati insieme a `position` e riparti da lì.", En: "Read your data again together with `position`, and follow from there."},
	})
	inFeed = refusal.Define(refusal.Definition{
		Code: "CONFIDENTIAL_IN_FEED", Kind: refusal.Right,
		Message: refusal.Text{It: "I dati riservati non viaggiano negli aggiornamenti dal vivo.", En: "Confidential data do not travel in live updates."},
		Cure:    refusal.Text{It: "Toglili dalla sottoscrizione e leggili con una richiesta quando servono.", En: "Leave them out of the subscription, and read them by a request when needed."},
	})
)

// subject is what is asked of the subjects of updates of a type, at each place of the selection.
func subject(asked plan.Selected) (places []plan.Selected) {
	for _, f := range asked.Under(asked.TypeName) {
		if f.Name == "subject" {
			places = append(places, f)
		}
	}
	return places
}

// onAir refuses what no feed carries, whichever of the kinds the subject is of.
func (r *Resolver) onAir(asked plan.Selected, kinds []string) error {
	for _, place := range subject(asked) {
		for _, kind := range kinds {
			if name, ok := r.Engine.Schema.Reveals(kind, place.Under(kind), offAir); ok {
				return inFeed.At(place.Alias, name)
			}
		}
	}
	return nil
}

// bound says whether what is asked of subjects is bound to who asks: always, or for somebody who sees his own name only because it is his.
func (r *Resolver) bound(asked plan.Selected, kinds []string) (always, byName bool) {
	for _, place := range subject(asked) {
		for _, kind := range kinds {
			b := r.Engine.Schema.Bound(kind, place.Under(kind))
			always = always || b.Self || slices.ContainsFunc(b.Rows, func(t string) bool { return t != ownName })
			byName = byName || slices.Contains(b.Rows, ownName)
		}
	}
	return always, byName
}

// feedCursorType is the scalar by which a feed is told where to begin, and nothing else.
const feedCursorType = "FeedCursor"

// groupKey names all that an answer depends on: what is asked, what the asker may read, and who he is where something shows each his own. Where
// somebody has begun is not among it: who resume come from as many places as they are.
func groupKey(a asked, s Session, personal bool) string {
	shared := maps.Clone(a.variables)
	for _, v := range a.operation.VariableDefinitions {
		if v.Type.Name() == feedCursorType {
			delete(shared, v.Variable)
		}
	}
	variables, _ := json.Marshal(shared)
	parts := []string{a.text(), a.operation.Name, string(variables), s.Lang, s.Actor.Fingerprint()}
	if personal {
		parts = append(parts, s.Actor.Member.String())
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}

// audience is who asks for news, and of what.
type audience struct {
	programme uuid.UUID
	alone     bool         // sees his own name only because it is his: another with the same grants does not; asked only where it matters
	narrow    []uuid.UUID  // an event must be related to all of these
	tells     access.Class // that the narrowing tells of: nothing comes of what is not the asker's to read by it; "" for none
}

// audience reads the arguments of a feed; a programme or an organisation that the viewer does not see is answered like an unknown one.
func (r *Resolver) audience(ctx context.Context, session Session, field plan.Selected, byName bool) (a audience, err error) {
	if a.programme, err = idOf("prg", fmt.Sprint(field.Args["programme"]), "programme"); err != nil {
		return a, err
	}
	for _, argument := range feeds[field.Name].narrow {
		given, ok := field.Args[argument].(string)
		if !ok {
			continue
		}
		by := narrowed[argument]
		if by.class != "" && len(session.Actor.Keys(by.class)) == 0 {
			return a, plan.NotReadable.At(argument)
		}
		id, err := idOf(by.prefix, given, argument)
		if err != nil {
			return a, err
		}
		if a.narrow = append(a.narrow, id); by.class != "" {
			a.tells = by.class
		}
	}
	body, _ := field.Args["organisation"].(string)
	if body == "" && !byName && sharesProgramme(session.Actor, a.programme) {
		return a, nil // nothing has to be asked: many may resume at once
	}
	a.alone, err = r.known(ctx, session, a.programme, body)
	return a, err
}

// known refuses a programme, and a body where one is named, that the viewer does not see, and says whether he sees his own name only because
// it is his.
func (r *Resolver) known(ctx context.Context, session Session, programme uuid.UUID, body string) (alone bool, err error) {
	nobody := session
	nobody.Actor.Member = uuid.Nil
	id := []plan.Selected{{Alias: "id", Name: "id"}}
	groups := []plan.Group{{Type: "Programme", IDs: []uuid.UUID{programme}, Selected: id}, {Type: ownName, IDs: []uuid.UUID{session.Actor.Member}, Selected: id}}
	if body != "" {
		organisation, _ := plan.ParseID("org", body)
		groups = append(groups, plan.Group{Type: "Organisation", IDs: []uuid.UUID{organisation}, Selected: id})
	}
	seen, err := r.Engine.Objects(ctx, nobody.viewer(r.Clock()), nil, groups)
	switch {
	case err != nil:
		return false, err
	case string(seen[0][0]) == "null" && !sharesProgramme(session.Actor, programme):
		return false, refusal.NotFound.At("programme")
	case body != "" && string(seen[2][0]) == "null":
		return false, refusal.NotFound.At("organisation")
	}
	return string(seen[1][0]) == "null", nil
}

// sharesProgramme is for those who, like hosts, hold a grant in a programme whose own page they do not see.
func sharesProgramme(a access.Actor, programme uuid.UUID) bool {
	for _, g := range a.Grants {
		if g.Programme == programme {
			return true
		}
	}
	return false
}

// news are the events that somebody may know of.
type news struct {
	kinds []string               // of subjects that are asked for
	shown []string               // of subjects of which more is shown than whether they are still seen
	keys  map[string][]uuid.UUID // under which he may know of an event, by the kind of its subject
}

// newsOf is what a subscription follows: one kind of subject, or those of topics; and whom its reader gains or loses.
func (r *Resolver) newsOf(actor access.Actor, field plan.Selected) news {
	declared := feeds[field.Name]
	if declared.subject == "" {
		return r.topical(actor, topicsIn(field))
	}
	keys, kinds := actor.Keys(declared.class), []string{declared.subject}
	n := news{kinds: kinds, shown: kinds, keys: map[string][]uuid.UUID{declared.subject: keys}}
	if declared.people[0] != "" {
		n.keys[wholePerson] = keys
	}
	return n
}

// whole is the kind of which only hand-overs are told; "" where all is asked for.
func (n news) whole() string {
	if slices.Contains(n.kinds, wholePerson) {
		return ""
	}
	return wholePerson
}

func (n news) shows(kind string) bool { return slices.Contains(n.shown, kind) }

// feed reads the arguments of a subscription. Personal is what another with the same grants may be shown otherwise.
func (r *Resolver) feed(ctx context.Context, session Session, field plan.Selected) (feed live.Feed, personal bool, err error) {
	if w, ok := wholes[field.Name]; ok {
		feed, err = r.whole(ctx, session, field, w)
		return feed, false, err
	}
	n := r.newsOf(session.Actor, field)
	if err := r.onAir(field, n.shown); err != nil {
		return live.Feed{}, false, err
	}
	always, byName := r.bound(field, n.shown)
	a, err := r.audience(ctx, session, field, byName)
	if err != nil {
		return live.Feed{}, false, err
	}
	feed = live.Feed{Programme: a.programme, Kinds: n.keys, Whole: n.whole(), Narrow: a.narrow}
	feed.Execute = func(ctx context.Context, events []event.Event) ([][]byte, error) {
		return r.execute(ctx, session, field, a, n.shows, events)
	}
	feed.Anew = func(ctx context.Context, after int64) ([]byte, error) {
		epoch, err := r.Hub.Epoch(ctx)
		if err != nil {
			return nil, err
		}
		return answer(plan.Renderer{Lang: session.Lang}, field, r.resync(epoch, after, session))
	}
	return feed, always || byName && a.alone, nil
}

// execute gives one answer for each of the events that arrived together; none for those that the narrowing must not tell of.
func (r *Resolver) execute(ctx context.Context, session Session, field plan.Selected, a audience, shows func(kind string) bool, events []event.Event) ([][]byte, error) {
	var tellable []event.Event
	for _, e := range events {
		if a.tells == "" || session.Actor.Sees(a.tells, e.Audience) {
			tellable = append(tellable, e)
		}
	}
	updates, renderer, err := r.tell(ctx, session, field, shows, tellable)
	if err != nil {
		return nil, err
	}
	answers := make([][]byte, len(events))
	for i, e := range events {
		if len(updates) == 0 || updates[0].Sequence != e.Seq {
			continue
		}
		if answers[i], err = answer(renderer, field, updates[0]); err != nil {
			return nil, err
		}
		updates = updates[1:]
	}
	return answers, nil
}

// answer writes a value as the whole answer that goes to a follower.
func answer(renderer plan.Renderer, field plan.Selected, v any) ([]byte, error) {
	inner, err := renderer.Value(v, field)
	if err != nil {
		return nil, err
	}
	alias, _ := json.Marshal(field.Alias)
	return slices.Concat([]byte(`{"data":{`), alias, []byte(":"), inner, []byte("}}")), nil
}

// spelled is the answer of an update of our own making, which shows no object and can be written.
func (r *Resolver) spelled(session Session, field plan.Selected, u update) []byte {
	data, err := answer(plan.Renderer{Lang: session.Lang}, field, u)
	if err != nil {
		return nil
	}
	return data
}
