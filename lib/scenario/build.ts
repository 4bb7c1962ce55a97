/**
 * From a scenario to a world: segments, hosts, the files that Debian's
 * installer would have written (interfaces, hosts, hostname), the overlay
 * folders, users and their keys. Nothing here starts a service: hosts boot
 * from their disks.
 */
import { knownHostsText, userKeyFiles } from '../daemons/sshd/keys';
import type { Kernel } from '../kernel/kernel';
import { formatIPv4, maskOf, parseCidr, parseIPv4 } from '../std/ipv4';
import { assert } from '../std/assert';
import { microsFromCivil } from '../std/civil';
import { parseDuration, SECOND } from '../std/instant';
import { setAuthorities } from '../world/authorities';
import { systemGroup, systemUser } from '../world/base-system';
import type { FileSpec } from '../world/files.contract';
import type { NetworkFactory } from '../world/network.contract';
import type { PluginRegistry } from '../world/registry';
import { SimulatedWorld } from '../world/world';
import type { Host, HostSetup } from '../world/world.contract';
import { authoritiesOfLab, certificateFiles } from './certificates';
import type { Scenario } from './schema';

export interface BuildOptions {
  kernel: Kernel;
  registry: PluginRegistry;
  network: NetworkFactory;
  /** Packages that every host has. */
  basePackages: readonly string[];
  /** What `systemctl enable` does to the files of a host. */
  enableUnit: (host: Host, unit: string) => void;
  files: Readonly<Record<string, string>>;
}

/** Builds the world of a scenario; every host is off. */
export function buildWorld(scenario: Scenario, options: BuildOptions): SimulatedWorld {
  const { lab } = scenario;
  const world = new SimulatedWorld({
    kernel: options.kernel,
    registry: options.registry,
    network: options.network,
    epoch: epochOf(lab.epoch),
  });
  for (const [name, zone] of Object.entries(lab.zones)) {
    const subnet = parseCidr(zone.subnet);
    if (subnet !== undefined)
      world.addSegment(name, subnet, {
        zone: name,
        ...(zone.latency === undefined ? {} : { latencyMicros: parseDuration(zone.latency) ?? 0 }),
      });
  }
  const names = hostsFile(scenario);
  setAuthorities(world, authoritiesOfLab(scenario, beginOf(lab)));
  for (const name of Object.keys(lab.hosts)) {
    const host = world.addHost(setupOf(scenario, name, options, names));
    for (const unit of ['ssh', 'networking', 'cron', ...(lab.hosts[name]?.enable ?? [])])
      options.enableUnit(host, unit);
  }
  return world;
}

type LabHost = Scenario['lab']['hosts'][string];

/** What the installer is told about one host of the lab. */
export function setupOf(
  scenario: Scenario,
  name: string,
  options: Pick<BuildOptions, 'basePackages' | 'files'>,
  names: string,
): HostSetup {
  const { lab } = scenario;
  const host = lab.hosts[name] as LabHost;
  const users = Object.entries(lab.users).map(([user, { uid, sudo, password }]) => ({
    name: user,
    uid,
    gid: uid,
    home: `/home/${user}`,
    shell: '/bin/bash',
    sudo,
    // Whoever may become root may read the logs too, as Debian's cloud images set it up.
    ...(sudo ? { groups: ['adm'] } : {}),
    ...(password === undefined ? {} : { password }),
  }));
  return {
    name,
    zone: host.zone,
    kind: host.kind,
    init: true,
    cores: host.cores,
    memoryMiB: host.memory,
    diskMiB: host.disk,
    interfaces: Object.entries(host.interfaces).map(([device, card]) => ({
      name: device,
      segment: card.zone,
      addresses: [],
    })),
    packages: [...options.basePackages, ...host.packages],
    users,
    files: {
      '/etc/network/interfaces': { text: interfacesFile(host) },
      '/etc/hosts': { text: `127.0.0.1\tlocalhost\n127.0.1.1\t${name}\n\n${names}` },
      ...trafficFiles(scenario, name),
      ...certificateFiles(scenario, name, authoritiesOfLab(scenario, beginOf(lab)), beginOf(lab)),
      ...Object.assign(
        {},
        ...users.map((user) => userKeyFiles(user, { lab: scenario.id, known: knownHostsFile(scenario) })),
      ),
      ...overlay(options.files, '_all'),
      ...overlay(options.files, name),
      ...Object.fromEntries(
        Object.entries(host.files).map(([path, file]) => [path, specOf(file, lab.users)]),
      ),
    },
  };
}

/** /etc/network/interfaces as the installer writes it. */
export function interfacesFile(host: Pick<LabHost, 'interfaces' | 'gateway'>): string {
  const parts = [
    '# This file describes the network interfaces available on your system\n# and how to activate them. For more information, see interfaces(5).\n\nsource /etc/network/interfaces.d/*\n\nauto lo\niface lo inet loopback\n',
  ];
  const gateway = host.gateway === undefined ? undefined : parseIPv4(host.gateway);
  for (const [device, { address }] of Object.entries(host.interfaces)) {
    const [ip = '', length = '32'] = address.split('/');
    const mask = maskOf(Number(length));
    const isNear = gateway !== undefined && (((parseIPv4(ip) ?? 0) ^ gateway) & mask) >>> 0 === 0;
    parts.push(
      `\nauto ${device}\niface ${device} inet static\n\taddress ${address}\n${isNear ? `\tgateway ${formatIPv4(gateway)}\n` : ''}`,
    );
  }
  return parts.join('');
}

