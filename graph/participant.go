package graph

import (
	"context"
	"errors"
	"strconv"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// errRead rolls back a transaction that was only read in.
var errRead = errors.New("only read")

// LookUpPerson says what a fiscal code is to the viewer; its participant is read by a plan like a mutation's payload.
func (q query) LookUpPerson(ctx context.Context, programme, fiscalCode string) (*PersonLookUp, error) {
	session, ok := sessionOf(ctx)
	if !ok {
		return nil, unauthenticated.At()
	}
	id, err := idOf("prg", programme, "programme")
	if err != nil {
		return nil, err
	}
	p := &payload{resolver: q.r, session: session, ctx: ctx}
	var out *PersonLookUp
	var shown []byte
	err = q.r.DB.InTx(ctx, session.Actor, q.r.Clock, func(ctx context.Context, tx *postgres.Tx) error {
		found, err := q.r.Participants.LookUp(ctx, tx, id, fiscalCode)
		if err != nil {
			return err
		}
		out = &PersonLookUp{Answer: LookUpAnswer(found.Answer), FiscalCode: found.Code.String(), Provisional: found.Code.Provisional()}
		if found.Participation != nil {
			out.Participant = participantOf(*found.Participation)
		}
		if shown, err = p.read(tx, out); err != nil {
			return err
		}
		return errRead
	})
	if !errors.Is(err, errRead) {
		return nil, err
	}
	p.keep(shown)
	return out, nil
}

func participantOf(id uuid.UUID) *Participant { return &Participant{ID: plan.FormatID("prt", id)} }

// ReferPerson brings a person into the programme. Where the person takes part already, the payload shows it.
func (m mutation) ReferPerson(ctx context.Context, input ReferPersonInput) (*ReferPersonPayload, error) {
	return perform(ctx, m.Resolver, access.ReferPerson, input, func(ctx context.Context, tx *postgres.Tx, out *ReferPersonPayload) error {
		in, err := referralOf(input)
		if err != nil {
			return err
		}
		made, err := m.Participants.Refer(ctx, tx, in)
		if made.Participation != uuid.Nil {
			out.Participant = participantOf(made.Participation)
		}
		return err
	})
}

func referralOf(input ReferPersonInput) (participant.ReferInput, error) {
	id, wrongID := newID("prt", input.ID, "id")
	programme, wrongProgramme := idOf("prg", input.Programme, "programme")
	organisation, wrongOrganisation := idOf("org", input.Organisation, "organisation")
	return participant.ReferInput{
		Programme: programme, ID: id, FiscalCode: input.FiscalCode, GivenName: input.GivenName, FamilyName: input.FamilyName, BirthDay: input.BirthDay,
		Sex: participant.Sex(input.Sex), Citizenship: input.Citizenship, Municipality: input.Municipality, StaysOnly: input.StaysOnly,
		Phone: orEmpty(input.Phone), Email: orEmpty(input.Email), Organisation: organisation, Service: input.ReferringService,
		ReferredOn: orNoDay(input.ReferredOn), Groups: input.Groups, Brings: input.Brings, Needs: input.Needs, Wishes: input.Wishes,
	}, refusal.Join(wrongID, wrongProgramme, wrongOrganisation)
}

func orNoDay(d *calendar.Day) calendar.Day {
	if d == nil {
		return calendar.Day{}
	}
	return *d
}

// RecordExclusionCheck writes a dated check against ADI or GOL down.
func (m mutation) RecordExclusionCheck(ctx context.Context, input RecordExclusionCheckInput) (*RecordExclusionCheckPayload, error) {
	return perform(ctx, m.Resolver, access.RecordExclusionCheck, input, func(ctx context.Context, tx *postgres.Tx, out *RecordExclusionCheckPayload) error {
		id, wrongID := newID("exc", input.ID, "id")
		of, wrongParticipant := shownParticipant(&out.Participant, input.Participant)
		file, wrongFile := optionalID("fil", input.File, "file")
		if err := refusal.Join(wrongID, wrongParticipant, wrongFile); err != nil {
			return err
		}
		made, err := m.Participants.RecordExclusionCheck(ctx, tx, participant.CheckInput{Participation: of, ID: id, Measure: input.Measure,
			On: orNoDay(input.CheckedOn), Outcome: string(input.Outcome), Evidence: input.Evidence, File: file})
		if err == nil {
			out.ExclusionCheck = &ExclusionCheck{ID: plan.FormatID("exc", made)}
		}
		return err
	})
}

// RecordProof writes down which document proves a requirement.
func (m mutation) RecordProof(ctx context.Context, input RecordProofInput) (*RecordProofPayload, error) {
	return perform(ctx, m.Resolver, access.RecordProof, input, func(ctx context.Context, tx *postgres.Tx, out *RecordProofPayload) error {
		id, wrongID := newID("prf", input.ID, "id")
		of, wrongParticipant := shownParticipant(&out.Participant, input.Participant)
		file, wrongFile := optionalID("fil", input.File, "file")
		if err := refusal.Join(wrongID, wrongParticipant, wrongFile); err != nil {
			return err
		}
		made, err := m.Participants.RecordProof(ctx, tx, participant.ProofInput{Participation: of, ID: id, Requirement: input.Requirement,
			Document: input.Document, On: orNoDay(input.ProvenOn), File: file})
		if err == nil {
			out.Proof = &RequirementProof{ID: plan.FormatID("prf", made)}
		}
		return err
	})
}

// RecordBankDetails writes down where a person is paid.
func (m mutation) RecordBankDetails(ctx context.Context, input RecordBankDetailsInput) (*RecordBankDetailsPayload, error) {
	return perform(ctx, m.Resolver, access.RecordBankDetails, input, func(ctx context.Context, tx *postgres.Tx, out *RecordBankDetailsPayload) error {
		id, wrongID := newID("bnk", input.ID, "id")
		of, wrongParticipant := shownParticipant(&out.Participant, input.Participant)
		file, wrongFile := optionalID("fil", input.Proof, "proof")
		if err := refusal.Join(wrongID, wrongParticipant, wrongFile); err != nil {
			return err
		}
		made, err := m.Participants.RecordBankDetails(ctx, tx, participant.BankInput{Participation: of, ID: id, IBAN: orEmpty(input.Iban), Holder: input.Holder,
			Relation: participant.Relation(input.Relation), Title: orEmpty(input.Title), Means: programme.Means(input.Means), File: file, Expected: revision(input.ExpectedRevision)})
		if err == nil {
			out.Bank = &BankDetails{ID: plan.FormatID("bnk", made)}
		}
		return err
	})
}

// ConfirmBankDetails has a second person stand for where a person is paid.
func (m mutation) ConfirmBankDetails(ctx context.Context, input ConfirmBankDetailsInput) (*ConfirmBankDetailsPayload, error) {
	return perform(ctx, m.Resolver, access.ConfirmBankDetails, input, func(ctx context.Context, tx *postgres.Tx, out *ConfirmBankDetailsPayload) error {
		of, wrongParticipant := shownParticipant(&out.Participant, input.Participant)
		details, wrongDetails := shownBank(&out.Bank, input.Details)
		if err := refusal.Join(wrongParticipant, wrongDetails); err != nil {
			return err
		}
		return m.Participants.ConfirmBankDetails(ctx, tx, participant.ConfirmInput{Participation: of, Details: details, CalledBack: input.CalledBack})
	})
}

// RecordPayeeCheck writes down what the bank says of an account's holder.
func (m mutation) RecordPayeeCheck(ctx context.Context, input RecordPayeeCheckInput) (*RecordPayeeCheckPayload, error) {
	return perform(ctx, m.Resolver, access.RecordPayeeCheck, input, func(ctx context.Context, tx *postgres.Tx, out *RecordPayeeCheckPayload) error {
		of, wrongParticipant := shownParticipant(&out.Participant, input.Participant)
		details, wrongDetails := shownBank(&out.Bank, input.Details)
		if err := refusal.Join(wrongParticipant, wrongDetails); err != nil {
			return err
		}
		return m.Participants.RecordPayeeCheck(ctx, tx, participant.PayeeInput{Participation: of, Details: details, Outcome: participant.PayeeOutcome(input.Outcome)})
	})
}

// AssignTeam names who follows the case and who accompanies the person.
func (m mutation) AssignTeam(ctx context.Context, input AssignTeamInput) (*AssignTeamPayload, error) {
	return perform(ctx, m.Resolver, access.AssignTeam, input, func(ctx context.Context, tx *postgres.Tx, out *AssignTeamPayload) error {
		of, wrongParticipant := shownParticipant(&out.Participant, input.Participant)
		manager, wrongManager := optionalID("mem", input.CaseManager, "caseManager")
		tutor, wrongTutor := optionalID("mem", input.Tutor, "tutor")
		if err := refusal.Join(wrongParticipant, wrongManager, wrongTutor); err != nil {
			return err
		}
		return m.Participants.AssignTeam(ctx, tx, participant.TeamInput{Participation: of, Expected: revision(input.ExpectedRevision), CaseManager: manager, Tutor: tutor})
	})
}

// CheckEligibility applies every rule to the facts and writes the verdict.
func (m mutation) CheckEligibility(ctx context.Context, input CheckEligibilityInput) (*CheckEligibilityPayload, error) {
	return perform(ctx, m.Resolver, access.CheckEligibility, input, func(ctx context.Context, tx *postgres.Tx, out *CheckEligibilityPayload) error {
		in, err := stepOf(&out.Participant, input.Participant, input.Day, input.ExpectedRevision)
		if err != nil {
			return err
		}
		made, err := m.Participants.CheckEligibility(ctx, tx, in)
		if err == nil {
			out.Verdict = &Verdict{ID: plan.FormatID("vrd", made)}
		}
		return err
	})
}

// stepOf reads what every step on the path needs, and puts the participant into the payload so that a refusal shows it too.
func stepOf(out **Participant, id string, day *calendar.Day, expected *int32) (participant.Step, error) {
	of, err := shownParticipant(out, id)
	return participant.Step{Participation: of, Day: orNoDay(day), Expected: revision(expected)}, err
}

// shownParticipant reads the id of the participant whom an act is about, and puts the participant into the payload when it is one.
func shownParticipant(out **Participant, id string) (uuid.UUID, error) {
	of, err := idOf("prt", id, "participant")
	if err == nil {
		*out = participantOf(of)
	}
	return of, err
}

// shownBank has the payload show the bank details.
func shownBank(out **BankDetails, id string) (uuid.UUID, error) {
	of, err := idOf("bnk", id, "details")
	if err == nil {
		*out = &BankDetails{ID: plan.FormatID("bnk", of)}
	}
	return of, err
}

// AdmitParticipant lets a person into the evaluation by the team.
func (m mutation) AdmitParticipant(ctx context.Context, input AdmitParticipantInput) (*AdmitParticipantPayload, error) {
	return perform(ctx, m.Resolver, access.AdmitParticipant, input, func(ctx context.Context, tx *postgres.Tx, out *AdmitParticipantPayload) error {
		in, err := stepOf(&out.Participant, input.Participant, input.Day, input.ExpectedRevision)
		if err != nil {
			return err
		}
		return m.Participants.Admit(ctx, tx, in)
	})
}

// RejectParticipant does not admit a person.
func (m mutation) RejectParticipant(ctx context.Context, input RejectParticipantInput) (*RejectParticipantPayload, error) {
	return perform(ctx, m.Resolver, access.RejectParticipant, input, func(ctx context.Context, tx *postgres.Tx, out *RejectParticipantPayload) error {
		in, err := stepOf(&out.Participant, input.Participant, input.Day, input.ExpectedRevision)
		if err != nil {
			return err
		}
		return m.Participants.Reject(ctx, tx, participant.ExitInput{Step: in, Reason: input.Reason})
	})
}

// DraftPlan begins the personalised plan (PAP).
func (m mutation) DraftPlan(ctx context.Context, input DraftPlanInput) (*DraftPlanPayload, error) {
	return perform(ctx, m.Resolver, access.DraftPlan, input, func(ctx context.Context, tx *postgres.Tx, out *DraftPlanPayload) error {
		in, err := stepOf(&out.Participant, input.Participant, input.Day, input.ExpectedRevision)
		if err != nil {
			return err
		}
		return m.Participants.DraftPlan(ctx, tx, in)
	})
}

// SignPlan records that the personalised plan (PAP) is signed.
func (m mutation) SignPlan(ctx context.Context, input SignPlanInput) (*SignPlanPayload, error) {
	return perform(ctx, m.Resolver, access.SignPlan, input, func(ctx context.Context, tx *postgres.Tx, out *SignPlanPayload) error {
		in, err := stepOf(&out.Participant, input.Participant, input.Day, input.ExpectedRevision)
		if err != nil {
			return err
		}
		return m.Participants.SignPlan(ctx, tx, in)
	})
}

// ActivateParticipant begins the activities and takes the facts at entry.
func (m mutation) ActivateParticipant(ctx context.Context, input ActivateParticipantInput) (*ActivateParticipantPayload, error) {
	return perform(ctx, m.Resolver, access.ActivateParticipant, input, func(ctx context.Context, tx *postgres.Tx, out *ActivateParticipantPayload) error {
		in, err := stepOf(&out.Participant, input.Participant, input.Day, input.ExpectedRevision)
		if err != nil {
			return err
		}
		return m.Participants.Activate(ctx, tx, participant.ActivateInput{Step: in, Facts: entryFactsOf(input.Entry)})
	})
}

// WithdrawParticipant records that the person leaves by own will.
func (m mutation) WithdrawParticipant(ctx context.Context, input WithdrawParticipantInput) (*WithdrawParticipantPayload, error) {
	return perform(ctx, m.Resolver, access.WithdrawParticipant, input, func(ctx context.Context, tx *postgres.Tx, out *WithdrawParticipantPayload) error {
		in, err := stepOf(&out.Participant, input.Participant, input.Day, input.ExpectedRevision)
		if err != nil {
			return err
		}
		return m.Participants.Withdraw(ctx, tx, participant.ExitInput{Step: in, Reason: input.Reason})
	})
}

// ExcludeParticipant records that the programme excludes the person.
func (m mutation) ExcludeParticipant(ctx context.Context, input ExcludeParticipantInput) (*ExcludeParticipantPayload, error) {
	return perform(ctx, m.Resolver, access.ExcludeParticipant, input, func(ctx context.Context, tx *postgres.Tx, out *ExcludeParticipantPayload) error {
		in, err := stepOf(&out.Participant, input.Participant, input.Day, input.ExpectedRevision)
		if err != nil {
			return err
		}
		return m.Participants.Exclude(ctx, tx, participant.ExitInput{Step: in, Reason: input.Reason})
	})
}

// CompleteParticipant records that the path is completed.
func (m mutation) CompleteParticipant(ctx context.Context, input CompleteParticipantInput) (*CompleteParticipantPayload, error) {
	return perform(ctx, m.Resolver, access.CompleteParticipant, input, func(ctx context.Context, tx *postgres.Tx, out *CompleteParticipantPayload) error {
		in, err := stepOf(&out.Participant, input.Participant, input.Day, input.ExpectedRevision)
		if err != nil {
			return err
		}
		return m.Participants.Complete(ctx, tx, in)
	})
}

// AskFirstResult begins to ask for the result within 28 days.
func (m mutation) AskFirstResult(ctx context.Context, input AskFirstResultInput) (*AskFirstResultPayload, error) {
	return perform(ctx, m.Resolver, access.AskFirstResult, input, func(ctx context.Context, tx *postgres.Tx, out *AskFirstResultPayload) error {
		in, err := stepOf(&out.Participant, input.Participant, input.Day, input.ExpectedRevision)
		if err != nil {
			return err
		}
		return m.Participants.AskFirstResult(ctx, tx, in)
	})
}

// AskSecondResult begins to ask for the result after six months.
func (m mutation) AskSecondResult(ctx context.Context, input AskSecondResultInput) (*AskSecondResultPayload, error) {
	return perform(ctx, m.Resolver, access.AskSecondResult, input, func(ctx context.Context, tx *postgres.Tx, out *AskSecondResultPayload) error {
		in, err := stepOf(&out.Participant, input.Participant, input.Day, input.ExpectedRevision)
		if err != nil {
			return err
		}
		return m.Participants.AskSecondResult(ctx, tx, in)
	})
}

// CloseParticipant ends the case.
func (m mutation) CloseParticipant(ctx context.Context, input CloseParticipantInput) (*CloseParticipantPayload, error) {
	return perform(ctx, m.Resolver, access.CloseParticipant, input, func(ctx context.Context, tx *postgres.Tx, out *CloseParticipantPayload) error {
		in, err := stepOf(&out.Participant, input.Participant, input.Day, input.ExpectedRevision)
		if err != nil {
			return err
		}
		return m.Participants.Close(ctx, tx, in)
	})
}

// ProtectParticipant hides a participation from everybody but its team and those who are named.
func (m mutation) ProtectParticipant(ctx context.Context, input ProtectParticipantInput) (*ProtectParticipantPayload, error) {
	return perform(ctx, m.Resolver, access.ProtectParticipant, input, func(ctx context.Context, tx *postgres.Tx, out *ProtectParticipantPayload) error {
		of, wrong := shownParticipant(&out.Participant, input.Participant)
		named := make([]participant.Named, len(input.Named))
		for i, n := range input.Named {
			member, wrongMember := idOf("mem", n.Member, "named", strconv.Itoa(i), "member")
			wrong = refusal.Join(wrong, wrongMember)
			named[i] = participant.Named{Member: member, Role: access.Role(n.Role), To: orNoDay(n.To)}
		}
		if wrong != nil {
			return wrong
		}
		return m.Participants.Protect(ctx, tx, participant.ProtectInput{Participation: of, Expected: revision(input.ExpectedRevision), Named: named})
	})
}

// UnprotectParticipant gives a participation back to the sight of its organisation.
func (m mutation) UnprotectParticipant(ctx context.Context, input UnprotectParticipantInput) (*UnprotectParticipantPayload, error) {
	return perform(ctx, m.Resolver, access.UnprotectParticipant, input, func(ctx context.Context, tx *postgres.Tx, out *UnprotectParticipantPayload) error {
		of, err := shownParticipant(&out.Participant, input.Participant)
		if err != nil {
			return err
		}
		return m.Participants.Unprotect(ctx, tx, of, revision(input.ExpectedRevision))
	})
}

// HoldPerson keeps somebody's data whatever the retention says, or no longer.
func (m mutation) HoldPerson(ctx context.Context, input HoldPersonInput) (*HoldPersonPayload, error) {
	return perform(ctx, m.Resolver, access.HoldPerson, input, func(ctx context.Context, tx *postgres.Tx, out *HoldPersonPayload) error {
		of, err := shownPerson(&out.Person, input.Person)
		if err != nil {
			return err
		}
		return m.Participants.Hold(ctx, tx, participant.HoldInput{Person: of, Hold: input.Hold, Reason: input.Reason})
	})
}

// ErasePerson destroys somebody's key and blanks what stands open.
func (m mutation) ErasePerson(ctx context.Context, input ErasePersonInput) (*ErasePersonPayload, error) {
	return perform(ctx, m.Resolver, access.ErasePerson, input, func(ctx context.Context, tx *postgres.Tx, out *ErasePersonPayload) error {
		of, err := shownPerson(&out.Person, input.Person)
		if err != nil {
			return err
		}
		return m.Participants.Erase(ctx, tx, participant.EraseInput{Person: of, Reason: participant.ErasureReason(input.Reason)})
	})
}

// MergePersons makes one human of two records.
func (m mutation) MergePersons(ctx context.Context, input MergePersonsInput) (*MergePersonsPayload, error) {
	return perform(ctx, m.Resolver, access.MergePersons, input, func(ctx context.Context, tx *postgres.Tx, out *MergePersonsPayload) error {
		keep, wrongKeep := shownRecord(&out.Keep, input.Keep, "keep")
		merge, wrongMerge := shownRecord(&out.Merged, input.Merge, "merge")
		if err := refusal.Join(wrongKeep, wrongMerge); err != nil {
			return err
		}
		return m.Participants.Merge(ctx, tx, participant.MergeInput{Keep: keep, Merge: merge, Reason: input.Reason})
	})
}

// SplitPersons takes a merge back.
func (m mutation) SplitPersons(ctx context.Context, input SplitPersonsInput) (*SplitPersonsPayload, error) {
	return perform(ctx, m.Resolver, access.SplitPersons, input, func(ctx context.Context, tx *postgres.Tx, out *SplitPersonsPayload) error {
		of, err := shownPerson(&out.Person, input.Person)
		if err != nil {
			return err
		}
		return m.Participants.Split(ctx, tx, participant.SplitInput{Person: of, Reason: input.Reason})
	})
}

// shownPerson is shownParticipant of a person.
func shownPerson(out **Person, id string) (uuid.UUID, error) {
	return shownRecord(out, id, "person")
}

// shownRecord is shownPerson of an input that names more than one.
func shownRecord(out **Person, id, path string) (uuid.UUID, error) {
	of, err := idOf("per", id, path)
	if err == nil {
		*out = &Person{ID: plan.FormatID("per", of)}
	}
	return of, err
}

func entryFactsOf(e *EntrySnapshotInput) participant.EntryFacts {
	return participant.EntryFacts{
		Employment:        participant.Employment(e.Employment),
		UnemployedSince:   orNoDay(e.UnemployedSince),
		ISCED:             int(e.Isced),
		ForeignBackground: participant.Answer(e.ForeignBackground),
		HousingExclusion:  participant.Answer(e.HousingExclusion),
		Disability:        participant.Answer(e.Disability),
		Minority:          participant.Answer(e.Minority),
	}
}
