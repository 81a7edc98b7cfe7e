package programme

import (
	"context"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// applyAct is what the journal calls the applying of a version of the rules.
const applyAct = "applyProgramme"

// Applied tells what the applying of a programme file has changed.
type Applied struct {
	Programme  uuid.UUID
	Code       string
	Changed    bool // false: the same file was applied before
	Version    int  // the number of the policy version in the file
	NewVersion bool
	Findings   []Finding
}

// Finding is what the file says that a person must clear up; it does not keep the file from being applied.
type Finding struct {
	Code string
	Text text.Text
}

// Apply brings the programme of a file into the database at ownerURL, whose login owns the tables. The same file again changes
// nothing. A wrong file is Problems, and then nothing is written. The name is the file's, for the words of problems.
func Apply(ctx context.Context, ownerURL, name string, data []byte, clock postgres.Clock) (Applied, error) {
	return apply(ctx, ownerURL, name, data, clock, owner.write)
}

// Try says what Apply would do, and does nothing. Where that is a new version of the rules of a programme that stands, what comes out by it can be
// supposed; else the supposition is nil.
func Try(ctx context.Context, ownerURL, name string, data []byte, clock postgres.Clock) (Applied, *Supposition, error) {
	var s *Supposition
	done, err := apply(ctx, ownerURL, name, data, clock, func(_ owner, _ context.Context, f File, before stored) (uuid.UUID, error) {
		if before.id != uuid.Nil && f.Policy.Number != before.last.number {
			s = suppose(before.id, f)
		}
		return before.id, nil
	})
	return done, s, err
}

func apply(ctx context.Context, ownerURL, name string, data []byte, clock postgres.Clock, write func(owner, context.Context, File, stored) (uuid.UUID, error)) (Applied, error) {
	f, err := Parse(name, data)
	if err != nil {
		return Applied{}, err
	}
	done := Applied{Code: f.Code, Version: f.Policy.Number, Findings: f.Findings}
	err = asOwner(ctx, ownerURL, clock(), func(ctx context.Context, o owner) error {
		stored, err := o.stored(ctx, f.Code)
		if err != nil {
			return err
		}
		done.Programme, done.Changed = stored.id, stored.hash != f.hash
		if !done.Changed {
			return nil
		}
		if problems := against(f, stored); len(problems) > 0 {
			return problems
		}
		done.NewVersion = f.Policy.Number != stored.last.number
		done.Programme, err = write(o, ctx, f, stored)
		return err
	})
	if err != nil {
		return Applied{}, err
	}
	return done, nil
}

// stored is what the database holds of a programme; the id is Nil before its first file.
type stored struct {
	id       uuid.UUID
	hash     string
	partners map[string]partner
	payers   []string       // codes of those that some version of the rules pays by, sorted
	taxes    map[string]Tax // how what payers pay is taxed by the last version of the rules, by code
	lines    []string       // codes of those that are paid from or booked on, sorted
	last     version        // the zero version before the first file
}

type partner struct {
	id     uuid.UUID
	parent string // code
}

type version struct {
	number    int
	validFrom calendar.Day
	hash      string
}

// against checks a good file against what was applied before it: rules stand for ever, and so does the tree of partners;
// how a payer's allowances are taxed changes with the rules, since months are worked out again by these.
func against(f File, s stored) Problems {
	d := &document{name: f.name}
	whole := field{doc: d}
	inFile := map[string]bool{}
	for _, o := range f.Organisations {
		inFile[o.Code] = true
		if before, found := s.partners[o.Code]; found && before.parent != o.Parent {
			field{doc: d, line: o.line}.report("organisations."+o.Code, partnerMoved)
		}
	}
	for code := range s.partners {
		if !inFile[code] {
			whole.report("organisations", partnerGone.Fill(args("code", code)))
		}
	}
	for _, code := range s.payers {
		if !slices.ContainsFunc(f.Payers, func(p PayerEntry) bool { return p.Organisation == code }) {
			whole.report("payers", payerGone.Fill(args("code", code)))
		}
	}
	for _, p := range f.Payers {
		if before, found := s.taxes[p.Organisation]; found && before != p.Tax && f.Policy.Number == s.last.number {
			whole.report("payers."+p.Organisation+".tax", taxMoved)
		}
	}
	for _, code := range s.lines {
		if !slices.ContainsFunc(f.BudgetLines, func(l BudgetLine) bool { return l.Code == code }) {
			whole.report("budget_lines", lineGone.Fill(args("code", code)))
		}
	}
	at := field{doc: d, line: f.Policy.line}
	last, next := strconv.Itoa(s.last.number), strconv.Itoa(s.last.number+1)
	switch n := f.Policy.Number; {
	case s.last.number == 0:
	case n < s.last.number:
		at.report("policy.number", versionOld.Fill(args("last", last)))
	case n == s.last.number && f.Policy.hash() != s.last.hash:
		at.report("policy.number", versionRewritten.Fill(args("number", last, "next", next)))
	case n > s.last.number+1:
		at.report("policy.number", versionGap.Fill(args("next", next)))
	case f.Policy.ValidFrom.Before(s.last.validFrom):
		at.report("policy.valid_from", versionBefore.Fill(map[string]text.Text{
			"day": {It: s.last.validFrom.Format(text.Italian), En: s.last.validFrom.Format(text.English)}}))
	}
	return d.problems.sorted()
}
