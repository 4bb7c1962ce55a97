/**
 * Commands that set limits of the process or show what it has none of.
 * Source: HAProxy 2.6 management guide §9.3; recorded answers.
 */
import type { Runtime } from '../worker/runtime';
import type { AdminClient } from '../worker/state';

type Words = readonly string[];

const LIMITS = `'set rate-limit' only supports :
   - 'connections global' to set the per-process maximum connection rate
   - 'sessions global' to set the per-process maximum session rate
   - 'ssl-sessions global' to set the per-process maximum SSL session rate
   - 'http-compression global' to set the per-process maximum compression speed in kB/s
`;

export function setRateLimit(runtime: Runtime, words: Words): string {
  const [what = '', scope, text] = words.slice(2);
  const { connections, sessions, handshakes } = runtime.state.limits;
  const limits = new Map([
    ['connections', connections],
    ['sessions', sessions],
    ['ssl-sessions', handshakes],
    ['http-compression', undefined],
  ]);
  if (!limits.has(what) || scope !== 'global') return LIMITS;
  if (text === undefined) return 'Expects an integer value.\n';
  const limit = limits.get(what);
  // atol(3): what is no number is none.
  if (limit !== undefined) limit.most = Number.parseInt(text, 10) || 0;
  return '';
}

/** `expert-mode`, `experimental-mode`: for this connection. */
export function setMode(
  client: AdminClient,
  name: 'expert-mode' | 'experimental-mode',
  words: Words,
): string {
  const known = (client.modes ??= []);
  switch (words[1]) {
    case undefined:
      return `${name} is ${known.includes(name) ? 'ON' : 'OFF'}\n`;
    case 'on':
      if (!known.includes(name)) known.push(name);
      return '';
    default:
      client.modes = known.filter((one) => one !== name);
      return '';
  }
}

export function showResolvers(runtime: Runtime, words: Words): string {
  const { resolvers, hasResolver } = runtime.configuration;
  const name = words[2];
  if (name !== undefined && name !== 'default' && !resolvers.some((known) => known.name === name))
    return "Can't find that resolvers section\n";
  return resolvers.length === 0 && !hasResolver ? 'No resolvers found\n' : 'not modelled: show resolvers\n';
}

export function showCache(runtime: Runtime): string {
  return runtime.configuration.caches.length === 0 ? '' : 'not modelled: show cache\n';
}

export function showEvents(): string {
  return `Supported events sinks are listed below. Add -w(wait), -n(new). Any key to stop
    stdout     : type=fd, 0 dropped, standard output (fd#1)
    stderr     : type=fd, 0 dropped, standard output (fd#2)
    buf0       : type=buffer, 0 dropped, in-memory ring buffer
`;
}
