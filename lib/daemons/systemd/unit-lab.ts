/** A host that boots with systemd, and programs that behave as a test wants. Not part of the simulator. */
import { Kernel } from '../../kernel/kernel';
import { type Micros, SECOND } from '../../std/instant';
import { createNetwork } from '../../world/network/network';
import type { DaemonDefinition, Program } from '../../world/process.contract';
import { PluginRegistry } from '../../world/registry';
import { SimulatedWorld } from '../../world/world';
import type { Host } from '../../world/world.contract';
import { managerOf } from './host-manager';
import { register } from './index';
import type { Manager } from './manager';
import type { UnitState } from './state';

/** Serves until a signal; `serve stubborn` ignores SIGTERM, `serve ready MS` says READY=1 after so long. */
const serve: Program = function* (context) {
  const [kind = '', millis = '0'] = context.argv.slice(1);
  if (kind === 'ready') {
    yield* context.sleep(Number(millis) * 1_000);
    context.notify('READY=1');
  }
  if (kind === 'child') context.spawn({ argv: ['serve', 'stubborn'], path: '/usr/bin/serve' });
  context.become('lab/served', { stubborn: kind === 'stubborn' });
  return yield* context.serve();
};
const served: DaemonDefinition<{ stubborn: boolean }> = {
  kind: 'lab/served',
  onSignal: (daemon, signal) => (signal === 'TERM' && daemon.state.stubborn ? 'handled' : 'default'),
};
/** `exits CODE MS`. */
const exits: Program = function* (context) {
  yield* context.sleep(Number(context.argv[2] ?? '1') * 1_000);
  return Number(context.argv[1] ?? '0');
};
/** Starts a child and ends, as daemons of the old school do. */
const forks: Program = function* (context) {
  const pid = context.spawn({ argv: ['serve'], path: '/usr/bin/serve' });
  if (typeof pid !== 'number') return 1;
  context.fs.writeFile('/run/forks.pid', `${pid}\n`, context.who);
  yield* context.sleep(5_000);
  return 0;
};

export class UnitLab {
  readonly kernel = new Kernel({ seed: 7 });
  readonly world: SimulatedWorld;
  readonly host: Host;
  /** @param units unit files by name, as in /etc/systemd/system */
  constructor(units: Readonly<Record<string, string>>, files: Readonly<Record<string, string>> = {}) {
    const registry = new PluginRegistry();
    register(registry);
    registry.program('lab/serve', serve);
    registry.program('lab/exits', exits);
    registry.program('lab/forks', forks);
    registry.program('lab/kill', function* (context) {
      const [signal = '', pid = ''] = context.argv.slice(1);
      context.world.kill(context.host, Number(pid), signal === '-HUP' ? 'HUP' : 'USR1');
      yield* context.sleep(500);
      return 0;
    });
    registry.daemon(served);
    this.world = new SimulatedWorld({ kernel: this.kernel, registry, network: createNetwork });
    this.host = this.world.addHost({
      name: 'srv',
      init: true,
      interfaces: [],
      packages: ['systemd', 'systemd-sysv', 'bsdutils'],
      files: {
        '/usr/bin/serve': { program: 'lab/serve' },
        '/usr/bin/exits': { program: 'lab/exits' },
        '/usr/bin/forks': { program: 'lab/forks' },
        '/usr/bin/kill': { program: 'lab/kill' },
        ...Object.fromEntries(
          Object.entries(units).map(([name, text]) => [`/etc/systemd/system/${name}`, { text }]),
        ),
        ...Object.fromEntries(Object.entries(files).map(([path, text]) => [path, { text }])),
      },
    });
    this.world.powerOn(this.host);
    this.run(10 * SECOND);
  }
  run(span: Micros): void {
    this.kernel.runUntil(this.kernel.now + span);
  }
  get manager(): Manager {
    const manager = managerOf(this.host);
    if (manager === undefined) throw new Error('systemd does not run');
    return manager;
  }
  unit(name: string): UnitState | undefined {
    return this.manager.unit(name);
  }
  state(name: string): string {
    const unit = this.unit(name);
    return unit === undefined ? 'not loaded' : `${unit.active} (${unit.sub})`;
  }
  mainPid(name: string): number {
    return this.unit(name)?.service?.mainPid ?? 0;
  }
  /** Runs a command to its end: what it printed (stderr after `! `) and its exit code. */
  command(...argv: string[]): { text: string; exit: number } {
    let text = '';
    let exit = -1;
    const sink = (prefix: string) =>
      this.host.streams.sink('pipe', (part) => {
        text += part.replace(/^(?=.)/gm, prefix);
      });
    const name = argv[0] ?? '';
    this.world.spawn(this.host, {
      argv: ['lab'],
      env: new Map([['LANG', 'C.UTF-8']]),
      program: function* (context) {
        const pid = context.spawn({ argv, path: `/usr/bin/${name}` });
        if (typeof pid !== 'number') return 127;
        exit = (yield* context.wait(pid)).code ?? 128;
        return 0;
      },
      fds: new Map([
        [0, this.host.streams.null()],
        [1, sink('')],
        [2, sink('! ')],
      ]),
    });
    for (let i = 0; i < 400_000 && exit === -1; i++) this.run(1_000);
    return { text, exit };
  }
  /** The journal of one unit, without times and pids. */
  journal(unit: string): string[] {
    return this.command('journalctl', '-u', unit, '-o', 'cat').text.trimEnd().split('\n');
  }
  /** Seconds since the first of them at which these messages were logged. */
  moments(pattern: RegExp): number[] {
    const at = this.host.state.log.filter(({ text }) => pattern.test(text)).map((entry) => entry.at);
    return at.map((time) => Math.round((time - (at[0] ?? 0)) / 1_000) / 1_000);
  }
}
