package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/hex"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// signing takes months to their statements as people do whose hosts have no account.
type signing struct {
	*node
	conn        *pgx.Conn
	coordinator access.Actor
}

// later is a day on which the demonstration's open months are over.
func later() time.Time { return time.Now().AddDate(0, 2, 0) }

func (s *signing) do(actor access.Actor, fn func(context.Context, *postgres.Tx) error) {
	s.t.Helper()
	if err := s.app.DB.InTx(s.t.Context(), actor, later, fn); err != nil {
		s.t.Fatal(err)
	}
}

// submitted are some months at hosts, each all that there is of its month, as they wait for the host.
func (s *signing) submitted(n int) (months []uuid.UUID) {
	s.t.Helper()
	for id := range strings.FieldsSeq(query(s.t, s.conn, `select string_agg(m.id::text, ' ' order by m.month, m.id) from register_month m join participation a on a.id = m.participation_id
		where m.state = 'OPEN' and m.company_id is not null and not a.protected
		and not exists (select from register_month o where o.participation_id = m.participation_id and o.month = m.month and o.id <> m.id)`)) {
		month := uuid.MustParse(id)
		err := s.app.DB.InTx(s.t.Context(), s.coordinator, later, func(ctx context.Context, tx *postgres.Tx) error {
			return attendance.SubmitMonth(ctx, tx, attendance.MonthStep{Month: month})
		})
		if _, refused := refusal.As(err); err != nil && !refused {
			s.t.Fatal(err)
		}
		if err == nil {
			months = append(months, month)
		}
		if len(months) == n {
			return months
		}
	}
	s.t.Fatalf("%d months are submitted, not %d", len(months), n)
	return nil
}

// byLetter has the host sign by the link of a letter.
func (s *signing) byLetter(month uuid.UUID) {
	s.t.Helper()
	s.do(s.coordinator, func(ctx context.Context, tx *postgres.Tx) error {
		return attendance.Room{}.AskSignature(ctx, tx, attendance.Asked{ID: uuid.New(), Month: month, Party: attendance.HostSigns, To: attendance.Destination{Email: "rosa.bianchi@example.org"}})
	})
	var link attendance.Secret
	letters := attendance.Letters{DB: s.app.DB, Base: "https://lavoro.example", Post: func(_ context.Context, _, _, body string) error {
		_, rest, _ := strings.Cut(body, "link=")
		link = attendance.ParseSecret(strings.Fields(rest)[0])
		return nil
	}}
	system := access.Actor{Member: uuid.New(), Grants: []access.Grant{{Role: access.System, Programme: s.coordinator.Grants[0].Programme, Key: s.coordinator.Grants[0].Key}}}
	if err := letters.Send(s.t.Context(), system, later()); err != nil {
		s.t.Fatal(err)
	}
	if err := (attendance.Signing{DB: s.app.DB, Clock: later}).Sign(s.t.Context(), link, attendance.NewBrowser(), "Rosa Bianchi"); err != nil {
		s.t.Fatal(err)
	}
}

// onPaper brings what the host has signed, and has somebody else confirm it.
func (s *signing) onPaper(month uuid.UUID, other access.Actor) {
	s.t.Helper()
	code := attendance.PaperCode{Month: month}
	hash, err := hex.DecodeString(query(s.t, s.conn, "select encode(content_hash, 'hex') from register_month where id = '"+month.String()+"'"))
	if err != nil {
		s.t.Fatal(err)
	}
	copy(code.Hash[:], hash)
	var file uuid.UUID
	if err := s.conn.QueryRow(s.t.Context(), `insert into file (id, programme_id, participation_id, person_id, kind, class, media_type, announced, received, bytes, sha256, state, uploaded_by, prepared_at, expires_at, audience)
		select gen_random_uuid(), a.programme_id, a.id, a.person_id, 'SIGNED_PAPER', 'work', 'application/pdf', 1, 1, 1, '\x00', 'COMPLETE', $2, now(), now() + interval '1 year', a.audience
		from register_month m join participation a on a.id = m.participation_id where m.id = $1 returning id`, month, s.coordinator.Member).Scan(&file); err != nil {
		s.t.Fatal(err)
	}
	signature := uuid.New()
	s.do(s.coordinator, func(ctx context.Context, tx *postgres.Tx) error {
		return attendance.AttachSignedPaper(ctx, tx, attendance.SignedPaper{ID: signature, Month: month, Party: attendance.HostSigns, Name: "Rosa Bianchi", Code: code.String(), File: file})
	})
	s.do(other, func(ctx context.Context, tx *postgres.Tx) error {
		return attendance.ConfirmSignedPaper(ctx, tx, attendance.SignatureStep{Signature: signature})
	})
}

// stated certifies and locks a month, and waits for its statement.
func (s *signing) stated(month uuid.UUID) (allowance string) {
	s.t.Helper()
	for _, act := range []func(context.Context, *postgres.Tx, attendance.MonthStep) error{attendance.CertifyMonth, attendance.LockMonth} {
		s.do(s.coordinator, func(ctx context.Context, tx *postgres.Tx) error {
			return act(ctx, tx, attendance.MonthStep{Month: month})
		})
	}
	s.eventually(func() bool {
		allowance = query(s.t, s.conn, `select coalesce(max(s.allowance_id::text), '') from allowance_statement s join register_month m on m.participation_id = s.participation_id and m.month = s.month where m.id = '`+month.String()+`'`)
		return allowance != ""
	})
	return allowance
}

// TestAFolderOfMonthsThatWereSigned: who has no account certified them, by a link or on paper, and the journal knows of it.
func TestAFolderOfMonthsThatWereSigned(t *testing.T) {
	c := demonstration(t, testdb.New(t))
	c.Anchors = t.TempDir()
	n := serve(t, c)
	s := &signing{node: n, conn: owner(t, c.OwnerURL)}
	var err error
	if s.coordinator, err = n.app.directory.Of(t.Context(), uuid.MustParse(query(t, s.conn, "select m.id::text from member m join access_grant g on g.member_id = m.id and g.role = 'COORDINATOR' limit 1"))); err != nil {
		t.Fatal(err)
	}
	other := s.coordinator
	other.Member = uuid.New()
	months := s.submitted(2)
	s.byLetter(months[0])
	s.onPaper(months[1], other)
	for i, act := range []string{"signMonth", "confirmSignedPaper"} {
		content := foldered(t, n.as(t, "payments.asl@demo.lavoro"), vars{"allowance": "alw_" + s.stated(months[i]), "purpose": "controllo"})
		if said := holds(t, c, content); !strings.Contains(said, "1 statements worked out again") {
			t.Errorf("%s: %s", act, said)
		}
		steps := unzipped(t, content, "steps.csv")
		if !strings.Contains(steps, ","+act+",") || strings.Contains(steps, "Bianchi") {
			t.Errorf("the folder of a month that was certified by %s says %s", act, steps)
		}
	}
}

// unzipped is a file of a ZIP.
func unzipped(t *testing.T, content []byte, name string) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	file, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
