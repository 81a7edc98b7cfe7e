package payfile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strconv"
	"strings"

	"github.com/lavoroincorso/lavoro/internal/platform/file"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Ordered is a transfer as the file by which it was sent orders it.
type Ordered struct {
	EndToEndID string
	Amount     money.Cents
	Payee      string // see PayeeMark
}

// PayeeMark stands for whom a transfer goes to, name and account, in hexadecimal digits. It tells neither, and whoever has the file works it out again. Names
// are compared as a bank spells them; of who has no account the IBAN is "".
func PayeeMark(endToEndID, name, iban string) string {
	spelled, _, ok := latin(name)
	if !ok {
		spelled = strings.Join(strings.Fields(name), " ") // a list of orders takes any alphabet
	}
	sum := sha256.Sum256([]byte("lavoro payee 1\n" + endToEndID + "\n" + spelled + "\n" + strings.ToUpper(strings.Join(strings.Fields(iban), ""))))
	return hex.EncodeToString(sum[:])
}

// ReadSent reads a file by which a run was sent: pain.001 or CBI, or a list of orders as CSV or XLSX; which one, it sees. It gives the SHA-256 of its bytes. A file
// that orders a transfer twice, or other sums than it says, is refused. An error is a refusal.List, or that of the reader.
func ReadSent(in io.Reader, name string) (hash string, lines []Ordered, err error) {
	data, err := readAll(in)
	if err != nil {
		return "", nil, err
	}
	if bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), " \t\r\n"), []byte("<")) {
		lines, err = sentOrder(data)
	} else {
		lines, err = sentList(data, name)
	}
	if err != nil {
		return "", nil, err
	}
	return hashOf(data), lines, orderedOnce(lines)
}

// orderedOnce refuses transfers that are ordered twice: whoever carries the file out pays both.
func orderedOnce(lines []Ordered) error {
	var list refusal.List
	seen := make(map[string]bool, len(lines))
	for _, l := range lines {
		if seen[l.EndToEndID] {
			list = append(list, SentLineTwice.At().With("line", l.EndToEndID))
		}
		seen[l.EndToEndID] = true
	}
	return list.Err()
}

// sentOrder reads a message of one header and one block, which are all that we write: what stands elsewhere a bank may carry out unseen.
func sentOrder(data []byte) (lines []Ordered, err error) {
	root, err := tree(data)
	if err != nil {
		return nil, err
	}
	blocks, headers := root.named("PmtInf"), root.named("GrpHdr")
	if len(blocks) == 0 {
		return nil, refusal.List{SentKindUnknown.At()}
	}
	transfers := blocks[0].all("CdtTrfTxInf")
	if len(blocks) > 1 || len(headers) != 1 || len(transfers) != len(root.named("CdtTrfTxInf")) {
		return nil, refusal.List{SentManyParts.At()}
	}
	var r reading
	for _, t := range transfers {
		id := r.id(t.first("PmtId"), "EndToEndId")
		amount, _ := r.amount(t.first("Amt", "InstdAmt"))
		if id == "" || amount == nil || !t.alone("PmtId.EndToEndId", "Amt.InstdAmt", "Cdtr.Nm", "CdtrAcct.Id.IBAN") {
			r.refuse("CdtTrfTxInf")
			continue
		}
		lines = append(lines, Ordered{id, *amount, PayeeMark(id, t.text("Cdtr.Nm"), t.text("CdtrAcct.Id.IBAN"))})
	}
	if headers[0].text("NbOfTxs") == "" {
		r.refuse("NbOfTxs")
	}
	if r.list == nil {
		r.sums(headers[0], lines)
		r.sums(blocks[0], lines)
	}
	return lines, r.list.Err()
}

// alone says that nothing on the way to values stands twice.
func (e *element) alone(paths ...string) bool {
	for _, p := range paths {
		names := strings.Split(p, ".")
		for n := range names {
			if len(e.all(names[:n+1]...)) > 1 {
				return false
			}
		}
	}
	return true
}

// sums holds the control totals of a header or a block, where it has them, against its lines.
func (r *reading) sums(of *element, lines []Ordered) {
	sum, err := sumOf(lines)
	count, total := r.count(of.first("NbOfTxs")), r.total(of.first("CtrlSum"))
	if err != nil || of.text("NbOfTxs") != "" && count != len(lines) || total != nil && *total != sum {
		r.list = append(r.list, SentTotalsDiffer.At().With("got", totals(len(lines), &sum, "")).With("want", totals(count, total, "")))
	}
}

func sumOf(lines []Ordered) (sum money.Cents, err error) {
	for _, l := range lines {
		if sum, err = sum.Add(l.Amount); err != nil {
			return 0, err
		}
	}
	return sum, nil
}

// sentList reads a list whole: without its totals it is cut.
func sentList(data []byte, name string) (lines []Ordered, err error) {
	read := file.Read
	if bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		read = file.ReadWorkbook
	}
	table, err := read(bytes.NewReader(data), name, columnsOfAnswer())
	if err != nil {
		return nil, brokenTable(err)
	}
	whole := false
	for i, row := range table.Rows {
		key := row.Text("order_key")
		net, err := money.ParseEUR(row.Text("net"))
		if err != nil {
			row.Fail("net", causeOf(err))
		}
		if key == totalKey {
			whole = true
			if row.Text("beneficiary") != strconv.Itoa(i) || i != len(table.Rows)-1 {
				row.Fail("order_key", causeTotal)
			}
			if sum, err := sumOf(lines); err != nil || sum != net {
				row.Fail("net", causeSum)
			}
			continue
		}
		if !text.Line(key, MaxID) {
			row.Fail("order_key", causeLong)
		}
		lines = append(lines, Ordered{key, net, PayeeMark(key, file.Unguarded(row.Text("beneficiary")), row.Text("iban"))})
	}
	if list := refusedRows(table.Rows); list != nil {
		return nil, list
	}
	if !whole {
		return nil, refusal.List{AnswerCut.At()}
	}
	return lines, nil
}
