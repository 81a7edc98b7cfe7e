package plan

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Pages are bounded so that one list cannot hold the server.
const (
	DefaultPage = 50
	MaxPage     = 200
)

// page is what a connection's arguments ask for.
type page struct {
	size     int
	backward bool
	after    string
	before   string
}

func (c *compiler) page(args map[string]any) page {
	p, argument := page{size: DefaultPage}, "first"
	first, hasFirst := args["first"].(int64)
	last, hasLast := args["last"].(int64)
	switch {
	case hasFirst && hasLast:
		c.fail(PageSize.At("last").With("max", MaxPage))
	case hasFirst:
		p.size = int(first)
	case hasLast:
		p.size, p.backward, argument = int(last), true, "last"
	}
	if p.size < 1 || p.size > MaxPage {
		c.fail(PageSize.At(argument).With("max", MaxPage))
	}
	p.after, _ = args["after"].(string)
	p.before, _ = args["before"].(string)
	return p
}

// listing is one list of rows while it is compiled.
type listing struct {
	t     *Type
	root  bool   // a list of the programme, not of one row
	keyed string // table of the rows by key that the list walks; "" walks the rows themselves
	o, e  string // aliases of the row, and of its place in the table by key
	where func(o string) string
	order Order
	tag   string // of cursors: the list and its order
	page  page
	limit string // SQL of the page's size
}

// at is the alias of the row that the order's keys are read from.
func (l listing) at() string {
	if l.keyed != "" && l.order.Keyed {
		return l.e
	}
	return l.o
}

// connection pages through the rows of a type for which where holds, in keyset order.
func (c *compiler) connection(target string, t *Type, where func(o string) string, s Selected, extra Filters, root bool) string {
	order, orderName := c.order(t, s.Args)
	l := listing{t: t, root: root, o: c.alias(), where: where, order: order, tag: target + "/" + orderName}
	if root && t.Keyed != "" {
		l.keyed, l.e = t.Keyed, c.alias()
	}
	o := l.o
	conditions := []string{"(" + where(o) + ")", c.seen(t, o)}
	bare := len(conditions)
	for _, name := range slices.Sorted(maps.Keys(s.Args)) {
		if f, ok := extra[name]; ok && s.Args[name] != nil {
			conditions = append(conditions, c.filter(t, f, o, name, s.Args[name]))
		}
	}
	if filters, ok := s.Args["filter"].(map[string]any); ok {
		for _, name := range slices.Sorted(maps.Keys(filters)) {
			if filters[name] != nil {
				conditions = append(conditions, c.filter(t, t.Filters[name], o, name, filters[name]))
			}
		}
	}
	if order.Class != "" {
		conditions = append(conditions, c.readable(t, order.Class, o, "orderBy"))
	}
	count := c.count(l, conditions, len(conditions) == bare)
	l.page = c.page(s.Args)
	if l.page.after != "" {
		conditions = append(conditions, c.beyond(order, l.at(), l.tag, "after", l.page.after, order.Desc))
	}
	if l.page.before != "" {
		conditions = append(conditions, c.beyond(order, l.at(), l.tag, "before", l.page.before, !order.Desc))
	}
	l.limit = c.arg(strconv.Itoa(l.page.size), "int")
	return c.pageSQL(l, s, c.rows(l, strings.Join(conditions, " and ")), count)
}

// rows is the SQL of the page's rows and of one more, in the order in which they are walked.
func (c *compiler) rows(l listing, where string) string {
	down := l.order.Desc != l.page.backward
	found := fmt.Sprintf("from %s %s where %s order by %s", l.t.Table, l.o, where, orderSQL(l.order, l.o, down))
	switch {
	case l.root && l.t.Covered:
		// Postgres plans before it knows the page's size, and would prepare for a tenth of all rows: the largest page says how few they are.
		return fmt.Sprintf("select %s.* from (select i.id from (select %s.id %s limit %d) i limit %s + 1) i cross join lateral (select * from %s %s where %s.id = i.id limit 1) %s order by %s",
			l.o, l.o, found, MaxPage+1, l.limit, l.t.Table, l.o, l.o, l.o, orderSQL(l.order, l.o, down))
	case l.keyed == "":
		return fmt.Sprintf("select %s.* %s limit %s + 1", l.o, found, l.limit)
	}
	keyed := func(key string) string {
		return fmt.Sprintf("select %s.* from %s %s join %s %s on %s.id = %s.id where %s.key = %s and (%s) and %s order by %s limit %s + 1",
			l.o, l.keyed, l.e, l.t.Table, l.o, l.o, l.e, l.e, key, l.where(l.e), where, orderSQL(l.order, l.at(), down), l.limit)
	}
	keys := c.classKeys(l.t.Class)
	if len(c.viewer.Actor.Keys(l.t.Class)) == 1 {
		return keyed("(" + keys + ")[1]") // in order as they stand there
	}
	// Each key gives its first rows; a row that several keys open comes once. The first of all are among them.
	return fmt.Sprintf("select distinct on (%s) u.* from unnest(%s) k cross join lateral (%s) u order by %s limit %s + 1",
		strings.Join(l.order.exprs("u"), ", "), keys, keyed("k"), orderSQL(l.order, "u", down), l.limit)
}

