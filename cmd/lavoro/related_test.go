package main

import (
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/placement/placementtest"
)

// related gives what the last event of a kind and subject is related to.
func (s *shelter) related(subject, kind string) []uuid.UUID {
	s.T.Helper()
	return placementtest.One[[]uuid.UUID](s.Office, "select related from outbox where subject_kind = $1 and kind like $2 order by seq desc limit 1", subject, kind)
}

func (s *shelter) bodies(related []uuid.UUID) (codes []string) {
	for code, id := range s.Orgs {
		if slices.Contains(related, id) {
			codes = append(codes, code)
		}
	}
	slices.Sort(codes)
	return codes
}

// TestNewsAreRelatedToTheBodyThatFollowsThePerson, and to those above it. Who has just lost the person is told so as of the body that he knew;
// of whose money it is where that is hidden nothing is said.
func TestNewsAreRelatedToTheBodyThatFollowsThePerson(t *testing.T) {
	s := newShelter(t)
	for _, subject := range []string{"Participant", "Match", "Placement", "Enrolment", "Allowance"} {
		related := s.related(subject, "%")
		if got := s.bodies(related); !slices.Equal(got, []string{"ASL", "CARRARA"}) || !slices.Contains(related, s.participation) {
			t.Errorf("news of a %s are related to %v", subject, got)
		}
	}
	_, holding, err := s.ask("PEGASO")
	s.Must(err)
	s.Must(s.answer(s.partner(), participant.AnswerInput{HandOver: holding, Accept: true}))
	for kind, want := range map[string][]string{"LEFT": {"ASL", "CARRARA"}, "ENTERED": {"ASL", "PEGASO"}, "CHANGED": {"ASL", "PEGASO"}} {
		if got := s.bodies(s.related("Participant", kind)); !slices.Equal(got, want) {
			t.Errorf("%s is related to %v, want %v", kind, got, want)
		}
	}
	s.Exec("update participation set protected = true")
	s.Exec("delete from allowance_line")
	s.Exec("delete from allowance")
	s.compute()
	if related := s.related("Allowance", "ENTERED"); len(related) != 0 {
		t.Errorf("money of a hidden person is related to %v", related)
	}
}
