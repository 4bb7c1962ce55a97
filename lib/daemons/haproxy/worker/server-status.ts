/**
 * What happens when a server goes down, comes up, enters or leaves maintenance
 * or drain: balancer, queues, sessions, the words in logs, the journal.
 *
 * Source: HAProxy 2.6 src/server.c `srv_update_status`, `srv_set_stopped`,
 * `srv_set_running`, `srv_append_status`, `server_recalc_eweight`,
 * `server_warmup`; src/proxy.c `set_backend_down`.
 */

import { highest, progress } from '../../../protocols/health-check/counter';
import { SECOND } from '../../../std/instant';
import { isDynamic, update } from './balance/choose';
import { fullWeight } from './balance/weights';
import { sendLog } from './log-line';
import { grabFromBackend, redistribute } from './queue';
import { dropKept } from './server-pool';
import type { Runtime } from './runtime';
import { shutdownSessions } from './wake';
import {
  ADMIN,
  type CheckState,
  DRAIN,
  isUsable,
  MAINTENANCE,
  type Operation,
  type ServerState,
} from './state';

const EMERG = 0;
const ALERT = 1;
const NOTICE = 5;
const RULE = { up: 'HAPROXY-rise', down: 'HAPROXY-fall' } as const;

/** Text after `, reason: `. */
const DESCRIPTIONS: Readonly<Record<CheckState['status'], string>> = {
  UNK: 'Unknown',
  INI: 'Initializing',
  CHECKED: 'No status change',
  HANA: 'Health analyze',
  SOCKERR: 'Socket error',
  L4OK: 'Layer4 check passed',
  L4TOUT: 'Layer4 timeout',
  L4CON: 'Layer4 connection problem',
  L6OK: 'Layer6 check passed',
  L6TOUT: 'Layer6 timeout',
  L6RSP: 'Layer6 invalid response',
  L7TOUT: 'Layer7 timeout',
  L7RSP: 'Layer7 invalid response',
  L7OK: 'Layer7 check passed',
  L7OKC: 'Layer7 check conditionally passed',
  L7STS: 'Layer7 wrong status',
};
export function describe(status: CheckState['status']): string {
  return DESCRIPTIONS[status];
}

/** Which server of which backend. */
export interface Which {
  readonly proxy: number;
  readonly server: ServerState;
}

/** How a check ended, of the server or of its agent. */
export type CheckReport = Pick<CheckState, 'status' | 'code' | 'description' | 'duration'>;

/** What made it change: a check, an administrator's words, or the server it follows. */
export type Reason =
  | { readonly kind: 'check'; readonly check: CheckReport }
  | { readonly kind: 'words'; readonly text: string }
  | { readonly kind: 'tracked'; readonly name: string };

export function setStopped(runtime: Runtime, which: Which, reason: Reason): void {
  const { server } = which;
  if ((server.admin & MAINTENANCE) !== 0 || server.next === 'stopped') return;
  server.next = 'stopped';
  operational(runtime, which, reason);
  for (const tracker of trackers(runtime, which))
    setStopped(runtime, tracker, { kind: 'tracked', name: fullName(runtime, which) });
}
export function setRunning(runtime: Runtime, which: Which, reason: Reason): void {
  const { server } = which;
  if ((server.admin & MAINTENANCE) !== 0 || server.next === 'starting' || server.next === 'running') return;
  server.next = slowstart(runtime, which) > 0 ? 'starting' : 'running';
  operational(runtime, which, reason);
  for (const tracker of trackers(runtime, which))
    setRunning(runtime, tracker, { kind: 'tracked', name: fullName(runtime, which) });
}
export function setStopping(runtime: Runtime, which: Which, reason: Reason): void {
  const { server } = which;
  if ((server.admin & MAINTENANCE) !== 0 || server.next === 'stopping') return;
  server.next = 'stopping';
  operational(runtime, which, reason);
  for (const tracker of trackers(runtime, which))
    setStopping(runtime, tracker, { kind: 'tracked', name: fullName(runtime, which) });
}

