/**
 * The world: hosts, segments, processes and the network over one kernel.
 * `save` and `load` take and give back everything that decides the future;
 * registries, streams and running programs are not part of it.
 */
import type { HandlerId, Kernel } from '../kernel/kernel';
import { assert } from '../std/assert';
import { type Micros, SECOND } from '../std/instant';
import { formatMac } from './mac';
import { clonePlain } from '../std/plain';
import { filesOfName, fillHomes, installBaseSystem } from './base-system';
import { type DiskImage, emptyInodes } from './files';
import type { FileSpec } from './files.contract';
import { SimulatedHost } from './host';
import { defaultSysctl } from './kernel-settings';
import type { Hop, Network, NetworkFactory } from './network.contract';
import { registerHttpClient } from './http-client';
import { packetAt } from './network/header';
import { registerProcFiles } from './proc-files';
import type { ExitStatus, SignalName, SpawnError, SpawnOptions } from './process.contract';
import { ownerOf } from './process-context';
import { type ParkedProgram, Processes } from './processes';
import { PluginRegistry } from './registry';
import { registerTerminals } from './terminals';
import type { Host, HostSetup, HostState, InterfaceState, World, WorldState } from './world.contract';

/** Firmware and kernel, before init runs. */
const FIRMWARE_MICROS = 2 * SECOND;
/** Where numbers of processes go on after init and the kernel's threads on a small machine. */
const FIRST_USER_PID = 214;
const MOST_TRACES = 6_000;
const ROOT_SYSTEM_BYTES = 1_180 * 1024 * 1024;
/** 2026-11-23 14:00:00 UTC. */
export const DEFAULT_EPOCH = 1_795_442_400 * SECOND;

type CallbackRun = (
  context: { world: World; host: Host; pid: number; data: unknown },
  event: unknown,
) => void;
export interface WorldOptions {
  kernel: Kernel;
  network: NetworkFactory;
  registry?: PluginRegistry;
  epoch?: number;
}
/** The steps of one request, when each was, and two ports for each: what many requests have in common is one record. */
interface Trace {
  id: number;
  label: string;
  hops: Hop[];
  at: Micros[];
  ports: number[];
}
/** Told what processes say through sd_notify and when hosts boot: systemd's place. */
export type NotifyListener = (host: Host, pid: number, message: string) => void;

export class SimulatedWorld implements World {
  readonly kernel: Kernel;
  readonly registry: PluginRegistry;
  readonly network: Network;
  state: WorldState;
  readonly processTable: Processes;
  readonly #hosts = new Map<string, SimulatedHost>();
  readonly #setups = new Map<string, HostSetup>();
  /** Disks of hosts that are set up alike, by what they are set up with: each is written once. */
  readonly #images = new Map<string, DiskImage>();
  readonly #callbacks = new Map<string, CallbackRun>();
  /** Templates are shared, because what lives long is dear. */
  readonly #traces = new Map<number, Trace>();
  readonly #bootHandler: HandlerId;
  #notifyListener: NotifyListener | undefined;
  #wakeListener: ((key: string) => void) | undefined;
  tracing = true;

