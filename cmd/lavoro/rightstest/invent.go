package rightstest

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// Exec runs one statement as the tables' owner.
type Exec func(ctx context.Context, sql string, args ...any) error

// Today is the day on which invented worlds are looked at.
const Today = "2026-06-15"

// Issuer is the issuer of invented members; the subject of each is his id.
const Issuer = "rightstest"

// Fiction is what was invented: rows by table, and what no table holds.
type Fiction struct {
	Actors []Invented
	Sealed []Sealed

	merged [][2]string // records of one human: the one that stands, and the one merged into it
	rules  []fact
	rows   map[string][]fact
	order  []string
	chance *rand.Rand
	count  int
}

// Invented is a member who looks at the world: a part of which, and for which purpose.
type Invented struct {
	Member, Purpose string
	Programmes      []string
}

// Sealed is a text that stands sealed in a column of a row, under the key of a person.
type Sealed struct{ Person, Table, Column, Row, Plain string }

type fact = map[string]any

// Invent makes n worlds of one or two programmes each; the same seed gives the same. Rules are the rows of a policy that the rooms can
// decide by.
func Invent(seed uint64, n int, rules []map[string]any) *Fiction {
	f := &Fiction{rules: rules, rows: map[string][]fact{}, chance: rand.New(rand.NewPCG(seed, 1))}
	for w := range n {
		f.world(w)
	}
	f.double()
	return f
}

// twins are what tells a row from a second one beside it, which lists show in their order.
var twins = map[string]fact{
	"verdict": {"given_on": "2026-01-11"}, "verdict_finding": {"position": 2, "rule": "entry.residence"}, "exclusion_check": {"checked_on": "2026-01-10", "file_id": nil},
	"requirement_proof": {"proven_on": "2026-01-05", "file_id": nil}, "certificate": {"given_on": "2025-02-10"}, "due": {"kind": "participant.entry", "due_at": "2026-03-01T00:00:00Z"},
	"company_site": {"name": "Altra sede"}, "company_contact": {"name": "Altro contatto"}, "opening_hours": {"weekday": 2}, "opening_trait": {"side": "OFFERS"},
	"match_reason": {"position": 2, "code": "distance"}, "allowance_line": {"position": 2}, "device": {"registered_at": "2025-11-03T08:00:00Z"},
	"policy_version": {"number": 2, "valid_from": "2099-01-01"}, "programme_finding": {"position": 2, "code": "TARGET"}, "programme_target": {"code": "companies"},
	"programme_holiday": {"code": "2026-06-16/045003", "day": "2026-06-16", "municipality": "045003"}, "closure": {"from_day": "2026-08-16"},
	"municipality": {"istat": "045010", "belfiore": "F023", "name": "Massa"}, "budget_line": {"code": "B"},
}

// double puts a twin beside every other row.
func (f *Fiction) double() {
	for _, table := range slices.Sorted(maps.Keys(twins)) {
		for i, row := range slices.Clone(f.rows[table]) {
			if i%2 == 0 {
				twin := maps.Clone(row)
				maps.Copy(twin, twins[table])
				twin["id"] = nil
				f.put(table, twin)
			}
		}
	}
}

// id is a new id, drawn from the seed.
func (f *Fiction) id() string {
	a, b := f.chance.Uint64(), f.chance.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", a>>32, a>>16&0xffff, a&0xfff, b>>48&0xfff, b&0xffffffffffff)
}

func (f *Fiction) n() int {
	f.count++
	return f.count
}

// put adds a row; what is not given is null. Audiences are worked out when all is there.
func (f *Fiction) put(table string, row fact) string {
	if row["id"] == nil && table != "person_code" {
		row["id"] = f.id()
	}
	if !slices.Contains(f.order, table) {
		f.order = append(f.order, table)
	}
	if row["audience"] == nil {
		row["audience"] = []string{}
	}
	f.rows[table] = append(f.rows[table], row)
	id, _ := row["id"].(string)
	return id
}

func pick[T any](f *Fiction, list []T) T { return list[f.chance.IntN(len(list))] }

func words(text string) fact { return fact{"it": text, "en": text + " (en)"} }

