import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RandomStream } from '../../std/random';
import {
  type Certificate,
  certificatePem,
  certificateText,
  type Extension,
  type ExtensionContext,
  generateKey,
  issueCertificate,
  type KeyKind,
  longErrors,
  makeExtension,
  makeRequest,
  nameOf,
  type PrivateKey,
  privateKeyPem,
  publicKeyOf,
  randomSerial,
  readPrivateKey,
  readRequestFile,
  requestIsSigned,
  requestPem,
  requestText,
  shortErrors,
  traditionalKeyPem,
  verifyChain,
} from './index';

const CN = '2.5.4.3';
/** 2026-11-01. */
const FROM = 1_793_491_200;
const YEAR = 365 * 86_400;
const KINDS: readonly KeyKind[] = [
  { type: 'rsa', bits: 2048 },
  { type: 'ec', curve: 'P-256' },
  { type: 'ec', curve: 'P-384' },
  { type: 'ed25519' },
];
const titled = (kind: KeyKind): string => Object.values(kind).join(' ');

function extensions(words: Readonly<Record<string, string>>, context: ExtensionContext): Extension[] {
  return Object.entries(words).map(([name, value]) => {
    const made = makeExtension(name, value, context);
    if (!made.ok) throw new Error(shortErrors(made.error));
    return made.value;
  });
}

interface Party {
  readonly certificate: Certificate;
  readonly key: PrivateKey;
}
/** Root → intermediate → server, each with its own kind of key. */
function hierarchy(kind: KeyKind, seed: number): readonly [Party, Party, Party] {
  const random = new RandomStream(seed, 'hierarchy');
  const party = (name: string, words: Readonly<Record<string, string>>, by?: Party): Party => {
    const key = generateKey(kind, random);
    const subject = { name: nameOf([[CN, name]]), publicKey: publicKeyOf(key) };
    const serial = randomSerial(random);
    const issuer = by?.certificate.subject ?? subject.name;
    const context: ExtensionContext = {
      subject,
      issuer:
        by === undefined
          ? { issuer: subject.name, serial, isItself: true }
          : { ...by.certificate, issuer: by.certificate.issuer },
    };
    const certificate = issueCertificate(
      {
        serial,
        issuer,
        subject: subject.name,
        notBefore: FROM,
        notAfter: FROM + YEAR,
        publicKey: subject.publicKey,
        extensions: extensions(words, context),
      },
      by?.key ?? key,
    );
    return { certificate, key };
  };
  const ids = { subjectKeyIdentifier: 'hash', authorityKeyIdentifier: 'keyid:always,issuer' };
  const ca = { keyUsage: 'critical,keyCertSign,cRLSign', ...ids };
  const root = party('Faultline Root', { basicConstraints: 'critical,CA:true', ...ca });
  const inter = party('Faultline Issuing', { basicConstraints: 'critical,CA:true,pathlen:0', ...ca }, root);
  const server = party(
    'shop.example',
    {
      basicConstraints: 'CA:FALSE',
      keyUsage: 'critical,digitalSignature,keyEncipherment',
      extendedKeyUsage: 'serverAuth,clientAuth',
      subjectAltName: 'DNS:shop.example, DNS:*.shop.example, IP:10.0.1.11, IP:2001:db8::1',
      crlDistributionPoints: 'URI:http://ca.example/list.crl',
      authorityInfoAccess: 'OCSP;URI:http://ocsp.example/',
      certificatePolicies: '1.2.3.4',
      nsComment: 'Made for a test',
      ...ids,
    },
    inter,
  );
  return [root, inter, server];
}

describe.each(KINDS.map((kind) => [titled(kind), kind] as const))('%s', (_, kind) => {
  const [root, inter, server] = hierarchy(kind, 7);

  test('what is issued can be verified, and the same seed issues the same', () => {
    const check = { leaf: server.certificate, untrusted: [inter.certificate], at: FROM + 1 } as const;
    const good = verifyChain({
      ...check,
      trusted: [root.certificate],
      purpose: 'sslserver',
      host: 'www.shop.example',
    });
    expect(good.problems).toEqual([]);
    const [otherRoot] = hierarchy(kind, 8);
    const other = verifyChain({ ...check, trusted: [otherRoot.certificate] });
    expect(other.problems.map(({ code }) => code)).toEqual([20]);
    expect(hierarchy(kind, 7)[2].certificate.der).toEqual(server.certificate.der);
  });

  test('keys survive writing and reading', () => {
    const protection = { passphrase: 'hunter2', random: new RandomStream(1, 'salt') };
    const forms = [
      privateKeyPem(server.key),
      privateKeyPem(server.key, protection),
      traditionalKeyPem(server.key),
      ...CIPHERS.flatMap((cipher) => [
        privateKeyPem(server.key, { ...protection, cipher }),
        traditionalKeyPem(server.key, { ...protection, cipher }),
      ]),
    ];
    for (const pem of forms) expect(readPrivateKey(pem, 'hunter2')).toEqual({ ok: true, value: server.key });
    expect(readPrivateKey(forms[1] ?? '', 'hunter3').ok).toBe(false);
  });

  test('a request is signed with its key', () => {
    const context: ExtensionContext = {};
    const request = makeRequest(
      {
        subject: nameOf([[CN, 'shop.example']]),
        extensions: extensions({ subjectAltName: 'DNS:shop.example' }, context),
      },
      server.key,
    );
    const again = readRequestFile(requestPem(request));
    expect(again).toEqual({ ok: true, value: request });
    expect(requestIsSigned(request)).toBe(true);
    expect(requestIsSigned({ ...request, signature: request.signature.map((byte) => byte ^ 1) })).toBe(false);
  });
});

