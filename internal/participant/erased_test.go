package participant_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/evidence"
	"github.com/lavoroincorso/lavoro/internal/platform/journal"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
)

// becomes says of every column with words or bytes, in a table that hangs on a person, what becomes of it when the person is erased.
// BLANKED: it names the person, or somebody may have written who it is. SEALED: unreadable without the key. CODE: a word of a list.
// REFERENCE: a number or name that is not the person's. FIGURES: FSE+ and money are counted by it.
var becomes = map[string]string{}

func init() {
	for what, columns := range map[string]string{
		"BLANKED": `person.given_name person.family_name person.citizenship person.municipality person.phone person.email person.origin_file person.origin_hash
			person_code.fingerprint person_code.alike person_code.code person_bank_mark.mark phone_message.mark participation.sought participation.origin_file participation.origin_hash intern_card.given_name intern_card.family_name
			intern_card.adaptations exclusion_check.evidence requirement_proof.document verdict_finding.fact verdict_finding.cure match.company_text match_reason.text
			member.issuer member.subject member.email member.name member.fiscal_index history_fact.detail`,
		"SEALED": `participation.referring_service participation_group.sealed entry_snapshot.foreign_background entry_snapshot.housing_exclusion entry_snapshot.disability
			entry_snapshot.minority file.sha256 representation.kind representation.reference person_bank.iban person_bank.holder person_bank.relation person_bank.title attendance.note attendance.standing_note register_step.reason register_step.evidence register_adjustment.reason month_signature.email month_signature.phone month_signature.name allowance_contest.reason allowance_contest.answer housing_grant.condition housing_grant.answer housing_grant.withdrawal housing_proof.document payment_call.said payment_line_step.reason recovery_discharge.reason recovery_discharge.answer journal.detail`,
		"CODE": `absence_paper.mistake person_bank.means person_bank_check.kind person_bank_check.outcome hand_over.side hand_over.state hand_over.reason hand_over.answer person.origin participation.state participation.exit_reason participation.origin participation_group.class participation_trait.side participation_trait.code
			exclusion_check.measure exclusion_check.outcome exclusion_check.origin verdict.outcome verdict_finding.rule verdict_finding.outcome requirement_proof.requirement
			enrolment.state enrolment.origin certificate.kind placement.state placement.end_reason placement.origin placement_step.act placement_step.from_state
			placement_step.to_state placement_step.reason placement_extension.reason attendance.kind attendance.absence_reason attendance.passed register_month.state month_signature.party month_signature.state month_signature.way month_signature.channel register_step.act register_step.from_state register_step.to_state attendance.standing attendance.conflicts attendance.passed attendance.origin match.state match.decline_reason
			file.kind file.class file.media_type file.state payment_line.kind payment_line.state payment_line.blocks payment_line.code payment_line_step.act payment_line_step.from_state payment_line_step.to_state payment_line_step.code payment_line_step.cause
			allowance_contest.state allowance_stuck.cause housing_grant.state payment_call.caller recovery_discharge.kind recovery_discharge.state allowance_share.tax match_reason.kind match_reason.code due.subject_kind due.kind journal.act journal.subject_kind history_fact.kind history_fact.activity_kind history_fact.state`,
		"REFERENCE": `participation.pseudonym verdict_finding.source placement.host_tutor placement.convention placement.communication_code placement_extension.attestation placement_extension.communication_code journal.detail_digest journal.chain
			attendance.app attendance.taps register_month.content_hash register_step.content_hash month_signature.content_hash month_signature.secret_mark month_signature.sealed month_signature.browser_mark allowance_statement.content_hash allowance_statement.engine payment_line.end_to_end_id payment_line_step.reference destroyed_key.digest person_key.wrapped access_grant.role access_grant.scope invitation.secret_hash invitation.sealed history_fact.fact_key history_fact.file history_fact.row_hash`,
		"FIGURES": `person.sex entry_snapshot.employment entry_snapshot.citizenship entry_snapshot.municipality allowance_line.kind allowance_line.rule allowance_line.text allowance_statement.inputs allowance_statement.lines`,
	} {
		for _, c := range strings.Fields(columns) {
			becomes[c] = what
		}
	}
}

