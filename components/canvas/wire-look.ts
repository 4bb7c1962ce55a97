/** How a link is drawn: colour and dashes by what it is and how it does, width by how much flows over it. */
import type { LinkStatus, LinkView } from '@/lib/session/messages';

const THINNEST = 1.5;
const WIDEST = 6;
/** Each doubling of the rate adds as much; finer than this nobody sees. */
const PER_DOUBLING = 0.5;
const GRAIN = 4;

/** 1.5 where nothing flows, 2 at one request a second, 3.75 at 20, 4.75 at 100, never more than 6. */
export function widthOfRate(rate: number): number {
  const width = THINNEST + PER_DOUBLING * Math.log2(1 + Math.max(0, rate));
  return Math.round(Math.min(WIDEST, width) * GRAIN) / GRAIN;
}

/** What decides the look, as one text: it changes seldom, though the rate moves all the time. */
export function lookOf({ kind }: Pick<LinkView, 'kind'>, status: LinkStatus | undefined): string {
  const down = status?.up === false;
  if (kind === 'vrrp') return down ? 'vrrp-down' : 'vrrp';
  if (kind === 'management') return kind;
  if (down) return 'down';
  const state = status !== undefined && status.failing > 0 ? 'failing' : 'traffic';
  return `${state} ${widthOfRate(status?.rate ?? 0)}`;
}

export interface Stroke {
  stroke: string;
  strokeWidth: number;
  strokeDasharray?: string;
  strokeOpacity?: number;
}
/** Looks that no rate changes. */
const FIXED: Readonly<Record<string, Stroke>> = {
  vrrp: { stroke: 'var(--holder)', strokeWidth: 1.6, strokeDasharray: '2 5' },
  'vrrp-down': {
    stroke: 'var(--line-strong)',
    strokeWidth: 1.6,
    strokeDasharray: '2 5',
    strokeOpacity: 0.6,
  },
  management: { stroke: 'var(--line)', strokeWidth: 1.2, strokeDasharray: '1 4' },
  down: { stroke: 'var(--line-strong)', strokeWidth: 1.4, strokeDasharray: '4 5' },
};

export function strokeOf(look: string): Stroke {
  const [state = '', width = ''] = look.split(' ');
  if (state === 'failing')
    return {
      stroke: 'var(--broken-strong)',
      strokeOpacity: 0.6,
      strokeWidth: Number(width),
      strokeDasharray: '14 4',
    };
  return FIXED[state] ?? { stroke: 'var(--line-strong)', strokeWidth: Number(width) || THINNEST };
}
