package participant_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/blob"
	"github.com/lavoroincorso/lavoro/internal/platform/evidence"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// desk is where somebody brings files about one person of AIAS.
type desk struct {
	*office
	store blob.Store
	id    uuid.UUID // participation
}

func newDesk(t *testing.T) *desk {
	o := newOffice(t)
	recorder := evidence.NewRecorder()
	return &desk{office: o, id: o.referred(o.aias, "AIAS", mario).Participation,
		store: blob.Store{DB: o.db, Clock: o.clock, OnOpened: func(ctx context.Context, tx *postgres.Tx, f blob.File) error {
			return recorder.Downloaded(ctx, tx, f.Class, f.ParticipationID)
		}}}
}

// watermark stands in every file that is brought here.
const watermark = "filigrana-di-prova"

// paper is a PDF of that many bytes.
func paper(length int) []byte {
	const head, tail = "%PDF-1.7\n" + watermark + "\n", "\n%%EOF\n"
	return []byte(head + strings.Repeat("x", length-len(head)-len(tail)) + tail)
}

func announced(d *desk, content []byte) participant.FileInput {
	sum := sha256.Sum256(content)
	return participant.FileInput{Participation: d.id, ID: uuid.Must(uuid.NewV7()), Kind: participant.ProvesCheck, MediaType: "application/pdf", Bytes: len(content),
		SHA256: hex.EncodeToString(sum[:])}
}

func (d *desk) prepare(who access.Actor, in participant.FileInput) (t blob.Ticket, err error) {
	err = d.in(who, func(ctx context.Context, tx *postgres.Tx) error {
		t, err = d.room.PrepareUpload(ctx, tx, in)
		return err
	})
	return t, err
}

// bring announces a file and takes it whole.
func (d *desk) bring(who access.Actor, in participant.FileInput, content []byte) (blob.File, error) {
	d.t.Helper()
	t, err := d.prepare(who, in)
	if err != nil {
		d.t.Fatal(err)
	}
	return d.store.Take(d.ctx, who, t.Token, whole(content), bytes.NewReader(content))
}

func whole(content []byte) blob.Range {
	return blob.Range{Last: len(content) - 1, Total: len(content)}
}

func (d *desk) check(who access.Actor, file uuid.UUID) error {
	return d.in(who, func(ctx context.Context, tx *postgres.Tx) error {
		_, err := d.room.RecordExclusionCheck(ctx, tx, participant.CheckInput{Participation: d.id, Measure: "ADI", Outcome: participant.Clear, Evidence: "prot. 1", File: &file})
		return err
	})
}

func (d *desk) fetchable(who access.Actor, file uuid.UUID) (t blob.Ticket, err error) {
	err = d.in(who, func(ctx context.Context, tx *postgres.Tx) error {
		t, err = d.room.PrepareDownload(ctx, tx, file)
		return err
	})
	return t, err
}

func (d *desk) fetch(who access.Actor, token string) ([]byte, error) {
	_, content, err := d.store.Open(d.ctx, who, token)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(content)
}

// refused demands a refusal with the code and nothing else.
func refused(t *testing.T, what string, err error, want *refusal.Code) {
	t.Helper()
	if list, _ := refusal.As(err); !list.Has(want) {
		t.Errorf("%s: %v, want %s", what, err, want)
	}
}

// cut is a connection that breaks.
type cut struct{ io.Reader }

func (c cut) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	if err == io.EOF {
		err = errors.New("connection reset by peer")
	}
	return n, err
}

func TestAFileComesInRangesAndIsFetchedOnce(t *testing.T) {
	d := newDesk(t)
	content := paper(2*blob.ChunkSize + 1000)
	in := announced(d, content)
	ticket, err := d.prepare(d.aias, in)
	if err != nil {
		t.Fatal(err)
	}
	take := func(first, last int, body io.Reader) (blob.File, error) {
		return d.store.Take(d.ctx, d.aias, ticket.Token, blob.Range{First: first, Last: last, Total: len(content)}, body)
	}
	f, err := take(0, len(content)-1, cut{bytes.NewReader(content[:blob.ChunkSize+5])})
	refused(t, "broken connection", err, blob.Broken)
	if f.Received != blob.ChunkSize {
		t.Errorf("%d bytes stay of a broken connection", f.Received)
	}
	if f, err := take(0, blob.ChunkSize-1, strings.NewReader("")); err != nil || f.Received != blob.ChunkSize {
		t.Errorf("the same range again: %v, %d", err, f.Received)
	}
	for _, first := range []int{0, 2 * blob.ChunkSize} {
		_, err := take(first, len(content)-1, bytes.NewReader(content[first:]))
		refused(t, "wrong offset", err, blob.WrongOffset)
	}
	refused(t, "half a file", d.check(d.aias, in.ID), blob.Incomplete)
	renewed, err := d.prepare(d.aias, in)
	if f, lookErr := d.store.Look(d.ctx, d.aias, renewed.Token); err != nil || lookErr != nil || f.Received != blob.ChunkSize {
		t.Errorf("announced again: %v, %v, %d bytes", err, lookErr, f.Received)
	}
	if f, err = take(blob.ChunkSize, len(content)-1, bytes.NewReader(content[blob.ChunkSize:])); err != nil || f.State != blob.Complete || f.Bytes != len(content) {
		t.Fatalf("resumed: %v, %+v", err, f)
	}
	if f, err := take(0, len(content)-1, strings.NewReader("")); err != nil || f.State != blob.Complete {
		t.Errorf("all of it again: %v", err)
	}
	if err := d.check(d.aias, in.ID); err != nil {
		t.Fatal(err)
	}
	d.fetchedOnce(in.ID, content)
	if got := d.text("select string_agg(act, ' ' order by seq) from journal where subject_kind = 'File'"); got != "prepareUpload prepareUpload prepareDownload prepareDownload" {
		t.Errorf("journal: %s", got)
	}
	if got := d.text("select string_agg(concat_ws(' ', class, purpose, participations = array['" + d.id.String() + "'::uuid]), ';') from read_journal"); got != "eligibility DOWNLOAD t" {
		t.Errorf("journal of reads: %s", got)
	}
	if got := d.text("select count(*) from file_chunk where position('" + watermark + "'::bytea in sealed) > 0 or not kept"); got != "0" {
		t.Errorf("%s chunks in the clear, or left over", got)
	}
}

