// What a folder from before brought in: one import is confirmed by somebody else and taken back by a third, another is discarded.
import { parse } from 'graphql';
import { read, step } from './runner.mjs';
import { onScreen } from './screens.mjs';
import { demand, operation } from './server.mjs';
import { note } from './stage.mjs';

const fields = 'id state stateLabel stateSince decidedAt revokedAt reason revision totals { kind month budgetLine rows gross paid } allowedActs { act allowed refusals { code } }';

export async function history({ all, programme }) {
  const coordinator = all.find(({ role }) => role === 'COORDINATOR');
  const { historyImports: { nodes } } = await read(coordinator, parse(operation('HistoryImports')), { programme: programme.id, first: 10 });
  const [first, second] = nodes.filter(({ state }) => state === 'STAGED');
  demand(second && [first, second].some(({ totals }) => totals[0].budgetLine) && first.totals.length > 0 && first.files.length === 1, 'nothing from before waits', nodes);
  const on = (act, { id, revision }, more) => step(all, { act, payload: `import { ${fields} }`, watch: onScreen('HistoryImport', id, `{ ${fields} }`), input: { import: id, expectedRevision: revision, ...more } });
  await on('confirmHistory', first);
  await on('revokeHistory', { ...first, revision: first.revision + 1 }, { reason: note });
  await on('discardHistory', second, { reason: note });
}
