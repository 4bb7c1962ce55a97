/**
 * Plays a recorded case of a whole Debian host: it boots from its files, then
 * its steps are commands of bash, one after the other.
 */
import { Kernel } from '../../kernel/kernel';
import { hostKeyFiles, userKeyFiles } from '../../daemons/sshd/keys';
import { enableUnit } from '../../daemons/systemd/index';
import { interfacesFile } from '../../scenario/build';
import { BASE_PACKAGES } from '../../session/plug-ins';
import { type Micros, SECOND } from '../../std/instant';
import { maskOf, parseCidr } from '../../std/ipv4';
import type { FileSpec } from '../../world/files.contract';
import type { Program, Stream } from '../../world/process.contract';
import { createNetwork } from '../../world/network/network';
import type { PluginRegistry } from '../../world/registry';
import { SIGNAL_NUMBERS } from '../../world/signals';
import { SimulatedWorld } from '../../world/world';
import type { Host } from '../../world/world.contract';
import { labFiles, registerPython } from './python';

interface HostCase {
  recorded?: string;
  setup: {
    hosts: Record<
      string,
      {
        ifaces: Record<string, { segment: string; address: string; gateway?: string }>;
        enable: string[];
        files: Record<string, string>;
      }
    >;
  };
  steps: {
    at: number | null;
    host: string;
    cmd: string;
    dur?: number;
    user?: string;
    background?: boolean;
  }[];
}
export interface StepResult {
  stdout: string;
  stderr: string;
  exit: number;
}
/** What was installed on the recorded hosts beside the base system, as far as it is here. */
const INSTALLED = [
  'haproxy',
  'keepalived',
  'nginx',
  'nftables',
  'rsyslog',
  'cron',
  'openssh-server',
  'openssh-client',
  'ssh',
  'sshd',
  'curl',
  'dnsmasq',
  'rsync',
  'conntrack',
  'tcpdump',
  'procps',
  'psmisc',
];
const ENABLED = ['networking', 'ssh', 'cron', 'rsyslog'];
const USERS = [
  { name: 'alice', uid: 1000, gid: 1000, home: '/home/alice', shell: '/bin/bash', sudo: true },
  { name: 'bob', uid: 1001, gid: 1001, home: '/home/bob', shell: '/bin/bash' },
];
/** Root could log in from host to host by key. */
const ROOT_USER = { name: 'root', uid: 0, gid: 0, home: '/root' };
const LONGEST_STEP = 180 * SECOND;
const LONGEST_BOOT = 300 * SECOND;
const ENVIRONMENT: readonly [string, string][] = [
  ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
  ['LANG', 'C.UTF-8'],
  ['TERM', 'dumb'],
];

export function playHostCase(caseJson: unknown, makeRegistry: () => PluginRegistry): { steps: StepResult[] } {
  // The door: a case has the form that truth/README.md gives.
  const given = caseJson as HostCase;
  const kernel = new Kernel({ seed: 1 });
  const registry = makeRegistry();
  registerPython(registry);
  const world = new SimulatedWorld({ kernel, registry, network: createNetwork, epoch: epochOf(given) });
  build(world, given, registry);
  const play = new Play(world);
  for (const host of world.hosts()) world.powerOn(host);
  for (const host of world.hosts()) play.runUntilUp(host);
  const results: (() => StepResult)[] = [];
  let started = kernel.now;
  let recorded = 0;
  for (const step of given.steps) {
    const at = (step.at ?? recorded) * SECOND;
    play.runTo(started + Math.max(0, Math.round(at - recorded * SECOND)));
    started = kernel.now;
    recorded = step.at ?? recorded;
    results.push(play.step(world.host(step.host), step));
  }
  return { steps: results.map((result) => result()) };
}

