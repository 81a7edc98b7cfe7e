// Package history brings in what was before a programme was kept here: who had entered, internships, months of attendance, what was recognised and paid,
// internships elsewhere, spending.
//
// It comes as a folder of CSV files (see package file for their form), each of which may be missing. People are named by fiscal code and must take
// part in the programme already (lavoro import participants); months are written 2025-04, amounts in euro, hours in minutes.
//
//	participations.csv  fiscal_code entered_on employment isced [left_on exit_reason]
//	placements.csv      fiscal_code host from to weekly_minutes
//	attendance.csv      fiscal_code month activity_kind minutes presence_days
//	payments.csv        fiscal_code month budget_line gross [withheld paid_on reference activity_kind]; without paid_on it is owed, and paid elsewhere;
//	                    activity_kind HOUSING is a contribution to living on one's own
//	earlier.csv         fiscal_code promoter host from to; internships outside the programme
//	spending.csv        budget_line month amount reference
//
// Nothing of a folder is kept unless every row is good; each bad one is told with file, row, code, cause and cure. What a folder brought before is
// passed over, so the same folder twice changes nothing; the same fact with other content is refused. An import is
//
//	STAGED     kept, and of no effect
//	CONFIRMED  by a person other than who answers for the files, who has seen what it comes to by month and budget line: it stands from now on
//	DISCARDED  with a reason, by anybody who may; its rows may come again
//	REVOKED    taken back with a reason, after it stood, by a person other than who confirmed it, as long as no statement and no attestation of ours rests on
//	           it: what was booked is booked back, months that are being worked out are worked out again, and its rows may come again. Who had entered
//	           stays entered: that is put right with the person
//
// What stands counts: internships for how long somebody may still be one, what was recognised of a month for its cap, or towards living
// on one's own for the month's grant and the ceiling of all, spending and payments on the
// budget lines, on the last day of their month, and hours for the share of an internship that its attestation needs, in the register's numbers and among who was
// there in a month. People who had entered have entered, with the facts of their entry. Nothing of it is ever payable here:
// payments are made of shares of statements, of which a fact has none, and a statement that would pass over what was recognised of its month
// before cannot be written (constraint allowance_statement_history). A month that has a statement or a register here is not brought in, and of hours
// that were brought in no month is opened here (REGISTER_MONTH_BEFORE, constraint register_month_history).
// A fact keeps file, row and a hash of the row: that is the lineage of its euros, which a budget line and a month's allowance lead to, and back.
package history
