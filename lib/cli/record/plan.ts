/**
 * The commands that make a lab of namespaces, as text: segments are bridges in namespaces of their own,
 * hosts have a network, mount, PID and UTS namespace, cables are veth pairs. Nothing is run here.
 */

/** Where a host's own parts stand inside its mount namespace. */
export const INSIDE = '/run/faultline';
export const PIPES = 48;
export const PREFIX = 'fl';

/** Names carry the process that made them, so that leftovers can be told from what is in use. */
export function tagOf(pid: number, run: number): string {
  return `${PREFIX}${pid}-${run}`;
}
/** The process that made a namespace of ours; undefined for anybody else's. */
export function ownerOf(namespace: string): number | undefined {
  const found = new RegExp(`^${PREFIX}(\\d+)-\\d+-`).exec(namespace);
  return found === null ? undefined : Number(found[1]);
}

export interface SegmentPlan {
  readonly name: string;
  readonly namespace: string;
}
export interface CablePlan {
  readonly device: string;
  readonly mac: string;
  /** The other end, on the segment's bridge. */
  readonly port: string;
  readonly segment: SegmentPlan;
}
export interface HostPlan {
  readonly name: string;
  readonly namespace: string;
  readonly cables: readonly CablePlan[];
}
export interface LabPlan {
  readonly segments: readonly SegmentPlan[];
  readonly hosts: readonly HostPlan[];
}

export function planLab(
  tag: string,
  segments: readonly string[],
  hosts: Readonly<Record<string, Readonly<Record<string, string>>>>,
): LabPlan {
  const planned = segments.map((name, i) => ({ name, namespace: `${tag}-s${i}` }));
  let port = 0;
  return {
    segments: planned,
    hosts: Object.entries(hosts).map(([name, devices], h) => ({
      name,
      namespace: `${tag}-h${h}`,
      cables: Object.entries(devices).map(([device, segmentName], d) => {
        const segment = planned.find((one) => one.name === segmentName);
        if (segment === undefined) throw new Error(`${name} ${device}: there is no segment "${segmentName}"`);
        // A card keeps its address through a loss of power: neighbours remember it.
        return { device, mac: `02:fa:17:00:${hex(h + 1)}:${hex(d)}`, port: `p${++port}`, segment };
      }),
    })),
  };
}
function hex(value: number): string {
  return value.toString(16).padStart(2, '0');
}

export function makeSegment({ namespace }: SegmentPlan): string {
  return [
    `ip netns add ${namespace}`,
    // A switch that knows nothing of IGMP: VRRP's multicast goes everywhere.
    `ip -n ${namespace} link add br0 type bridge mcast_snooping 0`,
    `ip -n ${namespace} link set br0 up`,
    `ip -n ${namespace} link set lo up`,
  ].join(' && ');
}
export function makeHost({ namespace, cables }: HostPlan): string {
  return [
    `ip netns add ${namespace}`,
    ...cables.flatMap(({ device, mac, port, segment }) => [
      `ip link add name ${device} address ${mac} netns ${namespace} type veth peer name ${port} netns ${segment.namespace}`,
      `ip -n ${segment.namespace} link set ${port} master br0`,
      `ip -n ${segment.namespace} link set ${port} up`,
    ]),
  ].join(' && ');
}
/** Both ends of every cable vanish at once; the namespace goes when its last process has. */
export function unplugHost({ namespace, cables }: HostPlan): string {
  return [
    ...cables.map(({ port, segment }) => `ip -n ${segment.namespace} link del ${port} 2>/dev/null`),
    `ip netns del ${namespace} 2>/dev/null`,
    'true',
  ].join('; ');
}
export function removeSegment({ namespace }: SegmentPlan): string {
  return `ip netns del ${namespace} 2>/dev/null; true`;
}

/** How the folders of a host stand over those of the machine, and who is its first process. */
export interface HostKind {
  /** The machine's own below, the host's changes above. */
  readonly overlays: readonly string[];
  /** The host's own, empty at first. */
  readonly fresh: readonly string[];
  /** shell: services are started by hand. supervisor: the agent plays init, and is it. */
  readonly init: 'shell' | 'supervisor';
}
/** As the recorder of the first cases had it: the machine's configuration, nothing in the logs. */
export const CASE_HOST: HostKind = {
  overlays: ['/etc', '/root', '/home', '/opt', '/srv', '/usr/local'],
  fresh: ['/var/log', '/var/lib/haproxy', '/var/lib/nginx', '/var/www'],
  init: 'shell',
};
/** A scenario's host has commands of its own instead of the machine's (systemctl, ssh …). */
export const SCENARIO_HOST: HostKind = {
  overlays: [...CASE_HOST.overlays, '/usr/bin', '/usr/sbin'],
  fresh: CASE_HOST.fresh,
  init: 'supervisor',
};

