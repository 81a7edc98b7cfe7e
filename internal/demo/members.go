package demo

import (
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
)

// Domain is that of every e-mail address of the demonstration; addresses are <role>.<partner>@Domain.
const Domain = "demo.lavoro"

// lead is the code of the lead body.
const lead = "ASL"

// worker is somebody who signs in.
type worker struct {
	id       uuid.UUID
	address  string // what stands before the @; the subject of tokens too
	name     string
	partner  string // code of the organisation; "" works for none
	person   uuid.UUID
	actor    access.Actor
	scopes   []scoped // of the actor's grants, in their order
	audience []uuid.UUID
	habit    habit
}

// scoped is what a grant is over.
type scoped struct {
	scope access.Scope
	over  uuid.UUID
}

// posts are the people of the partners: what stands first in the address, the partner, the role.
var posts = []struct {
	title, partner string
	role           access.Role
}{
	{"coordinator", "ASL", access.Coordinator},
	{"casemanager", "ASL", access.CaseManager},
	{"casemanager2", "ASL", access.CaseManager},
	{"tutor", "ASL", access.Tutor},
	{"tutor2", "ASL", access.Tutor},
	{"payments", "ASL", access.PaymentsOfficer},
	{"approver", "ASL", access.Approver},
	{"auditor", "ASL", access.Staff}, // reads by the mandate that is given later
	{"administrator", "ASL", access.Administrator},
	{"dpo", "ASL", access.DPO},
	{"coordinator", "CARRARA", access.PartnerCoordinator},
	{"casemanager", "CARRARA", access.CaseManager},
	{"tutor", "CARRARA", access.Tutor},
	{"casemanager", "MONTIGNOSO", access.CaseManager},
	{"tutor", "MONTIGNOSO", access.Tutor},
	{"coordinator", "AIAS", access.PartnerCoordinator},
	{"casemanager", "AIAS", access.CaseManager},
	{"tutor", "AIAS", access.Tutor},
	{"casemanager", "ANFFAS", access.CaseManager},
	{"tutor", "ANFFAS", access.Tutor},
	{"scout", "ANFFAS", access.Scout},
	{"coordinator", "PEGASO", access.PartnerCoordinator},
	{"casemanager", "PEGASO", access.CaseManager},
	{"tutor", "PEGASO", access.Tutor},
	{"scout", "PEGASO", access.Scout},
	{"scout", "GI_GROUP", access.Scout},
	{"tutor", "GI_GROUP", access.Tutor},
	{"trainer", "SERINDFORM", access.Staff},
	{"tutor", "SERINDFORM", access.Tutor},
	{"casemanager", "UISP", access.CaseManager},
	{"tutor", "UISP", access.Tutor},
	{"approver2", "ASL", access.Approver},
	{"payments", "PEGASO", access.PaymentsOfficer},
	{"approver", "PEGASO", access.Approver},
}

// above is the partner that leads another one's association; the lead body leads the rest.
var above = map[string]string{"GI_GROUP": "PEGASO", "SERINDFORM": "PEGASO", "UISP": "PEGASO"}

// recruit invents the people who work for the partners.
func (o *office) recruit() {
	for i, p := range posts {
		c := chanceOf("member", i)
		w := o.newWorker(c, p.title+"."+strings.ReplaceAll(strings.ToLower(p.partner), "_", ""), colleague(c))
		w.partner = p.partner
		w.audience = append(o.partnerKeys(), w.id)
		switch p.role {
		case access.CaseManager:
			w.grant(o, p.role, access.OverCases, w.id)
		case access.Tutor:
			w.grant(o, p.role, access.OverTutored, w.id)
		case access.Staff:
		default:
			w.grant(o, p.role, access.OverOrganisation, o.organisations[p.partner])
		}
		w.grant(o, access.Staff, access.OverOrganisation, o.organisations[p.partner])
	}
}

// newWorker adds somebody without grants. A taken name gets another family name, so that lists can be read.
func (o *office) newWorker(c chance, address, name string) *worker {
	for o.names[name] {
		name = colleague(c)
	}
	o.names[name] = true
	w := &worker{id: c.timedID(o.from.Start()), address: address, name: name}
	w.actor.Member = w.id
	o.workers = append(o.workers, w)
	o.byAddress[address] = w
	return w
}

func (w *worker) grant(o *office, role access.Role, scope access.Scope, over uuid.UUID) {
	w.actor.Grants = append(w.actor.Grants, access.Grant{Role: role, Programme: o.programme, Key: scope.Key(o.programme, over)})
	w.scopes = append(w.scopes, scoped{scope, over})
}

func colleague(c chance) string {
	given := one(c, womenItalian)
	if c.percent(40) {
		given = one(c, menItalian)
	}
	return given + " " + one(c, familiesItalian)
}

// at gives the partner's own person with the title, or that of the body above it.
func (o *office) at(title, partner string) *worker {
	for ; ; partner = above[partner] {
		if partner == "" {
			partner = lead
		}
		if w, ok := o.byAddress[title+"."+strings.ReplaceAll(strings.ToLower(partner), "_", "")]; ok {
			return w
		}
		if partner == lead {
			panic(fmt.Sprintf("demo: nobody is %s", title))
		}
	}
}

// team gives the partner's people with the title, such as tutor and tutor2, or those of the body above it.
func (o *office) team(title, partner string) []*worker {
	list := []*worker{o.at(title, partner)}
	if second, ok := o.byAddress[title+"2."+strings.ToLower(list[0].partner)]; ok {
		list = append(list, second)
	}
	return list
}

// hostTutors lets the tutors of the first companies with a running internship sign in; participants are let in by admitPeople.
func (o *office) hostTutors(companies []*firm) {
	for i, f := range companies {
		w := o.newWorker(chanceOf("host", i), fmt.Sprintf("hosttutor%d.azienda", i+1), f.hostTutors[0])
		f.hostTutors[0], f.member = w.name, w
		w.audience = append(o.partnerKeys(), w.id)
		w.grant(o, access.HostTutor, access.OverCompany, f.id)
	}
}

// admitPeople lets some participants sign in. Only they themselves see that they may: it would tell that they take part.
func (o *office) admitPeople(people []*person) []*worker {
	list := make([]*worker, len(people))
	for i, p := range people {
		delete(o.names, p.given+" "+p.family)
		w := o.newWorker(chanceOf("self", i), fmt.Sprintf("participant%d.persona", i+1), p.given+" "+p.family)
		w.person, w.audience = p.personID, []uuid.UUID{w.id}
		w.grant(o, access.Self, access.OverPerson, p.personID)
		list[i] = w
	}
	return list
}

func (o *office) partnerKeys() []uuid.UUID {
	keys := make([]uuid.UUID, 0, len(o.organisations)+1)
	for _, code := range o.partners {
		keys = append(keys, o.organisations[code])
	}
	return keys
}