  constructor(options: WorldOptions) {
    this.kernel = options.kernel;
    this.registry = options.registry ?? new PluginRegistry();
    this.state = {
      epoch: options.epoch ?? DEFAULT_EPOCH,
      segments: new Map(),
      hosts: new Map(),
      net: undefined,
      extra: new Map([['nextTrace', 1]]),
    };
    this.processTable = new Processes({
      world: this,
      kernel: this.kernel,
      notify: (host, pid, message) => this.#notifyListener?.(host, pid, message),
    });
    this.#bootHandler = this.kernel.handler<{ host: string; boot: string }>('world.boot', ({ host, boot }) =>
      this.#startInit(this.host(host), boot),
    );
    this.callback<{ signal: SignalName }>('process.signal', ({ host, pid, data }) => {
      const process = host.process(pid);
      if (process !== undefined) this.processTable.deliver(host, process, data.signal);
    });
    this.callback<{ pid: number; status: ExitStatus }>('process.child-exit', ({ host, pid, data }) => {
      const parent = host.process(pid);
      if (parent !== undefined) this.processTable.childExitNow(host, parent, data.pid, data.status);
    });
    registerTerminals((name, run) => this.callback(name, run));
    registerHttpClient(this);
    if (this.registry.findVirtualFiles('/proc') === undefined) registerProcFiles(this.registry);
    this.network = options.network(this);
    for (const definition of this.registry.daemons()) definition.register?.(this);
  }

  // ---------------------------------------------------------------- what exists
  host(name: string): Host {
    const host = this.#hosts.get(name);
    assert(host !== undefined, `there is no host "${name}"`);
    return host;
  }
  findHost(name: string): Host | undefined {
    const host = this.#hosts.get(name);
    return host?.state.removed === true ? undefined : host;
  }
  hosts(): Host[] {
    return [...this.#hosts.values()].filter(({ state }) => state.removed !== true);
  }
  addSegment(
    name: string,
    subnet: { network: number; prefix: number },
    options: { latencyMicros?: number; zone?: string } = {},
  ): void {
    this.state.segments.set(name, {
      name,
      network: subnet.network,
      prefix: subnet.prefix,
      latencyMicros: options.latencyMicros ?? 100,
      zone: options.zone,
    });
  }
  addHost(setup: HostSetup): Host {
    assert(this.findHost(setup.name) === undefined, `host "${setup.name}" exists already`);
    const host = new SimulatedHost(this, setup.name, this.processTable);
    this.#hosts.set(setup.name, host);
    this.#setups.set(setup.name, setup);
    this.state.hosts.set(setup.name, this.#freshState(setup));
    host.fs.setUp(() => this.#installAll(host, setup));
    if (setup.init !== true) this.#applySetup(host, setup);
    return host;
  }
  #installAll(host: SimulatedHost, setup: HostSetup): void {
    const { packages = [], users = [], diskMiB, memoryMiB } = setup;
    const key = JSON.stringify([packages, users, diskMiB, memoryMiB]);
    const image = this.#images.get(key);
    if (image === undefined) {
      this.#installSystem(host, setup);
      this.#images.set(key, host.fs.image());
    } else {
      host.fs.putImage(image);
      this.#installFiles(host, filesOfName(setup.name));
    }
    this.#installFiles(host, setup.files ?? {});
  }
  /** What hosts with the same packages and users have alike, but for the files of a name. */
  #installSystem(host: SimulatedHost, setup: HostSetup): void {
    installBaseSystem(host.fs, setup);
    for (const name of setup.packages ?? []) {
      const files = this.registry.packageFiles(name);
      assert(files !== undefined, `there is no package "${name}"`);
      this.#installFiles(host, files);
    }
    fillHomes(host.fs, setup);
  }
  #installFiles(host: Host, files: Readonly<Record<string, FileSpec>>): void {
    for (const [path, spec] of Object.entries(files)) this.#install(host, path, spec);
  }
  #install(host: Host, path: string, spec: FileSpec): void {
    const failed = host.install(path, spec);
    assert(failed === undefined, `${path} cannot be put on "${host.name}": ${failed?.errno}`);
  }
  #freshState(setup: HostSetup): HostState {
    const disk = (setup.diskMiB ?? 10_240) * 1024 * 1024;
    const memory = (setup.memoryMiB ?? 1_024) * 1024 * 1024;
    const index = this.#nextIndex();
    const interfaces = new Map<string, InterfaceState>([
      ['lo', this.#interface({ name: 'lo', segment: undefined, mac: '00:00:00:00:00:00' }, 1)],
    ]);
    setup.interfaces.forEach((device, position) =>
      interfaces.set(
        device.name,
        this.#interface(
          {
            name: device.name,
            segment: device.segment,
            mac: device.mac ?? formatMac(index, position),
            ...(device.peer === undefined ? {} : { peer: device.peer }),
            ...(device.alternatives === undefined ? {} : { alternatives: device.alternatives }),
          },
          position + 2,
        ),
      ),
    );
    const clock = this.state.epoch + this.kernel.now;
    return {
      name: setup.name,
      zone: setup.zone,
      kind: setup.kind ?? 'server',
      power: setup.init === true ? 'off' : 'on',
      frozen: false,
      bootedAt: this.kernel.now,
      bootId: '',
      boots: 0,
      clockSkew: 0,
      hostname: setup.name,
      cores: setup.cores ?? 2,
      memoryMiB: setup.memoryMiB ?? 1_024,
      diskMiB: setup.diskMiB ?? 10_240,
      interfaces,
      routes: [],
      neighbours: new Map(),
      terminals: new Map(),
      ruleset: { generation: 1, tables: [], nextHandle: 1 },
      conntrack: new Map(),
      sysctl: defaultSysctl(
        [...interfaces.keys()].filter((name) => name !== 'lo'),
        setup.name,
      ),
      processes: new Map(),
      nextPid: 1,
      inodes: emptyInodes(clock),
      nextInode: 2,
      log: [],
      coreBusyUntil: Array.from({ length: setup.cores ?? 2 }, () => 0),
      cpuMicros: 0,
      packages: [...(setup.packages ?? [])],
      held: [],
      extra: new Map(),
      mounts: [
        {
          source: '/dev/vda1',
          point: '/',
          type: 'ext4',
          options: ['rw', 'relatime', 'errors=remount-ro'],
          size: disk,
          used: Math.min(ROOT_SYSTEM_BYTES, disk / 2),
          inodes: Math.floor(disk / 16_384),
          inodesUsed: 38_000,
        },
        {
          source: 'tmpfs',
          point: '/run',
          type: 'tmpfs',
          options: [
            ...['rw', 'nosuid', 'nodev', 'noexec', 'relatime'],
            ...[`size=${Math.floor(memory / 10_240)}k`, 'mode=755', 'inode64'],
          ],
          size: Math.floor(memory / 10),
          used: 548 * 1024,
          inodes: 130_000,
          inodesUsed: 1,
        },
        {
          source: 'tmpfs',
          point: '/dev/shm',
          type: 'tmpfs',
          options: ['rw', 'nosuid', 'nodev', 'inode64'],
          size: Math.floor(memory / 2),
          used: 0,
          inodes: 130_000,
          inodesUsed: 1,
        },
        {
          source: 'tmpfs',
          point: '/run/lock',
          type: 'tmpfs',
          options: ['rw', 'nosuid', 'nodev', 'noexec', 'relatime', 'size=5120k', 'inode64'],
          size: 5 * 1024 * 1024,
          used: 0,
          inodes: 130_000,
          inodesUsed: 1,
        },
      ],
    };
  }
  /** Numbers of machines are not given out twice: MAC addresses are made of them. */
  #nextIndex(): number {
    const { extra, hosts } = this.state;
    const made = extra.get('hostsMade') as number | undefined;
    if (made !== undefined) extra.set('hostsMade', made + 1);
    return (made ?? hosts.size) + 1;
  }
  /** The machine is carried away. Whoever still waits for it gets no answer, as from one without power. */
  removeHost(name: string): void {
    const host = this.host(name);
    this.powerOff(host);
    host.state.removed = true;
    for (const device of host.state.interfaces.values()) device.segment = undefined;
    if (!this.state.extra.has('hostsMade')) this.state.extra.set('hostsMade', this.state.hosts.size);
    this.network.forgetCaches?.();
  }
  removeSegment(name: string): void {
    this.state.segments.delete(name);
    this.network.forgetCaches?.();
  }
  /** A card is put in, taken out (no segment) or its cable is moved; an interface that was in use is down. */
  setInterface(host: Host, name: string, segment: string | undefined): void {
    const { interfaces } = host.state;
    const known = interfaces.get(name);
    if (known !== undefined) {
      if (known.up) this.network.setAdminState(host, name, false);
      known.segment = segment;
    } else {
      if (!this.state.extra.has('hostsMade')) this.state.extra.set('hostsMade', this.state.hosts.size);
      const mac = formatMac(this.#nextIndex(), interfaces.size);
      interfaces.set(name, this.#interface({ name, segment, mac }, interfaces.size + 1));
      const names = [...interfaces.keys()].filter((other) => other !== 'lo');
      for (const [key, value] of defaultSysctl(names, host.name))
        if (!host.state.sysctl.has(key)) host.state.sysctl.set(key, value);
    }
    this.network.forgetCaches?.();
  }
  #interface(
    device: Pick<InterfaceState, 'name' | 'segment' | 'mac' | 'peer' | 'alternatives'>,
    index: number,
  ): InterfaceState {
    // Field by field: packets look at it, and what is made by spreading has a layout of its own each time.
    const made: InterfaceState = {
      name: device.name,
      segment: device.segment,
      mac: device.mac,
      index,
      addresses: [],
      up: false,
      carrier: true,
      mtu: device.name === 'lo' ? 65_536 : 1_500,
      counters: new Float64Array(5),
      impairment: undefined,
    };
    if (device.peer !== undefined) made.peer = device.peer;
    if (device.alternatives !== undefined) made.alternatives = device.alternatives;
    return made;
  }
  /** A lab host without init: what the set-up says is in force. */
  #applySetup(host: Host, setup: HostSetup): void {
    this.#loopbackUp(host);
    for (const [key, value] of Object.entries(setup.sysctl ?? {})) {
      if (host.state.sysctl.has(key)) host.setSysctl(key, value);
      else host.state.sysctl.set(key, value);
    }
    for (const device of setup.interfaces) {
      if (device.up !== false) this.network.setAdminState(host, device.name, true);
      for (const address of device.addresses) this.network.addAddress(host, device.name, address);
    }
    for (const route of setup.routes ?? []) this.network.addRoute(host, route);
  }
  #loopbackUp(host: Host): void {
    this.network.setAdminState(host, 'lo', true);
    this.network.addAddress(host, 'lo', { ip: 0x7f000001, prefix: 8, scope: 'host' });
  }

  // ---------------------------------------------------------------- power
  powerOn(host: Host): void {
    const { state } = host;
    if (state.power !== 'off') return;
    state.power = 'booting';
    state.boots += 1;
    state.bootId = this.#bootIdentifier(host);
    state.bootedAt = this.kernel.now;
    this.record(host.name, 'power.on', { boot: state.boots });
    this.kernel.after(FIRMWARE_MICROS, this.#bootHandler, { host: host.name, boot: state.bootId });
  }
  #bootIdentifier(host: Host): string {
    const random = this.kernel.random(`boot:${host.name}`);
    return Array.from({ length: 4 }, () => random.nextUint32().toString(16).padStart(8, '0')).join('');
  }
  #startInit(host: Host, boot: string): void {
    const { state } = host;
    if (state.power !== 'booting' || state.bootId !== boot) return;
    const setup = this.#setups.get(host.name);
    // What was mounted by hand is gone; init mounts what fstab says.
    for (const mount of [...state.mounts].reverse())
      if (mount.covered !== undefined) host.fs.unmount(mount.point);
    (host as SimulatedHost).fs.clear('/run');
    (host as SimulatedHost).fs.clear('/dev/shm');
    state.nextPid = 1;
    if (setup?.init !== true) {
      if (setup !== undefined) this.#applySetup(host, setup);
      state.power = 'on';
      return;
    }
    this.#loopbackUp(host);
    const started = this.spawn(host, {
      argv: ['/sbin/init'],
      path: '/sbin/init',
      session: true,
      env: new Map([
        ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
        ['TERM', 'linux'],
      ]),
    });
    // The kernel's own threads, which are not modelled, have taken the numbers up to here.
    state.nextPid = FIRST_USER_PID;
    if (typeof started !== 'number') {
      host.syslog({
        facility: 'kern',
        priority: 'emerg',
        tag: 'kernel',
        text: 'Kernel panic - not syncing: No working init found.',
        transport: 'kernel',
      });
      this.record(host.name, 'boot.failed', { reason: 'no working init found' });
    }
  }
  /** init says when the system is up. */
  bootFinished(host: Host): void {
    if (host.state.power !== 'booting') return;
    host.state.power = 'on';
    this.record(host.name, 'boot.finished', {
      seconds: Math.round((this.kernel.now - host.state.bootedAt) / 10_000) / 100,
    });
  }
  powerOff(host: Host): void {
    const { state } = host;
    if (state.power === 'off') return;
    state.power = 'off';
    state.frozen = false;
    const before = this.kernel.cause;
    this.kernel.cause = this.record(host.name, 'power.off', {});
    this.network.powerOff(host);
    this.processTable.vanishAll(host);
    this.kernel.clearTimers(ownerOf(host, 0));
    this.#forgetKernelState(host);
    this.kernel.cause = before;
  }
  /** What only lived in memory. */
  #forgetKernelState(host: Host): void {
    const { state } = host;
    this.network.settle();
    for (const device of state.interfaces.values()) {
      device.up = false;
      device.addresses = [];
      device.counters.fill(0);
    }
    state.routes = [];
    delete state.policy;
    state.neighbours = new Map();
    state.terminals = new Map();
    state.conntrack = new Map();
    state.ruleset = { generation: state.ruleset.generation + 1, tables: [], nextHandle: 1 };
    state.sysctl = defaultSysctl(
      [...state.interfaces.keys()].filter((name) => name !== 'lo'),
      state.name,
    );
    state.hostname = state.name;
    state.held = [];
    state.extra = new Map([...state.extra].filter(([key]) => key.startsWith('disk:')));
    // Another kernel than Debian's stays installed.
    for (const key of ['kernel.osrelease', 'kernel.version']) {
      const installed = state.extra.get(`disk:${key}`);
      if (typeof installed === 'string') state.sysctl.set(key, installed);
    }
    state.coreBusyUntil = state.coreBusyUntil.map(() => 0);
    state.cpuMicros = 0;
  }
  /** An orderly reboot when init is asked for it; without init the machine just starts again. */
  reboot(host: Host): void {
    const init = host.process(1);
    if (init?.daemon !== undefined && this.registry.findDaemon(init.daemon.kind)?.onSignal !== undefined) {
      this.kill(host, 1, 'INT');
      return;
    }
    this.powerOff(host);
    this.powerOn(host);
  }
  freeze(host: Host, frozen: boolean): void {
    const { state } = host;
    if (state.frozen === frozen || state.power === 'off') return;
    state.frozen = frozen;
    this.record(host.name, frozen ? 'host.frozen' : 'host.resumed', {});
    if (!frozen)
      for (const process of host.processes())
        if (process.state === 'running') this.processTable.release(host, process);
  }

  // ---------------------------------------------------------------- processes
  spawn(host: Host, options: SpawnOptions): number | SpawnError {
    return this.processTable.spawn(host, options);
  }
  kill(host: Host, pid: number, signal: SignalName, by?: { uid: number }): undefined | 'ESRCH' | 'EPERM' {
    return this.processTable.kill(host, pid, signal, by);
  }
  exit(host: Host, pid: number, status: ExitStatus): void {
    this.processTable.exit(host, pid, status);
  }
  timer(host: Host, pid: number, name: string, at: Micros, callback: { name: string; data: unknown }): void {
    this.processTable.timer(host, pid, name, at, callback);
  }
  clearTimer(host: Host, pid: number, name: string): void {
    this.kernel.clearTimer(ownerOf(host, pid), name);
  }
  wake(key: string): void {
    this.processTable.wakeKey(key);
    this.#wakeListener?.(key);
  }
  quiescent(): boolean {
    return this.processTable.quiescent();
  }
  onNotify(listener: NotifyListener): void {
    this.#notifyListener = listener;
  }
  onWake(listener: (key: string) => void): void {
    this.#wakeListener = listener;
  }
  callback<D, E = unknown>(
    name: string,
    run: (context: { world: World; host: Host; pid: number; data: D }, event: E) => void,
  ): void {
    assert(!this.#callbacks.has(name), `callback "${name}" is registered twice`);
    // Data and event types are a matter between whoever names the callback and its function.
    this.#callbacks.set(name, run as CallbackRun);
  }
  invoke(host: Host, callback: { name: string; pid: number; data: unknown }, event: unknown): void {
    const { state } = host;
    if (state.power === 'off') return;
    if (callback.pid !== 0) {
      const process = state.processes.get(callback.pid);
      if (process === undefined || process.state === 'zombie') return;
      if (process.state === 'stopped' || state.frozen) {
        state.held.push({ callback, event });
        return;
      }
    }
    const run = this.#callbacks.get(callback.name);
    assert(run !== undefined, `there is no callback "${callback.name}"`);
    run({ world: this, host, pid: callback.pid, data: callback.data }, event);
  }

  // ---------------------------------------------------------------- what happened
  record(
    source: string,
    type: string,
    data: unknown,
    options: { cause?: number; rule?: string } = {},
  ): number {
    return this.kernel.journal.append(
      type,
      source,
      data as Parameters<Kernel['journal']['append']>[2],
      options,
    );
  }
  startTrace(named: string | (() => string)): number {
    const id = this.lastTrace + 1;
    this.state.extra.set('nextTrace', id + 1);
    if (!this.tracing) return 0;
    const label = typeof named === 'string' ? named : named();
    this.#traces.set(id, { id, label, hops: [], at: [], ports: [] });
    if (this.#traces.size > MOST_TRACES) this.#traces.delete(this.#traces.keys().next().value ?? 0);
    return id;
  }
  get lastTrace(): number {
    return ((this.state.extra.get('nextTrace') as number | undefined) ?? 1) - 1;
  }
  hop(trace: number, hop: Hop, at: Micros = hop.at, sport = 0, dport = 0): void {
    if (trace === 0) return;
    const known = this.#traces.get(trace);
    if (known === undefined) return;
    known.hops.push(hop);
    known.at.push(at);
    known.ports.push(sport, dport);
  }
  trace(id: number): { id: number; label: string; hops: Hop[] } | undefined {
    const known = this.#traces.get(id);
    if (known === undefined) return undefined;
    const { label, hops, at, ports } = known;
    return {
      id,
      label,
      hops: hops.map((hop, i) => ({
        ...hop,
        at: at[i] ?? hop.at,
        ...packetAt(hop, ports[2 * i] ?? 0, ports[2 * i + 1] ?? 0),
      })),
    };
  }

  // ---------------------------------------------------------------- checkpoints
  /** @param before an earlier one, to share with it what is equal */
  save(before?: unknown): unknown {
    assert(
      this.quiescent(),
      `a checkpoint needs that no program runs: ${this.processTable.runningPrograms().join(', ')}`,
    );
    const earlier = before as { state: WorldState } | undefined;
    this.network.settle();
    return {
      state: clonePlain(this.state, earlier?.state),
      programs: clonePlain(this.processTable.park()),
    };
  }
  load(saved: unknown): void {
    const { state, programs } = saved as { state: WorldState; programs: ParkedProgram[] };
    this.processTable.abandonAll();
    this.state = clonePlain(state);
    this.#meetHosts();
    for (const host of this.#hosts.values()) host.forgetRuntime();
    this.network.forgetCaches?.();
    this.processTable.resume(clonePlain(programs));
  }
  /** The loaded state may be of before a machine came, or of a course of events where another one did. */
  #meetHosts(): void {
    for (const name of this.#hosts.keys()) if (!this.state.hosts.has(name)) this.#hosts.delete(name);
    for (const name of this.state.hosts.keys())
      if (!this.#hosts.has(name)) this.#hosts.set(name, new SimulatedHost(this, name, this.processTable));
  }
}
