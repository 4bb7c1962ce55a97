import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isAllowedAt, readCipherList, readCipherSuites } from './cipher-list';
import { findCipher } from './ciphers';
import { alertNumber } from './alerts';
import { receivedAlert, tlsError } from './errors';
import { type Abilities, answerTo, offerOf, type ServerAbilities } from './negotiate';
import { clientHelloSize } from './sizes';
import { type TlsVersion, versionsBetween } from './versions';

describe('cipher lists', () => {
  const recorded = readFileSync(new URL('./fixtures/cipher-lists.txt', import.meta.url), 'utf8');
  it.each(
    recorded
      .trim()
      .split('\n')
      .map((line) => line.split(' => ')),
  )('%s', (list = '', printed = '') => {
    const read = readCipherList(list);
    expect(read?.ciphers.map(({ name }) => name).join(':') ?? 'no cipher match').toBe(printed);
  });
  it('have a security level, Debian’s unless they say another', () => {
    expect(readCipherList('')?.level).toBe(2);
    expect(readCipherList('DEFAULT@SECLEVEL=0')?.level).toBe(0);
    expect(readCipherList('@SECLEVEL=4:HIGH')?.level).toBe(4);
    expect(readCipherList('HIGH:@SECLEVEL=9')).toBeUndefined();
  });
  it('are for TLS 1.2 and older: the suites of TLS 1.3 are named apart', () => {
    expect(readCipherList('TLS_AES_128_GCM_SHA256')).toBeUndefined();
    expect(readCipherSuites('TLS_AES_128_GCM_SHA256')).toEqual(['TLS_AES_128_GCM_SHA256']);
    expect(readCipherSuites('TLS_AES_128_GCM_SHA256:FOO')).toBeUndefined();
  });
  it('are narrowed by the level: no anonymous ones, forward secrecy from level 3', () => {
    const allowed = (level: number, name: string): boolean => {
      const cipher = findCipher(name);
      return cipher !== undefined && isAllowedAt(level, cipher);
    };
    expect(allowed(0, 'ADH-AES256-SHA')).toBe(true);
    expect(allowed(1, 'ADH-AES256-SHA')).toBe(false);
    expect(allowed(2, 'AES256-GCM-SHA384')).toBe(true);
    expect(allowed(3, 'AES256-GCM-SHA384')).toBe(false);
    expect(allowed(4, 'ECDHE-RSA-AES128-GCM-SHA256')).toBe(false);
  });
});

