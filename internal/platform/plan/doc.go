// Package plan turns a whole GraphQL selection into one SQL statement that returns the answer as JSON, rights inside.
//
// A concept declares once how it is read (Reading): which table stands behind a type, which columns and relations its fields are,
// how lists are filtered and ordered, and which class each row and field belongs to. Nobody writes resolvers or loaders for those.
//
// Rights. Every row that is reached, on whatever way, must carry one of the keys under which the viewer may read its class; a field
// of another class is shown only where the row carries a key for that class too, and is named in `hidden` otherwise. A filter or
// order over a class that the viewer reads nowhere is refused; where he reads it on some rows, only those match.
//
// Lists by key. Where few rows of a long list are the viewer's, asking each row would read them all. A type may name a table of its
// rows by key (Type.Keyed): its lists walk the viewer's keys there in their order, and take each row once.
//
// Search and counts. A type may be looked through by words (Type.Search) and counted by traits (Type.Counts), within the same rights and filters;
// each bucket comes with the filter that opens its rows.
//
// Holes. A leaf that SQL cannot finish is written as a marked string with a nonce of the execution; after the statement one scan
// collects the holes, one batch function per field fills them, and the answer is spliced. Nothing else of it is parsed.
//
// The text of a statement holds no value of a user: those are arguments.
package plan
