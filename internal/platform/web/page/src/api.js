// The four addresses of the server this page talks to, all on its own origin.
import { createClient } from 'graphql-ws';

const endpoint = '/graphql';
const clientName = 'lavoro-page';

// demoPeople lists who can be signed in as, or null where the installation holds real data (404).
export async function demoPeople(language) {
  const response = await fetch('/demo/people', { headers: { Accept: 'application/json', 'Accept-Language': language } });
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  return response.json();
}

// demoToken signs in as the person with this address; answers { token, expiresAt }.
export async function demoToken(email) {
  const response = await fetch('/demo/token', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify({ email }),
  });
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  return response.json();
}

// schemaText fetches the contract as the server publishes it, or null where it does not.
export async function schemaText() {
  const response = await fetch('/schema.graphqls');
  const type = response.headers.get('Content-Type') ?? '';
  return response.ok && !type.startsWith('text/html') ? response.text() : null;
}

// post runs one query or mutation over HTTP; credentials() gives { token, language }.
export async function post(credentials, operation, headers) {
  const { token, language } = await credentials();
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/graphql-response+json, application/json;q=0.9',
      'Accept-Language': language,
      'Lavoro-Client': clientName,
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
      ...headers,
    },
    body: JSON.stringify(operation),
  });
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return { errors: [{ message: `${response.status} ${response.statusText}: ${text.slice(0, 400)}` }] };
  }
}

// socket opens (lazily) one graphql-transport-ws connection that comes back for as long as the page is open.
// It answers the client, and isUp() that says whether the server has acknowledged it.
export function socket(credentials) {
  let up = false;
  const client = createClient({
    url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${endpoint}`,
    connectionParams: async () => {
      const { token, language } = await credentials();
      return {
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
        'Accept-Language': language,
        'Lavoro-Client': clientName,
      };
    },
    retryAttempts: Infinity,
    keepAlive: 15_000,
    on: {
      connected: () => { up = true; },
      closed: () => { up = false; },
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
