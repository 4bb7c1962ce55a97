/** The state charts of services, for the State panel. */
import type { ChartView, DaemonContext } from '../../world/process.contract';
import type { ManagerState, UnitState } from './state';
import { formatTimeSpan } from './unit-file/time-span';

const STATES = ['inactive', 'activating', 'active', 'reloading', 'deactivating', 'failed', 'auto-restart'];
const TRANSITIONS: readonly [string, string][] = [
  ['inactive', 'activating'],
  ['activating', 'active'],
  ['activating', 'deactivating'],
  ['active', 'reloading'],
  ['reloading', 'active'],
  ['active', 'deactivating'],
  ['deactivating', 'inactive'],
  ['deactivating', 'failed'],
  ['failed', 'auto-restart'],
  ['inactive', 'auto-restart'],
  ['auto-restart', 'activating'],
  ['failed', 'activating'],
];
/** The base system's own services say little about a scenario. */
const BACKGROUND =
  /^(systemd-|getty@|serial-getty@|dbus|user@|modprobe@|kmod|console-getty|apt-|e2scrub|ifupdown-pre|logrotate|man-db|fstrim|dpkg-)/;

export function unitCharts(daemon: DaemonContext<ManagerState>): ChartView[] {
  return [...daemon.state.units.values()].filter(isInteresting).map((unit) => chartOf(daemon, unit));
}
function isInteresting(unit: UnitState): boolean {
  const { definition } = unit;
  return (
    definition.type === 'service' &&
    definition.load === 'loaded' &&
    !BACKGROUND.test(definition.name) &&
    (unit.changedAt > 0 || definition.install.wantedBy.length > 0)
  );
}
function chartOf(daemon: DaemonContext<ManagerState>, unit: UnitState): ChartView {
  const { definition, service } = unit;
  const facts: ChartView['facts'] = [{ name: 'Sub-state', value: unit.sub }];
  if (service !== undefined) {
    if (service.mainPid !== 0) facts.push({ name: 'Main PID', value: String(service.mainPid) });
    if (service.result !== 'success') facts.push({ name: 'Result', value: service.result });
    facts.push({ name: 'Restarts', value: String(service.restarts) });
  }
  if (definition.service !== undefined) {
    facts.push({ name: 'Restart=', value: definition.service.restart });
    facts.push({ name: 'RestartSec=', value: formatTimeSpan(definition.service.restartMicros) });
  }
  facts.push({
    name: 'Start limit',
    value: `${unit.starts.count}/${definition.startLimitBurst} in ${formatTimeSpan(definition.startLimitMicros)}`,
  });
  return {
    id: definition.name,
    chart: 'unit',
    states: STATES,
    transitions: TRANSITIONS.map(([from, to]) => ({ from, to })),
    current: unit.sub === 'auto-restart' ? 'auto-restart' : unit.active,
    since: unit.changedAt === 0 ? 0 : Math.max(0, daemon.kernel.now - (daemon.host.clock() - unit.changedAt)),
    facts,
  };
}
