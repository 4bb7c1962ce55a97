/**
 * The same topology on real machines: containers, virtual machines or network
 * namespaces. Configuration files go out as they are; what only the simulation
 * has (the shop, the customers) is stood in for by a few lines of Python.
 */
import { formatIPv4, broadcastOf, parseCidr } from '../../std/ipv4';
import type { HostPart, SandboxDocument } from './document';
import { loadTarget } from './reading';
import { LOADGEN } from './writers';

/** Debian packages; what is not named here is made by `start-host`. */
const DEBIAN: Readonly<Record<string, string>> = {
  haproxy: 'haproxy',
  keepalived: 'keepalived',
  nftables: 'nftables',
  nginx: 'nginx',
  dnsmasq: 'dnsmasq',
};

export function labFiles(document: SandboxDocument): Record<string, string> {
  const files: Record<string, string> = {
    'README.md': readme(document),
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
  const packages = host.packages.flatMap((name) => DEBIAN[name] ?? []);
  const target = loadTarget(host.files[LOADGEN]?.text ?? '');
  const lines = [
    `PACKAGES="${packages.join(' ')}"`,
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
/** Names stand in quotes: a machine may be called `no` or `1e3`, which YAML takes for something else. */
function composeFile(document: SandboxDocument): string {
  const services = hostsOf(document).map(
    ([id, host]) => `  "${id}":
    image: debian:12
    hostname: "${id}"
    privileged: true
    command: ["/bin/bash", "/lab/start-host.sh", "${id}"]
    volumes:
      - ./lab:/lab:ro
      - ./hosts:/hosts:ro
    networks:
${Object.values(host.interfaces)
  .map(({ zone, address }) => `      "${zone}":\n        ipv4_address: ${address.split('/')[0] ?? ''}`)
  .join('\n')}
`,
  );
  const networks = Object.entries(document.zones).map(([id, { subnet }]) => {
    const parsed = parseCidr(subnet);
    // The first address belongs to a router of the lab, so the bridge of the machine itself takes the last.
    const bridge = parsed === undefined ? '' : formatIPv4(broadcastOf(parsed) - 1);
    return `  "${id}":
    driver: bridge
    internal: false
    ipam:
      config:
        - subnet: ${subnet}
          gateway: ${bridge}
`;
  });
  return `# docker compose up. Packages are installed when a container starts, so the first start needs the internet.
name: faultline-lab
services:
${services.join('')}networks:
${networks.join('')}`;
}

// ---------------------------------------------------------------- virtual machines
function vagrantFile(document: SandboxDocument): string {
  const machines = hostsOf(document).map(([id, host]) => {
    const cards = Object.values(host.interfaces).map(
      ({ zone, address }) =>
        `    machine.vm.network "private_network", ip: "${address.split('/')[0] ?? ''}", netmask: "${maskText(address)}", virtualbox__intnet: "faultline-${zone}"`,
    );
    return `  config.vm.define "${id}" do |machine|
    machine.vm.hostname = "${id}"
${cards.join('\n')}
    machine.vm.provision "shell", run: "always", inline: "setsid /bin/bash /vagrant/lab/start-host.sh ${id} /vagrant >/var/log/lab.log 2>&1 &"
  end
`;
  });
  return `# vagrant up. One virtual machine for each host; eth0 is Vagrant's own, the lab's cards follow.
Vagrant.configure("2") do |config|
  config.vm.box = "debian/bookworm64"
  config.vm.provider "virtualbox" do |provider|
    provider.memory = 512
    provider.cpus = 1
  end
${machines.join('')}end
`;
}
function maskText(address: string): string {
  const prefix = Number(address.split('/')[1] ?? 32);
  const mask = prefix === 0 ? 0 : (-1 << (32 - prefix)) >>> 0;
  return formatIPv4(mask);
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

bridge() { ip link add "$1" type bridge; ip link set "$1" up; }
host() { ip netns add "fl-$1"; ip -n "fl-$1" link set lo up; }
# HOST CARD ADDRESS BRIDGE NAME-OF-THE-OTHER-END
card() {
	ip link add "$5" type veth peer name "$2" netns "fl-$1"
	ip link set "$5" master "$4" up
	ip -n "fl-$1" addr add "$3" dev "$2"
	ip -n "fl-$1" link set "$2" up
}
# Each host sees its own files: they are laid over /etc in a mount namespace.
start() {
	setsid ip netns exec "fl-$1" unshare --mount --uts /bin/bash "$here/lab/start-host.sh" "$1" "$here" namespace \\
		>"/tmp/fl-$1.log" 2>&1 &
	echo $! >"/run/fl-$1.pid"
}

case \${1:-} in
up)
	${bridges.join('\n\t')}
	${hosts.join('\n\t')}
	${starts.join('\n\t')}
	echo "Logs stand in /tmp/fl-HOST.log."
	;;
shell)
	exec ip netns exec "fl-$2" /bin/bash
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
	for name in $(ip -o link show type bridge | awk -F': ' '$2 ~ /^fl-z/ { print $2 }'); do ip link delete "$name"; done
	;;
*)
	sed -n '2,5p' "$0"
	exit 2
	;;
esac
`;
}

/** One script for all three: what systemd would do, in the order in which it would. */
const START_HOST = `#!/bin/bash
# start-host.sh HOST [FOLDER] [namespace]: installs what the host needs, puts its files in place, starts its services.
set -u
host=$1
root=\${2:-}
kind=\${3:-machine}
. "$root/lab/hosts/$host.env"

if [ "$kind" = machine ]; then
	export DEBIAN_FRONTEND=noninteractive
	# Nothing starts before its configuration is there.
	printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d && chmod 755 /usr/sbin/policy-rc.d
	apt-get update -qq && apt-get install -y -qq iproute2 procps python3-minimal $PACKAGES >/dev/null
	rm -f /usr/sbin/policy-rc.d
else
	hostname "$host" 2>/dev/null || true
	# /etc, /run and /var/lib of its own, so that hosts do not share files and sockets.
	for folder in /etc /run; do
		layer=$(mktemp -d)
		mkdir "$layer/upper" "$layer/work"
		mount -t overlay overlay -o "lowerdir=$folder,upperdir=$layer/upper,workdir=$layer/work" "$folder" ||
			mount -t tmpfs tmpfs "$folder"
	done
fi

if [ -d "$root/hosts/$host" ]; then cp -r "$root/hosts/$host/." /; fi
# Cards have other names on some machines (Vagrant keeps eth0 for itself): found by address, and named so in the files.
names=
for pair in $ADDRESSES; do
	found=$(ip -o -4 addr show | awk -v address="\${pair#*=}" '$4 == address { print $2; exit }')
	[ -n "$found" ] && [ "$found" != "\${pair%%=*}" ] && names="$names \${pair%%=*}=$found"
done
files=$(grep -rlIE '\\beth[0-9]+\\b' /etc/keepalived /etc/nftables.conf /etc/haproxy /etc/nginx 2>/dev/null || true)
for file in $files; do
	for pair in $names; do sed -i "s/\\b\${pair%%=*}\\b/@\${pair#*=}@/g" "$file"; done
	for pair in $names; do sed -i "s/@\${pair#*=}@/\${pair#*=}/g" "$file"; done
done
[ "$FORWARD" = 1 ] && sysctl -qw net.ipv4.ip_forward=1
for file in /etc/sysctl.d/*.conf; do [ -e "$file" ] && sysctl -q -p "$file" || true; done
if [ -n "$GATEWAY" ] && [ "$kind" = machine ]; then ip route replace default via "$GATEWAY" || true; fi

serve() { "$@" & }
for unit in $UNITS; do
	case $unit in
	nftables) nft -f /etc/nftables.conf ;;
	haproxy)
		mkdir -p /run/haproxy /var/lib/haproxy
		haproxy -c -f /etc/haproxy/haproxy.cfg && serve haproxy -W -db -f /etc/haproxy/haproxy.cfg
		;;
	keepalived) serve keepalived --dont-fork --log-console -f /etc/keepalived/keepalived.conf ;;
	nginx) serve nginx -g 'daemon off;' ;;
	dnsmasq) serve dnsmasq --keep-in-foreground ;;
	shop) serve python3 "$root/lab/shop.py" "$host" ;;
	loadgen) serve python3 "$root/lab/loadgen.py" "$URL" "$RATE" ;;
	*) echo "$host: $unit is not started here" >&2 ;;
	esac
done
if [ -z "$(jobs -p)" ]; then exec sleep infinity; fi
wait
`;
const SHOP = `#!/usr/bin/env python3
"""Stands in for the simulated application server: answers on port 8080."""
import http.server
import sys

NAME = sys.argv[1] if len(sys.argv) > 1 else "app"


class Shop(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = (NAME + "\\n").encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        pass  # a health check that hangs up early is no news


Server(("0.0.0.0", 8080), Shop).serve_forever()
`;
const LOADER = `#!/usr/bin/env python3
"""Stands in for the simulated customers: asks for a page so often each second and counts."""
import sys
import threading
import time
import urllib.request

URL, RATE = sys.argv[1], float(sys.argv[2])
counts = {"ok": 0, "failed": 0}


def ask():
    try:
        with urllib.request.urlopen(URL, timeout=8) as answer:
            answer.read()
        counts["ok"] += 1
    except Exception:
        counts["failed"] += 1


def tell():
    while True:
        time.sleep(1)
        print(counts["ok"], "ok,", counts["failed"], "failed", flush=True)
        counts["ok"] = counts["failed"] = 0


threading.Thread(target=tell, daemon=True).start()
while True:
    threading.Thread(target=ask, daemon=True).start()
    time.sleep(1 / RATE)
`;

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

- Containers: \`docker compose up\`
- Virtual machines: \`vagrant up\`
- Network namespaces of one Linux machine, as root, with the daemons installed: \`./namespaces.sh up\`

The application server and the customers exist in the simulation only; \`lab/shop.py\` and \`lab/loadgen.py\`
stand in for them.

## Test the files

    haproxy -c -f hosts/NAME/etc/haproxy/haproxy.cfg
    keepalived -t -f hosts/NAME/etc/keepalived/keepalived.conf
    nft -c -f hosts/NAME/etc/nftables.conf
`;
}
