/** What can happen to a link: to the cable at either of its ends; and to a zone's switch. */
import type { FaultEntry } from '@/lib/session/sandbox/document';
import type { SandboxView } from '@/lib/session/sandbox/view';

/** A card at one end of a link. */
export interface Card {
  host: string;
  interface: string;
  /** Who is at the other end. */
  peer: string;
}

/** The cards of a link's ends: those in the zone that both stand in, else the first of each. */
export function cardsOf(view: SandboxView, { from, to }: { from: string; to: string }): Card[] {
  return [
    [from, to],
    [to, from],
  ].flatMap(([host = '', peer = '']): Card[] => {
    const own = Object.entries(view.hosts[host]?.interfaces ?? {});
    const zones = new Set(Object.values(view.hosts[peer]?.interfaces ?? {}).map(({ zone }) => zone));
    const [device] = own.find(([, { zone }]) => zones.has(zone)) ?? own[0] ?? [];
    return device === undefined ? [] : [{ host, interface: device, peer }];
  });
}

export interface Damage {
  title: string;
  short: string;
  strike(card: Card): FaultEntry[];
}
const on = ({ host, interface: device }: Card) => ({ host, interface: device });

/** What can be wrong with a cable. */
export const CABLE_DAMAGE: readonly Damage[] = [
  {
    title: 'Pull the cable',
    short: 'Down',
    strike: (card) => [{ kind: 'link', ...on(card), state: 'down' }],
  },
  {
    title: 'Let it flap for a minute',
    short: 'Flapping',
    strike: (card) => [{ kind: 'link', ...on(card), state: 'down', for: '3s', every: '8s', times: 8 }],
  },
  {
    title: 'Slow: 200 ms more each way',
    short: 'Slow',
    strike: (card) => [{ kind: 'impair', ...on(card), latency: '200ms', direction: 'both' }],
  },
  {
    title: 'Lossy: a third is lost',
    short: 'Lossy',
    strike: (card) => [{ kind: 'impair', ...on(card), loss: 0.33, direction: 'both' }],
  },
  {
    title: 'One way: nothing comes in',
    short: 'Deaf',
    strike: (card) => [{ kind: 'impair', ...on(card), loss: 1, direction: 'in' }],
  },
  {
    title: 'One way: nothing goes out',
    short: 'Mute',
    strike: (card) => [{ kind: 'impair', ...on(card), loss: 1, direction: 'out' }],
  },
];

/** What is to be mended so that a cable is in order, whatever was wrong with it. */
export function cableRepairs(card: Card): FaultEntry[] {
  return [
    { kind: 'link', ...on(card), state: 'down' },
    { kind: 'impair', ...on(card) },
  ];
}

/** What a selected part is to a fault. */
export function targetOf(part: string, view: SandboxView): { host?: string; zone?: string; link?: string } {
  if (part.startsWith('link:')) return { link: part.slice(5) };
  if (view.hosts[part] !== undefined) return { host: part };
  return view.zones[part] === undefined ? {} : { zone: part };
}

/** The zone's switch no longer joins these machines, or the whole zone, to the rest. */
export function partitionOf(zone: string, group: readonly string[]): FaultEntry {
  return { kind: 'partition', zone, ...(group.length === 0 ? {} : { group: [...group] }) };
}
