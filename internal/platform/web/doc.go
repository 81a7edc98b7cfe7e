// Package web holds what the server shows to a browser: the page at "/" with GraphiQL, a live pane and ready examples.
//
// The page's source lies in page/, its built form in dist/, which is committed so that a machine without node serves it.
// After a change in page/ run "npm ci && npm run build" there and commit dist with it; a test builds afresh and compares.
// Gate is what every request passes first: headers that harden, origins by list, the client behind proxies, panics that tell nothing.
//
// The page asks its own origin only: /session, /sign-out, /schema.graphqls and /graphql. To sign in it leaves for /sign-in and comes back.
package web
