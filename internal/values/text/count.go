package text

import "strconv"

// Count writes a number with the word for what is counted: one is the word after 1, many after every other number.
func Count(n int, one, many Text) Text {
	word := many
	if n == 1 {
		word = one
	}
	number := strconv.Itoa(n)
	return Text{It: number + " " + word.It, En: number + " " + word.En}
}

// Days writes a number of days: 1 giorno, 3 giorni.
func Days(n int) Text {
	return Count(n, Text{It: "giorno", En: "day"}, Text{It: "giorni", En: "days"})
}

// Months writes a number of months: 1 mese, 24 mesi.
func Months(n int) Text {
	return Count(n, Text{It: "mese", En: "month"}, Text{It: "mesi", En: "months"})
}
