package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/lavoroincorso/lavoro/cmd/lavoro/rightstest"
	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/file"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
)

// canaries are words that are given to the program once, each in one place, and where in the database each may stand in the clear. What is
// confidential may stand nowhere; a column that is named all the same is a fault that is known, and the test fails when it is mended and
// still named here.
var canaries = map[string][]string{
	"Canarinonome":         {"person.given_name"},
	"Canarinocognome":      {"person.family_name"},
	"canarino@example.org": {"person.email"},
	"+39058599990001":      {"person.phone"},
	"Canarinoprova":        {"exclusion_check.evidence"},
	"Canarinocontatto":     {"company_contact.name"},
	"Canarinospite":        {"member.name"}, // who was asked to come, and is let see somebody
	"canarinospite@":       {"member.email"},
	"Canarinoinvano":       {}, // who was asked to come, and whose invitation was taken back
	"canarinoinvano@":      {},
	"Canarinotelefono":     {"device.name"},
	"CANARINO_HEALTH":      {"code_item.code"}, // groups: words of the programme's own list
	"CANARINO_PENAL":       {"code_item.code"},
	"CANARINO_PROTECTION":  {"code_item.code"},
	"CANARINO_RESTRICTED":  {"code_item.code"},
	"Canarinoservizio":     {},
	"Canarinonota":         {},
	"Canarinocorrezione":   {},
	"Canarinoritiro":       {},
	"Canarinoriapertura":   {}, // of a month of the register
	"Canarinorettifica":    {},
	"Canarinosollecito":    {}, // that a host is silent
	"Canarinofirma":        {}, // who signed without an account
	"canarinofirma@":       {}, // where he was written to
	"3519988776":           {},
	"Canarinotrattenuta":   {}, // why a payment is held back
	"Canarinoconteggio":    {}, // why a statement is wrong
	"Canarinotelefonata":   {}, // what was said in a call about money
	"Canarinorisposta":     {},
	"Canarinocontrollo":    {}, // why a control folder is made: a detail of the journal, and within the folder
	"Canarinorinuncia":     {}, // why what was paid too much is given up, or not
	"Canarinodiniego":      {},
	"CANARINO_CONDITION":   {"code_item.code", "policy_rule.value"}, // by which somebody is helped to live on his own: a word of the programme's rules
	"CANARINO_DOCUMENT":    {"code_item.code", "policy_rule.value"},
	"Canarinorifiuto":      {}, // why he is not
	"Canarinorevoca":       {}, // why not any more
	"CANARINO0001":         {}, // the account within an IBAN
	"Canarinointestatario": {},
	"Canarinomandato":      {}, // by which somebody else is paid
	"Canarinodecreto":      {}, // by which somebody represents
	"Canarinocontenuto":    {}, // of a file
	"Canarinofermo":        {}, // why somebody's data are held: a detail of the journal
	"Canarinoavviso":       {}, // why a warning was passed
	"Canarinofinalita":     {}, // why confidential data are read
	"Canarinoerrore":       {}, // given where it is refused
	"Canarinofile":         {}, // in rows of a file that are refused
}

// planted says of every text that is confidential which words stand in it, one for each that it may hold. Answers to choose from, days and
// numbers hold no word of anybody's own.
var planted = map[string][]string{
	"Participant.referringService": {"Canarinoservizio"},
	"Participant.health":           {"CANARINO_HEALTH"},
	"Participant.penal":            {"CANARINO_PENAL"},
	"Participant.protection":       {"CANARINO_PROTECTION"},
	"Participant.restricted":       {"CANARINO_RESTRICTED"},
	"BankDetails.iban":             {"CANARINO0001"},
	"BankDetails.holder":           {"Canarinointestatario"},
	"BankDetails.title":            {"Canarinomandato"},
	"Representation.reference":     {"Canarinodecreto"},
	"Attendance.note":              {"Canarinonota", "Canarinocorrezione"},
	"Attendance.standingNote":      {"Canarinoritiro"},
	"RegisterStep.reason":          {"Canarinoriapertura"},
	"RegisterStep.evidence":        {"Canarinosollecito"},
	"RegisterAdjustment.reason":    {"Canarinorettifica"},
	"MonthSignature.email":         {"canarinofirma@"},
	"MonthSignature.phone":         {"3519988776"},
	"PaymentLineStep.reason":       {"Canarinotrattenuta"},
	"AllowanceContest.reason":      {"Canarinoconteggio"},
	"AllowanceContest.answer":      {"Canarinorisposta"},
	"PaymentCall.said":             {"Canarinotelefonata"},
	"RecoveryDischarge.reason":     {"Canarinorinuncia"},
	"RecoveryDischarge.answer":     {"Canarinodiniego"},
	"HousingGrant.condition":       {"CANARINO_CONDITION"},
	"HousingGrant.answer":          {"Canarinorifiuto"},
	"HousingGrant.withdrawal":      {"Canarinorevoca"},
	"HousingProof.document":        {"CANARINO_DOCUMENT"},
}

