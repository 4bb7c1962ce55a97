/** Tools that look at the network and use it: iproute2, iputils, curl, dig, nc and their like. */
import type { FileSpec } from '../../world/files.contract';
import type { Program } from '../../world/process.contract';
import type { Registry } from '../../world/world.contract';
import { registerMailboxes } from '../mailbox';
import { arping } from './arping';
import { conntrack } from './conntrack';
import { curl } from './curl/curl';
import { dig } from './dns/dig';
import { host } from './dns/host';
import { nslookup } from './dns/nslookup';
import { getent } from './getent';
import { ip } from './ip/ip';
import { mtr } from './mtr';
import { nc } from './nc';
import { arp, ifconfig, route } from './net-tools';
import { netstat } from './netstat';
import { ping } from './ping';
import { procNet } from './proc-net';
import { socat } from './socat';
import { ss } from './ss';
import { tcpdump } from './tcpdump/tcpdump';
import { telnet } from './telnet';
import { traceroute } from './traceroute';
import { wget } from './wget';

/** Package → path → program: as `dpkg -L` lists them. */
const TOOLS: Readonly<Record<string, Readonly<Record<string, readonly [string, Program]>>>> = {
  iproute2: { '/usr/bin/ip': ['ip', ip], '/usr/bin/ss': ['ss', ss] },
  'iputils-ping': { '/usr/bin/ping': ['ping', ping] },
  'iputils-arping': { '/usr/bin/arping': ['arping', arping] },
  traceroute: { '/usr/bin/traceroute': ['traceroute', traceroute] },
  curl: { '/usr/bin/curl': ['curl', curl] },
  'bind9-dnsutils': { '/usr/bin/dig': ['dig', dig], '/usr/bin/nslookup': ['nslookup', nslookup] },
  'bind9-host': { '/usr/bin/host': ['host', host] },
  'netcat-openbsd': { '/usr/bin/nc': ['nc', nc] },
  conntrack: { '/usr/sbin/conntrack': ['conntrack', conntrack] },
  tcpdump: { '/usr/bin/tcpdump': ['tcpdump', tcpdump] },
  socat: { '/usr/bin/socat': ['socat', socat] },
  wget: { '/usr/bin/wget': ['wget', wget] },
  'mtr-tiny': { '/usr/bin/mtr': ['mtr', mtr] },
  'net-tools': {
    '/usr/bin/netstat': ['netstat', netstat],
    '/usr/sbin/route': ['route', route],
    '/usr/sbin/ifconfig': ['ifconfig', ifconfig],
    '/usr/sbin/arp': ['arp', arp],
  },
  telnet: { '/usr/bin/telnet': ['telnet', telnet] },
  'libc-bin': { '/usr/bin/getent': ['getent', getent] },
};
/** Other names of the same file. */
const LINKS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  iproute2: { '/usr/sbin/ip': '../bin/ip' },
  'netcat-openbsd': { '/usr/bin/netcat': 'nc' },
};
const RT_TABLES =
  '#\n# reserved values\n#\n255\tlocal\n254\tmain\n253\tdefault\n0\tunspec\n#\n# local\n#\n#1\tinr.ruhep\n';
export const NETWORK_TOOLS: readonly string[] = Object.keys(TOOLS);

export function register(registry: Registry): void {
  registerMailboxes(registry);
  registry.virtualFiles('/proc/net', procNet);
  for (const [name, tools] of Object.entries(TOOLS)) {
    const files: Record<string, FileSpec> = {};
    for (const [path, [program, run]] of Object.entries(tools)) {
      registry.program(`network-tools/${program}`, run);
      files[path] = { program: `network-tools/${program}` };
    }
    for (const [path, link] of Object.entries(LINKS[name] ?? {})) files[path] = { link };
    if (name === 'iproute2') files['/etc/iproute2/rt_tables'] = { text: RT_TABLES };
    registry.package(name, files);
  }
}
