// What becomes of a payment run: opened, computed, checked, approved by another, and discarded.
import { randomUUID } from 'node:crypto';
import { parse } from 'graphql';
import { read, step } from './runner.mjs';
import { made, onScreen } from './screens.mjs';
import { demand } from './server.mjs';
import { note } from './stage.mjs';

const fields = `id year number kind upTo valueDay way state stateLabel stateSince gathered people lineCount blockedCount gross withheld net approvals approvalsNeeded reason
  blockers { code lines people net } steps { id act fromState toState at } revision allowedActs { act allowed refusals { code } }`;

const lead = parse(`query Lead($programme: ID!) { programme(id: $programme) { organisations { id code } } }`);

// payments takes what the lead body owes up to the month before last to its approval, and gives it up again.
export async function payments({ all, programme }) {
  const officer = all.find(({ role }) => role === 'PAYMENTS_OFFICER');
  const { programme: { organisations } } = await read(officer, lead, { programme: programme.id });
  const payer = organisations.find(({ code }) => code === 'ASL');
  demand(payer, 'the lead body is not there', organisations);
  const run = `pay_${randomUUID()}`;
  const months = (ago) => new Date(Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth() - ago, 1)).toISOString().slice(0, 7);
  const on = (act, by, input = {}, watch = onScreen('PaymentRun', run, `{ ${fields} }`)) => step(all, {
    act, by, payload: `run { ${fields} }`, watch, input: { ...(act === 'openRun' ? {} : { run }), ...input },
  });
  await on('openRun', /^PAYMENTS/, { id: run, programme: programme.id, payer: payer.id, upTo: months(1) }, made('PaymentRun', run, `{ ${fields} }`));
  await on('computeRun', /^PAYMENTS/);
  await on('checkRun', /^PAYMENTS/);
  await on('approveRun', /^APPROVER/);
  await on('discardRun', /^PAYMENTS/, { reason: note });
}
