package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance/payment"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// frame is the programme that the demonstration fills.
type frame struct {
	ID      uuid.UUID
	FromDay calendar.Day
	ToDay   calendar.Day
}

func frameOf(ctx context.Context, tx *postgres.Tx, code string) (f frame, err error) {
	err = tx.NewRaw("select id, from_day, to_day from programme where code = ?", code).Scan(ctx, &f)
	if err != nil {
		return f, fmt.Errorf("programme %s: %w", code, err)
	}
	return f, nil
}

type partnerRow struct {
	ID   uuid.UUID
	Code string
}

func partnersOf(ctx context.Context, tx *postgres.Tx, programme uuid.UUID) (rows []partnerRow, err error) {
	err = tx.NewRaw("select id, code from organisation where programme_id = ? order by position", programme).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("partners: %w", err)
	}
	return rows, nil
}

// enrolmentOf is where the hours of an internship belong.
func enrolmentOf(ctx context.Context, tx *postgres.Tx, placement uuid.UUID) (id uuid.UUID, err error) {
	err = tx.NewRaw("select enrolment_id from placement where id = ?", placement).Scan(ctx, &id)
	if err != nil {
		return id, fmt.Errorf("enrolment: %w", err)
	}
	return id, nil
}

type matchRow struct {
	ID              uuid.UUID
	ParticipationID uuid.UUID
	OpeningID       uuid.UUID
	State           string
	Blocked         bool
	Score           int
}

// matchesOf gives the matches of participations, best first.
func matchesOf(ctx context.Context, tx *postgres.Tx, participations []uuid.UUID) (rows []matchRow, err error) {
	err = tx.NewRaw(`select id, participation_id, opening_id, state, blocked, score from match where participation_id in (?)
		order by participation_id, score desc, opening_id`, bun.In(participations)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("matches: %w", err)
	}
	return rows, nil
}

// contestedOf gives the contested entries of an enrolment on a day.
func contestedOf(ctx context.Context, tx *postgres.Tx, enrolment uuid.UUID, day calendar.Day) (ids []uuid.UUID, err error) {
	err = tx.NewRaw("select id from attendance where enrolment_id = ? and day = ? and standing = 'CONTESTED' order by id", enrolment, day).Scan(ctx, &ids)
	if err != nil {
		return nil, fmt.Errorf("contested entries: %w", err)
	}
	return ids, nil
}

type monthRow struct {
	ParticipationID uuid.UUID
	Month           calendar.Month
}

// monthsWithHours gives each participation's months in which the register has entries, from a month on.
func monthsWithHours(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, from, to calendar.Day) (rows []monthRow, err error) {
	err = tx.NewRaw(`select participation_id, date_trunc('month', day)::date as month from attendance
		where programme_id = ? and day between ? and ? group by 1, 2 order by 2, 1`, programme, from, to).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("months: %w", err)
	}
	return rows, nil
}

// enlist writes members and their grants as the owner of the tables: the demonstration's own issuer knows everybody from the start, and an act
// would invite each of them by a letter. Grants over companies wait until these are registered.
func enlist(ctx context.Context, ownerURL string, o *office, workers []*worker) error {
	return postgres.AsOwner(ctx, ownerURL, func(ctx context.Context, tx bun.Tx) error {
		for _, w := range workers {
			err := w.insert(ctx, tx, o)
			if err == nil {
				err = w.insertGrants(ctx, tx, o, false)
			}
			if err != nil {
				return fmt.Errorf("members: %w", err)
			}
		}
		return nil
	})
}

// letHostsIn writes the grants over companies.
func letHostsIn(ctx context.Context, ownerURL string, o *office) error {
	return postgres.AsOwner(ctx, ownerURL, func(ctx context.Context, tx bun.Tx) error {
		for _, w := range o.workers {
			if err := w.insertGrants(ctx, tx, o, true); err != nil {
				return fmt.Errorf("hosts: %w", err)
			}
		}
		return nil
	})
}

func (w *worker) insert(ctx context.Context, tx bun.Tx, o *office) error {
	_, err := tx.NewRaw(`insert into member (id, issuer, subject, email, name, person_id, audience, organisation_id, answering)
		values (?, ?, ?, ?, ?, nullif(?, ?::uuid), ?, ?, coalesce(organisation_line(?) || ?::uuid, '{}'))`,
		w.id, member.DemonstrationIssuer, w.address, w.address+"@"+Domain, w.name, w.person, uuid.Nil, pgdialect.Array(w.audience), w.home(o), w.home(o), w.id).Exec(ctx)
	return err
}

