'use client';

/**
 * Many hosts: their numbers change ten times a second, and nobody reads two hundred of them at once. Cards then show
 * what changes seldom; gauges are painted on one canvas (`gauge-overlay.tsx`).
 */
import { useRef } from 'react';
import { useRun } from '@/components/workbench/run-context';
import type { HostStatus } from '@/lib/session/messages';

/** From so many hosts on. */
export const CROWD = 120;
/** Below this zoom a card's words cannot be read. */
export const FAR = 0.45;

export function useIsCrowd(): boolean {
  return useRun((state) => state.topology.hosts.length >= CROWD);
}

/** A host's status that is only news when its power, health or services changed: load and rate do not count. */
export function useCalmStatus(host: string, isCalm: boolean): HostStatus | undefined {
  const known = useRef<HostStatus>(undefined);
  return useRun((state) => {
    const next = state.hosts[host];
    if (isCalm && isSameAtHeart(known.current, next)) return known.current;
    known.current = next;
    return next;
  });
}

function isSameAtHeart(a: HostStatus | undefined, b: HostStatus | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return (
    a.power === b.power &&
    a.health === b.health &&
    a.here === b.here &&
    a.services.length === b.services.length &&
    a.services.every(({ name, state }, index) => {
      const other = b.services[index];
      return other !== undefined && other.name === name && other.state === state;
    })
  );
}
