package wire

import (
	"bytes"
	"encoding/binary"
	"math"
)

// kindWords are how graphql-transport-ws names messages.
var kindWords = [...]string{next: "next", failure: "error", complete: "complete", acknowledged: "connection_ack", ping: "ping", pong: "pong"}

const (
	idWord      = `"id":`
	typeWord    = `"type":"`
	payloadWord = `,"payload":`
)

// spell adds a message to a line, as one text frame. The library would write each by a call of its own, behind locks that thousands of connections
// pay for with every event; here those that wait together go out by one. Frames of control are the library's, but for the answer to a ping.
func (m message) spell(line *bytes.Buffer) {
	if m.kind == echo {
		line.Write([]byte{wholePong, byte(len(m.payload))})
		line.Write(m.payload)
		return
	}
	word := kindWords[m.kind]
	length := len("{") + len(typeWord) + len(word) + len(`"}`)
	if m.stream != nil {
		length += len(idWord) + len(m.stream.id) + len(",")
	}
	if m.payload != nil {
		length += len(payloadWord) + len(m.payload)
	}
	line.Grow(longestHead + length)
	line.Write(appendHead(line.AvailableBuffer(), length))
	line.WriteByte('{')
	if m.stream != nil {
		line.WriteString(idWord)
		line.Write(m.stream.id)
		line.WriteByte(',')
	}
	line.WriteString(typeWord)
	line.WriteString(word)
	line.WriteByte('"')
	if m.payload != nil {
		line.WriteString(payloadWord)
		line.Write(m.payload)
	}
	line.WriteByte('}')
}

// What the head of a server's frame is made of: RFC 6455, 5.2.
const (
	wholeText   = 0x81 // the last frame of its message, which is text
	wholePong   = 0x8A
	sixteenBits = 126 // the length follows in two bytes, where it does not fit beside
	longBits    = 127 // it follows in eight
	longestHead = 10
)

func appendHead(b []byte, length int) []byte {
	switch {
	case length < sixteenBits:
		return append(b, wholeText, byte(length))
	case length <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(b, wholeText, sixteenBits), uint16(length))
	default:
		return binary.BigEndian.AppendUint64(append(b, wholeText, longBits), uint64(length))
	}
}
