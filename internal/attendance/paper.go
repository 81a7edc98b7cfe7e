package attendance

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

const (
	// PaperPrefix stands before the ids of absences' papers in the API.
	PaperPrefix  = "abp"
	paperSubject = "AbsencePaper"
	// longestPaper is for how many days one paper may be.
	longestPaper = 366
)

// AbsencePaper is what shows why somebody was absent on some days.
type AbsencePaper struct {
	ID            uuid.UUID
	Participation uuid.UUID
	From, To      calendar.Day
	File          uuid.UUID // which the actor has brought
}

// PaperMistake is why a paper is taken back. It is a word and no text, since it stands beside a person whose paper it may not be.
type PaperMistake string

// The mistakes.
const (
	WrongPerson PaperMistake = "WRONG_PERSON"
	WrongDays   PaperMistake = "WRONG_DAYS"
	WrongFile   PaperMistake = "WRONG_FILE"
	NotAsked    PaperMistake = "NOT_ASKED" // it says more than needs to be known
)

var causeMistake = text.Text{It: "il motivo non è tra quelli previsti", En: "the reason is none of those that exist"}

// AttachAbsencePaper keeps the paper of an absence. It may be a doctor's: what it says is read by those alone who read what is of health, for a
// purpose, and not by who has brought it. Absences of its days show that there is one, also those that are entered later.
func AttachAbsencePaper(ctx context.Context, tx *postgres.Tx, in AbsencePaper) error {
	of, found, err := absentee(ctx, tx, in.Participation)
	switch {
	case err != nil:
		return err
	case !found:
		return refusal.List{refusal.NotFound.At("participant")}
	case !tx.Actor.May(access.AttachAbsencePaper, of.ProgrammeID, of.Audience):
		return refusal.List{refusal.NotAllowed.At()}
	case in.To.Before(in.From):
		return refusal.List{PaperDays.At("to").With("max", longestPaper)}
	case in.From.AddDays(longestPaper).Before(in.To):
		return refusal.List{PaperDays.At("to").With("max", longestPaper)}
	}
	row := paperRow{ID: in.ID, ProgrammeID: of.ProgrammeID, ParticipationID: in.Participation, FromDay: in.From, ToDay: in.To, FileID: in.File,
		AttachedBy: tx.Actor.Member, AttachedAt: tx.Now, Audience: of.Audience, Revision: 1}
	if err := insertPaper(ctx, tx, &row); err != nil {
		return err
	}
	row.tell(tx, access.AttachAbsencePaper, event.Entered)
	return nil
}

// Withdrawal takes a paper back.
type Withdrawal struct {
	Paper    uuid.UUID
	Mistake  PaperMistake
	Expected *int
}

// WithdrawAbsencePaper takes back a paper that was a mistake: it stays, with who took it back, and why, and no absence shows it any more. Its file may be
// of somebody else: the database destroys it with that, but while the person's data are held, once they are no more, and never where a month of its days is
// locked.
func WithdrawAbsencePaper(ctx context.Context, tx *postgres.Tx, in Withdrawal) error {
	row, found, err := paperByID(ctx, tx, in.Paper)
	switch {
	case err != nil:
		return err
	case !found:
		return refusal.List{refusal.NotFound.At("paper")}
	case !tx.Actor.May(access.WithdrawAbsencePaper, row.ProgrammeID, row.Audience):
		return refusal.List{refusal.NotAllowed.At()}
	case in.Expected != nil && *in.Expected != row.Revision:
		return refusal.List{refusal.RevisionConflict.At("expectedRevision")}
	case row.WithdrawnAt != nil:
		return refusal.List{PaperWithdrawn.At("paper")}
	case !slices.Contains([]PaperMistake{WrongPerson, WrongDays, WrongFile, NotAsked}, in.Mistake):
		return refusal.List{refusal.InvalidValue.At("mistake").With("cause", causeMistake)}
	}
	row.Mistake = &in.Mistake
	if err := withdrawPaper(ctx, tx, row); err != nil {
		return err
	}
	row.tell(tx, access.WithdrawAbsencePaper, event.Changed)
	return nil
}

func (r paperRow) tell(tx *postgres.Tx, act access.Act, kind event.Kind) {
	tx.Tell(event.News{Programme: r.ProgrammeID, Act: string(act), Kind: kind, SubjectKind: paperSubject, Subject: r.ID, Related: []uuid.UUID{r.ParticipationID}, Audience: r.Audience},
		paperDetail{r.FromDay, r.ToDay, r.FileID, r.Mistake})
}

// paperDetail is what the journal keeps of a paper.
type paperDetail struct {
	From    calendar.Day  `json:"from"`
	To      calendar.Day  `json:"to"`
	File    uuid.UUID     `json:"file"`
	Mistake *PaperMistake `json:"mistake,omitempty"`
}

// hasPaper says of an absence whether there is a paper for its day.
const hasPaper = `({t}.kind = 'ABSENCE' and exists (select from absence_paper p
	where p.participation_id = {t}.participation_id and p.withdrawn_at is null and {t}.day between p.from_day and p.to_day))`
