package allowance

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// ContestState is how far a contest is.
type ContestState string

// The states: it waits for its answer, or has it.
const (
	Contested ContestState = "CONTESTED"
	Upheld    ContestState = "UPHELD"
	Rejected  ContestState = "REJECTED"
)

var contestWords = map[string]text.Text{
	string(Contested): {It: "Contestato", En: "Contested"},
	string(Upheld):    {It: "Contestazione accolta", En: "Contest upheld"},
	string(Rejected):  {It: "Contestazione respinta", En: "Contest rejected"},
}

const (
	contestConcept = "statement"
	contestSubject = "AllowanceContest"
)

// maxReason is how many characters a reason may have.
const maxReason = 2000

// Contest is what somebody says against the statement in force of a month.
type Contest struct {
	ID            uuid.UUID
	Participation uuid.UUID
	Month         calendar.Month
	Cents         money.Cents // of the total that are not to be paid before the answer; 0 where it should be more. By who does not see the sum, more than that is all of it
	Reason        string
}

// ContestStatement says that a month's statement is wrong, by the person or for him. What is not contested of it is paid meanwhile.
func ContestStatement(ctx context.Context, tx *postgres.Tx, in Contest) error {
	s, found, err := contestable(ctx, tx, in.Participation, in.Month)
	switch {
	case err != nil:
		return err
	case !found:
		return refusal.List{NoStatement.At("month").With("month", in.Month)}
	case !tx.Actor.May(access.ContestStatement, s.ProgrammeID, s.Audience):
		return refusal.List{refusal.NotAllowed.At()}
	}
	list := checkReason(in.Reason, "reason")
	if s.Contested {
		list = append(list, AlreadyContested.At("month"))
	}
	if !tx.Actor.Sees(access.Money, s.Audience) {
		in.Cents = min(in.Cents, s.TotalCents) // no refusal tells him of the sum
	}
	if in.Cents < 0 || in.Cents > s.TotalCents {
		list = append(list, ContestedTooMuch.At("contested"))
	}
	if len(list) > 0 {
		return list
	}
	reason, err := sealText(ctx, tx, in.Participation, "reason", in.ID, in.Reason)
	if err != nil {
		return err
	}
	by := member.HandOf(tx.Actor, access.ContestStatement, s.ProgrammeID, s.Audience)
	row := contestRow{ID: in.ID, ProgrammeID: s.ProgrammeID, ParticipationID: in.Participation, AllowanceID: s.AllowanceID, StatementID: s.ID, Month: in.Month, State: Contested,
		StateSince: tx.Today(), ContestedCents: in.Cents, Reason: reason, MemberID: by.Member, OnBehalfOf: by.OnBehalfOf, ContestedAt: tx.Now, Audience: s.Audience, Revision: 1}
	if err := insertContest(ctx, tx, &row); err != nil {
		return err
	}
	row.tell(tx, access.ContestStatement, event.Entered, map[string]any{"month": in.Month, "statement": s.ID, "contested": in.Cents})
	return nil
}

// Answer ends a contest.
type Answer struct {
	Contest  uuid.UUID
	Uphold   bool
	Text     string // what changes, or why nothing does
	Expected *int
}

// AnswerContest answers a contest: it is upheld, with what changes, or rejected, with the reason. Nobody answers his own, by
// whatever account, nor does one who only stands in for him. What an upheld one
// changes comes by the acts that change it: an adjustment of the register, or a correction of the rules; somebody has it due until then.
func AnswerContest(ctx context.Context, tx *postgres.Tx, in Answer) error {
	row, found, err := contestByID(ctx, tx, in.Contest)
	switch {
	case err != nil:
		return err
	case !found:
		return refusal.List{refusal.NotFound.At("contest")}
	case !tx.Actor.May(access.AnswerContest, row.ProgrammeID, row.Audience):
		return refusal.List{refusal.NotAllowed.At()}
	case in.Expected != nil && *in.Expected != row.Revision:
		return refusal.List{refusal.RevisionConflict.At("expectedRevision")}
	}
	if list, err := row.answerable(ctx, tx); err != nil || list != nil {
		return refusal.Join(err, list.Err())
	}
	if list := checkReason(in.Text, "answer"); list != nil {
		return list
	}
	if row.Answer, err = sealText(ctx, tx, row.ParticipationID, "answer", row.ID, in.Text); err != nil {
		return err
	}
	row.State, row.StateSince, row.AnsweredBy, row.AnsweredAt = Rejected, tx.Today(), &tx.Actor.Member, &tx.Now
	if in.Uphold {
		row.State = Upheld
	}
	if err := saveContest(ctx, tx, row); err != nil {
		return err
	}
	row.tell(tx, access.AnswerContest, event.Changed, map[string]any{"month": row.Month, "statement": row.StatementID, "from": Contested, "to": row.State})
	return nil
}

