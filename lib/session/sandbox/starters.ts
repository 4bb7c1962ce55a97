/** Ready-made sandboxes, drawn by the same steps as by hand. */
import { applyEdits, emptyDocument, type SandboxDocument } from './document';
import type { Intent } from './intents';
import { plan } from './plan';

export interface Starter {
  id: string;
  title: string;
  about: string;
  intents: readonly Intent[];
}

const zone = (tone: string, width: number, height = 420): Intent[] => [
  { do: 'place', entry: `zone-${tone}` },
  { do: 'move', hosts: [], zones: [{ id: tone, x: 0, y: 0, width, height }] },
];
const put = (entry: string, zone: string, x: number, y: number): Intent => ({
  do: 'place',
  entry,
  zone,
  at: { x, y },
});
const http = (from: string, to: string): Intent => ({ do: 'connect', from, to, flow: 'http' });

/** Zones of the starters stand side by side: where each begins. */
function besideEachOther(intents: readonly Intent[], gap: number): Intent[] {
  let x = 0;
  return intents.map((intent) => {
    if (intent.do !== 'move') return intent;
    const zones = intent.zones.map((part) => ({ ...part, x }));
    x += (intent.zones[0]?.width ?? 0) + gap;
    return { ...intent, zones };
  });
}

const PAIR: readonly Intent[] = [
  ...besideEachOther([...zone('internet', 180), ...zone('dmz', 200), ...zone('app', 180)], 50),
  put('router', 'dmz', 188, 180),
  put('clients', 'internet', 18, 120),
  put('probe', 'internet', 18, 270),
  put('keepalived-pair', 'dmz', 262, 80),
  { do: 'move', hosts: [{ id: 'lb2', x: 36, y: 280 }], zones: [] },
  put('app', 'app', 500, 50),
  put('app', 'app', 500, 175),
  put('app', 'app', 500, 300),
  ...['lb1', 'lb2'].flatMap((lb) => ['app1', 'app2', 'app3'].map((app) => http(lb, app))),
  http('customers1', 'lb1'),
  http('probe1', 'lb1'),
];

export const STARTERS: readonly Starter[] = [
  { id: 'empty', title: 'Empty canvas', about: 'Nothing yet', intents: [] },
  {
    id: 'one',
    title: 'One server',
    about: 'Customers and the machine that answers them',
    intents: [
      ...besideEachOther([...zone('internet', 180), ...zone('app', 190)], 50),
      put('router', 'app', 188, 170),
      put('clients', 'internet', 18, 170),
      put('app', 'app', 258, 170),
      http('customers1', 'app1'),
    ],
  },
  {
    id: 'balanced',
    title: 'Load-balanced',
    about: 'HAProxy in front of three servers',
    intents: [
      ...besideEachOther([...zone('internet', 180), ...zone('dmz', 190), ...zone('app', 180)], 50),
      put('router', 'dmz', 188, 170),
      put('clients', 'internet', 18, 170),
      put('haproxy', 'dmz', 262, 170),
      put('app', 'app', 490, 50),
      put('app', 'app', 490, 175),
      put('app', 'app', 490, 300),
      ...['app1', 'app2', 'app3'].map((app) => http('lb1', app)),
      http('customers1', 'lb1'),
    ],
  },
  {
    id: 'pair',
    title: 'Highly available pair',
    about: 'Two load balancers share one address',
    intents: PAIR,
  },
  {
    id: 'zones',
    title: 'Three zones, firewall, bastion',
    about: 'What may pass is written down, and you come in by ssh',
    intents: [
      ...PAIR,
      { do: 'place', entry: 'zone-office', at: { x: 710, y: 0 } },
      { do: 'move', hosts: [], zones: [{ id: 'office', x: 710, y: 0, width: 180, height: 260 }] },
      put('bastion', 'office', 728, 90),
      ...['lb1', 'lb2', 'app1', 'app2', 'app3'].map(
        (to): Intent => ({ do: 'connect', from: 'bastion1', to, flow: 'ssh' }),
      ),
      { do: 'connect', from: 'bastion1', to: 'fw1', flow: 'ssh' },
    ],
  },
];

export function starterDocument(id: string): SandboxDocument {
  const starter = STARTERS.find((candidate) => candidate.id === id);
  const title = starter === undefined || id === 'empty' ? 'Untitled sandbox' : starter.title;
  return (starter?.intents ?? []).reduce((document, intent) => {
    const planned = plan(document, intent);
    return planned.ok ? applyEdits(document, planned.step.edits) : document;
  }, emptyDocument(title));
}
