/** TLS at work, held against lines and numbers recorded from HAProxy 2.6.12. */
import { describe, expect, it } from 'vitest';
import { TLS_VERSIONS } from '../../protocols/tls/versions';
import { microsFromCivil } from '../../std/civil';
import { SECOND } from '../../std/instant';
import { parseIPv4 } from '../../std/ipv4';
import { ROOT } from '../../world/files';
import type { HttpRequest, Message } from '../../world/network.contract';
import type { SecureSocketEvent, TlsClientSettings } from '../../world/tls.contract';
import type { Host } from '../../world/world.contract';
import { ToolLab } from '../tool-lab';
import fixture from './fixtures/tls-checks.json';
import { register } from './index';

/** A day on which all certificates of the recordings are valid. */
const VALID = microsFromCivil({ year: 2026, month: 12, day: 24, hour: 18, minute: 0, second: 0 });
const LB = parseIPv4('10.0.1.11') ?? 0;

function pem(name: string): string {
  const files = fixture.files as unknown as Record<string, readonly (string | number)[]>;
  return (files[name] ?? [])
    .map((part) => (typeof part === 'number' ? (fixture.blocks[part] ?? '') : part))
    .join('');
}

const BASE = `global
    log 127.0.0.1:514 local0
    stats socket /run/haproxy/admin.sock mode 660 level admin
defaults
    mode http
    log global
    option httplog
    timeout connect 2s
    timeout client 5s
    timeout server 5s
`;
const FRONT = `frontend web
    bind :80
    bind :443 ssl crt /etc/haproxy/site.pem crt /etc/haproxy/www.pem
    bind :444 name secure ssl crt /etc/haproxy/site.pem ssl-min-ver TLSv1.3
    http-request return status 200 content-type text/plain string ok
`;

const CLIENT: TlsClientSettings = {
  versions: TLS_VERSIONS,
  ciphers: '',
  serverName: 'shop.example',
  roots: pem('ca.crt'),
  invalid: 'refuse',
};
const REQUEST: HttpRequest = {
  kind: 'request',
  trace: 0,
  method: 'GET',
  target: '/',
  version: '1.1',
  headers: [['Host', 'shop.example']],
  body: '',
  bytes: 40,
};
const bytes = (text: string): Message => ({ kind: 'bytes', text, bytes: text.length });

/** What a client does on its connection; undefined settings: plain TCP. */
interface Visit {
  readonly port?: number;
  readonly tls?: Partial<TlsClientSettings> | undefined;
  /** sent once the connection is there, or secured */
  readonly sends?: Message | undefined;
  readonly ends?: 'close';
  readonly waits?: number;
}

/** A load balancer with a syslog collector, a client, a server that speaks TLS with a certificate for app1.lab. */
class Lab {
  readonly lab = new ToolLab([register]);
  readonly lb: Host;
  readonly lines: string[] = [];
  /** what the last client saw */
  seen: string[] = [];
  /** the version of HTTP that the server was last asked in */
  asked = '';
  #answers = new Map<number, string>();
  #visit: Visit = {};
  /** what the server does with a connection */
  readonly serves: 'tls' | 'silence';

