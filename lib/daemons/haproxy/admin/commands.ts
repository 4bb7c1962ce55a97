/**
 * One command of the runtime API, executed. An answer is all but its last line end.
 * Source: HAProxy 2.6 management guide §9.3; recorded answers of 2.6.12.
 *
 * Not modelled, and said so: versions of maps, changes of authorities and crt-lists, dynamic servers, peers,
 * counters of resolvers, tracing.
 */
import { VERSION } from '../messages';
import type { Runtime } from '../worker/runtime';
import type { AdminClient } from '../worker/state';
import { setFrontend, setGlobalMaxconn, setFrontendMaxconn, shutdownFrontend } from './frontends';
import { findCommand, helpText, isForbidden } from './help';
import * as patterns from './patterns';
import * as servers from './servers';
import * as settings from './settings';
import * as show from './show';
import * as tables from './tables';
import * as tls from './tls';
import { SCHEMA } from '../worker/typed-fields';

type Command = (
  runtime: Runtime,
  words: readonly string[],
  client: AdminClient,
  payload: string | undefined,
) => string;

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
  ['set rate-limit', settings.setRateLimit],
  ['show resolvers', settings.showResolvers],
  ['show cache', settings.showCache],
  ['show events', settings.showEvents],
  ['show peers', () => ''],
  ['show schema json', () => `${SCHEMA}\n`],
  ['show ssl crl-file', () => '# filename\n'],
  ['show cli level', (_, __, client) => `${client.level}\n`],
  ['show cli sockets', show.sockets],
  ...['map', 'acl'].flatMap((kind): [string, Command][] => [
    [`show ${kind}`, patterns.showPatterns],
    [`get ${kind}`, patterns.getPattern],
    [`add ${kind}`, (runtime, words, _, payload) => patterns.addPatterns(runtime, words, payload)],
    [`del ${kind}`, patterns.deletePattern],
    [`clear ${kind}`, patterns.clearPatterns],
  ]),
  ['set map', patterns.setMap],
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
  ['show ssl cert', tls.showCertificates],
  ['show ssl ca-file', tls.showAuthorities],
  ['show ssl crt-list', tls.showLists],
  ['show ssl providers', () => 'Loaded providers : \n\t- default\n'],
  ['show ssl ocsp-response', () => ''],
  ['show tls-keys', () => '# id (file)\n'],
  ['set ssl cert', (runtime, words, _, payload) => tls.setCertificate(runtime, words, payload)],
  ['commit ssl cert', tls.commitCertificate],
  ['abort ssl cert', tls.abortCertificate],
  ['new ssl cert', tls.newCertificate],
  ['del ssl cert', tls.deleteCertificate],
]);

/** `payload`: what followed a command that ends in `<<`. */
export function execute(runtime: Runtime, client: AdminClient, command: string, payload?: string): string {
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
    case 'expert-mode':
    case 'experimental-mode':
      return settings.setMode(client, first, words);
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
  return run === undefined
    ? `not modelled: ${entry.words.join(' ')}\n`
    : run(runtime, words, client, payload);
}
