package company_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/company"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

func TestClocksFollowTheStateOfAnOpening(t *testing.T) {
	o := newOffice(t)
	_, site := o.registered("GI_GROUP", 1)
	in := o.seats("GI_GROUP", site)
	_, err := o.offer(o.scout("GI_GROUP"), in)
	o.must(err)
	var told []event.Transition
	react := company.Follow(func(_ context.Context, _ *postgres.Tx, t event.Transition) error {
		told = append(told, t)
		return nil
	})
	news := func(kind string, id uuid.UUID) event.Event {
		return event.Event{News: event.News{Programme: o.programme, SubjectKind: kind, Subject: id}}
	}
	house := o.actor(o.orgs["ASL"], access.System)
	after := func() {
		o.must(o.as(house, func(ctx context.Context, tx *postgres.Tx) error {
			return react(ctx, tx, []event.Event{news("Company", in.ID), news("Opening", in.ID), news("Opening", in.ID), news("Opening", uuid.New())})
		}))
	}
	after()
	o.must(o.close(o.scout("GI_GROUP"), in.ID, nil))
	after()
	if len(told) != 2 || told[0].To != "OPEN" || told[1].To != "CLOSED" || told[0].From == told[0].To || told[1].From == told[1].To {
		t.Fatalf("told %+v", told)
	}
	if want := []uuid.UUID{o.orgs["GI_GROUP"], o.orgs["PEGASO"]}; !slices.Equal(told[0].Owners, want) {
		t.Errorf("owners %v, want the partner that found it, then the body above", told[0].Owners)
	}
	var waits []string
	for _, c := range company.Clocks() {
		waits = append(waits, fmt.Sprintf("%s %s %s", c.State, c.Policy, c.Kind))
	}
	if want := []string{"OPEN clock.opening.OPEN opening.open", "FILLED clock.opening.FILLED opening.filled"}; !slices.Equal(waits, want) {
		t.Errorf("clocks %v", waits)
	}
}