// heard collects what the program says: its log, and the texts of its errors.
type heard struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write keeps a line of the log.
func (h *heard) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.Write(p)
}

func (h *heard) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.String()
}

// TestConfidentialWordsAreNowhere lets somebody do and read what there is, with words of its own in each field, and looks for them in the
// database and a dump of it, in Redis, in the log, in texts of errors, in letters, in anchors, in pages and in addresses.
func TestConfidentialWordsAreNowhere(t *testing.T) {
	log, before := &heard{}, slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	defer slog.SetDefault(before)
	s := newStage(t, 2)
	b := &birds{stage: s, t: t, log: log, addresses: &heard{}}
	b.open()
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for _, run := range s.app.services() {
		wg.Go(func() { run(ctx) })
	}
	b.people()
	b.files()
	b.register()
	b.shown()
	b.errors()
	b.follow()
	b.cursors()
	b.pages()
	stop()
	wg.Wait()
	b.letters()
	b.inDatabase()
	b.inDump()
	b.inRedis()
	b.in("the log", log.String())
	b.in("an address", b.addresses.String())
	if slog.Debug("the end"); !strings.Contains(log.String(), "the end") || !strings.Contains(b.addresses.String(), "/files/up/") {
		t.Error("what is logged or asked is not collected: the test looks at nothing")
	}
}

// TestAWordIsPlantedInEveryConfidentialText: a field that is added is looked for, too.
func TestAWordIsPlantedInEveryConfidentialText(t *testing.T) {
	sdl, mapped := contract(t), schema()
	known := map[string]bool{}
	for name, def := range sdl.Types {
		declared, ok := mapped.Type(name)
		if !ok || def.Kind != ast.Object {
			continue
		}
		for _, f := range def.Fields {
			class := cmp.Or(declared.Fields[f.Name].ClassOf(), declared.Class)
			row := declared.Fields[f.Name].LeadsToOne() // which is looked at itself
			if slices.Contains(access.Confidential(), class) && !row && f.Name != "hidden" && holdsWords(sdl, mapped, f) {
				known[name+"."+f.Name] = true
			}
		}
	}
	for field := range known {
		if len(planted[field]) == 0 {
			t.Errorf("%s is confidential, and no word is planted in it", field)
		}
	}
	for field, words := range planted {
		if !known[field] {
			t.Errorf("%s is no confidential text", field)
		}
		for _, w := range words {
			if _, named := canaries[w]; !named {
				t.Errorf("%s is not looked for", w)
			}
		}
	}
}

// holdsWords says whether a field holds texts by itself. A row that is confidential as a whole has fields that are looked at themselves.
func holdsWords(sdl *ast.Schema, mapped *plan.Schema, f *ast.FieldDefinition) bool {
	of := sdl.Types[f.Type.Name()]
	if of.Kind == ast.Object {
		t, ok := mapped.Type(of.Name)
		return !ok || !slices.Contains(access.Confidential(), t.Class)
	}
	return of.Kind == ast.Scalar && !slices.Contains([]string{"ID", "Int", "Boolean", "Day", "Month", "Instant", "LocalTime", "Minutes", "Cents"}, of.Name)
}

// holding is the first viewer with the role.
func (s *stage) holding(t *testing.T, role string) viewer {
	t.Helper()
	for _, v := range s.viewers {
		if len(v.Grants) > 0 && v.Grants[0].Role == role || len(v.Grants) > 1 && v.Grants[1].Role == role {
			return v
		}
	}
	t.Fatalf("nobody is %s", role)
	return viewer{}
}

// birds is one run.
type birds struct {
	*stage
	t         *testing.T
	log       *heard
	addresses *heard // that were asked for, or sent to
	lead      viewer
	id        string   // of the participant
	entries   []string // of the register
	certified string   // month of the register
	quiet     string   // month of a host that says nothing
	held      string   // line of a payment
	contested string   // statement's contest
	called    string   // call about money
	waived    string   // request to give up what was paid too much
	granted   []string // contributions to housing: one refused, one withdrawn
}

