package control

import (
	"bytes"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/journal"
)

// readAnchors reads the anchors of the folder, and holds them against those that are known from elsewhere.
func (c *checking) readAnchors() error {
	for name, data := range c.files {
		day, ok := strings.CutSuffix(strings.TrimPrefix(name, anchorFolder), anchorEnd)
		if !ok || !strings.HasPrefix(name, anchorFolder) {
			continue
		}
		k := journal.Kept{Name: day, Data: data, Timestamp: c.files[anchorFolder+day+stampEnd]}
		var err error
		if k.Anchor, err = journal.ParseAnchor(data); err != nil {
			return fault(name, "%v", err)
		}
		if k.Day() != day {
			return fault(name, "it is of %s", k.Day())
		}
		if c.outside.Anchors != nil && !bytes.Equal(c.outside.Anchors[day], data) {
			return fault(name, "it is not the anchor of that day that left the house")
		}
		if k.Timestamp != nil && c.outside.Checked != nil {
			if err := c.outside.Checked(k); err != nil {
				return fault(name, "its timestamp: %v", err)
			}
			c.found.Stamped++
		}
		c.anchors[day] = k
	}
	c.found.Anchors = len(c.anchors)
	return nil
}

// links works out the link of every entry of the journal, and follows it to its anchor.
func (c *checking) links() error {
	data, there := c.files[journalName]
	if !there {
		return fault(journalName, "is missing")
	}
	if err := strictly(data, &c.journal); err != nil {
		return fault(journalName, "cannot be read (%v)", err)
	}
	newest, err := newestOf(c.outside.Anchors)
	if err != nil {
		return err
	}
	for _, e := range c.journal {
		where := "entry " + e.ID.String()
		if !bytes.Equal(e.act().Link(e.Before), e.Link) {
			return fault(where, "it is not what was written: its link is another")
		}
		if e.Anchor == "" {
			if newest.holds(e) {
				return fault(where, "it is of before the newest anchor that left the house, and leads to none: let the folder be made anew")
			}
			continue
		}
		kept, there := c.anchors[e.Anchor]
		if !there {
			return fault(where, "the anchor of %.20q is missing", e.Anchor)
		}
		at := slices.IndexFunc(kept.Acts, func(h journal.Head) bool { return h.ID == e.Programme })
		if at < 0 {
			return fault(where, "the anchor of %s knows nothing of its programme", e.Anchor)
		}
		if err := kept.Acts[at].Proves(e.Seq, e.Link, e.Path); err != nil {
			return fault(where, "it does not lead to the anchor of %s (%v)", e.Anchor, err)
		}
		c.found.Anchored++
	}
	c.found.Acts = len(c.journal)
	return nil
}

// slack is far more than lies between the moment that an entry bears and the moment at which it is written.
const slack = time.Hour

// reach is how far anchors go that left the house.
type reach struct {
	at    time.Time // the zero time where there are none
	heads map[uuid.UUID]int64
}

// newestOf is the newest of anchors by their days.
func newestOf(anchors map[string][]byte) (k reach, err error) {
	if len(anchors) == 0 {
		return k, nil
	}
	day := slices.Max(slices.Collect(maps.Keys(anchors)))
	a, err := journal.ParseAnchor(anchors[day])
	if err != nil {
		return k, fault("the anchor of "+day, "%v", err)
	}
	k = reach{a.At, map[uuid.UUID]int64{}}
	for _, h := range a.Acts {
		k.heads[h.ID] = h.Entries
	}
	return k, nil
}

// holds says whether the anchors must know of an entry: by its number, or by its moment, which nobody can put behind them without its being seen.
func (k reach) holds(e Entry) bool {
	return e.Seq <= k.heads[e.Programme] || e.At.Add(slack).Before(k.at)
}

// stepsKnown finds each act that the folder tells of in the journal: same object, act, moment and member.
func (c *checking) stepsKnown() error {
	type said struct {
		kind, act string
		id        uuid.UUID
		at        time.Time
	}
	known := map[said][]string{}
	for _, e := range c.journal {
		at := said{e.SubjectKind, e.Act, e.Subject, e.At.UTC().Truncate(time.Millisecond)}
		known[at] = append(known[at], e.Actor.String())
	}
	for _, s := range c.Steps {
		actors := known[said{s.Kind, s.Act, s.ID, s.At.UTC().Truncate(time.Millisecond)}]
		if len(actors) == 0 || s.Member != "" && !slices.Contains(actors, s.Member) {
			return fault("steps.csv", "the journal does not know that %s of %s %s was done so", s.Act, s.Kind, s.ID)
		}
	}
	for _, s := range c.Statements {
		if _, err := hex.DecodeString(s.ContentHash); err != nil {
			return fault("statement "+s.ID.String(), "its hash is none")
		}
	}
	return nil
}

