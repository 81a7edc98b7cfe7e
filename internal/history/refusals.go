package history

import "github.com/lavoroincorso/lavoro/internal/values/refusal"

// What is refused of folders, their rows, and imports.
var (
	NoFiles = refusal.Define(refusal.Definition{
		Code: "HISTORY_NO_FILES", Kind: refusal.Input,
		Message: refusal.Text{It: "La cartella non contiene nessuno dei file previsti.", En: "The folder holds none of the files that are expected."},
		Cure:    refusal.Text{It: "Usa i nomi {names}.", En: "Use the names {names}."},
	})
	Unreadable = refusal.Define(refusal.Definition{
		Code: "HISTORY_UNREADABLE", Kind: refusal.Input,
		Message: refusal.Text{It: "Il dato non è leggibile: {cause}.", En: "The value cannot be read: {cause}."},
		Cure:    refusal.Text{It: "Correggi la cella e ripeti l'importazione.", En: "Correct the cell and repeat the import."},
	})
	InFuture = refusal.Define(refusal.Definition{
		Code: "HISTORY_IN_FUTURE", Kind: refusal.Input,
		Message: refusal.Text{It: "La data deve ancora venire.", En: "The day is yet to come."},
		Cure:    refusal.Text{It: "Importa solo ciò che è già avvenuto.", En: "Bring in only what has happened."},
	})
	EndsBefore = refusal.Define(refusal.Definition{
		Code: "HISTORY_ENDS_BEFORE", Kind: refusal.Input,
		Message: refusal.Text{It: "La seconda data precede la prima.", En: "The second day is before the first."},
		Cure:    refusal.Text{It: "Controlla le due date.", En: "Check the two days."},
	})
	OutOfBounds = refusal.Define(refusal.Definition{
		Code: "HISTORY_OUT_OF_BOUNDS", Kind: refusal.Input,
		Message: refusal.Text{It: "Il valore non è possibile qui.", En: "The value is not possible here."},
		Cure:    refusal.Text{It: "Controlla il valore con gli altri della riga.", En: "Check the value against the others of the row."},
	})
	UnknownWord = refusal.Define(refusal.Definition{
		Code: "HISTORY_UNKNOWN_WORD", Kind: refusal.Input,
		Message: refusal.Text{It: "La parola non è tra quelle previste.", En: "The word is none of those that are expected."},
		Cure:    refusal.Text{It: "Usa UNEMPLOYED, INACTIVE o EMPLOYED.", En: "Use UNEMPLOYED, INACTIVE or EMPLOYED."},
	})
	Together = refusal.Define(refusal.Definition{
		Code: "HISTORY_TOGETHER", Kind: refusal.Input,
		Message: refusal.Text{It: "Questo dato e la sua data vanno insieme.", En: "This value and its day go together."},
		Cure:    refusal.Text{It: "Compila entrambi, oppure nessuno dei due.", En: "Fill in both, or neither."},
	})
	NobodyHere = refusal.Define(refusal.Definition{
		Code: "HISTORY_NOBODY", Kind: refusal.Input,
		Message: refusal.Text{It: "Nel programma non c'è nessuno con questo codice fiscale.", En: "Nobody with this fiscal code takes part in the programme."},
		Cure:    refusal.Text{It: "Importa prima la persona con «lavoro import participants».", En: "Bring the person in first, by \"lavoro import participants\"."},
	})
	NoSuchLine = refusal.Define(refusal.Definition{
		Code: "HISTORY_NO_LINE", Kind: refusal.Input,
		Message: refusal.Text{It: "Il programma non ha questa voce di spesa.", En: "The programme has no such budget line."},
		Cure:    refusal.Text{It: "Usa il codice di una voce del file del programma.", En: "Use the code of a line of the programme's file."},
	})
	OutsideProgramme = refusal.Define(refusal.Definition{
		Code: "HISTORY_OUTSIDE", Kind: refusal.Input,
		Message: refusal.Text{It: "La data è fuori dalla durata del programma.", En: "The day is outside the programme's duration."},
		Cure:    refusal.Text{It: "Ciò che è avvenuto altrove va in earlier.csv.", En: "What happened elsewhere goes into earlier.csv."},
	})
	MonthHere = refusal.Define(refusal.Definition{
		Code: "HISTORY_MONTH_HERE", Kind: refusal.State,
		Message: refusal.Text{It: "Questo mese è già nel registro o nei conteggi del programma.", En: "This month stands in the programme's register or statements already."},
		Cure:    refusal.Text{It: "Togli la riga: vale quanto è registrato qui.", En: "Take the row out: what is recorded here holds."},
	})
	PlacedHere = refusal.Define(refusal.Definition{
		Code: "HISTORY_PLACED_HERE", Kind: refusal.State,
		Message: refusal.Text{It: "In questi giorni la persona ha già un tirocinio nel programma.", En: "On these days the person has an internship in the programme already."},
		Cure:    refusal.Text{It: "Togli la riga: il tirocinio conta già.", En: "Take the row out: the internship counts already."},
	})
	EnteredHere = refusal.Define(refusal.Definition{
		Code: "HISTORY_ENTERED_HERE", Kind: refusal.State,
		Message: refusal.Text{It: "La persona risulta già entrata nel programma, oppure segnalata dopo questa data.", En: "The person has entered the programme already, or was referred after this day."},
		Cure:    refusal.Text{It: "Controlla la data di ingresso e quella di segnalazione.", En: "Check the day of entry and that of the referral."},
	})
	OverCap = refusal.Define(refusal.Definition{
		Code: "HISTORY_OVER_CAP", Kind: refusal.Rule,
		Message: refusal.Text{It: "Nel mese la persona supererebbe il tetto di {cap}.", En: "In the month the person would exceed the cap of {cap}."},
		Cure:    refusal.Text{It: "Controlla gli importi del mese.", En: "Check the amounts of the month."},
	})
	OverCeiling = refusal.Define(refusal.Definition{
		Code: "HISTORY_OVER_CEILING", Kind: refusal.Rule,
		Message: refusal.Text{It: "La persona supererebbe in tutto il massimo di {ceiling} per l'autonomia abitativa.", En: "The person would exceed the most in all, {ceiling}, towards living on one's own."},
		Cure:    refusal.Text{It: "Controlla gli importi di tutti i mesi.", En: "Check the amounts of all months."},
	})
	KnownOtherwise = refusal.Define(refusal.Definition{
		Code: "HISTORY_KNOWN_OTHERWISE", Kind: refusal.State,
		Message: refusal.Text{It: "Lo stesso fatto è già stato importato, o sta in un'altra riga, con altri dati.", En: "The same fact was brought in already, or stands in another row, with other content."},
		Cure:    refusal.Text{It: "Scarta l'importazione precedente, oppure togli la riga.", En: "Discard the import before, or take the row out."},
	})
	Decided = refusal.Define(refusal.Definition{
		Code: "HISTORY_DECIDED", Kind: refusal.State,
		Message: refusal.Text{It: "Su questa importazione è già stato deciso ({state}).", En: "This import has been decided on already ({state})."},
		Cure:    refusal.Text{It: "Non serve altro.", En: "Nothing more is needed."},
	})
	OwnImport = refusal.Define(refusal.Definition{
		Code: "HISTORY_OWN", Kind: refusal.Right,
		Message: refusal.Text{It: "Chi risponde dei file non può confermare i propri totali.", En: "Who answers for the files does not confirm their totals."},
		Cure:    refusal.Text{It: "Chiedi a un'altra persona di confermare.", En: "Ask somebody else to confirm."},
		CuredBy: refusal.Text{It: "il coordinamento", En: "the coordinators"},
	})
	OwnConfirmation = refusal.Define(refusal.Definition{
		Code: "HISTORY_OWN_CONFIRMATION", Kind: refusal.Right,
		Message: refusal.Text{It: "Chi ha confermato i totali non li revoca da solo.", En: "Who confirmed the totals does not take them back alone."},
		Cure:    refusal.Text{It: "Chiedi a un'altra persona di revocare.", En: "Ask somebody else to take them back."},
		CuredBy: refusal.Text{It: "il coordinamento", En: "the coordinators"},
	})
	NotStanding = refusal.Define(refusal.Definition{
		Code: "HISTORY_NOT_STANDING", Kind: refusal.State,
		Message: refusal.Text{It: "Questa importazione non è in vigore ({state}).", En: "This import does not stand ({state})."},
		Cure:    refusal.Text{It: "Si revoca solo ciò che è stato confermato.", En: "Only what was confirmed is taken back."},
	})
	BuiltOn = refusal.Define(refusal.Definition{
		Code: "HISTORY_BUILT_ON", Kind: refusal.State,
		Message: refusal.Text{It: "Su {rows} righe poggiano già conteggi emessi o attestazioni.", En: "Statements that were issued, or attestations, rest on {rows} rows already."},
		Cure:    refusal.Text{It: "Correggi il singolo mese con una rettifica o con un nuovo conteggio; ciò che ne dipende non si ritira.", En: "Put the single month right by an adjustment or a contested statement; what rests on it is not withdrawn."},
	})
	Overtaken = refusal.Define(refusal.Definition{
		Code: "HISTORY_OVERTAKEN", Kind: refusal.State,
		Message: refusal.Text{It: "Per {rows} righe il mese è stato nel frattempo lavorato nel programma.", En: "The months of {rows} rows have been worked on in the programme meanwhile."},
		Cure:    refusal.Text{It: "Scarta l'importazione, togli quelle righe e ripetila.", En: "Discard the import, take these rows out, and repeat it."},
	})
	ReasonNeeded = refusal.Define(refusal.Definition{
		Code: "HISTORY_REASON_NEEDED", Kind: refusal.Input,
		Message: refusal.Text{It: "Manca il motivo, oppure supera {most} caratteri.", En: "The reason is missing, or is longer than {most} characters."},
		Cure:    refusal.Text{It: "Scrivi in poche parole perché l'importazione va scartata o revocata.", En: "Write in a few words why the import is discarded or taken back."},
	})
)
