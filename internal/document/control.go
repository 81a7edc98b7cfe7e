package document

import (
	"cmp"
	"context"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/document/control"
	"github.com/lavoroincorso/lavoro/internal/platform/blob"
	"github.com/lavoroincorso/lavoro/internal/platform/journal"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// ControlFolder is the kind of file that a control folder is.
const ControlFolder = "CONTROL_FOLDER"

// maxDrawn bounds a sample, so that the act stays short.
const maxDrawn = 30

// Control asks for a folder: of one month's allowance, or of months of payment lines that are drawn.
type Control struct {
	ID        uuid.UUID // of the file
	Purpose   string    // why it is made
	Allowance uuid.UUID
	Sample    *Sampling
}

// Sampling says what is drawn out of which payment lines that were sent.
type Sampling struct {
	Programme uuid.UUID
	Payer     uuid.UUID // none: every payer's
	From, To  calendar.Month
	Seed      string
	Size      int
}

var seeds = regexp.MustCompile(`^[A-Za-z0-9.-]{1,64}$`)

func (in Control) problems() (list refusal.List) {
	if n := utf8.RuneCountInString(strings.TrimSpace(in.Purpose)); n == 0 || n > 500 {
		list = append(list, refusal.InvalidValue.At("purpose").With("cause", causePurpose))
	}
	if (in.Allowance == uuid.Nil) == (in.Sample == nil) {
		return append(list, refusal.InvalidValue.At("allowance").With("cause", causeOne))
	}
	if s := in.Sample; s != nil {
		if !seeds.MatchString(s.Seed) {
			list = append(list, refusal.InvalidValue.At("sample", "seed").With("cause", causeSeed))
		}
		if s.Size < 1 || s.Size > maxDrawn {
			list = append(list, refusal.InvalidValue.At("sample", "size").With("cause", causeSize))
		}
	}
	return list
}

// Made is a folder that was made.
type Made struct {
	Ticket   blob.Ticket
	Manifest string      // SHA-256 of the manifest, in hexadecimal digits
	Drawn    []uuid.UUID // payment lines
}

// MakeControlFolder makes a folder by which somebody outside proves months and their payments, with what the actor may read of them, and lets him fetch it
// once. What it holds of a person goes with his key, and the file at once, also where it is about others, too: that of a sample is made anew by its seed, and
// then says of whoever was erased what money and register still say. Why it was made is kept with each person's key; what it says, by its hash, with the programme's acts.
func (r Room) MakeControlFolder(ctx context.Context, tx *postgres.Tx, in Control, lang string) (made Made, err error) {
	if list := in.problems(); len(list) > 0 {
		return made, list
	}
	f := &gathering{reader: reader{r, ctx, tx, lang}, subjects: map[uuid.UUID]bool{}, payees: map[string]string{}, since: tx.Today().Month(),
		folder: control.Folder{Papers: map[string][]byte{}, Proofs: map[uuid.UUID][]byte{}, Manifest: control.Manifest{MadeAt: tx.Now.UTC(), Purpose: in.Purpose}}}
	months, err := f.asked(in)
	if err != nil {
		return made, err
	}
	for _, m := range months {
		if !tx.Actor.May(access.MakeControlFolder, m.ProgrammeID, m.Audience) {
			return made, refusal.NotAllowed.At()
		}
		if err := f.allowance(m); err != nil {
			return made, err
		}
	}
	if err := f.transfers(); err != nil {
		return made, err
	}
	if err := f.proofs(); err != nil {
		return made, err
	}
	return f.make(in, months)
}

// asked gives the months that the folder is of.
func (f *gathering) asked(in Control) ([]allowanceRow, error) {
	if in.Sample == nil {
		rows, err := allowances(f.ctx, f.tx, []uuid.UUID{in.Allowance})
		if err == nil && len(rows) == 0 {
			err = refusal.NotFound.At("allowance")
		}
		return rows, err
	}
	s := in.Sample
	frame, err := sentLines(f.ctx, f.tx, *s)
	if err != nil {
		return nil, err
	}
	if len(frame) == 0 {
		return nil, NothingToDraw.At("sample")
	}
	sample := control.Draw(s.Seed, frame, s.Size)
	f.folder.Manifest.Sample, f.folder.Frame = &sample, frame
	drawn := make([]uuid.UUID, len(sample.Drawn))
	for i, id := range sample.Drawn {
		drawn[i] = uuid.MustParse(id)
	}
	f.drawn = drawn
	of, err := allowancesOf(f.ctx, f.tx, drawn)
	if err != nil {
		return nil, err
	}
	return allowances(f.ctx, f.tx, of)
}

// make writes the folder, and down that it was made.
func (f *gathering) make(in Control, months []allowanceRow) (made Made, err error) {
	programme := months[0].ProgrammeID
	heading, err := headingOf(f.ctx, f.tx, programme)
	if err != nil {
		return made, err
	}
	m := &f.folder.Manifest
	m.Programme, m.ProjectCode, m.CUP = heading.Name, heading.ProjectCode, heading.CUP
	content, hash, err := f.folder.Zip()
	if err != nil {
		return made, err
	}
	people := participationsOf(months)
	a := blob.Announced{ID: in.ID, Programme: programme, Kind: ControlFolder, Class: access.Money, MediaType: blob.Zip}
	if a.Participation, a.Person, err = f.only(people); err != nil {
		return made, err
	}
	made = Made{Manifest: hash.String(), Drawn: f.drawn}
	if made.Ticket, err = blob.Make(f.ctx, f.tx, a, content); err != nil {
		return made, err
	}
	if err := insertFolder(f.ctx, f.tx, in.ID, programme, hash, people, m.Sample); err != nil {
		return made, err
	}
	f.tx.Enter(journal.Entry{Programme: programme, Act: string(access.MakeControlFolder), SubjectKind: "File", Subject: in.ID, Detail: map[string]string{"manifest": made.Manifest}, Open: true})
	for _, month := range months {
		f.tx.Enter(journal.Entry{Programme: programme, Act: string(access.MakeControlFolder), SubjectKind: "Allowance", Subject: month.ID,
			OnBehalfOf: f.tx.Actor.ActsFor(access.MakeControlFolder, programme, month.Audience), About: []uuid.UUID{month.ParticipationID}, Detail: map[string]string{"purpose": in.Purpose}})
	}
	return made, nil
}

// only is whom a folder is about under whose key it is kept: nobody where it is about several, and where what is left of him is nothing that his key hides.
func (f *gathering) only(people []uuid.UUID) (participation, person uuid.UUID, err error) {
	if len(people) != 1 {
		return uuid.Nil, uuid.Nil, nil
	}
	persons, err := f.tx.PersonsOf(f.ctx, people)
	if err != nil {
		return uuid.Nil, uuid.Nil, err
	}
	person = persons[people[0]]
	keys, err := f.tx.DataKeys(f.ctx, []uuid.UUID{person})
	if key, known := keys[person]; err != nil || known && key.Erased() {
		return uuid.Nil, uuid.Nil, err
	}
	return people[0], person, nil
}

func participationsOf(months []allowanceRow) (people []uuid.UUID) {
	for _, m := range months {
		people = append(people, m.ParticipationID)
	}
	slices.SortFunc(people, func(a, b uuid.UUID) int { return cmp.Compare(hex.EncodeToString(a[:]), hex.EncodeToString(b[:])) })
	return slices.Compact(people)
}

// People are the participations that a control folder tells of.
func People(ctx context.Context, tx *postgres.Tx, file uuid.UUID) ([]uuid.UUID, error) {
	return peopleOf(ctx, tx, file)
}
