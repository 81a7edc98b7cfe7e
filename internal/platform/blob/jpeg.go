package blob

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
)

// The markers of JPEG (ITU-T T.81, table B.1) that matter here.
const (
	soi, eoi, sos    = 0xD8, 0xD9, 0xDA
	app0, app1, app2 = 0xE0, 0xE1, 0xE2
	app14, appLast   = 0xEE, 0xEF
	comment          = 0xFE
)

// stripJPEG copies a picture up to its end. Of the applications' segments those stay without which it would look otherwise: density, colour
// profile, colour transform, and of Exif which side is up, alone.
func stripJPEG(in *bufio.Reader, out *bufio.Writer) error {
	head := make([]byte, 2)
	if _, err := io.ReadFull(in, head); err != nil || head[0] != 0xFF || head[1] != soi {
		return errShape
	}
	_, _ = out.Write(head)
	turned, scanned := false, false
	marker, err := nextMarker(in)
	for ; err == nil; marker, err = nextMarker(in) {
		if marker == eoi {
			if !scanned {
				return errShape
			}
			_, err := out.Write([]byte{0xFF, eoi})
			return err
		}
		body, err := segment(in, marker)
		if err != nil {
			return err
		}
		if marker == app1 && !turned {
			var kept []byte
			if kept, turned = upright(body); turned {
				writeSegment(out, app1, kept)
			}
		}
		if !stays(marker, body) {
			continue
		}
		writeSegment(out, marker, body)
		if marker == sos {
			scanned = true
			if err := copyScan(in, out); err != nil {
				return err
			}
		}
	}
	return err
}

// nextMarker reads a marker with the bytes that fill the space before it.
func nextMarker(in *bufio.Reader) (byte, error) {
	if b, err := in.ReadByte(); err != nil || b != 0xFF {
		return 0, errShape
	}
	for {
		b, err := in.ReadByte()
		if err != nil || b != 0xFF {
			return b, err
		}
	}
}

// segment reads what follows a marker. Markers that stand alone have no place between segments.
func segment(in *bufio.Reader, marker byte) ([]byte, error) {
	if marker < 0xC0 || marker >= 0xD0 && marker <= soi {
		return nil, errShape
	}
	var length [2]byte
	if _, err := io.ReadFull(in, length[:]); err != nil {
		return nil, err
	}
	n := int(binary.BigEndian.Uint16(length[:])) - 2
	if n < 0 {
		return nil, errShape
	}
	body := make([]byte, n)
	_, err := io.ReadFull(in, body)
	return body, err
}

func writeSegment(out *bufio.Writer, marker byte, body []byte) {
	_, _ = out.Write(binary.BigEndian.AppendUint16([]byte{0xFF, marker}, uint16(len(body)+2)))
	_, _ = out.Write(body) // an error stays and is told by Flush
}

// stays says whether a segment is needed to show the picture.
func stays(marker byte, body []byte) bool {
	switch {
	case marker == app0:
		return bytes.HasPrefix(body, []byte("JFIF\x00"))
	case marker == app2:
		return bytes.HasPrefix(body, []byte("ICC_PROFILE\x00"))
	case marker == app14:
		return bytes.HasPrefix(body, []byte("Adobe"))
	}
	return marker != comment && (marker < app0 || marker > appLast)
}

// copyScan copies entropy-coded data up to the next marker, which it leaves to be read. Stuffed bytes and restarts belong to the data.
func copyScan(in *bufio.Reader, out *bufio.Writer) error {
	for {
		two, err := in.Peek(2)
		if err != nil {
			return err
		}
		if two[0] != 0xFF {
			_ = out.WriteByte(two[0])
			_, _ = in.Discard(1)
			continue
		}
		switch follows := two[1]; {
		case follows == 0xFF: // fills
			_, _ = in.Discard(1)
		case follows == 0, follows >= 0xD0 && follows <= 0xD7:
			_, _ = out.Write(two)
			_, _ = in.Discard(2)
		default:
			return nil
		}
	}
}

// upright gives, of a segment of Exif, one that says only which side is up; false where it says nothing of that, or that it is as it lies.
func upright(body []byte) ([]byte, bool) {
	tiff, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00"))
	if !ok {
		return nil, false
	}
	side := orientation(tiff)
	if side < 2 || side > 8 {
		return nil, false
	}
	return append([]byte("Exif\x00\x00"), turnedTIFF(side)...), true
}
