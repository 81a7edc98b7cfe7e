package file

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Limits of a file: more is refused before it is taken apart.
const (
	MaxBytes = 32 << 20
	MaxRows  = 100_000
)

// ErrorColumn is the column that the file of bad rows has more; reading passes over it.
const ErrorColumn = "error"

// Column is one that a table may have. A needed one must stand in the header and hold something in each row.
type Column struct {
	Name   string
	Needed bool
}

// Table is a file that was read.
type Table struct {
	Name   string // of the file
	Hash   string // SHA-256 of its bytes, hexadecimal
	Rows   []*Row
	header []string
	comma  rune
}

// Broken is why a whole file cannot be read.
type Broken struct {
	Row    int    // 0: the file as a whole
	Column string // "": the row as a whole
	Cause  text.Text
}

// Error says where, and the cause in English.
func (b *Broken) Error() string { return fmt.Sprintf("row %d: %s", b.Row, b.Cause.En) }

// In is the cause with its place, in a language.
func (b *Broken) In(lang string) string {
	place := text.Text{It: "riga {row}: ", En: "row {row}: "}
	if b.Row == 0 {
		place = text.Text{}
	}
	return place.Fill(map[string]text.Text{"row": text.Same(fmt.Sprint(b.Row))}).In(lang) + b.Cause.In(lang)
}

var (
	causeTooLarge  = text.Text{It: "il file supera i 32 MB", En: "the file is larger than 32 MB"}
	causeTooMany   = text.Text{It: "il file supera le 100.000 righe", En: "the file has more than 100,000 rows"}
	causeEncoding  = text.Text{It: "il file non è in UTF-8: salvalo come «CSV UTF-8»", En: "the file is not in UTF-8: save it as “CSV UTF-8”"}
	causeEmpty     = text.Text{It: "il file è vuoto", En: "the file is empty"}
	causeNoRows    = text.Text{It: "il file ha solo l'intestazione", En: "the file has a header only"}
	causeUnknown   = text.Text{It: "la colonna numero {column} dell'intestazione ha un nome sconosciuto", En: "column number {column} of the header has an unknown name"}
	causeTwice     = text.Text{It: "colonna ripetuta nell'intestazione: {column}", En: "column twice in the header: {column}"}
	causeMissing   = text.Text{It: "nell'intestazione manca la colonna {column}", En: "the header lacks the column {column}"}
	causeQuote     = text.Text{It: "le virgolette non sono chiuse o sono fuori posto", En: "a quotation mark is not closed, or out of place"}
	causeUnread    = text.Text{It: "la riga non è leggibile", En: "the row cannot be read"}
	causeCells     = text.Text{It: "la riga ha {got} celle invece di {want}", En: "the row has {got} cells instead of {want}"}
	causeNeeded    = text.Text{It: "il valore è obbligatorio", En: "a value is needed"}
	causeUnitedRow = text.Text{It: "le virgolette uniscono più righe in una sola cella", En: "quotation marks join several rows into one cell"}
)

// Read takes a whole file apart. A file that cannot be read is a *Broken; an error of r is returned as it is.
func Read(r io.Reader, name string, columns []Column) (*Table, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read table: %w", err)
	}
	if len(data) > MaxBytes {
		return nil, &Broken{Cause: causeTooLarge}
	}
	sum := sha256.Sum256(data)
	t := &Table{Name: name, Hash: hex.EncodeToString(sum[:])}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if line, ok := foreignLine(data); ok {
		return nil, &Broken{Row: line, Cause: causeEncoding}
	}
	return t, t.parse(data, columns)
}

// foreignLine finds the first line that is not UTF-8 text.
func foreignLine(data []byte) (int, bool) {
	n := 0
	for line := range bytes.Lines(data) {
		if n++; !utf8.Valid(line) || bytes.IndexByte(line, 0) >= 0 {
			return n, true
		}
	}
	return 0, false
}

