// PostGraphile as its documentation sets it up, over the same tables as their owner, without rights. The tables' functions stay out: some bear the
// name of a table.
import { createServer } from 'node:http'
import { postgraphile } from 'postgraphile'
import { makePgService } from 'postgraphile/adaptors/pg'
import { grafserv } from 'postgraphile/grafserv/node'
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber'

const server = createServer()
server.on('error', (error) => { throw error })
const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  disablePlugins: ['PgProceduresPlugin', 'PgCustomTypeFieldPlugin'],
  pgServices: [makePgService({ connectionString: process.env.BENCH_DATABASE_URL, schemas: ['public'], poolConfig: { max: 8 } })],
  grafserv: { graphiql: false, watch: false },
  grafast: { explain: false },
})
const serve = instance.createServ(grafserv)
await serve.addTo(server)
server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => console.log(`http://127.0.0.1:${server.address().port}`))
