package company

import (
	"cmp"
	"net/mail"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Bounds of what people write, in characters, and of lists.
const (
	maxLine  = 200
	maxProse = 4000
	maxList  = 100
)

// Registration is a company as a partner knows it.
type Registration struct {
	ID           uuid.UUID
	Programme    uuid.UUID
	Organisation uuid.UUID // the partner that works with it
	Name         string
	EntityCode   string // partita IVA or code of the body, in any spelling
	ATECO        string
	Headcount    int    // permanent employees over all sites
	Municipality string // ISTAT code
	Sites        []Site // none: one site with the company's own data
	Contacts     []Contact
	Origin       Origin
}

// Origin says where a record comes from; file, row and hash only when it was imported. The zero Origin is ENTERED.
type Origin struct {
	Kind string // ENTERED, IMPORTED or DEMO
	File string // name of the imported file
	Row  int    // row in the file, the header being 1
	Hash string // SHA-256 of the file, hexadecimal
}

// Site is a place of work; the host limit counts its own headcount.
type Site struct {
	ID           uuid.UUID
	CompanyID    uuid.UUID
	Name         string
	Address      string
	Municipality string      // ISTAT code
	Headcount    int         // permanent employees of this site
	Audience     []uuid.UUID `bun:",array"`
}

// Contact is somebody to call; telephone and e-mail may be empty.
type Contact struct {
	Name, Title, Phone, Email string
}

// normal brings codes into their one spelling and blanks out of the way, and refuses what is wrong: all at once.
func (r *Registration) normal() (list refusal.List) {
	r.Name, r.Origin.Kind = strings.TrimSpace(r.Name), cmp.Or(r.Origin.Kind, "ENTERED")
	list = append(list, said(r.Name, maxLine, "name")...)
	if code, err := fiscal.ParseEntityCode(r.EntityCode); err != nil {
		list = append(list, refusal.Invalid(err, "entityCode"))
	} else {
		r.EntityCode = code.String()
	}
	if code, err := fiscal.ParseATECO(r.ATECO); err != nil {
		list = append(list, refusal.Invalid(err, "ateco"))
	} else {
		r.ATECO = code.String()
	}
	list = append(list, place(r.Municipality, r.Headcount)...)
	list = append(list, r.normalSites()...)
	return append(list, r.normalContacts()...)
}

func (r *Registration) normalSites() (list refusal.List) {
	if len(r.Sites) > maxList {
		return refusal.List{tooMany("sites")}
	}
	var people int
	for i := range r.Sites {
		s := &r.Sites[i]
		s.Name, s.Address = strings.TrimSpace(s.Name), strings.TrimSpace(s.Address)
		wrong := append(said(s.Name, maxLine, "name"), said(s.Address, maxLine, "address")...)
		list = append(list, append(wrong, place(s.Municipality, s.Headcount)...).Under("sites", strconv.Itoa(i))...)
		people += max(s.Headcount, 0)
	}
	if people > r.Headcount {
		list = append(list, SitesOverHeadcount.At("sites").With("sites", people).With("company", r.Headcount))
	}
	return list
}

var phoneShape = regexp.MustCompile(`^\+?[0-9][0-9 ./()-]{4,29}$`)

func (r *Registration) normalContacts() (list refusal.List) {
	if len(r.Contacts) > maxList {
		return refusal.List{tooMany("contacts")}
	}
	for i := range r.Contacts {
		c := &r.Contacts[i]
		c.Name, c.Title, c.Phone, c.Email = strings.TrimSpace(c.Name), strings.TrimSpace(c.Title), strings.TrimSpace(c.Phone), strings.TrimSpace(c.Email)
		wrong := append(said(c.Name, maxLine, "name"), said(c.Title, maxLine, "title")...)
		if c.Phone != "" && !phoneShape.MatchString(c.Phone) {
			wrong = append(wrong, invalid("il numero di telefono contiene solo cifre, spazi e un + iniziale", "a telephone number holds digits, blanks and a leading + only", "phone"))
		}
		if a, err := mail.ParseAddress(c.Email); c.Email != "" && (err != nil || a.Address != c.Email || len(c.Email) > maxLine) {
			wrong = append(wrong, invalid("non è un indirizzo e-mail", "it is not an e-mail address", "email"))
		}
		list = append(list, wrong.Under("contacts", strconv.Itoa(i))...)
	}
	return list
}

var istatShape = regexp.MustCompile(`^[0-9]{6}$`)

// place checks the municipality and headcount that companies and sites alike have. Hosts may lie outside the programme's
// municipalities, so only the code's shape is judged.
func place(municipality string, headcount int) (list refusal.List) {
	if !istatShape.MatchString(municipality) {
		list = append(list, invalid("il comune si indica con il codice ISTAT di 6 cifre", "a municipality is given by its ISTAT code of 6 digits", "municipality"))
	}
	if headcount < 0 {
		list = append(list, invalid("il numero di dipendenti non può essere negativo", "the number of employees cannot be negative", "headcount"))
	}
	return list
}

// said refuses a text that is blank, too long, or holds characters that nobody can read.
func said(s string, most int, path ...string) refusal.List {
	switch {
	case strings.TrimSpace(s) == "":
		return refusal.List{invalid("il testo manca", "the text is missing", path...)}
	case utf8.RuneCountInString(s) > most:
		cause := text.Text{It: "può avere al massimo " + strconv.Itoa(most) + " caratteri", En: "it may have at most " + strconv.Itoa(most) + " characters"}
		return refusal.List{refusal.InvalidValue.At(path...).With("cause", cause)}
	case !utf8.ValidString(s) || strings.ContainsFunc(s, unreadable):
		return refusal.List{invalid("contiene caratteri non leggibili", "it holds characters that cannot be read", path...)}
	}
	return nil
}

func unreadable(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r' }

func invalid(it, en string, path ...string) refusal.Refusal {
	return refusal.InvalidValue.At(path...).With("cause", text.Text{It: it, En: en})
}

func tooMany(path ...string) refusal.Refusal {
	most := strconv.Itoa(maxList)
	return invalid("l'elenco può avere al massimo "+most+" voci", "the list may have at most "+most+" items", path...)
}

// alike compares what people wrote, capitals and blanks aside.
func alike(a, b string) bool {
	return strings.EqualFold(strings.Join(strings.Fields(a), " "), strings.Join(strings.Fields(b), " "))
}

// differences warns of what a stored company says otherwise than a new registration of it; the stored data stay.
func differences(stored, given Registration) (list refusal.List) {
	for _, fact := range []struct {
		field string
		same  bool
	}{
		{"name", alike(stored.Name, given.Name)},
		{"ateco", stored.ATECO == given.ATECO},
		{"headcount", stored.Headcount == given.Headcount},
		{"municipality", stored.Municipality == given.Municipality},
	} {
		if !fact.same {
			list = append(list, DataDiffer.At(fact.field))
		}
	}
	return list
}

// sameSite says whether two sites are one place: the same name or the same address in one municipality.
func sameSite(a, b Site) bool {
	return a.Municipality == b.Municipality && (alike(a.Name, b.Name) || a.Address != "" && alike(a.Address, b.Address))
}
