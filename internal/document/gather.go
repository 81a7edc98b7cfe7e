package document

import (
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/allowance/payfile"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/document/control"
	"github.com/lavoroincorso/lavoro/internal/platform/journal"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
)

// gathering is a control folder on its way.
type gathering struct {
	reader
	folder   control.Folder
	drawn    []uuid.UUID
	subjects map[uuid.UUID]bool // of the journal
	since    calendar.Month     // the first of the months
	payees   map[string]string  // marks, by transfer
}

// stated is a month's allowance with its statements and what was paid of them, as a plan gives it.
type stated struct {
	Month      calendar.Month
	Statements []struct {
		ID                  string
		Number              int
		InForce             bool
		Minutes             int
		Accrued, Cap, Total money.Cents
		ContentHash         *string
		Explanation         string
		PolicyVersions      []struct{ Number int }
		Lines               []struct {
			Kind    string
			Minutes *int
			Amount  money.Cents
			Rule    string
			Version int
			Text    string
		}
		Shares []struct {
			ID                   string
			Payer                *Named
			BudgetLine           *Labelled
			Gross, Withheld, Net money.Cents
		}
		RegisterMonths []struct{ ID string }
		Payments       []paidLine
	}
}

// paidLine is a line of a payment run.
type paidLine struct {
	ID                   string
	Kind, State          string
	Live, Twice          bool
	Gross, Withheld, Net money.Cents
	EndToEndID           string
	BudgetLine           *Labelled
	File                 *struct{ MessageID, SHA256 string }
	PaidTo               *struct {
		IBAN, Holder *string
		Means        string
	}
	Steps []struct {
		Act                string
		At                 time.Time
		FromState, ToState string
		Code               *string
		Reference          string
		BookedOn           calendar.Day
		Answer             *struct{ SHA256 string }
	}
	Run *struct {
		ID           string
		Year, Number int
		Payer        *Named
		Steps        []struct {
			Act    string
			At     time.Time
			Member *Named
		}
	}
}

// askedAllowance is what a folder asks of a month, in the words of the API.
const askedAllowance = `month statements { id number inForce minutes accrued cap total contentHash explanation policyVersions { number } lines { kind minutes amount rule version text }
	shares { id payer { name } budgetLine { code } gross withheld net } registerMonths { id }
	payments { id kind state live twice gross withheld net endToEndId budgetLine { code } file { messageId sha256 } paidTo { iban holder means } steps { act at fromState toState code reference bookedOn answer { sha256 } }
		run { id year number payer { name } steps { act at member { id name } } } } }`

// allowance gathers one month.
func (f *gathering) allowance(row allowanceRow) error {
	var a stated
	if _, err := f.object("Allowance", askedAllowance, row.ID, &a); err != nil {
		return err
	}
	if len(a.Statements) == 0 {
		return NothingIssued.At("allowance")
	}
	if a.Month.Before(f.since) {
		f.since = a.Month
	}
	proofs, err := f.Proofs(f.ctx, f.tx, row.ID)
	if err != nil {
		return err
	}
	maps.Copy(f.folder.Proofs, proofs)
	t := &f.folder.Tables
	for _, s := range a.Statements {
		id := bare(s.ID)
		f.subjects[id] = true
		st := control.Statement{ID: id, Allowance: row.ID, Month: a.Month, Number: s.Number, InForce: s.InForce, Minutes: s.Minutes, Accrued: s.Accrued, Cap: s.Cap, Total: s.Total, Explanation: s.Explanation}
		if s.ContentHash != nil {
			st.ContentHash = *s.ContentHash
		}
		for _, v := range s.PolicyVersions {
			st.Versions = append(st.Versions, v.Number)
		}
		for _, m := range s.RegisterMonths {
			st.Months = append(st.Months, bare(m.ID))
			if err := f.month(bare(m.ID)); err != nil {
				return err
			}
		}
		t.Statements = append(t.Statements, st)
		for _, l := range s.Lines {
			minutes := 0
			if l.Minutes != nil {
				minutes = *l.Minutes
			}
			t.Lines = append(t.Lines, control.Line{Statement: id, Kind: l.Kind, Minutes: minutes, Amount: l.Amount, Rule: l.Rule, Version: l.Version, Text: l.Text})
		}
		for _, h := range s.Shares {
			t.Shares = append(t.Shares, control.Share{ID: bare(h.ID), Statement: id, Payer: name(h.Payer), BudgetLine: code(h.BudgetLine), Gross: h.Gross, Withheld: h.Withheld, Net: h.Net})
		}
		for _, p := range s.Payments {
			f.payment(id, p)
		}
	}
	back, err := repaidOf(f.ctx, f.tx, row.ID)
	if err != nil {
		return err
	}
	for _, r := range back {
		f.subjects[r.Discharge] = true
		of := control.Repayment{Discharge: r.Discharge, Allowance: row.ID, BudgetLine: r.BudgetLine, Gross: r.Gross, Net: r.Net}
		for _, s := range a.Statements { // whichever of them owed it
			if of.Payer = t.PayerOf(bare(s.ID), r.BudgetLine); of.Payer != "" {
				break
			}
		}
		t.Repayments = append(t.Repayments, of)
	}
	return nil
}

