package programme

import (
	"context"
	"slices"

	"github.com/google/uuid"
)

// row is one row to be, by column.
type row map[string]any

// write makes the database say what the file says. What the file says no longer goes, but for codes, which expire, and versions of
// the rules, which stay.
func (o owner) write(ctx context.Context, f File, s stored) (uuid.UUID, error) {
	w := writing{programme: orNew(s.id), partners: map[string]uuid.UUID{}}
	for _, org := range f.Organisations {
		id := orNew(s.partners[org.Code].id)
		w.partners[org.Code] = id
		w.audience = append(w.audience, id)
	}
	version := w.version(f.Policy, o)
	items := w.items(f)
	steps := []func() error{
		func() error { return o.put(ctx, "programme", "code", w.head(f)) },
		func() error { return o.put(ctx, "organisation", "programme_id, code", w.organisations(f)) },
		func() error { return o.put(ctx, "code_item", "programme_id, list, code", items) },
		func() error { return o.expire(ctx, w.programme, items) },
		func() error { return o.whole(ctx, "municipality", "istat", w, w.municipalities(f)) },
		func() error { return o.whole(ctx, "programme_holiday", "code", w, w.holidays(f)) },
		func() error { return o.whole(ctx, "programme_target", "code", w, w.targets(f)) },
		func() error { return o.whole(ctx, "payer", "organisation_id", w, w.payers(f)) },
		func() error { return o.whole(ctx, "budget_line", "code", w, w.lines(f)) },
		func() error { return o.gates(ctx, w, f) },
		func() error { return o.whole(ctx, "programme_finding", "code", w, w.findings(f)) },
	}
	if f.Policy.Number != s.last.number {
		steps = append(steps,
			func() error { return o.put(ctx, "policy_version", "", []row{version}) },
			func() error { return o.put(ctx, "policy_rule", "", w.rules(f.Policy, version)) })
	}
	steps = append(steps, func() error { return o.put(ctx, "payer_tax", "", w.taxes(f, s)) })
	if s.id != uuid.Nil {
		steps = append(steps, func() error { return o.revise(ctx, w.programme) })
	}
	steps = append(steps, func() error { return o.spread(ctx, w.programme, w.audience) })
	if s.id != uuid.Nil && f.Policy.Number != s.last.number {
		steps = append(steps, func() error { return o.tellRules(ctx, w, version) }) // the last: it holds what every act waits for
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return uuid.Nil, err
		}
	}
	return w.programme, nil
}

// whole makes the table hold these rows of the programme and no others.
func (o owner) whole(ctx context.Context, table, key string, w writing, rows []row) error {
	if err := o.keep(ctx, table, key, w.programme, rows); err != nil {
		return err
	}
	return o.put(ctx, table, "programme_id, "+key, rows)
}

// writing is one file on its way into the tables.
type writing struct {
	programme uuid.UUID
	partners  map[string]uuid.UUID // by code
	audience  []uuid.UUID          // every partner sees the programme
}

// row begins a row below the programme.
func (w writing) row() row {
	return row{"id": newID(), "programme_id": w.programme, "audience": w.audience}
}

func (w writing) head(f File) []row {
	return []row{{"id": w.programme, "code": f.Code, "name": f.Name, "cup": f.CUP, "project_code": f.ProjectCode, "from_day": f.From, "to_day": f.To,
		"budget_cents": f.Budget, "funding": f.Funding, "logos": slices.Concat([]string{}, f.Logos), "file_hash": f.hash, "audience": w.audience}}
}

func (w writing) organisations(f File) []row {
	rows := make([]row, len(f.Organisations))
	for i, o := range f.Organisations {
		r := w.row()
		r["id"], r["code"], r["name"], r["kind"], r["position"] = w.partners[o.Code], o.Code, o.Name, o.Kind, i+1
		r["tax_code"], r["parent_id"] = orNull(o.TaxCode), nil
		if o.Parent != "" {
			r["parent_id"] = w.partners[o.Parent]
		}
		rows[i] = r
	}
	return rows
}

func (w writing) items(f File) []row {
	rows := make([]row, len(f.Items))
	for i, c := range f.Items {
		r := w.row()
		r["list"], r["code"], r["label"], r["class"], r["attributes"], r["position"] = c.List, c.Code, c.Label, c.Class, c.Attributes, c.Position
		r["valid_from"], r["valid_to"] = orNull(c.ValidFrom.String()), orNull(c.ValidTo.String())
		rows[i] = r
	}
	return rows
}

