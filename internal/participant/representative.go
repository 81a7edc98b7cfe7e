package participant

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Title is by what law somebody represents a person.
type Title string

// The titles.
const (
	// SupportAdministrator is the amministratore di sostegno of who cannot see to his own interests (codice civile, art. 404 ff.).
	SupportAdministrator Title = "SUPPORT_ADMINISTRATOR"
	// Guardian is the tutore of a minor without parents who answer for him (art. 343 ff.), or of an adult under interdiction (art. 424).
	Guardian Title = "GUARDIAN"
	// Curator is the curatore of an emancipated minor (art. 392 ff.), or of an adult under partial incapacity (art. 424).
	Curator Title = "CURATOR"
	// Parent is a genitore who holds parental responsibility (art. 316), until the child is of age.
	Parent Title = "PARENT"
)

var titles = []Title{SupportAdministrator, Guardian, Curator, Parent}

// maxReference is the most characters of what identifies a title.
const maxReference = 120

// Sealed titles fill one step each, and so do references, four bytes a character.
const (
	titleStep     = 32
	referenceStep = 512
)

var (
	causeTitle     = text.Text{It: "i titoli sono SUPPORT_ADMINISTRATOR, GUARDIAN, CURATOR e PARENT", En: "titles are SUPPORT_ADMINISTRATOR, GUARDIAN, CURATOR and PARENT"}
	causeReference = text.Text{It: "sono ammessi da 1 a 120 caratteri, senza caratteri di controllo", En: "1 to 120 characters are allowed, and no control characters"}
	causeOfAge     = text.Text{It: "la responsabilità genitoriale termina con la maggiore età", En: "parental responsibility ends when the child is of age"}
)

// AppointInput says who represents a participant, by which title, and for which days.
type AppointInput struct {
	ID            uuid.UUID // made when zero
	Participation uuid.UUID
	Member        uuid.UUID
	Title         Title
	Reference     string       // of the decree or the certificate that proves it, e.g. "Trib. Massa, V.G. 1234/2025"
	On            calendar.Day // day of that paper
	Days          member.Days  // from today where left out; without end but for a parent, whose title ends when the child is of age
}

// titled is what the journal keeps of who is let see a person; the reference stays in the sealed row.
type titled struct {
	Grant  uuid.UUID    `json:"grant"`
	Member uuid.UUID    `json:"member"`
	Title  Title        `json:"title,omitempty"`
	From   calendar.Day `json:"from"`
	To     calendar.Day `json:"to"`
}

// AppointRepresentative lets a member see one person as who represents him in law. It is never the actor, nor anybody who works on the case.
func (r Room) AppointRepresentative(ctx context.Context, tx *postgres.Tx, in AppointInput) (uuid.UUID, error) {
	row, err := letSee(ctx, tx, access.AppointRepresentative, in.Participation, in.Member)
	if err != nil {
		return uuid.Nil, err
	}
	in.Reference = strings.TrimSpace(in.Reference)
	if err := in.check(tx.Today()); err != nil {
		return uuid.Nil, err
	}
	if in.Days, err = in.whileMinor(ctx, tx, row); err != nil {
		return uuid.Nil, err
	}
	id, days, err := row.grant(ctx, tx, access.Representative, in.ID, in.Member, in.Days)
	if err != nil {
		return uuid.Nil, err
	}
	if err := in.seal(ctx, tx, row, id); err != nil {
		return uuid.Nil, err
	}
	row.tellOf(tx, access.AppointRepresentative, titled{id, in.Member, in.Title, days.From, days.To})
	return id, nil
}

// letSee loads a participation to which the actor is about to let in a member, who must not work on it.
func letSee(ctx context.Context, tx *postgres.Tx, act access.Act, id, of uuid.UUID) (participationRow, error) {
	row, err := load(ctx, tx, id)
	if err != nil {
		return row, err
	}
	if !tx.Actor.May(act, row.ProgrammeID, row.Audience) {
		return row, refusal.NotAllowed.At()
	}
	if row.State.Standing().Final {
		return row, closed(row.State).At("participant")
	}
	works, err := worksOnCase(ctx, tx, of, row.ID)
	if err == nil && works {
		err = WorksOnCase.At("member")
	}
	return row, err
}

// working are the roles in which somebody has to do with a person's case.
func working() []access.Role {
	return slices.DeleteFunc(access.Roles(), func(r access.Role) bool { return !r.Works() })
}

