package attendance

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// signatureRow is a signature of a month that was asked for.
type signatureRow struct {
	ID              uuid.UUID
	ProgrammeID     uuid.UUID
	ParticipationID uuid.UUID
	RegisterMonthID uuid.UUID
	CompanyID       *uuid.UUID
	Month           calendar.Month
	Party           Party
	State           SignatureState
	Way             *Way
	ContentHash     []byte
	AskedBy         uuid.UUID
	AskedAt         time.Time
	Email           []byte // sealed
	Phone           []byte // sealed
	Channel         *Channel
	Messages        int // to a phone, that were asked for
	MessagedAt      *time.Time
	SecretMark      []byte
	SentBy          *uuid.UUID // who had the last link or code sent, or has shown it
	OnBehalfOf      *uuid.UUID // for whom he stood in, or who brought a paper
	Sealed          []byte     // the secret of a letter or message that has not gone
	ExpiresAt       *time.Time
	Sendings        int
	SentAt          *time.Time
	FailedAt        *time.Time
	BrowserMark     []byte
	OpenedAt        *time.Time
	Name            []byte // sealed
	SignedAt        *time.Time
	FileID          *uuid.UUID // of a paper
	ConfirmedBy     *uuid.UUID // likewise, once somebody else has looked at it
	RevokedBy       *uuid.UUID
	RevokedAt       *time.Time
	Audience        []uuid.UUID `bun:",array"`
	Revision        int
}

func signatureByID(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (s signatureRow, found bool, err error) {
	rows, err := signatures(ctx, tx, "s.id = ?", id)
	if err != nil || len(rows) == 0 {
		return s, false, err
	}
	return rows[0], true, nil
}

// signaturesOf gives what was asked of a party for a month, in order, those that were not taken back.
func signaturesOf(ctx context.Context, tx *postgres.Tx, month uuid.UUID, party Party) ([]signatureRow, error) {
	return signatures(ctx, tx, "s.register_month_id = ? and s.party = ? and s.state <> 'REVOKED'", month, party)
}

// messagesTo says how many messages were asked for to the phone of a party to a month within a day, and when the last was.
func messagesTo(ctx context.Context, tx *postgres.Tx, s signatureRow) (n int, last time.Time, err error) {
	var row struct {
		N    int
		Last time.Time
	}
	err = tx.NewRaw("select coalesce(sum(messages), 0) as n, coalesce(max(messaged_at), '0001-01-01Z') as last from month_signature where register_month_id = ? and party = ? and messaged_at > ?",
		s.RegisterMonthID, s.Party, tx.Now.AddDate(0, 0, -1)).Scan(ctx, &row)
	if err != nil {
		return 0, row.Last, fmt.Errorf("messages of late: %w", err)
	}
	return row.N, row.Last, nil
}

// countMessage counts one more message to a number; where too many went to it within a day it says when the next may. The number itself is not kept.
func countMessage(ctx context.Context, tx *postgres.Tx, participation uuid.UUID, number string, most int) (again *time.Time, err error) {
	keys, err := tx.Keys()
	if err != nil {
		return nil, err
	}
	marks := secret.Bytes(keys.Indexes(phoneKind, []byte(number)))
	if err := tx.Ask(ctx, &again, "select count_message($1, $2, $3, $4, $5)", participation, marks, marks[0], most, tx.Now); err != nil {
		return nil, fmt.Errorf("count a message: %w", err)
	}
	return again, nil
}

// isDue is SQL of whether a letter waits that did not fail of late, and that nobody is sending.
const isDue = "s.sealed is not null and s.state = 'ASKED' and s.expires_at > ?0 and (s.failed_at is null or s.failed_at <= ?1 or s.way = 'CODE' and s.failed_at <= ?2)"

// unsent gives those whose letters are due, what runs out first before the others.
func unsent(ctx context.Context, tx *postgres.Tx, most int) ([]signatureRow, error) {
	return signatures(ctx, tx, isDue+" order by s.expires_at limit ?3", tx.Now, tx.Now.Add(-tryAgain), tx.Now.Add(-codeAgain), most)
}

// claimSending keeps a letter from being sent by others as long as it would not be tried again; false where it is not due any more. Until it has gone it
// counts as one that did not.
func claimSending(ctx context.Context, tx *postgres.Tx, s signatureRow) (bool, error) {
	result, err := tx.NewRaw("update month_signature s set failed_at = ?0 where s.id = ?3 and s.secret_mark = ?4 and "+isDue,
		tx.Now, tx.Now.Add(-tryAgain), tx.Now.Add(-codeAgain), s.ID, s.SecretMark).Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("claim a letter: %w", err)
	}
	n, err := result.RowsAffected()
	return n == 1, err
}

func signatures(ctx context.Context, tx *postgres.Tx, where string, args ...any) (rows []signatureRow, err error) {
	if err = tx.NewRaw("select * from month_signature s where "+where, args...).Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("signatures: %w", err)
	}
	return rows, nil
}

func insertSignature(ctx context.Context, tx *postgres.Tx, s *signatureRow) error {
	_, err := tx.NewInsert().Model(s).ModelTableExpr("month_signature").Exec(ctx)
	if postgres.Violates(err, "month_signature_pkey") {
		return refusal.List{refusal.IDTaken.At("id")}
	}
	if err != nil {
		return fmt.Errorf("ask signature: %w", err)
	}
	return nil
}

