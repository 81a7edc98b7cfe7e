package participant

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Employment is a person's status on the labour market (FSE+ EECO02, 04, 05).
type Employment string

// The statuses: without work and looking for it, without work and not looking, working.
const (
	Unemployed Employment = "UNEMPLOYED"
	Inactive   Employment = "INACTIVE"
	Employed   Employment = "EMPLOYED"
)

// Answer is one that a person may refuse to give.
type Answer string

// The answers; "" is NotAsked.
const (
	Yes      Answer = "YES"
	No       Answer = "NO"
	Refused  Answer = "REFUSED"
	NotAsked Answer = "NOT_ASKED"
)

// EntryFacts are those of FSE+ (Reg. EU 2021/1057, Annex I), as they are on the day of entry.
type EntryFacts struct {
	Employment        Employment
	UnemployedSince   calendar.Day // zero: not known, or at work
	ISCED             int          // 0 to 8, ISCED 2011
	ForeignBackground Answer
	HousingExclusion  Answer
	Disability        Answer
	Minority          Answer
}

// ActivateInput is the step into the activities.
type ActivateInput struct {
	Step
	Facts EntryFacts
}

var (
	causeStatus = text.Text{It: "la condizione occupazionale non è tra quelle previste", En: "the status is none of those that exist"}
	causeISCED  = text.Text{It: "il livello ISCED va da 0 a 8", En: "the ISCED level goes from 0 to 8"}
	causeSince  = text.Text{It: "chi lavora non è senza lavoro da una data", En: "somebody at work has not been without it since a day"}
	causeLater  = text.Text{It: "la data non può seguire l'ingresso nel programma", En: "the day may not follow the entry into the programme"}
	causeAnswer = text.Text{It: "la risposta è sì, no, rifiutata o non chiesta", En: "the answer is yes, no, refused or not asked"}
)

func (f EntryFacts) problems(day calendar.Day) refusal.List {
	var list refusal.List
	check := func(ok bool, field string, cause text.Text) {
		if !ok {
			list = append(list, refusal.InvalidValue.At("entry", field).With("cause", cause))
		}
	}
	check(slices.Contains([]Employment{Unemployed, Inactive, Employed}, f.Employment), "employment", causeStatus)
	check(f.ISCED >= 0 && f.ISCED <= 8, "isced", causeISCED)
	check(f.Employment != Employed || f.UnemployedSince.IsZero(), "unemployedSince", causeSince)
	check(!f.UnemployedSince.After(day), "unemployedSince", causeLater)
	for _, a := range []struct {
		field string
		given Answer
	}{{"foreignBackground", f.ForeignBackground}, {"housingExclusion", f.HousingExclusion}, {"disability", f.Disability}, {"minority", f.Minority}} {
		check(slices.Contains([]Answer{"", Yes, No, Refused, NotAsked}, a.given), a.field, causeAnswer)
	}
	return list
}

func (a Answer) orNotAsked() Answer {
	if a == "" {
		return NotAsked
	}
	return a
}

// Activate begins the activities: the day becomes that of entry, and the FSE+ facts are taken once for ever.
func (r Room) Activate(ctx context.Context, tx *postgres.Tx, in ActivateInput) error {
	s, err := begin(ctx, tx, access.ActivateParticipant, in.Step)
	if err != nil {
		return err
	}
	if err := in.Facts.problems(s.day).Err(); err != nil {
		return err
	}
	if !s.row.entered() {
		s.row.EnteredOn = s.day
	}
	if err := s.snapshot(ctx, tx, in.Facts); err != nil {
		return err
	}
	return r.finish(ctx, tx, s)
}

func (s *step) snapshot(ctx context.Context, tx *postgres.Tx, f EntryFacts) error {
	p, err := loadPerson(ctx, tx, s.row.PersonID)
	if err != nil {
		return err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	row := snapshotRow{ParticipationID: s.row.ID, ID: id, ProgrammeID: s.row.ProgrammeID, TakenOn: s.day, Employment: f.Employment,
		UnemployedSince: f.UnemployedSince, Isced: f.ISCED, Citizenship: p.Citizenship, Municipality: p.Municipality, Audience: s.row.Audience}
	for _, a := range []struct {
		column string
		given  Answer
		into   *[]byte
	}{{"foreign_background", f.ForeignBackground, &row.ForeignBackground}, {"housing_exclusion", f.HousingExclusion, &row.HousingExclusion},
		{"disability", f.Disability, &row.Disability}, {"minority", f.Minority, &row.Minority}} {
		if *a.into, err = row.sealAnswer(ctx, tx, s.row.PersonID, a.column, a.given); err != nil {
			return err
		}
	}
	return insertOnce(ctx, tx, row)
}
