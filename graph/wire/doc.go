// Package wire speaks the protocols by which operations come over connections that stand: graphql-transport-ws over websockets, and
// graphql-sse (distinct connections). It knows frames, ids and codes; what an operation means is its Protocol's business.
//
// A websocket costs one goroutine, that of its reader; the handler that accepted it has returned. A writer exists only while there is
// something to write, and what has come together goes out by one call. What waits for a client is bounded in bytes and in age: a feed is
// told that there is no room and reads on later, who asks and does not take the answers is not read from meanwhile, and a client that does not
// take what it asked for within patience is sent away with 1013, to come back and resume. One wheel looks at every connection once a second: is it alive, is it slow, may it still stand.
//
// Errors end with the codes of the protocol: 4400 for what no good client sends, 4401 before the acknowledgement, 4403 without a right to
// stand, 4406 without the subprotocol, 4408 without a first message in time, 4409 for an id that is in use, 4429 for a second first
// message. A node that goes says 1012, one that has no room 1013: clients come back after those.
package wire
