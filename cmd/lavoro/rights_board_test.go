package main

import (
	"fmt"
	"strings"
	"testing"
)

// TestTheBoardOpensWhatItCounts: the filter of each row of a month's board gives as many rows as it says, to whoever asks, and no list is on it of which he sees nothing.
func TestTheBoardOpensWhatItCounts(t *testing.T) {
	s := newStage(t, 2)
	const board = `query($p: ID!, $m: Month!) { monthBlockers(programme: $p, month: $m) { hidden owners { owner count } rows { code owner done count
		registerMonths { month states hosted } attendances { month standings } allowances { month contested inNoRun } paymentLines { month states block latest } } } }`
	kinds := map[string]string{"registerMonths": "RegisterMonthFilter", "attendances": "AttendanceFilter", "allowances": "AllowanceFilter", "paymentLines": "PaymentLineFilter"}
	met := map[string]int{}
	for _, v := range s.viewers {
		for _, month := range []string{"2026-04", "2026-05"} {
			p := vars{"p": "prg_" + v.programmes[0], "m": month}
			data, code := s.post(v, board, p)
			if code != "" {
				continue // whoever does not see the programme
			}
			got := data["monthBlockers"].(map[string]any)
			byOwner := map[string]float64{}
			for _, r := range got["rows"].([]any) {
				row := r.(map[string]any)
				for list, kind := range kinds {
					if row[list] == nil {
						continue
					}
					if strings.Contains(fmt.Sprint(got["hidden"]), list) {
						t.Errorf("%s stands on the board, though %s is hidden", row["code"], list)
					}
					rows, code := s.post(v, "query($p: ID!, $f: "+kind+") { "+list+"(programme: $p, filter: $f) { totalCount } }", vars{"p": p["p"], "f": row[list]})
					if code != "" || rows[list].(map[string]any)["totalCount"] != row["count"] {
						t.Errorf("%s of %s counts %v, its filter opens %v %s", row["code"], month, row["count"], rows, code)
					}
					met[row["code"].(string)]++
				}
				if row["done"] == false && row["owner"] != "HOUSE" {
					byOwner[row["owner"].(string)] += row["count"].(float64)
				}
			}
			for _, o := range got["owners"].([]any) {
				owner := o.(map[string]any)
				if byOwner[owner["owner"].(string)] != owner["count"] {
					t.Errorf("%v of %s are with %s, the rows come to %v", owner["count"], month, owner["owner"], byOwner)
				}
			}
		}
	}
	for _, code := range []string{"REGISTER_OPEN", "REGISTER_LOCKED", "STATEMENT_CONTESTED", "NO_ACCOUNT", "IN_NO_RUN"} {
		if met[code] == 0 {
			t.Errorf("%s stands on no board: %v", code, met)
		}
	}
}
