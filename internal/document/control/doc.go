// Package control is the folder by which somebody outside proves months and payments without us: a ZIP that holds papers, tables, and what of the
// journal is about them. All is pure: no database, no clock.
//
//	manifest.json    what it is of, by which seed it was drawn, and SHA-256 and length of each other file
//	months.csv       months of the register with the hash of what was certified; entries.csv, adjustments.csv, and a PDF of each
//	statements.csv   what they came to, with lines.csv and shares.csv
//	statements/      each statement with the inputs that it was worked out from, by its id
//	payments.csv     the lines of payment runs, with the transfer, the file and the answer of the bank, the number of the order or
//	                 the bank's reference, and the day of booking; transfers.csv all lines of those transfers, and a mark of whom each goes to; repayments.csv what people have given back themselves, by what two have said
//	steps.csv        who certified, computed, checked, approved, sent
//	journal.json     the journal's entry of each of these acts, as its link needs it, and the hashes that lead from the link to an anchor
//	anchors/         the anchors that left the house, with their timestamps
//	frame.csv        of a sample: the lines that it was drawn from
//
// The files by which runs were sent are not in it, since they name others: whoever has one lays it beside, and it is known by its hash.
//
// Open takes a ZIP apart and trusts nothing of it: what is no folder of ours, too large, named twice or out of its place, is refused. Verify then works
// everything out again, from the entries of the register to the line of the bank's file, and names the first thing that does not hold:
// a folder whose maker wrote it anew, hashes and all, contradicts itself, the anchors that left the house, or the bank's file. What it cannot see it counts.
package control
