'use client';

/**
 * Many hosts: their numbers change ten times a second, and nobody reads two hundred of them at once. Cards then show
 * what changes seldom; gauges are painted on one canvas (`gauge-overlay.tsx`).
 */
import { useRef } from 'react';
import { useRun } from '@/components/workbench/run-context';
import type { HostStatus } from '@/lib/session/messages';
import { heldBy } from './host-view';
import { usePicture } from './picture';

/** From so many hosts on. */
export const CROWD = 120;
/** Below this zoom a card's words cannot be read. */
export const FAR = 0.45;

export function useIsCrowd(): boolean {
  return useRun((state) => state.topology.hosts.length >= CROWD);
}

/** What a host's card shows of the run. */
export interface HostNews {
  status: HostStatus | undefined;
  /** Virtual addresses it holds, with spaces between. */
  held: string;
  /** Whether the latest hint points at it. */
  hinted: boolean;
  /** Whether it is one of very many. */
  crowd: boolean;
}

/**
 * The live part of a card, as one subscription: there are hundreds of cards, and frames come ten times a second.
 * A calm card, and any card in a crowd, only hears when power, health or services changed: load and rate do not count.
 */
export function useHostNews(host: string, isCalm = false): HostNews {
  const known = useRef<HostNews>(undefined);
  return usePicture((state) => {
    const crowd = state.topology.hosts.length >= CROWD;
    const before = known.current;
    const status = state.hosts[host];
    const isSameStatus = isCalm || crowd ? isSameAtHeart(before?.status, status) : before?.status === status;
    const held = heldBy(state.addresses, host);
    const hinted = state.hints.at(-1)?.highlight.includes(host) ?? false;
    if (
      before !== undefined &&
      isSameStatus &&
      before.held === held &&
      before.hinted === hinted &&
      before.crowd === crowd
    )
      return before;
    known.current = { status: isSameStatus ? before?.status : status, held, hinted, crowd };
    return known.current;
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
