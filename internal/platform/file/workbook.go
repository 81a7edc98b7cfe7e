package file

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Limits of a workbook once unpacked: a small file may unpack to a large one.
const (
	maxUnpacked = 64 << 20
	maxCells    = 64 // of a row
)

var (
	causeWorkbook = text.Text{It: "il file non è una cartella di lavoro XLSX leggibile", En: "the file is not an XLSX workbook that can be read"}
	causeWide     = text.Text{It: "la riga ha più di 64 celle", En: "the row has more than 64 cells"}
)

// ReadWorkbook takes the first sheet of an XLSX workbook apart as Read does a CSV file. Formulas give the value that was stored with
// them, and cells that are shown as days give 2025-01-31.
func ReadWorkbook(r io.Reader, name string, columns []Column) (table *Table, err error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read workbook: %w", err)
	}
	if len(data) > MaxBytes {
		return nil, &Broken{Cause: causeTooLarge}
	}
	// The library trusts what stands in a workbook in more places than can be checked before.
	defer func() {
		if recover() != nil {
			table, err = nil, &Broken{Cause: causeWorkbook}
		}
	}()
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{RawCellValue: true, UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxUnpacked})
	if err != nil {
		return nil, &Broken{Cause: causeWorkbook}
	}
	defer func() { _ = f.Close() }()
	sum := sha256.Sum256(data)
	w := workbook{file: f, sheet: f.GetSheetName(0), days: map[int]bool{}}
	return w.read(&Table{Name: name, Hash: hex.EncodeToString(sum[:]), comma: ';'}, columns)
}

type workbook struct {
	file  *excelize.File
	sheet string
	days  map[int]bool // whether cells of a style show days
}

func (w workbook) read(t *Table, columns []Column) (*Table, error) {
	rows, err := w.file.Rows(w.sheet)
	if err != nil {
		return nil, &Broken{Cause: causeWorkbook}
	}
	defer func() { _ = rows.Close() }()
	for n := 1; rows.Next(); n++ {
		cells, err := rows.Columns()
		if err != nil {
			return nil, &Broken{Row: n, Cause: causeWorkbook}
		}
		if err := w.row(t, n, cells, columns); err != nil {
			return nil, err
		}
	}
	switch {
	case rows.Error() != nil:
		return nil, &Broken{Cause: causeWorkbook}
	case t.header == nil:
		return nil, &Broken{Cause: causeEmpty}
	case len(t.Rows) == 0:
		return nil, &Broken{Cause: causeNoRows}
	}
	t.demand(columns)
	return t, nil
}

func (w workbook) row(t *Table, n int, cells []string, columns []Column) error {
	cells = trimmedRight(cells)
	switch {
	case n > MaxRows+1:
		return &Broken{Cause: causeTooMany}
	case len(cells) > maxCells:
		return &Broken{Row: n, Cause: causeWide}
	case n == 1:
		return t.head(cells, columns)
	case blank(cells):
		return nil
	}
	row := &Row{Number: n, table: t}
	for len(cells) < len(t.header) {
		cells = append(cells, "") // a sheet does not store the empty cells at the end of a row
	}
	for i, cell := range cells {
		cells[i] = w.cell(i+1, n, cell)
	}
	row.cells = cells
	if len(cells) != len(t.header) {
		row.Fail("", causeCells.Fill(map[string]text.Text{"got": text.Same(strconv.Itoa(len(cells))), "want": text.Same(strconv.Itoa(len(t.header)))}))
	} else if !utf8.ValidString(strings.Join(cells, "")) || strings.ContainsRune(strings.Join(cells, ""), 0) {
		row.Fail("", causeUnread)
	}
	t.Rows = append(t.Rows, row)
	return nil
}

func trimmedRight(cells []string) []string {
	for len(cells) > 0 && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	return cells
}

// cell is the stored text; of a number that is shown as a day, the day.
func (w workbook) cell(column, row int, stored string) string {
	number, err := strconv.ParseFloat(stored, 64)
	if err != nil || number < 1 || number > 2958465 { // 9999-12-31
		return stored
	}
	at, err := excelize.CoordinatesToCellName(column, row)
	if err != nil {
		return stored
	}
	if kind, err := w.file.GetCellType(w.sheet, at); err != nil || kind != excelize.CellTypeUnset && kind != excelize.CellTypeNumber {
		return stored
	}
	style, err := w.file.GetCellStyle(w.sheet, at)
	if err != nil || !w.showsDay(style) {
		return stored
	}
	props, err := w.file.GetWorkbookProps()
	if err != nil {
		return stored
	}
	moment, err := excelize.ExcelDateToTime(number, props.Date1904 != nil && *props.Date1904)
	if err != nil {
		return stored
	}
	return moment.Format("2006-01-02")
}

func (w workbook) showsDay(style int) bool {
	shows, known := w.days[style]
	if known {
		return shows
	}
	if s, err := w.file.GetStyle(style); err == nil {
		// The formats 14 to 17 and 22 are days, whatever the language; 27 to 36 and 50 to 58 those of East Asia.
		shows = s.NumFmt >= 14 && s.NumFmt <= 17 || s.NumFmt == 22 || s.NumFmt >= 27 && s.NumFmt <= 36 || s.NumFmt >= 50 && s.NumFmt <= 58 ||
			s.CustomNumFmt != nil && dayFormat(*s.CustomNumFmt)
	}
	w.days[style] = shows
	return shows
}

// dayFormat says whether a format of one's own, such as dd/mm/yyyy, shows a day: it has a year and a day outside quotes and brackets.
func dayFormat(format string) bool {
	var bare strings.Builder
	quoted, bracket := false, false
	for _, r := range strings.ToLower(format) {
		switch {
		case r == '"':
			quoted = !quoted
		case r == '[' && !quoted:
			bracket = true
		case r == ']' && !quoted:
			bracket = false
		case !quoted && !bracket:
			bare.WriteRune(r)
		}
	}
	return strings.Contains(bare.String(), "d") && strings.Contains(bare.String(), "y")
}
