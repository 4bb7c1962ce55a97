import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type Certificate,
  type ChainCheck,
  curlNameProblem,
  matchesHost,
  matchesIp,
  readTrustedCertificates,
  verifyChain,
} from './index';

const certificate = (name: string): Certificate => {
  const [first] = readTrustedCertificates(
    readFileSync(path.join(import.meta.dirname, 'fixtures', `${name}.pem`), 'utf8'),
  );
  if (first === undefined) throw new Error(name);
  return first;
};
const [root, inter, leaf, client, self] = ['root', 'inter', 'leaf', 'client', 'self'].map(certificate) as [
  Certificate,
  Certificate,
  Certificate,
  Certificate,
  Certificate,
];
const DAY = 86_400;
const at = leaf.notBefore + DAY;

/** `code:depth` of what is found, in order. */
const found = (check: Partial<ChainCheck>): string =>
  verifyChain({ leaf, untrusted: [inter], trusted: [root], at, ...check })
    .problems.map(({ code, depth }) => `${code}:${depth}`)
    .join(' ');

describe('a chain', () => {
  test('is good, from the leaf to the root', () => {
    const { chain, problems, untrustedCount } = verifyChain({
      leaf,
      untrusted: [root, inter],
      trusted: [self, root],
      at,
      purpose: 'sslserver',
      securityLevel: 2,
      host: 'shop.example',
    });
    expect(problems).toEqual([]);
    expect(chain).toEqual([leaf, inter, root]);
    expect(untrustedCount).toBe(2);
  });

  test.each<[string, Partial<ChainCheck>, string]>([
    ['expired', { at: leaf.notAfter + 1 }, '10:0'],
    ['in its last second', { at: leaf.notAfter }, ''],
    ['not yet valid: root and leaf are judged, root first', { at: root.notBefore - 1 }, '9:2 9:1 9:0'],
    ['without a look at the clock', { at: leaf.notAfter + 1, ignoreTime: true }, ''],
    ['another name', { host: 'other.example' }, '62:0'],
    ['an address of its own', { ip: '10.0.1.11' }, ''],
    ['another address', { ip: '10.0.1.12' }, '64:0'],
    ['intermediate missing', { untrusted: [] }, '20:0 21:0'],
    ['nothing trusted, root sent along', { trusted: [], untrusted: [inter, root] }, '19:2'],
    ['nothing trusted', { trusted: [] }, '20:1'],
    ['only the intermediate trusted', { untrusted: [], trusted: [inter] }, '2:1'],
    ['that, and a partial chain is enough', { untrusted: [], trusted: [inter], partialChain: true }, ''],
    ['self-signed', { leaf: self }, '18:0'],
    ['self-signed and trusted', { leaf: self, trusted: [self] }, ''],
    ['for clients only', { leaf: client, purpose: 'sslserver' }, '26:0'],
    ['for clients, asked by a server', { leaf: client, purpose: 'sslclient' }, ''],
    ['no purpose asked', { leaf: client }, ''],
    ['too weak for level 3', { securityLevel: 3 }, '67:2'],
  ])('%s', (_, check, expected) => {
    expect(found(check)).toBe(expected);
  });

  test('a leaf that is no authority cannot issue, and path length 0 allows no authority below', () => {
    // As s_client and openssl verify say of the same files.
    const evil = certificate('evil');
    expect(found({ leaf: evil, untrusted: [leaf], purpose: 'sslserver' })).toBe('20:1 79:1 26:1 32:1');
    expect(found({ leaf: evil, untrusted: [leaf, inter] })).toBe('79:1 25:2 32:1');
  });

  test('a changed certificate shows by its signature', () => {
    const changed: Certificate = {
      ...leaf,
      signedPart: leaf.signedPart.map((byte, i) => (i === 40 ? byte ^ 1 : byte)),
    };
    expect(found({ leaf: changed })).toBe('7:0');
  });

  test('an unknown critical extension', () => {
    const odd = { oid: '1.2.3.4', critical: true, value: Uint8Array.of(5, 0) };
    expect(found({ leaf: { ...leaf, extensions: [...leaf.extensions, odd] } })).toBe('34:0');
    expect(found({ leaf: { ...leaf, extensions: [{ ...odd, critical: false }] } })).toBe('');
  });
});

describe('names', () => {
  const named = (dns: readonly string[], cn = 'cn.example'): Certificate => ({
    ...leaf,
    subject: { ...leaf.subject, parts: [[{ oid: '2.5.4.3', tag: 12, value: cn }]] },
    subjectAltNames: dns.length === 0 ? undefined : dns.map((value) => ({ kind: 'dns', value })),
  });

  test.each([
    ['shop.example', 'shop.example', true],
    ['Shop.Example', 'sHOP.eXAMPLE', true],
    ['shop.example', 'a.shop.example', false],
    ['*.shop.example', 'a.shop.example', true],
    ['*.shop.example', 'a.b.shop.example', false],
    ['*.shop.example', 'shop.example', false],
    ['*.example', 'shop.example', false],
    ['*', 'shop', false],
    ['a.*.example', 'a.b.example', false],
  ])('%s for %s', (pattern, host, expected) => {
    expect(matchesHost(named([pattern]), host)).toBe(expected);
    expect(curlNameProblem(named([pattern]), host) === undefined).toBe(expected);
  });

  test('the common name counts without alternative names only', () => {
    expect(matchesHost(named([]), 'cn.example')).toBe(true);
    expect(matchesHost(named(['other.example']), 'cn.example')).toBe(false);
    expect(curlNameProblem(named([]), 'cn.example')).toBeUndefined();
    expect(curlNameProblem(named(['other.example']), 'cn.example')).toEqual({ kind: 'no-alternative-name' });
    expect(curlNameProblem(named([]), 'x.example')).toEqual({
      kind: 'common-name',
      commonName: 'cn.example',
    });
    const nameless: Certificate = { ...named([]), subject: { ...leaf.subject, parts: [] } };
    expect(curlNameProblem(nameless, 'x.example')).toEqual({ kind: 'no-common-name' });
  });

  test('addresses', () => {
    expect(matchesIp(leaf, '2001:db8::1')).toBe(true);
    expect(matchesIp(leaf, '2001:db8::2')).toBe(false);
    expect(matchesIp(named([], '10.0.1.11'), '10.0.1.11')).toBe(false);
    expect(curlNameProblem(named([], '10.0.1.11'), '10.0.1.11')).toBeUndefined();
    expect(curlNameProblem(leaf, '10.0.1.12')).toEqual({ kind: 'no-alternative-name' });
  });
});
