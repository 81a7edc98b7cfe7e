package company

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// OfferSeats writes down seats that a company offers at a site, and shows them to every partner of the programme.
func OfferSeats(ctx context.Context, tx *postgres.Tx, in Offer) error {
	if _, err := lineFor(ctx, tx, access.OfferOpening, in.Programme, in.Organisation); err != nil {
		return err
	}
	site, err := SiteOf(ctx, tx, in.Site)
	if err != nil {
		return err
	}
	bounds, err := frameOf(ctx, tx, in.Programme)
	if err != nil {
		return err
	}
	if err := in.check(ctx, tx, site, bounds); err != nil {
		return err
	}
	row := in.opening(site, with(bounds.Partners, access.CompanyKey(in.Programme, site.CompanyID)))
	row.StateSince = tx.Today()
	if err := in.write(ctx, tx, row); err != nil {
		return err
	}
	if err := shareOffered(ctx, tx, in.ID); err != nil {
		return err
	}
	row.tell(tx, access.OfferOpening, event.Entered, "")
	return nil
}

// check joins what the offer alone makes wrong with what the programme's rules and codes say.
func (o *Offer) check(ctx context.Context, tx *postgres.Tx, site Site, bounds frame) error {
	list := o.normal(bounds.FromDay, bounds.ToDay, tx.Today())
	if !slices.Contains(site.Audience, o.Organisation) {
		list = append(list, NotWorkedWith.At("organisation"))
	}
	p, err := programme.PolicyOn(ctx, tx, o.Programme, tx.Today())
	if err != nil {
		return err
	}
	limits := Limits{Day: p.Int("limits.adult.day_minutes"), Week: p.Int("limits.adult.week_minutes")}
	limits.Month, _ = p.IntOrNone("limits.adult.month_minutes")
	list = append(list, limits.timetable(o.Hours)...)
	err = refusal.Join(list.Err(), programme.CheckCode(ctx, tx, o.Programme, programme.WorkSectors, o.Sector, "sector"), o.checkTraits(ctx, tx))
	if err != nil {
		return err
	}
	return o.warnOfQuota(tx, p, site)
}

func (o *Offer) checkTraits(ctx context.Context, tx *postgres.Tx) error {
	items, err := programme.CodeItems(ctx, tx, o.Programme, programme.WorkTraits)
	if err != nil {
		return err
	}
	var list refusal.List
	for _, side := range []struct {
		field string
		codes []string
	}{{"requires", o.Requires}, {"offers", o.Offers}} {
		for i, code := range side.codes {
			switch item, known := items[code]; {
			case !known:
				list = append(list, programme.CodeUnknown.At(side.field, strconv.Itoa(i)).With("list", programme.WorkTraits))
			case !item.Valid(tx.Today()):
				list = append(list, programme.CodeExpired.At(side.field, strconv.Itoa(i)).With("label", item.Label))
			}
		}
	}
	return list.Err()
}

// warnOfQuota tells of more seats than the site may fill at once; it stops nothing, since some interns do not count.
func (o *Offer) warnOfQuota(tx *postgres.Tx, p programme.Policy, site Site) error {
	var quota []programme.Quota
	if err := p.Decode("placement.host_quota", &quota); err != nil {
		return err
	}
	if limit := InternLimit(site.Headcount, quota); o.Seats > limit {
		tx.Warnings = append(tx.Warnings, OverQuota.At("seats").With("seats", o.Seats).With("limit", limit))
	}
	return nil
}

func (o Offer) opening(site Site, audience []uuid.UUID) Opening {
	return Opening{ID: o.ID, ProgrammeID: o.Programme, CompanyID: site.CompanyID, SiteID: site.ID, OrganisationID: o.Organisation, Title: o.Title, Tasks: o.Tasks,
		Sector: o.Sector, Seats: o.Seats, FromDay: o.From, ToDay: o.To, WeeklyMinutes: WeeklyMinutes(o.Hours), State: Open, Origin: o.Origin,
		Audience: audience, Revision: 1}
}

func (o Offer) write(ctx context.Context, tx *postgres.Tx, row Opening) error {
	if err := insertAll(ctx, tx, []openingRow{{Opening: row}}, "opening_pkey", "id"); err != nil {
		return err
	}
	ids, err := newIDs(len(o.Hours) + len(o.Requires) + len(o.Offers))
	if err != nil {
		return fmt.Errorf("new ids: %w", err)
	}
	next := func() (id uuid.UUID) {
		id, ids = ids[0], ids[1:]
		return id
	}
	var week []hoursRow
	for _, h := range o.Hours {
		week = append(week, hoursRow{ID: next(), OpeningID: row.ID, Weekday: h.Weekday, From: h.From, To: h.To, Audience: row.Audience})
	}
	var traits []traitRow
	for _, code := range o.Requires {
		traits = append(traits, traitRow{ID: next(), OpeningID: row.ID, Side: "REQUIRES", Code: code, Audience: row.Audience})
	}
	for _, code := range o.Offers {
		traits = append(traits, traitRow{ID: next(), OpeningID: row.ID, Side: "OFFERS", Code: code, Audience: row.Audience})
	}
	if err := insertAll(ctx, tx, week, "opening_hours_pkey", "hours"); err != nil {
		return err
	}
	return insertAll(ctx, tx, traits, "opening_trait_pkey")
}

// tell buffers the news of an opening: ids, days and states.
func (o Opening) tell(tx *postgres.Tx, act access.Act, kind event.Kind, from State) {
	tx.Tell(event.News{Programme: o.ProgrammeID, Act: string(act), Kind: kind, SubjectKind: subjectKind, Subject: o.ID,
		Related: []uuid.UUID{o.CompanyID}, Audience: o.Audience},
		map[string]any{"from": from, "to": o.State, "site": o.SiteID, "organisation": o.OrganisationID, "seats": o.Seats, "fromDay": o.FromDay, "toDay": o.ToDay,
			"sector": o.Sector, "origin": o.Origin})
}
