package member

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/recent"
)

const (
	// deviceHold is how long what is known of a device is used without asking again: one that is revoked is refused within it.
	deviceHold = 500 * time.Millisecond
	// devicesKept is how many devices a node remembers.
	devicesKept = 20_000
	// MostDevices is how many devices a member may have in use where nothing is set.
	MostDevices = 5
)

// Devices are the phones that members have registered, and what is answered to a request that says it comes from one. That a request names
// its device is the app's word: it makes an honest app wipe itself, and keeps nobody out who has a good token and says nothing.
type Devices struct {
	DB    *postgres.DB
	Clock postgres.Clock
	// Most is how many devices one member may have in use; 0 is MostDevices.
	Most int

	known *recent.Map[[2]uuid.UUID, contact] // by member and device
}

// NewDevices gives the devices of an installation.
func NewDevices(db *postgres.DB, clock postgres.Clock, most int) *Devices {
	if most == 0 {
		most = MostDevices
	}
	return &Devices{DB: db, Clock: clock, Most: most, known: recent.New[[2]uuid.UUID, contact](devicesKept)}
}

// contact is what is known of a device for a moment.
type contact struct {
	Own     bool   `json:"own"` // it is the member's
	Revoked bool   `json:"revoked"`
	Told    bool   `json:"told"`
	Last    string `json:"last"` // the last day that is on record
	until   time.Time
}

// Check says whether the member may work on the device: DEVICE_UNKNOWN where it is none of his, DEVICE_REVOKED where it was revoked. It asks the
// database once in a while, not at every call.
func (d *Devices) Check(ctx context.Context, member, device uuid.UUID) error {
	_, err := d.check(ctx, member, device)
	return err
}

// Contact is Check for a request: that a device asked today, and that a revoked one was told, goes on record.
func (d *Devices) Contact(ctx context.Context, member, device uuid.UUID) error {
	c, err := d.check(ctx, member, device)
	if c.Revoked && !c.Told {
		if _, told := d.Lost(ctx, device); told != nil {
			return told
		}
	}
	today := calendar.DayOf(d.Clock())
	if err != nil || c.Last == today.String() {
		return err
	}
	if err := d.DB.InTx(ctx, access.Actor{Member: member}, d.Clock, func(ctx context.Context, tx *postgres.Tx) error {
		return deviceContacted(ctx, tx, device)
	}); err != nil {
		return err
	}
	c.Last = today.String()
	d.known.Put([2]uuid.UUID{member, device}, c, 1)
	return nil
}

// Lost says whether the device was revoked, whoever asks: a phone that was lost comes with a sign-in that has run out, or of a member who is
// gone. It is then on record that it was told.
func (d *Devices) Lost(ctx context.Context, device uuid.UUID) (lost bool, err error) {
	err = d.DB.InTx(ctx, access.Actor{}, d.Clock, func(ctx context.Context, tx *postgres.Tx) error {
		lost, err = deviceLost(ctx, tx, device)
		return err
	})
	return lost, err
}

func (d *Devices) check(ctx context.Context, member, device uuid.UUID) (contact, error) {
	c, err := d.find(ctx, member, device)
	switch {
	case err != nil:
		return contact{}, err
	case !c.Own:
		return contact{}, DeviceUnknown.At()
	case c.Revoked:
		return c, DeviceRevoked.At()
	}
	return c, nil
}

// ownDevice reads one of the member's own devices, under his rights and no others.
const ownDevice = `select coalesce((select json_build_object('own', true, 'revoked', d.revoked_at is not null, 'told', d.told_at is not null, 'last', coalesce(d.last_contact_on::text, ''))::text
	from device d where d.id = $1::uuid and d.member_id = $2::uuid), '{}')`

func (d *Devices) find(ctx context.Context, member, device uuid.UUID) (c contact, err error) {
	key := [2]uuid.UUID{member, device}
	if c, ok := d.known.Get(key); ok && time.Now().Before(c.until) {
		return c, nil
	}
	text, err := d.DB.ReadText(ctx, access.Actor{Member: member}, ownDevice, device.String(), member.String())
	if err != nil {
		return c, fmt.Errorf("device: %w", err)
	}
	if err := json.Unmarshal(text, &c); err != nil {
		return c, fmt.Errorf("device: %w", err)
	}
	c.until = time.Now().Add(deviceHold)
	d.known.Put(key, c, 1)
	return c, nil
}
