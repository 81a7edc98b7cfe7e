package payment_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance/payfile"
	"github.com/lavoroincorso/lavoro/internal/allowance/payment"
	"github.com/lavoroincorso/lavoro/internal/platform/blob"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// bank is Pegaso with its people, who pays by bank file.
func bank(t *testing.T) *house {
	h := open(t)
	h.payer = h.pegaso
	h.officer, h.approver, h.second = h.member(access.PaymentsOfficer, h.pegaso), h.member(access.Approver, h.pegaso), h.member(access.Approver, h.pegaso)
	return h
}

// sent is a run of so many people that was sent, with the ids of its transfers.
func (h *house) sent(cents ...int) (uuid.UUID, []string) {
	h.t.Helper()
	for _, c := range cents {
		h.owe(h.person(h.payer), h.payer, "2026-11", c)
	}
	run := h.approved()
	h.steps(h.officer, run, payment.ExportRun)
	return run, h.transfers(run)
}

// transfers are the ids of a run's transfers by amount.
func (h *house) transfers(run uuid.UUID) []string {
	h.t.Helper()
	return query[[]string](h, "select array_agg(end_to_end_id order by gross_cents) from payment_line where run_id = $1", run)
}

// files are the contents of a run's files, fetched as the officer fetches them.
func (h *house) files(run uuid.UUID) (all []string) {
	h.t.Helper()
	store := blob.Store{DB: h.db, Clock: h.clock}
	for _, id := range query[[]uuid.UUID](h, "select array_agg(file_id order by part) from payment_file where run_id = $1", run) {
		var ticket blob.Ticket
		h.must(h.officer, func(ctx context.Context, tx *postgres.Tx) (err error) {
			ticket, _, err = payment.PrepareDownload(ctx, tx, id)
			return err
		})
		_, content, err := store.Open(h.t.Context(), h.officer, ticket.Token)
		if err != nil {
			h.t.Fatal(err)
		}
		data, err := io.ReadAll(content)
		if err != nil {
			h.t.Fatal(err)
		}
		all = append(all, string(data))
	}
	return all
}

// answer brings a file and has it read.
func (h *house) answer(mediaType, content string) error {
	h.t.Helper()
	id, sum := uuid.New(), sha256.Sum256([]byte(content))
	var ticket blob.Ticket
	h.must(h.officer, func(ctx context.Context, tx *postgres.Tx) (err error) {
		ticket, err = payment.PrepareUpload(ctx, tx, payment.Upload{ID: id, Payer: h.payer, MediaType: mediaType, Bytes: len(content), SHA256: hex.EncodeToString(sum[:])})
		return err
	})
	store := blob.Store{DB: h.db, Clock: h.clock}
	if _, err := store.Take(h.t.Context(), h.officer, ticket.Token, blob.Range{Last: len(content) - 1, Total: len(content)}, strings.NewReader(content)); err != nil {
		h.t.Fatal(err)
	}
	answer := uuid.New()
	return h.sure(h.officer, func(ctx context.Context, tx *postgres.Tx) error {
		tx.Acknowledge(h.passes, "Prova")
		return payment.ReadAnswer(ctx, tx, payment.Answer{ID: answer, Programme: h.programme, Payer: h.payer, File: id})
	})
}

