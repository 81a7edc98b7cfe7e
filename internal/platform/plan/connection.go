package plan

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
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
	t        *Type
	table    string // or what stands for it
	keyed    bool   // walks the rows by key
	o, e     string // aliases of the row, and of its place among the rows by key
	where    string // that the row is of the list
	sought   bool   // holds what was searched for, the nearest first
	cut      string // SQL of whether the search found more than it gives; "" for no search
	whereE   string // the same of its place by key, where that can tell; else ""
	order    Order
	tag      string // of cursors: the list and its order
	page     page
	limit    string // SQL of the page's size
	numbered bool   // see numbers
}

// at is the alias of the row that the order's keys are read from.
func (l listing) at() string {
	if l.keyed && l.order.Keyed {
		return l.e
	}
	return l.o
}

// rootListing is the list of a root.
func (c *compiler) rootListing(r Root, where string, s Selected) listing {
	t := c.schema.types[r.target]
	l := listing{t: t, table: t.Table, keyed: t.Keyed, o: c.alias(), e: c.alias()}
	l.where = c.sql(where, "", l.o)
	if t.Keyed && r.where == OfProgramme {
		l.whereE = c.sql(where, "", l.e)
	}
	if words := searched(s); words != nil && t.Search != nil {
		l.keyed, l.whereE, l.sought = false, "", true
		f, o := c.alias(), c.alias()
		found := fmt.Sprintf("%s_found(%s, %s)", t.Table, c.programme(s), c.arg(argText(words), "text"))
		l.table = fmt.Sprintf("(select %s.*, %s.distance as plan_distance from %s %s join %s %s on %s.id = %s.id)", o, f, found, f, t.Table, o, o, f)
		l.cut = fmt.Sprintf("(select count(*) >= %d from %s)", MaxFound, found)
	}
	return l
}

// programme is SQL of the id in the argument `programme`, of none where it is no such id.
func (c *compiler) programme(s Selected) string {
	id, err := ParseID("prg", fmt.Sprint(s.Args["programme"]))
	if err != nil {
		id = uuid.Nil
	}
	return c.once("programme "+id.String(), id.String(), "uuid")
}

// searched is what the list is looked through for; nil for nothing.
func searched(s Selected) any {
	filter, _ := s.Args["filter"].(map[string]any)
	return filter["search"]
}

// matching are the conditions of a list's rows, the first two of which are that they are of the list and seen.
func (c *compiler) matching(l listing, s Selected, extra Filters) []string {
	t, o := l.t, l.o
	conditions := []string{"(" + l.where + ")", c.seen(t, o)}
	for _, name := range slices.Sorted(maps.Keys(s.Args)) {
		if f, ok := extra[name]; ok && s.Args[name] != nil {
			conditions = append(conditions, c.filter(t, f, o, name, s.Args[name]))
		}
	}
	if filters, ok := s.Args["filter"].(map[string]any); ok {
		for _, name := range slices.Sorted(maps.Keys(filters)) {
			if filters[name] != nil && !(l.sought && name == "search") {
				conditions = append(conditions, c.filter(t, t.Filters[name], o, name, filters[name]))
			}
		}
	}
	if l.sought && t.Search.Class != "" {
		conditions = append(conditions, c.readable(t, t.Search.Class, o, "search"))
	}
	return conditions
}

// connection pages through the rows of a list, in keyset order.
func (c *compiler) connection(l listing, s Selected, extra Filters) written {
	order, orderName := c.order(l.t, s.Args)
	if l.sought {
		order, orderName = l.t.Orders[l.t.Search.Order].nearest(), "search"
	}
	l.order, l.tag = order, l.t.Name+"/"+orderName
	conditions := c.matching(l, s, extra)
	const bare = 2
	if order.Class != "" {
		conditions = append(conditions, c.readable(l.t, order.Class, l.o, "orderBy"))
	}
	matching := strings.Join(conditions, " and ")
	if len(conditions) == bare && l.whereE != "" {
		matching = "" // the rows by key say it all
	}
	l.page = c.page(s.Args)
	if l.page.after != "" {
		conditions = append(conditions, c.beyond(order, l.at(), l.tag, "after", l.page.after, order.Desc))
	}
	if l.page.before != "" {
		conditions = append(conditions, c.beyond(order, l.at(), l.tag, "before", l.page.before, !order.Desc))
	}
	l.limit = c.arg(strconv.Itoa(l.page.size), "int")
	l.numbered = numbers(l.page, s.Under(l.t.Name+"Connection"))
	return c.connectionJSON(l, s, c.rows(l, strings.Join(conditions, " and ")), matching)
}

