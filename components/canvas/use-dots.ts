'use client';

import { useSyncExternalStore } from 'react';
import { usePreferences } from '@/lib/client/preferences';

const QUERY = '(prefers-reduced-motion: reduce)';

/** Whether requests run as dots: not when the reader asked for less motion, here or in the system. */
export function useDots(): boolean {
  const wanted = usePreferences((state) => state.dots);
  const reduced = useSyncExternalStore(
    subscribe,
    () => window.matchMedia(QUERY).matches,
    () => false,
  );
  return wanted && !reduced;
}

function subscribe(changed: () => void): () => void {
  const query = window.matchMedia(QUERY);
  query.addEventListener('change', changed);
  return () => query.removeEventListener('change', changed);
}
