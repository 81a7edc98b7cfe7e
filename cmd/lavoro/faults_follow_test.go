package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/cmd/lavoro/faulttest"
	"github.com/lavoroincorso/lavoro/cmd/lavoro/rightstest"
	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// selections are what followers ask for: little, names, much, and what is each one's own.
var selections = []string{
	`{ id minutes }`,
	`{ id minutes standing participant { person { familyName } } }`,
	`{ id placement { company { name } } ` + eightfold(`participant { person { givenName familyName } organisation { name } enrolments { id fromDay toDay state } }`) + ` }`,
	`{ id revision allowedActs { act allowed } }`,
}

// eightfold asks for the same under eight names: what fills the buffers of one who does not read.
func eightfold(field string) (all string) {
	for i := range 8 {
		all += fmt.Sprintf("x%d: %s ", i, field)
	}
	return all
}

func feedOf(selection string) string {
	return `subscription($programme: ID!, $after: FeedCursor, $participant: ID, $placement: ID) {
	attendanceUpdates(programme: $programme, after: $after, participant: $participant, placement: $placement) { cursor sequence act kind subjectId removedId subject ` + selection + ` } }`
}

// follow makes the followers: most follow all that they may see, some one participant or one internship; some are slow.
func (r *faultRun) follow(people []person, count int) {
	people = people[:min(len(people), count/5)] // several of each, so that they share what is executed
	placements := r.pairs("select 'prt_' || e.participation_id, 'plc_' || p.id from placement p join enrolment e on e.id = p.enrolment_id where 'enr_' || e.id = any ($1)", enrolled(r.writer.Registers))
	for i := range count {
		p := people[i%len(people)]
		round := i / len(people)
		f := &faulttest.Follower{Name: fmt.Sprintf("%d %s", i, strings.TrimSuffix(p.email, "@demo.lavoro")), Member: p.member, Token: p.token, Query: feedOf(selections[round%2]),
			Variables: vars{"programme": "prg_" + r.programme.String()}, Nodes: []*faulttest.Node{r.nodes[i%2], r.nodes[1-i%2]}}
		lead := i%len(people) == 0
		staff := strings.HasPrefix(p.email, "coordinator") || strings.HasPrefix(p.email, "tutor") || strings.HasPrefix(p.email, "casemanager")
		switch at := placements[i%len(placements)]; {
		case i%9 == 4 && staff: // others may not narrow by whom they do not know
			f.Variables["participant"] = at[0]
		case i%9 == 7 && staff:
			f.Variables["placement"] = at[1]
		case lead && round%4 == 2:
			f.Query, f.Narrow = feedOf(selections[2]), 2<<10
		case i%25 == 3:
			f.Query = feedOf(selections[3])
		}
		if lead && f.Narrow == 0 && len(f.Variables) == 1 {
			r.whole = append(r.whole, f)
		}
		f.Begin(r.start)
		r.followers = append(r.followers, f)
	}
}

func enrolled(registers []faulttest.Register) (ids []string) {
	for _, g := range registers {
		ids = append(ids, g.Enrolment)
	}
	return ids
}

func (r *faultRun) pairs(sql string, args ...any) [][2]string {
	conn := r.owner()
	defer conn.Close(context.Background())
	rows, _ := conn.Query(context.Background(), sql, args...)
	pairs, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (pair [2]string, err error) { return pair, row.Scan(&pair[0], &pair[1]) })
	if err != nil || len(pairs) == 0 {
		r.Fatalf("%d pairs: %v", len(pairs), err)
	}
	return pairs
}

// report prints the counts of a run.
func (r *faultRun) report(took time.Duration) {
	acts, repeats, slowest, wrong := r.writer.Done()
	done := 0
	for _, n := range acts {
		done += n
	}
	pace := float64(done) / took.Seconds()
	r.Logf("%d acts in %.0f s, %.1f a second; %d were sent again, the slowest took %.1f s", done, took.Seconds(), pace, repeats, slowest.Seconds())
	if pace < 20 && r.long {
		r.Errorf("%.1f acts a second prove too little", pace)
	}
	for _, w := range wrong {
		r.Errorf("an act: %s", w)
	}
	connections, ends := 0, map[string]int{}
	for _, f := range r.followers {
		n, how, wrong := f.Tally()
		connections += n
		for end, times := range how {
			ends[end] += times
		}
		for _, w := range wrong {
			r.Errorf("%s got %s", f.Name, w)
		}
	}
	r.Logf("%d subscribers, %d connections; %d took over, the slowest %v after a death; connections ended:", len(r.followers), connections, len(r.takeovers), slices.Max(append(r.takeovers, 0)).Round(time.Millisecond))
	for _, end := range slices.Sorted(maps.Keys(ends)) {
		r.Logf("  %5d %s", ends[end], end)
	}
	if r.long && ends[faulttest.TooSlow] == 0 {
		r.Error("nobody was sent away who did not read")
	}
	if r.long {
		r.halfOpen()
	}
	all, twice := r.carried.Twice(r.undisturbed)
	r.Logf("%d events were carried while nothing was disturbed, %d of them twice", all, twice)
	if twice > 2+all/200 { // a node that hardly got to run may lose the lease with events in its hands
		r.Error("more than one carries at a time")
	}
	for _, line := range r.complaints() {
		r.Errorf("a node: %s", line)
	}
}

