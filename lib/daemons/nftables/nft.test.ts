/** The tool on simulated hosts: what it prints, and what its rules do to packets. */
import { describe, expect, test } from 'vitest';
import { SECOND } from '../../std/instant';
import { parseIPv4 } from '../../std/ipv4';
import { checkNftables } from './checker';
import { ToolLab } from '../tool-lab';
import { registerMailboxes } from '../mailbox';
import { register } from './index';

function lab(configuration = ''): ToolLab {
  const made = new ToolLab([register, registerMailboxes])
    .segment('lan', '10.0.0.0/24')
    .segment('dmz', '10.0.1.0/24');
  const options = { packages: ['nftables'] };
  made.host('client', { eth0: 'lan 10.0.0.2/24' }, { ...options, routes: [gateway('10.0.0.1')] });
  made.host(
    'fw',
    { eth0: 'lan 10.0.0.1/24', eth1: 'dmz 10.0.1.1/24' },
    {
      ...options,
      sysctl: { 'net.ipv4.ip_forward': '1' },
      files: { '/etc/fw.nft': { text: configuration } },
    },
  );
  made.host('web', { eth0: 'dmz 10.0.1.10/24' }, { ...options, routes: [gateway('10.0.1.1')] });
  return made;
}
function gateway(via: string) {
  return {
    destination: 0,
    prefix: 0,
    via: parseIPv4(via),
    device: 'eth0',
    metric: 0,
    protocol: 'static',
    scope: 'global',
    type: 'unicast',
  } as const;
}
function nft(made: ToolLab, ...args: string[]) {
  const { stdout, stderr, exit } = made.run('fw', ['nft', ...args]);
  return { stdout, stderr, exit };
}
/** How a connection from the client ends: what it is told first. */
function connect(made: ToolLab, address: string, port: number): string {
  const { world, kernel } = made;
  const seen: string[] = [];
  world.callback<null, { type: string; errno?: string }>(`try.${kernel.now}`, (_, event) => {
    seen.push(event.errno ?? event.type);
  });
  const on = { name: `try.${kernel.now}`, pid: 0, data: null };
  world.network.connect(world.host('client'), { pid: 0, ip: parseIPv4(address) ?? 0, port, on });
  made.pass(2 * SECOND);
  return seen[0] ?? 'silence';
}
function serve(made: ToolLab, host: string, port: number): void {
  made.world.callback('serve', () => undefined);
  made.world.network.listen(made.world.host(host), {
    pid: 0,
    ip: 0,
    port,
    on: { name: 'serve', pid: 0, data: null },
  });
}

const rules = (rule: string): string =>
  `table inet f {\n chain c {\n  type filter hook forward priority 0; policy accept;\n  ct state established accept\n  ${rule}\n }\n}\n`;

describe('the command line', () => {
  test('handles count up within the table, sets of a rule before the rule', () => {
    const made = lab();
    nft(made, 'add', 'table', 'inet', 'filter');
    nft(made, 'add chain inet filter input { type filter hook input priority 0; }');
    nft(made, 'add rule inet filter input tcp dport 80 counter accept');
    nft(made, 'add rule inet filter input tcp dport { 22, 443 } accept');
    nft(made, 'insert rule inet filter input position 4 ct state new drop');
    expect(nft(made, '-a', 'list', 'ruleset').stdout).toBe(`table inet filter { # handle 1
	chain input { # handle 1
		type filter hook input priority filter; policy accept;
		tcp dport 80 counter packets 0 bytes 0 accept # handle 2
		ct state new drop # handle 5
		tcp dport { 22, 443 } accept # handle 4
	}
}
`);
    expect(nft(made, 'delete rule inet filter input handle 4').exit).toBe(0);
    expect(nft(made, 'list chain inet filter input').stdout).not.toContain('443');
  });

  test('a file is loaded as a whole or not at all', () => {
    const made = lab('flush ruleset\ntable ip a {\n chain b {\n  jump nowhere\n }\n}\n');
    nft(made, 'add table ip kept');
    expect(nft(made, '-f', '/etc/fw.nft')).toEqual({
      stdout: '',
      stderr:
        '/etc/fw.nft:4:8-14: Error: Could not process rule: No such file or directory\n  jump nowhere\n       ^^^^^^^\n',
      exit: 1,
    });
    expect(nft(made, 'list tables').stdout).toBe('table ip kept\n');
  });

  test('-c changes nothing; -n says numbers; -s leaves counters out; -j speaks JSON', () => {
    const made = lab();
    nft(made, '-c', 'add', 'table', 'ip', 'x');
    expect(nft(made, 'list', 'ruleset').stdout).toBe('');
    nft(
      made,
      'add table ip x; add chain ip x y { type filter hook input priority filter; }; add rule ip x y ip protocol tcp counter',
    );
    expect(nft(made, '-n', 'list', 'ruleset').stdout).toContain('priority 0;');
    expect(nft(made, '-n', 'list', 'ruleset').stdout).toContain('ip protocol 6 counter packets 0 bytes 0');
    expect(nft(made, '-s', 'list', 'ruleset').stdout).toContain('ip protocol tcp counter\n');
    expect(nft(made, '-j', 'list', 'tables').stdout).toContain(
      '{"table": {"family": "ip", "name": "x", "handle": 1}}',
    );
  });

  test('includes are read where they stand, wildcards in order', () => {
    const made = lab('define port = 22\ninclude "/etc/nft.d/*.nft"\n');
    const fw = made.world.host('fw');
    fw.install('/etc/nft.d/20.nft', { text: 'add rule ip x y tcp dport $port accept\n' });
    fw.install('/etc/nft.d/10.nft', { text: 'add table ip x\nadd chain ip x y\n' });
    expect(nft(made, '-f', '/etc/fw.nft')).toEqual({ stdout: '', stderr: '', exit: 0 });
    expect(nft(made, 'list chain ip x y').stdout).toContain('tcp dport 22 accept');
  });
});

