package plan_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// depths are more that is confidential: a nested object whose rows are of several classes, and a hole that names nobody.
var depths = plan.Reading{Extends: map[string]plan.Fields{"House": {
	"depths":  plan.Object(plan.Fields{"penal": plan.Hole("house.whisper", "json_build_object('name', {t}.name, 'participation', {t}.id, 'class', lower({t}.kind))")}).In(access.Restricted),
	"nobodys": plan.Hole("house.whisper", "json_build_object('name', {t}.name)").In(access.Health),
}}}

// listen keeps what the engine tells of, as texts.
func (s *street) listen() *[]string {
	var heard []string
	s.engine.Schema = schema(map[string]plan.Filler{"house.shout": shout(&s.calls), "house.whisper": whisper}, depths)
	s.engine.OnDisclosed = func(_ context.Context, tx *postgres.Tx, v plan.Viewer, shown []plan.Disclosure) error {
		if tx.Actor.Member != v.Actor.Member {
			return errors.New("not in the viewer's transaction")
		}
		for _, d := range shown {
			heard = append(heard, fmt.Sprint(d.Class, " ", d.Person, " ", d.Participation, " ", d.OnBehalfOf))
		}
		slices.Sort(heard)
		return nil
	}
	return &heard
}

// Told is what was really shown: not what is masked, not what turned out to be nothing, no field twice, and nothing open.
func TestWhatIsShownOfTheConfidentialIsTold(t *testing.T) {
	s := open(t)
	heard := s.listen()
	key, none := uuid.New(), uuid.UUID{}
	one, two := s.build("One", []uuid.UUID{key}), s.build("Two", []uuid.UUID{key}, "kind", "PENAL")
	s.build(silent, []uuid.UUID{key})
	s.build("Unseen", []uuid.UUID{uuid.New()})
	deep := typed("Depths", f("depths", f("penal")))
	s.answer(s.actor(key, access.System), s.houses(f("nodes", f("name"), f("shout", f("act")), f("whisper"), as("again", f("whisper")), deep)))
	want := []string{
		fmt.Sprintf("health %s %s %s", one, none, none), fmt.Sprintf("health %s %s %s", two, none, none),
		fmt.Sprintf("restricted %s %s %s", none, one, none), fmt.Sprintf("penal %s %s %s", none, two, none),
	}
	slices.Sort(want)
	if !slices.Equal(*heard, want) {
		t.Errorf("told %v, want %v", *heard, want)
	}
	*heard = nil
	s.answer(s.actor(key, access.Tutor), s.houses(f("nodes", f("name"), f("shout", f("act")), f("whisper"))))
	if len(*heard) != 0 {
		t.Errorf("told %v of what is hidden", *heard)
	}
}

func TestWhatCannotBeToldIsNotShown(t *testing.T) {
	s := open(t)
	key := uuid.New()
	s.build("One", []uuid.UUID{key})
	a := s.actor(key, access.System)
	errFull := errors.New("full")
	s.engine.OnDisclosed = func(context.Context, *postgres.Tx, plan.Viewer, []plan.Disclosure) error { return errFull }
	if data, err := s.query(a, s.houses(f("nodes", f("whisper")))); !errors.Is(err, errFull) || data != "" {
		t.Errorf("%q (%v)", data, err)
	}
	s.listen()
	if data, err := s.query(a, s.houses(f("nodes", f("nobodys")))); err == nil || !strings.Contains(err.Error(), "whom") || data != "" {
		t.Errorf("%q (%v)", data, err)
	}
	s.answer(a, s.houses(f("nodes", f("name"), f("shout", f("act")))))
}

// A preview is rolled back; what it showed is told all the same.
func TestAPreviewTellsWhatItShowed(t *testing.T) {
	s := open(t)
	heard := s.listen()
	key := uuid.New()
	id := s.build("One", []uuid.UUID{key})
	a := s.actor(key, access.System)
	errPreview := errors.New("preview")
	err := s.engine.DB.InTx(s.ctx, a, nowFixed, func(ctx context.Context, tx *postgres.Tx) error {
		_, err := s.engine.Objects(ctx, plan.Viewer{Actor: a, Now: noon}, tx, []plan.Group{{Type: "House", IDs: []uuid.UUID{id}, Selected: []plan.Selected{f("whisper")}}})
		if err != nil {
			return err
		}
		if len(*heard) != 0 {
			t.Error("told inside the act")
		}
		return errPreview
	})
	if !errors.Is(err, errPreview) || len(*heard) != 1 {
		t.Errorf("told %v (%v)", *heard, err)
	}
	errFull := errors.New("full")
	s.engine.OnDisclosed = func(context.Context, *postgres.Tx, plan.Viewer, []plan.Disclosure) error { return errFull }
	err = s.engine.DB.InTx(s.ctx, a, nowFixed, func(ctx context.Context, tx *postgres.Tx) error {
		_, err := s.engine.Objects(ctx, plan.Viewer{Actor: a, Now: noon}, tx, []plan.Group{{Type: "House", IDs: []uuid.UUID{id}, Selected: []plan.Selected{f("whisper")}}})
		return errors.Join(err, errPreview)
	})
	if !errors.Is(err, errFull) {
		t.Errorf("a preview that cannot be told of: %v", err)
	}
}

// Who stands in for somebody reads in his name exactly what his own grants do not open.
func TestAStandInReadsInTheOthersName(t *testing.T) {
	s := open(t)
	heard := s.listen()
	own, others, absent, none := uuid.New(), uuid.New(), uuid.New(), uuid.UUID{}
	mine, both, his := s.build("Mine", []uuid.UUID{own}), s.build("Both", []uuid.UUID{own, others}), s.build("His", []uuid.UUID{others})
	a := s.actor(own, access.System)
	a.Grants = append(a.Grants, access.Grant{Role: access.System, Programme: s.programme, Key: others, For: absent})
	s.answer(a, s.houses(f("nodes", f("whisper"))))
	want := []string{fmt.Sprintf("health %s %s %s", mine, none, none), fmt.Sprintf("health %s %s %s", both, none, none), fmt.Sprintf("health %s %s %s", his, none, absent)}
	slices.Sort(want)
	if !slices.Equal(*heard, want) {
		t.Errorf("told %v, want %v", *heard, want)
	}
}
