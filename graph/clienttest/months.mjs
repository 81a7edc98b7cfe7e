// What becomes of the register's months: those of a company that has certified nothing yet.
import { randomUUID } from 'node:crypto';
import { parse } from 'graphql';
import { civilDay } from '../../internal/platform/web/page/src/facts.js';
import { bring } from './files.mjs';
import { read, step } from './runner.mjs';
import { made, onScreen } from './screens.mjs';
import { base, demand, signIn } from './server.mjs';
import { note } from './stage.mjs';

const fields = `id month state stateLabel stateSince minutes presenceDays contested adjustedMinutes adjustedDays contentHash hostWasSilent revision
  steps { id act fromState toState at contentHash } adjustments { id day minutes presenceDays at } allowedActs { act allowed refusals { code } }`;

const silent = parse(`query Silent($programme: ID!) {
  registerMonths(programme: $programme, filter: { states: [SUBMITTED] }, first: 200) { nodes { id month minutes participant { id } } }
}`);

// sunday is a day on which nobody was there.
function sunday(month) {
  const first = new Date(`${month}-01T00:00:00Z`).getUTCDay();
  return `${month}-0${first === 0 ? 1 : 8 - first}`;
}

// months takes two months of one company to the lock and back, one by the company itself and one in its place.
export async function months({ all, programme }) {
  const lead = all.find(({ role }) => role === 'COORDINATOR');
  const host = all.find(({ role }) => role === 'HOST_TUTOR');
  const waiting = (await read(host, silent, { programme: programme.id })).registerMonths.nodes;
  const { registerMonths: { nodes } } = await read(lead, silent, { programme: programme.id });
  const hosted = nodes.filter(({ id, minutes }) => minutes > 0 && waiting.some((month) => month.id === id)); // the newest first
  demand(hosted.length > 1, 'the company has no two months to certify', waiting);
  const [one, other] = [hosted[0], hosted.at(-1)];
  const on = (month) => (act, by, input = {}, everybody = all) => step(everybody, {
    act, by, payload: `registerMonth { ${fields} }`, watch: onScreen('RegisterMonth', month.id, `{ ${fields} }`), input: { registerMonth: month.id, ...input },
  });
  const first = on(one);
  await first('returnMonth', /^HOST/, { reason: note });
  await first('submitMonth', /^TUTOR/);
  await signed(all, one.id);
  await onPaper(all, lead, programme, one);
  await first('certifyMonthAsHost', /^HOST/);
  await first('certifyMonth', /^PARTNER/);
  await first('lockMonth', /^PAYMENTS/);
  await first('adjustMonth', /^PARTNER/, { day: sunday(one.month), minutes: 30, presenceDays: 1, reason: note });
  await printed(host, one.id);
  const second = on(other);
  await second('certifyMonthForHost', /^COORDINATOR/, { reason: note, evidence: note, file: await bring(lead, other.participant.id, 'REGISTER') }, [lead]);
  await second('reopenMonth', /^PARTNER/, { reason: note });
}

// printed has somebody make a month as a PDF, and fetches it.
async function printed(actor, registerMonth) {
  const { download } = await step([actor], { act: 'printRegister', payload: 'file { id kind mediaType bytes state } download { path expiresAt }', watch: [], input: { registerMonth } });
  const fetched = await fetch(base + download.path, { headers: { Authorization: `Bearer ${await signIn(actor.email)}` } });
  demand(fetched.ok && Buffer.from(await fetched.arrayBuffer()).toString('latin1').startsWith('%PDF-'), 'no paper came', fetched.status);
}

const asked = 'id party partyLabel state stateLabel way contentHash ofPresent askedAt expiresAt sendings sentAt failedAt openedAt signedAt revokedAt revision';

const codes = parse(`query Codes($programme: ID!) {
  registerMonths(programme: $programme, filter: { states: [SUBMITTED] }, first: 200) { nodes { id paperCode } }
}`);

// onPaper has a tutor bring a month that the participant has signed on paper, and another confirm it.
async function onPaper(all, lead, programme, { id: registerMonth, participant }) {
  const signature = `sgn_${randomUUID()}`;
  const payload = `signature { ${asked} }`;
  for (const tutor of all.filter(({ role }) => role === 'TUTOR')) {
    const { registerMonths: { nodes } } = await read(tutor, codes, { programme: programme.id });
    const month = nodes.find(({ id }) => id === registerMonth);
    if (!month) continue;
    await step([tutor], {
      act: 'attachSignedPaper', payload, watch: made('MonthSignature', signature, `{ ${asked} }`),
      input: { id: signature, registerMonth, party: 'PARTICIPANT', name: 'Firma Prova', code: month.paperCode, file: await bring(tutor, participant.id, 'SIGNED_PAPER') },
    });
    await step([lead], { act: 'confirmSignedPaper', payload, watch: onScreen('MonthSignature', signature, `{ ${asked} }`), input: { signature } });
    return;
  }
  demand(false, 'no tutor sees the month');
}

