package attendance

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// onSignature is what can be done about a signature while it is in some states.
var onSignature = []struct {
	act   access.Act
	label text.Text
	in    []SignatureState
}{
	{access.ResendSignature, text.Text{It: "Invia di nuovo", En: "Send again"}, []SignatureState{SignatureAsked}},
	{access.ShowSigningCode, text.Text{It: "Mostra un codice", En: "Show a code"}, []SignatureState{SignatureAsked}},
	{access.ConfirmSignedPaper, text.Text{It: "Conferma il foglio firmato", En: "Confirm the signed paper"}, []SignatureState{SignatureBrought}},
	{access.RevokeSignature, text.Text{It: "Revoca", En: "Revoke"}, []SignatureState{SignatureAsked, SignatureBrought}},
}

// signatureFacts is SQL of what decides what can be done about a signature.
const signatureFacts = `json_build_object('programme', {t}.programme_id, 'audience', {t}.audience, 'state', {t}.state, 'askedBy', {t}.asked_by, 'onBehalfOf', {t}.on_behalf_of,
	'stands', coalesce((select m.content_hash = {t}.content_hash and ({t}.party <> 'HOST' or m.state = 'SUBMITTED') from register_month m where m.id = {t}.register_month_id), false))`

// signatureActs says of a signature what the actor could do about it now, and why not.
func signatureActs(ctx context.Context, tx *postgres.Tx, s struct {
	Programme  uuid.UUID
	Audience   []uuid.UUID
	State      SignatureState
	AskedBy    uuid.UUID
	OnBehalfOf *uuid.UUID
	Stands     bool // whether what is to be signed is still what it was
}) (any, error) {
	acts := make([]plan.AllowedAct, len(onSignature))
	for i, a := range onSignature {
		var no refusal.List
		switch {
		case !tx.Actor.May(a.act, s.Programme, s.Audience):
			no = refusal.List{refusal.NotAllowed.At()}
		case !slices.Contains(a.in, s.State):
			no = refusal.List{SignatureOver.At("signature").With("state", signatureWords[string(s.State)])}
		case a.act == access.RevokeSignature:
		case a.act == access.ConfirmSignedPaper:
			own, err := member.OwnHand(ctx, tx, member.Hand{Member: s.AskedBy, OnBehalfOf: s.OnBehalfOf}, a.act, s.Programme, s.Audience)
			if err != nil {
				return nil, err
			}
			if own {
				no = refusal.List{OwnPaper.At("signature")}
			} else if !s.Stands {
				no = refusal.List{PaperOfBefore.At("signature")}
			}
		case !s.Stands:
			no = refusal.List{SigningChanged.At("signature")}
		}
		acts[i] = plan.Allow(a.act, a.label, no)
	}
	return acts, nil
}
