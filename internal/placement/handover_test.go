package placement_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/placement"
	"github.com/lavoroincorso/lavoro/internal/placement/placementtest"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// entrust gives the person behind an internship another tutor, as the promoter's coordinator.
func (d *desk) entrust(id, tutor uuid.UUID, acknowledge ...string) error {
	d.T.Helper()
	who := placementtest.One[uuid.UUID](d.Office, "select participation_id from placement where id = $1", id)
	room := participant.Room{OnState: []func(context.Context, *postgres.Tx, event.Transition) error{d.room.FollowTeam}}
	return d.As(d.Coordinator("CARRARA"), func(ctx context.Context, tx *postgres.Tx) error {
		tx.Acknowledge(acknowledge, "la tutor è in congedo")
		return room.AssignTeam(ctx, tx, participant.TeamInput{Participation: who, Tutor: &tutor})
	})
}

func TestInternshipsFollowTheTutorOfTheirPerson(t *testing.T) {
	d := newDesk(t)
	for _, s := range placement.States() {
		d.Today = placementtest.Monday
		id, next := d.brought(s), d.Member("TUTOR", "CARRARA")
		revision := placementtest.One[int](d.Office, "select revision from placement where id = $1", id)
		d.told = nil
		d.Must(d.entrust(id, next))
		moved := placementtest.One[bool](d.Office, "select tutor_id = $2 and revision = $3 + 1 from placement where id = $1", id, next, revision)
		if moved != s.Living() {
			t.Errorf("%s: goes over %v", s, moved)
		}
		news := placementtest.One[string](d.Office, `select coalesce(string_agg(concat_ws(' ', kind, audience && array[scope_key('TUTORED', programme_id, $2)], audience && array[scope_key('TUTORED', programme_id, $3)]), ', ' order by seq), '')
			from outbox where subject_id = $1 and act = 'assignTeam'`, id, d.Tutor, next)
		if want := map[bool]string{true: "CHANGED f f, ENTERED f t, LEFT t f"}[s.Living()]; news != want {
			t.Errorf("%s: news %q, want %q", s, news, want)
		}
		if s == placement.Running && (len(d.told) != 1 || d.told[0].From != d.told[0].To || d.told[0].Owners[0] != next) {
			t.Errorf("those who keep clocks are told %+v", d.told)
		}
	}
}

func TestATutorOfTheInternshipAloneStays(t *testing.T) {
	d := newDesk(t)
	person := d.Active(placementtest.Who{})
	opening, _ := d.Opening(placementtest.Seats{})
	in, own := d.draftOf(person, opening), d.Member("TUTOR", "CARRARA")
	in.Tutor = &own
	d.Must(d.draft(d.System(), in))
	d.Must(d.entrust(in.ID, d.Member("TUTOR", "CARRARA")))
	if tutor := placementtest.One[uuid.UUID](d.Office, "select tutor_id from placement where id = $1", in.ID); tutor != own {
		t.Error("the internship's own tutor was replaced")
	}
}

// The most interns of one tutor hold for those who are handed over too: by a confirmed rule firmly, else with a warning to acknowledge.
func TestHandingOverMindsHowManyATutorFollows(t *testing.T) {
	for _, confirmed := range []bool{true, false} {
		d := newDesk(t)
		d.Exec("update policy_rule set value = '1', confirmed = $1 where code = 'placement.tutor_max_interns'", confirmed)
		next := d.Member("TUTOR", "CARRARA")
		d.Must(d.entrust(d.brought(placement.Running), next))
		id := d.brought(placement.Running)
		refused(t, d.entrust(id, next), placement.TutorFull)
		tutors := func() (of [2]uuid.UUID) {
			d.Must(d.Owner.QueryRow(t.Context(), "select a.tutor_id, p.tutor_id from participation a join placement p on p.participation_id = a.id where p.id = $1", id).Scan(&of[0], &of[1]))
			return of
		}
		if got := tutors(); got != [2]uuid.UUID{d.Tutor, d.Tutor} {
			t.Errorf("the refused change of the team was written: %v", got)
		}
		if err := d.entrust(id, next, placement.TutorFull.String()); confirmed {
			refused(t, err, placement.TutorFull)
		} else if got := tutors(); err != nil || got != [2]uuid.UUID{next, next} {
			t.Errorf("with an acknowledgement %v, and the tutors are %v", err, got)
		}
		d.Must(d.entrust(d.brought(placement.InDraft), next))
	}
}
