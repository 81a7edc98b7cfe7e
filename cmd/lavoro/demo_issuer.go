package main

import (
	"context"
	"net/http"
	"path/filepath"
	"time"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/issuer"
	"github.com/lavoroincorso/lavoro/internal/platform/oidc"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

const (
	issuerPath = "/demo/issuer"
	// apiAudience is aud of the demonstration's access tokens.
	apiAudience = "lavoro"
	// The programs that the demonstration's issuer knows: these pages, anybody's app on this machine, a partner's system, the command line.
	pagesClient, appClient, systemClient, commandClient = "lavoro-pages", "lavoro-app", "lavoro-system", "lavoro-token"
	// systemSubject is as whom the partner's system comes.
	systemSubject = "coordinator.pegaso"
	// commandLife is how long the tokens of the command line hold: a day's work.
	commandLife = 12 * time.Hour
)

var systemScopes = []string{access.ReadAll, "lavoro.register", "lavoro.companies"}

// keyFile holds the key of the demonstration's issuer: nodes that share the folder know each other's tokens.
func keyFile(state string) string { return filepath.Join(state, "issuer.json") }

// demoIssuer is the issuer of the demonstration's people at base, an address without a slash at the end.
func demoIssuer(db *postgres.DB, state, base string, clock func() time.Time) (*issuer.Issuer, error) {
	key, err := issuer.OpenKey(keyFile(state))
	if err != nil {
		return nil, err
	}
	return &issuer.Issuer{
		Identifier: member.DemonstrationIssuer, Audience: apiAudience, Base: func() string { return base + issuerPath }, Key: key, Clock: clock,
		People: func(ctx context.Context) ([]issuer.Person, error) { return demoPeople(ctx, db) },
		Clients: func() []issuer.Client {
			return []issuer.Client{
				{ID: pagesClient, Redirects: []string{base + callbackPath}},
				{ID: appClient, Redirects: []string{"http://127.0.0.1/callback", "http://localhost/callback"}},
				{ID: systemClient, Subject: systemSubject, Scopes: systemScopes},
			}
		},
	}, nil
}

// demoTrusted makes the program trust its own issuer as it trusts others, by what it publishes.
func demoTrusted(i *issuer.Issuer) trusted {
	return trusted{label: "Demo", Config: oidc.Config{Issuer: i.Identifier, Discovery: i.Base(), Audience: i.Audience, ClientID: pagesClient,
		Algorithms: []string{i.Key.Private.Algorithm}, Client: i.Client()}}
}

func demoPeople(ctx context.Context, db *postgres.DB) ([]issuer.Person, error) {
	people, err := member.DemonstrationPeople(ctx, db)
	if err != nil {
		return nil, err
	}
	listed := make([]issuer.Person, len(people))
	for n, p := range people {
		listed[n] = issuer.Person{Subject: p.Subject, Name: p.Name, Role: roleWords(p.Role), Organisation: p.Organisation}
	}
	return listed, nil
}

func roleWords(role string) text.Text {
	if words, known := rolesInWords[access.Role(role)]; known {
		return words
	}
	return text.Same(role)
}

// rolesInWords are what people are, where they choose who they are.
var rolesInWords = map[access.Role]text.Text{
	access.Staff:              {It: "personale", En: "staff"},
	access.Coordinator:        {It: "coordinamento", En: "coordinator"},
	access.PartnerCoordinator: {It: "coordinamento del partner", En: "coordinator of the partner"},
	access.CaseManager:        {It: "case manager", En: "case manager"},
	access.Scout:              {It: "scouting aziendale", En: "scout of companies"},
	access.Tutor:              {It: "tutor", En: "tutor"},
	access.HostTutor:          {It: "tutor aziendale", En: "tutor at the host"},
	access.PaymentsOfficer:    {It: "pagamenti", En: "payments officer"},
	access.Approver:           {It: "approvazione dei pagamenti", En: "approver of payments"},
	access.Auditor:            {It: "revisione", En: "auditor"},
	access.Administrator:      {It: "amministrazione", En: "administrator"},
	access.DPO:                {It: "protezione dei dati", En: "data protection officer"},
	access.Self:               {It: "partecipante", En: "participant"},
}

// demoRoutes are what only a demonstration answers.
func (d *door) demoRoutes(mux *http.ServeMux) {
	if d.demo == nil {
		return
	}
	mux.Handle(issuerPath+"/", http.StripPrefix(issuerPath, d.demo.Handler()))
	mux.HandleFunc("GET /demo/people", d.app.demonstrationPeople)
}
