package graph

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance/payment"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/blob"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Where files come and go; a ticket's token follows.
const (
	UploadPath   = "/files/up/"
	DownloadPath = "/files/down/"
)

func fileOf(id uuid.UUID) *File { return &File{ID: plan.FormatID("fil", id)} }

// ticketOf spells a ticket; none for a preview, which leaves nothing to bring or fetch.
func ticketOf(t blob.Ticket, path string, preview bool, err error) *FileTicket {
	if err != nil || preview {
		return nil
	}
	return &FileTicket{Path: path + t.Token, ExpiresAt: t.ExpiresAt}
}

// PrepareUpload announces a file and tells where its bytes go.
func (m mutation) PrepareUpload(ctx context.Context, input PrepareUploadInput) (*PrepareUploadPayload, error) {
	return perform(ctx, m.Resolver, access.PrepareUpload, input, func(ctx context.Context, tx *postgres.Tx, out *PrepareUploadPayload) error {
		if input.Kind == FileKindPaymentAnswer {
			return m.prepareAnswer(ctx, tx, input, out)
		}
		id, wrongID := newID("fil", input.ID, "id")
		of, wrongParticipant := idOf("prt", orEmpty(input.Participant), "participant")
		if err := refusal.Join(wrongID, wrongParticipant); err != nil {
			return err
		}
		out.File = fileOf(id)
		ticket, err := m.Participants.PrepareUpload(ctx, tx, participant.FileInput{Participation: of, ID: id, Kind: string(input.Kind), MediaType: input.MediaType,
			Bytes: int(input.Bytes), SHA256: input.Sha256})
		out.Upload = ticketOf(ticket, UploadPath, input.Preview, err)
		return err
	})
}

// prepareAnswer announces an answer to what a payer has sent.
func (m mutation) prepareAnswer(ctx context.Context, tx *postgres.Tx, input PrepareUploadInput, out *PrepareUploadPayload) error {
	id, wrongID := newID("fil", input.ID, "id")
	payer, wrongPayer := idOf("org", orEmpty(input.Payer), "payer")
	if err := refusal.Join(wrongID, wrongPayer); err != nil {
		return err
	}
	out.File = fileOf(id)
	ticket, err := payment.PrepareUpload(ctx, tx, payment.Upload{ID: id, Payer: payer, MediaType: input.MediaType, Bytes: int(input.Bytes), SHA256: input.Sha256})
	out.Upload = ticketOf(ticket, UploadPath, input.Preview, err)
	return err
}

// PrepareDownload tells where to fetch a file, once.
func (m mutation) PrepareDownload(ctx context.Context, input PrepareDownloadInput) (*PrepareDownloadPayload, error) {
	return perform(ctx, m.Resolver, access.PrepareDownload, input, func(ctx context.Context, tx *postgres.Tx, out *PrepareDownloadPayload) error {
		id, err := idOf("fil", input.File, "file")
		if err != nil {
			return err
		}
		out.File = fileOf(id)
		ticket, ofRun, err := payment.PrepareDownload(ctx, tx, id)
		if err == nil && !ofRun {
			ticket, err = m.Participants.PrepareDownload(ctx, tx, id)
		}
		out.Download = ticketOf(ticket, DownloadPath, input.Preview, err)
		return err
	})
}

// SignedIn serves what is no GraphQL to whoever is signed in; an error is answered as by the API, with the status of its sort.
func SignedIn(door Door, serve func(http.ResponseWriter, *http.Request, Session) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		ctx := WithSession(req.Context(), Session{Lang: text.FromAcceptLanguage(req.Header.Get("Accept-Language"))})
		w.Header().Set("Cache-Control", "private, no-store")
		session, who, err := door.enter(ctx, req)
		if err == nil && (who == nil || len(session.Actor.Grants) == 0) {
			err = unauthenticated.At()
		}
		if err == nil {
			session, err = session.reading(req.Header.Get)
		}
		if err == nil {
			err = serve(w, req.WithContext(ctx), session)
		}
		if err != nil {
			refuse(ctx, w, err)
		}
	})
}