// about lists the columns that the review must know, each with its table and type.
func (o *office) about() (list []struct{ Table, Column, Type string }) {
	o.t.Helper()
	rows, err := o.owner.Query(o.ctx, `select c.relname, a.attname, format_type(a.atttypid, null) from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
		where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace and format_type(a.atttypid, null) in ('text', 'text[]', 'bytea', 'bytea[]', 'jsonb', 'json', 'character varying')
		and (c.relname = 'person' or exists (select from pg_attribute k where k.attrelid = c.oid and k.attname in ('person_id', 'participation_id') and not k.attisdropped)) order by 1, 2`)
	if err != nil {
		o.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var c struct{ Table, Column, Type string }
		if err := rows.Scan(&c.Table, &c.Column, &c.Type); err != nil {
			o.t.Fatal(err)
		}
		list = append(list, c)
	}
	return list
}

// TestEveryColumnAboutAPersonIsReviewed: a new column is not forgotten when people are erased.
func TestEveryColumnAboutAPersonIsReviewed(t *testing.T) {
	o := newOffice(t)
	seen := map[string]bool{}
	for _, c := range o.about() {
		name := c.Table + "." + c.Column
		seen[name] = true
		if becomes[name] == "" {
			t.Errorf("%s: say what becomes of it when the person is erased; if it may name somebody, blank_person must blank it", name)
		}
		if (becomes[name] == "SEALED") && c.Type != "bytea" {
			t.Errorf("%s is of type %s and said to be sealed", name, c.Type)
		}
	}
	for name := range becomes {
		if !seen[name] {
			t.Errorf("%s is reviewed and not there", name)
		}
	}
}

const canary = "Canarino7f3a"

// plant puts rows of later rooms beside the person's, and the canary into everything that must be blanked.
func (o *office) plant(made participant.Referral) {
	o.t.Helper()
	o.must(o.as(o.manager, access.CaseManager), func(ctx context.Context, tx *postgres.Tx) error {
		if _, err := o.room.RecordBankDetails(ctx, tx, participant.BankInput{Participation: made.Participation, IBAN: otherIBAN, Holder: "Mario Rossi"}); err != nil {
			return err
		}
		_, err := o.room.RecordProof(ctx, tx, participant.ProofInput{Participation: made.Participation, Requirement: "IN_CHARGE", Document: "prot. 1"})
		return err
	})
	member := uuid.New()
	o.exec("set session_replication_role = replica")
	o.exec("insert into intern_card (id, placement_id, participation_id, company_id, given_name, family_name, adaptations, audience) values (gen_random_uuid(), gen_random_uuid(), $1, gen_random_uuid(), '', '', '{}', '{}')", made.Participation)
	o.exec("insert into match (id, programme_id, participation_id, opening_id, company_id, state, state_since, blocked, refreshed_at, score, company_text, audience) values ($1, $2, $3, gen_random_uuid(), gen_random_uuid(), 'WITHDRAWN', '2026-03-01', false, now(), 1, '{}', '{}')", member, o.programme, made.Participation)
	o.exec("insert into match_reason (id, match_id, participation_id, position, kind, code, points, text, audience) values (gen_random_uuid(), $1, $2, 1, 'SCORE', 'X', 1, '{}', '{}')", member, made.Participation)
	o.exec(`insert into history_fact (id, import_id, programme_id, participation_id, kind, fact_key, month, minutes, detail, file, line, row_hash, state, audience)
		values (gen_random_uuid(), gen_random_uuid(), $1, $2, 'ATTENDANCE', '', '2026-03-01', 60, '{}', 'attendance.csv', 2, sha256(''), 'STAGED', '{}')`, o.programme, made.Participation)
	o.exec("insert into phone_message (participation_id, mark, at) values ($1, '', now())", made.Participation)
	o.exec("set session_replication_role = default")
	o.exec("insert into member (id, issuer, subject, email, name, person_id, audience) values ($1, '', '', '', 'Mario Rossi', $2, '{}')", member, made.Person)
	o.exec("insert into access_grant (id, member_id, programme_id, role, scope, over_id, from_day, audience) values (gen_random_uuid(), $1, $2, 'PARTICIPANT', 'PERSON', $3, '2026-03-01', '{}')", member, o.programme, made.Person)
	values := map[string]string{"text": "'" + canary + "'", "text[]": "'{" + canary + "}'", "jsonb": fmt.Sprintf(`'{"it": "%[1]s", "en": "%[1]s"}'`, canary), "bytea": "'" + canary + "'", "bytea[]": "array['" + canary + "'::bytea]"}
	for _, c := range o.about() {
		if becomes[c.Table+"."+c.Column] != "BLANKED" {
			continue
		}
		tag, err := o.owner.Exec(o.ctx, fmt.Sprintf("update %[1]s x set %[2]s = %[3]s where $1 in (to_jsonb(x) ->> 'person_id', to_jsonb(x) ->> 'participation_id', to_jsonb(x) ->> 'id') or $2 in (to_jsonb(x) ->> 'participation_id', to_jsonb(x) ->> 'id')",
			c.Table, c.Column, values[c.Type]), made.Person.String(), made.Participation.String())
		if err != nil || tag.RowsAffected() == 0 {
			o.t.Fatalf("%s.%s: %v %v", c.Table, c.Column, tag, err)
		}
	}
}

