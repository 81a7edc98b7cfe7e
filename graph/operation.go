package graph

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// operation is where every operation passes: queries are answered by one plan, subscriptions by the hub, and acts go on to their
// resolvers.
func (r *Resolver) operation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	op := graphql.GetOperationContext(ctx)
	own, all := introspected(op)
	if own && !r.Limits.Introspection {
		return failed(ctx, introspectionOff.At())
	}
	r.countDeprecated(ctx, op)
	session, signedIn := sessionOf(ctx)
	if !signedIn && !all {
		if _, proved := identityOf(ctx); !proved {
			return failed(ctx, unauthenticated.At())
		}
		if !accepting(op) {
			return failed(ctx, member.NotAMember.At())
		}
	}
	if signedIn && !session.Actor.MayRead() {
		return failed(ctx, scopeMissing.At().With("scope", access.ReadAll))
	}
	if op.Operation.Operation == ast.Query {
		return r.query(ctx, op, next)
	}
	if err := r.Limits.check(op, r.Engine.Schema); err != nil {
		return failed(ctx, err)
	}
	if op.Operation.Operation == ast.Subscription {
		return r.follow(ctx, op)
	}
	return next(ctx)
}

// accepting says whether an operation does nothing but accept invitations.
func accepting(op *graphql.OperationContext) bool {
	if op.Operation.Operation != ast.Mutation {
		return false
	}
	return !slices.ContainsFunc(graphql.CollectFields(op, op.Operation.SelectionSet, []string{"Mutation"}), func(f graphql.CollectedField) bool {
		return f.Name != string(access.AcceptInvitation) && f.Name != "__typename"
	})
}

// introspected says whether some root field asks for the schema, and whether all are about it or about nothing: those, too, that a variable
// leaves out.
func introspected(op *graphql.OperationContext) (some, all bool) {
	all = true
	seen := []*ast.FragmentDefinition(nil)
	var walk func(ast.SelectionSet)
	walk = func(set ast.SelectionSet) {
		for _, sel := range set {
			switch sel := sel.(type) {
			case *ast.Field:
				some = some || sel.Name == "__schema" || sel.Name == "__type"
				all = all && strings.HasPrefix(sel.Name, "__")
			case *ast.InlineFragment:
				walk(sel.SelectionSet)
			case *ast.FragmentSpread:
				if !slices.Contains(seen, sel.Definition) {
					seen = append(seen, sel.Definition)
					walk(sel.Definition.SelectionSet)
				}
			}
		}
	}
	walk(op.Operation.SelectionSet)
	return some, all
}

func failed(ctx context.Context, err error) graphql.ResponseHandler {
	return graphql.OneShot(&graphql.Response{Errors: gqlerror.List{present(ctx, err)}})
}

// planned holds the root fields that the plan answered, for the executor to put beside those that it resolves itself.
type plannedKey struct{}

func (r *Resolver) query(ctx context.Context, op *graphql.OperationContext, next graphql.OperationHandler) graphql.ResponseHandler {
	session, _ := sessionOf(ctx)
	viewer := session.viewer(r.Clock())
	use, data, err := r.plans.answer(ctx, r.Engine, viewer, op)
	switch {
	case err != nil:
		return failed(ctx, err)
	case data != nil:
		return graphql.OneShot(&graphql.Response{Data: data})
	}
	if err := r.Limits.check(op, r.Engine.Schema); err != nil { // a plan that is kept has passed
		return failed(ctx, err)
	}
	s := &selector{op: op, schema: r.AST, ids: use.ids}
	var mine []plan.Selected
	all := s.fields(op.Operation.SelectionSet, "Query")
	for _, f := range all {
		if f.Name == "__typename" || r.Engine.Schema.Root(f.Name) {
			mine = append(mine, f)
		}
	}
	if len(mine) == 0 {
		return next(ctx)
	}
	planned, err := r.Engine.Plan(viewer, mine)
	if err := cmp.Or(s.err, err); err != nil {
		return failed(ctx, err)
	}
	if data, err = r.Engine.Read(ctx, viewer, planned); err == nil {
		err = promised(data, promises(mine))
	}
	if err != nil {
		return failed(ctx, err)
	}
	if len(mine) == len(all) {
		r.plans.keep(use, planned, promises(mine))
		return graphql.OneShot(&graphql.Response{Data: data})
	}
	var roots map[string]json.RawMessage
	if err := json.Unmarshal(data, &roots); err != nil {
		return failed(ctx, err)
	}
	return next(context.WithValue(ctx, plannedKey{}, roots))
}

// promises are the aliases of the roots that the schema promises, but for lists: those are always there.
func promises(selected []plan.Selected) (aliases []string) {
	for _, s := range selected {
		if s.NonNull && !strings.HasSuffix(s.TypeName, "Connection") {
			aliases = append(aliases, s.Alias)
		}
	}
	return aliases
}

// promised refuses an answer in which a root that the schema promises is missing: what it names is not the viewer's to see.
func promised(data []byte, aliases []string) error {
	if len(aliases) == 0 {
		return nil
	}
	var roots map[string]json.RawMessage
	if err := json.Unmarshal(data, &roots); err != nil {
		return err
	}
	for _, alias := range aliases {
		if string(roots[alias]) == "null" {
			return refusal.NotFound.At(alias)
		}
	}
	return nil
}

// rootField gives the executor what the plan has already answered.
func rootField(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	roots, _ := ctx.Value(plannedKey{}).(map[string]json.RawMessage)
	if f := graphql.GetRootFieldContext(ctx); f != nil {
		if data, ok := roots[f.Field.Alias]; ok {
			return raw(data)
		}
	}
	return next(ctx)
}

// raw is JSON that is ready to be sent.
type raw json.RawMessage

// MarshalGQL writes the JSON as it is.
func (d raw) MarshalGQL(w io.Writer) { _, _ = w.Write(d) }
