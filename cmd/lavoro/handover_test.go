package main

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/placement/placementtest"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/evidence"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// ask has an organisation ask for the person of the shelter, and the house react to it; it gives both sides.
func (s *shelter) ask(org string) (asking, holding uuid.UUID, err error) {
	err = s.As(s.Coordinator(org), func(ctx context.Context, tx *postgres.Tx) (err error) {
		asking, err = s.rooms.participants.RequestHandOver(ctx, tx, participant.HandOverInput{Programme: s.Programme,
			FiscalCode: fiscal.MakeEntityCode(1001), Organisation: s.Orgs[org], Reason: "MOVED"})
		return err
	})
	if err == nil {
		s.react(asking, access.RequestHandOver)
		holding = placementtest.One[uuid.UUID](s.Office, "select id from hand_over where request_id = $1 and side = 'HOLDING'", asking)
	}
	return asking, holding, err
}

func (s *shelter) react(subject uuid.UUID, act access.Act) {
	s.T.Helper()
	s.act(s.house(), func(ctx context.Context, tx *postgres.Tx) error {
		return s.rooms.participants.ReactHandOver(ctx, tx, []event.Event{{News: event.News{Act: string(act), Subject: subject}}})
	})
}

func (s *shelter) answer(actor access.Actor, in participant.AnswerInput) error {
	return s.As(actor, func(ctx context.Context, tx *postgres.Tx) error {
		_, err := s.rooms.participants.AnswerHandOver(ctx, tx, in)
		return err
	})
}

// handOvers is what a side of a request says to somebody.
func (s *shelter) handOvers(actor access.Actor) string {
	s.T.Helper()
	return s.list(actor, "handOvers", "HandOver", leaf("side"), leaf("state"), leaf("hidden"), below("participant", "Participant", leaf("id")),
		below("organisation", "Organisation", leaf("name")), below("other", "Organisation", leaf("name")), below("declineReason", "CodeItem", leaf("code")))
}

func (s *shelter) name(org string) string {
	return placementtest.One[string](s.Office, "select name from organisation where id = $1", s.Orgs[org])
}

func wants(t *testing.T, err error, code *refusal.Code) {
	t.Helper()
	if list, ok := refusal.As(err); !ok || !list.Has(code) {
		t.Errorf("want %s, got %v", code, err)
	}
}

// TestNeitherSideLearnsWhoTheOtherIs before the person is handed over: not from the request, its news or what is due.
func TestNeitherSideLearnsWhoTheOtherIs(t *testing.T) {
	s := newShelter(t)
	_, holding, err := s.ask("PEGASO")
	s.Must(err)
	for org, other := range map[string]string{"PEGASO": "CARRARA", "CARRARA": "PEGASO"} {
		shown := s.handOvers(s.Coordinator(org))
		if strings.Count(shown, `"state":"REQUESTED"`) != 1 || strings.Contains(shown, s.name(other)) || !strings.Contains(shown, s.name(org)) {
			t.Errorf("%s is shown %s", org, shown)
		}
		if told := strings.Contains(shown, s.participation.String()); told != (org == "CARRARA") {
			t.Errorf("%s is shown %s", org, shown)
		}
	}
	if owner := placementtest.One[uuid.UUID](s.Office, "select owner_key from due where subject_id = $1 and done_at is null", holding); owner != s.Orgs["CARRARA"] {
		t.Errorf("the answer is due for %s", owner)
	}
	if n := placementtest.One[int](s.Office, `select count(*)::int from outbox where subject_kind = 'HandOver' and audience @> array[$1::uuid, $2]`, s.Orgs["PEGASO"], s.Orgs["CARRARA"]); n != 0 {
		t.Error("news of a hand-over go to both sides at once")
	}
	_, _, err = s.ask("PEGASO")
	wants(t, err, participant.HandOverWaits)
	_, _, err = s.ask("CARRARA")
	wants(t, err, participant.PersonYours)
	s.Exec("delete from person_code")
	_, _, err = s.ask("PEGASO")
	wants(t, err, participant.PersonFree)
}

