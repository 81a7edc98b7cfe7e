// One person's whole path through the main acts, with Apollo: after each act the cache shows the new state, unfetched.
import { randomUUID } from 'node:crypto';
import { parse } from 'graphql';
import { civilDay } from '../../internal/platform/web/page/src/facts.js';
import { actors, read, step } from './runner.mjs';
import { ask, check, demand, operation, signIn, socket, within } from './server.mjs';

const patience = 20_000;
const today = civilDay(0);
const note = 'prova della memoria del client';

// What a screen about each concept would show; the acts' payloads carry the same.
const shown = {
  participant: `participant {
    id state stateLabel stateSince enteredOn leftOn revision
    caseManager { id name } tutor { id name }
    exclusionChecks { id checkedOn outcome evidence measure { id code } }
    verdicts { id outcome findings { id rule outcome } } verdict { id outcome }
    entrySnapshot { id takenOn isced employment }
    allowedActs { act allowed }
  }`,
  company: 'company { id name headcount revision sites { id name headcount internLimit } contacts { id name } }',
  opening: 'opening { id title state seats seatsTaken revision company { id openings { id title state } } }',
  match: 'match { id state stateLabel revision declineReason { id } allowedActs { act allowed } }',
  placement: `placement {
    id state stateLabel stateSince fromDay toDay convention pfiSignedOn communicatedOn communicationCode startedOn endedOn revision
    steps { id act fromState toState day } enrolment { id state } allowedActs { act allowed }
  }`,
  enrolment: `enrolment {
    id state stateLabel revision countedMinutes
    participant { id enrolments { id state } certificates { id givenOn } }
    activity { id seatsTaken enrolments { id state } }
  }`,
  attendance: `attendance {
    id kind day from to minutes standing revision
    enrolment { id countedMinutes attendances(first: 50) { nodes { id day from to minutes standing revision } } }
  }`,
  register: '{ id countedMinutes attendances(first: 50) { nodes { id day from to minutes standing revision } } }',
  activity: 'activity { id title place plannedMinutes seats seatsTaken revision }',
  allowance: 'allowance { id month minutes total cap revision participant { id allowances { id month total revision } } }',
};

// onScreen is what a screen about an object shows; fields default to those that the acts' payloads carry.
function onScreen(type, id, fields = shown[type.toLowerCase()]) {
  return { type, id, fields: fields.slice(fields.indexOf('{') + 1, fields.lastIndexOf('}')) };
}

const made = (type, id, fields) => ({ ...onScreen(type, id, fields), isNew: true });

// luhn completes ten digits to a provisional fiscal code or partita IVA.
function luhn(ten) {
  const sum = [...ten].reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return `${ten}${(10 - (sum % 10)) % 10}`;
}

const unique = () => String(Date.now() * 10 + Math.floor(Math.random() * 10)).slice(-9);

async function setting(all) {
  const lead = all.find(({ me }) => me.viewer.grants.some(({ programme }) => programme));
  demand(lead, 'nobody of the demonstration holds a grant in a programme');
  const { code } = lead.me.viewer.grants.find(({ programme }) => programme).programme;
  const { programme } = await read(lead, parse(operation('Programme')), { code });
  const lists = await read(lead, parse(`query Codes($code: String!) { programme(code: $code) { codeItems { list code } } }`), { code });
  const codes = (list) => lists.programme.codeItems.filter((item) => item.list === list).map((item) => item.code);
  const tutor = all.find(({ role }) => /tutor/i.test(role) && !/host|azien|ospit/i.test(role));
  const organisation = tutor.me.viewer.grants.find((grant) => grant.organisation)?.organisation.id ?? programme.organisations[0].id;
  return { all, programme, codes, tutor, organisation, municipality: programme.municipalities[0].istat };
}

// enter takes a person from the referral to the activities.
async function enter({ all, programme, organisation, municipality, tutor }) {
  const id = `prt_${randomUUID()}`;
  const onParticipant = { by: /coordin/i, payload: shown.participant, watch: onScreen('Participant', id) };
  const act = (name, input) => step(all, { act: name, input: { participant: id, ...input }, ...onParticipant });
  await step(all, {
    act: 'referPerson', by: /coordin/i, payload: shown.participant, watch: made('Participant', id),
    input: {
      programme: programme.id, id, fiscalCode: luhn(`9${unique()}`), givenName: 'Prova', familyName: 'Inventata', birthDay: '1990-05-17',
      municipality, organisation, referringService: 'Servizio sociale di prova', referredOn: today,
    },
  });
  for (const measure of ['ADI', 'GOL']) await act('recordExclusionCheck', { measure, outcome: 'CLEAR', evidence: note, checkedOn: today });
  await act('assignTeam', { tutor: tutor.me.viewer.id });
  await act('checkEligibility', {});
  await act('admitParticipant', {});
  await act('draftPlan', {});
  await act('signPlan', {});
  await act('activateParticipant', { entry: { employment: 'INACTIVE', isced: 2 } });
  return id;
}

// host registers a company with an opening that begins today.
async function host({ all, programme, organisation, municipality, codes }) {
  const id = `com_${randomUUID()}`;
  const { company } = await step(all, {
    act: 'registerCompany', by: /scout|coordin/i, payload: shown.company, watch: made('Company', id),
    input: {
      programme: programme.id, id, organisation, name: `Ditta di prova ${unique()}`, entityCode: luhn(`0${unique()}`), ateco: '56.10.11',
      headcount: 12, municipality,
    },
  });
  const { opening } = await step(all, {
    act: 'offerOpening', by: /scout|coordin/i, payload: shown.opening, watch: onScreen('Company', id, '{ id openings { id title state } }'),
    input: {
      programme: programme.id, site: company.sites[0].id, organisation, title: 'Aiuto in cucina', tasks: 'Preparazione e riordino',
      sector: codes('work_sectors')[0], seats: 1, fromDay: today, toDay: civilDay(-180),
      hours: [1, 2, 3, 4, 5].map((weekday) => ({ weekday, from: '09:00', to: '13:00' })),
    },
  });
  return opening.id;
}

