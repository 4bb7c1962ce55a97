/** Dependencies that a unit has by its kind. */
import type { Definition, Dependency } from '../state';
import { templateOf, type UnitType } from './names';
import { lastOf, listOf } from './settings';
import type { Assignment } from './syntax';
import { splitWords } from './words';

/** Default dependencies by kind of unit. Sources: "IMPLICIT DEPENDENCIES" and "DEFAULT DEPENDENCIES" of each kind's page. */
export function addImplied(
  name: string,
  from: {
    type: UnitType;
    own: readonly Assignment[];
    timer: Definition['timer'];
    path: Definition['path'];
    socket: Definition['socket'];
    defaultDependencies: boolean;
    unit: readonly Assignment[];
  },
  add: (kind: Dependency, others: readonly string[]) => void,
): void {
  if (from.type === 'timer' && from.timer !== undefined) {
    add('Triggers', [from.timer.unit]);
    add('Before', [from.timer.unit]);
  }
  if (from.socket?.accept === false) {
    add('Triggers', [from.socket.service]);
    add('Before', [from.socket.service]);
  }
  if (from.path !== undefined) {
    add('Triggers', [from.path.unit]);
    add('Before', [from.path.unit]);
  }
  if (from.type === 'service')
    for (const { value } of listOf(from.own, 'Sockets')) add('Wants', splitWords(value) ?? []);
  if (from.type === 'service' || from.type === 'socket' || from.type === 'mount') {
    const slice = systemSlice(name);
    add('Requires', [slice]);
    add('After', [slice]);
  }
  // What writes into the journal waits for its socket (systemd.exec(5) "Implicit Dependencies").
  if (
    from.type === 'service' &&
    ['StandardOutput', 'StandardError'].some((key) => isJournal(lastOf(from.own, key)?.value))
  )
    add('After', ['systemd-journald.socket']);
  if (from.type === 'service' && lastOf(from.own, 'BusName') !== undefined) {
    add('Requires', ['dbus.socket']);
    add('After', ['dbus.socket']);
  }
  if (!from.defaultDependencies || name === 'shutdown.target') return;
  switch (from.type) {
    case 'service':
      add('Requires', ['sysinit.target']);
      add('After', ['sysinit.target', 'basic.target']);
      break;
    case 'socket':
      add('Requires', ['sysinit.target']);
      add('After', ['sysinit.target']);
      add('Before', ['sockets.target']);
      break;
    case 'path':
      add('Requires', ['sysinit.target']);
      add('After', ['sysinit.target', '-.mount']);
      add('Before', ['paths.target']);
      break;
    case 'timer':
      add('Requires', ['sysinit.target']);
      add('After', ['sysinit.target']);
      add('Before', ['timers.target']);
      if ((from.timer?.calendar.length ?? 0) > 0) add('After', ['time-set.target', 'time-sync.target']);
      break;
    default:
      break;
  }
  if (from.type !== 'slice' || name !== '-.slice') {
    add('Conflicts', ['shutdown.target']);
    add('Before', ['shutdown.target']);
  }
}
/** Unset means the journal, the manager's default. */
function isJournal(output = 'journal'): boolean {
  return /^(journal|kmsg|syslog)/.test(output);
}
function systemSlice(name: string): string {
  const template = templateOf(name);
  return template === undefined ? 'system.slice' : `system-${template.prefix.replace(/-/g, '\\x2d')}.slice`;
}
