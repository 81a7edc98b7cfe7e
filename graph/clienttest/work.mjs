// What a person does: courses, matches, internships, each with its register.
import { randomUUID } from 'node:crypto';
import { parse } from 'graphql';
import { civilDay } from '../../internal/platform/web/page/src/facts.js';
import { read, step } from './runner.mjs';
import { made, onScreen, shown } from './screens.mjs';
import { operation, signIn, socket, within } from './server.mjs';
import { luhn, note, today, unique } from './stage.mjs';

const patience = 20_000;
const partner = /^PARTNER/;
const scout = /^SCOUT/;
const tutor = /^TUTOR/;

// company registers a company; a company's unit holds few interns at once, so no more than one is there in turn.
export async function company({ all, programme, organisation, municipality }) {
  const id = `com_${randomUUID()}`;
  const { company: registered } = await step(all, {
    act: 'registerCompany', by: scout, payload: shown.company, watch: made('Company', id),
    input: {
      programme: programme.id, id, organisation, name: `Ditta di prova ${unique()}`, entityCode: luhn(`0${unique()}`), ateco: '56.10.11',
      headcount: 12, municipality,
    },
  });
  return { id, site: registered.sites[0].id };
}

// offer writes down a seat of four hours on every day from today.
async function offer({ all, programme, organisation, codes }, { id, site }) {
  const { opening } = await step(all, {
    act: 'offerOpening', by: scout, payload: shown.opening, watch: onScreen('Company', id, '{ id openings { id title state } }'),
    input: {
      programme: programme.id, site, organisation, title: `Aiuto in cucina ${unique()}`, tasks: 'Preparazione e riordino',
      sector: codes('work_sectors')[0], seats: 1, fromDay: today, toDay: civilDay(-180),
      hours: [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '14:00', to: '18:00' })),
    },
  });
  return opening.id;
}

// course enrols the person in a course that ends today; it gives the certificate that an internship asks for.
async function course({ all, programme, organisation, codes }, participant) {
  const activity = `act_${randomUUID()}`;
  await step(all, {
    act: 'planActivity', by: partner, payload: shown.activity, watch: made('Activity', activity),
    input: {
      programme: programme.id, id: activity, organisation, kind: 'COURSE', title: 'Sicurezza sul lavoro', place: 'Massa',
      fromDay: civilDay(3), toDay: today, plannedMinutes: 60, seats: 10, certificate: codes('certificates')[0],
    },
  });
  const watch = onScreen('Participant', participant, '{ id enrolments { id state } certificates { id givenOn } }');
  const { enrolment } = await step(all, { act: 'enrol', by: partner, payload: shown.enrolment, watch, input: { activity, participant } });
  return (act) => step(all, { act, by: partner, payload: shown.enrolment, watch, input: { enrolment: enrolment.id } }).then(() => enrolment.id);
}

// courses takes one course to its end, with its register, and leaves another.
export async function courses(stage, participant) {
  const one = await course(stage, participant);
  await one('completeEnrolment');
  const other = await course(stage, participant);
  await other('withdrawEnrolment');
}

// register writes entries, corrects one, takes one back and resolves two that overlap; all hours from 14 to 18 count then.
async function register({ all }, enrolment) {
  const watch = onScreen('Enrolment', enrolment, shown.register);
  const act = (name, input, payload = shown.attendance) => step(all, { act: name, by: tutor, payload, watch, input });
  const record = async (from, to) => {
    const payload = `answers { index refusals { code message } warnings { code message } ${shown.attendance} }`;
    const { answers: [answer] } = await act('recordAttendance', { entries: [{ enrolment, day: today, from, to }] }, payload);
    return answer.attendance.id;
  };
  const whole = `${shown.attendance} withdrawn { id standing revision }`;
  await record('14:00', '15:00');
  await act('resolveAttendance', { attendance: await record('14:00', '14:30'), keep: false, note }, whole);
  await act('resolveAttendance', { attendance: await record('14:00', '16:00'), keep: true, note }, whole);
  const { attendance: corrected } = await act(
    'correctAttendance', { attendance: await record('16:00', '17:00'), to: '17:30', note }, `${shown.attendance} replaced { id standing revision }`,
  );
  await act('withdrawAttendance', { attendance: corrected.id, note });
  await record('16:00', '18:00');
}

