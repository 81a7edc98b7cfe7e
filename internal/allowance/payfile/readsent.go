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

// ReadSent reads a file by which a run was sent: pain.001 or CBI, or a list of orders as CSV or XLSX; which one, it sees. It gives the SHA-256 of its bytes. An error is a refusal.List, or that of the reader.
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
	return hashOf(data), lines, err
}

func sentOrder(data []byte) (lines []Ordered, err error) {
	root, err := tree(data)
	if err != nil {
		return nil, err
	}
	var r reading
	payment := root.find("PmtInf")
	if payment == nil {
		return nil, refusal.List{SentKindUnknown.At()}
	}
	for _, t := range payment.all("CdtTrfTxInf") {
		id := r.id(t.first("PmtId"), "EndToEndId")
		amount, _ := r.amount(t.first("Amt", "InstdAmt"))
		if id == "" || amount == nil {
			r.refuse("CdtTrfTxInf")
			continue
		}
		lines = append(lines, Ordered{id, *amount, PayeeMark(id, t.text("Cdtr.Nm"), t.text("CdtrAcct.Id.IBAN"))})
	}
	return lines, r.list.Err()
}

func sentList(data []byte, name string) (lines []Ordered, err error) {
	read := file.Read
	if bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		read = file.ReadWorkbook
	}
	table, err := read(bytes.NewReader(data), name, columnsOfAnswer())
	if err != nil {
		return nil, brokenTable(err)
	}
	for i, row := range table.Rows {
		key := row.Text("order_key")
		if key == totalKey {
			if row.Text("beneficiary") != strconv.Itoa(i) || i != len(table.Rows)-1 {
				row.Fail("order_key", causeTotal)
			}
			continue
		}
		net, err := money.ParseEUR(row.Text("net"))
		if err != nil {
			row.Fail("net", causeOf(err))
		}
		if !text.Line(key, MaxID) {
			row.Fail("order_key", causeLong)
		}
		lines = append(lines, Ordered{key, net, PayeeMark(key, file.Unguarded(row.Text("beneficiary")), row.Text("iban"))})
	}
	return lines, refusedRows(table.Rows).Err()
}
