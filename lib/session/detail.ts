/** Everything about one host that the panels in view ask for. */
import { formatIPv4 } from '../std/ipv4';
import type { Host } from '../world/world.contract';
import { fileStates } from './files';
import type { HostDetail } from './messages';
import { chartsOf } from './status';
import { unitsOf } from './units';

/** @param parts names of the parts that are in view */
export function hostDetail(host: Host, parts: readonly string[], origin: number): HostDetail {
  const wanted = new Set(parts);
  wanted.add('files');
  return {
    id: host.name,
    ...(wanted.has('overview') ? { overview: overviewOf(host) } : {}),
    ...(wanted.has('units') ? { units: unitsOf(host) } : {}),
    ...(wanted.has('processes') ? { processes: processesOf(host) } : {}),
    ...(wanted.has('sockets') ? { sockets: socketsOf(host) } : {}),
    ...(wanted.has('files') ? { files: fileStates(host) } : {}),
    ...(wanted.has('firewall') ? { firewall: firewallOf(host) } : {}),
    ...(wanted.has('charts')
      ? { charts: chartsOf(host).map((chart) => ({ ...chart, since: Math.max(0, chart.since - origin) })) }
      : {}),
  };
}

type Fact = NonNullable<HostDetail['overview']>[number];

function overviewOf(host: Host): Fact[] {
  const { state } = host;
  const facts: Fact[] = [{ name: 'System', value: 'Debian 12, Linux 6.1.0' }];
  if (state.power !== 'on')
    facts.push({ name: 'Power', value: state.frozen ? 'frozen' : state.power, tone: 'broken' });
  if (state.power === 'off') return facts;
  facts.push({ name: 'Up for', value: durationText(host.world.kernel.now - state.bootedAt) });
  for (const device of state.interfaces.values()) {
    if (device.name === 'lo') continue;
    const addresses = device.addresses.map(({ ip, prefix }) => `${formatIPv4(ip)}/${prefix}`).join(' ');
    const isUp = device.up && device.carrier;
    facts.push({
      name: device.name,
      value: `${addresses || 'no address'} · ${isUp ? 'up' : device.up ? 'no carrier' : 'down'}`,
      ...(isUp ? {} : { tone: 'broken' }),
    });
  }
  const route = state.routes.find(({ prefix }) => prefix === 0);
  facts.push({
    name: 'Gateway',
    value: route?.via === undefined ? 'none' : formatIPv4(route.via),
    ...(route === undefined && state.kind !== 'router' ? { tone: 'risk' } : {}),
  });
  for (const key of ['net.ipv4.ip_forward', 'net.ipv4.ip_nonlocal_bind'])
    facts.push({ name: key.slice('net.ipv4.'.length), value: state.sysctl.get(key) ?? '0' });
  const root = state.mounts[0];
  if (root !== undefined) {
    const share = root.used / root.size;
    facts.push({
      name: 'Disk',
      value: `${Math.round(share * 100)} % of ${Math.round(root.size / 1024 ** 3)} GiB`,
      ...(share > 0.9 ? { tone: share >= 0.99 ? 'broken' : 'risk' } : {}),
    });
  }
  const failed = unitsOf(host).filter(({ tone }) => tone === 'broken');
  if (failed.length > 0)
    facts.push({ name: 'Failed units', value: failed.map(({ name }) => name).join(', '), tone: 'broken' });
  return facts;
}

function processesOf(host: Host): NonNullable<HostDetail['processes']> {
  const { now } = host.world.kernel;
  return host.processes().map((process) => ({
    pid: process.pid,
    user: host.user(process.uid)?.name ?? String(process.uid),
    cpu: Math.round((process.cpuMicros / Math.max(1, now - process.startedAt)) * 1000) / 10,
    rssKiB: process.rssKiB,
    command: process.argv.join(' ').slice(0, 200),
  }));
}

function socketsOf(host: Host): NonNullable<HostDetail['sockets']> {
  return host.world.network.sockets(host).map((socket) => {
    const process = host.process(socket.pid);
    const listens = socket.state === 'LISTEN' || socket.state === 'UNCONN';
    return {
      protocol: socket.protocol,
      local: `${socket.six === true ? '[::]' : formatIPv4(socket.localIp)}:${socket.localPort}`,
      peer: listens
        ? `${socket.six === true ? '[::]' : '0.0.0.0'}:*`
        : `${formatIPv4(socket.peerIp)}:${socket.peerPort}`,
      state: socket.state,
      process: process === undefined ? '' : `${process.comm}(${process.pid})`,
    };
  });
}

function firewallOf(host: Host): NonNullable<HostDetail['firewall']> {
  return host.world.network.ruleset(host).tables.flatMap((table) =>
    table.chains.map((chain) => ({
      table: `${table.family} ${table.name}`,
      chain: chain.name,
      hook: chain.base?.hook ?? '',
      policy: chain.base?.policy ?? '',
      rules: chain.rules.map((rule) => {
        const counted = rule.steps.find((step) => 'packets' in step);
        return {
          handle: rule.handle,
          text: rule.text,
          packets: counted !== undefined && 'packets' in counted ? Number(counted.packets) : 0,
          bytes: counted !== undefined && 'bytes' in counted ? Number(counted.bytes) : 0,
        };
      }),
    })),
  );
}

function durationText(micros: number): string {
  const seconds = Math.floor(micros / 1_000_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes} min ${seconds % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
