// Who is signed in: what the server says of the session that this browser's cookie stands for.
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { sessionState, signedOut, signOut as endSession } from './api.js';

const rememberedLanguage = 'lavoro.language';

function firstLanguage() {
  const kept = localStorage.getItem(rememberedLanguage);
  if (kept === 'it' || kept === 'en') return kept;
  return navigator.language?.toLowerCase().startsWith('en') ? 'en' : 'it';
}

export function useLanguage() {
  const [language, setLanguage] = useState(firstLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
    localStorage.setItem(rememberedLanguage, language);
  }, [language]);
  return [language, setLanguage];
}

// useSession asks the server who is signed in, and asks again when it no longer knows. Signing in leaves the page and comes back to it.
export function useSession(language) {
  const [state, setState] = useState({ loading: true, signedIn: false, issuers: [], expiresAt: null, problem: null, epoch: 0 });
  const current = useRef({ language });
  current.current.language = language;

  const load = useCallback(async () => {
    try {
      const { signedIn, issuers, expiresAt } = await sessionState();
      setState((before) => ({
        loading: false, signedIn, issuers, expiresAt: expiresAt ? new Date(expiresAt) : null, problem: null,
        epoch: before.epoch + (before.signedIn === signedIn ? 0 : 1),
      }));
    } catch {
      setState((before) => ({ ...before, problem: 'unreachable' }));
    }
  }, []);
  useEffect(() => { load(); }, [load]);
  useEffect(() => {
    addEventListener(signedOut, load);
    return () => removeEventListener(signedOut, load);
  }, [load]);

  const signOut = useCallback(async () => {
    try {
      const elsewhere = await endSession();
      if (elsewhere) location.assign(elsewhere);
      else await load();
    } catch {
      setState((before) => ({ ...before, problem: 'unreachable' }));
    }
  }, [load]);
  const settings = useCallback(() => current.current, []);
  return useMemo(() => ({ ...state, load, signOut, settings }), [state, load, signOut, settings]);
}
