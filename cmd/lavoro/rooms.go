package main

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/activity"
	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/allowance/housing"
	"github.com/lavoroincorso/lavoro/internal/allowance/inquiry"
	"github.com/lavoroincorso/lavoro/internal/allowance/payment"
	"github.com/lavoroincorso/lavoro/internal/allowance/recovery"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/company"
	"github.com/lavoroincorso/lavoro/internal/duty"
	"github.com/lavoroincorso/lavoro/internal/history"
	"github.com/lavoroincorso/lavoro/internal/matching"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/placement"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/evidence"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/report"
)

// clocks are the waiting states of all rooms that have some.
var clocks = [][]event.Clock{
	participant.Clocks(),
	company.Clocks(),
	placement.DueClocks(),
	attendance.MonthClocks(),
	attendance.EntryClocks(),
	attendance.SilenceClocks(),
	allowance.ContestClocks(),
	allowance.StuckClocks(),
	housing.Clocks(),
	payment.Clocks(),
	recovery.Clocks(),
	matching.DueClocks(),
	duty.ReadClocks(),
}

// vetoes are what later rooms say before somebody leaves the programme.
var vetoes = []participant.Veto{activity.Veto, placement.VetoWithdrawal}

// attestGates, commitGates and extendGates are what later rooms say of internships that wait.
var (
	attestGates = []placement.Gate{attendance.AttestGate}
	commitGates = []placement.Gate{allowance.CommitGate}
	extendGates = []placement.Gate{allowance.ExtendGate}
)

// schema joins what every room declares readable, in the order of the programme's path.
func schema() *plan.Schema {
	rooms := []plan.Reading{
		member.Reading(),
		programme.Reading(),
		participant.Reading(vetoes...),
		company.Reading(),
		activity.Reading(),
		placement.Reading(placement.Room{AttestGates: attestGates, CommitGates: commitGates, ExtendGates: extendGates}),
		attendance.Reading(),
		allowance.Reading(),
		housing.Reading(),
		payment.Reading(),
		recovery.Reading(),
		history.Reading(),
		inquiry.Reading(),
		matching.Reading(),
		duty.Reading(clocks...),
		report.Reading(),
	}
	return plan.NewSchema(append(rooms, evidence.Reading(rooms...))...)
}

// rooms are those whose acts later rooms join: by vetoes, gates, and clocks that follow every state.
type rooms struct {
	members      member.Room
	participants participant.Room
	activities   activity.Room
	placements   placement.Room
	matches      matching.Room
	housing      housing.Room
	clocks       *duty.Clocks
}

func newRooms() rooms {
	keeper := duty.NewClocks(clocks...)
	onState := []func(context.Context, *postgres.Tx, event.Transition) error{keeper.OnState}
	r := rooms{
		members:    member.Room{InvitationDays: invitationDays},
		clocks:     keeper,
		activities: activity.Room{StopGates: []activity.StopGate{attendance.LeaveGate}},
		placements: placement.Room{OnState: append(slices.Clone(onState), attendance.FollowExtensions, allowance.FollowCommitments), AttestGates: attestGates,
			CommitGates: commitGates, ExtendGates: extendGates,
			PlanGates: []placement.PlanGate{attendance.TimetableGate}, StopGates: []placement.StopGate{attendance.StopGate}},
	}
	r.participants = participant.Room{Members: r.members, OnState: append(slices.Clone(onState), r.placements.FollowTeam, allowance.FollowCommitments), Vetoes: vetoes}
	r.housing = housing.Room{OnState: append(slices.Clone(onState), allowance.FollowCommitments)}
	r.matches = matching.Room{OnState: onState, Placement: r.placements}
	return r
}

// invitationDays is the rule of a programme that invitations into it keep.
func invitationDays(ctx context.Context, tx *postgres.Tx, of uuid.UUID) (int, error) {
	policy, err := programme.PolicyOn(ctx, tx, of, tx.Today())
	if err != nil {
		return 0, err
	}
	return policy.Int("access.invitation_days"), nil
}