func (d *desk) fetchedOnce(file uuid.UUID, content []byte) {
	d.t.Helper()
	t := d.t.(*testing.T)
	ticket, err := d.fetchable(d.aias, file)
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.fetch(d.lead, ticket.Token)
	refused(t, "another member's ticket", err, refusal.NotFound)
	if got, err := d.fetch(d.aias, ticket.Token); err != nil || !bytes.Equal(got, content) {
		t.Errorf("fetched %d bytes (%v)", len(got), err)
	}
	_, err = d.fetch(d.aias, ticket.Token)
	refused(t, "fetched twice", err, refusal.NotFound)
	late, err := d.fetchable(d.lead, file)
	if err != nil {
		t.Fatal(err)
	}
	d.now = d.now.Add(time.Minute)
	_, err = d.fetch(d.lead, late.Token)
	refused(t, "fetched after a minute", err, refusal.NotFound)
}

// What is not what was announced is refused, and nothing of it stays.
func TestFilesThatAreRefused(t *testing.T) {
	d := newDesk(t)
	content := paper(4000)
	page := []byte("<html><script>" + watermark + "</script></html>")
	otherHash := announced(d, content)
	otherHash.SHA256 = strings.Repeat("ab", 32)
	for what, c := range map[string]struct {
		in      participant.FileInput
		content []byte
		want    *refusal.Code
	}{
		"html as a pdf":     {announced(d, page), page, blob.WrongType},
		"html before a pdf": {announced(d, append(page, content...)), append(page, content...), blob.WrongType},
		"pdf without end":   {announced(d, content[:100]), content[:100], blob.WrongType},
		"another hash":      {otherHash, content, blob.WrongHash},
	} {
		_, err := d.bring(d.aias, c.in, c.content)
		refused(t, what, err, c.want)
	}
	if got := d.text("select (select count(*) from file) + (select count(*) from file_chunk)"); got != "0" {
		t.Errorf("%s rows of refused files are left", got)
	}
	in := announced(d, content)
	ticket, err := d.prepare(d.aias, in)
	if err != nil {
		t.Fatal(err)
	}
	longer := append(bytes.Clone(content), 'x')
	_, err = d.store.Take(d.ctx, d.aias, ticket.Token, whole(longer), bytes.NewReader(longer))
	refused(t, "another length", err, blob.WrongSize)
	for _, actor := range []access.Actor{d.lead, d.pegaso} {
		_, err = d.store.Take(d.ctx, actor, ticket.Token, whole(content), bytes.NewReader(content))
		refused(t, "another member's ticket", err, refusal.NotFound)
	}
	d.now = d.now.Add(time.Hour)
	_, err = d.store.Take(d.ctx, d.aias, ticket.Token, whole(content), bytes.NewReader(content))
	refused(t, "a ticket that has run out", err, refusal.NotFound)
	_, err = d.store.Look(d.ctx, d.aias, "never-a-ticket")
	refused(t, "no ticket at all", err, refusal.NotFound)
	d.now = d.now.Add(24 * time.Hour)
	d.must(d.lead, func(ctx context.Context, tx *postgres.Tx) error { return blob.Expire(ctx, tx, nil) })
	if got := d.text("select (select count(*) from file) + (select count(*) from file_ticket)"); got != "0" {
		t.Errorf("%s rows have outlived their time", got)
	}
}

