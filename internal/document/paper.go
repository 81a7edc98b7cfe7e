package document

import (
	"bytes"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"codeberg.org/go-pdf/fpdf"
	"github.com/go-fonts/dejavu/dejavusanscondensed"
	"github.com/go-fonts/dejavu/dejavusanscondensedbold"
	"github.com/go-fonts/dejavu/dejavusansmono"

	"golang.org/x/text/unicode/norm"
	"rsc.io/qr"

	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Heading is what every paper of a programme says first.
type Heading struct {
	Name        string
	ProjectCode string
	CUP         string
	Funding     text.Text `bun:"type:jsonb"` // who pays for it; may be empty
	Logos       []string  `bun:",array"`     // in words
	Lead        string    // the body that leads
}

// Measures of a paper, in millimetres.
const (
	margin = 10.0
	line   = 4.2 // of text of 8 points
)

// pages stands for their number until it is known: letters that no text of ours has, also where bytes are read from the middle of one.
const pages = "\ue0e1\ue0e2"

// families of fonts, which are inside each paper.
const (
	plain = "plain"
	mono  = "mono"
)

// paper is a PDF on its way.
type paper struct {
	*fpdf.Fpdf
	lang string
}

// newPaper begins a paper of A4. At is the moment that its content bears: never that of its making, so that the same content is the same bytes.
func newPaper(orientation, lang string, h Heading, title, foot text.Text, at time.Time) paper {
	p := paper{fpdf.New(orientation, "mm", "A4", ""), lang}
	p.SetCreationDate(at.UTC())
	p.SetModificationDate(at.UTC())
	p.SetCatalogSort(true)
	p.SetProducer("Lavoro in Corso", false)
	p.SetTitle(title.In(lang), true)
	p.SetLang(lang)
	p.AddUTF8FontFromBytes(plain, "", dejavusanscondensed.TTF)
	p.AddUTF8FontFromBytes(plain, "B", dejavusanscondensedbold.TTF)
	p.AddUTF8FontFromBytes(mono, "", dejavusansmono.TTF)
	p.SetMargins(margin, margin, margin)
	p.SetAutoPageBreak(true, margin+8)
	p.AliasNbPages(pages)
	p.SetHeaderFunc(func() { p.heading(h) })
	p.SetFooterFunc(func() { p.footer(foot) })
	p.AddPage()
	return p
}

// heading stands on every page: the logos in words, the programme, its codes, and who pays for it.
func (p paper) heading(h Heading) {
	width := p.width()
	p.SetDrawColor(120, 120, 120)
	if n := len(h.Logos); n > 0 {
		p.font("", 7.5)
		for _, logo := range h.Logos {
			p.CellFormat(width/float64(n), 6, logo, "1", 0, "CM", false, 0, "")
		}
		p.Ln(7.5)
	}
	p.font("B", 11)
	p.CellFormat(width/2, 5.5, h.Name, "", 0, "L", false, 0, "")
	p.font("", 8)
	p.CellFormat(width/2, 5.5, p.in("Codice progetto ", "Project code ")+h.ProjectCode+" · CUP "+h.CUP, "", 1, "R", false, 0, "")
	p.font("", 7)
	said := h.Lead
	if funding := h.Funding.In(p.lang); funding != "" {
		said = strings.TrimSuffix(funding, ".") + ". " + p.in("Capofila: ", "Lead body: ") + h.Lead + "."
	}
	p.MultiCell(width, 3.4, said, "B", "L", false)
	p.Ln(2.5)
}

func (p paper) footer(foot text.Text) {
	p.SetY(-margin - 4)
	p.font("", 7)
	page := fmt.Sprintf(p.in("Pagina %d di ", "Page %d of "), p.PageNo()) + pages
	p.CellFormat(p.width()*0.8, 4, foot.In(p.lang), "", 0, "L", false, 0, "")
	p.Fpdf.CellFormat(p.width()*0.2, 4, page, "", 0, "R", false, 0, "")
}

// Words go onto the paper by these four alone.

// CellFormat writes one line of words.
func (p paper) CellFormat(w, h float64, words, border string, ln int, align string, fill bool, link int, linked string) {
	p.Fpdf.CellFormat(w, h, printable(words), border, ln, align, fill, link, linked)
}

// MultiCell writes words over several lines.
func (p paper) MultiCell(w, h float64, words, border, align string, fill bool) {
	p.Fpdf.MultiCell(w, h, printable(words), border, align, fill)
}

// SplitText breaks words into lines.
func (p paper) SplitText(words string, w float64) []string {
	return p.Fpdf.SplitText(printable(words), w)
}

// GetStringWidth is how wide words are.
func (p paper) GetStringWidth(words string) float64 { return p.Fpdf.GetStringWidth(printable(words)) }

// printable gives words as the fonts write them: letters with their marks in one, without what is no letter. What is beyond the plane that papers
// write in, such as emoji, is a box.
func printable(words string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r > 0xffff || r == utf8.RuneError:
			return '□'
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsGraphic(r):
			return -1
		}
		return r
	}, norm.NFC.String(words))
}

func (p paper) in(it, en string) string { return text.Text{It: it, En: en}.In(p.lang) }