// insertGrants writes the grants over companies, or all others.
func (w *worker) insertGrants(ctx context.Context, tx bun.Tx, o *office, companies bool) (err error) {
	for i, g := range w.actor.Grants {
		if err != nil {
			return err
		}
		if (w.scopes[i].scope == access.OverCompany) != companies {
			continue
		}
		id := chanceOf("grant "+w.address, i).timedID(o.from.Start())
		_, err = tx.NewRaw(`insert into access_grant (id, member_id, programme_id, role, scope, over_id, from_day, organisation_id, audience)
			values (?, ?, ?, ?, ?, ?, ?, ?, coalesce(organisation_line(?), '{}') || ?::uuid)`,
			id, w.id, g.Programme, string(g.Role), string(w.scopes[i].scope), w.scopes[i].over, o.from, w.home(o), w.home(o), w.id).Exec(ctx)
	}
	return err
}

// home is the body that answers for the worker: the lead body for those of companies, none for who takes part.
func (w *worker) home(o *office) *uuid.UUID {
	id, ok := o.organisations[w.partner]
	switch {
	case ok:
		return &id
	case w.person != uuid.Nil:
		return nil
	}
	id = o.organisations[lead]
	return &id
}

// state of a demonstration: whether it was begun, and whether its last step was done.
func state(ctx context.Context, db *postgres.DB) (begun, made bool, err error) {
	people, err := member.DemonstrationPeople(ctx, db)
	if err != nil {
		return false, false, err
	}
	for _, p := range people {
		made = made || p.Email == finished+"@"+Domain
	}
	return len(people) > 0, made, nil
}

// clear takes away what an interrupted making has left behind. Nobody was served before it ended, so nobody's work is lost.
func clear(ctx context.Context, ownerURL string) error {
	return postgres.AsOwner(ctx, ownerURL, func(ctx context.Context, tx bun.Tx) error {
		var kind postgres.Kind
		if err := tx.NewRaw("select kind from installation").Scan(ctx, &kind); err != nil || kind != postgres.Demonstration {
			return errors.Join(err, errors.New("only a DEMONSTRATION is cleared"))
		}
		_, err := tx.NewRaw("truncate member, person, person_key, company, activity, request, outbox, journal, read_journal, read_head, read_told, news_head, relay_position, reaction_position cascade").Exec(ctx)
		return err
	})
}

// analyze lets the planner know the tables that have just been filled.
func analyze(ctx context.Context, ownerURL string) error {
	return postgres.AsOwner(ctx, ownerURL, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewRaw("analyze").Exec(ctx)
		return err
	})
}

func still(t time.Time) postgres.Clock { return func() time.Time { return t } }

// caughtUp says that a reaction has nothing left to do for the news so far.
func caughtUp(ctx context.Context, tx *postgres.Tx, name string, programme uuid.UUID) error {
	_, err := tx.NewRaw(`insert into reaction_position (name, programme_id, seq) select ?, programme_id, seq from news_head where programme_id = ?
		on conflict (name, programme_id) do update set seq = excluded.seq`, name, programme).Exec(ctx)
	if err != nil {
		return fmt.Errorf("position of %s: %w", name, err)
	}
	return nil
}

// monthsIn gives the months of the register that the actor sees in a state; hosted are those with a company, but for one that is left out.
func monthsIn(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, month calendar.Month, state attendance.MonthState, hosted bool, but uuid.UUID) (ids []uuid.UUID, err error) {
	if err = tx.NewRaw("select id from register_month where programme_id = ? and month = ? and state = ? and (not ? or company_id <> ?) order by id", programme, month, state, hosted, but).Scan(ctx, &ids); err != nil {
		return nil, fmt.Errorf("months of the register: %w", err)
	}
	return ids, nil
}

// sentTransfer is one transfer of a message that was sent.
type sentTransfer struct {
	EndToEndID    string
	MessageID     string
	Participation uuid.UUID
	Month         calendar.Month // the last that it pays
}

// sentBy gives the transfers of a run's first message.
func sentBy(ctx context.Context, tx *postgres.Tx, run uuid.UUID) (sent []sentTransfer, err error) {
	err = tx.NewRaw(`select l.end_to_end_id, f.message_id, (array_agg(l.participation_id))[1] as participation, max(l.month) as month
		from payment_line l join payment_file f on f.run_id = l.run_id and f.part = l.part where l.run_id = ? and l.part = 1 group by 1, 2 order by 3`, run).Scan(ctx, &sent)
	if err != nil {
		return nil, fmt.Errorf("transfers of a run: %w", err)
	}
	return sent, nil
}

// runState is how far a run is.
type runState struct {
	State payment.State
	Lines int
}

func runOf(ctx context.Context, tx *postgres.Tx, run uuid.UUID) (r runState, err error) {
	if err = tx.NewRaw("select state, lines from payment_run where id = ?", run).Scan(ctx, &r); err != nil {
		return runState{}, fmt.Errorf("state of a run: %w", err)
	}
	return r, nil
}
