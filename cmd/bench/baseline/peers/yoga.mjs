// GraphQL Yoga as its documentation sets it up for subscriptions over graphql-ws and for Redis. Objects lie in memory, default
// resolvers. An event is an AttendanceUpdate; it goes through Redis to all who follow.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRedisEventTarget } from '@graphql-yoga/redis-event-target'
import { useServer } from 'graphql-ws/use/ws'
import { createPubSub, createSchema, createYoga } from 'graphql-yoga'
import { Redis } from 'ioredis'
import { WebSocketServer } from 'ws'

const topic = process.env.BENCH_CHANNEL
const connect = () => new Redis(process.env.BENCH_REDIS_SOCKET)
const pubSub = createPubSub({ eventTarget: createRedisEventTarget({ publishClient: connect(), subscribeClient: connect() }) })
const yoga = createYoga({
  logging: false,
  schema: createSchema({
    typeDefs: readFileSync(process.argv[2], 'utf8'),
    resolvers: {
      Query: { ready: () => true },
      Subscription: { attendanceUpdates: { subscribe: () => pubSub.subscribe(topic), resolve: (update) => update } },
    },
  }),
})
const server = createServer(async (request, response) => {
  if (request.url !== '/event') return yoga(request, response)
  const parts = []
  for await (const part of request) parts.push(part)
  pubSub.publish(topic, JSON.parse(Buffer.concat(parts)))
  response.end('{}')
})
useServer(
  {
    execute: (args) => args.rootValue.execute(args),
    subscribe: (args) => args.rootValue.subscribe(args),
    onSubscribe: async (ctx, _id, params) => {
      const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped({
        ...ctx,
        req: ctx.extra.request,
        socket: ctx.extra.socket,
        params,
      })
      const args = {
        schema,
        operationName: params.operationName,
        document: parse(params.query),
        variableValues: params.variables,
        contextValue: await contextFactory(),
        rootValue: { execute, subscribe },
      }
      const errors = validate(args.schema, args.document)
      return errors.length ? errors : args
    },
  },
  new WebSocketServer({ server, path: yoga.graphqlEndpoint }),
)
server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => console.log(`http://127.0.0.1:${server.address().port}`))
