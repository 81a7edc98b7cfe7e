package payfile

import (
	"bytes"
	"io"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// ReadAnswer reads whatever answers a payment: pain.002, camt.053, camt.054, or a List that came back as CSV or XLSX; which one, it sees. The
// name is the file's; an office says of no day after today that it has paid. An error is a refusal.List, or that of the reader.
func ReadAnswer(in io.Reader, name string, today calendar.Day) (Report, error) {
	data, err := readAll(in)
	if err != nil {
		return Report{}, err
	}
	if !bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), " \t\r\n"), []byte("<")) {
		return readList(data, name, today)
	}
	root, err := tree(data)
	if err != nil {
		return Report{}, err
	}
	report, list := readMessage(root)
	if err := list.Err(); err != nil {
		return Report{}, err
	}
	report.Hash = hashOf(data)
	return report, nil
}

func readMessage(root *element) (Report, refusal.List) {
	if group := root.find("OrgnlGrpInfAndSts"); group != nil {
		return readStatus(root, group)
	}
	if body := root.find("BkToCstmrStmt"); body != nil {
		return readAccount(SourceStatement, body, "Stmt")
	}
	if body := root.find("BkToCstmrDbtCdtNtfctn"); body != nil {
		return readAccount(SourceNotification, body, "Ntfctn")
	}
	return Report{}, refusal.List{AnswerKindUnknown.At()}
}