// open serves the whole program to the lead's coordinator, who also pays and protects data here, and gives each group a word of its own.
func (b *birds) open() {
	b.t.Helper()
	b.lead = b.holding(b.t, "COORDINATOR")
	if err := b.app.openDoor("http://localhost:1"); err != nil {
		b.t.Fatal(err)
	}
	b.api = b.noting(b.app.handler())
	for _, sql := range []string{
		"update member set issuer = '" + member.DemonstrationIssuer + "' where id = $1",
		`insert into access_grant (id, member_id, programme_id, role, scope, over_id, from_day, audience)
			select gen_random_uuid(), g.member_id, g.programme_id, r, g.scope, g.over_id, g.from_day, g.audience from access_grant g, unnest(array['PAYMENTS_OFFICER', 'APPROVER', 'DPO', 'TUTOR']) r
			where g.member_id = $1 and g.role = 'COORDINATOR'`,
		`insert into code_item select (jsonb_populate_record(c, jsonb_build_object('id', gen_random_uuid(), 'code', replace(c.code, 'G_', 'CANARINO_')))).* from code_item c
			where c.list = 'priority_groups' and starts_with(c.code, 'G_') and $1::text is not null`,
		`insert into code_item (id, programme_id, list, code, label, class, attributes, position, audience)
			select gen_random_uuid(), c.programme_id, c.list, n.code, c.label, c.class, c.attributes, c.position, c.audience from code_item c
			join (values ('housing_proofs', 'HOUSING_TITLE', 'CANARINO_DOCUMENT'), ('housing_conditions', 'FIRST_HOME', 'CANARINO_CONDITION')) n(list, of, code) on n.list = c.list and n.of = c.code where $1::text is not null`,
	} {
		if _, err := b.owner.Exec(b.t.Context(), sql, b.lead.Member); err != nil {
			b.t.Fatal(err)
		}
	}
	var err error
	if b.lead.token, err = b.app.door.demo.Token(b.lead.Member, "test", time.Hour, vars{"auth_time": moment.Unix()}); err != nil {
		b.t.Fatal(err)
	}
}

// noting writes every address down that is asked for, and every one that is answered with.
func (b *birds) noting(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		fmt.Fprintln(b.addresses, req.URL.RequestURI(), req.Referer())
		next.ServeHTTP(w, req)
		fmt.Fprintln(b.addresses, w.Header().Get("Location"), w.Header().Get("Link"))
	})
}

// in fails the test for each word that may not be where it was found.
func (b *birds) in(where, text string) {
	b.t.Helper()
	for word := range canaries {
		if strings.Contains(text, word) {
			b.t.Errorf("%s stands in %s", word, where)
		}
	}
}

// act does an act that must not be refused, and gives its payload.
func (b *birds) act(name, input string, variables vars, payload string) map[string]any {
	b.t.Helper()
	variables["requestId"], variables["acknowledgeReason"] = uuid.NewString(), "Canarinoavviso"
	variables["acknowledge"] = []string{"FISCAL_CODE_ALIKE", "FISCAL_CODE_MISMATCH", "MUNICIPALITY_OUTSIDE", "ATTENDANCE_LATE", "ATTENDANCE_OUTSIDE_TIMETABLE", "ATTENDANCE_CLOSED_DAY", "TUTOR_FULL", "ACCOUNT_HOLDER_DIFFERS"}
	data, code := b.post(b.lead, fmt.Sprintf("mutation($input: %s!) { %s(input: $input) { refusals { code path message } %s } }", input, name, payload), vars{"input": variables})
	done, _ := data[name].(map[string]any)
	if code != "" || done == nil || len(done["refusals"].([]any)) > 0 {
		b.t.Fatalf("%s: %s %v\n%s", name, code, data, b.log)
	}
	return done
}

// people refers somebody and writes down a check and a company.
func (b *birds) people() {
	programme := "prg_" + b.lead.programmes[0]
	root := "org_" + b.lead.Grants[0].Over
	person := b.act("referPerson", "ReferPersonInput", vars{"programme": programme, "organisation": root, "fiscalCode": fiscal.MakeEntityCode(4711), "givenName": "Canarinonome",
		"familyName": "Canarinocognome", "birthDay": "1990-05-17", "municipality": "045003", "email": "canarino@example.org", "phone": "+39058599990001",
		"referringService": "Canarinoservizio", "referredOn": "2026-06-01", "groups": []string{"CANARINO_HEALTH", "CANARINO_PENAL", "CANARINO_PROTECTION", "CANARINO_RESTRICTED"}},
		"participant { id person { id } }")
	id := at(b.t, person, "participant.id")
	b.id = id.(string)
	b.act("recordBankDetails", "RecordBankDetailsInput", vars{"participant": id, "iban": fiscal.MakeItalianIBAN("5428", "11101", "CANARINO0001"), "holder": "Canarinointestatario",
		"relation": "MANDATE", "title": "Canarinomandato"}, "bank { since }")
	guest := b.act("inviteGuest", "InviteGuestInput", vars{"participant": id, "name": "Canarinospite", "email": "canarinospite@example.org"}, "member { id }")
	asked := b.act("inviteGuest", "InviteGuestInput", vars{"participant": id, "name": "Canarinoinvano", "email": "canarinoinvano@example.org"}, "invitation { id member { name } }")
	if name := at(b.t, asked, "invitation.member.name"); name != "Canarinoinvano" {
		b.t.Fatalf("the guest is %v: the test looks for what is nowhere", name)
	}
	b.act("withdrawInvitation", "WithdrawInvitationInput", vars{"invitation": at(b.t, asked, "invitation.id")}, "invitation { id }")
	b.act("registerDevice", "RegisterDeviceInput", vars{"id": "dev_" + uuid.NewString(), "name": "Canarinotelefono", "platform": "ANDROID"}, "device { id }")
	b.act("appointRepresentative", "AppointRepresentativeInput", vars{"participant": id, "member": at(b.t, guest, "member.id"), "title": "GUARDIAN",
		"reference": "Canarinodecreto", "titledOn": "2026-01-15"}, "representation { id }")
	for _, hold := range []bool{true, false} {
		b.act("holdPerson", "HoldPersonInput", vars{"person": at(b.t, person, "participant.person.id"), "hold": hold, "reason": "Canarinofermo"}, "person { id }")
	}
	b.act("recordExclusionCheck", "RecordExclusionCheckInput", vars{"participant": id, "measure": "ADI", "outcome": "CLEAR", "evidence": "Canarinoprova"}, "exclusionCheck { id }")
	b.act("registerCompany", "RegisterCompanyInput", vars{"programme": programme, "organisation": root, "name": "Ditta", "entityCode": fiscal.MakeEntityCode(8), "ateco": "56.10.11",
		"headcount": 5, "municipality": "045003", "contacts": []any{vars{"name": "Canarinocontatto", "title": "Titolare"}}}, "company { id }")
}

