package demo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/blob"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

const (
	// signedMonths is in how many of the last months a host without an account signs on the tutor's phone.
	signedMonths = 3
	// codeAfter is how many days after a month a tutor goes to a host with a code: before the promoter certifies in place of who is silent.
	codeAfter = 27
)

// scanned is what the scanner makes of a paper that a host has signed.
var scanned = []byte("%PDF-1.4\n% foglio firmato dal soggetto ospitante\n%%EOF\n")

// signWithoutAccount plans that hosts who have no account sign: some by a code, one has a letter with a link, and one has signed on paper, which waits
// for somebody else's eyes.
func (o *office) signWithoutAccount() {
	last := o.until.Month()
	for month := last.Add(-1 - signedMonths); month.Before(last); month = month.Next() {
		o.signByCode(o.at("tutor", lead), month, workday(month.Last().AddDays(codeAfter)))
	}
	o.signByLink(o.at("tutor", "AIAS"), before(o.until.AddDays(-1)))
	o.signOnPaper(o.at("tutor", "CARRARA"), before(o.until.AddDays(-1)))
}

// signByCode plans that a host signs one month of those that wait for it, by a code that the tutor shows.
func (o *office) signByCode(tutor *worker, month calendar.Month, day calendar.Day) {
	var code attendance.Secret
	var of toSign
	id := chanceOf("signature "+month.String(), 0).timedID(day.Start())
	o.plan(day, noon, tutor, "showSigningCode", func(ctx context.Context, tx *postgres.Tx) (err error) {
		code = ""
		if of, err = monthToSign(ctx, tx, month.First(), month.Last(), o.hostsWithAccount()); err != nil || of.ID == uuid.Nil || of.State != attendance.MonthSubmitted {
			return err
		}
		if err = (attendance.Room{}).AskSignature(ctx, tx, attendance.Asked{ID: id, Month: of.ID, Party: attendance.HostSigns}); err != nil {
			return err
		}
		code, _, err = attendance.ShowSigningCode(ctx, tx, attendance.SignatureStep{Signature: id})
		return err
	}).then = func() {
		if code != "" {
			o.sign(code, o.hostTutorOf(of.Enrolment), clockTime(day, noon+4))
		}
	}
}

// sign does what the host does on the page: opens what the code is for, and signs it.
func (o *office) sign(code attendance.Secret, name string, at time.Time) {
	s, browser := attendance.Signing{DB: o.deps.DB, Clock: still(at)}, attendance.NewBrowser()
	_, err := s.Open(context.Background(), code, browser)
	if err == nil {
		err = s.Sign(context.Background(), code, browser, name)
	}
	if err != nil {
		o.unwritten = append(o.unwritten, fmt.Sprintf("%s a host did not sign: %v", calendar.DayOf(at), err))
	}
}

// signByLink plans that a host is sent a link to sign by, which it has not followed yet.
func (o *office) signByLink(tutor *worker, day calendar.Day) {
	id := chanceOf("signature by link", 0).timedID(day.Start())
	o.plan(day, noon, tutor, "askSignature", func(ctx context.Context, tx *postgres.Tx) error {
		of, err := monthToSign(ctx, tx, o.from, day, o.hostsWithAccount())
		if err != nil || of.ID == uuid.Nil {
			return err
		}
		return attendance.Room{}.AskSignature(ctx, tx, attendance.Asked{ID: id, Month: of.ID, Party: of.party(), To: attendance.Destination{Email: "firma@ospitante.example"}})
	})
}

// signOnPaper plans that the tutor brings a month that was signed on paper: nobody else has looked at it yet.
func (o *office) signOnPaper(tutor *worker, day calendar.Day) {
	c := chanceOf("signature on paper", 0)
	id, file := c.timedID(day.Start()), c.timedID(day.Start())
	var ticket blob.Ticket
	var of toSign
	sum := sha256.Sum256(scanned)
	o.plan(day, afternoon, tutor, "prepareUpload", func(ctx context.Context, tx *postgres.Tx) (err error) {
		if of, err = monthToSign(ctx, tx, o.from, day, nil); err != nil || of.ID == uuid.Nil {
			return err
		}
		ticket, err = o.deps.Participants.PrepareUpload(ctx, tx, participant.FileInput{Participation: of.Participation, ID: file, Kind: participant.ProvesSigned,
			MediaType: blob.PDF, Bytes: len(scanned), SHA256: hex.EncodeToString(sum[:])})
		return err
	}).then = func() {
		if of.ID != uuid.Nil {
			o.bring(tutor, clockTime(day, afternoon+5), ticket, scanned)
		}
	}
	o.plan(day, afternoon+10, tutor, string(access.AttachSignedPaper), func(ctx context.Context, tx *postgres.Tx) error {
		if of.ID == uuid.Nil {
			return nil
		}
		code := attendance.PaperCode{Month: of.ID, Hash: [32]byte(of.Content)}
		return attendance.AttachSignedPaper(ctx, tx, attendance.SignedPaper{ID: id, Month: of.ID, Party: of.party(), Name: o.hostTutorOf(of.Enrolment), Code: code.String(), File: file})
	})
}

// hostsWithAccount are the companies whose tutors sign in.
func (o *office) hostsWithAccount() (ids []uuid.UUID) {
	for _, f := range o.firms {
		if f.member != nil {
			ids = append(ids, f.id)
		}
	}
	return ids
}

// hostTutorOf is who accompanies the internship at the company.
func (o *office) hostTutorOf(enrolment uuid.UUID) string {
	return o.interns[slices.IndexFunc(o.interns, func(i *internship) bool { return i.enrolment == enrolment })].hostTutor
}

// party is who may sign the month as it stands: what the host has certified already, the participant.
func (s toSign) party() attendance.Party {
	if s.State == attendance.MonthSubmitted {
		return attendance.HostSigns
	}
	return attendance.ParticipantSigns
}
