package programme

import (
	"bytes"
	_ "embed"
)

// LavoroInCorso3Name is the file name of LavoroInCorso3, for the words of problems.
const LavoroInCorso3Name = "lavoro-in-corso-3.yaml"

// LavoroInCorso3 is the file of the programme that the product was made for.
//
//go:embed files/lavoro-in-corso-3.yaml
var LavoroInCorso3 []byte

// Demonstration is LavoroInCorso3 with what a demonstration needs to pay and nobody has published: an account of the payer by bank file, at a
// bank that does not exist, and a CUP that is one, of no project.
func Demonstration() []byte {
	const means = "    means: [IBAN, CARD_IBAN]\n"
	file := bytes.Replace(LavoroInCorso3, []byte(means), []byte(means+"    account: {iban: IT07S9999999999PEGASOPROVA1, cuc: PROVA001}\n"), 1)
	return bytes.Replace(file, []byte("cup: J89G24000300006R"), []byte("cup: J00J24000000000"), 1)
}
