/** What can be dropped on the canvas, one entry each. `needs` hides an entry until the world has that package. */
import type { FilePart, Flow, HostKind, HostPart, ZoneTone } from './document';
import { NGINX, nginxText, proxyText } from './writers-nginx';
import { FORWARDING, HAPROXY, haproxyText, NFTABLES, nftablesText } from './writers';

export interface ZoneEntry {
  id: string;
  sort: 'zone';
  title: string;
  hint: string;
  tone: ZoneTone;
}
export interface HostEntry {
  id: string;
  sort: 'host';
  title: string;
  hint: string;
  kind: HostKind;
  /** Names are this with a number. */
  stem: string;
  packages: readonly string[];
  enable: readonly string[];
  files: Readonly<Record<string, FilePart>>;
  needs?: string;
  /** So many at once; they are joined by a shared address. */
  pair?: true;
}
export type PaletteEntry = ZoneEntry | HostEntry;

const zone = (tone: ZoneTone, title: string, hint: string): ZoneEntry => ({
  id: `zone-${tone}`,
  sort: 'zone',
  title,
  hint,
  tone,
});
const HAPROXY_FILES = { [HAPROXY]: { text: haproxyText() } };

export const PALETTE: readonly PaletteEntry[] = [
  zone('internet', 'Internet', 'Where customers are'),
  zone('dmz', 'DMZ', 'What faces the outside'),
  zone('app', 'App', 'Application servers'),
  zone('data', 'Data', 'What must not be lost'),
  zone('office', 'Office', 'Where you sit'),
  {
    id: 'router',
    sort: 'host',
    title: 'Router, firewall',
    hint: 'Joins zones; nftables decides what passes',
    kind: 'router',
    stem: 'fw',
    packages: ['nftables'],
    enable: ['nftables'],
    files: {
      [NFTABLES]: { text: nftablesText(), mode: '755' },
      [FORWARDING]: { text: '# This machine passes packets on.\nnet.ipv4.ip_forward = 1\n' },
    },
  },
  {
    id: 'haproxy',
    sort: 'host',
    title: 'HAProxy LB',
    hint: 'Load balancer: spreads requests on port 80; health checks ask its servers',
    kind: 'load-balancer',
    stem: 'lb',
    packages: ['haproxy', 'keepalived'],
    enable: ['haproxy'],
    files: HAPROXY_FILES,
  },
  {
    id: 'nginx',
    sort: 'host',
    title: 'nginx LB',
    hint: 'Load balancer: spreads requests on port 80; leaves out servers that failed',
    kind: 'load-balancer',
    stem: 'lb',
    packages: ['nginx', 'keepalived'],
    enable: ['nginx'],
    files: { [NGINX]: { text: nginxText() } },
    needs: 'nginx',
  },
  {
    id: 'proxy',
    sort: 'host',
    title: 'Reverse proxy',
    hint: 'nginx on port 80, in front of one service',
    kind: 'proxy',
    stem: 'proxy',
    packages: ['nginx'],
    enable: ['nginx'],
    files: { [NGINX]: { text: proxyText() } },
    needs: 'nginx',
  },
  {
    id: 'keepalived-pair',
    sort: 'host',
    title: 'Keepalived pair',
    hint: 'Two load balancers, one shared address',
    kind: 'load-balancer',
    stem: 'lb',
    packages: ['haproxy', 'keepalived'],
    enable: ['haproxy'],
    files: HAPROXY_FILES,
    pair: true,
  },
  {
    id: 'app',
    sort: 'host',
    title: 'App server',
    hint: 'Answers on port 8080',
    kind: 'app',
    stem: 'app',
    packages: ['shop-app'],
    enable: ['shop'],
    files: {},
  },
  {
    id: 'bastion',
    sort: 'host',
    title: 'Bastion',
    hint: 'The way in by ssh',
    kind: 'bastion',
    stem: 'bastion',
    packages: [],
    enable: [],
    files: {},
  },
  {
    id: 'server',
    sort: 'host',
    title: 'Plain server',
    hint: 'Debian 12 and nothing else',
    kind: 'server',
    stem: 'server',
    packages: [],
    enable: [],
    files: {},
  },
  {
    id: 'clients',
    sort: 'host',
    title: 'Customers',
    hint: '20 requests a second, once connected',
    kind: 'clients',
    stem: 'customers',
    packages: ['loadgen'],
    enable: [],
    files: {},
  },
  {
    id: 'probe',
    sort: 'host',
    title: 'Outside probe',
    hint: 'Looks every two seconds, once connected',
    kind: 'probe',
    stem: 'probe',
    packages: ['loadgen'],
    enable: [],
    files: {},
  },
];

export function paletteEntry(id: string): PaletteEntry | undefined {
  return PALETTE.find((entry) => entry.id === id);
}
/** Requests a second that a new source sends. */
export function usualRate(kind: HostKind): number {
  return kind === 'probe' ? 0.5 : 20;
}

/** What may flow between two machines, likeliest first. */
export function choicesOf(
  from: Pick<HostPart, 'kind' | 'zone'> | undefined,
  to: Pick<HostPart, 'kind' | 'zone'> | undefined,
): Flow[] {
  if (from === undefined || to === undefined) return [];
  const both = from.kind === 'load-balancer' && to.kind === 'load-balancer';
  if (both && from.zone === to.zone) return ['vrrp', 'http', 'ssh', 'any'];
  return from.kind === 'bastion' || to.kind === 'router' ? ['ssh', 'http', 'any'] : ['http', 'ssh', 'any'];
}
export const FLOW_WORD: Readonly<Record<Flow, { title: string; about: string }>> = {
  http: { title: 'HTTP requests', about: 'Writes the sender’s file and opens the port on routers between' },
  vrrp: { title: 'VRRP', about: 'They share one address; keepalived decides who holds it' },
  ssh: { title: 'ssh', about: 'Opens port 22 on routers between' },
  any: { title: 'Anything', about: 'Every port' },
};
