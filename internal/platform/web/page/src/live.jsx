// The live pane: keeps one subscription running beside the editor and prints each event as it comes.
import { useEffect, useRef, useState } from 'react';
import { readable } from './api.js';

const keptEvents = 200;

// useLive runs one operation at a time over the shared socket and follows the feed's own cursor: it begins at the
// position read beforehand, so nothing is missed in between, and the variable "after" moves with every event, so that
// a reconnection asks only for what was missed (the client sends the operation again as it then stands).
function useLive(client, position) {
  const [status, setStatus] = useState('stopped');
  const [problem, setProblem] = useState('');
  const [events, setEvents] = useState([]);
  const running = useRef(null);
  const serial = useRef(0);

  const keep = (result) => {
    const event = Object.values(result.data ?? {})[0] ?? {};
    serial.current += 1;
    const entry = { serial: serial.current, at: new Date(), result, event };
    setEvents((before) => [entry, ...before].slice(0, keptEvents));
    return event;
  };

  const stop = () => {
    running.current?.();
    running.current = null;
    setStatus('stopped');
  };

  const start = async (query, variables) => {
    stop();
    setProblem('');
    setStatus('connecting');
    let over = false;
    running.current = () => { over = true; };
    const after = /\$after\b/.test(query) ? await position() : undefined;
    if (over) return;
    running.current = follow(client, { query, variables: { ...variables, after } }, {
      keep,
      status: setStatus,
      end: (next, message = '') => {
        running.current = null;
        setStatus(next);
        setProblem(message);
      },
    });
  };

  useEffect(() => stop, [client]);
  return { status, problem, events, start, stop, clear: () => setEvents([]) };
}

// follow subscribes, reports to on, and returns what ends it; after that nothing more is reported.
function follow(client, operation, on) {
  let over = false;
  const ifRunning = (report) => (...words) => over || report(...words);
  const offs = [
    client.on('connected', ifRunning(() => on.status('listening'))),
    client.on('closed', ifRunning(() => on.status('reconnecting'))),
  ];
  const finish = (...words) => {
    over = true;
    offs.forEach((off) => off());
    on.end(...words);
  };
  const unsubscribe = client.subscribe(operation, {
    next: ifRunning((result) => {
      const { cursor } = on.keep(result);
      if (cursor) operation.variables.after = cursor;
    }),
    error: ifRunning((cause) => finish('failed', readable(cause).message)),
    complete: ifRunning(() => finish('stopped')),
  });
  if (client.isUp()) on.status('listening');
  return () => {
    over = true;
    offs.forEach((off) => off());
    unsubscribe();
  };
}

export function Live({ t, language, client, feeds, signedIn, position }) {
  const live = useLive(client, position);
  const [chosen, setChosen] = useState(feeds[0].name);
  const [edited, setEdited] = useState(null);
  const feed = feeds.find((candidate) => candidate.name === chosen);
  const query = edited ?? feed.query;
  const running = !['stopped', 'failed'].includes(live.status);

  const choose = (name) => {
    live.stop();
    setEdited(null);
    setChosen(name);
  };

  return (
    <aside className="live" aria-labelledby="live-title">
      <header className="live-head">
        <h2 id="live-title">{t.live}</h2>
        <span className="pill" data-state={live.status} role="status">{t[live.status]}</span>
        <button
          type="button" className="button primary" disabled={!signedIn} data-testid="live-toggle"
          onClick={() => (running ? live.stop() : live.start(query, feed.variables))}
        >
          {running ? t.stop : t.start}
        </button>
      </header>
      <div className="live-source">
        <label className="field">
          <span>{t.feed}</span>
          <select value={chosen} onChange={(change) => choose(change.target.value)}>
            {feeds.map(({ name }) => <option key={name} value={name}>{name}</option>)}
          </select>
        </label>
        <details>
          <summary>{t.operation}</summary>
          <textarea
            aria-label={t.operation} spellCheck={false} value={query} disabled={running} rows={12}
            onChange={(change) => setEdited(change.target.value)}
          />
        </details>
      </div>
      {live.problem && <p className="problem" role="alert">{live.problem}</p>}
      <div className="live-bar">
        <span>{t.count(live.events.length)}</span>
        <button type="button" className="button quiet" disabled={live.events.length === 0} onClick={live.clear}>{t.clear}</button>
      </div>
      <Events t={t} language={language} events={live.events} hint={live.status === 'listening' ? t.liveWaits : t.liveHint} />
    </aside>
  );
}

function Events({ t, language, events, hint }) {
  if (events.length === 0) return <p className="live-empty">{hint}</p>;
  return (
    <ol className="events" role="log" aria-live="polite" aria-relevant="additions" tabIndex={0} aria-label={t.live}>
      {events.map((entry, index) => (
        <li key={entry.serial} className="event" data-testid="live-event">
          <div className="event-head">
            <span className="kind" data-kind={entry.event.kind}>{entry.event.kind ?? '·'}</span>
            <strong>{entry.event.act ?? ''}</strong>
            <time dateTime={entry.at.toISOString()}>{entry.at.toLocaleTimeString(language)}</time>
          </div>
          <details open={index === 0}>
            <summary>{summary(entry.event)}</summary>
            <pre>{JSON.stringify(entry.result.errors ? entry.result : entry.event, null, 2)}</pre>
          </details>
        </li>
      ))}
    </ol>
  );
}

// summary says in one line what an event is about: whose, when, where.
function summary({ sequence, subject, subjectId, removedId }) {
  const person = subject?.participant?.person;
  const words = [
    sequence !== undefined && `#${sequence}`,
    person && [person.givenName, person.familyName].filter(Boolean).join(' '),
    subject?.day && `${subject.day} ${subject.from}–${subject.to}`,
    subject?.score !== undefined && `${subject.score}/100`,
    subject?.company?.name ?? subject?.placement?.company?.name,
  ].filter(Boolean);
  return words.length > 1 ? words.join(' · ') : [...words, subjectId ?? removedId].filter(Boolean).join(' · ') || '{…}';
}
