package graph

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/lavoroincorso/lavoro/graph/wire"
	"github.com/lavoroincorso/lavoro/internal/activity"
	"github.com/lavoroincorso/lavoro/internal/allowance/housing"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/document"
	"github.com/lavoroincorso/lavoro/internal/matching"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/placement"
	"github.com/lavoroincorso/lavoro/internal/platform/live"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/rate"
)

// Resolver is what answers operations. Its methods for mutations stand in one file per concept.
type Resolver struct {
	DB     *postgres.DB
	Engine *plan.Engine
	Hub    *live.Hub
	Clock  postgres.Clock
	Limits Limits
	// Members holds what invitations need beside their transaction, Directory who is a member.
	Members   member.Room
	Directory *member.Directory
	// Participants holds what the acts on participations need beside their transaction.
	Participants participant.Room
	// Activities, Placements and Matches hold the same for courses, internships and matches; a match drafts the internship through its own Placement.
	Activities activity.Room
	Placements placement.Room
	Matches    matching.Room
	Housing    housing.Room
	// Register holds the same for signatures of months.
	Register attendance.Room
	// Documents makes papers.
	Documents document.Room
	// Devices knows the phones that members have registered.
	Devices *member.Devices
	// Connections are those that stand on this node.
	Connections *wire.Connections
	// Operations are those that clients may name.
	Operations Operations
	// Usage counts what apps use; nil counts nothing.
	Usage *Usage
	// Rates says how often; nil sets no limits.
	Rates *rate.Limiter
	// Origins are the other origins whose pages may open a connection.
	Origins []string
	// AST is the schema as parsed from schema.graphqls.
	AST *ast.Schema

	places places
	plans  plans
}

// Mutation gives the resolvers of acts.
func (r *Resolver) Mutation() MutationResolver { return mutation{r} }

// Query gives the few root fields that no plan can answer.
func (r *Resolver) Query() QueryResolver { return query{r: r} }

// Subscription is answered by the hub before resolvers are asked.
func (r *Resolver) Subscription() SubscriptionResolver { return nil }

// Refusal is put into words by the plan's renderer before resolvers are asked.
func (r *Resolver) Refusal() RefusalResolver { return nil }

// mutation has one method for each act.
type mutation struct{ *Resolver }

// query answers what plans do not; the embedded interface stands for everything that they do.
type query struct {
	QueryResolver
	r *Resolver
}
