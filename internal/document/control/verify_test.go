package control_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/document/control"
)

func TestASoundFolderHolds(t *testing.T) {
	f := sound(t)
	found, err := verified(zipped(t, f), control.Outside{Anchors: map[string][]byte{f.Anchors[0].Name: f.Anchors[0].Data}})
	if err != nil {
		t.Fatal(err)
	}
	if found.Recomputed != 1 || found.Acts != 5 || found.Anchored != 4 || found.Paid != 800 || found.Veiled != 0 || found.Again != 1 {
		t.Errorf("%+v", found)
	}
	if !bytes.Equal(zipped(t, f), zipped(t, sound(t))) {
		t.Error("the same folder is other bytes")
	}
	twice := sound(t)
	oneMore(t, &twice)
	if found, err := verified(zipped(t, twice), control.Outside{}); err != nil || found.Again != 2 || found.Beyond != 0 {
		t.Errorf("with two statements: %+v, %v", found, err)
	}
	back := sound(t)
	more := back.Tables.Payments[0]
	more.ID, more.EndToEnd, more.MessageID, more.FileSHA256, more.State, more.Gross, more.Withheld, more.Net = id(98), "", "", "", "PENDING", 300, 0, 300
	back.Tables.Payments = append(back.Tables.Payments, more)
	repaid(&back, 300)
	if found, err := verified(zipped(t, back), control.Outside{}); err != nil || found.Repaid != 300 {
		t.Errorf("paid again once it was given back: %+v, %v", found, err)
	}
	again := sound(t)
	paidTwice(&again)
	if found, err := verified(zipped(t, again), control.Outside{}); err != nil || found.Twice != 800 || found.Beyond != 800 {
		t.Errorf("paid twice: %+v, %v", found, err)
	}
	f.Tables.Entries[0].AbsenceReason = control.Hidden
	if found, err := verified(zipped(t, f), control.Outside{}); err != nil || found.Veiled != 1 || found.Recomputed != 0 {
		t.Errorf("with a hidden reason: %+v, %v", found, err)
	}
}

// TestAContributionStandsBesideTheCap: what is owed towards living on one's own is above the cap, and comes out of its inputs; by another name it is a fault.
func TestAContributionStandsBesideTheCap(t *testing.T) {
	f := sound(t)
	proven(t, &f, func(p *allowance.Proof) {
		p.Inputs.Versions[0].Rule.Housing = allowance.HousingRule{Monthly: 200, Ceiling: 1000}
		p.Inputs.Housing = &allowance.Housing{Grant: id(40), Revision: 2, Monthly: 200, Route: p.Inputs.Register[0].Route}
		w, err := allowance.Again(p.Engine, p.Inputs)
		if err != nil {
			t.Fatal(err)
		}
		p.Lines, p.Housing, p.Total = w.Lines, w.Housing, w.Total
		p.Shares[0].Gross, p.Shares[0].Withheld, p.Shares[0].Net = 1100, 122, 978
	})
	s, share := &f.Tables.Statements[0], &f.Tables.Shares[0]
	s.Total, share.Gross, share.Withheld, share.Net = 1100, 1100, 122, 978
	f.Tables.Lines = append(f.Tables.Lines, control.Line{Statement: s.ID, Kind: "HOUSING", Amount: 200, Rule: "allowance.housing", Version: 1, Text: "contributo"})
	if found, err := verified(zipped(t, f), control.Outside{}); err != nil || found.Again != 1 {
		t.Errorf("%+v, %v", found, err)
	}
	f.Tables.Lines[2].Kind = "HOURS"
	if _, err := verified(zipped(t, f), control.Outside{}); err == nil || !strings.Contains(err.Error(), "above its cap") {
		t.Errorf("as hours: %v", err)
	}
}