// rows is the SQL of the page's rows, and of one more where they are numbered, in the order in which they are walked.
func (c *compiler) rows(l listing, where string) string {
	down, limit := l.order.Desc != l.page.backward, l.limit
	if l.numbered {
		limit += " + 1"
	}
	if !l.keyed {
		return fmt.Sprintf("select %s.* from %s %s where %s order by %s limit %s", l.o, l.table, l.o, where, orderSQL(l.order, l.o, down), limit)
	}
	keyed := func(key string) string {
		return fmt.Sprintf("select %s.* %s order by %s limit %s", l.o, l.under(key, where), orderSQL(l.order, l.at(), down), limit)
	}
	keys := c.classKeys(l.t.Class)
	if len(c.keysOf(l.t.Class)) == 1 {
		return keyed("(" + keys + ")[1]") // in order as they stand there
	}
	// Each key gives its first rows; a row that several keys open comes once. The first of all are among them.
	return fmt.Sprintf("select distinct on (%s) u.* from unnest(%s) k cross join lateral (%s) u order by %s limit %s",
		strings.Join(l.order.exprs("u"), ", "), keys, keyed("k"), orderSQL(l.order, "u", down), limit)
}

// under is the SQL of from and where for the rows under a key; where is "" if being there is enough.
func (l listing) under(key, where string) string {
	from, is := l.t.keyed()+" "+l.e, l.e+".key = "+key
	if l.whereE != "" {
		is += " and (" + l.whereE + ")"
	}
	if where != "" {
		from += fmt.Sprintf(" join %s %s on %s.id = %s.id", l.t.Table, l.o, l.o, l.e)
		is += " and " + where
	}
	return "from " + from + " where " + is
}

// MaxCount is how far a list is counted, and WholeCount a field of every connection that counts on: for reports, beside the schema.
const (
	MaxCount   = 10_000
	MaxFound   = 1_000 // rows that a search gives, the nearest: see search_by_key
	WholeCount = "wholeCount"
)

// count is the SQL of how many rows match, up to one more than MaxCount, or all of them.
func (c *compiler) count(l listing, where string, all bool) string {
	limit := " limit " + strconv.Itoa(MaxCount+1)
	if all {
		limit = ""
	}
	if !l.keyed {
		return fmt.Sprintf("select count(*)::int as counted from (select from %s %s where %s%s) c", l.table, l.o, where, limit)
	}
	keys := c.classKeys(l.t.Class)
	if len(c.keysOf(l.t.Class)) == 1 {
		return fmt.Sprintf("select count(*)::int as counted from (select %s%s) c", l.under("("+keys+")[1]", where), limit)
	}
	return fmt.Sprintf("select count(*)::int as counted from (select distinct u.id from unnest(%s) k cross join lateral (select %s.id %s%s) u%s) c",
		keys, l.e, l.under("k", where), limit, limit)
}

