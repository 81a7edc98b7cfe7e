package plan

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Renderer writes Go values as the answer to a selection: structs by their json tags, refusals in a language.
type Renderer struct {
	Lang string
	// Object gives the JSON of a value that a plan has read; false leaves it to the renderer.
	Object func(value any, s Selected) (json.RawMessage, bool)
}

// Value writes a value as the field s asks for it; nested values follow the selection under each field.
func (r Renderer) Value(v any, s Selected) ([]byte, error) {
	var out bytes.Buffer
	err := r.value(&out, reflect.ValueOf(v), s)
	return out.Bytes(), err
}

func (r Renderer) value(out *bytes.Buffer, v reflect.Value, s Selected) error {
	if !v.IsValid() || (v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface) && v.IsNil() {
		out.WriteString("null")
		return nil
	}
	if r.Object != nil {
		if data, ok := r.Object(v.Interface(), s); ok {
			out.Write(data)
			return nil
		}
	}
	switch {
	case v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface:
		return r.value(out, v.Elem(), s)
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() != reflect.Uint8:
		return r.list(out, v, s)
	case v.Type() == reflect.TypeFor[refusal.Refusal]():
		return r.value(out, reflect.ValueOf(spell(v.Interface().(refusal.Refusal), r.Lang)), s)
	case v.Type() == reflect.TypeFor[text.Text]():
		return r.value(out, reflect.ValueOf(v.Interface().(text.Text).In(r.Lang)), s)
	case v.Type() == reflect.TypeFor[time.Time]():
		return r.value(out, reflect.ValueOf(v.Interface().(time.Time).UTC().Format(Moment)), s)
	case v.Kind() == reflect.Struct && s.Under != nil && !isText(v):
		return r.object(out, v, s)
	}
	data, err := json.Marshal(v.Interface())
	out.Write(data)
	return err
}

// isText says whether a struct is a value that writes itself, such as a day.
func isText(v reflect.Value) bool {
	_, own := v.Interface().(json.Marshaler)
	if !own {
		_, own = v.Interface().(interface{ MarshalText() ([]byte, error) })
	}
	return own
}

func (r Renderer) list(out *bytes.Buffer, v reflect.Value, s Selected) error {
	out.WriteByte('[')
	for i := range v.Len() {
		if i > 0 {
			out.WriteByte(',')
		}
		if err := r.value(out, v.Index(i), s); err != nil {
			return err
		}
	}
	out.WriteByte(']')
	return nil
}

func (r Renderer) object(out *bytes.Buffer, v reflect.Value, s Selected) error {
	name := s.TypeName
	if name == "" {
		name = v.Type().Name()
	}
	out.WriteByte('{')
	for i, f := range s.Under(name) {
		if i > 0 {
			out.WriteByte(',')
		}
		key, _ := json.Marshal(f.Alias)
		out.Write(key)
		out.WriteByte(':')
		if f.Name == "__typename" {
			fmt.Fprintf(out, "%q", name)
			continue
		}
		field, ok := byTag(v, f.Name)
		if !ok {
			return fmt.Errorf("plan: %s has no field %s", name, f.Name)
		}
		if err := r.value(out, field, f); err != nil {
			return err
		}
	}
	out.WriteByte('}')
	return nil
}

func byTag(v reflect.Value, name string) (reflect.Value, bool) {
	for i := range v.NumField() {
		tag, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if tag == name {
			return v.Field(i), true
		}
	}
	return reflect.Value{}, false
}

// Refusal is a refusal in words, named like its GraphQL type.
type Refusal struct {
	Code    string       `json:"code"`
	Kind    refusal.Kind `json:"kind"`
	Message string       `json:"message"`
	Path    []string     `json:"path"`
	Cure    string       `json:"cure"`
	CuredBy string       `json:"curedBy"`
}

func spell(r refusal.Refusal, lang string) Refusal {
	l := r.Localized(lang)
	return Refusal{Code: l.Code, Kind: l.Kind, Message: l.Message, Path: l.Path, Cure: l.Cure, CuredBy: l.CuredBy}
}

// AllowedAct is what can be done with an object, for the fillers of `allowedActs`.
type AllowedAct struct {
	Act      string            `json:"act"`
	Label    text.Text         `json:"label"`
	Allowed  bool              `json:"allowed"`
	Refusals []refusal.Refusal `json:"refusals"`
}

// Allow says of an act what stands against it; it is allowed where nothing does.
func Allow(act access.Act, label text.Text, refusals refusal.List) AllowedAct {
	if refusals == nil {
		refusals = refusal.List{}
	}
	return AllowedAct{Act: string(act), Label: label, Allowed: len(refusals) == 0, Refusals: refusals}
}
