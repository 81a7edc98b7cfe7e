package plan

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Refusals of reads; they reach the client as GraphQL errors.
var (
	CursorInvalid = refusal.Define(refusal.Definition{
		Code: "CURSOR_INVALID", Kind: refusal.Input,
		Message: refusal.Text{It: "Il cursore non appartiene a questo elenco o a questo ordine.", En: "The cursor is not one of this list and order."},
		Cure:    refusal.Text{It: "Riparti dalla prima pagina con lo stesso filtro e lo stesso ordine.", En: "Start again from the first page, with the same filter and order."},
	})
	PageSize = refusal.Define(refusal.Definition{
		Code: "PAGE_SIZE", Kind: refusal.Input,
		Message: refusal.Text{It: "Una pagina va da 1 a {max} elementi, dall'inizio oppure dalla fine.", En: "A page has 1 to {max} items, from the start or from the end."},
		Cure:    refusal.Text{It: "Indica `first` oppure `last`, tra 1 e {max}.", En: "Give either `first` or `last`, from 1 to {max}."},
	})
	CountsWhole = refusal.Define(refusal.Definition{
		Code: "COUNTS_WHOLE", Kind: refusal.Input,
		Message: refusal.Text{It: "Per questo dato si conta soltanto l'intero elenco: la differenza tra due conteggi direbbe di singole persone.", En: "By this fact only the whole list is counted: the difference of two counts would tell of single people."},
		Cure:    refusal.Text{It: "Togli il filtro.", En: "Leave out the filter."},
	})
	NotReadable = refusal.Define(refusal.Definition{
		Code: "FILTER_NOT_READABLE", Kind: refusal.Right,
		Message: refusal.Text{It: "Non puoi filtrare o ordinare su un dato che non puoi leggere.", En: "You cannot filter or order by a fact that you may not read."},
		Cure:    refusal.Text{It: "Togli il filtro o l'ordine indicato.", En: "Leave out the filter or order named in the path."},
	})
)

// filter is the SQL of one condition on a row. A condition that reveals a class holds only where the viewer reads that class.
func (c *compiler) filter(t *Type, f Filter, row, name string, value any) string {
	sql := c.condition(t, f, row, name, value)
	if f.Class == "" {
		return sql
	}
	return c.readable(t, f.Class, row, name) + " and " + sql
}

func (c *compiler) condition(t *Type, f Filter, row, name string, value any) string {
	if f.Either != nil {
		yes, _ := value.(bool)
		return "(" + c.sql(f.Either[yes], row, "") + ")"
	}
	if f.Where == "" {
		return c.fail(fmt.Errorf("plan: filter %s of %s is not declared", name, t.Name))
	}
	if f.Value != nil {
		var err error
		if value, err = f.Value(value); err != nil {
			return c.fail(refusal.Invalid(err, name))
		}
	}
	return "(" + strings.ReplaceAll(c.sql(f.Where, row, ""), "{v}", c.arg(argText(value), f.SQLType)) + ")"
}

// readable is the condition that the viewer reads the class on the row; a class he reads nowhere is refused.
func (c *compiler) readable(t *Type, class access.Class, row, name string) string {
	switch mask := c.mask(t, class, row); mask {
	case "":
		return "true"
	case "false":
		return c.fail(NotReadable.At(name))
	default:
		return mask
	}
}

// argText spells an argument as the text that SQL casts.
func argText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case uuid.UUID:
		return v.String()
	case []any:
		texts := make([]string, len(v))
		for i, e := range v {
			texts[i] = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(argText(e)) + `"`
		}
		return "{" + strings.Join(texts, ",") + "}"
	case fmt.Stringer:
		return v.String()
	}
	return fmt.Sprint(v)
}
