package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/allowance/payment"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/duty"
	"github.com/lavoroincorso/lavoro/internal/platform/blob"
	"github.com/lavoroincorso/lavoro/internal/platform/evidence"
	"github.com/lavoroincorso/lavoro/internal/platform/journal"
)

func journalCommand(c *Config) *cobra.Command {
	cmd := &cobra.Command{Use: "journal", Short: "The journals of acts and reads: evidence that nothing was changed"}
	cmd.AddCommand(journalVerifyCommand(c), journalRetainCommand(c))
	return cmd
}

var errNotSound = errors.New("the journals are not what was written")

func journalVerifyCommand(c *Config) *cobra.Command {
	roots := ""
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Work every chain of the journals out again from its rows",
		Long: `verify reads the journals as the database's owner and works out every chain: the acts of each programme, the reads of each node.
It finds a row that was changed, taken out or moved, and names it. With --anchors it compares the chains with the heads that left
the house: an end that was cut off and a chain that was written anew show, too, whatever the database says of itself.

It needs no keys. It ends with an error when anything is found.`,
		Example: "  lavoro journal verify --anchors /mnt/worm/lavoro",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := c.locate(); err != nil {
				return err
			}
			pool, err := certificates(roots)
			if err != nil {
				return err
			}
			verdict, err := evidence.Verify(cmd.Context(), c.owner(), journal.Folder(c.Anchors), evidence.Checked(pool))
			if err != nil {
				return err
			}
			tellVerdict(cmd.OutOrStdout(), verdict)
			if !verdict.Sound() {
				return errNotSound
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&roots, "timestamp-roots", "", "PEM file of those who vouch for the time-stamping authority; without it only the signature is looked at")
	return cmd
}

// certificates reads a PEM file; none for no file.
func certificates(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(data) {
		return nil, fmt.Errorf("%s holds no certificate", file)
	}
	return pool, nil
}

// tellVerdict prints a line for each chain, and one for each fault of the anchors.
func tellVerdict(out io.Writer, v evidence.Verdict) {
	for _, c := range v.Chains {
		found := "ok"
		if c.Dropped > 0 {
			found = fmt.Sprintf("ok, from entry %d: what was written before %s was dropped when its time was over", c.Dropped+1, c.Since.UTC().Format(time.DateOnly))
		}
		if c.Broken != 0 {
			found = fmt.Sprintf("BROKEN at entry %d: %s", c.Broken, c.Why)
		}
		fmt.Fprintf(out, "%-5s %s  %7d entries  head %.16s  %s\n", c.Kind, c.ID, c.Entries, c.Head, found)
	}
	if v.Anchors > 0 || len(v.Faults) > 0 {
		fmt.Fprintf(out, "%d anchors compared\n", v.Anchors)
	}
	for _, fault := range v.Faults {
		fmt.Fprintf(out, "BROKEN anchor %s\n", fault)
	}
}

// anchorage is where the heads of the journals leave to.
func (a *App) anchorage(notifier duty.Notifier) (evidence.Anchorage, error) {
	house := evidence.Anchorage{Installation: a.Installation.ID, Folder: journal.Folder(a.Config.Anchors)}
	if a.Config.StampURL != "" {
		house.Stamp = evidence.Authority(a.Config.StampURL)
	}
	if a.Config.AnchorMail == "" {
		return house, nil
	}
	post, ok := notifier.(*duty.SMTP)
	if !ok {
		return house, errors.New("anchor-mail needs smtp-url")
	}
	house.Mail = func(ctx context.Context, day string, anchor []byte) error {
		return post.Post(ctx, a.Config.AnchorMail, "Lavoro in Corso: journals of "+day, string(anchor))
	}
	return house, nil
}

// routines are what the house does by itself: every minute it tells of reads from outside the case team, every hour the heads of reads go into the acts'
// chains, protections that nobody could lift fall to the lead body, and files that proved nothing go; every day it pays grants of months without hours, it tries again whom it could not work out, it looks for tutors from whose phones nothing comes and for payers that have a month's run to open or to send, or that have left somebody behind, all heads leave and, where it is told who owns the database, evidence whose time is over goes.
func (a *App) routines(house evidence.Anchorage) []duty.Routine {
	list := []duty.Routine{
		{Name: "tell of reads", Every: time.Minute, Run: duty.InProgrammes(a.DB, duty.TellReads)},
		{Name: "anchor reads", Every: time.Hour, Run: duty.InProgrammes(a.DB, evidence.AnchorReads)},
		{Name: "keep protections reachable", Every: time.Hour, Run: duty.InProgrammes(a.DB, a.rooms.participants.KeepReachable)},
		{Name: "pay grants without hours", Every: 24 * time.Hour, Run: duty.InEachProgramme(a.DB, allowance.PayGrants)},
		{Name: "work out what was stuck", Every: 24 * time.Hour, Run: duty.InEachProgramme(a.DB, allowance.WorkOutStuck)},
		{Name: "look for silent phones", Every: 24 * time.Hour, Run: duty.InProgrammes(a.DB, attendance.TellSilence(a.rooms.clocks.OnState))},
		{Name: "look at the calendar of payments", Every: 24 * time.Hour, Run: duty.InProgrammes(a.DB, payment.TellCalendar(a.rooms.clocks.OnState))},
		{Name: "expire files", Every: time.Hour, Run: duty.InProgrammes(a.DB, blob.Expire)},
	}
	if a.Config.OwnerURL != "" {
		list = append(list, duty.Routine{Name: "drop old evidence", Every: 24 * time.Hour, Run: func(ctx context.Context, _ access.Actor, now time.Time) error {
			_, err := dropEvidence(ctx, a.Config.OwnerURL, now, false)
			return err
		}})
	}
	if house.None() {
		return list
	}
	return append(list, duty.Routine{Name: "anchor heads", Every: 24 * time.Hour, Run: func(ctx context.Context, _ access.Actor, now time.Time) error {
		return house.Drop(ctx, a.DB, now)
	}})
}