  constructor(configuration: string, serves: Lab['serves'] = 'tls') {
    this.serves = serves;
    const { world } = this.lab;
    world.state.epoch = VALID;
    this.lab.segment('lan', '10.0.1.0/24');
    const names = ['site.pem', 'www.pem', 'ca.crt', 'mismatch.pem', 'client.pem', 'ss.pem'];
    this.lb = this.lab.host(
      'lb',
      { eth0: 'lan 10.0.1.11/24' },
      {
        packages: ['haproxy'],
        files: {
          '/etc/haproxy/haproxy.cfg': { text: configuration },
          '/etc/haproxy/other.crt': { text: pem('ss.crt') || pem('ss.pem') },
          ...Object.fromEntries(names.map((name) => [`/etc/haproxy/${name}`, { text: pem(name) }])),
        },
      },
    );
    this.lab.host('client', { eth0: 'lan 10.0.1.50/24' });
    this.lab.host('app', { eth0: 'lan 10.0.1.21/24' });
    world.callback<null, { payload: unknown }>('test.log', (_, { payload }) => {
      this.lines.push(
        String(payload)
          .trimEnd()
          .replace(/^<\d+>.*?haproxy\[\d+\]: /, ''),
      );
    });
    world.network.bindUdp(this.lb, {
      pid: 0,
      ip: 0,
      port: 514,
      on: { name: 'test.log', pid: 0, data: null },
    });
    world.callback<null, SecureSocketEvent>('test.client', (_, event) => this.#onClient(event));
    world.callback<null, SecureSocketEvent>('test.app', (_, event) => this.#onApp(event));
    world.callback<null, SecureSocketEvent>('test.admin', (_, event) => {
      if (event.type === 'message' && event.message.kind === 'bytes')
        this.#answers.set(event.connection, (this.#answers.get(event.connection) ?? '') + event.message.text);
    });
    for (const port of [8443, 8080])
      world.network.listen(world.host('app'), {
        pid: 0,
        ip: 0,
        port,
        on: { name: 'test.app', pid: 0, data: null },
      });
    this.lab.world.spawn(this.lb, {
      argv: ['/usr/sbin/haproxy', '-Ws', '-f', '/etc/haproxy/haproxy.cfg', '-p', '/run/haproxy.pid'],
      journal: { identifier: 'haproxy' },
    });
    this.run(0.5);
  }
  #onClient(event: SecureSocketEvent): void {
    const { network } = this.lab.world;
    const { connection } = event;
    const { tls, sends, ends } = this.#visit;
    const act = (): void => {
      if (sends !== undefined) network.send(connection, 'client', sends);
      if (ends === 'close') network.close(connection, 'client');
    };
    switch (event.type) {
      case 'connected':
        if (tls !== undefined && ends === undefined) network.tls.connect(connection, { ...CLIENT, ...tls });
        else act();
        return;
      case 'secured':
        this.seen.push('secured');
        act();
        return;
      case 'tls-failed':
        this.seen.push('alert' in event.failure ? event.failure.alert : event.failure.kind);
        network.close(connection, 'client');
        return;
      case 'message':
        this.seen.push(event.message.kind === 'response' ? String(event.message.status) : 'data');
        network.close(connection, 'client');
        return;
      case 'closed':
        this.seen.push('closed');
        network.close(connection, 'client');
        return;
      case 'failed':
        this.seen.push(event.errno);
        return;
      case 'accepted':
    }
  }
  #onApp(event: SecureSocketEvent): void {
    const { network } = this.lab.world;
    const { connection } = event;
    const port = network.connection(connection, 'server')?.localPort;
    if (event.type === 'accepted' && port === 8443 && this.serves === 'tls')
      network.tls.accept(connection, {
        versions: ['TLSv1.2', 'TLSv1.3'],
        ciphers: '',
        alpn: ['h2', 'http/1.1'],
        identities: [{ chain: pem('app1.crt') || pem('app1.pem') || pem('site.pem') }],
      });
    if (event.type === 'message' && event.message.kind === 'request') {
      const { version } = event.message;
      this.asked = version;
      network.send(connection, 'server', {
        kind: 'response',
        trace: 0,
        status: 200,
        reason: version === '2' ? '' : 'OK',
        version,
        headers: [['Content-Length', '2']],
        body: 'ok',
        bytes: 62,
      });
    }
    if (event.type === 'closed' || event.type === 'tls-failed') network.close(connection, 'server');
  }
  run(seconds: number): this {
    this.lab.kernel.runUntil(this.lab.kernel.now + Math.round(seconds * SECOND));
    return this;
  }
  /** One client; the log lines that it leaves, without address, port and date. */
  visit(visit: Visit): string[] {
    this.#visit = { sends: REQUEST, ...visit };
    this.seen = [];
    this.lines.length = 0;
    this.lab.world.network.connect(this.lab.world.host('client'), {
      pid: 0,
      ip: LB,
      port: visit.port ?? 443,
      on: { name: 'test.client', pid: 0, data: null },
    });
    this.run(visit.waits ?? 0.5);
    return this.lines.map((line) => line.replace(/^10\.0\.1\.50:\d+ \[[^\]]*\] /, ''));
  }
  ask(command: string): string {
    const { network } = this.lab.world;
    const opened = network.connectUnix(this.lb, {
      pid: 0,
      path: '/run/haproxy/admin.sock',
      who: ROOT,
      on: { name: 'test.admin', pid: 0, data: null },
    });
    if (typeof opened === 'string') return opened;
    network.send(opened.connection, 'client', bytes(`${command}\n`));
    this.run(0.01);
    return this.#answers.get(opened.connection) ?? '';
  }
  /** Fields of `show stat` by name, of one row. */
  statistics(proxy: string, name: string): Record<string, string> {
    const [head = '', ...rows] = this.ask('show stat').split('\n');
    const row = rows.map((text) => text.split(',')).find(([own, of]) => own === proxy && of === name) ?? [];
    return Object.fromEntries(
      head
        .replace('# ', '')
        .split(',')
        .map((field, i) => [field, row[i] ?? '']),
    );
  }
}

