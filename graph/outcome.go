package graph

import (
	"encoding/json"
	"reflect"
	"strings"
)

// outcome is a payload as it is kept for the same request sent again: refusals whole, and of objects the ids alone, since they are
// read anew each time. A stub's empty fields would not be read back: "" is no value of an enum.
type outcome struct{ payload any }

// MarshalJSON writes what a repeated request needs.
func (o outcome) MarshalJSON() ([]byte, error) {
	return json.Marshal(kernel(reflect.ValueOf(o.payload)))
}

func kernel(v reflect.Value) any {
	if v.CanInterface() {
		switch known := v.Interface().(type) {
		case *FileTicket, *SigningCode:
			return nil // what opens something is told once
		case Node:
			return map[string]string{"id": known.GetID()}
		case json.Marshaler:
			return known
		}
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return kernel(v.Elem())
	case reflect.Slice:
		list := make([]any, v.Len())
		for i := range list {
			list[i] = kernel(v.Index(i))
		}
		return list
	case reflect.Struct:
		return kernelFields(v)
	}
	return v.Interface()
}

func kernelFields(v reflect.Value) map[string]any {
	fields := map[string]any{}
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if f := v.Field(i); name != "" && !f.IsZero() {
			fields[name] = kernel(f)
		}
	}
	return fields
}