const openssl = spawnSync('openssl', ['version']);
describe.skipIf(openssl.status !== 0)('the real openssl', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'faultline-x509-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const run = (...args: string[]): string => {
    const { stdout, stderr } = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' });
    return stdout + stderr;
  };
  const write = (name: string, text: string): void => writeFileSync(path.join(folder, name), text);

  test.each(KINDS.map((kind) => [titled(kind), kind] as const))('accepts what is issued: %s', (_, kind) => {
    const [root, inter, server] = hierarchy(kind, 7);
    write('root.pem', certificatePem(root.certificate));
    write('inter.pem', certificatePem(inter.certificate));
    write('server.pem', certificatePem(server.certificate));
    const common = [
      '-CAfile',
      'root.pem',
      '-untrusted',
      'inter.pem',
      '-x509_strict',
      '-attime',
      String(FROM + 1),
    ];
    expect(
      run('verify', ...common, '-purpose', 'sslserver', '-verify_hostname', 'a.shop.example', 'server.pem'),
    ).toBe('server.pem: OK\n');
    expect(run('x509', '-in', 'server.pem', '-noout', '-text')).toBe(certificateText(server.certificate));
    expect(run('x509', '-in', 'root.pem', '-noout', '-text')).toBe(certificateText(root.certificate));
    const keys = {
      'plain.key': privateKeyPem(server.key),
      ...Object.fromEntries(
        CIPHERS.flatMap((cipher) => {
          const protection = { passphrase: 'hunter2', random: new RandomStream(1, 's'), cipher };
          return [
            [`${cipher}.key`, privateKeyPem(server.key, protection)],
            [`${cipher}-traditional.key`, traditionalKeyPem(server.key, protection)],
          ];
        }),
      ),
    };
    for (const [name, pem] of Object.entries(keys)) {
      write(name, pem);
      expect(run('pkey', '-in', name, '-passin', 'pass:hunter2', '-check')).toContain(
        kind.type === 'ed25519' ? 'BEGIN PRIVATE KEY' : 'Key is valid',
      );
      expect(run('pkey', '-in', name, '-passin', 'pass:hunter2', '-pubout')).toBe(
        run('x509', '-in', 'server.pem', '-noout', '-pubkey'),
      );
    }
    const request = makeRequest(
      {
        subject: nameOf([[CN, 'shop.example']]),
        extensions: extensions({ subjectAltName: 'DNS:shop.example' }, {}),
        attributes: [{ oid: '1.2.840.113549.1.9.7', value: Uint8Array.from([12, 3, 97, 98, 99]) }],
      },
      server.key,
    );
    write('server.csr', requestPem(request));
    expect(run('req', '-in', 'server.csr', '-noout', '-verify')).toBe(
      'Certificate request self-signature verify OK\n',
    );
    expect(run('req', '-in', 'server.csr', '-noout', '-text')).toBe(requestText(request));
  });
});

const CIPHERS = ['AES-128-CBC', 'AES-192-CBC', 'AES-256-CBC', 'DES-EDE3-CBC'] as const;

describe('extensions from configuration words', () => {
  /** Recorded from `openssl req -addext`, OpenSSL 3.0.19. */
  const recorded = JSON.parse(
    readFileSync(path.join(import.meta.dirname, 'fixtures', 'extension-errors.json'), 'utf8'),
  ) as Record<string, string>;
  test.each(Object.entries(recorded))('%s', (words, expected) => {
    const [name = '', value = ''] = words.split(/=(.*)/s);
    const made = makeExtension(name, value);
    const said = made.ok ? '' : longErrors(made.error, '');
    expect(said.replace(/^:/gm, '')).toBe(expected);
  });
});
