package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

const (
	entryMinutes = 20
	entriesADay  = 12 // from 14:00 on, after the loaded hours
	daysBack     = 4  // recent enough to need no acknowledgement
	// tutored are the first people of a body, whose tutors write for them: benches of one run must not meet on the same hours.
	tutored = 400
)

// hours are free hours of some people, given out one after the other.
type hours struct {
	mu         sync.Mutex
	enrolments []uuid.UUID
	next       int
}

// hour is one that was free.
type hour struct {
	enrolment uuid.UUID
	day       calendar.Day
	from, to  int // minutes of the day
}

// take gives the next one that fits: people take turns, then the hours of a day, then the days before today.
func (h *hours) take() (hour, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	person, slot := h.next%len(h.enrolments), h.next/len(h.enrolments)
	h.next++
	if slot >= entriesADay*daysBack {
		return hour{}, errors.New("no free hours left")
	}
	from := 14*60 + slot%entriesADay*entryMinutes
	return hour{h.enrolments[person], calendar.DayOf(time.Now()).AddDays(-1 - slot/entriesADay), from, from + entryMinutes}, nil
}

func clock(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

// register writes entries as one member, each on free time of one of his people.
type register struct {
	client *client
	*hours
}

// registerOf signs in the n-th tutor, who has twenty people.
func (s *stage) registerOf(ctx context.Context, program *node, n int) (*register, error) {
	r := &register{hours: &hours{}}
	var subject string
	err := s.owner.QueryRow(ctx, `select m.subject, array_agg(e.id order by e.id) from participation p join member m on m.id = p.tutor_id
		join enrolment e on e.participation_id = p.id and e.company_id is not null and e.state = 'ENROLLED'
		group by m.id order by m.id limit 1 offset $1`, n).Scan(&subject, &r.enrolments)
	if err != nil {
		return nil, err
	}
	token, err := s.token(subject)
	if err != nil {
		return nil, err
	}
	r.client = newClient(program, token, 16)
	return r, nil
}

// registerOfBody signs in a body's coordinator, who may write for all of its people.
func (s *stage) registerOfBody(ctx context.Context, program *node, subject string) (*register, error) {
	free, err := s.hoursOf(ctx, subject, tutored)
	if err != nil {
		return nil, err
	}
	token, err := s.token(subject)
	return &register{newClient(program, token, 32), free}, err
}

// hoursOf are those of the people of a body's coordinator, the first ones left out. They are the same ones for the whole run, so that no
// two benches take the same.
func (s *stage) hoursOf(ctx context.Context, subject string, leaveOut int) (*hours, error) {
	if known, ok := s.free[subject]; ok {
		return known, nil
	}
	h := &hours{}
	err := s.owner.QueryRow(ctx, `select array(select e.id from member m join access_grant g on g.member_id = m.id and g.role = 'PARTNER_COORDINATOR'
		join participation p on p.organisation_id = g.key join enrolment e on e.participation_id = p.id and e.state = 'ENROLLED'
		where m.subject = $1 order by e.id offset $2)`, subject, leaveOut).Scan(&h.enrolments)
	if err == nil && len(h.enrolments) == 0 {
		err = fmt.Errorf("%s has no people", subject)
	}
	s.free[subject] = h
	return h, err
}

// entry is the body of the act that takes the next hours, so many at once.
func (r *register) entry(n int) (body []byte, err error) {
	entries := make([]any, n)
	for i := range entries {
		h, err := r.take()
		if err != nil {
			return nil, err
		}
		entries[i] = map[string]any{"enrolment": "enr_" + h.enrolment.String(), "day": h.day.String(), "from": clock(h.from), "to": clock(h.to)}
	}
	return recordBody(entries)
}
