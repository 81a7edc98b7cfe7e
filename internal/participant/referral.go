package participant

import (
	"net/mail"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Sex as on the papers.
type Sex string

// The sexes that papers state.
const (
	Female    Sex = "FEMALE"
	Male      Sex = "MALE"
	NonBinary Sex = "NON_BINARY"
	NotStated Sex = "NOT_STATED"
)

// ReferInput is what a referral says of a person.
type ReferInput struct {
	Programme     uuid.UUID
	ID            uuid.UUID // of the participation; made when zero
	FiscalCode    string    // as written by whoever refers
	GivenName     string
	FamilyName    string
	BirthDay      calendar.Day
	Sex           Sex    // "" is NotStated
	Citizenship   string // ISO 3166-1 alpha-2; "" is IT, XX is undetermined
	Municipality  string // ISTAT code of residence or stay
	StaysOnly     bool   // staying ("dimorante"), not resident
	Phone, Email  string // "" is none
	Organisation  uuid.UUID
	Service       string       // who refers
	ReferredOn    calendar.Day // zero is today
	Groups        []string     // codes of priority_groups
	Brings, Needs []string     // codes of work_traits
	Wishes        []string     // codes of work_sectors
	Origin        Origin
}

const maxText = 200 // characters of a name, a service, an address

var (
	countryShape = regexp.MustCompile(`^[A-Z]{2}$`)
	istatShape   = regexp.MustCompile(`^[0-9]{6}$`)
	phoneShape   = regexp.MustCompile(`^\+?[0-9][0-9 ./()-]{3,28}[0-9]$`)

	causeEmpty   = text.Text{It: "non può essere vuoto", En: "it may not be empty"}
	causeText    = text.Text{It: "sono ammessi al massimo 200 caratteri, senza caratteri di controllo", En: "at most 200 characters are allowed, and no control characters"}
	causeBirth   = text.Text{It: "la data di nascita deve essere passata e successiva al 1900", En: "the day of birth must be past, and after 1900"}
	causeCountry = text.Text{It: "la cittadinanza è un codice di due lettere, per esempio IT, oppure XX se non determinata", En: "citizenship is a code of two letters such as IT, or XX when undetermined"}
	causeIstat   = text.Text{It: "il codice ISTAT del comune ha sei cifre, per esempio 045010", En: "the ISTAT code of a municipality has six digits, such as 045010"}
	causePhone   = text.Text{It: "il numero di telefono non è leggibile", En: "the telephone number cannot be read"}
	causeEmail   = text.Text{It: "l'indirizzo e-mail non è leggibile", En: "the e-mail address cannot be read"}
	causeSex     = text.Text{It: "il sesso è F, M, X oppure vuoto", En: "sex is F, M, X or empty"}
	causeVersion = text.Text{It: "l'identificativo deve essere un UUID v4, che non rivela quando è nato", En: "the id must be a UUID v4, which does not tell when it was made"}
)

// tidy gives the input as it is stored: blanks trimmed, defaults filled in, codes each once.
func (in ReferInput) tidy(today calendar.Day) ReferInput {
	for _, s := range []*string{&in.GivenName, &in.FamilyName, &in.Municipality, &in.Phone, &in.Email, &in.Service} {
		*s = strings.TrimSpace(*s)
	}
	in.Citizenship = strings.ToUpper(strings.TrimSpace(in.Citizenship))
	if in.Citizenship == "" {
		in.Citizenship = "IT"
	}
	if in.Sex == "" {
		in.Sex = NotStated
	}
	if in.ReferredOn.IsZero() {
		in.ReferredOn = today
	}
	return in
}

// problems lists what is wrong with a tidy input by itself, before anything is looked up.
func (in ReferInput) problems(today calendar.Day) refusal.List {
	var list refusal.List
	check := func(ok bool, path string, cause text.Text) {
		if !ok {
			list = append(list, refusal.InvalidValue.At(path).With("cause", cause))
		}
	}
	for _, f := range []struct{ path, value string }{{"givenName", in.GivenName}, {"familyName", in.FamilyName}, {"referringService", in.Service}} {
		check(f.value != "", f.path, causeEmpty)
		check(printable(f.value), f.path, causeText)
	}
	check(in.BirthDay.Before(today) && in.BirthDay.After(calendar.MustDay("1900-01-01")), "birthDay", causeBirth)
	check(slices.Contains([]Sex{Female, Male, NonBinary, NotStated}, in.Sex), "sex", causeSex)
	check(countryShape.MatchString(in.Citizenship), "citizenship", causeCountry)
	check(istatShape.MatchString(in.Municipality), "municipality", causeIstat)
	check(in.Phone == "" || phoneShape.MatchString(in.Phone), "phone", causePhone)
	check(in.Email == "" || address(in.Email), "email", causeEmail)
	check(in.ID == uuid.Nil || in.ID.Version() == 4, "id", causeVersion)
	if in.ReferredOn.After(today) {
		list = append(list, DayAhead.At("referredOn").With("day", in.ReferredOn))
	}
	return list
}

func printable(s string) bool {
	return text.Line(s, maxText)
}

func address(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && printable(s)
}

// mismatches are the warnings of a code that contradicts what the referral says.
func (in ReferInput) mismatches(code fiscal.PersonCode) refusal.List {
	var list refusal.List
	if !code.BirthMatches(in.BirthDay) {
		list = append(list, CodeMistyped.At("birthDay"))
	}
	if s := code.Sex(); s == fiscal.Male && in.Sex == Female || s == fiscal.Female && in.Sex == Male {
		list = append(list, CodeMistyped.At("sex"))
	}
	return list
}

// codes checks the codes of one field against a list of the programme.
func (in ReferInput) codes(path string, given []string, items map[string]programme.CodeItem, today calendar.Day) refusal.List {
	var list refusal.List
	for i, code := range given {
		switch item, found := items[code]; {
		case !found:
			list = append(list, programme.CodeUnknown.At(path, strconv.Itoa(i)).With("list", listOf(path)))
		case !item.Valid(today):
			list = append(list, programme.CodeExpired.At(path, strconv.Itoa(i)).With("label", item.Label))
		}
	}
	return list
}

func listOf(path string) string {
	switch path {
	case "groups":
		return programme.PriorityGroups
	case "wishes":
		return programme.WorkSectors
	}
	return programme.WorkTraits
}

// classOf is the class under which a group is kept: one that is not marked otherwise is restricted.
func classOf(item programme.CodeItem) access.Class {
	switch item.Class {
	case access.Health, access.Penal, access.Protection:
		return item.Class
	}
	return access.Restricted
}

// traitCode is one working trait, and which way it works.
type traitCode struct{ side, code string }

func (in ReferInput) traits() []traitCode {
	var all []traitCode
	for _, side := range []struct {
		name  string
		codes []string
	}{{"BRINGS", in.Brings}, {"NEEDS", in.Needs}, {"WISHES", in.Wishes}} {
		for _, code := range unique(side.codes) {
			all = append(all, traitCode{side.name, code})
		}
	}
	return all
}

func unique(codes []string) []string {
	sorted := slices.Sorted(slices.Values(codes))
	return slices.Compact(sorted)
}

// unlike names the fields in which a person on record differs from the input. What the input leaves out does not differ.
func (in ReferInput) unlike(p personRow) []string {
	var paths []string
	differ := func(path string, yes bool) {
		if yes {
			paths = append(paths, path)
		}
	}
	differ("givenName", !strings.EqualFold(in.GivenName, p.GivenName))
	differ("familyName", !strings.EqualFold(in.FamilyName, p.FamilyName))
	differ("birthDay", in.BirthDay != p.BirthDay)
	differ("sex", in.Sex != NotStated && in.Sex != p.Sex)
	differ("citizenship", in.Citizenship != p.Citizenship)
	differ("municipality", in.Municipality != p.Municipality)
	differ("phone", in.Phone != "" && in.Phone != p.Phone)
	differ("email", in.Email != "" && in.Email != p.Email)
	return paths
}
