import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readTrustedCertificates, commonName } from '../../protocols/x509';
import { microsFromCivil } from '../../std/civil';
import { parseIPv4 } from '../../std/ipv4';
import { SECOND } from '../../std/instant';
import { ROOT } from '../../world/files';
import type { HttpResponse, Message } from '../../world/network.contract';
import type { SecureSocketEvent, TlsClientSettings } from '../../world/tls.contract';
import { ToolLab } from '../tool-lab';
import { register } from './index';

const { materials } = JSON.parse(
  readFileSync(new URL('./fixtures/tls-checks.json', import.meta.url), 'utf8'),
) as { materials: Record<string, string> };
const material = (name: string): string => {
  const text = materials[name];
  if (text === undefined) throw new Error(`no ${name}`);
  return text;
};
const FOLDER = '/etc/nginx/tls';
/** A day on which the certificates are valid, but for those that are meant not to be. */
const TODAY = microsFromCivil({ year: 2026, month: 11, day: 28, hour: 12, minute: 0, second: 0 });
const certificate = (name: string): string =>
  `ssl_certificate ${FOLDER}/${name}.pem; ssl_certificate_key ${FOLDER}/${name}.key;`;

interface Asked {
  port?: number;
  /** Server name of the hello; none: an address was asked for. */
  name?: string;
  host?: string;
  path?: string;
  /** Plain HTTP instead. */
  plain?: boolean;
  tls?: Partial<TlsClientSettings>;
  version?: '1.1' | '2';
  /** Hangs up once it is secured. */
  hangsUp?: boolean;
}
class Told {
  answer: HttpResponse | undefined;
  end = '';
  /** Common name of the certificate that was shown. */
  shown = '';
}

