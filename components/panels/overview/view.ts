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
    if (state === 'invalid' || state === 'missing') return [{ path, tone: 'broken', text, command }];
    return state === 'not-reloaded' || state === 'not-loaded' ? [{ path, tone: 'risk', text, command }] : [];
  });
}

type Unit = NonNullable<HostDetail['units']>[number];
const URGENCY: Readonly<Record<Unit['tone'], number>> = { broken: 0, risk: 1, ok: 2, off: 3 };

export interface SortedUnits {
  shown: Unit[];
  /** In order, and there on every host. */
  system: Unit[];
  idle: Unit[];
}
/** What is wrong first; apart what every Debian has, as long as it is in order, and units that do nothing. */
export function sortUnits(units: readonly Unit[]): SortedUnits {
  const isSystem = ({ name, tone, enabled }: Unit) =>
    tone === 'ok' && (enabled === 'static' || /^(?:systemd-|getty@)/.test(name));
  const active = units.filter(({ tone }) => tone !== 'off');
  return {
    shown: active.filter((unit) => !isSystem(unit)).sort((a, b) => URGENCY[a.tone] - URGENCY[b.tone]),
    system: active.filter(isSystem),
    idle: units.filter(({ tone }) => tone === 'off'),
  };
}
