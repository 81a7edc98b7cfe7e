// What an audit needs: documents that prove a person's requirements, and a mandate with a sample.
import { randomUUID } from 'node:crypto';
import { step } from './runner.mjs';
import { made, onScreen } from './screens.mjs';
import { today } from './stage.mjs';

const mandate = 'mandate { id state openedOn closedOn document sample { id drawnOn } revision }';

// prove writes down which document proves a requirement of the person.
export async function prove({ all, codes }, participant) {
  await step(all, {
    act: 'recordProof', by: /^CASE/, payload: 'participant { id proofs { id document provenOn } } proof { id document provenOn }',
    watch: onScreen('Participant', participant, '{ id proofs { id document provenOn } }'),
    input: { participant, requirement: codes('requirements')[0], document: 'prot. 2026/1187', provenOn: today },
  });
}

// audit opens a mandate over the body, draws the person into its sample and closes it.
export async function audit({ all, programme, organisation }, participant) {
  const id = `mnd_${randomUUID()}`;
  const lead = /^COORDINATOR/;
  const { me } = all.find(({ role }) => role === 'AUDITOR');
  await step(all, {
    act: 'openMandate', by: lead, payload: mandate, watch: made('Mandate', id, mandate),
    input: {
      id, programme: programme.id, organisation, member: me.viewer.id, periodFrom: today, periodTo: today, endsOn: today, document: 'Incarico di prova',
    },
  });
  const watch = onScreen('Mandate', id, '{ id state closedOn sample { id drawnOn } revision }');
  await step(all, { act: 'drawSample', by: lead, payload: mandate, watch, input: { mandate: id, sample: [participant] } });
  await step(all, { act: 'closeMandate', by: lead, payload: mandate, watch, input: { mandate: id } });
}