// holds lists the tables of which some row has the word, as text or as bytes.
func (o *office) holds(word string) (tables []string) {
	o.t.Helper()
	all := strings.Fields(o.text("select string_agg(relname, ' ' order by relname) from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"))
	for _, table := range all {
		if o.text("select count(*) from "+table+" x where strpos(x::text, $1) > 0 or strpos(x::text, encode($1::text::bytea, 'hex')) > 0", word) != "0" {
			tables = append(tables, table)
		}
	}
	return slices.Clip(tables)
}

// details gives what the journal's entries about the person say, opened with the installation's keys; those that do not open are counted.
func (o *office) details(person uuid.UUID) (said string, closed int) {
	o.t.Helper()
	rows, err := o.owner.Query(o.ctx, "select id, detail from journal where person_id = $1 and detail is not null", person)
	if err != nil {
		o.t.Fatal(err)
	}
	details := map[uuid.UUID][]byte{}
	var id uuid.UUID
	var detail []byte
	if _, err := pgx.ForEachRow(rows, []any{&id, &detail}, func() error { details[id] = slices.Clone(detail); return nil }); err != nil {
		o.t.Fatal(err)
	}
	o.must(o.lead, func(ctx context.Context, tx *postgres.Tx) error {
		key, err := tx.DataKey(ctx, person)
		if err != nil && !errors.Is(err, secret.ErrErased) {
			return err
		}
		for id, sealed := range details {
			for _, with := range []secret.DataKey{key, o.db.Keys.Own()} {
				if plain, err := with.Open(sealed, journal.DetailOf(id)); err == nil {
					said += string(plain)
				} else {
					closed++
				}
			}
		}
		closed -= len(details) // under the installation's own key none opens
		return nil
	})
	return said, closed
}

// sound says whether every chain of the journals is what was written.
func (o *office) sound() {
	o.t.Helper()
	verdict, err := evidence.Verify(o.ctx, o.url(), "", nil)
	if err != nil || !verdict.Sound() || len(verdict.Chains) == 0 {
		o.t.Errorf("the journals: %+v %v", verdict, err)
	}
}

func (o *office) url() string { return o.owner.Config().ConnString() }

