package refusal

import (
	"encoding/json"

	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// stored is the lasting form of a refusal: no words of ours, so that they may be bettered later.
type stored struct {
	Code string              `json:"code"`
	Path []string            `json:"path,omitempty"`
	Args map[string]argument `json:"args,omitempty"`
}

// argument is a plain string when both languages read alike, an object otherwise.
type argument text.Text

// MarshalJSON keeps code, path and arguments, so that an outcome can be stored and told later in any language.
func (r Refusal) MarshalJSON() ([]byte, error) {
	s := stored{Code: r.Code, Path: r.Path}
	for name, arg := range r.args {
		if s.Args == nil {
			s.Args = make(map[string]argument, len(r.args))
		}
		s.Args[name] = argument(arg)
	}
	return json.Marshal(s)
}

// UnmarshalJSON reads what MarshalJSON wrote; a code that is no longer defined is kept.
func (r *Refusal) UnmarshalJSON(data []byte) error {
	var s stored
	if err := json.Unmarshal(data, &s); err != nil {
		return err
	}
	*r = Refusal{Code: s.Code, Path: s.Path}
	for name, arg := range s.Args {
		if r.args == nil {
			r.args = make(map[string]text.Text, len(s.Args))
		}
		r.args[name] = text.Text(arg)
	}
	return nil
}

func (a argument) MarshalJSON() ([]byte, error) {
	if a.It == a.En {
		return json.Marshal(a.It)
	}
	return json.Marshal(text.Text(a))
}

func (a *argument) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '{' {
		return json.Unmarshal(data, (*text.Text)(a))
	}
	var same string
	if err := json.Unmarshal(data, &same); err != nil {
		return err
	}
	*a = argument(text.Same(same))
	return nil
}
