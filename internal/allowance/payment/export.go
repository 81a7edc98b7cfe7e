package payment

import (
	"context"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance/payfile"
	"github.com/lavoroincorso/lavoro/internal/platform/blob"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
	"github.com/lavoroincorso/lavoro/internal/values/money"
)

// Kinds of the files of runs.
const (
	SentFile   = "PAYMENT_FILE"
	AnswerFile = "PAYMENT_ANSWER"
)

// ExportRun writes what an approved run is sent by: a bank file or a list of orders, in parts where one message does not hold it. The files are kept
// sealed, so that asked again it gives the same ones: whoever sends one twice sends the same ids, and nothing is paid twice.
func ExportRun(ctx context.Context, tx *postgres.Tx, in Step) error {
	r, err := load(ctx, tx, access.ExportRun, in)
	if err != nil || r.State == Exported {
		return err
	}
	payer, err := payerOf(ctx, tx, r.ProgrammeID, r.PayerID)
	if err != nil {
		return err
	}
	if list := payer.Blocks(); len(list) > 0 {
		return list
	}
	if err := r.stands(ctx, tx); err != nil {
		return err
	}
	to, err := r.transfers(ctx, tx)
	if err != nil {
		return err
	}
	if len(to) == 0 {
		return NothingToPay.At("run")
	}
	cup, err := cupOf(ctx, tx, r.ProgrammeID)
	if err != nil {
		return err
	}
	day, err := moneyMoves(ctx, tx, r.ProgrammeID, r.ValueDay)
	if err != nil {
		return err
	}
	n, hashes := 0, []string{}
	for some := range slices.Chunk(to, payfile.MaxLines) {
		n++
		p := part{number: n, messageID: compact(r.ID) + twoDigits(n), transfers: some, mediaType: blob.XML}
		if payer.Way == programme.OrderList {
			p.mediaType = listForm(in.Workbook)
		}
		if err := p.write(tx, payer, cup, day); err != nil {
			return err
		}
		if err := r.keep(ctx, tx, p); err != nil {
			return err
		}
		hashes = append(hashes, p.control.Hash)
	}
	return r.advance(ctx, tx, access.ExportRun, Exported, map[string]any{"files": hashes, "transfers": len(to)})
}

// transfer is what one person is paid by a run.
type transfer struct {
	head         uuid.UUID
	iban, holder string
	means        programme.Means
	months       []calendar.Month
	budgetLines  []string
	gross, held  money.Cents
	recovered    money.Cents
	net          money.Cents
}

func (t transfer) id() string { return compact(t.head) }

// compact writes an id as banks take it.
func compact(id uuid.UUID) string { return hex.EncodeToString(id[:]) }

func twoDigits(n int) string { return strconv.Itoa(n/10) + strconv.Itoa(n%10) }

// part is one message of a run.
type part struct {
	number    int
	messageID string
	transfers []transfer
	mediaType string
	content   []byte
	control   payfile.Control
}

func (p *part) write(tx *postgres.Tx, payer programme.Payer, cup fiscal.CUP, day calendar.Day) (err error) {
	var list payfile.ListControl
	switch {
	case p.mediaType == blob.CSV:
		p.content, list, err = p.list(cup).CSV()
		p.control = list.Control
	case p.mediaType == blob.Workbook:
		p.content, list, err = p.list(cup).Workbook()
		p.control = list.Control
	case payer.Format == programme.CBI:
		p.content, p.control, err = p.order(tx, payer, cup, day).CBI()
	default:
		p.content, p.control, err = p.order(tx, payer, cup, day).Pain()
	}
	return err
}

func listForm(workbook bool) string {
	if workbook {
		return blob.Workbook
	}
	return blob.CSV
}

// order is the message for a bank. The bank shows each line on the statement, so that what comes back can be told apart.
func (p *part) order(tx *postgres.Tx, payer programme.Payer, cup fiscal.CUP, day calendar.Day) payfile.Order {
	order := payfile.Order{MessageID: p.messageID, Created: tx.Now, Execution: day,
		Debtor: payfile.Debtor{Name: payer.Name, IBAN: payer.IBAN, BIC: payer.BIC, CUC: payer.CUC}, Lines: make([]payfile.Line, len(p.transfers))}
	for i, t := range p.transfers {
		order.Lines[i] = payfile.Line{EndToEndID: t.id(), Holder: t.holder, IBAN: fiscal.IBAN(t.iban), Amount: t.net, CUP: cup, Month: t.months[len(t.months)-1], Wording: "Indennita" + t.earlier()}
	}
	return order
}

