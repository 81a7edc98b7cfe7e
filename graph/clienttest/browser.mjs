// The page at / in a real Chromium, as a new user would use it: sign in, listen, run the example mutation, see its event.
//   CHROMIUM     the browser's path, /usr/bin/chromium when left out
//   SCREENSHOT   where the picture goes; a new temporary folder when left out
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { base, check, demand, people, tutor } from './server.mjs';

const patience = 15_000;
const flags = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

check('browser', async () => {
  const { email } = await tutor();
  const profile = mkdtempSync(join(tmpdir(), 'lavoro-page-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags, locale: 'it-IT', viewport: { width: 1440, height: 900 },
  });
  const picture = process.env.SCREENSHOT ?? join(profile, 'page.png');
  try {
    const page = context.pages()[0] ?? await context.newPage();
    const trouble = watch(page);
    const event = await use(page, email, picture);
    demand(trouble.length === 0, 'the page had trouble', trouble);
    return `${event}; screenshot ${picture}`;
  } finally {
    await context.close();
  }
});

// watch collects what a user would not see: errors, refused policies, requests to other hosts.
function watch(page) {
  const trouble = [];
  page.on('pageerror', (error) => trouble.push(`error: ${error.message}`));
  page.on('console', (message) => message.type() === 'error' && trouble.push(`console: ${message.text()}`));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(base) && !url.startsWith('data:')) trouble.push(`another host: ${url}`);
  });
  return trouble;
}

async function use(page, email, picture) {
  page.setDefaultTimeout(patience);
  await page.goto(base);
  const { email: coordinator } = (await people()).find(({ role }) => role === 'COORDINATOR');
  await signIn(page, coordinator);
  await example(page, 'nested', 'People');
  const { data } = JSON.parse(await run(page, '"participants"'));
  const rich = ({ person, placements, attendances, allowances }) => person && placements.length && attendances.nodes.length && allowances.length;
  demand(data.participants.nodes.some(rich), 'the nested example shows nobody with internship, register and allowance', data);

  await signIn(page, email);
  await page.getByTestId('live-toggle').click();
  await page.locator('.live .pill[data-state=listening]').waitFor();
  await example(page, 'record', 'RecordAttendance');
  const answer = await run(page, '"recordAttendance"');
  demand(/"attendance": \{/.test(answer), 'the example mutation was refused', answer);

  const shown = page.getByTestId('live-event').first();
  await shown.waitFor();
  const event = await shown.innerText();
  await page.screenshot({ path: picture });
  const [, id] = answer.match(/"attendance": \{\s*"id": "([^"]+)"/) ?? [];
  demand(id && event.includes(id), 'the live pane shows another event', event, id);
  demand(event.includes('recordAttendance') && event.includes('ENTERED'), 'the event is not the mutation’s', event);
  await page.getByTestId('sign-out').click();
  await page.locator('[data-testid=signed][data-signed-in=false]').waitFor();
  const cookies = await page.context().cookies();
  demand(cookies.length === 0, 'after the sign-out the browser keeps cookies', cookies.map(({ name }) => name));
  return event.split('\n').slice(0, 4).join(' ');
}

// signIn goes to the sign-in page, chooses a person there, and waits until the examples are filled for them.
async function signIn(page, email) {
  await page.getByTestId('sign-in').click();
  await page.locator(`button[name=subject][value="${email.split('@')[0]}"]`).click();
  await page.locator('[data-testid=signed][data-signed-in=true]').waitFor();
  await page.locator('[data-testid=prepared][data-status=ready]').waitFor();
}

// example opens an example and waits until its tab shows it with its variables filled.
async function example(page, key, operation) {
  await page.getByTestId(`example-${key}`).click();
  await page.locator('[data-testid=prepared][data-status=ready]').waitFor();
  await page.locator('.graphiql-tab-active', { hasText: operation }).waitFor();
  await page.waitForFunction((name) => {
    const [query, variables] = [...document.querySelectorAll('.graphiql-editors .CodeMirror')].map(({ CodeMirror }) => CodeMirror.getValue());
    return query.includes(` ${name}(`) && /"(programme|enrolment)": "[^{"]/.test(variables);
  }, operation);
}

// run presses the play button and waits for an answer that holds a text; it answers the whole response pane.
async function run(page, text) {
  await page.locator('.graphiql-execute-button').click();
  const answer = () => page.evaluate(() => document.querySelector('.result-window .CodeMirror').CodeMirror.getValue());
  await page.waitForFunction((wanted) => document.querySelector('.result-window .CodeMirror').CodeMirror.getValue().includes(wanted), text)
    .catch(async () => demand(false, `the answer never held ${text}`, await answer()));
  return answer();
}
