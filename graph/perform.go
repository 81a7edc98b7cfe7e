package graph

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

var (
	// errPreview rolls a previewed act back after its payload was read.
	errPreview = errors.New("preview")
	// errNothing rolls an act back that changed nothing, with its request: it may be sent again when the cause is cured.
	errNothing = errors.New("nothing changed")
)

// common is what the inputs of all acts have.
type common struct {
	requestID         string
	repeatable        bool // a request id was given
	preview           bool
	acknowledge       []string
	acknowledgeReason string
}

// perform runs one act for a mutation: repeated requests, preview, refusals, and the payload read again with the viewer's rights.
// do sets the ids of the payload's objects before it may fail, so that a refusal still shows them as they stand now.
func perform[In, Out any](ctx context.Context, r *Resolver, act access.Act, in In, do func(context.Context, *postgres.Tx, *Out) error) (*Out, error) {
	session, ok := sessionOf(ctx)
	if !ok {
		return nil, unauthenticated.At()
	}
	asked := commonOf(in)
	p := &payload{resolver: r, session: session, ctx: ctx}
	var out *Out
	var shown []byte
	err := r.DB.InTx(ctx, session.Actor, r.Clock, func(ctx context.Context, tx *postgres.Tx) error {
		out = new(Out)
		tx.Acknowledge(asked.acknowledge, asked.acknowledgeReason)
		err := outOfScope(session.Actor, act)
		if err == nil {
			err = first(ctx, r, tx, act, asked, in, out, do)
		}
		if err == nil {
			err = programme.Fresh(ctx, tx)
		}
		finished(out, asked, nil, told(tx, err))
		if err == nil && !asked.preview && tx.Entered() == 0 {
			return errNothing
		}
		if err != nil || !asked.preview {
			return err
		}
		if shown, err = p.read(tx, out); err != nil {
			return err
		}
		return errPreview
	})
	if errors.Is(err, errPreview) {
		p.keep(shown)
		return out, nil
	}
	if errors.Is(err, errNothing) {
		err = nil
	}
	sayHowFresh(ctx, err)
	refusals, isRefusal := refusal.As(err)
	if err != nil && !isRefusal {
		return nil, err
	}
	finished(out, asked, refusals, nil)
	if shown, err = p.read(nil, out); err != nil {
		if isRefusal {
			return nil, err // nothing was done
		}
		return nil, committed(ctx, out, err)
	}
	p.keep(shown)
	return out, nil
}

// sayHowFresh tells in the answer's extensions for how many minutes a sign-in is recent enough, where one was not: an app then signs its
// user in again, whichever act it was.
func sayHowFresh(ctx context.Context, err error) {
	var stale *programme.Stale
	if errors.As(err, &stale) && graphql.GetExtension(ctx, "signInAgain") == nil {
		graphql.RegisterExtension(ctx, "signInAgain", map[string]int{"minutes": stale.Minutes})
	}
}

// told are the warnings of an act: those that were passed, and of a refused one also those that could be.
func told(tx *postgres.Tx, err error) refusal.List {
	if err == nil {
		return tx.Warnings
	}
	return slices.Concat(tx.Warnings, tx.Unread)
}

// first runs the act unless the same request was already run: then its outcome is given again.
func first[In, Out any](ctx context.Context, r *Resolver, tx *postgres.Tx, act access.Act, asked common, in In, out *Out, do func(context.Context, *postgres.Tx, *Out) error) error {
	if !asked.repeatable || asked.preview {
		return do(ctx, tx, out)
	}
	input, err := json.Marshal(in)
	if err != nil {
		return err
	}
	repeated, err := tx.Request(ctx, asked.requestID, string(act), input, out)
	if err != nil || repeated {
		return err
	}
	if err := do(ctx, tx, out); err != nil {
		return err
	}
	finished(out, asked, nil, tx.Warnings)
	return tx.Settle(ctx, asked.requestID, outcome{out})
}

func commonOf(in any) common {
	v := reflect.ValueOf(in)
	c := common{preview: v.FieldByName("Preview").Bool()}
	if id := v.FieldByName("RequestID"); !id.IsNil() {
		c.requestID, c.repeatable = id.Elem().String(), true
	}
	c.acknowledge, _ = v.FieldByName("Acknowledge").Interface().([]string)
	if reason := v.FieldByName("AcknowledgeReason"); !reason.IsNil() {
		c.acknowledgeReason = reason.Elem().String()
	}
	return c
}

