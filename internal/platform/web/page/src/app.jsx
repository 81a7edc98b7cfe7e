// The whole page: top bar, examples, GraphiQL, live pane.
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { GraphiQLInterface } from 'graphiql';
import { GraphiQLProvider, useEditorContext } from '@graphiql/react';
import { buildSchema, parse } from 'graphql';
import { observe, post, schemaText, socket } from './api.js';
import { examples as filledExamples, feeds as filledFeeds, position, prepare } from './examples.js';
import { Live } from './live.jsx';
import { useLanguage, useSession } from './session.js';
import { texts } from './texts.js';
import { TopBar } from './topbar.jsx';

// GraphiQL keeps its divider places here; the first time the variables get room enough for an example's.
for (const [divider, share] of [['secondaryEditorFlex', '1.7'], ['editorFlex', '1.1']]) {
  if (sessionStorage.getItem(`graphiql:${divider}`) === null) sessionStorage.setItem(`graphiql:${divider}`, share);
}

export function App({ notices }) {
  const [language, setLanguage] = useLanguage();
  const t = texts[language];
  const session = useSession(language);
  const prepared = usePrepared(session);
  const client = useSocket(session, language);
  const schema = useSchema();
  const fetcher = useFetcher(session, client);
  const examples = useMemo(() => filledExamples(prepared.known, language), [prepared.known, language]);
  const feeds = useMemo(() => filledFeeds(prepared.known), [prepared.known]);
  const [opening] = useState(() => filledExamples({}, language).map(({ query, text }) => ({ query, variables: text })));

  return (
    <>
      <TopBar t={t} language={language} setLanguage={setLanguage} session={session} name={prepared.known.name} />
      <GraphiQLProvider
        fetcher={fetcher} schema={schema} storage={sessionStorage} shouldPersistHeaders={false}
        defaultTabs={opening} dangerouslyAssumeSchemaIsValid
      >
        <Examples t={t} language={language} examples={examples} prepared={prepared} session={session} />
        <main className="panes">
          <section className="editor" aria-label="GraphiQL">
            <GraphiQLInterface defaultEditorToolsVisibility="variables" showPersistHeadersSettings={false} forcedTheme="system" />
          </section>
          <Live
            key={session.epoch} t={t} language={language} client={client} feeds={feeds} signedIn={session.signedIn}
            position={() => position(session.settings, prepared.known.programme)}
          />
        </main>
      </GraphiQLProvider>
      <footer className="foot">
        <a href="/schema.graphqls">{t.schema}</a>
        <a href={notices}>{t.notices}</a>
      </footer>
    </>
  );
}

// What GraphiQL does without a schema of ours.
const waitForSchema = null;
const askByIntrospection = undefined;

function useSchema() {
  const [schema, setSchema] = useState(waitForSchema);
  useEffect(() => {
    schemaText()
      .then((text) => setSchema(text ? buildSchema(text, { assumeValid: true }) : askByIntrospection))
      .catch(() => setSchema(askByIntrospection));
  }, []);
  return schema;
}

// useSocket opens one connection per identity and language: the one travels with its request, the other in its first message.
function useSocket(session, language) {
  const client = useMemo(() => socket(session.settings), [session.settings, session.epoch, language]);
  useEffect(() => () => { client.dispose(); }, [client]);
  return client;
}

function useFetcher(session, client) {
  return useCallback((params, options) => {
    const { kind, operation } = chosen(params);
    return kind === 'subscription' ? observe(client, operation) : post(session.settings, operation, options?.headers);
  }, [session.settings, client]);
}

// chosen says what sort of operation runs, and drops a name that the document does not hold: GraphiQL notices a change
// of the document a moment late, and would ask for the operation of the tab before.
function chosen({ operationName, ...rest }) {
  const operations = parse(rest.query).definitions.filter((definition) => definition.kind === 'OperationDefinition');
  const named = operations.find((definition) => definition.name?.value === operationName);
  const operation = named && operations.length > 1 ? { ...rest, operationName } : rest;
  return { kind: (named ?? operations[0])?.operation, operation };
}

// usePrepared keeps the facts that fill the examples, read as the signed-in person and again on demand.
function usePrepared(session) {
  const [state, setState] = useState({ known: {}, status: 'none', problem: '' });
  const read = useCallback(async () => {
    setState((before) => ({ ...before, status: 'preparing', problem: '' }));
    try {
      const known = await prepare(session.settings);
      setState({ known, status: 'ready', problem: '' });
      return known;
    } catch (cause) {
      setState({ known: {}, status: 'failed', problem: cause.message });
      return {};
    }
  }, [session.settings]);
  useEffect(() => {
    if (session.signedIn) read();
    else setState({ known: {}, status: 'none', problem: '' });
  }, [session.signedIn, session.epoch, read]);
  return { ...state, read };
}

// Examples opens an example in its own tab, filled afresh each time, since running it changes what it may say next.
function Examples({ t, language, examples, prepared, session }) {
  const { tabs, activeTabIndex, addTab, changeTab, queryEditor, variableEditor } = useEditorContext({ nonNull: true });
  const waiting = useRef(null);
  const [, arrive] = useState(0);

  useEffect(() => {
    const next = waiting.current;
    if (!next || activeTabIndex !== next.index || !queryEditor || !variableEditor) return;
    waiting.current = null;
    queryEditor.setValue(next.example.query);
    variableEditor.setValue(next.example.text);
  });

  const show = (example) => {
    const name = nameOf(example.query);
    const found = tabs.findIndex((tab) => nameOf(tab.query ?? '') === name);
    waiting.current = { index: found < 0 ? tabs.length : found, example };
    if (found < 0) addTab();
    else if (found !== activeTabIndex) changeTab(found); // it would end what runs there
    arrive((count) => count + 1);
  };
  const open = async (key) => {
    const known = session.signedIn ? await prepared.read() : {};
    show(filledExamples(known, language).find((example) => example.key === key));
  };

  // Whoever signs in finds the open tab filled with what they may see.
  const shown = tabs[activeTabIndex]?.query ?? '';
  useEffect(() => {
    if (prepared.status !== 'ready') return;
    const example = examples.find((candidate) => nameOf(candidate.query) === nameOf(shown));
    const written = variableEditor?.getValue();
    if (example && (written === '' || written?.includes('{{'))) variableEditor.setValue(example.text);
  }, [prepared.status, examples, shown, variableEditor]);

  return (
    <nav className="examples" aria-label={t.examples}>
      <strong title={t.examplesHint}>{t.examples}</strong>
      {examples.map((example) => (
        <button key={example.key} type="button" className="button" data-testid={`example-${example.key}`} onClick={() => open(example.key)}>
          {example[language]}
        </button>
      ))}
      <span className="note" role="status" data-testid="prepared" data-status={prepared.status}>{note(t, language, prepared)}</span>
    </nav>
  );
}

function nameOf(query) {
  return query.match(/^\s*(?:query|mutation|subscription)\s+(\w+)/m)?.[1];
}

function note(t, language, { status, known, problem }) {
  if (status === 'none') return t.signInFirst;
  if (status === 'preparing') return t.preparing;
  if (status === 'failed') return `${t.notPrepared} ${problem}`;
  if (!known.enrolment) return t.partly;
  return t.prepared(new Date(`${known.day}T12:00:00Z`).toLocaleDateString(language, { timeZone: 'Europe/Rome', dateStyle: 'long' }));
}
