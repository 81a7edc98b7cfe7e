package demo

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/allowance/payment"
	"github.com/lavoroincorso/lavoro/internal/platform/blob"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

const (
	// paidMonths is how many months are paid by runs of their own; what was owed before goes with the first of them.
	paidMonths = 4
	// runAfter is how many days after a month its run is made: its registers are locked then.
	runAfter = 34
	// answeredBy is how many days after that the answer is there, whatever weekends are between.
	answeredBy = 14
)

// paying is one body that pays, and its people who do it.
type paying struct {
	body      string
	officer   *worker
	approvers []*worker
	mediaType string // of what comes back
}

// payByRuns plans that what statements owe is paid. The last run still waits for its approval, with what stands in the way of some.
func (o *office) payByRuns() {
	var months []calendar.Month
	for month := o.from.Month(); !runDay(month).After(o.until); month = month.Next() {
		months = append(months, month)
	}
	months = months[max(0, len(months)-paidMonths):]
	for n, month := range months {
		if n < len(months)-1 {
			o.accountsAnew(month, workday(runDay(month).AddDays(answeredBy)))
		}
		for _, p := range []paying{
			{body: lead, officer: o.at("payments", lead), approvers: o.team("approver", lead), mediaType: blob.CSV},
			{body: "PEGASO", officer: o.at("payments", "PEGASO"), approvers: o.team("approver", "PEGASO"), mediaType: blob.XML},
		} {
			o.payMonth(p, month, n == len(months)-1)
		}
	}
	o.putRight(months)
}

func runDay(month calendar.Month) calendar.Day { return workday(month.Last().AddDays(runAfter)) }

// payMonth plans one run from its opening to what the bank or the office answers.
func (o *office) payMonth(p paying, month calendar.Month, last bool) {
	day := runDay(month)
	run := chanceOf("run "+p.body+month.String(), 0).timedID(day.Start())
	step := payment.Step{Run: run}
	o.plan(day, noon, p.officer, "computeAllowance", func(ctx context.Context, tx *postgres.Tx) error {
		return o.compute(ctx, tx, o.from, month.Last())
	})
	o.plan(day, afternoon, p.officer, "openRun", func(ctx context.Context, tx *postgres.Tx) error {
		return payment.OpenRun(ctx, tx, payment.Opening{ID: run, Programme: o.programme, Payer: o.organisations[p.body], UpTo: month})
	})
	o.plan(day, afternoon+5, p.officer, "computeRun", func(ctx context.Context, tx *postgres.Tx) error { return payment.ComputeRun(ctx, tx, step) })
	o.plan(day, afternoon+20, p.officer, "checkRun", o.onRun(run, payment.Computed, func(ctx context.Context, tx *postgres.Tx, r runState) error {
		if r.Lines == 0 {
			return payment.DiscardRun(ctx, tx, payment.Step{Run: run, Reason: "Nessun importo dovuto."})
		}
		return payment.CheckRun(ctx, tx, step)
	}))
	if last {
		return
	}
	approved := workday(day.AddDays(1))
	for n, w := range p.approvers {
		o.plan(approved, noon+10*n, w, "approveRun", o.onRun(run, payment.Checked, func(ctx context.Context, tx *postgres.Tx, _ runState) error {
			return payment.ApproveRun(ctx, tx, step)
		}))
	}
	sent := workday(approved.AddDays(1))
	o.plan(sent, morning, p.officer, "exportRun", o.onRun(run, payment.Approved, func(ctx context.Context, tx *postgres.Tx, _ runState) error {
		return payment.ExportRun(ctx, tx, step)
	}))
	o.answer(p, run, workday(sent.AddDays(4)))
}

// onRun does something with a run that is in a state: one that has nothing to pay goes no further, one that is approved needs nobody else.
func (o *office) onRun(run uuid.UUID, in payment.State, do func(context.Context, *postgres.Tx, runState) error) func(context.Context, *postgres.Tx) error {
	return func(ctx context.Context, tx *postgres.Tx) error {
		r, err := runOf(ctx, tx, run)
		if err != nil || r.State != in {
			return err
		}
		return do(ctx, tx, r)
	}
}

// answer plans that what came back of a run is brought and read.
func (o *office) answer(p paying, run uuid.UUID, day calendar.Day) {
	c := chanceOf("answer "+run.String(), 0)
	file, reading := c.timedID(day.Start()), c.timedID(day.Start())
	var ticket blob.Ticket
	var content []byte
	o.plan(day, morning, p.officer, "prepareUpload", o.onRun(run, payment.Exported, func(ctx context.Context, tx *postgres.Tx, _ runState) error {
		sent, err := sentBy(ctx, tx, run)
		if err != nil {
			return err
		}
		content = p.answered(day, sent)
		sum := sha256.Sum256(content)
		ticket, err = payment.PrepareUpload(ctx, tx, payment.Upload{ID: file, Payer: o.organisations[p.body], MediaType: p.mediaType, Bytes: len(content), SHA256: hex.EncodeToString(sum[:])})
		return err
	})).then = func() {
		if content != nil { // something was sent
			o.bring(p.officer, clockTime(day, morning+5), ticket, content)
		}
	}
	o.plan(day, morning+10, p.officer, "readAnswer", o.onRun(run, payment.Exported, func(ctx context.Context, tx *postgres.Tx, _ runState) error {
		return payment.ReadAnswer(ctx, tx, payment.Answer{ID: reading, Programme: o.programme, Payer: o.organisations[p.body], File: file})
	}))
}

// bring has the bytes of a file arrive, as over the wire.
func (o *office) bring(who *worker, at time.Time, ticket blob.Ticket, content []byte) {
	store := blob.Store{DB: o.deps.DB, Clock: still(at)}
	if _, err := store.Take(context.Background(), who.actor, ticket.Token, blob.Range{Last: len(content) - 1, Total: len(content)}, bytes.NewReader(content)); err != nil {
		o.unwritten = append(o.unwritten, fmt.Sprintf("%s a file did not arrive: %v", calendar.DayOf(at), err))
	}
}

// answered is what the bank says of a message, or the accounting office of its list: all is paid but for a few, of which it is said why.
func (p paying) answered(day calendar.Day, sent []sentTransfer) []byte {
	var out strings.Builder
	if p.mediaType == blob.CSV {
		out.WriteString("order_key;order_number;date;outcome;reason\n")
		for n, t := range sent {
			if t.refused() {
				fmt.Fprintf(&out, "%s;;;REJECTED;AC01\n", t.EndToEndID)
				continue
			}
			fmt.Fprintf(&out, "%s;%d;%s;PAID;\n", t.EndToEndID, int(day.Month().Name())*1000+n, day)
		}
		return []byte(out.String())
	}
	fmt.Fprintf(&out, `<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><GrpHdr><MsgId>A%s</MsgId><CreDtTm>%sT08:00:00Z</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>%[1]s</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>%[1]s</OrgnlPmtInfId>`, sent[0].MessageID, day)
	for _, t := range sent {
		status := "<TxSts>ACSC</TxSts>"
		if t.refused() {
			status = "<TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf>"
		}
		fmt.Fprintf(&out, "<TxInfAndSts><OrgnlEndToEndId>%s</OrgnlEndToEndId>%s</TxInfAndSts>", t.EndToEndID, status)
	}
	out.WriteString("</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>")
	return []byte(out.String())
}

// refused says whether a transfer is one of the few that come back: by whom it pays, so that it is the same however often the demonstration is made.
func (t sentTransfer) refused() bool {
	return chanceOf("refused "+t.Participation.String()+t.Month.String(), 0).percent(3)
}
