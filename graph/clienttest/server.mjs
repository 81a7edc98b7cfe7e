// How the live checks reach a server: its address comes from the environment, people and tokens from its demonstration.
//   BASE_URL      the server, e.g. http://127.0.0.1:8080
//   SECOND_URL    another node of the same installation; BASE_URL when left out
//   LAVORO, STATE the program and the folder of its servers, for what is done where it runs
//   TUTOR_EMAIL   who records attendance; the first demonstration tutor with a running internship when left out
import { createClient as createEventClient } from 'graphql-sse';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { firstGood, freeHours, programmeOf, since } from '../../internal/platform/web/page/src/facts.js';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const base = required('BASE_URL').replace(/\/$/, '');
export const second = (process.env.SECOND_URL ?? base).replace(/\/$/, '');

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
export const operation = (name) => readFileSync(here(`./operations/${name}.graphql`), 'utf8');
const pageExample = (name) => readFileSync(here(`../../internal/platform/web/page/src/examples/${name}.graphql`), 'utf8');

function required(name) {
  const value = process.env[name];
  if (!value) {
    console.error(`${name} is not set`);
    process.exit(2);
  }
  return value;
}

// letterOf gives what the letter to somebody who was invited brings, as who runs the installation hands it over where there is no post.
export function letterOf(email) {
  const link = execFileSync(required('LAVORO'), ['member', 'link', email, '--state', required('STATE')], { encoding: 'utf8' }).trim();
  return new URL(link).searchParams.get('invitation');
}

// demand ends the check with a reason; the process then leaves with status 1.
export function demand(holds, reason, ...facts) {
  if (!holds) throw new Error([reason, ...facts.map((fact) => JSON.stringify(fact, null, 1))].join('\n'));
}

export async function people() {
  const response = await fetch(`${base}/demo/people`);
  demand(response.ok, `GET /demo/people answered ${response.status}`);
  return response.json();
}

// signIn gets a token as an app on this machine does: authorization code with PKCE at the issuer that the demonstration runs. Its
// sign-in page asks who one is; a person's subject stands before the @ of the address, that of who was only invited is all of it.
export async function signIn(email, subject = email.split('@')[0]) {
  const issuer = await (await fetch(`${base}/demo/issuer/.well-known/openid-configuration`)).json();
  const verifier = randomBytes(32).toString('base64url');
  const state = randomBytes(24).toString('hex');
  const question = {
    response_type: 'code', client_id: 'lavoro-app', redirect_uri: 'http://127.0.0.1:4711/callback', scope: 'openid', state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256',
  };
  const chosen = new URLSearchParams({ ...question, subject });
  const sent = await fetch(issuer.authorization_endpoint, { method: 'POST', body: chosen, redirect: 'manual' });
  const brought = new URL(sent.headers.get('Location') ?? 'http://127.0.0.1/').searchParams;
  demand(brought.get('state') === state && brought.get('code'), `the issuer gave no code for ${email}`, sent.status, [...brought]);
  const proof = { grant_type: 'authorization_code', code: brought.get('code'), code_verifier: verifier, client_id: question.client_id, redirect_uri: question.redirect_uri };
  const response = await fetch(issuer.token_endpoint, { method: 'POST', body: new URLSearchParams(proof) });
  const { access_token: token, token_type: sort, expires_in: seconds } = await response.json();
  demand(response.ok && sort === 'Bearer' && token, `the issuer gave no token for ${email}`, response.status);
  demand(seconds > 0, 'the token has run out before its first use', seconds);
  return token;
}

// ask posts one operation and answers its data; GraphQL errors end the check.
export async function ask(token, query, variables, url = base) {
  const { data, errors } = await post(token, query, variables, url);
  demand(!errors && data, `the server answered errors to ${query.slice(0, 60)}`, errors);
  return data;
}

export async function post(token, query, variables, url = base) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/graphql-response+json, application/json;q=0.9',
      'Lavoro-Client': 'clienttest',
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
    },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}

// running finds a person's programme and the latest hours of a running internship that the rules let be written.
export async function running(token) {
  const { viewer } = await ask(token, pageExample('viewer'));
  const programme = programmeOf(viewer);
  if (!programme) return null;
  const { placements } = await ask(token, pageExample('prepare'), { programme: programme.id, since: since() });
  const hours = freeHours(placements.nodes);
  if (hours.length === 0) return null;
  const { recordAttendance } = await ask(token, pageExample('offer'), { input: { preview: true, entries: hours } });
  const good = firstGood(hours, recordAttendance.answers);
  return good && { programme: programme.id, ...good };
}

// tutor signs in the person who records attendance, and says what there is to record.
export async function tutor() {
  const named = process.env.TUTOR_EMAIL;
  const candidates = named ? [{ email: named }] : (await people()).filter(({ role }) => /tutor/i.test(role) && !/host|azien|ospit/i.test(role));
  for (const { email } of candidates) {
    const token = await signIn(email);
    const hours = await running(token);
    if (hours) return { email, token, ...hours };
  }
  throw new Error(`no demonstration tutor has hours to record (tried ${candidates.map(({ email }) => email).join(', ')})`);
}

// socket opens a graphql-transport-ws connection to url as the bearer of token.
export function socket(token, url = second, options = {}) {
  return createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { Authorization: `Bearer ${token}`, 'Accept-Language': 'it', 'Lavoro-Client': 'clienttest' },
    retryAttempts: Infinity,
    retryWait: soon,
    lazy: false,
    ...options,
  });
}

// events opens a connection of server-sent events for each operation.
export function events(token, url, options = {}) {
  return createEventClient({
    url: `${url}/graphql`, headers: token ? { Authorization: `Bearer ${token}`, 'Lavoro-Client': 'clienttest' } : {}, retryAttempts: 0, retry: soon, ...options,
  });
}

// soon is how long a client of a check waits before it comes back.
const soon = () => new Promise((resolve) => { setTimeout(resolve, 50); });

// within settles like promise, or fails with reason when that takes longer than so many milliseconds.
export async function within(milliseconds, promise, reason) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${reason} (waited ${milliseconds} ms)`)), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

// check runs the whole of a script and turns its outcome into a line and an exit status.
export async function check(name, run) {
  try {
    console.log(`ok ${name}: ${await run()}`);
    process.exit(0);
  } catch (cause) {
    console.error(`FAILED ${name}: ${cause.stack ?? cause}`);
    process.exit(1);
  }
}
