package member

import "github.com/lavoroincorso/lavoro/internal/values/refusal"

var (
	administrator = refusal.Text{It: "chi amministra gli accessi dell'ente", En: "whoever manages access in the organisation"}
	// inviter is who asked somebody to come: an administrator, or who follows a case.
	inviter = refusal.Text{It: "chi ti ha invitato", En: "whoever invited you"}
)

// What stops whoever gives and takes rights.
var (
	// SelfGrant is for giving something to oneself, by whatever account, or to the colleague for whom one stands in.
	SelfGrant = refusal.Define(refusal.Definition{
		Code: "SELF_GRANT", Kind: refusal.Right,
		Message: refusal.Text{It: "Nessuno può assegnare diritti a sé stesso, né a chi sta sostituendo.", En: "Nobody gives rights to himself, nor to whom he stands in for."},
		Cure:    refusal.Text{It: "Chiedi a un'altra persona che può assegnarli.", En: "Ask somebody else who may give them."},
	})
	// RoleNotGranted is for a role that no administrator gives.
	RoleNotGranted = refusal.Define(refusal.Definition{
		Code: "ROLE_NOT_GRANTED", Kind: refusal.Right,
		Message: refusal.Text{It: "Chi amministra gli accessi non può assegnare questo ruolo.", En: "Administrators do not give this role."},
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
	// RoleConflicts is for a role that would have a member work on the case of himself or of who is entrusted to him by law. It does not say so: who
	// administers must not learn who takes part, or represents somebody.
	RoleConflicts = refusal.Define(refusal.Definition{
		Code: "ROLE_CONFLICTS", Kind: refusal.Rule,
		Message: refusal.Text{It: "Questo ruolo non può essere assegnato a questa persona in questo ente.", En: "This role may not be given to this member in this body."},
		Cure:    refusal.Text{It: "Scegli un'altra persona, un altro ente o altri giorni.", En: "Choose somebody else, another body, or other days."},
		CuredBy: refusal.Text{It: "il coordinamento del programma", En: "the programme's coordination"},
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
	// LastOfCircle is for taking the role away in which somebody is the last who could lift a person's protection. It names no person: who
	// administers sees none.
	LastOfCircle = refusal.Define(refusal.Definition{
		Code: "LAST_OF_CIRCLE", Kind: refusal.Rule,
		Message: refusal.Text{It: "È l'ultima persona che potrebbe togliere la protezione a una partecipazione protetta: nessuno la vedrebbe più.", En: "This member is the last who could lift the protection of a participation: nobody would see it any more."},
		Cure:    refusal.Text{It: "Prima chi la vede indica un'altra persona che coordina o che segue casi, oppure le assegna un altro referente.", En: "First somebody who sees it names another member who coordinates or manages cases, or assigns another case manager."},
		CuredBy: refusal.Text{It: "chi è indicato per la partecipazione protetta", En: "who is named for the protected participation"},
	})
	// CompanyNotWorkedWith is for the tutor of a company that the body does not work with.
	CompanyNotWorkedWith = refusal.Define(refusal.Definition{
		Code: "COMPANY_NOT_OF_BODY", Kind: refusal.Rule,
		Message: refusal.Text{It: "L'ente non lavora con questa azienda.", En: "The body does not work with this company."},
		Cure:    refusal.Text{It: "Registra prima l'azienda per l'ente.", En: "Register the company for the body first."},
	})
)

// What stops somebody from coming in.
var (
	// NotAMember is for who has proved who he is and has no role that holds today.
	NotAMember = refusal.Define(refusal.Definition{
		Code: "NOT_A_MEMBER", Kind: refusal.Right,
		Message: refusal.Text{It: "Hai dimostrato chi sei, ma nessun ente ti ha dato un incarico valido oggi.", En: "You have proved who you are, but no body has given you a role that holds today."},
		Cure:    refusal.Text{It: "Apri il collegamento della lettera d'invito, oppure rivolgiti a chi ti ha invitato.", En: "Open the link in your letter of invitation, or ask whoever invited you."},
		CuredBy: inviter,
	})
	// InvitationUnknown is for a secret that opens nothing: mistyped, of an older letter, or taken back.
	InvitationUnknown = refusal.Define(refusal.Definition{
		Code: "INVITATION_UNKNOWN", Kind: refusal.State,
		Message: refusal.Text{It: "Questo invito non vale: è stato ritirato, oppure ne è partito uno più recente.", En: "This invitation does not hold: it was withdrawn, or a newer one was sent."},
		Cure:    refusal.Text{It: "Usa la lettera più recente, oppure chiedi un nuovo invito.", En: "Use the newest letter, or ask for another invitation."},
		CuredBy: inviter,
	})
	// InvitationExpired is for one that came too late.
	InvitationExpired = refusal.Define(refusal.Definition{
		Code: "INVITATION_EXPIRED", Kind: refusal.State,
		Message: refusal.Text{It: "L'invito è scaduto.", En: "The invitation has expired."},
		Cure:    refusal.Text{It: "Chiedi a chi ti ha invitato di mandartene un altro.", En: "Ask whoever invited you to send another."},
		CuredBy: inviter,
	})
	// InvitationAccepted is for one that has been used.
	InvitationAccepted = refusal.Define(refusal.Definition{
		Code: "INVITATION_ACCEPTED", Kind: refusal.State,
		Message: refusal.Text{It: "L'invito è già stato accettato.", En: "The invitation has been accepted already."},
		Cure:    refusal.Text{It: "Chi l'ha accettato accede senza invito. Se non è opera tua, avvisa subito chi ti ha invitato.", En: "Who accepted it signs in without. If that was not you, tell whoever invited you at once."},
		CuredBy: inviter,
	})
	// InvitationWithdrawn is for changing one that was taken back.
	InvitationWithdrawn = refusal.Define(refusal.Definition{
		Code: "INVITATION_WITHDRAWN", Kind: refusal.State,
		Message: refusal.Text{It: "L'invito è stato ritirato, o la persona non lavora più qui.", En: "The invitation was withdrawn, or the member is gone."},
		Cure:    refusal.Text{It: "Invita di nuovo la persona.", En: "Invite anew."},
	})
	// InvitationElse is for one that names another fiscal code than the one that was proved.
	InvitationElse = refusal.Define(refusal.Definition{
		Code: "INVITATION_OF_ANOTHER", Kind: refusal.Right,
		Message: refusal.Text{It: "L'invito è per un altro codice fiscale.", En: "The invitation is for another fiscal code."},
		Cure:    refusal.Text{It: "Accedi con la tua identità, oppure fai correggere l'invito.", En: "Sign in as yourself, or have the invitation corrected."},
		CuredBy: inviter,
	})
	// AccountEnds is for joining an account that has a last day.
	AccountEnds = refusal.Define(refusal.Definition{
		Code: "ACCOUNT_ENDS", Kind: refusal.State,
		Message: refusal.Text{It: "L'accesso che hai già ha una data di fine: quello che l'invito ti dà finirebbe lo stesso giorno.", En: "The account that you have has a last day: what the invitation gives you would end on it, too."},
		Cure:    refusal.Text{It: "Accetta l'invito il giorno dopo la fine; se l'invito scade prima, fattene mandare un altro.", En: "Accept on the day after the end; if the invitation expires before, have another sent."},
		CuredBy: inviter,
	})
	// InvitedIsNamed is for joining an account where people or a mandate were given to the invited member already.
	InvitedIsNamed = refusal.Define(refusal.Definition{
		Code: "INVITED_IS_NAMED", Kind: refusal.State,
		Message: refusal.Text{It: "Hai già un accesso, e all'invito sono già stati affidati una persona o un mandato.", En: "You have an account, and people or a mandate were already given to whom the invitation made."},
		Cure:    refusal.Text{It: "Fai affidare quelle persone a un altro membro fino a quando avrai accettato, oppure accedi con un'altra identità.", En: "Have them given to another member until you have accepted, or sign in with another identity."},
		CuredBy: inviter,
	})
	// NoIdentity is for accepting without an identity that was just proved.
	NoIdentity = refusal.Define(refusal.Definition{
		Code: "NO_IDENTITY", Kind: refusal.Input,
		Message: refusal.Text{It: "Per accettare un invito serve un token di accesso.", En: "An access token is needed to accept an invitation."},
		Cure:    refusal.Text{It: "Da una pagina, apri il collegamento della lettera d'invito.", En: "On a page, open the link of the letter of invitation."},
	})
)

// What stops whoever lets somebody see one person.
var (
	// MemberIsAnother is for own access to a person as whom the member is not known, but as another one.
	MemberIsAnother = refusal.Define(refusal.Definition{
		Code: "MEMBER_IS_ANOTHER", Kind: refusal.Conflict,
		Message: refusal.Text{It: "Chi accede con questo nome è già conosciuto come un'altra persona.", En: "This member is known as another person already."},
		Cure:    refusal.Text{It: "Scegli l'accesso giusto; se l'altro legame era un errore, chiudi quell'accesso indicando che lo era.", En: "Choose the right member; if the other link was a mistake, close that access and say so."},
	})
	// SelfRepresentation is for a representative who is the person represented.
	SelfRepresentation = refusal.Define(refusal.Definition{
		Code: "SELF_REPRESENTATION", Kind: refusal.Input,
		Message: refusal.Text{It: "Nessuno può rappresentare sé stesso.", En: "Nobody represents himself."},
		Cure:    refusal.Text{It: "Apri l'accesso della persona, oppure scegli chi la rappresenta.", En: "Open the person's own access, or choose who represents the person."},
	})
)

// What stops a delegation.
var (
	// SelfDelegation is for standing in for oneself, by whatever account.
	SelfDelegation = refusal.Define(refusal.Definition{
		Code: "SELF_DELEGATION", Kind: refusal.Input,
		Message: refusal.Text{It: "Nessuno può sostituire sé stesso.", En: "Nobody stands in for himself."},
		Cure:    refusal.Text{It: "Scegli un'altra persona.", En: "Choose somebody else."},
	})
	// DelegateElsewhere is for a delegate of another partner.
	DelegateElsewhere = refusal.Define(refusal.Definition{
		Code: "DELEGATE_ELSEWHERE", Kind: refusal.Rule,
		Message: refusal.Text{It: "La persona indicata non lavora per lo stesso ente, né per uno superiore o inferiore.", En: "This member works neither for the same body nor for one above or below it."},
		Cure:    refusal.Text{It: "Scegli una persona dello stesso ente.", En: "Choose somebody of the same body."},
	})
	// NotCome is for standing in before one has come.
	NotCome = refusal.Define(refusal.Definition{
		Code: "MEMBER_NOT_COME", Kind: refusal.State,
		Message: refusal.Text{It: "La persona indicata non ha ancora accettato l'invito.", En: "This member has not accepted the invitation yet."},
		Cure:    refusal.Text{It: "Attendi che lo accetti, oppure scegli un'altra persona.", En: "Wait until it is accepted, or choose somebody else."},
	})
	// NotDelegable is for a grant that cannot be handed on: over one person, from somebody else, or of other days.
	NotDelegable = refusal.Define(refusal.Definition{
		Code: "GRANT_NOT_DELEGABLE", Kind: refusal.Rule,
		Message: refusal.Text{It: "Questo diritto non si può delegare in questi giorni.", En: "This grant cannot be delegated on these days."},
		Cure:    refusal.Text{It: "Si delega soltanto un diritto proprio, che vale in quei giorni e non riguarda una sola persona.", En: "Only a grant of one's own can be, which holds on those days and is not over one person."},
	})
)

// What stops a phone.
var (
	// DeviceUnknown is for a request that names a device which is none of its sender's.
	DeviceUnknown = refusal.Define(refusal.Definition{
		Code: "DEVICE_UNKNOWN", Kind: refusal.Right,
		Message: refusal.Text{It: "Questo dispositivo non è tra quelli registrati a tuo nome.", En: "This device is not among those that are registered in your name."},
		Cure:    refusal.Text{It: "Registra il dispositivo, oppure accedi come la persona a cui è registrato.", En: "Register the device, or sign in as the member in whose name it is registered."},
	})
	// DeviceRevoked is for a request from a device that was revoked.
	DeviceRevoked = refusal.Define(refusal.Definition{
		Code: "DEVICE_REVOKED", Kind: refusal.Right,
		Message: refusal.Text{It: "Questo dispositivo è stato revocato.", En: "This device was revoked."},
		Cure:    refusal.Text{It: "Cancella da questo dispositivo tutto ciò che l'app vi conserva, poi conferma con confirmWipe.", En: "Delete all that the app keeps on this device, then confirm it with confirmWipe."},
	})
	// TooManyDevices is for one device more than a member may have in use.
	TooManyDevices = refusal.Define(refusal.Definition{
		Code: "TOO_MANY_DEVICES", Kind: refusal.Rule,
		Message: refusal.Text{It: "Hai già {most} dispositivi in uso, il massimo.", En: "You have {most} devices in use already, which is the most."},
		Cure:    refusal.Text{It: "Revoca prima un dispositivo che non usi più.", En: "Revoke a device first that you do not use any more."},
	})
	// DeviceInUse is for confirming the wipe of a device that nobody has revoked.
	DeviceInUse = refusal.Define(refusal.Definition{
		Code: "DEVICE_IN_USE", Kind: refusal.State,
		Message: refusal.Text{It: "Il dispositivo è in uso: nessuno lo ha revocato.", En: "The device is in use: nobody has revoked it."},
		Cure:    refusal.Text{It: "Revoca prima il dispositivo.", En: "Revoke the device first."},
	})
)