// saveSignature writes a signature that still stands as it was loaded.
func saveSignature(ctx context.Context, tx *postgres.Tx, s *signatureRow) error {
	was := s.Revision
	s.Revision++
	result, err := tx.NewUpdate().Model(s).ModelTableExpr("month_signature").ExcludeColumn("audience").Where("id = ? and revision = ?", s.ID, was).Exec(ctx)
	if err != nil {
		return fmt.Errorf("save signature: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return orConflict(err)
	}
	return nil
}

// keepSending notes that a letter has gone, or not; false where another secret took its place meanwhile.
func keepSending(ctx context.Context, tx *postgres.Tx, s signatureRow, gone bool) (bool, error) {
	set := "failed_at = ?0"
	if gone {
		set = "sent_at = ?0, sealed = null, failed_at = null, sendings = sendings + 1"
	}
	result, err := tx.NewRaw("update month_signature set "+set+" where id = ?1 and secret_mark = ?2 and state = 'ASKED'", tx.Now, s.ID, s.SecretMark).Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("letter: %w", err)
	}
	n, err := result.RowsAffected()
	return n == 1, err
}

// attachSigned makes a file the paper that somebody has signed: it is seen by those who follow the person, and not by the host.
func attachSigned(ctx context.Context, tx *postgres.Tx, file, participation uuid.UUID) error {
	return attachAs(ctx, tx, file, participation, participant.ProvesSigned)
}

// hostHands gives of months that stand certified for a host by whose hand they are, where hostHand knows of one.
func hostHands(ctx context.Context, tx *postgres.Tx, months []uuid.UUID) (map[uuid.UUID]member.Hand, error) {
	var rows []struct {
		ID uuid.UUID
		By []uuid.UUID `bun:",array"`
	}
	if err := tx.Ask(ctx, &rows, "select m.id, "+strings.ReplaceAll(hostHand, "{t}", "m")+" as by from register_month m where m.id = any ($1)", months); err != nil {
		return nil, fmt.Errorf("hands of hosts: %w", err)
	}
	by := map[uuid.UUID]member.Hand{}
	for _, r := range rows {
		if len(r.By) > 0 {
			by[r.ID] = handOf(r.By)
		}
	}
	return by, nil
}

// handOf is a hand as hostHand gives it.
func handOf(by []uuid.UUID) member.Hand {
	if len(by) == 1 {
		return member.Hand{Member: by[0]}
	}
	return member.Hand{Member: by[0], OnBehalfOf: &by[1]}
}

// worksHere says whether an address is that of somebody who works for the programme.
func worksHere(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, email string) (is bool, err error) {
	if err = tx.Ask(ctx, &is, "select works_for_programme($1, $2, $3)", email, programme, tx.Today()); err != nil {
		return false, fmt.Errorf("whose address: %w", err)
	}
	return is, nil
}

func isRepresented(ctx context.Context, tx *postgres.Tx, participation uuid.UUID) (is bool, err error) {
	if err = tx.Ask(ctx, &is, "select is_represented($1, $2)", participation, tx.Today()); err != nil {
		return false, fmt.Errorf("represented: %w", err)
	}
	return is, nil
}

// signatureOf finds a signature by marks of its secret, for nobody in particular.
func signatureOf(ctx context.Context, db *postgres.DB, clock postgres.Clock, marks [][]byte) (s foundSignature, known bool, err error) {
	err = db.InTx(ctx, access.Actor{}, clock, func(ctx context.Context, tx *postgres.Tx) error {
		rows := []foundSignature{}
		if err := tx.Ask(ctx, &rows, "select * from signature_of($1)", marks); err != nil {
			return err
		}
		if known = len(rows) == 1; known {
			s = rows[0]
		}
		return nil
	})
	if err != nil {
		return s, false, fmt.Errorf("signature of a secret: %w", err)
	}
	return s, known, nil
}

func monthOfSignature(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (m monthToSign, found bool, err error) {
	var rows []monthToSign
	if err = tx.Ask(ctx, &rows, "select * from month_to_sign($1)", id); err != nil {
		return m, false, fmt.Errorf("month to sign: %w", err)
	}
	if len(rows) == 0 {
		return m, false, nil
	}
	return rows[0], true, nil
}

func entriesToSign(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (rows []row, err error) {
	if err = tx.Ask(ctx, &rows, "select * from entries_to_sign($1)", id); err != nil {
		return nil, fmt.Errorf("entries to sign: %w", err)
	}
	return rows, nil
}

func openSignature(ctx context.Context, tx *postgres.Tx, b bearer) (opened bool, err error) {
	if err = tx.Ask(ctx, &opened, "select signature_open($1, $2, $3, $4)", b.signature, b.marks, b.browser, tx.Now); err != nil {
		return false, fmt.Errorf("open signature: %w", err)
	}
	return opened, nil
}

func signSignature(ctx context.Context, tx *postgres.Tx, b bearer, name []byte) (signed bool, err error) {
	step, err := uuid.NewV7()
	if err != nil {
		return false, err
	}
	if err = tx.Ask(ctx, &signed, "select signature_sign($1, $2, $3, $4, $5, $6, $7, $8)", b.signature, b.marks, b.browser, name, tx.Now, tx.Today(), step, string(access.SignMonth)); err != nil {
		return false, fmt.Errorf("sign month: %w", err)
	}
	return signed, nil
}
