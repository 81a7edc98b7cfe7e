package participant_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
	"github.com/lavoroincorso/lavoro/internal/programme"
)

// confidential selects what is sealed of a participation.
var confidential = []plan.Selected{leaf("referringService"), node("health", node("groups", leaf("id"), leaf("list"), leaf("code"), leaf("label"), leaf("validFrom"))),
	node("restricted", node("groups", leaf("code"), leaf("responsible"))), node("entrySnapshot", leaf("disability"))}

// read reads one participation's confidential facts as the case manager.
func (o *office) read(participation uuid.UUID) (string, error) {
	o.t.Helper()
	engine := &plan.Engine{Schema: plan.NewSchema(programme.Reading(), member.Reading(), participant.Reading()), DB: o.db}
	rows, err := engine.Objects(o.ctx, plan.Viewer{Actor: o.as(o.manager, access.CaseManager), Lang: "it", Now: o.now}, nil,
		[]plan.Group{{Type: "Participant", IDs: []uuid.UUID{participation}, Selected: confidential}})
	if err != nil {
		return "", err
	}
	return string(rows[0][0]), nil
}

// TestSealedFactsAreReadInTheirPlaceAlone moves ciphertexts about, as somebody could who writes into the database and holds no keys.
func TestSealedFactsAreReadInTheirPlaceAlone(t *testing.T) {
	o := newOffice(t)
	anna := o.active()
	other := o.referred(o.aias, "AIAS", clara)
	o.assign(o.aias, other.Participation, &o.manager, nil)
	before, err := o.read(anna.Participation)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"Centro di salute mentale, Massa"`, `"code":"DISABILITY"`, `"list":"priority_groups"`, `"HOUSING_EMERGENCY"`, `"id":"cod_` + o.text("select id from code_item where code = 'DISABILITY'")} {
		if !strings.Contains(strings.ReplaceAll(before, " : ", ":"), strings.ReplaceAll(want, " : ", ":")) {
			t.Errorf("%s is not in %s", want, before)
		}
	}
	sealed := func(class string, of uuid.UUID) string {
		return fmt.Sprintf("(select sealed from participation_group where class = '%s' and participation_id = '%s')", class, of)
	}
	for what, change := range map[string]string{
		"another person's list":     "update participation_group set sealed = " + sealed("health", other.Participation) + " where class = 'health' and participation_id = $1",
		"the list of another class": "update participation_group set sealed = " + sealed("restricted", anna.Participation) + " where class = 'health' and participation_id = $1",
		"one bit of a list":         "update participation_group set sealed = set_bit(sealed, 1000, 1 - get_bit(sealed, 1000)) where class = 'health' and participation_id = $1",
		"another column":            "update participation set referring_service = (select sealed from participation_group where class = 'health' and participation_id = $1) where id = $1",
		"another person's service":  "update participation set referring_service = (select p.referring_service from participation p where p.id <> $1) where id = $1",
	} {
		keep := o.text("select encode(referring_service, 'hex') from participation where id = $1", anna.Participation)
		health := o.text("select encode(sealed, 'hex') from participation_group where class = 'health' and participation_id = $1", anna.Participation)
		o.exec(change, anna.Participation)
		shown, err := o.read(anna.Participation)
		if !errors.Is(err, secret.ErrUnreadable) || shown != "" || strings.Contains(err.Error(), "salute") {
			t.Errorf("%s: %s %v", what, shown, err)
		}
		o.exec("update participation set referring_service = decode($2, 'hex') where id = $1", anna.Participation, keep)
		o.exec("update participation_group set sealed = decode($2, 'hex') where class = 'health' and participation_id = $1", anna.Participation, health)
	}
	if after, err := o.read(anna.Participation); err != nil || after != before {
		t.Errorf("put back: %s %v", after, err)
	}
}

// TestADumpTellsNoReason: no table holds a code, an answer or the service in clear, and everybody has as many bytes of each.
func TestADumpTellsNoReason(t *testing.T) {
	o := newOffice(t)
	o.active()
	plain := clara
	plain.Groups, plain.Service = []string{"CARE_LEAVERS"}, "S"
	o.referred(o.aias, "AIAS", plain)
	for _, table := range []string{"participation", "participation_group", "participation_fact", "entry_snapshot", "person", "outbox", "journal", "request", "verdict_finding"} {
		rows := o.text("select string_agg(x::text, ' ') from " + table + " x")
		for _, word := range []string{"DISABILITY", "HOUSING_EMERGENCY", "CARE_LEAVERS", "salute mentale"} {
			if strings.Contains(rows, word) || strings.Contains(rows, fmt.Sprintf("%x", word)) {
				t.Errorf("%s holds %s", table, word)
			}
		}
	}
	if got := o.text("select count(distinct length(sealed)) || ' ' || count(*) from participation_group"); got != "1 8" {
		t.Errorf("lengths and lists: %s", got)
	}
	if got := o.text("select count(distinct length(referring_service)) from participation"); got != "1" {
		t.Errorf("%s lengths of services", got)
	}
}

// TestWhatBelongedToSomebodyErased is empty, and the rest is read.
func TestWhatBelongedToSomebodyErased(t *testing.T) {
	o := newOffice(t)
	made := o.active()
	o.exec("insert into destroyed_key select person_id, now(), sha256(wrapped) from person_key where person_id = $1", made.Person)
	o.exec("delete from person_key where person_id = $1", made.Person)
	got, err := o.read(made.Participation)
	if err != nil || strings.ReplaceAll(got, " ", "") != `{"referringService":null,"health":{"groups":[]},"restricted":{"groups":[]},"entrySnapshot":{"disability":null}}` {
		t.Errorf("%s %v", got, err)
	}
}
