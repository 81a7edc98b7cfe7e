package matching

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// refresh is one run: what is wanted, what stands, and the rows that bring the one to the other.
type refresh struct {
	tx        *postgres.Tx
	room      Room
	programme uuid.UUID
	words     Words
	wanted    map[key]pair
	order     []key
	bookable  map[uuid.UUID]bool // openings with a seat
	waiting   map[uuid.UUID]bool // participations that seek an internship

	added, updated []row
	reasons        []reasonRow
	stale, gone    []uuid.UUID // matches whose reasons, or which themselves, go
	count          Changes
}

// spelled is a reason as it is stored.
type spelled struct {
	Kind   string    `json:"kind"`
	Code   string    `json:"code"`
	Points int       `json:"points"`
	Text   text.Text `json:"text"`
}

// settle decides what becomes of one match that stands.
func (run *refresh) settle(ctx context.Context, e existing) error {
	k := key{e.ParticipationID, e.OpeningID}
	want, wanted := run.wanted[k]
	delete(run.wanted, k)
	switch {
	case e.State == Suggested && wanted:
		return run.renew(e, want)
	case e.State == Suggested:
		run.drop(e)
	case e.State == Withdrawn && wanted, e.State == Placed && !e.Living && wanted:
		return run.renew(e, want)
	case e.State == Placed && !e.Living:
		return run.withdraw(ctx, e)
	case slices.Contains([]State{Proposed, Accepted}, e.State) && !(run.waiting[e.ParticipationID] && run.bookable[e.OpeningID]):
		return run.withdraw(ctx, e)
	}
	return nil
}

// renew brings a match to what was judged now; where nothing differs nothing is written and nothing told.
func (run *refresh) renew(e existing, want pair) error {
	reasons := run.spell(want.result)
	words := CompanyText(want.opening, want.person.Brings, want.person.Needs, run.words)
	same, err := e.says(want.result, reasons, words)
	if err != nil || same && e.State == Suggested {
		return err
	}
	m := e.match()
	r := e.row
	if r.State != Suggested {
		r.State, r.StateSince = Suggested, run.tx.Today()
	}
	r.Score, r.Blocked, r.CompanyText, r.RefreshedAt = want.result.Score, want.result.Blocked, words, run.tx.Now
	run.updated, run.stale = append(run.updated, r), append(run.stale, r.ID)
	run.count.Changed++
	m.tell(run.tx, access.RefreshMatches, event.Changed, Suggested)
	return run.keepReasons(r, reasons)
}

// says whether a stored match already reads like a judgement.
func (e existing) says(r Result, reasons []spelled, words text.Text) (bool, error) {
	var stored []spelled
	if len(e.Reasons) > 0 {
		if err := json.Unmarshal(e.Reasons, &stored); err != nil {
			return false, err
		}
	}
	return e.Score == r.Score && e.Blocked == r.Blocked && e.CompanyText == words && slices.Equal(stored, reasons), nil
}

// drop takes a suggestion away that nobody has touched.
func (run *refresh) drop(e existing) {
	run.gone = append(run.gone, e.ID)
	run.count.Left++
	e.match().tell(run.tx, access.RefreshMatches, event.Left, "")
}

// withdraw closes a match that people have decided about and that is no longer possible.
func (run *refresh) withdraw(ctx context.Context, e existing) error {
	r := e.row
	r.State, r.StateSince = Withdrawn, run.tx.Today()
	run.updated = append(run.updated, r)
	run.count.Changed++
	e.match().tell(run.tx, access.RefreshMatches, event.Changed, Withdrawn)
	return run.room.tellState(ctx, run.tx, e.match(), Withdrawn)
}

// add makes the suggestions that are new.
func (run *refresh) add() error {
	for _, k := range run.order {
		want, missing := run.wanted[k]
		if !missing {
			continue
		}
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		words := CompanyText(want.opening, want.person.Brings, want.person.Needs, run.words)
		r := row{ID: id, ProgrammeID: run.programme, ParticipationID: k.participation, OpeningID: k.opening, CompanyID: want.opening.Company, State: Suggested,
			StateSince: run.tx.Today(), Score: want.result.Score, Blocked: want.result.Blocked, CompanyText: words, RefreshedAt: run.tx.Now,
			Audience: want.person.Audience, Revision: 1}
		run.added = append(run.added, r)
		run.count.Entered++
		(existing{row: r}).match().tell(run.tx, access.RefreshMatches, event.Entered, Suggested)
		if err := run.keepReasons(r, run.spell(want.result)); err != nil {
			return err
		}
	}
	return nil
}

func (run *refresh) spell(r Result) []spelled {
	list := make([]spelled, len(r.Reasons))
	for i, reason := range r.Reasons {
		list[i] = spelled{Kind: reason.Kind, Code: reason.Code, Points: reason.Points, Text: run.words.Text(reason)}
	}
	return list
}

func (run *refresh) keepReasons(m row, list []spelled) error {
	for i, s := range list {
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		run.reasons = append(run.reasons, reasonRow{ID: id, MatchID: m.ID, ParticipationID: m.ParticipationID, Position: i + 1, Kind: s.Kind, Code: s.Code,
			Points: s.Points, Text: s.Text, Audience: m.Audience})
	}
	return nil
}

// write makes all changes by a few statements.
func (run *refresh) write(ctx context.Context) error {
	if err := deleteMatches(ctx, run.tx, run.gone); err != nil {
		return err
	}
	if err := deleteReasons(ctx, run.tx, run.stale); err != nil {
		return err
	}
	if err := insertAll(ctx, run.tx, run.added); err != nil {
		return err
	}
	if err := updateAll(ctx, run.tx, run.updated); err != nil {
		return err
	}
	return insertAll(ctx, run.tx, run.reasons)
}

func (e existing) match() Match {
	return Match{ID: e.ID, Programme: e.ProgrammeID, Participation: e.ParticipationID, Opening: e.OpeningID, Company: e.CompanyID, State: e.State,
		Blocked: e.Blocked, Tutor: e.TutorID, Organisation: e.OrganisationID, Audience: e.Audience, Revision: e.Revision}
}
