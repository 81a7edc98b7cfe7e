package blob

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// errShape is returned for what is not shaped as its type is.
var errShape = errors.New("not shaped as its type")

// strip copies a file without its metadata, and refuses what is not whole. Pixels stay as they are, byte for byte: nothing is encoded anew.
// What stands behind the end of a picture is left out, and with it whatever else the file would be to another program.
func strip(mediaType string, from io.Reader, to io.Writer) error {
	in, out := bufio.NewReaderSize(from, 1<<16), bufio.NewWriterSize(to, 1<<16)
	var err error
	switch mediaType {
	case jpeg:
		err = stripJPEG(in, out)
	case png:
		err = stripPNG(in, out)
	case PDF:
		err = copyPDF(in, out)
	case XML, CSV, Workbook:
		_, err = io.Copy(out, in)
	default:
		err = errShape
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errShape // it ends too soon
	}
	if err != nil {
		return err
	}
	return out.Flush()
}

// longestTail is within how many bytes of its end a PDF says that it ends, as readers expect it.
const longestTail = 1024

// copyPDF copies a PDF as it is: its metadata are part of a document that may be signed. One in which another file begins before it, or
// stands behind its end, is refused.
func copyPDF(in *bufio.Reader, out *bufio.Writer) error {
	head, err := in.Peek(8)
	if err != nil || !bytes.HasPrefix(head, []byte("%PDF-1.")) && !bytes.HasPrefix(head, []byte("%PDF-2.")) {
		return errShape
	}
	tail := &lastBytes{}
	if _, err := io.Copy(io.MultiWriter(out, tail), in); err != nil {
		return err
	}
	if !bytes.Contains(tail.held, []byte("%%EOF")) {
		return errShape
	}
	return nil
}

// lastBytes holds the last longestTail bytes that were written to it.
type lastBytes struct{ held []byte }

func (l *lastBytes) Write(p []byte) (int, error) {
	l.held = append(l.held, p...)
	if extra := len(l.held) - longestTail; extra > 0 {
		l.held = append([]byte(nil), l.held[extra:]...)
	}
	return len(p), nil
}
