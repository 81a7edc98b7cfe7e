// Package baseline holds what the program's live updates are measured by: servers that give the same events to as many followers over
// the same protocol, each in a process of its own.
//
//	coder      a lower bound: accepts with coder/websocket, acknowledges, and has one goroutine and one channel for each connection,
//	           which writes a frame that was spelled once. No GraphQL, no rights, no reading of what clients say after they subscribed.
//	stock      gqlgen as its documentation sets it up (stock/): handler, transport.Websocket{}, a query cache. Objects lie in
//	           memory, ready to be selected from; no rights, no database.
//	mercurius  Fastify and Mercurius with mqemitter-redis, graphql-jit on (peers/). Objects in memory, default resolvers.
//	yoga       GraphQL Yoga with its Redis event target, over graphql-ws and ws as its documentation sets it up (peers/). The same.
//
// Each takes an event at POST /event, sends it through Redis, and gives what comes back from there to all who follow.
package baseline
