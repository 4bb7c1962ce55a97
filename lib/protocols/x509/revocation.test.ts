/** Compared with what `openssl verify -crl_check_all` of OpenSSL 3.0.19 said. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Certificate, readRevocationLists, readTrustedCertificates, verifyChain } from './index';

const text = (name: string): string =>
  readFileSync(path.join(import.meta.dirname, 'fixtures', 'revocation', `${name}.pem`), 'utf8');
const certificate = (name: string): Certificate => {
  const [first] = readTrustedCertificates(text(name));
  if (first === undefined) throw new Error(name);
  return first;
};
const at = Date.UTC(2026, 11, 1) / 1_000;
/** `code:depth` of what is found, in order. */
const found = (leaf: string, lists: readonly string[], untrusted: readonly string[] = []): string =>
  verifyChain({
    leaf: certificate(leaf),
    untrusted: untrusted.map(certificate),
    trusted: [certificate('root')],
    at,
    revocationLists: lists.flatMap((name) => readRevocationLists(text(name))),
  })
    .problems.map(({ code, depth }) => `${code}:${depth}`)
    .join(' ');

describe('revocation lists', () => {
  test.each<[string, string, string[], string[], string]>([
    ['name a certificate', 'bob', ['root-list'], [], '23:0'],
    ['do not name it', 'good', ['root-list'], [], ''],
    ['are wanted of every issuer', 'leaf', ['root-list'], ['inter'], '3:0'],
    ['of every issuer are there', 'leaf', ['root-list', 'inter-list'], ['inter'], ''],
    ['have expired', 'good', ['old-list'], [], '12:0 12:1'],
    ['have expired, and are believed all the same', 'bob', ['old-list'], [], '12:0 12:1 23:0'],
    ['are not valid yet', 'good', ['future-list'], [], '11:0 11:1'],
    ['that are valid come first', 'good', ['old-list', 'root-list'], [], ''],
    ['change nothing for an expired certificate', 'exp', ['root-list'], [], '10:0'],
    ['are missing for one that nobody issued', 'self', ['root-list'], [], '18:0 3:0'],
    ['are missing', 'good', [], [], '3:0 3:1'],
  ])('%s', (_, leaf, lists, untrusted, expected) => {
    // The order between certificates does not show in openssl's own output.
    expect(found(leaf, lists, untrusted).split(' ').sort()).toEqual(expected.split(' ').sort());
  });
  test('of the same name and another key', () => {
    expect(found('good', ['forged-list'])).toContain('8:0');
  });
  test('nobody looks for any unless asked', () => {
    const { problems } = verifyChain({ leaf: certificate('bob'), trusted: [certificate('root')], at });
    expect(problems).toEqual([]);
  });
  test('a text without lists, and one that cannot be read', () => {
    expect(readRevocationLists('nothing')).toEqual([]);
    expect(readRevocationLists('-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n')).toEqual([]);
  });
});
