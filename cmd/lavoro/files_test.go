package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/platform/blob"
)

const (
	prepareUpload = `mutation($input: PrepareUploadInput!) { prepareUpload(input: $input) { refusals { code path } file { id state bytes mediaType kind } upload { path expiresAt } } }`
	attachFile    = `mutation($input: RecordExclusionCheckInput!) { recordExclusionCheck(input: $input) { refusals { code path } exclusionCheck { id file { id state bytes mediaType } } } }`
	prepareFetch  = `mutation($input: PrepareDownloadInput!) { prepareDownload(input: $input) { refusals { code path } file { id } download { path } } }`
)

// photo is a JPEG that says where it was taken, large enough for more than one chunk.
func photo(t *testing.T) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 500, 500))
	seed := uint32(1)
	for i := range img.Pix {
		seed = seed*1664525 + 1013904223
		img.Pix[i] = byte(seed >> 24)
	}
	var plain bytes.Buffer
	if err := jpeg.Encode(&plain, img, &jpeg.Options{Quality: 100}); err != nil {
		t.Fatal(err)
	}
	exif := "Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00GPSLatitude 44.0353"
	out := append(bytes.Clone(plain.Bytes()[:2]), 0xFF, 0xE1)
	out = append(binary.BigEndian.AppendUint16(out, uint16(len(exif)+2)), exif...)
	return append(out, plain.Bytes()[2:]...)
}

// carry is one request as it stands, with all that came back; headers come in pairs.
func (n *node) carry(method, path string, body []byte, headers ...string) (*http.Response, []byte) {
	n.t.Helper()
	req, err := http.NewRequestWithContext(n.t.Context(), method, n.url+path, bytes.NewReader(body))
	if err != nil {
		n.t.Fatal(err)
	}
	if n.token != "" {
		req.Header.Set("Authorization", "Bearer "+n.token)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		n.t.Fatal(err)
	}
	defer res.Body.Close()
	content, err := io.ReadAll(res.Body)
	if err != nil {
		n.t.Fatal(err)
	}
	return res, content
}