/** The lines that every host of the lab has in /etc/hosts. */
export function hostsFile({ lab }: Scenario): string {
  const lines = Object.entries(lab.hosts).map(
    ([name, host]) => `${Object.values(host.interfaces)[0]?.address.split('/')[0] ?? ''}\t${name}`,
  );
  for (const [name, address] of Object.entries(lab.names)) lines.push(`${address}\t${name}`);
  return `${lines.join('\n')}\n`;
}

/** Of each lab's machines: written once, and every user of every machine has it. */
const KNOWN_HOSTS = new WeakMap<Scenario['lab']['hosts'], string>();
/** The lines that everybody has in known_hosts: all machines' ssh keys are known already. */
export function knownHostsFile({ lab: { hosts } }: Scenario): string {
  const known = KNOWN_HOSTS.get(hosts);
  if (known !== undefined) return known;
  const made = knownHostsText(
    Object.entries(hosts).map(([host, { interfaces }]) => ({
      host,
      names: [host, ...Object.values(interfaces).map(({ address }) => address.split('/')[0] ?? '')],
    })),
  );
  KNOWN_HOSTS.set(hosts, made);
  return made;
}

type Traffic = Scenario['lab']['traffic'][string];
/** The load generator's file: a section for each source of this host. */
function trafficFiles({ lab }: Scenario, host: string): Record<string, FileSpec> {
  const sources = Object.entries(lab.traffic).filter(([, traffic]) => traffic.host === host);
  if (sources.length === 0) return {};
  const text = sources.map(([name, traffic]) => trafficSection(name, traffic, lab.settle)).join('\n');
  return { '/etc/loadgen.conf': { text } };
}
function tlsLines(tls: NonNullable<Traffic['tls']>): string[] {
  const { 'ca-file': file, verify, min, max } = tls;
  return [
    ...(file === undefined ? [] : [`ca_file = ${file}`]),
    ...(verify ? [] : ['verify = no']),
    ...(min === undefined ? [] : [`tls_min = ${min}`]),
    ...(max === undefined ? [] : [`tls_max = ${max}`]),
  ];
}
function trafficSection(name: string, traffic: Traffic, settle: string): string {
  const lines = [
    `[${name}]`,
    `url = ${traffic.url}`,
    `rate = ${traffic.rate}`,
    `arrival = ${traffic.arrival}`,
    `connect_timeout = ${traffic['connect-timeout']}`,
    `timeout = ${traffic.timeout}`,
    `slow = ${traffic.slow}`,
  ];
  if (traffic.clients !== 1) lines.push(`clients = ${traffic.clients}`);
  if (traffic['keep-cookies']) lines.push('keep_cookies = yes');
  if (traffic.paused) lines.push('paused = yes');
  if (traffic['send-after'] !== '0s') lines.push(`send_after = ${traffic['send-after']}`);
  if (traffic.tls !== undefined) lines.push(...tlsLines(traffic.tls));
  for (const [header, value] of Object.entries(traffic.headers)) lines.push(`header = ${header}: ${value}`);
  if (traffic.expect?.status !== undefined) lines.push(`expect_status = ${traffic.expect.status}`);
  if (traffic.expect?.body !== undefined) lines.push(`expect_body = ${traffic.expect.body}`);
  if (traffic.shape !== undefined || traffic.bursts.length > 0) lines.push(`time_zero = ${settle}`);
  for (const { at, factor } of traffic.shape ?? []) lines.push(`shape = ${at} ${factor}`);
  if (traffic['shape-every'] !== undefined) lines.push(`shape_every = ${traffic['shape-every']}`);
  for (const burst of traffic.bursts) lines.push(`burst = ${burst.at} ${burst.for} ${burst.factor}`);
  for (const request of traffic.requests ?? []) {
    lines.push(`request = ${request.weight} ${request.method} ${request.path}`);
    for (const [header, value] of Object.entries(request.headers))
      lines.push(`request_header = ${header}: ${value}`);
    if (request.body !== '') lines.push(`request_body = ${request.body}`);
  }
  return `${lines.join('\n')}\n`;
}

function overlay(files: Readonly<Record<string, string>>, host: string): Record<string, FileSpec> {
  const prefix = `hosts/${host}/`;
  const specs: Record<string, FileSpec> = {};
  for (const [path, text] of Object.entries(files)) {
    if (path.startsWith(prefix))
      specs[`/${path.slice(prefix.length)}`] = { text, ...(text.startsWith('#!') ? { mode: 0o755 } : {}) };
  }
  return specs;
}

function specOf(file: LabHost['files'][string], users: Scenario['lab']['users']): FileSpec {
  if (file.link !== undefined) return { link: file.link };
  const owner = idsOf(file.owner ?? 'root', users);
  return {
    uid: owner.uid,
    gid: file.group === undefined ? owner.gid : groupOf(file.group, users),
    text: file.text ?? '',
    ...(file.mode === undefined ? {} : { mode: Number.parseInt(file.mode, 8) }),
  };
}

/** When the shift begins, seconds since 1970. */
function beginOf(lab: Scenario['lab']): number {
  return Math.floor((epochOf(lab.epoch) + (parseDuration(lab.settle) ?? 0)) / SECOND);
}
function idsOf(name: string, users: Scenario['lab']['users']): { uid: number; gid: number } {
  const uid = users[name]?.uid;
  const known = uid === undefined ? systemUser(name) : { uid, gid: uid };
  assert(known !== undefined, `user "${name}" was checked by the loader`);
  return known;
}
function groupOf(name: string, users: Scenario['lab']['users']): number {
  const gid = users[name]?.uid ?? systemGroup(name);
  assert(gid !== undefined, `group "${name}" was checked by the loader`);
  return gid;
}

function epochOf(text: string): number {
  const [year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0] =
    text.match(/\d+/g)?.map(Number) ?? [];
  return microsFromCivil({ year, month, day, hour, minute, second, micros: 0 });
}
