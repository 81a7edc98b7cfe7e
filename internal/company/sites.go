package company

import (
	"context"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// joinSites adds the sites that a known company lacks, says how many, and warns of those that it has with other facts.
func (r Registration) joinSites(ctx context.Context, tx *postgres.Tx, row companyRow) (added int, differing refusal.List, err error) {
	stored, err := sitesOf(ctx, tx, row.ID)
	if err != nil {
		return 0, nil, err
	}
	var missing []Site
	for i, s := range r.Sites {
		at := slices.IndexFunc(stored, func(k siteRow) bool { return sameSite(k.Site, s) })
		switch {
		case at < 0:
			missing = append(missing, s)
		case stored[at].Headcount != s.Headcount:
			differing = append(differing, DataDiffer.At("sites", strconv.Itoa(i), "headcount"))
		}
	}
	return len(missing), differing, addSites(ctx, tx, missing, row)
}

// addSites writes sites that everybody sees who sees the company.
func addSites(ctx context.Context, tx *postgres.Tx, sites []Site, row companyRow) error {
	ids, err := newIDs(len(sites))
	if err != nil {
		return err
	}
	rows := make([]siteRow, len(sites))
	for i, s := range sites {
		if s.ID == uuid.Nil {
			s.ID = ids[i]
		}
		s.CompanyID, s.Audience = row.ID, row.Audience
		rows[i] = siteRow{Site: s, Revision: 1}
	}
	return insertAll(ctx, tx, rows, "company_site_pkey", "sites")
}

// joinContacts adds the contacts that the partner does not see at the company yet, and says how many.
func (r Registration) joinContacts(ctx context.Context, tx *postgres.Tx, company uuid.UUID, audience []uuid.UUID) (added int, err error) {
	stored, err := contactsOf(ctx, tx, company)
	if err != nil {
		return 0, err
	}
	missing := slices.DeleteFunc(slices.Clone(r.Contacts), func(c Contact) bool {
		return slices.ContainsFunc(stored, func(k contactRow) bool { return alike(k.Name, c.Name) })
	})
	return len(missing), addContacts(ctx, tx, missing, company, audience)
}

func addContacts(ctx context.Context, tx *postgres.Tx, contacts []Contact, company uuid.UUID, audience []uuid.UUID) error {
	ids, err := newIDs(len(contacts))
	if err != nil {
		return err
	}
	rows := make([]contactRow, len(contacts))
	for i, c := range contacts {
		rows[i] = contactRow{ID: ids[i], CompanyID: company, Name: c.Name, Title: c.Title, Phone: orNull(c.Phone), Email: orNull(c.Email), Audience: audience}
	}
	return insertAll(ctx, tx, rows, "company_contact_pkey", "contacts")
}