// count is the SQL of how many rows there are; plain says that nothing but rights and the list's own condition chooses them.
func (c *compiler) count(l listing, conditions []string, plain bool) string {
	if l.keyed != "" && plain {
		return fmt.Sprintf("(select count(distinct %s.id) from %s %s where %s.key = any (%s) and (%s))", l.e, l.keyed, l.e, l.e, c.classKeys(l.t.Class), l.where(l.e))
	}
	return fmt.Sprintf("(select count(*) from %s %s where %s)", l.t.Table, l.o, strings.Join(conditions, " and "))
}

func (c *compiler) pageSQL(l listing, s Selected, rows, count string) string {
	t, p, limit, x := l.t, l.page, l.limit, c.alias()
	columns := []string{x + ".plan_n as n"}
	agg := "n"
	if p.backward {
		agg = "n desc"
	}
	var pairs []string
	for _, part := range s.Under(t.Name + "Connection") {
		column := "j" + strconv.Itoa(len(pairs))
		switch part.Name {
		case "nodes":
			columns = append(columns, fmt.Sprintf("case when %s.plan_n <= %s then %s end as %s", x, limit, c.object(t, t.Fields, t.Name, x, part.Under(t.Name)), column))
			pairs = append(pairs, fmt.Sprintf("%s, coalesce(json_agg(p.%s order by %s) filter (where p.n <= %s), '[]')", literal(part.Alias), column, agg, limit))
		case "edges":
			columns = append(columns, fmt.Sprintf("case when %s.plan_n <= %s then %s end as %s", x, limit, c.edge(l, part, x), column))
			pairs = append(pairs, fmt.Sprintf("%s, coalesce(json_agg(p.%s order by %s) filter (where p.n <= %s), '[]')", literal(part.Alias), column, agg, limit))
		case "pageInfo":
			columns = append(columns, c.cursor(l.order, l.tag, x)+" as "+column)
			pairs = append(pairs, literal(part.Alias)+", "+c.pageInfo(part, p, column, agg, limit))
		case "totalCount":
			pairs = append(pairs, literal(part.Alias)+", "+count)
		case "__typename":
			pairs = append(pairs, fmt.Sprintf("%s, '%sConnection'::text", literal(part.Alias), t.Name))
		}
	}
	// The grouping keeps one row where nothing that is asked for adds the page up.
	return fmt.Sprintf("(select %s from (select %s from (select y.*, row_number() over () as plan_n from (%s) y) %s) p having true)",
		jsonObject(pairs), strings.Join(columns, ", "), rows, x)
}

func (c *compiler) edge(l listing, s Selected, row string) string {
	var pairs []string
	for _, part := range s.Under(l.t.Name + "Edge") {
		switch part.Name {
		case "cursor":
			pairs = append(pairs, literal(part.Alias)+", "+c.cursor(l.order, l.tag, row))
		case "node":
			pairs = append(pairs, literal(part.Alias)+", "+c.object(l.t, l.t.Fields, l.t.Name, row, part.Under(l.t.Name)))
		case "__typename":
			pairs = append(pairs, fmt.Sprintf("%s, '%sEdge'::text", literal(part.Alias), l.t.Name))
		}
	}
	return jsonObject(pairs)
}

