/** The way down: from the target that stops everything to the last process. */
import { noteShutdown } from './boots';
import { stopJournal } from './journal-store';
import type { Manager } from './manager';
import type { ShutdownVerb } from './state';

/** How long the last processes get before SIGKILL at shutdown (DefaultTimeoutStopSec). */
const LAST_WAIT = 90_000_000;

/** Starts the target that takes everything down; what stops is undone no more. */
export function shutDown(manager: Manager, verb: ShutdownVerb, target = `${verb}.target`): void {
  manager.state.shutdown = verb;
  noteShutdown(manager.host);
  endSessions(manager);
  const queued = manager.jobs.enqueue('start', target, 'replace-irreversibly');
  if (!('job' in queued)) beginEnd(manager);
}
/** Login sessions end first, while the network is still up (session scopes: SendSIGHUP=yes). */
function endSessions({ host, daemon }: Manager): void {
  for (const process of host.processes()) {
    const isSession =
      process.unit === undefined ? process.tty !== undefined : /^session-.+\.scope$/.test(process.unit);
    if (!isSession || process.state === 'zombie') continue;
    daemon.world.kill(host, process.pid, 'TERM');
    daemon.world.kill(host, process.pid, 'HUP');
  }
}
/** All units are down: the rest of the processes get SIGTERM, then SIGKILL. */
export function beginEnd(manager: Manager): void {
  const { host, state } = manager;
  state.exiting = true;
  state.shutdown ??= 'reboot';
  manager.log('info', 'Shutting down.');
  stopJournal(host);
  for (const process of host.processes())
    if (process.pid !== 1) manager.daemon.world.kill(host, process.pid, 'TERM');
  manager.daemon.setTimer('last-kill', manager.now + LAST_WAIT, 'systemd.last-kill');
  finishWhenAlone(manager);
}
export function finishWhenAlone(manager: Manager): void {
  if (manager.host.processes().every((process) => process.pid === 1 || process.state === 'zombie'))
    end(manager);
}
export function end(manager: Manager): void {
  const { host, state } = manager;
  const { world } = manager.daemon;
  const verb = state.shutdown;
  world.powerOff(host);
  if (verb === 'reboot') world.powerOn(host);
}
