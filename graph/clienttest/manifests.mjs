// Two versions of an app at once at a node that takes nothing but what their manifests list: one was built by graphql-codegen, the other by
// relay-compiler. An Apollo client runs the documents that codegen made by their hashes alone; without a list a text is sent once.
//   LISTED_URL    the node that takes listed operations only
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { parse, print } from 'graphql';
import { base, check, demand, people, signIn, socket } from './server.mjs';

const listed = process.env.LISTED_URL;
const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
const codegen = read('build/gql/persisted-documents.json');
const relay = read('build/relay/persisted.json');
const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const named = (manifest, name) => Object.entries(manifest).find(([, text]) => text.includes(`query ${name}(`));

// sent asks by Apollo, and answers what it sent and what it was told.
async function sent(url, token, text, generateHash, variables, options = {}) {
  const requests = [];
  const headers = { Authorization: `Bearer ${token}`, 'Lavoro-Client': 'clienttest/1.0' };
  const http = new HttpLink({ uri: `${url}/graphql`, headers, fetch: (to, init) => (requests.push({ method: init.method, body: init.body ?? '' }), fetch(to, init)) });
  const link = ApolloLink.from([new PersistedQueryLink({ generateHash, ...options }), http]);
  const client = new ApolloClient({ cache: new InMemoryCache(), link });
  const { data } = await client.query({ query: parse(text), variables, fetchPolicy: 'no-cache' });
  return { data, requests, texts: requests.filter(({ body }) => body.includes('"query"')).length };
}

async function byName(token, request) {
  const response = await fetch(`${listed}/graphql`, { method: 'POST', headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` }, body: JSON.stringify(request) });
  return response.json();
}

check('manifests', async () => {
  const [{ email }] = (await people()).filter(({ role }) => /^COORDINATOR/.test(role));
  const token = await signIn(email);
  const [hash, text] = named(codegen, 'SessionQuery');
  demand(hash === `sha256:${sha256(text)}`, 'codegen names a text by something else than its SHA-256', hash);
  const variables = { code: 'LACO3' };

  const { data, texts } = await sent(listed, token, text, () => hash, variables);
  demand(data.programme.code === 'LACO3' && texts === 0, 'Apollo sent the text of a listed operation', texts);

  const [md5] = named(relay, 'SessionQuery');
  demand(md5 !== hash && md5.length === 32, 'relay-compiler names texts by something else than MD5', md5);
  const other = await byName(token, { documentId: md5, variables });
  demand(other.data?.programme.code === 'LACO3', 'the version that relay-compiler built is not taken', other);

  const query = '{ viewer { id } }';
  for (const request of [{ query }, { documentId: 'ffff' }, { query: `${text} ` , variables }]) {
    const { errors, ...rest } = await byName(token, request);
    demand(errors?.[0].extensions.code === 'OPERATION_NOT_LISTED' && errors[0].extensions.cure && !('data' in rest), 'taken, though nobody listed it', request, errors);
  }

  const feed = Object.entries(codegen).find(([, one]) => one.includes('subscription PulseFeed'))?.[0];
  demand(feed, 'codegen lists no subscription');
  const client = socket(token, listed); // which wants a text, be it an empty one
  const heard = await new Promise((resolve, reject) => {
    client.subscribe({ query: '', extensions: { persistedQuery: { version: 1, sha256Hash: feed } }, variables: { programme: data.programme.id } }, { next: resolve, error: reject, complete: () => resolve(null) });
  });
  await client.dispose();
  demand(heard?.data, 'a listed subscription by its id tells nothing', heard);

  // A text that nobody listed, elsewhere: told unknown, sent once, then known to whoever asks; the third time by GET.
  const own = `query Once${[...String(Date.now())].map((digit) => 'abcdefghij'[digit]).join('')} { viewer { id name } }`;
  const rounds = [];
  for (const options of [{}, {}, { useGETForHashedQueries: true }]) rounds.push(await sent(base, token, own, (document) => sha256(print(document)), {}, options));
  demand(rounds.map((one) => one.texts).join() === '1,0,0', 'a text was not sent exactly once', rounds.map((one) => one.requests));
  demand(rounds[2].requests.every(({ method }) => method === 'GET'), 'the last was no GET', rounds[2].requests);
  return `${Object.keys(codegen).length} operations of codegen, ${Object.keys(relay).length} of relay-compiler`;
});
