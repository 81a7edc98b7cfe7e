package main

import (
	"crypto/rand"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
)

//go:embed head.html
var headText string

// newPage reads a page of this house; the template "head" is what stands in the head of each, and takes Title and Nonce.
func newPage(words string) *template.Template {
	return template.Must(template.Must(template.New("page").Parse(words)).Parse(headText))
}

// beginPage sends what stands before a page: it runs nothing, has no style but its own, which bears the nonce, and sends forms to those places alone.
func beginPage(w http.ResponseWriter, status int, forms string) (nonce string) {
	nonce = rand.Text()
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Security-Policy", fmt.Sprintf("default-src 'none'; style-src 'nonce-%s'; img-src data:; form-action %s; base-uri 'none'; frame-ancestors 'none'", nonce, forms))
	w.WriteHeader(status)
	return nonce
}
