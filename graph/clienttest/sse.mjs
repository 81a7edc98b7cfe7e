// npm graphql-sse, each operation on a connection of its own: what is answered once, what is refused, and a feed over a road that breaks and
// a node that goes.
import { recorder } from './register.mjs';
import { node, road } from './road.mjs';
import { base, check, demand, events, operation, second, tutor, within } from './server.mjs';

const patience = 15_000;

check('sse', async () => {
  const { email: _, token, programme, ...hours } = await tutor();
  const client = events(token, base);
  const list = await once(client, { query: operation('ParticipantList'), variables: { programme, first: 2 } });
  demand(list.data?.participants.nodes.length > 0 && !list.errors, 'the query has no answer', list);
  await refusals(client);

  const record = recorder(token, hours, 15);
  const way = await road(second);
  const feed = follow(token, way.url, programme, list.data.position);
  const tried = await once(client, { query: operation('RecordAttendance'), variables: { input: { preview: true, entries: [hours] } } });
  demand(tried.data?.recordAttendance.answers[0]?.refusals.length === 0, 'the mutation has no answer', tried);

  await feed.tells([await record()]);
  way.cut();
  await feed.interrupted();
  const missed = [await record(), await record()];
  way.open(base);
  await feed.tells([...missed, await record()]);

  const own = await node();
  way.cut();
  await feed.interrupted();
  way.open(own.url);
  await feed.tells([await record()]);
  const stopped = own.stop('SIGTERM');
  await feed.interrupted();
  await stopped;
  way.open(base);
  await feed.tells([await record()]);
  demand(feed.state.ended === 0, 'the feed has ended', feed.state);
  feed.leave();
  return 'a query, a mutation, a feed over a road that broke and from a node that went; no event lost or repeated';
});

// once gives the one answer of an operation that ends by itself.
async function once(client, request) {
  const answers = [];
  for await (const answer of client.iterate(request)) answers.push(answer);
  demand(answers.length === 1, 'another number of answers than one', answers);
  return answers[0];
}

const codes = ({ errors }) => errors?.map(({ extensions }) => extensions.code).join();

// refusals: what does not fit or may not be read is an answer, who is not signed in gets a status.
async function refusals(client) {
  const invalid = await once(client, { query: 'subscription { nothing }' });
  demand(codes(invalid) === 'GRAPHQL_VALIDATION_FAILED' && !('data' in invalid), 'what does not fit the schema is not refused', invalid);
  const hidden = await once(client, { query: operation('AttendanceFeed'), variables: { programme: 'prg_00000000-0000-7000-8000-000000000000' } });
  demand(codes(hidden) === 'NOT_FOUND', 'an unknown programme is followed', hidden);
  for (const token of ['', 'not.a.token']) {
    const stranger = await once(events(token, base), { query: '{ viewer { id } }' }).catch((error) => error);
    demand(stranger.response?.status === 401, 'a stranger is let in', String(stranger));
    demand(/^application\/json/.test(stranger.response.headers.get('Content-Type')), 'a stranger is told why by something else than JSON');
    demand(codes(await stranger.response.json()) === 'UNAUTHENTICATED', 'a stranger is told another reason');
  }
}

// follow subscribes over the road; the client asks again with the newest cursor whenever its connection breaks.
function follow(token, url, programme, position) {
  const state = { after: position, got: [], ended: 0 };
  let told = () => {};
  let interrupted = () => {};
  const client = events(token, url, {
    retryAttempts: Infinity,
    on: { connecting: (again) => again && interrupted() },
  });
  const leave = client.subscribe({ query: operation('AttendanceFeed'), variables: { programme, get after() { return state.after; } } }, {
    next({ data, errors }) {
      demand(!errors, 'the feed answers errors', errors);
      state.after = data.attendanceUpdates.cursor;
      if (data.attendanceUpdates.act === 'recordAttendance') state.got.push(data.attendanceUpdates.subjectId);
      told();
    },
    error: (reason) => (state.ended += 1, console.error(reason)),
    complete: () => (state.ended += 1),
  });
  let expected = 0;
  return {
    state, leave,
    // tells waits for exactly these entries, in order.
    async tells(entries) {
      expected += entries.length;
      await within(patience, new Promise((resolve) => {
        told = () => state.got.length >= expected && resolve();
        told();
      }), `events did not come: ${entries.map(({ id }) => id)}`);
      const got = state.got.slice(expected - entries.length);
      demand(got.join() === entries.map(({ id }) => id).join(), 'other events came', got, entries);
    },
    // interrupted waits until the client has noticed that its connection broke.
    interrupted: () => within(patience, new Promise((resolve) => { interrupted = resolve; }), 'the connection did not break'),
  };
}
