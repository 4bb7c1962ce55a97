/**
 * What an administrator does to servers.
 * Source: HAProxy 2.6 src/server.c `cli_parse_set_server`, `cli_parse_get_weight`,
 * `server_parse_weight_change_request`, `srv_update_addr_port`; recorded answers.
 */
import { formatIPv4, parseIPv4 } from '../../../std/ipv4';
import { setChecking } from '../worker/begin';
import { step } from '../worker/checks';
import type { Runtime } from '../worker/runtime';
import { setRunning, setStopped, setStopping, trackedServer, type Which } from '../worker/server-status';
import { setAddressOf } from '../worker/server-address';
import { changeMaxconn, changeWeight, drain, maintenance, ready } from '../worker/server-control';
import { shutdownSessions, wake } from '../worker/wake';
import { findServer } from './targets';

type Words = readonly string[];
const SET_USAGE =
  'usage: set server <backend>/<server> addr | agent | agent-addr | agent-port | agent-send | check-addr | check-port | fqdn | health | ssl | state | weight\n';

function on(runtime: Runtime, name: string | undefined, run: (which: Which) => string): string {
  const which = findServer(runtime, name);
  return typeof which === 'string' ? which : run(which);
}

// ---------------------------------------------------------------- states
export function enableServer(runtime: Runtime, words: Words): string {
  return on(runtime, words[2], (which) => ready(runtime, which));
}
export function disableServer(runtime: Runtime, words: Words): string {
  return on(runtime, words[2], (which) => maintenance(runtime, which));
}
export function setServer(runtime: Runtime, words: Words): string {
  return on(runtime, words[2], (which) => {
    switch (words[3]) {
      case 'state':
        return setState(runtime, which, words[4]);
      case 'weight':
        return changeWeight(runtime, which, words[4]);
      case 'health':
        return setHealth(runtime, which, words[4]);
      case 'addr':
        return setAddress(runtime, which, words);
      case 'check-addr':
        return setCheckAddress(which, words);
      case 'check-port':
        return setCheckPort(which, words[4]);
      case 'agent':
      case 'agent-addr':
      case 'agent-port':
      case 'agent-send':
        return setAgent(runtime, which, words[3], words[4]);
      case 'fqdn':
        return 'set server <b>/<s> fqdn failed because no resolution is configured.\n';
      case 'ssl':
        return setTls(runtime, which, words[4]);
      default:
        return SET_USAGE;
    }
  });
}
/** Traffic with TLS or without; the words of TLS must stand on the server's line. */
function setTls(runtime: Runtime, { proxy, server }: Which, value: string | undefined): string {
  const settings = runtime.serverSettings(proxy, server.index);
  if (settings === undefined || settings.tls.versions.length === 0)
    return "'set server <srv> ssl' cannot be set.  default-server should define ssl settings\n";
  if (value !== 'on' && value !== 'off') return "'set server <srv> ssl' expects 'on' or 'off'.\n";
  server.usesTls = value === 'on';
  return 'server ssl setting updated.\n';
}
function setState(runtime: Runtime, which: Which, state: string | undefined): string {
  switch (state) {
    case 'ready':
      return ready(runtime, which);
    case 'drain':
      return drain(runtime, which);
    case 'maint':
      return maintenance(runtime, which);
    default:
      return "'set server <srv> state' expects 'ready', 'drain' and 'maint'.\n";
  }
}
function setHealth(runtime: Runtime, which: Which, health: string | undefined): string {
  if (trackedServer(runtime, which) !== undefined) return 'cannot change health on a tracking server.\n';
  const reason = { kind: 'words', text: 'changed from CLI' } as const;
  switch (health) {
    case 'up':
      step(runtime, which, { type: 'force', health: 'up' });
      setRunning(runtime, which, reason);
      return '';
    case 'stopping':
      step(runtime, which, { type: 'force', health: 'up' });
      setStopping(runtime, which, reason);
      return '';
    case 'down':
      step(runtime, which, { type: 'force', health: 'down' });
      setStopped(runtime, which, reason);
      return '';
    default:
      return "'set server <srv> health' expects 'up', 'stopping', or 'down'.\n";
  }
}

// ---------------------------------------------------------------- address
function setAddress(runtime: Runtime, which: Which, words: Words): string {
  const { server } = which;
  const by = "by 'stats socket command'\n";
  const ip = parseIPv4(words[4] ?? '');
  if (words[4] === undefined) return 'set server <b>/<s> addr requires an address and optionally a port.\n';
  if (ip === undefined) return `Invalid addr '${words[4]}' ${by}`;
  if (words[5] !== undefined && words[5] !== 'port')
    return 'set server <b>/<s> addr requires an address and optionally a port.\n';
  const said: string[] = [];
  if (server.ip === ip) said.push('no need to change the addr');
  else said.push(`IP changed from '${formatIPv4(server.ip)}' to '${formatIPv4(ip)}'`);
  let port = server.port;
  if (words[5] === 'port' && /^[+-]\d/.test(words[6] ?? '')) {
    setAddressOf(runtime, which, ip, port);
    said.push(MAPPED_PORT);
  } else if (words[5] === 'port') {
    port = Number(words[6]);
    if (!/^[+-]?\d+$/.test(words[6] ?? '')) return `Missing port number ${by}`;
    if (port < 1 || port > 65_535) return `provided port '${words[6]}' is not valid ${by}`;
    if (server.port === port) said.push('no need to change the port');
    else said.push(`port changed from '${server.port}' to '${port}'`);
  }
  setAddressOf(runtime, which, ip, port);
  const text = `${said.join(', ')} by 'stats socket command'`;
  return `${text}\n`;
}
/** An offset for ports needs checks with a port of their own. */
const MAPPED_PORT =
  "can't change <port> to port map because it is incompatible with current health check port configuration (use 'port' statement from the 'server' directive.";