// answerable says why the actor cannot answer the contest now; nil where he can.
func (r contestRow) answerable(ctx context.Context, tx *postgres.Tx) (refusal.List, error) {
	switch {
	case !tx.Actor.May(access.AnswerContest, r.ProgrammeID, r.Audience):
		return refusal.List{refusal.NotAllowed.At()}, nil
	case r.State != Contested:
		return refusal.List{ContestAnswered.At("contest").With("state", contestWords[string(r.State)])}, nil
	}
	own, err := member.OwnHand(ctx, tx, member.Hand{Member: r.MemberID, OnBehalfOf: r.OnBehalfOf}, access.AnswerContest, r.ProgrammeID, r.Audience)
	if err != nil || !own {
		return nil, err
	}
	return refusal.List{OwnContest.At("contest")}, nil
}

func (r contestRow) tell(tx *postgres.Tx, act access.Act, kind event.Kind, detail map[string]any) {
	tx.Tell(event.News{Programme: r.ProgrammeID, Act: string(act), Kind: kind, SubjectKind: contestSubject, Subject: r.ID, About: []uuid.UUID{r.ParticipationID}, Audience: r.Audience}, detail)
}

// putRight is where an upheld contest waits for nobody any more.
const putRight = "PUT_RIGHT"

// ContestClocks are the waiting states of contests as data for whoever keeps clocks: it is answered; and what is upheld is put right.
func ContestClocks() []event.Clock {
	clock := func(s ContestState, kind string, label text.Text) event.Clock {
		return event.Clock{Concept: contestConcept, SubjectKind: contestSubject, Prefix: ContestPrefix, State: string(s), Policy: "clock." + contestConcept + "." + string(s), Kind: kind, Label: label}
	}
	return []event.Clock{
		clock(Contested, "statement.contest", text.Text{It: "Rispondere alla contestazione di un conteggio", En: "Answer the contest of a statement"}),
		clock(Upheld, "statement.adjust", text.Text{It: "Rettificare il mese di una contestazione accolta", En: "Put right the month of a contest that was upheld"}),
	}
}

// FollowContests gives the reaction to news of contests and statements that keeps the clocks of contests: the partner that follows the person answers, then the lead
// body. So it puts right what is upheld, until the next statement of the month is issued, or the month is contested again.
func FollowContests(tell func(context.Context, *postgres.Tx, event.Transition) error) func(context.Context, *postgres.Tx, []event.Event) error {
	return func(ctx context.Context, tx *postgres.Tx, events []event.Event) error {
		about := map[string][]uuid.UUID{}
		for _, e := range events {
			about[e.SubjectKind] = append(about[e.SubjectKind], e.Subject)
		}
		rows, err := contestsAfter(ctx, tx, about[contestSubject], about[statementSubject])
		if err != nil {
			return err
		}
		for _, row := range rows {
			line, err := lineOf(ctx, tx, row.ParticipationID)
			if err != nil {
				return err
			}
			if len(line) == 0 {
				continue
			}
			now := event.Transition{Programme: row.ProgrammeID, Concept: contestConcept, SubjectKind: contestSubject, Subject: row.ID, Participation: row.ParticipationID,
				From: string(Contested), To: string(row.State), Owners: []uuid.UUID{line[0], line[len(line)-1]}, Audience: row.Audience, Since: row.StateSince}
			switch {
			case row.State == Contested:
				now.From = ""
			case row.Followed:
				now.To = putRight
			}
			if err := tell(ctx, tx, now); err != nil {
				return err
			}
		}
		return nil
	}
}

// checkReason refuses words that are none, or too many.
func checkReason(words, path string) refusal.List {
	switch {
	case strings.TrimSpace(words) == "":
		return refusal.List{WordsNeeded.At(path)}
	case utf8.RuneCountInString(words) > maxReason:
		return refusal.List{WordsTooMany.At(path).With("max", maxReason)}
	}
	return nil
}

// noteStep is what sealed words are filled up to: their lengths tell little.
const noteStep = 128

// sealText seals what is said in a contest under the key of the person.
func sealText(ctx context.Context, tx *postgres.Tx, participation uuid.UUID, column string, row uuid.UUID, words string) ([]byte, error) {
	persons, err := tx.PersonsOf(ctx, []uuid.UUID{participation})
	if err != nil {
		return nil, err
	}
	key, err := tx.DataKey(ctx, persons[participation])
	if err != nil {
		return nil, err
	}
	return key.SealPadded([]byte(words), noteStep, postgres.Place{Table: "allowance_contest", Column: column, Row: row}), nil
}
