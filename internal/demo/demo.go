package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/activity"
	"github.com/lavoroincorso/lavoro/internal/allowance/housing"
	"github.com/lavoroincorso/lavoro/internal/duty"
	"github.com/lavoroincorso/lavoro/internal/matching"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/placement"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

const (
	// Programme is the code of the programme that the demonstration fills.
	Programme = "LACO3"
	// Shortest is how many days of the programme a demonstration needs, so that internships can be in every state.
	Shortest = 300

	demoOrigin = "DEMO"
	firmCount  = 120
	spareCount = 34
)

// errNoMatch is told of a proposal for which the rules made no suggestion.
var errNoMatch = refusal.List{refusal.NotFound.At("match")}

// Deps are the rooms as the program wires them, hooks and all, and the database beneath.
type Deps struct {
	DB           *postgres.DB
	OwnerURL     string // login that owns the tables: members have no act yet
	Participants participant.Room
	Activities   activity.Room
	Placements   placement.Room
	Matches      matching.Room
	Housing      housing.Room
	Reactions    []duty.Reaction // set to the news when all is made
	Scale        int             // makes the demonstration so many times smaller; 0 and 1 are the whole
}

// Report is what a making did.
type Report struct {
	Made    bool     // false: it was there already
	Acts    int      // that were done
	Refused []string // acts that the rules refused: day, who, what and codes; the rest of the path may then lack steps
}

// rules are the programme's values by which the office arranges its year.
type rules struct {
	quota  []programme.Quota
	exempt []string // groups that do not count for host quotas
	months int      // of an internship
}

// office is one making of the demonstration.
type office struct {
	deps          Deps
	progress      func(string)
	programme     uuid.UUID
	from, to      calendar.Day // of the programme
	until         calendar.Day // last day of the demonstration
	rules         rules
	partners      []string
	organisations map[string]uuid.UUID

	workers   []*worker
	byAddress map[string]*worker
	system    *worker
	names     map[string]bool // of everybody who signs in or takes part
	codes     map[string]bool // fiscal codes given

	people     []*person
	firms      []*firm
	seats      []*seat
	weekDeck   []int
	interns    []*internship
	courses    []*course
	safety     []*course
	labs       []*course
	refreshing map[calendar.Day][]uuid.UUID
	amended    []*amended

	agenda    agenda
	planned   int
	done      int
	told      calendar.Month
	refused   []string
	unwritten []string
}

// Make fills the programme with invented people up to and with a day, once: when it was done before, nothing happens. What an
// interrupted making has left is cleared first. Progress is told in a few words.
func Make(ctx context.Context, d Deps, until calendar.Day, progress func(string)) (Report, error) {
	begun, done, err := state(ctx, d.DB)
	if err != nil || done {
		return Report{}, err
	}
	if begun {
		if err := clear(ctx, d.OwnerURL); err != nil {
			return Report{}, fmt.Errorf("clear an interrupted demonstration: %w", err)
		}
	}
	o, err := begin(ctx, d, until, progress)
	if err != nil {
		return Report{}, err
	}
	o.imagineAll()
	if err := enlist(ctx, d.OwnerURL, o, o.workers); err != nil {
		return Report{}, err
	}
	if err := o.work(ctx); err != nil {
		return Report{}, err
	}
	if err := o.settleNews(ctx, clockTime(o.until, night+30)); err != nil {
		return Report{}, err
	}
	if err := o.before(ctx); err != nil {
		return Report{}, err
	}
	if err := letHostsIn(ctx, d.OwnerURL, o); err != nil {
		return Report{}, err
	}
	if err := enlist(ctx, d.OwnerURL, o, o.admitPeople(o.selves())); err != nil {
		return Report{}, err
	}
	return Report{Made: true, Acts: o.done, Refused: append(o.refused, o.unwritten...)}, analyze(ctx, d.OwnerURL)
}