func (in AppointInput) check(today calendar.Day) error {
	var list refusal.List
	if !slices.Contains(titles, in.Title) {
		list = append(list, refusal.InvalidValue.At("title").With("cause", causeTitle))
	}
	if in.Reference == "" || !text.Line(in.Reference, maxReference) {
		list = append(list, refusal.InvalidValue.At("reference").With("cause", causeReference))
	}
	if in.On.After(today) {
		list = append(list, DayAhead.At("titledOn").With("day", in.On))
	}
	return list.Err()
}

// whileMinor gives the days of the title: a parent's end on the day before the child is of age.
func (in AppointInput) whileMinor(ctx context.Context, tx *postgres.Tx, row participationRow) (member.Days, error) {
	if in.Title != Parent {
		return in.Days, nil
	}
	policy, err := programme.PolicyOn(ctx, tx, row.ProgrammeID, tx.Today())
	if err != nil {
		return in.Days, err
	}
	p, err := loadPerson(ctx, tx, row.PersonID)
	if err != nil {
		return in.Days, err
	}
	last := p.BirthDay.AddMonths(12 * policy.Int("limits.minor.age")).AddDays(-1)
	switch {
	case last.Before(orToday(tx, in.Days.From)):
		return in.Days, ParentOfAdult.At("title")
	case in.Days.To.IsZero():
		in.Days.To = last
	case in.Days.To.After(last):
		return in.Days, refusal.InvalidValue.At("toDay").With("cause", causeOfAge)
	}
	return in.Days, nil
}

// seal writes the title beside its grant.
func (in AppointInput) seal(ctx context.Context, tx *postgres.Tx, row participationRow, id uuid.UUID) error {
	key, err := tx.DataKey(ctx, row.PersonID)
	if err != nil {
		return err
	}
	place := func(column string) postgres.Place {
		return postgres.Place{Table: "representation", Column: column, Row: id}
	}
	return insert(ctx, tx, representationRow{ID: id, ParticipationID: row.ID, TitledOn: in.On, Kind: key.SealPadded([]byte(in.Title), titleStep, place("kind")),
		Reference: key.SealPadded([]byte(in.Reference), referenceStep, place("reference")), Audience: row.Audience})
}

// grant gives a member a role over the person, with the id or one that is made.
func (p participationRow) grant(ctx context.Context, tx *postgres.Tx, role access.Role, id, of uuid.UUID, days member.Days) (uuid.UUID, member.Days, error) {
	if id == uuid.Nil {
		made, err := uuid.NewV7()
		if err != nil {
			return uuid.Nil, days, err
		}
		id = made
	}
	days, err := member.GrantPerson(ctx, tx, member.PersonGrant{ID: id, Member: of, Role: role, Programme: p.ProgrammeID, Person: p.PersonID,
		Participation: p.ID, Days: days, Audience: p.Audience})
	return id, days, err
}

func (p participationRow) tellOf(tx *postgres.Tx, act access.Act, t titled) {
	tx.Tell(event.News{Programme: p.ProgrammeID, Act: string(act), Kind: event.Changed, SubjectKind: subjectKind, Subject: p.ID, Related: []uuid.UUID{p.ID},
		Audience: p.Audience}, t)
}

// EndRepresentative ends a representation after a day, yesterday where none is given, and gives whose it is.
func (r Room) EndRepresentative(ctx context.Context, tx *postgres.Tx, id uuid.UUID, last calendar.Day) (uuid.UUID, error) {
	g, err := member.PersonGranted(ctx, tx, id, access.Representative, "representation")
	if err != nil {
		return uuid.Nil, err
	}
	return g.Participation, r.endSight(ctx, tx, access.EndRepresentative, g, last)
}

// endSight ends a right over a person, also of somebody whose case is over.
func (r Room) endSight(ctx context.Context, tx *postgres.Tx, act access.Act, g member.PersonGrant, last calendar.Day) error {
	row, err := load(ctx, tx, g.Participation)
	if err != nil {
		return err
	}
	if !tx.Actor.May(act, row.ProgrammeID, row.Audience) {
		return refusal.NotAllowed.At()
	}
	changed, err := g.End(ctx, tx, last)
	if err == nil && changed {
		row.tellOf(tx, act, titled{Grant: g.ID, Member: g.Member, From: g.Days.From, To: g.Days.To})
	}
	return err
}
