package placement_test

import (
	"context"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/placement"
	"github.com/lavoroincorso/lavoro/internal/placement/placementtest"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

func (d *desk) count(actor access.Actor, table string) (n int) {
	d.T.Helper()
	d.Must(d.As(actor, func(ctx context.Context, tx *postgres.Tx) error {
		return tx.NewRaw("select count(*) from "+table).Scan(ctx, &n)
	}))
	return n
}

// A host sees its own internship, the intern card, its place in the register and, once agreed, the promoter; never the person or the participation.
func TestWhatAHostSees(t *testing.T) {
	d := newDesk(t)
	id := d.brought(placement.InDraft)
	d.brought(placement.Matched) // another company's
	host := d.Host(id)
	for table, n := range map[string]int{"placement": 1, "intern_card": 1, "placement_step": 1, "participation": 0, "person": 0, "participation_group": 0, "participation_trait": 0,
		"certificate": 0, "enrolment": 1} {
		if got := d.count(host, table); got != n {
			t.Errorf("the host sees %d rows of %s, want %d", got, table, n)
		}
	}
	shown := "select audience && array[$1::uuid] from organisation where code = $2"
	if placementtest.One[bool](d.Office, shown, host.Grants[0].Key, "CARRARA") {
		t.Error("the promoter is shown before anything is agreed")
	}
	d.take(id, access.ConfirmPlacement)
	if !placementtest.One[bool](d.Office, shown, host.Grants[0].Key, "CARRARA") {
		t.Error("the promoter is hidden from the host")
	}
	for _, other := range []string{"ASL", "MONTIGNOSO"} {
		if placementtest.One[bool](d.Office, shown, host.Grants[0].Key, other) {
			t.Errorf("%s is shown to the host", other)
		}
	}
	if n := d.count(host, "organisation"); n != 1 {
		t.Errorf("the host sees %d partners", n)
	}
}

func TestAnotherPartnerFindsNothing(t *testing.T) {
	d := newDesk(t)
	id := d.brought(placement.InDraft)
	other := d.Coordinator("MONTIGNOSO")
	refused(t, d.do(other, access.ConfirmPlacement, placement.Step{Placement: id}), refusal.NotFound)
	opening, _ := d.Opening(placementtest.Seats{})
	refused(t, d.draft(other, d.draftOf(d.Active(placementtest.Who{}), opening)), refusal.NotFound)
	if n := len(d.allowed(other, id)); n != 0 {
		t.Errorf("%d acts on an internship that is not seen", n)
	}
}

func TestWhoseRoleDoesNotAllow(t *testing.T) {
	d := newDesk(t)
	id := d.brought(placement.InDraft)
	refused(t, d.do(d.Accompanying(), access.CancelPlacement, placement.Step{Placement: id}), refusal.NotAllowed)
	d.Must(d.do(d.Accompanying(), access.ConfirmPlacement, placement.Step{Placement: id}))
}

// The functions that decide answer nobody who does not see the person.
func TestDecisionsAreSilentToStrangers(t *testing.T) {
	d := newDesk(t)
	who := d.Active(placementtest.Who{Groups: []string{"DISABILITY"}})
	opening, host := d.Opening(placementtest.Seats{})
	ask := func(actor access.Actor, sql string, args ...any) (n int) {
		d.Must(d.As(actor, func(ctx context.Context, tx *postgres.Tx) error { return tx.NewRaw(sql, args...).Scan(ctx, &n) }))
		return n
	}
	exempt := "select placement_exempt(?)::int"
	facts := "select count(*) from placement_facts(?, ?, ?, null, '', '2026-03-02', '2026-04-01', null, '2026-03-02')"
	stranger, own := d.Coordinator("MONTIGNOSO"), d.Coordinator("CARRARA")
	if ask(stranger, exempt, who) != 0 || ask(own, exempt, who) != 1 {
		t.Error("whether a person is exempt is told to strangers, or not to its own")
	}
	if ask(stranger, facts, who, opening, d.Orgs["CARRARA"]) != 0 || ask(own, facts, who, opening, d.Orgs["CARRARA"]) != 1 {
		t.Error("facts are told to strangers, or not to its own")
	}
	err := d.As(stranger, func(ctx context.Context, tx *postgres.Tx) error {
		_, err := tx.NewRaw("select host_sees_promoter(?, ?)", d.Orgs["CARRARA"], host).Exec(ctx)
		return err
	})
	if err == nil {
		t.Error("anybody may show a partner to a company")
	}
}
