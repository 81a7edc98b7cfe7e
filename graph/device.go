package graph

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// deviceHeader is the header, or field of connection_init, in which an app says which registered phone it runs on.
const deviceHeader = "Lavoro-Device"

type deviceKey struct{}

// deviceOf gives the device that a request names in its header; "" for none.
func deviceOf(ctx context.Context) string {
	named, _ := ctx.Value(deviceKey{}).(string)
	return named
}

// fromDevice lets a request through that names no device, or one on which its sender may work.
func (r *Resolver) fromDevice(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		named := req.Header.Get(deviceHeader)
		if named == "" {
			next.ServeHTTP(w, req)
			return
		}
		ctx := context.WithValue(req.Context(), deviceKey{}, named)
		var err error
		if session, signedIn := sessionOf(ctx); signedIn {
			_, err = r.contact(ctx, session, named)
		} else {
			err = r.lostDevice(ctx, req, nil)
		}
		if err != nil {
			refuse(ctx, w, err)
			return
		}
		next.ServeHTTP(w, req.WithContext(ctx))
	})
}

// contact is the device that somebody names and may work on; zero where none is named.
func (r *Resolver) contact(ctx context.Context, session Session, named string) (uuid.UUID, error) {
	if named == "" {
		return uuid.Nil, nil
	}
	id, err := plan.ParseID("dev", named)
	if err != nil {
		return uuid.Nil, member.DeviceUnknown.At()
	}
	return id, r.Devices.Contact(ctx, session.Actor.Member, id)
}

// lostDevice answers who is not signed in, or no longer: with what was said, unless he names a device that was revoked. Such a phone is told to
// wipe whatever has become of its sign-in.
func (r *Resolver) lostDevice(ctx context.Context, req *http.Request, said error) error {
	id, err := plan.ParseID("dev", req.Header.Get(deviceHeader))
	if err != nil || said != nil && !unauthentic(said) {
		return said
	}
	lost, err := r.Devices.Lost(ctx, id)
	if err != nil {
		slog.WarnContext(ctx, "device", "error", postgres.Safe(err))
	}
	if lost {
		return member.DeviceRevoked.At()
	}
	return said
}

// deviceGone says whether the device of an open connection was revoked since, and by which code it was refused. A fault refuses nothing: the next
// look tells.
func (r *Resolver) deviceGone(ctx context.Context, session Session) (reason string, gone bool) {
	if session.Device == uuid.Nil {
		return "", false
	}
	return deviceRefused(r.Devices.Check(ctx, session.Actor.Member, session.Device))
}

// deviceRefused gives the code of an error that is about the device.
func deviceRefused(err error) (code string, ofDevice bool) {
	refused, _ := refusal.As(err)
	if refused.Has(member.DeviceRevoked) || refused.Has(member.DeviceUnknown) {
		return refused[0].Code, true
	}
	return "", false
}

// wiping adds to the refusal of a revoked device what the app is to do, for apps that know no code.
func wiping(e *gqlerror.Error, r refusal.Refusal) *gqlerror.Error {
	if r.Has(member.DeviceRevoked) {
		e.Extensions["wipe"] = true
	}
	return e
}

// RegisterDevice registers a phone of the member's own.
func (m mutation) RegisterDevice(ctx context.Context, input RegisterDeviceInput) (*RegisterDevicePayload, error) {
	return perform(ctx, m.Resolver, access.RegisterDevice, input, func(ctx context.Context, tx *postgres.Tx, out *RegisterDevicePayload) error {
		id, err := newID("dev", input.ID, "id")
		if err != nil {
			return err
		}
		err = m.Devices.Register(ctx, tx, member.DeviceInput{ID: id, Name: input.Name, Platform: member.Platform(input.Platform)})
		if err == nil {
			out.Device = &Device{ID: plan.FormatID("dev", id)}
		}
		return err
	})
}

// RevokeDevice takes a phone out of use.
func (m mutation) RevokeDevice(ctx context.Context, input RevokeDeviceInput) (*RevokeDevicePayload, error) {
	return perform(ctx, m.Resolver, access.RevokeDevice, input, func(ctx context.Context, tx *postgres.Tx, out *RevokeDevicePayload) error {
		id, err := idOf("dev", input.Device, "device")
		if err != nil {
			return err
		}
		out.Device = &Device{ID: input.Device}
		return member.RevokeDevice(ctx, tx, id)
	})
}

// ConfirmWipe records that nothing is left on a revoked phone.
func (m mutation) ConfirmWipe(ctx context.Context, input ConfirmWipeInput) (*ConfirmWipePayload, error) {
	return perform(ctx, m.Resolver, access.ConfirmWipe, input, func(ctx context.Context, tx *postgres.Tx, out *ConfirmWipePayload) error {
		id, err := idOf("dev", input.Device, "device")
		if err != nil {
			return err
		}
		out.Device = &Device{ID: input.Device}
		return member.ConfirmWipe(ctx, tx, id)
	})
}
