package main

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/cmd/lavoro/rightstest"
	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/matching"
	"github.com/lavoroincorso/lavoro/internal/placement"
	"github.com/lavoroincorso/lavoro/internal/placement/placementtest"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// crowd are people who are the same to a company and differ in all that it must not learn: every priority group, two partners, two services
// and two days of referral.
type crowd struct {
	*placementtest.Office
	*stage
	rooms   rooms
	opening uuid.UUID
	company uuid.UUID
	people  []uuid.UUID // participations
	why     map[uuid.UUID]string
}

func newCrowd(t *testing.T) *crowd {
	t.Helper()
	c := &crowd{Office: placementtest.New(t), stage: &stage{contract: promises(contract(t))}, rooms: newRooms(), why: map[uuid.UUID]string{}}
	config := settings(t, c.URLs)
	config.Bounds.MaxCost = 1 << 30
	c.serve(open(t, config), c.Clock)
	c.opening, c.company = c.Opening(placementtest.Seats{Number: 500, Headcount: 9000, Requires: []string{"TEAMWORK"}, Offers: []string{"CLOSE_TUTORING", "QUIET_PLACE"}})
	groups := placementtest.One[[]string](c.Office, "select array_agg(code order by code) from code_item where list = 'priority_groups' and programme_id = $1", c.Programme)
	for _, group := range groups {
		for _, partner := range []string{"CARRARA", "MONTIGNOSO"} {
			for _, service := range []string{"Centro di salute mentale", "Ufficio esecuzione penale esterna"} {
				for _, day := range []calendar.Day{placementtest.Monday, placementtest.Monday.AddDays(-200)} {
					id := c.Active(placementtest.Who{Organisation: partner, Service: service, Groups: []string{group}, ReferredOn: day, Wishes: []string{"KITCHEN"},
						Brings: []string{"TEAMWORK"}, Needs: []string{"CLOSE_TUTORING"}})
					c.Certify(id, c.Today)
					c.people, c.why[id] = append(c.people, id), fmt.Sprintf("%s, %s, %s, %s", group, partner, service, day)
				}
			}
		}
	}
	c.Must(c.As(c.System(), func(ctx context.Context, tx *postgres.Tx) error {
		_, err := c.rooms.matches.Refresh(ctx, tx, c.Programme, matching.Scope{All: true})
		return err
	}))
	return c
}

// place gives everybody an internship at the company, with one promoter.
func (c *crowd) place() {
	c.T.Helper()
	promoter := c.Orgs["PEGASO"]
	for _, p := range c.people {
		id := uuid.Must(uuid.NewV7())
		c.Must(c.As(c.System(), func(ctx context.Context, tx *postgres.Tx) error {
			tx.Acknowledge([]string{"TUTOR_FULL", "HOST_TUTOR_FULL"}, "prova")
			if err := c.rooms.placements.Draft(ctx, tx, placement.DraftInput{ID: id, Participation: p, Opening: c.opening, Organisation: &promoter, FromDay: c.Today, HostTutor: "Capo", Origin: "ENTERED"}); err != nil {
				return err
			}
			return c.rooms.placements.Confirm(ctx, tx, placement.ConfirmInput{Step: placement.Step{Placement: id}, Convention: "P-1"})
		}))
	}
}

// viewer signs in who holds a role over something.
func (c *crowd) viewer(role access.Role, scope access.Scope, over uuid.UUID) viewer {
	c.T.Helper()
	id := uuid.New()
	c.Exec("insert into member (id, issuer, subject, email, name, audience) values ($1, 'test', $2, $2 || '@example.org', 'Prova', '{}')", id, id.String())
	c.Exec("insert into access_grant (id, member_id, programme_id, role, scope, over_id, from_day, audience) values (gen_random_uuid(), $1, $2, $3, $4, $5, '2025-01-01', '{}')",
		id, c.Programme, string(role), string(scope), over)
	return viewer{token: "test " + id.String()}
}

// chance is what of an answer is drawn by chance, and so tells nothing: ids and pseudonyms.
var chance = regexp.MustCompile(`[a-z]{3}_[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|P-[2-9A-HJ-NP-Z]{6}`)

