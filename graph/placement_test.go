package graph_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/graph"
	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/activity"
	"github.com/lavoroincorso/lavoro/internal/company"
	"github.com/lavoroincorso/lavoro/internal/matching"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/placement"
	"github.com/lavoroincorso/lavoro/internal/placement/placementtest"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
)

// placementCounter is the API over the rooms up to matching, for the coordinator of CARRARA.
func placementCounter(o *placementtest.Office, t *testing.T) *counter {
	return counterOf(o, t, o.Coordinator("CARRARA"))
}

// counterOf is the same for an actor.
func counterOf(o *placementtest.Office, t *testing.T, actor access.Actor) *counter {
	resolver := &graph.Resolver{DB: o.DB, Clock: o.Clock, Limits: graph.Limits{Cost: 100_000, Depth: 20},
		Engine: &plan.Engine{DB: o.DB, Schema: plan.NewSchema(member.Reading(), programme.Reading(), participant.Reading(), company.Reading(), activity.Reading(),
			placement.Reading(placement.Room{}), matching.Reading())}}
	c := &counter{t: t, server: httptest.NewServer(graph.NewServer(resolver, knownBy(func(string) (graph.Session, error) {
		return graph.Session{Actor: actor}, nil
	})))}
	t.Cleanup(c.server.Close)
	return c
}

// mutate runs an act and gives the state of its object and the codes of its refusals.
func (c *counter) mutate(act, object, input string) (state string, refusals []string) {
	c.t.Helper()
	answer := c.ask("CARRARA", fmt.Sprintf("mutation { it: %s(input: {%s}) { refusals { code } %s { id state allowedActs { act allowed } } } }", act, input, object), nil)
	var read struct {
		Data struct {
			It map[string]json.RawMessage
		}
	}
	var subject struct{ State string }
	var codes []struct{ Code string }
	for _, err := range []error{json.Unmarshal([]byte(answer), &read), json.Unmarshal(read.Data.It["refusals"], &codes)} {
		if err != nil {
			c.t.Fatalf("%s: %v in %s", act, err, answer)
		}
	}
	_ = json.Unmarshal(read.Data.It[object], &subject) // null after some refusals
	for _, r := range codes {
		refusals = append(refusals, r.Code)
	}
	return subject.State, refusals
}

// Every act on matches and internships does over HTTP what its payload says, and shows the object as it stands when refused.
func TestInternshipsOverHTTP(t *testing.T) {
	o := placementtest.New(t)
	c := placementCounter(o, t)
	prepared := func() (match, intern string) {
		person := o.Active(placementtest.Who{})
		o.Certify(person, o.Today)
		opening, _ := o.Opening(placementtest.Seats{Number: 1})
		o.Must(o.As(o.System(), func(ctx context.Context, tx *postgres.Tx) error {
			_, err := matching.Room{}.Refresh(ctx, tx, o.Programme, matching.Scope{Participations: []uuid.UUID{person}})
			return err
		}))
		id := placementtest.One[uuid.UUID](o, "select id from match where participation_id = $1 and opening_id = $2", person, opening)
		return plan.FormatID("mat", id), plan.FormatID("plc", uuid.Must(uuid.NewV7()))
	}
	step := func(act, object, input, want string, codes ...string) {
		t.Helper()
		state, refusals := c.mutate(act, object, input)
		if state != want || strings.Join(refusals, " ") != strings.Join(codes, " ") {
			t.Fatalf("%s: state %q with refusals %v, want %q with %v", act, state, refusals, want, codes)
		}
	}
	draft := func() (intern string) {
		match, intern := prepared()
		step("acceptMatch", "match", fmt.Sprintf("match: %q", match), "SUGGESTED", "MATCH_STATE")
		step("proposeMatch", "match", fmt.Sprintf("match: %q", match), "PROPOSED")
		step("acceptMatch", "match", fmt.Sprintf("match: %q", match), "ACCEPTED")
		step("draftPlacement", "placement", fmt.Sprintf("id: %q, match: %q, fromDay: %q, hostTutor: \"Capo\"", intern, match, o.Today), "DRAFT")
		return intern
	}
	passed := `, acknowledge: ["PLACEMENT_COMMUNICATED_LATE", "PLACEMENT_SUSPENSION_SHORT"], acknowledgeReason: "prova"`
	walk := func(acts ...[3]string) {
		t.Helper()
		on := fmt.Sprintf("placement: %q", draft())
		for _, a := range acts {
			step(a[0], "placement", on+a[1], a[2])
		}
	}
	confirm, sign := [3]string{"confirmPlacement", `, convention: "P-1"`, "MATCHED"}, [3]string{"signProject", "", "PFI_SIGNED"}
	communicate, start := [3]string{"communicatePlacement", `, communicationCode: "U-1"` + passed, "COMMUNICATED"}, [3]string{"startPlacement", "", "RUNNING"}
	exit := `, reason: "PERSONAL"`
	walk([3]string{"cancelPlacement", exit, "CANCELLED"})
	walk(confirm, sign, communicate, [3]string{"annulPlacement", exit, "ANNULLED"})
	walk(confirm, sign, communicate, start, [3]string{"suspendPlacement", `, reason: "ILLNESS"`, "SUSPENDED"}, [3]string{"resumePlacement", passed, "RUNNING"},
		[3]string{"interruptPlacement", exit, "INTERRUPTED"})
	ending := fmt.Sprintf("placement: %q", draft())
	for _, a := range [][3]string{confirm, sign, communicate, start} {
		step(a[0], "placement", ending+a[1], a[2])
	}
	step("endPlacement", "placement", ending, "RUNNING", "PLACEMENT_NOT_OVER")
	longer := fmt.Sprintf(`%s, toDay: %q, reason: "JOB_PROSPECT"`, ending, o.Today.AddMonths(7))
	step("extendPlacement", "placement", longer, "RUNNING", "PLACEMENT_EXTENSION_NEED")
	step("extendPlacement", "placement", longer+`, attestation: "ATT-1", preview: true`, "RUNNING")
	step("extendPlacement", "placement", longer+`, attestation: "ATT-1"`, "RUNNING")
	step("communicateExtension", "placement", ending+`, communicationCode: ""`, "RUNNING", "PLACEMENT_TEXT_LENGTH")
	step("communicateExtension", "placement", ending+`, communicationCode: "U-2"`, "RUNNING")
	o.Today = o.Today.AddMonths(6)
	step("endPlacement", "placement", ending, "RUNNING", "PLACEMENT_NOT_OVER")
	o.Today = o.Today.AddMonths(1)
	step("endPlacement", "placement", ending, "ENDED")
	step("attestPlacement", "placement", ending, "ATTESTED")
	o.Today = placementtest.Monday
	match, _ := prepared()
	step("declineMatch", "match", fmt.Sprintf("match: %q, reason: \"TOO_FAR\"", match), "DECLINED")
	step("declineMatch", "match", `match: "mat_x", reason: "TOO_FAR"`, "", "NOT_FOUND")
}
