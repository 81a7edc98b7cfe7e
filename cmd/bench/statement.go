package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// statement is one SQL statement with the texts of its arguments, and the settings that named the keys under which it was run.
type statement struct {
	SQL  string
	Args []string
	Keys map[string]string
}

// planned is a plan's statement, below the keys under which it is read.
var planned = regexp.MustCompile(`(?s)^select \((select concat\('\{.*)\) from \(select set_config\(.*\) keys where not absent$`)

// capture gives the statement that PostgreSQL ran for do, from the server's own log: the longest plan.
func (s *stage) capture(ctx context.Context, do func() error) (statement, error) {
	if err := s.logStatements(ctx, "0"); err != nil {
		return statement{}, err
	}
	s.log.record(true)
	defer s.log.record(false)
	if err := errors.Join(do(), s.logged(ctx)); err != nil {
		return statement{}, err
	}
	found := parseLog(s.log.String())
	if err := s.logStatements(ctx, "-1"); err != nil {
		return statement{}, err
	}
	longest := statement{}
	for _, f := range found {
		if m := planned.FindStringSubmatch(f.SQL); m != nil && len(m[1]) > len(longest.SQL) {
			longest = statement{SQL: m[1], Args: f.Args, Keys: f.keys()}
		}
	}
	if longest.SQL == "" {
		return statement{}, fmt.Errorf("no plan's statement among the %d of the server's log", len(found))
	}
	return longest, longest.bound()
}

var setting = regexp.MustCompile(`set_config\('([a-z_.]+)', \$(\d+), true\)`)

// keys are the settings that the statement makes.
func (st statement) keys() map[string]string {
	keys := map[string]string{}
	for _, m := range setting.FindAllStringSubmatch(st.SQL, -1) {
		if n, _ := strconv.Atoi(m[2]); n >= 1 && n <= len(st.Args) {
			keys[m[1]] = st.Args[n-1]
		}
	}
	return keys
}

// logStatements has every session log its statements with at least that many milliseconds; "-1" ends it.
func (s *stage) logStatements(ctx context.Context, atLeast string) error {
	for _, sql := range []string{"alter system set log_min_duration_statement = " + atLeast, "select pg_reload_conf()"} {
		if _, err := s.owner.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return s.until(ctx, func() (bool, error) {
		var is string
		err := s.owner.QueryRow(ctx, "show log_min_duration_statement").Scan(&is)
		return is == atLeast, err
	})
}

// logged waits until the log has reached us as far as now: a mark, logged last, has arrived.
func (s *stage) logged(ctx context.Context) error {
	if _, err := s.owner.Exec(ctx, "select 'end of capture'"); err != nil {
		return err
	}
	return s.until(ctx, func() (bool, error) { return strings.Contains(s.log.String(), "end of capture"), nil })
}

// until asks a condition again and again, for ten seconds at most.
func (s *stage) until(ctx context.Context, holds func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	every := time.NewTicker(20 * time.Millisecond)
	defer every.Stop()
	for {
		if ok, err := holds(); ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-every.C:
		}
	}
}

var (
	logLine    = regexp.MustCompile(`^\S+ \S+ \S+ \[(\d+)\] ([A-Z]+):  (.*)$`)
	executed   = regexp.MustCompile(`(?s)^duration: \S+ ms  execute [^:]+: (.*)$`)
	parameters = regexp.MustCompile(`(?is)^parameters: (.*)$`)
)

// parseLog reads prepared statements with their arguments out of PostgreSQL's log in its own format: an entry begins with
// a time and a process, its further lines with a tab.
func parseLog(text string) []statement {
	var found []statement
	last := map[string]int{} // by process: 1 + the place of the statement that its last entry was about
	for _, entry := range entries(text) {
		parts := logLine.FindStringSubmatch(entry[0])
		process, body := parts[1], strings.Join(append([]string{parts[3]}, entry[1:]...), "\n")
		if parts[2] == "DETAIL" {
			if m := parameters.FindStringSubmatch(body); m != nil && last[process] > 0 {
				found[last[process]-1].Args = parseParameters(m[1])
			}
			continue
		}
		delete(last, process)
		if m := executed.FindStringSubmatch(body); m != nil {
			found = append(found, statement{SQL: m[1]})
			last[process] = len(found)
		}
	}
	return found
}

func entries(text string) [][]string {
	var all [][]string
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case logLine.MatchString(line):
			all = append(all, []string{line})
		case len(all) > 0 && strings.HasPrefix(line, "\t"):
			all[len(all)-1] = append(all[len(all)-1], line[1:])
		}
	}
	return all
}

var parameter = regexp.MustCompile(`\$\d+ = (?:'((?:[^']|'')*)'|NULL)`)

// parseParameters reads `$1 = 'it”s', $2 = NULL`; a NULL becomes an empty text, which no plan sends.
func parseParameters(text string) []string {
	var args []string
	for _, m := range parameter.FindAllStringSubmatch(text, -1) {
		args = append(args, strings.ReplaceAll(m[1], "''", "'"))
	}
	return args
}

