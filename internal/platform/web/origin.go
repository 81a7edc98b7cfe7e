package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Origins are the other origins whose pages may call the API, each as a browser spells it: https://app.example.org.
type Origins []string

var originRefused = refusal.Define(refusal.Definition{
	Code: "ORIGIN_NOT_ALLOWED", Kind: refusal.Right,
	Message: refusal.Text{It: "Le pagine di questo sito non possono chiamare il servizio.", En: "Pages of this site may not call the service."},
	Cure:    refusal.Text{It: "Apri la pagina del servizio, oppure chiedi che il sito sia aggiunto all'elenco.", En: "Open the service's own page, or ask for the site to be put on the list."},
	CuredBy: refusal.Text{It: "chi gestisce l'installazione", En: "whoever runs the installation"},
})

// ParseOrigins reads origins that are separated by commas. Each is a scheme, a host and perhaps a port, and nothing more.
func ParseOrigins(setting string) (Origins, error) {
	var origins Origins
	for part := range strings.SplitSeq(setting, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		u, err := url.Parse(part)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || strings.ContainsAny(u.Host, "*,; ") || u.Scheme+"://"+u.Host != part {
			return nil, fmt.Errorf("an origin has the form https://host or https://host:port, without anything behind")
		}
		origins = append(origins, strings.ToLower(part))
	}
	return origins, nil
}

// take answers what browsers ask and refuses what they may not send; it says whether the request goes on. Clients that are no
// browsers name no origin and go on.
func (o Origins) take(w http.ResponseWriter, req *http.Request) bool {
	w.Header().Add("Vary", "Origin")
	origin := req.Header.Get("Origin")
	if slices.Contains(o, strings.ToLower(origin)) {
		return o.welcome(w, req, origin)
	}
	if !foreign(req, origin) {
		return true
	}
	Refuse(w, req, http.StatusForbidden, originRefused.At())
	return false
}

// welcome tells a browser that the origin's pages may read the answer; what it asks before a request is answered here. Cookies are not
// for other origins: they send tokens.
func (o Origins) welcome(w http.ResponseWriter, req *http.Request, origin string) bool {
	header := w.Header()
	header.Set("Access-Control-Allow-Origin", origin)
	header.Set("Access-Control-Expose-Headers", "Content-Disposition, ETag, Retry-After, Upload-Length, Upload-Offset")
	header.Set("Cross-Origin-Resource-Policy", "cross-origin")
	if req.Method != http.MethodOptions || req.Header.Get("Access-Control-Request-Method") == "" {
		return true
	}
	header.Set("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT")
	header.Set("Access-Control-Allow-Headers", "Accept-Language, Authorization, Content-Range, Content-Type, If-None-Match, Lavoro-Client, Lavoro-Device, Lavoro-Purpose, Lavoro-Reason")
	header.Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
	return false
}

// foreign says whether a browser sends the request for a page of another site, and it could do more than read: by another method than
// GET, or as a socket, which browsers open across sites without asking.
func foreign(req *http.Request, origin string) bool {
	if strings.EqualFold(req.Header.Get("Upgrade"), "websocket") {
		return origin != "" && !sameHost(origin, req.Host)
	}
	return crossOrigin.Check(req) != nil
}

// crossOrigin knows browsers by Sec-Fetch-Site and Origin.
var crossOrigin = http.NewCrossOriginProtection()

func sameHost(origin, host string) bool {
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, host)
}
