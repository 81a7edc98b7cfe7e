package main

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/placement"
	"github.com/lavoroincorso/lavoro/internal/placement/placementtest"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// TestTheProgramHandsInternshipsOver: in the program as it is wired, who takes on a person takes on the internship and what is due on it.
func TestTheProgramHandsInternshipsOver(t *testing.T) {
	o := placementtest.New(t)
	r := newRooms()
	person := o.Active(placementtest.Who{})
	opening, _ := o.Opening(placementtest.Seats{})
	id, next := uuid.Must(uuid.NewV7()), o.Member("TUTOR", "CARRARA")
	o.Must(o.As(o.Coordinator("CARRARA"), func(ctx context.Context, tx *postgres.Tx) error {
		return r.placements.Draft(ctx, tx, placement.DraftInput{ID: id, Participation: person, Opening: opening, FromDay: o.Today, HostTutor: "Capo cucina", Origin: "ENTERED"})
	}))
	o.Must(o.As(o.Coordinator("CARRARA"), func(ctx context.Context, tx *postgres.Tx) error {
		return r.participants.AssignTeam(ctx, tx, participant.TeamInput{Participation: person, Tutor: &next})
	}))
	if tutor := placementtest.One[uuid.UUID](o, "select tutor_id from placement where id = $1", id); tutor != next {
		t.Error("the internship keeps the former tutor")
	}
	if owner := placementtest.One[uuid.UUID](o, "select owner_key from due where subject_id = $1 and done_at is null", id); owner != next {
		t.Error("what is due stays with the former tutor")
	}
}
