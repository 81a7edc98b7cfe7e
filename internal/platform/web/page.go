package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

//go:embed dist
var dist embed.FS

// The page runs nothing but its own script, and speaks to nobody but the origin that served it.
const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Page serves the GraphiQL page at "/" and its assets under "/assets/", all from the binary itself.
// Any other path answers 404, any method but GET and HEAD 405.
func Page() http.Handler {
	files := readPage()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		found, known := files[r.URL.Path]
		if !known {
			http.NotFound(w, r)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
			return
		}
		found.serve(w, r)
	})
}

// pageFile is one embedded file, its tag, and its compressed form made when it is first asked for.
type pageFile struct {
	content   []byte
	mediaType string
	caching   string
	etag      string
	gzipped   func() []byte
}

func readPage() map[string]*pageFile {
	files := map[string]*pageFile{}
	err := fs.WalkDir(dist, "dist", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := dist.ReadFile(name)
		address := strings.TrimPrefix(name, "dist")
		if address == "/index.html" {
			address = "/"
		}
		files[address] = newPageFile(name, content)
		return err
	})
	if err != nil {
		panic("the embedded page cannot be read: " + err.Error())
	}
	return files
}

func newPageFile(name string, content []byte) *pageFile {
	digest := sha256.Sum256(content)
	caching := "public, max-age=31536000, immutable"
	if path.Base(name) == "index.html" {
		caching = "no-cache"
	}
	return &pageFile{
		content:   content,
		mediaType: mediaType(name),
		caching:   caching,
		etag:      hex.EncodeToString(digest[:16]),
		gzipped:   sync.OnceValue(func() []byte { return compress(content) }),
	}
}

// mediaType does not ask the machine's own tables, which may call a script text/plain.
func mediaType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".txt":
		return "text/plain; charset=utf-8"
	}
	return mime.TypeByExtension(path.Ext(name))
}

func compress(content []byte) []byte {
	var buffer bytes.Buffer
	writer := gzip.NewWriter(&buffer)
	_, _ = writer.Write(content) // a bytes.Buffer takes every write
	_ = writer.Close()
	return buffer.Bytes()
}

func (f *pageFile) serve(w http.ResponseWriter, r *http.Request) {
	content, etag := f.content, f.etag
	header := w.Header()
	if acceptsGzip(r.Header.Get("Accept-Encoding")) {
		content, etag = f.gzipped(), etag+"-gzip"
		header.Set("Content-Encoding", "gzip")
	}
	header.Set("Content-Type", f.mediaType)
	header.Set("Cache-Control", f.caching)
	header.Set("ETag", strconv.Quote(etag))
	header.Set("Vary", "Accept-Encoding")
	harden(header)
	header.Set("Content-Security-Policy", contentSecurityPolicy)
	if strings.Contains(r.Header.Get("If-None-Match"), strconv.Quote(etag)) {
		header.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Length", strconv.Itoa(len(content)))
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write(content) // the reader may have gone; there is nobody to tell
}

// acceptsGzip says whether an Accept-Encoding header names gzip without refusing it by q=0.
func acceptsGzip(header string) bool {
	for offer := range strings.SplitSeq(header, ",") {
		coding, parameters, _ := strings.Cut(strings.TrimSpace(offer), ";")
		if !strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			continue
		}
		weight, named := strings.CutPrefix(strings.ReplaceAll(parameters, " ", ""), "q=")
		value, err := strconv.ParseFloat(weight, 64)
		return !named || err == nil && value > 0
	}
	return false
}
