/**
 * Plays a recorded lab as the recorder played it with the real programs: hosts without init, services
 * started by hand, a timeline of actions and probes. What is seen is written down in the recorder's form.
 */
import { Kernel } from '../../kernel/kernel';
import { BASE_PACKAGES, makeRegistry } from '../../session/plug-ins';
import { parseCidr } from '../../std/ipv4';
import { SECOND, type Micros } from '../../std/instant';
import { formatIPv4 } from '../../std/ipv4';
import { ROOT } from '../../world/files';
import type { FileSpec } from '../../world/files.contract';
import { createNetwork } from '../../world/network/network';
import { broadcastOfSubnet } from '../../world/network/routing';
import type { SignalName } from '../../world/process.contract';
import { SimulatedWorld } from '../../world/world';
import type { Host } from '../../world/world.contract';
import { Agent, type Task } from './agent';
import type { LabCase, LabCheck, LabFile, LabHost, LabResult, LabStep, Observation } from './case';
import { statistics } from './haproxy-statistics';
import { type Connection, hold, http, load, tcp, udp } from './probes';
import { commandOf, controlFile, reloadSignal, type Service, serviceOf, stopSignal } from './services';

/** What a lab machine has installed beside the base. */
const LAB_PACKAGES = [
  'keepalived',
  'haproxy',
  'nginx',
  'nftables',
  'app-server',
  'openssl',
  'conntrack',
  'ipset',
  'curl',
  'dnsmasq',
];
const LATENCY: Micros = 20;
/** The recorder starts services one after the other, a thread each. */
const BETWEEN_STARTS = 0.002;
const SETUP_PATIENCE = 90 * SECOND;
const LEFTOVER_PATIENCE = 60 * SECOND;
const COMMAND_PATIENCE_SECONDS = 20;

export function playLabCase(
  given: LabCase,
  options: { seed?: number } = {},
): LabResult & { problems: string[] } {
  return new Lab(given, options.seed ?? 1).play();
}

/** One lab, from its making to its end. Reused by whoever wants to look inside (see `scratch`). */
export class Lab {
  readonly kernel: Kernel;
  readonly world: SimulatedWorld;
  readonly agent: Agent;
  readonly problems: string[] = [];
  readonly #observations: Record<string, Observation> = {};
  readonly #services = new Map<string, Service>();
  readonly #pids = new Map<string, number>();
  readonly #jars = new Map<string, Map<string, string>>();
  readonly #held = new Map<string, Connection>();
  #zero: Micros = 0;

  constructor(
    private readonly lab: LabCase,
    seed: number,
  ) {
    this.kernel = new Kernel({ seed });
    this.world = new SimulatedWorld({
      kernel: this.kernel,
      network: (world) => createNetwork(world),
      registry: makeRegistry(),
    });
    this.world.tracing = false;
    this.agent = new Agent(this.world);
  }

