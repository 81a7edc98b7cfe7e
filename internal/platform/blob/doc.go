// Package blob keeps files that people bring: bytes that prove something about a person. It knows no concept; the act that attaches a
// file says what it proves and who may see it.
//
//		PREPARED  announced: type, length in bytes and SHA-256 are known, and bytes come in ranges
//		COMPLETE  whole and sound; whoever brought it may attach it, nobody may read it
//		ATTACHED  proves something, and is seen like the row that it proves
//		MADE      by the house, for who asked for it: he sees it alone, and it goes within the hour
//		DESTROYED attached by mistake: whoever saw it sees that it was there, and its bytes are gone
//
//	  - Bytes are kept in chunks of 256 KiB, each sealed under the person's data key and bound to its file and place. Nothing is ever in the
//	    clear outside the memory of the node that receives or sends it, one chunk at a time.
//	  - A range ends where a chunk ends, or where the file does. It is taken at the offset that was reached and nowhere else; one that was
//	    taken already changes nothing. So a broken connection costs what had come of one chunk.
//	  - When the last byte is there, the whole is checked: length, hash, type by content, shape, and by a virus scanner where one is set.
//	    What fails is removed at once. What is kept has no metadata: no place, time, device or name that a camera has written.
//	  - A ticket is a random token of which only the hash is kept; it serves one member, for a time, and one that fetches a file serves once.
//	  - What was never attached goes after a day.
package blob
