package plan

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/lavoroincorso/lavoro/internal/access"
)

// Count is a trait by which the rows of a type are counted.
type Count struct {
	Key   string // SQL over `{t}` of what a row is counted under; rows without it are in no bucket
	Label Field  // over the bucket, which holds key, a text, and programme_id; the zero Field is for keys that speak for themselves
	Name  string // the field of Label's row that is shown, where Label leads to one
	// Opens gives by filter the SQL of the value, a json, that opens the bucket's rows; `{k}` is the key, `{f}` the list's own filter, a jsonb.
	Opens map[string]string
	Class access.Class // class that the trait tells of; "" is the row's own
	// Small is SQL of the number below which nobody is told how many there are, in the programme `{t}.programme_id`; "" tells every
	// number. Such counts take no filter, and where the rest of the numbers would tell the one that is missing, more are.
	Small string
}

// ByMonth counts by the month of a column of days, which the two filters bound.
func ByMonth(column, from, to string) Count {
	return Count{Key: "to_char({t}." + column + ", 'YYYY-MM')", Opens: map[string]string{
		from: "to_json(greatest(({k} || '-01')::date, ({f} ->> '" + from + "')::date))",
		to:   "to_json(least((({k} || '-01')::date + interval '1 month' - interval '1 day')::date, ({f} ->> '" + to + "')::date))",
	}}
}

// ByCode counts by a column of codes that the filter takes one of.
func ByCode(column, filter string, label Field) Count {
	return Count{Key: "{t}." + column, Label: label, Name: "label", Opens: map[string]string{filter: "to_json({k})"}}
}

// ByState counts by a column of states that the filter takes a list of.
func ByState(filter string, label Field) Count {
	return Count{Key: "{t}.state", Label: label, Opens: map[string]string{filter: "json_build_array({k})"}}
}

// ByRow counts by a column that holds the id of a row, of which name is shown.
func ByRow(target, prefix, column, filter, name string) Count {
	return Count{Key: "{t}." + column, Label: OneWhere(target, "{o}.id = {t}.key::uuid"), Name: name, Opens: map[string]string{filter: "to_json('" + prefix + "_' || {k})"}}
}

// counts is the JSON of a list's rows counted by the trait in the argument `by`.
func (c *compiler) counts(r Root, where string, s Selected) written {
	l := c.rootListing(r, where, s)
	by, _ := s.Args["by"].(string)
	count, ok := l.t.Counts[by]
	if !ok {
		c.fail(fmt.Errorf("plan: %s are not counted by %q", l.t.Name, by))
		return says("null")
	}
	conditions := c.matching(l, s, r.extra)
	if count.Class != "" {
		conditions = append(conditions, c.readable(l.t, count.Class, l.o, "by"))
	}
	filter, _ := s.Args["filter"].(map[string]any)
	for _, value := range filter {
		if count.Small != "" && value != nil {
			c.fail(CountsWhole.At("filter"))
			return says("null")
		}
	}
	key := c.sql(count.Key, l.o, "")
	grouped := fmt.Sprintf("select (%s)::text as key, count(*)::int as n %s and (%s) is not null group by 1", key, c.every(l, strings.Join(conditions, " and ")), key)
	b, programme := c.alias(), c.programme(s)
	sql := fmt.Sprintf("select g.*, false as small, 0 as bound, %s as programme_id from (%s) g", programme, grouped)
	if count.Small != "" {
		sql = fmt.Sprintf(`select g.*, g.n < s.bound or g.lowest < s.bound and (g.place = 2 or g.before < s.bound) as small, s.bound, s.programme_id
			from (select *, row_number() over w as place, min(n) over () as lowest, sum(n) over (w rows between unbounded preceding and 1 preceding) as before
				from (%s) g window w as (order by n, key)) g
			cross join (select coalesce((%s), 2147483647) as bound, p.programme_id from (select %s as programme_id) p) s`, grouped, c.sql(count.Small, "p", ""), programme)
	}
	return shows(raw("(select "), c.counted(l.t, count, filter, s, b).fragment(), raw(" from ("+sql+") "+b+")"))
}

// every is the SQL of from and where for all rows of a list that match, each once.
func (c *compiler) every(l listing, where string) string {
	if !l.keyed {
		return "from " + l.table + " " + l.o + " where " + where
	}
	keys := c.classKeys(l.t.Class)
	if len(c.keysOf(l.t.Class)) == 1 {
		return l.under("("+keys+")[1]", where)
	}
	return fmt.Sprintf("from %s %s where %s.id in (select u.id from unnest(%s) k cross join lateral (select %s.id %s) u) and %s",
		l.t.Table, l.o, l.o, keys, l.e, l.under("k", ""), where)
}

// counted is the JSON of all buckets b together. Those that are too small to tell stand last.
func (c *compiler) counted(t *Type, count Count, filter map[string]any, s Selected, b string) written {
	var members []member
	for _, part := range s.Under(s.TypeName) {
		w := says("null")
		switch part.Name {
		case "total":
			w = value(fmt.Sprintf("case when sum(%[1]s.n) filter (where %[1]s.small) < max(%[1]s.bound) then null else coalesce(sum(%[1]s.n), 0) end", b))
		case "buckets":
			w = list(raw("string_agg("), c.bucket(t, count, filter, part, b).fragment(),
				raw(fmt.Sprintf(", ',' order by %[1]s.small, case when not %[1]s.small then %[1]s.n end desc, %[1]s.key)", b)))
		case "__typename":
			w = saysText(s.TypeName)
		}
		members = append(members, member{part.Alias, w})
	}
	return writtenObject(members)
}

func (c *compiler) bucket(t *Type, count Count, filter map[string]any, s Selected, b string) written {
	var members []member
	for _, part := range s.Under(s.TypeName) {
		w := says("null")
		switch part.Name {
		case "key":
			w = value(b + ".key")
		case "label":
			w = c.bucketLabel(t, count, b)
		case "count":
			w = value("case when not " + b + ".small then " + b + ".n end")
		case "filter":
			w = c.opens(count, filter, part, b)
		case "__typename":
			w = saysText(s.TypeName)
		}
		members = append(members, member{part.Alias, w})
	}
	return writtenObject(members)
}

func (c *compiler) bucketLabel(t *Type, count Count, b string) written {
	switch {
	case count.Label.kind == one:
		name := []Selected{{Alias: count.Name, Name: count.Name}}
		row := c.one(count.Label, b, Selected{Under: func(string) []Selected { return name }})
		return value("(" + row.sql() + ")::json ->> " + literal(count.Name))
	case count.Label.expr == "":
		return says("null")
	}
	return c.field(t, count.Label, b, Selected{})
}

// opens is the filter of a bucket's rows: what the list was filtered by, and the bucket's own.
func (c *compiler) opens(count Count, filter map[string]any, s Selected, b string) written {
	given, err := json.Marshal(filter)
	if err != nil {
		c.fail(err)
		return says("null")
	}
	f := func() string { return c.once("filter "+string(given), string(given), "jsonb") }
	var members []member
	for _, part := range s.Under(s.TypeName) {
		own, opens := count.Opens[part.Name]
		sql := strings.ReplaceAll(own, "{k}", b+".key")
		switch {
		case part.Name == "__typename":
			members = append(members, member{part.Alias, saysText(s.TypeName)})
			continue
		case !opens:
			sql = f() + " -> " + literal(part.Name)
		case strings.Contains(sql, "{f}"):
			sql = strings.ReplaceAll(sql, "{f}", f())
		}
		members = append(members, member{part.Alias, value(sql)})
	}
	return writtenObject(members)
}
