package allowance

// AnewAtOnce has so many participations worked out again by one act.
func AnewAtOnce(n int) (before int) {
	before, anewAtOnce = anewAtOnce, n
	return before
}