// begin reads what the demonstration must know of the programme.
func begin(ctx context.Context, d Deps, until calendar.Day, progress func(string)) (*office, error) {
	system, err := duty.SystemActor(ctx, d.DB)
	if err != nil {
		return nil, err
	}
	o := &office{deps: d, progress: progress, organisations: map[string]uuid.UUID{}, byAddress: map[string]*worker{}, names: map[string]bool{}, codes: map[string]bool{},
		refreshing: map[calendar.Day][]uuid.UUID{}, system: &worker{id: system.Member, address: "system", actor: system}}
	err = d.DB.InTx(ctx, system, time.Now, func(ctx context.Context, tx *postgres.Tx) error { return o.read(ctx, tx, until) })
	if err != nil {
		return nil, err
	}
	if least := o.from.AddDays(Shortest); o.until.Before(least) {
		return nil, fmt.Errorf("a demonstration goes at least to %s", least)
	}
	return o, nil
}

func (o *office) read(ctx context.Context, tx *postgres.Tx, until calendar.Day) error {
	f, err := frameOf(ctx, tx, Programme)
	if err != nil {
		return err
	}
	o.programme, o.from, o.to = f.ID, f.FromDay, f.ToDay
	o.until = earlier(until, f.ToDay.AddDays(-45))
	o.told = o.from.Month()
	rows, err := partnersOf(ctx, tx, f.ID)
	if err != nil {
		return err
	}
	for _, r := range rows {
		o.partners = append(o.partners, r.Code)
		o.organisations[r.Code] = r.ID
	}
	for _, code := range entrustedTo {
		if o.organisations[code] == uuid.Nil {
			return errors.New("the programme has no partner " + code)
		}
	}
	p, err := programme.PolicyOn(ctx, tx, f.ID, o.from)
	if err != nil {
		return err
	}
	o.rules = rules{exempt: p.Strings("placement.quota_exempt_groups"), months: p.Int("placement.duration_months")}
	return p.Decode("placement.host_quota", &o.rules.quota)
}

// imagineAll thinks the whole demonstration out and puts it on the agenda.
func (o *office) imagineAll() {
	o.recruit()
	o.found(o.scaled(firmCount))
	deck := make([]int, len(weeks))
	for i := range deck {
		deck[i] = i
	}
	o.weekDeck = deal(chanceOf("weeks", 0), 29, deck, weekShares)
	o.imagine()
	list := o.fateList()
	o.invent(len(o.interns) - o.scaled(seconds) + len(list))
	for n, f := range list {
		o.settle(o.people[n], f)
	}
	o.place(o.people[len(list):])
	o.sweep()
	o.spare(o.scaled(spareCount))
	o.hostTutors(o.firmsWithHostTutor(o.scaled(3)))
	o.leaveSome()
	o.curriculum()
	for _, p := range o.people {
		if len(p.interns) > 0 {
			o.onwards(p)
		}
		p.christen(o)
	}
	o.enlistPupils()
	o.planAll()
}

func (o *office) planAll() {
	for n, f := range o.firms {
		o.register(f)
		if n%23 == 4 {
			o.share(f, f.known.AddDays(90))
		}
	}
	for _, s := range o.seats {
		o.offer(s)
	}
	for _, p := range o.people {
		o.journey(p)
	}
	for _, i := range o.interns {
		o.arrange(i)
	}
	o.refresh()
	for _, k := range o.courses {
		o.teach(k)
	}
	o.keepRegisters()
	o.dispute(o.scaled(4))
	o.closeRegisters()
	o.contribute()
	o.pay()
	o.payByRuns()
	o.signWithoutAccount()
	o.audit()
	o.catchUp()
}

// finished is the address of the last person who is let in: with it the demonstration is whole.
const finished = "participant2.persona"

// selves are the participants who may sign in: one on an internship, one whose internship is over.
func (o *office) selves() []*person {
	var now, then *person
	for _, i := range o.interns {
		switch {
		case now == nil && i.ends == running && i.person.personID != uuid.Nil:
			now = i.person
		case then == nil && i.ends == placement.Attested && i.person != now && i.person.personID != uuid.Nil:
			then = i.person
		}
	}
	return []*person{now, then}
}
