package company

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Registered is the company that now stands for a registration, with what the partner should know of it.
type Registered struct {
	ID       uuid.UUID // of the company as stored: another than asked for when it was known already
	Known    bool      // another registration was first; this one shares it
	Warnings refusal.List
}

// Register writes down a company for a partner. One with the same entity code is shared with that partner instead: its data stay,
// sites and contacts that it lacks are added, and what differs is warned of, in the outcome and in the transaction's warnings. The
// same registration again changes nothing and tells nothing.
func Register(ctx context.Context, tx *postgres.Tx, in Registration) (Registered, error) {
	line, err := lineFor(ctx, tx, access.RegisterCompany, in.Programme, in.Organisation)
	if err != nil {
		return Registered{}, err
	}
	in.Sites, in.Contacts = slices.Clone(in.Sites), slices.Clone(in.Contacts)
	if list := in.normal(); list != nil {
		return Registered{}, list
	}
	out, err := in.write(ctx, tx, line)
	if err != nil {
		return Registered{}, err
	}
	tx.Warnings = append(tx.Warnings, out.Warnings...)
	return out, nil
}

func (r Registration) write(ctx context.Context, tx *postgres.Tx, line []uuid.UUID) (Registered, error) {
	known, err := byCode(ctx, tx, r.EntityCode)
	if err != nil {
		return Registered{}, err
	}
	if known == uuid.Nil {
		made, err := r.create(ctx, tx, line)
		if err != nil || made {
			return Registered{ID: r.ID}, err
		}
		if known, err = byCode(ctx, tx, r.EntityCode); err != nil {
			return Registered{}, err
		}
	}
	return r.join(ctx, tx, known, line)
}

// create writes a company that nobody knows yet; false when somebody else was faster.
func (r Registration) create(ctx context.Context, tx *postgres.Tx, line []uuid.UUID) (bool, error) {
	row := companyRow{ID: r.ID, Name: r.Name, EntityCode: r.EntityCode, ATECO: r.ATECO, Headcount: r.Headcount, Municipality: r.Municipality, Origin: r.Origin.Kind,
		OriginFile: orNull(r.Origin.File), OriginRow: orNull(r.Origin.Row), OriginHash: orNull(r.Origin.Hash), Audience: with(line, access.CompanyKey(r.Programme, r.ID)), Revision: 1}
	if made, err := insertCompany(ctx, tx, row); err != nil || !made {
		return false, err
	}
	if len(r.Sites) == 0 {
		r.Sites = []Site{{Name: r.Name, Municipality: r.Municipality, Headcount: r.Headcount}}
	}
	if err := addSites(ctx, tx, r.Sites, row); err != nil {
		return false, err
	}
	if err := addContacts(ctx, tx, r.Contacts, r.ID, with(line, access.CompanyKey(r.Programme, r.ID))); err != nil {
		return false, err
	}
	r.tell(tx, row, event.Entered, "created")
	return true, nil
}

// join shares a known company with the line of one more partner.
func (r Registration) join(ctx context.Context, tx *postgres.Tx, id uuid.UUID, line []uuid.UUID) (Registered, error) {
	before, err := companyOf(ctx, tx, id)
	if err != nil {
		return Registered{}, err
	}
	if err := share(ctx, tx, r.EntityCode, r.Organisation); err != nil {
		return Registered{}, err
	}
	row, err := companyOf(ctx, tx, id)
	if err != nil || row == nil {
		return Registered{}, found(err, "entityCode")
	}
	out := Registered{ID: id, Known: true, Warnings: refusal.List{Shared.At("entityCode")}}
	out.Warnings = append(out.Warnings, differences(row.registration(), r)...)
	sites, differing, err := r.joinSites(ctx, tx, *row)
	if err != nil {
		return Registered{}, err
	}
	out.Warnings = append(out.Warnings, differing...)
	contacts, err := r.joinContacts(ctx, tx, id, with(line, access.CompanyKey(r.Programme, id)))
	if err != nil {
		return Registered{}, err
	}
	switch {
	case before == nil:
		r.tell(tx, *row, event.Entered, "shared")
	case sites+contacts > 0 || len(row.Audience) > len(before.Audience):
		r.tell(tx, *row, event.Changed, "shared")
	}
	return out, nil
}

func (r companyRow) registration() Registration {
	return Registration{Name: r.Name, ATECO: r.ATECO, Headcount: r.Headcount, Municipality: r.Municipality}
}

// tell buffers the news: ids and what was done, never what the company is called.
func (r Registration) tell(tx *postgres.Tx, row companyRow, kind event.Kind, how string) {
	tx.Tell(event.News{Programme: r.Programme, Act: string(access.RegisterCompany), Kind: kind, SubjectKind: "Company", Subject: row.ID,
		Related: []uuid.UUID{row.ID}, Audience: row.Audience},
		map[string]any{"organisation": r.Organisation, "how": how, "origin": r.Origin.Kind, "originRow": r.Origin.Row, "originHash": r.Origin.Hash})
}

// lineFor gives the keys of the organisation for which the actor creates something, if he may.
func lineFor(ctx context.Context, tx *postgres.Tx, act access.Act, programmeID, organisation uuid.UUID) ([]uuid.UUID, error) {
	line, err := lineOf(ctx, tx, programmeID, organisation)
	switch {
	case err != nil:
		return nil, err
	case line == nil:
		return nil, refusal.List{refusal.NotFound.At("organisation")}
	case !tx.Actor.MayIn(act, programmeID):
		return nil, refusal.List{refusal.NotAllowed.At()}
	case !tx.Actor.May(act, programmeID, line):
		return nil, refusal.List{refusal.NotAllowed.At("organisation")}
	}
	return line, nil
}