// TestAPersonIsHandedOver with everything: the audience, the team, what is due, and the living internship with its promoter.
func TestAPersonIsHandedOver(t *testing.T) {
	for _, keep := range []bool{false, true} {
		s := newShelter(t)
		_, holding, err := s.ask("PEGASO")
		s.Must(err)
		wants(t, s.answer(s.Coordinator("PEGASO"), participant.AnswerInput{HandOver: holding, Accept: true}), refusal.NotFound)
		wants(t, s.answer(s.Accompanying(), participant.AnswerInput{HandOver: holding, Accept: true}), refusal.NotAllowed)
		wants(t, s.answer(s.partner(), participant.AnswerInput{HandOver: holding, Accept: true, Reason: "WISH"}), refusal.InvalidValue)
		s.Must(s.answer(s.partner(), participant.AnswerInput{HandOver: holding, Accept: true, KeepTeam: keep}))
		wants(t, s.answer(s.partner(), participant.AnswerInput{HandOver: holding, Accept: true}), participant.HandOverSettled)
		for table, n := range s.rows(s.partner()) {
			if n != 0 && table != "hand_over" {
				t.Errorf("the former organisation sees %d rows of %s", n, table)
			}
		}
		if tutor := s.rows(s.Accompanying())["participation"] == 1; tutor != keep {
			t.Errorf("the tutor sees the person: %v, kept: %v", tutor, keep)
		}
		if seen := s.rows(s.Coordinator("PEGASO")); seen["participation"] != 1 || seen["placement"] != 1 || seen["attendance"] != 1 || seen["allowance"] != 1 {
			t.Errorf("the new organisation sees %v", seen)
		}
		if promoter := placementtest.One[uuid.UUID](s.Office, "select organisation_id from placement where id = $1", s.placement); promoter != s.Orgs["PEGASO"] {
			t.Error("the internship stays with the former promoter")
		}
		if owed := placementtest.One[int](s.Office, "select count(*)::int from due where done_at is null and $1 in (owner_key, next_owner_key)", s.Orgs["CARRARA"]); owed != 0 {
			t.Errorf("%d dues stay with the former organisation", owed)
		}
		for org, other := range map[string]string{"PEGASO": "CARRARA", "CARRARA": "PEGASO"} {
			if shown := s.handOvers(s.Coordinator(org)); !strings.Contains(shown, `"state":"ACCEPTED"`) || !strings.Contains(shown, s.name(other)) {
				t.Errorf("%s is shown %s", org, shown)
			}
		}
		if news := placementtest.One[string](s.Office, `select string_agg(kind, ', ' order by seq) from outbox where act = 'answerHandOver' and subject_kind = 'Participant'`); news != "CHANGED, ENTERED, LEFT" {
			t.Errorf("news: %s", news)
		}
	}
}

// TestARequestEndsInOtherWays: declined with a reason, or taken back; nothing stays due, and the person stays where he is.
func TestARequestEndsInOtherWays(t *testing.T) {
	s := newShelter(t)
	asking, holding, err := s.ask("PEGASO")
	s.Must(err)
	s.Must(s.answer(s.partner(), participant.AnswerInput{HandOver: holding, Reason: "PATH_RUNNING"}))
	if shown := s.handOvers(s.Coordinator("PEGASO")); !strings.Contains(shown, "PATH_RUNNING") || strings.Contains(shown, s.name("CARRARA")) {
		t.Errorf("the asker is shown %s", shown)
	}
	withdraw := func(actor access.Actor, id uuid.UUID) error {
		return s.As(actor, func(ctx context.Context, tx *postgres.Tx) error {
			return s.rooms.participants.WithdrawHandOver(ctx, tx, id, nil)
		})
	}
	wants(t, withdraw(s.Coordinator("PEGASO"), asking), participant.HandOverSettled)
	asking, holding, err = s.ask("PEGASO")
	s.Must(err)
	wants(t, withdraw(s.partner(), holding), refusal.NotAllowed)
	s.Must(withdraw(s.Coordinator("PEGASO"), asking))
	s.react(asking, access.WithdrawHandOver)
	if n := placementtest.One[int](s.Office, "select count(*)::int from due where kind = 'handover.requested' and done_at is null"); n != 0 {
		t.Errorf("%d answers are still due", n)
	}
	if s.rows(s.partner())["participation"] != 1 || s.rows(s.Coordinator("PEGASO"))["participation"] != 0 {
		t.Error("the person went over all the same")
	}
}