// bring uploads a paper about the participant.
func (b *birds) bring(kind string) any {
	b.t.Helper()
	paper := "%PDF-1.7\n1 0 obj (Canarinocontenuto) endobj\ntrailer\n%%EOF\n"
	prepared := b.act("prepareUpload", "PrepareUploadInput", vars{"participant": b.id, "kind": kind, "mediaType": "application/pdf", "bytes": len(paper),
		"sha256": fmt.Sprintf("%x", sha256.Sum256([]byte(paper)))}, "file { id } upload { path }")
	if put := b.carry(http.MethodPut, at(b.t, prepared, "upload.path").(string), paper, fmt.Sprintf("bytes 0-%d/%d", len(paper)-1, len(paper))); put.Code != http.StatusNoContent {
		b.t.Fatalf("%d %s", put.Code, put.Body)
	}
	return at(b.t, prepared, "file.id")
}

// files brings a paper, attaches it and fetches it again.
func (b *birds) files() {
	file := b.bring("EXCLUSION_CHECK")
	b.act("recordExclusionCheck", "RecordExclusionCheckInput", vars{"participant": b.id, "measure": "ADI", "outcome": "CLEAR", "evidence": "prot. 7", "file": file}, "exclusionCheck { id }")
	ready := b.act("prepareDownload", "PrepareDownloadInput", vars{"file": file}, "download { path }")
	path := at(b.t, ready, "download.path").(string)
	if got := b.carry(http.MethodGet, path, "", ""); got.Code != http.StatusOK || !strings.Contains(got.Body.String(), "Canarinocontenuto") {
		b.t.Fatalf("%d %s", got.Code, got.Body)
	}
	b.silent(b.carry(http.MethodGet, path, "", "").Body.String())
}

// carry is a request for a file's bytes.
func (b *birds) carry(method, path, body, ranged string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+b.lead.token)
	if ranged != "" {
		req.Header.Set("Content-Range", ranged)
	}
	rec := httptest.NewRecorder()
	b.api.ServeHTTP(rec, req)
	return rec
}

// shown holds that every planted word stands where it was put: whoever may read it does.
func (b *birds) shown() {
	b.t.Helper()
	said := ""
	for _, purpose := range []string{"", "SUPERVISION", "PAYMENT"} {
		reader := b.lead
		reader.Purpose, reader.reason = purpose, "Canarinofinalita"
		data, code := b.post(reader, `query($p: ID!, $a: ID!, $b: ID!, $m: ID!, $s: ID!, $l: ID!, $c: ID!, $t: ID!, $w: ID!, $g: ID!, $h: ID!) { participant(id: $p) { referringService health { groups { code } } penal { groups { code } } protection { groups { code } }
			restricted { groups { code } } bank { iban holder title } representatives { reference } } a: node(id: $a) { ... on Attendance { note standingNote } } b: node(id: $b) { ... on Attendance { note standingNote } }
			m: node(id: $m) { ... on RegisterMonth { steps { reason } adjustments { reason } signatures { email phone name } } } s: node(id: $s) { ... on RegisterMonth { steps { evidence } } } c: node(id: $c) { ... on AllowanceContest { reason answer } } t: node(id: $t) { ... on PaymentCall { said } } l: node(id: $l) { ... on PaymentLine { steps { reason } } } w: node(id: $w) { ... on RecoveryDischarge { reason answer } }
			g: node(id: $g) { ... on HousingGrant { condition answer proofs { document } } } h: node(id: $h) { ... on HousingGrant { withdrawal } } }`,
			vars{"c": b.contested, "t": b.called, "p": b.id, "a": b.entries[0], "b": b.entries[1], "m": b.certified, "s": b.quiet, "l": b.held, "w": b.waived, "g": b.granted[0], "h": b.granted[1]})
		if code != "" {
			b.t.Fatal(purpose, code)
		}
		said += fmt.Sprint(data)
	}
	for field, words := range planted {
		for _, word := range words {
			if !strings.Contains(said, word) {
				b.t.Errorf("%s is not in %s: the test looks for what is nowhere", word, field)
			}
		}
	}
}

