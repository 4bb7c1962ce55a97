/** A small lab for tests of tools and services: hosts without init, commands run by hand, a shell that only runs one command. Not part of the simulator. */
import { Kernel } from '../kernel/kernel';
import { parseCidr } from '../std/ipv4';
import { type Micros, SECOND } from '../std/instant';
import type { FileSpec } from '../world/files.contract';
import type { ProgramContext, ProgramRun, SpawnOptions } from '../world/process.contract';
import { createNetwork } from '../world/network/network';
import { PluginRegistry } from '../world/registry';
import { SIGNAL_NUMBERS } from '../world/signals';
import type { Host, HostSetup, Registry } from '../world/world.contract';
import { SimulatedWorld } from '../world/world';

export interface Outcome {
  stdout: string;
  stderr: string;
  /** 128 + number for a signal; undefined: it did not end. */
  exit: number | undefined;
  pid: number;
}
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin';

export class ToolLab {
  readonly kernel: Kernel;
  readonly world: SimulatedWorld;
  constructor(
    plugIns: readonly ((registry: Registry) => void)[],
    options: { seed?: number; epoch?: number } = {},
  ) {
    this.kernel = new Kernel({ seed: options.seed ?? 1 });
    const registry = new PluginRegistry();
    registry.program('lab/sh', labShell);
    registry.package('lab-shell', {
      '/usr/bin/sh': { program: 'lab/sh' },
      '/usr/bin/bash': { program: 'lab/sh' },
    });
    for (const register of plugIns) register(registry);
    this.world = new SimulatedWorld({
      kernel: this.kernel,
      registry,
      network: createNetwork,
      ...(options.epoch === undefined ? {} : { epoch: options.epoch }),
    });
  }
  segment(name: string, subnet: string): this {
    const cidr = parseCidr(subnet);
    if (cidr !== undefined) this.world.addSegment(name, cidr);
    return this;
  }
  /** `interfaces`: name → `segment address/prefix`. */
  host(
    name: string,
    interfaces: Record<string, string>,
    setup: Partial<HostSetup> & { files?: Record<string, FileSpec> } = {},
  ): Host {
    return this.world.addHost({
      name,
      interfaces: Object.entries(interfaces).map(([device, text]) => {
        const [segment = '', ...addresses] = text.split(' ');
        return {
          name: device,
          segment,
          addresses: addresses.map((address) => {
            const cidr = parseCidr(address);
            return { ip: cidr?.address ?? 0, prefix: cidr?.prefix ?? 32 };
          }),
        };
      }),
      ...setup,
      packages: ['lab-shell', ...(setup.packages ?? [])],
    });
  }
  /** Starts a command; `outcome` fills up as time goes on. */
  start(
    hostName: string,
    command: string | readonly string[],
    options: {
      user?: string;
      stdin?: string;
      env?: Record<string, string>;
      cwd?: string;
      spawn?: Partial<SpawnOptions>;
    } = {},
  ): Outcome {
    const host = this.world.host(hostName);
    const outcome: Outcome = { stdout: '', stderr: '', exit: undefined, pid: 0 };
    const user = host.user(options.user ?? 'root');
    const argv = typeof command === 'string' ? wordsOf(command) : [...command];
    const program = function* (context: ProgramContext): ProgramRun {
      const path = findOnPath(context, argv[0] ?? '');
      const child =
        path === undefined
          ? ({ errno: 'ENOENT', path: argv[0] ?? '' } as const)
          : context.spawn({ argv, path, group: 'new', ...options.spawn });
      if (typeof child !== 'number') {
        outcome.stderr += `${argv[0] ?? ''}: ${child.errno}\n`;
        outcome.exit = 127;
        return 0;
      }
      outcome.pid = child;
      const status = yield* context.wait(child);
      outcome.exit = status.signal === undefined ? (status.code ?? 0) : 128 + SIGNAL_NUMBERS[status.signal];
      return 0;
    };
    this.world.spawn(host, {
      argv: ['lab'],
      program,
      uid: user?.uid ?? 0,
      gid: user?.gid ?? 0,
      groups: user?.groups ?? [],
      cwd: options.cwd ?? user?.home ?? '/',
      env: new Map(
        Object.entries({
          PATH,
          HOME: user?.home ?? '/',
          USER: user?.name ?? 'root',
          LANG: 'C.UTF-8',
          ...options.env,
        }),
      ),
      fds: new Map([
        [0, options.stdin === undefined ? host.streams.null() : host.streams.text(options.stdin)],
        [1, host.streams.sink('pipe', (text) => void (outcome.stdout += text))],
        [2, host.streams.sink('pipe', (text) => void (outcome.stderr += text))],
      ]),
    });
    return outcome;
  }
  /** Runs a command to its end, at most `within`. */
  run(
    hostName: string,
    command: string | readonly string[],
    options: Parameters<ToolLab['start']>[2] & { within?: Micros } = {},
  ): Outcome {
    const outcome = this.start(hostName, command, options);
    const limit = this.kernel.now + (options.within ?? 60 * SECOND);
    while (outcome.exit === undefined && this.kernel.now < limit && this.kernel.step());
    return outcome;
  }
  /** Lets time pass. */
  pass(micros: Micros): void {
    this.kernel.runUntil(this.kernel.now + micros);
  }
  file(hostName: string, path: string): string | undefined {
    const text = this.world.host(hostName).fs.readFile(path, { uid: 0, gid: 0, groups: [] });
    return typeof text === 'string' ? text : undefined;
  }
  /** What the host logged: `tag[pid]: text`. */
  log(hostName: string): string[] {
    return this.world
      .host(hostName)
      .state.log.map(({ tag, pid, text }) => `${tag}${pid === undefined ? '' : `[${pid}]`}: ${text}`);
  }
}

