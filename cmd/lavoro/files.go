package main

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/graph"
	"github.com/lavoroincorso/lavoro/internal/allowance/payment"
	"github.com/lavoroincorso/lavoro/internal/document"
	"github.com/lavoroincorso/lavoro/internal/platform/blob"
	"github.com/lavoroincorso/lavoro/internal/platform/evidence"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// chunkTime is how long a client may take to send or fetch one chunk: 256 KiB in 30 s is the slowest that a phone on the edge of its network does.
const chunkTime = 30 * time.Second

// fileStore is where files are kept; each that is read stands in the node's journal of reads.
func (a *App) fileStore(recorder evidence.Recorder) blob.Store {
	return blob.Store{DB: a.DB, Clock: a.now, Scanner: blob.Clamd(a.Config.Clamd),
		OnOpened: func(ctx context.Context, tx *postgres.Tx, f blob.File) error {
			people := []uuid.UUID{f.ParticipationID}
			if f.ParticipationID == uuid.Nil {
				var err error
				of := payment.People
				if f.Kind == document.ControlFolder {
					of = document.People
				}
				if people, err = of(ctx, tx, f.ID); err != nil {
					return err
				}
			}
			return recorder.Downloaded(ctx, tx, f.Class, people...)
		}}
}

// fileRoutes serve the bytes of files. A method that is not here is answered by 405.
func (a *App) fileRoutes(mux *http.ServeMux) {
	door := a.door.graph()
	mux.Handle("HEAD "+graph.UploadPath+"{token}", graph.SignedIn(door, a.lookAtUpload))
	mux.Handle("PUT "+graph.UploadPath+"{token}", graph.SignedIn(door, a.takeUpload))
	mux.Handle("GET "+graph.DownloadPath+"{token}", graph.SignedIn(door, a.giveFile))
}

// lookAtUpload tells how far an upload is.
func (a *App) lookAtUpload(w http.ResponseWriter, req *http.Request, who graph.Session) error {
	f, err := a.files.Look(req.Context(), who.Actor, req.PathValue("token"))
	if err == nil {
		tellOffset(w, f)
		w.WriteHeader(http.StatusNoContent)
	}
	return err
}

// takeUpload takes a range of a file; the offset is told beside every answer, so that a client knows where to go on.
func (a *App) takeUpload(w http.ResponseWriter, req *http.Request, who graph.Session) error {
	r, err := blob.ParseRange(req.Header.Get("Content-Range"))
	if err == nil && (req.ContentLength != int64(r.Length()) || req.Header.Get("Content-Encoding") != "") {
		err = blob.WrongRange.At()
	}
	if err != nil {
		return err
	}
	f, err := a.files.Take(req.Context(), who.Actor, req.PathValue("token"), r, patient{http.NewResponseController(w), req.Body})
	if f.Announced > 0 {
		tellOffset(w, f)
	}
	if err == nil {
		w.WriteHeader(http.StatusNoContent)
	}
	return err
}

func tellOffset(w http.ResponseWriter, f blob.File) {
	w.Header().Set("Upload-Offset", strconv.Itoa(f.Received))
	w.Header().Set("Upload-Length", strconv.Itoa(f.Announced))
}

// patient reads a body and gives the client time for each part of it anew.
type patient struct {
	control *http.ResponseController
	io.Reader
}

func (p patient) Read(b []byte) (int, error) {
	_ = p.control.SetReadDeadline(time.Now().Add(chunkTime))
	return p.Reader.Read(b)
}

// giveFile gives a file as something to be saved, never to be shown in a page of ours. A question for its head alone must not use the ticket up.
func (a *App) giveFile(w http.ResponseWriter, req *http.Request, who graph.Session) error {
	if req.Method == http.MethodHead {
		w.Header().Set("Allow", http.MethodGet)
		w.WriteHeader(http.StatusMethodNotAllowed)
		return nil
	}
	f, content, err := a.files.Open(req.Context(), who.Actor, req.PathValue("token"))
	if err != nil {
		return err
	}
	for name, value := range map[string]string{
		"Content-Type": f.MediaType, "Content-Length": strconv.Itoa(f.Bytes), "Content-Disposition": `attachment; filename="` + f.Name() + `"`,
		"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'", "Cross-Origin-Resource-Policy": "same-origin",
		"Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
	} {
		w.Header().Set(name, value)
	}
	control, part := http.NewResponseController(w), make([]byte, blob.ChunkSize)
	for {
		n, err := content.Read(part)
		_ = control.SetWriteDeadline(time.Now().Add(chunkTime))
		if _, gone := w.Write(part[:n]); gone != nil || err == io.EOF {
			return nil
		}
		if err != nil {
			panic(http.ErrAbortHandler) // the answer has begun: its client must see that it is torn
		}
	}
}
