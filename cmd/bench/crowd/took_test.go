package crowd

import (
	"testing"
	"time"
)

func TestLatenciesNeedEveryEventOnceAndInOrder(t *testing.T) {
	at := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	commits := []Commit{{5, at}, {7, at.Add(time.Second)}, {8, at.Add(2 * time.Second)}}
	got := func(sequences ...int64) []receipt {
		var one []receipt
		for i, seq := range sequences {
			one = append(one, receipt{seq, at.Add(time.Duration(i)*time.Second + 3*time.Millisecond)})
		}
		return one
	}
	took, err := latencies(got(5, 7, 8), Told{Commits: commits, LeaveOut: 1})
	if err != nil || len(took) != 2 || took[0] != 3 || took[1] != 3 {
		t.Errorf("latencies = %v, %v, want 3 ms twice", took, err)
	}
	for name, received := range map[string][]receipt{"missing": got(5, 8), "double": got(5, 7, 7, 8), "out of order": got(5, 8, 7), "none": got()} {
		if _, err := latencies(received, Told{Commits: commits, LeaveOut: 1}); err == nil {
			t.Errorf("%s: went unnoticed", name)
		}
	}
	if _, err := latencies(got(3, 5, 7, 8), Told{Commits: commits}); err != nil {
		t.Errorf("an event before the first commit counts: %v", err)
	}
}

func TestMessagesAreKnownWithoutReadingThemWhole(t *testing.T) {
	for message, want := range map[string]string{
		`{"type":"next","id":"1","payload":{}}`: "next",
		`{"id":"1","type":"complete"}`:          "complete",
		`{}`:                                    "",
		`{"type":"pi`:                           "pi",
	} {
		if got := kind([]byte(message)); got != want {
			t.Errorf("kind of %s is %q, want %q", message, got, want)
		}
	}
	message := []byte(`{"payload":{"data":{"attendanceUpdates":{"cursor":"a.12","sequence":340,"act":"x"}}}}`)
	if got := string(after(message, `"sequence":`, "0123456789")); got != "340" {
		t.Errorf("sequence is %q", got)
	}
	if got := string(upTo(after(message, `"cursor":"`, ""), '"')); got != "a.12" {
		t.Errorf("cursor is %q", got)
	}
	if got := string(after(message, `"none":`, "0123456789")); got != "" {
		t.Errorf("what is not there is %q", got)
	}
}
