package company

import "github.com/lavoroincorso/lavoro/internal/programme"

// InternLimit is how many interns a site with so many permanent employees may host at once: the first band of the quota that
// reaches the headcount decides, by a number or by a percentage rounded up (guidelines of 2017-05-25, rep. 86/CSR). No band: none.
func InternLimit(headcount int, quota []programme.Quota) int {
	for _, band := range quota {
		if band.UpTo > 0 && headcount > band.UpTo {
			continue
		}
		if band.Percent > 0 {
			return (headcount*band.Percent + 99) / 100
		}
		return band.Interns
	}
	return 0
}
