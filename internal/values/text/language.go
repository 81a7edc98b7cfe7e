package text

import (
	"strconv"
	"strings"
)

// Lang reduces a language tag such as "en-GB" to "it" or "en"; Italian for anything else.
func Lang(tag string) string {
	if lang, ok := known(tag); ok {
		return lang
	}
	return Italian
}

// FromAcceptLanguage chooses "it" or "en" from an Accept-Language header (RFC 9110, 12.5.4), by weight and then by
// order. Malformed parts are skipped, "*" means Italian unless Italian is refused, and Italian is the default.
func FromAcceptLanguage(header string) string {
	weights := map[string]float64{}
	best, bestWeight := "", 0.0
	for part := range strings.SplitSeq(header, ",") {
		tag, weight, ok := weighted(part)
		if !ok {
			continue
		}
		if _, repeated := weights[tag]; repeated && weight <= weights[tag] {
			continue
		}
		weights[tag] = weight
		if weight > bestWeight {
			best, bestWeight = tag, weight
		}
	}
	if best == Italian || best == English {
		return best
	}
	return otherwise(weights)
}

func otherwise(weights map[string]float64) string {
	it, named := weights[Italian]
	if !named || it > 0 {
		return Italian
	}
	if en, named := weights[English]; named && en == 0 {
		return Italian
	}
	return English
}

func weighted(part string) (tag string, weight float64, ok bool) {
	tag, parameter, hasWeight := strings.Cut(part, ";")
	tag = strings.TrimSpace(tag)
	if tag != "*" {
		if tag, ok = known(tag); !ok {
			return "", 0, false
		}
	}
	if !hasWeight {
		return tag, 1, true
	}
	weight, ok = quality(parameter)
	return tag, weight, ok
}

func quality(parameter string) (float64, bool) {
	name, value, found := strings.Cut(strings.TrimSpace(parameter), "=")
	if !found || !strings.EqualFold(name, "q") || len(value) > len("0.000") || strings.Trim(value, "0123456789.") != "" {
		return 0, false
	}
	weight, err := strconv.ParseFloat(value, 64)
	return weight, err == nil && weight <= 1
}

func known(tag string) (string, bool) {
	primary, _, _ := strings.Cut(strings.TrimSpace(tag), "-")
	switch {
	case strings.EqualFold(primary, Italian):
		return Italian, true
	case strings.EqualFold(primary, English):
		return English, true
	}
	return "", false
}
