// Follows a feed of the API and misses nothing: copy this file into your app. It needs `graphql` and a client that it is given, graphql-ws
// or graphql-sse.
//
//   const client = createClient({ url, connectionParams, ...standing })
//   const feed = followFeed({
//     client,
//     document: AttendanceFeedDocument,             // selects `cursor sequence act kind subjectId removedId` and what else you show
//     variables: { programme },                     // all but `after`, which is kept here
//     read: async () => (await apollo.query({ query: RegisterDocument, variables, fetchPolicy: 'network-only' })).data.position,
//     onEntered: ({ subject }) => show(subject),
//     onChanged: ({ subject }) => show(subject),
//     onLeft: (id) => apollo.cache.evict({ id: apollo.cache.identify({ __typename: 'Attendance', id }) }),
//   })
//   feed.close()
//
// `read` fetches what you show together with `position`, in one query, and answers that position: the feed goes on from there. It is asked
// first, and again whenever events are lost to you (RESYNC), so replace what you show by what it brings. Events come one by one and in order,
// each once; the next waits for what your handler promises. A connection that breaks is made anew by the client, and resumes.
import { type DocumentNode, print } from 'graphql';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';

/** What every event of a feed has; select these fields beside your own. */
export interface FeedEvent {
  cursor: string;
  sequence: number;
  act: string;
  kind: string;
  subjectId?: string | null | undefined;
  removedId?: string | null | undefined;
}

/** Options for graphql-ws with which a client comes back for as long as it is wanted: by itself it gives up after five attempts. */
export const standing = { lazy: false, retryAttempts: Infinity, shouldRetry: () => true, keepAlive: 20_000 };

/** What is used of a client. Both clients write their request anew when they come back, by which it has the newest cursor. */
export interface FeedClient {
  subscribe<Data>(request: { query: string; variables?: Record<string, unknown> | null }, sink: {
    next(answer: { data?: Data | null | undefined; errors?: readonly unknown[] | undefined }): void;
    error(reason: unknown): void;
    complete(): void;
  }): () => void;
}

/** The event in the data of a subscription. */
export type EventOf<Data> = Extract<Data[keyof Data], FeedEvent>;

export interface FeedOptions<Data, Variables> {
  client: FeedClient;
  document: TypedDocumentNode<Data, Variables> | DocumentNode | string;
  variables: Omit<Variables, 'after'>;
  /** Fetches what you show, and answers the `position` of the same query. */
  read(): Promise<string>;
  /** Over how many milliseconds followers spread who are told at the same moment to read again; 3,000 unless you say otherwise. */
  spread?: number;
  /** Where an earlier run stood (`cursor`), with what it showed still there: `read` is then asked only when events are lost. */
  after?: string | null | undefined;
  onEntered?(event: EventOf<Data>): unknown;
  onChanged?(event: EventOf<Data>): unknown;
  /** You no longer see it: forget it. The id of a participant means all that is theirs. */
  onLeft?(id: string, event: EventOf<Data>): unknown;
  /** The feed has ended and does not come back: by errors of the operation, by a close that is final, by a handler that threw, or, without
   * a reason, by the client or the server. Begin anew with `after: feed.cursor`. */
  onEnd?(reason?: unknown): void;
}

export interface Feed {
  /** Where the feed stands: all up to here was handled. Keep it beside what you show, and never without it. */
  readonly cursor: string | null;
  close(): void;
}

export function followFeed<Data = Record<string, FeedEvent>, Variables = Record<string, unknown>>(options: FeedOptions<Data, Variables>): Feed {
  const query = typeof options.document === 'string' ? options.document : print(options.document);
  let cursor = options.after ?? null;
  let closed = false;
  let leave = () => {};

  function end(reason?: unknown) {
    if (closed) return;
    close();
    options.onEnd?.(reason);
  }

  function close() {
    closed = true;
    leave();
  }

  async function read() {
    const position = await options.read();
    if (closed) return;
    cursor = position;
    follow(position);
  }

  // follow goes on from a cursor until close, or until events are lost: then what is shown is read again.
  function follow(received: string) {
    let over = false;
    let last = -1;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let handled = Promise.resolve();
    const inTurn = (step: () => unknown) => {
      handled = handled.then(async () => {
        if (!closed) await step();
      }).catch(end);
    };
    const stop = () => {
      clearTimeout(timer);
      if (over) return;
      over = true;
      unsubscribe();
    };
    let unsubscribe = () => {};
    leave = stop;

    function take(event: EventOf<Data>) {
      if (event.kind === 'RESYNC') {
        stop();
        const wait = event.act === changedRights ? 0 : (options.spread ?? 3_000) * Math.random(); // one's own rights are told to nobody else
        timer = setTimeout(() => inTurn(read), wait);
        return;
      }
      if (event.sequence < last || (event.sequence === last && event.act !== changedRights)) return;
      last = event.sequence;
      received = event.cursor;
      inTurn(async () => {
        await handle(event);
        cursor = event.cursor;
      });
    }

    const variables = { ...options.variables, get after() { return received; } };
    unsubscribe = options.client.subscribe<Data>({ query, variables }, {
      next({ data, errors }) {
        if (over) return;
        if (!errors?.length) return take(eventIn(data));
        stop();
        if (passing(errors)) timer = setTimeout(() => inTurn(() => follow(received)), 1_000 + 4_000 * Math.random());
        else inTurn(() => end(errors));
      },
      error(reason) {
        if (over) return;
        stop();
        inTurn(() => end(reason));
      },
      complete() {
        if (over) return;
        stop();
        inTurn(() => end());
      },
    });
    if (over) unsubscribe(); // it answered before it returned
  }

  async function handle(event: EventOf<Data>) {
    if (event.kind === 'ENTERED') await options.onEntered?.(event);
    if (event.kind === 'CHANGED') await options.onChanged?.(event);
    const id = event.removedId ?? event.subjectId;
    if (event.kind === 'LEFT' && id) await options.onLeft?.(id, event);
  }

  function eventIn(data: Data | null | undefined): EventOf<Data> {
    const event = Object.values(data ?? {}).find((value) => typeof value === 'object' && value !== null);
    if (!event) throw new Error('The subscription selects no feed.');
    return event as EventOf<Data>;
  }

  if (cursor === null) read().catch(end);
  else follow(cursor);
  return { get cursor() { return cursor; }, close };
}

// Whom you gain and lose when your own rights change is told by several events at the place where the feed stands: no repetitions.
const changedRights = 'rightsChanged';

// passing says whether errors are about the moment and not about the operation.
function passing(errors: readonly unknown[]): boolean {
  const codes = errors.map((error) => (error as { extensions?: { code?: unknown } }).extensions?.code);
  return codes.every((code) => code === 'UNAVAILABLE' || code === 'RATE_LIMITED' || code === 'INTERNAL');
}
