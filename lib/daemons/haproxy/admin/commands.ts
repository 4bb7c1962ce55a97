/**
 * One command of the runtime API, executed. An answer is all but its last line end.
 * Source: HAProxy 2.6 management guide §9.3; recorded answers of 2.6.12.
 *
 * Not modelled, and said so: ACLs, maps, TLS material, dynamic servers, peers,
 * resolvers, tracing, JSON and typed output.
 */
import { VERSION } from '../messages';
import type { Runtime } from '../worker/runtime';
import type { AdminClient } from '../worker/state';
import { setFrontend, setGlobalMaxconn, setFrontendMaxconn, shutdownFrontend } from './frontends';
import { findCommand, helpText, isForbidden } from './help';
import * as servers from './servers';
import * as show from './show';
import * as tables from './tables';

type Command = (runtime: Runtime, words: readonly string[], client: AdminClient) => string;

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['show stat', show.statistics],
  ['show info', show.information],
  ['show sess', show.sessions],
  ['show errors', show.errors],
  ['show pools', show.pools],
  ['show backend', show.backends],
  ['show servers state', show.serversState],
  ['show servers conn', show.serversConnections],
  ['show env', show.environment],
  ['show version', () => `${VERSION}\n`],
  ['show startup-logs', () => '\n'],
  ['show cli level', (_, __, client) => `${client.level}\n`],
  ['show cli sockets', show.sockets],
  ['show table', tables.showTable],
  ['set table', tables.setTable],
  ['clear table', tables.clearTable],
  ['clear counters', show.clearCounters],
  ['enable server', servers.enableServer],
  ['disable server', servers.disableServer],
  ['enable health', servers.enableHealth],
  ['disable health', servers.disableHealth],
  ['enable agent', servers.enableAgent],
  ['disable agent', servers.disableAgent],
  ['enable frontend', (runtime, words) => setFrontend(runtime, words[2] ?? '', true)],
  ['disable frontend', (runtime, words) => setFrontend(runtime, words[2] ?? '', false)],
  ['shutdown frontend', shutdownFrontend],
  ['shutdown sessions server', servers.shutdownServerSessions],
  ['shutdown session', servers.shutdownSession],
  ['set server', servers.setServer],
  ['set weight', servers.setWeight],
  ['get weight', servers.getWeight],
  ['set maxconn server', servers.setMaxconn],
  ['set maxconn frontend', setFrontendMaxconn],
  ['set maxconn global', setGlobalMaxconn],
  ['set timeout', (_, words) => (words[2] === 'cli' ? '' : "'set timeout' only supports 'cli'.\n")],
  ['set severity-output', () => ''],
]);

export function execute(runtime: Runtime, client: AdminClient, command: string): string {
  const words = command
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '');
  const first = words[0];
  switch (first) {
    case undefined:
      return helpText([], client.level, true);
    case 'help':
      return helpText(words.slice(1), client.level, true);
    case 'prompt':
      client.isInteractive = !client.isInteractive;
      return '';
    case 'quit':
      return 'quit';
    case 'user':
    case 'operator':
      if (first === 'user' || client.level === 'admin') client.level = first;
      return '';
    default:
  }
  const entry = findCommand(words);
  if (entry === undefined) return helpText(words, client.level, false);
  if (isForbidden(words, client.level)) return 'Permission denied\n';
  const run = COMMANDS.get(entry.words.join(' '));
  return run === undefined ? `not modelled: ${entry.words.join(' ')}\n` : run(runtime, words, client);
}
