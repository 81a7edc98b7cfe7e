package member_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

func (o *office) devices() *member.Devices { return member.NewDevices(o.db, o.clock, 2) }

// register has a member register a phone.
func (o *office) register(by uuid.UUID, change ...func(*member.DeviceInput)) (uuid.UUID, error) {
	in := member.DeviceInput{ID: uuid.Must(uuid.NewV7()), Name: "Telefono", Platform: member.Android}
	for _, c := range change {
		c(&in)
	}
	return in.ID, o.in(by, func(ctx context.Context, tx *postgres.Tx) error { return o.devices().Register(ctx, tx, in) })
}

func (o *office) registered(by uuid.UUID) uuid.UUID {
	o.t.Helper()
	id, err := o.register(by)
	o.must(err)
	return id
}

func (o *office) revoke(by, device uuid.UUID) error {
	return o.in(by, func(ctx context.Context, tx *postgres.Tx) error { return member.RevokeDevice(ctx, tx, device) })
}

func (o *office) wipe(by, device uuid.UUID) error {
	return o.in(by, func(ctx context.Context, tx *postgres.Tx) error { return member.ConfirmWipe(ctx, tx, device) })
}

// marks says of a device which of its days and moments are written.
func (o *office) marks(device uuid.UUID) (s string) {
	o.t.Helper()
	o.one(`select concat_ws(' ', last_contact_on, 'revoked ' || revoked_by, case when told_at is not null then 'told' end, case when wiped_at is not null then 'wiped' end)
		from device where id = $1`, &s, device)
	return s
}

func TestRegisteringAPhoneIsRefused(t *testing.T) {
	o := newOffice(t)
	tutor := o.hire("PEGASO")
	taken := o.registered(tutor)
	name := func(s string) func(*member.DeviceInput) { return func(in *member.DeviceInput) { in.Name = s } }
	for what, c := range map[string]struct {
		change func(*member.DeviceInput)
		code   *refusal.Code
		path   []string
	}{
		"without a name":           {name("  "), refusal.InvalidValue, []string{"name"}},
		"with a name too long":     {name(strings.Repeat("è", 61)), refusal.InvalidValue, []string{"name"}},
		"with a line in its name":  {name("il\nmio"), refusal.InvalidValue, []string{"name"}},
		"of another platform":      {func(in *member.DeviceInput) { in.Platform = "NOKIA" }, refusal.InvalidValue, []string{"platform"}},
		"with an id that there is": {func(in *member.DeviceInput) { in.ID = taken }, refusal.IDTaken, []string{"id"}},
	} {
		t.Run(what, func(t *testing.T) {
			_, err := o.register(tutor, c.change)
			wants(t, err, c.code, c.path...)
		})
	}
	_, err := o.register(tutor, name(strings.Repeat("è", 60)))
	o.must(err)
	_, err = o.register(tutor)
	wants(t, err, member.TooManyDevices)
	o.must(o.revoke(tutor, taken))
	o.registered(tutor)
}

// TestWhoRevokesAPhone: its member, and who administers or coordinates his body or one above; of a member who is gone these alone.
func TestWhoRevokesAPhone(t *testing.T) {
	o := newOffice(t)
	tutor, colleague, elsewhere := o.hire("UISP"), o.hire("UISP"), o.hire("AIAS")
	o.bestow(colleague, access.CaseManager, "UISP")
	coordinator, lead, other := o.hire("PEGASO"), o.hire("ASL"), o.hire("AIAS")
	o.bestow(coordinator, access.PartnerCoordinator, "PEGASO")
	o.bestow(lead, access.Coordinator, "ASL")
	o.bestow(other, access.PartnerCoordinator, "AIAS")
	officer := o.hire("ASL")
	o.bestow(officer, access.PaymentsOfficer, "ASL")
	device := o.registered(tutor)
	for what, by := range map[string]uuid.UUID{"a colleague": colleague, "somebody elsewhere": elsewhere, "another body's coordination": other, "who pays": officer} {
		t.Run(what, func(t *testing.T) { wants(t, o.revoke(by, device), refusal.NotFound, "device") })
	}
	for what, by := range map[string]uuid.UUID{"himself": tutor, "his administrator": o.boss, "the lead's": o.chief, "the coordination above": coordinator, "the lead's coordination": lead} {
		o.exec("update device set revoked_at = null, revoked_by = null, told_at = null")
		if err := o.revoke(by, device); err != nil || o.marks(device) != "revoked "+by.String() {
			t.Errorf("%s: %v, %s", what, err, o.marks(device))
		}
		if err := o.revoke(tutor, device); err != nil || o.marks(device) != "revoked "+by.String() {
			t.Errorf("again: %v, %s", err, o.marks(device))
		}
	}
	o.exec("update device set revoked_at = null, revoked_by = null, told_at = null")
	o.must(o.end(o.boss, tutor, "2026-03-18"))
	o.at("2026-03-19")
	if err := o.revoke(coordinator, device); err != nil {
		t.Errorf("of who is gone: %v", err)
	}
}

func TestConfirmingAWipeIsRefused(t *testing.T) {
	o := newOffice(t)
	tutor := o.hire("PEGASO")
	device := o.registered(tutor)
	wants(t, o.wipe(tutor, device), member.DeviceInUse, "device")
	o.must(o.revoke(tutor, device))
	wants(t, o.wipe(o.boss, device), refusal.NotAllowed)
	wants(t, o.wipe(o.hire("PEGASO"), device), refusal.NotFound, "device")
	for range 2 {
		o.must(o.wipe(tutor, device))
	}
	if got := o.marks(device); got != "revoked "+tutor.String()+" wiped" {
		t.Error(got)
	}
}

