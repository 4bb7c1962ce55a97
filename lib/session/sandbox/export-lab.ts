/**
 * The same topology on real machines: containers, virtual machines or network
 * namespaces. Configuration files go out as they are; what only the simulation
 * has (the shop, the customers) is stood in for by a few lines of Python.
 */
import { broadcastOf, formatIPv4, maskOf, parseCidr } from '../../std/ipv4';
import { overlapsZone } from './addresses';
import type { HostPart, SandboxDocument } from './document';
import { loadTarget } from './reading';
import { LOADER, SHOP, START_HOST } from './lab-scripts';
import { LOADGEN } from './writers';

/** Debian packages; what is not named here is made by `start-host`. */
const DEBIAN: Readonly<Record<string, string>> = {
  haproxy: 'haproxy',
  keepalived: 'keepalived',
  nftables: 'nftables',
  nginx: 'nginx',
  dnsmasq: 'dnsmasq',
};
/** What `start-host` and its stand-ins run with, and what one looks around with. */
const TOOLS = [
  'curl',
  'iproute2',
  'iputils-ping',
  'nftables',
  'procps',
  'python3',
  'rsyslog',
  'socat',
  'tcpdump',
  'vim-tiny',
];

export function labFiles(document: SandboxDocument): Record<string, string> {
  const files: Record<string, string> = {
    'README.md': readme(document),
    Dockerfile: imageFile(document),
    'compose.yaml': composeFile(document),
    Vagrantfile: vagrantFile(document),
    'namespaces.sh': namespaceScript(document),
    'lab/start-host.sh': START_HOST,
    'lab/shop.py': SHOP,
    'lab/loadgen.py': LOADER,
  };
  for (const [id, host] of Object.entries(document.hosts)) {
    files[`lab/hosts/${id}.env`] = environmentOf(host);
    for (const [path, { text }] of Object.entries(host.files)) files[`hosts/${id}${path}`] = text;
  }
  return files;
}

function hostsOf({ hosts }: SandboxDocument): [string, HostPart][] {
  return Object.entries(hosts);
}
/** Addresses, way out and services of a host, for the shell. */
function environmentOf(host: HostPart): string {
  const target = loadTarget(host.files[LOADGEN]?.text ?? '');
  const lines = [
    `PACKAGES="${packagesOf(host).join(' ')}"`,
    `UNITS="${host.enable.join(' ')}"`,
    `GATEWAY="${host.gateway ?? ''}"`,
    `FORWARD=${host.kind === 'router' ? 1 : 0}`,
    `ADDRESSES="${Object.entries(host.interfaces)
      .map(([device, { address }]) => `${device}=${address}`)
      .join(' ')}"`,
    ...(target === undefined ? [] : [`URL="${target.url}"`, `RATE=${target.rate}`]),
  ];
  return `${lines.join('\n')}\n`;
}

// ---------------------------------------------------------------- containers
function packagesOf({ packages }: HostPart): string[] {
  return packages.flatMap((name) => DEBIAN[name] ?? []);
}
/** The image has what any machine of the lab needs, so that they start without the internet. */
function imageFile(document: SandboxDocument): string {
  const packages = new Set([...TOOLS, ...hostsOf(document).flatMap(([, host]) => packagesOf(host))]);
  return `# One image for all machines of the lab. Which of the daemons runs is told by lab/hosts/NAME.env.
FROM debian:12
RUN apt-get update \\
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ${[...packages].sort().join(' ')} \\
 && sed -i '/imklog/d' /etc/rsyslog.conf \\
 && rm -rf /var/lib/apt/lists/*
`;
}
/**
 * Names stand in quotes: a machine may be called `no` or `1e3`, which YAML takes for something else. The
 * first machine builds the image that all use; the others wait for it, since Compose 1 goes by that order.
 */