describe('packets', () => {
  test('counters are live, and replacing the ruleset around them keeps them', () => {
    const made = lab(
      'table inet f {\n chain through {\n  type filter hook forward priority 0; policy drop;\n  tcp dport 80 counter drop\n }\n}\n',
    );
    nft(made, '-f', '/etc/fw.nft');
    serve(made, 'web', 80);
    expect(connect(made, '10.0.1.10', 80)).toBe('silence');
    // One SYN and its repetition after a second.
    expect(nft(made, 'list chain inet f through').stdout).toContain('counter packets 2 bytes 120 drop');
    nft(made, 'add rule inet f through accept');
    expect(nft(made, 'list chain inet f through').stdout).toContain('counter packets 2 bytes 120 drop');
  });

  test('destination and source nat, with the rule of the forward hook on the translated port', () => {
    const made = lab(`table ip nat {
 chain pre { type nat hook prerouting priority dstnat; iifname "eth0" tcp dport 80 dnat to 10.0.1.10:8080; }
 chain post { type nat hook postrouting priority srcnat; oifname "eth1" masquerade; }
}
table inet f {
 chain through {
  type filter hook forward priority filter; policy drop;
  ct state established,related accept
  ct status dnat tcp dport 8080 counter accept
 }
}
`);
    expect(nft(made, '-f', '/etc/fw.nft').stderr).toBe('');
    serve(made, 'web', 8080);
    expect(connect(made, '10.0.0.1', 80)).toBe('connected');
    expect(nft(made, 'list chain inet f through').stdout).toContain('counter packets 1 bytes 60 accept');
    const [entry] = made.world.network.conntrack(made.world.host('fw'));
    expect(entry).toMatchObject({ dport: 80, replySport: 8080, replyDst: parseIPv4('10.0.1.1') });
  });

  test('log lines go to the kernel log', () => {
    const made = lab(
      'table inet f {\n chain in {\n  type filter hook input priority 0;\n  tcp dport 23 log prefix "telnet: " reject with tcp reset\n }\n}\n',
    );
    nft(made, '-f', '/etc/fw.nft');
    expect(connect(made, '10.0.0.1', 23)).toBe('ECONNREFUSED');
    const lines = made.world.host('fw').state.log.filter(({ transport }) => transport === 'kernel');
    expect(lines.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^telnet: IN=eth0 OUT= MAC=.* SRC=10.0.0.2 DST=10.0.0.1 .* DPT=23 /),
    ]);
  });

  test('a set that packets fill lets its elements go after their time', () => {
    const made = lab(`table inet f {
 set seen { type ipv4_addr; flags dynamic,timeout; timeout 3s; }
 chain in { type filter hook input priority 0; tcp dport 22 add @seen { ip saddr }; }
}
`);
    expect(nft(made, '-f', '/etc/fw.nft').stderr).toBe('');
    connect(made, '10.0.0.1', 22);
    expect(nft(made, 'list set inet f seen').stdout).toMatch(
      /elements = \{ 10\.0\.0\.2 expires \d+(?:s\d*)?m?s? \}/,
    );
    made.pass(4 * SECOND);
    expect(nft(made, 'list set inet f seen').stdout).not.toContain('elements');
  });
});

test('the checker says what the tool says, with its place', () => {
  const { diagnostics } = checkNftables([
    {
      path: '/etc/nftables.conf',
      text: 'table inet f {\n chain c {\n  tcp dport 99999 accept\n  socket transparent 1 accept\n }\n}\n',
    },
  ]);
  expect(
    diagnostics.map(({ file, line, column, message, severity }) => [file, line, column, severity, message]),
  ).toEqual([
    ['/etc/nftables.conf', 4, 3, 'notice', 'not modelled: socket'],
    ['/etc/nftables.conf', 3, 13, 'error', 'Service out of range'],
  ]);
});