// shown gives the nodes of a list as they are shown, byte by byte but for what is chance.
func (c *crowd) shown(v viewer, query string) (nodes []string) {
	c.T.Helper()
	data, code := c.post(v, query, vars{"p": "prg_" + c.Programme.String()})
	if code != "" {
		c.T.Fatalf("%s: %s", query, code)
	}
	for _, list := range data {
		for _, n := range list.(map[string]any)["nodes"].([]any) {
			text, err := json.Marshal(n)
			c.Must(err)
			nodes = append(nodes, chance.ReplaceAllString(string(text), "#"))
		}
	}
	return nodes
}

// alike fails where the nodes of a list are not all the same bytes.
func (c *crowd) alike(what string, nodes []string) {
	c.T.Helper()
	if len(nodes) != len(c.people) {
		c.T.Fatalf("%s: %d are shown, want %d", what, len(nodes), len(c.people))
	}
	slices.Sort(nodes)
	for i, n := range nodes {
		if n != nodes[0] {
			c.T.Fatalf("%s: number %d is shown as\n%s\nand another as\n%s", what, i, n, nodes[0])
		}
	}
	for _, why := range []string{"CARE_LEAVERS", "salute mentale", "esecuzione penale", c.name("CARRARA"), c.name("MONTIGNOSO"), placementtest.Monday.AddDays(-200).String()} {
		if strings.Contains(nodes[0], why) {
			c.T.Errorf("%s tells of %s: %s", what, why, nodes[0])
		}
	}
}

func (c *crowd) name(org string) string {
	return placementtest.One[string](c.Office, "select name from organisation where id = $1", c.Orgs[org])
}

// TestACompanyLearnsNoReason: of people who differ only in group, partner, service or day of referral a company reads the same bytes, in the
// text of the match, in the score and its explanation that a scout may tell, and in everything that its own tutor sees of the internship.
func TestACompanyLearnsNoReason(t *testing.T) {
	c := newCrowd(t)
	scout := c.viewer(access.Scout, access.OverOrganisation, c.Orgs["ASL"])
	const match = "score blocked state stateLabel stateHint companyText reasons { kind code points text } declineReason { code } revision"
	c.alike("the match", c.shown(scout, "query($p: ID!) { matches(programme: $p, orderBy: SCORE, first: 200) { nodes { "+match+" } } }"))
	if n := placementtest.One[int](c.Office, "select count(distinct (company_text::text, score))::int from match"); n != 1 {
		t.Errorf("%d texts and scores are stored", n)
	}
	host := c.viewer(access.HostTutor, access.OverCompany, c.company)
	c.place()
	all := rightstest.Text(c.contract.All("Placement", "intern", "steps", "enrolment", "organisation", "tutor", "endReason"))
	internships := c.shown(host, "query($p: ID!) { placements(programme: $p, orderBy: START_NEWEST, first: 200) { nodes { "+all+" } } }")
	c.alike("the internship", internships)
	if !strings.Contains(internships[0], "Inventata") || !strings.Contains(internships[0], "CLOSE_TUTORING") {
		t.Errorf("the host does not see whom it takes: %s", internships[0])
	}
	for _, root := range []string{"matches(programme: $p, first: 5)", "participants(programme: $p, first: 5)", "dues(programme: $p, first: 5)"} {
		if seen := c.shown(host, "query($p: ID!) { "+root+" { nodes { id } } }"); len(seen) != 0 {
			t.Errorf("the host sees %d of %s", len(seen), root)
		}
	}
	c.told(host)
}

// told compares what the host would be sent of the internships as they happen: which acts, of which kind, about whom beside the internship.
func (c *crowd) told(host viewer) {
	c.T.Helper()
	actor, err := c.app.directory.Actor(c.T.Context(), "test", strings.TrimPrefix(host.token, "test "))
	c.Must(err)
	news := placementtest.One[int](c.Office, `select count(distinct told)::int from (
		select p.id, string_agg(concat_ws(' ', o.act, o.kind, o.subject_kind, cardinality(o.related)), ', ' order by o.seq) as told
		from placement p join outbox o on (o.subject_id = p.id or o.subject_id = p.enrolment_id) and o.audience && $1 group by p.id) x`, actor.Keys(access.Work))
	if news != 1 {
		c.T.Errorf("the host is told of its interns in %d ways", news)
	}
}