// Acts and subjects as the journal names them.
const (
	statementSubject = "AllowanceStatement"
	runSubject       = "PaymentRun"
	issueAct         = "computeAllowance"
	approveAct       = "approveRun"
	resolveAct       = "resolveLine"
	dischargeSubject = "RecoveryDischarge"
	repayAct         = "recordRepayment"
	confirmAct       = "answerDischarge"
)

// statementsIssued finds of each statement that it was issued.
func (c *checking) statementsIssued() error {
	issued := map[uuid.UUID]bool{}
	for _, e := range c.journal {
		issued[e.Subject] = issued[e.Subject] || e.SubjectKind == statementSubject && e.Act == issueAct
	}
	for _, s := range c.Statements {
		if !issued[s.ID] {
			return fault("statement "+s.ID.String(), "the journal does not know that it was issued")
		}
	}
	return nil
}

// runsApproved finds of each run by which something was sent that it was checked, approved and sent, and that whoever approved it had no other hand in it. That
// one person has two accounts is not to be seen here: the house holds it. A run that is hidden tells nothing.
func (c *checking) runsApproved() error {
	said, approved, made := map[uuid.UUID]map[string]bool{}, map[uuid.UUID]map[uuid.UUID]bool{}, map[uuid.UUID][]uuid.UUID{}
	for _, p := range c.Payments {
		switch {
		case !p.wasSent():
		case p.Run == uuid.Nil:
			c.found.Unapproved++
		default:
			said[p.Run], approved[p.Run] = map[string]bool{}, map[uuid.UUID]bool{}
		}
	}
	for _, s := range c.Steps {
		if of := said[s.ID]; of != nil && s.Kind == runSubject {
			of[s.Act] = true
		}
	}
	for _, e := range c.journal {
		of := approved[e.Subject]
		if of == nil || e.SubjectKind != runSubject {
			continue
		}
		for _, who := range []*uuid.UUID{&e.Actor, e.OnBehalfOf} {
			switch {
			case who == nil:
			case e.Act == approveAct:
				of[*who] = true
			case slices.Contains([]string{"openRun", "computeRun", "checkRun", "exportRun"}, e.Act):
				made[e.Subject] = append(made[e.Subject], *who)
			}
		}
	}
	for _, run := range slices.SortedFunc(maps.Keys(said), func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }) {
		where := "run " + run.String()
		for _, act := range []string{"checkRun", approveAct, "exportRun"} {
			if !said[run][act] {
				return fault(where, "something was sent by it, and nothing says that %s was done", act)
			}
		}
		if slices.ContainsFunc(made[run], func(who uuid.UUID) bool { return approved[run][who] }) {
			return fault(where, "whoever approved it had another hand in it")
		}
	}
	return nil
}

// repaymentsConfirmed finds of what was given back that one person has recorded it, and another has answered for it.
func (c *checking) repaymentsConfirmed() error {
	recorded, answered := map[uuid.UUID]uuid.UUID{}, map[uuid.UUID]uuid.UUID{}
	for _, e := range c.journal {
		switch {
		case e.SubjectKind != dischargeSubject:
		case e.Act == repayAct:
			recorded[e.Subject] = e.Actor
		case e.Act == confirmAct:
			answered[e.Subject] = e.Actor
		}
	}
	for _, r := range c.Repayments {
		by, known := recorded[r.Discharge]
		other, confirmed := answered[r.Discharge]
		if !known || !confirmed || by == other {
			return fault("repayment "+r.Discharge.String(), "the journal does not know that one has recorded it, and another has confirmed it")
		}
	}
	return nil
}

// paidTwice finds of what was paid beside other lines that somebody has said so of that very line. A run that is hidden tells nothing.
func (c *checking) paidTwice() error {
	for _, p := range c.Payments {
		said := slices.ContainsFunc(c.Steps, func(s Step) bool {
			return s.Kind == runSubject && s.ID == p.Run && s.Act == resolveAct && s.At.Equal(p.SaidAt)
		})
		if p.Twice && p.Run != uuid.Nil && !said {
			return fault("payment line "+p.ID.String(), "it is said to be paid twice, and nothing says that %s was done of it", resolveAct)
		}
	}
	return nil
}
