package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/duty"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

func memberCommand(c *Config) *cobra.Command {
	cmd := &cobra.Command{Use: "member", Short: "Who signs in: the first administrator, and invitations where there is no post"}
	cmd.AddCommand(memberFirstCommand(c), memberLinkCommand(c))
	return cmd
}

func memberFirstCommand(c *Config) *cobra.Command {
	var in member.InviteInput
	programme, body := "", ""
	cmd := &cobra.Command{
		Use:   "first --organisation CODE --name NAME --email ADDRESS",
		Short: "Invite the administrator of a body that has none who can sign in yet, and print the link",
		Long: `first invites the one who invites all others. It prints the link by which he comes in, once, for who proves who he is with an issuer of
--issuers; where --smtp-url is set the same link goes by letter, too. It is refused once somebody administers the body and can sign in.`,
		Example: "  lavoro member first --organisation ASL --name 'Rosa Bianchi' --email rosa.bianchi@asl.example",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			in.ID = uuid.Must(uuid.NewV7())
			return c.asHouse(cmd.Context(), func(ctx context.Context, db *postgres.DB, house access.Actor) error {
				err := db.InTx(ctx, house, time.Now, func(ctx context.Context, tx *postgres.Tx) error {
					return newRooms().members.First(ctx, tx, programme, body, in)
				})
				if err != nil {
					return inWords(err)
				}
				return c.printLink(ctx, db, house, in.Email, cmd.OutOrStdout())
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&programme, "programme", "", "the programme's code, where there are several")
	flags.StringVar(&body, "organisation", "", "code of the body, as in the programme's file")
	flags.StringVar(&in.Name, "name", "", "name, as shown to colleagues")
	flags.StringVar(&in.Email, "email", "", "e-mail address")
	flags.StringVar(&in.FiscalCode, "fiscal-code", "", "fiscal code: where the issuer tells it, only who proves it may come")
	for _, name := range []string{"organisation", "name", "email"} {
		_ = cmd.MarkFlagRequired(name)
	}
	return cmd
}

func memberLinkCommand(c *Config) *cobra.Command {
	return &cobra.Command{
		Use:     "link ADDRESS",
		Short:   "Print the link of an invitation whose letter has not gone, where there is no post",
		Example: "  lavoro member link rosa.bianchi@asl.example",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.asHouse(cmd.Context(), func(ctx context.Context, db *postgres.DB, house access.Actor) error {
				return c.printLink(ctx, db, house, args[0], cmd.OutOrStdout())
			})
		},
	}
}

// asHouse runs something as the house itself, with the installation's keys.
func (c *Config) asHouse(ctx context.Context, do func(context.Context, *postgres.DB, access.Actor) error) error {
	if err := c.locate(); err != nil {
		return err
	}
	keys, err := c.keys()
	if err != nil {
		return err
	}
	db, err := postgres.Open(ctx, postgres.Config{URL: c.DatabaseURL, RelayURL: c.RelayURL, Keys: keys})
	if err != nil {
		return err
	}
	defer db.Close()
	installation, err := db.Installation(ctx)
	if err != nil {
		return err
	}
	if err := db.Recognise(ctx, installation.ID); err != nil {
		return err
	}
	house, err := duty.SystemActor(ctx, db)
	if err != nil {
		return err
	}
	return do(ctx, db, house)
}

func (c *Config) printLink(ctx context.Context, db *postgres.DB, house access.Actor, email string, out io.Writer) error {
	link, err := member.LinkOf(ctx, db, house, time.Now, c.pages(), email)
	if err == nil {
		_, err = fmt.Fprintln(out, link)
	}
	return err
}

// pages is the address at which browsers find the pages, as far as the settings tell.
func (c *Config) pages() string {
	if c.PublicURL != "" {
		return c.PublicURL
	}
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil || host == "" {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// inWords spells a refusal for who sits before a terminal.
func inWords(err error) error {
	refused, is := refusal.As(err)
	if !is {
		return err
	}
	var all []error
	for _, r := range refused {
		words := r.Localized("en")
		all = append(all, fmt.Errorf("%s: %s %s", r.Code, words.Message, words.Cure))
	}
	return errors.Join(all...)
}
