package blob

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Limits. They protect the house and are no rules of a programme.
const (
	MaxBytes  = 20 << 20  // of one file: a page photographed by a phone has 3 to 8 MB
	ChunkSize = 256 << 10 // bytes of one chunk, and so of memory that one transfer takes

	uploadFor   = time.Hour        // how long a ticket lets somebody bring bytes
	downloadFor = 60 * time.Second // how long a ticket lets somebody fetch them
	waitsFor    = 24 * time.Hour   // how long a file waits for the act that attaches it
	madeFor     = time.Hour        // how long a file that was made for somebody is there: as long as a slow transfer takes
)

// The types that are taken: what papers are scanned to and photographed in, and what browsers show without running anything.
const (
	PDF  = "application/pdf"
	jpeg = "image/jpeg"
	png  = "image/png"
)

// The types of data, which programs write and read. They are taken where the room says so, and given to be saved only.
const (
	XML      = "text/xml"
	CSV      = "text/csv"
	Workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// Zip is the type of folders that the house makes; nobody brings one.
const Zip = "application/zip"

var extensions = map[string]string{PDF: ".pdf", jpeg: ".jpg", png: ".png", XML: ".xml", CSV: ".csv", Workbook: ".xlsx"}

// data says whether a type is one of data.
func data(mediaType string) bool {
	return mediaType == XML || mediaType == CSV || mediaType == Workbook
}

// looksLike says whether the first bytes of a file are of its type: those of data have no mark of their own, and the room that reads them finds out.
func looksLike(mediaType, detected string) bool {
	switch mediaType {
	case XML, CSV:
		return strings.HasPrefix(detected, "text/xml") || strings.HasPrefix(detected, "text/plain")
	case Workbook:
		return detected == "application/zip"
	}
	return detected == mediaType
}

// State is how far a file is.
type State string

// The states.
const (
	Prepared  State = "PREPARED"
	Complete  State = "COMPLETE"
	Attached  State = "ATTACHED"
	Made      State = "MADE"
	Destroyed State = "DESTROYED"
)

// File is what is known of a file without reading it.
type File struct {
	ID              uuid.UUID
	ProgrammeID     uuid.UUID
	ParticipationID uuid.UUID
	PersonID        uuid.UUID
	Kind            string       // what it proves
	Class           access.Class // of the row that it proves
	MediaType       string
	Announced       int // bytes that are to come
	Received        int // bytes that have come
	Bytes           int // of what is kept; 0 while bytes are to come
	Sha256          []byte
	State           State
}

// Name is under which a browser saves the file. It tells nothing about anybody.
func (f File) Name() string {
	if f.MediaType == Zip {
		return "fil_" + f.ID.String() + ".zip"
	}
	return "fil_" + f.ID.String() + extensions[f.MediaType]
}

// Announced is what somebody says of a file that he is going to bring.
type Announced struct {
	ID                               uuid.UUID
	Programme, Participation, Person uuid.UUID
	Kind                             string
	Class                            access.Class
	MediaType                        string
	Bytes                            int
	SHA256                           string // 64 hexadecimal digits
	Audience                         []uuid.UUID
	// Data is for files of data: about nobody alone, sealed under the installation's key. Participation and Person are none then.
	Data bool
}

var (
	causeHash = text.Text{It: "l'impronta SHA-256 ha 64 cifre esadecimali", En: "a SHA-256 has 64 hexadecimal digits"}
	causeNone = text.Text{It: "il file ha almeno un byte", En: "the file has at least one byte"}
)

// problems says what is wrong with an announcement, by the fields of its input.
func (a Announced) problems() (sum []byte, list refusal.List) {
	sum, err := hex.DecodeString(a.SHA256)
	if err != nil || len(sum) != sha256.Size {
		list = append(list, refusal.InvalidValue.At("sha256").With("cause", causeHash))
	}
	if _, taken := extensions[a.MediaType]; !taken || a.Data != data(a.MediaType) {
		list = append(list, WrongType.At("mediaType"))
	}
	switch {
	case a.Bytes < 1:
		list = append(list, refusal.InvalidValue.At("bytes").With("cause", causeNone))
	case a.Bytes > MaxBytes:
		list = append(list, TooLarge.At("bytes"))
	}
	return sum, list
}

// Ticket lets one member bring or fetch one file.
type Ticket struct {
	Token     string // 43 characters of base64url
	ExpiresAt time.Time
}

func newTicket(expires time.Time) (t Ticket, hash []byte) {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails
	t = Ticket{Token: base64.RawURLEncoding.EncodeToString(raw), ExpiresAt: expires}
	return t, hashed(t.Token)
}

func hashed(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// at is where a chunk of the file stands: moved to another file, another place in it, or from what came to what is kept, it does not open.
func (f File) at(kept bool, n int) secret.Place {
	place := make([]byte, 5)
	binary.BigEndian.PutUint32(place[1:], uint32(n))
	if kept {
		place[0] = 1
	}
	return secret.Place{Table: "file_chunk", Column: "sealed", Row: uuid.NewSHA1(f.ID, place)}
}

// hashPlace is where the announced hash stands: in the clear it would tell whoever has a paper whose it is.
func hashPlace(file uuid.UUID) secret.Place {
	return secret.Place{Table: "file", Column: "sha256", Row: file}
}
