package blob

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
)

// shownChunks are the chunks of PNG (third edition, sections 11 and 12) that a picture needs to look as it does. All others hold words, times and
// places, or what only one program knows.
var shownChunks = map[string]bool{
	"IHDR": true, "PLTE": true, "IDAT": true, "IEND": true, "tRNS": true, "cHRM": true, "gAMA": true, "iCCP": true, "sBIT": true, "sRGB": true, "cICP": true,
	"bKGD": true, "hIST": true, "pHYs": true, "sPLT": true, "acTL": true, "fcTL": true, "fdAT": true,
}

const (
	pngSignature = "\x89PNG\r\n\x1a\n"
	longestExif  = 1 << 16
)

// stripPNG copies a picture up to its end, with those chunks that show. Of Exif it keeps which side is up.
func stripPNG(in *bufio.Reader, out *bufio.Writer) error {
	signature := make([]byte, len(pngSignature))
	if _, err := io.ReadFull(in, signature); err != nil || string(signature) != pngSignature {
		return errShape
	}
	_, _ = out.Write(signature)
	head := make([]byte, 8)
	for first, drawn := true, false; ; first = false {
		if _, err := io.ReadFull(in, head); err != nil {
			return err
		}
		length, kind := binary.BigEndian.Uint32(head), string(head[4:])
		if length > MaxBytes || first != (kind == "IHDR") || !shownChunks[kind] && head[4]&0x20 == 0 {
			return errShape // an unknown chunk that the picture needs, or none of a picture's
		}
		if err := pngChunk(in, out, head, int64(length)); err != nil {
			return err
		}
		drawn = drawn || kind == "IDAT"
		if kind == "IEND" {
			if !drawn {
				return errShape
			}
			return nil
		}
	}
}

// pngChunk copies one chunk, or leaves it out. What is copied must have the sum that it says.
func pngChunk(in *bufio.Reader, out *bufio.Writer, head []byte, length int64) error {
	kind := string(head[4:])
	if kind == "eXIf" && length <= longestExif {
		return pngTurned(in, out, length)
	}
	if !shownChunks[kind] {
		_, err := io.CopyN(io.Discard, in, length+4)
		return err
	}
	sum := crc32.NewIEEE()
	_, _ = sum.Write(head[4:])
	_, _ = out.Write(head)
	if _, err := io.CopyN(io.MultiWriter(out, sum), in, length); err != nil {
		return err
	}
	said := make([]byte, 4)
	if _, err := io.ReadFull(in, said); err != nil {
		return err
	}
	if binary.BigEndian.Uint32(said) != sum.Sum32() {
		return errShape
	}
	_, err := out.Write(said)
	return err
}

// pngTurned puts in the place of Exif data what they say of the side that is up, and nothing where it is as it lies.
func pngTurned(in *bufio.Reader, out *bufio.Writer, length int64) error {
	var exif bytes.Buffer
	if _, err := io.CopyN(&exif, in, length); err != nil {
		return err
	}
	if _, err := in.Discard(4); err != nil {
		return err
	}
	side := orientation(exif.Bytes())
	if side < 2 || side > 8 {
		return nil
	}
	body := append([]byte("eXIf"), turnedTIFF(side)...)
	_, _ = out.Write(binary.BigEndian.AppendUint32(nil, uint32(len(body)-4)))
	_, _ = out.Write(body)
	_, err := out.Write(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(body)))
	return err
}
