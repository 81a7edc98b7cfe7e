package main

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// submitted gives a month at a host that a coordinator has submitted after its end.
func submitted(t *testing.T, n *node, conn *pgx.Conn, coordinator string) string {
	t.Helper()
	actor, err := n.app.directory.Of(t.Context(), uuid.MustParse(coordinator))
	if err != nil {
		t.Fatal(err)
	}
	months := strings.Fields(query(t, conn, "select string_agg(m.id::text, ' ' order by m.month, m.id) from register_month m join participation a on a.id = m.participation_id where m.state = 'OPEN' and m.company_id is not null and not a.protected"))
	for _, month := range months {
		err := n.app.DB.InTx(t.Context(), actor, n.app.now, func(ctx context.Context, tx *postgres.Tx) error {
			return attendance.SubmitMonth(ctx, tx, attendance.MonthStep{Month: uuid.MustParse(month)})
		})
		if _, refused := refusal.As(err); err == nil {
			return month
		} else if !refused {
			t.Fatal(err)
		}
	}
	t.Fatalf("none of %d months is submitted", len(months))
	return ""
}

// styled finds the nonce that a page's own style bears.
var styled = regexp.MustCompile(`<style nonce="([^"]+)">`)

// TestSigningOnPages goes the way of a host's tutor who has no account: a coordinator asks, shows a code, and the month is certified on a page that is
// open to nobody else.
func TestSigningOnPages(t *testing.T) {
	c := demonstration(t, testdb.New(t))
	c.RateSignings = 8
	n := serveAt(t, c, func() time.Time { return time.Now().AddDate(0, 2, 0) }) // all months are over
	conn := owner(t, c.OwnerURL)
	lead := query(t, conn, "select m.subject from member m join access_grant g on g.member_id = m.id and g.role = 'COORDINATOR' limit 1")
	month := submitted(t, n, conn, query(t, conn, "select m.id from member m join access_grant g on g.member_id = m.id and g.role = 'COORDINATOR' limit 1"))
	hash, pseudonym := query(t, conn, "select encode(content_hash, 'hex') from register_month where id = '"+month+"'"),
		query(t, conn, "select a.pseudonym from participation a join register_month m on m.participation_id = a.id where m.id = '"+month+"'")
	name := query(t, conn, "select p.family_name from person p join participation a on a.person_id = p.id join register_month m on m.participation_id = a.id where m.id = '"+month+"'")
	coordinator := n.bearing(n.own(t, lead))
	ask := func(operation string, input vars) map[string]any {
		t.Helper()
		return coordinator.ask(operation, vars{"input": input})
	}
	asked := ask(`mutation ($input: AskSignatureInput!) { askSignature(input: $input) { refusals { code } signature { id state way } } }`, vars{"registerMonth": "rgm_" + month, "party": "HOST"})
	signature := at(t, asked, "askSignature.signature.id")
	allowed := func(n *node, signature any) (acts string) {
		t.Helper()
		for _, a := range at(t, n.ask(`query ($id: ID!) { node(id: $id) { ... on MonthSignature { allowedActs { act allowed refusals { code } } } } }`, vars{"id": signature}), "node.allowedActs").([]any) {
			if at(t, a, "allowed") == true {
				acts += at(t, a, "act").(string) + " "
			}
		}
		return acts
	}
	if acts := allowed(coordinator, signature); acts != "resendSignature showSigningCode revokeSignature " {
		t.Errorf("of what is asked for one may %s", acts)
	}
	paper := "sgn_" + query(t, conn, "select id from month_signature where state = 'BROUGHT'")
	if acts := allowed(coordinator, paper); acts != "confirmSignedPaper revokeSignature " {
		t.Errorf("of a paper one may %s", acts)
	}
	if acts := allowed(n.as(t, query(t, conn, "select m.email from member m join month_signature s on s.asked_by = m.id where s.state = 'BROUGHT'")), paper); acts != "revokeSignature " {
		t.Errorf("who has brought a paper may %s", acts)
	}
	const showing = `mutation ($input: ShowSigningCodeInput!) { showSigningCode(input: $input) { refusals { code } code { code path expiresAt } signature { sendings way } } }`
	request := vars{"signature": signature, "requestId": "once"}
	shown := ask(showing, request)
	code := at(t, shown, "showSigningCode.code.code").(string)
	if again := ask(showing, request); at(t, again, "showSigningCode.code") != nil || at(t, again, "showSigningCode.signature.sendings") != at(t, shown, "showSigningCode.signature.sendings") {
		t.Errorf("the same request shows %v", again)
	}

	form := func(b *browser, path string, fields url.Values) (int, string) {
		t.Helper()
		res, text := b.send(http.MethodPost, b.url+path, fields.Encode(), "Content-Type", "application/x-www-form-urlencoded", "Accept-Language", "it", "Sec-Fetch-Site", "same-origin")
		if policy := res.Header.Get("Content-Security-Policy"); res.StatusCode < 400 && !strings.Contains(policy, "default-src 'none'") || res.StatusCode < 400 && res.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v", path, res.Header)
		}
		if nonce := styled.FindStringSubmatch(text); nonce == nil || !strings.Contains(res.Header.Get("Content-Security-Policy"), "style-src 'nonce-"+nonce[1]+"'") {
			t.Errorf("%s is not styled: %d %v %s", path, res.StatusCode, res.Header, text)
		}
		return res.StatusCode, text
	}
	own, other := n.browser(t), n.browser(t)
	if res, text := own.send(http.MethodGet, own.url+at(t, shown, "showSigningCode.code.path").(string), "", "Accept-Language", "it"); res.StatusCode != http.StatusOK || strings.Contains(text, pseudonym) || !strings.Contains(text, `action="/sign/open"`) {
		t.Errorf("a link that was only read says %d %s", res.StatusCode, text)
	}
	if status, text := form(own, "/sign/open", url.Values{"link": {strings.ToLower(code)}}); status != http.StatusOK || !strings.Contains(text, hash) || !strings.Contains(text, pseudonym) || strings.Contains(text, name) {
		t.Fatalf("opened: %d %s", status, text)
	}
	if status, text := form(other, "/sign/open", url.Values{"link": {code}}); status != http.StatusForbidden || !strings.Contains(text, "già stato aperto su un altro dispositivo") || !strings.Contains(text, `href="/sign"`) || strings.Contains(text, hash) {
		t.Errorf("another device: %d %s", status, text)
	}
	if res, _ := other.send(http.MethodPost, other.url+"/sign/confirm", url.Values{"link": {code}, "name": {"x"}}.Encode(), "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "cross-site"); res.StatusCode != http.StatusForbidden {
		t.Errorf("from another site's page: %d", res.StatusCode)
	}
	if status, text := form(own, "/sign/confirm", url.Values{"link": {code}}); status != http.StatusUnprocessableEntity || !strings.Contains(text, `role="alert"`) || !strings.Contains(text, hash) {
		t.Errorf("without a name: %d %s", status, text)
	}
	if status, text := form(own, "/sign/confirm", url.Values{"link": {code}, "name": {"Rosa Bianchi"}}); status != http.StatusOK || !strings.Contains(text, "Firmato") {
		t.Fatalf("signed: %d %s", status, text)
	}
	if state := query(t, conn, "select state from register_month where id = '"+month+"'"); state != "HOST_CERTIFIED" {
		t.Errorf("the month is %s", state)
	}
	got := coordinator.ask(`query ($id: ID!) { node(id: $id) { ... on RegisterMonth { steps { act member { id } signature { id party state signedAt } } signatures { id ofPresent } } } }`, vars{"id": "rgm_" + month})
	steps := at(t, got, "node.steps").([]any)
	if last := steps[len(steps)-1]; at(t, last, "act") != "signMonth" || at(t, last, "member") != nil || at(t, last, "signature.id") != signature || at(t, last, "signature.state") != "SIGNED" {
		t.Errorf("the last step is %v", last)
	}
	if acts := allowed(coordinator, signature); acts != "" {
		t.Errorf("of what is signed one may %s", acts)
	}
	status, text := 0, ""
	for range 10 {
		if status, text = form(other, "/sign/open", url.Values{"link": {"ABCD-EFGH"}}); status == http.StatusTooManyRequests {
			break
		}
	}
	if status != http.StatusTooManyRequests || !strings.Contains(text, "Riprova tra") {
		t.Errorf("guessing goes on, or is not told why it ends: %d %s", status, text)
	}
}
