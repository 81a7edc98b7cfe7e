// What an administrator does: people who are invited, roles that are given and end, somebody who stands in for another, somebody who leaves.
import { randomUUID } from 'node:crypto';
import { parse } from 'graphql';
import { civilDay } from '../../internal/platform/web/page/src/facts.js';
import { client, step } from './runner.mjs';
import { made, onScreen } from './screens.mjs';
import { letterOf, signIn } from './server.mjs';

const administrator = /^ADMINISTRATOR/;
const granted = '{ id role fromDay toDay }';
const delegated = '{ id everyGrant fromDay toDay }';

// administer invites two and sees one come, gives a colleague a role and takes it back, has another stand in for him, and sees a third leave.
export async function administer({ all }) {
  const lead = all.find(({ role }) => role === 'COORDINATOR').me.viewer.grants.find(({ organisation }) => organisation).organisation.id;
  const id = (wanted) => all.find(({ email }) => email.startsWith(wanted)).me.viewer.id;
  const act = (name, payload, watch, input) => step(all, { act: name, by: administrator, payload, watch, input });

  const account = '{ id account { id state endedOn invitation { id state expiresAt } } }';
  const invite = async (member, email) => {
    await act('inviteMember', `member ${account}`, made('Member', member, account), {
      id: member, organisation: lead, name: 'Nuova Collega', email, roles: [{ role: 'TUTOR' }],
    });
    const { data } = await all.find(({ role }) => administrator.test(role)).client.query({
      query: parse('query Invited($id: ID!) { node(id: $id) { ... on Member { id account { id invitation { id } } } } }'), variables: { id: member }, fetchPolicy: 'no-cache',
    });
    return data.node.account.invitation.id;
  };
  const [comes, stays] = [`mem_${randomUUID()}`, `mem_${randomUUID()}`];
  const email = `${randomUUID()}@example.org`;
  const letter = await invite(comes, email);
  await act('resendInvitation', `invitation { id state expiresAt sentAt member ${account} }`, [], { invitation: letter });
  const newcomer = client({ email, role: 'newcomer' }, await signIn(email, email));
  await step([newcomer], {
    act: 'acceptInvitation', payload: `member ${account}`, watch: ({ member }) => made('Member', member.id, account), input: { secret: letterOf(email) },
  });
  const unwanted = await invite(stays, `${randomUUID()}@example.org`);
  await act('withdrawInvitation', `invitation { id member ${account} }`, onScreen('Member', stays, account), { invitation: unwanted });

  const grant = `grt_${randomUUID()}`;
  await act('grantRole', `grant ${granted}`, made('Grant', grant, granted), { id: grant, member: id('tutor2.asl'), role: 'SCOUT', organisation: lead });
  await act('endGrant', `grant ${granted}`, onScreen('Grant', grant, granted), { grant });

  const delegation = `dlg_${randomUUID()}`;
  await act('delegate', `delegation ${delegated}`, made('Delegation', delegation, delegated), {
    id: delegation, member: id('casemanager2.asl'), to: id('tutor2.asl'), toDay: civilDay(-10),
  });
  await act('endDelegation', `delegation ${delegated}`, onScreen('Delegation', delegation, delegated), { delegation });

  const leaves = id('trainer.serindform');
  await act('endMember', `member ${account}`, onScreen('Member', leaves, account), { member: leaves });
}

// lose registers a phone of the tutor's, whose coordinator revokes it, and who then confirms that nothing is left on it.
export async function lose({ all }) {
  const phone = '{ id name platform registeredAt lastContactOn revokedAt revokedBy { id } toldAt wipedAt }';
  const device = `dev_${randomUUID()}`;
  const act = (name, by, watch, input) => step(all, { act: name, by, payload: `device ${phone}`, watch, input });
  await act('registerDevice', /^TUTOR/, made('Device', device, phone), { id: device, name: 'Telefono di prova', platform: 'ANDROID' });
  await act('revokeDevice', /^COORDINATOR/, onScreen('Device', device, phone), { device });
  await act('confirmWipe', /^TUTOR/, onScreen('Device', device, phone), { device });
}

// letIn has a guest represent a person, and then see the person as himself, by mistake.
export async function letIn({ all }, participant, member) {
  const act = (name, payload, watch, input) => step(all, { act: name, by: /^CASE/, payload, watch, input });

  const representation = `rep_${randomUUID()}`;
  const title = '{ id title reference titledOn fromDay toDay member { id } }';
  await act('appointRepresentative', `representation ${title}`, made('Representation', representation, title), {
    id: representation, participant, member, title: 'GUARDIAN', reference: 'Trib. di prova, V.G. 1/2025', titledOn: civilDay(300),
  });
  await act('endRepresentative', `representation ${title}`, onScreen('Representation', representation, title), { representation });

  const ownAccess = `own_${randomUUID()}`;
  const sight = '{ id fromDay toDay member { id } }';
  await act('openOwnAccess', `ownAccess ${sight}`, made('OwnAccess', ownAccess, sight), { id: ownAccess, participant, member });
  await act('closeOwnAccess', `ownAccess ${sight}`, onScreen('OwnAccess', ownAccess, sight), { ownAccess, mistaken: true });
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
