package graph

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/live"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// feeds are the fields of Subscription: what they follow, and by which arguments they may be narrowed.
var feeds = map[string]struct {
	subject string // GraphQL type of the subject
	class   access.Class
	narrow  map[string]string // argument -> id prefix
	people  [2]string         // type and column that tell whose rows of the class somebody sees
}{
	"attendanceUpdates": {subject: "Attendance", class: access.Work, narrow: map[string]string{"participant": "prt", "placement": "plc"}, people: [2]string{"Enrolment", "participation_id"}},
	"matchingUpdates":   {subject: "Match", class: access.Path, narrow: map[string]string{"participant": "prt", "company": "com"}, people: [2]string{"Participant", "id"}},
}

// wholePerson is the type whose hand-over takes everything below it along: who loses a person is told so once, not for each row.
const wholePerson = "Participant"

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

// update is one event as a feed gives it, named like the fields of the …Update types.
type update struct {
	Cursor     string          `json:"cursor"`
	Sequence   int64           `json:"sequence"`
	OccurredAt time.Time       `json:"occurredAt"`
	Act        string          `json:"act"`
	Kind       event.Kind      `json:"kind"`
	SubjectID  *string         `json:"subjectId"`
	Subject    json.RawMessage `json:"subject"`
	RemovedID  *string         `json:"removedId"`
}

