// Who is signed in: a demonstration person chosen from a list, or whoever a pasted token names.
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { demoPeople, demoToken } from './api.js';

const rememberedPerson = 'lavoro.person';
const rememberedLanguage = 'lavoro.language';
const renewBefore = 60_000;

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

// useSession keeps one token in memory only; credentials() renews a demonstration token before it runs out.
export function useSession(language) {
  const [state, setState] = useState({ mode: 'loading', people: [], email: '', expiresAt: null, problem: null, epoch: 0 });
  const current = useRef({ token: '', email: '', expiresAt: null, language });
  current.current.language = language;

  const load = useCallback(async () => {
    try {
      const people = await demoPeople(language);
      setState((before) => ({ ...before, mode: people ? 'demonstration' : 'token', people: people ?? [], problem: null }));
      return people ?? [];
    } catch {
      setState((before) => ({ ...before, problem: 'unreachable' }));
      return [];
    }
  }, [language]);

  const take = useCallback((token, email, expiresAt) => {
    Object.assign(current.current, { token, email, expiresAt });
    setState((before) => ({ ...before, email, expiresAt, problem: null, pending: false, epoch: before.epoch + 1 }));
  }, []);

  const signIn = useCallback(async (email) => {
    setState((before) => ({ ...before, email, pending: true, problem: null }));
    try {
      const { token, expiresAt } = await demoToken(email);
      sessionStorage.setItem(rememberedPerson, email);
      take(token, email, expiresAt ? new Date(expiresAt) : null);
    } catch {
      sessionStorage.removeItem(rememberedPerson);
      setState((before) => ({ ...before, email: '', pending: false, problem: 'signInFailed' }));
    }
  }, [take]);

  useEffect(() => {
    load().then((people) => {
      const kept = sessionStorage.getItem(rememberedPerson);
      if (!current.current.token && people.some((person) => person.email === kept)) signIn(kept);
    });
  }, [load, signIn]);

  const credentials = useCallback(async () => {
    const held = current.current;
    if (held.email && held.expiresAt && held.expiresAt - Date.now() < renewBefore) {
      const { token, expiresAt } = await demoToken(held.email);
      Object.assign(held, { token, expiresAt: expiresAt ? new Date(expiresAt) : null });
      setState((before) => ({ ...before, expiresAt: held.expiresAt }));
    }
    return { token: held.token, language: held.language };
  }, []);

  const pasteToken = useCallback((token) => take(token.trim().replace(/^Bearer\s+/i, ''), '', null), [take]);
  const signedIn = state.epoch > 0 && Boolean(current.current.token) && !state.pending;
  return useMemo(() => ({ ...state, signedIn, load, signIn, pasteToken, credentials }), [state, signedIn, load, signIn, pasteToken, credentials]);
}