/** The recorder wrote down when it was done; boot and steps came before. */
function epochOf(given: HostCase): number {
  const at = Date.parse(given.recorded ?? '2026-11-23T05:30:00Z') * 1_000;
  const last = Math.max(0, ...given.steps.map((step) => step.at ?? 0));
  return at - Math.round(last + 15) * SECOND;
}
function build(world: SimulatedWorld, given: HostCase, registry: PluginRegistry): void {
  const { hosts } = given.setup;
  const names = Object.entries(hosts).map(
    ([name, { ifaces }]) => `${Object.values(ifaces)[0]?.address.split('/')[0] ?? ''}\t${name}`,
  );
  for (const { ifaces } of Object.values(hosts))
    for (const { segment, address } of Object.values(ifaces)) {
      const cidr = parseCidr(address);
      if (cidr !== undefined && !world.state.segments.has(segment))
        world.addSegment(segment, {
          network: (cidr.address & maskOf(cidr.prefix)) >>> 0,
          prefix: cidr.prefix,
        });
    }
  const packages = [...new Set([...BASE_PACKAGES, ...INSTALLED])].filter(
    (name) => registry.packageFiles(name) !== undefined,
  );
  for (const [name, setup] of Object.entries(hosts)) {
    const gateway = Object.values(setup.ifaces).find((device) => device.gateway !== undefined)?.gateway;
    const interfaces = Object.fromEntries(
      Object.entries(setup.ifaces).map(([device, { segment, address }]) => [
        device,
        { zone: segment, address },
      ]),
    );
    const files: Record<string, FileSpec> = {
      ...labFiles(),
      ...hostKeyFiles(name),
      ...userKeyFiles(ROOT_USER, { lab: 'recorder' }),
      '/etc/network/interfaces': { text: interfacesFile({ interfaces, gateway }) },
      '/etc/hosts': { text: `127.0.0.1\tlocalhost\n127.0.1.1\t${name}\n${names.join('\n')}\n` },
      '/etc/hostname': { text: `${name}\n` },
      '/var/log/journal': { directory: true },
      ...Object.fromEntries(
        Object.entries(setup.files).map(([path, text]) => [
          path,
          { text, ...(text.startsWith('#!') ? { mode: 0o755 } : {}) },
        ]),
      ),
    };
    const host = world.addHost({
      name,
      init: true,
      packages,
      files,
      users: USERS,
      interfaces: Object.entries(setup.ifaces).map(([device, { segment }]) => ({
        name: device,
        segment,
        addresses: [],
      })),
    });
    for (const unit of [...ENABLED, ...setup.enable]) enableUnit(host, unit);
  }
}

class Play {
  constructor(private readonly world: SimulatedWorld) {}

  runTo(at: Micros): void {
    if (at > this.world.kernel.now) this.world.kernel.runUntil(at);
  }
  runUntilUp(host: Host): void {
    const limit = this.world.kernel.now + LONGEST_BOOT;
    this.#runWhile(limit, () => host.state.power !== 'on');
  }
  #runWhile(limit: Micros, goesOn: () => boolean): void {
    const { kernel } = this.world;
    while (goesOn() && kernel.now < limit) kernel.runUntil(Math.min(limit, kernel.now + 2_000));
  }
  step(host: Host, step: HostCase['steps'][number]): () => StepResult {
    const { world } = this;
    if (step.cmd === '<reboot>' || step.cmd === '<power-cycle>') {
      const { boots } = host.state;
      if (step.cmd === '<reboot>') world.reboot(host);
      else {
        world.powerOff(host);
        world.powerOn(host);
      }
      this.#runWhile(
        world.kernel.now + LONGEST_BOOT,
        () => host.state.boots === boots || host.state.power !== 'on',
      );
      return () => ({ stdout: '', stderr: '', exit: 0 });
    }
    const texts = { stdout: '', stderr: '' };
    const user = step.user === undefined ? undefined : host.user(step.user);
    const sink = (name: 'stdout' | 'stderr'): Stream =>
      host.streams.sink('pipe', (text) => {
        texts[name] += text;
      });
    const started = world.spawn(host, {
      argv: ['recorder'],
      program: runShell(step.cmd, (status) => {
        exit = status;
      }),
      session: true,
      cwd: user?.home ?? '/root',
      env: new Map([
        ...ENVIRONMENT,
        ['HOME', user?.home ?? '/root'],
        ['USER', user?.name ?? 'root'],
        ['LOGNAME', user?.name ?? 'root'],
      ]),
      ...(user === undefined ? {} : { uid: user.uid, gid: user.gid, groups: user.groups }),
      fds: new Map([
        [0, host.streams.null()],
        [1, sink('stdout')],
        [2, sink('stderr')],
      ]),
    });
    let exit: number | undefined;
    if (typeof started !== 'number')
      return () => ({ ...texts, stderr: `${started.path}: ${started.errno}`, exit: 127 });
    if (step.background !== true)
      this.#runWhile(world.kernel.now + LONGEST_STEP, () => exit === undefined && host.state.power === 'on');
    return () => ({ ...texts, exit: exit ?? 124 });
  }
}
/** Runs bash as a child, as the recorder's agent did, to learn how it ended. */
function runShell(command: string, ended: (exit: number) => void): Program {
  return function* (context) {
    const pid = context.spawn({ argv: ['bash', '-c', command], path: '/bin/bash' });
    if (typeof pid !== 'number') return 127;
    const status = yield* context.wait(pid);
    ended(status.signal === undefined ? (status.code ?? 0) : 128 + SIGNAL_NUMBERS[status.signal]);
    return 0;
  };
}
