/**
 * curl over https as curl 7.88 was recorded against nginx 1.22 with the same certificates (`fixtures/*.txt`: standard
 * error of `curl -v -s -S -o /dev/null`, with one date and one handle). Where nginx's tickets come before curl is done
 * with a certificate that it does not like depends on the machine; they are left out there.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SECOND } from '../../../std/instant';
import type { SecureSocketEvent } from '../../../world/tls.contract';
import type { ToolLab } from '../../tool-lab';
import { makeHttpsLab } from '../https-lab';

const pem = (name: string): string =>
  readFileSync(new URL(`../../../protocols/x509/fixtures/${name}`, import.meta.url), 'utf8');
const CA = '--cacert root.pem';
const RECORDED: Readonly<Record<string, string>> = {
  tls13: `${CA} https://shop.example/`,
  http2: `${CA} https://shop.example:444/`,
  tls12: `${CA} https://shop.example:445/`,
  'no-intermediate': `${CA} https://shop.example:446/`,
  'client-certificate': `${CA} --cert client.pem --key client.key https://shop.example:447/`,
  redirected: `-L ${CA} http://shop.example/`,
  'other-name': `${CA} --connect-to other.example:443:shop.example:443 https://other.example/`,
  insecure: '-k https://shop.example/',
  plain: '-k https://shop.example:80/',
  old: '-k --tls-max 1.1 https://shop.example/',
  cipher: '-k --ciphers FOO https://shop.example/',
  'no-roots': '--cacert nowhere.pem https://shop.example/',
  address: `${CA} --connect-to 10.0.1.11:443:10.77.0.2:443 https://10.0.1.11/`,
};

const recorded = (name: string): string =>
  readFileSync(new URL(`./fixtures/${name}.txt`, import.meta.url), 'utf8');

describe('curl -v over https', () => {
  it('has a test for each recording', () => {
    const names = readdirSync(new URL('./fixtures', import.meta.url)).map((name) => name.replace('.txt', ''));
    expect(names.sort()).toEqual(Object.keys(RECORDED).sort());
  });
  it.each(Object.entries(RECORDED))('%s', (name, args) => {
    const lab = makeHttpsLab(pem);
    const outcome = lab.run('a', `curl -v -s -S -o /dev/null ${args}`, { cwd: '/srv' });
    expect(outcome.stderr.replaceAll('\r', '')).toBe(recorded(name));
  });
});

describe('curl over https', () => {
  /** Exit code, what -w printed, and the first line of standard error. */
  const run = (args: string, prepare: (lab: ToolLab) => void = () => undefined): string => {
    const lab = makeHttpsLab(pem);
    prepare(lab);
    const format = '%{http_code} verify=%{ssl_verify_result} %{scheme} %{http_version}';
    const { exit, stdout, stderr } = lab.run(
      'a',
      ['curl', '-s', '-S', '-o', '/dev/null', '-w', format, ...args.split(' ')],
      { cwd: '/srv' },
    );
    return `${exit} | ${stdout} | ${stderr.split('\n')[0] ?? ''}`;
  };
  const later = (days: number) => (lab: ToolLab) => (lab.world.state.epoch += days * 86_400 * SECOND);
  it.each([
    [`${CA} https://shop.example/`, '0 | 200 verify=0 HTTPS 1.1 | '],
    [`${CA} https://shop.example:444/`, '0 | 200 verify=0 HTTPS 2 | '],
    [`${CA} --http1.1 https://shop.example:444/`, '0 | 200 verify=0 HTTPS 1.1 | '],
    [
      'https://shop.example/',
      '77 | 000 verify=1 HTTPS 0 | curl: (77) error setting certificate file: /etc/ssl/certs/ca-certificates.crt',
    ],
    ['-k https://shop.example/', '0 | 200 verify=20 HTTPS 1.1 | '],
    [
      `${CA} https://other.example/`,
      "60 | 000 verify=1 HTTPS 0 | curl: (60) SSL: no alternative certificate subject name matches target host name 'other.example'",
    ],
    [
      '--cacert self.pem https://shop.example/',
      '60 | 000 verify=20 HTTPS 0 | curl: (60) SSL certificate problem: unable to get local issuer certificate',
    ],
    [
      `${CA} https://self.example:448/`,
      '60 | 000 verify=18 HTTPS 0 | curl: (60) SSL certificate problem: self-signed certificate',
    ],
    ['--cacert self.pem https://self.example:448/', '0 | 200 verify=0 HTTPS 1.1 | '],
    [
      '--cacert self.pem https://shop.example:448/',
      "60 | 000 verify=1 HTTPS 0 | curl: (60) SSL: certificate subject name 'self.example' does not match target host name 'shop.example'",
    ],
    [`${CA} --tls-max 1.2 https://shop.example/`, '0 | 200 verify=0 HTTPS 1.1 | '],
    [
      `${CA} --tlsv1.3 https://shop.example:445/`,
      '35 | 000 verify=1 HTTPS 0 | curl: (35) OpenSSL/3.0.19: error:0A00042E:SSL routines::tlsv1 alert protocol version',
    ],
    [
      `${CA} --tlsv1.3 --tls-max 1.2 https://shop.example/`,
      '35 | 000 verify=0 HTTPS 0 | curl: (35) CURL_SSLVERSION_MAX incompatible with CURL_SSLVERSION',
    ],
    [
      'https://shop.example:80/ -k',
      '35 | 000 verify=1 HTTPS 0 | curl: (35) OpenSSL/3.0.19: error:0A00010B:SSL routines::wrong version number',
    ],
    [
      '-k --tls13-ciphers FOO https://shop.example/',
      '59 | 000 verify=1 HTTPS 0 | curl: (59) failed setting TLS 1.3 cipher suite: FOO',
    ],
    [
      '-k --cert nofile.pem https://shop.example/',
      '58 | 000 verify=1 HTTPS 0 | curl: (58) could not load PEM client certificate from nofile.pem, OpenSSL error error:80000002:system library::No such file or directory, (no key found, wrong pass phrase, or wrong file format?)',
    ],
    [
      '-k --cert client.pem https://shop.example/',
      "58 | 000 verify=1 HTTPS 0 | curl: (58) unable to set private key file: 'client.pem' type PEM",
    ],
    [
      '-k --cert client.pem --key leaf.key https://shop.example/',
      "58 | 000 verify=1 HTTPS 0 | curl: (58) unable to set private key file: 'leaf.key' type PEM",
    ],
    [`${CA} -E whole.pem https://shop.example:449/`, '0 | 200 verify=0 HTTPS 1.1 | '],
    [
      `${CA} https://shop.example:449/`,
      '56 | 000 verify=0 HTTPS 0 | curl: (56) OpenSSL SSL_read: OpenSSL/3.0.19: error:0A00045C:SSL routines::tlsv13 alert certificate required, errno 0',
    ],
    [
      `${CA} https://shop.example:450/`,
      '35 | 000 verify=1 HTTPS 0 | curl: (35) OpenSSL/3.0.19: error:0A000410:SSL routines::sslv3 alert handshake failure',
    ],
    ['-k --tls-max 9 https://shop.example/', '2 |  | curl: option --tls-max: is badly used here'],
  ])('%s', (args, expected) => {
    expect(run(args)).toBe(expected);
  });
  it('judges by the clock of its host', () => {
    const url = `${CA} https://shop.example/`;
    expect(run(url, later(100))).toBe(
      '60 | 000 verify=10 HTTPS 0 | curl: (60) SSL certificate problem: certificate has expired',
    );
    expect(run(url, (lab) => (lab.world.host('a').state.clockSkew = -5 * 86_400 * SECOND))).toBe(
      '60 | 000 verify=9 HTTPS 0 | curl: (60) SSL certificate problem: certificate is not yet valid',
    );
  });
  it('trusts what stands in Debian’s bundle, or where the environment says', () => {
    const bundle = '/etc/ssl/certs/ca-certificates.crt';
    const installed = (lab: ToolLab) => lab.world.host('a').install(bundle, { text: pem('root.pem') });
    expect(run('https://shop.example/', installed)).toBe('0 | 200 verify=0 HTTPS 1.1 | ');
    const lab = makeHttpsLab(pem);
    const env = { CURL_CA_BUNDLE: '/srv/root.pem' };
    expect(lab.run('a', 'curl -sS https://shop.example/', { env })).toMatchObject({ stdout: 'hello\n' });
  });
  it('waits no longer for a handshake than it is told', () => {
    const silent = (lab: ToolLab) => {
      lab.world.callback('test.silent', () => undefined);
      const on = { name: 'test.silent', pid: 0, data: null };
      lab.world.network.listen(lab.world.host('b'), { pid: 0, ip: 0, port: 1, on });
    };
    expect(run('-k --connect-timeout 1 https://shop.example:1/', silent)).toContain(
      '(28) SSL connection timeout',
    );
    expect(run('-k -m 2 https://shop.example:1/', silent)).toContain(
      '(28) Connection timed out after 2001 milliseconds',
    );
  });
  it('says what ends a handshake that nobody refuses', () => {
    const ends = (how: 'close' | 'reset') => (lab: ToolLab) => {
      lab.world.callback<null, SecureSocketEvent>('test.ends', (_, event) => {
        if (event.type === 'message') lab.world.network[how](event.connection, 'server');
      });
      const on = { name: 'test.ends', pid: 0, data: null };
      lab.world.network.listen(lab.world.host('b'), { pid: 0, ip: 0, port: 1, on });
    };
    const url = '-k https://shop.example:1/';
    expect(run(url, ends('close'))).toContain(
      'curl: (35) OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to shop.example:1 ',
    );
    expect(run(url, ends('reset'))).toContain('curl: (35) Recv failure: Connection reset by peer');
  });
  it('knows when the handshake was done', () => {
    const lab = makeHttpsLab(pem);
    const { stdout } = lab.run('a', [
      'curl',
      '-sk',
      '-o',
      '/dev/null',
      '-w',
      '%{time_connect} %{time_appconnect} %{time_pretransfer}',
      'https://shop.example/',
    ]);
    const [connect = 0, secured = 0, pretransfer = 0] = stdout.split(' ').map(Number);
    expect(connect).toBeGreaterThan(0);
    expect(secured).toBeGreaterThan(connect);
    expect(pretransfer).toBeGreaterThanOrEqual(secured);
  });
});
