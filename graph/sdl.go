package graph

import "strings"

// SDL is the contract as clients read it: schema.graphqls, word for word.
func SDL() string {
	var sdl strings.Builder
	for _, s := range sources {
		if !s.BuiltIn {
			sdl.WriteString(s.Input)
		}
	}
	return sdl.String()
}
