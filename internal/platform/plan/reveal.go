package plan

import (
	"slices"
	"strings"

	"github.com/lavoroincorso/lavoro/internal/access"
)

// Reveals says whether a selection on a type asks for a field, a row or a nested object of one of the classes, and names the field.
func (s *Schema) Reveals(typeName string, selected []Selected, classes []access.Class) (field string, ok bool) {
	t, known := s.types[strings.TrimSuffix(strings.TrimSuffix(typeName, "Connection"), "Edge")]
	if !known {
		return "", false
	}
	for _, f := range selected {
		declared, mapped := t.Fields[f.Name]
		if mapped && (slices.Contains(classes, declared.class) || slices.Contains(classes, s.classOf(declared.target))) {
			return f.Name, true
		}
		if f.Under == nil {
			continue
		}
		if name, ok := s.Reveals(f.TypeName, f.Under(f.TypeName), classes); ok {
			return name, true
		}
	}
	return "", false
}

func (s *Schema) classOf(typeName string) access.Class {
	if t, ok := s.types[typeName]; ok {
		return t.Class
	}
	return ""
}
