/** What the daemons' own entries of the journal say, in the reader's words. */
import type { EventItem, TimelineMark } from './messages';

export interface Said {
  text: string;
  tone: EventItem['tone'];
  mark?: TimelineMark['kind'];
}
export type Data = Readonly<Record<string, unknown>>;

export const word = (data: Data, name: string): string => {
  const value = data[name];
  return value === undefined || value === null ? '' : String(value);
};
const because = (why: string): string => (why === '' ? '' : ` (${why})`);

const VRRP_TONE: Readonly<Record<string, Said['tone']>> = { master: 'active', fault: 'broken' };
const SERVER_TONE: Readonly<Record<string, Said['tone']>> = { UP: 'ok', DOWN: 'broken' };

export const DAEMON_WORDS: Readonly<Record<string, (data: Data, host: string) => Said>> = {
  'vrrp.transition': (data, host) => ({
    text: `${host} goes from ${word(data, 'from')} to ${word(data, 'to')} in ${word(data, 'instance')}, priority ${word(data, 'priority')}${because(word(data, 'why'))}`,
    tone: VRRP_TONE[word(data, 'to')] ?? 'neutral',
    mark: 'state',
  }),
  'haproxy.server-state': (data, host) => ({
    text: `HAProxy on ${host}: ${word(data, 'backend')}/${word(data, 'server')} is ${word(data, 'state')}${because(word(data, 'reason'))}`,
    tone: SERVER_TONE[word(data, 'state')] ?? 'risk',
    mark: 'state',
  }),
  'haproxy.backend-down': (data, host) => ({
    text: `HAProxy on ${host}: ${word(data, 'backend')} has no server left`,
    tone: 'broken',
    mark: 'state',
  }),
  'haproxy.reloaded': (_data, host) => ({
    text: `HAProxy on ${host} has read its file anew`,
    tone: 'neutral',
  }),
  'haproxy.reload-failed': (_data, host) => ({
    text: `HAProxy on ${host} refused its file and goes on with the old one`,
    tone: 'broken',
    mark: 'state',
  }),
  'nginx.peer-out': (data, host) => ({
    text: `nginx on ${host} leaves out ${word(data, 'peer')} for ${word(data, 'seconds')} s (${word(data, 'request')}: ${word(data, 'failure')})`,
    tone: 'broken',
    mark: 'state',
  }),
  'nginx.reloaded': (_data, host) => ({ text: `nginx on ${host} has read its files anew`, tone: 'neutral' }),
  'nginx.reload-failed': (_data, host) => ({
    text: `nginx on ${host} refused its files and goes on with the old ones`,
    tone: 'broken',
    mark: 'state',
  }),
  'nft.ruleset': (_data, host) => ({ text: `the firewall rules of ${host} were changed`, tone: 'neutral' }),
  'unit.state': (data, host) => ({
    text: `${word(data, 'unit')} on ${host}: ${word(data, 'to')}`,
    tone: word(data, 'active') === 'failed' ? 'broken' : 'neutral',
    ...(word(data, 'active') === 'failed' ? { mark: 'state' } : {}),
  }),
  'unit.not-modelled': (data, host) => ({
    text: `not modelled in ${word(data, 'unit')} of ${host}: ${word(data, 'settings').replaceAll(',', ', ')}`,
    tone: 'risk',
  }),
};
