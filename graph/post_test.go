package graph

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// cutShort executes nothing any more, as when a node goes while an act is under way.
type cutShort struct{ graphql.GraphExecutor }

func (cutShort) CreateOperationContext(context.Context, *graphql.RawParams) (*graphql.OperationContext, gqlerror.List) {
	return &graphql.OperationContext{Operation: &ast.OperationDefinition{Operation: ast.Mutation}}, nil
}

func (cutShort) DispatchOperation(ctx context.Context, _ *graphql.OperationContext) (graphql.ResponseHandler, context.Context) {
	return func(context.Context) *graphql.Response { return nil }, ctx
}

func TestWhatIsCutShortMayBeAskedAgain(t *testing.T) {
	rec := httptest.NewRecorder()
	post{}.Do(rec, httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(`{"query": "mutation { x }"}`)), cutShort{})
	if !strings.Contains(rec.Body.String(), `"code":"UNAVAILABLE"`) {
		t.Errorf("answered %s", rec.Body)
	}
}