function slowstart(runtime: Runtime, { proxy, server }: Which): number {
  return runtime.serverSettings(proxy, server.index)?.slowstartSeconds ?? 0;
}
function fullName(runtime: Runtime, { proxy, server }: Which): string {
  return `${runtime.settings(proxy).id}/${server.name}`;
}
function title(runtime: Runtime, which: Which): string {
  return `${runtime.serverSettings(which.proxy, which.server.index)?.isBackup === true ? 'Backup ' : ''}Server ${fullName(runtime, which)}`;
}
/** Servers that follow this one's state. */
export function trackers(runtime: Runtime, which: Which): Which[] {
  const name = fullName(runtime, which);
  const found: Which[] = [];
  for (const [proxy, settings] of runtime.configuration.proxies.entries()) {
    for (const [index, own] of settings.servers.entries()) {
      const server = runtime.server(proxy, index);
      if (
        server !== undefined &&
        own.track !== undefined &&
        (own.track === name || `${settings.id}/${own.track}` === name)
      )
        found.push({ proxy, server });
    }
  }
  return found;
}

// ---------------------------------------------------------------- up, down, stopping
function operational(runtime: Runtime, which: Which, reason: Reason): void {
  const { server } = which;
  const before = server.state;
  const wasStopping = before === 'stopping' || (server.admin & DRAIN) !== 0;
  const hadServers = countServers(runtime, which);
  const admin = server.nextAdmin;
  server.nextAdmin = server.admin;
  const next = server.next;
  switch (next) {
    case 'stopped': {
      server.lastChange = runtime.now;
      apply(runtime, which);
      if (runtime.serverSettings(which.proxy, server.index)?.shutdownOnDown === true)
        shutdownSessions(runtime, which, 'D');
      const moved = redistribute(runtime, which);
      announce(runtime, which, { verb: 'is DOWN', reason, moved, level: wasStopping ? NOTICE : ALERT });
      server.downTransitions += 1;
      break;
    }
    case 'stopping': {
      server.lastChange = runtime.now;
      apply(runtime, which);
      announce(runtime, which, {
        verb: 'is stopping',
        reason,
        moved: redistribute(runtime, which),
        level: NOTICE,
      });
      break;
    }
    case 'running':
    case 'starting': {
      accountUp(runtime, which, before);
      server.lastChange = runtime.now;
      if (next === 'starting') planWarmup(runtime, which);
      recalculate(runtime, which);
      apply(runtime, which);
      isUp(runtime, which, reason);
      break;
    }
  }
  if (hadServers > 0 && countServers(runtime, which) === 0) backendDown(runtime, which.proxy);
  server.nextAdmin = admin;
}

function isUp(runtime: Runtime, which: Which, reason: Reason): void {
  const { server } = which;
  if (runtime.serverSettings(which.proxy, server.index)?.shutdownBackupsOnUp === true && isUsable(server))
    shutdownBackups(runtime, which);
  announce(runtime, which, { verb: 'is UP', reason, moved: grabFromBackend(runtime, which), level: NOTICE });
}

/** The balancer learns of the state to come, which thereby is the present one. */
function apply(runtime: Runtime, { proxy, server }: Which): void {
  update(runtime.pool(proxy), server);
}
function countServers(runtime: Runtime, { proxy }: Which): number {
  const { balance } = runtime.proxy(proxy);
  return balance.active + balance.backup;
}
function accountUp(runtime: Runtime, which: Which, before: Operation): void {
  const proxy = runtime.proxy(which.proxy);
  if (countServers(runtime, which) === 0) {
    proxy.downTime += wholeSeconds(runtime.now) - wholeSeconds(proxy.lastChange);
    proxy.lastChange = runtime.now;
  }
  if (before === 'stopped')
    which.server.downTime += wholeSeconds(runtime.now) - wholeSeconds(which.server.lastChange);
}
const wholeSeconds = (at: number): number => Math.floor(at / SECOND);

