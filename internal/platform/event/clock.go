package event

import "github.com/lavoroincorso/lavoro/internal/values/text"

// Clock is what is due in a waiting state of a concept: data that a room hands over from its transition table, for words and ids.
// When it is due and whose turn it is, each Transition says.
type Clock struct {
	Concept     string    // as in Transition, e.g. placement
	State       string    // the waiting state, e.g. PFI_SIGNED
	SubjectKind string    // as in Transition, e.g. Placement
	Prefix      string    // of the subject's id in the API, e.g. plc
	Kind        string    // stable code of what is due, e.g. placement.communicate
	Label       text.Text // what is due, e.g. "Invia la comunicazione obbligatoria"
}
