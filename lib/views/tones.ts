/**
 * What a state looks like, in one place: colour class, word and shape. Never
 * colour alone: every use shows the shape or the word too.
 */
import type { EventItem, HostStatus, HostView, LinkView, ObjectiveView, ZoneView } from '../session/messages';

export type Tone = EventItem['tone'] | 'off';

export const TONE_TEXT: Readonly<Record<Tone, string>> = {
  ok: 'text-ok',
  risk: 'text-risk',
  broken: 'text-broken',
  active: 'text-holder',
  learner: 'text-selected',
  neutral: 'text-muted',
  off: 'text-faint',
};

export const TONE_FILL: Readonly<Record<Tone, string>> = {
  ok: 'bg-ok',
  risk: 'bg-risk',
  broken: 'bg-broken-strong',
  active: 'bg-holder',
  learner: 'bg-selected',
  neutral: 'bg-line-strong',
  off: 'bg-faint',
};

export const HEALTH_WORD: Readonly<Record<HostStatus['health'], string>> = {
  ok: 'well',
  risk: 'at risk',
  broken: 'broken',
  off: 'off',
};

export const POWER_WORD: Readonly<Record<HostStatus['power'], string>> = {
  on: 'running',
  off: 'powered off',
  booting: 'booting',
  frozen: 'frozen',
};

export const KIND_WORD: Readonly<Record<HostView['kind'], string>> = {
  router: 'firewall and router',
  'load-balancer': 'load balancer',
  proxy: 'reverse proxy',
  app: 'application server',
  bastion: 'bastion',
  clients: 'customers',
  probe: 'outside probe',
  server: 'server',
};

export const LINK_WORD: Readonly<Record<LinkView['kind'], string>> = {
  traffic: 'requests',
  vrrp: 'VRRP adverts',
  management: 'management',
};

export const ZONE_COLOUR: Readonly<Record<ZoneView['tone'], string>> = {
  internet: 'var(--zone-internet)',
  dmz: 'var(--zone-dmz)',
  app: 'var(--zone-app)',
  data: 'var(--zone-data)',
  office: 'var(--zone-office)',
  neutral: 'var(--zone-neutral)',
};

export const OBJECTIVE_WORD: Readonly<Record<ObjectiveView['state'], string>> = {
  waiting: 'not yet measured',
  measuring: 'measuring',
  met: 'met',
  failed: 'failed',
};

/** Outcomes of a request as the columns of a batch number them. */
export const OUTCOMES = [
  { word: 'on its way', tone: 'neutral' },
  { word: 'ok', tone: 'ok' },
  { word: 'slow', tone: 'risk' },
  { word: 'error', tone: 'broken' },
  { word: 'refused', tone: 'broken' },
  { word: 'no answer', tone: 'broken' },
] as const satisfies readonly { word: string; tone: Tone }[];

export function outcomeOf(code: number): (typeof OUTCOMES)[number] {
  return OUTCOMES[code] ?? OUTCOMES[0];
}
