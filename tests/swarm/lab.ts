/** A small lab drawn from a seed, as a scenario's files: zones, a router, load balancers, shops, people outside. */
import type { RandomStream } from '../../lib/std/random';
import type { ScenarioSource } from '../../lib/session/messages';

interface LabHost {
  kind: string;
  zone: string;
  interfaces: Record<string, { zone: string; address: string }>;
  gateway?: string;
  packages: string[];
  enable: string[];
  files: Record<string, { text: string; mode?: string }>;
  cores: number;
  memory: number;
  disk: number;
  at: { x: number; y: number };
}
export interface DrawnLab {
  source: ScenarioSource;
  hosts: string[];
  /** The address that load balancers share, if they do. */
  shared: string | undefined;
}
const VIP = '10.0.1.100';

export function drawLab(random: RandomStream, seed: number): DrawnLab {
  const hosts: Record<string, LabHost> = {};
  const zones = random.pick([['dmz'], ['outside', 'dmz'], ['outside', 'dmz', 'inside']]);
  const subnets: Record<string, string> = { outside: '203.0.113', dmz: '10.0.1', inside: '10.0.2' };
  const isRouted = zones.length > 1;
  const place = (zone: string): string => (zones.includes(zone) ? zone : 'dmz');
  const add = (name: string, zone: string, octet: number, more: Partial<LabHost> = {}): void => {
    const where = place(zone);
    const net = subnets[where] ?? '';
    hosts[name] = {
      kind: 'server',
      zone: where,
      interfaces: { eth0: { zone: where, address: `${net}.${octet}/24` } },
      ...(isRouted ? { gateway: `${net}.1` } : {}),
      packages: [],
      enable: [],
      files: {},
      cores: random.integer(1, 4),
      memory: random.pick([256, 1024, 4096]),
      disk: random.pick([2048, 10_240]),
      at: { x: 0, y: 0 },
      ...more,
    };
  };
  if (isRouted) {
    add('fw', zones[0] ?? 'dmz', 1, {
      kind: 'router',
      interfaces: Object.fromEntries(
        zones.map((zone, i) => [`eth${i}`, { zone, address: `${subnets[zone]}.1/24` }]),
      ),
      packages: ['nftables'],
      enable: ['nftables'],
      files: {
        '/etc/nftables.conf': { text: ruleset(random), mode: '0755' },
        '/etc/sysctl.d/50-router.conf': { text: 'net.ipv4.ip_forward = 1\n' },
      },
    });
    delete hosts['fw']?.gateway;
  }
  const shops = random.integer(1, 2);
  for (let n = 1; n <= shops; n++)
    add(`app${n}`, 'inside', 20 + n, {
      kind: 'app',
      packages: ['shop-app'],
      enable: ['shop'],
      files: {
        '/etc/shop.conf': {
          text: `port = 8080\nconcurrency = ${random.pick([1, 4, 64])}\nprocessor = ${random.pick(['1ms', '20ms'])}\ndelay = ${random.pick(['0', '5ms', '300ms'])}\naccess_log = ${random.pick(['on', 'off'])}\n`,
        },
      },
    });
  const app = (n: number): string => `${subnets[place('inside')]}.${20 + n}:8080`;
  const balancers = random.pick([0, 1, 2, 2]);
  const shared = balancers === 2 ? VIP : undefined;
  for (let n = 1; n <= balancers; n++)
    add(`lb${n}`, 'dmz', 10 + n, {
      kind: 'load-balancer',
      packages: ['haproxy', 'keepalived'],
      enable: shared === undefined ? ['haproxy'] : ['haproxy', 'keepalived'],
      files: {
        '/etc/haproxy/haproxy.cfg': {
          text: balancer(
            random,
            Array.from({ length: shops }, (_, i) => app(i + 1)),
          ),
        },
        ...(shared === undefined
          ? {}
          : { '/etc/keepalived/keepalived.conf': { text: redundancy(random, n) } }),
        ...(random.chance(0.5)
          ? { '/etc/sysctl.d/60-lb.conf': { text: 'net.ipv4.ip_nonlocal_bind = 1\n' } }
          : {}),
      },
    });
  const goal = shared ?? (balancers === 1 ? '10.0.1.11' : (app(1).split(':')[0] ?? ''));
  const url = `http://${goal}${balancers === 0 ? ':8080' : ''}/`;
  const traffic: Record<string, object> = {};
  add('clients', 'outside', 10, { kind: 'clients', packages: ['loadgen'], enable: ['loadgen'] });
  traffic['clients'] = {
    host: 'clients',
    url,
    rate: random.pick([1, 5, 20]),
    arrival: random.pick(['uniform', 'poisson']),
    timeout: random.pick(['2s', '10s']),
    clients: random.pick([1, 20]),
    'keep-cookies': random.chance(0.5),
  };
  add('bastion', 'dmz', 5, { kind: 'bastion', packages: ['nftables'] });
  const scenario = {
    format: 1,
    id: 'swarm',
    title: 'Swarm',
    track: 'Tests',
    difficulty: 1,
    minutes: 10,
    teaches: ['nothing'],
    summary: `Lab of seed ${seed}`,
    start: { host: 'bastion', user: 'student' },
    lab: {
      epoch: '2026-11-23T13:59:00Z',
      zones: Object.fromEntries(
        zones.map((zone) => [
          zone,
          { subnet: `${subnets[zone]}.0/24`, latency: random.pick(['100us', '5ms']), at: { x: 0, y: 0 } },
        ]),
      ),
      hosts,
      names: { 'shop.example': goal },
      users: { student: { sudo: true } },
      settle: '30s',
      traffic,
    },
    timeline: [],
    deadline: '4h',
    objectives: [
      {
        id: 'answers',
        kind: 'service-answers',
        title: 'It answers',
        why: 'It did not.',
        from: 'clients',
        for: '3h',
      },
    ],
    solutions: [{ id: 'none', title: 'None', steps: [{ wait: '1s' }] }],
  };
  return {
    source: {
      id: 'swarm',
      // JSON is YAML too.
      files: {
        'scenario.yaml': JSON.stringify(scenario, undefined, 1),
        'brief.md': '# Swarm\n',
        'debrief.md': '# Swarm\n',
      },
    },
    hosts: Object.keys(hosts),
    shared,
  };
}

