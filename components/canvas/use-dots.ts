'use client';

import { useSyncExternalStore } from 'react';
import { usePreferences } from '@/lib/client/preferences';

const QUERY = '(prefers-reduced-motion: reduce)';

/** Whether requests run as dots: not when the reader asked for less motion, here or in the system. */
export function useDots(): boolean {
  const wanted = usePreferences((state) => state.dots);
  const reduced = useSyncExternalStore(
    subscribe,
    () => reducedMotion().matches,
    () => false,
  );
  return wanted && !reduced;
}

let known: MediaQueryList | undefined;
/** Every wire asks: one list for all. */
function reducedMotion(): MediaQueryList {
  known ??= window.matchMedia(QUERY);
  return known;
}
function subscribe(changed: () => void): () => void {
  const query = reducedMotion();
  query.addEventListener('change', changed);
  return () => query.removeEventListener('change', changed);
}