// TestWhatTheBankWasTold: the files by which transfers were sent order what the folder says, to whom it says.
func TestWhatTheBankWasTold(t *testing.T) {
	for what, c := range map[string]struct {
		change func(*control.Folder, map[string]map[string]control.Ordered)
		want   string // why it does not hold, or "ordered, of them to nobody known, not looked up, without a file, ordered beside"
	}{
		"as it was sent":   {func(*control.Folder, map[string]map[string]control.Ordered) {}, "1 0 0 0 1"},
		"without the file": {func(_ *control.Folder, sent map[string]map[string]control.Ordered) { clear(sent) }, "0 0 1 0 0"},
		"a hidden account": {func(f *control.Folder, _ map[string]map[string]control.Ordered) {
			f.Tables.Transfers[0].Payee, f.Tables.Transfers[1].Payee = control.Hidden, control.Hidden
		}, "1 1 0 0 1"},
		"without its name": {func(f *control.Folder, sent map[string]map[string]control.Ordered) {
			f.Tables.Payments[0].FileSHA256, f.Tables.Payments[0].MessageID = "", ""
			clear(sent)
		}, "0 0 0 1 0"},
		"by two files": {func(f *control.Folder, _ map[string]map[string]control.Ordered) {
			more := f.Tables.Payments[0]
			more.ID, more.FileSHA256, more.State, more.Live, more.Withheld, more.Net = id(13), "bb", "RETURNED", false, 700, 200
			f.Tables.Payments = append(f.Tables.Payments, more)
		}, "sent by two files"},
		"another amount": {func(_ *control.Folder, sent map[string]map[string]control.Ordered) {
			sent["aa"]["e1"] = control.Ordered{Amount: 1001, Payee: "cc"}
		}, "its file orders 10.01"},
		"another payee": {func(_ *control.Folder, sent map[string]map[string]control.Ordered) {
			sent["aa"]["e1"] = control.Ordered{Amount: 1000, Payee: "dd"}
		}, "to somebody else"},
		"no such line": {func(_ *control.Folder, sent map[string]map[string]control.Ordered) { delete(sent["aa"], "e1") }, "does not order it"},
		"another file": {func(_ *control.Folder, sent map[string]map[string]control.Ordered) {
			sent["bb"] = sent["aa"]
			delete(sent, "aa")
		}, "nothing in the folder was sent by it"},
	} {
		f, files := sound(t), sent()
		c.change(&f, files)
		found, err := verified(zipped(t, f), control.Outside{Sent: files})
		got := fmt.Sprint(found.Ordered, found.Unseen, found.Unsent, found.Fileless, found.Others)
		if err != nil {
			got = err.Error()
		}
		if got != c.want && (err == nil || !strings.Contains(got, c.want)) {
			t.Errorf("%s: %s, want %s", what, got, c.want)
		}
	}
}

// TestPayerOf: of a run that is hidden the statement tells who pays, where that is one payer.
func TestPayerOf(t *testing.T) {
	tables := sound(t).Tables
	statement := tables.Statements[0].ID
	if got := tables.PayerOf(statement, "B1"); got != "ASL" {
		t.Errorf("%q pays", got)
	}
	if got := tables.PayerOf(id(99), "B1") + tables.PayerOf(statement, "B2"); got != "" {
		t.Errorf("%q pays what nobody owes", got)
	}
	tables.Shares = append(tables.Shares, control.Share{Statement: statement, Payer: "PEGASO", BudgetLine: "B1"})
	if got := tables.PayerOf(statement, "B1"); got != "" {
		t.Errorf("of two %q pays", got)
	}
}

