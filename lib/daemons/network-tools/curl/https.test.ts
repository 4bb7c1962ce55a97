/**
 * curl over https as curl 7.88 was recorded against nginx 1.22 with the same certificates (`fixtures/*.txt`: standard
 * error of `curl -v -s -S -o /dev/null`, with one date and one handle). Where nginx's tickets come before curl is done
 * with a certificate that it does not like depends on the machine; they are left out there.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type TlsVersion, versionsBetween } from '../../../protocols/tls/versions';
import { microsFromCivil } from '../../../std/civil';
import { SECOND } from '../../../std/instant';
import type { HttpRequest, HttpResponse } from '../../../world/network.contract';
import type { SecureSocketEvent, TlsServerSettings } from '../../../world/tls.contract';
import { ToolLab } from '../../tool-lab';
import { NETWORK_TOOLS, register } from '../index';

const file = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const pem = (name: string): string => file(`../../../protocols/x509/fixtures/${name}`);
const CHAIN = pem('leaf.pem') + pem('inter.pem');
const DATE = 'Sat, 28 Nov 2026 15:00:00 GMT';
const SERVER: TlsServerSettings = {
  versions: versionsBetween('TLSv1.2', 'TLSv1.3'),
  ciphers: '',
  alpn: ['http/1.1', 'http/1.0'],
  onNoAlpn: 'refuse',
  identities: [{ chain: CHAIN }],
};
const only = (version: TlsVersion): TlsServerSettings => ({ ...SERVER, versions: [version] });
/** What listens on which port, as in nginx's configuration that was recorded. */
const PORTS: Readonly<Record<number, TlsServerSettings | 'plain'>> = {
  80: 'plain',
  443: SERVER,
  444: { ...SERVER, alpn: ['h2', 'http/1.1'] },
  445: only('TLSv1.2'),
  446: { ...SERVER, identities: [{ chain: pem('leaf.pem') }] },
  447: { ...SERVER, clients: { roots: pem('root.pem'), missing: 'accept', invalid: 'report' } },
  448: { ...SERVER, identities: [{ chain: pem('self.pem') }] },
  449: { ...SERVER, clients: { roots: pem('root.pem'), missing: 'refuse', invalid: 'refuse' } },
  450: { ...only('TLSv1.2'), clients: { roots: pem('root.pem'), missing: 'refuse', invalid: 'refuse' } },
};

function makeLab(): ToolLab {
  const lab = new ToolLab([register]).segment('lan', '10.77.0.0/24');
  const files = {
    '/srv/root.pem': { text: pem('root.pem') },
    '/srv/self.pem': { text: pem('self.pem') },
    '/srv/client.pem': { text: pem('client.pem') },
    '/srv/client.key': { text: pem('ed.key') },
    '/srv/whole.pem': { text: pem('client.pem') + pem('inter.pem') + pem('ed.key') },
    '/srv/leaf.key': { text: pem('leaf.key') },
    '/etc/hosts': { text: '10.77.0.2 shop.example other.example self.example\n' },
  };
  lab.host('a', { eth0: 'lan 10.77.0.1/24' }, { packages: NETWORK_TOOLS, files });
  lab.host('b', { eth0: 'lan 10.77.0.2/24' });
  lab.world.state.epoch = microsFromCivil({ year: 2026, month: 11, day: 28, hour: 15, minute: 0, second: 0 });
  const { network } = lab.world;
  const alpns = new Map<number, string | undefined>();
  const tellVerdict = new Map<number, boolean>();
  lab.world.callback<number, SecureSocketEvent>('test.server', ({ data: port }, event) => {
    const { connection } = event;
    const settings = PORTS[port];
    if (event.type === 'accepted' && typeof settings === 'object') network.tls.accept(connection, settings);
    if (event.type === 'secured') {
      alpns.set(connection, event.info.alpn);
      tellVerdict.set(connection, (event.info.verified?.code ?? 0) !== 0);
    }
    if (event.type === 'closed' || event.type === 'tls-failed') network.close(connection, 'server');
    if (event.type !== 'message') return;
    const { message } = event;
    const answer =
      message.kind === 'request'
        ? answerTo(message, port, tellVerdict.get(connection) === true)
        : badRequest('1.1');
    network.send(connection, 'server', answer);
    if (answer.status === 400) network.close(connection, 'server');
  });
  for (const port of Object.keys(PORTS).map(Number))
    network.listen(lab.world.host('b'), {
      pid: 0,
      ip: 0,
      port,
      on: { name: 'test.server', pid: 0, data: port },
    });
  return lab;
}
function answerTo({ version, target }: HttpRequest, port: number, isRefused: boolean): HttpResponse {
  if (isRefused) return badRequest(version);
  const http2 = version === '2';
  const [status, reason, more]: [number, string, [string, string][]] =
    port === 80
      ? [301, 'Moved Permanently', [['Location', `https://shop.example${target}`]]]
      : [200, 'OK', []];
  const body = port === 80 ? 'x'.repeat(169) : 'hello\n';
  const headers: [string, string][] = [
    ['Server', 'nginx/1.22.1'],
    ['Date', DATE],
    ['Content-Type', port === 80 ? 'text/html' : 'text/plain'],
    ['Content-Length', String(body.length)],
    ...(http2 ? [] : ([['Connection', 'keep-alive']] as [string, string][])),
    ...more,
  ];
  return {
    kind: 'response',
    trace: 0,
    status,
    reason: http2 ? '' : reason,
    version,
    headers: http2 ? headers.map(([name, value]) => [name.toLowerCase(), value]) : headers,
    body,
    bytes: 200,
  };
}
function badRequest(version: '1.0' | '1.1' | '2'): HttpResponse {
  const body = 'x'.repeat(215);
  return {
    kind: 'response',
    trace: 0,
    status: 400,
    reason: 'Bad Request',
    version,
    headers: [
      ['Server', 'nginx/1.22.1'],
      ['Date', DATE],
      ['Content-Type', 'text/html'],
      ['Content-Length', '215'],
      ['Connection', 'close'],
    ],
    body,
    bytes: 400,
  };
}

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

describe('curl -v over https', () => {
  it('has a test for each recording', () => {
    const names = readdirSync(new URL('./fixtures', import.meta.url)).map((name) => name.replace('.txt', ''));
    expect(names.sort()).toEqual(Object.keys(RECORDED).sort());
  });
  it.each(Object.entries(RECORDED))('%s', (name, args) => {
    const lab = makeLab();
    const outcome = lab.run('a', `curl -v -s -S -o /dev/null ${args}`, { cwd: '/srv' });
    expect(outcome.stderr.replaceAll('\r', '')).toBe(file(`./fixtures/${name}.txt`));
  });
});

describe('curl over https', () => {
  /** Exit code, what -w printed, and the first line of standard error. */
  const run = (args: string, prepare: (lab: ToolLab) => void = () => undefined): string => {
    const lab = makeLab();
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
    const lab = makeLab();
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
    const lab = makeLab();
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
