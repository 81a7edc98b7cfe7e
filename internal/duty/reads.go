package duty

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// readsBack is how many days of reads are looked through: one that a long standstill left untold is told of late.
const readsBack = 7

// TellReads opens dues for reads of the confidential from outside the case team: the case manager and the data-protection officer are told,
// once for a reader, person and day. They are done when their owners were told.
func TellReads(ctx context.Context, tx *postgres.Tx, _ []uuid.UUID) error {
	return openReads(ctx, tx, tx.Now.AddDate(0, 0, -readsBack))
}

// ReadClocks give the words of what is due about reads; no state waits for them.
func ReadClocks() []event.Clock {
	told := text.Text{It: "Dati riservati consultati da fuori il gruppo del caso: guarda perché", En: "Confidential data were read from outside the case team: see why"}
	return []event.Clock{{SubjectKind: "ReadEntry", Prefix: "rdj", Kind: "read.case_team", Label: told}, {SubjectKind: "ReadEntry", Prefix: "rdj", Kind: "read.dpo", Label: told}}
}
