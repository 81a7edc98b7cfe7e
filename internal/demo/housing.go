package demo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance/housing"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/blob"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
)

// contributedMonths is for how many months people of the demonstration are helped to live on their own.
const contributedMonths = 3

// leaseScan is what a scanner makes of a paper about a home.
var leaseScan = []byte("%PDF-1.4\n% contratto o ricevuta dell'alloggio\n%%EOF\n")

// contribute plans that some people are helped to live on their own: one is paid, of one the last receipt is missing, and one waits for an answer.
func (o *office) contribute() {
	for n, p := range o.tenants() {
		c := chanceOf("housing", p.n)
		from := p.interns[0].started.Month().Next()
		asked := workday(from.First().AddDays(c.between(2, 9)))
		receipts := contributedMonths
		switch n {
		case 1:
			receipts--
		case 2:
			from, asked, receipts = o.until.Month(), before(o.until.AddDays(-2)), 0
		}
		id := c.timedID(asked.Start())
		o.askContribution(p, c, id, from, asked)
		if n == 2 {
			return
		}
		o.plan(workday(asked.AddDays(2)), noon, p.coordinator, string(access.AnswerHousingGrant), func(ctx context.Context, tx *postgres.Tx) error {
			return o.deps.Housing.AnswerGrant(ctx, tx, housing.Answer{Grant: id, Accept: true})
		})
		for k := range receipts {
			o.bringReceipt(p, c, id, from.Add(k))
		}
	}
}

// tenants are three people whose internships lasted long enough.
func (o *office) tenants() (people []*person) {
	for _, i := range o.interns {
		p, lasts := i.person, earlier(i.to, o.until)
		if !i.stopped.IsZero() {
			lasts = earlier(i.stopped, lasts)
		}
		long := !i.started.IsZero() && i == p.interns[0] && !lasts.Before(i.started.Month().Add(contributedMonths).Last()) && i.started.Month().Add(contributedMonths).Last().AddDays(8).Before(o.until)
		if here := p.path.left.IsZero(); long && here && len(people) < 3 {
			people = append(people, p)
		}
	}
	return people
}

// askContribution has the case manager bring the papers and ask.
func (o *office) askContribution(p *person, c chance, id uuid.UUID, from calendar.Month, day calendar.Day) {
	in := housing.Request{ID: id, Participation: p.id, Condition: one(c, []string{"CARE_LEAVER", "LEAVING_SHELTER", "HOUSING_NEED", "FIRST_HOME"}), From: from, Months: contributedMonths}
	for n, document := range []string{"HOUSING_TITLE", "SERVICE_STATEMENT"} {
		in.Proofs = append(in.Proofs, housing.Proof{Document: document, File: o.carry(p, c, participant.ProvesHousing, day, morning+20*n)})
	}
	o.plan(day, morning+45, p.caseManager, string(access.RequestHousingGrant), func(ctx context.Context, tx *postgres.Tx) error { return o.deps.Housing.RequestGrant(ctx, tx, in) })
}

// bringReceipt has the case manager bring what a month has cost, in the first days of the next.
func (o *office) bringReceipt(p *person, c chance, grant uuid.UUID, month calendar.Month) {
	day := workday(month.Last().AddDays(c.between(1, 4)))
	in := housing.Receipt{ID: c.timedID(day.Start()), Grant: grant, Month: month, Cents: money.Cents(c.between(150, 240)) * 100}
	file := o.carry(p, c, participant.ProvesRent, day, noon+20)
	in.File = &file
	o.plan(day, noon+45, p.caseManager, string(access.RecordHousingReceipt), func(ctx context.Context, tx *postgres.Tx) error { return o.deps.Housing.RecordReceipt(ctx, tx, in) })
}

// carry plans that the case manager brings a paper about somebody, and gives the file's id.
func (o *office) carry(p *person, c chance, kind string, day calendar.Day, minute int) uuid.UUID {
	id, sum := c.timedID(day.Start()), sha256.Sum256(leaseScan)
	var ticket blob.Ticket
	o.plan(day, minute, p.caseManager, "prepareUpload", func(ctx context.Context, tx *postgres.Tx) (err error) {
		ticket, err = o.deps.Participants.PrepareUpload(ctx, tx, participant.FileInput{Participation: p.id, ID: id, Kind: kind, MediaType: blob.PDF, Bytes: len(leaseScan), SHA256: hex.EncodeToString(sum[:])})
		return err
	}).then = func() { o.bring(p.caseManager, clockTime(day, minute+5), ticket, leaseScan) }
	return id
}
