package faulttest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

const (
	answerTime = 8 * time.Second // that an act is waited for: longer than a lock is, in the database
	shunned    = 2 * time.Second // that a node is left alone which did not answer
	atOnce     = 12              // acts that are under way
)

const recording = `mutation($r: String!, $e: AttendanceEntryInput!) { recordAttendance(input: {requestId: $r, entries: [$e], acknowledge: ["ATTENDANCE_LATE", "ATTENDANCE_OUTSIDE_TIMETABLE", "ATTENDANCE_CLOSED_DAY"], acknowledgeReason: "Prova"}) {
	refusals { code } answers { refusals { code } attendance { id } } } }`

const withdrawing = `mutation($r: String!, $a: ID!) { withdrawAttendance(input: {requestId: $r, attendance: $a, note: "Errore", acknowledge: ["ATTENDANCE_LATE", "ATTENDANCE_OUTSIDE_TIMETABLE", "ATTENDANCE_CLOSED_DAY"], acknowledgeReason: "Prova"}) {
	refusals { code } attendance { id } } }`

// Register is where somebody may write hours.
type Register struct {
	Token     string
	Enrolment string
	Days      []string
}

// Writer records attendances at a steady pace on whichever node answers, and takes one in five back. An act is repeated, with the same
// request id, until it is answered: so each is done once.
type Writer struct {
	Nodes     []*Node
	Registers []Register
	Pace      time.Duration

	client  http.Client
	next    atomic.Int64
	repeats atomic.Int64
	owed    chan struct{}

	mu      sync.Mutex
	shun    map[*Node]time.Time
	done    map[string]int // acts by the entry that they are about
	wrong   []string
	slowest time.Duration
}

// Run writes until stopping ends; acts that are under way are finished, at the latest when ctx ends.
func (w *Writer) Run(ctx context.Context, stopping <-chan struct{}) {
	w.owed, w.shun, w.done = make(chan struct{}, 1<<16), map[*Node]time.Time{}, map[string]int{}
	w.client.Transport = &http.Transport{MaxIdleConnsPerHost: atOnce}
	w.client.Timeout = answerTime
	var all sync.WaitGroup
	for range atOnce {
		all.Go(func() {
			for range w.owed {
				w.Act(ctx, nil, "att_"+uuid.Must(uuid.NewV7()).String())
			}
		})
	}
	tick := time.NewTicker(w.Pace)
	defer tick.Stop()
	for {
		select {
		case <-stopping:
			close(w.owed)
			all.Wait()
			return
		case <-tick.C:
			w.owed <- struct{}{}
		}
	}
}

// Act records one entry under an id of the caller's; where a node is given, on that one if it answers at all.
func (w *Writer) Act(ctx context.Context, on *Node, id string) {
	n := w.next.Add(1)
	r := w.Registers[n%int64(len(w.Registers))]
	minute := int(n/int64(len(w.Registers))) % (24*60 - 1)
	clock := func(m int) string { return fmt.Sprintf("%02d:%02d", m/60, m%60) }
	entry := map[string]any{"id": id, "enrolment": r.Enrolment, "day": r.Days[int(n)%len(r.Days)], "from": clock(minute), "to": clock(minute + 1),
		"kind": "ABSENCE", "absenceReason": "FAMILY"}
	if w.insist(ctx, on, r.Token, recording, map[string]any{"e": entry}, id) && n%5 == 0 {
		w.insist(ctx, nil, r.Token, withdrawing, map[string]any{"a": id}, id)
	}
}

// insist sends an act until it is answered.
func (w *Writer) insist(ctx context.Context, on *Node, token, query string, variables map[string]any, about string) bool {
	variables["r"] = uuid.NewString()
	body, _ := json.Marshal(map[string]any{"query": query, "variables": variables})
	began := time.Now()
	for try := 0; ctx.Err() == nil; try++ {
		n := on
		if n == nil || try > 3 { // a connection of its last life may be kept
			n = w.choose(try)
		}
		answered, err := w.send(ctx, n, token, body)
		if err == nil && answered {
			w.note(about, time.Since(began))
			return true
		}
		w.repeats.Add(1)
		if err != nil && !w.avoid(ctx, n, err) {
			return false
		}
		pause(ctx, 50*time.Millisecond)
	}
	w.fail(about + " was never answered")
	return false
}

// choose gives a node that has answered lately.
func (w *Writer) choose(try int) *Node {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range w.Nodes {
		n := w.Nodes[(int(w.next.Load())+try+i)%len(w.Nodes)]
		if time.Since(w.shun[n]) > shunned {
			return n
		}
	}
	return w.Nodes[try%len(w.Nodes)]
}

// refused is an answer that no repetition changes.
type refused string

func (r refused) Error() string { return string(r) }

// avoid leaves a node alone for a while; false where the act itself is at fault.
func (w *Writer) avoid(ctx context.Context, n *Node, err error) bool {
	var no refused
	if errors.As(err, &no) {
		w.fail(string(no))
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.shun[n] = time.Now()
	return ctx.Err() == nil
}

// send sends an act once. It is not answered where the node says that it cannot tell what became of it; an error is no answer at all.
func (w *Writer) send(ctx context.Context, n *Node, token string, body []byte) (answered bool, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+n.Address()+"/graphql", bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := w.client.Do(req)
	if err != nil {
		return false, err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		return false, err
	}
	type coded struct{ Code string }
	var answer struct {
		Data map[string]*struct {
			Refusals []coded
			Answers  []struct{ Refusals []coded }
		}
		Errors []struct{ Extensions coded }
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		return false, refused(fmt.Sprintf("%d %.300s", res.StatusCode, data))
	}
	for _, e := range answer.Errors {
		if e.Extensions.Code == "UNAVAILABLE" {
			return false, nil
		}
	}
	for _, out := range answer.Data {
		if len(answer.Errors) > 0 || out == nil || len(out.Refusals) > 0 || len(out.Answers) > 0 && len(out.Answers[0].Refusals) > 0 {
			return false, refused(fmt.Sprintf("%.600s", data))
		}
		return true, nil
	}
	return false, refused(fmt.Sprintf("%.600s", data))
}

func (w *Writer) note(about string, took time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.done[about]++
	w.slowest = max(w.slowest, took)
}

func (w *Writer) fail(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wrong = append(w.wrong, what)
}

// Done is how many acts were done on each entry, how often one was sent again, how long the slowest took, and what went wrong.
func (w *Writer) Done() (acts map[string]int, repeats int64, slowest time.Duration, wrong []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.done), w.repeats.Load(), w.slowest, slices.Clone(w.wrong)
}
