package phone_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/values/phone"
)

func TestParse(t *testing.T) {
	for written, want := range map[string]phone.Number{
		"+39 333 1234567": "+393331234567", "333-1234567": "+393331234567", "0039 (333) 12.34.56": "+39333123456", "320/1234567": "+393201234567",
		"+1 202 555 0143": "+12025550143", "0049 1512 3456789": "+4915123456789", "+355 67 212 3456": "+355672123456", "+2348031234567": "+2348031234567",
		"+44 (0)7700 900123": "+447700900123", "+39\u00a0333\u00a01234567": "+393331234567", "0049\u202f(0)1512 3456789": "+4915123456789",
	} {
		if got, err := phone.Parse(written); got != want || err != nil {
			t.Errorf("%q: %q %v, want %s", written, got, err, want)
		}
	}
	for _, written := range []string{"", "+", "00", "39", "0585 123456", "+39 0585 123456", "+39 33312345", "+39 33312345678", "+39", "+0123456789", "+12345", "+1234567890123456",
		"trecento", "+39 333 12345x7", "333 123456७", "+39+3331234567", strings.Repeat(" ", 41) + "3331234567"} {
		if got, err := phone.Parse(written); got != "" || !errors.Is(err, phone.ErrNumber) {
			t.Errorf("%q: %q %v", written, got, err)
		}
	}
	if got := fmt.Sprint(phone.Number("+393331234567").LogValue()); strings.Contains(got, "333") {
		t.Errorf("a log shows %s", got)
	}
}

func TestSeptets(t *testing.T) {
	for text, want := range map[string]int{"": 0, "Perché no?": 10, "10 €": 5, "[a]": 5, strings.Repeat("à", 160): 160} {
		if n, ok := phone.Septets(text); n != want || !ok {
			t.Errorf("%q: %d %v, want %d", text, n, ok, want)
		}
	}
	for _, text := range []string{"così’", "ś", "🙂", "\xff", "á"} {
		if _, ok := phone.Septets(text); ok {
			t.Errorf("%q fits", text)
		}
	}
}

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

func FuzzParse(f *testing.F) {
	f.Add("+39 333 1234567")
	f.Add("0049 1512 3456789")
	f.Fuzz(func(t *testing.T, written string) {
		n, err := phone.Parse(written)
		if err != nil {
			return
		}
		if again, err := phone.Parse(n.String()); !e164.MatchString(n.String()) || err != nil || again != n {
			t.Errorf("%q: %q, read again %q %v", written, n, again, err)
		}
	})
}
