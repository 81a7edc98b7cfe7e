package payment_test

import (
	"math/rand/v2"

	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// crashes kills the connection of some transactions at one of their writes, whichever it is.
type crashes struct {
	chance *rand.Rand
	died   int
}

// breaking has transactions die from now on.
func (h *house) breaking(chance *rand.Rand) {
	h.crashes = &crashes{chance: chance}
	h.exec(`create sequence writes minvalue -1000; -- until somebody dies at nought
		select setval('writes', 1);
		create function die() returns trigger language plpgsql as $$
		begin
		  if session_user = current_user and nextval('writes') = 0 then -- what writes as the owner may not kill the house's connection
		    perform pg_terminate_backend(pg_backend_pid());
		  end if;
		  return null;
		end $$;
		grant usage on sequence writes to public;
		do $$
		declare t regclass;
		begin
		  for t in select oid from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition loop
		    execute format('create trigger zz_die after insert or update or delete on %s for each statement execute function die()', t);
		  end loop;
		end $$`)
}

// before says whether the next transaction may die, and at which of its writes.
func (c *crashes) before(h *house) bool {
	if c.chance.IntN(3) > 0 {
		return false
	}
	h.exec("select setval('writes', $1)", -1-c.chance.IntN(12))
	return true
}

// after says whether the transaction has died.
func (c *crashes) after(h *house, err error) bool {
	died := query[bool](h, "select last_value = 0 from writes")
	h.exec("select setval('writes', 1)")
	if !died {
		return false
	}
	if _, refused := refusal.As(err); err == nil || refused {
		h.t.Fatalf("a transaction that died says %v", err)
	}
	c.died++
	return true
}