describe('statements that remember', () => {
  test('a quota lets through until it is used up, and is listed with what was used', () => {
    const made = lab(rules('tcp dport 80 quota over 150 bytes drop'));
    serve(made, 'web', 80);
    expect(nft(made, '-f', '/etc/fw.nft').exit).toBe(0);
    expect([1, 2, 3].map(() => connect(made, '10.0.1.10', 80))).toEqual([
      'connected',
      'connected',
      'silence',
    ]);
    expect(nft(made, 'list ruleset').stdout).toContain('quota over 150 bytes used 150 bytes drop');
    expect(nft(made, '-s', 'list', 'ruleset').stdout).toContain('quota over 150 bytes drop');
  });
  test('ct count looks at connections that are open', () => {
    const made = lab(rules('tcp dport 80 ct state new ct count over 1 reject with tcp reset'));
    serve(made, 'web', 80);
    nft(made, '-f', '/etc/fw.nft');
    expect([1, 2].map(() => connect(made, '10.0.1.10', 80))).toEqual(['connected', 'ECONNREFUSED']);
  });
  test('a meter counts for each address, and is listed apart', () => {
    const made = lab(
      rules('tcp dport 80 meter m { ip saddr limit rate over 1/hour burst 1 packets } reject with tcp reset'),
    );
    serve(made, 'web', 80);
    nft(made, '-f', '/etc/fw.nft');
    expect([1, 2].map(() => connect(made, '10.0.1.10', 80))).toEqual(['connected', 'ECONNREFUSED']);
    expect(nft(made, 'list ruleset').stdout).not.toContain('elements');
    expect(nft(made, 'list meters').stdout).toContain(
      'elements = { 10.0.0.2 limit rate over 1/hour burst 1 packets }',
    );
  });
  test('numbers in turn choose among addresses', () => {
    const made = lab(
      'table ip n {\n chain c {\n  type nat hook prerouting priority dstnat;\n  tcp dport 80 dnat to numgen inc mod 2 map { 0 : 10.0.1.10, 1 : 10.0.0.1 }\n }\n}\n',
    );
    serve(made, 'web', 80);
    expect(nft(made, '-f', '/etc/fw.nft')).toMatchObject({ exit: 0, stderr: '' });
    expect([1, 2, 3].map(() => connect(made, '10.0.0.1', 80))).toEqual([
      'connected',
      'ECONNREFUSED',
      'connected',
    ]);
  });
  test('a packet whose sender is elsewhere by the routes has no way back by its interface', () => {
    const made = lab(rules('fib saddr . iif oif missing counter drop'));
    serve(made, 'web', 80);
    nft(made, '-f', '/etc/fw.nft');
    expect(connect(made, '10.0.1.10', 80)).toBe('connected');
    expect(nft(made, 'list ruleset').stdout).toContain('oif missing counter packets 0 bytes 0 drop');
  });
  test('a named quota is used by several rules and cannot go while it is', () => {
    const made = lab(
      'table inet f {\n quota q { over 100 bytes }\n chain c {\n  type filter hook forward priority 0;\n  ct state established accept\n  tcp dport 80 quota name q drop\n }\n}\n',
    );
    serve(made, 'web', 80);
    nft(made, '-f', '/etc/fw.nft');
    expect([1, 2].map(() => connect(made, '10.0.1.10', 80))).toEqual(['connected', 'silence']);
    expect(nft(made, 'delete quota inet f q').stderr).toContain('Device or resource busy');
    expect(nft(made, 'reset quotas').stdout).toContain('over 100 bytes used 100 bytes');
    expect(nft(made, 'list quota inet f q').stdout).toContain('\t\tover 100 bytes\n');
  });
});