func (c *compiler) pageInfo(s Selected, p page, column, agg, limit string) string {
	more := "coalesce(bool_or(p.n > " + limit + "), false)"
	next, previous := more, strconv.FormatBool(p.after != "")
	if p.backward {
		next, previous = strconv.FormatBool(p.before != ""), more
	}
	reversed := map[string]string{"n": "n desc", "n desc": "n"}[agg]
	at := func(order string) string {
		return fmt.Sprintf("(array_agg(p.%s order by %s) filter (where p.n <= %s))[1]", column, order, limit)
	}
	var pairs []string
	for _, part := range s.Under("PageInfo") {
		sql := map[string]string{"hasNextPage": next, "hasPreviousPage": previous, "startCursor": at(agg), "endCursor": at(reversed), "__typename": "'PageInfo'::text"}[part.Name]
		pairs = append(pairs, literal(part.Alias)+", "+sql)
	}
	return jsonObject(pairs)
}

// order picks the list's order by its argument.
func (c *compiler) order(t *Type, args map[string]any) (Order, string) {
	name, _ := args["orderBy"].(string)
	order, ok := t.Orders[name]
	if !ok {
		c.fail(fmt.Errorf("plan: order %q of %s is not declared", name, t.Name))
	}
	return order, name
}

func (o Order) exprs(row string) []string {
	exprs := make([]string, 0, len(o.Keys)+1)
	for _, k := range o.Keys {
		exprs = append(exprs, strings.ReplaceAll(k.Expr, "{t}", row))
	}
	return append(exprs, row+".id")
}

func orderSQL(o Order, row string, desc bool) string {
	exprs := o.exprs(row)
	if desc {
		for i := range exprs {
			exprs[i] += " desc"
		}
	}
	return strings.Join(exprs, ", ")
}

// cursor is the SQL of a row's place: the order it belongs to and the row's keys in it.
func (c *compiler) cursor(o Order, tag, row string) string {
	return fmt.Sprintf(`translate(encode(convert_to(json_build_array(%s, %s)::text, 'UTF8'), 'base64'), E'\n', '')`,
		literal(tag), strings.Join(textual(o.exprs(row)), ", "))
}

func textual(exprs []string) []string {
	for i := range exprs {
		exprs[i] = "(" + exprs[i] + ")::text"
	}
	return exprs
}

// beyond keeps the rows that come after a cursor when walking down (desc) or up.
func (c *compiler) beyond(o Order, row, tag, argument, cursor string, desc bool) string {
	values, err := decodeCursor(cursor, tag, len(o.Keys)+1)
	if err != nil {
		return c.fail(CursorInvalid.At(argument))
	}
	placed := make([]string, len(values))
	for i, v := range values {
		sqlType := "uuid"
		if i < len(o.Keys) {
			sqlType = o.Keys[i].SQLType
		}
		if !fits(v, sqlType) {
			return c.fail(CursorInvalid.At(argument))
		}
		placed[i] = c.arg(v, sqlType)
	}
	operator := ">"
	if desc {
		operator = "<"
	}
	return fmt.Sprintf("(%s) %s (%s)", strings.Join(o.exprs(row), ", "), operator, strings.Join(placed, ", "))
}

// decodeCursor reads a cursor of this list and order; every other text is refused.
func decodeCursor(cursor, tag string, n int) ([]string, error) {
	data, err := base64.StdEncoding.DecodeString(cursor)
	if err != nil {
		return nil, err
	}
	var parts []string
	if err := json.Unmarshal(data, &parts); err != nil {
		return nil, err
	}
	if len(parts) != n+1 || parts[0] != tag || len(parts[n]) != 36 {
		return nil, errors.New("a cursor of another list or order")
	}
	if _, err := uuid.Parse(parts[n]); err != nil {
		return nil, err
	}
	return parts[1:], nil
}

// fits says whether Postgres will read a cursor's value as a key of the order; what it writes itself always fits.
func fits(value, sqlType string) bool {
	switch sqlType {
	case "int":
		_, err := strconv.ParseInt(value, 10, 32)
		return err == nil
	case "bigint":
		_, err := strconv.ParseInt(value, 10, 64)
		return err == nil
	case "date":
		return isMoment(value, time.DateOnly)
	case "timestamptz":
		return isMoment(value, "2006-01-02 15:04:05Z07") || isMoment(value, "2006-01-02 15:04:05Z07:00")
	}
	return !strings.ContainsRune(value, 0)
}

func isMoment(value, layout string) bool {
	at, err := time.Parse(layout, value)
	return err == nil && at.Year() > 0
}
