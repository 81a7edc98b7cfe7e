// The helper of graph/client over a client that says what a server says rarely: repetitions, errors of the moment, an answer before the
// subscription has begun.
import { deepStrictEqual as same } from 'node:assert';
import { followFeed } from './helper.mjs';

const event = (sequence, fields = {}) => ({ cursor: `e.${sequence}`, sequence, act: 'recordAttendance', kind: 'ENTERED', subjectId: `att_${sequence}`, ...fields });
const next = (value) => (sink) => sink.next({ data: { __typename: 'Subscription', attendanceUpdates: value } });
const errors = (...codes) => (sink) => sink.next({ errors: codes.map((code) => ({ message: code, extensions: { code } })) });
const settled = () => new Promise((resolve) => { setImmediate(resolve); });

// run has a feed follow a server that says these things, a subscription after the other, and answers what the app heard of it.
async function run(subscriptions, options = {}) {
  const heard = [];
  let open = 0;
  const client = {
    subscribe(request, sink) {
      const { after, ...rest } = request.variables;
      same(rest, { programme: 'prg_1' });
      heard.push(`after ${after}`);
      open += 1;
      for (const say of subscriptions.shift() ?? []) say(sink);
      heard.push(`then ${request.variables.after}`);
      return () => { open -= 1; };
    },
  };
  const tell = (kind) => (one) => void heard.push(`${kind} ${one.sequence}`);
  const feed = followFeed({
    client, document: 'subscription …', variables: { programme: 'prg_1' }, after: 'e.0',
    read: async () => (heard.push('read'), 'e.50'),
    onEntered: tell('entered'), onChanged: tell('changed'),
    onLeft: (id) => void heard.push(`left ${id}`), onEnd: (reason) => void heard.push(`end ${JSON.stringify(reason)}`),
    ...options,
  });
  for (let turn = 0; turn < 10; turn += 1) await settled();
  const { cursor } = feed;
  feed.close();
  return { heard, cursor, open };
}

const waits = [];
globalThis.setTimeout = (step, wait) => (waits.push(wait), setImmediate(step)); // no case waits for a clock

const cases = {
  'repetitions are left out': async () => same(await run([[next(event(1)), next(event(1)), next(event(2)), next(event(1))]]), {
    heard: ['after e.0', 'then e.2', 'entered 1', 'entered 2'], cursor: 'e.2', open: 0,
  }),
  'what one’s own rights change stands at one place': async () => {
    const moved = { act: 'rightsChanged', cursor: 'e.1', kind: 'LEFT' };
    const { heard } = await run([[next(event(1)), next(event(1, { ...moved, removedId: 'prt_1' })), next(event(1, { ...moved, removedId: 'prt_2' }))]]);
    same(heard, ['after e.0', 'then e.1', 'entered 1', 'left prt_1', 'left prt_2']);
  },
  'lost events are read, though their numbers begin anew': async () => same(await run([
    [next(event(9, { kind: 'CHANGED' })), next(event(3, { kind: 'RESYNC', act: 'resync' })), next(event(4))], [next(event(4))],
  ]), { heard: ['after e.0', 'then e.9', 'changed 9', 'read', 'after e.50', 'then e.4', 'entered 4'], cursor: 'e.4', open: 0 }),
  'who are told at once to read again do so over some time': async () => {
    const told = async (act, options) => {
      waits.length = 0;
      for (let i = 0; i < 50; i += 1) await run([[next(event(9, { kind: 'RESYNC', act }))]], options);
      return [Math.min(...waits), Math.max(...waits)];
    };
    const [least, most] = await told('resync');
    same([least < 1_000, most > 2_000, most < 3_000], [true, true, true]);
    same((await told('resync', { spread: 100 }))[1] < 100, true);
    same(await told('rightsChanged'), [0, 0]);
  },
  'errors of the moment pass': async () => same(await run([[next(event(1)), errors('UNAVAILABLE', 'INTERNAL')], [next(event(2))]]), {
    heard: ['after e.0', 'then e.1', 'entered 1', 'after e.1', 'then e.2', 'entered 2'], cursor: 'e.2', open: 0,
  }),
  'other errors end it': async () => same(await run([[next(event(1)), errors('NOT_FOUND')]]), {
    heard: ['after e.0', 'then e.1', 'entered 1', 'end [{"message":"NOT_FOUND","extensions":{"code":"NOT_FOUND"}}]'], cursor: 'e.1', open: 0,
  }),
  'a close that is final ends it, and the client’s own end too': async () => {
    same((await run([[(sink) => sink.error({ code: 4400 })]])).heard.at(-1), 'end {"code":4400}');
    same((await run([[(sink) => sink.complete()]])).heard.at(-1), 'end undefined');
  },
  'a handler is waited for, and one that fails is told': async () => {
    const done = [];
    const slow = await run([[next(event(1)), next(event(2))]], { onEntered: async ({ sequence }) => (await settled(), done.push(sequence)) });
    same([done, slow.cursor], [[1, 2], 'e.2']);
    const failing = await run([[next(event(1)), next(event(2))]], { onEntered: () => Promise.reject(new Error('full')) });
    same([failing.heard.at(-1), failing.cursor, failing.open], ['end {}', 'e.0', 0]);
  },
  'a reading that fails ends it before it begins': async () => {
    const { heard } = await run([], { after: null, read: () => Promise.reject(new Error('offline')) });
    same(heard, ['end {}']);
  },
};
for (const [name, prove] of Object.entries(cases)) {
  await prove();
  console.log(`ok ${name}`);
}
