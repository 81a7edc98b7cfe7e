package refusal

import (
	"errors"
	"strings"
)

// List is every reason why one act is refused, in the order found; an empty list refuses nothing.
type List []Refusal

// Error lists the codes only, never arguments or paths.
func (l List) Error() string {
	codes := make([]string, len(l))
	for i, r := range l {
		codes[i] = r.Code
	}
	return strings.Join(codes, ", ")
}

// Err is the list as an error, and a true nil when the list is empty.
func (l List) Err() error {
	if len(l) == 0 {
		return nil
	}
	return l
}

// Under puts a prefix before every path, leaving the receiver as it was.
func (l List) Under(prefix ...string) List {
	out := make(List, len(l))
	for i, r := range l {
		out[i] = r.Under(prefix...)
	}
	return out
}

// Has says whether a refusal of this definition is in the list.
func (l List) Has(c *Code) bool {
	for _, r := range l {
		if r.Has(c) {
			return true
		}
	}
	return false
}

// Join gathers the refusals of several checks into one List error; nil when none refuses. The first error that is
// not a refusal is returned alone, because after a fault the other answers cannot be trusted.
func Join(errs ...error) error {
	var all List
	for _, err := range errs {
		if err == nil {
			continue
		}
		list, ok := As(err)
		if !ok {
			return err
		}
		all = append(all, list...)
	}
	return all.Err()
}

// As finds the refusals in an error chain; false for nil and for faults.
func As(err error) (List, bool) {
	if err == nil {
		return nil, false // the usual; what errors.As writes to is on the heap
	}
	var list List
	if errors.As(err, &list) {
		return list, true
	}
	var one Refusal
	if errors.As(err, &one) {
		return List{one}, true
	}
	return nil, false
}