func (n *node) put(path string, content []byte, first, last int) (status int, offset string) {
	n.t.Helper()
	res, _ := n.carry(http.MethodPut, path, content[first:last+1], "Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, last, len(content)))
	return res.StatusCode, res.Header.Get("Upload-Offset")
}

// filesComeAndGo brings a photo in two ranges, attaches it and fetches it, over HTTP as an app would.
func filesComeAndGo(t *testing.T, first *node, p vars) {
	n, other := first.as(t, coordinator), first.as(t, pegaso)
	people := n.ask(`query($programme: ID!) { participants(programme: $programme, filter: {states: [ACTIVE]}, first: 1) { nodes { id } } }`, p)
	participant, content := at(t, people, "participants.nodes.0.id"), photo(t)
	sum := sha256.Sum256(content)
	input := vars{"participant": participant, "kind": "EXCLUSION_CHECK", "mediaType": "image/jpeg", "bytes": len(content), "sha256": hex.EncodeToString(sum[:]), "requestId": "photo-1"}
	prepared := n.ask(prepareUpload, vars{"input": input})
	file, path := at(t, prepared, "prepareUpload.file.id"), at(t, prepared, "prepareUpload.upload.path").(string)
	if repeated := n.ask(prepareUpload, vars{"input": input}); at(t, repeated, "prepareUpload.upload") != nil || at(t, repeated, "prepareUpload.file.id") != file {
		t.Errorf("a repeated request says %v", repeated)
	}
	ranges(t, n, other, path, content)

	attached := n.ask(attachFile, vars{"input": vars{"participant": participant, "measure": "ADI", "outcome": "CLEAR", "evidence": "prot. 7", "file": file}})
	if at(t, attached, "recordExclusionCheck.exclusionCheck.file.state") != "ATTACHED" {
		t.Fatalf("attached: %v", attached)
	}
	foreign := other.ask(prepareFetch, vars{"input": vars{"file": file}})
	absent := other.ask(prepareFetch, vars{"input": vars{"file": "fil_00000000-0000-4000-8000-000000000000"}})
	if fmt.Sprint(foreign) != fmt.Sprint(absent) || at(t, foreign, "prepareDownload.refusals.0.code") != "NOT_FOUND" {
		t.Errorf("foreign %v, absent %v", foreign, absent)
	}
	fetched(t, n, other, at(t, n.ask(prepareFetch, vars{"input": vars{"file": file}}), "prepareDownload.download.path").(string), content)
}

// ranges brings the content in two ranges, with whatever goes wrong in between.
func ranges(t *testing.T, n, other *node, path string, content []byte) {
	t.Helper()
	last := len(content) - 1
	for what, c := range map[string]struct {
		who     *node
		path    string
		headers []string
		status  int
	}{
		"nobody":             {&node{t: t, url: n.url}, path, []string{"Content-Range", "bytes 0-9/10"}, http.StatusUnauthorized},
		"another member":     {other, path, []string{"Content-Range", "bytes 0-9/10"}, http.StatusNotFound},
		"no ticket":          {n, "/files/up/none", []string{"Content-Range", "bytes 0-9/10"}, http.StatusNotFound},
		"no range":           {n, path, nil, http.StatusUnprocessableEntity},
		"a range of another": {n, path, []string{"Content-Range", "bytes 0-4/5"}, http.StatusUnprocessableEntity},
		"another length":     {n, path, []string{"Content-Range", "bytes 0-9/10"}, http.StatusUnprocessableEntity},
	} {
		if res, text := c.who.carry(http.MethodPut, c.path, make([]byte, 10), c.headers...); res.StatusCode != c.status || !strings.Contains(string(text), `"cure"`) {
			t.Errorf("%s: %d %s", what, res.StatusCode, text)
		}
	}
	if status, offset := n.put(path, content, blob.ChunkSize, last); status != http.StatusConflict || offset != "0" {
		t.Errorf("beyond the offset: %d, %s", status, offset)
	}
	for range 2 {
		if status, offset := n.put(path, content, 0, blob.ChunkSize-1); status != http.StatusNoContent || offset != fmt.Sprint(blob.ChunkSize) {
			t.Fatalf("first range: %d, %s", status, offset)
		}
	}
	if res, _ := n.carry(http.MethodHead, path, nil); res.Header.Get("Upload-Offset") != fmt.Sprint(blob.ChunkSize) || res.Header.Get("Upload-Length") != fmt.Sprint(len(content)) {
		t.Errorf("head: %d %v", res.StatusCode, res.Header)
	}
	if status, offset := n.put(path, content, blob.ChunkSize, last); status != http.StatusNoContent || offset != fmt.Sprint(len(content)) {
		t.Fatalf("last range: %d, %s", status, offset)
	}
}

// fetched fetches the photo once: as something to be saved, with its pixels and without its place.
func fetched(t *testing.T, n, other *node, path string, content []byte) {
	t.Helper()
	if res, _ := other.carry(http.MethodGet, path, nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("another member: %d", res.StatusCode)
	}
	if res, _ := n.carry(http.MethodHead, path, nil); res.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("head: %d", res.StatusCode)
	}
	res, got := n.carry(http.MethodGet, path, nil)
	if res.StatusCode != http.StatusOK || bytes.Contains(got, []byte("GPS")) || len(got) < len(content)-200 || !bytes.Equal(got[len(got)-1000:], content[len(content)-1000:]) {
		t.Fatalf("%d, %d bytes", res.StatusCode, len(got))
	}
	if _, err := jpeg.Decode(bytes.NewReader(got)); err != nil {
		t.Error(err)
	}
	for name, want := range map[string]string{"Content-Type": "image/jpeg", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Content-Security-Policy": "sandbox; default-src 'none'"} {
		if res.Header.Get(name) != want {
			t.Errorf("%s: %q", name, res.Header.Get(name))
		}
	}
	if !strings.HasPrefix(res.Header.Get("Content-Disposition"), "attachment;") {
		t.Error("a browser would show it")
	}
	if res, _ := n.carry(http.MethodGet, path, nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("fetched twice: %d", res.StatusCode)
	}
}