func (f *gathering) payment(statement uuid.UUID, p paidLine) {
	t := &f.folder.Tables
	line := control.Payment{ID: bare(p.ID), Statement: statement, BudgetLine: code(p.BudgetLine), Kind: p.Kind, Gross: p.Gross, Withheld: p.Withheld, Net: p.Net, State: p.State, Live: p.Live, Twice: p.Twice}
	if p.File != nil {
		line.EndToEnd, line.MessageID, line.FileSHA256 = p.EndToEndID, p.File.MessageID, p.File.SHA256
		f.payees[line.EndToEnd] = p.payee()
	}
	for _, s := range p.Steps {
		if moved := s.FromState != s.ToState; s.ToState != p.State || !moved && (s.Code != nil || s.Act == "resolveLine") { // of an earlier state, or beside what is known
			continue
		}
		if s.Answer != nil {
			line.AnswerSHA256 = s.Answer.SHA256
		}
		if s.FromState != s.ToState {
			line.SaidAt = time.Time{}
			if s.Act == "resolveLine" && s.ToState == "PAID" {
				line.SaidAt = s.At
			}
		}
		if s.Reference != "" {
			line.Reference = s.Reference
		}
		if !s.BookedOn.IsZero() {
			line.BookedOn = s.BookedOn
		}
	}
	if r := p.Run; r != nil {
		line.Run, line.Payer, line.Number = bare(r.ID), name(r.Payer), strconv.Itoa(r.Year)+"/"+strconv.Itoa(r.Number)
		if !f.subjects[line.Run] {
			f.subjects[line.Run] = true
			for _, s := range r.Steps {
				if slices.Contains([]string{"checkRun", "approveRun", "exportRun", "resolveLine"}, s.Act) {
					t.Steps = append(t.Steps, control.Step{Kind: "PaymentRun", ID: line.Run, Act: s.Act, At: s.At, Member: memberID(s.Member), Name: name(s.Member)})
				}
			}
		}
	}
	if line.Payer == "" { // who may not see the run sees who owes
		line.Payer = t.PayerOf(statement, line.BudgetLine)
	}
	t.Payments = append(t.Payments, line)
}

// payee is the mark of whom a line was sent to; Hidden where the actor may not read it.
func (p paidLine) payee() string {
	to := p.PaidTo
	if to == nil || to.Holder == nil || to.IBAN == nil && (to.Means == string(programme.ByIBAN) || to.Means == string(programme.ByCard)) {
		return control.Hidden
	}
	iban := ""
	if to.IBAN != nil {
		iban = *to.IBAN
	}
	return payfile.PayeeMark(p.EndToEndID, *to.Holder, iban)
}

// month gathers a month of the register, once.
func (f *gathering) month(id uuid.UUID) error {
	if f.subjects[id] {
		return nil
	}
	f.subjects[id] = true
	r, err := f.register(id)
	if err != nil {
		return err
	}
	of, err := monthOf(f.ctx, f.tx, id)
	if err != nil {
		return err
	}
	heading, err := headingOf(f.ctx, f.tx, of.ProgrammeID)
	if err != nil {
		return err
	}
	paper, err := RegisterPDF(heading, r, f.lang)
	if err != nil {
		return err
	}
	t := &f.folder.Tables
	m := control.Month{ID: id, Programme: of.ProgrammeID, Participation: of.ParticipationID, Enrolment: bare(r.Enrolment.ID), Participant: r.who(), Month: r.Month, State: string(r.State), Minutes: r.Minutes,
		PresenceDays: r.PresenceDays, AdjustedMinutes: r.AdjustedMinutes, AdjustedDays: r.AdjustedDays, Paper: fmt.Sprintf("register-%s-%s.pdf", r.Month, id)}
	if r.ContentHash != nil {
		m.ContentHash = *r.ContentHash
	}
	f.folder.Papers[m.Paper] = paper
	t.Months = append(t.Months, m)
	for _, e := range r.Entries {
		counted := control.Counted{Month: id, ID: bare(e.ID), Kind: string(e.Kind), Day: e.Day, From: e.From, To: e.To, Minutes: e.Minutes, RecordedBy: name(e.RecordedBy), RecordedAt: e.RecordedAt}
		switch {
		case e.AbsenceReason != nil:
			counted.AbsenceReason = e.AbsenceReason.Code
		case e.Kind == attendance.Absence:
			counted.AbsenceReason = control.Hidden
		}
		t.Entries = append(t.Entries, counted)
	}
	for _, a := range r.Adjustments {
		t.Adjustments = append(t.Adjustments, control.Adjustment{Month: id, Day: a.Day, Minutes: a.Minutes, PresenceDays: a.PresenceDays, At: a.At, By: name(a.Member)})
	}
	for _, s := range r.Steps {
		t.Steps = append(t.Steps, control.Step{Kind: "RegisterMonth", ID: id, Act: s.Act, At: s.At, Member: memberID(s.Member), Name: name(s.Member)})
	}
	return nil
}

