package money

import "strings"

// ParseEUR reads an amount in euros, plain (1513758.58) or grouped (1.513.758,58 or 1,513,758.58), with at most two
// decimals, an optional minus, and an optional € or EUR before or after. With both separators, the last one is the
// decimal one; one that repeats groups thousands. A single separator before exactly three digits (1.513) could be
// either, and is refused with AMOUNT_AMBIGUOUS.
func ParseEUR(s string) (Cents, error) {
	number, negative := stripped(s)
	whole, decimals, err := split(number)
	if err != nil {
		return 0, err
	}
	whole, err = ungrouped(whole)
	if err != nil {
		return 0, err
	}
	size, err := toCents(whole, decimals)
	return signed(size, negative), err
}

func stripped(s string) (number string, negative bool) {
	s = strings.TrimSpace(s)
	s, negative = unsigned(s)
	bare := s
	for _, symbol := range []string{"€", "EUR"} {
		if after, ok := strings.CutPrefix(s, symbol); ok {
			bare = after
		} else if before, ok := strings.CutSuffix(s, symbol); ok {
			bare = before
		}
	}
	trimmed := strings.TrimSpace(bare)
	if len(bare) < len(s) && !negative {
		trimmed, negative = unsigned(trimmed)
	}
	return trimmed, negative
}

func unsigned(s string) (string, bool) {
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		return rest, true
	}
	return s, false
}

// split finds the decimal separator: the whole part keeps its grouping, the decimals are 0 to 2 digits.
func split(number string) (whole, decimals string, err error) {
	last := strings.LastIndexAny(number, ".,")
	if last < 0 {
		return number, "", nil
	}
	separator, tail := number[last:last+1], number[last+1:]
	if strings.Count(number, separator) > 1 {
		return number, "", nil
	}
	switch {
	case len(tail) == 3 && !strings.ContainsAny(number[:last], ".,"):
		return "", "", errAmbiguous
	case len(tail) != 1 && len(tail) != 2:
		return "", "", errFormat
	}
	return number[:last], tail, nil
}

func ungrouped(whole string) (string, error) {
	first := strings.IndexAny(whole, ".,")
	if first < 0 {
		return whole, nil
	}
	groups := strings.Split(whole, whole[first:first+1])
	if len(groups[0]) == 0 || len(groups[0]) > 3 || groups[0][0] == '0' {
		return "", errFormat
	}
	for _, group := range groups[1:] {
		if len(group) != 3 {
			return "", errFormat
		}
	}
	return strings.Join(groups, ""), nil
}

func toCents(whole, decimals string) (uint64, error) {
	if whole == "" {
		return 0, errFormat
	}
	all := whole + (decimals + "00")[:2]
	var size uint64
	for i := range len(all) {
		if all[i] < '0' || all[i] > '9' {
			return 0, errFormat
		}
		if size = size*10 + uint64(all[i]-'0'); size > uint64(Limit) {
			return 0, errRange
		}
	}
	return size, nil
}
