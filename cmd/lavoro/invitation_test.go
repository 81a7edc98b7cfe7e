package main

import (
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
)

const (
	administratorAddress = "rosa@example.org"
	inviteQuery          = `mutation ($input: InviteMemberInput!) { inviteMember(input: $input) { refusals { code } member { id account { state invitation { id state sentAt } } } } }`
	acceptQuery          = `mutation ($secret: String!) { acceptInvitation(input: { secret: $secret }) { refusals { code path } member { id name } } }`
)

// TestInvitations goes the way of a new installation: the first administrator comes by the link that the program prints, and invites others,
// who come with an app's token, by a letter's link or by a gateway's word on their fiscal code.
func TestInvitations(t *testing.T) {
	db := testdb.New(t)
	c := applied(t, db)
	gateway := newOutside(t)
	gateway.open()
	c.Issuers = gateway.spid()
	n := serve(t, c)
	lead := "org_" + query(t, owner(t, db.OwnerURL), "select id from organisation where code = 'ASL'")
	first := []string{"member", "first", "--organisation", "ASL", "--name", "Rosa Bianchi", "--email", administratorAddress,
		"--database-url", db.AppURL, "--keys-text", c.KeysText, "--public-url", n.url}

	link, err := command(t, first...)
	if err != nil {
		t.Fatal(err)
	}
	secret := secretIn(t, link)
	if out, err := command(t, append(first[:len(first):len(first)], "--programme", "NONE")...); err == nil {
		t.Errorf("a programme that there is not: %s", out)
	}

	rosa := n.bearing(n.own(t, administratorAddress))
	if code := rosa.refused(whoAmI, nil); code != "NOT_A_MEMBER" {
		t.Errorf("before she has come: %s", code)
	}
	if code := rosa.refused(strings.Replace(acceptQuery, "{ acc", "{ endMember(input: {member: \"x\"}) { refusals { code } } acc", 1), vars{"secret": secret}); code != "NOT_A_MEMBER" {
		t.Errorf("another act beside an invitation: %s", code)
	}
	stranger(t, rosa)
	b := n.browser(t)
	back := b.begin("/sign-in?invitation="+url.QueryEscape(secret)+"&issuer="+url.QueryEscape(n.app.door.demo.Identifier), administratorAddress)
	if res, text := b.send(http.MethodGet, back, ""); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("the first administrator does not come in: %d %s", res.StatusCode, text)
	}
	if name := at(t, rosa.ask(whoAmI, nil), "viewer.name"); name != "Rosa Bianchi" {
		t.Fatalf("comes as %v", name)
	}
	if out, err := command(t, first...); err == nil || !strings.Contains(err.Error(), "administers this body already") {
		t.Errorf("a second first administrator: %s %v", out, err)
	}

	t.Run("by an app", func(t *testing.T) {
		rosa.invite(t, vars{"organisation": lead, "name": "Anna Verdi", "email": "anna@example.org", "roles": []vars{{"role": "COORDINATOR"}}})
		link, err := command(t, "member", "link", "ANNA@example.org", "--database-url", db.AppURL, "--keys-text", c.KeysText)
		if err != nil {
			t.Fatal(err)
		}
		anna := n.bearing(n.own(t, "anna@example.org"))
		preview := strings.Replace(acceptQuery, "secret: $secret }) { refusals { code path }", "secret: $secret, preview: true }) { refusals { code } body programme", 1)
		asked := anna.ask(preview, vars{"secret": secretIn(t, link)})
		if at(t, asked, "acceptInvitation.body") != query(t, owner(t, db.OwnerURL), "select name from organisation where code = 'ASL'") || at(t, asked, "acceptInvitation.programme") != "Lavoro in Corso 3" {
			t.Errorf("invited by %v", asked)
		}
		if got := anna.ask(preview, vars{"secret": "guessed"}); at(t, got, "acceptInvitation.body") != nil {
			t.Errorf("a guessed secret tells %v", got)
		}
		for range 2 { // sent twice, one effect
			if name := at(t, anna.ask(acceptQuery, vars{"secret": secretIn(t, link)}), "acceptInvitation.member.name"); name != "Anna Verdi" {
				t.Errorf("comes as %v", name)
			}
		}
		other := n.bearing(gateway.token(t, "other"))
		got := other.ask(acceptQuery, vars{"secret": secretIn(t, link)})
		if code := at(t, got, "acceptInvitation.refusals.0.code"); code != "INVITATION_ACCEPTED" || at(t, got, "acceptInvitation.member") != nil {
			t.Errorf("another: %v", got)
		}
		if _, err := command(t, "member", "link", "anna@example.org", "--database-url", db.AppURL, "--keys-text", c.KeysText); err == nil {
			t.Error("a link that was used is printed again")
		}
	})
	t.Run("by a fiscal code", func(t *testing.T) {
		rosa.invite(t, vars{"organisation": lead, "name": "Carla Neri", "email": "carla@example.org", "fiscalCode": "rssmra85a01f023u"})
		if code := n.bearing(gateway.proving(t, "other", "VRDNNA90A41F023F")).refused(whoAmI, nil); code != "NOT_A_MEMBER" {
			t.Errorf("another code: %s", code)
		}
		carla := n.bearing(gateway.proving(t, "carla", "RSSMRA85A01F023U"))
		if name := at(t, carla.ask(whoAmI, nil), "viewer.name"); name != "Carla Neri" {
			t.Errorf("comes as %v", name)
		}
	})
	t.Run("a page says why not", func(t *testing.T) {
		b := n.browser(t)
		back := b.begin("/sign-in?invitation=guessed&issuer="+url.QueryEscape(n.app.door.demo.Identifier), "anna@example.org")
		if res, text := b.send(http.MethodGet, back, "", "Accept-Language", "it"); res.StatusCode != http.StatusForbidden || !strings.Contains(text, "Questo invito non vale") {
			t.Errorf("%d %s", res.StatusCode, text)
		}
	})
	t.Run("a page says who invites, and keeps it through another try", func(t *testing.T) {
		rosa.invite(t, vars{"organisation": lead, "name": "Dina Blu", "email": "dina@example.org"})
		link, err := command(t, "member", "link", "dina@example.org", "--database-url", db.AppURL, "--keys-text", c.KeysText)
		if err != nil {
			t.Fatal(err)
		}
		b := n.browser(t)
		path := "/sign-in?invitation=" + url.QueryEscape(secretIn(t, link))
		name := html.EscapeString(query(t, owner(t, db.OwnerURL), "select name from organisation where code = 'ASL'"))
		if _, text := b.send(http.MethodGet, b.url+path, "", "Accept-Language", "it"); !strings.Contains(text, "Ti invita: "+name) || !strings.Contains(text, "Lavoro in Corso 3") {
			t.Errorf("the page says %s", text)
		}
		if _, text := b.send(http.MethodGet, b.url+"/sign-in?invitation=guessed", ""); strings.Contains(text, name) {
			t.Errorf("a guessed secret is told %s", text)
		}
		issuer := "&issuer=" + url.QueryEscape(n.app.door.demo.Identifier)
		b.begin(path+issuer, "dina@example.org")
		_, text := b.send(http.MethodGet, b.url+callbackPath+"?error=access_denied", "")
		again := regexp.MustCompile(`href="(/sign-in[^"]*again=true[^"]*)"`).FindStringSubmatch(text)
		if again == nil || strings.Contains(text, secretIn(t, link)) {
			t.Fatalf("no other try: %s", text)
		}
		back := b.begin(html.UnescapeString(again[1])+issuer, "dina@example.org")
		if res, text := b.send(http.MethodGet, back, ""); res.StatusCode != http.StatusSeeOther {
			t.Errorf("another try: %d %s", res.StatusCode, text)
		}
	})
	t.Run("a second one by a fiscal code, on a page", func(t *testing.T) {
		aias := "org_" + query(t, owner(t, db.OwnerURL), "select id from organisation where code = 'AIAS'")
		rosa.invite(t, vars{"organisation": aias, "name": "Carla Neri", "email": "carla.neri@example.org", "fiscalCode": "RSSMRA85A01F023U"})
		waits := "select count(*)::text from invitation where accepted_at is null and organisation_id = '" + strings.TrimPrefix(aias, "org_") + "'"
		who := member.Identity{Issuer: gateway.issuer.Identifier, Subject: "carla", FiscalCode: "RSSMRA85A01F023U"}
		if err := n.app.door.alsoInvited(t.Context(), who); err != nil {
			t.Fatal(err)
		}
		if got := query(t, owner(t, db.OwnerURL), waits); got != "0" {
			t.Errorf("%s invitations wait", got)
		}
	})
	t.Run("without a token", func(t *testing.T) {
		if code := n.bearing("").refused(acceptQuery, vars{"secret": secret}); code != "UNAUTHENTICATED" {
			t.Errorf("nobody: %s", code)
		}
	})
}