// reactions are what follows from events, each with a position of its own in the news.
func (r rooms) reactions() []duty.Reaction {
	return []duty.Reaction{
		{Name: "allowance", SubjectKinds: []string{"Attendance", "RegisterMonth", "HistoryImport", "Placement", "HousingGrant", "Participant"}, React: allowance.React},
		{Name: "housing", SubjectKinds: []string{"Participant"}, React: r.housing.FollowLeaving},
		{Name: "rules", SubjectKinds: []string{"PolicyVersion"}, React: allowance.FollowRules},
		duty.Reaction(r.matches.Reaction()),
		{Name: "handover", SubjectKinds: []string{"HandOver"}, React: r.participants.ReactHandOver},
		{Name: "limits", SubjectKinds: []string{"PolicyVersion"}, React: attendance.FollowRules},
		{Name: "register", SubjectKinds: []string{"RegisterMonth"}, React: attendance.FollowMonths(r.clocks.OnState)},
		{Name: "entries", SubjectKinds: []string{"Attendance"}, React: attendance.FollowEntries(r.clocks.OnState)},
		{Name: "contests", SubjectKinds: []string{"AllowanceContest", "AllowanceStatement"}, React: allowance.FollowContests(r.clocks.OnState)},
		{Name: "stuck", SubjectKinds: []string{"Participant"}, React: allowance.FollowStuck(r.clocks.OnState)},
		{Name: "payments", SubjectKinds: []string{"PaymentRun"}, React: payment.Follow(r.clocks.OnState)},
		{Name: "recoveries", SubjectKinds: []string{"AllowanceStatement", "PaymentRun", "Recovery", "RecoveryDischarge"}, React: recovery.Follow(r.clocks.OnState)},
		{Name: "silence", SubjectKinds: []string{"Attendance"}, React: attendance.Heard(r.clocks.OnState)},
		{Name: "openings", SubjectKinds: []string{"Opening"}, React: company.Follow(r.clocks.OnState)},
	}
}

// letters are the routines that send invitations by post, and links and codes to sign by also by messages, to pages at an address.
func (a *App) letters(base string) (routines []duty.Routine, err error) {
	sign := attendance.Letters{DB: a.DB, Base: base, Away: duty.ErrAway}
	if post, ok := a.runner.Notifier.(*duty.SMTP); ok {
		sign.Post = post.Post
		routines = append(routines, duty.Routine{Name: "send invitations", Every: time.Minute, Run: member.Letters{DB: a.DB, Base: base, Post: post.Post, Away: duty.ErrAway}.Send})
	}
	if a.Config.SMSURL != "" {
		gateway, err := duty.NewGateway(duty.GatewayConfig{URL: a.Config.SMSURL, Secret: a.Config.SMSSecret})
		if err != nil {
			return nil, err
		}
		if !attendance.Fits(base) {
			return nil, errLongAddress
		}
		sign.Text = gateway.Send
	}
	if sign.Post != nil || sign.Text != nil {
		routines = append(routines, duty.Routine{Name: "send links to sign by", Every: time.Minute, Run: sign.Send})
	}
	return routines, nil
}

var errLongAddress = errors.New("public-url is too long: a link to sign by does not go into one message")

var errSMTPURL = errors.New("smtp-url has the form smtp://user:password@host:port?from=address")

// notifier sends notices by post where a server is named, and into the log otherwise.
func (c *Config) notifier() (duty.Notifier, error) {
	if c.SMTPURL == "" {
		return duty.Log{}, nil
	}
	u, err := url.Parse(c.SMTPURL)
	if err != nil {
		return nil, errSMTPURL
	}
	port := 0
	if u.Port() != "" {
		if port, err = strconv.Atoi(u.Port()); err != nil {
			return nil, errSMTPURL
		}
	}
	password, _ := u.User.Password()
	return duty.NewSMTP(duty.SMTPConfig{Host: u.Hostname(), Port: port, From: u.Query().Get("from"), User: u.User.Username(), Password: password,
		Plain: u.Query().Get("tls") == "off"})
}