// register writes, corrects and takes back hours, each with a note.
func (b *birds) register() {
	entry, last := "", map[string]any(nil)
	for _, enrolment := range b.world.By("enrolment", "programme_id", b.lead.programmes[0]) { // one whose hours may be written
		id := "att_" + uuid.Must(uuid.NewV7()).String()
		done := b.act("recordAttendance", "RecordAttendanceInput", vars{"entries": []any{vars{"id": id, "enrolment": "enr_" + enrolment.ID, "day": enrolment.Text("from_day"), "from": "06:00",
			"to": "07:00", "note": "Canarinonota"}}}, "answers { refusals { code } attendance { id standing } }")
		last = done
		if at(b.t, done, "answers.0.attendance") != nil && at(b.t, done, "answers.0.attendance.standing") == "COUNTED" {
			entry = id
			break
		}
	}
	if entry == "" {
		b.t.Fatalf("nobody's hours may be written: %v", last)
	}
	next := "att_" + uuid.Must(uuid.NewV7()).String()
	b.act("correctAttendance", "CorrectAttendanceInput", vars{"attendance": entry, "id": next, "to": "06:30", "note": "Canarinocorrezione"}, "attendance { id note }")
	b.act("withdrawAttendance", "WithdrawAttendanceInput", vars{"attendance": next, "note": "Canarinoritiro"}, "attendance { id standingNote }")
	b.entries = []string{entry, next}
	b.month(entry)
}

// month certifies the month of an entry, opens it again, locks it and puts it right, with a reason each.
func (b *birds) month(entry string) {
	b.t.Helper()
	data, code := b.post(b.lead, `query($a: ID!) { node(id: $a) { ... on Attendance { enrolment { registerMonths { id month state } } } } }`, vars{"a": entry})
	if code != "" {
		b.t.Fatal(code)
	}
	months := at(b.t, data, "node.enrolment.registerMonths").([]any)
	id := at(b.t, months[len(months)-1], "id")
	for _, step := range []struct {
		act  string
		more vars
	}{{"submitMonth", nil}, {"reopenMonth", vars{"reason": "Canarinoriapertura"}}, {"submitMonth", nil}, {"certifyMonth", nil}, {"lockMonth", nil},
		{"adjustMonth", vars{"day": at(b.t, data, "node.enrolment.registerMonths."+fmt.Sprint(len(months)-1)+".month").(string) + "-20", "minutes": 30, "presenceDays": 1, "reason": "Canarinorettifica"}}} {
		input := vars{"registerMonth": id}
		maps.Copy(input, step.more)
		b.act(step.act, strings.ToUpper(step.act[:1])+step.act[1:]+"Input", input, "registerMonth { id state }")
	}
	b.certified = fmt.Sprint(id)
	b.sign()
	b.silence()
	b.hold()
	b.contest()
	b.waive()
	b.house()
}

// house asks twice that somebody be helped to live on his own: one request is refused, the other one granted and withdrawn.
func (b *birds) house() {
	b.t.Helper()
	owner := func(sql string, args ...any) {
		b.t.Helper()
		if _, err := b.owner.Exec(b.t.Context(), sql, args...); err != nil {
			b.t.Fatal(err)
		}
	}
	owner("update participation set entered_on = '2026-05-01' where id = $1", strings.TrimPrefix(b.id, "prt_"))
	owner("update budget_line set amount_cents = 900000000")
	answer := func(id string, input vars) {
		owner("alter table housing_grant disable trigger kept")
		owner("update housing_grant set requested_by = gen_random_uuid() where id = $1", strings.TrimPrefix(id, "hsg_"))
		owner("alter table housing_grant enable trigger kept")
		input["housingGrant"] = id
		b.act("answerHousingGrant", "AnswerHousingGrantInput", input, "housingGrant { id state }")
	}
	for range 2 {
		file := b.bring("HOUSING_PROOF")
		asked := b.act("requestHousingGrant", "RequestHousingGrantInput", vars{"participant": b.id, "condition": "CANARINO_CONDITION", "fromMonth": "2026-05", "months": 2,
			"proofs": []any{vars{"document": "CANARINO_DOCUMENT", "file": file}}}, "housingGrant { id condition }")
		b.granted = append(b.granted, at(b.t, asked, "housingGrant.id").(string))
		if len(b.granted) == 1 {
			answer(b.granted[0], vars{"accept": false, "reason": "Canarinorifiuto"})
		}
	}
	answer(b.granted[1], vars{"accept": true})
	b.act("recordHousingReceipt", "RecordHousingReceiptInput", vars{"housingGrant": b.granted[1], "month": "2026-05", "amount": 18_000, "file": b.bring("HOUSING_RECEIPT")}, "housingGrant { id }")
	b.act("withdrawHousingGrant", "WithdrawHousingGrantInput", vars{"housingGrant": b.granted[1], "fromMonth": "2026-06", "reason": "Canarinorevoca"}, "housingGrant { id state }")
}