// Whoever makes a folder anew with other words, hashes of the files and all, is found out by what the words must come to.
func TestAWrongFolderIsNamed(t *testing.T) {
	for what, c := range map[string]struct {
		change func(*control.Folder)
		want   string
	}{
		"minutes": {func(f *control.Folder) { f.Tables.Entries[1].Minutes++ }, "entries come to 211 minutes"},
		"another time": {func(f *control.Folder) {
			f.Tables.Entries[1].From, f.Tables.Entries[1].To = f.Tables.Entries[1].To, f.Tables.Entries[1].From
		}, "not those that were certified"},
		"another reason":       {func(f *control.Folder) { f.Tables.Entries[0].AbsenceReason = "STRIKE" }, "not those that were certified"},
		"an entry less":        {func(f *control.Folder) { f.Tables.Entries = f.Tables.Entries[1:] }, "not those that were certified"},
		"an entry of no month": {func(f *control.Folder) { f.Tables.Entries[0].Month = id(99) }, "not those that were certified"},
		"another person":       {func(f *control.Folder) { f.Tables.Months[0].Participation = id(99) }, "not those that were certified"},
		"an adjustment":        {func(f *control.Folder) { f.Tables.Adjustments[0].Minutes = -60 }, "adjustments come to -60"},
		"no paper":             {func(f *control.Folder) { delete(f.Papers, "register-2026-03.pdf") }, "paper"},
		"a month of nothing": {func(f *control.Folder) {
			f.Tables.Months[0].ContentHash, f.Tables.Statements[0].Months = "", nil
		}, "no hash of what was certified"},
		"a month that is not said": {func(f *control.Folder) { f.Tables.Statements[0].Months = nil }, "does not say so"},
		"an open month": {func(f *control.Folder) {
			f.Tables.Months[0].ContentHash, f.Tables.Months[0].State = "", "OPEN"
		}, "another content of month"},
		"another month": {func(f *control.Folder) { // of the same content, by another id
			f.Tables.Months[0].ID, f.Tables.Statements[0].Months = id(70), nil
			f.Tables.Entries[0].Month, f.Tables.Entries[1].Month, f.Tables.Adjustments[0].Month = id(70), id(70), id(70)
		}, "no statement was made of it"},
		"another allowance": {func(f *control.Folder) {
			s := oneMore(t, f)
			f.Tables.Statements[0].Allowance, f.Tables.Statements[0].InForce = id(71), true
			more := f.Tables.Payments[0]
			more.ID, more.Statement, more.EndToEnd, more.FileSHA256, more.MessageID = id(72), s.ID, "", "", ""
			f.Tables.Payments = append(f.Tables.Payments, more)
		}, "has two allowances"},
		"an allowance of two": {func(f *control.Folder) {
			s := oneMore(t, f)
			var p allowance.Proof
			if err := json.Unmarshal(f.Proofs[s.ID], &p); err != nil {
				t.Fatal(err)
			}
			p.Participation, p.Inputs.Register[0].Certified.RegisterMonth, s.Months = id(73), id(74), nil
			f.Proofs[s.ID] = spelled(t, p)
		}, "another person or month"},
		"somebody else's inputs": {func(f *control.Folder) {
			proven(t, f, func(p *allowance.Proof) { p.Participation = id(73) })
		}, "is another's"},
		"a share without tax": {func(f *control.Folder) { f.Tables.Shares[0].Withheld, f.Tables.Shares[0].Net = 0, 900 }, "other shares"},
		"a line without tax": {func(f *control.Folder) {
			f.Tables.Payments[0].Withheld, f.Tables.Payments[0].Net = 0, 900
			f.Tables.Transfers[0].Net, f.Tables.Transfers[0].Total, f.Tables.Transfers[1].Total = 900, 1100, 1100
		}, "pay 9.00 out, of 8.00"},
		"two in force":         {func(f *control.Folder) { oneMore(t, f); f.Tables.Statements[0].InForce = true }, "number 2 is in force"},
		"the old one in force": {func(f *control.Folder) { oneMore(t, f).InForce = false; f.Tables.Statements[0].InForce = true }, "number 2 is in force"},
		"a number twice":       {func(f *control.Folder) { oneMore(t, f).Number = 1 }, "number 1, too"},
		"a dead line": {func(f *control.Folder) {
			f.Tables.Payments[0].Live = false
		}, "it is PAID, and is said to take up what is owed: false"},
		"a state that is none":    {func(f *control.Folder) { f.Tables.Payments[0].State, f.Tables.Payments[0].Live = "paid", false }, "it is paid"},
		"a line in two transfers": {func(f *control.Folder) { f.Tables.Transfers[1].Line = f.Tables.Transfers[0].Line }, "in a transfer before"},
		"no steps":                {func(f *control.Folder) { f.Tables.Steps = nil }, "nothing says that checkRun was done"},
		"nobody approved":         {func(f *control.Folder) { f.Tables.Steps = slices.Delete(f.Tables.Steps, 2, 3) }, "nothing says that approveRun was done"},
		"issued by nobody":        {func(f *control.Folder) { f.Journal = slices.Delete(f.Journal, 1, 2) }, "does not know that it was issued"},
		"approved by whoever made it": {func(f *control.Folder) {
			f.Journal[3].Actor = f.Journal[2].Actor
			rewritten(f)
			f.Tables.Steps[2].Member = f.Tables.Steps[1].Member
		}, "had another hand in it"},
		"a line":                   {func(f *control.Folder) { f.Tables.Lines[0].Amount++ }, "lines come to"},
		"a share":                  {func(f *control.Folder) { f.Tables.Shares[0].Gross, f.Tables.Shares[0].Net = 901, 801 }, "shares come to"},
		"net":                      {func(f *control.Folder) { f.Tables.Shares[0].Net++ }, "gross less withheld"},
		"the cap":                  {func(f *control.Folder) { f.Tables.Statements[0].Cap = 899 }, "above its cap"},
		"a month of the statement": {func(f *control.Folder) { f.Tables.Statements[0].Months = append(f.Tables.Statements[0].Months, id(99)) }, "not in the folder"},
		"paid too much": {func(f *control.Folder) {
			more := f.Tables.Payments[0]
			more.ID, more.EndToEnd = id(98), ""
			f.Tables.Payments = append(f.Tables.Payments, more)
		}, "take 18.00 up"},
		"a repayment that nobody knows":    {func(f *control.Folder) { repaid(f, 300); f.Journal = f.Journal[:len(f.Journal)-2] }, "does not know that one has recorded it"},
		"a repayment that nobody confirms": {func(f *control.Folder) { repaid(f, 300); f.Journal = f.Journal[:len(f.Journal)-1] }, "another has confirmed it"},
		"a repayment by one hand": {func(f *control.Folder) {
			repaid(f, 300)
			f.Journal[len(f.Journal)-1].Actor = f.Journal[len(f.Journal)-2].Actor
			rewritten(f)
		}, "another has confirmed it"},
		"a repayment twice": {func(f *control.Folder) {
			repaid(f, 300)
			f.Tables.Repayments = append(f.Tables.Repayments, f.Tables.Repayments[0])
		}, "the same twice"},
		"a repayment of less than nothing": {func(f *control.Folder) { repaid(f, -300) }, "gives nothing back"},
		"a repayment of nobody's debt":     {func(f *control.Folder) { repaid(f, 300); f.Tables.Repayments[0].BudgetLine = "B9" }, "no statement of the folder owes"},
		"paid twice, by nobody's word": {func(f *control.Folder) {
			paidTwice(f)
			f.Tables.Steps = f.Tables.Steps[:len(f.Tables.Steps)-1]
		}, "nothing says that resolveLine was done of it"},
		"paid twice, by a word of another line": {func(f *control.Folder) {
			paidTwice(f)
			f.Tables.Payments[1].SaidAt = f.Tables.Payments[1].SaidAt.Add(time.Second)
		}, "nothing says that resolveLine was done of it"},
		"twice, and not paid": {func(f *control.Folder) {
			paidTwice(f)
			f.Tables.Payments[1].State, f.Tables.Payments[1].Live = "RETURNED", false
		}, "said to be paid twice"},
		"another net": {func(f *control.Folder) { f.Tables.Payments[0].Gross, f.Tables.Payments[0].Net = 800, 700 }, "not in its transfer"},
		"another transfer": {func(f *control.Folder) {
			f.Tables.Transfers[0].Net, f.Tables.Payments[0].Net, f.Tables.Payments[0].Withheld = 799, 799, 101
		}, "the bank was told"},
		"a file without hash":  {func(f *control.Folder) { f.Tables.Payments[0].FileSHA256 = "" }, "without its hash"},
		"who locked":           {func(f *control.Folder) { f.Tables.Steps[0].Member = id(99).String() }, "the journal does not know"},
		"what was done":        {func(f *control.Folder) { f.Tables.Steps[0].Act = "certifyMonth" }, "the journal does not know"},
		"no inputs":            {func(f *control.Folder) { clear(f.Proofs) }, "its inputs are missing"},
		"inputs that are none": {func(f *control.Folder) { f.Proofs[id(3)] = []byte(`{"minutes": 1, "reason": "malattia"}`) }, "does not come out of its inputs"},
		"an hourly rate": {func(f *control.Folder) {
			proven(t, f, func(p *allowance.Proof) { p.Inputs.Versions[0].Rule.HourlyRate++ })
		}, "accrued"},
		"a rule that is none": {func(f *control.Folder) {
			proven(t, f, func(p *allowance.Proof) { p.Inputs.Versions[0].Rule.Rounding = "UP" })
		}, "does not come out of its inputs"},
		"another hash of it": {func(f *control.Folder) {
			proven(t, f, func(p *allowance.Proof) { p.ContentHash = strings.Repeat("00", 32) })
		}, "content"},
		"another's inputs": {func(f *control.Folder) { proven(t, f, func(p *allowance.Proof) { p.Number = 2 }) }, "are of number 2"},
		"inputs of no register": {func(f *control.Folder) {
			proven(t, f, func(p *allowance.Proof) { p.Inputs.Register[0].Certified = nil })
		}, "know nothing of month"},
		"another register": {func(f *control.Folder) {
			proven(t, f, func(p *allowance.Proof) { p.Inputs.Register[0].Certified.Hash = strings.Repeat("00", 32) })
		}, "another content of month"},
		"words of another rule": {func(f *control.Folder) { f.Tables.Lines[0].Rule = "allowance.bands" }, "other lines"},
		"two payees":            {func(f *control.Folder) { f.Tables.Transfers[1].Payee = "dd" }, "two payees"},
		"an act in the journal": {func(f *control.Folder) { f.Journal[0].Actor = id(99) }, "its link is another"},
		"a link":                {func(f *control.Folder) { f.Journal[1].Link = f.Journal[0].Link }, "its link is another"},
		"the path":              {func(f *control.Folder) { f.Journal[0].Path = f.Journal[0].Path[1:] }, "does not lead to the anchor"},
		"another place": {func(f *control.Folder) {
			f.Journal[1].Anchor, f.Journal[1].Path = f.Journal[0].Anchor, f.Journal[0].Path
		}, "does not lead to the anchor"},
		"no anchor":            {func(f *control.Folder) { f.Anchors = nil }, "is missing"},
		"another day's anchor": {func(f *control.Folder) { f.Anchors[0].Name = "2026-04-09"; f.Journal[0].Anchor = "2026-04-09" }, "it is of 2026-04-02"},
	} {
		f := sound(t)
		c.change(&f)
		_, err := verified(zipped(t, f), control.Outside{})
		if found := (*control.Fault)(nil); !errors.As(err, &found) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", what, err, c.want)
		}
	}
	f := sound(t)
	if _, err := verified(zipped(t, f), control.Outside{Anchors: map[string][]byte{f.Anchors[0].Name: []byte("another")}}); err == nil || !strings.Contains(err.Error(), "left the house") {
		t.Errorf("another anchor left the house: %v", err)
	}
}

