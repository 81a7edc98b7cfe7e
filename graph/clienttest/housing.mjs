// A contribution to living on one's own: asked for with its papers, granted by a second person, with a receipt, and withdrawn; another one is refused.
import { randomUUID } from 'node:crypto';
import { bring } from './files.mjs';
import { step } from './runner.mjs';
import { made, onScreen } from './screens.mjs';
import { note, today } from './stage.mjs';

const fields = `id fromMonth toMonth months monthly state stateLabel recognised left proofs { id } receipts { id month number amount } withdrawnFrom revision
  allowedActs { act allowed refusals { code } }`;
const payload = `housingGrant { ${fields} }`;

export async function housing({ all }, participant) {
  const managers = all.filter(({ role }) => role === 'CASE_MANAGER').slice(0, 1);
  const leads = all.filter(({ role }) => role === 'COORDINATOR').slice(0, 1);
  const month = today.slice(0, 7);
  const asked = async () => {
    const id = `hsg_${randomUUID()}`;
    const proofs = [];
    for (const document of ['HOUSING_TITLE', 'SERVICE_STATEMENT']) proofs.push({ document, file: await bring(managers[0], participant, 'HOUSING_PROOF') });
    await step(managers, {
      act: 'requestHousingGrant', payload, watch: made('HousingGrant', id, `{ ${fields} }`), input: { id, participant, condition: 'FIRST_HOME', fromMonth: month, months: 2, proofs },
    });
    return id;
  };
  const on = (who, act, housingGrant, input) => step(who, { act, payload, watch: onScreen('HousingGrant', housingGrant, `{ ${fields} }`), input: { housingGrant, ...input } });
  await on(leads, 'answerHousingGrant', await asked(), { accept: false, reason: note });
  const id = await asked();
  await on(leads, 'answerHousingGrant', id, { accept: true });
  await on(managers, 'recordHousingReceipt', id, { month, amount: 18_050, file: await bring(managers[0], participant, 'HOUSING_RECEIPT') });
  await on(managers, 'withdrawHousingGrant', id, { fromMonth: month, reason: note });
}
