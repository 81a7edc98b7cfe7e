package graph

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
)

// update is one event as a feed gives it, named like the fields of the …Update types.
type update struct {
	Cursor     string     `json:"cursor"`
	Sequence   int64      `json:"sequence"`
	OccurredAt time.Time  `json:"occurredAt"`
	Act        string     `json:"act"`
	Kind       event.Kind `json:"kind"`
	SubjectID  *string    `json:"subjectId"`
	Subject    *shown     `json:"subject"`
	RemovedID  *string    `json:"removedId"`
}

// shown is an object that an update shows, whatever is asked of it at each place of the selection.
type shown struct {
	kind string
	id   uuid.UUID
}

// sight is what was read of objects, by the alias of the place that asks for it; "" tells only whether they are seen.
type sight map[string]map[shown]json.RawMessage

// tell reads the subjects of events with one statement, and gives the events as the viewer has them, with the renderer that writes them.
// shows says of which kinds of subject what is asked is shown; of the others only whether they are still seen is told.
func (r *Resolver) tell(ctx context.Context, session Session, asked plan.Selected, shows func(kind string) bool, events []event.Event) ([]update, plan.Renderer, error) {
	epoch, err := r.Hub.Epoch(ctx)
	if err != nil {
		return nil, plan.Renderer{}, err
	}
	seen, err := r.look(ctx, session, asked, shows, events)
	if err != nil {
		return nil, plan.Renderer{}, err
	}
	updates := make([]update, len(events))
	for i, e := range events {
		t, _ := r.Engine.Schema.Type(e.SubjectKind)
		at := shown{e.SubjectKind, e.Subject}
		updates[i] = updateOf(epoch, session, e, plan.FormatID(t.Prefix, e.Subject), string(seen[""][at]) == "null")
		if shows(e.SubjectKind) {
			updates[i].Subject = &at
		}
	}
	return updates, plan.Renderer{Lang: session.Lang, Object: func(v any, at plan.Selected) (json.RawMessage, bool) {
		s, ok := v.(*shown)
		if !ok || s == nil {
			return nil, false
		}
		return seen[at.Alias][*s], true
	}}, nil
}

// updateOf is an event as this follower has it: what he no longer sees has left him, whatever happened to it. Why somebody is out of sight, or
// comes back, may be more than the follower may know: that a person is protected, above all.
func updateOf(epoch string, session Session, e event.Event, id string, gone bool) update {
	u := update{Cursor: cursor(epoch, e.Seq, session), Sequence: e.Seq, OccurredAt: e.At.UTC(), Act: e.Act, Kind: e.Kind, SubjectID: &id}
	switch {
	case gone:
		u.Kind, u.RemovedID, u.Act = event.Left, &id, changedRights
	case e.Kind == event.Entered && e.Act == string(access.UnprotectParticipant):
		u.Act = changedRights
	case e.Kind == event.Left:
		u.Kind = event.Changed // gone on one way, and still seen on another
	}
	return u
}

// look reads the subjects of events, each once for each place that asks for it.
func (r *Resolver) look(ctx context.Context, session Session, asked plan.Selected, shows func(kind string) bool, events []event.Event) (sight, error) {
	places := append([]plan.Selected{{Under: func(string) []plan.Selected { return []plan.Selected{{Alias: "id", Name: "id"}} }}}, subject(asked)...)
	ids := map[string][]uuid.UUID{}
	met := map[shown]bool{}
	for _, e := range events {
		if at := (shown{e.SubjectKind, e.Subject}); !met[at] {
			met[at] = true
			ids[e.SubjectKind] = append(ids[e.SubjectKind], e.Subject)
		}
	}
	var groups []plan.Group
	var aliases []string
	for kind, some := range ids {
		for _, place := range places {
			if place.Alias == "" || shows(kind) {
				groups, aliases = append(groups, plan.Group{Type: kind, IDs: some, Selected: place.Under(kind)}), append(aliases, place.Alias)
			}
		}
	}
	read, err := r.Engine.Objects(ctx, session.viewer(r.Clock()), nil, groups)
	if err != nil {
		return nil, err
	}
	seen := sight{}
	for i, g := range groups {
		if seen[aliases[i]] == nil {
			seen[aliases[i]] = map[shown]json.RawMessage{}
		}
		for n, id := range g.IDs {
			seen[aliases[i]][shown{g.Type, id}] = read[i][n]
		}
	}
	return seen, nil
}
