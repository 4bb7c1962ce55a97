/**
 * Plays a recorded case of a whole Debian host: it boots from its files, then its steps are commands of bash,
 * one after the other. The hosts were containers of systemd-nspawn, or emulated machines: what that changes
 * (truth/host/FACTS.md §9) is set up here and nowhere else.
 */
import { Kernel } from '../../kernel/kernel';
import { hostKeyFiles, userKeyFiles } from '../../daemons/sshd/keys';
import { enableUnit } from '../../daemons/systemd/index';
import { interfacesFile } from '../../scenario/build';
import { BASE_PACKAGES } from '../../session/plug-ins';
import { type Micros, SECOND } from '../../std/instant';
import { maskOf, parseCidr } from '../../std/ipv4';
import type { FileSpec } from '../../world/files.contract';
import type { Program, SpawnOptions, Stream } from '../../world/process.contract';
import { createNetwork } from '../../world/network/network';
import type { PluginRegistry } from '../../world/registry';
import { ROOT } from '../../world/files';
import { hashPassword } from '../../world/passwords';
import type { Terminal } from '../../world/terminals';
import { SIGNAL_NUMBERS } from '../../world/signals';
import { SimulatedWorld } from '../../world/world';
import type { Host } from '../../world/world.contract';
import { labFiles, registerPython } from './python';

interface HostCase {
  recorded?: string;
  setup: {
    substrate?: string;
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
    tty?: boolean;
  }[];
}
export interface StepResult {
  stdout: string;
  stderr: string;
  /** null: the recorder's own shell ended. */
  exit: number | null;
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
/** Everybody's, root's too. */
const PASSWORD = 'secret';
const SUDOERS =
  'Defaults\tenv_reset\nDefaults\tmail_badpass\nDefaults\tsecure_path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"\nDefaults\tuse_pty\n\nroot\tALL=(ALL:ALL) ALL\n%sudo\tALL=(ALL:ALL) ALL\n\n@includedir /etc/sudoers.d\n';
interface Substrate {
  virtualization: string;
  release: string;
  version: string;
  diskMiB: number;
  /** What network cards are like. */
  card(host: string, position: number): { mac: string; peer?: number; alternatives?: readonly string[] };
  extra: readonly [string, string][];
}
const CONTAINER: Substrate = {
  virtualization: 'systemd-nspawn',
  release: '6.18.44-fc-v769',
  version: '#1 SMP PREEMPT_DYNAMIC @0',
  card: (host, position) => ({
    mac: `52:54:00:${(checksum(host) & 0xff).toString(16).padStart(2, '0')}:00:${String(position + 1).padStart(2, '0')}`,
    peer: position + 3,
  }),
  diskMiB: 10_240,
  extra: [['disk:cgroups', 'v1']],
};
const MACHINE: Substrate = {
  virtualization: 'qemu',
  release: '6.1.0-56-cloud-amd64',
  version: '#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16)',
  card: (host, position) => ({
    mac: `52:54:00:12:34:1${MACHINES.indexOf(host) < 0 ? 9 : MACHINES.indexOf(host)}`,
    alternatives: [`enp0s${position + 3}`, `ens${position + 3}`],
  }),
  diskMiB: 2_048,
  extra: [['disk:cmdline', 'root=/dev/vda rw console=ttyS0 net.ifnames=0']],
};
const MACHINES = ['lb1', 'lb2'];
/** CRC-32, from which the recorder made addresses of cards. */
function checksum(text: string): number {
  let crc = 0xffffffff;
  for (const character of text) {
    crc ^= character.charCodeAt(0);
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
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
];

/** Debian's /etc/login.defs: ENV_PATH has no sbin. */
const USER_PATH: readonly [string, string] = [
  'PATH',
  '/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games',
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
  if (isMachine(given)) for (const host of world.hosts()) logIn(world, host);
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
  const substrate = isMachine(given) ? MACHINE : CONTAINER;
  // The name server of all was the gateway, whether there was one or not.
  const router = Object.values(hosts)
    .flatMap(({ ifaces }) => Object.values(ifaces))
    .find((device) => device.gateway !== undefined)?.gateway;
  // Names come from the DNS where somebody serves it.
  const hasNames = Object.values(hosts).some(({ enable }) => enable.includes('dnsmasq'));
  const names = (hasNames ? [] : Object.entries(hosts)).map(
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
      ...aliceLetsRootIn(),
      '/etc/network/interfaces': { text: interfacesFile({ interfaces, gateway }) },
      '/etc/hosts': { text: `127.0.0.1\tlocalhost\n127.0.1.1\t${name}\n${names.join('\n')}\n` },
      '/etc/hostname': { text: `${name}\n` },
      '/etc/resolv.conf': { text: router === undefined ? '' : `nameserver ${router}\n` },
      '/etc/sudoers': { text: SUDOERS, mode: 0o440 },
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
      diskMiB: substrate.diskMiB,
      packages,
      files,
      users: USERS,
      interfaces: Object.entries(setup.ifaces).map(([device, { segment }], position) => ({
        name: device,
        segment,
        addresses: [],
        ...substrate.card(name, position),
      })),
    });
    settle(host, substrate);
    for (const unit of [...ENABLED, ...setup.enable]) enableUnit(host, unit);
  }
}

