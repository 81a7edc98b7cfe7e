package graph

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
)

// start reads where a feed begins, and what it says first. A cursor of another history, of the future, older than what is kept, or
// of other rights is answered with a resync that gives the cursor to go on from; what is told whole says what stands now.
func (r *Resolver) start(ctx context.Context, session Session, programme uuid.UUID, field plan.Selected) (after int64, first []byte, err error) {
	if w, ok := wholes[field.Name]; ok {
		return r.firstWhole(ctx, session, programme, field, w)
	}
	given, ok := field.Args["after"].(string)
	if !ok {
		return -1, nil, nil
	}
	epoch, after, lost, err := r.reached(ctx, session, programme, given)
	if err != nil || !lost {
		return after, nil, err
	}
	return after, r.spelled(session, field, r.resync(epoch, after, session)), nil
}

// reached gives the sequence of a cursor; where events after it are lost, that of the last event. Whose rights have changed while he was away has
// lost whom they took from him, and was not told: he is to read again, too.
func (r *Resolver) reached(ctx context.Context, session Session, programme uuid.UUID, given string) (epoch string, after int64, lost bool, err error) {
	itsEpoch, seq, rights, err := parseCursor(given)
	if err != nil {
		return "", 0, false, feedCursor.At("after")
	}
	if epoch, err = r.Hub.Epoch(ctx); err != nil {
		return "", 0, false, err
	}
	kept, head, err := r.Hub.Reaches(ctx, programme, itsEpoch, seq)
	if err != nil {
		return "", 0, false, err
	}
	if kept && (rights == "" || rights == rightsOf(session)) {
		return epoch, seq, false, nil
	}
	return epoch, head, true, nil
}

// resync is the update that tells of events that are lost to the follower: what follows begins after the sequence.
func (r *Resolver) resync(epoch string, after int64, session Session) update {
	return update{Cursor: cursor(epoch, after, session), Sequence: after, OccurredAt: r.Clock().UTC(), Act: "resync", Kind: event.Resync}
}

// cursor is a place in a history, and under which rights it was reached.
func cursor(epoch string, seq int64, session Session) string {
	return epoch + "." + strconv.FormatInt(seq, 10) + "." + rightsOf(session)
}

// rightsOf marks somebody's rights; other rights have another mark.
func rightsOf(s Session) string { return s.Actor.Fingerprint()[:12] }

// parseCursor reads a cursor; a `position` names no rights.
func parseCursor(s string) (epoch string, seq int64, rights string, err error) {
	parts := strings.Split(s, ".")
	if len(parts) < 2 || len(parts) > 3 || parts[0] == "" {
		return "", 0, "", fmt.Errorf("not a feed cursor")
	}
	if seq, err = strconv.ParseInt(parts[1], 10, 64); err != nil || seq < 0 {
		return "", 0, "", fmt.Errorf("not a feed cursor")
	}
	if len(parts) == 3 {
		rights = parts[2]
	}
	return parts[0], seq, rights, nil
}
