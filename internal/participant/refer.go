package participant

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Referral is what a referral made, or found made already.
type Referral struct {
	Participation uuid.UUID
	Person        uuid.UUID
}

// desk holds what referrals to one programme are checked against, read once for many.
type desk struct {
	room                    Room
	programme               uuid.UUID
	groups, traits, sectors map[string]programme.CodeItem
	territory               map[string]string
	lines                   map[uuid.UUID][]uuid.UUID // by organisation
	exempt                  []string                  // groups that do not count for the host quota
}

// Refer brings a person into the programme as REFERRED. Somebody whom the actor follows already is found by fiscal code and not made
// again; somebody whom another body follows is refused without a word more. Where the person takes part already, the refusal comes
// with the participation's id.
func (r Room) Refer(ctx context.Context, tx *postgres.Tx, in ReferInput) (Referral, error) {
	if !tx.Actor.MayIn(access.ReferPerson, in.Programme) {
		return Referral{}, refusal.NotAllowed.At()
	}
	d, err := r.desk(ctx, tx, in.Programme)
	if err != nil {
		return Referral{}, err
	}
	return d.refer(ctx, tx, in)
}

func (r Room) desk(ctx context.Context, tx *postgres.Tx, prog uuid.UUID) (d *desk, err error) {
	d = &desk{room: r, programme: prog, lines: map[uuid.UUID][]uuid.UUID{}}
	for list, into := range map[string]*map[string]programme.CodeItem{
		programme.PriorityGroups: &d.groups, programme.WorkTraits: &d.traits, programme.WorkSectors: &d.sectors,
	} {
		if *into, err = programme.CodeItems(ctx, tx, prog, list); err != nil {
			return nil, err
		}
	}
	policy, err := programme.PolicyOn(ctx, tx, prog, tx.Today())
	if err != nil {
		return nil, err
	}
	d.exempt = policy.Strings(quotaExempt)
	d.territory, err = territory(ctx, tx, prog)
	return d, err
}

// referral is one referral on its way through the desk.
type referral struct {
	ReferInput
	code  fiscal.PersonCode
	marks marks
	line  []uuid.UUID // the organisation and all bodies above
	known LookUp
}

func (d *desk) refer(ctx context.Context, tx *postgres.Tx, in ReferInput) (Referral, error) {
	f, err := d.read(ctx, tx, in)
	if err != nil {
		return Referral{}, err
	}
	if f.marks, err = marksOf(tx, f.code); err != nil {
		return Referral{}, err
	}
	if err := hold(ctx, tx, f.marks); err != nil {
		return Referral{}, err
	}
	if f.known, err = lookUp(ctx, tx, f.marks, d.programme); err != nil {
		return Referral{}, err
	}
	switch {
	case f.known.Answer == Known:
		return Referral{}, refusal.Join(KnownElsewhere.At("fiscalCode"), d.room.noteLookUp(ctx, tx, d.programme, f.known))
	case f.known.Participation != nil:
		return Referral{Participation: *f.known.Participation, Person: *f.known.person}, AlreadyReferred.At("fiscalCode")
	}
	if err := d.warn(ctx, tx, f); err != nil {
		return Referral{}, err
	}
	return d.write(ctx, tx, f)
}

// read checks the input against itself and the programme, all at once.
func (d *desk) read(ctx context.Context, tx *postgres.Tx, in ReferInput) (*referral, error) {
	today := tx.Today()
	f := &referral{ReferInput: in.tidy(today)}
	list := f.problems(today)
	var err error
	if f.code, err = fiscal.ParsePersonCode(in.FiscalCode); err != nil {
		list = append(list, refusal.Invalid(err, "fiscalCode"))
	}
	list = append(list, f.codes("groups", f.Groups, d.groups, today)...)
	list = append(list, f.codes("brings", f.Brings, d.traits, today)...)
	list = append(list, f.codes("needs", f.Needs, d.traits, today)...)
	list = append(list, f.codes("wishes", f.Wishes, d.sectors, today)...)
	err = refusal.Join(list.Err(), d.entrust(ctx, tx, f))
	return f, err
}

// entrust finds the partner, and whether the actor may entrust somebody to it.
func (d *desk) entrust(ctx context.Context, tx *postgres.Tx, f *referral) error {
	keys, known := d.lines[f.Organisation]
	if !known {
		var err error
		if keys, err = mayFor(ctx, tx, access.ReferPerson, d.programme, f.Organisation); err != nil {
			return err
		}
		d.lines[f.Organisation] = keys
	}
	f.line = keys
	return nil
}

// warn tells of what somebody must have looked at before the person is referred.
func (d *desk) warn(ctx context.Context, tx *postgres.Tx, f *referral) error {
	list := f.mismatches(f.code)
	if _, inside := d.territory[f.Municipality]; !inside {
		list = append(list, MunicipalityOutside.At("municipality"))
	}
	differing, err := d.differing(ctx, tx, f)
	if err != nil {
		return err
	}
	list = append(list, differing...)
	yes, err := isAlike(ctx, tx, f.marks)
	if err != nil {
		return err
	}
	if yes {
		list = append(list, CodeAlike.At("fiscalCode"))
	}
	errs := make([]error, len(list))
	for i, w := range list {
		errs[i] = tx.Warn(w)
	}
	return refusal.Join(errs...)
}