func (t *Table) parse(data []byte, columns []Column) error {
	t.comma = separator(data, columns)
	in := csv.NewReader(bytes.NewReader(data))
	in.Comma, in.FieldsPerRecord = t.comma, -1
	header, err := in.Read()
	switch {
	case errors.Is(err, io.EOF):
		return &Broken{Cause: causeEmpty}
	case err != nil:
		return &Broken{Row: 1, Cause: causeQuote}
	}
	if err := t.head(header, columns); err != nil {
		return err
	}
	if err := t.body(in, data); err != nil {
		return err
	}
	if len(t.Rows) == 0 {
		return &Broken{Cause: causeNoRows}
	}
	t.demand(columns)
	return nil
}

// separator is the one of ";" and "," under which more known columns stand in the first line.
func separator(data []byte, columns []Column) rune {
	first, _, _ := bytes.Cut(data, []byte("\n"))
	known := func(comma string) (n int) {
		for cell := range strings.SplitSeq(string(first), comma) {
			if slices.ContainsFunc(columns, func(c Column) bool { return c.Name == columnName(strings.Trim(strings.TrimSpace(cell), `"`)) }) {
				n++
			}
		}
		return n
	}
	if known(",") > known(";") {
		return ','
	}
	return ';'
}

// columnName is how a header's cell is compared: without capitals, and with blanks as underscores.
func columnName(cell string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimSpace(cell)), " ", "_")
}

func (t *Table) head(cells []string, columns []Column) error {
	broken := func(column string, cause text.Text) error {
		return &Broken{Row: 1, Column: column, Cause: cause.Fill(map[string]text.Text{"column": text.Same(column)})}
	}
	for i, cell := range cells {
		name := columnName(cell)
		switch {
		case slices.Contains(t.header, name) && name != "":
			return broken(name, causeTwice)
		case name != "" && name != ErrorColumn && !slices.ContainsFunc(columns, func(c Column) bool { return c.Name == name }):
			return broken(strconv.Itoa(i+1), causeUnknown)
		}
		t.header = append(t.header, name)
	}
	for _, c := range columns {
		if c.Needed && !slices.Contains(t.header, c.Name) {
			return broken(c.Name, causeMissing)
		}
	}
	return nil
}

func (t *Table) body(in *csv.Reader, data []byte) error {
	for {
		start := in.InputOffset()
		cells, err := in.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if len(t.Rows) == MaxRows {
			return &Broken{Cause: causeTooMany}
		}
		row := &Row{Number: lineOf(in, err), table: t, cells: cells}
		raw := strings.Trim(string(data[start:in.InputOffset()]), "\r\n")
		switch {
		case err != nil:
			row.unreadable(raw, causeOf(err))
		case blank(cells):
			continue
		case swallows(cells):
			row.unreadable(raw, causeUnitedRow)
		case len(cells) != len(t.header):
			row.Fail("", causeCells.Fill(map[string]text.Text{"got": text.Same(fmt.Sprint(len(cells))), "want": text.Same(fmt.Sprint(len(t.header)))}))
		}
		t.Rows = append(t.Rows, row)
	}
}

// lineOf is where the record just read begins: no cell of these tables spans lines, so it is the row of a spreadsheet.
func lineOf(in *csv.Reader, err error) int {
	var wrong *csv.ParseError
	if errors.As(err, &wrong) {
		return wrong.StartLine
	}
	line, _ := in.FieldPos(0)
	return line
}

// blank says whether a row holds nothing: spreadsheets leave such rows at the end.
func blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" })
}

func causeOf(err error) text.Text {
	if errors.Is(err, csv.ErrQuote) || errors.Is(err, csv.ErrBareQuote) {
		return causeQuote
	}
	return causeUnread
}

// swallows says whether a cell holds line breaks: in these tables none does, so a stray quotation mark has joined rows.
func swallows(cells []string) bool {
	return slices.ContainsFunc(cells, func(c string) bool { return strings.ContainsAny(c, "\n\r") })
}

// demand notes the needed cells that are empty.
func (t *Table) demand(columns []Column) {
	for _, row := range t.Rows {
		if row.Bad() {
			continue
		}
		for _, c := range columns {
			if c.Needed && row.Text(c.Name) == "" {
				row.Fail(c.Name, causeNeeded)
			}
		}
	}
}
