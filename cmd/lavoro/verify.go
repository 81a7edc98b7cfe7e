package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/document"
	"github.com/lavoroincorso/lavoro/internal/document/control"
	"github.com/lavoroincorso/lavoro/internal/platform/evidence"
	"github.com/lavoroincorso/lavoro/internal/platform/journal"
)

func verifyCommand() *cobra.Command {
	anchors, roots, sent := "", "", []string(nil)
	cmd := &cobra.Command{
		Use:   "verify FOLDER.zip",
		Short: "Check a control folder, without a database",
		Long: `verify takes a control folder apart and works out everything that it says: the hash of every file, what was certified of each month from its
entries, each statement from its inputs, the sums of statements, shares and payments, the draw of a sample from its seed, the links of the journal and how each leads to an
anchor, and the anchors' timestamps. It names the first thing that does not hold, and ends with an error.

With --sent, once for each file by which a run was sent (pain.001, CBI, list of orders), it looks into the file: that it orders each transfer of the
folder once, as much as its lines come to, to the holder and account that the folder has a mark of. It says how many more the file orders.

With --anchors it compares the folder's anchors with those that left the house: nobody who made the folder can have made them, too. Without, they
are taken at their word. What was written before the newest of them must lead to one: of a folder that is older than they are, let it be made anew. It needs no database, no keys and no network.`,
		Example: "  lavoro verify fil_0199.zip --sent distinta.xml --anchors /mnt/worm/lavoro --timestamp-roots tsa.pem",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			content, err := readFolder(args[0])
			if err != nil {
				return err
			}
			pool, err := certificates(roots)
			if err != nil {
				return err
			}
			outside := control.Outside{Certified: document.Certified, Again: allowance.CheckProof, Checked: evidence.Checked(pool)}
			if outside.Sent, err = sentFiles(sent); err != nil {
				return err
			}
			if anchors != "" {
				if outside.Anchors, err = keptAnchors(journal.Folder(anchors)); err != nil {
					return err
				}
			}
			folder, err := control.Open(content)
			if err != nil {
				return err
			}
			found, err := folder.Verify(outside)
			if err != nil {
				return err
			}
			tellFound(cmd.OutOrStdout(), folder, found)
			return nil
		},
	}
	cmd.Flags().StringVar(&anchors, "anchors", "", "folder of the anchors that left the house, to compare with")
	cmd.Flags().StringArrayVar(&sent, "sent", nil, "a file by which a run was sent, to look into; again for each")
	cmd.Flags().StringVar(&roots, "timestamp-roots", "", "PEM file of those who vouch for the time-stamping authority; without it only the signature is looked at")
	return cmd
}

// readFolder reads a file, no further than a folder may be long.
func readFolder(name string) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return io.ReadAll(io.LimitReader(file, control.MaxZip+1))
}

// sentFiles reads what runs were sent by.
func sentFiles(names []string) (map[string]map[string]control.Ordered, error) {
	all := make(map[string]map[string]control.Ordered, len(names))
	for _, name := range names {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		hash, ordered, err := document.Sent(file, name)
		_ = file.Close()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all[hash] = ordered
	}
	return all, nil
}

func keptAnchors(folder journal.Folder) (map[string][]byte, error) {
	all, faults, err := folder.Read()
	if err != nil {
		return nil, err
	}
	if len(faults) > 0 {
		return nil, fmt.Errorf("anchors: %s", faults[0])
	}
	known := make(map[string][]byte, len(all))
	for _, k := range all {
		known[k.Name] = k.Data
	}
	return known, nil
}

// tellFound prints what holds, and what could not be looked at.
func tellFound(out io.Writer, folder *control.Opened, f control.Found) {
	m := folder.Manifest
	fmt.Fprintf(out, "%s, CUP %s, made %s\nmanifest SHA-256 %s\n", control.Printable(m.Programme), control.Printable(m.CUP), m.MadeAt.UTC().Format(time.RFC3339), folder.Hash)
	if s := m.Sample; s != nil {
		fmt.Fprintf(out, "sample: %d of %d lines by seed %s, drawn again\n", len(s.Drawn), s.Of, control.Printable(s.Seed))
	}
	fmt.Fprintf(out, "%d files as listed\n%d months of the register, %d entries: the certified hash of %d worked out again", f.Files, f.Months, f.Entries, f.Recomputed)
	if f.Veiled > 0 {
		fmt.Fprintf(out, ", of %d not, since reasons of absences are hidden", f.Veiled)
	}
	fmt.Fprintf(out, "\n%d statements and %d payment lines add up, %s EUR of them paid; %d statements worked out again from their inputs\n", f.Statements, f.Payments, f.Paid, f.Again)
	tellSent(out, f)
	if f.Repaid > 0 {
		fmt.Fprintf(out, "%s EUR of what was paid too much are said to be given back\n", f.Repaid)
	}
	if f.Twice > 0 {
		fmt.Fprintf(out, "%s EUR were paid twice: by transfers whose sums others had paid\n", f.Twice)
	}
	if f.Beyond > 0 {
		fmt.Fprintf(out, "%s EUR of it are not owed any more by the statements in force: they have come back, or have to\n", f.Beyond)
	}
	fmt.Fprintf(out, "%d entries of the journal hold, %d lead to an anchor; %d anchors, %d with a timestamp\n", f.Acts, f.Anchored, f.Anchors, f.Stamped)
	if f.Anchored < f.Acts {
		fmt.Fprintf(out, "%d entries are in no anchor of the folder: that nobody wrote them anew is not shown for them\n", f.Acts-f.Anchored)
	}
	fmt.Fprintln(out, "ok")
}

// tellSent prints what the files say by which transfers were sent.
func tellSent(out io.Writer, f control.Found) {
	if f.Ordered > 0 {
		fmt.Fprintf(out, "%d transfers are as their files order them", f.Ordered)
		if f.Unseen > 0 {
			fmt.Fprintf(out, ", of %d not seen to whom, since accounts are hidden", f.Unseen)
		}
		fmt.Fprintln(out)
	}
	if f.Unsent > 0 {
		fmt.Fprintf(out, "%d transfers were not looked up in the files by which they were sent (--sent)\n", f.Unsent)
	}
	if f.Fileless > 0 {
		fmt.Fprintf(out, "%d payment lines were sent by files that the folder does not name: they were not looked up\n", f.Fileless)
	}
	if f.Others > 0 {
		fmt.Fprintf(out, "%d orders of these files are none that the folder speaks of\n", f.Others)
	}
	if f.Unapproved > 0 {
		fmt.Fprintf(out, "%d payment lines were sent by runs that are hidden: who approved them is not seen\n", f.Unapproved)
	}
}
