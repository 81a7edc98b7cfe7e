package programme

import (
	"errors"
	"strconv"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Bounds of a file: the reader of YAML calls itself for each level.
const (
	mostBytes  = 256 << 10
	mostLevels = 16  // brackets within brackets, or dashes on one line
	mostColumn = 400 // of a key or a dash: levels by indentation
)

// open reads the plain part of YAML: mappings, lists and values. Whatever gives a file a second meaning (anchors, tags, directives)
// is refused, and so is nesting that no programme needs.
func (d *document) open(data []byte) field {
	root := field{doc: d}
	switch {
	case len(data) > mostBytes:
		root.wrong(tooLarge.Fill(args("most", strconv.Itoa(mostBytes))))
		return root
	case !utf8.Valid(data):
		root.wrong(notText)
		return root
	}
	tokens := lexer.Tokenize(string(data))
	if d.refuse(tokens); len(d.problems) > 0 {
		return root
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	var syntax *yaml.SyntaxError
	switch {
	case errors.As(err, &syntax) && syntax.Token != nil:
		d.at(syntax.Token).wrong(unreadable.Fill(args("why", syntax.Message)))
		return root
	case err != nil:
		root.wrong(unreadable.Fill(args("why", "?")))
		return root
	}
	return d.only(file)
}

func (d *document) only(file *ast.File) field {
	root := field{doc: d, line: 1}
	for _, one := range file.Docs {
		switch {
		case one.Body == nil:
		case root.given():
			d.at(one.Body.GetToken()).wrong(oneDocument)
			return field{doc: d}
		default:
			root.node = one.Body
		}
	}
	if !root.given() {
		root.wrong(missing)
	}
	return root
}

func (d *document) at(t *token.Token) field { return field{doc: d, line: t.Position.Line} }

// refuse looks at the tokens before anything is built of them.
func (d *document) refuse(tokens token.Tokens) {
	level, line, dashes := 0, 0, 0
	for _, t := range tokens {
		switch t.Type {
		case token.InvalidType:
			d.at(t).wrong(unreadable.Fill(args("why", t.Error)))
		case token.AnchorType, token.AliasType, token.TagType, token.DirectiveType, token.MergeKeyType, token.MappingKeyType:
			d.at(t).wrong(noAnchors)
		case token.SequenceStartType, token.MappingStartType:
			level++
		case token.SequenceEndType, token.MappingEndType:
			level--
		case token.SequenceEntryType:
			if t.Position.Line != line {
				line, dashes = t.Position.Line, 0
			}
			dashes++
		}
		deep := t.Position.Column > mostColumn && (t.Type == token.SequenceEntryType || t.Type == token.MappingValueType)
		if level > mostLevels || dashes > mostLevels || deep {
			d.at(t).wrong(tooDeep)
			return
		}
	}
}
