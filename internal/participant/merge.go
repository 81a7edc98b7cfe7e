package participant

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/journal"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// MergeInput says which of two records stands for the human whom both are about, and why they are one.
type MergeInput struct {
	Keep   uuid.UUID
	Merge  uuid.UUID
	Reason string // in the actor's words, sealed under the persons' keys
}

// SplitInput says which merged record is somebody of its own after all, and why.
type SplitInput struct {
	Person uuid.UUID
	Reason string
}

var causeOneRecord = text.Text{It: "una scheda non si unisce a sé stessa", En: "a record is not merged with itself"}

// merged is what the journal keeps of a merge, and of its end.
type merged struct {
	Keep   uuid.UUID `json:"keep"`
	Merged uuid.UUID `json:"merged"`
	Reason string    `json:"reason"`
}

// Merge makes one human of two records. Nothing that is about either changes hands or comes under another key; hours and internships of both
// count as one person's from now on. Only who coordinates all of their programmes at the lead body, and sees all of it, may.
func (r Room) Merge(ctx context.Context, tx *postgres.Tx, in MergeInput) error {
	reason, wrong := mergeReason(in.Reason)
	if in.Keep == in.Merge {
		wrong = append(wrong, refusal.InvalidValue.At("merge").With("cause", causeOneRecord))
	}
	rows, err := recordsFor(ctx, tx, access.MergePersons, record{"keep", in.Keep}, record{"merge", in.Merge})
	if err = refusal.Join(wrong.Err(), err); err != nil {
		return err
	}
	keep, other := rows.of(in.Keep), rows.of(in.Merge)
	if err := refusal.Join(keep.standing("keep", true), other.standing("merge", false), keep.overlap(other)); err != nil {
		return err
	}
	if err := mergePersons(ctx, tx, in.Keep, in.Merge); err != nil {
		return err
	}
	rows.enter(tx, access.MergePersons, merged{Keep: in.Keep, Merged: in.Merge, Reason: reason})
	return nil
}

// Split takes a merge back. What was written since is of the record on whose participation it was written.
func (r Room) Split(ctx context.Context, tx *postgres.Tx, in SplitInput) error {
	reason, wrong := mergeReason(in.Reason)
	rows, err := recordsFor(ctx, tx, access.SplitPersons, record{"person", in.Person})
	if err = refusal.Join(wrong.Err(), err); err != nil {
		return err
	}
	switch {
	case rows[0].Erased:
		return AlreadyErased.At("person")
	case rows[0].IntoID == nil:
		return NotMerged.At("person")
	}
	keep := *rows[0].IntoID
	both, err := recordsFor(ctx, tx, access.SplitPersons, record{"person", in.Person}, record{"person", keep})
	if err != nil {
		return err
	}
	if err := splitPersons(ctx, tx, in.Person); err != nil {
		return err
	}
	both.enter(tx, access.SplitPersons, merged{Keep: keep, Merged: in.Person, Reason: reason})
	return nil
}

func mergeReason(written string) (string, refusal.List) {
	reason := strings.TrimSpace(written)
	switch {
	case reason == "":
		return reason, refusal.List{refusal.InvalidValue.At("reason").With("cause", causeEmpty)}
	case !printable(reason):
		return reason, refusal.List{refusal.InvalidValue.At("reason").With("cause", causeText)}
	}
	return reason, nil
}

// recordRow is one participation of a record as far as merging needs to know it; of one that is not seen nothing else is told.
type recordRow struct {
	PersonID        uuid.UUID
	IntoID          *uuid.UUID // the record that it is merged into
	Stands          bool       // for others that were merged into it
	Erased          bool
	ProgrammeID     uuid.UUID
	ParticipationID uuid.UUID
	State           State
	Lead            []uuid.UUID `bun:",array"`
	Seen            bool
}

// recordRows are the participations of one or more records.
type recordRows []recordRow

func (r recordRows) of(person uuid.UUID) recordRows {
	return slices.DeleteFunc(slices.Clone(r), func(row recordRow) bool { return row.PersonID != person })
}

// Joins says whether an event makes one human of somebody's records, or takes that back.
func Joins(e event.Event) bool {
	return e.SubjectKind == subjectKind && (e.Act == string(access.MergePersons) || e.Act == string(access.SplitPersons))
}

// record is a person as an input names him.
type record struct {
	path string
	id   uuid.UUID
}

// recordsFor gives the participations of records, and holds them until the transaction ends: all must be the actor's at the lead body of their
// programme.
func recordsFor(ctx context.Context, tx *postgres.Tx, act access.Act, named ...record) (recordRows, error) {
	if !slices.ContainsFunc(tx.Actor.Grants, func(g access.Grant) bool { return tx.Actor.MayIn(act, g.Programme) }) {
		return nil, refusal.NotAllowed.At()
	}
	found, err := loadRecords(ctx, tx, named)
	if err != nil {
		return nil, err
	}
	var all recordRows
	var list refusal.List
	for _, one := range named {
		rows := found[one.id]
		switch {
		case len(rows) == 0:
			list = append(list, refusal.NotFound.At(one.path))
		case slices.ContainsFunc(rows, func(r recordRow) bool { return !r.Seen }):
			list = append(list, RecordElsewhere.At(one.path))
		case slices.ContainsFunc(rows, func(r recordRow) bool { return !tx.Actor.May(act, r.ProgrammeID, r.Lead) }):
			list = append(list, refusal.NotAllowed.At())
		}
		all = append(all, rows...)
	}
	return all, list.Err()
}

// loadRecords loads records in the order of their ids: everybody locks in one order, and refusals come in the input's.
func loadRecords(ctx context.Context, tx *postgres.Tx, named []record) (found map[uuid.UUID]recordRows, err error) {
	found = map[uuid.UUID]recordRows{}
	sorted := slices.SortedFunc(slices.Values(named), func(a, b record) int { return bytes.Compare(a.id[:], b.id[:]) })
	for _, one := range sorted {
		if found[one.id], err = loadRecord(ctx, tx, one.id); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// standing refuses a record that is no person of its own any more. The one that is kept may stand for others already.
func (r recordRows) standing(path string, keep bool) error {
	switch {
	case r[0].Erased:
		return AlreadyErased.At(path)
	case r[0].IntoID != nil, r[0].Stands && !keep:
		return MergedAlready.At(path)
	}
	return nil
}

// overlap refuses two records that both take part in one programme now: nobody is followed twice.
func (r recordRows) overlap(other recordRows) error {
	for _, a := range r {
		for _, b := range other {
			if a.ProgrammeID == b.ProgrammeID && !a.State.ended() && !b.State.ended() {
				return MergeOverlaps.At("merge")
			}
		}
	}
	return nil
}

// enter writes an entry for each record in each of its programmes, so that either id finds it. Nobody is told, since nothing that anybody is shown
// changes by it: the news are for what follows in other rooms.
func (r recordRows) enter(tx *postgres.Tx, act access.Act, detail merged) {
	for _, row := range r {
		tx.Enter(journal.Entry{Programme: row.ProgrammeID, Act: string(act), SubjectKind: personKind, Subject: row.PersonID, About: []uuid.UUID{row.ParticipationID},
			OnBehalfOf: tx.Actor.ActsFor(act, row.ProgrammeID, row.Lead), Detail: detail})
		tx.Announce(event.News{Programme: row.ProgrammeID, Act: string(act), Kind: event.Changed, SubjectKind: subjectKind, Subject: row.ParticipationID})
	}
}
