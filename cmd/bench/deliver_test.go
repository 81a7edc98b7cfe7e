package main

import (
	"os"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

func leaves(set ast.SelectionSet) (n int) {
	for _, s := range set {
		if field := s.(*ast.Field); len(field.SelectionSet) > 0 {
			n += leaves(field.SelectionSet)
		} else {
			n++
		}
	}
	return n
}

func TestTheProgramAndItsRivalsAreAskedTheSame(t *testing.T) {
	for _, file := range []string{"../../schema.graphqls", "baseline/stock/schema.graphqls"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		schema, err := gqlparser.LoadSchema(&ast.Source{Name: file, Input: string(text)})
		if err != nil {
			t.Fatal(err)
		}
		for fields, query := range selections {
			document, problems := gqlparser.LoadQuery(schema, query)
			if problems != nil {
				t.Fatalf("%s: %v", file, problems)
			}
			if n := leaves(document.Operations[0].SelectionSet); n != fields {
				t.Errorf("%d fields are %d", fields, n)
			}
		}
	}
}

func TestRivalsAreToldWhatTheProgramSaid(t *testing.T) {
	said, err := sampleOf([]byte(`{"id":"2","type":"next","payload":{"data":{"attendanceUpdates":{"cursor":"e.7","sequence":7,"act":"a"}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(said.numbered(100001)), `{"cursor":"e.7","sequence":100001,"act":"a"}`; got != want {
		t.Errorf("event is %s, want %s", got, want)
	}
	if _, err := sampleOf([]byte(`{"type":"error"}`)); err == nil || !strings.Contains(err.Error(), "no event") {
		t.Errorf("an error was taken for an event: %v", err)
	}
}