describe('an agreement', () => {
  const list = (text: string) => readCipherList(text) ?? { ciphers: [], level: 2 };
  const client = (more: Partial<Abilities> = {}): Abilities => ({
    versions: versionsBetween('TLSv1', 'TLSv1.3'),
    list: list(''),
    suites: undefined,
    alpn: [],
    ...more,
  });
  const server = (more: Partial<ServerAbilities> = {}): ServerAbilities => ({
    ...client(),
    keys: ['RSA'],
    prefersOwn: false,
    dh: false,
    onNoAlpn: 'go-on',
    ...more,
  });
  const agree = (one: Abilities, other: ServerAbilities): string => {
    const offer = offerOf(one);
    if ('error' in offer) return offer.error.reason;
    const answer = answerTo(offer, other);
    return 'alert' in answer
      ? `${answer.alert}: ${answer.error.reason}`
      : `${answer.version} ${answer.cipher.name} ${answer.alpn ?? '-'}`;
  };
  it.each<[string, Partial<Abilities>, Partial<ServerAbilities>, string]>([
    ['the newest version', {}, {}, 'TLSv1.3 TLS_AES_256_GCM_SHA384 -'],
    ['an older one', {}, { versions: ['TLSv1.2'] }, 'TLSv1.2 ECDHE-RSA-AES256-GCM-SHA384 -'],
    ['no version at all', {}, { versions: [] }, 'protocol_version: no protocols available'],
    [
      'the key’s kind decides',
      { versions: ['TLSv1.2'] },
      { keys: ['ECDSA'] },
      'TLSv1.2 ECDHE-ECDSA-AES256-GCM-SHA384 -',
    ],
    [
      'the client’s order',
      { versions: ['TLSv1.2'], list: list('AES128-GCM-SHA256:ECDHE+AESGCM') },
      {},
      'TLSv1.2 AES128-GCM-SHA256 -',
    ],
    [
      'the server’s order',
      { versions: ['TLSv1.2'], list: list('AES128-GCM-SHA256:ECDHE+AESGCM') },
      { prefersOwn: true },
      'TLSv1.2 ECDHE-RSA-AES256-GCM-SHA384 -',
    ],
    [
      'no parameters for DHE',
      { versions: ['TLSv1.2'], list: list('DHE') },
      {},
      'handshake_failure: no shared cipher',
    ],
    [
      'parameters for DHE',
      { versions: ['TLSv1.2'], list: list('DHE') },
      { dh: true },
      'TLSv1.2 DHE-RSA-AES256-GCM-SHA384 -',
    ],
    [
      'ciphers of TLS 1.2 do not do for TLS 1.1',
      { versions: ['TLSv1.1'], list: list('ECDHE+AESGCM') },
      {},
      'no ciphers available',
    ],
    [
      'level 0 signs as TLS 1.0 does',
      { list: list('DEFAULT@SECLEVEL=0') },
      { versions: ['TLSv1'], list: list('DEFAULT@SECLEVEL=0') },
      'TLSv1 ECDHE-RSA-AES256-SHA -',
    ],
    ['level 2 does not', {}, { versions: ['TLSv1'] }, 'internal_error: no suitable signature algorithm'],
    [
      'the server’s ALPN order',
      { alpn: ['http/1.1', 'h2'] },
      { alpn: ['h2', 'http/1.1'] },
      'TLSv1.3 TLS_AES_256_GCM_SHA384 h2',
    ],
    ['a client without ALPN', {}, { alpn: ['h2'], onNoAlpn: 'refuse' }, 'TLSv1.3 TLS_AES_256_GCM_SHA384 -'],
    [
      'level 4 knows no TLS 1.1',
      { versions: ['TLSv1.1'], list: list('DEFAULT@SECLEVEL=4') },
      {},
      'no protocols available',
    ],
  ])('%s', (_, one, other, expected) => {
    expect(agree(client(one), server(other))).toBe(expected);
  });
});

describe('words and numbers', () => {
  it('of alerts are OpenSSL’s', () => {
    expect(alertNumber('unknown_ca')).toBe(48);
    expect(receivedAlert('protocol_version')).toEqual({
      code: '0A00042E',
      reason: 'tlsv1 alert protocol version',
    });
    expect(receivedAlert('bad_certificate').reason).toBe('sslv3 alert bad certificate');
    expect(receivedAlert('no_application_protocol').code).toBe('0A000460');
    expect(tlsError('wrong version number').code).toBe('0A00010B');
  });
  it('of hellos are curl’s', () => {
    const hello = (newest: TlsVersion, count: number, more = {}) => ({
      versions: versionsBetween('TLSv1', newest),
      ciphers: new Array<string>(count).fill(''),
      serverName: 'shop.example',
      alpn: ['h2', 'http/1.1'],
      ...more,
    });
    expect(clientHelloSize(hello('TLSv1.3', 30), 'padded')).toBe(512);
    expect(clientHelloSize(hello('TLSv1.2', 27), 'padded')).toBe(218);
    expect(clientHelloSize(hello('TLSv1.2', 1), 'padded')).toBe(166);
    expect(clientHelloSize(hello('TLSv1.1', 8), 'padded')).toBe(134);
    // openssl s_client with an address for a name.
    const bare = { serverName: undefined, alpn: [] };
    expect(clientHelloSize(hello('TLSv1.3', 30, bare), 'bare')).toBe(292);
    expect(clientHelloSize(hello('TLSv1.2', 27, bare), 'bare')).toBe(183);
    expect(clientHelloSize(hello('TLSv1.1', 8, bare), 'bare')).toBe(99);
  });
});