function isMachine({ setup }: HostCase): boolean {
  return setup.substrate?.startsWith('qemu') === true;
}
/** A machine's commands were typed at its second serial line, by root. */
function logIn(world: SimulatedWorld, host: Host): void {
  const { id } = host.terminals.create();
  const made = host.state.terminals.get(id);
  if (made === undefined) return;
  host.state.terminals.delete(id);
  host.state.terminals.set(SERIAL, { ...made, id: SERIAL });
  const login = world.spawn(host, {
    argv: ['-bash'],
    program: function* (context) {
      context.signal('HUP', 'ignore');
      for (;;) yield* context.sleep(3_600 * SECOND);
    },
    session: true,
    tty: SERIAL,
    unit: SESSION,
  });
  if (typeof login === 'number') host.terminals.find(SERIAL)?.setSession(login);
}
const SERIAL = 'ttyS1';
const SESSION = 'session-1.scope';
const SESSION_ENVIRONMENT: readonly [string, string][] = [
  ['HUSHLOGIN', 'FALSE'],
  ['INVOCATION_ID', '2d41115190194fbda10af54d4684b61e'],
  ['MAIL', '/var/mail/root'],
  ['MOTD_SHOWN', 'pam'],
  ['OLDPWD', '/root'],
  ['SHELL', '/bin/bash'],
  ['SYSTEMD_EXEC_PID', '356'],
  ['TERM', 'linux'],
  ['XDG_RUNTIME_DIR', '/run/user/0'],
  ['XDG_SESSION_CLASS', 'user'],
  ['XDG_SESSION_ID', '1'],
  ['XDG_SESSION_TYPE', 'tty'],
];

/** The key that root has everywhere opens alice's account too. */
function aliceLetsRootIn(): Record<string, FileSpec> {
  const own = { uid: 1000, gid: 1000 };
  const keys = userKeyFiles(ROOT_USER, { lab: 'recorder' })['/root/.ssh/authorized_keys'];
  return {
    '/home/alice/.ssh': { directory: true, mode: 0o700, ...own },
    '/home/alice/.ssh/authorized_keys': { ...keys, ...own, mode: 0o600 },
  };
}

/** A kernel that is not Debian's, and passwords. */
function settle(host: Host, { virtualization, release, version, extra }: Substrate): void {
  const kernel: [string, string][] = [
    ['disk:virtualization', virtualization],
    ['disk:kernel.osrelease', release],
    ['disk:kernel.version', version],
  ];
  for (const [key, value] of [...kernel, ...extra]) host.state.extra.set(key, value);
  // The machine's disk had no partitions.
  const root = host.state.mounts.find(({ point }) => point === '/');
  if (root !== undefined && virtualization === 'qemu') root.source = '/dev/vda';
  host.state.sysctl.set('kernel.osrelease', release);
  host.state.sysctl.set('kernel.version', version);
  if (virtualization !== 'qemu')
    for (const terminal of ['/dev/tty0', '/dev/tty1']) host.fs.unlink(terminal, ROOT);
  const shadow = host.fs.readFile('/etc/shadow', ROOT);
  if (typeof shadow !== 'string') return;
  const today = Math.floor(host.clock() / 86_400_000_000);
  const lines = shadow.split('\n').map((line) => {
    const [name = '', , , ...rest] = line.split(':');
    return ['root', ...USERS.map((user) => user.name)].includes(name)
      ? [name, hashPassword(PASSWORD, name), today, ...rest].join(':')
      : line;
  });
  host.fs.writeFile('/etc/shadow', lines.join('\n'), ROOT);
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
    if (step.tty === true) return this.#typed(host, step);
    let exit: number | undefined;
    const sink = (name: 'stdout' | 'stderr'): Stream =>
      host.streams.sink('pipe', (text) => {
        texts[name] += text;
      });
    const started = world.spawn(host, {
      ...this.#login(host, step.user, 'dumb'),
      argv: ['recorder'],
      program: runShell(step.cmd, (status) => {
        exit = status;
      }),
      fds: new Map([
        [0, host.streams.null()],
        [1, sink('stdout')],
        [2, sink('stderr')],
      ]),
    });
    if (typeof started !== 'number')
      return () => ({ ...texts, stderr: `${started.path}: ${started.errno}`, exit: 127 });
    if (step.background !== true)
      this.#runWhile(world.kernel.now + LONGEST_STEP, () => exit === undefined && host.state.power === 'on');
    return () => ({ ...texts, exit: exit ?? 124 });
  }
  #login(host: Host, name: string | undefined, term: string): Omit<SpawnOptions, 'argv'> {
    const user = name === undefined ? undefined : host.user(name);
    const isSerial = host.state.terminals.has(SERIAL);
    return {
      session: true,
      unit: isSerial ? SESSION : '/',
      cwd: user?.home ?? '/root',
      env: new Map([
        ...ENVIRONMENT,
        ['TERM', term],
        ...(user === undefined ? [] : [USER_PATH]),
        ['HOME', user?.home ?? '/root'],
        ['USER', user?.name ?? 'root'],
        ['LOGNAME', user?.name ?? 'root'],
        ...(isSerial ? SESSION_ENVIRONMENT : []),
      ]),
      ...(user === undefined ? {} : { uid: user.uid, gid: user.gid, groups: user.groups }),
    };
  }
  /** A command typed at an interactive shell, and whatever it asks for. */
  #typed(host: Host, step: HostCase['steps'][number]): () => StepResult {
    const { world } = this;
    const terminal = host.terminals.create({ columns: 200, rows: 50 });
    const { slave } = terminal;
    const login = this.#login(host, step.user, 'xterm-256color');
    const shell = world.spawn(host, {
      ...login,
      argv: ['bash', '--norc'],
      path: '/bin/bash',
      env: new Map([...(login.env ?? []), ['PS1', '\u0001$?\u0002'], ['HISTFILE', '/dev/null']]),
      tty: terminal.id,
      fds: new Map([
        [0, slave],
        [1, slave],
        [2, slave],
      ]),
    });
    if (typeof shell !== 'number') return () => ({ stdout: '', stderr: 'no shell', exit: 127 });
    terminal.setSession(shell);
    const keyboard = new Keyboard(this, host, terminal, shell);
    keyboard.type('true', SECOND);
    const seen = keyboard.type(step.cmd, Math.round(Math.max(1, step.dur ?? 2) * SECOND));
    world.kill(host, shell, 'HUP');
    this.runTo(world.kernel.now + 20_000);
    host.terminals.remove(terminal.id);
    return () => ({ stdout: seen.text, stderr: '', exit: seen.exit });
  }
}
/** Types for somebody who knows the passwords, says yes, and leaves what does not end by itself. */
class Keyboard {
  #printed = '';
  constructor(
    private readonly play: Play,
    private readonly host: Host,
    private readonly terminal: Terminal,
    private readonly shell: number,
  ) {}

