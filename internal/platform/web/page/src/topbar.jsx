// The bar on top: the product's name, who is signed in, and the language.
export function TopBar({ t, language, setLanguage, session, name }) {
  return (
    <header className="topbar">
      <h1>
        <Mark />
        Lavoro in Corso <small>{t.tagline}</small>
      </h1>
      <div className="identity">
        <SignedIn t={t} language={language} session={session} name={name} />
        <SignIn t={t} session={session} />
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

// SignIn leads to an issuer's sign-in page and back; there one may also become somebody else.
function SignIn({ t, session }) {
  if (session.loading) return null;
  if (session.issuers.length === 0) return <span className="signed">{t.noIssuer}</span>;
  const words = (label) => (session.signedIn ? t.changePerson : session.issuers.length > 1 ? t.signInWith(label) : t.signIn);
  const shown = session.signedIn && session.issuers.length > 1 ? [] : session.issuers;
  return (
    <>
      {shown.map(({ label, signIn }) => <a key={signIn} className="button" data-testid="sign-in" href={signIn}>{words(label)}</a>)}
      {session.signedIn && <button type="button" className="button" data-testid="sign-out" onClick={session.signOut}>{t.signOut}</button>}
    </>
  );
}

function SignedIn({ t, language, session, name }) {
  if (session.problem) {
    return (
      <span className="signed problem" role="alert">
        {t[session.problem]} <button type="button" className="button" onClick={session.load}>{t.retry}</button>
      </span>
    );
  }
  const time = session.expiresAt?.toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit' });
  const words = session.signedIn ? [name, t.signedInUntil(time)].filter(Boolean).join(', ') : session.loading ? '' : t.signedOut;
  return <span className="signed" role="status" data-testid="signed" data-signed-in={session.signedIn}>{words}</span>;
}