function setCheckAddress({ server }: Which, words: Words): string {
  if (server.check === undefined) return 'Health checks are not enabled on this server.\n';
  const [, , , , address = '', word, port] = words;
  const ip = parseIPv4(address);
  if (ip === undefined) return `Invalid addr '${address}'`;
  server.check.ip = ip;
  return word === 'port' ? setCheckPort({ proxy: 0, server }, port) : '';
}
function setCheckPort({ server }: Which, text: string | undefined): string {
  if (server.check === undefined) return 'Health checks are not enabled on this server.\n';
  if (!/^\d+$/.test(text ?? '')) return 'provided port is not an integer.\n';
  const port = Number(text);
  if (port < 1 || port > 65_535) return 'provided port is invalid.\n';
  server.check.port = port;
  return '';
}

// ---------------------------------------------------------------- weight, limits
export function getWeight(runtime: Runtime, words: Words): string {
  return on(runtime, words[2], ({ server }) => `${server.weight} (initial ${server.initialWeight})\n`);
}
export function setWeight(runtime: Runtime, words: Words): string {
  return on(runtime, words[2], (which) => changeWeight(runtime, which, words[3]));
}
export function setMaxconn(runtime: Runtime, words: Words): string {
  return on(runtime, words[3], (which) => changeMaxconn(runtime, which, words[4]));
}

// ---------------------------------------------------------------- checks
export function enableHealth(runtime: Runtime, words: Words): string {
  return on(runtime, words[2], ({ proxy, server }) => {
    if (server.check === undefined) return 'Health check was not configured on this server, cannot enable.\n';
    setChecking(runtime, proxy, server, true);
    return '';
  });
}
export function disableHealth(runtime: Runtime, words: Words): string {
  return on(runtime, words[2], ({ proxy, server }) => {
    setChecking(runtime, proxy, server, false);
    return '';
  });
}
export function enableAgent(runtime: Runtime, words: Words): string {
  return on(runtime, words[2], ({ server }) => {
    if (server.agent === undefined) return 'Agent was not configured on this server, cannot enable.\n';
    server.agent.enabled = true;
    return '';
  });
}
export function disableAgent(runtime: Runtime, words: Words): string {
  return on(runtime, words[2], ({ server }) => {
    if (server.agent !== undefined) server.agent.enabled = false;
    return '';
  });
}
function setAgent(runtime: Runtime, which: Which, what: string, value: string | undefined): string {
  const { agent } = which.server;
  if (agent?.enabled !== true)
    return `agent checks are not enabled on this server${what === 'agent-addr' || what === 'agent-port' ? '' : '.\n'}`;
  const reason = { kind: 'words', text: 'changed from CLI' } as const;
  switch (what) {
    case 'agent-addr': {
      const ip = parseIPv4(value ?? '');
      if (ip === undefined) return 'incorrect addr address given for agent.\n';
      agent.ip = ip;
      return '';
    }
    case 'agent-port':
      if (!/^\d+$/.test(value ?? '')) return 'provided port is not an integer.\n';
      agent.port = Number(value);
      return '';
    case 'agent-send':
      agent.text = value ?? '';
      return '';
    default:
      if (value !== 'up' && value !== 'down') return "'set server <srv> agent' expects 'up' or 'down'.\n";
      agent.health = value === 'up' ? 1 : 0;
      if (value === 'up') setRunning(runtime, which, reason);
      else setStopped(runtime, which, reason);
      return '';
  }
}

// ---------------------------------------------------------------- sessions
export function shutdownServerSessions(runtime: Runtime, words: Words): string {
  return on(runtime, words[3], (which) => {
    shutdownSessions(runtime, which, 'K');
    return '';
  });
}
export function shutdownSession(runtime: Runtime, words: Words): string {
  const name = words[2];
  // strtoul(): what does not begin with digits is no pointer.
  if (name === undefined || !/^\s*[+-]?(?:0x[0-9a-f]|[1-9]|0[1-7])/i.test(name))
    return "Session pointer expected (use 'show sess').\n";
  for (const session of runtime.state.sessions.values()) {
    if (pointerOf(session.id) !== name) continue;
    wake(runtime, session.id, 'K');
    return '';
  }
  return "No such session (use 'show sess').\n";
}
/** Addresses in memory have no meaning here: one that tells sessions apart. */
export function pointerOf(id: number): string {
  return `0x55d2${((id * 0x4e0) % 0x1_0000_0000).toString(16).padStart(8, '0')}`;
}
