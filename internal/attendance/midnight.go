package attendance

import (
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// midnightNamespace makes of an entry's id the id of what it has past midnight: the same entry twice is the same two.
var midnightNamespace = uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://github.com/lavoroincorso/lavoro#midnight"))

var (
	startOfDay = calendar.MustLocalTime("00:00")
	endOfDay   = calendar.MustLocalTime("24:00")
)

// pastMidnight gives the two entries of one that ends on the next day; false for one that does not.
func (e Entry) pastMidnight() (first, second Entry, is bool) {
	e = e.upToMidnight()
	if !e.To.Before(e.From) {
		return e, e, false
	}
	first, second = e, e
	first.To = endOfDay
	second.ID, second.Day, second.From = uuid.NewSHA1(midnightNamespace, e.ID[:]), e.Day.AddDays(1), startOfDay
	return first, second, true
}

// upToMidnight has an entry up to 00:00 end with its day.
func (e Entry) upToMidnight() Entry {
	if e.To == startOfDay && e.From != startOfDay {
		e.To = endOfDay
	}
	return e
}

// split takes entries into the batch, those past midnight as two that stand beside each other.
func (b *batch) split(entries []Entry) {
	for _, e := range entries {
		first, second, past := e.pastMidnight()
		if !past {
			b.entries, b.whole = append(b.entries, first), append(b.whole, 0)
			continue
		}
		minutes := int(first.To.Sub(first.From) + second.To.Sub(second.From)) // as clocks show it
		b.entries, b.whole = append(b.entries, first, second), append(b.whole, minutes, minutes)
	}
	b.answers = make([]Answer, len(b.entries))
}

// both leaves out rows of entries of which the other one of two is refused: an entry is written whole or not at all.
func (b *batch) both(rows []row) []row {
	for i := 0; i < len(b.entries); i++ {
		if b.whole[i] == 0 {
			continue
		}
		one, other := i, i+1
		i++
		all := slices.Concat(b.answers[one].Refusals, b.answers[other].Refusals)
		if len(all) == 0 {
			continue
		}
		for _, half := range []int{one, other} {
			b.answers[half].Written, b.answers[half].Refusals = false, all
			rows = slices.DeleteFunc(rows, func(r row) bool { return b.first[r.ID] == half })
		}
	}
	return rows
}

// joined are the answers to the entries as they came.
func (b *batch) joined() (answers []Answer) {
	for i := 0; i < len(b.answers); i++ {
		a := b.answers[i]
		if b.whole[i] > 0 {
			i++
			a.NextDay, a.Refusals, a.Warnings = b.answers[i].ID, once(a.Refusals), once(slices.Concat(a.Warnings, b.answers[i].Warnings))
		}
		answers = append(answers, a)
	}
	return answers
}

// once leaves out what is told of both of two in the same words.
func once(list refusal.List) (short refusal.List) {
	for _, r := range list {
		if !slices.ContainsFunc(short, func(o refusal.Refusal) bool { return o.Code == r.Code }) {
			short = append(short, r)
		}
	}
	return short
}
