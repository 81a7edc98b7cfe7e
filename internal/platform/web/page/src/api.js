// The addresses of the server this page talks to, all on its own origin. Who asks, the session's cookie says, which no script sees.
import { createClient } from 'graphql-ws';

const endpoint = '/graphql';
const clientName = 'lavoro-page';

// signedOut is told to the window when the server no longer knows who is signed in.
export const signedOut = 'lavoro:signed-out';

// sessionState asks who is signed in on this page: { signedIn, expiresAt, issuers: [{ label, signIn }] }.
export async function sessionState() {
  const response = await fetch('/session', { headers: { Accept: 'application/json' } });
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  return response.json();
}

// signOut ends the session, and answers where to end the one at the issuer ("" where there is none).
export async function signOut() {
  const response = await fetch('/sign-out', { method: 'POST', headers: { Accept: 'application/json' } });
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  return (await response.json()).endSession;
}

// schemaText fetches the contract as the server publishes it, or null where it does not.
export async function schemaText() {
  const response = await fetch('/schema.graphqls');
  const type = response.headers.get('Content-Type') ?? '';
  return response.ok && !type.startsWith('text/html') ? response.text() : null;
}

// post runs one query or mutation over HTTP in the language that the session's settings name.
export async function post(settings, operation, headers) {
  const { language } = settings();
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/graphql-response+json, application/json;q=0.9',
      'Accept-Language': language,
      'Lavoro-Client': clientName,
      ...headers,
    },
    body: JSON.stringify(operation),
  });
  const text = await response.text();
  try {
    const answer = JSON.parse(text);
    if (answer.errors?.some((error) => error.extensions?.code === 'UNAUTHENTICATED')) dispatchEvent(new Event(signedOut));
    return answer;
  } catch {
    return { errors: [{ message: `${response.status} ${response.statusText}: ${text.slice(0, 400)}` }] };
  }
}

// socket opens (lazily) one graphql-transport-ws connection that comes back for as long as the page is open.
// It answers the client, and isUp() that says whether the server has acknowledged it.
export function socket(settings) {
  let up = false;
  const client = createClient({
    url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${endpoint}`,
    connectionParams: () => ({ 'Accept-Language': settings().language, 'Lavoro-Client': clientName }),
    retryAttempts: Infinity,
    keepAlive: 15_000,
    on: {
      connected: () => { up = true; },
      closed: (event) => {
        up = false;
        if (event?.code === 4403) dispatchEvent(new Event(signedOut));
      },
    },
  });
  return Object.assign(client, { isUp: () => up });
}

// observe gives GraphiQL a subscription in the shape it understands.
export function observe(client, operation) {
  return { subscribe: (sink) => ({ unsubscribe: client.subscribe(operation, { ...sink, error: (cause) => sink.error(readable(cause)) }) }) };
}

// readable turns what a subscription may fail with (GraphQL errors, a closed socket, anything) into one message.
export function readable(cause) {
  if (Array.isArray(cause)) return new Error(cause.map((error) => error.message).join(' · '));
  if (cause instanceof Error) return cause;
  if (cause && typeof cause.code === 'number') return new Error(`WebSocket ${cause.code} ${cause.reason ?? ''}`.trim());
  return new Error(String(cause));
}
