package text_test

import (
	"strings"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/values/text"
)

func TestLine(t *testing.T) {
	for s, want := range map[string]bool{
		"": true, "Rosa Bianchi": true, "Đỗ Thị Hòa": true, "محمد": true, "Telefono 👩‍🔧": true, strings.Repeat("è", 20): true,
		strings.Repeat("è", 21): false, "a\nb": false, "a\tb": false, "a\x00": false, "a\x7f": false, "a\u2028b": false, "a\u202eb": false, "a\ufffd": false, "a\xff": false,
	} {
		if got := text.Line(s, 20); got != want {
			t.Errorf("%q is a line: %v", s, got)
		}
	}
}
