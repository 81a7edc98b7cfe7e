package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Act is one row of the acts' chain. What is absent is nil.
type Act struct {
	ID, Programme uuid.UUID
	Seq           int64
	Version       int // of the link: 1 covers neither id, programme and sequence nor on whose behalf and whose detail it is
	At            time.Time
	Actor         uuid.UUID
	OnBehalfOf    *uuid.UUID
	Act           string
	SubjectKind   string
	Subject       uuid.UUID
	Person        *uuid.UUID
	Sealed        bool
	Detail        []byte
	Digest, Chain []byte
}

// Read is one row of a node's chain of reads.
type Read struct {
	ID, Node, Request, Actor uuid.UUID
	Seq                      int64
	At                       time.Time
	OnBehalfOf               *uuid.UUID
	Programme                uuid.UUID
	Purpose, Class           string
	Reason                   []byte
	Participations, Persons  []uuid.UUID
	Version                  int         // of the link: 1 does not cover ReasonPersons
	ReasonPersons            []uuid.UUID // under whose keys the reason is sealed; see SealReason
	Chain                    []byte
}

// instant is how a link spells a moment: in UTC, to the microsecond.
const instant = "2006-01-02T15:04:05.000000"

// Link is what the row's link must be after the one before it.
func (a Act) Link(before []byte) []byte {
	at := a.At.UTC().Format(instant)
	said := []string{at, a.Actor.String(), a.Act, a.SubjectKind, a.Subject.String()}
	if a.Version > 1 {
		said = []string{strconv.Itoa(a.Version), a.ID.String(), a.Programme.String(), strconv.FormatInt(a.Seq, 10), at, a.Actor.String(), spell(a.OnBehalfOf), a.Act,
			a.SubjectKind, a.Subject.String(), spell(a.Person), sqlBool(a.Sealed)}
	}
	return link(before, a.Digest, said)
}

// Whole says whether the detail is the one that the link covers.
func (a Act) Whole() bool { return bytes.Equal(digest(a.Detail), a.Digest) }

// Link is what the row's link must be after the one before it.
func (r Read) Link(before []byte) []byte {
	said := []string{r.ID.String(), r.Node.String(), strconv.FormatInt(r.Seq, 10), r.At.UTC().Format(instant), r.Request.String(), r.Actor.String(),
		spell(r.OnBehalfOf), r.Programme.String(), r.Purpose, r.Class, list(r.Participations), list(r.Persons)}
	if r.Version > 1 {
		said = append(append([]string{strconv.Itoa(r.Version)}, said...), list(r.ReasonPersons))
	}
	return link(before, digest(r.Reason), said)
}

func link(before, digest []byte, said []string) []byte {
	sum := sha256.New()
	sum.Write(before)
	sum.Write(digest)
	sum.Write([]byte(strings.Join(said, "|")))
	return sum.Sum(nil)
}

func digest(sealed []byte) []byte {
	sum := sha256.Sum256(sealed)
	return sum[:]
}

func spell(id *uuid.UUID) string {
	if id == nil {
		return ""
	}
	return id.String()
}

// sqlBool spells a boolean as concat_ws does.
func sqlBool(b bool) string {
	if b {
		return "t"
	}
	return "f"
}

func list(ids []uuid.UUID) string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = id.String()
	}
	return strings.Join(texts, ",")
}

// AnchorReads is the act by which the acts' chains take in the heads of reads; ReadHeads is its detail.
const AnchorReads = "anchorReads"

// ReadHeads are heads of reads, as an entry of the acts' chain keeps them.
type ReadHeads struct {
	Reads []Head `json:"reads"`
}

// Head is where a chain stands: how many entries it has, and its last link.
type Head struct {
	ID      uuid.UUID `json:"id"` // of the programme, or of the node
	Entries int64     `json:"entries"`
	Chain   Hash      `json:"chain"`
	// Tree is the root over the links of the entries after From, up to this one: of acts, in anchors. Empty in all others.
	From int64 `json:"from,omitempty"`
	Tree Hash  `json:"tree,omitempty"`
}

// String is the head as it is printed on papers: the number of entries and the last link.
func (h Head) String() string { return fmt.Sprintf("%d %s", h.Entries, h.Chain) }

// Anchored gives the heads of reads that an entry holds; none where it is another act.
func (a Act) Anchored() ([]Head, error) {
	if a.Act != AnchorReads || a.Sealed {
		return nil, nil
	}
	var heads ReadHeads
	err := json.Unmarshal(a.Detail, &heads)
	return heads.Reads, err
}
