// Where the acts take place: a programme, a partner with its tutor and case manager, and codes that are nobody's.
import { parse } from 'graphql';
import { civilDay } from '../../internal/platform/web/page/src/facts.js';
import { read } from './runner.mjs';
import { demand, operation } from './server.mjs';

export const today = civilDay(0);
export const note = 'prova della memoria del client';

// luhn completes ten digits to a provisional fiscal code or partita IVA.
export function luhn(ten) {
  const sum = [...ten].reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return `${ten}${(10 - (sum % 10)) % 10}`;
}

let given = 0;

// unique gives nine digits that no earlier call or run has given.
export function unique() {
  given += 1;
  return String(Math.floor(Date.now() / 100) * 100 + given).slice(-9);
}

export async function setting(all) {
  const lead = all.find(({ me }) => me.viewer.grants.some(({ programme }) => programme));
  demand(lead, 'nobody of the demonstration holds a grant in a programme');
  const { code } = lead.me.viewer.grants.find(({ programme }) => programme).programme;
  const { programme } = await read(lead, parse(operation('Programme')), { code });
  const lists = await read(lead, parse('query Codes($code: String!) { programme(code: $code) { codeItems { list code } } }'), { code });
  const codes = (list) => lists.programme.codeItems.filter((item) => item.list === list).map((item) => item.code);
  const organisationOf = ({ me }) => me.viewer.grants.find((grant) => grant.organisation)?.organisation.id;
  const tutor = all.find(({ role }) => role === 'TUTOR');
  const organisation = organisationOf(tutor);
  const caseManager = all.find((actor) => actor.role === 'CASE_MANAGER' && organisationOf(actor) === organisation);
  return { all, programme, codes, tutor, caseManager, organisation, municipality: programme.municipalities[0].istat };
}