// differing compares with the person who is known by the code already.
func (d *desk) differing(ctx context.Context, tx *postgres.Tx, f *referral) (refusal.List, error) {
	if f.known.person == nil {
		return nil, nil
	}
	p, err := loadPerson(ctx, tx, *f.known.person)
	if err != nil {
		return nil, err
	}
	var list refusal.List
	for _, path := range f.unlike(p) {
		list = append(list, PersonDiffers.At(path))
	}
	return list, nil
}

// write puts the person, unless known, and the participation into the database.
func (d *desk) write(ctx context.Context, tx *postgres.Tx, f *referral) (Referral, error) {
	ids, err := f.ids()
	if err != nil {
		return Referral{}, err
	}
	key, err := tx.DataKey(ctx, ids.Person)
	if err != nil {
		return Referral{}, err
	}
	row := participationRow{ID: ids.Participation, ProgrammeID: d.programme, PersonID: ids.Person, OrganisationID: f.Organisation, State: Referred,
		StateSince: f.ReferredOn, ReferringService: key.SealPadded([]byte(f.Service), serviceStep, servicePlace(ids.Participation)), ReferredOn: f.ReferredOn, Origin: f.Origin.kind(), OriginFile: f.Origin.File,
		OriginRow: f.Origin.Row, OriginHash: f.Origin.Hash, Revision: 1}
	row.Audience = row.audience(f.line)
	keys := row.Audience
	if f.known.person == nil {
		if err := d.writePerson(ctx, tx, f, ids.Person, keys); err != nil {
			return Referral{}, taken(err)
		}
	}
	if err := insert(ctx, tx, row); err != nil {
		return Referral{}, taken(err)
	}
	if err := d.writeCodes(ctx, tx, f, row); err != nil {
		return Referral{}, err
	}
	if f.known.person != nil {
		if err := spread(ctx, tx, row.ID, keys); err != nil {
			return Referral{}, err
		}
	}
	tx.Tell(event.News{Programme: d.programme, Act: string(access.ReferPerson), Kind: event.Entered, SubjectKind: subjectKind, Subject: row.ID,
		Related: []uuid.UUID{row.ID}, Audience: keys}, detail{Organisation: &f.Organisation, To: row.State, Day: row.StateSince, Passed: tx.Passed()})
	return ids, d.room.hooks(ctx, tx, row, "", f.line)
}

func (f *referral) ids() (ids Referral, err error) {
	ids.Participation = f.ID
	if f.ID == uuid.Nil {
		if ids.Participation, err = uuid.NewRandom(); err != nil {
			return ids, err
		}
	}
	if f.known.person != nil {
		ids.Person = *f.known.person
		return ids, nil
	}
	ids.Person, err = uuid.NewRandom()
	return ids, err
}

func (d *desk) writePerson(ctx context.Context, tx *postgres.Tx, f *referral, id uuid.UUID, keys []uuid.UUID) error {
	person := personRow{ID: id, GivenName: f.GivenName, FamilyName: f.FamilyName, BirthDay: f.BirthDay, Sex: f.Sex, Citizenship: f.Citizenship,
		Municipality: f.Municipality, StaysOnly: f.StaysOnly, Phone: f.Phone, Email: f.Email, Origin: f.Origin.kind(), OriginFile: f.Origin.File,
		OriginRow: f.Origin.Row, OriginHash: f.Origin.Hash, Audience: keys, Revision: 1}
	if err := insert(ctx, tx, person); err != nil {
		return err
	}
	rows := make([]codeRow, len(f.marks.codes))
	for i, m := range f.marks.codes {
		rows[i] = codeRow{Fingerprint: m.Bytes, IndexVersion: int64(m.Version), PersonID: id, Alike: f.marks.alikes[i].Bytes,
			Code: f.code.String(), Provisional: f.code.Provisional(), Since: tx.Now, Audience: keys}
	}
	return insert(ctx, tx, rows...)
}

func (d *desk) writeCodes(ctx context.Context, tx *postgres.Tx, f *referral, p participationRow) error {
	codes, classes := unique(f.Groups), map[string]access.Class{}
	for _, code := range codes {
		classes[code] = classOf(d.groups[code])
	}
	groups, err := sealGroups(ctx, tx, p, classes, codes)
	if err != nil {
		return err
	}
	exempt := slices.ContainsFunc(codes, func(code string) bool { return slices.Contains(d.exempt, code) })
	if err := writeFacts(ctx, tx, p.ID, len(codes), exempt); err != nil {
		return err
	}
	var traits []traitRow
	for _, t := range f.traits() {
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		traits = append(traits, traitRow{ID: id, ParticipationID: p.ID, Side: t.side, Code: t.code, Audience: p.Audience})
	}
	if err := insert(ctx, tx, groups...); err != nil {
		return err
	}
	return insert(ctx, tx, traits...)
}

// taken turns what the database's own guards say of a referral into refusals. Somebody who takes part under keys that the actor does
// not hold is only known.
func taken(err error) error {
	switch {
	case postgres.Violates(err, "participation_pkey"):
		return refusal.IDTaken.At("id")
	case postgres.Violates(err, "participation_programme_id_person_id_key"):
		return KnownElsewhere.At("fiscalCode")
	case postgres.Violates(err, "person_code_pkey"):
		return refusal.RevisionConflict.At("fiscalCode")
	}
	return err
}