/** Milliseconds differ from machine to machine. */
const timeless = (lines: readonly string[]): string[] =>
  lines.map((line) => line.replace(/ (-1|\d+)(\/(-1|\d+)){2,4} /, ' T '));

describe('the log of a frontend with TLS', () => {
  const lab = new Lab(BASE + FRONT);
  it('marks a request that came over TLS', () => {
    expect(timeless(lab.visit({ tls: {} }))).toEqual([
      'web~ web/<NOSRV> T 200 73 - - LR-- 1/1/0/0/0 0/0 "GET / HTTP/1.1"',
    ]);
    expect(timeless(lab.visit({ port: 80 }))).toEqual([
      'web web/<NOSRV> T 200 73 - - LR-- 1/1/0/0/0 0/0 "GET / HTTP/1.1"',
    ]);
  });
  it('names frontend and listener of a handshake that fails, and says why', () => {
    expect(lab.visit({})).toEqual(['web/2: SSL handshake failure']);
    expect(lab.seen).toEqual(['closed']);
    expect(lab.visit({ tls: { versions: ['TLSv1.2'] }, port: 444 })).toEqual([
      'web/secure: SSL handshake failure',
    ]);
    expect(lab.seen[0]).toBe('protocol_version');
    expect(lab.visit({ tls: { roots: '' } })).toEqual(['web/2: SSL handshake failure']);
    expect(lab.visit({ sends: undefined, ends: 'close' })).toEqual([
      'web/2: Connection closed during SSL handshake',
    ]);
    expect(lab.visit({ sends: undefined, waits: 4.9 })).toEqual([]);
    expect(lab.visit({ sends: undefined, waits: 5.1 })).toContain('web/2: Timeout during SSL handshake');
  });
  it('has a line for a client that goes without a request', () => {
    const gone = new Lab(BASE + FRONT);
    expect(timeless(gone.visit({ port: 80, sends: undefined, ends: 'close' }))).toEqual([
      'web web/<NOSRV> T 400 0 - - CR-- 1/1/0/0/0 0/0 "<BADREQ>"',
    ]);
  });
  it('hides what said nothing with dontlognull, but not a handshake that failed', () => {
    const quiet = new Lab(`${BASE}    option dontlognull\n${FRONT}`);
    expect(quiet.visit({ sends: undefined, ends: 'close' })).toEqual([]);
    expect(quiet.visit({ sends: undefined, waits: 6 })).toEqual([]);
    expect(quiet.visit({})).toEqual(['web/2: SSL handshake failure']);
  });
  it('can be had in formats of one’s own', () => {
    const own = new Lab(
      BASE +
        FRONT.replace(
          'frontend web\n',
          `frontend web
    log-format "%ft %f %sslv %sslc %[ssl_fc] %[ssl_fc_sni] %ST"
    error-log-format "E %ft %[fc_err] %[fc_err_str] %[ssl_fc_err,hex] %[ssl_fc_err_str]"
`,
        ),
    );
    expect(own.visit({ tls: {} })).toEqual(['web~ web TLSv1.3 TLS_AES_256_GCM_SHA384 1 shop.example 200']);
    expect(own.visit({ port: 80 })).toEqual(['web web - - 0 - 200']);
    expect(own.visit({ tls: { versions: ['TLSv1.1'] } })).toEqual([
      'E web~ 34 SSL handshake failure 000000000A000102 error:0A000102:SSL routines::unsupported protocol',
    ]);
  });
  it('has the words of httpslog', () => {
    const https = new Lab(BASE.replace('httplog', 'httpslog') + FRONT);
    expect(timeless(https.visit({ tls: {} }))).toEqual([
      'web~ web/<NOSRV> T 200 73 - - LR-- 1/1/0/0/0 0/0 "GET / HTTP/1.1" 0/0000000000000000/0/0/0 shop.example/TLSv1.3/TLS_AES_256_GCM_SHA384',
    ]);
    expect(timeless(https.visit({ port: 80 }))).toEqual([
      'web web/<NOSRV> T 200 73 - - LR-- 1/1/0/0/0 0/0 "GET / HTTP/1.1" 0/-/-/-/0 -/-/-',
    ]);
  });
});