function shutdownBackups(runtime: Runtime, { proxy, server }: Which): void {
  const settings = runtime.settings(proxy);
  if (settings.servers[server.index]?.isBackup === true) return;
  for (const other of runtime.proxy(proxy).servers)
    if (settings.servers[other.index]?.isBackup === true)
      shutdownSessions(runtime, { proxy, server: other }, 'U');
}

/** Says it on standard error, to the syslog targets and in the journal. */
function announce(
  runtime: Runtime,
  which: Which,
  said: { verb: string; reason: Reason; moved: number; level: number },
): void {
  const { server } = which;
  const why = reasonText(said.reason);
  const text = `${title(runtime, which)} ${said.verb}${why}${countsText(runtime, which, said.moved)}`;
  server.reason = why.replace(/^, (?:reason: )?/, '');
  runtime.say('WARNING', `${text}.`);
  sendLog(runtime, which.proxy, said.level, `${text}.`);
  journal(runtime, which, said.verb, why);
}
export function journal(runtime: Runtime, which: Which, verb: string, why: string): void {
  const { server } = which;
  const state =
    verb.includes('UP') || verb.includes('READY')
      ? 'UP'
      : verb.includes('drain')
        ? 'DRAIN'
        : verb.includes('maintenance')
          ? 'MAINT'
          : 'DOWN';
  const settings = runtime.serverSettings(which.proxy, server.index);
  runtime.world.record(
    runtime.host.name,
    'haproxy.server-state',
    {
      backend: runtime.settings(which.proxy).id,
      server: server.name,
      state,
      reason: why.replace(/^, (?:reason: )?/, ''),
      usable: countServers(runtime, which),
      ...(settings === undefined ? {} : { file: settings.file, line: settings.line }),
    },
    { rule: state === 'UP' ? RULE.up : RULE.down },
  );
}

function reasonText(reason: Reason): string {
  switch (reason.kind) {
    case 'words':
      return reason.text === '' ? '' : `, ${reason.text}`;
    case 'tracked':
      return ` via ${reason.name}`;
    case 'check': {
      const { status, code, description, duration } = reason.check;
      const withCode = status === 'L7OK' || status === 'L7OKC' || status === 'L7STS' ? `, code: ${code}` : '';
      const info = description === '' ? '' : `, info: "${description.replaceAll('"', '#22')}"`;
      return `, reason: ${DESCRIPTIONS[status]}${withCode}${info}${duration >= 0 ? `, check duration: ${duration}ms` : ''}`;
    }
  }
}
function countsText(runtime: Runtime, { proxy, server }: Which, moved: number): string {
  const { active, backup } = runtime.proxy(proxy).balance;
  const running = backup > 0 && active === 0 ? ' Running on backup.' : '';
  if (server.next === 'stopped')
    return `. ${active} active and ${backup} backup servers left.${running} ${server.current} sessions active, ${moved} requeued, ${server.queue.length} remaining in queue`;
  return `. ${active} active and ${backup} backup servers online.${running} ${moved} sessions requeued, ${server.queue.length} total in queue`;
}

function backendDown(runtime: Runtime, index: number): void {
  const proxy = runtime.proxy(index);
  proxy.lastChange = runtime.now;
  proxy.downTransitions += 1;
  const kind = runtime.settings(index).kind === 'listen' ? 'proxy' : 'backend';
  runtime.say('ALERT', `${kind} '${proxy.name}' has no server available!`);
  sendLog(runtime, index, EMERG, `${kind} ${proxy.name} has no server available!`);
  runtime.world.record(
    runtime.host.name,
    'haproxy.backend-down',
    { backend: proxy.name },
    { rule: RULE.down },
  );
}

