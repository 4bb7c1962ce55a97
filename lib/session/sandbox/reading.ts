/**
 * What configuration files say about who talks to whom: the other direction of
 * `writers.ts`. Reads as much as the picture needs and stumbles over nothing;
 * whether a file is right, the daemon's own test says.
 */
import { parseIPv4 } from '../../std/ipv4';

export interface ReadServer {
  name: string;
  address: string;
  port: number;
}

/** The servers of all backends. */
export function haproxyServers(text: string): ReadServer[] {
  return wordsOf(text).flatMap((words): ReadServer[] => {
    const [keyword, name, target] = words;
    if (keyword !== 'server' || name === undefined || target === undefined) return [];
    const [address = '', port = '80'] = target.split(':');
    return [{ name, address, port: Number(port) || 80 }];
  });
}
/** Ports of all `bind` lines. */
export function haproxyPorts(text: string): number[] {
  return wordsOf(text).flatMap(([keyword, target]) => {
    const port = keyword === 'bind' ? /:(\d+)$/.exec(target ?? '')?.[1] : undefined;
    return port === undefined ? [] : [Number(port)];
  });
}

/** Whom nginx asks: the servers of its upstreams that are not marked down, and addresses after proxy_pass. */
export function nginxServers(text: string): { address: string; port: number }[] {
  const bare = withoutComments(text);
  const upstreams = [...bare.matchAll(/\bupstream\s+(\S+)\s*\{([^}]*)\}/g)];
  const names = new Set(upstreams.map(([, name]) => name));
  const servers = upstreams.flatMap(([, , body = '']) =>
    [...body.matchAll(/\bserver\s+([^\s;]+)([^;]*);/g)]
      .filter(([, , options = '']) => !/\bdown\b/.test(options))
      .map(([, target = '']) => target),
  );
  const passed = [...bare.matchAll(/\bproxy_pass\s+http:\/\/([^\s;/]+)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !names.has(target));
  return [...servers, ...passed].map((target) => {
    const [address = '', port = '80'] = target.split(':');
    return { address, port: Number(port) || 80 };
  });
}
/** Ports of all `listen` lines for IPv4. */
export function nginxPorts(text: string): number[] {
  return [...withoutComments(text).matchAll(/\blisten\s+(?:[\d.*]+:)?(\d+)[\s;]/g)].map(([, port]) =>
    Number(port),
  );
}
function withoutComments(text: string): string {
  return text.replace(/#.*/g, '');
}

export interface ReadInstance {
  router: number;
  priority: number;
  device: string;
  addresses: string[];
}
export function vrrpInstances(text: string): ReadInstance[] {
  const instances: ReadInstance[] = [];
  let open: ReadInstance | undefined;
  let inAddresses = false;
  let depth = 0;
  for (const words of wordsOf(text.replaceAll('{', ' {\n').replaceAll('}', '\n}\n'))) {
    const [keyword = '', value = ''] = words;
    if (keyword === 'vrrp_instance') {
      open = { router: 0, priority: 100, device: '', addresses: [] };
      instances.push(open);
      depth = 0;
    }
    if (open === undefined) continue;
    if (keyword === 'virtual_ipaddress') inAddresses = true;
    else if (inAddresses && parseIPv4(keyword.split('/')[0] ?? '') !== undefined)
      open.addresses.push(keyword);
    else if (keyword === 'virtual_router_id') open.router = Number(value);
    else if (keyword === 'priority') open.priority = Number(value);
    else if (keyword === 'interface') open.device = value;
    depth += words.filter((word) => word === '{').length;
    if (keyword !== '}') continue;
    inAddresses = false;
    depth -= 1;
    if (depth <= 0) open = undefined;
  }
  return instances;
}

export interface ReadTarget {
  name: string;
  /** Address or name. */
  host: string;
  port: number;
  rate: number;
  url: string;
}
export function loadTarget(text: string): ReadTarget | undefined {
  const value = (key: string) => new RegExp(`^\\s*${key}\\s*=\\s*(.*?)\\s*$`, 'm').exec(text)?.[1];
  const url = value('url') ?? '';
  const parts = /^http:\/\/([^/:]+)(?::(\d+))?(?:\/|$)/.exec(url);
  if (parts === null) return undefined;
  return {
    name: value('name') ?? 'clients',
    host: parts[1] ?? '',
    port: Number(parts[2] ?? 80),
    rate: Number(value('rate') ?? 1) || 1,
    url,
  };
}

export interface ReadRule {
  from: string;
  to: string;
  port: number | undefined;
}
/** Rules that let one address reach another; wider ones join no two machines in particular. */
export function passRules(text: string): ReadRule[] {
  return text.split('\n').flatMap((line): ReadRule[] => {
    const found =
      /^\s*ip saddr (\d+\.\d+\.\d+\.\d+) ip daddr (\d+\.\d+\.\d+\.\d+)(?: tcp dport (\d+))?(?: counter)? accept\b/.exec(
        line,
      );
    if (found === null) return [];
    const [, from = '', to = '', port] = found;
    return [{ from, to, port: port === undefined ? undefined : Number(port) }];
  });
}

function wordsOf(text: string): string[][] {
  return text
    .split('\n')
    .map((line) => line.replace(/[#!].*/, '').trim())
    .filter((line) => line !== '')
    .map((line) => line.split(/\s+/));
}
