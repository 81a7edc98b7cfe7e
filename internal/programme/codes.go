package programme

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// The code lists that every programme has.
const (
	PriorityGroups    = "priority_groups"    // why a person is fragile; each has the class of what it reveals
	Exclusions        = "exclusions"         // other measures that shut a person out
	ActivityKinds     = "activity_kinds"     // COURSE, LABORATORY, INTERNSHIP
	AbsenceReasons    = "absence_reasons"    // attributes: AbsenceAttributes
	ExitReasons       = "exit_reasons"       // why a path or an internship ended early
	SuspensionReasons = "suspension_reasons" // why an internship stands still
	ExtensionReasons  = "extension_reasons"  // why an internship goes on after its last day
	DeclineReasons    = "decline_reasons"    // why a match was not taken
	HandOverReasons   = "hand_over_reasons"  // why an organisation asks another for a person
	HandOverDeclines  = "hand_over_declines" // why the other does not hand him over; no code may name a body
	WorkTraits        = "work_traits"        // what work asks or gives, in plain words
	WorkSectors       = "work_sectors"       // kinds of work
	Certificates      = "certificates"       // what somebody has learnt, on paper
	Requirements      = "requirements"       // what a document may prove of a person
	HousingConditions = "housing_conditions" // by which a contribution to living on one's own is given; each may reveal why somebody is fragile
	HousingProofs     = "housing_proofs"     // documents that a request for it needs
)

// CodeItem is one code of a list, with the days between which it may be used for something new.
type CodeItem struct {
	List       string
	Code       string
	Label      text.Text
	Class      access.Class    // what the code reveals of a person who carries it; directory for nothing
	Attributes json.RawMessage // what rules need to know of it
	Position   int
	ValidFrom  calendar.Day // zero: always
	ValidTo    calendar.Day // zero: for ever
}

// AbsenceAttributes are the attributes of an absence reason.
type AbsenceAttributes struct {
	Responsible string `json:"responsible"` // PERSON, HOST, PROMOTER or NOBODY
	Justified   bool   `json:"justified"`
}

// Valid says whether the code may be used on the day.
func (c CodeItem) Valid(day calendar.Day) bool {
	return !day.Before(c.ValidFrom) && (c.ValidTo.IsZero() || !day.After(c.ValidTo))
}

// Decode reads the attributes into the fields of v.
func (c CodeItem) Decode(v any) error { return json.Unmarshal(c.Attributes, v) }

// CodeItems gives a whole list by code, with codes that are no longer valid: what was recorded with them is still shown.
func CodeItems(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, list string) (map[string]CodeItem, error) {
	items, err := loadItems(ctx, tx, programme, list)
	if err != nil {
		return nil, err
	}
	byCode := make(map[string]CodeItem, len(items))
	for _, item := range items {
		byCode[item.Code] = item
	}
	return byCode, nil
}

// CheckCode refuses a code that the list does not have (CODE_UNKNOWN) or that may not be used today (CODE_EXPIRED).
func CheckCode(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, list, code string, path ...string) error {
	items, err := CodeItems(ctx, tx, programme, list)
	if err != nil {
		return err
	}
	item, found := items[code]
	switch {
	case !found:
		return refusal.List{CodeUnknown.At(path...).With("list", list)}
	case !item.Valid(tx.Today()):
		return refusal.List{CodeExpired.At(path...).With("label", item.Label)}
	}
	return nil
}