// ---------------------------------------------------------------- weights and slow start
/** Effective weight of a server, smaller while it starts slowly. */
export function recalculate(runtime: Runtime, which: Which): void {
  const { server } = which;
  const { balance } = runtime.proxy(which.proxy);
  const seconds = slowstart(runtime, which);
  const since = wholeSeconds(runtime.now) - wholeSeconds(server.lastChange);
  if ((since < 0 || since >= seconds) && server.next === 'starting') server.next = 'running';
  if (server.next === 'starting' && isDynamic(runtime.settings(which.proxy).balance)) {
    const divisor = Math.floor((balance.divisor * since + seconds) / seconds);
    server.nextEffective = Math.floor(
      (server.weight * divisor + balance.multiplier - 1) / balance.multiplier,
    );
  } else server.nextEffective = fullWeight(balance, server.weight);
}
/** A weight or limit that an administrator changed. */
export function weightChanged(runtime: Runtime, which: Which): void {
  const { server } = which;
  const hadServers = countServers(runtime, which);
  const wasStarting = server.next === 'starting';
  recalculate(runtime, which);
  apply(runtime, which);
  if (hadServers > 0 && countServers(runtime, which) === 0) backendDown(runtime, which.proxy);
  // The end of a slow start is a change of its own: it is said once more.
  if (wasStarting && server.next === 'running') {
    server.lastChange = runtime.now;
    isUp(runtime, which, { kind: 'words', text: '' });
  }
}

/** Every second, or in twentieths of the slow start. */
function planWarmup(runtime: Runtime, which: Which): void {
  const step = Math.max(1_000, Math.floor((slowstart(runtime, which) * 1_000) / 20)) * 1_000;
  runtime.world.timer(
    runtime.host,
    runtime.pid,
    `warmup:${which.proxy}:${which.server.index}`,
    runtime.now + step,
    { name: 'haproxy.warmup', data: { proxy: which.proxy, server: which.server.index } },
  );
}
export function warmUp(runtime: Runtime, which: Which): void {
  const { server } = which;
  if ((server.nextAdmin & MAINTENANCE) !== 0 || server.next !== 'starting') return;
  weightChanged(runtime, which);
  grabFromBackend(runtime, which);
  if (server.next === 'starting') planWarmup(runtime, which);
}

// ---------------------------------------------------------------- maintenance and drain
/** How an administrator's flag is passed on to servers that follow. */
function inherited(flag: number): number {
  return (flag & MAINTENANCE) !== 0 ? ADMIN.inheritedMaintenance : ADMIN.inheritedDrain;
}
/** What checks have to do when maintenance begins or ends. */
export interface CheckSwitch {
  pause(which: Which): void;
  resume(which: Which): void;
}

export function setAdmin(
  runtime: Runtime,
  which: Which,
  flag: number,
  checks: CheckSwitch,
  cause = '',
): void {
  const { server } = which;
  if ((server.nextAdmin & flag) !== 0) return;
  server.nextAdmin |= flag;
  administrative(runtime, which, checks, cause);
  const kind = (flag & MAINTENANCE) !== 0 ? MAINTENANCE : DRAIN;
  if ((server.nextAdmin & ~flag & kind) !== 0) return;
  for (const tracker of trackers(runtime, which)) setAdmin(runtime, tracker, inherited(flag), checks, cause);
}
export function clearAdmin(runtime: Runtime, which: Which, flag: number, checks: CheckSwitch): void {
  const { server } = which;
  if ((server.nextAdmin & flag) === 0) return;
  const left = server.nextAdmin & flag;
  server.nextAdmin &= ~flag;
  administrative(runtime, which, checks, '');
  const kind = (left & MAINTENANCE) !== 0 ? MAINTENANCE : DRAIN;
  if ((server.nextAdmin & kind) !== 0) return;
  for (const tracker of trackers(runtime, which)) clearAdmin(runtime, tracker, inherited(left), checks);
}

function administrative(runtime: Runtime, which: Which, checks: CheckSwitch, cause: string): void {
  const { server } = which;
  const was = server.admin & MAINTENANCE;
  const will = server.nextAdmin & MAINTENANCE;
  if (was === 0 && will !== 0) enterMaintenance(runtime, which, checks, cause);
  else if (was !== 0 && will === 0) leaveMaintenance(runtime, which, checks);
  else if (will !== 0) {
    if ((server.nextAdmin & ADMIN.forcedMaintenance) === 0 && (server.admin & ADMIN.forcedMaintenance) !== 0)
      tell(
        runtime,
        which,
        `${title(runtime, which)} is leaving forced maintenance but remains in maintenance`,
        NOTICE,
      );
    server.admin = server.nextAdmin;
  }
  if ((server.nextAdmin & MAINTENANCE) === 0) drain(runtime, which, cause);
}
function tell(runtime: Runtime, which: Which, text: string, level: number): void {
  runtime.say('WARNING', `${text}.`);
  sendLog(runtime, which.proxy, level, `${text}.`);
}
const inBrackets = (cause: string): string => (cause === '' ? '' : ` (${cause})`);

