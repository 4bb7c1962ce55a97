import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { versionsBetween } from '../protocols/tls/versions';
import { microsFromCivil } from '../std/civil';
import { SECOND } from '../std/instant';
import { type HttpResult, startRequest } from './http-client';
import { ip, Lab, response } from './network/lab';
import type { SecureSocketEvent, TlsServerSettings } from './tls.contract';
import { httpsSettings } from './tls/https-settings';

const pem = (name: string): string =>
  readFileSync(new URL(`../protocols/x509/fixtures/${name}.pem`, import.meta.url), 'utf8');
const [ROOT, INTER, LEAF, SELF] = ['root', 'inter', 'leaf', 'self'].map(pem) as [
  string,
  string,
  string,
  string,
];
const SERVER: TlsServerSettings = {
  versions: versionsBetween('TLSv1.2', 'TLSv1.3'),
  ciphers: '',
  identities: [{ chain: LEAF + INTER }],
};

/** One request over https to a server that does as it is told. */
function ask(options: {
  server?: TlsServerSettings | 'plain' | 'silent' | 'resets' | 'ends';
  client?: Partial<Parameters<typeof httpsSettings>[0]>;
  daysLater?: number;
}): HttpResult {
  const { server = SERVER, client = {}, daysLater = 0 } = options;
  const lab = new Lab().segment('lan');
  lab.host('a', { eth0: 'lan 10.0.0.1/24' });
  lab.host('b', { eth0: 'lan 10.0.0.2/24' });
  lab.world.state.epoch =
    microsFromCivil({ year: 2026, month: 12, day: 1, hour: 0, minute: 0, second: 0 }) +
    daysLater * 86_400 * SECOND;
  const { network } = lab;
  lab.world.callback<null, SecureSocketEvent>('test.server', (_, { type, connection }) => {
    if (type === 'accepted' && typeof server === 'object') network.tls.accept(connection, server);
    if (type !== 'message') return;
    if (server === 'resets') network.reset(connection, 'server');
    else if (server === 'ends') network.close(connection, 'server');
    else if (server !== 'silent') network.send(connection, 'server', response('hello'));
  });
  network.listen(lab.world.host('b'), {
    pid: 0,
    ip: 0,
    port: 443,
    on: { name: 'test.server', pid: 0, data: null },
  });
  const results: HttpResult[] = [];
  lab.world.callback<null, HttpResult>('test.done', (_, result) => results.push(result));
  const host = client.host ?? 'shop.example';
  startRequest(
    lab.world.host('a'),
    0,
    {
      ip: ip('10.0.0.2'),
      port: 443,
      host,
      target: '/',
      method: 'GET',
      headers: [],
      body: '',
      connectTimeout: 2 * SECOND,
      timeout: 5 * SECOND,
      bindIp: undefined,
      trace: 0,
      tls: httpsSettings({ host, roots: ROOT, verify: 'yes', ...client }),
    },
    { name: 'test.done', pid: 0, data: null },
  );
  lab.run(10 * SECOND);
  const [result] = results;
  if (result === undefined || results.length !== 1) throw new Error(`${results.length} results`);
  return result;
}
const outcome = ({ status, error, reason }: HttpResult): string => `${status ?? error}: ${reason}`;
const NOT_ACCEPTED = 'tls: the server’s certificate is not accepted'.replace('’', "'");

describe('a request over https', () => {
  it('is answered', () => {
    expect(ask({})).toMatchObject({ status: 200, body: 'hello', error: undefined });
  });
  it.each<[string, Parameters<typeof ask>[0], string]>([
    ['an expired certificate', { daysLater: 200 }, `${NOT_ACCEPTED}: certificate has expired`],
    ['one of the future', { daysLater: -30 }, `${NOT_ACCEPTED}: certificate is not yet valid`],
    ['another name', { client: { host: 'other.example' } }, `${NOT_ACCEPTED}: it is not for other.example`],
    ['another address', { client: { host: '10.0.0.2' } }, `${NOT_ACCEPTED}: it is not for 10.0.0.2`],
    [
      'an unknown authority',
      { client: { roots: SELF } },
      `${NOT_ACCEPTED}: unable to get local issuer certificate`,
    ],
    [
      'no intermediate',
      { server: { ...SERVER, identities: [{ chain: LEAF }] } },
      `${NOT_ACCEPTED}: unable to get local issuer certificate`,
    ],
    [
      'a name that is a common name only, which curl would take',
      { server: { ...SERVER, identities: [{ chain: SELF }] }, client: { roots: SELF, host: 'self.example' } },
      `${NOT_ACCEPTED}: it is not for self.example`,
    ],
    [
      'an old server',
      { server: { ...SERVER, versions: ['TLSv1.1'] } },
      'tls: the other side refused: protocol_version (70)',
    ],
    [
      'an old client',
      { client: { max: 'TLSv1.1', min: 'TLSv1' } },
      'tls: the other side refused: protocol_version (70)',
    ],
    [
      'a plain server',
      { server: 'plain' },
      'tls: what came is plain HTTP, not TLS: this side speaks https, the other side http',
    ],
    ['a silent server', { server: 'silent' }, 'timeout: connect'],
    ['a reset', { server: 'resets' }, 'reset: ECONNRESET'],
    [
      'an early end',
      { server: 'ends' },
      'tls: the other side closed the connection before the handshake was done',
    ],
  ])('tells %s apart', (_, options, expected) => {
    expect(outcome(ask(options))).toBe(expected);
  });
  it('goes on in spite of a warning when told so', () => {
    expect(ask({ daysLater: 200, client: { verify: 'no' } })).toMatchObject({ status: 200 });
  });
});
