package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
)

// peer is a server that others would write for the nested list, asked in its own words.
type peer struct {
	name, query string
	variables   map[string]any
}

// peers of the nested list. PostGraphile names fields after tables; aliases bring them back as far as they go, and content does the rest.
func (s *stage) peers() []peer {
	return []peer{
		{"mercurius", nestedQuery, s.variables()},
		{"postgraphile", `query Nested($programme: UUID!) {
  participants: allParticipations(first: 50, orderBy: [REFERRED_ON_DESC, ROW_ID_DESC], condition: {programmeId: $programme}) {
    pageInfo { hasNextPage endCursor }
    nodes {
      id: rowId state referredOn
      person: personByPersonId { givenName familyName }
      organisation: organisationByOrganisationId { id: rowId name }
      placements: placementsByParticipationId(orderBy: [FROM_DAY_DESC, ROW_ID_DESC]) { nodes { id: rowId state fromDay toDay company: companyByCompanyId { id: rowId name } } }
      attendances: attendancesByParticipationId(first: 10, orderBy: [DAY_DESC, ROW_ID_DESC]) { nodes { id: rowId day from: fromMinute to: toMinute standing } }
      allowances: allowancesByParticipationId(orderBy: [MONTH_DESC, ROW_ID_ASC]) { nodes { id: rowId month total: totalCents } }
    }
  }
}`, map[string]any{"programme": s.programme.String()}},
	}
}

// besides starts the peers that can run here, each compared with what the program answers to the lead; the caller stops them, also those that
// were started before an error.
func (s *stage) besides(ctx context.Context, lead json.RawMessage, out *report) (names []string, nodes []*node, all []*contestant, err error) {
	runtime, err := installPeers(ctx)
	if err != nil {
		out.note("without postgraphile and mercurius: %v", err)
		return nil, nil, nil, nil
	}
	for _, p := range s.peers() {
		binary := runtime
		if newer, _ := filepath.Glob(filepath.Join(peersFolder, "node_modules", "node-linux-*", "bin", "node")); p.name == "postgraphile" && len(newer) > 0 {
			binary = newer[0] // it needs Node 22
		}
		n, err := s.beside(ctx, p.name, []string{binary, filepath.Join(peersFolder, "nested-"+p.name+".mjs")})
		if err != nil {
			return names, nodes, all, fmt.Errorf("%s: %w", p.name, err)
		}
		names, nodes = append(names, p.name), append(nodes, n)
		c := newClient(n, "", readClients)
		answer, err := c.ask(ctx, p.query, p.variables)
		if err == nil && !reflect.DeepEqual(content(answer), content(lead)) {
			err = fmt.Errorf("another content: %.600s", answer)
		}
		if err != nil {
			return names, nodes, all, fmt.Errorf("%s: %w", p.name, err)
		}
		asked, err := body(p.query, p.variables)
		if err != nil {
			return names, nodes, all, err
		}
		all = append(all, pressed(n, func(ctx context.Context) error {
			answer, err := c.post(ctx, asked)
			if err == nil && !bytes.HasPrefix(answer, []byte(`{"data"`)) {
				err = fmt.Errorf("answered %.300s", answer)
			}
			return err
		}))
	}
	return names, nodes, all, nil
}

var typedID = regexp.MustCompile(`^[a-z]{3}_`)

// content is what an answer says, however its server spells it: ids without their kind, times of day as texts, months without a day, amounts as
// texts, lists without what is around them, and no cursors.
func content(answer json.RawMessage) any {
	decoder := json.NewDecoder(bytes.NewReader(answer))
	decoder.UseNumber()
	var read any
	if err := decoder.Decode(&read); err != nil {
		return err
	}
	return said("", read)
}

func said(name string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		if nodes, ok := v["nodes"]; ok && len(v) == 1 {
			return said(name, nodes)
		}
		out := map[string]any{}
		for key, value := range v {
			if key != "endCursor" {
				out[key] = said(key, value)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = said(name, item)
		}
		return out
	case json.Number:
		if n, err := v.Int64(); err == nil && (name == "from" || name == "to") {
			return fmt.Sprintf("%02d:%02d", n/60, n%60)
		}
		return v.String()
	case string:
		if name == "month" {
			return v[:len("2006-01")]
		}
		return strings.TrimPrefix(v, typedID.FindString(v))
	}
	return v
}
