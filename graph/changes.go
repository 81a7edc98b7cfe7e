package graph

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/live"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// topics are the types that `changes` tells of, by the topic that stands for them: those whose rows are seen by their audience alone.
var topics = map[ChangeTopic]string{
	ChangeTopicParticipant: wholePerson, ChangeTopicHandOver: "HandOver", ChangeTopicCompany: "Company", ChangeTopicOpening: "Opening", ChangeTopicMatch: "Match",
	ChangeTopicActivity: "Activity", ChangeTopicEnrolment: "Enrolment", ChangeTopicPlacement: "Placement", ChangeTopicAttendance: "Attendance",
	ChangeTopicRegisterMonth: "RegisterMonth", ChangeTopicAllowance: "Allowance",
	ChangeTopicPaymentRun: "PaymentRun", ChangeTopicDue: "Due", ChangeTopicMandate: "Mandate",
}

const (
	lookAtOnce = 1_000  // events that are read at once
	lookMost   = 20_000 // sequences that one page passes, however few of their events are for the viewer
)

var startOfChanges = text.Text{It: "va indicato after oppure since, non entrambi", En: "either after or since is to be given, not both"}

// kindsOf are the types of topics, sorted; of none given, of all.
func kindsOf(asked []ChangeTopic) (kinds []string) {
	for topic, kind := range topics {
		if asked == nil || slices.Contains(asked, topic) {
			kinds = append(kinds, kind)
		}
	}
	slices.Sort(kinds)
	return kinds
}

// topicsIn reads the argument of a subscription.
func topicsIn(field plan.Selected) (asked []ChangeTopic) {
	given, ok := field.Args["topics"].([]any)
	if !ok {
		return nil
	}
	asked = []ChangeTopic{}
	for _, topic := range given {
		asked = append(asked, ChangeTopic(fmt.Sprint(topic)))
	}
	return asked
}

// topical are the news of topics, each kind under the keys by which its rows are seen. People who come or go are shown whatever is asked for.
func (r *Resolver) topical(actor access.Actor, asked []ChangeTopic) news {
	n := news{kinds: kindsOf(asked), keys: map[string][]uuid.UUID{}}
	n.shown = append([]string{wholePerson}, n.kinds...)
	for _, kind := range n.shown {
		if t, ok := r.Engine.Schema.Type(kind); ok {
			n.keys[kind] = actor.Keys(t.Class)
		}
	}
	return n
}

// wants says whether the viewer is told of an event.
func (n news) wants(e event.Event) bool {
	if e.SubjectKind == n.whole() && e.Kind != event.Entered && e.Kind != event.Left {
		return false
	}
	return slices.ContainsFunc(n.keys[e.SubjectKind], func(k uuid.UUID) bool { return slices.Contains(e.Audience, k) })
}

// Changes gives what changed after a cursor or from a moment on, as a feed tells it.
func (q query) Changes(ctx context.Context, programme string, after *string, since *time.Time, asked []ChangeTopic, first *int32, latestPerSubject bool) (*ChangePage, error) {
	session, ok := sessionOf(ctx)
	if !ok {
		return nil, unauthenticated.At()
	}
	p := &page{resolver: q.r, session: session, news: q.r.topical(session.Actor, asked), size: plan.DefaultPage, latest: latestPerSubject}
	if first != nil {
		p.size = int(*first)
	}
	switch {
	case p.size < 1 || p.size > plan.MaxPage:
		return nil, plan.PageSize.At("first").With("max", plan.MaxPage)
	case (after == nil) == (since == nil):
		return nil, refusal.InvalidValue.At("after").With("cause", startOfChanges)
	}
	var err error
	if p.programme, err = idOf("prg", programme, "programme"); err != nil {
		return nil, err
	}
	if _, err := q.r.known(ctx, session, p.programme, ""); err != nil {
		return nil, err
	}
	fc := graphql.GetFieldContext(ctx)
	s := &selector{op: graphql.GetOperationContext(ctx), schema: q.r.AST}
	root := s.field(fc.Field)
	if err := q.r.onAirBelow(root, p.news.shown); err != nil {
		return nil, err
	}
	if err := p.begin(ctx, after, since); err != nil {
		return nil, err
	}
	data, err := p.write(ctx, root)
	if err == nil {
		err = s.err
	}
	if err != nil {
		return nil, err
	}
	keep(ctx, data)
	return &ChangePage{}, nil
}