// deserted is how long a node may keep a connection on which nobody is: two and a half pings; if it is being written to then, its patience with
// who takes nothing; and the minute in which such a client could still read why it was ended.
const deserted = 5*25*time.Second/2 + 20*time.Second + time.Minute + 3*time.Second

// halfOpen looks at the connections on which nobody was for longer than a node may keep them.
func (r *faultRun) halfOpen() {
	left, standing := 0, 0
	for _, f := range r.followers {
		all, still := f.Left(context.Background(), deserted)
		left, standing = left+all, standing+still
	}
	if r.Logf("%d connections were left half open, and %d of them stand", left, standing); left == 0 || standing > 0 {
		r.Error("nodes keep what nobody is on")
	}
}

// judge waits until everybody has what he is to have, and for a moment whether there is more; then it compares.
func (r *faultRun) judge() {
	world, news := r.settled()
	acts, _, _, _ := r.writer.Done()
	told := map[string]int{}
	for _, n := range news {
		if n.Kind == "ENTERED" || n.Act == string(access.WithdrawAttendance) && acts[n.SubjectID] > 0 { // what is in conflict with it changes, too
			told[n.SubjectID]++
		}
	}
	if !maps.Equal(acts, told) {
		r.Errorf("acts were not done once each: %d entries, %d of them in the outbox", len(acts), len(told))
	}
	wanted := make([][]faulttest.News, len(r.followers))
	seen := map[string]int{}
	for i, f := range r.followers {
		wanted[i] = r.mayFollow(world, news, f)
		seen[f.Member] += len(wanted[i])
	}
	ctx, cancel := context.WithTimeout(context.Background(), healing)
	defer cancel()
	_ = faulttest.Until(ctx, func() bool {
		return !slices.ContainsFunc(r.followers, func(f *faulttest.Follower) bool {
			want := wanted[slices.Index(r.followers, f)]
			return len(want) > 0 && f.Reached() < want[len(want)-1].Sequence
		})
	})
	more, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	<-more.Done() // what comes too much comes by the next poll
	var v faulttest.Verdict
	for i, f := range r.followers {
		v.Judge(f, wanted[i])
	}
	nothing := 0
	for _, n := range seen {
		if n == 0 {
			nothing++
		}
	}
	r.Logf("%d members, of whom %d see nothing of this; %v", len(seen), nothing, &v)
	if !v.Good() {
		r.Errorf("e.g. %s", strings.Join(v.Examples, "\n"))
	}
	if v.Wanted < len(news)*len(r.followers)/10 || nothing == len(seen) {
		r.Error("too little to prove anything")
	}
}

// settled reads what was written: the world as it is now, and the news of the run.
func (r *faultRun) settled() (*rightstest.World, []faulttest.News) {
	conn, ctx := r.owner(), context.Background()
	defer conn.Close(ctx)
	world, err := rightstest.Load(ctx, func(ctx context.Context, sql string) ([]string, error) {
		rows, err := conn.Query(ctx, sql)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, pgx.RowTo[string])
	})
	if err != nil {
		r.Fatal(err)
	}
	world.Settle(nil)
	rows, _ := conn.Query(ctx, "select seq, act, kind, 'att_' || subject_id from outbox where programme_id = $1 and seq > $2 and subject_kind in ('Attendance', 'Participant') order by seq", r.programme, r.head)
	news, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (n faulttest.News, err error) {
		return n, row.Scan(&n.Sequence, &n.Act, &n.Kind, &n.SubjectID)
	})
	if err != nil {
		r.Fatal(err)
	}
	return world, news
}

// mayFollow are the news that a follower is to have, as the model of rights says, which knows nothing of keys and audiences.
func (r *faultRun) mayFollow(world *rightstest.World, news []faulttest.News, f *faulttest.Follower) (may []faulttest.News) {
	m := &rightstest.Model{World: world, Actor: world.Actor(f.Member, calendar.DayOf(time.Now()).String()), Cells: map[rightstest.Cell]bool{}}
	for _, n := range news {
		row := world.One("attendance", strings.TrimPrefix(n.SubjectID, "att_"))
		if row == nil {
			r.Fatalf("%d tells of %s, which is not there", n.Sequence, n.SubjectID)
		}
		if p, narrow := f.Variables["participant"]; narrow && p != "prt_"+row.Text("participation_id") {
			continue
		}
		if p, narrow := f.Variables["placement"]; narrow && p != "plc_"+row.Text("placement_id") {
			continue
		}
		if m.Sees(rightstest.Types["Attendance"], row) {
			may = append(may, n)
		}
	}
	return may
}
