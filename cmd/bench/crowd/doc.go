// Package crowd is many websocket clients in a process of their own, so that what they cost is not taken for a server's, and so that
// their sockets do not use up the files that the bench's own process may open.
//
// The bench starts the process and tells it what to do over its standard input and output (net/rpc). Every client speaks
// graphql-transport-ws and follows one feed; of what it receives it keeps the number of the event, which every selection must ask
// for as `sequence`, the cursor, where it asks for one, and the moment.
package crowd
