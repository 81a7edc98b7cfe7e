package faulttest

import "fmt"

// News is one event as it stands in the outbox, as far as a feed tells of it.
type News struct {
	Sequence  int64
	Act, Kind string
	SubjectID string
}

// Verdict is what is wrong with what followers got.
type Verdict struct {
	Wanted, Lost, Twice, Disordered, Forbidden, Different int
	Examples                                              []string
}

// Judge compares what one follower got with what it was to get: each event once, in order, and no other.
func (v *Verdict) Judge(f *Follower, want []News) {
	wanted := make(map[int64]News, len(want))
	for _, n := range want {
		wanted[n.Sequence] = n
	}
	v.Wanted += len(want)
	seen, last := map[int64]bool{}, int64(0)
	for _, e := range f.Got() {
		n, may := wanted[e.Sequence]
		switch {
		case !may || e.Kind == "RESYNC":
			v.wrong(&v.Forbidden, f, "got %s %s %d of %s", e.Act, e.Kind, e.Sequence, e.SubjectID)
		case seen[e.Sequence]:
			v.wrong(&v.Twice, f, "got %d again", e.Sequence)
		case e.Sequence < last:
			v.wrong(&v.Disordered, f, "got %d after %d", e.Sequence, last)
		case e.Act != n.Act || e.Kind != n.Kind || e.SubjectID != n.SubjectID || e.RemovedID != "" || e.Subject == nil || e.Subject.ID != n.SubjectID:
			v.wrong(&v.Different, f, "got %+v for %+v", e, n)
		}
		seen[e.Sequence] = true
		last = max(last, e.Sequence)
	}
	for _, n := range want {
		if !seen[n.Sequence] {
			v.wrong(&v.Lost, f, "never got %d", n.Sequence)
		}
	}
}

func (v *Verdict) wrong(count *int, f *Follower, format string, args ...any) {
	if *count++; *count <= 5 {
		v.Examples = append(v.Examples, f.Name+" "+fmt.Sprintf(format, args...))
	}
}

// Good says whether nothing is wrong.
func (v *Verdict) Good() bool { return v.Lost+v.Twice+v.Disordered+v.Forbidden+v.Different == 0 }

func (v *Verdict) String() string {
	return fmt.Sprintf("%d events to be told, %d lost, %d twice, %d out of order, %d not to be seen, %d with other contents",
		v.Wanted, v.Lost, v.Twice, v.Disordered, v.Forbidden, v.Different)
}