func (w writing) municipalities(f File) []row {
	rows := make([]row, len(f.Municipalities))
	for i, m := range f.Municipalities {
		r := w.row()
		r["istat"], r["belfiore"], r["postcode"], r["name"] = m.ISTAT, m.Belfiore, m.Postcode, m.Name
		rows[i] = r
	}
	return rows
}

func (w writing) holidays(f File) []row {
	rows := make([]row, len(f.Holidays))
	for i, h := range f.Holidays {
		r := w.row()
		r["code"], r["day"], r["municipality"], r["label"], r["source"], r["confirmed"] = h.code(), h.Day, orNull(h.Municipality), h.Label, h.Source, h.Confirmed
		rows[i] = r
	}
	return rows
}

func (w writing) targets(f File) []row {
	rows := make([]row, len(f.Targets))
	for i, t := range f.Targets {
		r := w.row()
		r["code"], r["label"], r["value"] = t.Code, t.Label, t.Value
		rows[i] = r
	}
	return rows
}

func (w writing) lines(f File) []row {
	rows := make([]row, len(f.BudgetLines))
	for i, l := range f.BudgetLines {
		r := w.row()
		r["code"], r["label"], r["amount_cents"], r["source"], r["confirmed"] = l.Code, l.Label, l.Amount, l.Source, l.Confirmed
		r["organisation_id"], r["activity_kind"] = w.body(l.Organisation), orNull(l.Kind)
		rows[i] = r
	}
	return rows
}

// payers are shown to the payer itself and the bodies above it.
func (w writing) payers(f File) []row {
	above := map[string][]uuid.UUID{}
	for _, o := range f.Organisations { // parents first
		above[o.Code] = append([]uuid.UUID{w.partners[o.Code]}, above[o.Parent]...)
	}
	rows := make([]row, len(f.Payers))
	for i, p := range f.Payers {
		r := w.row()
		r["audience"], r["organisation_id"], r["position"], r["name"], r["way"], r["format"] = above[p.Organisation], w.body(p.Organisation), i+1, p.Name, p.Way, orNull(string(p.Format))
		r["means"], r["iban"], r["bic"], r["cuc"] = p.Means, orNull(string(p.IBAN)), orNull(p.BIC), orNull(p.CUC)
		r["source"], r["confirmed"] = p.Source, p.Confirmed
		rows[i] = r
	}
	return rows
}

// taxes are those of payers that the version of the file taxes otherwise than the ones before: these stay as they are, for the months under them.
func (w writing) taxes(f File, before stored) (rows []row) {
	for _, p := range f.Payers {
		if before.taxes[p.Organisation] != p.Tax {
			rows = append(rows, row{"programme_id": w.programme, "organisation_id": w.body(p.Organisation), "since": f.Policy.Number, "tax": p.Tax})
		}
	}
	return rows
}

func (w writing) gates(f File, lines map[string]uuid.UUID) []row {
	rows := make([]row, len(f.Gates))
	for i, g := range f.Gates {
		r := w.row()
		r["position"], r["budget_line_id"], r["from_day"], r["to_day"], r["reason"] = i+1, nil, g.From, orNull(g.To.String()), g.Reason
		if g.Line != "" {
			r["budget_line_id"] = lines[g.Line]
		}
		rows[i] = r
	}
	return rows
}

// body is a partner by its code, null for none.
func (w writing) body(code string) any {
	if code == "" {
		return nil
	}
	return w.partners[code]
}

func (w writing) findings(f File) []row {
	rows := make([]row, len(f.Findings))
	for i, found := range f.Findings {
		r := w.row()
		r["code"], r["text"], r["position"] = found.Code, found.Text, i+1
		rows[i] = r
	}
	return rows
}

func (w writing) version(d Draft, o owner) row {
	r := w.row()
	r["number"], r["valid_from"], r["applied_at"], r["rules_hash"] = d.Number, d.ValidFrom, o.now.UTC(), d.hash()
	return r
}

func (w writing) rules(d Draft, version row) []row {
	rows := make([]row, len(d.Rules))
	for i, rule := range d.Rules {
		rows[i] = row{"id": newID(), "version_id": version["id"], "position": i + 1, "code": rule.Code, "value": rule.Value, "unit": rule.Unit,
			"label": rule.Label, "source": rule.Source, "confirmed": rule.Confirmed, "audience": w.audience}
	}
	return rows
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func orNew(id uuid.UUID) uuid.UUID {
	if id == uuid.Nil {
		return newID()
	}
	return id
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
