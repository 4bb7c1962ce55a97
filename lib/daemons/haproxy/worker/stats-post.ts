/**
 * What the form of the statistics page asks for: servers of a backend, and something to do with them.
 * Source: HAProxy 2.6 src/stats.c `stats_process_http_post`, `stats_send_http_redirect`; recorded answers.
 */
import { decodeUrl } from '../evaluate/convert';
import { setChecking } from './begin';
import { checkSwitch, step } from './checks';
import { response } from './replies';
import { ownAnswer, type OwnAnswer } from './own-answers';
import type { Runtime } from './runtime';
import { drain, maintenance, ready } from './server-control';
import {
  clearAdmin,
  setAdmin,
  setRunning,
  setStopped,
  setStopping,
  trackedServer,
  type Which,
} from './server-status';
import { ADMIN } from './state';
import { shutdownSessions } from './wake';

/** How it went, as the page's `;st=` says. */
export type StatsCode = 'DENY' | 'DONE' | 'ERRP' | 'NONE' | 'PART';

/** Back to the page, so that a refresh of the browser posts nothing again. */
export function redirectToStats(uri: string, code: StatsCode, words: string): OwnAnswer {
  return ownAnswer(
    response(
      303,
      'See Other',
      [
        ['cache-control', 'no-cache'],
        ['content-type', 'text/plain'],
        ['content-length', '0'],
        ['location', `${uri};st=${code}${words}`],
      ],
      '',
    ),
  );
}

/** Does what the form says. Fields are read from the last to the first: backend and action come behind the servers. */
export function processPost(runtime: Runtime, body: string): StatsCode {
  const fields = body
    .split('&')
    .map((field): [string, string] => {
      const at = field.indexOf('=');
      return at < 0
        ? [decodeUrl(field), '']
        : [decodeUrl(field.slice(0, at)), decodeUrl(field.slice(at + 1))];
    })
    .reverse();
  const backend = fields.find(([name]) => name === 'b')?.[1];
  const word = fields.find(([name]) => name === 'action')?.[1];
  const proxy = runtime.configuration.proxies.findIndex(({ id, hasBackend }) => hasBackend && id === backend);
  if (backend !== undefined && proxy < 0) return 'ERRP';
  const action = word === undefined ? undefined : ACTIONS.get(word);
  if (word !== undefined && action === undefined) return 'ERRP';
  if (backend === undefined || action === undefined) return 'NONE';
  let total = 0;
  let altered = 0;
  for (const [name, value] of fields) {
    if (name !== 's') continue;
    const server = runtime.proxy(proxy).servers.find((one) => one.name === value);
    const did = server === undefined ? undefined : action(runtime, { proxy, server });
    if (did !== false) total += 1;
    if (did === true) altered += 1;
  }
  if (total === 0) return 'NONE';
  return altered === 0 ? 'ERRP' : altered === total ? 'DONE' : 'PART';
}

/** False: there was nothing to do, and the server does not count. */
type Action = (runtime: Runtime, which: Which) => boolean;
const REASON = { kind: 'words', text: 'changed from Web interface' } as const;

/** Sets or clears a flag of administration that it has not, or has. */
const flag =
  (bit: number, isSet: boolean): Action =>
  (runtime, which) => {
    if (((which.server.admin & bit) !== 0) === isSet) return false;
    (isSet ? setAdmin : clearAdmin)(runtime, which, bit, checkSwitch(runtime));
    return true;
  };
const control =
  (change: (runtime: Runtime, which: Which) => string): Action =>
  (runtime, which) => {
    change(runtime, which);
    return true;
  };
const checking =
  (checks: boolean): Action =>
  (runtime, { proxy, server }) => {
    if (server.check === undefined) return false;
    setChecking(runtime, proxy, server, checks);
    return true;
  };
const asking =
  (asks: boolean): Action =>
  (_, { server }) => {
    if (server.agent === undefined) return false;
    server.agent.enabled = asks;
    return true;
  };
const health =
  (verdict: 'up' | 'down', put: typeof setRunning): Action =>
  (runtime, which) => {
    if (trackedServer(runtime, which) !== undefined) return false;
    step(runtime, which, { type: 'force', health: verdict });
    put(runtime, which, REASON);
    return true;
  };
const agent =
  (verdict: 0 | 1, put: typeof setRunning): Action =>
  (runtime, which) => {
    if (which.server.agent?.enabled !== true) return false;
    which.server.agent.health = verdict;
    put(runtime, which, REASON);
    return true;
  };
const ACTIONS: ReadonlyMap<string, Action> = new Map<string, Action>([
  ['ready', control(ready)],
  ['drain', control(drain)],
  ['maint', control(maintenance)],
  ['shutdown', control((runtime, which) => String(shutdownSessions(runtime, which, 'K')))],
  ['dhlth', checking(false)],
  ['ehlth', checking(true)],
  ['hrunn', health('up', setRunning)],
  ['hnolb', health('up', setStopping)],
  ['hdown', health('down', setStopped)],
  ['dagent', asking(false)],
  ['eagent', asking(true)],
  ['arunn', agent(1, setRunning)],
  ['adown', agent(0, setStopped)],
  // The words of older forms.
  ['disable', flag(ADMIN.forcedMaintenance, true)],
  ['enable', flag(ADMIN.forcedMaintenance, false)],
  ['stop', flag(ADMIN.forcedDrain, true)],
  ['start', flag(ADMIN.forcedDrain, false)],
]);
