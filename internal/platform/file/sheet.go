package file

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Number is a cell with a number, such as -1234.50: digits, and a dot before the decimals. It never is a float of ours.
type Number string

// Sheet is a table to be opened in a spreadsheet. Cells are strings and Numbers; each row has one for every column. The same sheet
// gives the same bytes.
type Sheet struct {
	Name    string // of the sheet in its workbook
	Columns []string
	Rows    [][]any
}

// CSV writes UTF-8 with a byte order mark, ";" between the cells and a comma before decimals, as Italian spreadsheets read it. A text that
// a spreadsheet would compute is written behind an apostrophe; Unguarded takes it away again.
func (s Sheet) CSV() ([]byte, error) {
	var out bytes.Buffer
	out.WriteString("\xef\xbb\xbf")
	w := csv.NewWriter(&out)
	w.Comma, w.UseCRLF = ';', true
	if err := w.Write(s.Columns); err != nil {
		return nil, fmt.Errorf("write table: %w", err)
	}
	for _, row := range s.Rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = csvCell(cell)
		}
		if err := w.Write(cells); err != nil {
			return nil, fmt.Errorf("write table: %w", err)
		}
	}
	w.Flush()
	return out.Bytes(), w.Error()
}

func csvCell(cell any) string {
	if number, ok := cell.(Number); ok {
		return strings.Replace(string(number), ".", ",", 1)
	}
	return Guarded(fmt.Sprint(cell))
}

// Guarded puts an apostrophe before a text that a spreadsheet would take for a formula.
func Guarded(s string) string {
	bare := strings.TrimLeft(s, "' \t\r\n\u00a0")
	if bare != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(bare)[0]) || strings.HasPrefix(s, "\t") || strings.HasPrefix(s, "\r") {
		return "'" + s
	}
	return s
}

// Unguarded is the text that Guarded was given.
func Unguarded(s string) string {
	if bare, ok := strings.CutPrefix(s, "'"); ok && Guarded(bare) == s {
		return bare
	}
	return s
}

// Workbook writes an XLSX workbook of one sheet: texts as texts, which nothing computes, and numbers with two decimals.
func (s Sheet) Workbook() ([]byte, error) {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	if err := s.fill(f); err != nil {
		return nil, fmt.Errorf("write workbook: %w", err)
	}
	out, err := f.WriteToBuffer()
	if err != nil {
		return nil, fmt.Errorf("write workbook: %w", err)
	}
	return out.Bytes(), nil
}

func (s Sheet) fill(f *excelize.File) error {
	if err := f.SetSheetName(f.GetSheetName(0), s.Name); err != nil {
		return err
	}
	numbers, err := f.NewStyle(&excelize.Style{NumFmt: 4}) // #,##0.00
	if err != nil {
		return err
	}
	head := make([]any, len(s.Columns))
	for i, c := range s.Columns {
		head[i] = c
	}
	for n, row := range append([][]any{head}, s.Rows...) {
		for i, cell := range row {
			if err := put(f, s.Name, i+1, n+1, cell, numbers); err != nil {
				return err
			}
		}
	}
	return nil
}

// put writes one cell; a number by its digits.
func put(f *excelize.File, sheet string, column, row int, cell any, numbers int) error {
	at, err := excelize.CoordinatesToCellName(column, row)
	if err != nil {
		return err
	}
	number, ok := cell.(Number)
	if !ok {
		return f.SetCellStr(sheet, at, fmt.Sprint(cell))
	}
	if err := f.SetCellDefault(sheet, at, string(number)); err != nil {
		return err
	}
	return f.SetCellStyle(sheet, at, at, numbers)
}
