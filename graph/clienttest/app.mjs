// An app as the helper of graph/client has it: an Apollo cache that is filled by reading, and kept by what the feed tells.
import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { parse } from 'graphql';
import { followFeed } from './helper.mjs';
import { base, demand, operation, within } from './server.mjs';

const patience = 15_000;
const possibleTypes = await (await fetch(`${base}/possibleTypes.json`)).json();

// mine is what the app shows: people with the beginning of their registers.
export const mine = `query Mine($programme: ID!) {
  position(programme: $programme)
  participants(programme: $programme, first: 100, filter: {states: [ACTIVE]}) { nodes { id enrolments { id } attendances(first: 3) { nodes { id day from to } } } }
}`;

// app begins at once; what it was told stands in told.
export function app(name, client, token, programme, options = {}) {
  const cache = new InMemoryCache({ possibleTypes });
  const link = new HttpLink({ uri: `${base}/graphql`, headers: { Authorization: `Bearer ${token}` } });
  const apollo = new ApolloClient({ cache, link });
  const one = { name, cache, told: [], sequences: [], reads: 0, ended: [], checked: 0 };
  let heard = () => {};
  const tell = (line, { sequence }) => {
    one.told.push(line);
    one.sequences.push(sequence);
    heard();
  };
  const until = (holds, reason) => within(patience, new Promise((resolve) => {
    heard = () => holds() && resolve();
    heard();
  }), `${name}: ${reason}`).catch((late) => demand(false, late.message, one.told, one.ended));

  one.feed = followFeed({
    client, document: parse(operation('AttendanceFeed')), variables: { programme },
    async read() {
      const { data } = await apollo.query({ query: parse(mine), variables: { programme }, fetchPolicy: 'network-only' });
      one.reads += 1;
      queueMicrotask(() => heard());
      return data.position;
    },
    onEntered: (event) => tell(`ENTERED ${event.subjectId}`, event),
    onChanged: (event) => tell(`CHANGED ${event.subjectId}`, event),
    onLeft(id, event) {
      cache.evict({ id: cache.identify({ __typename: id.startsWith('prt_') ? 'Participant' : 'Attendance', id }) });
      cache.gc();
      tell(`LEFT ${id}`, event);
    },
    onEnd: (reason) => {
      one.ended.push(String(reason));
      heard();
    },
    ...options,
  });
  one.begins = () => until(() => one.reads > 0, 'it did not read');
  one.ends = () => until(() => one.ended.length > 0, 'it did not end');
  // tells waits for exactly these lines.
  one.tells = async (lines) => {
    one.checked += lines.length;
    await until(() => one.told.length >= one.checked, `events did not come: ${lines}`);
    const got = one.told.slice(one.checked - lines.length);
    demand(got.join() === lines.join(), `${name}: other events came`, got, lines);
    const grows = one.sequences.every((sequence, index) => index === 0 || sequence > one.sequences[index - 1]);
    demand(grows, `${name}: a sequence does not grow`, one.sequences);
  };
  return one;
}
