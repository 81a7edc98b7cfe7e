// Mercurius as its documentation sets it up for Redis: mqemitter-redis, graphql-jit on. Objects lie in memory, default resolvers.
// An event is an AttendanceUpdate; it goes through Redis to all who follow.
import { readFileSync } from 'node:fs'
import Fastify from 'fastify'
import mercurius from 'mercurius'
import mqemitter from 'mqemitter-redis'

const topic = process.env.BENCH_CHANNEL
const app = Fastify({ logger: false })
app.register(mercurius, {
  schema: readFileSync(process.argv[2], 'utf8'),
  resolvers: {
    Query: { ready: () => true },
    Subscription: { attendanceUpdates: { subscribe: (_root, _args, { pubsub }) => pubsub.subscribe(topic) } },
  },
  jit: 1,
  subscription: { emitter: mqemitter({ path: process.env.BENCH_REDIS_SOCKET }) },
})
app.post('/event', async (request) => {
  await app.graphql.pubsub.publish({ topic, payload: { attendanceUpdates: request.body } })
  return {}
})
console.log(await app.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }))
