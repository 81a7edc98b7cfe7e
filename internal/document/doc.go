// Package document makes papers: bytes for people, read only, of what stands in the rooms.
//
// What a paper says is asked of plans under the rights of whoever has it made, in the words of the API: what he may not see is not on it. A paper
// says the same in the same bytes, whenever it is made: it bears no moment of its own, and its fonts are inside. It is given as every file is: the
// act makes it, a ticket fetches it once, and the journals know of both.
//
// RegisterPDF is a month of the register, with the programme's heading and, from its submission on, the hash of what was certified.
package document
