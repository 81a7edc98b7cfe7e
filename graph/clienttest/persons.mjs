// The path of a person: the referral, the way in, and every way out.
import { randomUUID } from 'node:crypto';
import { parse } from 'graphql';
import { read, step } from './runner.mjs';
import { made, onScreen, shown } from './screens.mjs';
import { luhn, note, today, unique } from './stage.mjs';

const payload = shown.participant;

// onPath is the act of a name on one participant, as whoever of a role may do it.
const onPath = ({ all }, participant) => (act, input = {}, by = /^(CASE|PARTNER)/) => (
  step(all, { act, by, payload, watch: onScreen('Participant', participant), input: { participant, ...input } })
);

// refer brings a new person and answers the participation's id.
export async function refer({ all, programme, organisation, municipality }, fiscalCode = luhn(`9${unique()}`)) {
  const id = `prt_${randomUUID()}`;
  await step(all, {
    act: 'referPerson', by: /^PARTNER/, payload, watch: made('Participant', id),
    input: {
      programme: programme.id, id, fiscalCode, givenName: 'Prova', familyName: 'Inventata', birthDay: '1990-05-17',
      municipality, organisation, referringService: 'Servizio sociale di prova', referredOn: today,
    },
  });
  return id;
}

// enter takes a person from the referral to the activities.
export async function enter(stage) {
  const participant = await refer(stage);
  const act = onPath(stage, participant);
  for (const measure of ['ADI', 'GOL']) await act('recordExclusionCheck', { measure, outcome: 'CLEAR', evidence: note, checkedOn: today });
  await act('assignTeam', { tutor: stage.tutor.me.viewer.id, caseManager: stage.caseManager?.me.viewer.id });
  for (const name of ['checkEligibility', 'admitParticipant', 'draftPlan', 'signPlan']) await act(name);
  await act('activateParticipant', { entry: { employment: 'INACTIVE', isced: 2 } });
  return participant;
}

// recordAccount says where the person is paid; somebody else stands for it, and has the bank asked whose it is.
export async function recordAccount({ all }, participant) {
  const bank = 'bank { id iban holder relation title means common since calledBack confirmedOn payeeCheck revision }';
  const act = (name, by, input) => step(all, { act: name, by, payload: `participant { id ${bank} } ${bank}`, watch: onScreen('Participant', participant, `{ id ${bank} }`), input: { participant, ...input } });
  const { bank: { id: details } } = await act('recordBankDetails', /^CASE/, { iban: 'IT60 X054 2811 1010 0000 0123 456', holder: 'Inventata Prova' });
  await act('confirmBankDetails', /^PAYMENTS/, { details, calledBack: true });
  await act('recordPayeeCheck', /^PAYMENTS/, { details, outcome: 'MATCH' });
}

// inviteGuest asks who will represent the person to come.
export async function inviteGuest({ all }, participant) {
  const member = `mem_${randomUUID()}`;
  const guest = 'member { id name hidden } invitation { id state expiresAt member { id name } }';
  await step(all, {
    act: 'inviteGuest', by: /^CASE/, payload: guest, watch: made('Member', member, '{ id name hidden }'),
    input: { id: member, participant, name: 'Ospite Inventata', email: `${randomUUID()}@example.org` },
  });
  return member;
}

// leave completes the path and asks for the results until nothing is left to do.
export async function leave(stage, participant) {
  const act = onPath(stage, participant);
  for (const name of ['completeParticipant', 'askFirstResult', 'askSecondResult', 'closeParticipant']) await act(name);
}

// goAnotherWay takes a person of its own along each way out that the path does not take.
export async function goAnotherWay(stage) {
  const [reason] = stage.codes('exit_reasons');
  for (const way of ['rejectParticipant', 'withdrawParticipant', 'excludeParticipant']) await onPath(stage, await refer(stage))(way, { reason });
}

// merge takes two records for one human, and apart again.
export async function merge(stage) {
  const { all } = stage;
  const [reason] = stage.codes('exit_reasons');
  const lead = all.find(({ role }) => role === 'COORDINATOR');
  const whose = parse('query Whose($id: ID!) { node(id: $id) { ... on Participant { person { id } } } }');
  const persons = [];
  for (const over of [false, true]) {
    const participant = await refer(stage);
    if (over) await onPath(stage, participant)('rejectParticipant', { reason });
    const { node } = await read(lead, whose, { id: participant });
    persons.push(node.person.id);
  }
  const [keep, other] = persons;
  const fields = '{ id mergedInto { id } merged { id } }';
  const watch = [onScreen('Person', keep, fields), onScreen('Person', other, fields)];
  await step([lead], { act: 'mergePersons', payload: `keep ${fields} merged ${fields}`, watch, input: { keep, merge: other, reason: note } });
  await step([lead], { act: 'splitPersons', payload: `person { id mergedInto { id merged { id } } merged { id } }`, watch: watch[1], input: { person: other, reason: note } });
}
