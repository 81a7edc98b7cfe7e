// The helper of graph/client over both clients and two nodes: what it tells is exactly what happened, in order, whatever breaks meanwhile.
import { parse } from 'graphql';
import { app, mine } from './app.mjs';
import { standing } from './helper.mjs';
import { recorder } from './register.mjs';
import { node, road } from './road.mjs';
import { ask, base, check, demand, events, people, running, second, signIn, socket } from './server.mjs';

check('feed', async () => {
  const { tutor, colleague, programme, ...hours } = await colleagues();
  const record = recorder(tutor, hours, 15);
  const way = await road(second);
  const clients = { 'graphql-ws': socket(tutor, way.url, standing), 'graphql-sse': events(tutor, way.url, { retryAttempts: Infinity }) };
  const apps = Object.entries(clients).map(([name, client]) => app(name, client, tutor, programme));
  const tell = (told) => Promise.all(apps.map((one) => one.tells(told)));
  await Promise.all(apps.map((one) => one.begins()));
  const person = await personOf(tutor, programme, hours.enrolment);

  await tell([await entered(record)]);
  await overRoads({ record, way, tell });
  await handedOver({ tutor, colleague, programme, person, apps, tell });
  await tell([await entered(record)]);

  for (const one of apps) {
    one.feed.close();
    demand(one.ended.length === 0 && one.reads === 1, `${one.name}: it has ended, or read again`, one.ended, one.reads);
  }
  await forged(clients, tutor, programme, record);
  await afterAFault(clients, tutor, programme, record);
  const { length } = apps[0].told;
  return `${length} events over each of ${Object.keys(clients).join(' and ')}, none lost, repeated or out of order`;
});

// colleagues are two tutors of one body, of whom the first has hours to record.
async function colleagues() {
  const pair = await Promise.all(['tutor.asl@demo.lavoro', 'tutor2.asl@demo.lavoro'].map((email) => signIn(email)));
  for (const [tutor, colleague] of [pair, pair.toReversed()]) {
    const hours = await running(tutor);
    if (hours) return { tutor, colleague, ...hours };
  }
  throw new Error('neither tutor has hours to record');
}

const entered = async (record) => `ENTERED ${(await record()).id}`;

// overRoads: a road that breaks, a node that is killed, a node that goes; what happens meanwhile comes after.
async function overRoads({ record, way, tell }) {
  way.cut();
  const missed = [await entered(record), await entered(record)];
  way.open(base);
  await tell(missed);

  for (const signal of ['SIGKILL', 'SIGTERM']) {
    const own = await node();
    way.cut();
    way.open(own.url);
    await tell([await entered(record)]);
    const [, while_] = await Promise.all([own.stop(signal), entered(record)]);
    way.open(second);
    await tell([while_]);
  }
}

async function personOf(token, programme, enrolment) {
  const { participants } = await ask(token, mine, { programme });
  return participants.nodes.find(({ enrolments }) => enrolments.some(({ id }) => id === enrolment));
}

// handedOver: another tutor takes the person over, who leaves this one's screen and cache with all that is theirs, and comes back.
async function handedOver({ tutor, colleague, programme, person, apps, tell }) {
  const lead = await signIn((await people()).find(({ role }) => role === 'COORDINATOR').email);
  const member = async (token) => (await ask(token, '{ viewer { id } }')).viewer.id;
  const assign = async (to) => {
    const { assignTeam } = await ask(lead, 'mutation($input: AssignTeamInput!) { assignTeam(input: $input) { refusals { code message } } }', {
      input: { participant: person.id, tutor: to, acknowledge: ['TUTOR_FULL'], acknowledgeReason: 'prova' },
    });
    demand(assignTeam.refusals.length === 0, 'the person is not handed over', assignTeam);
  };
  const known = (cache) => Object.keys(cache.extract()).join() + JSON.stringify(cache.readQuery({ query: parse(mine), variables: { programme } }));
  const theirs = [person.id, ...person.attendances.nodes.map(({ id }) => id)];
  for (const { name, cache } of apps) demand(theirs.every((id) => known(cache).includes(id)), `${name}: the person was never in the cache`);
  await assign(await member(colleague));
  await tell([`LEFT ${person.id}`]);
  for (const { name, cache } of apps) {
    const left = theirs.filter((id) => known(cache).includes(id));
    demand(left.length === 0, `${name}: who left is still in the cache`, left);
  }
  await assign(await member(tutor));
  await tell([`ENTERED ${person.id}`]);
}

// forged: a cursor of another history has the app read again, and go on from there.
async function forged(clients, token, programme, record) {
  for (const [name, client] of Object.entries(clients)) {
    const one = app(name, client, token, programme, { after: 'another-history.7' });
    await one.begins();
    await one.tells([await entered(record)]);
    one.feed.close();
    demand(one.reads === 1 && one.ended.length === 0, `${name}: it read another number of times than once`, one.reads, one.ended);
  }
}

// afterAFault: an event whose handler failed was not handled; it comes again to who begins anew where the feed stood.
async function afterAFault(clients, token, programme, record) {
  for (const [name, client] of Object.entries(clients)) {
    const failing = app(name, client, token, programme, { onEntered: () => { throw new Error('no room on the disk'); } });
    await failing.begins();
    const stood = failing.feed.cursor;
    const line = await entered(record);
    await failing.ends();
    demand(/no room/.test(failing.ended[0]) && failing.feed.cursor === stood, `${name}: it ended otherwise`, failing.ended, failing.feed.cursor);
    const again = app(name, client, token, programme, { after: failing.feed.cursor });
    await again.tells([line]);
    again.feed.close();
    demand(again.reads === 0, `${name}: it read although it knew where it stood`);
  }
}
