'use client';

import { useSyncExternalStore } from 'react';

/** How much room there is: three columns, two, or one area at a time (small windows, large zoom). */
export type Screen = 'wide' | 'narrow' | 'single';

const WIDE = '(min-width: 1180px)';
const NARROW = '(min-width: 820px) and (min-height: 520px)';

export function useScreen(): Screen {
  return useSyncExternalStore(subscribe, read, () => 'wide');
}

function read(): Screen {
  if (!window.matchMedia(NARROW).matches) return 'single';
  return window.matchMedia(WIDE).matches ? 'wide' : 'narrow';
}

function subscribe(changed: () => void): () => void {
  const queries = [window.matchMedia(WIDE), window.matchMedia(NARROW)];
  for (const query of queries) query.addEventListener('change', changed);
  return () => {
    for (const query of queries) query.removeEventListener('change', changed);
  };
}