// Insert writes the worlds in one transaction, and has the database's own functions work out who sees what wherever it has some.
func (f *Fiction) Insert(ctx context.Context, exec Exec) error {
	late := []string{"placement", "intern_card", "placement_step", "placement_extension", "attendance", "register_month", "month_signature", "register_step", "register_adjustment", "due", "access_grant", "representation", "invitation", "hand_over"} // they name what may be first put after them
	audits := []string{"mandate", "mandate_sample"}
	order := slices.DeleteFunc(slices.Clone(f.order), func(table string) bool { return slices.Contains(append(late, audits...), table) })
	if err := f.insert(ctx, exec, append(order, late...)); err != nil {
		return err
	}
	if err := all(ctx, exec, spreading); err != nil {
		return err
	}
	if err := f.insert(ctx, exec, audits); err != nil {
		return err
	}
	for _, m := range f.merged {
		if err := exec(ctx, "update person set merged_into = $1 where id = $2", m[0], m[1]); err != nil {
			return err
		}
	}
	return all(ctx, exec, auditing)
}

func (f *Fiction) insert(ctx context.Context, exec Exec, tables []string) error {
	for _, table := range tables {
		columns := map[string]bool{}
		for _, r := range f.rows[table] {
			for c := range r {
				columns[c] = true
			}
		}
		list := strings.Join(slices.Sorted(maps.Keys(columns)), ", ")
		data, err := json.Marshal(f.rows[table])
		if err != nil {
			return err
		}
		if err := exec(ctx, fmt.Sprintf("insert into %[1]s (%[2]s) select %[2]s from jsonb_populate_recordset(null::%[1]s, $1::text::jsonb)", table, list), string(data)); err != nil {
			return fmt.Errorf("%s: %w", table, err)
		}
	}
	return nil
}

func all(ctx context.Context, exec Exec, statements []string) error {
	for _, s := range statements {
		if err := exec(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

// allKeys lets the database's functions work for whoever calls them here.
const allKeys = `select set_config('app.keys', repeat((select array_agg(distinct k) from participation p, unnest(p.audience) k)::text || ' ', 21), true)`

// spreading gives the rows their keys, in order; the functions are those that acts call.
var spreading = []string{
	`update participation set audience = array_remove(case when protected then array[scope_key('CIRCLE', programme_id, id), scope_key('HOUSE', programme_id, programme_id)]
			else organisation_line(organisation_id) end || scope_key('PERSON', programme_id, person_id)
			|| case when case_manager_id is not null then scope_key('CASES', programme_id, case_manager_id) end
			|| case when tutor_id is not null then scope_key('TUTORED', programme_id, tutor_id) end, null) where audience = '{}'`,
	allKeys,
	`select spread_audience(id, audience) from participation`,
	`update hand_over set audience = organisation_line(organisation_id) where audience = '{}'`,
	`update company c set audience = c.audience || array(select distinct scope_key('COMPANY', o.programme_id, c.id) from organisation o where o.id = any (c.audience))`,
	`update company_site s set audience = c.audience from company c where c.id = s.company_id`,
	`update company_contact k set audience = k.audience || array(select distinct scope_key('COMPANY', o.programme_id, k.company_id) from organisation o where o.id = any (k.audience))`,
	`update opening set audience = organisation_line(organisation_id) || scope_key('COMPANY', programme_id, company_id) where audience = '{}'`,
	`update closure c set audience = array(select o.id from organisation o where o.programme_id = c.programme_id) || scope_key('COMPANY', c.programme_id, c.company_id) where audience = '{}'`,
	`update opening_hours h set audience = o.audience from opening o where o.id = h.opening_id and h.audience = '{}'`,
	`update opening_trait h set audience = o.audience from opening o where o.id = h.opening_id and h.audience = '{}'`,
	`update due d set audience = o.audience from opening o where o.id = d.subject_id and d.audience = '{}'`,
	`update file f set audience = organisation_line(x.payer_id) from (select file_id, payer_id from payment_file union all select file_id, payer_id from payment_answer) x where x.file_id = f.id`,
	`select host_sees_promoter(p.organisation_id, p.company_id) from placement p
		where exists (select from placement_step s where s.placement_id = p.id and s.act = 'confirmPlacement')`,
	`update access_grant set audience = array[scope_key('CIRCLE', programme_id, over_id), scope_key('HOUSE', programme_id, programme_id)] where scope = 'CIRCLE'`,
	`insert into payer_tax (programme_id, organisation_id, since, tax) select programme_id, organisation_id, 1, 'EXEMPT' from payer on conflict do nothing`, // has no id, and no audience
}

// auditing puts the keys of mandates on what they open, when all else is there.
var auditing = []string{
	`update mandate set audience = audience || scope_key('MANDATE', programme_id, id)`,
	`update mandate_sample s set audience = p.audience from participation p where p.id = s.participation_id`,
	allKeys,
	`select mandate_apply(id) from mandate`,
}
