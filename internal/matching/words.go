package matching

import "github.com/lavoroincorso/lavoro/internal/values/text"

// Labels are the states' names.
var Labels = map[string]text.Text{
	"SUGGESTED": {It: "Suggerito", En: "Suggested"},
	"PROPOSED":  {It: "Proposto", En: "Proposed"},
	"ACCEPTED":  {It: "Accettato", En: "Accepted"},
	"DECLINED":  {It: "Rifiutato", En: "Declined"},
	"PLACED":    {It: "Diventato tirocinio", En: "Placed"},
	"WITHDRAWN": {It: "Non più possibile", En: "No longer possible"},
}

// Hints say what is to be done in a state.
var Hints = map[string]text.Text{
	"SUGGESTED": {It: "Valuta i motivi e, se l'abbinamento convince, proponilo a persona, tutor e azienda.", En: "Look at the reasons and, if they convince you, put it to person, tutor and company."},
	"PROPOSED":  {It: "Raccogli la risposta di persona, tutor e azienda.", En: "Collect the answers of person, tutor and company."},
	"ACCEPTED":  {It: "Prepara il tirocinio.", En: "Prepare the internship."},
	"DECLINED":  {It: "Non c'è altro da fare: il motivo resta agli atti.", En: "Nothing is left to do: the reason is kept."},
	"PLACED":    {It: "Segui il tirocinio che ne è nato.", En: "Follow the internship that came of it."},
	"WITHDRAWN": {It: "Non c'è altro da fare: la persona o il posto non sono più disponibili.", En: "Nothing is left to do: the person or the seat is no longer available."},
}