func TestAnnouncementsThatAreRefused(t *testing.T) {
	d := newDesk(t)
	for what, c := range map[string]struct {
		change func(*participant.FileInput)
		want   *refusal.Code
	}{
		"too large":    {func(in *participant.FileInput) { in.Bytes = blob.MaxBytes + 1 }, blob.TooLarge},
		"empty":        {func(in *participant.FileInput) { in.Bytes = 0 }, refusal.InvalidValue},
		"negative":     {func(in *participant.FileInput) { in.Bytes = -1 }, refusal.InvalidValue},
		"another type": {func(in *participant.FileInput) { in.MediaType = "text/html" }, blob.WrongType},
		"no hash":      {func(in *participant.FileInput) { in.SHA256 = "abcd" }, refusal.InvalidValue},
		"another kind": {func(in *participant.FileInput) { in.Kind = "OTHER" }, refusal.InvalidValue},
		"nobody's":     {func(in *participant.FileInput) { in.Participation = uuid.New() }, refusal.NotFound},
	} {
		in := announced(d, paper(4000))
		c.change(&in)
		_, err := d.prepare(d.aias, in)
		refused(t, what, err, c.want)
	}
	in := announced(d, paper(4000))
	if _, err := d.prepare(d.aias, in); err != nil {
		t.Fatal(err)
	}
	other := announced(d, paper(4001))
	other.ID = in.ID
	for _, actor := range []access.Actor{d.aias, d.lead} {
		_, err := d.prepare(actor, other)
		refused(t, "an id that is taken", err, refusal.IDTaken)
	}
	_, err := d.prepare(d.as(d.tutor, access.Tutor), announced(d, paper(4000)))
	refused(t, "a tutor of others", err, refusal.NotFound)
}

// A file is seen like the row that it proves: who brings one may not read it for that. Foreign and absent ids answer alike.
func TestWhoSeesAFile(t *testing.T) {
	d := newDesk(t)
	content := paper(4000)
	office := d.actor(uuid.New(), access.PaymentsOfficer, d.orgs["ASL"])
	in := announced(d, content)
	if _, err := d.bring(office, in, content); err != nil {
		t.Fatal(err)
	}
	for _, file := range []uuid.UUID{in.ID, uuid.New()} {
		refused(t, "a file that somebody else brought", d.check(d.aias, file), refusal.NotFound)
		_, err := d.fetchable(d.aias, file)
		refused(t, "a file that proves nothing yet", err, refusal.NotFound)
	}
	requirement := in
	requirement.ID, requirement.Kind = uuid.New(), participant.ProvesRequirement
	_, err := d.prepare(office, requirement)
	refused(t, "who records no proofs", err, refusal.NotAllowed)
	if err := d.check(office, in.ID); err != nil {
		t.Fatal(err)
	}
	refused(t, "attached twice", d.check(office, in.ID), blob.Used)
	for what, actor := range map[string]access.Actor{"who brought it": office, "another partner": d.pegaso} {
		for _, file := range []uuid.UUID{in.ID, uuid.New()} {
			_, err := d.fetchable(actor, file)
			refused(t, what, err, refusal.NotFound)
		}
	}
	ticket, err := d.fetchable(d.lead, in.ID)
	if err != nil {
		t.Fatal(err)
	}
	d.exec(`with gone as (delete from person_key where person_id = (select person_id from participation where id = $1) returning person_id, wrapped)
		insert into destroyed_key (person_id, destroyed_at, digest) select person_id, now(), sha256(wrapped) from gone`, d.id)
	_, err = d.fetch(d.lead, ticket.Token)
	refused(t, "under a destroyed key", err, refusal.NotFound)
}

// A scanner that does not answer keeps a file from being used, and its bytes wait.
func TestNobodyHasLookedAtIt(t *testing.T) {
	d := newDesk(t)
	d.store.Scanner = blob.Clamd(t.TempDir() + "/none")
	content := paper(4000)
	in := announced(d, content)
	_, err := d.bring(d.aias, in, content)
	refused(t, "unchecked", err, blob.Unchecked)
	refused(t, "attached unchecked", d.check(d.aias, in.ID), blob.Incomplete)
	d.store.Scanner = ""
	if f, err := d.bring(d.aias, in, content); err != nil || f.State != blob.Complete {
		t.Errorf("sent again: %v, %s", err, f.State)
	}
}

// Whoever holds a connection of the application attaches his file for the eyes of those who see the participation, and for nobody else's.
func TestAFileIsAttachedForThoseWhoSeeThePerson(t *testing.T) {
	d := newDesk(t)
	content := paper(2_000)
	in := announced(d, content)
	if _, err := d.bring(d.aias, in, content); err != nil {
		t.Fatal(err)
	}
	for _, keys := range []string{"audience || '" + d.orgs["PEGASO"].String() + "'::uuid", "array_remove(audience, '" + d.orgs["AIAS"].String() + "')", "null"} {
		if err := d.in(d.aias, func(ctx context.Context, tx *postgres.Tx) error {
			_, err := tx.NewRaw("select file_attach(?, id, 'EXCLUSION_CHECK', "+keys+") from participation where id = ?", in.ID, d.id).Exec(ctx)
			return err
		}); err == nil {
			t.Errorf("attached for %s", keys)
		}
	}
	if err := d.check(d.aias, in.ID); err != nil {
		t.Error(err)
	}
}
