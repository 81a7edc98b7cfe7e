package payment

import (
	"slices"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance/payfile"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Prefixes of ids in the API.
const (
	RunPrefix    = "pay"
	LinePrefix   = "pyl"
	AnswerPrefix = "pya"
)

// State is how far a run is.
type State string

// The states of a run; see the package comment.
const (
	Draft          State = "DRAFT"
	Computed       State = "COMPUTED"
	Checked        State = "CHECKED"
	Approved       State = "APPROVED"
	Exported       State = "EXPORTED"
	Paid           State = "PAID"
	PartlyReturned State = "PARTLY_RETURNED"
	Discarded      State = "DISCARDED"
)

var stateWords = map[string]text.Text{
	string(Draft):          {It: "Bozza", En: "Draft"},
	string(Computed):       {It: "Calcolato", En: "Computed"},
	string(Checked):        {It: "Controllato", En: "Checked"},
	string(Approved):       {It: "Approvato", En: "Approved"},
	string(Exported):       {It: "Inviato al pagamento", En: "Sent to be paid"},
	string(Paid):           {It: "Pagato", En: "Paid"},
	string(PartlyReturned): {It: "Pagato in parte", En: "Partly returned"},
	string(Discarded):      {It: "Annullato", En: "Discarded"},
}

// LineState is how far a line is.
type LineState string

// The states of a line; see the package comment.
const (
	LinePending     LineState = "PENDING"
	LineBlocked     LineState = "BLOCKED"
	LineHeld        LineState = "HELD"
	LineExported    LineState = "EXPORTED"
	LineRecallAsked LineState = "RECALL_ASKED"
	LinePaid        LineState = "PAID"
	LineRejected    LineState = "REJECTED"
	LineReturned    LineState = "RETURNED"
	LineRecalled    LineState = "RECALLED"
	LineLeftOut     LineState = "LEFT_OUT"
	LineDiscarded   LineState = "DISCARDED"
)

// live says whether a line that was sent takes up what is owed.
func (s LineState) live() bool { return s == LineExported || s == LineRecallAsked || s == LinePaid }

var lineWords = map[string]text.Text{
	string(LinePending):     {It: "Da pagare", En: "To be paid"},
	string(LineBlocked):     {It: "Bloccato", En: "Blocked"},
	string(LineHeld):        {It: "Trattenuto", En: "Held back"},
	string(LineExported):    {It: "Inviato al pagamento", En: "Sent to be paid"},
	string(LineRecallAsked): {It: "Richiamo chiesto", En: "Recall asked"},
	string(LinePaid):        {It: "Pagato", En: "Paid"},
	string(LineRejected):    {It: "Rifiutato", En: "Rejected"},
	string(LineReturned):    {It: "Tornato indietro", En: "Returned"},
	string(LineRecalled):    {It: "Richiamato", En: "Recalled"},
	string(LineLeftOut):     {It: "Rinviato al prossimo pagamento", En: "Left to the next run"},
	string(LineDiscarded):   {It: "Annullato", En: "Discarded"},
}

// Kind is whether a run is the first one for its last month.
type Kind string

// The kinds of runs.
const (
	Ordinary      Kind = "ORDINARY"
	Supplementary Kind = "SUPPLEMENTARY"
)

// facts is what the gates of a run look at.
type facts struct {
	State     State
	Gathering bool // not all of it was gathered yet
	Lines     int  // that are to be paid
	Began     bool // something of it was sent
}

// transition is one row of the table: an act, the states that it leaves, the state that it reaches, and what must hold.
type transition struct {
	Act    access.Act
	From   []State
	To     State // "" where it follows from what was done
	Label  text.Text
	reason bool // a word of why is needed
	gates  []func(facts) refusal.List
}

// transitions is the whole life of a run. Roles stand in the table of package access.
var transitions = []transition{
	{Act: access.ComputeRun, From: []State{Draft, Computed}, Label: text.Text{It: "Calcola", En: "Compute"}},
	{Act: access.CheckRun, From: []State{Computed}, To: Checked, Label: text.Text{It: "Conferma il controllo", En: "Check"}, gates: []func(facts) refusal.List{somethingToPay}},
	{Act: access.ApproveRun, From: []State{Checked}, Label: text.Text{It: "Approva", En: "Approve"}},
	{Act: access.ExportRun, From: []State{Approved, Exported}, To: Exported, Label: text.Text{It: "Invia al pagamento", En: "Send to be paid"}},
	{Act: access.DiscardRun, From: []State{Draft, Computed, Checked, Approved}, To: Discarded, Label: text.Text{It: "Annulla", En: "Discard"}, reason: true},
}

func transitionOf(act access.Act) transition {
	return transitions[slices.IndexFunc(transitions, func(t transition) bool { return t.Act == act })]
}

// check says why the transition cannot be made now; nil where it can.
func (t transition) check(f facts) (list refusal.List) {
	if !slices.Contains(t.From, f.State) {
		return refusal.List{WrongState.At("run").With("state", stateWords[string(f.State)])}
	}
	for _, gate := range t.gates {
		list = append(list, gate(f)...)
	}
	return list
}

func somethingToPay(f facts) refusal.List {
	if f.Lines > 0 {
		return nil
	}
	return refusal.List{NothingToPay.At("run")}
}

// Owner is who cures what keeps a payment back.
type Owner string

// The owners.
const (
	Tutor    Owner = "TUTOR"
	Host     Owner = "HOST"
	Promoter Owner = "PROMOTER" // the partner that follows the person
	CaseTeam Owner = "CASE_TEAM"
	Office   Owner = "PAYMENTS_OFFICE"
	Approver Owner = "APPROVER"
	Lead     Owner = "LEAD" // who coordinates the programme
	Bank     Owner = "BANK" // or the office that the payer sends its orders to
	House    Owner = "HOUSE"
)

var ownerWords = map[Owner]text.Text{
	Tutor:    {It: "il tutor", En: "the tutor"},
	Host:     {It: "il soggetto ospitante", En: "the host company"},
	Promoter: {It: "il partner che segue la persona", En: "the partner that follows the person"},
	CaseTeam: {It: "chi segue la persona", En: "whoever follows the person"},
	Office:   {It: "l'ufficio pagamenti", En: "the payments office"},
	Approver: {It: "chi approva i pagamenti", En: "whoever approves payments"},
	Lead:     {It: "chi coordina il programma", En: "the programme's coordinators"},
	Bank:     {It: "la banca o la ragioneria di chi paga", En: "the payer's bank or accounting office"},
	House:    {It: "nessuno: il sistema lo fa da sé", En: "nobody: the system does it by itself"},
}

// Name is who the owner is, in words.
func (o Owner) Name() text.Text { return ownerWords[o] }

// Block is why a line cannot go, or a month's money is not there: what is the matter, what to do, and who does it.
type Block struct {
	Code    string    `json:"code"`
	Cause   text.Text `json:"cause"`
	Cure    text.Text `json:"cure"`
	CuredBy text.Text `json:"curedBy"`
	Owner   Owner     `json:"owner"`
}

// NewBlock is a block with its owner in words.
func NewBlock(code string, cause, cure text.Text, by Owner) Block {
	return Block{Code: code, Cause: cause, Cure: cure, CuredBy: by.Name(), Owner: by}
}

// blocks are all reasons why a line may not go, as payment_gather names them.
var blocks = []Block{
	NewBlock("NO_ACCOUNT", text.Text{It: "mancano i dati di pagamento", En: "payment details are missing"},
		text.Text{It: "chiedi alla persona dove vuole essere pagata, con un documento, e registralo", En: "ask the person where to be paid, with a paper, and record it"}, CaseTeam),
	NewBlock("PROTECTED_ACCOUNT", text.Text{It: "mancano i dati di pagamento di una persona protetta", En: "payment details of a protected person are missing"},
		text.Text{It: "avvisa chi coordina il programma con lo pseudonimo: li registra chi segue la persona", En: "tell the coordinators the pseudonym: whoever follows the person records them"}, CaseTeam),
	NewBlock("ACCOUNT_UNCONFIRMED", text.Text{It: "i dati di pagamento non sono ancora confermati da una seconda persona", En: "the payment details are not confirmed by a second person yet"},
		text.Text{It: "falli confermare da chi non li ha registrati", En: "have them confirmed by who has not recorded them"}, CaseTeam),
	NewBlock("ACCOUNT_RESTING", text.Text{It: "i dati di pagamento sono cambiati da pochi giorni", En: "the payment details changed some days ago"},
		text.Text{It: "attendi i giorni previsti, oppure richiama la persona al numero già noto", En: "wait for the days of the rules, or call the person back by the number known before"}, CaseTeam),
	NewBlock("ACCOUNT_SHARED", text.Text{It: "un'altra persona è pagata sullo stesso conto", En: "another person is paid to the same account"},
		text.Text{It: "chiarisci di chi è il conto e registra chi può riceverci pagamenti", En: "find out whose account it is, and record who may be paid to it"}, CaseTeam),
	NewBlock("ACCOUNT_NO_MATCH", text.Text{It: "per la banca l'intestatario è un altro", En: "the bank says that the holder is somebody else"},
		text.Text{It: "correggi l'intestatario o il conto con un documento della banca", En: "correct the holder or the account by a paper of the bank"}, CaseTeam),
	NewBlock("ACCOUNT_REFUSED", text.Text{It: "la banca ha rifiutato o restituito un pagamento su questo conto", En: "the bank has rejected, or sent back, a payment to this account"},
		text.Text{It: "registra i dati di pagamento corretti; se la banca ha chiarito che vanno bene, registra di nuovo gli stessi", En: "record the payment details as they are right; where the bank has cleared them, record the same anew"}, CaseTeam),
	NewBlock("MEANS_NOT_OFFERED", text.Text{It: "l'ente non paga in questo modo", En: "the payer does not pay by these means"},
		text.Text{It: "chiedi alla persona un conto, o fai pagare un altro ente", En: "ask the person for an account, or have another body pay"}, CaseTeam),
	NewBlock("PERSON_ERASED", text.Text{It: "i dati della persona sono stati cancellati", En: "the person's data have been erased"},
		text.Text{It: "chiudi il credito con chi coordina il programma", En: "close the debt with the coordinators"}, Office),
	NewBlock("CHECK_OLD", text.Text{It: "la verifica sulle misure incompatibili manca o è troppo vecchia", En: "the check against excluding measures is missing or too old"},
		text.Text{It: "ripeti la verifica e registrala", En: "repeat the check, and record it"}, Office),
	NewBlock("CHECK_FOUND", text.Text{It: "la verifica ha trovato una misura incompatibile", En: "the check has found an excluding measure"},
		text.Text{It: "chiarisci con chi segue la persona; poi ripeti la verifica", En: "clear it up with whoever follows the person; then repeat the check"}, CaseTeam),
	NewBlock("BANK_CONTRADICTS", text.Text{It: "di un pagamento alla persona la banca dice ciò che non torna con quanto se ne sa", En: "of a payment to the person the bank says what does not fit what is known of it"},
		text.Text{It: "chi non ha caricato la risposta guardi il conto e dica se il denaro è partito; poi ricalcola il pagamento", En: "who has not read the answer looks at the account, and says whether the money went; then compute the run again"}, Approver),
	NewBlock("STATEMENT_STUCK", text.Text{It: "un conteggio della persona va rifatto e il sistema non ci riesce", En: "a statement of the person has to be worked out again, and the system cannot"},
		text.Text{It: "risolvi la scadenza «Conteggio fermo», che ne dice il motivo; poi ricalcola il pagamento", En: "see to the due \"Statement stopped\", which says why; then compute the run again"}, Lead),
}

// since are all reasons why a line does not go as it was computed, beside those, as payment_changes names them.
var since = []Block{
	NewBlock("ACCOUNT_CHANGED", text.Text{It: "i dati di pagamento sono cambiati dopo il calcolo", En: "the payment details have changed since the run was computed"},
		text.Text{It: "trattieni la riga e, inviato il pagamento, sbloccala: la prende il prossimo, e fino ad allora aspetta; oppure ricalcola",
			En: "hold the line, and release it once the run was sent: the next run takes it up, and it waits until then; or compute the run again"}, Office),
	NewBlock("OWED_LESS", text.Text{It: "dopo il calcolo il dovuto è diventato minore", En: "less is owed since the run was computed"},
		text.Text{It: "trattieni la riga e, inviato il pagamento, sbloccala: la prende il prossimo, e fino ad allora aspetta; oppure ricalcola",
			En: "hold the line, and release it once the run was sent: the next run takes it up, and it waits until then; or compute the run again"}, Office),
	NewBlock("STATEMENT_CONTESTED", text.Text{It: "il conteggio è contestato e aspetta una risposta", En: "the statement is contested, and waits for an answer"},
		text.Text{It: "rispondi alla contestazione", En: "answer the contest"}, Promoter),
	NewBlock("DISCHARGE_WAITS", text.Text{It: "ciò che si trattiene risulta restituito, o vi si rinuncia, e si aspetta la conferma", En: "what is taken off is said to be given back, or is to be given up, and waits to be confirmed"},
		text.Text{It: "ricalcola il pagamento; se è già controllato, scartalo", En: "compute the run again; if it is checked already, discard it"}, Office),
}

// Blocks are all reasons why a line may not go.
func Blocks() []Block { return slices.Clone(blocks) }

// BlockOf explains a reason by its code; one that the table does not know keeps its code.
func BlockOf(code string) Block {
	for _, b := range slices.Concat(blocks, since) {
		if b.Code == code {
			return b
		}
	}
	return NewBlock(code, text.Same(code), text.Same(code), Office)
}

// ReasonOf explains by the bank's code why a transfer was rejected, or came back.
func ReasonOf(code string) Block {
	why := payfile.ReasonOf(code)
	b := Block{Code: why.Code, Cause: why.Cause, Cure: why.Cure, CuredBy: why.Owner.Name(), Owner: Office}
	if why.Owner == payfile.OwnerDetails {
		b.Owner = CaseTeam
	}
	return b
}

// Clocks are the waiting states of runs and payers as data for whoever keeps clocks.
func Clocks() []event.Clock {
	clock := func(s State, kind string, label text.Text) event.Clock {
		return event.Clock{Concept: concept, SubjectKind: subject, Prefix: RunPrefix, State: string(s), Policy: "clock." + concept + "." + string(s), Kind: kind, Label: label}
	}
	return append(calendarClocks(),
		clock(Draft, "payment.compute", text.Text{It: "Calcolare il pagamento", En: "Compute the payment run"}),
		clock(Computed, "payment.check", text.Text{It: "Controllare il pagamento", En: "Check the payment run"}),
		clock(Checked, "payment.approve", text.Text{It: "Approvare il pagamento", En: "Approve the payment run"}),
		clock(Approved, "payment.export", text.Text{It: "Inviare il pagamento", En: "Send the payment run to be paid"}),
		event.Clock{Concept: answerConcept, SubjectKind: subject, Prefix: RunPrefix, State: contradicted, Policy: "clock." + answerConcept + "." + contradicted, Kind: "payment.contradiction",
			Label: text.Text{It: "Dire se è stato pagato ciò di cui la banca dice cose che non tornano", En: "Say whether it was paid, of which the bank says what does not fit"}},
		event.Clock{Concept: transferConcept, SubjectKind: subject, Prefix: RunPrefix, State: leftBehind, Policy: "clock." + transferConcept + "." + leftBehind, Kind: "payment.leftBehind",
			Label: text.Text{It: "Occuparsi di chi è rimasto fuori dal pagamento", En: "See to those whom the payment run has left behind"}},
		clock(Exported, "payment.answer", text.Text{It: "Caricare la risposta al pagamento", En: "Load the answer to the payment run"}),
	)
}

const (
	concept = "payment"
	subject = "PaymentRun"
)

// What the answers to a run come to, beside its state.
const (
	answerConcept = "answer"
	contradicted  = "CONTRADICTED" // something was said of a line that does not fit its state
	consistent    = "CONSISTENT"
)

// Whether somebody waits whom a run that is over has not paid.
const (
	transferConcept = "transfer"
	leftBehind      = "LEFT_BEHIND" // a line is kept back, or could not go and no later run has taken up what is owed of it
	takenUp         = "TAKEN_UP"
)
