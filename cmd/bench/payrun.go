package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance/payment"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

const (
	runRounds  = 9
	runPeople  = 285 // of the programme that the product was made for
	largeMonth = 5   // months of each of 20,000 people
	largeRound = 3
)

// payRuns measures payment runs, called in this process by officer and approver of the body that pays.
//
//	allowance.run_285.ms       a run of 285 people is opened, computed, checked and approved, each act committed; the median
//	allowance.run_100k.ms      100,000 person-months of 20,000 people are computed into one run, chunk by chunk, each committed; the median
//	allowance.run_100k.sql_ms  one INSERT … SELECT of as many lines into the same table with all of its constraints and triggers, as its owner; the median
//	allowance.run_100k.vs_sql  the first over the second
//	allowance.check_100k.ms    that run is checked: all that may stand against its lines by then is asked; the median
//	allowance.run_100k.rss_mb  the most memory that this process held after a chunk
func payRuns(ctx context.Context, s *stage, out *report) error {
	keys, err := secret.Read(s.keysFile())
	if err != nil {
		return err
	}
	db, err := postgres.Open(ctx, postgres.Config{URL: s.url(), Acts: 2, Keys: keys})
	if err != nil {
		return err
	}
	defer db.Close()
	p := &payer{stage: s, db: db}
	for code, id := range map[string]*uuid.UUID{"ASL": &p.large, "PEGASO": &p.small} {
		if err := s.owner.QueryRow(ctx, "select o.id from payer p join organisation o on o.id = p.organisation_id where o.programme_id = $1 and o.code = $2", s.programme, code).Scan(id); err != nil {
			return fmt.Errorf("payer %s: %w", code, err)
		}
	}
	if err := p.owe(ctx); err != nil {
		return err
	}
	if err := p.smallRuns(ctx, out); err != nil {
		return err
	}
	if err := p.largeRuns(ctx, out); err != nil {
		return err
	}
	return s.exec(ctx, unpaid)
}

// unpaid takes back what benches of payment runs write, with all that hangs on it.
const unpaid = "truncate payment_run, allowance_statement, budget_posting cascade"

type payer struct {
	*stage
	db           *postgres.DB
	large, small uuid.UUID // organisations
}

