// Package secret holds the installation's keys and what is sealed under them.
//
// There are three keysets, of Tink, in one file. The key-encryption key (kek) wraps the data key of each person, and the other two
// keysets in the file; it is used through tink.AEAD alone, so a key that never leaves a key-management service can stand in its place.
// The index keyset keys the marks by which a fiscal code is found and a repeated request known, without saying what it was. The own
// keyset seals what is about nobody.
//
// Each person has a data key, stored wrapped. The wrapping is bound to the person, and what is sealed is bound to its place (table,
// column, row): moved to another it does not open. Whoever destroys a wrapped key makes all that was sealed under it unreadable, in
// every copy that is made from then on.
//
// Every keyset has one primary key, which is used for what is new, and older ones, under which what was made before still opens.
package secret
