/** What a host's own processes, units and meters say at this moment. */
import { SECOND, type Micros } from '../std/instant';
import { numberOf, textOf } from '../world/parameters';
import type { Host } from '../world/world.contract';
import { type Judgement, type ObjectiveDefinition, WAITING } from './definition';

const WHERE = { name: 'host', type: 'host', required: true, description: 'Which machine.' } as const;
const OFF: Judgement = Object.freeze({ state: 'measuring', progress: 0, measured: 'no power' });
function judged(isMet: boolean, measured: string): Judgement {
  return { state: isMet ? 'met' : 'measuring', progress: isMet ? 1 : 0, measured };
}

export const unitState: ObjectiveDefinition<Record<string, never>> = {
  kind: 'unit-state',
  title: 'Unit',
  description: 'A systemd unit is in a state (active unless given), or enabled, or not.',
  parameters: [
    WHERE,
    { name: 'unit', type: 'unit', required: true, description: 'For instance haproxy or haproxy.service.' },
    {
      name: 'state',
      type: 'choice',
      required: false,
      description: 'As `systemctl is-active` says it.',
      choices: ['active', 'inactive', 'failed', 'activating', 'deactivating'],
    },
    { name: 'enabled', type: 'flag', required: false, description: 'Whether it starts at boot.' },
  ],
  start: () => ({}),
  sample(_state, values, seen) {
    const host = seen.world.host(textOf(values, 'host'));
    if (host.state.power === 'off') return OFF;
    const given = textOf(values, 'unit');
    const name = given.includes('.') ? given : `${given}.service`;
    const unit = seen.world.registry.units(host).find((row) => row.name === name);
    const { enabled } = values;
    const wanted = textOf(values, 'state') || (enabled === undefined ? 'active' : '');
    const active = unit?.active ?? 'inactive';
    const isEnabled = unit?.enabled.startsWith('enabled') === true;
    const isMet = (wanted === '' || active === wanted) && (enabled === undefined || enabled === isEnabled);
    const measured = enabled === undefined ? active : `${active}, ${unit?.enabled || 'not enabled'}`;
    return judged(isMet, measured);
  },
};

export const processState: ObjectiveDefinition<Record<string, never>> = {
  kind: 'process-state',
  title: 'Process',
  description: 'Processes of a name are there, stopped, or absent.',
  parameters: [
    WHERE,
    { name: 'process', type: 'text', required: true, description: 'Name as `ps` shows it in COMMAND.' },
    {
      name: 'state',
      type: 'choice',
      required: false,
      description: 'running unless given.',
      choices: ['running', 'stopped', 'absent'],
    },
    { name: 'at-least', type: 'number', required: false, description: 'How many of them; 1 unless given.' },
  ],
  start: () => ({}),
  sample(_state, values, seen) {
    const host = seen.world.host(textOf(values, 'host'));
    const wanted = textOf(values, 'state') || 'running';
    const named = host
      .processes()
      .filter(({ comm, state }) => comm === textOf(values, 'process') && state !== 'zombie');
    if (wanted === 'absent') return judged(named.length === 0, `${named.length} run`);
    if (host.state.power === 'off') return OFF;
    const count = named.filter(({ state }) => state === wanted).length;
    return judged(count >= numberOf(values, 'at-least', 1), `${count} ${wanted}`);
  },
};

export const configurationRuns: ObjectiveDefinition<Record<string, never>> = {
  kind: 'configuration-runs',
  title: 'Configuration in force',
  description: "A file passes its daemon's own test, and the daemon runs with just this text.",
  parameters: [WHERE, { name: 'path', type: 'path', required: true, description: 'The configuration file.' }],
  start: () => ({}),
  sample(_state, values, seen) {
    const host = seen.world.host(textOf(values, 'host'));
    if (host.state.power === 'off') return OFF;
    const path = textOf(values, 'path');
    const text = host.fs.readFile(path, { uid: 0, gid: 0, groups: [] });
    if (typeof text !== 'string') return judged(false, 'cannot be read');
    const checker = seen.world.registry.findChecker(path);
    const checked = checker?.check(host, path, text);
    if (checked !== undefined && checked.exit !== 0)
      return judged(false, checked.output.trim().split('\n')[0] ?? 'does not pass its test');
    const running = runningTexts(host, path);
    if (running.length === 0) return judged(false, 'nothing runs with it');
    return judged(
      running.every((known) => known === text),
      running.includes(text) ? 'in force' : 'not reloaded',
    );
  },
};
function runningTexts(host: Host, path: string): string[] {
  return host.processes().flatMap(({ pid, daemon, state }) => {
    if (daemon === undefined || state === 'zombie') return [];
    const context = host.daemonContext(pid);
    if (context === undefined) return [];
    const files = host.world.registry.findDaemon(daemon.kind)?.runningFiles?.(context) ?? [];
    return files.filter((file) => file.path === path).map(({ text }) => text);
  });
}

interface Meter {
  at: Micros;
  cpuMicros: number;
}
export const resourceBelow: ObjectiveDefinition<{ before: Meter[] }> = {
  kind: 'resource-below',
  title: 'Resource',
  description: 'A host uses less than this share of its processor, memory, disk or inodes.',
  parameters: [
    WHERE,
    {
      name: 'resource',
      type: 'choice',
      required: true,
      description: 'Which. Processor: over the last ten seconds.',
      choices: ['processor', 'memory', 'disk', 'inodes'],
    },
    { name: 'below', type: 'share', required: true, description: 'Share of what there is, 0 to 1.' },
    {
      name: 'mount',
      type: 'path',
      required: false,
      description: 'Mount point for disk and inodes; / unless given.',
    },
  ],
  start: () => ({ before: [] }),
  sample(state, values, seen) {
    const host = seen.world.host(textOf(values, 'host'));
    if (host.state.power === 'off') return OFF;
    const share = shareOf(
      host,
      textOf(values, 'resource'),
      textOf(values, 'mount') || '/',
      state.before,
      seen.now,
    );
    if (share === undefined) return WAITING;
    return judged(share < numberOf(values, 'below', 1), `${(share * 100).toFixed(0)} % used`);
  },
};
const METER_OVER = 10 * SECOND;
function shareOf(
  host: Host,
  resource: string,
  mount: string,
  before: Meter[],
  now: Micros,
): number | undefined {
  const { state } = host;
  const disk = state.mounts.find(({ point }) => point === mount);
  switch (resource) {
    case 'memory': {
      const used = host
        .processes()
        .reduce((sum, process) => sum + (process.state === 'zombie' ? 0 : process.rssKiB), 90_000);
      return used / (state.memoryMiB * 1024);
    }
    case 'disk':
      return disk === undefined ? undefined : disk.used / disk.size;
    case 'inodes':
      return disk === undefined ? undefined : disk.inodesUsed / disk.inodes;
    default: {
      before.push({ at: now, cpuMicros: state.cpuMicros });
      while ((before[0]?.at ?? now) < now - METER_OVER) before.shift();
      const first = before[0];
      return first === undefined || first.at === now
        ? undefined
        : Math.max(0, state.cpuMicros - first.cpuMicros) / ((now - first.at) * state.cores);
    }
  }
}
