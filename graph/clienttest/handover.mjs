// One body asks another for a person: a request that is accepted, and one that is taken back.
import { readFileSync } from 'node:fs';
import { parse } from 'graphql';
import { refer } from './persons.mjs';
import { read, step } from './runner.mjs';
import { onScreen } from './screens.mjs';
import { demand } from './server.mjs';
import { luhn, unique } from './stage.mjs';

const fields = '{ id side state stateLabel revision }';
const bodyOf = ({ me }) => me.viewer.grants.find(({ organisation }) => organisation).organisation.id;

// handOver refers two people to the stage's body, and has another body's coordinator ask for each.
export async function handOver(stage) {
  const { all, programme, organisation, codes } = stage;
  const coordinators = all.filter(({ role }) => role === 'PARTNER_COORDINATOR');
  const asker = coordinators.find((actor) => bodyOf(actor) !== organisation);
  const holder = coordinators.find((actor) => bodyOf(actor) === organisation);
  demand(asker && holder, 'two bodies need a coordinator each');
  const list = parse(readFileSync(new URL('operations/HandOverList.graphql', import.meta.url), 'utf8'));
  const [reason] = codes('hand_over_reasons');

  const asked = async () => {
    const fiscalCode = luhn(`9${unique()}`);
    await refer(stage, fiscalCode);
    const { handOver: made } = await step([asker], {
      act: 'requestHandOver', payload: `handOver ${fields}`, watch: ({ handOver: it }) => onScreen('HandOver', it.id, fields),
      input: { programme: programme.id, fiscalCode, organisation: bodyOf(asker), reason },
    });
    return made.id;
  };

  const first = await asked();
  await step([asker], { act: 'withdrawHandOver', payload: `handOver ${fields}`, watch: onScreen('HandOver', first, fields), input: { handOver: first } });

  await asked();
  const { handOvers } = await read(holder, list, { programme: programme.id, filter: { states: ['REQUESTED'], side: 'HOLDING' }, first: 1 });
  demand(handOvers.nodes.length === 1, 'the holder is not asked', handOvers);
  const [{ id }] = handOvers.nodes;
  await step([holder], {
    act: 'answerHandOver', payload: `handOver ${fields} participant { id }`, watch: onScreen('HandOver', id, fields), input: { handOver: id, accept: true },
  });
}
