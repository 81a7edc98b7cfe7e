package blob

import "github.com/lavoroincorso/lavoro/internal/values/refusal"

// What stops a file.
var (
	// WrongType is for a type that is not taken, and for content that is not of the type announced.
	WrongType = refusal.Define(refusal.Definition{
		Code: "FILE_TYPE", Kind: refusal.Input,
		Message: refusal.Text{It: "Il file non è del tipo annunciato, oppure il tipo non è ammesso.", En: "The file is not of the type announced, or the type is not taken."},
		Cure:    refusal.Text{It: "Carica un PDF, un JPEG o un PNG integro e annuncialo come tale.", En: "Bring an undamaged PDF, JPEG or PNG, and announce it as what it is."},
	})
	// TooLarge is for more bytes than are taken.
	TooLarge = refusal.Define(refusal.Definition{
		Code: "FILE_TOO_LARGE", Kind: refusal.Input,
		Message: refusal.Text{It: "Il file supera 20 MB.", En: "The file has more than 20 MB."},
		Cure:    refusal.Text{It: "Riduci la risoluzione o dividi il documento.", En: "Lower its resolution, or split the document."},
	})
	// WrongSize is for a length that is not the one announced.
	WrongSize = refusal.Define(refusal.Definition{
		Code: "FILE_SIZE", Kind: refusal.Input,
		Message: refusal.Text{It: "La lunghezza del file non è quella annunciata.", En: "The length of the file is not the one announced."},
		Cure:    refusal.Text{It: "Prepara di nuovo il caricamento con la lunghezza esatta in byte.", En: "Prepare the upload again with the exact length in bytes."},
	})
	// WrongHash is for content that is not what was announced.
	WrongHash = refusal.Define(refusal.Definition{
		Code: "FILE_HASH", Kind: refusal.Input,
		Message: refusal.Text{It: "Il contenuto del file non è quello annunciato: l'impronta SHA-256 è diversa.", En: "The content of the file is not what was announced: its SHA-256 is another."},
		Cure:    refusal.Text{It: "Prepara di nuovo il caricamento e invia lo stesso file.", En: "Prepare the upload again, and send the same file."},
	})
	// Infected is for a file in which the virus scanner found something.
	Infected = refusal.Define(refusal.Definition{
		Code: "FILE_INFECTED", Kind: refusal.Rule,
		Message: refusal.Text{It: "L'antivirus ha trovato qualcosa nel file, che non è stato conservato.", En: "The virus scanner found something in the file, which was not kept."},
		Cure:    refusal.Text{It: "Controlla il dispositivo da cui proviene il file e carica una copia pulita.", En: "Check the device that the file comes from, and bring a clean copy."},
	})
	// Unchecked is for a virus scanner that is set and does not answer.
	Unchecked = refusal.Define(refusal.Definition{
		Code: "FILE_UNCHECKED", Kind: refusal.State,
		Message: refusal.Text{It: "L'antivirus non risponde: il file è arrivato, ma non si può ancora usare.", En: "The virus scanner does not answer: the file has arrived, but cannot be used yet."},
		Cure:    refusal.Text{It: "Invia di nuovo l'ultima parte tra qualche minuto.", En: "Send the last range again in some minutes."},
	})
	// WrongOffset is for a range that does not begin where the last one ended.
	WrongOffset = refusal.Define(refusal.Definition{
		Code: "FILE_OFFSET", Kind: refusal.Conflict,
		Message: refusal.Text{It: "La parte inviata non comincia dove finisce quanto già ricevuto.", En: "The range does not begin where what was received ends."},
		Cure:    refusal.Text{It: "Riprendi dalla posizione indicata in Upload-Offset.", En: "Go on from the offset that Upload-Offset names."},
	})
	// WrongRange is for a range that cannot be read, or ends within a chunk.
	WrongRange = refusal.Define(refusal.Definition{
		Code: "FILE_RANGE", Kind: refusal.Input,
		Message: refusal.Text{It: "L'intestazione Content-Range manca, non è leggibile o non corrisponde a quanto inviato.", En: "Content-Range is missing, cannot be read, or does not fit what was sent."},
		Cure: refusal.Text{It: "Scrivi «bytes PRIMO-ULTIMO/TOTALE» con Content-Length; ogni parte tranne l'ultima finisce a un multiplo di 262144 byte.",
			En: "Write “bytes FIRST-LAST/TOTAL”, with Content-Length; every range but the last ends at a multiple of 262144 bytes."},
	})
	// Broken is for a connection that ended before the range did.
	Broken = refusal.Define(refusal.Definition{
		Code: "FILE_BROKEN_OFF", Kind: refusal.Input,
		Message: refusal.Text{It: "La trasmissione si è interrotta prima della fine della parte.", En: "The transfer broke off before the end of the range."},
		Cure:    refusal.Text{It: "Riprendi dalla posizione indicata in Upload-Offset.", En: "Go on from the offset that Upload-Offset names."},
	})
	// Incomplete is for attaching a file whose bytes have not all come.
	Incomplete = refusal.Define(refusal.Definition{
		Code: "FILE_INCOMPLETE", Kind: refusal.State,
		Message: refusal.Text{It: "Il file non è ancora arrivato per intero.", En: "The file has not come whole yet."},
		Cure:    refusal.Text{It: "Completa il caricamento e ripeti.", En: "Finish the upload, and do it again."},
	})
	// Used is for attaching a file that proves something already.
	Used = refusal.Define(refusal.Definition{
		Code: "FILE_ATTACHED", Kind: refusal.Conflict,
		Message: refusal.Text{It: "Il file è già allegato a un'altra registrazione.", En: "The file is attached to another record already."},
		Cure:    refusal.Text{It: "Carica il file di nuovo per allegarlo anche qui.", En: "Bring the file again to attach it here, too."},
	})
	// TakenBack is for fetching a file that was attached by mistake.
	TakenBack = refusal.Define(refusal.Definition{
		Code: "FILE_DESTROYED", Kind: refusal.State,
		Message: refusal.Text{It: "Il file era stato allegato per errore: è stato distrutto con l'annullamento.", En: "The file was attached by mistake, and was destroyed when that was taken back."},
		Cure:    refusal.Text{It: "Se serve, chiedi il documento a chi lo ha e caricalo dove va.", En: "Where it is needed, ask whoever has the document, and bring it to where it belongs."},
	})
)
