package web

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"runtime/debug"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// harden sets what a browser is told with every answer. A page that shows something sets its own content security policy over it.
func harden(header http.Header) { maps.Copy(header, hard) }

// hard are the headers of harden, which answers share: one is replaced there, and never changed.
var hard = http.Header{
	"X-Content-Type-Options":       {"nosniff"},
	"X-Frame-Options":              {"DENY"},        // for browsers that do not know frame-ancestors
	"Referrer-Policy":              {"same-origin"}, // "no-referrer" would have browsers hide the origin of a form, too
	"Cross-Origin-Opener-Policy":   {"same-origin"},
	"Cross-Origin-Resource-Policy": {"same-origin"},
	"Permissions-Policy":           {"camera=(), geolocation=(), microphone=(), payment=()"},
	"Content-Security-Policy":      {"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
}

// transportSecurity has browsers come back by https only, for a year.
const transportSecurity = "max-age=31536000"

// Gate is what every request passes before it is answered.
type Gate struct {
	Origins Origins
	Proxies Proxies
}

// Guard puts the gate before a handler: headers, the client's address, origins, and panics that tell nothing.
func (g Gate) Guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		defer recovered(w, req)
		harden(w.Header())
		from, secure := g.Proxies.client(req)
		if secure {
			w.Header().Set("Strict-Transport-Security", transportSecurity)
		}
		if !g.Origins.take(w, req) {
			return
		}
		next.ServeHTTP(w, req.WithContext(withAddress(req.Context(), from)))
	})
}

// recovered answers a request whose handler panicked. What it panicked with may hold anybody's data: the log gets its type and the
// place, the client a reference to them.
func recovered(w http.ResponseWriter, req *http.Request) {
	panicked := recover()
	if panicked == nil {
		return
	}
	if panicked == http.ErrAbortHandler {
		panic(panicked)
	}
	id := uuid.NewString()
	slog.ErrorContext(req.Context(), "panic", "id", id, "type", fmt.Sprintf("%T", panicked), "stack", string(debug.Stack()))
	Refuse(w, req, http.StatusInternalServerError, refusal.Internal.At().With("id", id))
}

// Refuse answers a request that no operation stands behind, in the form of a GraphQL error and the language that the client reads.
func Refuse(w http.ResponseWriter, req *http.Request, status int, r refusal.Refusal) {
	l := r.Localized(text.FromAcceptLanguage(req.Header.Get("Accept-Language")))
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"errors": []any{map[string]any{"message": l.Message,
		"extensions": map[string]any{"code": l.Code, "kind": l.Kind, "path": l.Path, "cure": l.Cure, "curedBy": l.CuredBy}}}})
}
