package payfile

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"golang.org/x/text/encoding/charmap"

	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Limits of a message: more is refused before it is understood.
const (
	MaxAnswerBytes = 32 << 20
	maxDepth       = 40
	maxNodes       = 1_000_000
)

// element is one element by its local name: banks differ in namespaces, prefixes and envelopes.
type element struct {
	name     string
	value    string // trimmed text; "" where there are children
	currency string // attribute Ccy
	children []*element
}

var (
	causeTooLarge = text.Text{It: "supera i 32 MB", En: "it is larger than 32 MB"}
	causeTooDeep  = text.Text{It: "ha troppi elementi", En: "it has too many elements"}
	causeNoXML    = text.Text{It: "non è un file XML corretto", En: "it is not well-formed XML"}
	causeDoctype  = text.Text{It: "contiene una dichiarazione DOCTYPE, mai ammessa", En: "it holds a DOCTYPE declaration, which is never allowed"}
	causeSet      = text.Text{It: "la codifica dei caratteri non è gestita", En: "its character set is not known"}
)

var errCharset = errors.New("payfile: unknown character set")

func unreadable(cause text.Text) error {
	return refusal.List{AnswerUnreadable.At().With("cause", cause)}
}

// readAll reads a file up to the limit; an error of r is returned as it is.
func readAll(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxAnswerBytes+1))
	if err != nil {
		return nil, err
	}
	if len(data) > MaxAnswerBytes {
		return nil, unreadable(causeTooLarge)
	}
	return data, nil
}

// tree takes a message apart. No entity but the five of XML is known, and a DOCTYPE is refused. The error is a refusal.List.
func tree(data []byte) (*element, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	dec := xml.NewDecoder(bytes.NewReader(data))
	dec.CharsetReader = charset
	b := builder{names: map[string]string{}}
	for {
		token, err := dec.RawToken()
		switch {
		case errors.Is(err, io.EOF):
			return b.done()
		case err != nil:
			return nil, syntax(err)
		}
		if err := b.take(token); err != nil {
			return nil, err
		}
	}
}

type builder struct {
	root  *element
	open  []*element
	texts [][]byte          // of the open elements, and room for later ones
	names map[string]string // each once: a message repeats few names many times
	nodes int
}

func (b *builder) take(token xml.Token) error {
	switch t := token.(type) {
	case xml.StartElement:
		return b.start(t)
	case xml.EndElement:
		return b.end(t.Name.Local)
	case xml.CharData:
		if len(b.open) > 0 {
			at := len(b.open) - 1
			b.texts[at] = append(b.texts[at], t...)
		} else if len(bytes.TrimSpace(t)) > 0 {
			return unreadable(causeNoXML)
		}
	case xml.Directive:
		return unreadable(causeDoctype)
	}
	return nil
}

func (b *builder) start(t xml.StartElement) error {
	if b.nodes++; b.nodes > maxNodes || len(b.open) == maxDepth {
		return unreadable(causeTooDeep)
	}
	e := &element{name: b.name(t.Name.Local)}
	for _, a := range t.Attr {
		if a.Name.Local == "Ccy" {
			e.currency = a.Value
		}
	}
	switch {
	case len(b.open) > 0:
		parent := b.open[len(b.open)-1]
		parent.children = append(parent.children, e)
	case b.root != nil:
		return unreadable(causeNoXML)
	default:
		b.root = e
	}
	if b.open = append(b.open, e); len(b.texts) < len(b.open) {
		b.texts = append(b.texts, nil)
	}
	b.texts[len(b.open)-1] = b.texts[len(b.open)-1][:0]
	return nil
}

func (b *builder) name(s string) string {
	if known, ok := b.names[s]; ok {
		return known
	}
	b.names[s] = s
	return s
}

// end closes an element; with raw tokens nobody else sees that the names agree.
func (b *builder) end(name string) error {
	last := len(b.open) - 1
	if last < 0 || b.open[last].name != name {
		return unreadable(causeNoXML)
	}
	if e := b.open[last]; len(e.children) == 0 {
		e.value = string(bytes.TrimSpace(b.texts[last]))
	}
	b.open = b.open[:last]
	return nil
}

func (b *builder) done() (*element, error) {
	switch {
	case b.root == nil:
		return nil, unreadable(causeNoXML)
	case len(b.open) > 0:
		return nil, refusal.List{AnswerCut.At()}
	}
	return b.root, nil
}

func syntax(err error) error {
	var wrong *xml.SyntaxError
	switch {
	case errors.Is(err, errCharset):
		return unreadable(causeSet)
	case errors.As(err, &wrong) && strings.Contains(wrong.Msg, "unexpected EOF"):
		return refusal.List{AnswerCut.At()}
	}
	return unreadable(causeNoXML)
}

// charset knows what Italian banks write besides UTF-8.
func charset(label string, in io.Reader) (io.Reader, error) {
	switch strings.ToLower(label) {
	case "utf-8", "us-ascii":
		return in, nil
	case "iso-8859-1":
		return charmap.ISO8859_1.NewDecoder().Reader(in), nil
	case "iso-8859-15":
		return charmap.ISO8859_15.NewDecoder().Reader(in), nil
	case "windows-1252":
		return charmap.Windows1252.NewDecoder().Reader(in), nil
	}
	return nil, errCharset
}

// all are the elements at the end of a path of names below e.
func (e *element) all(path ...string) []*element {
	found := []*element{e}
	for _, name := range path {
		var next []*element
		for _, f := range found {
			for _, c := range f.children {
				if c.name == name {
					next = append(next, c)
				}
			}
		}
		found = next
	}
	return found
}

// first is the first element at the end of a path; an empty one when there is none.
func (e *element) first(path ...string) *element {
	if found := e.all(path...); len(found) > 0 {
		return found[0]
	}
	return &element{}
}

// text is the first value that is not empty among several paths, dots between the names.
func (e *element) text(paths ...string) string {
	for _, p := range paths {
		if v := e.first(strings.Split(p, ".")...).value; v != "" {
			return v
		}
	}
	return ""
}

// named are all elements of a name in the tree, the root included.
func (e *element) named(name string) (found []*element) {
	if e.name == name {
		found = append(found, e)
	}
	for _, c := range e.children {
		found = append(found, c.named(name)...)
	}
	return found
}

// find is the first element of a name in the tree, the root included; nil when there is none.
func (e *element) find(name string) *element {
	if e.name == name {
		return e
	}
	for _, c := range e.children {
		if found := c.find(name); found != nil {
			return found
		}
	}
	return nil
}