function wordsOf(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? '',
  );
}

function findOnPath(context: ProgramContext, name: string): string | undefined {
  if (name.includes('/')) return context.resolve(name);
  for (const directory of (context.env.get('PATH') ?? PATH).split(':'))
    if (context.fs.access(`${directory}/${name}`, 1, context.who) === undefined)
      return `${directory}/${name}`;
  return undefined;
}

/** `sh -c 'a; b'`, `sh SCRIPT`, or lines of standard input: commands without any syntax but `;`, `exit` and `echo`. */
function* labShell(context: ProgramContext): ProgramRun {
  const args = context.argv.slice(1).filter((word) => word !== '-e' && word !== '-l' && word !== '--login');
  const at = args.indexOf('-c');
  if (at >= 0) return yield* runLines(context, (args[at + 1] ?? '').split(/[;\n]/));
  const [script] = args;
  if (script !== undefined) {
    const text = context.fs.readFile(context.resolve(script), context.who);
    return yield* runLines(context, typeof text === 'string' ? text.split(/[;\n]/) : []);
  }
  const interactive = context.stdin.tty !== undefined;
  if (interactive) context.signal('INT', 'handle');
  for (let last = 0; ; ) {
    if (interactive) yield* context.out('$ ');
    const line = yield* context.readLine();
    if (line === '' || line.trim() === 'exit') return last;
    last = yield* runLines(context, line.split(';'));
  }
}
function* runLines(context: ProgramContext, lines: readonly string[]): ProgramRun {
  let last = 0;
  for (const line of lines) {
    const [name = '', ...rest] = wordsOf(line);
    if (name === '' || name.startsWith('#')) continue;
    if (name === 'exit') return Number(rest[0] ?? last);
    if (name === 'echo') {
      yield* context.out(
        `${rest.map((word) => (word.startsWith('$') ? (context.env.get(word.slice(1)) ?? '') : word)).join(' ')}\n`,
      );
      continue;
    }
    const path = findOnPath(context, name);
    const child = path === undefined ? undefined : context.spawn({ argv: [name, ...rest], path });
    if (typeof child !== 'number') {
      yield* context.err(`bash: line 1: ${name}: command not found\n`);
      last = 127;
      continue;
    }
    const status = yield* context.wait(child);
    last = status.signal === undefined ? (status.code ?? 0) : 128 + SIGNAL_NUMBERS[status.signal];
  }
  return last;
}
