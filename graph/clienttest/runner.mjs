// Runs one act through Apollo as whoever may do it, and compares three things: what the cache showed before, what it
// shows after the act's own answer, and what the server says when asked again. No step may fetch in between.
import { isDeepStrictEqual } from 'node:util';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { parse } from 'graphql';
import { base, demand, people, signIn } from './server.mjs';

const note = 'prova della memoria del client';
export const refusal = 'refusals { code kind message path cure curedBy } warnings { code kind message path cure curedBy }';

// actors signs everybody of the demonstration in, each with an Apollo client and a cache of their own.
export async function actors() {
  return Promise.all((await people()).map(async ({ email, role }) => {
    const actor = client({ email, role }, await signIn(email));
    actor.me = await read(actor, parse(`query Me { viewer { id name grants { id role programme { id code } organisation { id code } } } }`), {});
    return actor;
  }));
}

// client gives an actor an Apollo client and a cache of his own, which count what they send.
export function client(actor, token) {
  actor.requests = 0;
  const count = new ApolloLink((operation, forward) => {
    actor.requests += 1;
    return forward(operation);
  });
  const http = new HttpLink({ uri: `${base}/graphql`, headers: { Authorization: `Bearer ${token}`, 'Lavoro-Client': 'clienttest-apollo' } });
  actor.client = new ApolloClient({ cache: new InMemoryCache(), link: ApolloLink.from([count, http]) });
  return actor;
}

// read fetches from the server and passes the cache by.
export async function read(actor, query, variables) {
  const { data } = await actor.client.query({ query, variables, fetchPolicy: 'no-cache' });
  return data;
}

const inputType = (act) => `${act[0].toUpperCase()}${act.slice(1)}Input`;

// document is the mutation for an act whose payload shows the given selection.
function document(act, selection) {
  return parse(`mutation Run($input: ${inputType(act)}!) { ${act}(input: $input) { requestId ${refusal} ${selection} } }`);
}

// performed holds the names of all acts that were run.
export const performed = new Set();

const told = (payload, sort) => [...payload[sort], ...(payload.answers ?? []).flatMap((answer) => answer[sort])];
const noes = (payload) => told(payload, 'refusals');

// unpassable are the refusals that no acknowledgement passes: those that are not told as warnings too.
function unpassable(payload) {
  const passable = new Set(told(payload, 'warnings').map(({ code }) => code));
  return noes(payload).filter(({ code }) => !passable.has(code));
}

// whoMay finds by a preview, which writes nothing, somebody to whom the act is not refused.
async function whoMay(candidates, preferred, act, mutation, input) {
  const order = [...candidates].sort((a, b) => Number(preferred.test(b.role)) - Number(preferred.test(a.role)));
  const heard = [];
  for (const actor of order) {
    const { data, error } = await actor.client.mutate({
      mutation, variables: { input: { ...input, preview: true } }, fetchPolicy: 'no-cache', errorPolicy: 'all',
    });
    const payload = data?.[act];
    if (payload && unpassable(payload).length === 0) return { actor, warnings: noes(payload) };
    heard.push(`${actor.email} (${actor.role}): ${payload ? noes(payload).map(({ code, message }) => `${code} ${message}`).join('; ') : error?.message}`);
  }
  throw new Error(`nobody may do ${act}:\n${heard.join('\n')}`);
}

// step runs an act and demands that every watched object, read from the cache alone, afterwards equals the server's own
// answer and differs from before; one that the act makes is not in the cache before. It returns the act's payload.
export async function step(everybody, { act, by = /./, input, payload: selection, watch }) {
  const mutation = document(act, selection);
  const { actor, warnings } = await whoMay(everybody, by, act, mutation, input);
  const passing = warnings.length === 0 ? {} : { acknowledge: warnings.map(({ code }) => code), acknowledgeReason: note };
  const late = typeof watch === 'function'; // the act gives the id of what it makes
  let watched = late ? [] : [watch].flat();
  const before = [];
  for (const screen of watched) before.push(await opened(actor, act, screen));

  const sent = actor.requests;
  const { data } = await actor.client.mutate({ mutation, variables: { input: { ...input, ...passing } } });
  const payload = data[act];
  demand(noes(payload).length === 0, `${act} was refused after a preview that was not`, payload);
  if (late) watched = [watch(payload)].flat();
  const after = watched.map((screen) => cached(actor.client, screen));
  demand(actor.requests === sent + 1, `${act} made ${actor.requests - sent} requests`);
  for (const [index, screen] of watched.entries()) await compare(actor, act, screen, before[index] ?? null, after[index], payload);
  performed.add(act);
  console.log(`  ${act} as ${actor.email}`);
  return payload;
}

// open has the first of those whose role fits look at a screen, which then shows what it showed at that time.
export async function open(everybody, by, screen) {
  const { client } = everybody.find(({ role }) => by.test(role));
  await client.query({ ...asked(screen), fetchPolicy: 'network-only' });
  return { ...screen, isOpen: true };
}

// opened shows a screen's object before an act, fetched unless the act makes it, and answers what the cache holds.
async function opened({ client }, act, screen) {
  if (!screen.isNew && !screen.isOpen) await client.query({ ...asked(screen), fetchPolicy: 'network-only' });
  const before = cached(client, screen);
  demand(screen.isNew ? before === null : before !== null, `${act}: the cache is not as it should be before`, before);
  return before;
}

async function compare(actor, act, screen, before, after, payload) {
  demand(after !== null, `${act}: the payload leaves holes in the cache`, payload);
  demand(!isDeepStrictEqual(after, before), `${act}: the cache shows nothing new`, after);
  const { query, variables } = asked(screen);
  const { node: truth } = await read(actor, query, variables);
  demand(isDeepStrictEqual(plain(after), plain(truth)), `${act}: the cache differs from the server`, after, truth);
}

// asked is the query of a screen about one object; cached is what Apollo shows of it without asking, or null.
const asked = ({ type, id, fields }) => ({
  query: parse(`query Watch($id: ID!) { node(id: $id) { ... on ${type} { ${fields} } } }`), variables: { id },
});

const cached = (client, { type, id, fields }) => client.readFragment({
  id: `${type}:${id}`, fragment: parse(`fragment Watched on ${type} { ${fields} }`),
});

const plain = (value) => JSON.parse(JSON.stringify(value));