// TestAJournalWrittenAnewIsFound: without its anchors it holds by itself; whoever has the anchors sees that what they must know leads to none.
func TestAJournalWrittenAnewIsFound(t *testing.T) {
	of := sound(t).Anchors[0]
	kept := map[string][]byte{of.Name: of.Data}
	for what, change := range map[string]func(*control.Folder){
		"as it was": func(*control.Folder) {},
		"after the anchor by its numbers": func(f *control.Folder) {
			for n := range f.Journal {
				f.Journal[n].Seq += 10
			}
		},
		"after the anchor by its moments": func(f *control.Folder) {
			for n := range f.Journal {
				f.Journal[n].At = f.Journal[n].At.Add(11 * time.Hour)
			}
			for n := range f.Tables.Steps {
				f.Tables.Steps[n].At = f.Tables.Steps[n].At.Add(11 * time.Hour)
			}
		},
	} {
		f := sound(t)
		change(&f)
		rewritten(&f)
		if found, err := verified(zipped(t, f), control.Outside{}); err != nil || found.Anchored != 0 {
			t.Errorf("%s, without anchors: %+v, %v", what, found, err)
		}
		if _, err := verified(zipped(t, f), control.Outside{Anchors: kept}); err == nil || !strings.Contains(err.Error(), "leads to none") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestNothingSpeaksToTheTerminal: what a folder says is printed, and moves no cursor.
func TestNothingSpeaksToTheTerminal(t *testing.T) {
	f := sound(t)
	f.Tables.Steps[0].Act = "lockMonth\x1b[2K\x1b]0;\u202eok\a"
	_, err := verified(zipped(t, f), control.Outside{})
	if err == nil || strings.ContainsAny(err.Error(), "\x1b\a\u202e") || !strings.Contains(err.Error(), "lockMonth\ufffd[2K") {
		t.Errorf("%q", err)
	}
}

// TestAHiddenRunIsToldOf: who may not see a run does not see who approved it, and is told so.
func TestAHiddenRunIsToldOf(t *testing.T) {
	f := sound(t)
	f.Tables.Payments[0].Run, f.Tables.Payments[0].Number = uuid.Nil, ""
	f.Tables.Steps = f.Tables.Steps[:1]
	if found, err := verified(zipped(t, f), control.Outside{}); err != nil || found.Unapproved != 1 {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestASampleIsDrawnAgain(t *testing.T) {
	frame := []string{id(5).String(), id(51).String(), id(52).String(), id(53).String()}
	seed, other := "", ""
	for _, s := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i"} {
		if control.Draw(s, frame, 1).Drawn[0] == frame[0] {
			seed = s
		} else {
			other = s
		}
	}
	sample := control.Draw(seed, frame, 1)
	turned := slices.Clone(frame)
	slices.Reverse(turned)
	if again := control.Draw(seed, turned, 1); again.Drawn[0] != sample.Drawn[0] || !bytes.Equal(again.Frame, sample.Frame) {
		t.Error("the order of the frame decides")
	}
	for what, c := range map[string]struct {
		change func(*control.Folder)
		want   string
	}{
		"as drawn":       {func(*control.Folder) {}, ""},
		"another seed":   {func(f *control.Folder) { f.Manifest.Sample.Seed = other }, "the seed does not draw"},
		"another line":   {func(f *control.Folder) { f.Manifest.Sample.Drawn = []string{id(51).String()} }, "the seed does not draw"},
		"another frame":  {func(f *control.Folder) { f.Frame = f.Frame[1:] }, "not the frame"},
		"a line is gone": {func(f *control.Folder) { f.Tables.Payments[0].ID = uuid.Nil; f.Tables.Transfers[0].Line = uuid.Nil }, "lacks line"},
	} {
		f := sound(t)
		own := sample
		f.Manifest.Sample, f.Frame = &own, slices.Clone(frame)
		c.change(&f)
		if _, err := verified(zipped(t, f), control.Outside{}); (c.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// packed makes a ZIP of files, named as they come.
func packed(t *testing.T, of []byte, change func(z *zip.Writer, name string, data []byte) bool) []byte {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(of), int64(len(of)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, f := range r.File {
		file, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(file)
		if err != nil {
			t.Fatal(err)
		}
		if change(z, f.Name, data) {
			continue
		}
		put(t, z, &zip.FileHeader{Name: f.Name, Method: zip.Deflate}, data)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func put(t *testing.T, z *zip.Writer, h *zip.FileHeader, data []byte) {
	t.Helper()
	w, err := z.CreateHeader(h)
	if err == nil {
		_, err = w.Write(data)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestHostileZIPsAreRefused(t *testing.T) {
	good := zipped(t, sound(t))
	beside := func(h *zip.FileHeader, data []byte) []byte {
		return packed(t, good, func(z *zip.Writer, name string, _ []byte) bool {
			if name == "manifest.json" {
				put(t, z, h, data)
			}
			return false
		})
	}
	instead := func(of string, data []byte) []byte {
		return packed(t, good, func(z *zip.Writer, name string, _ []byte) bool {
			if name == of && data != nil {
				put(t, z, &zip.FileHeader{Name: name, Method: zip.Deflate}, data)
			}
			return name == of
		})
	}
	link := &zip.FileHeader{Name: "link"}
	link.SetMode(0o777 | 1<<27) // a symbolic link
	for what, c := range map[string]struct {
		content []byte
		want    string
	}{
		"nothing":              {nil, "no whole ZIP"},
		"no ZIP":               {[]byte("%PDF-1.7"), "no whole ZIP"},
		"cut short":            {good[:len(good)-30], "no whole ZIP"},
		"cut in the middle":    {slices.Concat(good[:200], good[400:]), ""},
		"out of the folder":    {beside(&zip.FileHeader{Name: "../../etc/passwd"}, []byte("x")), "no name of a file"},
		"an absolute name":     {beside(&zip.FileHeader{Name: "/etc/passwd"}, []byte("x")), "no name of a file"},
		"backslashes":          {beside(&zip.FileHeader{Name: `..\..\x`}, []byte("x")), "no name of a file"},
		"a folder":             {beside(&zip.FileHeader{Name: "anchors/"}, nil), "no name of a file"},
		"a link":               {beside(link, []byte("/etc/passwd")), "no plain file"},
		"a file twice":         {beside(&zip.FileHeader{Name: "months.csv"}, []byte("x")), "twice"},
		"twice by its letters": {beside(&zip.FileHeader{Name: "Months.csv"}, []byte("x")), "twice"},
		"a file more":          {beside(&zip.FileHeader{Name: "more.csv"}, []byte("x")), "not in the manifest"},
		"a bomb":               {beside(&zip.FileHeader{Name: "bomb", Method: zip.Deflate}, make([]byte, 40<<20)), "too large"},
		"no manifest":          {instead("manifest.json", nil), "manifest.json: is missing"},
		"another manifest":     {instead("manifest.json", []byte(`{"format": "another"}`)), "another form"},
		"two manifests in one": {instead("manifest.json", []byte(`{"format": "lavoro control folder 1"} {}`)), "cannot be read"},
		"no months":            {instead("months.csv", nil), "is missing"},
		"other months":         {instead("months.csv", []byte("month_id\n")), "not what the manifest says"},
		"another paper":        {instead("register-2026-03.pdf", []byte("%PDF-1.7 %%EOF")), "not what the manifest says"},
	} {
		if _, err := verified(c.content, control.Outside{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// FuzzOpen takes whatever comes: a folder holds, or a fault is named; nothing else happens.
func FuzzOpen(f *testing.F) {
	good, _, err := sound(&testing.T{}).Zip()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add([]byte("PK\x05\x06"))
	f.Fuzz(func(t *testing.T, content []byte) {
		if _, err := verified(content, control.Outside{}); err != nil && !errors.As(err, new(*control.Fault)) {
			t.Errorf("no fault: %v", err)
		}
	})
}

// FuzzTables puts whatever comes into the place of a table, hashed as it must be.
func FuzzTables(f *testing.F) {
	f.Add("months.csv", "month_id\n")
	f.Add("entries.csv", "\"")
	f.Add("journal.json", `[{"sequence": 9223372036854775807, "path": [""], "anchor": "2026-04-02"}]`)
	proof := string(sound(&testing.T{}).Proofs[id(3)])
	f.Add("statements/"+id(3).String()+".json", proof)
	f.Add("statements/"+id(3).String()+".json", strings.Replace(proof, "333", "9223372036854775807", 1))
	f.Add("payments.csv", "line_id,statement_id\n,\n")
	f.Fuzz(func(t *testing.T, name, text string) {
		folder := sound(t)
		delete(folder.Papers, name)
		content := zipped(t, folder)
		content = packed(t, content, func(z *zip.Writer, n string, data []byte) bool {
			switch n {
			case name:
				put(t, z, &zip.FileHeader{Name: n}, []byte(text))
				return true
			case "manifest.json":
				put(t, z, &zip.FileHeader{Name: n}, relisted(t, data, name, text))
				return true
			}
			return false
		})
		if _, err := verified(content, control.Outside{}); err != nil && !errors.As(err, new(*control.Fault)) {
			t.Errorf("no fault: %v", err)
		}
	})
}