// signed asks somebody without an account to sign a month, and takes it back.
async function signed(all, registerMonth) {
  const signature = `sgn_${randomUUID()}`;
  const payload = `signature { ${asked} }`;
  const watch = onScreen('MonthSignature', signature, `{ ${asked} }`);
  await step(all, {
    act: 'askSignature', by: /^TUTOR/, payload, watch: made('MonthSignature', signature, `{ ${asked} }`),
    input: { id: signature, registerMonth, party: 'HOST', email: 'firma@example.org' },
  });
  await step(all, { act: 'resendSignature', by: /^TUTOR/, payload, watch, input: { signature } });
  const { code } = await step(all, { act: 'showSigningCode', by: /^TUTOR/, payload: `${payload} code { code path expiresAt }`, watch, input: { signature } });
  demand(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/.test(code.code), 'no code to sign by', code);
  await step(all, { act: 'revokeSignature', by: /^TUTOR/, payload, watch, input: { signature } });
}

// fresh says whether an answer is of hours that nobody has written before.
const fresh = (answer) => answer.refusals.length + answer.warnings.length === 0;

// asPlanned records a day of the last weeks in one tap, the latest on which somebody who accompanies internships has not written everything.
export async function asPlanned({ all, programme }) {
  const answers = 'answers { index refusals { code message } warnings { code message } attendance { id day from to minutes standing enrolment { id countedMinutes } } }';
  const tutors = all.filter(({ role }) => role === 'TUTOR');
  for (let ago = 0; ago < 14; ago += 1) {
    const input = { programme: programme.id, day: civilDay(ago) };
    for (const tutor of tutors) {
      const tried = await tutor.client.mutate({
        mutation: parse(`mutation Try($input: RecordAsPlannedInput!) { recordAsPlanned(input: $input) { refusals { code } answers { refusals { code } warnings { code } } } }`),
        variables: { input: { ...input, preview: true } }, fetchPolicy: 'no-cache',
      });
      const { refusals, answers: tries } = tried.data.recordAsPlanned;
      if (refusals.length > 0 || tries.some((a) => a.refusals.length > 0) || !tries.some(fresh)) continue;
      await step([tutor], { act: 'recordAsPlanned', payload: answers, input, watch: ({ answers: all }) => onScreen('Attendance', all.find(fresh).attendance.id, '{ id day from to minutes standing }') });
      return;
    }
  }
  demand(false, 'every day of the last weeks is written');
}

const said = 'id month state stateLabel stateSince contested contestedAt answeredAt revision statement { id total }';

const standing = parse(`query Standing($participant: ID!) {
  participant(id: $participant) {
    id
    paymentStatus { month stage words amount paid expectedOn missing { code cause cure curedBy owner } }
    paymentCalls { id month caller callerLabel calledAt }
  }
}`);

const stated = parse(`query Stated($programme: ID!) {
  allowances(programme: $programme, first: 200) { nodes { id month statement { id total } contests { id state } participant { id } } }
}`);

// called notes that somebody's relative has called about his money, and reads where it stands.
async function called(manager, participant) {
  const call = `pyc_${randomUUID()}`;
  const shown = 'id pseudonym month caller callerLabel calledAt notedBy { id name }';
  await step([manager], {
    act: 'noteCall', payload: `call { ${shown} }`, watch: made('PaymentCall', call, `{ ${shown} }`), input: { id: call, participant, caller: 'RELATIVE', said: note },
  });
  const { participant: { paymentStatus, paymentCalls } } = await read(manager, standing, { participant });
  demand(paymentCalls.some(({ id }) => id === call), 'the call is not among the calls', paymentCalls);
  demand(paymentStatus.length > 0 && paymentStatus.every(({ words, stage }) => words && stage), 'nobody can say where the money stands', paymentStatus);
}

// contested says for somebody that a statement is wrong, and has it answered by another.
export async function contested({ all, programme }) {
  for (const manager of all.filter(({ role }) => role === 'CASE_MANAGER')) {
    const { allowances: { nodes } } = await read(manager, stated, { programme: programme.id });
    const one = nodes.find(({ statement, contests, participant }) => statement && participant && contests.length === 0);
    if (!one) continue;
    const contest = `alc_${randomUUID()}`;
    const payload = `contest { ${said} }`;
    await step(all, {
      act: 'contestStatement', by: /^CASE/, payload, watch: made('AllowanceContest', contest, `{ ${said} }`),
      input: { id: contest, participant: one.participant.id, month: one.month, contested: one.statement.total, reason: note },
    });
    await step(all, {
      act: 'answerContest', by: /^COORDINATOR/, payload, watch: onScreen('AllowanceContest', contest, `{ ${said} }`), input: { contest, uphold: false, answer: note },
    });
    await called(manager, one.participant.id);
    return;
  }
  demand(false, 'no case manager sees a statement');
}
