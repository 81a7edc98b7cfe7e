package graph

import (
	"context"
	"strconv"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/company"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// RegisterCompany writes a company down, or shares the one that stands already.
func (m mutation) RegisterCompany(ctx context.Context, input RegisterCompanyInput) (*RegisterCompanyPayload, error) {
	return perform(ctx, m.Resolver, access.RegisterCompany, input, func(ctx context.Context, tx *postgres.Tx, out *RegisterCompanyPayload) error {
		in, err := registrationOf(input)
		if err != nil {
			return err
		}
		registered, err := company.Register(ctx, tx, in)
		if err == nil {
			out.Company = &Company{ID: plan.FormatID("com", registered.ID)}
		}
		return err
	})
}

func registrationOf(input RegisterCompanyInput) (company.Registration, error) {
	id, wrongID := newID("com", input.ID, "id")
	programme, wrongProgramme := idOf("prg", input.Programme, "programme")
	organisation, wrongOrganisation := idOf("org", input.Organisation, "organisation")
	in := company.Registration{ID: id, Programme: programme, Organisation: organisation, Name: input.Name, EntityCode: input.EntityCode, ATECO: input.Ateco,
		Headcount: int(input.Headcount), Municipality: input.Municipality, Origin: company.Origin{Kind: "ENTERED"}}
	wrong := []error{wrongID, wrongProgramme, wrongOrganisation}
	for i, s := range input.Sites {
		id, err := newID("sit", s.ID, "sites", strconv.Itoa(i), "id")
		wrong = append(wrong, err)
		in.Sites = append(in.Sites, company.Site{ID: id, Name: s.Name, Address: s.Address, Municipality: s.Municipality, Headcount: int(s.Headcount)})
	}
	for _, c := range input.Contacts {
		in.Contacts = append(in.Contacts, company.Contact{Name: c.Name, Title: c.Title, Phone: orEmpty(c.Phone), Email: orEmpty(c.Email)})
	}
	return in, refusal.Join(wrong...)
}

// OfferOpening writes down seats that a company offers.
func (m mutation) OfferOpening(ctx context.Context, input OfferOpeningInput) (*OfferOpeningPayload, error) {
	return perform(ctx, m.Resolver, access.OfferOpening, input, func(ctx context.Context, tx *postgres.Tx, out *OfferOpeningPayload) error {
		in, err := offerOf(input)
		if err != nil {
			return err
		}
		if err := company.OfferSeats(ctx, tx, in); err != nil {
			return err
		}
		out.Opening = &Opening{ID: plan.FormatID("opn", in.ID)}
		return nil
	})
}

func offerOf(input OfferOpeningInput) (company.Offer, error) {
	id, wrongID := newID("opn", input.ID, "id")
	programme, wrongProgramme := idOf("prg", input.Programme, "programme")
	site, wrongSite := idOf("sit", input.Site, "site")
	organisation, wrongOrganisation := idOf("org", input.Organisation, "organisation")
	in := company.Offer{ID: id, Programme: programme, Site: site, Organisation: organisation, Title: input.Title, Tasks: input.Tasks, Sector: input.Sector,
		Seats: int(input.Seats), From: input.FromDay, To: input.ToDay, Requires: input.Requires, Offers: input.Offers, Origin: "ENTERED"}
	for _, h := range input.Hours {
		in.Hours = append(in.Hours, company.Hours{Weekday: int(h.Weekday), From: h.From, To: h.To})
	}
	return in, refusal.Join(wrongID, wrongProgramme, wrongSite, wrongOrganisation)
}

// CloseOpening ends an offer.
func (m mutation) CloseOpening(ctx context.Context, input CloseOpeningInput) (*CloseOpeningPayload, error) {
	return perform(ctx, m.Resolver, access.CloseOpening, input, func(ctx context.Context, tx *postgres.Tx, out *CloseOpeningPayload) error {
		id, err := idOf("opn", input.Opening, "opening")
		if err != nil {
			return err
		}
		out.Opening = &Opening{ID: input.Opening}
		return company.Close(ctx, tx, id, revision(input.ExpectedRevision))
	})
}
