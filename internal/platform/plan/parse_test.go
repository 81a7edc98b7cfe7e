package plan

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// What is read as an id is that id's one spelling, or another spelling of the same bytes in capitals.
func FuzzParseID(f *testing.F) {
	for _, seed := range []string{"hou_" + uuid.NewString(), "hou_", "", "hou_{00000000-0000-0000-0000-00000000000}", "hou_urn:uuid:00000000-0000-0000-0000-0000", "HOU_" + uuid.NewString(), "hou_00000000+0000+0000+0000+000000000000"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, id string) {
		u, err := ParseID("hou", id)
		if err != nil {
			if u != uuid.Nil {
				t.Errorf("%q: an error and yet %v", id, u)
			}
			return
		}
		if again := FormatID("hou", u); !strings.EqualFold(again, id) {
			t.Errorf("%q is read as %q", id, again)
		}
	})
}

// A cursor that is read is one of the tag, with an id at its end, and no reading panics.
func FuzzDecodeCursor(f *testing.F) {
	code := func(parts ...any) string {
		data, err := json.Marshal(parts)
		if err != nil {
			f.Fatal(err)
		}
		return base64.StdEncoding.EncodeToString(data)
	}
	for _, seed := range []string{"", "x", code(), code("House/NEW", "a", uuid.New()), code("House/NEW", nil, uuid.New()), code("House/NEW", uuid.New()), code("Room/NEW", "a", uuid.New()), code("House/NEW", "a", "urn:uuid:"+uuid.NewString())} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, cursor string) {
		values, err := decodeCursor(cursor, "House/NEW", 2)
		if err != nil {
			return
		}
		data, err := base64.StdEncoding.DecodeString(cursor)
		if err != nil || len(values) != 2 || !strings.Contains(string(data), `House`) {
			t.Errorf("%q is read as %q", data, values)
		}
		if len(values[1]) != 36 {
			t.Errorf("%q is read as an id", values[1])
		}
	})
}

// A hole's text is found whatever its inputs hold, and nothing else is.
func FuzzScan(f *testing.F) {
	f.Add("a", `"`, `\`)
	f.Add(`":0:`, "\u2028", "NONCE:0:")
	f.Fuzz(func(t *testing.T, name, input, after string) {
		c := &compiler{nonce: "NONCEOFTHISTEST", holes: make([]holeSite, 1)}
		if strings.Contains(name+input+after, c.nonce) {
			return
		}
		marked := c.nonce + ":0:for:" + input
		data, err := json.Marshal([]string{name, marked, after, marked})
		if err != nil {
			t.Fatal(err)
		}
		gaps, err := c.scan(data)
		if err != nil || len(gaps) != 2 {
			t.Fatalf("%s: %d holes (%v)", data, len(gaps), err)
		}
		for i := range gaps {
			var clean string
			spelled, _ := json.Marshal(input)
			if err := json.Unmarshal(spelled, &clean); err != nil || string(gaps[i].input) != clean || gaps[i].onBehalfOf != "for" {
				t.Errorf("input %q, want %q", gaps[i].input, clean)
			}
			gaps[i].value = []byte("1")
		}
		var back []any
		if err := json.Unmarshal(splice(data, gaps), &back); err != nil || len(back) != 4 || back[1] != 1.0 || back[3] != 1.0 {
			t.Errorf("%s becomes %v (%v)", data, back, err)
		}
	})
}