// suggestion waits on the feed until the rules have matched the person with the opening and nothing stands against it.
async function suggestion({ programme, tutor: follower }, participant, opening) {
  const find = parse(`query Find($programme: ID!, $participant: ID!, $opening: ID!) {
    position(programme: $programme)
    matches(programme: $programme, filter: { participant: $participant, opening: $opening }) { nodes { id blocked reasons { id code text } } }
  }`);
  const look = () => read(follower, find, { programme: programme.id, participant, opening });
  const first = await look();
  const client = socket(await signIn(follower.email));
  const events = client.iterate({ query: operation('MatchingFeed'), variables: { programme: programme.id, participant, after: first.position } });
  const wait = async () => {
    for (let { matches: { nodes: [match] } } = first; ; { matches: { nodes: [match] } } = await look()) {
      if (match && !match.blocked) return match.id;
      await events.next();
    }
  };
  const id = await within(patience, wait(), 'no match was suggested');
  await client.dispose();
  return id;
}

// pair offers a seat and waits for its match with the person; it answers both, and the act of a name on the match.
async function pair(stage, participant, host) {
  const opening = await offer(stage, host);
  const match = await suggestion(stage, participant, opening);
  const act = (name, input = {}) => step(stage.all, {
    act: name, by: /^(TUTOR|PARTNER)/, payload: shown.match, watch: onScreen('Match', match), input: { match, ...input },
  });
  return { opening, match, act };
}

// decline refuses a suggestion, and the seat is no longer offered.
export async function decline(stage, participant, host) {
  const { opening, act } = await pair(stage, participant, host);
  await act('declineMatch', { reason: stage.codes('decline_reasons')[0] });
  await step(stage.all, { act: 'closeOpening', by: scout, payload: shown.opening, watch: onScreen('Opening', opening), input: { opening } });
}

// intern drafts an internship of one day from a new match, and answers its enrolment and the act of a name on it.
export async function intern(stage, participant, host) {
  const { match, act: onMatch } = await pair(stage, participant, host);
  await onMatch('proposeMatch');
  await onMatch('acceptMatch');
  const id = `plc_${randomUUID()}`;
  const { placement } = await step(stage.all, {
    act: 'draftPlacement', by: partner, payload: shown.placement, watch: [made('Placement', id, shown.internship), onScreen('Match', match, '{ id state }')],
    input: { id, match, fromDay: today, toDay: today, hostTutor: 'Capo cucina' },
  });
  const act = (name, input = {}) => step(stage.all, {
    act: name, by: partner, payload: shown.placement, watch: onScreen('Placement', id, shown.internship), input: { placement: id, ...input },
  });
  return { act, enrolment: placement.enrolment.id };
}

// communicate takes a draft to the mandatory communication; start goes on to the first day.
async function communicate(act) {
  await act('confirmPlacement', { convention: 'P-1' });
  await act('signProject');
  await act('communicatePlacement', { communicationCode: 'UNILAV-PROVA' });
}

async function start(act) {
  await communicate(act);
  await act('startPlacement');
}

// giveUp ends internships in each of the ways that come before their planned end.
export async function giveUp(stage, participant, host) {
  const [reason] = stage.codes('exit_reasons');
  const drafted = await intern(stage, participant, host);
  await drafted.act('cancelPlacement', { reason });
  const communicated = await intern(stage, participant, host);
  await communicate(communicated.act);
  await communicated.act('annulPlacement', { reason });
  const running = await intern(stage, participant, host);
  await start(running.act);
  await running.act('extendPlacement', { toDay: civilDay(-30), reason: stage.codes('extension_reasons')[0], attestation: 'PROVA-1' });
  await running.act('communicateExtension', { communicationCode: 'UNILAV-PROROGA' });
  await running.act('interruptPlacement', { reason });
}

// closed tells that a company is closed on a day, and takes it back.
async function closed({ all, programme }, { id: company, site }) {
  const id = `clo_${randomUUID()}`;
  const on = (act, watch, input) => step(all, { act, by: partner, payload: shown.closure, watch, input });
  await on('recordClosure', made('Closure', id), { programme: programme.id, id, company, site, fromDay: civilDay(-7), toDay: civilDay(-8), reason: 'Inventario' });
  await on('withdrawClosure', onScreen('Closure', id), { closure: id });
}

// serve takes an internship to its final attestation.
export async function serve(stage, participant, host) {
  const { act, enrolment } = await intern(stage, participant, host);
  await start(act);
  await closed(stage, host);
  await act('suspendPlacement', { reason: stage.codes('suspension_reasons')[0] });
  await act('resumePlacement');
  await register(stage, enrolment);
  await act('endPlacement');
  await act('attestPlacement');
}