// waive asks that what somebody was paid too much be given up, and has another say no.
func (b *birds) waive() {
	b.t.Helper()
	var recovery string
	err := b.owner.QueryRow(b.t.Context(), `update recovery r set left_cents = 600, owed_cents = recovered_cents + repaid_cents + waived_cents + 600 from participation a
		where a.id = r.participation_id and not a.protected and r.programme_id = $1 and r.payer_id = $2 returning r.id::text`, b.lead.programmes[0], b.lead.Grants[0].Over).Scan(&recovery)
	if err != nil {
		b.t.Fatal("nobody was paid too much: ", err)
	}
	if _, err := b.owner.Exec(b.t.Context(), "update recovery_discharge set state = 'REJECTED', answered_by = gen_random_uuid(), answered_at = asked_at where state = 'WAITING'"); err != nil {
		b.t.Fatal(err)
	}
	done := b.act("waiveRecovery", "WaiveRecoveryInput", vars{"recovery": "rcv_" + recovery, "amount": 100, "reason": "Canarinorinuncia"}, "discharge { id }")
	b.waived = at(b.t, done, "discharge.id").(string)
	for _, sql := range []string{"alter table recovery_discharge disable trigger kept", "update recovery_discharge set asked_by = gen_random_uuid() where state = 'WAITING'", "alter table recovery_discharge enable trigger kept"} {
		if _, err := b.owner.Exec(b.t.Context(), sql); err != nil {
			b.t.Fatal(err)
		}
	}
	b.act("answerDischarge", "AnswerDischargeInput", vars{"discharge": b.waived, "confirm": false, "answer": "Canarinodiniego"}, "discharge { id state }")
}

// sign has somebody sign the month who has no account.
func (b *birds) sign() {
	b.t.Helper()
	b.app.resolver.Register.Texts = true
	asked := b.act("askSignature", "AskSignatureInput", vars{"registerMonth": b.certified, "party": "PARTICIPANT", "email": "canarinofirma@example.org"}, "signature { id }")
	b.act("resendSignature", "ResendSignatureInput", vars{"signature": at(b.t, asked, "signature.id"), "phone": "351 9988776", "code": true}, "signature { id }")
	shown := b.act("showSigningCode", "ShowSigningCodeInput", vars{"signature": at(b.t, asked, "signature.id")}, "code { code }")
	signing := attendance.Signing{DB: b.app.DB, Clock: b.app.now}
	if err := signing.Sign(b.t.Context(), attendance.ParseSecret(at(b.t, shown, "code.code").(string)), attendance.NewBrowser(), "Canarinofirma"); err != nil {
		b.t.Fatal(err)
	}
}

// contest says that a statement is wrong, and has it answered by another.
func (b *birds) contest() {
	b.t.Helper()
	statements := b.world.By("allowance_statement", "programme_id", b.lead.programmes[0])
	april := statements[slices.IndexFunc(statements, func(s *rightstest.Row) bool {
		return s.Text("month") == "2026-04-01" && b.world.One("participation", s.Text("participation_id")).Columns["protected"] == false
	})]
	done := b.act("contestStatement", "ContestStatementInput", vars{"participant": "prt_" + april.Text("participation_id"), "month": "2026-04", "reason": "Canarinoconteggio"}, "contest { id }")
	b.contested = at(b.t, done, "contest.id").(string)
	if _, err := b.owner.Exec(b.t.Context(), "update allowance_contest set member_id = gen_random_uuid() where id = $1", strings.TrimPrefix(b.contested, "alc_")); err != nil {
		b.t.Fatal(err)
	}
	called := b.act("noteCall", "NoteCallInput", vars{"participant": "prt_" + april.Text("participation_id"), "month": "2026-04", "caller": "RELATIVE", "said": "Canarinotelefonata"}, "call { id }")
	b.called = at(b.t, called, "call.id").(string)
	b.act("answerContest", "AnswerContestInput", vars{"contest": b.contested, "uphold": true, "answer": "Canarinorisposta"}, "contest { id state }")
	made := b.act("makeControlFolder", "MakeControlFolderInput", vars{"allowance": "alw_" + april.Text("allowance_id"), "purpose": "Canarinocontrollo"}, "manifest download { path }")
	if got := b.carry(http.MethodGet, at(b.t, made, "download.path").(string), "", ""); got.Code != http.StatusOK || !strings.Contains(unzipped(b.t, got.Body.Bytes(), "manifest.json"), "Canarinocontrollo") {
		b.t.Fatalf("the folder: %d", got.Code)
	}
}