function composeFile(document: SandboxDocument): string {
  const first = Object.keys(document.hosts)[0] ?? '';
  const services = hostsOf(document).map(
    ([id, host]) => `  "${id}":
    image: faultline-lab
${id === first ? '    build: .' : `    depends_on: ["${first}"]`}
    hostname: "${id}"
    cap_add: [NET_ADMIN]
    init: true
${sysctlsOf(host)}    command: ["/bin/bash", "/lab/start-host.sh", "${id}"]
    volumes:
      - ./lab:/lab:ro
      - ./hosts:/hosts:ro
    networks:
${Object.values(host.interfaces)
  .map(({ zone, address }) => `      "${zone}":\n        ipv4_address: ${address.split('/')[0] ?? ''}`)
  .join('\n')}
`,
  );
  const networks = Object.entries(document.zones).map(
    ([id, { subnet }]) => `  "${id}":
    driver: bridge
    ipam:
      config:
        - subnet: ${subnet}
          gateway: ${lastAddressOf(subnet)}
`,
  );
  return `# docker compose up. The image is built once, from Debian's packages; after that nothing needs the internet.
services:
${services.join('')}networks:
${networks.join('')}`;
}
/** A container reads its network's settings when it is made; its own `sysctl` may not write them. */
function sysctlsOf(host: HostPart): string {
  const settings = new Map<string, string>();
  if (host.kind === 'router') settings.set('net.ipv4.ip_forward', '1');
  for (const [path, { text }] of Object.entries(host.files)) {
    if (!/^\/etc\/sysctl\.(d\/[^/]+\.)?conf$/.test(path)) continue;
    for (const line of text.split('\n')) {
      const found = /^\s*(net\.ipv4\.[\w.]+)\s*=\s*([\w \t-]+?)\s*$/.exec(line);
      if (found !== null) settings.set(found[1] ?? '', found[2] ?? '');
    }
  }
  if (settings.size === 0) return '';
  return `    sysctls:\n${[...settings].map(([key, value]) => `      ${key}: "${value}"\n`).join('')}`;
}
/** The first address belongs to a router of the lab, so the bridge of the machine itself takes the last. */
function lastAddressOf(subnet: string): string {
  const parsed = parseCidr(subnet);
  return parsed === undefined ? '' : formatIPv4(broadcastOf(parsed) - 1);
}

// ---------------------------------------------------------------- virtual machines
/**
 * The lab's networks have no address of the machine that runs it. Vagrant's own network must be none of
 * theirs: VirtualBox would take 10.0.2.0/24 for it.
 */
function vagrantFile(document: SandboxDocument): string {
  const machines = hostsOf(document).map(([id, host]) => {
    const cards = Object.values(host.interfaces).map(
      ({ zone, address }) =>
        `    machine.vm.network "private_network", ip: "${address.split('/')[0] ?? ''}", netmask: "${maskText(address)}",
      virtualbox__intnet: "faultline-${zone}",
      libvirt__network_name: "faultline-${zone}", libvirt__forward_mode: "veryisolated", libvirt__dhcp_enabled: false`,
    );
    return `  config.vm.define "${id}" do |machine|
    machine.vm.hostname = "${id}"
${cards.join('\n')}
    machine.vm.provision "shell", run: "always", inline: "/bin/bash /vagrant/lab/start-host.sh ${id} /vagrant"
  end
`;
  });
  return `# vagrant up. One virtual machine for each host, with VirtualBox or libvirt.
# Each has one card more, for Vagrant itself; the lab's cards follow it.
Vagrant.configure("2") do |config|
  config.vm.box = "debian/bookworm64"
  config.vm.synced_folder ".", "/vagrant", type: "rsync"
  config.vm.provider "virtualbox" do |provider|
    provider.memory = 512
    provider.cpus = 1
    provider.customize ["modifyvm", :id, "--natnet1", "${natSubnet(document)}"]
  end
  config.vm.provider "libvirt" do |provider|
    provider.memory = 512
    provider.cpus = 1
  end
${machines.join('')}end
`;
}
function natSubnet(document: SandboxDocument): string {
  let third = 222;
  while (overlapsZone(document, `192.168.${third}.0/24`) && third > 0) third--;
  return `192.168.${third}.0/24`;
}
function maskText(address: string): string {
  return formatIPv4(maskOf(parseCidr(address)?.prefix ?? 32));
}