// groupKey names all that an answer depends on: what is asked, what the asker may read, and who he is where something shows each his own.
func groupKey(op *graphql.OperationContext, s Session, personal bool) string {
	variables, _ := json.Marshal(op.Variables)
	parts := []string{op.RawQuery, op.OperationName, string(variables), s.Lang, s.Actor.Fingerprint()}
	if personal {
		parts = append(parts, s.Actor.Member.String())
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}

// feed reads the arguments; a programme that the viewer does not see is answered like an unknown one. Personal is what another with the same
// grants may be shown otherwise.
func (r *Resolver) feed(ctx context.Context, session Session, field plan.Selected) (feed live.Feed, personal bool, err error) {
	declared := feeds[field.Name]
	for _, f := range field.Under(field.TypeName) {
		if f.Name != "subject" {
			continue
		}
		if name, ok := r.Engine.Schema.Reveals(declared.subject, f.Under(declared.subject), offAir); ok {
			return live.Feed{}, false, inFeed.At("subject", name)
		}
	}
	programme, err := idOf("prg", fmt.Sprint(field.Args["programme"]), "programme")
	if err != nil {
		return live.Feed{}, false, err
	}
	nobody := session
	nobody.Actor.Member = uuid.Nil
	id := []plan.Selected{{Alias: "id", Name: "id"}}
	seen, err := r.Engine.Objects(ctx, nobody.viewer(r.Clock()), nil, []plan.Group{
		{Type: "Programme", IDs: []uuid.UUID{programme}, Selected: id}, {Type: "Member", IDs: []uuid.UUID{session.Actor.Member}, Selected: id}})
	if err != nil {
		return live.Feed{}, false, err
	}
	if string(seen[0][0]) == "null" && !sharesProgramme(session.Actor, programme) {
		return live.Feed{}, false, refusal.NotFound.At("programme")
	}
	keys := session.Actor.Keys(declared.class)
	feed = live.Feed{Programme: programme, Kinds: map[string][]uuid.UUID{declared.subject: keys, wholePerson: keys}, Whole: wholePerson}
	for argument, prefix := range declared.narrow {
		if given, ok := field.Args[argument].(string); ok {
			id, err := idOf(prefix, given, argument)
			if err != nil {
				return live.Feed{}, false, err
			}
			feed.Narrow = append(feed.Narrow, id)
		}
	}
	feed.Execute = func(ctx context.Context, events []event.Event) ([][]byte, error) {
		return r.execute(ctx, session, field, declared.subject, events)
	}
	feed.Restarted = func(after int64) []byte {
		epoch, _ := r.Hub.Epoch(context.Background()) // known: it has just changed
		return r.spelled(session, field, r.resync(epoch, after))
	}
	return feed, r.personal(declared.subject, field, string(seen[1][0]) == "null"), nil
}

// ownName is the type of which somebody may see a row only because it is his own name; most see theirs as colleagues do.
const ownName = "Member"

// personal says whether what is asked of a feed's subjects is bound to who asks. Alone is who sees his own name only because it is his.
func (r *Resolver) personal(subject string, field plan.Selected, alone bool) bool {
	var asked []plan.Selected
	for _, f := range field.Under(field.TypeName) {
		if f.Name == "subject" {
			asked = append(asked, f.Under(subject)...)
		}
	}
	b := r.Engine.Schema.Bound(subject, asked)
	return b.Self || slices.ContainsFunc(b.Rows, func(t string) bool { return t != ownName || alone })
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

// execute reads the subjects of events that arrived together with one statement, and writes one answer for each.
func (r *Resolver) execute(ctx context.Context, session Session, field plan.Selected, subject string, events []event.Event) ([][]byte, error) {
	epoch, err := r.Hub.Epoch(ctx)
	if err != nil {
		return nil, err
	}
	byKind := map[string][]uuid.UUID{}
	for _, e := range events {
		byKind[e.SubjectKind] = append(byKind[e.SubjectKind], e.Subject)
	}
	objects, err := r.subjects(ctx, session, field, subject, byKind)
	if err != nil {
		return nil, err
	}
	answers := make([][]byte, len(events))
	for i, e := range events {
		t, _ := r.Engine.Schema.Type(e.SubjectKind)
		read := objects[e.SubjectKind][0]
		objects[e.SubjectKind] = objects[e.SubjectKind][1:]
		if answers[i], err = spellUpdate(session, field, updateOf(epoch, e, plan.FormatID(t.Prefix, e.Subject), read, e.SubjectKind == subject)); err != nil {
			return nil, err
		}
	}
	return answers, nil
}

// updateOf is an event as this follower has it: what he no longer sees has left him, whatever happened to it.
func updateOf(epoch string, e event.Event, id string, read json.RawMessage, show bool) update {
	u := update{Cursor: cursor(epoch, e.Seq), Sequence: e.Seq, OccurredAt: e.At.UTC(), Act: e.Act, Kind: e.Kind, SubjectID: &id}
	switch {
	case string(read) == "null":
		u.Kind, u.RemovedID = event.Left, &id
	case e.Kind == event.Left:
		u.Kind = event.Changed // gone on one way, and still seen on another
	}
	if show {
		u.Subject = read
	}
	return u
}

// subjects reads what is selected of the subjects by their kind: of those that are not the feed's own only whether they are still seen.
func (r *Resolver) subjects(ctx context.Context, session Session, field plan.Selected, subject string, byKind map[string][]uuid.UUID) (map[string][]json.RawMessage, error) {
	var groups []plan.Group
	for kind, ids := range byKind {
		g := plan.Group{Type: kind, IDs: ids, Selected: []plan.Selected{{Alias: "id", Name: "id"}}}
		for _, f := range field.Under(field.TypeName) {
			if f.Name == "subject" && kind == subject {
				g.Selected = f.Under(subject)
			}
		}
		groups = append(groups, g)
	}
	read, err := r.Engine.Objects(ctx, session.viewer(r.Clock()), nil, groups)
	if err != nil {
		return nil, err
	}
	objects := map[string][]json.RawMessage{}
	for i, g := range groups {
		objects[g.Type] = read[i]
	}
	return objects, nil
}

// spellUpdate writes an update as the whole answer that goes to a follower.
func spellUpdate(session Session, field plan.Selected, u update) ([]byte, error) {
	inner, err := plan.Renderer{Lang: session.Lang}.Value(u, field)
	if err != nil {
		return nil, err
	}
	alias, _ := json.Marshal(field.Alias)
	return slices.Concat([]byte(`{"data":{`), alias, []byte(":"), inner, []byte("}}")), nil
}

// spelled is spellUpdate for updates of our own making, which can be written.
func (r *Resolver) spelled(session Session, field plan.Selected, u update) []byte {
	data, err := spellUpdate(session, field, u)
	if err != nil {
		return nil
	}
	return data
}

// resync is the update that tells of events that are lost to the follower: what follows begins after the sequence.
func (r *Resolver) resync(epoch string, after int64) update {
	return update{Cursor: cursor(epoch, after), Sequence: after, OccurredAt: r.Clock().UTC(), Act: "resync", Kind: event.Resync}
}

// start reads where a feed begins. A cursor of another history, of the future, or older than what is kept is answered with a
// resync that gives the cursor to go on from.
func (r *Resolver) start(ctx context.Context, programme uuid.UUID, field plan.Selected) (after int64, resync *update, err error) {
	given, ok := field.Args["after"].(string)
	if !ok {
		return -1, nil, nil
	}
	itsEpoch, seq, err := parseCursor(given)
	if err != nil {
		return 0, nil, feedCursor.At("after")
	}
	epoch, err := r.Hub.Epoch(ctx)
	if err != nil {
		return 0, nil, err
	}
	ok, head, err := r.Hub.Reaches(ctx, programme, itsEpoch, seq)
	if err != nil {
		return 0, nil, err
	}
	if ok {
		return seq, nil, nil
	}
	lost := r.resync(epoch, head)
	return head, &lost, nil
}

func cursor(epoch string, seq int64) string { return epoch + "." + strconv.FormatInt(seq, 10) }

func parseCursor(s string) (epoch string, seq int64, err error) {
	epoch, text, ok := strings.Cut(s, ".")
	if !ok || epoch == "" {
		return "", 0, fmt.Errorf("not a feed cursor")
	}
	seq, err = strconv.ParseInt(text, 10, 64)
	if err != nil || seq < 0 {
		return "", 0, fmt.Errorf("not a feed cursor")
	}
	return epoch, seq, nil
}