var (
	keyedRows  = `select (\w+)\.\* from \w+ (\w+) join (\w+) \w+ on \w+\.id = \w+\.id where \w+\.key = %s and \(\w+\.programme_id = \$\d+::uuid\) and (.*?)`
	keyedLists = []*regexp.Regexp{
		regexp.MustCompile(`select distinct on \([^()]*\) u\.\* from unnest\(\$\d+::uuid\[\]\) k cross join lateral \(` + fmt.Sprintf(keyedRows, "k") +
			`\) u order by .*? limit \$\d+::int(?: \+ 1)?`),
		regexp.MustCompile(fmt.Sprintf(keyedRows, `\(\$\d+::uuid\[\]\)\[1\]`) + `( limit \$\d+::int(?: \+ 1)?)`),
	}
	rightsPredicate = regexp.MustCompile(`\b\w+\.audience [&|@<>=]+ \$\d+::uuid\[\]`)
	placeholder     = regexp.MustCompile(`\$(\d+)`)
)

// bound says whether every placeholder has its argument.
func (st statement) bound() error {
	for _, m := range placeholder.FindAllStringSubmatch(st.SQL, -1) {
		if n, _ := strconv.Atoi(m[1]); n < 1 || n > len(st.Args) {
			return fmt.Errorf("the log holds %d arguments for a statement with $%d", len(st.Args), n)
		}
	}
	return nil
}

// withoutRights is the statement with every predicate on the audience taken as true, or as false where it asks for none of no
// keys, and how many there were. Arguments that are no longer used go, the others are numbered anew.
func (st statement) withoutRights() (statement, int) {
	st, n := st.unkeyed()
	st.SQL = rightsPredicate.ReplaceAllStringFunc(st.SQL, func(predicate string) string {
		n++
		i, _ := strconv.Atoi(placeholder.FindStringSubmatch(predicate)[1])
		return strconv.FormatBool(st.Args[i-1] != "{}")
	})
	return st.renumbered(), n
}

// renumbered is the statement with those of its arguments that it uses, in the order in which they come.
func (st statement) renumbered() (used statement) {
	numbers := map[string]string{}
	used.Keys = st.Keys
	used.SQL = placeholder.ReplaceAllStringFunc(st.SQL, func(p string) string {
		if _, ok := numbers[p]; !ok {
			i, _ := strconv.Atoi(p[1:])
			used.Args = append(used.Args, st.Args[i-1])
			numbers[p] = "$" + strconv.Itoa(len(used.Args))
		}
		return numbers[p]
	})
	return used
}

// unkeyed is the statement with its lists that walk the viewer's keys reading their tables instead, and how many there were.
func (st statement) unkeyed() (statement, int) {
	n := 0
	for _, list := range keyedLists {
		st.SQL = list.ReplaceAllStringFunc(st.SQL, func(text string) string {
			n++
			m := list.FindStringSubmatch(text)
			row, place, table, rest := m[1], m[2], m[3], strings.Join(m[4:], "")
			return fmt.Sprintf("select %s.* from %s %s where %s", row, table, row, strings.ReplaceAll(rest, place+".", row+"."))
		})
	}
	return st, n
}

// narrowed is the statement with the predicate on its list's own rows, r1 in every plan of one list, replaced by an equality.
func (st statement) narrowed(column, id string) statement {
	own := regexp.MustCompile(`\br1` + rightsPredicate.String()[len(`\b\w+`):])
	return statement{SQL: own.ReplaceAllLiteralString(st.SQL, fmt.Sprintf("r1.%s = $%d::uuid", column, len(st.Args)+1)), Args: append(slices.Clone(st.Args), id)}
}

var pageSize = regexp.MustCompile(`limit \$(\d+)::int( \+ 1)?`)

// sized is the statement with its pages' sizes in it: PostgreSQL, which plans it once for all arguments, would else prepare for
// a tenth of a table, and sort the whole.
func (st statement) sized() statement {
	st.SQL = pageSize.ReplaceAllStringFunc(st.SQL, func(limit string) string {
		m := pageSize.FindStringSubmatch(limit)
		n, _ := strconv.Atoi(m[1])
		size, err := strconv.Atoi(st.Args[n-1])
		if err != nil {
			return limit
		}
		if m[2] != "" {
			size++
		}
		return "limit " + strconv.Itoa(size)
	})
	return st.renumbered()
}

// inlined is the statement with its arguments as literals, for programs that cannot bind any.
func (st statement) inlined() string {
	return placeholder.ReplaceAllStringFunc(st.SQL, func(p string) string {
		i, _ := strconv.Atoi(p[1:])
		return "'" + strings.ReplaceAll(st.Args[i-1], "'", "''") + "'"
	})
}

func (st statement) values() []any {
	values := make([]any, len(st.Args))
	for i, a := range st.Args {
		values[i] = a
	}
	return values
}
