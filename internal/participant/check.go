package participant

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// What a check against an excluding measure finds.
const (
	Clear   = "CLEAR"   // the person does not receive it
	Found   = "FOUND"   // the person receives it
	Unknown = "UNKNOWN" // it could not be established
)

// CheckInput is a dated check against an excluding measure, with what proves it.
type CheckInput struct {
	Participation uuid.UUID
	ID            uuid.UUID    // made when zero
	Measure       string       // code of exclusions: ADI, GOL
	On            calendar.Day // zero is today
	Outcome       string       // Clear, Found or Unknown
	Evidence      string       // which paper or query proves it
	Origin        string       // "" is ENTERED
	File          *uuid.UUID   // the paper itself, which the actor has brought; nil for none
}

var causeOutcome = text.Text{It: "l'esito è libero, presente o non accertabile", En: "the outcome is clear, found or unknown"}

// RecordExclusionCheck writes a check down. Checks are repeated, never changed: the last one of a day counts.
func (r Room) RecordExclusionCheck(ctx context.Context, tx *postgres.Tx, in CheckInput) (uuid.UUID, error) {
	row, err := load(ctx, tx, in.Participation)
	if err != nil {
		return uuid.Nil, err
	}
	if !tx.Actor.May(access.RecordExclusionCheck, row.ProgrammeID, row.Audience) {
		return uuid.Nil, refusal.NotAllowed.At()
	}
	if row.State.Standing().Final {
		return uuid.Nil, closed(row.State).At("participant")
	}
	in.On = orToday(tx, in.On)
	in.Evidence = strings.TrimSpace(in.Evidence)
	err = refusal.Join(in.problems(tx.Today()).Err(), programme.CheckCode(ctx, tx, row.ProgrammeID, programme.Exclusions, in.Measure, "measure"))
	if err != nil {
		return uuid.Nil, err
	}
	return in.write(ctx, tx, row)
}

// closed says that nothing can be done in a final state.
func closed(s State) complaint {
	var it, en []string
	for _, x := range Standings {
		if !x.Final {
			it, en = append(it, x.Label.It), append(en, x.Label.En)
		}
	}
	return complaint{code: WrongState, args: map[string]text.Text{
		"state": s.Standing().Label, "from": {It: strings.Join(it, ", "), En: strings.Join(en, ", ")}}}
}

func (in CheckInput) problems(today calendar.Day) refusal.List {
	var list refusal.List
	if in.On.After(today) {
		list = append(list, DayAhead.At("checkedOn").With("day", in.On))
	}
	if !slices.Contains([]string{Clear, Found, Unknown}, in.Outcome) {
		list = append(list, refusal.InvalidValue.At("outcome").With("cause", causeOutcome))
	}
	if in.Evidence == "" {
		list = append(list, refusal.InvalidValue.At("evidence").With("cause", causeEmpty))
	}
	if !printable(in.Evidence) {
		list = append(list, refusal.InvalidValue.At("evidence").With("cause", causeText))
	}
	return list
}

func (in CheckInput) write(ctx context.Context, tx *postgres.Tx, p participationRow) (id uuid.UUID, err error) {
	if id = in.ID; id == uuid.Nil {
		if id, err = uuid.NewV7(); err != nil {
			return uuid.Nil, err
		}
	}
	if err = attach(ctx, tx, in.File, ProvesCheck, p); err != nil {
		return uuid.Nil, err
	}
	err = insert(ctx, tx, checkRow{ID: id, ProgrammeID: p.ProgrammeID, ParticipationID: p.ID, Measure: in.Measure, CheckedOn: in.On, Outcome: in.Outcome,
		Evidence: in.Evidence, CheckedBy: tx.Actor.Member, Origin: Origin{Kind: in.Origin}.kind(), FileID: in.File, Audience: p.Audience})
	if postgres.Violates(err, "exclusion_check_pkey") {
		return uuid.Nil, refusal.IDTaken.At("id")
	}
	if err != nil {
		return uuid.Nil, err
	}
	tx.Tell(event.News{Programme: p.ProgrammeID, Act: string(access.RecordExclusionCheck), Kind: event.Changed, SubjectKind: subjectKind, Subject: p.ID,
		Related: []uuid.UUID{p.ID}, Audience: p.Audience}, detail{Check: &id, Measure: in.Measure, Day: in.On, Passed: tx.Passed()})
	return id, nil
}
