// The path of a new user with npm graphql-ws: a nested list, an act, its event on a second connection (through a second
// node where there is one), and after a disconnection exactly what was missed, from the cursor.
import { recorder } from './register.mjs';
import { ask, base, check, demand, operation, post, second, socket, tutor, within } from './server.mjs';

const patience = 10_000;

check('interop', async () => {
  await refusesStrangers();
  const { token, programme, ...hours } = await tutor();
  const record = recorder(token, hours);
  const list = await ask(token, operation('ParticipantList'), { programme, first: 5 });
  demand(list.participants.nodes.length > 0, 'the tutor sees nobody');
  demand(list.participants.nodes.every((person) => Array.isArray(person.attendances.nodes)), 'the nested list lacks registers');

  const first = follow(token, programme, list.position);
  const one = await record();
  const seen = await within(patience, first.next(), 'the event of recordAttendance did not come');
  demand(seen.subjectId === one.id && seen.act === 'recordAttendance' && seen.kind === 'ENTERED', 'another event came', seen, one);
  demand(seen.subject?.day === one.day && seen.subject.from === one.from && seen.subject.to === one.to, 'the event shows another entry', seen, one);
  await first.leave();

  const missed = [await record(), await record()];
  const again = follow(token, programme, seen.cursor);
  const got = [];
  for (const { id } of missed) {
    const event = await within(patience, nextOf(again, 'recordAttendance'), 'an event missed while away did not come');
    demand(event.subjectId === id, 'the missed events came in another order', event, missed);
    demand(event.sequence > (got.at(-1)?.sequence ?? seen.sequence), 'a sequence does not grow', got, event);
    got.push(event);
  }
  const last = await record();
  const live = await within(patience, nextOf(again, 'recordAttendance'), 'no live event came after the missed ones');
  demand(live.subjectId === last.id, 'a missed event came twice', live);
  await again.leave();
  await badCursor(token, programme);
  return `${missed.length} missed events came after reconnecting${second === base ? '' : ', through a second node'}`;
});

async function refusesStrangers() {
  const { data, errors } = await post('', '{ viewer { id } }');
  demand(!data?.viewer && typeof errors?.[0]?.extensions?.code === 'string', 'a stranger is not refused with a code', errors);
}

// follow subscribes on a connection of its own; next() gives the events in order, leave() ends the connection.
function follow(token, programme, after) {
  const client = socket(token);
  const events = client.iterate({ query: operation('AttendanceFeed'), variables: { programme, after } });
  return {
    next: async () => {
      const { value, done } = await events.next();
      demand(!done, 'the subscription ended');
      demand(!value.errors, 'the subscription answered errors', value.errors);
      return value.data.attendanceUpdates;
    },
    leave: async () => {
      await events.return();
      await client.dispose();
    },
  };
}

// nextOf passes over events of other acts: a running demonstration has its own.
async function nextOf(feed, act) {
  for (;;) {
    const event = await feed.next();
    if (event.act === act) return event;
  }
}

// badCursor is answered by an error or a resync, never by silence or by everything.
async function badCursor(token, programme) {
  const feed = follow(token, programme, 'never-a-cursor');
  const answer = await within(patience, feed.next().then((event) => event.kind, () => 'error'), 'a bad cursor got no answer');
  demand(answer === 'RESYNC' || answer === 'error', `a bad cursor was answered by ${answer}`);
  await feed.leave();
}