// copied makes a copy of the database as it is now, as a dump would that is restored later.
func (o *office) copied() *office {
	o.t.Helper()
	u, err := url.Parse(o.url())
	if err != nil {
		o.t.Fatal(err)
	}
	name := strings.TrimPrefix(u.Path, "/")
	u.Path = "/postgres"
	admin, err := pgx.Connect(o.ctx, u.String())
	if err != nil {
		o.t.Fatal(err)
	}
	o.db.Close()
	_ = o.owner.Close(o.ctx)
	for _, sql := range []string{"select pg_terminate_backend(pid) from pg_stat_activity where datname = '" + name + "'", "create database " + name + "_copy template " + name} {
		if _, err := admin.Exec(o.ctx, sql); err != nil {
			o.t.Fatal(err)
		}
	}
	o.t.Cleanup(func() {
		_, _ = admin.Exec(context.Background(), "drop database "+name+"_copy with (force)")
		_ = admin.Close(context.Background())
	})
	twin := *o
	u.Path = "/" + name
	o.connect(u.String())
	u.Path += "_copy"
	twin.connect(u.String())
	return &twin
}

func (o *office) connect(address string) {
	o.t.Helper()
	keys, err := o.db.Keys, error(nil)
	if o.owner, err = pgx.Connect(o.ctx, address); err != nil {
		o.t.Fatal(err)
	}
	o.t.Cleanup(func() { _ = o.owner.Close(context.Background()) })
	if o.db, err = postgres.Open(o.ctx, postgres.Config{URL: address, Keys: keys}); err != nil {
		o.t.Fatal(err)
	}
	o.t.Cleanup(o.db.Close)
}

// gone checks that nobody can tell any more who the person was.
func (o *office) gone(made participant.Referral, wrapped []byte) {
	o.t.Helper()
	if tables := o.holds(canary); len(tables) != 0 {
		o.t.Errorf("%v hold what was to be blanked", tables)
	}
	if tables := o.holds("Ricorso"); len(tables) != 0 {
		o.t.Errorf("%v hold what was sealed", tables)
	}
	if n := o.text("select count(*) from person_key where person_id = $1 or wrapped = $2", made.Person, wrapped); n != "0" {
		o.t.Error("the key is there")
	}
	if said, closed := o.details(made.Person); said != "" || closed == 0 {
		o.t.Errorf("the journal says %q, %d entries closed", said, closed)
	}
	got, err := o.read(made.Participation)
	if err != nil || strings.ReplaceAll(got, " ", "") != `{"referringService":null,"health":{"groups":[]},"restricted":{"groups":[]},"entrySnapshot":{"disability":null}}` {
		o.t.Errorf("%s %v", got, err)
	}
	shown, _ := o.show(o.lead, made.Participation, leaf("state"), node("person", leaf("givenName"), leaf("familyName"), leaf("fiscalCode"), leaf("birthDay"), leaf("phone")),
		node("exclusionChecks", leaf("evidence")), node("verdict", node("findings", leaf("fact"))), leaf("allowedActs"))
	if person := fmt.Sprint(shown["person"]); shown["state"] != "CLOSED" || person != "map[birthDay:1985-01-01 familyName:— fiscalCode:<nil> givenName:— phone:<nil>]" {
		o.t.Errorf("it shows as %v", shown)
	}
	if got := o.text("select string_agg(m.name || ' ' || (m.issuer is null and m.ended_on is not null) || ' ' || (g.to_day < '2032-04-01'), ',') from member m join access_grant g on g.member_id = m.id where g.scope = 'PERSON'"); got != "— true true" {
		o.t.Errorf("who signs in as the person: %s", got)
	}
	o.sound()
}

