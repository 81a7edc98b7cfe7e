package member

import "github.com/lavoroincorso/lavoro/internal/values/refusal"

var administrator = refusal.Text{It: "chi amministra gli accessi dell'ente", En: "whoever manages access in the organisation"}

// What stops whoever gives and takes rights.
var (
	// SelfGrant is for giving something to oneself, by whatever account, or to the colleague for whom one stands in.
	SelfGrant = refusal.Define(refusal.Definition{
		Code: "SELF_GRANT", Kind: refusal.Right,
		Message: refusal.Text{It: "Nessuno assegna diritti a sé stesso, né a chi sta sostituendo.", En: "Nobody gives rights to himself, nor to whom he stands in for."},
		Cure:    refusal.Text{It: "Chiedi a un altro amministratore dell'ente o di quello superiore.", En: "Ask another administrator of the body, or of the one above it."},
		CuredBy: administrator,
	})
	// RoleNotGranted is for a role that no administrator gives.
	RoleNotGranted = refusal.Define(refusal.Definition{
		Code: "ROLE_NOT_GRANTED", Kind: refusal.Right,
		Message: refusal.Text{It: "Chi amministra gli accessi non assegna questo ruolo.", En: "Administrators do not give this role."},
		Cure:    refusal.Text{It: "L'accesso di chi partecipa viene da chi segue il caso, quello di chi controlla da un mandato.", En: "Who takes part is let in by who follows the case, an auditor by a mandate."},
	})
	// GrantHeld is for a grant that the member has already on some of the days.
	GrantHeld = refusal.Define(refusal.Definition{
		Code: "GRANT_HELD", Kind: refusal.Conflict,
		Message: refusal.Text{It: "La persona ha già questo ruolo in alcuni di questi giorni.", En: "The member holds this role already on some of these days."},
		Cure:    refusal.Text{It: "Scegli altri giorni, oppure termina prima quello che ha.", En: "Choose other days, or end the one that there is."},
	})
	// RolesApart is for two roles that may not meet in one person.
	RolesApart = refusal.Define(refusal.Definition{
		Code: "ROLES_APART", Kind: refusal.Rule,
		Message: refusal.Text{It: "Il ruolo {role} non può stare nella stessa persona con {others}, nemmeno per delega o con un altro accesso.", En: "The role {role} may not be in one person with {others}, neither by delegation nor under another account."},
		Cure:    refusal.Text{It: "Scegli un'altra persona o altri giorni.", En: "Choose somebody else, or other days."},
	})
	// MemberEnded is for giving something to a member who has left.
	MemberEnded = refusal.Define(refusal.Definition{
		Code: "MEMBER_ENDED", Kind: refusal.State,
		Message: refusal.Text{It: "La persona non lavora più qui dal {day}.", En: "The member is gone since {day}."},
		Cure:    refusal.Text{It: "Se è tornata, invitala di nuovo.", En: "If the member is back, invite anew."},
	})
	// LastAdministrator is for leaving a body without anybody who can administer it.
	LastAdministrator = refusal.Define(refusal.Definition{
		Code: "LAST_ADMINISTRATOR", Kind: refusal.Rule,
		Message: refusal.Text{It: "È l'ultima persona che amministra gli accessi di un ente.", En: "This is the last administrator of a body."},
		Cure:    refusal.Text{It: "Prima assegna il ruolo ADMINISTRATOR a un'altra persona che ha già accettato l'invito.", En: "First give the role ADMINISTRATOR to somebody else who has accepted the invitation."},
	})
	// CompanyNotWorkedWith is for the tutor of a company that the body does not work with.
	CompanyNotWorkedWith = refusal.Define(refusal.Definition{
		Code: "COMPANY_NOT_OF_BODY", Kind: refusal.Rule,
		Message: refusal.Text{It: "L'ente non lavora con questa azienda.", En: "The body does not work with this company."},
		Cure:    refusal.Text{It: "Registra prima l'azienda per l'ente.", En: "Register the company for the body first."},
	})
)

// What stops a delegation.
var (
	// SelfDelegation is for standing in for oneself, by whatever account.
	SelfDelegation = refusal.Define(refusal.Definition{
		Code: "SELF_DELEGATION", Kind: refusal.Input,
		Message: refusal.Text{It: "Nessuno sostituisce sé stesso.", En: "Nobody stands in for himself."},
		Cure:    refusal.Text{It: "Scegli un'altra persona.", En: "Choose somebody else."},
	})
	// DelegateElsewhere is for a delegate of another partner.
	DelegateElsewhere = refusal.Define(refusal.Definition{
		Code: "DELEGATE_ELSEWHERE", Kind: refusal.Rule,
		Message: refusal.Text{It: "La persona indicata non lavora per lo stesso ente, né per uno superiore o inferiore.", En: "This member works neither for the same body nor for one above or below it."},
		Cure:    refusal.Text{It: "Scegli una persona dello stesso ente.", En: "Choose somebody of the same body."},
	})
	// NotDelegable is for a grant that cannot be handed on: over one person, from somebody else, or of other days.
	NotDelegable = refusal.Define(refusal.Definition{
		Code: "GRANT_NOT_DELEGABLE", Kind: refusal.Rule,
		Message: refusal.Text{It: "Questo diritto non si può delegare in questi giorni.", En: "This grant cannot be delegated on these days."},
		Cure:    refusal.Text{It: "Si delega soltanto un diritto proprio, che vale in quei giorni e non riguarda una sola persona.", En: "Only a grant of one's own can be, which holds on those days and is not over one person."},
	})
)
