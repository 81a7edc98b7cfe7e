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

// start reads where a feed begins, and what it says first. A cursor of another history, of the future, or older than what is kept is answered
// with a resync that gives the cursor to go on from; a pulse says what stands now.
func (r *Resolver) start(ctx context.Context, session Session, programme uuid.UUID, field plan.Selected) (after int64, first []byte, err error) {
	if field.Name == pulseFeed {
		return r.firstPulse(ctx, session, programme, field)
	}
	given, ok := field.Args["after"].(string)
	if !ok {
		return -1, nil, nil
	}
	epoch, after, lost, err := r.reached(ctx, programme, given)
	if err != nil || !lost {
		return after, nil, err
	}
	return after, r.spelled(session, field, r.resync(epoch, after)), nil
}

// reached gives the sequence of a cursor; where events after it are lost, that of the last event.
func (r *Resolver) reached(ctx context.Context, programme uuid.UUID, given string) (epoch string, after int64, lost bool, err error) {
	itsEpoch, seq, err := parseCursor(given)
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
	if kept {
		return epoch, seq, false, nil
	}
	return epoch, head, true, nil
}

// resync is the update that tells of events that are lost to the follower: what follows begins after the sequence.
func (r *Resolver) resync(epoch string, after int64) update {
	return update{Cursor: cursor(epoch, after), Sequence: after, OccurredAt: r.Clock().UTC(), Act: "resync", Kind: event.Resync}
}

func cursor(epoch string, seq int64) string { return epoch + "." + strconv.FormatInt(seq, 10) }

func parseCursor(s string) (epoch string, seq int64, err error) {
	epoch, text, ok := strings.Cut(s, ".")
	if !ok || epoch == "" {
		return "", 0, fmt.Errorf("not a feed cursor")
	}
	seq, err = strconv.ParseInt(text, 10, 64)
	if err != nil || seq < 0 {
		return "", 0, fmt.Errorf("not a feed cursor")
	}
	return epoch, seq, nil
}
