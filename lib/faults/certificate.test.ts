import { beforeAll, beforeEach, expect, test } from 'vitest';
import { quietRun } from '../../tests/quiet-run';
import {
  keyMatches,
  readCertificateChain,
  readPrivateKey,
  readTrustedCertificates,
  verifyChain,
} from '../protocols/x509';
import type { Run } from '../scenario/run';
import type { RunInput } from '../session/messages';
import { DAY, SECOND } from '../std/instant';
import { ROOT } from '../world/files';

const BUNDLE = '/etc/shop.pem';
const LAB = `  authorities:
    root: { subject: /O=Shop/CN=Shop Root CA, host: gw, folder: /srv/ca }
    issuing: { signed-by: root }
  certificates:
    - { hosts: [web], certificate: ${BUNDLE}, by: issuing, names: [shop.example, 10.0.2.21], expires: 4min }
    - { hosts: [web], certificate: /etc/own.pem, key: /etc/own.key, names: [web], expires: 10d }
  names:`;

let run: Run<RunInput>;
beforeAll(() => {
  run = quietRun('certificates', (scenario) => scenario.replace('  names:', LAB));
}, 60_000);
beforeEach(() => run.timeline.replay([], run.origin));

const read = (path: string): string => String(run.world.host('web').fs.readFile(path, ROOT));
const now = (): number => Math.floor(run.world.host('web').clock() / SECOND);
const chainOf = (path: string) => {
  const chain = readCertificateChain(read(path));
  if (!chain.ok) throw new Error(`${path}: no certificate`);
  return chain.value;
};
/** What is wrong with the certificate in a file for a client of web that trusts what its host trusts. */
function problems(path: string, host = 'shop.example', at = now()): string[] {
  const [leaf, ...untrusted] = chainOf(path);
  const trusted = readTrustedCertificates(read('/etc/ssl/certs/ca-certificates.crt'));
  if (leaf === undefined) return ['none'];
  return verifyChain({
    leaf,
    untrusted,
    trusted,
    at,
    purpose: 'sslserver',
    securityLevel: 2,
    host,
  }).problems.map(({ text }) => text);
}
function keyFits(path: string, keyPath = path): boolean {
  const key = readPrivateKey(read(keyPath));
  const [leaf] = chainOf(path);
  return key.ok && leaf !== undefined && keyMatches(leaf, key.value);
}
function inject(fault: { kind: string } & Record<string, unknown>): void {
  run.timeline.input({ kind: 'inject', fault });
  run.advance(run.now + SECOND);
}

test('a lab has real certificates: trusted, for their names, until they run out', () => {
  expect(problems(BUNDLE)).toEqual([]);
  expect(keyFits(BUNDLE)).toBe(true);
  expect(chainOf(BUNDLE)).toHaveLength(2);
  expect(problems(BUNDLE, 'other.example')).toEqual(['hostname mismatch']);
  expect(problems(BUNDLE, 'shop.example', now() + 230)).toEqual([]);
  expect(problems(BUNDLE, 'shop.example', now() + 241)).toEqual(['certificate has expired']);
  expect(problems('/etc/own.pem', 'web')).toEqual(['self-signed certificate']);
  expect(run.world.host('gw').fs.stat('/srv/ca/ca.key', ROOT)).toMatchObject({ mode: 0o600 });
  expect(run.world.host('web').fs.exists('/srv/ca/ca.key')).toBe(false);
});

test('expired: same names and key, refused by clients, and put back', () => {
  const before = read(BUNDLE);
  inject({ kind: 'certificate-expired', host: 'web', path: BUNDLE, ago: '2d', for: '60s' });
  expect(problems(BUNDLE)).toEqual(['certificate has expired']);
  expect(problems(BUNDLE, 'shop.example', now() - (3 * DAY) / SECOND)).toEqual([]);
  expect(keyFits(BUNDLE)).toBe(true);
  run.advance(run.now + 61 * SECOND);
  expect(read(BUNDLE)).toBe(before);
});

test('one that signs itself runs out only with its key at hand', () => {
  inject({ kind: 'certificate-expired', host: 'web', path: '/etc/own.pem' });
  expect(problems('/etc/own.pem', 'web')).not.toContain('certificate has expired');
  inject({ kind: 'certificate-expired', host: 'web', path: '/etc/own.pem', key: '/etc/own.key' });
  expect(problems('/etc/own.pem', 'web')).toContain('certificate has expired');
});

test('replaced: other names, another issuer, or without its chain', () => {
  inject({ kind: 'certificate-replaced', host: 'web', path: BUNDLE, names: ['www.example'], by: 'issuing' });
  expect(problems(BUNDLE)).toEqual(['hostname mismatch']);
  expect(keyFits(BUNDLE)).toBe(true);
  inject({ kind: 'certificate-replaced', host: 'web', path: BUNDLE, names: ['shop.example'] });
  expect(problems(BUNDLE)).toEqual(['self-signed certificate']);
  inject({
    kind: 'certificate-replaced',
    host: 'web',
    path: BUNDLE,
    names: ['shop.example'],
    by: 'issuing',
    'without-chain': true,
  });
  expect(problems(BUNDLE)).toContain('unable to get local issuer certificate');
});

test('a lost key: gone, or another one in its place', () => {
  inject({ kind: 'key-lost', host: 'web', path: BUNDLE, another: true });
  expect(keyFits(BUNDLE)).toBe(false);
  expect(problems(BUNDLE)).toEqual([]);
  inject({ kind: 'key-lost', host: 'web', path: '/etc/own.key', for: '60s' });
  expect(run.world.host('web').fs.exists('/etc/own.key')).toBe(false);
  run.advance(run.now + 61 * SECOND);
  expect(keyFits('/etc/own.pem', '/etc/own.key')).toBe(true);
});