// connectionJSON is the connection: rows is the SQL of its page, and matching the condition of all that it counts. Rows are numbered where
// something hangs on their place; else they come as they are walked.
func (c *compiler) connectionJSON(l listing, s Selected, rows, matching string) written {
	t, x, count := l.t, c.alias(), ""
	page := []fragment{raw("(select ")}
	column := func(name string, w ...fragment) {
		if len(page) > 1 {
			page = append(page, raw(", "))
		}
		page = append(append(page, w...), raw(" as "+name))
	}
	if l.numbered {
		column("n", raw(x+".plan_n"))
	}
	var members []member
	for _, part := range s.Under(t.Name + "Connection") {
		w, name := says("null"), "j"+strconv.Itoa(len(members))
		switch part.Name {
		case "nodes":
			column(name, l.onPage(x, c.object(t, t.Fields, t.Name, x, part.Under(t.Name)))...)
			w = list(raw(l.joined(name)))
		case "edges":
			column(name, l.onPage(x, c.edge(l, part, x))...)
			w = list(raw(l.joined(name)))
		case "pageInfo":
			column(name, raw(c.cursor(l.order, l.tag, x)))
			w = l.pageInfo(part, name)
		case "totalCount":
			count = c.count(l, matching, false)
			w = shows(raw("least(q.counted, " + strconv.Itoa(MaxCount) + ")"))
		case "totalCountIsExact":
			count = c.count(l, matching, false)
			w = truth(fmt.Sprintf("q.counted <= %d and not %s", MaxCount, cmp.Or(l.cut, "false")))
		case WholeCount:
			w = shows(raw("(" + c.count(l, matching, true) + ")"))
		case "__typename":
			w = saysText(t.Name + "Connection")
		}
		members = append(members, member{part.Alias, w})
	}
	if l.numbered {
		rows = "select y.*, row_number() over () as plan_n from (" + rows + ") y"
	}
	page = append(page, raw(" from ("+rows+") "+x+") p"))
	head, tail := raw("(select "), raw(" having true)") // the grouping keeps one row where nothing that is asked for adds the page up
	from := []fragment{raw(" from ")}
	if count != "" {
		from, tail = []fragment{raw(" from (" + count + ") q left join ")}, raw(" on true group by q.counted)")
	}
	return shows(slices.Concat([]fragment{head, writtenObject(members).fragment()}, from, page, []fragment{tail})...)
}

// numbers says whether something that is asked of a connection hangs on the places of its rows: what comes next, and the order that they have
// in the answer, where they are walked from behind or stand beside a count.
func numbers(p page, asked []Selected) bool {
	return p.backward || slices.ContainsFunc(asked, func(s Selected) bool {
		return s.Name == "pageInfo" || s.Name == "totalCount" || s.Name == "totalCountIsExact"
	})
}

// onPage is what a row of the page shows; the one that only tells that there are more shows nothing.
func (l listing) onPage(row string, w written) []fragment {
	if !l.numbered {
		return []fragment{w.fragment()}
	}
	return []fragment{raw("case when " + row + ".plan_n <= " + l.limit + " then "), w.fragment(), raw(" end")}
}

// joined is the SQL of the page's items, in the order of the list.
func (l listing) joined(column string) string {
	if !l.numbered {
		return "string_agg(p." + column + ", ',')"
	}
	order := "n"
	if l.page.backward {
		order = "n desc"
	}
	return fmt.Sprintf("string_agg(p.%s, ',' order by %s) filter (where p.n <= %s)", column, order, l.limit)
}

func (c *compiler) edge(l listing, s Selected, row string) written {
	var members []member
	for _, part := range s.Under(l.t.Name + "Edge") {
		w := says("null")
		switch part.Name {
		case "cursor":
			w = plainText(c.cursor(l.order, l.tag, row))
		case "node":
			w = c.object(l.t, l.t.Fields, l.t.Name, row, part.Under(l.t.Name))
		case "__typename":
			w = saysText(l.t.Name + "Edge")
		}
		members = append(members, member{part.Alias, w})
	}
	return writtenObject(members)
}

func (l listing) pageInfo(s Selected, column string) written {
	p := l.page
	more := truth("coalesce(bool_or(p.n > " + l.limit + "), false)")
	next, previous, first, last := more, says(strconv.FormatBool(p.after != "")), "n", "n desc"
	if p.backward {
		next, previous, first, last = says(strconv.FormatBool(p.before != "")), more, last, first
	}
	at := func(order string) written {
		return plainText(fmt.Sprintf("(array_agg(p.%s order by %s) filter (where p.n <= %s))[1]", column, order, l.limit))
	}
	all := map[string]written{"hasNextPage": next, "hasPreviousPage": previous, "startCursor": at(first), "endCursor": at(last), "__typename": saysText("PageInfo")}
	var members []member
	for _, part := range s.Under("PageInfo") {
		members = append(members, member{part.Alias, all[part.Name]})
	}
	return writtenObject(members)
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

// nearest is the order of what was searched for: first the distance, then the order's own keys.
func (o Order) nearest() Order {
	return Order{Keys: append([]Key{{Expr: "{t}.plan_distance", SQLType: "real"}}, o.Keys...)}
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
	case "real":
		f, err := strconv.ParseFloat(value, 32)
		return err == nil && !math.IsNaN(f)
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
