'use client';

import { useEffect, useState } from 'react';
import { decodeSandbox } from '@/lib/client/sandbox-link';
import type { ScenarioSource } from '@/lib/session/messages';
import type { SandboxDocument } from '@/lib/session/sandbox/document';
import { STARTERS, starterDocument } from '@/lib/session/sandbox/starters';

export type SandboxSource =
  | { state: 'reading' }
  | { state: 'ready'; source: ScenarioSource }
  | { state: 'refused'; message: string };

/** What the address asks for: a link's sandbox, a starter, or an empty canvas. A saved run goes before all of them. */
export function useSandboxSource(): SandboxSource {
  const [found, setFound] = useState<SandboxSource>({ state: 'reading' });
  useEffect(() => {
    let left = false;
    const { hash, search, pathname } = window.location;
    const packed = /^#s=(.*)$/.exec(hash)?.[1];
    const start = new URLSearchParams(search).get('start') ?? 'empty';
    if (packed === undefined) {
      const isKnown = STARTERS.some(({ id }) => id === start);
      setFound(
        isKnown
          ? ready(starterDocument(start))
          : {
              state: 'refused',
              message: `There is no starter “${start.slice(0, 40)}”. There are ${STARTERS.map(({ id }) => id).join(', ')}.`,
            },
      );
      if (isKnown && new URLSearchParams(search).has('start'))
        window.history.replaceState(window.history.state, '', pathname);
    } else
      void decodeSandbox(packed).then((read) => {
        if (left) return;
        setFound(read.ok ? ready(read.document) : { state: 'refused', message: read.message });
        // From now on it is this browser's own; the address gets the name under which it is saved.
        if (read.ok) window.history.replaceState(window.history.state, '', `${pathname}${search}`);
      });
    return () => {
      left = true;
    };
  }, []);
  return found;
}

function ready(document: SandboxDocument): SandboxSource {
  return { state: 'ready', source: { id: 'sandbox', files: { 'sandbox.json': JSON.stringify(document) } } };
}