// onAirBelow refuses what no feed carries at every place of a page's selection.
func (r *Resolver) onAirBelow(root plan.Selected, kinds []string) error {
	for _, f := range root.Under(root.TypeName) {
		if f.Name == "nodes" {
			if err := r.onAir(f, kinds); err != nil {
				return err
			}
		}
	}
	return nil
}

// page is some of what changed.
type page struct {
	resolver  *Resolver
	session   Session
	programme uuid.UUID
	news      news
	size      int
	latest    bool // of several events of one subject only the last

	at     int64 // everything up to this sequence was looked at
	lost   bool  // events were lost: nothing is told, and at is where to go on
	more   bool
	events []event.Event
}

// begin finds where the page begins, and collects its events.
func (p *page) begin(ctx context.Context, after *string, since *time.Time) (err error) {
	if after != nil {
		_, p.at, p.lost, err = p.resolver.reached(ctx, p.session, p.programme, *after)
	} else {
		var kept bool
		p.at, kept, err = live.Since(ctx, p.resolver.DB, p.programme, *since)
		if p.lost = !kept; p.lost && err == nil {
			p.at, err = live.Head(ctx, p.resolver.DB, p.programme)
		}
	}
	if err != nil || p.lost {
		return err
	}
	return p.collect(ctx)
}

// collect looks at events until the page is full, there are none left, or too many were looked at.
func (p *page) collect(ctx context.Context) error {
	for end := p.at + lookMost; p.at < end; {
		events, upTo, err := live.Ahead(ctx, p.resolver.DB, p.programme, p.at, p.news.shown, lookAtOnce)
		if err != nil {
			return err
		}
		for _, e := range events {
			if p.news.wants(e) && !p.add(e) {
				p.at, p.more = e.Seq-1, true
				return nil
			}
		}
		p.more = len(events) == lookAtOnce || upTo-p.at == live.Window
		if p.at = max(p.at, upTo); !p.more {
			return nil
		}
	}
	return nil
}

// add takes an event into the page; false when it is full.
func (p *page) add(e event.Event) bool {
	if p.latest {
		if i := slices.IndexFunc(p.events, func(o event.Event) bool { return o.Subject == e.Subject }); i >= 0 {
			p.events = append(slices.Delete(p.events, i, i+1), e)
			return true
		}
	}
	if len(p.events) == p.size {
		return false
	}
	p.events = append(p.events, e)
	return true
}

// changePage is a page as it is written, named like the fields of ChangePage.
type changePage struct {
	Nodes     []update `json:"nodes"`
	EndCursor string   `json:"endCursor"`
	HasMore   bool     `json:"hasMore"`
	Resync    bool     `json:"resync"`
}

// write reads what the page's nodes show with one statement for each place that asks for them.
func (p *page) write(ctx context.Context, root plan.Selected) ([]byte, error) {
	epoch, err := p.resolver.Hub.Epoch(ctx)
	if err != nil {
		return nil, err
	}
	var failed error
	renderer := plan.Renderer{Lang: p.session.Lang, Object: func(v any, at plan.Selected) (json.RawMessage, bool) {
		if at.Name != "nodes" || failed != nil {
			return nil, false
		}
		updates, renderer, err := p.resolver.tell(ctx, p.session, at, p.news.shows, p.events)
		var data []byte
		if err == nil {
			data, err = renderer.Value(updates, at)
		}
		failed = err
		return data, err == nil
	}}
	data, err := renderer.Value(changePage{Nodes: []update{}, EndCursor: cursor(epoch, p.at, p.session), HasMore: p.more, Resync: p.lost}, root)
	if failed != nil {
		err = failed
	}
	return data, err
}
