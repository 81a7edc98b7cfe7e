// Package clienttest runs what the makers of clients use against the schema and a live server: graphql-codegen with the
// client preset, relay-compiler and tsc over the operations in operations/, an Apollo cache that must show each act's
// outcome without a refetch, npm graphql-ws and graphql-sse over connections that break, the audits of graphql-http, the helper for apps
// (graph/client) over both and against nodes that are killed, manifests of two app versions at a node that takes nothing else, and the page at
// "/" in a real Chromium. It holds the schema to the last released one, too.
//
// The node side needs a server's address only, so every check also runs by hand: BASE_URL=http://localhost:8080 npm run
// apollo (or browser, feed, http, interop, sse). Packages are pinned in package-lock.json and install no browser.
package clienttest
