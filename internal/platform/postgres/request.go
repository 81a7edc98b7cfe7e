package postgres

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/lavoroincorso/lavoro/internal/platform/secret"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Request claims a request id for the actor, before the act does anything: a second transaction with the same id waits for the
// first. When it was already used for the same act and input its outcome is read into outcome; for another it is refused. The input is
// kept as a mark of the installation's index.
func (tx *Tx) Request(ctx context.Context, id, act string, input []byte, outcome any) (repeated bool, err error) {
	if n := utf8.RuneCountInString(id); n < 1 || n > maxRequestID || strings.ContainsRune(id, 0) {
		return false, refusal.InvalidValue.At("requestId").With("cause", requestIDForm)
	}
	keys, err := tx.Keys()
	if err != nil {
		return false, err
	}
	marks := secret.Bytes(keys.Indexes("request", input))
	made, err := tx.NewRaw("insert into request (actor_id, request_id, act, input_hash, outcome, at) values (?, ?, ?, ?, '{}', ?) on conflict do nothing",
		tx.Actor.Member, id, act, marks[0], tx.Now).Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("request: %w", err)
	}
	if n, err := made.RowsAffected(); err != nil || n == 1 {
		return false, err
	}
	var row struct {
		Act       string
		InputHash []byte
		Outcome   json.RawMessage
	}
	err = tx.NewRaw("select act, input_hash, outcome from request where actor_id = ? and request_id = ?", tx.Actor.Member, id).Scan(ctx, &row)
	if err != nil {
		return false, fmt.Errorf("request: %w", err)
	}
	if row.Act != act || !slices.ContainsFunc(marks, func(m []byte) bool { return bytes.Equal(m, row.InputHash) }) {
		return false, refusal.RequestIDReused.At("requestId")
	}
	tx.stands = true
	return true, json.Unmarshal(row.Outcome, outcome)
}

// Settle keeps the outcome of a claimed request; a refused act rolls its claim back with everything else.
func (tx *Tx) Settle(ctx context.Context, id string, outcome any) error {
	data, err := json.Marshal(outcome)
	if err != nil {
		return err
	}
	_, err = tx.NewRaw("update request set outcome = ?::jsonb where actor_id = ? and request_id = ?", string(data), tx.Actor.Member, id).Exec(ctx)
	if err != nil {
		return fmt.Errorf("request: %w", err)
	}
	return nil
}

// maxRequestID is the most characters of a request id.
const maxRequestID = 200

// requestIDForm is why a request id cannot be kept.
var requestIDForm = refusal.Text{It: "deve avere da 1 a 200 caratteri di testo", En: "it must have 1 to 200 characters of text"}

// maxReason is the length of a reason for passing warnings, in characters.
const maxReason = 500

// Why an acknowledgement does not pass a warning.
var (
	reasonNeeded  = refusal.Text{It: "per superare un avviso va indicato il motivo", En: "passing a warning needs a reason"}
	reasonTooLong = refusal.Text{It: "il motivo può avere al massimo 500 caratteri", En: "the reason may have at most 500 characters"}
)

// Acknowledge says which warnings the actor has read and passes, and why.
func (tx *Tx) Acknowledge(codes []string, reason string) {
	tx.passes, tx.passReason = codes, strings.TrimSpace(reason)
}

// Warn tells of something that the actor must have read before the act goes on. It is an error until its code is acknowledged
// with a reason; then it is kept beside the outcome.
func (tx *Tx) Warn(w refusal.Warning) error {
	err := tx.Pass(w)
	if err == nil {
		tx.Warnings = append(tx.Warnings, w)
	} else {
		tx.Unread = append(tx.Unread, w)
	}
	return err
}

// Pass says whether a warning was acknowledged, for acts that answer each item on its own: nil when it was.
func (tx *Tx) Pass(w refusal.Warning) error {
	switch {
	case !slices.Contains(tx.passes, w.Code):
		return refusal.List{w}
	case tx.passReason == "":
		return refusal.InvalidValue.At("acknowledgeReason").With("cause", reasonNeeded)
	case utf8.RuneCountInString(tx.passReason) > maxReason:
		return refusal.InvalidValue.At("acknowledgeReason").With("cause", reasonTooLong)
	}
	return nil
}

// Passed is what the journal keeps of warnings that were acknowledged, the act's own and the given ones: nil when there are none.
func (tx *Tx) Passed(more ...refusal.List) map[string]any {
	var codes []string
	for _, list := range append(more, tx.Warnings) {
		for _, w := range list {
			codes = append(codes, w.Code)
		}
	}
	if codes == nil {
		return nil
	}
	return map[string]any{"acknowledged": codes, "reason": tx.passReason}
}