// silence certifies a month in the place of a host that is silent, and names what proves it.
func (b *birds) silence() {
	b.t.Helper()
	ctx, month := b.t.Context(), ""
	err := b.owner.QueryRow(ctx, `select m.id::text from register_month m where m.programme_id = $1 and m.state = 'OPEN' and m.company_id is not null and not exists (
		select from attendance a where a.enrolment_id = m.enrolment_id and date_trunc('month', a.day) = m.month and a.standing = 'CONTESTED') and m.month < date_trunc('month', $2::timestamptz)::date order by m.id limit 1`, b.lead.programmes[0], moment).Scan(&month)
	if err != nil {
		b.t.Fatal("no host has a month to certify: ", err)
	}
	b.quiet = "rgm_" + month
	b.act("submitMonth", "SubmitMonthInput", vars{"registerMonth": b.quiet}, "registerMonth { id }")
	if _, err := b.owner.Exec(ctx, "update register_month set state_since = state_since - 30 where id = $1", month); err != nil {
		b.t.Fatal(err)
	}
	b.act("certifyMonthForHost", "CertifyMonthForHostInput", vars{"registerMonth": b.quiet, "reason": "Tace", "evidence": "Canarinosollecito"}, "registerMonth { id state }")
}

// hold keeps a line of a payment back that was checked, and says why.
func (b *birds) hold() {
	b.t.Helper()
	var line string
	if err := b.owner.QueryRow(b.t.Context(), `with r as (
			insert into payment_run (id, programme_id, payer_id, year, number, kind, up_to, value_day, way, state, state_since, made_by, audience)
			values (gen_random_uuid(), $1, $2, 2099, 1, 'ORDINARY', '2026-05-01', '2026-06-30', 'ORDER_LIST', 'CHECKED', '2026-06-05', $3, '{}') returning id)
		insert into payment_line (id, run_id, programme_id, payer_id, participation_id, allowance_id, statement_id, share_id, budget_line_id, month, kind, gross_cents, withheld_cents, net_cents,
			bank_id, head_id, state, state_since, audience)
		select n.id, r.id, l.programme_id, l.payer_id, l.participation_id, l.allowance_id, l.statement_id, l.share_id, l.budget_line_id, l.month, l.kind, l.gross_cents, l.withheld_cents, l.net_cents,
			(select k.id from person_bank k limit 1), n.id, 'PENDING', l.state_since, l.audience
		from r, (select * from payment_line where programme_id = $1 and payer_id = $2 order by id limit 1) l, (select gen_random_uuid() as id) n returning id`,
		b.lead.programmes[0], b.lead.Grants[0].Over, b.lead.Member).Scan(&line); err != nil {
		b.t.Fatal(err)
	}
	b.held = "pyl_" + line
	b.act("holdLine", "HoldLineInput", vars{"line": b.held, "reason": "Canarinotrattenuta"}, "line { id state }")
}

// errors gives words where they are refused: none comes back in a text, or is written down.
func (b *birds) errors() {
	p := vars{"p": "prg_" + b.lead.programmes[0], "x": "Canarinoerrore"}
	for _, query := range []string{
		"query($x: ID!) { node(id: $x) { id } }", "query($p: ID!, $x: PageCursor) { participants(programme: $p, after: $x) { totalCount } }",
		"query($p: ID!, $x: Day) { participants(programme: $p, filter: {referredFrom: $x}) { totalCount } }", "query($p: ID!, $x: String!) { lookUpPerson(programme: $p, fiscalCode: $x) { answer } }",
		"query($p: ID!, $x: String) { participants(programme: $p, filter: {nameStartsWith: $x}) { totalCount } }", "query($p: ID!, $x: String) { participants(programme: $p, filter: {search: $x}) { totalCount } }",
		"query($p: ID!, $x: String) { companies(programme: $p, filter: {search: $x}, after: $x) { totalCount } }", "query($p: ID!, $x: ParticipantOrder!) { participants(programme: $p, orderBy: $x) { totalCount } }",
		"query($p: ID!, $x: Int) { participants(programme: $p, first: $x) { totalCount } }", "mutation($x: ID!) { checkEligibility(input: {participant: $x}) { refusals { message code } } }",
		`mutation($x: String!) { withdrawAttendance(input: {attendance: "att_1", note: $x}) { refusals { message } } }`,
	} {
		variables := vars{"x": p["x"]}
		if strings.Contains(query, "$p") {
			variables = p
		}
		b.silent(b.request(query, variables, nil))
	}
	for name, value := range map[string]string{"Lavoro-Purpose": "Canarinoerrore", "Authorization": "Bearer Canarinoerrore", "Accept-Language": "Canarinoerrore", "Content-Type": "Canarinoerrore"} {
		b.silent(b.request("{ viewer { name } }", nil, map[string]string{name: value}))
	}
	actor, err := b.app.directory.Actor(b.t.Context(), member.DemonstrationIssuer, b.lead.Member)
	if err != nil {
		b.t.Fatal(err)
	}
	in := file.Import{DB: b.app.DB, Actor: actor, Clock: func() time.Time { return moment }, Programme: uuid.MustParse(b.lead.programmes[0]),
		Reader: strings.NewReader(peopleHeader + "\nCanarinofile;Canarinofile;Canarinofile;Canarinofile;F;Canarinofile;Canarinofile;Canarinofile;Canarinofile;Canarinofile\n"), Name: "persone.csv"}
	if report, err := b.app.rooms.participants.Import(b.t.Context(), in); err == nil && report.Written {
		b.t.Error("a file of nonsense was taken")
	}
}

