// The nested list by Mercurius over pg, as its documentation sets loaders up: graphql-jit on, one hand-written statement for each relation,
// for all parents at once. It reads as the tables' owner, without rights.
import Fastify from 'fastify'
import mercurius from 'mercurius'
import pg from 'pg'

const pool = new pg.Pool({ connectionString: process.env.BENCH_DATABASE_URL, max: 8 })
pg.types.setTypeParser(1082, (day) => day) // as it is written
pg.types.setTypeParser(20, Number)
const rows = async (name, text, values) => (await pool.query({ name, text, values })).rows
const clock = (minutes) => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
const bare = (id) => id.slice(4)

const schema = `
type Query { participants(programme: ID!, first: Int!, orderBy: ParticipantOrder): ParticipantConnection! }
enum ParticipantOrder { REFERRED_NEWEST }
type PageInfo { hasNextPage: Boolean! endCursor: String }
type ParticipantConnection { pageInfo: PageInfo! nodes: [Participant!]! }
type Participant {
  id: ID! state: String! referredOn: String! person: Person organisation: Organisation
  placements: [Placement!]! attendances(first: Int!): AttendanceConnection! allowances: [Allowance!]!
}
type Person { givenName: String familyName: String }
type Organisation { id: ID! name: String! }
type Company { id: ID! name: String! }
type Placement { id: ID! state: String! fromDay: String! toDay: String! company: Company }
type AttendanceConnection { nodes: [Attendance!]! }
type Attendance { id: ID! day: String! from: String! to: String! standing: String! }
type Allowance { id: ID! month: String! total: Int! }
`

const group = (found, keys) => {
  const by = new Map(keys.map((key) => [key, []]))
  for (const row of found) by.get(row.of).push(row)
  return keys.map((key) => by.get(key))
}
const resolvers = {
  Query: {
    async participants(_root, { programme, first }) {
      const found = await rows('participants', `select id, state, referred_on, person_id, organisation_id from participation
        where programme_id = $1 order by referred_on desc, id desc limit $2`, [bare(programme), first + 1])
      const nodes = found.slice(0, first)
      const last = nodes.at(-1)
      const place = last && JSON.stringify(['Participant/REFERRED_NEWEST', last.referred_on, last.id]).replaceAll('","', '", "')
      return { pageInfo: { hasNextPage: found.length > first, endCursor: last ? Buffer.from(place).toString('base64') : null }, nodes }
    },
  },
  Participant: { id: (p) => `prt_${p.id}`, referredOn: (p) => p.referred_on },
  Person: { givenName: (p) => p.given_name, familyName: (p) => p.family_name },
  Organisation: { id: (o) => `org_${o.id}` },
  Company: { id: (c) => `com_${c.id}` },
  Placement: { id: (p) => `plc_${p.id}`, fromDay: (p) => p.from_day, toDay: (p) => p.to_day },
  Attendance: { id: (a) => `att_${a.id}`, from: (a) => clock(a.from_minute), to: (a) => clock(a.to_minute) },
  Allowance: { id: (a) => `alw_${a.id}`, month: (a) => a.month.slice(0, 7), total: (a) => a.total_cents },
}
const ids = (queries) => queries.map((q) => q.obj.id)
const one = (name, table, columns, key) => async (queries) => {
  const found = await rows(name, `select id, ${columns} from ${table} where id = any ($1::uuid[])`, [[...new Set(queries.map((q) => q.obj[key]))]])
  const by = new Map(found.map((row) => [row.id, row]))
  return queries.map((q) => by.get(q.obj[key]))
}
const loaders = {
  Participant: {
    person: one('persons', 'person', 'given_name, family_name', 'person_id'),
    organisation: one('organisations', 'organisation', 'name', 'organisation_id'),
    placements: async (queries) => group(await rows('placements', `select id, participation_id as of, state, from_day, to_day, company_id from placement
      where participation_id = any ($1::uuid[]) order by from_day desc, id desc`, [ids(queries)]), ids(queries)),
    attendances: async (queries) => group(await rows('attendances', `select a.* from unnest($1::uuid[]) p(id) cross join lateral (
      select id, participation_id as of, day, from_minute, to_minute, standing from attendance where participation_id = p.id order by day desc, id desc limit $2) a`,
      [ids(queries), queries[0].params.first]), ids(queries)).map((nodes) => ({ nodes })),
    allowances: async (queries) => group(await rows('allowances', `select id, participation_id as of, month, total_cents from allowance
      where participation_id = any ($1::uuid[]) order by month desc, id`, [ids(queries)]), ids(queries)),
  },
  Placement: { company: one('companies', 'company', 'name', 'company_id') },
}
const app = Fastify({ logger: false })
app.register(mercurius, { schema, resolvers, loaders, jit: 1 })
console.log(await app.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }))