describe('what headers hold', () => {
  const through = (...forms: string[]): string =>
    `table inet f {\n chain c {\n  type filter hook forward priority 0;\n${forms.map((form) => `  ct state new ${form} counter\n`).join('')} }\n}\n`;
  function counted(forms: readonly string[]): string[] {
    const made = lab(through(...forms));
    serve(made, 'web', 80);
    expect(nft(made, '-f', '/etc/fw.nft')).toMatchObject({ stderr: '', exit: 0 });
    connect(made, '10.0.1.10', 80);
    const lines = nft(made, 'list ruleset').stdout.split('\n');
    return forms.filter((_, index) => lines[3 + index]?.includes('packets 1') === true);
  }
  test('a SYN of Linux, as recorded', () => {
    const held = [
      'ip version 4',
      'ip hdrlength 5',
      'ip frag-off & 0x4000 != 0',
      'ip ecn not-ect',
      'tcp doff 10',
      'tcp window 64240',
      'tcp ackseq 0',
      'tcp urgptr 0',
      'tcp option maxseg size 1460',
      'tcp option window exists',
      'tcp option sack missing',
      'meta priority none',
      'iifgroup default',
      'meta ipsec missing',
      'ct reply ip saddr 10.0.1.10',
      'tcp dport 80 ct reply proto-src 80',
      'fib saddr oifname "eth0"',
      '@th,16,16 80',
      '@nh,64,8 63',
      'ip saddr & 255.255.255.0 == 10.0.0.0',
      'tcp dport | 1 == 81',
      'tcp dport ^ 1 == 81',
      'tcp dport 80 rt mtu 1460',
    ];
    expect(counted(held)).toEqual(held);
    const missed = [
      'ip id 0',
      'tcp doff 8',
      'tcp option maxseg missing',
      'tcp option fastopen exists',
      'ip6 hoplimit 63',
      'sctp dport 80',
      'frag more-fragments 1',
      'ip dscp != cs0',
      'tcp dport & 1 == 1',
      'ct label 5',
      'osf name "Linux"',
      'ipsec in reqid 1',
    ];
    expect(counted(missed)).toEqual([]);
  });
  test('what is written is read by the rules behind it', () => {
    const made = lab(
      rules('ip ttl set 7 ip dscp set ef meta priority set 1:2 meta mark set tcp dport map { 80 : 6 }')
        .replace(/}\n}\n$/, '')
        .concat(
          'ip ttl 7 ip dscp ef ip ecn not-ect meta priority 1:2 counter\n meta mark & 2 == 2 meta mark & 0xf | 8 == 14 counter\n }\n}\n',
        ),
    );
    serve(made, 'web', 80);
    expect(nft(made, '-f', '/etc/fw.nft')).toMatchObject({ stderr: '', exit: 0 });
    expect(connect(made, '10.0.1.10', 80)).toBe('connected');
    const listed = nft(made, 'list ruleset').stdout;
    expect(listed).not.toContain('packets 0');
    expect(listed).toContain('meta mark & 0x0000000f | 0x00000008 == 0x0000000e');
  });
  test('nobody listens to a queue: packets are lost, unless they may pass; a proxy takes none', () => {
    for (const [form, outcome] of [
      ['queue num 1', 'silence'],
      ['queue num 1-3 bypass', 'connected'],
    ] as const) {
      const made = lab(rules(`tcp dport 80 ${form}`));
      serve(made, 'web', 80);
      expect(nft(made, '-f', '/etc/fw.nft')).toMatchObject({ stderr: '', exit: 0 });
      expect(connect(made, '10.0.1.10', 80)).toBe(outcome);
    }
    const made = lab(
      'table ip n {\n chain c {\n  type filter hook prerouting priority mangle;\n  tcp dport 80 tproxy to :8080 counter drop\n }\n}\n',
    );
    serve(made, 'web', 80);
    expect(nft(made, '-f', '/etc/fw.nft')).toMatchObject({ stderr: '', exit: 0 });
    expect(connect(made, '10.0.1.10', 80)).toBe('connected');
  });
  test('ports by map, counters by map, maps that rules fill', () => {
    const made = lab(
      'table ip n {\n counter web { }\n map seen { type ipv4_addr : mark; flags dynamic; size 10; }\n chain c {\n  type nat hook prerouting priority dstnat;\n  counter name tcp dport map { 80 : "web", 81 : "web" }\n  add @seen { ip saddr : 5 }\n  redirect to :tcp dport map { 80 : 8080 }\n }\n}\n'.replace(
        '  redirect',
        '  tcp dport 80 redirect',
      ),
    );
    serve(made, 'fw', 8080);
    expect(nft(made, '-f', '/etc/fw.nft')).toMatchObject({ stderr: '', exit: 0 });
    expect(connect(made, '10.0.0.1', 80)).toBe('connected');
    expect(nft(made, 'list counter ip n web').stdout).toContain('packets 1 bytes 60');
    expect(nft(made, 'list map ip n seen').stdout).toContain('10.0.0.2 : 0x00000005');
  });
});

test('what does not fit its chain is refused at the commit; a mere check minds it only after that', () => {
  const made = lab('table ip n {\n chain c {\n  type filter hook forward priority 0;\n  masquerade\n }\n}\n');
  expect(nft(made, '-c', '-f', '/etc/fw.nft').exit).toBe(0);
  expect(nft(made, '-f', '/etc/fw.nft').stderr).toContain('Operation not supported');
  expect(nft(made, '-c', '-f', '/etc/fw.nft').exit).toBe(1);
  expect(nft(made, 'add table ip other').exit).toBe(0);
  expect(nft(made, '-c', '-f', '/etc/fw.nft').exit).toBe(0);
});