// request posts with other headers, and gives all that came back.
func (b *birds) request(query string, variables vars, headers map[string]string) string {
	req := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(spelledRequest(query, variables)))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+b.lead.token)
	for name, value := range headers {
		req.Header.Set(name, value)
	}
	rec := httptest.NewRecorder()
	b.api.ServeHTTP(rec, req)
	return rec.Body.String()
}

func (b *birds) silent(answer string) {
	b.t.Helper()
	b.in("an error: "+answer, answer)
}

// follow reads the events of what was done as they are told, with what may be shown of them.
func (b *birds) follow() {
	server := httptest.NewServer(b.api)
	defer server.Close()
	ctx, cancel := context.WithTimeout(b.t.Context(), patience)
	defer cancel()
	conn, _, err := websocket.Dial(ctx, strings.Replace(server.URL, "http", "ws", 1)+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = conn.CloseNow() }()
	position, code := b.post(b.lead, "query($p: ID!) { position(programme: $p) }", vars{"p": "prg_" + b.lead.programmes[0]})
	if code != "" {
		b.t.Fatal(code)
	}
	epoch, _, _ := strings.Cut(position["position"].(string), ".")
	for _, m := range []vars{{"type": "connection_init", "payload": vars{"Authorization": "Bearer " + b.lead.token}},
		{"id": "1", "type": "subscribe", "payload": vars{"query": "subscription($p: ID!, $c: FeedCursor) { attendanceUpdates(programme: $p, after: $c) { act kind subject { id day participant { person { familyName } } } } }",
			"variables": vars{"p": "prg_" + b.lead.programmes[0], "c": epoch + ".0"}}}} {
		if err := wsjson.Write(ctx, conn, m); err != nil {
			b.t.Fatal(err)
		}
	}
	for _, want := range []string{"connection_ack", "next", "next", "next", "next"} { // recorded; corrected, which is two; taken back
		var m map[string]any
		for m["type"] == nil || m["type"] == "ping" {
			if err := wsjson.Read(ctx, conn, &m); err != nil {
				b.t.Fatal(err)
			}
		}
		if m["type"] != want {
			b.t.Fatalf("%v, want %s", m, want)
		}
	}
}

// inDatabase looks at every value of every table as the owner: as it is written, and for bytes as what they spell.
func (b *birds) inDatabase() {
	found := map[string][]string{}
	tables, err := b.owner.Query(b.t.Context(), `select c.relname::text, a.attname::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
		where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and a.atttypid not in ('uuid'::regtype, 'date'::regtype, 'int'::regtype, 'bigint'::regtype, 'boolean'::regtype)`)
	if err != nil {
		b.t.Fatal(err)
	}
	type column struct{ Table, Name string }
	columns, err := pgx.CollectRows(tables, pgx.RowToStructByPos[column])
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range columns {
		for word := range canaries {
			var n int
			if err := b.owner.QueryRow(b.t.Context(), fmt.Sprintf("select count(*) from %s t where position($1::text in t.%[2]s::text) > 0 or position($2::text in t.%[2]s::text) > 0", c.Table, c.Name),
				word, hex.EncodeToString([]byte(word))).Scan(&n); err != nil {
				b.t.Fatal(err)
			}
			if n > 0 {
				found[word] = append(found[word], c.Table+"."+c.Name)
			}
		}
	}
	for _, word := range slices.Sorted(maps.Keys(canaries)) {
		slices.Sort(found[word])
		if fmt.Sprint(found[word]) != fmt.Sprint(slices.Sorted(slices.Values(canaries[word]))) {
			b.t.Errorf("%s stands in the clear in %v, and may stand in %v", word, found[word], canaries[word])
		}
	}
}

// inRedis looks at every key of every sort.
func (b *birds) inRedis() {
	ctx := b.t.Context()
	all, err := b.app.redis.Keys(ctx, "*").Result()
	if err != nil {
		b.t.Fatal(err)
	}
	var text strings.Builder
	for _, key := range all {
		text.WriteString(key)
		switch kind, _ := b.app.redis.Type(ctx, key).Result(); kind {
		case "string":
			text.WriteString(b.app.redis.Get(ctx, key).Val())
		case "stream":
			fmt.Fprint(&text, b.app.redis.XRange(ctx, key, "-", "+").Val())
		case "hash":
			fmt.Fprint(&text, b.app.redis.HGetAll(ctx, key).Val())
		case "list":
			fmt.Fprint(&text, b.app.redis.LRange(ctx, key, 0, -1).Val())
		case "set":
			fmt.Fprint(&text, b.app.redis.SMembers(ctx, key).Val())
		case "zset":
			fmt.Fprint(&text, b.app.redis.ZRange(ctx, key, 0, -1).Val())
		default:
			b.t.Errorf("%s is a %s, which is not looked at yet", key, kind)
		}
	}
	if !strings.Contains(text.String(), b.lead.programmes[0]) {
		b.t.Error("no news came to Redis: the test looks at nothing")
	}
	b.in("Redis", text.String())
}
