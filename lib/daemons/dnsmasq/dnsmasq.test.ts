/** dnsmasq as recorded in truth/host/b04. */
import { describe, expect, it } from 'vitest';
import { SECOND } from '../../std/instant';
import { NETWORK_TOOLS, register as registerTools } from '../network-tools/index';
import { ToolLab } from '../tool-lab';
import { register } from './index';

const CONFIGURATION =
  'no-resolv\nno-hosts\nlocal=/lab/\naddress=/www.example.lab/10.0.1.100\nhost-record=app1.example.lab,10.0.2.21\ncname=alias.example.lab,app1.example.lab\nmx-host=example.lab,mail.example.lab,10\ntxt-record=example.lab,"v=spf1 -all"\nbind-dynamic\n';
function lab(configuration = CONFIGURATION): ToolLab {
  const made = new ToolLab([registerTools, register]).segment('lan', '10.0.1.0/24');
  made.host(
    'cl',
    { eth0: 'lan 10.0.1.30/24' },
    { packages: NETWORK_TOOLS, files: { '/etc/resolv.conf': { text: 'nameserver 10.0.1.1\n' } } },
  );
  made.host(
    'dns',
    { eth0: 'lan 10.0.1.1/24' },
    { packages: ['dnsmasq', ...NETWORK_TOOLS], files: { '/etc/dnsmasq.conf': { text: configuration } } },
  );
  made.host(
    'up',
    { eth0: 'lan 10.0.1.2/24' },
    {
      packages: ['dnsmasq'],
      files: {
        '/etc/dnsmasq.conf': { text: 'no-resolv\nno-hosts\nlocal-ttl=60\naddress=/far.example/192.0.2.7\n' },
      },
    },
  );
  return made;
}
describe('dnsmasq', () => {
  it('answers what it knows, refuses what it does not', () => {
    const one = lab();
    one.start('dns', 'dnsmasq -k --local-service');
    one.pass(SECOND);
    expect(one.run('cl', 'dig +short www.example.lab').stdout).toBe('10.0.1.100\n');
    expect(one.run('cl', 'dig +short alias.example.lab').stdout).toBe('app1.example.lab.\n10.0.2.21\n');
    expect(one.run('cl', 'dig +short -x 10.0.2.21').stdout).toBe('app1.example.lab.\n');
    expect(one.run('cl', 'dig example.lab MX').stdout).toMatch(
      /;; flags: qr aa rd ra; QUERY: 1, ANSWER: 1[\s\S]*example\.lab\.\t\t0\tIN\tMX\t10 mail\.example\.lab\.\n[\s\S]*MSG SIZE {2}rcvd: 72\n/,
    );
    expect(one.run('cl', 'dig nosuch.example.lab').stdout).toMatch(
      /status: NXDOMAIN[\s\S]*flags: qr rd ra; QUERY: 1, ANSWER: 0/,
    );
    expect(one.run('cl', 'dig www.debian.org').stdout).toMatch(
      /status: REFUSED[\s\S]*; EDE: 14 \(Not Ready\)[\s\S]*MSG SIZE {2}rcvd: 49\n/,
    );
    expect(one.run('cl', 'host www.example.lab')).toMatchObject({
      stdout:
        'www.example.lab has address 10.0.1.100\nHost www.example.lab not found: 3(NXDOMAIN)\nHost www.example.lab not found: 3(NXDOMAIN)\n',
      exit: 1,
    });
    expect(one.run('cl', 'getent hosts www.example.lab').stdout).toBe('10.0.1.100      www.example.lab\n');
  });
  it('asks its upstream, and remembers the answer', () => {
    const one = lab('no-resolv\nno-hosts\nserver=10.0.1.2\n');
    one.start('dns', 'dnsmasq -k');
    const up = one.start('up', 'dnsmasq -k');
    one.pass(SECOND);
    expect(one.run('cl', 'dig +short far.example').stdout).toBe('192.0.2.7\n');
    one.world.kill(one.world.host('up'), up.pid, 'KILL');
    expect(one.run('cl', 'dig +short far.example').stdout).toBe('192.0.2.7\n');
    expect(one.run('cl', 'dig +short +time=1 +tries=1 other.example').exit).toBe(9);
  });
  it('names a wrong line', () => {
    expect(lab('no-resolv\nfoo=bar\n').run('dns', 'dnsmasq --test')).toMatchObject({
      stderr: '\ndnsmasq: bad option at line 2 of /etc/dnsmasq.conf\n',
      exit: 1,
    });
    expect(lab().run('dns', 'dnsmasq --test')).toMatchObject({
      stderr: 'dnsmasq: syntax check OK.\n',
      exit: 0,
    });
  });
});
