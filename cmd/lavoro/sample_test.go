package main

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/matching"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/placement"
	"github.com/lavoroincorso/lavoro/internal/placement/placementtest"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
)

// audited opens a mandate over the person's body with the person as its sample, and gives its auditor and the two keys.
func (s *shelter) audited() (auditor access.Actor, keys []uuid.UUID) {
	s.T.Helper()
	member := uuid.New()
	s.Exec("insert into member (id, issuer, subject, email, name, audience) values ($1, 'test', 'revisore', 'revisore@example.org', 'Prova', array[$2::uuid])", member, s.Orgs["ASL"])
	var mandate uuid.UUID
	s.act(s.lead(), func(ctx context.Context, tx *postgres.Tx) (err error) {
		mandate, err = programme.OpenMandate(ctx, tx, programme.MandateInput{Programme: s.Programme, Organisation: s.Orgs["CARRARA"], Member: member, From: s.Today.Month().First(),
			To: s.Today.AddDays(300), EndsOn: s.Today.AddDays(300), Document: "Incarico 12/2026", Sample: []uuid.UUID{s.participation}})
		return err
	})
	keys = []uuid.UUID{access.MandateKey(s.Programme, mandate), access.SampleKey(s.Programme, mandate)}
	auditor = s.Actor(keys[0], access.Auditor)
	auditor.Grants = append(auditor.Grants, s.Actor(keys[1], access.SampleAuditor).Grants...)
	return auditor, keys
}

// moveOn has a row written in every table that hangs on the person, as the acts of later days write it.
func (s *shelter) moveOn() {
	s.T.Helper()
	opening, _ := s.Opening(placementtest.Seats{})
	next := s.Member("TUTOR", "CARRARA")
	for _, do := range []func(context.Context, *postgres.Tx) error{
		func(ctx context.Context, tx *postgres.Tx) error {
			return s.rooms.participants.AssignTeam(ctx, tx, participant.TeamInput{Participation: s.participation, Tutor: &next})
		},
		func(ctx context.Context, tx *postgres.Tx) error {
			return s.rooms.placements.Cancel(ctx, tx, placement.ReasonInput{Step: placement.Step{Placement: s.placement}, Reason: "PERSONAL"})
		},
		func(ctx context.Context, tx *postgres.Tx) error {
			_, err := s.rooms.matches.Refresh(ctx, tx, s.Programme, matching.Scope{All: true})
			return err
		},
		func(ctx context.Context, tx *postgres.Tx) error {
			return s.rooms.placements.Draft(ctx, tx, placement.DraftInput{ID: uuid.Must(uuid.NewV7()), Participation: s.participation, Opening: opening, FromDay: s.Today,
				HostTutor: "Capo", Origin: "ENTERED"})
		},
	} {
		s.act(s.house(), do)
	}
}

// TestAMandateOpensNothingBesideWhatItIsFor: rows of matches, dues, the host's view and the like that are written after the sample was drawn
// are as closed to the auditor as those from before, and so are the news of them.
func TestAMandateOpensNothingBesideWhatItIsFor(t *testing.T) {
	s := newShelter(t)
	auditor, keys := s.audited()
	s.moveOn()
	seen := s.rows(auditor)
	if seen["participation"] != 1 || seen["placement"] != 2 {
		t.Fatalf("the auditor sees %v", seen)
	}
	opened := strings.Fields(placementtest.One[string](s.Office, "select string_agg(table_name, ' ') from mandate_opens"))
	for table, n := range seen {
		if slices.Contains(opened, table) || table == "person" || table == "person_code" {
			continue
		}
		if n != 0 {
			t.Errorf("the auditor sees %d rows of %s", n, table)
		}
		if left := placementtest.One[int](s.Office, "select count(*)::int from "+table+" where audience && $1", keys); left != 0 {
			t.Errorf("%d rows of %s carry a key of the mandate", left, table)
		}
	}
	if n := placementtest.One[int](s.Office, "select count(*)::int from outbox where audience && $1 and subject_kind not in ('Participant', 'Enrolment', 'Placement', 'Attendance', 'Allowance', 'Mandate')", keys); n != 0 {
		t.Errorf("%d news that no mandate opens are for its auditor", n)
	}
	for _, table := range []string{"match", "match_reason", "intern_card", "due"} {
		if n := placementtest.One[int](s.Office, "select count(*)::int from "+table+" where participation_id = $1", s.participation); n < 2 {
			t.Errorf("%d rows of %s were written", n, table)
		}
	}
}

// TestEveryFollowerIsOpenedByMandatesOrShut: a table whose rows take over a participation's audience says whether auditors read it.
func TestEveryFollowerIsOpenedByMandatesOrShut(t *testing.T) {
	s := placementtest.New(t)
	if left := placementtest.One[string](s, `select coalesce(string_agg(f.table_name, ' '), '') from audience_follower f where not exists (select from pg_trigger g
		where g.tgrelid = f.table_name::text::regclass and g.tgname in ('follows_mandates', 'shut_to_mandates'))`); left != "" {
		t.Errorf("give %s the trigger shut_to_mandates, or follows_mandates with a row in mandate_opens", left)
	}
}
