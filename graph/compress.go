package graph

import (
	"context"
	"net/http"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/klauspost/compress/gzhttp"

	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

const (
	// leastCompressed is the smallest answer that is compressed, in bytes: what fits into one packet gains nothing.
	leastCompressed = 1400
	// jitter is by up to how many bytes a compressed answer is longer than it need be.
	jitter = 64
)

// compress writes what is compressed: zstd where the client takes it, else gzip, and nothing that is small.
//
// The length of a compressed answer tells whether what somebody put into it stands there a second time (BREACH). For that he must have a
// reader ask again and again for an answer in which his words stand beside a secret, and see its length. Other sites cannot have a browser
// ask: a token is not sent by itself, and a page's session is refused to them (FOREIGN_ORIGIN), by GET too. What is left is who writes here
// himself and listens on the way: against him an answer that opens something confidential (health, bank, notes, whatever the journal of reads
// names) is not compressed at all, and all others get a padding whose length hangs on their content, so that asking again does not average it out.
var compress = must(gzhttp.NewWrapper(gzhttp.MinSize(leastCompressed), gzhttp.CompressionLevel(1), gzhttp.RandomJitter(jitter, 0, true),
	gzhttp.ContentTypes([]string{plainJSON, responseJSON, "text/plain"})))

// Compressed compresses what a handler answers; for what is not the API's own and holds nothing confidential.
func Compressed(next http.Handler) http.Handler { return compress(next) }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err) // the settings above do not fit each other
	}
	return v
}

// compressed compresses the answers of a transport that answers once. What goes on is not: each event would have to be flushed by itself.
type compressed struct{ graphql.Transport }

// Do has the transport answer.
func (c compressed) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	compress(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { c.Transport.Do(w, r, exec) }))(w, r)
}

// leavePlain has an answer go out as it is.
func leavePlain(header http.Header) { header.Set(gzhttp.HeaderNoCompression, "confidential") }

// disclosed says whether an answer opened something confidential.
type disclosed = atomic.Bool

type disclosedKey struct{}

// OnDisclosed is what a plan tells of the confidential values of an answer, before it leaves.
type OnDisclosed = func(context.Context, *postgres.Tx, plan.Viewer, []plan.Disclosure) error

// Disclosing notes that a request's answer tells something confidential, and goes on with next.
func Disclosing(next OnDisclosed) OnDisclosed {
	return func(ctx context.Context, tx *postgres.Tx, v plan.Viewer, shown []plan.Disclosure) error {
		if d, ok := ctx.Value(disclosedKey{}).(*disclosed); ok {
			d.Store(true)
		}
		return next(ctx, tx, v, shown)
	}
}
