package refusal

// The codes that belong to no single concept.
var (
	// NotFound answers alike for unknown, hidden and foreign ids, so that nothing can be learned by trying.
	NotFound = Define(Definition{
		Code: "NOT_FOUND", Kind: Input,
		Message: Text{
			It: "L'elemento indicato non esiste oppure non è visibile con il tuo accesso.",
			En: "The item does not exist, or is not visible to you.",
		},
		Cure: Text{
			It: "Controlla l'identificativo e riprova partendo dall'elenco.",
			En: "Check the identifier, and start again from the list.",
		},
	})
	// NotAllowed is for an act on something the actor may see, but not change in this way.
	NotAllowed = Define(Definition{
		Code: "NOT_ALLOWED", Kind: Right,
		Message: Text{
			It: "Il tuo ruolo non consente questa operazione.",
			En: "Your role does not allow this act.",
		},
		Cure: Text{
			It: "Chiedi a chi ha il ruolo necessario di eseguire l'operazione, oppure di assegnartelo.",
			En: "Ask someone who holds the role to do it, or to give you the role.",
		},
		CuredBy: Text{
			It: "chi amministra gli accessi del tuo ente",
			En: "whoever manages access in your organisation",
		},
	})
	// RevisionConflict is for an act on a revision that is no longer the current one.
	RevisionConflict = Define(Definition{
		Code: "CONFLICT_REVISION", Kind: Conflict,
		Message: Text{
			It: "Nel frattempo qualcun altro ha modificato questi dati.",
			En: "Someone else has changed this data in the meantime.",
		},
		Cure: Text{
			It: "Rileggi la versione aggiornata e ripeti la modifica, se serve ancora.",
			En: "Read the current version, and repeat your change if it is still needed.",
		},
	})
	// RequestIDReused is for a request id seen before with another input; the first outcome stands.
	RequestIDReused = Define(Definition{
		Code: "REQUEST_ID_REUSED", Kind: Conflict,
		Message: Text{
			It: "Questo identificativo di richiesta è già stato usato per una richiesta diversa.",
			En: "This request id was already used for a different request.",
		},
		Cure: Text{
			It: "Invia di nuovo la richiesta con un identificativo nuovo.",
			En: "Send the request again with a new id.",
		},
	})
	// InvalidValue is for a value that cannot be read; {cause} is a clause without capital or full stop.
	InvalidValue = Define(Definition{
		Code: "INVALID_VALUE", Kind: Input,
		Message: Text{
			It: "Il valore non è valido: {cause}.",
			En: "The value is not valid: {cause}.",
		},
		Cure: Text{
			It: "Correggi il campo indicato e invia di nuovo.",
			En: "Correct the field, and send again.",
		},
	})
	// IDTaken is for a new thing whose client-made id already names another thing.
	IDTaken = Define(Definition{
		Code: "ID_TAKEN", Kind: Conflict,
		Message: Text{
			It: "Questo identificativo è già assegnato a un altro elemento.",
			En: "This id already belongs to another item.",
		},
		Cure: Text{
			It: "Genera un identificativo nuovo e riprova.",
			En: "Make a new id, and try again.",
		},
	})
	// Internal is all that is said of a fault of ours; {id} stands beside the fault in the log.
	Internal = Define(Definition{
		Code: "INTERNAL", Kind: State,
		Message: Text{It: "Errore interno. Riferimento: {id}.", En: "Internal error. Reference: {id}."},
		Cure: Text{
			It: "Riprova; se si ripete, comunica il riferimento all'assistenza.",
			En: "Try again; if it happens again, give the reference to support.",
		},
	})
)
