// What an administrator does: roles that are given and end, somebody who stands in for another, somebody who leaves.
import { randomUUID } from 'node:crypto';
import { civilDay } from '../../internal/platform/web/page/src/facts.js';
import { step } from './runner.mjs';
import { made, onScreen } from './screens.mjs';

const administrator = /^ADMINISTRATOR/;
const granted = '{ id role fromDay toDay }';
const delegated = '{ id everyGrant fromDay toDay }';

// administer gives a colleague a role and takes it back, has another stand in for him, and sees a third leave.
export async function administer({ all }) {
  const lead = all.find(({ role }) => role === 'COORDINATOR').me.viewer.grants.find(({ organisation }) => organisation).organisation.id;
  const id = (wanted) => all.find(({ email }) => email.startsWith(wanted)).me.viewer.id;
  const act = (name, payload, watch, input) => step(all, { act: name, by: administrator, payload, watch, input });

  const grant = `grt_${randomUUID()}`;
  await act('grantRole', `grant ${granted}`, made('Grant', grant, granted), { id: grant, member: id('tutor2.asl'), role: 'SCOUT', organisation: lead });
  await act('endGrant', `grant ${granted}`, onScreen('Grant', grant, granted), { grant });

  const delegation = `dlg_${randomUUID()}`;
  await act('delegate', `delegation ${delegated}`, made('Delegation', delegation, delegated), {
    id: delegation, member: id('casemanager2.asl'), to: id('tutor2.asl'), toDay: civilDay(-10),
  });
  await act('endDelegation', `delegation ${delegated}`, onScreen('Delegation', delegation, delegated), { delegation });

  const leaves = id('trainer.serindform');
  const account = '{ id account { id state endedOn } }';
  await act('endMember', `member ${account}`, onScreen('Member', leaves, account), { member: leaves });
}

// protect hides a person from all but the team and one named colleague, and shows the person again.
export async function protect({ all }, participant) {
  const named = all.find(({ role }) => role === 'COORDINATOR').me.viewer.id;
  const shown = '{ id protected revision }';
  const act = (name, input) => step(all, {
    act: name, by: /^CASE/, payload: `participant ${shown}`, watch: onScreen('Participant', participant, shown), input: { participant, ...input },
  });
  await act('protectParticipant', { named: [{ member: named, role: 'COORDINATOR' }] });
  await act('unprotectParticipant', {});
}
