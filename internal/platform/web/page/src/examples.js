// The ready examples, and the facts of the signed-in person that make them run as they are.
import { post } from './api.js';
import viewerQuery from './examples/viewer.graphql';
import positionQuery from './examples/position.graphql';
import prepareQuery from './examples/prepare.graphql';
import offerMutation from './examples/offer.graphql';
import nestedQuery from './examples/nested.graphql';
import nestedVariables from './examples/nested.json';
import recordQuery from './examples/record.graphql';
import recordVariables from './examples/record.json';
import attendanceQuery from './examples/attendance.graphql';
import matchingQuery from './examples/matching.graphql';
import feedVariables from './examples/feed.json';
import { firstGood, freeHours, programmeOf, since } from './facts.js';

const templates = [
  {
    key: 'nested', it: 'Interrogazione annidata', en: 'Nested query', query: nestedQuery, variables: nestedVariables,
    says: {
      it: ['Le persone che puoi vedere: tirocini,', 'presenze, indennità, in un solo istante.', 'Ciò che non puoi vedere è null,', 'e "hidden" ne dice il nome.'],
      en: ['The people you may see: internships,', 'register, allowances, in one snapshot.', 'What you may not see is null,', 'and "hidden" names it.'],
    },
  },
  {
    key: 'record', it: 'Registra una presenza', en: 'Record attendance', query: recordQuery, variables: recordVariables,
    says: {
      it: ['Scrive una presenza. Prima avvia', 'l’ascolto a destra: l’evento compare lì.', 'Un rifiuto dice codice, causa e rimedio.'],
      en: ['Writes into the register. First start', 'listening on the right: it appears there.', 'A refusal says code, cause and cure.'],
    },
  },
  {
    key: 'follow', it: 'Segui le presenze', en: 'Follow attendance', query: attendanceQuery, variables: feedVariables,
    says: {
      it: ['Le novità da ora in poi. Un cursore in', '"after" riprende da dove eri rimasto.'],
      en: ['The news from now on. A cursor in "after"', 'resumes where you stopped.'],
    },
  },
];

const feedTemplates = [
  { name: 'attendanceUpdates', query: attendanceQuery, variables: feedVariables },
  { name: 'matchingUpdates', query: matchingQuery, variables: feedVariables },
];

// prepare asks the server, as the signed-in person, what the examples need; without hours for whoever follows nobody.
export async function prepare(settings) {
  const { viewer } = await ask(settings, viewerQuery);
  const programme = programmeOf(viewer);
  if (!programme) return { name: viewer.name };
  const { placements } = await ask(settings, prepareQuery, { programme: programme.id, since: since() });
  return { name: viewer.name, programme: programme.id, ...(await writable(settings, freeHours(placements.nodes))) };
}

// writable asks by a preview, which writes nothing, which of the hours the rules accept.
async function writable(settings, hours) {
  if (hours.length === 0) return undefined;
  const { recordAttendance } = await ask(settings, offerMutation, { input: { preview: true, entries: hours } });
  return firstGood(hours, recordAttendance.answers);
}

// position reads where the programme's news stands now; null lets the feed begin whenever the server gets to it.
export async function position(settings, programme) {
  if (!programme) return null;
  const { data } = await post(settings, { query: positionQuery, variables: { programme } });
  return data?.position ?? null;
}

async function ask(settings, query, variables) {
  const { data, errors } = await post(settings, { query, variables });
  if (!data) throw new Error(errors?.map((error) => error.message).join(' · ') ?? '?');
  return data;
}

// examples are the operations with the facts in their variables, each introduced in one language.
export const examples = (known, language) => templates.map((template) => {
  const { query, ...rest } = filled(template, known);
  return { ...rest, query: [...template.says[language].map((line) => `# ${line}`), query].join('\n') };
});
export const feeds = (known) => feedTemplates.map((template) => filled(template, known));

// filled puts the facts in place of their names, "{{name}}"; an unknown one stays to be seen. The layout is the file's.
function filled(template, known) {
  const text = template.variables.trim().replace(/"\{\{(\w+)\}\}"/g, (place, fact) => (known[fact] === undefined ? place : JSON.stringify(known[fact])));
  return { ...template, query: template.query.trim(), variables: JSON.parse(text), text };
}