// TestAProtectedPersonIsHandedOverUnseen: the circle answers, and the organisations see no more afterwards than before.
func TestAProtectedPersonIsHandedOverUnseen(t *testing.T) {
	s := newShelter(t)
	s.protect(s.lead())
	_, holding, err := s.ask("PEGASO")
	s.Must(err)
	wants(t, s.answer(s.partner(), participant.AnswerInput{HandOver: holding, Accept: true}), refusal.NotFound)
	s.Must(s.answer(s.named(), participant.AnswerInput{HandOver: holding, Accept: true, KeepTeam: true}))
	for _, org := range []string{"CARRARA", "PEGASO"} {
		if seen := s.rows(s.Coordinator(org)); seen["participation"] != 0 || seen["attendance"] != 0 || (seen["allowance"] != 0) != (org == "PEGASO") {
			t.Errorf("%s sees %v", org, seen)
		}
	}
}

// TestAskingForAPersonIsALookUp: a request for a code, and a referral of one that is known elsewhere, tell what a look-up tells, so the
// journal of reads has them, whatever was answered.
func TestAskingForAPersonIsALookUp(t *testing.T) {
	s := newShelter(t)
	s.rooms.participants.OnLookUp = evidence.NewRecorder().LookUps(s.DB)
	refer := func(org string) error {
		return s.As(s.Coordinator(org), func(ctx context.Context, tx *postgres.Tx) error {
			_, err := s.rooms.participants.Refer(ctx, tx, participant.ReferInput{Programme: s.Programme, FiscalCode: fiscal.MakeEntityCode(1001), GivenName: "Prova", FamilyName: "Inventata",
				BirthDay: calendar.MustDay("1990-05-17"), Municipality: "045003", Organisation: s.Orgs[org], Service: "Servizio sociale"})
			return err
		})
	}
	looked := func(when string, want, named int) {
		t.Helper()
		got := placementtest.One[int](s.Office, "select count(*)::int from read_journal where purpose = 'LOOK_UP' and class = 'registry' and programme_id = $1", s.Programme)
		about := placementtest.One[int](s.Office, "select count(*)::int from read_journal where purpose = 'LOOK_UP' and participations = array[$1::uuid]", s.participation)
		if got != want || about != named {
			t.Errorf("%s: %d look-ups are written down, %d about the participation; want %d and %d", when, got, about, want, named)
		}
	}
	wants(t, refer("PEGASO"), participant.KnownElsewhere)
	looked("a referral that is refused", 1, 0)
	_, _, err := s.ask("PEGASO")
	s.Must(err)
	looked("known", 2, 0)
	_, _, err = s.ask("PEGASO")
	wants(t, err, participant.HandOverWaits)
	looked("waits", 3, 0)
	_, _, err = s.ask("CARRARA")
	wants(t, err, participant.PersonYours)
	looked("yours", 4, 1)
	s.Exec("delete from person_code")
	_, _, err = s.ask("PEGASO")
	wants(t, err, participant.PersonFree)
	looked("free", 5, 1)
	wants(t, s.As(s.Accompanying(), func(ctx context.Context, tx *postgres.Tx) error {
		_, err := s.rooms.participants.RequestHandOver(ctx, tx, participant.HandOverInput{Programme: s.Programme, FiscalCode: fiscal.MakeEntityCode(1001), Organisation: s.Orgs["CARRARA"], Reason: "MOVED"})
		return err
	}), refusal.NotAllowed)
	looked("who may not ask", 5, 1)
}
