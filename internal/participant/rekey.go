package participant

import (
	"context"
	"slices"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// rekey writes a participation that changes hands, and gives it and all that follows it the keys of those who have it now. Later rooms
// take over what is theirs while the actor still sees it: one who gives it out of his own sight loses it last.
func (r Room) rekey(ctx context.Context, tx *postgres.Tx, s *step) error {
	before := s.row.Audience
	keys, err := line(ctx, tx, s.row.OrganisationID)
	if err != nil {
		return err
	}
	s.row.Audience = s.row.audience(keys)
	_, come := split(s.row.Audience, before)
	_, gone := split(before, s.row.Audience)
	s.row.Revision++
	if err := endTerm(ctx, tx, s.row); err != nil {
		return err
	}
	if err := save(ctx, tx, s.row, s.was, s.revision); err != nil {
		return err
	}
	meanwhile := s.row.Audience
	if !tx.Actor.Sees(access.Path, meanwhile) {
		meanwhile = append(slices.Clone(meanwhile), gone...)
	}
	if err := spread(ctx, tx, s.row.ID, meanwhile); err != nil {
		return err
	}
	if err := r.hooks(ctx, tx, s.row, s.was, keys, gone...); err != nil {
		return err
	}
	if err := spread(ctx, tx, s.row.ID, s.row.Audience); err != nil {
		return err
	}
	s.tell(tx, come, gone)
	return nil
}
