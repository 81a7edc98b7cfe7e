package blob

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	imagejpeg "image/jpeg"
	imagepng "image/png"
	"strings"
	"testing"
)

// place is what a camera writes of where it was, as it must be found nowhere afterwards.
const place = "GPSLatitude 45.0703 Massa"

// picture is what papers look like, more or less.
func picture() image.Image {
	img := image.NewRGBA(image.Rect(0, 0, 40, 24))
	for x := range 40 {
		for y := range 24 {
			img.Set(x, y, color.RGBA{uint8(x * 6), uint8(y * 10), uint8(x * y), 255})
		}
	}
	return img
}

// exif is a directory with a side that is up and a place.
func exif(order interface {
	binary.ByteOrder
	binary.AppendByteOrder
}, head string, side uint16) []byte {
	b := append([]byte(head), 0, 0, 0, 0)
	order.PutUint32(b[4:], 8)
	b = order.AppendUint16(b, 2)
	for _, entry := range [][2]uint16{{orientationTag, side}, {0x8825, 38}} { // the second points to the place
		b = order.AppendUint16(b, entry[0])
		b = order.AppendUint16(b, shortType)
		b = order.AppendUint32(b, 1)
		b = order.AppendUint16(b, entry[1])
		b = append(b, 0, 0)
	}
	return append(append(b, 0, 0, 0, 0), place...)
}

func jpegSegment(marker byte, body string) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0xFF, marker}, uint16(len(body)+2)), body...)
}

