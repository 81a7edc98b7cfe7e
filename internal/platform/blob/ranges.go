package blob

import (
	"strconv"
	"strings"
)

// Range is the part of a file that a request brings: the bytes from First to Last, both included, of Total.
type Range struct{ First, Last, Total int }

// ParseRange reads Content-Range (RFC 9110, 14.4) of a file that may be taken: "bytes 0-262143/300000". It refuses every other spelling.
func ParseRange(header string) (Range, error) {
	rest, ok := strings.CutPrefix(header, "bytes ")
	first, rest, dash := strings.Cut(rest, "-")
	last, total, slash := strings.Cut(rest, "/")
	var r Range
	for _, n := range []struct {
		text string
		into *int
	}{{first, &r.First}, {last, &r.Last}, {total, &r.Total}} {
		v, err := strconv.Atoi(n.text)
		if err != nil || v > MaxBytes || strconv.Itoa(v) != n.text || v < 0 {
			ok = false
		}
		*n.into = v
	}
	if !ok || !dash || !slash || r.First > r.Last || r.Last >= r.Total || (r.Last+1)%ChunkSize != 0 && r.Last+1 != r.Total {
		return Range{}, WrongRange.At()
	}
	return r, nil
}

// Length is how many bytes the range has.
func (r Range) Length() int { return r.Last - r.First + 1 }
