package programme

import _ "embed"

// LavoroInCorso3Name is the file name of LavoroInCorso3, for the words of problems.
const LavoroInCorso3Name = "lavoro-in-corso-3.yaml"

// LavoroInCorso3 is the file of the programme that the product was made for.
//
//go:embed files/lavoro-in-corso-3.yaml
var LavoroInCorso3 []byte
