package main

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode/utf16"
)

const printRegister = `mutation($input: PrintRegisterInput!) { printRegister(input: $input) { refusals { code path } file { id kind mediaType state } download { path } } }`

// said are the words of a PDF of ours, letter by letter as they stand in its pages.
func said(t *testing.T, pdf []byte) (all []byte) {
	t.Helper()
	for {
		_, rest, found := bytes.Cut(pdf, []byte("\nstream\n"))
		if !found {
			return all
		}
		pdf = rest
		if r, err := zlib.NewReader(bytes.NewReader(rest)); err == nil {
			page, _ := io.ReadAll(r)
			all = append(all, page...)
		}
	}
}

// says whether words stand in a PDF.
func says(pdf []byte, words string) bool {
	var spelled []byte
	for _, unit := range utf16.Encode([]rune(words)) {
		spelled = binary.BigEndian.AppendUint16(spelled, unit)
	}
	return bytes.Contains(pdf, spelled)
}

// registersArePrinted has a month with an absence printed by people who read more and less of it.
func registersArePrinted(t *testing.T, first *node, p vars) {
	lead := first.as(t, coordinator)
	absences := lead.ask(`query($programme: ID!) { attendances(programme: $programme, first: 200, filter: {standings: [COUNTED], kind: ABSENCE}) { nodes { day absenceReason { label }
		participant { person { familyName } } enrolment { registerMonths { id month state contentHash } } } } }`, p)
	host := first.as(t, "hosttutor1.azienda@demo.lavoro")
	for _, a := range at(t, absences, "attendances.nodes").([]any) {
		reason, m := at(t, a, "absenceReason.label").(string), certifiedMonth(t, a)
		if m == nil || host.ask(`query($id: ID!) { node(id: $id) { id } }`, vars{"id": at(t, m, "id")})["node"] == nil {
			continue
		}
		id := at(t, m, "id")
		why := "Absence: " + strings.Fields(reason)[0]
		mine, again, hosts := said(t, printedBy(t, lead, id)), said(t, printedBy(t, lead, id)), said(t, printedBy(t, host, id))
		if !bytes.Equal(mine, again) {
			t.Error("the same month is other bytes")
		}
		for _, words := range []string{"Attendance register, ", at(t, m, "contentHash").(string), at(t, a, "participant.person.familyName").(string), "CUP J", "Cofinanziato dall'Unione europea", why} {
			if !says(mine, words) {
				t.Errorf("the coordinator's paper lacks %q", words)
			}
		}
		if says(hosts, "Absence: ") || !says(hosts, "Absence") || !says(hosts, at(t, m, "contentHash").(string)) {
			t.Error("the host's paper names why somebody was absent, or lacks that he was")
		}
		for _, who := range []string{"administrator.asl@demo.lavoro", pegaso, aias} {
			n := first.as(t, who)
			if n.ask(`query($id: ID!) { node(id: $id) { id } }`, vars{"id": id})["node"] != nil {
				continue
			}
			if code := at(t, n.ask(printRegister, vars{"input": vars{"registerMonth": id}}), "printRegister.refusals.0.code"); code != "NOT_FOUND" {
				t.Errorf("%s is answered %v", who, code)
			}
		}
		journalled(t, first, p, id)
		return
	}
	t.Fatal("no certified month with an absence at the company")
}

// certifiedMonth is the month of the register that an entry is in, once it was submitted.
func certifiedMonth(t *testing.T, entry any) any {
	t.Helper()
	for _, m := range at(t, entry, "enrolment.registerMonths").([]any) {
		if at(t, m, "contentHash") != nil && at(t, m, "month") == at(t, entry, "day").(string)[:7] {
			return m
		}
	}
	return nil
}

func printedBy(t *testing.T, n *node, month any) []byte {
	t.Helper()
	made := n.ask(printRegister, vars{"input": vars{"registerMonth": month}})
	if at(t, made, "printRegister.file.state") != "MADE" {
		t.Fatalf("printed: %v", made)
	}
	res, pdf := n.carry(http.MethodGet, at(t, made, "printRegister.download.path").(string), nil)
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "application/pdf" {
		t.Fatalf("%d %s", res.StatusCode, pdf)
	}
	return pdf
}

func journalled(t *testing.T, first *node, p vars, month any) {
	t.Helper()
	seen := first.as(t, "dpo.asl@demo.lavoro").ask(`query($programme: ID!, $month: ID!) { journal(programme: $programme, filter: {acts: ["printRegister"], subject: $month}) { nodes { act } }
		readJournal(programme: $programme, filter: {purposes: ["DOWNLOAD"], classes: ["work"]}) { nodes { class } } }`, vars{"programme": p["programme"], "month": month})
	if acts, reads := len(at(t, seen, "journal.nodes").([]any)), len(at(t, seen, "readJournal.nodes").([]any)); acts != 3 || reads < 3 {
		t.Errorf("%d acts and %d reads are in the journals", acts, reads)
	}
}
