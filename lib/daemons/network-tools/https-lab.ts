/**
 * Two machines for tests of clients that speak https: `b` listens as the nginx that was recorded, `a` has the tools.
 * Not part of the simulator.
 */
import { type TlsVersion, versionsBetween } from '../../protocols/tls/versions';
import { microsFromCivil } from '../../std/civil';
import type { HttpRequest, HttpResponse } from '../../world/network.contract';
import type { SecureSocketEvent, TlsServerSettings } from '../../world/tls.contract';
import { ToolLab } from '../tool-lab';
import { NETWORK_TOOLS, register } from './index';

const DATE = 'Sat, 28 Nov 2026 15:00:00 GMT';

/** What listens on which port, as in nginx's configuration that was recorded. @param pem the text of a certificate */
function listeners(pem: (name: string) => string): Readonly<Record<number, TlsServerSettings | 'plain'>> {
  const chain = pem('leaf.pem') + pem('inter.pem');
  const server: TlsServerSettings = {
    versions: versionsBetween('TLSv1.2', 'TLSv1.3'),
    ciphers: '',
    alpn: ['http/1.1', 'http/1.0'],
    onNoAlpn: 'refuse',
    identities: [{ chain }],
  };
  const only = (version: TlsVersion): TlsServerSettings => ({ ...server, versions: [version] });
  return {
    80: 'plain',
    443: server,
    444: { ...server, alpn: ['h2', 'http/1.1'] },
    445: only('TLSv1.2'),
    446: { ...server, identities: [{ chain: pem('leaf.pem') }] },
    447: { ...server, clients: { roots: pem('root.pem'), missing: 'accept', invalid: 'report' } },
    448: { ...server, identities: [{ chain: pem('self.pem') }] },
    449: { ...server, clients: { roots: pem('root.pem'), missing: 'refuse', invalid: 'refuse' } },
    450: { ...only('TLSv1.2'), clients: { roots: pem('root.pem'), missing: 'refuse', invalid: 'refuse' } },
  };
}

/** @param pem the text of a file among the certificates of `lib/protocols/x509/fixtures` */
export function makeHttpsLab(pem: (name: string) => string): ToolLab {
  const ports = listeners(pem);
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
  const tellVerdict = new Map<number, boolean>();
  lab.world.callback<number, SecureSocketEvent>('test.server', ({ data: port }, event) => {
    const { connection } = event;
    const settings = ports[port];
    if (event.type === 'accepted' && typeof settings === 'object') network.tls.accept(connection, settings);
    if (event.type === 'secured') {
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
  for (const port of Object.keys(ports).map(Number))
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
