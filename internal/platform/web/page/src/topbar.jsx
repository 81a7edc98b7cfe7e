// The bar on top: the product's name, who is signed in, and the language.
import { useState } from 'react';

export function TopBar({ t, language, setLanguage, session }) {
  return (
    <header className="topbar">
      <h1>
        <Mark />
        Lavoro in Corso <small>{t.tagline}</small>
      </h1>
      <div className="identity">
        {session.mode === 'demonstration' && <People t={t} session={session} />}
        {session.mode === 'token' && <Token t={t} session={session} />}
        <SignedIn t={t} language={language} session={session} />
      </div>
      <fieldset className="language">
        <legend className="unseen">{t.language}</legend>
        {['it', 'en'].map((code) => (
          <label key={code}>
            <input type="radio" name="language" value={code} checked={language === code} onChange={() => setLanguage(code)} />
            <span lang={code}>{code === 'it' ? 'Italiano' : 'English'}</span>
          </label>
        ))}
      </fieldset>
    </header>
  );
}

function Mark() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path d="M4 24h7v-6h8v-6h8" fill="none" stroke="currentColor" strokeWidth="3" strokeLinecap="round" strokeLinejoin="round" />
      <circle className="mark-goal" cx="27" cy="12" r="4" />
    </svg>
  );
}

function People({ t, session }) {
  const groups = new Map();
  for (const person of session.people) {
    groups.set(person.organisation, [...(groups.get(person.organisation) ?? []), person]);
  }
  return (
    <label className="field">
      <span>{t.signInAs}</span>
      <select data-testid="sign-in" value={session.email} onChange={(change) => session.signIn(change.target.value)}>
        <option value="" disabled>{t.choosePerson}</option>
        {[...groups].map(([organisation, people]) => (
          <optgroup key={organisation} label={organisation}>
            {people.map(({ email, name, role }) => <option key={email} value={email}>{`${name} — ${t.roles[role] ?? role}`}</option>)}
          </optgroup>
        ))}
      </select>
    </label>
  );
}

function Token({ t, session }) {
  const [text, setText] = useState('');
  const submit = (event) => {
    event.preventDefault();
    session.pasteToken(text);
    setText('');
  };
  return (
    <form className="field" onSubmit={submit}>
      <label htmlFor="token">{t.token}</label>
      <input id="token" type="password" autoComplete="off" value={text} title={t.tokenHint} aria-describedby="token-hint" onChange={(change) => setText(change.target.value)} />
      <span id="token-hint" className="unseen">{t.tokenHint}</span>
      <button type="submit" className="button" disabled={text.trim() === ''}>{t.useToken}</button>
    </form>
  );
}

function SignedIn({ t, language, session }) {
  if (session.problem) {
    return (
      <span className="signed problem" role="alert">
        {t[session.problem]} <button type="button" className="button" onClick={session.load}>{t.retry}</button>
      </span>
    );
  }
  const time = session.expiresAt?.toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit' });
  const words = session.pending ? t.signingIn : session.signedIn ? (time ? t.signedInUntil(time) : '') : t.signedOut;
  return <span className="signed" role="status" data-testid="signed" data-signed-in={session.signedIn}>{words}</span>;
}