// finished sets what all payloads have; refusals that are set stay.
func finished(out any, asked common, refusals, warnings refusal.List) {
	v := reflect.ValueOf(out).Elem()
	if asked.repeatable {
		v.FieldByName("RequestID").Set(reflect.ValueOf(&asked.requestID))
	}
	if refusals != nil {
		v.FieldByName("Refusals").Set(reflect.ValueOf(pointers(refusals)))
	}
	if warnings != nil {
		v.FieldByName("Warnings").Set(reflect.ValueOf(pointers(warnings)))
	}
}

func pointers(list refusal.List) []*refusal.Refusal {
	out := make([]*refusal.Refusal, len(list))
	for i := range list {
		out[i] = &list[i]
	}
	return out
}

// committed tells a client that the act stands although its payload could not be read.
func committed(ctx context.Context, out any, err error) error {
	e := present(ctx, err)
	e.Extensions["committed"] = true
	e.Extensions["ids"] = idsIn(reflect.ValueOf(out))
	return e
}

func idsIn(v reflect.Value) []string {
	var ids []string
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if n, ok := v.Interface().(Node); ok && !v.IsNil() {
			return []string{n.GetID()}
		}
		if !v.IsNil() {
			return idsIn(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			ids = append(ids, idsIn(v.Field(i))...)
		}
	case reflect.Slice:
		for i := range v.Len() {
			ids = append(ids, idsIn(v.Index(i))...)
		}
	}
	return slices.DeleteFunc(ids, func(id string) bool { return !strings.Contains(id, "_") })
}

// idOf reads an id of the API; one of another sort is answered like an unknown one.
func idOf(prefix, id string, path ...string) (uuid.UUID, error) {
	u, err := plan.ParseID(prefix, id)
	if err != nil {
		return uuid.Nil, refusal.NotFound.At(path...)
	}
	return u, nil
}

// newID reads an id that a client brings for what it creates, or makes one.
func newID(prefix string, id *string, path ...string) (uuid.UUID, error) {
	if id == nil {
		if prefix == "prt" || prefix == "per" {
			return uuid.NewRandom() // persons and participations must not tell when they were made
		}
		return uuid.NewV7()
	}
	u, err := plan.ParseID(prefix, *id)
	if err != nil {
		return uuid.Nil, refusal.InvalidValue.At(path...).With("cause", text.Text{It: "l'identificativo ha la forma " + prefix + "_<uuid>", En: "the id has the form " + prefix + "_<uuid>"})
	}
	if u.Version() == 5 { // whoever took one would keep from being written what follows from something else, such as planned hours
		return uuid.Nil, refusal.InvalidValue.At(path...).With("cause", causeDerived)
	}
	return u, nil
}

var causeDerived = text.Text{It: "gli identificativi UUID della versione 5 li assegna il servizio", En: "UUIDs of version 5 are given by the service"}

// optionalID reads an id that may be left out.
func optionalID(prefix string, id *string, path ...string) (*uuid.UUID, error) {
	if id == nil {
		return nil, nil
	}
	u, err := idOf(prefix, *id, path...)
	return &u, err
}

// fieldKey holds where a mutation's payload is kept once it was read.
type fieldKey struct{}

type kept struct{ data []byte }

// written are the fields of Query whose resolvers write what they answer themselves.
var written = []string{"lookUpPerson", "changes", "programmePulse", "monthBlockers", "canAfford"}

// field hands the payload that a resolver has read to the executor, instead of having it walk the payload's stubs.
func field(ctx context.Context, next graphql.Resolver) (any, error) {
	fc := graphql.GetFieldContext(ctx)
	if fc.Object != "Mutation" && (fc.Object != "Query" || !slices.Contains(written, fc.Field.Name)) {
		return next(ctx)
	}
	k := &kept{}
	res, err := next(context.WithValue(ctx, fieldKey{}, k))
	if err == nil && k.data != nil {
		return graphql.Marshaler(raw(k.data)), nil
	}
	return res, err
}
