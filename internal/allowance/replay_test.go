package allowance_test

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// replay gives how many statements were read, and what differs.
func (h *house) replay() (read int, found []string) {
	h.t.Helper()
	read, err := allowance.Replay(h.t.Context(), h.ownerURL, func(d allowance.Difference) error {
		found = append(found, d.String())
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return read, found
}

// numbers are the paths of all numbers in a statement's documents.
const numbers = `with recursive at(path, v) as (
	select array[]::text[], %[1]s from allowance_statement where number = 2
	union all
	select at.path || k, e from at cross join lateral (
		select key as k, value as e from jsonb_each(case jsonb_typeof(at.v) when 'object' then at.v else '{}' end)
		union all select (n - 1)::text, value from jsonb_array_elements(case jsonb_typeof(at.v) when 'array' then at.v else '[]' end) with ordinality a(value, n)) x
) select coalesce(array_agg(array_to_string(path, ',') order by path), '{}') from at where jsonb_typeof(v) = 'number'`

func TestReplayFindsEveryNumberThatWasChanged(t *testing.T) {
	h := open(t)
	p := h.participation()
	course, internship := h.enrolment(p, "COURSE"), h.enrolment(p, "INTERNSHIP")
	h.hours(course, "2026-11", 6, 40)
	h.hours(internship, "2026-11", 14, 100)
	h.newRule(99, "2026-11-16", "allowance.hourly_rate", "500")
	first, second := h.register(course, "2026-11", "LOCKED"), h.register(internship, "2026-11", "LOCKED")
	h.told(access.LockMonth, first, second)
	h.adjust(first, "2026-11-02", -60, 0)
	h.told(access.AdjustMonth, first)
	if read, found := h.replay(); read != 2 || found != nil {
		t.Fatalf("of %d statements: %q", read, found)
	}
	tampered := func(change string, args ...any) {
		t.Helper()
		h.exec("create temp table was as select * from allowance_statement; create temp table parts as select * from allowance_share; create temp table month as select * from register_month")
		h.exec(change, args...)
		if _, found := h.replay(); len(found) == 0 {
			t.Errorf("%s %v: nothing differs", change, args)
		} else if strings.Contains(strings.Join(found, " "), "Inventata") {
			t.Errorf("a name is told: %q", found)
		}
		h.exec("delete from allowance_share; delete from allowance_statement; insert into allowance_statement select * from was; insert into allowance_share select * from parts")
		h.exec("update register_month m set minutes = w.minutes, presence_days = w.presence_days from month w where w.id = m.id; drop table was, parts, month")
	}
	for _, column := range []string{"minutes", "accrued_cents", "cap_cents"} {
		tampered("update allowance_statement set " + column + " = " + column + " + 1 where number = 2")
	}
	tampered("update allowance_statement set total_cents = total_cents - 1 where number = 2")
	tampered("update allowance_share set withheld_cents = 1, net_cents = net_cents - 1")
	tampered("update register_month set minutes = minutes + 1")
	for _, document := range []string{"inputs", "lines"} {
		paths := query[[]string](h, fmt.Sprintf(numbers, document))
		if len(paths) < 9 {
			t.Fatalf("%s has numbers at %q only", document, paths)
		}
		for _, path := range paths {
			tampered(fmt.Sprintf("update allowance_statement set %[1]s = jsonb_set(%[1]s, string_to_array('%[2]s', ','), to_jsonb((%[1]s #>> string_to_array('%[2]s', ','))::bigint + 1)) where number = 2", document, path))
		}
	}
	if read, found := h.replay(); read != 2 || found != nil {
		t.Errorf("put back: of %d statements %q", read, found)
	}
}

func TestReplayTakesOneBatchAfterTheOther(t *testing.T) {
	h := open(t)
	p := h.participation()
	e := h.enrolment(p, "INTERNSHIP")
	h.hours(e, "2026-11", 8, 20)
	h.told(access.LockMonth, h.register(e, "2026-11", "LOCKED"))
	h.exec(`insert into allowance_statement select gen_random_uuid(), programme_id, participation_id, allowance_id, month, 1 + n, minutes, accrued_cents, cap_cents, total_cents, policy_versions, engine, inputs, lines,
		issued_at, audience from allowance_statement, generate_series(1, 1200) n`)
	if read, found := h.replay(); read != 1201 || len(found) != 1200 {
		t.Errorf("of %d statements %d differ, want those without shares", read, len(found))
	}
}

func TestAnUnknownEngineIsTold(t *testing.T) {
	if _, err := allowance.Again("0", allowance.Inputs{Versions: []allowance.Version{{}}}); err == nil {
		t.Error("an engine that never was works")
	}
	if engines := allowance.Engines(); engines[len(engines)-1] != allowance.Engine {
		t.Errorf("statements are issued by engine %s, the last of %v", allowance.Engine, engines)
	}
}

// TestAStatementIsProvenWithoutTheDatabase: what is handed out of it comes to the same, and any number of it that was changed is found.
func TestAStatementIsProvenWithoutTheDatabase(t *testing.T) {
	h := open(t)
	e := h.enrolment(h.participation(), "INTERNSHIP")
	h.hours(e, "2026-11", 8, 20)
	h.told(access.LockMonth, h.register(e, "2026-11", "LOCKED"))
	month := query[uuid.UUID](h, "select allowance_id from allowance_statement")
	proofs := func(actor access.Actor) (proofs map[uuid.UUID][]byte) {
		t.Helper()
		if err := h.db.InTx(t.Context(), actor, time.Now, func(ctx context.Context, tx *postgres.Tx) (err error) {
			proofs, err = allowance.Proofs(ctx, tx, month)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return proofs
	}
	if seen := proofs(access.Actor{Member: uuid.New()}); len(seen) != 0 {
		t.Errorf("somebody without a grant is handed %d statements", len(seen))
	}
	handed := proofs(access.Actor{Member: uuid.New(), Grants: []access.Grant{{Role: access.Coordinator, Programme: h.programme, Key: query[uuid.UUID](h, "select id from organisation where parent_id is null")}}})
	if len(handed) != 1 {
		t.Fatalf("%d statements are handed out", len(handed))
	}
	number := regexp.MustCompile(`: -?[1-9][0-9]*[,\n]`)
	for _, proof := range handed {
		if err := allowance.CheckProof(proof); err != nil {
			t.Fatalf("%v\n%s", err, proof)
		}
		places := number.FindAllIndex(proof, -1)
		if len(places) < 12 {
			t.Fatalf("it has %d numbers: %s", len(places), proof)
		}
		for _, at := range places {
			changed := slices.Concat(proof[:at[1]-1], []byte("1"), proof[at[1]-1:])
			if err := allowance.CheckProof(changed); err == nil {
				t.Errorf("another number holds: …%s", changed[max(0, at[0]-30):at[1]+1])
			}
		}
		if err := allowance.CheckProof(bytes.Replace(proof, []byte(`"engine": "1"`), []byte(`"engine": "2"`), 1)); err == nil {
			t.Error("an engine that there is not works it out")
		}
	}
}
