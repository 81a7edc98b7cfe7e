// The contract may only grow. What was released, ../testdata/released.graphqls, is compared with schema.graphqls: nothing may break a client
// of it, but for what it said would leave, from that day on. With --released the schema becomes the released one, as part of a release.
import { copyFileSync, readFileSync } from 'node:fs';
import { buildASTSchema, findBreakingChanges, parse, visit } from 'graphql';

const path = (name) => new URL(name, import.meta.url);
const now = path('../../schema.graphqls');
const then = path('../testdata/released.graphqls');

const leaving = /^use .+; leaves on (\d{4}-\d{2}-\d{2})$/is;

// Acts may wait on a phone that is off for long, and so may what is sent with them.
const noticeDays = (where) => (/^Mutation\.|Input\./.test(where) ? 365 : 180);
const dayOf = (date) => date.toISOString().slice(0, 10);

// reasonOf answers why a part of the schema is deprecated; undefined where it is not.
function reasonOf(node) {
  const directive = node.directives?.find(({ name }) => name.value === 'deprecated');
  return directive && (directive.arguments.find(({ name }) => name.value === 'reason')?.value.value ?? '');
}

// deprecations answers the day on which each deprecated part leaves, by where it stands.
function deprecations(document) {
  const days = new Map();
  const names = [];
  visit(document, {
    enter(node) {
      if (!node.kind.endsWith('Definition') && !node.kind.endsWith('Extension')) return;
      names.push(node.name?.value ?? '');
      const reason = reasonOf(node);
      if (reason !== undefined) days.set(names.join('.'), leaving.exec(reason)?.[1] ?? '');
    },
    leave(node) {
      if (node.kind.endsWith('Definition') || node.kind.endsWith('Extension')) names.pop();
    },
  });
  return days;
}

// kept is a document without what was to have left it.
const kept = (document, today) => visit(document, {
  enter(node) {
    const day = leaving.exec(reasonOf(node) ?? '')?.[1];
    return day && day <= today ? null : undefined;
  },
});

// faults answers what is wrong with a schema that follows a released one, in words.
function faults(released, schema, today = new Date()) {
  const before = parse(released);
  const after = parse(schema);
  const found = findBreakingChanges(buildASTSchema(kept(before, dayOf(today))), buildASTSchema(after)).map(({ description }) => description);
  const told = deprecations(before);
  for (const [where, day] of deprecations(after)) {
    const notice = dayOf(new Date(today.getTime() + noticeDays(where) * 86_400_000));
    if (!day) found.push(`${where} is deprecated without "use X; leaves on YYYY-MM-DD".`);
    else if (told.get(where) ? day < told.get(where) : day < notice) found.push(`${where} leaves on ${day}, before its notice is over.`);
  }
  return found;
}

const sample = `type Query { a(x: Int): Int! @deprecated(reason: "use b; leaves on 2026-06-01")  b(x: Int, i: In): E  c: U }
enum E { P Q }  input In { s: String }  type Mutation { m(input: MInput): Int }  input MInput { s: String }  type T implements N { id: ID! t: Int }  type V { v: Int }  union U = T | V  interface N { id: ID! }`;
const before = new Date('2026-05-31T12:00:00Z');
const later = new Date('2026-06-01T12:00:00Z');

// cases are changes of the sample, each with the day and whether it is a fault.
const cases = [
  ['nothing', sample, before, false],
  ['a field more', sample.replace('v: Int', 'v: Int w: Int'), before, false],
  ['an enum value more', sample.replace('P Q', 'P Q R'), before, false],
  ['an optional argument more', sample.replace('b(x: Int', 'b(y: Int, x: Int'), before, false],
  ['a type less', sample.replace('type V { v: Int }', '').replace('T | V', 'T'), before, true],
  ['a field less', sample.replace('c: U', ''), before, true],
  ['an enum value less', sample.replace('P Q', 'P'), before, true],
  ['an argument less', sample.replace('b(x: Int, ', 'b('), before, true],
  ['an input field less', sample.replace('s: String', 'r: String'), before, true],
  ['another type of a field', sample.replace('t: Int', 't: String'), before, true],
  ['a field that may be null now', sample.replace('Int! @', 'Int @'), before, true],
  ['another type of an argument', sample.replace('b(x: Int', 'b(x: Int!'), before, true],
  ['a required argument more', sample.replace('b(x: Int', 'b(y: Int!, x: Int'), before, true],
  ['a required input field more', sample.replace('s: String', 's: String r: Int!'), before, true],
  ['an interface less', sample.replace(' implements N', ''), before, true],
  ['a member of a union less', sample.replace('T | V', 'T'), before, true],
  ['gone before its day', sample.replace(/a\(x.+?"\)/, ''), before, true],
  ['gone on its day', sample.replace(/a\(x.+?"\)/, ''), later, false],
  ['to go earlier than was told', sample.replace('2026-06-01', '2026-05-31'), before, true],
  ['to go later than was told', sample.replace('2026-06-01', '2027-05-31'), before, false],
  ['to go without a day', sample.replace('t: Int', 't: Int @deprecated'), before, true],
  ['to go too soon', sample.replace('t: Int', 't: Int @deprecated(reason: "use v; leaves on 2026-11-26")'), before, true],
  ['an act that is to go too soon', sample.replace('MInput): Int', 'MInput): Int @deprecated(reason: "use n; leaves on 2027-05-30")'), before, true],
  ['an act that is to go in time', sample.replace('MInput): Int', 'MInput): Int @deprecated(reason: "use n; leaves on 2027-05-31")'), before, false],
  ['an input that is to go too soon', sample.replace('MInput { s: String', 'MInput { s: String @deprecated(reason: "use n; leaves on 2027-05-30")'), before, true],
  ['to go in time', sample.replace('t: Int', 't: Int @deprecated(reason: "use v; leaves on 2026-11-27")'), before, false],
];
for (const [name, schema, day, wrong] of cases) {
  const found = faults(sample, schema, day);
  if (found.length > 0 !== wrong) throw new Error(`${name}: ${JSON.stringify(found)}`);
}

const found = faults(readFileSync(then, 'utf8'), readFileSync(now, 'utf8'));
if (found.length > 0) {
  console.error(`The contract breaks clients of the last released schema:\n${found.map((one) => `- ${one}`).join('\n')}\nKeep what was there, and say @deprecated(reason: "use X; leaves on YYYY-MM-DD").`);
  process.exit(1);
}
if (process.argv.includes('--released')) copyFileSync(now, then);
console.log(`contract: ${cases.length} cases, and no break with the last released schema`);