describe('what is captured for the log', () => {
  const asks = (headers: [string, string][], target = '/'): Message => ({ ...REQUEST, target, headers });
  const back = `backend app
    server s1 10.0.1.21:8080
`;
  it('stands in braces, headers of the answer in a pair of their own', () => {
    const lab = new Lab(`${BASE}frontend web
    bind :80
    capture cookie SESS len 6
    capture request header Host len 6
    capture request header X-Odd len 20
    capture response header Content-Length len 8
    capture response header X-None len 8
    http-request capture path len 4
    http-request deny if { path /deny }
    default_backend app
${back}`);
    const headers: [string, string][] = [
      ['Host', 'shop.example'],
      ['Cookie', 'A=b; SESS=abcdef'],
      ['X-Odd', 'a"b|c#d'],
    ];
    expect(timeless(lab.visit({ port: 80, sends: asks(headers, '/path') }))).toEqual([
      'web app/s1 T 200 51 SESS=a - ---- 1/1/0/0/0 0/0 {shop.e|a#22b#7Cc#23d|/pat} {2|} "GET /path HTTP/1.1"',
    ]);
    // A rule answers before cookies are looked at.
    expect(timeless(lab.visit({ port: 80, sends: asks(headers, '/deny') }))[0]).toContain(
      ' 403 192 - - PR-- 1/1/0/0/0 0/0 {shop.e|a#22b#7Cc#23d|/den} {|} ',
    );
    expect(timeless(lab.visit({ port: 80, sends: bytes('nonsense\r\n\r\n') }))[0]).toContain(
      ' 400 0 - - PR-- 1/1/0/0/0 0/0 "<BADREQ>"',
    );
  });
  it('can be had in formats of one’s own, with an id for each request', () => {
    const lab = new Lab(`${BASE}frontend web
    bind :80
    log-format "%hr %hrl %{+Q}hrl %hs %hsl %CC %{+Q}CC %ID %[capture.req.hdr(1)] %{+Q}ST %{+E,+Q}[var(txn.x)]"
    unique-id-format %{+X}o\\ %ci:%fp_%rt
    capture request header Host len 40
    capture request header X-None len 40
    http-request set-var(txn.x) req.hdr(x-odd)
    default_backend app
${back}`);
    const sends = asks([
      ['Host', 'a b'],
      ['X-Odd', 'c"d\\'],
    ]);
    expect(lab.visit({ port: 80, sends })).toEqual([
      String.raw`{a b|} a b - "a b" "" - "" 0A000132:0050_0000 - 200 "c\"d\\"`,
    ]);
    expect(lab.visit({ port: 80, sends })[0]).toContain(' 0A000132:0050_0001 ');
  });
});

describe('statistics', () => {
  it('count a failed handshake as a connection, and as no session', () => {
    const lab = new Lab(BASE + FRONT);
    lab.visit({ tls: {} });
    lab.visit({});
    expect(lab.statistics('web', 'FRONTEND')).toMatchObject({
      stot: '1',
      conn_tot: '2',
      ssl_sess: '1',
      ssl_failed_handshake: '1',
      ereq: '0',
    });
    const info = lab.ask('show info');
    expect(info).toContain('CumSslConns: 2\n');
    expect(info).toContain('CurrSslConns: 0\n');
  });
});

const server = (words: string): string => `${BASE}frontend web
    bind :80
    default_backend app
backend app
    option log-health-checks
    server s1 10.0.1.21:8443 ${words}
`;

describe('a server over TLS', () => {
  it('is asked in HTTP/2 where both offer it; its answer has no reason then, and goes on in HTTP/1.1', () => {
    const two = new Lab(server('ssl verify none alpn h2,http/1.1'));
    expect(timeless(two.visit({ port: 80 }))).toEqual([
      'web app/s1 T 200 49 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1"',
    ]);
    expect(two.asked).toBe('2');
    const one = new Lab(server('ssl verify none'));
    expect(timeless(one.visit({ port: 80 }))).toEqual([
      'web app/s1 T 200 51 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1"',
    ]);
    expect(one.asked).toBe('1.1');
  });
  it('is asked like any other', () => {
    const lab = new Lab(server('ssl verify required ca-file /etc/haproxy/ca.crt'));
    expect(timeless(lab.visit({ port: 80 }))).toEqual([
      'web app/s1 T 200 51 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1"',
    ]);
    expect(lab.statistics('app', 's1')).toMatchObject({ ssl_sess: '1', ssl_failed_handshake: '0' });
  });
  it('whose certificate is not good counts as one that cannot be connected to', () => {
    const lab = new Lab(server('ssl verify required ca-file /etc/haproxy/other.crt'));
    const lines = lab.visit({ port: 80, waits: 4 });
    expect(timeless(lines)).toEqual(['web app/s1 T 503 217 - - SC-- 1/1/0/0/3 0/0 "GET / HTTP/1.1"']);
    // Three retries, each after a pause of a second.
    expect(lines[0]).toMatch(/ 0\/0\/-1\/-1\/30\d\d 503/);
    expect(lab.statistics('app', 's1')).toMatchObject({ econ: '1', wretr: '3', ssl_failed_handshake: '4' });
  });
  it('is not asked again when it has no certificate for the name', () => {
    const lab = new Lab(server('ssl verify required ca-file /etc/haproxy/ca.crt sni str(other.example)'));
    expect(lab.visit({ port: 80, waits: 1 })[0]).toMatch(/ 0\/0\/-1\/-1\/\d 503 217 - - SC-- 1\/1\/0\/0\/3 /);
  });
  it('that does not answer the hello runs into timeout connect, each time', () => {
    const lab = new Lab(server('ssl verify none'), 'silence');
    expect(lab.visit({ port: 80, waits: 9 })[0]).toMatch(
      / 0\/0\/-1\/-1\/800\d 503 217 - - sC-- 1\/1\/0\/0\/3 /,
    );
  });
});

