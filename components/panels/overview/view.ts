/** What the overview says of a host, from its live status and its detail. */
import type { HostDetail, HostStatus, HostView } from '@/lib/session/messages';

export type OverviewHost = Pick<HostView, 'id' | 'kind' | 'label' | 'description' | 'interfaces'>;

export interface Gauge {
  name: string;
  share: number;
  tone: 'ok' | 'risk' | 'broken';
}

export function gauges({ cpu, memory, disk }: HostStatus): Gauge[] {
  return [
    { name: 'processor', share: clamp(cpu) },
    { name: 'memory', share: clamp(memory) },
    { name: 'disk', share: clamp(disk) },
  ].map((gauge) => ({ ...gauge, tone: gauge.share >= 0.95 ? 'broken' : gauge.share >= 0.8 ? 'risk' : 'ok' }));
}

const clamp = (share: number) => Math.max(0, Math.min(1, share));

export interface FileNote {
  path: string;
  tone: 'risk' | 'broken';
  text: string;
  /** What makes the host read it. */
  command: string | undefined;
}

/** Files whose text is not what the daemon started with, or that it would refuse. */
export function fileNotes(files: NonNullable<HostDetail['files']>): FileNote[] {
  return files.flatMap(({ path, state, text, command }): FileNote[] => {
    if (state === 'invalid') return [{ path, tone: 'broken', text, command }];
    return state === 'not-reloaded' || state === 'not-loaded' ? [{ path, tone: 'risk', text, command }] : [];
  });
}

type Unit = NonNullable<HostDetail['units']>[number];
const URGENCY: Readonly<Record<Unit['tone'], number>> = { broken: 0, risk: 1, ok: 2, off: 3 };

/** What is wrong first; units that do nothing apart. */
export function sortUnits(units: readonly Unit[]): { shown: Unit[]; idle: Unit[] } {
  return {
    shown: units.filter(({ tone }) => tone !== 'off').sort((a, b) => URGENCY[a.tone] - URGENCY[b.tone]),
    idle: units.filter(({ tone }) => tone === 'off'),
  };
}