// course enrols the person in a course that ends today, with the certificate that an internship asks for.
async function course({ all, programme, organisation, codes }, participant) {
  const activity = `act_${randomUUID()}`;
  const by = /coordin/i;
  await step(all, {
    act: 'planActivity', by, payload: shown.activity, watch: made('Activity', activity),
    input: {
      programme: programme.id, id: activity, organisation, kind: 'COURSE', title: 'Sicurezza sul lavoro', place: 'Massa',
      fromDay: civilDay(3), toDay: today, plannedMinutes: 60, seats: 10, certificate: codes('certificates')[0],
    },
  });
  const watch = onScreen('Participant', participant, '{ id enrolments { id state } certificates { id givenOn } }');
  const { enrolment } = await step(all, { act: 'enrol', by, payload: shown.enrolment, watch, input: { activity, participant } });
  await register(all, enrolment.id, '09');
  await step(all, { act: 'completeEnrolment', by, payload: shown.enrolment, watch, input: { enrolment: enrolment.id } });
}

// register writes, corrects and takes back entries of two hours from the given one, and leaves one that counts.
async function register(all, enrolment, hour) {
  const next = String(Number(hour) + 1).padStart(2, '0');
  const last = String(Number(hour) + 2).padStart(2, '0');
  const by = /^tutor|coordin/i;
  const watch = onScreen('Enrolment', enrolment, shown.register);
  const record = async (from, to) => {
    const answers = `answers { index refusals { code message } warnings { code message } ${shown.attendance} }`;
    const entries = [{ enrolment, day: today, from, to }];
    const { answers: [answer] } = await step(all, { act: 'recordAttendance', by, payload: answers, watch, input: { entries } });
    return answer.attendance.id;
  };
  await record(`${hour}:00`, `${next}:00`);
  const corrected = await step(all, {
    act: 'correctAttendance', by, payload: `${shown.attendance} replaced { id standing revision }`, watch,
    input: { attendance: await record(`${next}:00`, `${last}:00`), to: `${next}:30`, note },
  });
  await step(all, { act: 'withdrawAttendance', by, payload: shown.attendance, watch, input: { attendance: corrected.attendance.id, note } });
}

// suggestion waits on the feed until the rules have matched the person with the opening.
async function suggestion({ programme, tutor }, participant, opening, position) {
  const find = parse(`query Find($programme: ID!, $participant: ID!, $opening: ID!) {
    matches(programme: $programme, filter: { participant: $participant, opening: $opening }) { nodes { id blocked reasons { id code text } } }
  }`);
  const look = async () => (await read(tutor, find, { programme: programme.id, participant, opening })).matches.nodes[0];
  const token = await signIn(tutor.email);
  const client = socket(token);
  const events = client.iterate({ query: operation('MatchingFeed'), variables: { programme: programme.id, participant, after: position } });
  const wait = async () => {
    for (let match = await look(); ; match = await look()) {
      if (match) return match;
      await events.next();
    }
  };
  const match = await within(patience, wait(), 'no match was suggested');
  demand(!match.blocked, 'the match is blocked', match);
  await client.dispose();
  return match.id;
}

// intern takes a match to a running internship with a register, and breaks it off.
async function intern({ all, codes }, match) {
  const by = /coordin/i;
  const onMatch = { by, payload: shown.match, watch: onScreen('Match', match), input: { match } };
  await step(all, { act: 'proposeMatch', ...onMatch });
  await step(all, { act: 'acceptMatch', ...onMatch });
  const id = `plc_${randomUUID()}`;
  const { placement } = await step(all, {
    act: 'draftPlacement', by, payload: shown.placement, watch: made('Placement', id), input: { id, match, fromDay: today, hostTutor: 'Capo cucina' },
  });
  const act = (name, input = {}) => step(all, {
    act: name, by, payload: shown.placement, watch: onScreen('Placement', id), input: { placement: id, ...input },
  });
  await act('confirmPlacement', { convention: 'P-1' });
  await act('signProject');
  await act('communicatePlacement', { communicationCode: 'UNILAV-PROVA' });
  await act('startPlacement');
  await register(all, placement.enrolment.id, '14');
  await act('suspendPlacement', { reason: codes('suspension_reasons')[0] });
  await act('resumePlacement');
  await act('interruptPlacement', { reason: codes('exit_reasons')[0] });
}

check('apollo', async () => {
  const all = await actors();
  const stage = await setting(all);
  const token = await signIn(stage.tutor.email);
  const { position } = await ask(token, 'query Position($id: ID!) { position(programme: $id) }', { id: stage.programme.id });
  const participant = await enter(stage);
  await course(stage, participant);
  const opening = await host(stage);
  await intern(stage, await suggestion(stage, participant, opening, position));
  await step(all, {
    act: 'computeAllowance', by: /payment|coordin/i, payload: shown.allowance, input: { participant, month: today.slice(0, 7) },
    watch: onScreen('Participant', participant, '{ id allowances { id month total revision } }'),
  });
  return 'after each act the cache showed the new state without a refetch';
});