export interface BootPlan {
  readonly name: string;
  /** The host's disk: it stays when the host has no power. */
  readonly disk: string;
  readonly kind: HostKind;
  readonly node: string;
  /** Folder with the agent's program. */
  readonly program: string;
}

/** What the first process of a host does: mounts, then the agent, for as long as that lives. */
export function bootScript({ name, disk, kind, node, program }: BootPlan): string {
  return [
    'set -e',
    `hostname ${quote(name)}`,
    'mount --make-rprivate /',
    // A host may set what is its own, and nothing of the machine's kernel.
    'mount --bind /proc/sys /proc/sys',
    'mount --bind /proc/sys/net /proc/sys/net',
    'mount -o remount,bind,ro /proc/sys',
    'mount -t tmpfs -o mode=755 tmpfs /run',
    `mkdir -p ${INSIDE}/dev ${INSIDE}/units /run/lock /run/haproxy /run/keepalived /run/nginx /run/systemd/journal /run/app`,
    'chmod 1777 /run/lock',
    `touch ${INSIDE}/node && mount --bind ${quote(node)} ${INSIDE}/node`,
    `cp ${quote(program)}/*.mjs ${INSIDE}/`,
    ...kind.overlays.flatMap((folder) => overlay(disk, folder)),
    ...kind.fresh.flatMap((folder) => fresh(disk, folder)),
    'mkdir -p /var/log/nginx /var/www/html /var/lib/haproxy/dev',
    'chown www-data /var/lib/nginx 2>/dev/null || true',
    'mount -t tmpfs -o mode=1777 tmpfs /tmp',
    ...devices(),
    `for i in $(seq 0 ${PIPES - 1}); do mkfifo ${INSIDE}/pipe$i; done`,
    'cd /',
    ...(kind.init === 'supervisor'
      ? [`exec ${INSIDE}/node ${INSIDE}/agent.mjs agent`]
      : // bash stays the first process: it buries those whose parents have gone.
        [`exec 3<&0; ${INSIDE}/node ${INSIDE}/agent.mjs agent <&3 & exec 3<&-`, 'wait $!']),
  ].join('\n');
}
function overlay(disk: string, folder: string): string[] {
  const at = quote(disk + folder);
  return [
    `if [ -d ${folder} ]; then`,
    `  if [ ! -d ${at}/above ]; then mkdir -p ${at}/above; chmod --reference=${folder} ${at}/above; fi`,
    `  rm -rf ${at}/work; mkdir -p ${at}/work`,
    `  mount -t overlay -o lowerdir=${folder},upperdir=${at}/above,workdir=${at}/work overlay ${folder}`,
    'fi',
  ];
}
function fresh(disk: string, folder: string): string[] {
  const at = quote(disk + folder);
  return [
    `mkdir -p ${folder} ${at}/own && chmod --reference=${folder} ${at}/own && mount --bind ${at}/own ${folder}`,
  ];
}
/** A /dev of its own, because of /dev/log. */
function devices(): string[] {
  const at = `${INSIDE}/dev`;
  const nodes = ['null 1 3', 'zero 1 5', 'full 1 7', 'random 1 8', 'urandom 1 9', 'tty 5 0', 'ptmx 5 2'];
  return [
    `mount -t tmpfs -o mode=755 tmpfs ${at}`,
    ...nodes.map((node) => {
      const [device = '', ...numbers] = node.split(' ');
      return `mknod -m 666 ${at}/${device} c ${numbers.join(' ')}`;
    }),
    `mkdir ${at}/pts ${at}/shm && mount --bind /dev/pts ${at}/pts && mount -t tmpfs tmpfs ${at}/shm`,
    `ln -s /proc/self/fd ${at}/fd; for n in 0:stdin 1:stdout 2:stderr; do ln -s /proc/self/fd/\${n%:*} ${at}/\${n#*:}; done`,
    `ln -s /run/systemd/journal/dev-log ${at}/log`,
    `mount --move ${at} /dev`,
  ];
}
export function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Enters a host's namespaces with the script of a file as its first process. */
export function entrance(namespace: string, script: string): string[] {
  return [
    ...['ip', 'netns', 'exec', namespace],
    ...['unshare', '--pid', '--mount', '--uts', '--fork', '--mount-proc', '--kill-child'],
    ...['bash', script],
  ];
}
