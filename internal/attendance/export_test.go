package attendance

// JudgedAtOnce has the hours of so many people judged by one act.
func JudgedAtOnce(n int) (before int) {
	before, judgedAtOnce = judgedAtOnce, n
	return before
}