function enterMaintenance(runtime: Runtime, which: Which, checks: CheckSwitch, cause: string): void {
  const { server } = which;
  checks.pause(which);
  server.reason = cause === '' ? 'maintenance' : cause;
  if (server.state === 'stopped') {
    tell(
      runtime,
      which,
      `${title(runtime, which)} was DOWN and now enters maintenance${inBrackets(cause)}`,
      NOTICE,
    );
    server.admin = server.nextAdmin;
    return;
  }
  const wasStopping = server.state === 'stopping' || (server.admin & DRAIN) !== 0;
  const hadServers = countServers(runtime, which);
  server.lastChange = runtime.now;
  server.next = 'stopped';
  apply(runtime, which);
  if (runtime.serverSettings(which.proxy, server.index)?.shutdownOnDown === true)
    shutdownSessions(runtime, which, 'D');
  const moved = redistribute(runtime, which);
  dropKept(runtime, server);
  tell(
    runtime,
    which,
    `${title(runtime, which)} is going DOWN for maintenance${inBrackets(cause)}${countsText(runtime, which, moved)}`,
    wasStopping ? NOTICE : ALERT,
  );
  journal(runtime, which, 'is going DOWN for maintenance', cause);
  if (hadServers > 0 && countServers(runtime, which) === 0) backendDown(runtime, which.proxy);
  server.downTransitions += 1;
}

function leaveMaintenance(runtime: Runtime, which: Which, checks: CheckSwitch): void {
  const { server } = which;
  const hadServers = countServers(runtime, which);
  const proxy = runtime.proxy(which.proxy);
  checks.resume(which);
  const tracked = trackedServer(runtime, which);
  const healthy =
    (server.check?.enabled !== true ||
      server.check.chart.context.health >= server.check.chart.context.settings.rise) &&
    (server.agent?.enabled !== true || server.agent.health > 0);
  if (tracked?.next !== 'stopped' && healthy) {
    if (tracked?.next === 'stopping') server.next = 'stopping';
    else {
      server.lastChange = runtime.now;
      server.next = slowstart(runtime, which) > 0 ? 'starting' : 'running';
      if (server.next === 'starting') planWarmup(runtime, which);
    }
  }
  const state = server.next === 'stopped' ? 'DOWN' : 'UP';
  const ready = (server.nextAdmin & DRAIN) !== 0 ? 'DRAIN' : 'READY';
  server.reason = '';
  tell(
    runtime,
    which,
    `${leavingText(runtime, which)} is ${state}/${ready} (${leavingWords(server)})`,
    NOTICE,
  );
  journal(runtime, which, `is ${state}/${ready}`, '');
  recalculate(runtime, which);
  const admin = server.nextAdmin;
  apply(runtime, which);
  server.nextAdmin = admin;
  if (hadServers > 0 && countServers(runtime, which) === 0) backendDown(runtime, which.proxy);
  else if (hadServers === 0 && countServers(runtime, which) > 0) proxy.lastChange = runtime.now;
  if (runtime.serverSettings(which.proxy, server.index)?.shutdownBackupsOnUp === true && isUsable(server))
    shutdownBackups(runtime, which);
  grabFromBackend(runtime, which);
}
/** A server whose name leads somewhere again is told with that name. */
function leavingText(runtime: Runtime, which: Which): string {
  const { server } = which;
  if ((server.admin & MAINTENANCE) !== ADMIN.resolveMaintenance) return title(runtime, which);
  return `${title(runtime, which)} ('${runtime.serverSettings(which.proxy, server.index)?.hostname ?? ''}')`;
}
function leavingWords({ admin }: ServerState): string {
  if ((admin & MAINTENANCE) === ADMIN.resolveMaintenance) return 'resolves again';
  return `leaving ${(admin & ADMIN.forcedMaintenance) === 0 ? '' : 'forced '}maintenance`;
}
export function trackedServer(runtime: Runtime, { proxy, server }: Which): ServerState | undefined {
  const track = runtime.serverSettings(proxy, server.index)?.track;
  if (track === undefined) return undefined;
  const [backend, name] = track.includes('/') ? track.split('/') : [runtime.settings(proxy).id, track];
  const index = runtime.configuration.proxies.findIndex((candidate) => candidate.id === backend);
  return runtime.state.proxies[index]?.servers.find((candidate) => candidate.name === name);
}