/** A server with nginx, applications behind it that are nginx too, and somebody who speaks TLS. */
class Lab {
  readonly lab = new ToolLab([register]);
  readonly #told = new Map<number, Told>();
  readonly #asked = new Map<number, Asked>();
  #next = 1;
  constructor(http: string, options: { app?: string; files?: Record<string, string> } = {}) {
    const { lab } = this;
    lab.segment('lan', '10.0.1.0/24');
    const files = (body: string): Record<string, { text: string }> => ({
      '/etc/nginx/nginx.conf': {
        text: `error_log /var/log/nginx/error.log info;\nevents { }\nhttp {\nlog_format tls '"$request" $status $ssl_protocol $ssl_client_verify $server_name';\naccess_log /var/log/nginx/access.log tls;\n${body}\n}\n`,
      },
      ...Object.fromEntries(
        Object.entries({ ...materials, ...options.files }).map(([name, text]) => [
          `${FOLDER}/${name}`,
          { text },
        ]),
      ),
    });
    lab.host('lb1', { eth0: 'lan 10.0.1.11/24' }, { packages: ['nginx'], files: files(http) });
    lab.host('client', { eth0: 'lan 10.0.1.50/24' });
    if (options.app !== undefined)
      lab.host('app1', { eth0: 'lan 10.0.1.21/24' }, { packages: ['nginx'], files: files(options.app) });
    lab.world.state.epoch = TODAY;
    lab.world.callback<number, SecureSocketEvent>('test.client', ({ data }, event) => this.#on(data, event));
    for (const host of options.app === undefined ? ['lb1'] : ['lb1', 'app1'])
      lab.start(host, ['/usr/sbin/nginx']);
    lab.pass(SECOND);
  }
  #on(id: number, event: SecureSocketEvent): void {
    const { network } = this.lab.world;
    const { connection } = event;
    const asked = this.#asked.get(id) ?? {};
    const told = this.#told.get(id) ?? new Told();
    switch (event.type) {
      case 'connected':
        if (asked.plain === true) network.send(connection, 'client', requestOf(asked));
        else network.tls.connect(connection, settingsOf(asked));
        return;
      case 'secured': {
        const [leaf] = readTrustedCertificates(event.info.peerChain);
        told.shown = leaf === undefined ? '' : (commonName(leaf.subject) ?? '');
        if (asked.hangsUp === true) network.shutdown(connection, 'client');
        else network.send(connection, 'client', requestOf(asked));
        return;
      }
      case 'tls-failed':
        told.end = event.failure.openssl?.reason ?? event.failure.kind;
        network.close(connection, 'client');
        return;
      case 'message':
        if (event.message.kind === 'response') told.answer = event.message;
        return;
      case 'closed':
      case 'failed':
        told.end ||= event.type;
        network.close(connection, 'client');
        return;
      case 'accepted':
    }
  }
  ask(asked: Asked, patience = SECOND): Told {
    const id = this.#next++;
    const told = new Told();
    this.#told.set(id, told);
    this.#asked.set(id, asked);
    const { world } = this.lab;
    world.network.connect(world.host('client'), {
      pid: 0,
      ip: parseIPv4('10.0.1.11') ?? 0,
      port: asked.port ?? 443,
      on: { name: 'test.client', pid: 0, data: id },
    });
    this.lab.pass(patience);
    return told;
  }
  /** The answer's status and first line, or how the connection ended. */
  get(asked: Asked, patience = SECOND): string {
    const { answer, end } = this.ask(asked, patience);
    return answer === undefined ? end : `${answer.status} ${titleOf(answer.body)}`;
  }
  file(path: string, host = 'lb1'): string {
    const text = this.lab.world.host(host).fs.readFile(path, ROOT);
    return typeof text === 'string' ? text : '';
  }
  write(name: string, text: string): void {
    this.lab.world.host('lb1').fs.writeFile(`${FOLDER}/${name}`, text, ROOT, { mode: 0o600 });
  }
  /** The error log without times. */
  errors(host = 'lb1'): string {
    return this.file('/var/log/nginx/error.log', host).replace(/^\S+ \S+ (\[\w+\]) \d+#\d+: /gm, '$1 ');
  }
  log(): string[] {
    return this.file('/var/log/nginx/access.log').trimEnd().split('\n');
  }
  run(command: string): { exit: number | undefined; text: string } {
    const outcome = this.lab.start('lb1', command);
    this.lab.pass(SECOND);
    return { exit: outcome.exit, text: outcome.stdout + outcome.stderr };
  }
}
function titleOf(body: string): string {
  return (/<title>(.*)<\/title>/.exec(body)?.[1] ?? body).trim();
}
function settingsOf({ name, tls }: Asked): TlsClientSettings {
  return {
    versions: ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'],
    ciphers: '',
    serverName: name,
    roots: material('ca.pem'),
    invalid: 'report',
    ...tls,
  };
}
function requestOf({ name, host, path = '/', version = '1.1' }: Asked): Message {
  const headers: [string, string][] = [['Host', host ?? name ?? '10.0.1.11']];
  return { kind: 'request', trace: 0, method: 'GET', target: path, version, headers, body: '', bytes: 60 };
}
const VALUES = 'return 200 "$server_name $scheme $https $ssl_protocol $ssl_server_name";';
const secure = (body: string, name = 'shop.example', own = certificate('good')): string =>
  `server { listen 443 ssl; server_name ${name}; ${own} ${body} }`;

describe('a listener with ssl', () => {
  it('serves HTTP inside; without being asked nginx 1.22 has no TLS 1.3', () => {
    const lab = new Lab(secure(VALUES));
    expect(lab.get({ name: 'shop.example' })).toBe('200 shop.example https on TLSv1.2 shop.example');
    expect(lab.get({ name: 'shop.example', tls: { versions: ['TLSv1.3'] } })).toBe(
      'tlsv1 alert protocol version',
    );
    expect(lab.errors()).toContain(
      '[info] *2 SSL_do_handshake() failed (SSL: error:0A000102:SSL routines::unsupported protocol) while SSL handshaking, client: 10.0.1.50, server: 0.0.0.0:443\n',
    );
  });
  it('tells plain requests that they are at the wrong port, and error_page 497 sends them on', () => {
    const lab = new Lab(
      `${secure(VALUES)} server { listen 444 ssl; ${certificate('good')} error_page 497 https://$host$request_uri; }`,
    );
    expect(lab.get({ plain: true })).toBe('400 400 The plain HTTP request was sent to HTTPS port');
    const { answer } = lab.ask({ plain: true, port: 444, host: 'shop.example', path: '/a?b' });
    expect(answer?.status).toBe(302);
    expect(answer?.headers).toContainEqual(['Location', 'https://shop.example/a?b']);
    expect(answer?.headers).toContainEqual(['Connection', 'close']);
    expect(lab.errors()).toContain(
      '*1 client sent plain HTTP request to HTTPS port while reading client request headers, client: 10.0.1.50, server: shop.example, request: "GET / HTTP/1.1", host: "10.0.1.11"',
    );
  });
  it('redirects within its own scheme and port', () => {
    const lab = new Lab(
      `server { listen 443 ssl; listen 8443 ssl; listen 80; ${certificate('good')} return 301 /x; }`,
    );
    const location = (asked: Asked): string | undefined =>
      lab.ask(asked).answer?.headers.find(([name]) => name === 'Location')?.[1];
    expect(location({ name: 'shop.example' })).toBe('https://shop.example/x');
    expect(location({ name: 'shop.example', port: 8443 })).toBe('https://shop.example:8443/x');
    expect(location({ plain: true, port: 80, host: 'shop.example' })).toBe('http://shop.example/x');
  });
  it('says what became of handshakes', () => {
    const lab = new Lab(
      secure('client_header_timeout 2s; return 200 ok;', 'shop.example', certificate('exp')),
    );
    expect(lab.get({ name: 'shop.example', tls: { invalid: 'refuse' } })).toBe('certificate verify failed');
    expect(lab.get({ name: 'shop.example', hangsUp: true })).toBe('closed');
    expect(
      lab.get({
        name: 'shop.example',
        tls: { versions: ['TLSv1.2'], ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' },
      }),
    ).toBe('sslv3 alert handshake failure');
    const words = lab.errors();
    expect(words).toContain(
      '*1 SSL_do_handshake() failed (SSL: error:0A000415:SSL routines::sslv3 alert certificate expired:SSL alert number 45) while SSL handshaking',
    );
    expect(words).toContain(
      '[info] *2 client closed connection while waiting for request, client: 10.0.1.50, server: 0.0.0.0:443',
    );
    expect(words).toContain('SSL routines::no shared cipher) while SSL handshaking');
  });
  it('waits for a hello no longer than for a request', () => {
    const lab = new Lab(secure('client_header_timeout 2s; return 200 ok;'));
    const { world } = lab.lab;
    const connection = world.network.connect(world.host('client'), {
      pid: 0,
      ip: parseIPv4('10.0.1.11') ?? 0,
      port: 443,
      on: { name: 'test.silent', pid: 0, data: null },
    });
    world.callback<null, SecureSocketEvent>('test.silent', () => undefined);
    lab.lab.pass(3 * SECOND);
    expect(lab.errors()).toContain(
      '[info] *1 client timed out (110: Connection timed out) while SSL handshaking, client: 10.0.1.50, server: 0.0.0.0:443',
    );
    world.network.close(connection, 'client');
  });
});

describe('several servers at one address', () => {
  const SERVERS = [
    secure(VALUES),
    secure(VALUES, 'other.example *.other.example', certificate('other')),
    secure(VALUES, 'nocert.example', ''),
    `server { listen 443 ssl default_server; server_name fallback; ${certificate('ec')} return 200 "$server_name"; }`,
  ].join('\n');
  it('are told apart by the name in the hello, then by the host', () => {
    const lab = new Lab(SERVERS);
    const shown = (asked: Asked): string => {
      const { shown: name, answer } = lab.ask(asked);
      return `${name}: ${answer?.body.split(' ')[0] ?? ''}`;
    };
    expect(shown({ name: 'shop.example' })).toBe('shop.example: shop.example');
    expect(shown({ name: 'OTHER.example' })).toBe('other.example: other.example');
    expect(shown({ name: 'a.other.example' })).toBe('other.example: other.example');
    // Without certificates of its own the default server's are shown.
    expect(shown({ name: 'nocert.example' })).toBe('shop.example: nocert.example');
    expect(shown({ name: 'nobody.example' })).toBe('shop.example: fallback');
    expect(shown({ host: 'other.example' })).toBe('shop.example: other.example');
    expect(shown({ name: 'shop.example', host: 'other.example' })).toBe('shop.example: other.example');
  });
  it('share the versions of the default server, not its ciphers', () => {
    const lab = new Lab(
      secure('ssl_protocols TLSv1.2; return 200 "$ssl_protocol $ssl_cipher";') +
        secure(
          'ssl_protocols TLSv1.3; ssl_ciphers ECDHE-RSA-CHACHA20-POLY1305; return 200 "$ssl_protocol $ssl_cipher";',
          'other.example',
          certificate('other'),
        ),
    );
    expect(lab.get({ name: 'other.example' })).toBe('200 TLSv1.2 ECDHE-RSA-CHACHA20-POLY1305');
  });
  it('reject who names none of them', () => {
    const lab = new Lab(
      `server { listen 443 ssl default_server; server_name _; ssl_reject_handshake on; } ${secure(VALUES)}`,
    );
    expect(lab.get({ name: 'shop.example' })).toContain('200 shop.example');
    expect(lab.get({ name: 'nobody.example' })).toBe('tlsv1 unrecognized name');
    expect(lab.get({})).toBe('tlsv1 unrecognized name');
    expect(lab.errors()).toContain('[info] *2 handshake rejected while SSL handshaking');
  });
  it('find certificates by name, with the rights of a worker', () => {
    const lab = new Lab(
      `server { listen 443 ssl; server_name x; ssl_certificate ${FOLDER}/$ssl_server_name.pem; ssl_certificate_key ${FOLDER}/$ssl_server_name.key; return 200 ok; }`,
    );
    expect(lab.get({ name: 'good' })).toBe('200 ok');
    expect(lab.get({ name: 'nope' })).toBe('tlsv1 alert internal error');
    lab.lab.world.host('lb1').fs.chmod(`${FOLDER}/other.key`, 0o600, ROOT);
    expect(lab.get({ name: 'other' })).toBe('tlsv1 alert internal error');
    const words = lab.errors();
    expect(words).toContain(
      '[error] *2 cannot load certificate "/etc/nginx/tls/nope.pem": BIO_new_file() failed',
    );
    expect(words).toContain('SSL routines::cert cb error) while SSL handshaking');
  });
});

describe('certificates of clients', () => {
  const asking = (mode: string, more = ''): string =>
    secure(
      `ssl_verify_client ${mode}; ssl_client_certificate ${FOLDER}/ca.pem; ${more} location / { return 200 "$ssl_client_verify $ssl_client_s_dn"; }`,
    );
  const withCertificate = (name: string): Asked => ({
    name: 'shop.example',
    tls: { identity: { chain: material(`${name}.pem`) } },
  });
  it('are demanded', () => {
    const lab = new Lab(asking('on'));
    expect(lab.get({ name: 'shop.example' })).toBe('400 400 No required SSL certificate was sent');
    expect(lab.get(withCertificate('good'))).toBe('200 SUCCESS CN=shop.example');
    expect(lab.get(withCertificate('exp'))).toBe('400 400 The SSL certificate error');
    expect(lab.errors()).toContain(
      '*1 client sent no required SSL certificate while reading client request headers',
    );
    expect(lab.errors()).toContain(
      '*3 client SSL certificate verify error: (10:certificate has expired) while reading client request headers',
    );
    expect(lab.log()).toEqual([
      '"GET / HTTP/1.1" 400 TLSv1.2 NONE shop.example',
      '"GET / HTTP/1.1" 200 TLSv1.2 SUCCESS shop.example',
      '"GET / HTTP/1.1" 400 TLSv1.2 FAILED:certificate has expired shop.example',
    ]);
  });
  it('are wished for', () => {
    const lab = new Lab(asking('optional'));
    expect(lab.get({ name: 'shop.example' })).toBe('200 NONE');
    expect(lab.get(withCertificate('sha1self'))).toBe('400 400 The SSL certificate error');
  });
  it('need nobody to vouch for them', () => {
    const lab = new Lab(asking('optional_no_ca'));
    expect(lab.get(withCertificate('sha1self'))).toBe('200 FAILED:self-signed certificate CN=shop.example');
    expect(lab.get(withCertificate('exp'))).toBe('400 400 The SSL certificate error');
  });
  it('may have been revoked', () => {
    const recorded = (name: string): string =>
      readFileSync(new URL(`../../protocols/x509/fixtures/revocation/${name}.pem`, import.meta.url), 'utf8');
    const lab = new Lab(asking('on', `ssl_crl ${FOLDER}/list.pem;`), {
      files: { 'list.pem': recorded('root-list') },
    });
    expect(lab.get(withCertificate('good'))).toBe('200 SUCCESS CN=shop.example');
    expect(lab.get({ name: 'shop.example', tls: { identity: { chain: recorded('bob') } } })).toBe(
      '400 400 The SSL certificate error',
    );
    expect(lab.errors()).toContain(
      '*2 client SSL certificate verify error: (23:certificate revoked) while reading client request headers',
    );
  });
  it('are demanded by a name that the hello has to say too', () => {
    const lab = new Lab(asking('on') + secure('return 200 open;', 'open.example', certificate('other')));
    expect(lab.get({ name: 'open.example' })).toBe('200 open');
    expect(lab.get({ name: 'open.example', host: 'shop.example' })).toBe('421 421 Misdirected Request');
    expect(lab.errors()).toContain(
      '*2 client attempted to request the server name different from the one that was negotiated while reading client request headers, client: 10.0.1.50, server: open.example',
    );
  });
});

describe('a reload', () => {
  const LIVE = secure('return 200 ok;', 'shop.example', certificate('live'));
  const live = (name: string): Record<string, string> => ({
    'live.pem': material(`${name}.pem`),
    'live.key': material(`${name}.key`),
  });
  const reload = 'nginx -s reload';
  it('serves the new certificate, and nothing else does', () => {
    const lab = new Lab(LIVE, { files: live('good') });
    lab.write('live.pem', material('other.pem'));
    lab.write('live.key', material('other.key'));
    expect(lab.ask({ name: 'shop.example' }).shown).toBe('shop.example');
    expect(lab.run(reload)).toMatchObject({ exit: 0 });
    expect(lab.ask({ name: 'shop.example' }).shown).toBe('other.example');
  });
  it('with material that will not do keeps the old one', () => {
    const lab = new Lab(LIVE, { files: live('good') });
    lab.write('live.pem', material('other.pem'));
    const failed = lab.run(reload);
    expect(failed.exit).toBe(1);
    expect(failed.text).toContain('[emerg]');
    expect(failed.text).toContain(
      'SSL_CTX_use_PrivateKey("/etc/nginx/tls/live.key") failed (SSL: error:05800074:x509 certificate routines::key values mismatch)',
    );
    lab.lab.world.kill(lab.lab.world.host('lb1'), Number(lab.file('/run/nginx.pid')), 'HUP');
    lab.lab.pass(SECOND);
    expect(lab.errors()).toContain('[emerg] SSL_CTX_use_PrivateKey("/etc/nginx/tls/live.key") failed');
    expect(lab.ask({ name: 'shop.example' }).shown).toBe('shop.example');
  });
  it('with a key that needs a passphrase asks nobody', () => {
    const lab = new Lab(LIVE, { files: live('good') });
    lab.write('live.key', material('passt.key'));
    lab.lab.world.kill(lab.lab.world.host('lb1'), Number(lab.file('/run/nginx.pid')), 'HUP');
    lab.lab.pass(SECOND);
    expect(lab.errors()).toContain(
      'Enter PEM pass phrase:\nEnter PEM pass phrase:\n[emerg] cannot load certificate key "/etc/nginx/tls/live.key": PEM_read_bio_PrivateKey() failed',
    );
    expect(lab.get({ name: 'shop.example' })).toBe('200 ok');
  });
  it('at a terminal somebody is asked', () => {
    const lab = new Lab(LIVE, { files: { ...live('good'), 'live.key': material('passt.key') } });
    const terminal = lab.lab.world.host('lb1').terminals.create();
    const outcome = lab.lab.start('lb1', 'nginx', { spawn: { tty: terminal.id } });
    lab.lab.pass(SECOND);
    terminal.input('hunter2\n');
    lab.lab.pass(SECOND);
    expect(terminal.takeOutput()).toBe('Enter PEM pass phrase:\n');
    expect(outcome).toMatchObject({ exit: 0, stderr: '' });
    expect(lab.get({ name: 'shop.example' })).toBe('200 ok');
  });
  it('a start with such a key fails', () => {
    const lab = new Lab(
      secure(
        'return 200 ok;',
        'shop.example',
        `ssl_certificate ${FOLDER}/good.pem; ssl_certificate_key ${FOLDER}/passt.key;`,
      ),
    );
    expect(lab.get({ name: 'shop.example' })).toBe('failed');
  });
});

describe('upstreams', () => {
  const APP = [
    `server { listen 443 ssl; server_name shop.example; ${certificate('good')} return 200 "app $ssl_server_name $host"; }`,
    `server { listen 444 ssl; ${certificate('exp')} return 200 expired; }`,
    `server { listen 445 ssl; ${certificate('good')} ssl_verify_client on; ssl_client_certificate ${FOLDER}/ca.pem; return 200 "$ssl_client_verify"; }`,
    'server { listen 80; return 200 plain; }',
    'server { listen 448 ssl; ssl_reject_handshake on; }',
  ].join('\n');
  const TRUST = `proxy_ssl_verify on; proxy_ssl_trusted_certificate ${FOLDER}/ca.pem;`;
  const passing = (body: string): Lab => new Lab(`server { listen 80; ${body} }`, { app: APP });
  const get = (lab: Lab, path = '/'): string => lab.get({ plain: true, port: 80, path });
  it('are asked over TLS, without a look at their certificates', () => {
    const lab = passing(
      'location / { proxy_pass https://10.0.1.21; } location /exp { proxy_pass https://10.0.1.21:444; }',
    );
    expect(get(lab)).toBe('200 app  10.0.1.21');
    expect(get(lab, '/exp')).toBe('200 expired');
  });
  it('are told the name when that is wished for', () => {
    const lab = passing(
      'location / { proxy_pass https://10.0.1.21; proxy_ssl_server_name on; proxy_ssl_name shop.example; }',
    );
    expect(get(lab)).toBe('200 app shop.example 10.0.1.21');
  });
  it('have to be who they say', () => {
    const lab = passing(
      `location /good { proxy_pass https://10.0.1.21; ${TRUST} proxy_ssl_name shop.example; }
       location /name { proxy_pass https://10.0.1.21; ${TRUST} }
       location /exp { proxy_pass https://10.0.1.21:444; ${TRUST} proxy_ssl_name shop.example; }
       location /rogue { proxy_pass https://10.0.1.21; proxy_ssl_verify on; proxy_ssl_trusted_certificate ${FOLDER}/ec.pem; proxy_ssl_name shop.example; }`,
    );
    expect(get(lab, '/good')).toContain('200 app');
    for (const path of ['/name', '/exp', '/rogue']) expect(get(lab, path)).toBe('502 502 Bad Gateway');
    const words = lab.errors();
    const behind = ' while SSL handshaking to upstream, client: 10.0.1.50, server: , request: "GET';
    expect(words).toContain(`[error] *3 upstream SSL certificate does not match "10.0.1.21"${behind}`);
    expect(words).toContain(`upstream SSL certificate verify error: (10:certificate has expired)${behind}`);
    expect(words).toContain(
      `upstream SSL certificate verify error: (21:unable to verify the first certificate)${behind}`,
    );
  });
  it('that speak no TLS, or refuse it, are failed tries', () => {
    const lab = passing(
      'location /plain { proxy_pass https://10.0.1.21:80; } location /reject { proxy_pass https://10.0.1.21:448; } location /reverse { proxy_pass http://10.0.1.21:443; }',
    );
    expect(get(lab, '/plain')).toBe('502 502 Bad Gateway');
    expect(get(lab, '/reject')).toBe('502 502 Bad Gateway');
    expect(get(lab, '/reverse')).toBe('400 400 The plain HTTP request was sent to HTTPS port');
    expect(lab.errors()).toContain(
      '[error] *1 SSL_do_handshake() failed (SSL: error:0A00010B:SSL routines::wrong version number) while SSL handshaking to upstream',
    );
    expect(lab.errors()).toContain(
      '[crit] *3 SSL_do_handshake() failed (SSL: error:0A000458:SSL routines::tlsv1 unrecognized name:SSL alert number 112) while SSL handshaking to upstream',
    );
  });
  it('get a certificate to see', () => {
    const lab = passing(
      `location /none { proxy_pass https://10.0.1.21:445; }
       location /one { proxy_pass https://10.0.1.21:445; proxy_ssl_certificate ${FOLDER}/good.pem; proxy_ssl_certificate_key ${FOLDER}/good.key; }
       location /by { proxy_pass https://10.0.1.21:445; proxy_ssl_certificate ${FOLDER}/$arg_c.pem; proxy_ssl_certificate_key ${FOLDER}/$arg_c.key; }`,
    );
    expect(get(lab, '/none')).toBe('400 400 No required SSL certificate was sent');
    expect(get(lab, '/one')).toBe('200 SUCCESS');
    expect(get(lab, '/by?c=good')).toBe('200 SUCCESS');
    expect(get(lab, '/by?c=nope')).toBe('500 500 Internal Server Error');
    expect(lab.errors()).toContain(
      'cannot load certificate "/etc/nginx/tls/nope.pem": BIO_new_file() failed (SSL: error:80000002:system library::No such file or directory:calling fopen(/etc/nginx/tls/nope.pem, r) error:10000080:BIO routines::no such file) while connecting to upstream',
    );
  });
  it('that fail are passed over', () => {
    const lab = new Lab(
      `upstream pool { server 10.0.1.21:444; server 10.0.1.21:443; } server { listen 80; ${TRUST} proxy_ssl_name shop.example; location / { proxy_pass https://pool; } }`,
      { app: APP },
    );
    expect(get(lab)).toBe('200 app  pool');
    expect(lab.errors()).toContain(
      '[warn] *1 upstream server temporarily disabled while SSL handshaking to upstream',
    );
  });
});

describe('HTTP/2', () => {
  const lab = (): Lab =>
    new Lab(secure('return 200 "$server_protocol $http2";').replace('443 ssl', '443 ssl http2'));
  it('is agreed on by ALPN', () => {
    const { answer } = lab().ask({ name: 'shop.example', version: '2', tls: { alpn: ['h2', 'http/1.1'] } });
    expect(answer?.body).toBe('HTTP/2.0 h2');
    expect(answer).toMatchObject({ version: '2', reason: '' });
    expect(answer?.headers.map(([name]) => name)).toEqual([
      'server',
      'date',
      'content-type',
      'content-length',
    ]);
  });
  it('is not spoken with who does not know it, or knows nothing that fits', () => {
    const one = lab();
    expect(one.get({ name: 'shop.example', tls: { alpn: ['http/1.1'] } })).toBe('200 HTTP/1.1');
    expect(one.get({ name: 'shop.example' })).toBe('200 HTTP/1.1');
    expect(one.get({ name: 'shop.example', tls: { alpn: ['foo'] } })).toBe(
      'tlsv1 alert no application protocol',
    );
  });
});