// ---------------------------------------------------------------- namespaces
function namespaceScript(document: SandboxDocument): string {
  const bridges = Object.keys(document.zones).map((zone, index) => `bridge fl-z${index} # ${zone}`);
  const zones = Object.keys(document.zones);
  const hosts = hostsOf(document).flatMap(([id, host], number) => [
    `host ${id}`,
    ...Object.entries(host.interfaces).map(
      ([device, { zone, address }], card) =>
        `card ${id} ${device} ${address} fl-z${zones.indexOf(zone)} flv${number}x${card}`,
    ),
    ...(host.gateway === undefined ? [] : [`ip -n fl-${id} route add default via ${host.gateway}`]),
  ]);
  const starts = hostsOf(document).map(([id]) => `start ${id}`);
  return `#!/bin/bash
# The lab in network namespaces of one Linux machine. Needs root, iproute2, and the daemons installed here.
#   ./namespaces.sh up      builds and starts everything
#   ./namespaces.sh shell HOST
#   ./namespaces.sh down    takes it all away
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

# The networks stand in a namespace of their own, away from this machine's firewall.
bridge() { ip -n fl-net link add "$1" type bridge; ip -n fl-net link set "$1" up; }
host() { ip netns add "fl-$1"; ip -n "fl-$1" link set lo up; }
# HOST CARD ADDRESS BRIDGE NAME-OF-THE-OTHER-END
card() {
	ip -n fl-net link add "$5" type veth peer name "$2" netns "fl-$1"
	ip -n fl-net link set "$5" master "$4" up
	ip -n "fl-$1" addr add "$3" dev "$2"
	ip -n "fl-$1" link set "$2" up
}
# Each host sees its own files: they are laid over those of this machine in a mount namespace.
start() {
	setsid ip netns exec "fl-$1" unshare --mount --uts /bin/bash "$here/lab/start-host.sh" "$1" "$here" namespace \\
		>"/tmp/fl-$1.log" 2>&1 &
	echo $! >"/run/fl-$1.pid"
}

case \${1:-} in
up)
	ip netns add fl-net
	${bridges.join('\n\t')}
	${hosts.join('\n\t')}
	${starts.join('\n\t')}
	echo "Logs stand in /tmp/fl-HOST.log."
	;;
shell)
	exec nsenter -t "$(cat "/run/fl-$2.pid")" --mount --uts --net /bin/bash
	;;
down)
	for pid in /run/fl-*.pid; do
		[ -e "$pid" ] || continue
		kill -- "-$(cat "$pid")" 2>/dev/null || true
		rm -f "$pid"
	done
	for name in $(ip netns list | awk '/^fl-/ { print $1 }'); do
		ip netns pids "$name" | xargs -r kill 2>/dev/null || true
		ip netns delete "$name"
	done
	;;
*)
	sed -n '2,5p' "$0"
	exit 2
	;;
esac
`;
}

function readme(document: SandboxDocument): string {
  const rows = hostsOf(document).map(
    ([id, host]) =>
      `| ${id} | ${host.kind} | ${document.zones[host.zone]?.label ?? host.zone} | ${Object.values(
        host.interfaces,
      )
        .map(({ address }) => address)
        .join(', ')} | ${host.enable.join(', ')} |`,
  );
  return `# ${document.title}

A lab built in the sandbox of Faultline. \`hosts/NAME/\` holds each machine's files as they were.

| machine | kind | zone | addresses | services |
| --- | --- | --- | --- | --- |
${rows.join('\n')}

## Start it

| with | start | a shell on NAME | after a change under \`hosts/NAME/\` | end |
| --- | --- | --- | --- | --- |
| containers | \`docker compose up\` | \`docker compose exec NAME bash\` | \`docker compose restart NAME\` | \`docker compose down\` |
| virtual machines | \`vagrant up\` | \`vagrant ssh NAME\` | \`vagrant rsync NAME && vagrant provision NAME\` | \`vagrant destroy\` |
| network namespaces of one Linux machine, as root, with the daemons installed | \`./namespaces.sh up\` | \`./namespaces.sh shell NAME\` | \`./namespaces.sh down\`, then \`up\` | \`./namespaces.sh down\` |

Only the virtual machines have systemd and sshd; in the other two the daemons run in the foreground, so
\`systemctl\` is of no use there. Network cards may have other names than in the sandbox (\`ip -br addr\`
shows them); \`lab/start-host.sh\` puts the right ones into the files.

The application server and the customers exist in the simulation only; \`lab/shop.py\` and \`lab/loadgen.py\`
stand in for them. The customers' log counts what they got: \`docker compose logs -f NAME\`,
\`journalctl -fu loadgen\`, \`/tmp/fl-NAME.log\`.

## Test the files

    haproxy -c -f hosts/NAME/etc/haproxy/haproxy.cfg
    keepalived -t -f hosts/NAME/etc/keepalived/keepalived.conf
    nft -c -f hosts/NAME/etc/nftables.conf
`;
}