function drain(runtime: Runtime, which: Which, cause: string): void {
  const { server } = which;
  const was = server.admin & DRAIN;
  const will = server.nextAdmin & DRAIN;
  if (was === 0 && will !== 0) {
    const hadServers = countServers(runtime, which);
    server.lastChange = runtime.now;
    apply(runtime, which);
    const text = `${title(runtime, which)} enters drain state${inBrackets(cause)}${countsText(runtime, which, redistribute(runtime, which))}`;
    tell(runtime, which, text, NOTICE);
    journal(runtime, which, 'enters drain state', cause);
    if (hadServers > 0 && countServers(runtime, which) === 0) backendDown(runtime, which.proxy);
  } else if (was !== 0 && will === 0) {
    accountUp(runtime, which, 'stopped');
    server.lastChange = runtime.now;
    recalculate(runtime, which);
    tell(
      runtime,
      which,
      `${title(runtime, which)} is ${server.next === 'stopped' ? 'DOWN' : 'UP'} (leaving forced drain)`,
      NOTICE,
    );
    journal(runtime, which, server.next === 'stopped' ? 'is DOWN' : 'is UP', 'leaving drain');
    apply(runtime, which);
  } else if (will !== 0) {
    if ((server.nextAdmin & ADMIN.forcedDrain) !== 0)
      tell(runtime, which, `${title(runtime, which)} remains in forced drain mode`, NOTICE);
    server.admin = server.nextAdmin;
  }
}

/** `backend/server` of the server whose state this one follows. */
export function trackedName(runtime: Runtime, { proxy, server }: Which): string {
  const track = runtime.serverSettings(proxy, server.index)?.track ?? '';
  return track.includes('/') ? track : `${runtime.settings(proxy).id}/${track}`;
}

/** As `show stat` says it. */
export function statusText(runtime: Runtime, { proxy, server }: Which): string {
  if ((server.admin & MAINTENANCE) !== 0) {
    if ((server.admin & ADMIN.inheritedMaintenance) !== 0)
      return `MAINT (via ${trackedName(runtime, { proxy, server })})`;
    return (server.admin & ADMIN.resolveMaintenance) !== 0 ? 'MAINT (resolution)' : 'MAINT';
  }
  const { check, agent } = trackedServer(runtime, { proxy, server }) ?? server;
  const isChecked = check?.enabled === true;
  const context = check?.chart.context;
  const isMoving = isChecked && context !== undefined && context.health < highest(context.settings);
  const steps = context === undefined ? '' : ` ${progress(context.health, context.settings)}`;
  switch (server.state) {
    case 'stopped':
      if (agent?.enabled === true && agent.health === 0) return 'DOWN (agent)';
      return isChecked && context?.health !== 0 ? `DOWN${steps}` : 'DOWN';
    case 'stopping':
      return isMoving ? `NOLB${steps}` : 'NOLB';
    case 'starting':
    case 'running': {
      const isDraining = (server.admin & DRAIN) !== 0;
      if (isDraining && agent?.enabled === true) return 'DRAIN (agent)';
      if (isMoving) return `${isDraining ? 'DRAIN' : 'UP'}${steps}`;
      if (isDraining) return 'DRAIN';
      return isChecked ? 'UP' : 'no check';
    }
  }
}
