package blob

import (
	"bytes"
	"encoding/binary"
)

// The entry of a TIFF directory (TIFF 6.0, section 2) that says which side of a picture is up: one short, from 1, as it lies, to 8.
const (
	orientationTag = 0x0112
	shortType      = 3
	entryLength    = 12
)

// orientation reads the side that is up from the first directory of Exif data; 0 where there is none, or the data make no sense.
func orientation(tiff []byte) uint16 {
	var order binary.ByteOrder = binary.BigEndian
	switch {
	case bytes.HasPrefix(tiff, []byte("II*\x00")):
		order = binary.LittleEndian
	case !bytes.HasPrefix(tiff, []byte("MM\x00*")):
		return 0
	}
	if len(tiff) < 8 {
		return 0
	}
	at := uint64(order.Uint32(tiff[4:]))
	if at+2 > uint64(len(tiff)) {
		return 0
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < entryLength {
			return 0
		}
		if order.Uint16(entries) == orientationTag && order.Uint16(entries[2:]) == shortType && order.Uint32(entries[4:]) == 1 {
			return order.Uint16(entries[8:])
		}
		entries = entries[entryLength:]
	}
	return 0
}

// turnedTIFF is Exif data that say only which side is up.
func turnedTIFF(side uint16) []byte {
	b := []byte("MM\x00*\x00\x00\x00\x08\x00\x01")
	b = binary.BigEndian.AppendUint16(b, orientationTag)
	b = binary.BigEndian.AppendUint16(b, shortType)
	b = binary.BigEndian.AppendUint32(b, 1)
	b = binary.BigEndian.AppendUint16(b, side)
	return append(b, 0, 0, 0, 0, 0, 0) // the value's other half, and no directory after this one
}
