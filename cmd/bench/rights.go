package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/lavoroincorso/lavoro/internal/access"
)

// confidentialFields are asked for beside those of nestedQuery: why a person is in the programme, and what excludes.
const confidentialFields = `
      health { groups { code label } } penal { groups { code label } } protection { groups { code label } } restricted { groups { code label } }
      exclusionChecks { checkedOn outcome evidence }`

// confidentialQuery is nestedQuery with them.
var confidentialQuery = strings.Replace(nestedQuery, "id state referredOn", "id state referredOn"+confidentialFields, 1)

const benchReason = "Verifica a campione"

// onlooker is for whom the list is read, and the plain condition that keeps his rows where no rights do: an equality on
// the list's own table, as anybody would write it who knew whose rows he wants. find gives his subject and the id.
type onlooker struct {
	name, find, column string
	people             int            // in his list
	purpose            access.Purpose // for which he may read confidential fields, "" where he may for none
}

var onlookers = []onlooker{
	{"lead", "select subject, id from member where subject = 'lead'", "", 50, access.Supervision},
	{"partner", "select m.subject, g.key from member m join access_grant g on g.member_id = m.id where m.subject = 'partner-0'", "organisation_id", 50, access.Supervision},
	{"tutor", "select subject, id from member where subject like 'tutor-%' order by id limit 1", "tutor_id", 20, ""},
}

// rights measures what rights and row-level security cost on the nested list of reads.go.
//
//	access.nested.cost_lead     (with - without) / without, for the coordinator of the lead body: 20,000 people
//	access.nested.cost_partner  the same for a partner's coordinator, who sees an eighth of them
//	access.nested.cost_tutor    the same for a tutor, who sees 20
//
// "With" is what the program sends for that member: the settings that name his keys and the plan's statement, in one batch,
// as the application's role, under row-level security. "Without" is the same statement as the tables' owner, whom no policy
// binds, with every predicate on an audience taken out: true, or false where the member has no key of the class. The list
// itself, which goes through the table of rows by key, reads its own table, kept to the partner or the tutor by an equality,
// and its page's size stands in the statement. Both must answer with the same bytes. What is compared is processor time of
// the PostgreSQL backends alone.
//
// The lines that end in _confidential ask for groups and exclusion checks, too, both coordinators for SUPERVISION with a
// reason; a tutor reads none of them, and is shown null. What is compared is processor time of backends and of the process:
//
//	access.nested.cost_…_confidential  "with" is the program's engine without its log of reads: it plans, reads the statement, and
//	                                   opens what is sealed. "Without" plans, too, reads the bare statement, and opens the same
//	                                   values in the same way, under the settings that the program opens them under.
//	access.nested.read_…_confidential  (read - sealed) / sealed: what opening the values and writing the journal of reads before the
//	                                   answer leaves add to a plan and its statement that leave them sealed
//	access.nested.log_…_confidential   (read - opened) / opened: the share of the journal of reads in it
//
// The answer in this process must be the one that the served program gives. turns.go says how both are measured.
func rights(ctx context.Context, s *stage, out *report) (err error) {
	program, err := s.serve(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, program.stop()) }()
	for _, who := range onlookers {
		spent, err := s.fight(ctx, program, who, nestedQuery)
		if err != nil {
			return fmt.Errorf("%s: %w", who.name, err)
		}
		spent.compare(out, "access.nested.cost_"+who.name, "with", "without")
	}
	for _, who := range onlookers {
		spent, err := s.fight(ctx, program, who, confidentialQuery)
		if err != nil {
			return fmt.Errorf("%s, confidential: %w", who.name, err)
		}
		spent.compare(out, "access.nested.cost_"+who.name+"_confidential", "opened", "bare")
		if who.purpose != "" {
			spent.compare(out, "access.nested.read_"+who.name+"_confidential", "read", "sealed")
			spent.compare(out, "access.nested.log_"+who.name+"_confidential", "read", "opened")
		}
	}
	return nil
}

// served has the program answer the onlooker, and checks that the duel is about the same.
func (s *stage) served(ctx context.Context, program *node, d *duel, who onlooker, query string) error {
	token, err := s.token(d.subject)
	if err != nil {
		return err
	}
	asker := newClient(program, token, 1)
	if who.purpose != "" {
		asker.why = http.Header{"Lavoro-Purpose": {string(who.purpose)}, "Lavoro-Reason": {benchReason}}
	}
	answer, err := asker.ask(ctx, query, s.variables())
	if err == nil {
		err = wholeList(answer, who, query == confidentialQuery)
	}
	if err != nil {
		return err
	}
	return d.alike(ctx, answer)
}

// wholeList says whether the answer holds as many participants as it must, each with a name, ten attendances, and where it
// shows the confidential the groups that everybody was loaded with.
func wholeList(answer json.RawMessage, who onlooker, confidential bool) error {
	type groups *struct{ Groups []struct{ Code string } }
	var read struct {
		Participants struct {
			Nodes []struct {
				Person                                *struct{ GivenName *string }
				Attendances                           struct{ Nodes []struct{ Day string } }
				Health, Penal, Protection, Restricted groups
				ExclusionChecks                       []struct{ Outcome string }
			}
		}
	}
	if err := json.Unmarshal(answer, &read); err != nil {
		return err
	}
	if n := len(read.Participants.Nodes); n != who.people {
		return fmt.Errorf("%d participants, not %d", n, who.people)
	}
	for i, p := range read.Participants.Nodes {
		if p.Person == nil || p.Person.GivenName == nil || len(p.Attendances.Nodes) != 10 {
			return fmt.Errorf("participant %d has no name, or %d attendances", i, len(p.Attendances.Nodes))
		}
		lists := []groups{p.Health, p.Penal, p.Protection, p.Restricted}
		if !confidential || who.purpose == "" {
			if slices.ContainsFunc(lists, func(g groups) bool { return g != nil }) {
				return fmt.Errorf("participant %d shows groups", i)
			}
			continue
		}
		if slices.Contains(lists, nil) || len(p.Restricted.Groups) == 0 || p.Restricted.Groups[0].Code == "" || len(p.ExclusionChecks) != 2 {
			return fmt.Errorf("participant %d does not show every group, or %d exclusion checks", i, len(p.ExclusionChecks))
		}
	}
	return nil
}
