package placement

import "github.com/lavoroincorso/lavoro/internal/values/text"

// Labels are the states' names.
var Labels = map[string]text.Text{
	"DRAFT":        {It: "In preparazione", En: "In preparation"},
	"MATCHED":      {It: "Concordato", En: "Agreed"},
	"PFI_SIGNED":   {It: "PFI firmato", En: "PFI signed"},
	"COMMUNICATED": {It: "Comunicato", En: "Communicated"},
	"RUNNING":      {It: "In corso", En: "Running"},
	"SUSPENDED":    {It: "Sospeso", En: "Suspended"},
	"INTERRUPTED":  {It: "Interrotto", En: "Broken off"},
	"ENDED":        {It: "Concluso", En: "Ended"},
	"ATTESTED":     {It: "Attestato", En: "Attested"},
	"CANCELLED":    {It: "Annullato in preparazione", En: "Given up"},
	"ANNULLED":     {It: "Annullato dopo la comunicazione", En: "Annulled"},
}

// Hints say what is to be done in a state.
var Hints = map[string]text.Text{
	"DRAFT":        {It: "Raccogli l'accordo di persona, tutor e azienda e registra la convenzione.", En: "Get the agreement of person, tutor and company, and record the convention."},
	"MATCHED":      {It: "Fai firmare il progetto formativo individuale (PFI) a tutte le parti.", En: "Have the individual project (PFI) signed by all parties."},
	"PFI_SIGNED":   {It: "Invia la comunicazione obbligatoria (UNILAV) e registra il protocollo.", En: "Send the mandatory communication (UNILAV), and record its code."},
	"COMMUNICATED": {It: "Verifica l'attestato di sicurezza e avvia il tirocinio dal primo giorno previsto.", En: "Check the safety certificate, and start on the planned first day."},
	"RUNNING":      {It: "Registra le presenze e, arrivato l'ultimo giorno, concludi il tirocinio; se serve più tempo, prorogalo prima.", En: "Record attendance and, when the last day has come, end the internship; where more time is needed, extend it before."},
	"SUSPENDED":    {It: "Riprendi il tirocinio quando la causa è cessata, oppure interrompilo; se non cessa entro l'ultimo giorno, prorogalo prima.", En: "Resume when the cause is over, or break off; where it goes on beyond the last day, extend before."},
	"INTERRUPTED":  {It: "Se le ore svolte bastano, rilascia l'attestazione.", En: "Where the hours done suffice, give the attestation."},
	"ENDED":        {It: "Completa il registro e rilascia l'attestazione finale.", En: "Complete the register, and give the final attestation."},
	"ATTESTED":     {It: "Non c'è altro da fare.", En: "Nothing is left to do."},
	"CANCELLED":    {It: "Non c'è altro da fare: il posto è di nuovo libero.", En: "Nothing is left to do: the seat is free again."},
	"ANNULLED":     {It: "Comunica l'annullamento a chi ha ricevuto l'UNILAV: il posto è di nuovo libero.", En: "Tell whoever received the UNILAV: the seat is free again."},
}

func interns(n int) text.Text {
	return text.Count(n, text.Text{It: "tirocinante", En: "intern"}, text.Text{It: "tirocinanti", En: "interns"})
}

func employees(n int) text.Text {
	return text.Count(n, text.Text{It: "dipendente", En: "employee"}, text.Text{It: "dipendenti", En: "employees"})
}