describe('a health check over TLS', () => {
  const first = (words: string, serves: Lab['serves'] = 'tls'): string => {
    const lab = new Lab(server(`${words} check inter 1s fall 2`), serves);
    lab.run(4);
    return (
      lab.lines.find((line) => line.startsWith('Health check'))?.replace(/check duration: \d+/, 'in') ?? ''
    );
  };
  const said = (what: string): string => `Health check for server app/s1 ${what}`;
  it.each([
    ['ssl verify none', 'succeeded, reason: Layer6 check passed, inms, status: 2/2 UP.'],
    [
      'ssl verify required ca-file /etc/haproxy/other.crt',
      'failed, reason: Layer6 invalid response, info: "SSL handshake failure", inms, status: 0/2 DOWN.',
    ],
    [
      'ssl verify required ca-file /etc/haproxy/ca.crt verifyhost other.example',
      'failed, reason: Layer6 invalid response, info: "Server presented an SSL certificate different from the configured one", inms, status: 0/2 DOWN.',
    ],
    [
      'ssl verify required ca-file /etc/haproxy/ca.crt check-sni other.example',
      'failed, reason: Layer6 invalid response, info: "Server presented an SSL certificate different from the expected one", inms, status: 0/2 DOWN.',
    ],
    ['ssl verify none no-check-ssl', 'succeeded, reason: Layer4 check passed, inms, status: 2/2 UP.'],
    ['ssl verify none port 8080', 'succeeded, reason: Layer4 check passed, inms, status: 2/2 UP.'],
    ['check-ssl verify none', 'succeeded, reason: Layer6 check passed, inms, status: 2/2 UP.'],
  ])('%s', (words, expected) => expect(first(words)).toBe(said(expected)));
  it('times out on its own layer', () => {
    expect(first('ssl verify none', 'silence')).toBe(
      said('failed, reason: Layer6 timeout, inms, status: 0/2 DOWN.'),
    );
  });
});

describe('the runtime API', () => {
  it('puts another certificate in force without a reload', () => {
    const lab = new Lab(BASE + FRONT);
    const names = (): string => lab.ask('show ssl cert /etc/haproxy/site.pem');
    expect(names()).toContain('Subject: /O=Shop/CN=shop.example\n');
    expect(lab.ask(`set ssl cert /etc/haproxy/site.pem <<\n${pem('ss.pem')}`)).toBe(
      'Transaction created for certificate /etc/haproxy/site.pem!\n\n',
    );
    expect(lab.ask('show ssl cert')).toMatch(/^# transaction\n\*\/etc\/haproxy\/site.pem\n# filename\n/);
    lab.visit({ tls: {} });
    expect(lab.seen[0]).toBe('secured');
    expect(lab.ask('commit ssl cert /etc/haproxy/site.pem')).toBe(
      'Committing /etc/haproxy/site.pem.\nSuccess!\n\n',
    );
    // Self-signed now: a client that trusts the lab's authority only refuses it.
    lab.visit({ tls: {} });
    expect(lab.seen[0]).toBe('unknown_ca');
  });
  it('does not commit a key of another certificate', () => {
    const lab = new Lab(BASE + FRONT);
    lab.ask(`set ssl cert /etc/haproxy/site.pem <<\n${pem('mismatch.pem')}`);
    expect(lab.ask('commit ssl cert /etc/haproxy/site.pem')).toBe(
      "inconsistencies between private key and certificate loaded '/etc/haproxy/site.pem'.\nCan't commit /etc/haproxy/site.pem!\n\n",
    );
    expect(lab.ask('abort ssl cert /etc/haproxy/site.pem')).toBe(
      "Transaction aborted for certificate '/etc/haproxy/site.pem'!\n\n",
    );
  });
});