// status is a pain.002 about a message: what is said of each transfer, and of the whole.
func status(n int, message, whole string, lines ...string) string {
	group := ""
	if whole != "" {
		group = "<GrpSts>" + whole + "</GrpSts>"
	}
	return fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><GrpHdr><MsgId>ANSWER%d</MsgId>
		<CreDtTm>2026-12-11T10:00:00Z</CreDtTm></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>%s</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>%s</OrgnlGrpInfAndSts>
		<OrgnlPmtInfAndSts><OrgnlPmtInfId>%[2]s</OrgnlPmtInfId>%[4]s</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>`, n, message, group, strings.Join(lines, ""))
}

func told(id, status, reason string) string {
	if reason != "" {
		reason = "<StsRsnInf><Rsn><Cd>" + reason + "</Cd></Rsn><AddtlInf>Intestatario diverso</AddtlInf></StsRsnInf>"
	}
	return "<TxInfAndSts><OrgnlEndToEndId>" + id + "</OrgnlEndToEndId><TxSts>" + status + "</TxSts>" + reason + "</TxInfAndSts>"
}

func (h *house) message(run uuid.UUID) string {
	h.t.Helper()
	return query[string](h, "select message_id from payment_file where run_id = $1 and part = 1", run)
}

func (h *house) booked() string {
	h.t.Helper()
	return query[string](h, "select coalesce(string_agg(kind || ' ' || cents, ', ' order by kind), '') from (select kind, sum(cents) as cents from budget_posting group by 1) x")
}

func TestTheSameRunIsTheSameFile(t *testing.T) {
	h := bank(t)
	run, ids := h.sent(1_000, 2_000)
	first := h.files(run)
	h.steps(h.officer, run, payment.ExportRun)
	if second := h.files(run); !slices.Equal(first, second) || len(first) != 1 {
		t.Error("exported again it is another file")
	}
	sum := sha256.Sum256([]byte(first[0]))
	want(t, "hash and control", query[string](h, "select encode(sha256, 'hex') || ' ' || lines || ' ' || net_cents from payment_file"), hex.EncodeToString(sum[:])+" 2 3000")
	for _, part := range []string{ids[0], ids[1], h.message(run), "IT60X0542811101000000123456", "Prova Inventata", "10.00", "30.00", "CUP "} {
		if !strings.Contains(first[0], part) {
			t.Errorf("the file lacks %s", part)
		}
	}
	kept := query[int](h, "select count(*)::int from file_chunk where encode(sealed, 'escape') like '%0542811101%'")
	if kept != 0 {
		t.Error("the file is kept in the clear")
	}
	refused(t, "discard what was sent", h.step(h.officer, payment.DiscardRun, run), payment.WrongState)
}

func TestABankAnswersInParts(t *testing.T) {
	h := bank(t)
	run, ids := h.sent(1_000, 2_000, 4_000, 8_000)
	message := h.message(run)
	if err := h.answer(blob.XML, status(1, message, "PART", told(ids[0], "ACSC", ""), told(ids[1], "RJCT", "AC04"), told(ids[2], "PDNG", ""))); err != nil {
		t.Fatal(err)
	}
	want(t, "after the first", h.state(run)+": "+h.lines(run), "ORDINARY EXPORTED 4 4 0 15000: 11 STATEMENT 8000 EXPORTED, 11 STATEMENT 4000 EXPORTED, 11 STATEMENT 2000 REJECTED, 11 STATEMENT 1000 PAID")
	want(t, "counts", query[string](h, "select concat_ws(' ', paid, rejected, returned, waiting, ignored) from payment_answer"), "1 1 0 2 0")
	want(t, "booked", h.booked(), "APPROVED 13000, PAID 1000")
	refused(t, "the same again", h.answer(blob.XML, status(1, message, "PART", told(ids[0], "ACSC", ""), told(ids[1], "RJCT", "AC04"), told(ids[2], "PDNG", ""))), payment.AnswerKnown)
	if err := h.answer(blob.XML, status(2, message, "ACSC", told(ids[1], "RJCT", "AC04"))); err != nil { // of all others
		t.Fatal(err)
	}
	want(t, "after the second", h.state(run)+": "+h.lines(run), "ORDINARY PARTLY_RETURNED 4 4 0 15000: 11 STATEMENT 8000 PAID, 11 STATEMENT 4000 PAID, 11 STATEMENT 2000 REJECTED, 11 STATEMENT 1000 PAID")
	want(t, "booked at last", h.booked(), "APPROVED 13000, PAID 13000")
	reason := payfile.ReasonOf(query[string](h, "select code from payment_line where state = 'REJECTED'"))
	want(t, "who cures it", string(reason.Owner), string(payfile.OwnerDetails))
	if query[int](h, "select count(*)::int from payment_line_step where reason is not null and encode(reason, 'escape') not like '%Intestatario%'") == 0 {
		t.Error("the bank's words are not kept sealed")
	}
	// The next run takes up what was rejected, without anything typed again, by the details of then.
	person := query[uuid.UUID](h, "select participation_id from payment_line where state = 'REJECTED'")
	h.account(person, "DE89370400440532013000", "Prova Corretta")
	next := h.approved()
	h.steps(h.officer, next, payment.ExportRun)
	want(t, "next run", h.state(next)+": "+h.lines(next), "SUPPLEMENTARY EXPORTED 1 1 0 2000: 11 STATEMENT 2000 EXPORTED")
	if file := h.files(next)[0]; !strings.Contains(file, "DE89370400440532013000") || strings.Contains(file, ids[1]) {
		t.Error("the next run pays by other details, under another id")
	}
	refused(t, "an answer to nothing of ours", h.answer(blob.XML, status(3, "OTHER", "ACSC")), payment.AnswerOfNothing)
	if err := h.answer(blob.XML, strings.Replace(status(4, message, "RJCT"), "</Document>", "", 1)); err == nil {
		t.Error("half a file is read")
	}
	refused(t, "an unknown line", h.answer(blob.XML, status(5, message, "PART", told("NEVER", "ACSC", ""))), payfile.AnswerLineUnknown)
}

func TestAnOfficeAnswersByList(t *testing.T) {
	h := open(t)
	run, ids := h.sent(1_000, 2_000, 4_000)
	list := h.files(run)[0]
	if !strings.Contains(list, ids[0]) || !strings.Contains(list, "TOTAL;3") || !strings.Contains(list, "Prova Inventàta") {
		t.Errorf("list:\n%s", list)
	}
	answer := "order_key;order_number;date;outcome;reason\n" + ids[0] + ";4711;2026-12-09;PAID;\n" + ids[1] + ";;;REJECTED;AC01\n" // one refused, one missing
	if err := h.answer(blob.CSV, answer); err != nil {
		t.Fatal(err)
	}
	want(t, "after the list", h.state(run)+": "+h.lines(run), "ORDINARY EXPORTED 3 3 0 7000: 11 STATEMENT 4000 EXPORTED, 11 STATEMENT 2000 REJECTED, 11 STATEMENT 1000 PAID")
	want(t, "counts", query[string](h, "select concat_ws(' ', source, paid, rejected, returned, waiting, ignored) from payment_answer"), "ORDER_LIST 1 1 0 1 0")
	if err := h.answer(blob.CSV, "order_key;order_number;date;outcome;reason\n"+ids[2]+";4712;2026-12-10;PAID;\n"+ids[1]+";4713;2026-12-10;PAID;\n"); err != nil {
		t.Fatal(err)
	}
	want(t, "after the next", h.state(run)+query[string](h, "select ' ' || ignored from payment_answer order by read_at desc, paid desc, ignored desc limit 1"), "ORDINARY PARTLY_RETURNED 3 3 0 7000 1")
}

// The office takes its list as a workbook, too, and gets the same one however it is asked for again.
func TestAListIsAWorkbook(t *testing.T) {
	h := open(t)
	for _, c := range []int{1_000, 2_000} {
		h.owe(h.person(h.payer), h.payer, "2026-11", c)
	}
	run := h.approved()
	for _, workbook := range []bool{true, false} {
		h.must(h.officer, func(ctx context.Context, tx *postgres.Tx) error {
			return payment.ExportRun(ctx, tx, payment.Step{Run: run, Workbook: workbook})
		})
		files := h.files(run)
		hash, lines, err := payfile.ReadSent(strings.NewReader(files[0]), "list.xlsx")
		if err != nil || len(files) != 1 || len(lines) != 2 || !strings.HasPrefix(files[0], "PK") {
			t.Fatalf("%d files, %v, %v", len(files), lines, err)
		}
		want(t, "kept", query[string](h, "select concat_ws(' ', encode(p.sha256, 'hex'), p.lines, p.net_cents, f.media_type) from payment_file p join file f on f.id = p.file_id"), hash+" 2 3000 "+blob.Workbook)
	}
}

// bookings are what is kept of the evidence of a line, step by step.
func (h *house) bookings(run uuid.UUID, cents int) string {
	h.t.Helper()
	return query[string](h, "select string_agg(concat_ws(' ', to_state, code, reference, booked_on), ', ' order by at, id) from payment_line_step where line_id = $1", h.line(run, cents))
}

// The number of an order and its day stay with the line, also when the list is gone.
func TestOrdersKeepTheirNumberAndDay(t *testing.T) {
	h := open(t)
	run, ids := h.sent(1_000, 2_000)
	list := "order_key;order_number;date;outcome;reason\n" + ids[0] + ";MANDATO-4711;2026-12-03;PAID;\n" + ids[1] + ";MANDATO-4712;2026-12-04;REJECTED;AC01\n"
	if err := h.answer(blob.CSV, list); err != nil {
		t.Fatal(err)
	}
	if err := h.answer(blob.CSV, list+"\n"); err != nil { // the office sends it again
		t.Fatal(err)
	}
	want(t, "paid", h.bookings(run, 1_000), "PAID MANDATO-4711 2026-12-03")
	want(t, "rejected", h.bookings(run, 2_000), "REJECTED AC01 MANDATO-4712 2026-12-04")
}

// A bank says that it has paid, and the account by which booking: the booking is what is known of it, once.
func TestTheAccountTellsTheBooking(t *testing.T) {
	h := bank(t)
	run, ids := h.sent(1_000)
	if err := h.answer(blob.XML, status(1, h.message(run), "", told(ids[0], "ACSC", ""))); err != nil {
		t.Fatal(err)
	}
	booked := strings.Replace(debit(ids[0], 1_000), "<Refs>", "<Refs><AcctSvcrRef>CRO 4711</AcctSvcrRef>", 1)
	for n := range 2 {
		if err := h.answer(blob.XML, account(2+n, booked)); err != nil {
			t.Fatal(err)
		}
	}
	want(t, "steps", h.bookings(run, 1_000), "PAID 2026-12-11, PAID CRO 4711 2026-12-12")
	want(t, "moved once", h.lines(run)+", "+h.booked()+query[string](h, "select ' ' || revision from payment_line where id = $1", h.line(run, 1_000)), "11 STATEMENT 1000 PAID, APPROVED 1000, PAID 1000 3")
	h.breaks("payment_line_step_reference_check", "update payment_line_step set reference = repeat('4', 36)")
}

func TestLinesAreHeldReleasedAndRecalled(t *testing.T) {
	h := bank(t)
	for _, c := range []int{1_000, 2_000, 4_000} {
		h.owe(h.person(h.pegaso), h.pegaso, "2026-11", c)
	}
	run := h.approved()
	line := func(cents int) uuid.UUID {
		return query[uuid.UUID](h, "select id from payment_line where run_id = $1 and gross_cents = $2", run, cents)
	}
	on := func(act func(context.Context, *postgres.Tx, payment.LineStep) error, id uuid.UUID) error {
		return h.act(h.officer, func(ctx context.Context, tx *postgres.Tx) error {
			return act(ctx, tx, payment.LineStep{Line: id, Reason: "Prova"})
		})
	}
	do := func(act func(context.Context, *postgres.Tx, payment.LineStep) error, id uuid.UUID) {
		t.Helper()
		if err := on(act, id); err != nil {
			t.Fatal(err)
		}
	}
	do(payment.HoldLine, line(1_000))
	do(payment.HoldLine, line(2_000))
	do(payment.ReleaseLine, line(2_000))
	refused(t, "recall what was not sent", on(payment.RecallLine, line(2_000)), payment.WrongLineState)
	h.steps(h.officer, run, payment.ExportRun)
	want(t, "sent", h.lines(run), "11 STATEMENT 4000 EXPORTED, 11 STATEMENT 2000 EXPORTED, 11 STATEMENT 1000 HELD")
	next := h.run()
	h.steps(h.officer, next, payment.ComputeRun)
	want(t, "what is held is not due", h.lines(next), "")
	do(payment.ReleaseLine, line(1_000))
	want(t, "booked back", h.booked(), "APPROVED 6000")
	h.steps(h.officer, next, payment.ComputeRun)
	want(t, "what was released is due", h.lines(next), "11 STATEMENT 1000 PENDING")
	do(payment.RecallLine, line(4_000))
	refused(t, "hold what was sent", on(payment.HoldLine, line(2_000)), payment.WrongLineState)
	ids := h.transfers(run)
	if err := h.answer(blob.XML, status(1, h.message(run), "PART", told(ids[1], "ACSC", ""), told(ids[2], "RJCT", "CUST"))); err != nil {
		t.Fatal(err)
	}
	want(t, "answered", h.state(run)+": "+h.lines(run), "ORDINARY PARTLY_RETURNED 3 3 0 7000: 11 STATEMENT 4000 RECALLED, 11 STATEMENT 2000 PAID, 11 STATEMENT 1000 LEFT_OUT")
	want(t, "booked at last", h.booked(), "APPROVED 2000, PAID 2000")
	refused(t, "a stranger's line", on(payment.HoldLine, uuid.New()), refusal.NotFound)
}

// A protected person is paid, though the officer does not see who it is.
func TestAProtectedPersonIsPaid(t *testing.T) {
	h := bank(t)
	person := h.person(h.pegaso)
	h.owe(person, h.pegaso, "2026-11", 1_000)
	h.exec(`update participation set protected = true, audience = array[scope_key('CIRCLE', programme_id, id)] where id = $1`, person)
	h.exec(`update person set audience = array[$2::uuid] where id = (select person_id from participation where id = $1)`, person, uuid.New())
	run := h.approved()
	h.steps(h.officer, run, payment.ExportRun)
	if !strings.Contains(h.files(run)[0], "IT60X0542811101000000123456") {
		t.Error("the file lacks the account")
	}
	h.must(h.officer, func(ctx context.Context, tx *postgres.Tx) error {
		var seen int
		if err := tx.NewRaw("select count(*) from person_bank").Scan(ctx, &seen); err != nil || seen != 0 {
			t.Errorf("the officer sees %d accounts (%v)", seen, err)
		}
		return nil
	})
}

// Files that name somebody go with his key; what they came to stays.
func TestFilesGoWithAKey(t *testing.T) {
	h := bank(t)
	run, _ := h.sent(1_000)
	h.exec("insert into destroyed_key (person_id, destroyed_at, digest) select a.person_id, now(), '\\x00' from payment_line l join participation a on a.id = l.participation_id")
	err := h.act(h.officer, func(ctx context.Context, tx *postgres.Tx) error {
		_, _, err := payment.PrepareDownload(ctx, tx, query[uuid.UUID](h, "select file_id from payment_file where run_id = $1", run))
		return err
	})
	refused(t, "fetch it", err, payment.FileGone)
}