  type(command: string, patience: Micros): { text: string; exit: number | null } {
    const { kernel } = this.host.world;
    this.#wait(() => this.#prompt() !== undefined, kernel.now + SECOND);
    this.#printed = '';
    this.terminal.input(`${command}\n`);
    const limit = kernel.now + patience;
    for (let leaving = 0; leaving < 8; ) {
      this.#wait(
        () => this.#prompt() !== undefined || this.#isOver() || this.#asks(),
        limit + leaving * SECOND,
      );
      if (this.#prompt() !== undefined || this.#isOver()) break;
      if (this.#asks()) this.#answer(leaving > 0);
      else {
        this.#leave(leaving);
        leaving += 1;
      }
      this.play.runTo(kernel.now + 20_000);
    }
    const exit = this.#prompt();
    const text = this.#printed.replace(/^[^\n]*\n/, '').replace(/\u0001\d*\u0002$/, '');
    return { text, exit: exit ?? null };
  }
  #wait(until: () => boolean, limit: Micros): void {
    const { kernel } = this.host.world;
    for (;;) {
      this.#printed += this.terminal.takeOutput();
      if (until() || kernel.now >= limit) return;
      this.play.runTo(Math.min(limit, kernel.now + 5_000));
    }
  }
  #prompt(): number | undefined {
    const match = /\u0001(\d*)\u0002$/.exec(this.#printed);
    return match === null ? undefined : Number(match[1]);
  }
  #isOver(): boolean {
    const process = this.host.process(this.shell);
    return process === undefined || process.state === 'zombie';
  }
  /** Something waits for a line, and not a program that reads whatever comes. */
  #asks(): boolean {
    const { state } = this.terminal;
    if (state === undefined || !this.terminal.isAwaited) return false;
    if (!state.canonical) return /[$#] $/.test(this.#printed);
    return !state.echo || /(\? |[$#] |: )$/.test(this.#printed);
  }
  #answer(isLate: boolean): void {
    const { state } = this.terminal;
    if (state?.canonical === false) this.terminal.input('exit\r');
    else if (state?.echo === false) this.terminal.input(`${PASSWORD}\n`);
    else this.terminal.input(/\? $/.test(this.#printed) && !isLate ? 'yes\n' : 'exit\n');
  }
  /** Ctrl-D for who reads lines, `q` for who reads keys, Ctrl-C for the rest. */
  #leave(attempt: number): void {
    const { state } = this.terminal;
    if (state?.canonical === false)
      this.terminal.input([':q!\r', 'q', '\x18', '\x1b:q!\r'][attempt % 4] ?? 'q');
    else this.terminal.input(this.terminal.isAwaited && attempt === 0 ? '\x04' : '\x03');
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