func (s *stage) exec(ctx context.Context, statements ...string) error {
	for _, statement := range statements {
		if _, err := s.owner.Exec(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// owe gives everybody an account and a check, and statements of five months that one payer owes; of some people another owes one of them.
func (p *payer) owe(ctx context.Context) error {
	const months = "generate_series('2026-01-01'::date, '2026-05-01', interval '1 month') m"
	fill := strings.NewReplacer("{programme}", p.programme.String(), "{large}", p.large.String(), "{small}", p.small.String(), "{months}", months, "{people}", fmt.Sprint(runPeople)).Replace
	return p.exec(ctx, unpaid, "update budget_line set amount_cents = 100000000000",
		fill(`insert into allowance (id, programme_id, participation_id, month, policy_version_id, minutes, accrued_cents, cap_cents, total_cents, computed_at, audience)
			select gen_random_uuid(), a.programme_id, a.id, m::date, policy_on(a.programme_id, m::date), 600, 20000, 50000, 20000, now(), a.audience from participation a, {months}
			where a.programme_id = '{programme}' on conflict (participation_id, month) do nothing`),
		"set session_replication_role = replica", // what nobody measures may come without triggers
		`insert into person_bank (id, person_id, revision, iban, holder, since, recorded_by, audience)
			select gen_random_uuid(), p.id, 1, '\x00', '\x00', '2026-01-01', gen_random_uuid(), p.audience from person p where not exists (select from person_bank b where b.person_id = p.id)`,
		`insert into person_bank_check (id, bank_id, person_id, kind, called_back, recorded_by, member_id, day, at, audience)
			select gen_random_uuid(), b.id, b.person_id, 'CONFIRMED', true, b.recorded_by, gen_random_uuid(), b.since, now(), b.audience from person_bank b
			where not exists (select from person_bank_check c where c.bank_id = b.id and c.kind = 'CONFIRMED')`,
		"delete from exclusion_check where evidence = 'bench'",
		fill(`insert into exclusion_check (id, programme_id, participation_id, measure, checked_on, outcome, evidence, checked_by, origin, audience)
			select gen_random_uuid(), a.programme_id, a.id, k, current_date, 'CLEAR', 'bench', gen_random_uuid(), 'DEMO', a.audience from participation a, unnest('{ADI,GOL}'::text[]) k
			where a.programme_id = '{programme}'`),
		fill(`insert into allowance_statement (id, programme_id, participation_id, allowance_id, month, number, minutes, accrued_cents, cap_cents, total_cents, policy_versions, engine, inputs, lines,
				issued_at, audience, content_hash)
			select gen_random_uuid(), w.programme_id, w.participation_id, w.id, w.month, 1, 600, 20000, 50000, 20000, array[w.policy_version_id], '1', '{}', '[]', now(), w.audience, sha256('')
			from allowance w where w.programme_id = '{programme}' and w.month between '2026-01-01' and '2026-05-01'`),
		fill(`insert into allowance_share (id, statement_id, allowance_id, participation_id, programme_id, month, payer_id, budget_line_id, tax, gross_cents, withheld_cents, net_cents, audience)
			select gen_random_uuid(), s.id, s.allowance_id, s.participation_id, s.programme_id, s.month, y.payer, y.line, 'EXEMPT', y.cents, 0, y.cents, s.audience
			from (select *, row_number() over (partition by month order by participation_id) as n from allowance_statement) s
			join (select organisation_id as payer, min(id::text)::uuid as line, case organisation_id when '{small}' then 5000 else 15000 end as cents from budget_line
				where organisation_id in ('{large}', '{small}') group by 1) y on y.payer = '{large}' or s.month = '2026-05-01' and s.n <= {people}`),
		"set session_replication_role = origin", "analyze", "checkpoint")
}

func (p *payer) as(role access.Role, body uuid.UUID) access.Actor {
	return access.Actor{Member: uuid.New(), Purpose: access.Payment, Grants: []access.Grant{{Role: role, Programme: p.programme, Key: body}}}
}

func (p *payer) act(ctx context.Context, who access.Actor, fn func(context.Context, *postgres.Tx) error) error {
	return p.db.InTx(ctx, who, time.Now, fn)
}

func (p *payer) open(ctx context.Context, who access.Actor, body uuid.UUID) (uuid.UUID, error) {
	run, err := uuid.NewV7()
	if err != nil {
		return run, err
	}
	return run, p.act(ctx, who, func(ctx context.Context, tx *postgres.Tx) error {
		return payment.OpenRun(ctx, tx, payment.Opening{ID: run, Programme: p.programme, Payer: body, UpTo: calendar.MustMonth("2026-05")})
	})
}

func (p *payer) step(ctx context.Context, who access.Actor, run uuid.UUID, act func(context.Context, *postgres.Tx, payment.Step) error) error {
	return p.act(ctx, who, func(ctx context.Context, tx *postgres.Tx) error {
		return act(ctx, tx, payment.Step{Run: run, Reason: "bench"})
	})
}

func (p *payer) smallRuns(ctx context.Context, out *report) error {
	officer, approver := p.as(access.PaymentsOfficer, p.small), p.as(access.Approver, p.small)
	var rounds []float64
	for range runRounds + batchWarm {
		began := time.Now()
		run, err := p.open(ctx, officer, p.small)
		if err != nil {
			return err
		}
		for _, one := range []struct {
			who access.Actor
			act func(context.Context, *postgres.Tx, payment.Step) error
		}{{officer, payment.ComputeRun}, {officer, payment.CheckRun}, {approver, payment.ApproveRun}} {
			if err := p.step(ctx, one.who, run, one.act); err != nil {
				return err
			}
		}
		rounds = append(rounds, milliseconds(time.Since(began)))
		if err := p.lines(ctx, run, runPeople); err != nil {
			return err
		}
		if err := p.step(ctx, officer, run, payment.DiscardRun); err != nil {
			return err
		}
	}
	out.median("allowance.run_285.ms", rounds[batchWarm:], "ms")
	return nil
}

// lines refuses a run that pays other lines than were owed: it would measure something else.
func (p *payer) lines(ctx context.Context, run uuid.UUID, want int) error {
	var got int
	if err := p.owner.QueryRow(ctx, "select lines from payment_run where id = $1", run).Scan(&got); err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("the run pays %d lines, not %d", got, want)
	}
	return nil
}

func (p *payer) largeRuns(ctx context.Context, out *report) error {
	officer, house := p.as(access.PaymentsOfficer, p.large), p.as(access.System, p.large)
	var owed int
	if err := p.owner.QueryRow(ctx, "select count(*) from allowance_share where payer_id = $1", p.large).Scan(&owed); err != nil {
		return err
	}
	var acts, checks, inserts []float64
	held := 0.0
	for range largeRound {
		run, err := p.open(ctx, officer, p.large)
		if err != nil {
			return err
		}
		began := time.Now()
		if err := p.step(ctx, officer, run, payment.ComputeRun); err != nil {
			return err
		}
		for {
			mb, err := resident()
			if err != nil {
				return err
			}
			held = max(held, mb)
			var state string
			if err := p.owner.QueryRow(ctx, "select state from payment_run where id = $1", run).Scan(&state); err != nil {
				return err
			}
			if state != "DRAFT" {
				break
			}
			if err := p.act(ctx, house, func(ctx context.Context, tx *postgres.Tx) error {
				return payment.Continue(ctx, tx, []event.Event{{News: event.News{SubjectKind: "PaymentRun", Act: string(access.ComputeRun), Subject: run}}})
			}); err != nil {
				return err
			}
		}
		acts = append(acts, milliseconds(time.Since(began)))
		if err := p.lines(ctx, run, owed); err != nil {
			return err
		}
		began = time.Now()
		if err := p.step(ctx, officer, run, payment.CheckRun); err != nil {
			return err
		}
		checks = append(checks, milliseconds(time.Since(began)))
		if err := p.step(ctx, officer, run, payment.DiscardRun); err != nil {
			return err
		}
		other, err := p.open(ctx, officer, p.large)
		if err != nil {
			return err
		}
		// Its session has planned the checks of foreign keys while the table was empty, and would read it whole for each line.
		if err := p.exec(ctx, "set enable_seqscan = off"); err != nil {
			return err
		}
		began = time.Now()
		if _, err := p.owner.Exec(ctx, `insert into payment_line (id, run_id, programme_id, payer_id, participation_id, allowance_id, statement_id, share_id, budget_line_id, month, kind, gross_cents,
				withheld_cents, net_cents, bank_id, head_id, state, state_since, audience)
			select n.id, $2, l.programme_id, l.payer_id, l.participation_id, l.allowance_id, l.statement_id, l.share_id, l.budget_line_id, l.month, l.kind, l.gross_cents,
				l.withheld_cents, l.net_cents, l.bank_id, n.id, 'PENDING', l.state_since, l.audience
			from payment_line l cross join lateral (select gen_random_uuid() as id, l.id as of) n where l.run_id = $1`, run, other); err != nil {
			return err
		}
		inserts = append(inserts, milliseconds(time.Since(began)))
		if err := p.exec(ctx, "reset enable_seqscan", "truncate payment_line_step, payment_line, payment_step, payment_file, payment_answer, payment_run", "checkpoint"); err != nil {
			return err
		}
	}
	out.note("allowance.run_100k: %d lines", owed)
	out.median("allowance.run_100k.ms", acts, "ms")
	out.median("allowance.check_100k.ms", checks, "ms")
	out.median("allowance.run_100k.sql_ms", inserts, "ms")
	out.figure("allowance.run_100k.vs_sql", quantile(acts, 0.5)/quantile(inserts, 0.5), "ratio")
	out.figure("allowance.run_100k.rss_mb", held, "MB")
	return nil
}

// resident is the memory of this process in MB. It needs Linux.
func resident() (float64, error) {
	kb, err := residentOf(os.Getpid())
	return kb / 1024, err
}
