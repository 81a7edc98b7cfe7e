// What ends the keeping of a person's data, done by somebody who sees no person: no cache shows anything of it.
import { parse } from 'graphql';
import { performed, read, step } from './runner.mjs';
import { demand } from './server.mjs';

// hold keeps the data of somebody whose case was closed today, and lets go again; erasing is refused while the policy's time runs.
export async function hold({ all, caseManager }, participant) {
  const { node } = await read(caseManager, parse('query Whose($id: ID!) { node(id: $id) { ... on Participant { person { id } } } }'), { id: participant });
  const person = node.person.id;
  for (const held of [true, false]) {
    await step(all, { act: 'holdPerson', by: /^DPO/, payload: 'person { id }', watch: [], input: { person, hold: held, reason: 'Ricorso di prova' } });
  }
  const { client } = all.find(({ role }) => role === 'DPO');
  const { data } = await client.mutate({
    mutation: parse('mutation Erase($input: ErasePersonInput!) { erasePerson(input: $input) { refusals { code path } person { id } } }'),
    variables: { input: { person, reason: 'RETENTION_ENDED' } },
  });
  demand(data.erasePerson.refusals.some(({ code }) => code === 'RETENTION_RUNS') && data.erasePerson.person === null, 'a person was erased too early', data);
  performed.add('erasePerson');
}
