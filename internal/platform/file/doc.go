// Package file reads tables that people made in a spreadsheet, brings them in, writes back the rows that cannot be taken, and writes tables for
// spreadsheets.
//
// A table is a CSV file in UTF-8, with or without a byte order mark, separated by ";" or ",", whose first row names the columns. What
// makes a whole file unreadable is a *Broken with row and column. What is wrong with a cell is a Problem of its row, kept until the
// whole file was looked at, so that somebody corrects everything at once. Row 1 is the header, as spreadsheets count.
//
// A workbook (XLSX) is read into the same table by ReadWorkbook, and a Sheet is written as either.
//
// A Kind brings a whole file into a programme. Either every row is written or none, unless the bad ones are to be skipped; what a row
// means, only the concept knows that gives the Kind.
//
// Causes never repeat what stands in a cell. The file of bad rows holds the rows as they were, with the causes in a column more.
package file
