// What becomes of a payment run: opened, computed, checked, approved by another, sent, and answered; another is discarded.
import { randomUUID } from 'node:crypto';
import { parse } from 'graphql';
import { carry } from './files.mjs';
import { read, step } from './runner.mjs';
import { made, onScreen } from './screens.mjs';
import { base, demand, operation, signIn } from './server.mjs';
import { note } from './stage.mjs';

const fields = `id year number kind upTo valueDay way state stateLabel stateSince gathered people lineCount blockedCount gross withheld net approvals approvalsNeeded reason
  blockers { code lines people net } files { id part messageId lines net sha256 } steps { id act fromState toState at } revision allowedActs { act allowed refusals { code } }`;
const lineFields = 'id state stateLabel stateSince live revision steps { id act fromState toState at reference bookedOn } allowedActs { act allowed refusals { code } }';

const bodies = parse('query Bodies($programme: ID!) { node(id: $programme) { ... on Programme { id organisations { id code } } } }');
const runs = parse(`query Waiting($programme: ID!, $payer: ID!) {
  paymentRuns(programme: $programme, filter: { payer: $payer, states: [CHECKED] }, first: 200) { nodes { id } }
}`);
const transfers = parse(`query Transfers($programme: ID!, $run: ID!) {
  paymentLines(programme: $programme, filter: { run: $run, states: [PENDING] }, first: 200) { nodes { id endToEndId } }
}`);

// controlled has the months of a payment that was sent made into a folder, and fetches it.
async function controlled(officer, programme) {
  const { download } = await step([officer], {
    act: 'makeControlFolder', payload: 'manifest file { id kind mediaType state } download { path expiresAt } drawn { id endToEndId }', watch: [],
    input: { purpose: note, sample: { programme: programme.id, seed: 'prova-1', size: 1 } },
  });
  const fetched = await fetch(base + download.path, { headers: { Authorization: `Bearer ${await signIn(officer.email)}` } });
  demand(fetched.ok && Buffer.from(await fetched.arrayBuffer()).subarray(0, 2).equals(Buffer.from('PK')), 'no folder came', fetched.status);
}

const monthsAgo = (ago) => new Date(Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth() - ago, 1)).toISOString().slice(0, 7);

// payments takes what the lead body owes to the bank and back.
export async function payments({ all, programme }) {
  const officer = all.find(({ role }) => role === 'PAYMENTS_OFFICER');
  const { node: { organisations } } = await read(officer, bodies, { programme: programme.id });
  const payer = organisations.find(({ code }) => code === 'ASL');
  demand(payer, 'the lead body is not there', organisations);
  const { canAfford } = await read(officer, parse(operation('CanAfford')), { programme: programme.id, organisation: payer.id, fromDay: `${monthsAgo(-1)}-01`, months: 6, weeklyMinutes: 1200 });
  demand(canAfford?.cost > 0 && canAfford.lines.length === 1 && canAfford.lines[0].left === canAfford.lines[0].free - canAfford.cost, 'one more internship costs nothing', canAfford);
  const acting = (run) => (act, by, input = { run }, watch = onScreen('PaymentRun', run, `{ ${fields} }`)) => step(all, { act, by, payload: `run { ${fields} }`, watch, input });
  const { paymentRuns: { nodes: waiting } } = await read(officer, runs, { programme: programme.id, payer: payer.id });
  for (const { id } of waiting) await acting(id)('discardRun', /^PAYMENTS/, { run: id, reason: note });
  const open = async () => {
    const run = `pay_${randomUUID()}`;
    const on = acting(run);
    await on('openRun', /^PAYMENTS/, { id: run, programme: programme.id, payer: payer.id, upTo: monthsAgo(1) }, made('PaymentRun', run, `{ ${fields} }`));
    return { run, on };
  };
  const { run, on } = await open();
  await on('computeRun', /^PAYMENTS/);
  await on('checkRun', /^PAYMENTS/);
  await on('approveRun', /^APPROVER/);
  const { paymentLines: { nodes: [first, ...rest] } } = await read(officer, transfers, { programme: programme.id, run });
  const other = rest.find(({ endToEndId }) => endToEndId !== first?.endToEndId);
  demand(other, 'the run pays no two people', first);
  const line = (act, { id }) => step([officer], {
    act, payload: `line { ${lineFields} }`, watch: onScreen('PaymentLine', id, `{ ${lineFields} }`), input: { line: id, reason: note },
  });
  await line('holdLine', first);
  await line('releaseLine', first);
  await on('exportRun', /^PAYMENTS/);
  await line('recallLine', other);
  const today = new Date().toISOString().slice(0, 10);
  const shown = 'id source sha256 paid rejected returned waiting ignored others';
  const answered = async (...rows) => {
    const answer = `pya_${randomUUID()}`;
    const list = Buffer.from(['order_key;order_number;date;outcome;reason', ...rows, ''].join('\n'));
    await step([officer], {
      act: 'readAnswer', payload: `answer { ${shown} }`, watch: made('PaymentAnswer', answer, `{ ${shown} }`),
      input: { id: answer, programme: programme.id, payer: payer.id, file: await carry(officer, { payer: payer.id, kind: 'PAYMENT_ANSWER', mediaType: 'text/csv' }, list) },
    });
  };
  await answered(`${first.endToEndId};4711;${today};PAID;`, `${other.endToEndId};;;REJECTED;CUST`);
  await answered(`${other.endToEndId};4712;${today};PAID;`); // it was too late to stop it
  await step(all, {
    act: 'resolveLine', by: /^APPROVER/, payload: `line { ${lineFields} contradicted }`, watch: onScreen('PaymentLine', other.id, `{ ${lineFields} contradicted }`),
    input: { line: other.id, paid: true, reason: note },
  });
  await controlled(officer, programme);
  const again = await open();
  await again.on('discardRun', /^PAYMENTS/, { run: again.run, reason: note });
}
