package programme

import (
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

var coordination = text.Text{It: "il coordinamento del programma", En: "the programme's coordination"}

var (
	// NoPolicy is for a day before the first version of the rules.
	NoPolicy = refusal.Define(refusal.Definition{
		Code: "NO_POLICY", Kind: refusal.Rule,
		Message: text.Text{
			It: "Il {day} il programma non aveva ancora regole in vigore.",
			En: "On {day} the programme had no rules in force yet.",
		},
		Cure: text.Text{
			It: "Controlla la data: deve cadere dopo l'avvio del programma.",
			En: "Check the day: it must fall after the programme's start.",
		},
		CuredBy: coordination,
	})
	// PolicyLacks is for a version of the rules that was applied before the program knew all of the rules that it asks for now.
	PolicyLacks = refusal.Define(refusal.Definition{
		Code: "POLICY_LACKS_RULES", Kind: refusal.State,
		Message: text.Text{
			It: "Nelle regole del programma (versione {version}) mancano quelle più recenti: {rules}.",
			En: "The programme's rules (version {version}) lack new ones: {rules}.",
		},
		Cure: text.Text{
			It: "Aggiungi le regole mancanti al file del programma, in una nuova versione in vigore da oggi, e applicalo con «lavoro programme apply».",
			En: "Add the rules that are missing to the programme's file, in a new version in force from today, and apply it with \"lavoro programme apply\".",
		},
		CuredBy: text.Text{It: "chi gestisce l'installazione, con il coordinamento del programma", En: "whoever runs the installation, with the programme's coordination"},
	})
	// SignInAgain is for an act that asks for a more recent sign-in than the actor's, or of one who never signs in.
	SignInAgain = refusal.Define(refusal.Definition{
		Code: "SIGN_IN_AGAIN", Kind: refusal.Right,
		Message: text.Text{
			It: "Questa operazione chiede un accesso recente di una persona: il tuo ha più di {minutes} minuti, o non si sa quando è avvenuto.",
			En: "This operation asks for a person's recent sign-in: yours is older than {minutes} minutes, or it is not known when it was.",
		},
		Cure: text.Text{
			It: "Accedi di nuovo e ripeti entro {minutes} minuti. Un programma che si presenta da solo non può farla.",
			En: "Sign in again and repeat within {minutes} minutes. A program that comes in its own name cannot do it.",
		},
	})
	// NoRoute is for hours that no payer is foreseen for.
	NoRoute = refusal.Define(refusal.Definition{
		Code: "NO_ROUTE", Kind: refusal.Rule,
		Message: text.Text{
			It: "Le regole del programma non dicono chi paga l'attività {kind} per le persone di questo ente.",
			En: "The programme's rules do not say who pays the activity {kind} for this body's people.",
		},
		Cure: text.Text{
			It: "Completa la regola payment.routes nel file del programma, in una nuova versione.",
			En: "Complete the rule payment.routes in the programme's file, in a new version.",
		},
		CuredBy: coordination,
	})
	// PayerWithoutAccount is for a payer by bank file of which nobody has said from which account it pays.
	PayerWithoutAccount = refusal.Define(refusal.Definition{
		Code: "PAYER_WITHOUT_ACCOUNT", Kind: refusal.State,
		Message: text.Text{
			It: "Dell'ente pagatore {payer} non si conosce il conto da addebitare.",
			En: "The account from which the payer {payer} pays is not known.",
		},
		Cure: text.Text{
			It: "Aggiungi il conto dell'ente pagatore al file del programma e applicalo con «lavoro programme apply».",
			En: "Add the payer's account to the programme's file and apply it with \"lavoro programme apply\".",
		},
		CuredBy: text.Text{It: "il pagatore, con il coordinamento del programma", En: "the payer, with the programme's coordination"},
	})
	// FundsShort is for an amount that would exceed a budget line.
	FundsShort = refusal.Define(refusal.Definition{
		Code: "FUNDS_SHORT", Kind: refusal.Rule,
		Message: text.Text{
			It: "Sulla voce di spesa «{line}» mancano {over}.",
			En: "The budget line “{line}” is short of {over}.",
		},
		Cure: text.Text{
			It: "Riduci l'importo, oppure fai spostare fondi sulla voce con una rimodulazione del piano finanziario.",
			En: "Reduce the amount, or have funds moved to the line by a change of the financial plan.",
		},
		CuredBy: coordination,
	})
	// LineUncovered is for an internship that its budget line does not cover to the end. It tells no amount: who acts may not see them.
	LineUncovered = refusal.Define(refusal.Definition{
		Code: "LINE_UNCOVERED", Kind: refusal.Rule,
		Message: text.Text{
			It: "La voce di spesa «{line}» non copre questo impegno fino alla fine.",
			En: "The budget line “{line}” does not cover this commitment to its end.",
		},
		Cure: text.Text{
			It: "Riduci la durata, oppure fai spostare fondi sulla voce con una rimodulazione del piano finanziario.",
			En: "Make it shorter, or have funds moved to the line by a change of the financial plan.",
		},
		CuredBy: coordination,
	})
	// FundsClosed is for a budget line on which nothing may be approved today.
	FundsClosed = refusal.Define(refusal.Definition{
		Code: "FUNDS_CLOSED", Kind: refusal.Rule,
		Message: text.Text{
			It: "La voce di spesa «{line}» non è disponibile {until}: {reason}.",
			En: "The budget line “{line}” is not available {until}: {reason}.",
		},
		Cure: text.Text{
			It: "Attendi che i fondi siano di nuovo disponibili, oppure fai aggiornare il blocco nel file del programma.",
			En: "Wait until the funds are available again, or have the gate changed in the programme's file.",
		},
		CuredBy: coordination,
	})
	// CodeUnknown is for a code that the programme's list does not have.
	CodeUnknown = refusal.Define(refusal.Definition{
		Code: "CODE_UNKNOWN", Kind: refusal.Input,
		Message: text.Text{
			It: "Il codice non è nell'elenco {list} del programma.",
			En: "The code is not in the programme's list {list}.",
		},
		Cure: text.Text{
			It: "Scegli un codice dell'elenco.",
			En: "Choose a code from the list.",
		},
	})
	// CodeExpired is for a code of the list that may not be used today.
	CodeExpired = refusal.Define(refusal.Definition{
		Code: "CODE_EXPIRED", Kind: refusal.Rule,
		Message: text.Text{
			It: "La voce «{label}» oggi non è utilizzabile.",
			En: "The item “{label}” may not be used today.",
		},
		Cure: text.Text{
			It: "Scegli una voce in vigore.",
			En: "Choose an item that is in force.",
		},
	})
)
