package document

import (
	"fmt"
	"strconv"
	"time"

	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// RegisterPDF is the month as a paper, A4 across.
func RegisterPDF(h Heading, r Register, lang string) ([]byte, error) {
	r.sort()
	title := text.Text{It: "Registro delle presenze, ", En: "Attendance register, "}.In(lang) + r.Month.Format(lang)
	foot := r.ID
	if r.ContentHash != nil {
		foot += " · SHA-256 " + *r.ContentHash
	}
	p := newPaper("L", lang, h, text.Same(title), text.Same(foot), r.at())
	p.title(title, r.StateLabel)
	p.facts(p.aboutMonth(r))
	p.certified(r)
	p.section(p.in("Ore che contano", "Hours that count"))
	p.entries(r)
	p.totals(r)
	p.adjustments(r)
	p.steps(r)
	p.signatures(r)
	if err := p.toSign(r); err != nil {
		return nil, err
	}
	return p.bytes()
}

func (p paper) aboutMonth(r Register) []fact {
	all := []fact{{p.in("Partecipante", "Participant"), r.who()}}
	if a := r.Activity; a != nil {
		what := a.Title
		if a.Kind != nil && a.Kind.Label != a.Title {
			what = a.Kind.Label + ": " + a.Title
		}
		all = append(all, fact{p.in("Attività", "Activity"), what})
	}
	if l := r.Placement; l != nil {
		company := name(l.Company)
		if l.Site != nil && l.Site.Address != "" {
			company += ", " + l.Site.Address
		}
		all = append(all, fact{p.in("Soggetto ospitante", "Host"), company}, fact{p.in("Soggetto promotore", "Promoter"), name(l.Organisation)},
			fact{p.in("Tutor del promotore", "Promoter's tutor"), name(l.Tutor)}, fact{p.in("Tutor aziendale", "Host's tutor"), orDash(l.HostTutor)})
	} else if a := r.Activity; a != nil {
		all = append(all, fact{p.in("Ente", "Body"), name(a.Organisation)}, fact{p.in("Luogo", "Place"), orDash(a.Place)})
	}
	if e := r.Enrolment; e != nil {
		all = append(all, fact{p.in("Iscrizione", "Enrolment"), e.FromDay.Format(p.lang) + " – " + e.ToDay.Format(p.lang)})
	}
	return all
}

// certified says how far the month is, and what stands for it.
func (p paper) certified(r Register) {
	if r.ContentHash == nil {
		p.note(p.in("Il mese è aperto: niente di ciò che segue è certificato.", "The month is open: nothing of what follows is certified."))
		return
	}
	words := p.in("Impronta SHA-256 del contenuto certificato", "SHA-256 of the certified content")
	if r.State == attendance.MonthSubmitted {
		words = p.in("Impronta SHA-256 del contenuto inviato per la certificazione", "SHA-256 of the content submitted for certification")
	}
	p.hash(words, *r.ContentHash)
	if r.HostWasSilent {
		p.note(p.in("Il soggetto ospitante non ha risposto: il promotore ha certificato al suo posto, con motivo e prova.", "The host has not answered: the promoter has certified in its place, with reason and evidence."))
	}
}

func (p paper) entries(r Register) {
	columns := []column{{p.in("Giorno", "Day"), 24, "L"}, {p.in("Dalle", "From"), 11, "C"}, {p.in("Alle", "To"), 11, "C"}, {p.in("Durata", "Length"), 13, "R"},
		{p.in("Presenza o assenza", "Presence or absence"), 36, "L"}, {p.in("Scritta da", "Written by"), 40, "L"}, {p.in("Sul dispositivo", "On the device"), 36, "L"},
		{p.in("Ricevuta", "Received"), 26, "L"}, {p.in("Giorni dopo", "Days after"), 17, "R"}, {p.in("Dispositivo e programma", "Device and program"), 60, "L"}}
	rows := make([][]string, len(r.Entries))
	for i, e := range r.Entries {
		rows[i] = []string{e.Day.ShortWeekday(p.lang) + " " + e.Day.Format(p.lang), e.From.String(), e.To.String(), length(e.Minutes), p.what(e), name(e.RecordedBy),
			p.onDevice(e), moment(e.RecordedAt, p.lang), strconv.Itoa(e.EnteredDaysAfter), device(e)}
	}
	if len(rows) == 0 {
		p.note(p.in("Nessuna.", "None."))
		return
	}
	p.table(columns, rows)
}

// what says whether somebody was there, and why not where the viewer may know.
func (p paper) what(e Entry) string {
	switch {
	case e.Kind == attendance.Presence:
		return p.in("Presenza", "Presence")
	case e.AbsenceReason != nil:
		return p.in("Assenza: ", "Absence: ") + e.AbsenceReason.Label
	}
	return p.in("Assenza", "Absence")
}

// onDevice is the moment by the writer's clock, and how far that was from the house's.
func (p paper) onDevice(e Entry) string {
	if e.MadeAt == nil {
		return "—"
	}
	words := moment(*e.MadeAt, p.lang)
	if e.DriftSeconds != nil && *e.DriftSeconds != 0 {
		words += fmt.Sprintf(" (%+d s)", *e.DriftSeconds)
	}
	return words
}

func (p paper) totals(r Register) {
	words := fmt.Sprintf(p.in("Totale: %s in %d giorni di presenza", "Total: %s on %d days of presence"), length(r.Minutes), r.PresenceDays)
	if r.AdjustedMinutes != 0 || r.AdjustedDays != 0 {
		words += fmt.Sprintf(p.in("; rettificato: %s in %d giorni", "; adjusted: %s on %d days"), length(r.Minutes+r.AdjustedMinutes), r.PresenceDays+r.AdjustedDays)
	}
	if r.Contested > 0 {
		words += fmt.Sprintf(p.in("; contestate e non contate: %d", "; contested and not counted: %d"), r.Contested)
	}
	p.font("B", 9)
	p.CellFormat(p.width(), 6, words+".", "", 1, "L", false, 0, "")
	p.note(p.in("Durate in ore e minuti. Gli orari sono di Europe/Rome; tra parentesi lo scarto dell'orologio del dispositivo.",
		"Lengths in hours and minutes. Times are those of Europe/Rome; in brackets how far the device's clock was off."))
}

func (p paper) adjustments(r Register) {
	if len(r.Adjustments) == 0 {
		return
	}
	p.section(p.in("Rettifiche dopo la chiusura", "Adjustments after the lock"))
	rows := make([][]string, len(r.Adjustments))
	for i, a := range r.Adjustments {
		rows[i] = []string{a.Day.Format(p.lang), signed(a.Minutes), counted(a.PresenceDays), moment(a.At, p.lang), name(a.Member)}
	}
	p.table([]column{{p.in("Giorno", "Day"), 20, "L"}, {p.in("Durata", "Length"), 16, "R"}, {p.in("Giorni di presenza", "Days of presence"), 24, "R"},
		{p.in("Fatta il", "Made at"), 30, "L"}, {p.in("Da", "By"), 60, "L"}}, rows)
}

func (p paper) steps(r Register) {
	if len(r.Steps) == 0 {
		return
	}
	p.section(p.in("Che cosa è stato fatto del mese", "What was done with the month"))
	rows := make([][]string, len(r.Steps))
	for i, s := range r.Steps {
		hash := "—"
		if s.ContentHash != nil {
			hash = (*s.ContentHash)[:16] + "…"
		}
		who := name(s.Member)
		if s.Signature != nil {
			who = s.Signature.PartyLabel + " (" + p.in("firma", "signature") + ")"
		}
		rows[i] = []string{moment(s.At, p.lang), attendance.StepLabel(s.Act).In(p.lang), attendance.MonthLabel(s.ToState).In(p.lang), who, hash}
	}
	p.table([]column{{p.in("Quando", "When"), 28, "L"}, {p.in("Che cosa", "What"), 66, "L"}, {p.in("Stato raggiunto", "State reached"), 52, "L"}, {p.in("Chi", "Who"), 60, "L"}, {p.in("Impronta del contenuto", "Hash of the content"), 38, "L"}}, rows)
}

// signatures says of each that was made how its signer came to it, and by whom: who reads the paper judges whether it was he.
func (p paper) signatures(r Register) {
	var rows [][]string
	for _, s := range r.Signatures {
		if s.State == attendance.Signed {
			rows = append(rows, []string{s.PartyLabel, orDash(said(s.Name)), p.way(s), p.by(&s.AskedAt, s.AskedBy), p.by(s.SentAt, s.SentBy), p.by(s.OpenedAt, nil), p.by(s.SignedAt, nil), s.ContentHash[:min(16, len(s.ContentHash))] + "…"})
		}
	}
	if len(rows) == 0 {
		return
	}
	p.section(p.in("Firme di chi non ha un accesso", "Signatures of who has no account"))
	p.table([]column{{p.in("Per chi", "For whom"), 28, "L"}, {p.in("Nome scritto da chi firma", "Name as the signer wrote it"), 40, "L"}, {p.in("Come", "How"), 52, "L"},
		{p.in("Chiesta o portata", "Asked for or brought"), 40, "L"}, {p.in("Inviata o mostrata", "Sent or shown"), 40, "L"}, {p.in("Aperta", "Opened"), 24, "L"}, {p.in("Firmata", "Signed"), 24, "L"},
		{p.in("Impronta", "Hash"), 30, "L"}}, rows)
}

// way says how a signer came to sign.
func (p paper) way(s Signature) string {
	switch {
	case s.ConfirmedBy != nil:
		return p.in("Foglio firmato, confermato da ", "Signed paper, confirmed by ") + name(s.ConfirmedBy)
	case s.Way == nil:
		return "—"
	case *s.Way == attendance.ByPaper:
		return p.in("Foglio firmato", "Signed paper")
	case s.Channel == nil:
		return p.in("Codice mostrato sul telefono di ", "Code shown on the phone of ") + name(s.SentBy)
	case *s.Channel == attendance.ByEmail:
		return p.in("Collegamento per e-mail", "Link by e-mail")
	case *s.Way == attendance.ByCode:
		return p.in("Codice per SMS", "Code by SMS")
	}
	return p.in("Collegamento per SMS", "Link by SMS")
}

// by is a moment, and who did what then where somebody did.
func (p paper) by(at *time.Time, who *Named) string {
	if at == nil {
		return "—"
	}
	words := moment(*at, p.lang)
	if who != nil {
		words += ", " + name(who)
	}
	return words
}

func said(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// toSign is where who has no account signs on paper, beside the code by which the paper is known when it comes back.
func (p paper) toSign(r Register) error {
	if r.PaperCode == nil {
		return nil
	}
	const side = 32.0 // of the code
	_, height := p.GetPageSize()
	if _, _, _, bottom := p.GetMargins(); p.GetY()+side+8 > height-bottom {
		p.AddPage()
	}
	p.section(p.in("Firme su carta", "Signatures on paper"))
	top := p.GetY()
	if err := p.code(*r.PaperCode, margin+p.width()-side, top, side); err != nil {
		return err
	}
	p.font("", 8)
	for i, who := range []string{p.in("Soggetto ospitante", "Host"), p.in("Partecipante", "Participant"), p.in("Rappresentante", "Representative")} {
		p.SetXY(margin, top+4+float64(i)*10)
		p.CellFormat(34, 6, who, "", 0, "L", false, 0, "")
		p.CellFormat(90, 6, p.in("nome e cognome", "name"), "B", 0, "L", false, 0, "")
		p.CellFormat(6, 6, "", "", 0, "L", false, 0, "")
		p.CellFormat(p.width()-side-34-90-12, 6, p.in("data e firma", "day and signature"), "B", 0, "L", false, 0, "")
	}
	p.SetXY(margin, top+side+1)
	return nil
}

func name(n *Named) string {
	if n == nil {
		return "—"
	}
	return orDash(n.Name)
}

func orDash(s string) string {
	if s == "" {
		return "—"
	}
	return s
}

// device is what an entry was written with.
func device(e Entry) string {
	switch {
	case e.Device != nil && e.App != nil:
		return e.Device.Name + ", " + *e.App
	case e.App != nil:
		return orDash(*e.App)
	}
	return name(e.Device)
}

// length is minutes as hours and minutes.
func length(minutes int) string {
	if minutes < 0 {
		return "-" + length(-minutes)
	}
	return fmt.Sprintf("%d:%02d", minutes/60, minutes%60)
}

func counted(days int) string {
	if days > 0 {
		return "+" + strconv.Itoa(days)
	}
	return strconv.Itoa(days)
}

func signed(minutes int) string {
	if minutes > 0 {
		return "+" + length(minutes)
	}
	return length(minutes)
}

// moment is a moment in Rome, to the minute.
func moment(t time.Time, lang string) string {
	return calendar.DayOf(t).Format(lang) + " " + calendar.LocalTimeOf(t).String()
}
