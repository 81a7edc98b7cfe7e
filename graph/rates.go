package graph

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/lavoroincorso/lavoro/internal/platform/rate"
	"github.com/lavoroincorso/lavoro/internal/platform/web"
)

// The buckets that the API takes from; rooms add their own to the same limiter.
const (
	Requests  = "requests"  // of one member
	Addresses = "addresses" // of one client address, by those who are not signed in
	Acts      = "acts"      // of one member, each act of an operation by itself
	LookUps   = "look-ups"  // of one member: questions whether a fiscal code is somebody's
	SignIns   = "sign-ins"  // of one client address: attempts that fail, and visits to the pages of signing in
)

// senderOf is whose buckets a session draws on: the member's; of who has proved an identity and is nobody here yet that identity's, by a mark of
// it, so that one newcomer does not keep the others out; of nobody his address's.
func senderOf(ctx context.Context, session Session) string {
	if session.Actor.Member != uuid.Nil {
		return session.Actor.Member.String()
	}
	who, proved := identityOf(ctx)
	if !proved {
		return "at-" + clientOf(ctx)
	}
	sum := sha256.Sum256([]byte(who.Issuer + "\x00" + who.Subject))
	return "new-" + hex.EncodeToString(sum[:16])
}

func clientOf(ctx context.Context) string { return web.AddressOf(ctx) }

// rated lets a request through when its member, or its address where nobody is signed in, has not sent too many. What comes by an open
// connection is counted operation by operation.
func (r *Resolver) rated(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if err := r.request(req.Context()); err != nil {
			refuse(req.Context(), w, err)
			return
		}
		next.ServeHTTP(w, req)
	})
}

func (r *Resolver) request(ctx context.Context) error {
	if session, ok := sessionOf(ctx); ok {
		return r.Rates.Take(ctx, Requests, senderOf(ctx, session))
	}
	return r.Rates.Take(ctx, Addresses, clientOf(ctx))
}

// attempted is what is answered to a sign-in that failed: the same, until the address has tried too often.
func (r *Resolver) attempted(ctx context.Context, err error) error {
	if !unauthentic(err) {
		return err
	}
	if limited := r.Rates.Take(ctx, SignIns, clientOf(ctx)); limited != nil {
		return limited
	}
	return err
}

// askers are the fields that tell whether somebody is followed by any body: who asks about many codes learns who takes part.
var askers = map[string]bool{"Query.lookUpPerson": true, "Mutation.requestHandOver": true}

// act counts each act of an operation, and each question about a fiscal code.
func (r *Resolver) act(ctx context.Context, next graphql.Resolver) (any, error) {
	fc := graphql.GetFieldContext(ctx)
	session, _ := sessionOf(ctx)
	if fc.Object == "Mutation" {
		if err := r.Rates.Take(ctx, Acts, senderOf(ctx, session)); err != nil {
			return nil, err
		}
	}
	if askers[fc.Object+"."+fc.Field.Name] {
		if err := r.Rates.Take(ctx, LookUps, senderOf(ctx, session)); err != nil {
			return nil, err
		}
	}
	return next(ctx)
}

// waiting adds to an error when to come back.
func waiting(e *gqlerror.Error, err error) *gqlerror.Error {
	var limited *rate.Limited
	if errors.As(err, &limited) {
		e.Extensions["retryAfter"] = limited.Seconds()
	}
	return e
}

// sayWhen puts into the header what an error says of coming back.
func sayWhen(header http.Header, errs ...*gqlerror.Error) (limited bool) {
	for _, e := range errs {
		if seconds, ok := e.Extensions["retryAfter"].(int); ok {
			header.Set("Retry-After", strconv.Itoa(seconds))
			limited = true
		}
	}
	return limited
}