// width is what is between the margins.
func (p paper) width() float64 {
	w, _ := p.GetPageSize()
	return w - 2*margin
}

func (p paper) font(style string, points float64) { p.SetFont(plain, style, points) }

// title stands once, over all.
func (p paper) title(words, beside string) {
	p.font("B", 14)
	p.CellFormat(p.width()*0.65, 8, words, "", 0, "L", false, 0, "")
	p.font("B", 9)
	p.CellFormat(p.width()*0.35, 8, beside, "", 1, "R", false, 0, "")
}

// fact is a name with what it is, two of them a line.
type fact struct{ name, value string }

func (p paper) facts(all []fact) {
	const name = 0.15
	half := p.width() / 2
	for i := 0; i < len(all); i += 2 {
		for _, f := range all[i:min(i+2, len(all))] {
			p.font("", 8)
			p.SetTextColor(90, 90, 90)
			p.CellFormat(half*2*name, line+0.6, f.name, "", 0, "L", false, 0, "")
			p.SetTextColor(0, 0, 0)
			p.font("B", 8)
			p.CellFormat(half-half*2*name, line+0.6, p.fit(f.value, half-half*2*name), "", 0, "L", false, 0, "")
		}
		p.Ln(line + 0.6)
	}
	p.Ln(1.5)
}

// column of a table; width in parts of the whole.
type column struct {
	name  string
	width float64
	align string
}

// table writes rows under a heading that is repeated on every page. What is too long for its cell goes on in the next line of it.
func (p paper) table(columns []column, rows [][]string) {
	all := 0.0
	for _, c := range columns {
		all += c.width
	}
	widths := make([]float64, len(columns))
	for i, c := range columns {
		widths[i] = p.width() * c.width / all
	}
	head := func() {
		p.SetDrawColor(170, 170, 170)
		p.font("B", 7.5)
		p.SetFillColor(232, 232, 232)
		for i, c := range columns {
			p.CellFormat(widths[i], line+0.8, c.name, "1", 0, c.align, true, 0, "")
		}
		p.Ln(line + 0.8)
	}
	_, height := p.GetPageSize()
	_, _, _, bottom := p.GetMargins()
	head()
	for _, row := range rows {
		p.font("", 7.5)
		cells, most := make([][]string, len(row)), 1
		for i, words := range row {
			cells[i] = p.wrap(words, widths[i]-2)
			most = max(most, len(cells[i]))
		}
		tall := float64(most) * line
		if p.GetY()+tall > height-bottom {
			p.AddPage()
			head()
			p.font("", 7.5)
		}
		y, x := p.GetY(), margin
		for i, lines := range cells {
			p.Rect(x, y, widths[i], tall, "D")
			for n, words := range lines {
				p.SetXY(x, y+float64(n)*line)
				p.CellFormat(widths[i], line, words, "", 0, columns[i].align, false, 0, "")
			}
			x += widths[i]
		}
		p.SetXY(margin, y+tall)
	}
	p.Ln(2.5)
}

// wrap breaks words into lines of a width; a word that is longer than a line is broken, too.
func (p paper) wrap(words string, width float64) []string {
	if words == "" {
		return []string{""}
	}
	return p.SplitText(words, width)
}

// fit shortens words to a width.
func (p paper) fit(words string, width float64) string {
	if p.GetStringWidth(words) <= width-2 {
		return words
	}
	letters := []rune(words)
	for len(letters) > 0 && p.GetStringWidth(string(letters)+"…") > width-2 {
		letters = letters[:len(letters)-1]
	}
	return string(letters) + "…"
}

// section begins a part.
func (p paper) section(words string) {
	p.font("B", 9.5)
	p.CellFormat(p.width(), 6, words, "", 1, "L", false, 0, "")
}

// note is a paragraph.
func (p paper) note(words string) {
	p.font("", 7.5)
	p.MultiCell(p.width(), 3.8, words, "", "L", false)
	p.Ln(1)
}

// hash is spelled in letters of one width, so that it can be compared by eye.
func (p paper) hash(words, hash string) {
	p.font("B", 8)
	p.CellFormat(p.width(), line+0.5, words, "", 1, "L", false, 0, "")
	p.SetFont(mono, "", 8.5)
	p.CellFormat(p.width(), line+0.8, hash, "", 1, "L", false, 0, "")
	p.Ln(1.5)
}

// code draws a QR code, black on white, one bar for all the squares beside each other.
func (p paper) code(words string, x, y, side float64) error {
	c, err := qr.Encode(words, qr.M)
	if err != nil {
		return fmt.Errorf("code of a paper: %w", err)
	}
	square := side / float64(c.Size)
	p.SetFillColor(0, 0, 0)
	for row := range c.Size {
		for from := 0; from < c.Size; from++ {
			to := from
			for to < c.Size && c.Black(to, row) {
				to++
			}
			if to > from {
				p.Rect(x+float64(from)*square, y+float64(row)*square, float64(to-from)*square, square, "F")
				from = to
			}
		}
	}
	return nil
}

// bytes ends the paper.
func (p paper) bytes() ([]byte, error) {
	var out bytes.Buffer
	if err := p.Output(&out); err != nil {
		return nil, fmt.Errorf("paper: %w", err)
	}
	return out.Bytes(), nil
}