// TestWhatADeviceIsTold: who may work on it, and what of its contacts goes on record.
func TestWhatADeviceIsTold(t *testing.T) {
	o := newOffice(t)
	tutor, other := o.hire("PEGASO"), o.hire("PEGASO")
	device := o.registered(tutor)
	d := o.devices()
	contact := func(by, device uuid.UUID) error { return d.Contact(o.ctx, by, device) }
	for what, err := range map[string]error{"another member's": contact(other, device), "an administrator's own": contact(o.boss, device), "unknown": contact(tutor, uuid.New()),
		"looked at by another": d.Check(o.ctx, other, device)} {
		if list, _ := refusal.As(err); !list.Has(member.DeviceUnknown) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if got := o.marks(device); got != "" {
		t.Errorf("before its first contact: %s", got)
	}
	for _, day := range []string{"2026-03-18", "2026-03-18", "2026-03-21"} {
		o.at(day)
		if err := contact(tutor, device); err != nil || o.marks(device) != day {
			t.Errorf("on %s: %v, %s", day, err, o.marks(device))
		}
	}
	if lost, err := d.Lost(o.ctx, device); lost || err != nil {
		t.Errorf("lost while in use: %v %v", lost, err)
	}
	o.must(o.revoke(o.boss, device))
	revoked := "2026-03-21 revoked " + o.boss.String()
	for end := time.Now().Add(5 * time.Second); ; { // what is known of a device holds for a moment
		if list, _ := refusal.As(d.Check(o.ctx, tutor, device)); list.Has(member.DeviceRevoked) {
			break
		}
		if time.Now().After(end) {
			t.Fatal("a revoked device goes on")
		}
	}
	if got := o.marks(device); got != revoked {
		t.Errorf("looked at and not told: %s", got)
	}
	for range 2 {
		if list, _ := refusal.As(contact(tutor, device)); !list.Has(member.DeviceRevoked) || o.marks(device) != revoked+" told" {
			t.Errorf("told: %v, %s", list, o.marks(device))
		}
	}
}

// TestALostDeviceIsTold without anybody who is signed in, and once only is the moment written.
func TestALostDeviceIsTold(t *testing.T) {
	o := newOffice(t)
	tutor := o.hire("PEGASO")
	device := o.registered(tutor)
	o.must(o.revoke(tutor, device))
	var first, second time.Time
	for _, into := range []*time.Time{&first, &second} {
		if lost, err := o.devices().Lost(o.ctx, device); !lost || err != nil {
			t.Fatalf("%v %v", lost, err)
		}
		o.one("select told_at from device where id = $1", into, device)
		o.now = o.now.Add(time.Hour)
	}
	if !first.Equal(second) {
		t.Errorf("told at %s and again at %s", first, second)
	}
	if lost, err := o.devices().Lost(o.ctx, uuid.New()); lost || err != nil {
		t.Errorf("an unknown device: %v %v", lost, err)
	}
}

// TestADeviceIsAskedAboutOnceInAWhile: a phone that sends much costs no query a request.
func TestADeviceIsAskedAboutOnceInAWhile(t *testing.T) {
	o := newOffice(t)
	tutor := o.hire("PEGASO")
	device := o.registered(tutor)
	d := o.devices()
	o.must(d.Contact(o.ctx, tutor, device))
	began, before := time.Now(), o.db.Plans.Stat().AcquireCount()
	for range 1000 {
		o.must(d.Contact(o.ctx, tutor, device))
	}
	if asked, most := o.db.Plans.Stat().AcquireCount()-before, 1+int64(time.Since(began)/(500*time.Millisecond)); asked > most {
		t.Errorf("1000 requests asked %d times, %d is enough", asked, most)
	}
}

// TestTheNameOfAPhoneStaysWhereItIs: in its row, and nowhere in what is told or kept of it.
func TestTheNameOfAPhoneStaysWhereItIs(t *testing.T) {
	o := newOffice(t)
	const canary = "Cellulare di Ottavia"
	tutor := o.hire("PEGASO")
	device, err := o.register(tutor, func(in *member.DeviceInput) { in.Name = canary })
	o.must(err)
	o.must(o.devices().Contact(o.ctx, tutor, device))
	o.must(o.revoke(o.boss, device))
	o.must(o.wipe(tutor, device))
	var acts string
	o.one("select string_agg(act, ' ' order by seq) from journal where subject_kind = 'Device' and subject_id = $1", &acts, device)
	if acts != "registerDevice revokeDevice confirmWipe" {
		t.Errorf("the journal says %s", acts)
	}
	for _, table := range []string{"journal", "outbox", "request"} {
		var n int
		o.one("select count(*) from "+table+" x where strpos(x::text, $1) > 0 or strpos(x::text, encode($1::text::bytea, 'hex')) > 0", &n, canary)
		if n != 0 {
			t.Errorf("%s holds the name %d times", table, n)
		}
	}
	var audience []uuid.UUID
	o.one("select audience from device where id = $1", &audience, device)
	for _, key := range []uuid.UUID{o.orgs["PEGASO"], o.orgs["ASL"], tutor} {
		if !slices.Contains(audience, key) {
			t.Errorf("%v lacks %s", audience, key)
		}
	}
	o.exec("update member set name = '—' where id = $1", tutor) // as who is erased is left
	var name string
	if o.one("select name from device where id = $1", &name, device); name != "—" {
		t.Errorf("of who was erased stays %q", name)
	}
}
