// A paper that proves something: announced, brought over HTTP, attached, and fetched.
import { createHash, randomUUID } from 'node:crypto';
import { step } from './runner.mjs';
import { made, onScreen } from './screens.mjs';
import { base, demand, signIn } from './server.mjs';

const paper = Buffer.from('%PDF-1.7\n1 0 obj\nendobj\ntrailer\n%%EOF\n');
const shown = 'file { id kind mediaType bytes state }';

// bring uploads a paper about a participant as an actor, whole, and answers its id.
export const bring = (actor, participant, kind) => carry(actor, { participant, kind, mediaType: 'application/pdf' }, paper);

// carry uploads any file.
export async function carry(actor, about, content) {
  const headers = { Authorization: `Bearer ${await signIn(actor.email)}` };
  const id = `fil_${randomUUID()}`;
  const { upload } = await step([actor], {
    act: 'prepareUpload', payload: `${shown} upload { path expiresAt }`, watch: made('File', id, shown),
    input: { id, ...about, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') },
  });
  const brought = await fetch(base + upload.path, {
    method: 'PUT', headers: { ...headers, 'Content-Range': `bytes 0-${content.length - 1}/${content.length}` }, body: content,
  });
  demand(brought.status === 204, 'the file was not taken', brought.status, await brought.text());
  return id;
}

// absence brings the paper of an absence, which its file's reader alone sees, and takes it back.
export async function absence({ all }, participant) {
  const manager = all.filter(({ role }) => role === 'CASE_MANAGER').slice(0, 1);
  const paper = `abp_${randomUUID()}`;
  const fields = 'id fromDay toDay attachedAt withdrawnAt mistake revision';
  await step(manager, {
    act: 'attachAbsencePaper', payload: `paper { ${fields} }`, watch: made('AbsencePaper', paper, `{ ${fields} }`),
    input: { id: paper, participant, fromDay: '2026-03-02', toDay: '2026-03-06', file: await bring(manager[0], participant, 'ABSENCE_PAPER') },
  });
  await step(manager, { act: 'withdrawAbsencePaper', payload: `paper { ${fields} }`, watch: onScreen('AbsencePaper', paper, `{ ${fields} }`), input: { paper, mistake: 'WRONG_PERSON' } });
}

// files brings a paper about the person, has a check attach it and fetches it again.
export async function files({ all }, participant) {
  const lead = all.filter(({ role }) => role === 'COORDINATOR').slice(0, 1);
  const headers = { Authorization: `Bearer ${await signIn(lead[0].email)}` };
  const id = await bring(lead[0], participant, 'EXCLUSION_CHECK');
  const checks = 'exclusionChecks { id checkedOn outcome evidence file { id state } }';
  await step(lead, {
    act: 'recordExclusionCheck', payload: `participant { id ${checks} } exclusionCheck { id ${shown} }`,
    watch: onScreen('Participant', participant, `{ id ${checks} }`),
    input: { participant, measure: 'ADI', outcome: 'CLEAR', evidence: 'prot. 2026/1188', file: id },
  });
  const { download } = await step(lead, { act: 'prepareDownload', payload: `${shown} download { path expiresAt }`, watch: [], input: { file: id } });
  const fetched = await fetch(base + download.path, { headers });
  demand(fetched.ok && paper.equals(Buffer.from(await fetched.arrayBuffer())), 'another paper came back', fetched.status);
}