function ruleset(random: RandomStream): string {
  const policy = random.pick(['accept', 'drop']);
  const nat = random.chance(0.3)
    ? '\tchain postrouting {\n\t\ttype nat hook postrouting priority srcnat; policy accept;\n\t\toifname "eth1" masquerade\n\t}\n'
    : '';
  return `#!/usr/sbin/nft -f\nflush ruleset\ntable inet filter {\n\tchain forward {\n\t\ttype filter hook forward priority filter; policy ${policy};\n\t\tct state established,related accept\n\t\tct state invalid drop\n\t\tip protocol icmp accept\n\t\ttcp dport { 22, 80, 8080 } counter accept\n\t}\n${nat}}\n`;
}
function balancer(random: RandomStream, servers: readonly string[]): string {
  const lines = servers.map(
    (address, i) =>
      `\tserver app${i + 1} ${address} check inter ${random.pick(['500', '2000'])} fall 2 rise 2`,
  );
  return `global\n\tlog /dev/log local0\n\tstats socket /run/haproxy/admin.sock mode 660 level admin\n\tuser haproxy\n\tgroup haproxy\n\tdaemon\n\ndefaults\n\tmode ${random.pick(['http', 'tcp'])}\n\ttimeout connect 2s\n\ttimeout client 10s\n\ttimeout server 5s\n\tretries ${random.integer(0, 3)}\n\nfrontend web\n\tbind *:80\n\tdefault_backend shop\n\nbackend shop\n\tbalance ${random.pick(['roundrobin', 'leastconn', 'source'])}\n${random.chance(0.5) ? '\toption redispatch\n' : ''}${lines.join('\n')}\n`;
}
function redundancy(random: RandomStream, n: number): string {
  const tracks = random.chance(0.5);
  const script = `vrrp_script alive {\n\tscript "/usr/bin/killall -0 haproxy"\n\tinterval 2\n\tfall 2\n\trise 2\n${random.chance(0.5) ? '\tweight -60\n' : ''}}\n`;
  return `global_defs {\n\trouter_id lb${n}\n\tscript_user root\n\tenable_script_security\n}\n${tracks ? script : ''}vrrp_instance VI_1 {\n\tstate ${n === 1 ? 'MASTER' : 'BACKUP'}\n\tinterface eth0\n\tvirtual_router_id 51\n\tpriority ${n === 1 ? 150 : 100}\n\tadvert_int 1\n\tvirtual_ipaddress {\n\t\t${VIP}/24\n\t}\n${tracks ? '\ttrack_script {\n\t\talive\n\t}\n' : ''}}\n`;
}
