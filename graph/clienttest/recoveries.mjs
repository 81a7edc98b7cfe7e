// What becomes of what somebody was paid too much: by instalments, given up by two, and given back by himself.
import { randomUUID } from 'node:crypto';
import { parse } from 'graphql';
import { civilDay } from '../../internal/platform/web/page/src/facts.js';
import { read, step } from './runner.mjs';
import { made, onScreen } from './screens.mjs';
import { demand } from './server.mjs';
import { note } from './stage.mjs';

const discharged = 'id kind amount day state stateLabel askedAt answeredAt revision allowedActs { act allowed refusals { code } }';
const fields = `id month owed recovered repaid waived left state stateLabel explanationShort plans { id number agreedOn instalments { month amount } } revision allowedActs { act allowed refusals { code } }`;

const paid = parse(`query Paid($programme: ID!) {
  paymentLines(programme: $programme, filter: { states: [PAID], kinds: [STATEMENT] }, first: 200) { nodes { id month participant { id } } }
}`);
const locked = parse(`query Locked($participant: ID!, $month: Month!) {
  node(id: $participant) { ... on Participant { id registerMonths { id month state } attendances(first: 200, filter: { month: $month, kind: PRESENCE, standings: [COUNTED] }) { nodes { day minutes } } } }
}`);
const owing = parse(`query Owing($programme: ID!) {
  recoveries(programme: $programme, filter: { left: true }, first: 200) { nodes { id left participant { id } } }
}`);
const adjust = parse('mutation Adjust($input: AdjustMonthInput!) { adjustMonth(input: $input) { refusals { code message } } }');
const compute = parse('mutation Compute($input: ComputeAllowanceInput!) { computeAllowance(input: $input) { refusals { code message } } }');

const thisMonth = () => civilDay(0).slice(0, 7);

// overpaid puts a day of a month right that was paid, so that it comes to less, and finds what is too much.
async function overpaid({ all, programme }, officer) {
  const lead = all.find(({ role }) => role === 'COORDINATOR');
  const { paymentLines: { nodes } } = await read(officer, paid, { programme: programme.id });
  for (const { month, participant } of nodes.filter((line) => line.participant)) {
    const { node } = await read(lead, locked, { participant: participant.id, month });
    const register = node?.registerMonths.find((one) => one.month === month && one.state === 'LOCKED');
    const day = node?.attendances.nodes.find(({ minutes }) => minutes >= 180);
    if (!register || !day) continue;
    const { data } = await lead.client.mutate({ mutation: adjust, variables: { input: { registerMonth: register.id, day: day.day, minutes: -day.minutes, presenceDays: 0, reason: note } } });
    if (data.adjustMonth.refusals.length > 0) continue;
    await officer.client.mutate({ mutation: compute, variables: { input: { participant: participant.id, month } } });
    const { recoveries } = await read(officer, owing, { programme: programme.id });
    const found = recoveries.nodes.find((recovery) => recovery.participant?.id === participant.id);
    if (found) return found;
  }
  return demand(false, 'nobody was paid too much', nodes);
}

// recoveries has what was paid too much come back in each way.
export async function recoveries(stage) {
  const { all } = stage;
  const officer = all.find(({ role, email }) => role === 'PAYMENTS_OFFICER' && email.startsWith('payments.asl'));
  const { id, left } = await overpaid(stage, officer);
  const on = (act, input, payload, watch) => step(all, { act, by: /^(PAYMENTS|APPROVER)/, payload, watch, input });
  const screen = () => onScreen('Recovery', id, `{ ${fields} }`);
  await on('agreeInstalments', { recovery: id, agreedOn: civilDay(0), instalments: [{ month: thisMonth(), amount: left }] }, `recovery { ${fields} }`, screen());
  for (const [act, amount, more, confirm] of [['waiveRecovery', 100, {}, false], ['recordRepayment', 200, { day: civilDay(0) }, true]]) {
    const discharge = `rcd_${randomUUID()}`;
    await on(act, { id: discharge, recovery: id, amount, reason: note, ...more }, `recovery { ${fields} } discharge { ${discharged} }`, made('RecoveryDischarge', discharge, `{ ${discharged} }`));
    await on('answerDischarge', { discharge, confirm, answer: note }, `recovery { ${fields} } discharge { ${discharged} }`, [onScreen('RecoveryDischarge', discharge, `{ ${discharged} }`), screen()]);
  }
}