// Certified is the hash of what was certified of a month of a folder.
func Certified(m control.Month, entries []control.Counted) string {
	c := attendance.Content{Programme: m.Programme, Participation: m.Participation, Enrolment: m.Enrolment, Month: m.Month, Entries: make([]attendance.CountedEntry, len(entries))}
	for i, e := range entries {
		c.Entries[i] = attendance.CountedEntry{ID: e.ID, Kind: attendance.Kind(e.Kind), Day: e.Day, From: e.From, To: e.To, Minutes: e.Minutes, AbsenceReason: e.AbsenceReason}
	}
	sum := c.Hash()
	return hex.EncodeToString(sum[:])
}

// Sent reads a file by which a run was sent: its hash, and what it orders.
func Sent(in io.Reader, name string) (hash string, ordered map[string]control.Ordered, err error) {
	hash, lines, err := payfile.ReadSent(in, name)
	if err != nil {
		return "", nil, err
	}
	ordered = make(map[string]control.Ordered, len(lines))
	for _, l := range lines {
		ordered[l.EndToEndID] = control.Ordered{Amount: l.Amount, Payee: l.Payee}
	}
	return hash, ordered, nil
}

// transfers gathers all lines of the transfers by which something was paid.
func (f *gathering) transfers() error {
	var sent []string
	for _, p := range f.folder.Tables.Payments {
		if p.EndToEnd != "" && !slices.Contains(sent, p.EndToEnd) {
			sent = append(sent, p.EndToEnd)
		}
	}
	rows, err := linesOfTransfers(f.ctx, f.tx, sent)
	if err != nil {
		return err
	}
	sums := map[string]money.Cents{}
	for _, r := range rows {
		sums[r.EndToEndID] += r.NetCents
	}
	for _, r := range rows {
		f.folder.Tables.Transfers = append(f.folder.Tables.Transfers, control.Transfer{EndToEnd: r.EndToEndID, Line: r.ID, Month: r.Month, Net: r.NetCents, Total: sums[r.EndToEndID], Payee: f.payees[r.EndToEndID]})
	}
	return nil
}

// proofs gathers the entries of the journal about all of it, and leads each to the first anchor that holds it.
func (f *gathering) proofs() error {
	subjects := make([]uuid.UUID, 0, len(f.subjects))
	for id := range f.subjects {
		subjects = append(subjects, id)
	}
	entries, err := journalOf(f.ctx, f.tx, subjects, f.since.First().Start())
	if err != nil {
		return err
	}
	var anchors []journal.Kept
	if f.Anchors != "" {
		if anchors, _, err = f.Anchors.Read(); err != nil {
			return err
		}
	}
	grown := map[string]journal.Tree{}
	for i, e := range entries {
		k, h, ok := anchorOf(anchors, e)
		if !ok {
			continue
		}
		at := k.Name + " " + e.Programme.String()
		if _, known := grown[at]; !known {
			links, err := linksOf(f.ctx, f.tx, e.Programme, h.From, h.Entries)
			if err != nil {
				return err
			}
			if grown[at], err = journal.Grow(links); err != nil {
				return err
			}
			if !slices.ContainsFunc(f.folder.Anchors, func(a journal.Kept) bool { return a.Name == k.Name }) {
				f.folder.Anchors = append(f.folder.Anchors, k)
			}
		}
		if entries[i].Path, err = grown[at].Proof(e.Seq - h.From - 1); err != nil {
			return err
		}
		entries[i].Anchor = k.Name
	}
	f.folder.Journal = entries
	return nil
}

// anchorOf is the first anchor whose tree holds the entry.
func anchorOf(anchors []journal.Kept, e control.Entry) (journal.Kept, journal.Head, bool) {
	for _, k := range anchors {
		for _, h := range k.Acts {
			if h.ID == e.Programme && len(h.Tree) > 0 && e.Seq > h.From && e.Seq <= h.Entries {
				return k, h, true
			}
		}
	}
	return journal.Kept{}, journal.Head{}, false
}

// bare is the id of the API without its prefix, which a plan has spelled.
func bare(id string) uuid.UUID {
	prefix, _, _ := strings.Cut(id, "_")
	u, _ := plan.ParseID(prefix, id)
	return u
}

func memberID(n *Named) string {
	if n == nil {
		return ""
	}
	return bare(n.ID).String()
}

func code(c *Labelled) string {
	if c == nil {
		return "—"
	}
	return c.Code
}
