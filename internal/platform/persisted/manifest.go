package persisted

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// apolloFormat is what Apollo's manifests call themselves.
const apolloFormat = "apollo-persisted-query-manifest"

// ids are what an operation may be listed under: hashes, in hexadecimal or base64, and names. "sha256:" before one is left out.
var ids = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.:+/=-]{0,127}$`)

var errManifest = errors.New(`a manifest is {"id": "text", …}, as graphql-codegen and relay-compiler write it, or Apollo's {"format": "` + apolloFormat + `", "version": 1, "operations": [{"id": …, "body": …}]}`)

// Operation is one that is listed: its text, and the manifests that hold it, by name in order.
type Operation struct {
	Text      string
	Manifests []string
}

// List is all that the manifests of a folder hold. Nil holds nothing.
type List struct {
	names  []string
	byID   map[string]*Operation
	byText map[string]*Operation
	sizes  map[string]int
}

// ReadList reads the manifests of a folder: all its files NAME.json, where NAME is an app and its version. An id stands for one text, in
// whichever manifest.
func ReadList(folder string) (*List, error) {
	entries, err := os.ReadDir(folder) // in the order of names
	if err != nil {
		return nil, err
	}
	l := &List{byID: map[string]*Operation{}, byText: map[string]*Operation{}, sizes: map[string]int{}}
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".json")
		if !ok || e.IsDir() {
			continue
		}
		data, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err == nil {
			err = l.add(name, data)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name(), err)
		}
	}
	if len(l.names) == 0 {
		return nil, fmt.Errorf("%s holds no manifest NAME.json", folder)
	}
	return l, nil
}

func (l *List) add(name string, data []byte) error {
	texts, err := ParseManifest(data)
	if err != nil {
		return err
	}
	l.names, l.sizes[name] = append(l.names, name), len(texts)
	for id, text := range texts {
		if had := l.byID[id]; had != nil && had.Text != text {
			return fmt.Errorf("%s stands for another text in %s", id, strings.Join(had.Manifests, ", "))
		}
		one := l.byText[text]
		if one == nil {
			one = &Operation{Text: text}
			l.byText[text] = one
		}
		if !slices.Contains(one.Manifests, name) {
			one.Manifests = append(one.Manifests, name)
		}
		l.byID[id] = one
	}
	return nil
}

// ParseManifest reads the texts of a manifest by their ids: a JSON object of them, or what Apollo's generator writes.
func ParseManifest(data []byte) (map[string]string, error) {
	var apollo struct {
		Format     string `json:"format"`
		Version    int    `json:"version"`
		Operations []struct {
			ID   string `json:"id"`
			Body string `json:"body"`
		} `json:"operations"`
	}
	texts := map[string]string{}
	if json.Unmarshal(data, &apollo) == nil && apollo.Format == apolloFormat {
		if apollo.Version != 1 {
			return nil, fmt.Errorf("version %d of Apollo's manifests is not known", apollo.Version)
		}
		for _, o := range apollo.Operations {
			if had, twice := texts[o.ID]; twice && had != o.Body {
				return nil, fmt.Errorf("%q stands there twice", o.ID)
			}
			texts[o.ID] = o.Body
		}
	} else if json.Unmarshal(data, &texts) != nil {
		return nil, errManifest
	}
	if len(texts) == 0 {
		return nil, errManifest
	}
	plain := make(map[string]string, len(texts))
	for id, text := range texts {
		if !ids.MatchString(id) || text == "" {
			return nil, errManifest
		}
		plain[strings.TrimPrefix(id, "sha256:")] = text
	}
	return plain, nil
}

// Find gives the operation that is listed under an id.
func (l *List) Find(id string) (*Operation, bool) {
	if l == nil {
		return nil, false
	}
	o, ok := l.byID[id]
	return o, ok
}

// Holding gives the operation that is listed with exactly this text.
func (l *List) Holding(text string) (*Operation, bool) {
	if l == nil {
		return nil, false
	}
	o, ok := l.byText[text]
	return o, ok
}

// Manifests gives the manifests' names in order, and how many operations each holds.
func (l *List) Manifests() (names []string, sizes map[string]int) {
	if l == nil {
		return nil, nil
	}
	return l.names, l.sizes
}

// All gives every listed operation once, in the order of their texts.
func (l *List) All() []*Operation {
	if l == nil {
		return nil
	}
	all := make([]*Operation, 0, len(l.byText))
	for _, o := range l.byText {
		all = append(all, o)
	}
	slices.SortFunc(all, func(a, b *Operation) int { return strings.Compare(a.Text, b.Text) })
	return all
}
