package member

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Platform is what a device runs.
type Platform string

// The platforms.
const (
	Android       Platform = "ANDROID"
	IOS           Platform = "IOS"
	OtherPlatform Platform = "OTHER"
)

// maxDeviceName is the most characters of what a member calls his phone.
const maxDeviceName = 60

var (
	causeDeviceName = text.Text{It: "sono ammessi da 1 a 60 caratteri, senza caratteri di controllo", En: "1 to 60 characters are allowed, and no control characters"}
	causePlatform   = text.Text{It: "le piattaforme sono ANDROID, IOS e OTHER", En: "platforms are ANDROID, IOS and OTHER"}
)

// DeviceInput says what a member registers for himself.
type DeviceInput struct {
	ID       uuid.UUID
	Name     string // what he calls it
	Platform Platform
}

// Register registers a phone of the actor's own. Its name is for him and for who answers for him: it reaches no event and no journal.
func (d *Devices) Register(ctx context.Context, tx *postgres.Tx, in DeviceInput) error {
	m, err := memberByID(ctx, tx, tx.Actor.Member, "")
	if err != nil {
		return err
	}
	name := strings.TrimSpace(in.Name)
	var wrong refusal.List
	if name == "" || !text.Line(name, maxDeviceName) {
		wrong = append(wrong, refusal.InvalidValue.At("name").With("cause", causeDeviceName))
	}
	if !slices.Contains([]Platform{Android, IOS, OtherPlatform}, in.Platform) {
		wrong = append(wrong, refusal.InvalidValue.At("platform").With("cause", causePlatform))
	}
	if len(wrong) > 0 {
		return wrong
	}
	if n, err := devicesInUse(ctx, tx, m.ID); err != nil {
		return err
	} else if n >= d.Most {
		return TooManyDevices.At().With("most", d.Most)
	}
	row := deviceRow{ID: in.ID, MemberID: m.ID, OrganisationID: m.OrganisationID, Name: name, Platform: in.Platform, RegisteredAt: tx.Now,
		Audience: answering(m)}
	if err := insert(ctx, tx, &row, "device_pkey"); err != nil {
		return err
	}
	return row.tell(ctx, tx, access.RegisterDevice, event.Entered)
}

// answering are the keys of who answers for a member: he himself where nobody else does.
func answering(m memberRow) []uuid.UUID {
	if slices.Contains(m.Answering, m.ID) {
		return m.Answering
	}
	return append(slices.Clone(m.Answering), m.ID)
}

// tell makes news of a device without its name, in the programme of the member's body, or the actor's own where he has none.
func (r deviceRow) tell(ctx context.Context, tx *postgres.Tx, act access.Act, kind event.Kind) error {
	news := event.News{Act: string(act), Kind: kind, SubjectKind: "Device", Subject: r.ID, Related: []uuid.UUID{r.MemberID}, Audience: r.Audience}
	switch {
	case r.OrganisationID != nil:
		body, err := bodyByID(ctx, tx, *r.OrganisationID, "device")
		if err != nil {
			return err
		}
		news.Programme = body.ProgrammeID
	case len(tx.Actor.Grants) > 0:
		news.Programme = tx.Actor.Grants[0].Programme
	}
	tx.Tell(news, phone{Platform: r.Platform, Of: r.MemberID})
	return nil
}

// phone is what the journal keeps of a device.
type phone struct {
	Platform Platform  `json:"platform"`
	Of       uuid.UUID `json:"of"`
}