const whoAmI = `{ viewer { name } }`

// stranger: who is nobody here cannot keep a connection open either.
func stranger(t *testing.T, n *node) {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), strings.Replace(n.url, "http", "ws", 1)+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.CloseNow() }()
	init, _ := json.Marshal(vars{"type": "connection_init", "payload": vars{"Authorization": "Bearer " + n.token}})
	if err := conn.Write(t.Context(), websocket.MessageText, init); err != nil {
		t.Fatal(err)
	}
	if status := closed(t, conn); status != 4403 {
		t.Errorf("a stranger's connection ends with %d", status)
	}
}

func secretIn(t *testing.T, link string) string {
	t.Helper()
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil || u.Query().Get("invitation") == "" {
		t.Fatalf("no link: %q", link)
	}
	return u.Query().Get("invitation")
}

// invite invites somebody, who is then only invited.
func (n *node) invite(t *testing.T, input vars) {
	t.Helper()
	got := at(t, n.ask(inviteQuery, vars{"input": input}), "inviteMember")
	if refusals := at(t, got, "refusals").([]any); len(refusals) > 0 {
		t.Fatal(refusals)
	}
	if state, letter := at(t, got, "member.account.state"), at(t, got, "member.account.invitation.state"); state != "INVITED" || letter != "OPEN" {
		t.Errorf("invited: %v, %v", state, letter)
	}
}

// bearing is the node used with a token.
func (n *node) bearing(token string) *node {
	return &node{t: n.t, app: n.app, url: n.url, token: token}
}

// own is a token of the demonstration's issuer.
func (n *node) own(t *testing.T, subject string) string {
	t.Helper()
	token, err := n.app.door.demo.Token(subject, "test", time.Hour, vars{"auth_time": n.app.clock().Unix()})
	if err != nil {
		t.Fatal(err)
	}
	return token
}