  play(): LabResult & { problems: string[] } {
    this.#build();
    const items = this.#items();
    const earliest = Math.min(0, ...items.map(({ t }) => t));
    this.#zero = this.kernel.now + Math.round((0.2 - earliest) * SECOND);
    for (const { t, run } of items) {
      this.kernel.runUntil(Math.max(this.kernel.now, this.#at(t)));
      run();
    }
    const last = items[items.length - 1]?.t ?? 0;
    this.kernel.runUntil(Math.max(this.kernel.now, this.#at(this.lab.duration ?? last)));
    this.#finishTasks(LEFTOVER_PATIENCE);
    for (const check of this.lab.checks ?? []) this.#check(check);
    this.#engineErrors();
    return {
      observations: this.#observations,
      keepalived_states: this.#keepalivedStates(),
      problems: [...new Set(this.problems)],
    };
  }
  #at(t: number): Micros {
    return this.#zero + Math.round(t * SECOND);
  }
  #finishTasks(patience: Micros): void {
    const end = this.kernel.now + patience;
    while (this.agent.open > 0 && this.kernel.now < end) {
      const next = this.kernel.nextAt();
      if (next === undefined || next > end) break;
      this.kernel.runUntil(next);
    }
  }

  // ---------------------------------------------------------------- hosts
  #build(): void {
    const { segments, hosts } = this.lab;
    for (const [name, { subnet }] of Object.entries(segments)) {
      const cidr = parseCidr(subnet);
      this.world.addSegment(
        name,
        { network: cidr?.address ?? 0, prefix: cidr?.prefix ?? 0 },
        { latencyMicros: LATENCY },
      );
    }
    const names = Object.entries(hosts).flatMap(([name, host]) => {
      const first = Object.values(host.ifaces ?? {}).flatMap(addressesOf)[0];
      return first === undefined || this.lab.etc_hosts === false ? [] : [`${first.split('/')[0]} ${name}`];
    });
    for (const [name, host] of Object.entries(hosts)) this.#addHost(name, host, names);
    for (const [name, host] of Object.entries(hosts)) this.#setUp(this.world.host(name), host);
    this.#finishTasks(SETUP_PATIENCE);
  }
  #addHost(name: string, host: LabHost, names: readonly string[]): void {
    const { registry } = this.world;
    const packages = [...BASE_PACKAGES, ...LAB_PACKAGES].filter(
      (one) => registry.packageFiles(one) !== undefined,
    );
    const made = this.world.addHost({
      name,
      interfaces: Object.entries(host.ifaces ?? {}).map(([device, iface]) => ({
        name: device,
        segment: iface.segment,
        addresses: addressesOf(iface).flatMap((text) => {
          const cidr = parseCidr(text);
          if (cidr === undefined) return [];
          // As the recorder gives them: `ip addr add … brd +`.
          const broadcast = broadcastOfSubnet(cidr.address, cidr.prefix);
          const address = { ip: cidr.address, prefix: cidr.prefix };
          return [broadcast === undefined ? address : { ...address, broadcast }];
        }),
      })),
      packages,
      sysctl: {
        ...Object.fromEntries(Object.entries(host.sysctl ?? {}).map(([key, value]) => [key, String(value)])),
        'net.ipv4.ip_forward': host.ip_forward === true ? '1' : '0',
      },
      files: {
        ...Object.fromEntries(RUN_FOLDERS.map((path) => [path, { directory: true }])),
        '/etc/hosts': {
          text: `127.0.0.1 localhost\n127.0.1.1 ${name}\n${names.map((line) => `${line}\n`).join('')}`,
        },
        '/etc/resolv.conf': { text: '# none\n' },
        '/etc/nftables.conf': { text: '' },
      },
    });
    made.fs.unlink('/etc/nginx/sites-enabled/default', ROOT);
    // The recorder's folder of logs is empty.
    for (const log of ['access', 'error']) made.fs.unlink(`/var/log/nginx/${log}.log`, ROOT);
    for (const [path, file] of Object.entries(host.files ?? {})) putFile(made, path, file);
    this.agent.begin(made);
  }
  #setUp(host: Host, setup: LabHost): void {
    const commands = [
      ...(setup.routes ?? []).map((route) => `ip route add ${route}`),
      ...(setup.gateway === undefined || setup.gateway === null
        ? []
        : [`ip route add default via ${setup.gateway}`]),
      ...(setup.setup ?? []),
    ];
    const { agent } = this;
    const all = function* (): Task<string[]> {
      const wrong: string[] = [];
      for (const command of commands) {
        const { code, stderr } = yield* agent.command(host, command, SETUP_PATIENCE);
        if (code !== 0) wrong.push(`setup of ${host.name}: ${command}: ${code} ${stderr.trim()}`);
      }
      return wrong;
    };
    agent.run(all(), (wrong) => this.problems.push(...wrong));
    for (const given of setup.services ?? []) {
      const service = serviceOf(host.name, given);
      this.#services.set(`${host.name}/${service.name}`, service);
    }
  }

  // ---------------------------------------------------------------- timeline
  #items(): { t: number; run: () => void }[] {
    const items: { t: number; run: () => void }[] = [];
    for (const [key, service] of this.#services) {
      const { at } = service;
      const host = key.slice(0, key.lastIndexOf('/'));
      const before = items.filter(({ t }) => Math.floor(t) === Math.floor(at ?? 0)).length;
      if (at !== undefined)
        items.push({
          t: at + before * BETWEEN_STARTS,
          run: () => this.#start(this.world.host(host), service),
        });
    }
    for (const [index, step] of (this.lab.timeline ?? []).entries()) {
      const id = step.id ?? `o${String(index).padStart(2, '0')}`;
      items.push({ t: step.t, run: () => this.#step(id, step) });
    }
    return items.sort((a, b) => a.t - b.t);
  }
  #step(id: string, step: LabStep): void {
    this.#observations[id] = { unsupported: 'it did not end' };
    this.agent.run(step.do === undefined ? this.#probe(step) : this.#action(step), (seen) => {
      if (seen === undefined) delete this.#observations[id];
      else this.#observations[id] = seen;
      if (seen?.unsupported !== undefined) this.problems.push(`${id}: not supported: ${seen.unsupported}`);
    });
  }

  *#action(step: LabStep): Task<Observation | undefined> {
    const host = this.world.host(step.host ?? '');
    const service = this.#service(host, step.service ?? (step.do === 'app' ? 'app' : ''));
    switch (step.do) {
      case 'start':
        this.#start(host, service);
        return undefined;
      case 'stop':
        this.#signal(host, service, stopSignal(service.kind), 'main');
        return undefined;
      case 'kill9':
        this.#signal(host, service, 'KILL', step.scope ?? 'main');
        return undefined;
      case 'signal':
        this.#signal(host, service, (step.sig ?? '').replace(/^SIG/, '') as SignalName, step.scope ?? 'main');
        return undefined;
      case 'sigstop':
        this.#signal(host, service, 'STOP', step.scope ?? 'all');
        return undefined;
      case 'sigcont':
        this.#signal(host, service, 'CONT', step.scope ?? 'all');
        return undefined;
      case 'reload':
        for (const [path, file] of Object.entries(step.files ?? {})) putFile(host, path, file);
        this.#signal(host, service, reloadSignal(service.kind), 'main');
        return undefined;
      case 'put':
        putFile(host, step.path ?? '', step.text ?? '');
        return undefined;
      case 'app':
        this.#controls(host, service.name, step.set ?? {});
        return undefined;
      case 'link':
        if (step.mode === undefined || step.mode === 'admin')
          this.world.network.setAdminState(host, step.iface ?? '', step.state === 'up');
        else this.world.network.setCarrier(host, step.iface ?? '', step.state === 'up');
        return undefined;
      case 'exec':
        return yield* this.#command(host, step.cmd ?? '', step.timeout);
      default:
        return { unsupported: `do ${step.do ?? ''}` };
    }
  }
  *#probe(step: LabStep): Task<Observation> {
    if (step.probe === 'vip') return { value: this.#holders(step.vip ?? []) };
    const host = this.world.host(step.host ?? '');
    switch (step.probe) {
      case 'http':
        return yield* http(this.agent, host, step, this.#jars);
      case 'tcp':
        return yield* tcp(this.agent, host, step);
      case 'udp':
        return yield* udp(this.agent, host, step);
      case 'hold':
        return yield* hold(this.agent, host, step, this.#held);
      case 'load':
        return yield* load(this.agent, host, step, this.#jars);
      case 'srv':
      case 'hastat':
        return { value: yield* statistics(this.agent, host, step.cmd) };
      case 'exec':
        return yield* this.#command(host, step.cmd ?? '', step.timeout);
      default:
        return { unsupported: `probe ${step.probe ?? ''}` };
    }
  }
  *#command(host: Host, command: string, timeout = COMMAND_PATIENCE_SECONDS): Task<Observation> {
    const { code, stdout, stderr } = yield* this.agent.command(host, command, timeout * SECOND);
    return { value: [code, stdout, stderr] };
  }

  // ---------------------------------------------------------------- services
  #service(host: Host, name: string): Service {
    return this.#services.get(`${host.name}/${name}`) ?? serviceOf(host.name, name);
  }
  #start(host: Host, service: Service): void {
    if (service.kind === 'app') putFile(host, controlFile(service.name), JSON.stringify(service.controls));
    const command = commandOf(service);
    const pid = this.agent.start(host, command, {});
    if (typeof pid === 'number') this.#pids.set(`${host.name}/${service.name}`, pid);
    else this.problems.push(`${command[0]} of ${host.name} does not start: ${pid}`);
  }
  #signal(host: Host, service: Service, signal: SignalName, scope: 'main' | 'all' | 'child'): void {
    const main = this.#pids.get(`${host.name}/${service.name}`);
    if (main === undefined) return;
    const all =
      service.kind === 'app'
        ? [main]
        : host
            .processes()
            .filter(({ comm, state }) => comm === service.kind && state !== 'zombie')
            .map(({ pid }) => pid);
    const pids = scope === 'main' ? [main] : scope === 'all' ? all : all.filter((pid) => pid !== main);
    for (const pid of pids) this.world.kill(host, pid, signal);
  }
  #controls(host: Host, service: string, set: Record<string, unknown>): void {
    const path = controlFile(service);
    const before = host.fs.readFile(path, ROOT);
    const known = typeof before === 'string' ? (JSON.parse(before) as Record<string, unknown>) : {};
    putFile(host, path, JSON.stringify({ ...known, ...set }));
  }

  // ---------------------------------------------------------------- what is there
  #holders(vip: string | string[]): Record<string, string[]> {
    const holders: Record<string, string[]> = {};
    for (const one of typeof vip === 'string' ? [vip] : vip) {
      holders[one] = this.world
        .hosts()
        .filter((host) =>
          [...host.state.interfaces.values()].some(({ addresses }) =>
            addresses.some(({ ip }) => formatIPv4(ip) === one),
          ),
        )
        .map(({ name }) => name)
        .sort();
    }
    return holders;
  }
  #check(check: LabCheck): void {
    const name = check.host ?? Object.keys(this.lab.hosts)[0] ?? '';
    const host = this.world.host(name);
    for (const folder of ['/etc/nginx/conf.d', '/etc/nginx/sites-enabled']) {
      const entries = host.fs.readdir(folder, ROOT);
      if (Array.isArray(entries)) for (const entry of entries) host.fs.unlink(`${folder}/${entry}`, ROOT);
    }
    const files = { ...this.lab.hosts[name]?.files, ...check.files };
    for (const [path, file] of Object.entries(files)) putFile(host, path, file);
    const id = `c:${check.label}`;
    this.#observations[id] = { unsupported: 'it did not end' };
    const { agent } = this;
    const task = function* (): Task<Observation> {
      const patience = COMMAND_PATIENCE_SECONDS * SECOND;
      for (const command of check.pre ?? []) yield* agent.command(host, command, patience);
      const { code, stdout, stderr } = yield* agent.command(host, check.cmd, patience);
      for (const command of check.post ?? []) yield* agent.command(host, command, patience);
      return { value: [code, stdout, stderr] };
    };
    agent.run(task(), (seen) => {
      this.#observations[id] = seen;
    });
    this.#finishTasks(LEFTOVER_PATIENCE);
  }
  /** From the log, as the recorder takes them from keepalived's console. */
  #keepalivedStates(): LabResult['keepalived_states'] {
    const hosts: LabResult['keepalived_states'] = {};
    for (const host of this.world.hosts()) {
      const states: [string, string][] = [];
      const times: number[] = [];
      for (const { tag, text, at } of host.state.log) {
        const entered = tag === 'Keepalived_vrrp' ? /^\((\S+)\) Entering (\w+) STATE/.exec(text) : null;
        if (entered === null) continue;
        states.push([entered[1] ?? '', entered[2] ?? '']);
        times.push(Math.round((at - this.world.state.epoch - this.#zero) / 1000) / 1000);
      }
      if (states.length > 0) hosts[host.name] = { states, times };
    }
    return hosts;
  }
  /** A program of ours that broke is no behaviour. */
  #engineErrors(): void {
    for (const entry of this.kernel.journal.entries())
      if (entry.type === 'engine.error')
        this.problems.push(`engine error on ${entry.source}: ${JSON.stringify(entry.data)}`);
  }
}

const RUN_FOLDERS = [
  '/run/haproxy',
  '/run/keepalived',
  '/run/nginx',
  '/run/systemd/journal',
  '/run/app',
  '/var/log/nginx',
  '/var/lib/haproxy',
  '/var/lib/nginx',
  '/etc/keepalived',
  '/etc/haproxy',
  '/etc/nginx',
  '/var/www/html',
];

function addressesOf(iface: { address?: string; addresses?: string[] }): string[] {
  return iface.addresses ?? (iface.address === undefined ? [] : [iface.address]);
}

/** As the recorder puts files: scripts are executable. */
export function putFile(host: Host, path: string, file: LabFile): void {
  const text = typeof file === 'string' ? file : file.text;
  let mode = typeof file === 'string' ? 0o644 : Number.parseInt(file.mode ?? '644', 8);
  if (path === '/etc/nftables.conf') mode = 0o644;
  else if (text.startsWith('#!')) mode |= 0o755;
  const spec: FileSpec = { text, mode };
  host.install(path, spec);
}