// listed are means as a list of orders names them.
var listed = map[programme.Means]payfile.Means{programme.ByIBAN: payfile.MeansIBAN, programme.ByCard: payfile.MeansCard, programme.ByPost: payfile.MeansPostal, programme.ByTeller: payfile.MeansCounter}

// list is what an accounting office orders by.
func (p *part) list(cup fiscal.CUP) payfile.List {
	list := payfile.List{Rows: make([]payfile.ListRow, len(p.transfers))}
	for i, t := range p.transfers {
		list.Rows[i] = payfile.ListRow{Key: t.id(), Beneficiary: t.holder, Means: listed[t.means], IBAN: fiscal.IBAN(t.iban), Gross: t.gross, Withheld: t.held, Recovered: t.recovered, Net: t.net, CUP: cup,
			BudgetLine: strings.Join(t.budgetLines, " + "), Wording: "Indennità " + monthNumber(t.months[len(t.months)-1]) + t.earlier()}
	}
	return list
}

// earlier names the months before the last one, of which there may be more than a message holds.
func (t transfer) earlier() string {
	const most = 6
	var words strings.Builder
	for i, m := range t.months[:len(t.months)-1] {
		if i == most {
			words.WriteString(" ...")
			break
		}
		words.WriteString(" + " + monthNumber(m))
	}
	return words.String()
}

func monthNumber(m calendar.Month) string {
	return twoDigits(int(m.Name())) + "/" + strconv.Itoa(m.Year())
}

// transfers opens where the people of an approved run are paid.
func (r *runRow) transfers(ctx context.Context, tx *postgres.Tx) ([]transfer, error) {
	rows, err := beneficiaries(ctx, tx, r.ID)
	if err != nil {
		return nil, err
	}
	persons := make([]uuid.UUID, len(rows))
	for i, b := range rows {
		persons[i] = b.PersonID
	}
	keys, err := tx.DataKeys(ctx, persons)
	if err != nil {
		return nil, err
	}
	to := make([]transfer, len(rows))
	for i, b := range rows {
		place := func(column string) postgres.Place {
			return postgres.Place{Table: "person_bank", Column: column, Row: b.BankID}
		}
		key, known := keys[b.PersonID]
		if !known || key.Erased() {
			return nil, AccountGone.At("run").With("line", compact(b.HeadID))
		}
		var iban []byte
		if b.IBAN != nil {
			if iban, err = key.Open(b.IBAN, place("iban")); err != nil {
				return nil, err
			}
		}
		holder, err := key.Open(b.Holder, place("holder"))
		if err != nil {
			return nil, err
		}
		to[i] = transfer{head: b.HeadID, iban: string(iban), holder: string(holder), means: b.Means, months: b.Months, budgetLines: b.BudgetLines, gross: b.GrossCents, held: b.WithheldCents, recovered: b.RecoveredCents, net: b.NetCents}
	}
	return to, nil
}

// keep writes a part down, with its file, and marks the lines that it sends.
func (r *runRow) keep(ctx context.Context, tx *postgres.Tx, p part) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	file, err := uuid.NewV7()
	if err != nil {
		return err
	}
	line, err := lineOf(ctx, tx, r.PayerID)
	if err != nil {
		return err
	}
	if err := blob.Keep(ctx, tx, blob.Announced{ID: file, Programme: r.ProgrammeID, Kind: SentFile, Class: access.Bank, MediaType: p.mediaType, Audience: line}, p.content); err != nil {
		return err
	}
	heads := make([]uuid.UUID, len(p.transfers))
	for i, t := range p.transfers {
		heads[i] = t.head
	}
	if err := insertFile(ctx, tx, fileRow{ID: id, RunID: r.ID, ProgrammeID: r.ProgrammeID, PayerID: r.PayerID, Part: p.number, MessageID: p.messageID, FileID: file,
		Lines: p.control.Lines, NetCents: p.control.Total, MadeAt: tx.Now, Audience: line}, p.control.Hash); err != nil {
		return err
	}
	return sendLines(ctx, tx, r.ID, p.number, heads)
}
