package participant

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// groupClasses are those that a priority group may be of; each participation has a sealed list for each of them.
var groupClasses = []access.Class{access.Health, access.Penal, access.Protection, access.Restricted}

// Sealed values fill whole steps, so that their lengths tell nothing: a list of every group's code fits into one, and so do an answer
// and the name of a service.
const (
	groupsStep  = 512
	serviceStep = 256
	answerStep  = 16
)

// quotaExempt is the rule that says which groups do not count for the host quota.
const quotaExempt = "placement.quota_exempt_groups"

func groupPlace(row uuid.UUID) postgres.Place {
	return postgres.Place{Table: "participation_group", Column: "sealed", Row: row}
}

func servicePlace(participation uuid.UUID) postgres.Place {
	return postgres.Place{Table: "participation", Column: "referring_service", Row: participation}
}

// sealGroups seals the codes class by class, those of a class without any as well.
func sealGroups(ctx context.Context, tx *postgres.Tx, p participationRow, classes map[string]access.Class, codes []string) ([]groupRow, error) {
	key, err := tx.DataKey(ctx, p.PersonID)
	if err != nil {
		return nil, err
	}
	rows := make([]groupRow, len(groupClasses))
	for i, class := range groupClasses {
		id, err := uuid.NewV7()
		if err != nil {
			return nil, err
		}
		list, err := json.Marshal(slices.DeleteFunc(slices.Clone(codes), func(code string) bool { return classes[code] != class }))
		if err != nil {
			return nil, err
		}
		rows[i] = groupRow{ID: id, ParticipationID: p.ID, Class: string(class), Sealed: key.SealPadded(list, groupsStep, groupPlace(id)), Audience: p.Audience}
	}
	return rows, nil
}

// openGroups gives the codes of the rows, sorted.
func openGroups(ctx context.Context, tx *postgres.Tx, person uuid.UUID, rows []groupRow) ([]string, error) {
	key, err := tx.DataKey(ctx, person)
	if err != nil {
		return nil, err
	}
	var codes []string
	for _, r := range rows {
		list, err := key.Open(r.Sealed, groupPlace(r.ID))
		if err != nil {
			return nil, err
		}
		var some []string
		if err := json.Unmarshal(list, &some); err != nil {
			return nil, fmt.Errorf("groups: %w", err)
		}
		codes = append(codes, some...)
	}
	slices.Sort(codes)
	return codes, nil
}

// serviceOf opens the name of the service that referred somebody; "" where none is kept.
func serviceOf(ctx context.Context, tx *postgres.Tx, p participationRow) (string, error) {
	if p.ReferringService == nil {
		return "", nil
	}
	key, err := tx.DataKey(ctx, p.PersonID)
	if err != nil {
		return "", err
	}
	name, err := key.Open(p.ReferringService, servicePlace(p.ID))
	return string(name), err
}

// sealAnswer seals one answer of a snapshot.
func (s *snapshotRow) sealAnswer(ctx context.Context, tx *postgres.Tx, person uuid.UUID, column string, a Answer) ([]byte, error) {
	key, err := tx.DataKey(ctx, person)
	if err != nil {
		return nil, err
	}
	return key.SealPadded([]byte(a.orNotAsked()), answerStep, postgres.Place{Table: "entry_snapshot", Column: column, Row: s.ID}), nil
}

// owners of what is sealed, in SQL over the row.
var (
	ofPerson        = plan.Owner{Person: "{t}.person_id"}
	ofParticipation = plan.Owner{Person: "{t}.person_id", Participation: "{t}.id"}
)

// groupsOf is the list of a class, opened: the participation's groups as items of the programme's list.
func groupsOf(class access.Class) plan.Field {
	input := "(select " + plan.SealedInput("participation_group", "sealed", "g", ofParticipation, "'programme', {t}.programme_id") +
		" from participation_group g where g.participation_id = {t}.id and g.class = '" + string(class) + "')"
	return plan.Object(plan.Fields{"groups": plan.Hole("participant.groups", input).In(class)}).In(class)
}

// shownItem is an item of a list as a filler gives it.
type shownItem struct {
	ID          string        `json:"id"`
	List        string        `json:"list"`
	Code        string        `json:"code"`
	Label       text.Text     `json:"label"`
	ValidFrom   *calendar.Day `json:"validFrom"`
	ValidTo     *calendar.Day `json:"validTo"`
	Responsible *string       `json:"responsible"` // of absence reasons alone

	position int
}

// groups opens lists of groups. Those of somebody erased are empty.
func groups(ctx context.Context, tx *postgres.Tx, sealed []struct {
	plan.SealedValue
	Programme uuid.UUID
}) ([]any, error) {
	values := make([]plan.SealedValue, len(sealed))
	for i, s := range sealed {
		values[i] = s.SealedValue
	}
	opened, err := plan.Open(ctx, tx, values)
	if err != nil {
		return nil, err
	}
	lists, answers := map[uuid.UUID]map[string]shownItem{}, make([]any, len(sealed))
	for i, s := range sealed {
		if lists[s.Programme] == nil {
			if lists[s.Programme], err = shownGroups(ctx, tx, s.Programme); err != nil {
				return nil, err
			}
		}
		if answers[i], err = itemsOf(opened[i], lists[s.Programme]); err != nil {
			return nil, err
		}
	}
	return answers, nil
}

// itemsOf is never nil.
func itemsOf(list []byte, known map[string]shownItem) ([]shownItem, error) {
	items := []shownItem{}
	if list == nil {
		return items, nil
	}
	var codes []string
	if err := json.Unmarshal(list, &codes); err != nil {
		return nil, fmt.Errorf("groups: %w", err)
	}
	for _, code := range codes {
		if item, ok := known[code]; ok {
			items = append(items, item)
		}
	}
	slices.SortFunc(items, func(a, b shownItem) int { return cmp.Compare(a.position, b.position) })
	return items, nil
}

func shownGroups(ctx context.Context, tx *postgres.Tx, prog uuid.UUID) (map[string]shownItem, error) {
	items, err := programme.CodeItems(ctx, tx, prog, programme.PriorityGroups)
	if err != nil {
		return nil, err
	}
	ids, err := codeIDs(ctx, tx, prog, programme.PriorityGroups)
	if err != nil {
		return nil, err
	}
	shown := make(map[string]shownItem, len(items))
	for code, item := range items {
		shown[code] = shownItem{ID: plan.FormatID("cod", ids[code]), List: item.List, Code: code, Label: item.Label, ValidFrom: orNil(item.ValidFrom),
			ValidTo: orNil(item.ValidTo), position: item.Position}
	}
	return shown, nil
}

func orNil(day calendar.Day) *calendar.Day {
	if day.IsZero() {
		return nil
	}
	return &day
}
