/** The tools' texts and exit codes as recorded in truth/host (b04, b14, c05, c08, c09, v03). */
import { beforeEach, describe, expect, it } from 'vitest';
import { SECOND } from '../../std/instant';
import { parseIPv4 } from '../../std/ipv4';
import type { SocketEvent } from '../../world/network.contract';
import type { Registry } from '../../world/world.contract';
import { ToolLab } from '../tool-lab';
import { NETWORK_TOOLS, register } from './index';

/** A web server that answers `hello` and closes; `/slow` never answers. */
function server(registry: Registry): void {
  registry.daemon({
    kind: 'test-server',
    register(world) {
      world.callback<unknown, SocketEvent>('test.http', (_, event) => {
        if (event.type === 'closed') world.network.close(event.connection, 'server');
        if (event.type !== 'message') return;
        if (event.message.kind === 'bytes') {
          world.network.send(event.connection, 'server', {
            kind: 'bytes',
            text: `you said ${event.message.text}`,
            bytes: 20,
          });
          world.network.close(event.connection, 'server');
          return;
        }
        if (event.message.kind !== 'request' || event.message.target === '/slow') return;
        world.network.send(event.connection, 'server', {
          kind: 'response',
          trace: 0,
          status: event.message.target === '/missing' ? 404 : 200,
          reason: event.message.target === '/missing' ? 'Not Found' : 'OK',
          version: '1.1',
          headers: [['Content-Length', '6']],
          body: 'hello\n',
          bytes: 60,
        });
      });
    },
  });
}
let lab: ToolLab;
beforeEach(() => {
  lab = new ToolLab([register, server]).segment('lan', '10.0.1.0/24');
  const files = { '/etc/hosts': { text: '127.0.0.1 localhost\n10.0.1.12 b www.b\n' } };
  lab.host(
    'a',
    { eth0: 'lan 10.0.1.11/24' },
    {
      packages: NETWORK_TOOLS,
      files,
      users: [{ name: 'student', uid: 1000, gid: 1000, home: '/home/student', shell: '/bin/bash' }],
    },
  );
  lab.host('b', { eth0: 'lan 10.0.1.12/24' }, { packages: NETWORK_TOOLS });
  const b = lab.world.host('b');
  lab.world.network.listen(b, {
    pid: 0,
    ip: 0,
    port: 80,
    on: { name: 'test.http', pid: 0, data: undefined },
  });
  lab.world.network.listenUnix(b, {
    pid: 0,
    path: '/run/test.sock',
    on: { name: 'test.http', pid: 0, data: undefined },
  });
});

