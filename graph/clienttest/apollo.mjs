// One person's whole path and every way off it, with Apollo: after each act the cache shows the new state, unfetched.
import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import { audit, prove } from './audit.mjs';
import { absence, files } from './files.mjs';
import { hold } from './erasure.mjs';
import { history } from './history.mjs';
import { housing } from './housing.mjs';
import { administer, letIn, lose, protect } from './members.mjs';
import { handOver } from './handover.mjs';
import { actors, open, performed, step } from './runner.mjs';
import { onScreen, shown } from './screens.mjs';
import { check, demand } from './server.mjs';
import { setting, today } from './stage.mjs';
import { enter, goAnotherWay, inviteGuest, leave, merge, recordAccount } from './persons.mjs';
import { asPlanned, contested, months as certify } from './months.mjs';
import { payments as pay } from './payments.mjs';
import { recoveries } from './recoveries.mjs';
import { company, courses, decline, giveUp, serve } from './work.mjs';

check('apollo', async () => {
  const stage = await setting(await actors());
  await goAnotherWay(stage);
  const participant = await enter(stage);
  await courses(stage, participant);
  const host = await company(stage);
  await decline(stage, participant, host);
  await giveUp(stage, participant, host);
  const payments = /^PAYMENTS/;
  const months = await open(stage.all, payments, onScreen('Participant', participant, '{ id allowances { id month total revision } }'));
  await serve(stage, participant, host);
  await step(stage.all, {
    act: 'computeAllowance', by: payments, payload: shown.allowance, input: { participant, month: today.slice(0, 7) }, watch: months,
  });
  await asPlanned(stage);
  await certify(stage);
  await contested(stage);
  await pay(stage);
  await history(stage);
  await recoveries(stage);
  await prove(stage, participant);
  await files(stage, participant);
  await absence(stage, participant);
  await housing(stage, participant);
  await recordAccount(stage, participant);
  const guest = await inviteGuest(stage, participant);
  await audit(stage, participant);
  await protect(stage, participant);
  await letIn(stage, participant, guest);
  await handOver(stage);
  await merge(stage);
  await administer(stage);
  await lose(stage);
  await leave(stage, participant);
  await hold(stage, participant);

  const schema = buildSchema(readFileSync(new URL('../../schema.graphqls', import.meta.url), 'utf8'), { assumeValid: true });
  const missing = Object.keys(schema.getMutationType().getFields()).filter((act) => !performed.has(act));
  demand(missing.length === 0, 'acts that were not tried', missing);
  return `after each of ${performed.size} acts the cache showed the new state without a refetch`;
});
