// The audits of GraphQL over HTTP that graphql-http brings, against the live server as somebody who is signed in.
import { serverAudits } from 'graphql-http';
import { base, check, demand, people, signIn } from './server.mjs';

const bars = { MUST: [13, 13], SHOULD: [23, 23], MAY: [25, 25] };

check('http', async () => {
  const [{ email }] = await people();
  const token = await signIn(email);
  const signed = (url, init = {}) => fetch(url, { ...init, headers: { ...init.headers, Authorization: `Bearer ${token}` } });
  const heard = await Promise.all(serverAudits({ url: `${base}/graphql`, fetchFn: signed }).map(async (audit) => {
    const { status, reason } = await audit.fn();
    return { level: audit.name.split(' ')[0], good: status === 'ok', said: `${audit.id} ${audit.name}: ${reason}` };
  }));
  const missed = heard.filter(({ good }) => !good);
  for (const { said } of missed) console.log(said);
  const counts = Object.entries(bars).map(([level, [least, most]]) => {
    const all = heard.filter((one) => one.level === level);
    const good = all.filter((one) => one.good).length;
    demand(all.length === most && good >= least, `${level}: ${good} of ${all.length}, want ${least} of ${most}`, missed);
    return `${level} ${good}/${most}`;
  });
  return counts.join(', ');
});