// photographed is a JPEG as a phone writes it: with Exif, XMP, IPTC, a comment, and another picture behind its end.
func photographed(t testing.TB, side uint16) []byte {
	t.Helper()
	var plain bytes.Buffer
	if err := imagejpeg.Encode(&plain, picture(), &imagejpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	out := append([]byte{}, plain.Bytes()[:2]...)
	out = append(out, jpegSegment(0xE0, "JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")...)
	out = append(out, jpegSegment(0xE1, "Exif\x00\x00"+string(exif(binary.LittleEndian, "II*\x00", side)))...)
	out = append(out, jpegSegment(0xE1, "http://ns.adobe.com/xap/1.0/\x00"+place)...)
	out = append(out, jpegSegment(0xE2, "ICC_PROFILE\x00\x01\x01colours")...)
	out = append(out, jpegSegment(0xE2, "MPF\x00"+place)...)
	out = append(out, jpegSegment(0xED, "Photoshop 3.0\x00"+place)...)
	out = append(out, jpegSegment(0xFE, place)...)
	out = append(out, plain.Bytes()[2:]...)
	return append(out, "<html>"+place...)
}

func pngOf(kind, body string) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(append(b, kind...), body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// screened is a PNG with words, a time, Exif and more behind its end.
func screened(t testing.TB, side uint16) []byte {
	t.Helper()
	var plain bytes.Buffer
	if err := imagepng.Encode(&plain, picture()); err != nil {
		t.Fatal(err)
	}
	const begin = 8 + 25 // signature and IHDR
	out := append([]byte{}, plain.Bytes()[:begin]...)
	for _, chunk := range [][]byte{pngOf("pHYs", "\x00\x00\x0b\x13\x00\x00\x0b\x13\x01"), pngOf("tEXt", "Location\x00"+place), pngOf("iTXt", "XML:com.adobe.xmp\x00\x00\x00\x00\x00"+place),
		pngOf("zTXt", "Comment\x00\x00"+place), pngOf("eXIf", string(exif(binary.BigEndian, "MM\x00*", side))), pngOf("prVt", place)} {
		out = append(out, chunk...)
	}
	return append(append(out, plain.Bytes()[begin:]...), "PK\x03\x04"+place...)
}

func stripped(t *testing.T, mediaType string, file []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := strip(mediaType, bytes.NewReader(file), &out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// The place goes and the pixels stay; of what a camera writes only the side that is up is left.
func TestNoPlaceIsLeft(t *testing.T) {
	for mediaType, make := range map[string]func(testing.TB, uint16) []byte{jpeg: photographed, png: screened} {
		for _, side := range []uint16{1, 6, 9} {
			before := make(t, side)
			after := stripped(t, mediaType, before)
			for _, word := range []string{place, "xap", "Photoshop", "MPF", "prVt", "<html>", "PK\x03\x04"} {
				if bytes.Contains(after, []byte(word)) {
					t.Errorf("%s: %q is left", mediaType, word)
				}
			}
			if !samePixels(t, before, after) {
				t.Errorf("%s: another picture", mediaType)
			}
			kept := bytes.Contains(after, turnedTIFF(side))
			if kept != (side == 6) {
				t.Errorf("%s: side %d is kept: %v", mediaType, side, kept)
			}
			if again := stripped(t, mediaType, after); !bytes.Equal(again, after) {
				t.Errorf("%s: stripped twice is not stripped once", mediaType)
			}
		}
	}
	if !bytes.Contains(stripped(t, jpeg, photographed(t, 1)), []byte("ICC_PROFILE\x00\x01\x01colours")) || !bytes.Contains(stripped(t, png, screened(t, 1)), []byte("pHYs")) {
		t.Error("what a picture needs to look as it does is gone")
	}
}

func samePixels(t testing.TB, a, b []byte) bool {
	t.Helper()
	x, _, err := image.Decode(bytes.NewReader(a))
	if err != nil {
		t.Fatal(err)
	}
	y, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if x.Bounds() != y.Bounds() {
		return false
	}
	for i := range x.Bounds().Dx() {
		for j := range x.Bounds().Dy() {
			if x.At(i, j) != y.At(i, j) {
				return false
			}
		}
	}
	return true
}

// What is not whole, or not what it says, is refused.
func TestShapes(t *testing.T) {
	photo, screen := photographed(t, 1), screened(t, 1)
	end := bytes.LastIndex(photo, []byte{0xFF, eoi})
	wrongSum := bytes.Clone(screen)
	wrongSum[bytes.Index(wrongSum, []byte("IDAT"))+6] ^= 1
	const page = "%PDF-1.7\n1 0 obj\nendobj\ntrailer\n%%EOF\n"
	for name, c := range map[string]struct {
		mediaType, file string
		ok              bool
	}{
		"pdf":                        {PDF, page, true},
		"pdf that does not end":      {PDF, "%PDF-1.7\n1 0 obj", false},
		"pdf behind a page of html":  {PDF, "<html></html>" + page, false},
		"pdf with an archive behind": {PDF, page + strings.Repeat("PK\x03\x04", longestTail), false},
		"pdf of no version":          {PDF, "%PDF-9.7\n%%EOF", false},
		"html":                       {PDF, "<html>%PDF-1.7 %%EOF", false},
		"jpeg that does not end":     {jpeg, string(photo[:end]), false},
		"jpeg without a scan":        {jpeg, "\xff\xd8\xff\xd9", false},
		"jpeg that is a png":         {jpeg, string(screen), false},
		"png that does not end":      {png, string(screen[:bytes.Index(screen, []byte("IEND"))]), false},
		"png with a wrong sum":       {png, string(wrongSum), false},
		"png with a strange chunk":   {png, string(screen[:33]) + string(pngOf("ABCD", "x")) + string(screen[33:]), false},
		"png without pixels":         {png, string(screen[:33]) + string(pngOf("IEND", "")), false},
		"png that is a jpeg":         {png, string(photo), false},
		"nothing":                    {png, "", false},
		"another type":               {"text/html", "<html>", false},
	} {
		var out bytes.Buffer
		if err := strip(c.mediaType, strings.NewReader(c.file), &out); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func fuzzStrip(f *testing.F, mediaType string, seeds ...[]byte) {
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		var once, twice bytes.Buffer
		if strip(mediaType, bytes.NewReader(file), &once) != nil {
			return
		}
		if once.Len() > len(file)+64 {
			t.Errorf("%d bytes became %d", len(file), once.Len())
		}
		if err := strip(mediaType, bytes.NewReader(once.Bytes()), &twice); err != nil || !bytes.Equal(once.Bytes(), twice.Bytes()) {
			t.Errorf("stripped twice is not stripped once (%v)", err)
		}
	})
}

func FuzzStripJPEG(f *testing.F) { fuzzStrip(f, jpeg, photographed(f, 6), []byte("\xff\xd8\xff\xd9")) }

func FuzzStripPNG(f *testing.F) { fuzzStrip(f, png, screened(f, 6), []byte(pngSignature)) }

func FuzzParseRange(f *testing.F) {
	for _, header := range []string{"bytes 0-262143/300000", "bytes 262144-299999/300000", "bytes 0-0/1", "bytes 0-1/*", "bytes -1-2/3", "bytes 0-262142/300000", "Bytes 0-0/1", "bytes 00-0/1"} {
		f.Add(header)
	}
	f.Fuzz(func(t *testing.T, header string) {
		r, err := ParseRange(header)
		if err != nil {
			return
		}
		if r.First < 0 || r.Last < r.First || r.Last >= r.Total || r.Total > MaxBytes || r.Length() < 1 || r.Last+1 != r.Total && (r.Last+1)%ChunkSize != 0 {
			t.Errorf("%q is %+v", header, r)
		}
		if !strings.HasPrefix(header, "bytes ") {
			t.Errorf("%q is taken", header)
		}
	})
}

func TestRanges(t *testing.T) {
	for header, want := range map[string]Range{
		"bytes 0-262143/300000": {0, 262143, 300000}, "bytes 262144-299999/300000": {262144, 299999, 300000}, "bytes 0-0/1": {0, 0, 1},
		"bytes 0-262142/300000": {}, "bytes 0-1/1": {}, "bytes 2-1/3": {}, "bytes 0-1/*": {}, "bytes */3": {}, "bytes=0-0/1": {}, "bytes 0-20971520/20971521": {}, "bytes 00-0/1": {}, "bytes +0-0/1": {},
		"bytes 0-0/1 ": {}, "": {}, "bytes 0-0/99999999999999999999": {},
	} {
		if got, err := ParseRange(header); got != want || (err == nil) != (want != Range{}) {
			t.Errorf("%q: %+v (%v)", header, got, err)
		}
	}
}