// TestSomebodyErasedIsGoneFromCopiesToo erases somebody, restores what the database was before, and replays the list of destroyed keys.
func TestSomebodyErasedIsGoneFromCopiesToo(t *testing.T) {
	o := newOffice(t)
	made := o.closed()
	o.plant(made)
	for _, hold := range []bool{true, false} {
		if err := o.hold(o.dpo(), made.Person, hold, "Ricorso al TAR"); err != nil {
			t.Fatal(err)
		}
	}
	var wrapped []byte
	o.one("select wrapped from person_key where person_id = $1", &wrapped, made.Person)
	held := func(o *office) {
		t.Helper()
		if said, closed := o.details(made.Person); !strings.Contains(said, "Ricorso al TAR") || closed != 0 {
			t.Errorf("the journal says %q, %d entries closed", said, closed)
		}
		if got, err := o.read(made.Participation); err != nil || !strings.Contains(got, "Centro di salute mentale") || len(o.holds(canary)) < 9 {
			t.Errorf("%s %v %v", got, err, o.holds(canary))
		}
	}
	held(o)
	before := o.text("select birth_day::text from person where id = $1", made.Person)
	old := o.copied()
	if err := o.erase(o.dpo(), made.Person); err != nil {
		t.Fatal(err)
	}
	o.gone(made, wrapped)
	list, err := participant.Destroyed(t.Context(), o.url())
	if err != nil || len(list.Keys) != 1 || list.Keys[0].Person != made.Person || fmt.Sprintf("%x", list.Keys[0].Digest) != o.text("select encode(sha256($1), 'hex')", wrapped) {
		t.Fatalf("destroyed: %v %v", list, err)
	}
	held(old)
	old.sound()
	foreign := list
	foreign.Installation = uuid.New()
	if _, _, err := participant.Replay(t.Context(), old.url(), foreign); !errors.Is(err, participant.ErrOtherInstallation) {
		t.Errorf("another installation's list: %v", err)
	}
	held(old)
	paper := uuid.New() // destroyed by itself since the copy was made, of somebody who is not erased
	const other = `insert into file (id, programme_id, participation_id, person_id, kind, class, media_type, announced, received, bytes, sha256, state, uploaded_by, prepared_at, expires_at, audience)
		select $1, programme_id, id, person_id, 'ABSENCE_PAPER', 'health', 'application/pdf', 1, 1, 1, '\x00', $2, gen_random_uuid(), now(), now(), audience from participation where id = $3`
	o.exec(other, paper, "DESTROYED", made.Participation)
	old.exec(other, paper, "ATTACHED", made.Participation)
	old.exec("insert into file_chunk (file_id, kept, n, sealed) values ($1, true, 0, '\\x00')", paper)
	if with, err := participant.Destroyed(t.Context(), o.url()); err != nil || !slices.Equal(with.Files, []uuid.UUID{paper}) {
		t.Errorf("destroyed files: %v %v", with.Files, err)
	}
	list.Files = []uuid.UUID{paper, uuid.New()}                                    // and one that the copy does not know
	list.Keys = append(list.Keys, secret.Destroyed{Person: uuid.New(), At: o.now}) // of somebody whom the copy does not know
	for i, want := range []int{2, 0} {
		if done, files, err := participant.Replay(t.Context(), old.url(), list); err != nil || done != want || files != 1-i {
			t.Errorf("run %d: %d erased, %d files, %v", i, done, files, err)
		}
		old.gone(made, wrapped)
		if left := old.text("select state || ' ' || (select count(*) from file_chunk where file_id = f.id) from file f where id = $1", paper); left != "DESTROYED 0" {
			t.Errorf("the file that was destroyed: %s", left)
		}
	}
	if again, err := participant.Destroyed(t.Context(), old.url()); err != nil || again.Keys[0].Digest != list.Keys[0].Digest && again.Keys[1].Digest != list.Keys[0].Digest {
		t.Errorf("the copy's own list: %v %v", again, err)
	}
	if got := o.text("select birth_day::text from person where id = $1", made.Person); got != before[:4]+"-01-01" {
		t.Errorf("born %s", got)
	}
}
