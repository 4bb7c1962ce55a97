import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import {
  certificateText,
  nameHash,
  privateKeyText,
  readPrivateKey,
  readRequestFile,
  readTrustedCertificates,
  requestText,
} from './index';

const fixture = (name: string): string =>
  readFileSync(path.join(import.meta.dirname, 'fixtures', name), 'utf8');

test.each(['root', 'inter', 'leaf', 'client', 'self'])('openssl x509 -text: %s', (name) => {
  const [certificate] = readTrustedCertificates(fixture(`${name}.pem`));
  expect(certificate && certificateText(certificate)).toBe(fixture(`${name}.txt`));
});

test.each(['leaf', 'root', 'ed'])('openssl pkey -text: %s', (name) => {
  const key = readPrivateKey(fixture(`${name}.key`));
  expect(key.ok && privateKeyText(key.value)).toBe(fixture(`${name}.key.txt`));
});

test('openssl req -text', () => {
  const request = readRequestFile(fixture('leaf.csr'));
  expect(request.ok && requestText(request.value)).toBe(fixture('leaf.csr.txt'));
});

test.each([
  ['leaf', '6e4313b2'],
  ['inter', '4d39a812'],
  ['root', '152091a7'],
])('openssl x509 -hash: %s', (name, hash) => {
  const [certificate] = readTrustedCertificates(fixture(`${name}.pem`));
  expect(certificate && nameHash(certificate.subject)).toBe(hash);
});