describe('tcpdump', () => {
  it('prints a connection, and counts when it is interrupted', () => {
    const dump = lab.start('b', 'tcpdump -ni eth0 tcp port 80 and host 10.0.1.11');
    lab.pass(SECOND);
    lab.run('a', 'curl -s http://10.0.1.12/');
    lab.pass(SECOND);
    lab.world.kill(lab.world.host('b'), dump.pid, 'INT');
    lab.pass(SECOND);
    const flags = dump.stdout.split('\n').map((line) => /Flags (\S+)/.exec(line)?.[1] ?? '');
    expect(flags.slice(0, 4)).toEqual(['[S],', '[S.],', '[.],', '[P.],']);
    expect(dump.stdout).toContain('HTTP: GET / HTTP/1.1');
    expect(dump.stdout).toMatch(
      /^\d\d:\d\d:\d\d\.\d{6} IP 10\.0\.1\.11\.\d+ > 10\.0\.1\.12\.80: Flags \[S\], seq \d+, win 64240, options \[mss 1460,sackOK,TS val \d+ ecr 0,nop,wscale 7\], length 0\n/,
    );
    expect(dump.stderr).toMatch(
      /^tcpdump: verbose output suppressed, use -v\[v\]\.\.\. for full protocol decode\nlistening on eth0, link-type EN10MB \(Ethernet\), snapshot length 262144 bytes\n\n\d+ packets captured\n\d+ packets received by filter\n0 packets dropped by kernel\n$/,
    );
    expect(dump.exit).toBe(0);
  });
  it('filters by what it is told', () => {
    const count = (filter: string): number => {
      const dump = lab.start('b', `tcpdump -ntqi eth0 ${filter}`);
      lab.pass(SECOND);
      lab.run('a', 'ping -c 1 10.0.1.12');
      lab.run('a', 'curl -s http://10.0.1.12/');
      lab.world.kill(lab.world.host('b'), dump.pid, 'INT');
      lab.pass(SECOND);
      return dump.stdout.split('\n').length - 1;
    };
    const all = count('ip');
    expect(count('icmp')).toBe(2);
    expect(count('not icmp and ip')).toBe(all - 2);
    expect(count("'tcp[tcpflags] & (tcp-syn) != 0'")).toBe(2);
    expect(count("'tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn'")).toBe(1);
    expect(count('src host 10.0.1.11 and icmp')).toBe(1);
    expect(count('port 443 or 8080')).toBe(0);
    expect(count('src net 10.0.1.0/24 and (icmp or udp)')).toBe(2);
  });
  it('ends after -c, refuses wrong expressions, devices and users', () => {
    const dump = lab.start('b', 'tcpdump -c 1 -ni eth0 icmp');
    lab.pass(SECOND);
    lab.run('a', 'ping -c 1 10.0.1.12');
    lab.pass(SECOND);
    expect(dump.stdout).toMatch(
      / IP 10\.0\.1\.11 > 10\.0\.1\.12: ICMP echo request, id \d+, seq 1, length 64\n$/,
    );
    expect(
      dump.stderr.endsWith(
        'bytes\n1 packet captured\n1 packet received by filter\n0 packets dropped by kernel\n',
      ),
    ).toBe(true);
    expect(lab.run('b', 'tcpdump -ni eth0 port and tcp')).toMatchObject({
      stderr: "tcpdump: can't parse filter expression: syntax error\n",
      exit: 1,
    });
    expect(lab.run('b', 'tcpdump -i eth9').exit).toBe(1);
    expect(lab.run('a', 'tcpdump -i eth0', { user: 'student' })).toMatchObject({
      stderr:
        "tcpdump: eth0: You don't have permission to perform this capture on that device\n(socket: Operation not permitted)\n",
      exit: 1,
    });
  });
});
describe('socat', () => {
  it('talks to a UNIX socket', () => {
    expect(lab.run('b', 'socat stdio /run/test.sock', { stdin: 'show stat' })).toMatchObject({
      stdout: 'you said show stat',
      exit: 0,
    });
    expect(lab.run('b', 'socat - UNIX-CONNECT:/run/test.sock', { stdin: 'x' }).stdout).toBe('you said x');
    expect(lab.run('b', 'nc -U /run/test.sock', { stdin: 'y' }).stdout).toBe('you said y');
    expect(lab.run('b', 'ss -xl').stdout).toContain('u_str LISTEN 0      4096   /run/test.sock ');
    expect(lab.run('b', 'socat stdio UNIX-CONNECT:/run/none.sock').stderr).toMatch(
      / socat\[\d+\] E connect\(, AF=1 "\/run\/none\.sock", 16\): No such file or directory\n$/,
    );
  });
});
describe('wget and telnet', () => {
  it('say what happens', () => {
    expect(lab.run('a', 'wget -qO- http://b/')).toMatchObject({ stdout: 'hello\n', stderr: '', exit: 0 });
    expect(lab.run('a', 'wget -nv http://nosuch.lab/').exit).toBe(4);
    expect(lab.run('a', 'wget -nv http://b/missing')).toMatchObject({ exit: 8 });
    expect(lab.run('a', 'telnet b 81')).toMatchObject({
      stdout: 'Trying 10.0.1.12...\n',
      stderr: 'telnet: Unable to connect to remote host: Connection refused\n',
      exit: 1,
    });
  });
});
describe('curl', () => {
  it('has the exit codes and texts of 7.88', () => {
    expect(lab.run('a', 'curl -sS http://b/')).toMatchObject({ stdout: 'hello\n', exit: 0 });
    expect(lab.run('a', 'curl -sS http://b:81/')).toMatchObject({
      stderr: "curl: (7) Failed to connect to b port 81 after 0 ms: Couldn't connect to server\n",
      exit: 7,
    });
    expect(lab.run('a', 'curl -sS -m 2 http://b/slow')).toMatchObject({
      stderr: 'curl: (28) Operation timed out after 2001 milliseconds with 0 bytes received\n',
      exit: 28,
    });
    expect(
      lab.run('a', ['curl', '-s', '-o', '/dev/null', '-w', '%{http_code}\n', 'http://b/missing']).stdout,
    ).toBe('404\n');
    expect(lab.run('a', 'curl -sS -f http://b/missing').exit).toBe(22);
  });
});
describe('getent', () => {
  it('prints what libc finds', () => {
    expect(lab.run('a', 'getent hosts b').stdout).toBe('10.0.1.12       b www.b\n');
    expect(lab.run('a', 'getent ahosts b').stdout).toBe(
      '10.0.1.12       STREAM b\n10.0.1.12       DGRAM  \n10.0.1.12       RAW    \n',
    );
    expect(lab.run('a', 'getent passwd student').stdout).toContain('student:x:1000:');
    expect(lab.run('a', 'getent passwd ghost')).toMatchObject({ stdout: '', exit: 2 });
  });
});
describe('ip and ss', () => {
  it('print as iproute2 does', () => {
    expect(lab.run('a', 'ip -br -4 addr').stdout).toBe(
      'lo               UNKNOWN        127.0.0.1/8 \neth0             UP             10.0.1.11/24 \n',
    );
    expect(lab.run('a', 'ip route get 10.0.1.12').stdout).toBe(
      '10.0.1.12 dev eth0 src 10.0.1.11 uid 0 \n    cache \n',
    );
    expect(lab.run('a', 'ip adr')).toMatchObject({
      stderr: 'Object "adr" is unknown, try "ip help".\n',
      exit: 1,
    });
    expect(lab.run('b', 'ss -ltn').stdout).toBe(
      'State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\nLISTEN 0      4096         0.0.0.0:80        0.0.0.0:*          \n',
    );
    expect(parseIPv4('10.0.1.11')).toBeDefined();
  });
  it('ping says what did not come back', () => {
    expect(lab.run('a', 'ping -c 1 -W 1 10.0.1.99')).toMatchObject({
      stdout:
        'PING 10.0.1.99 (10.0.1.99) 56(84) bytes of data.\n\n--- 10.0.1.99 ping statistics ---\n1 packets transmitted, 0 received, 100% packet loss, time 0ms\n\n',
      exit: 1,
    });
    expect(lab.run('a', 'ping -c 1 192.0.2.1')).toMatchObject({
      stderr: 'ping: connect: Network is unreachable\n',
      exit: 2,
    });
  });
  it('what is longer than the other end takes is lost, as recorded (b14)', () => {
    const come = (command: string): boolean => lab.run('a', command).stdout.includes('1 received');
    expect(come('ping -c 1 -W 1 -s 1440 10.0.1.12')).toBe(true);
    lab.run('b', 'ip link set eth0 mtu 1400');
    expect(come('ping -c 1 -W 1 -s 1440 10.0.1.12')).toBe(false);
    expect(come('ping -c 1 -W 1 -s 1376 10.0.1.12')).toBe(true);
    expect(come('ping -c 1 -W 1 -s 1377 10.0.1.12')).toBe(false);
    expect(lab.run('a', 'curl -s http://10.0.1.12/').stdout).toBe('hello\n');
    expect(lab.run('b', 'ifconfig eth0').stdout).toContain('RX errors 0  dropped 2  overruns 0');
    // The sender cuts it, and the pieces fit.
    lab.run('a', 'ip link set eth0 mtu 1400');
    expect(come('ping -c 1 -W 1 -s 1440 10.0.1.12')).toBe(true);
  });
});
