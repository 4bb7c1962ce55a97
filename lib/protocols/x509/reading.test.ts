import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  commonName,
  fingerprint,
  isEncryptedKey,
  keyBits,
  keyMatches,
  keyMismatchErrors,
  longErrors,
  openErrors,
  nameCompat,
  nameOneLine,
  nameRfc2253,
  privateKeyErrors,
  readCertificateChain,
  readPrivateKey,
  readTrustedCertificates,
  readTrustFile,
  shortErrors,
  timeText,
} from './index';

const fixture = (name: string): string =>
  readFileSync(path.join(import.meta.dirname, 'fixtures', name), 'utf8');
const certificate = (name: string) => {
  const [first] = readTrustedCertificates(fixture(name));
  if (first === undefined) throw new Error(name);
  return first;
};
/** What nginx appends for a certificate file, with the function that failed. */
const chainError = (text: string): string => {
  const chain = readCertificateChain(text);
  return chain.ok ? 'ok' : `${chain.error.call}() ${shortErrors(chain.error.errors)}`;
};
const keyError = (text: string, passphrase?: string): string => {
  const key = readPrivateKey(text, passphrase);
  return key.ok ? 'ok' : shortErrors(key.error.errors);
};
const withLine = (text: string, line: number, change: (old: string) => string): string =>
  text
    .split('\n')
    .map((old, i) => (i === line - 1 ? change(old) : old))
    .join('\n');

describe('a certificate', () => {
  test('of a server', () => {
    const leaf = certificate('leaf.pem');
    expect(leaf.version).toBe(3);
    expect(leaf.serial).toBe(0xbadcafen);
    expect(nameOneLine(leaf.issuer)).toBe('CN = Test Intermediate');
    expect(commonName(leaf.subject)).toBe('shop.example');
    expect([timeText(leaf.notBefore), timeText(leaf.notAfter)]).toEqual([
      'Nov 28 14:29:53 2026 GMT',
      'Feb 26 14:29:53 2027 GMT',
    ]);
    expect(leaf.subjectAltNames?.map((name) => ('value' in name ? name.value : name.kind))).toEqual([
      'shop.example',
      '*.cdn.shop.example',
      '10.0.1.11',
      '2001:DB8:0:0:0:0:0:1',
    ]);
    expect(leaf.basicConstraints).toEqual({ ca: false });
    expect(leaf.keyUsage).toEqual(['digitalSignature', 'keyEncipherment']);
    expect(leaf.extendedKeyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(leaf.authorityKeyId?.keyId).toEqual(certificate('inter.pem').subjectKeyId);
    expect(leaf.unreadable).toEqual([]);
    expect(fingerprint(leaf, 'sha1')).toMatch(/^([0-9A-F]{2}:){19}[0-9A-F]{2}$/);
  });

  test('an authority with a path length and an umlaut in its name', () => {
    expect(certificate('inter.pem').basicConstraints).toEqual({ ca: true, pathLength: 0 });
    const { subject } = certificate('root.pem');
    expect(nameOneLine(subject)).toBe('C = DE, O = Pr\\C3\\BCf GmbH, CN = Test Root');
    expect(nameRfc2253(subject)).toBe('CN=Test Root,O=Pr\\C3\\BCf GmbH,C=DE');
    expect(nameCompat(subject)).toBe('/C=DE/O=Pr\\xC3\\xBCf GmbH/CN=Test Root');
  });

  test('keys of all kinds', () => {
    const kinds = ['root.pem', 'inter.pem', 'client.pem', 'self.pem'].map((name) => {
      const { publicKey } = certificate(name);
      return `${publicKey.type} ${keyBits(publicKey)}`;
    });
    expect(kinds).toEqual(['rsa 2048', 'ec 256', 'ed25519 256', 'ec 384']);
  });
});

describe('a file of certificates', () => {
  test('the own one first, text and a key between are skipped', () => {
    const chain = readCertificateChain(
      `Bag Attributes\n${fixture('leaf.pem')}\n${fixture('leaf.key')}junk\n${fixture('inter.pem')}`,
    );
    expect(chain.ok && chain.value.map(({ subject }) => commonName(subject))).toEqual([
      'shop.example',
      'Test Intermediate',
    ]);
  });

  test.each([
    ['nothing', (): string => ''],
    ['a key only', (): string => fixture('leaf.key')],
    ['another label', (pem: string): string => pem.replaceAll('CERTIFICATE', 'CERTIFICAT')],
  ])('%s', (_, change) => {
    expect(chainError(change(fixture('leaf.pem')))).toBe(
      'PEM_read_bio_X509_AUX() error:0480006C:PEM routines::no start line:Expecting: TRUSTED CERTIFICATE',
    );
  });

  test('what is broken is said as OpenSSL does, with the line', () => {
    const pem = fixture('leaf.pem');
    expect(chainError(pem.split('\n').slice(0, 6).join('\n'))).toBe(
      'PEM_read_bio_X509_AUX() error:04800066:PEM routines::bad end line',
    );
    expect(chainError(withLine(pem, 5, () => '!'))).toBe(
      'PEM_read_bio_X509_AUX() error:04800064:PEM routines::bad base64 decode',
    );
    expect(chainError(withLine(pem, 2, (line) => `N${line.slice(1)}`))).toBe(
      'PEM_read_bio_X509_AUX() error:068000A8:asn1 encoding routines::wrong tag error:0688010A:asn1 encoding routines::nested asn1 error:Type=X509 error:0488000D:PEM routines::ASN1 lib',
    );
    expect(chainError(pem.split('\n').toSpliced(4, 1).join('\n'))).toBe(
      'PEM_read_bio_X509_AUX() error:0680009B:asn1 encoding routines::too long error:06800066:asn1 encoding routines::bad object header error:0688010A:asn1 encoding routines::nested asn1 error:Type=X509 error:0488000D:PEM routines::ASN1 lib',
    );
    const second = readCertificateChain(pem + withLine(pem, 5, () => '!'));
    expect(!second.ok && [second.error.call, second.error.line]).toEqual([
      'PEM_read_bio_X509',
      pem.split('\n').length - 1 + 5,
    ]);
  });

  test('trusted ones: up to the first that cannot be read', () => {
    const bundle = `${fixture('root.pem')}${withLine(fixture('inter.pem'), 2, (line) => `N${line.slice(1)}`)}${fixture('self.pem')}`;
    expect(readTrustedCertificates(bundle)).toHaveLength(1);
    expect(readTrustedCertificates('')).toEqual([]);
  });

  test('the same text is read once', () => {
    const [a, b] = [readCertificateChain(fixture('leaf.pem')), readCertificateChain(fixture('leaf.pem'))];
    expect(a).toBe(b);
  });
});

describe('a private key', () => {
  test.each([
    ['leaf.pem', 'leaf.key', undefined],
    ['leaf.pem', 'leaf-pkcs8.key', undefined],
    ['leaf.pem', 'leaf-encrypted.key', 'hunter2'],
    ['root.pem', 'root.key', undefined],
    ['root.pem', 'root-traditional.key', undefined],
    ['root.pem', 'root-encrypted.key', 'hunter2'],
    ['client.pem', 'ed.key', undefined],
    ['self.pem', 'p384.key', undefined],
  ])('of %s: %s', (pem, file, passphrase) => {
    const key = readPrivateKey(fixture(file), passphrase);
    expect(isEncryptedKey(fixture(file))).toBe(passphrase !== undefined);
    expect(key.ok && keyMatches(certificate(pem), key.value)).toBe(true);
    expect(key.ok && keyMatches(certificate('inter.pem'), key.value)).toBe(false);
  });

  test('of another certificate', () => {
    const key = readPrivateKey(fixture('leaf.key'));
    if (!key.ok) throw new Error('unread');
    expect(shortErrors(keyMismatchErrors(certificate('inter.pem'), key.value))).toBe(
      'error:05800074:x509 certificate routines::key values mismatch',
    );
    expect(shortErrors(privateKeyErrors(certificate('root.pem'), key.value))).toBe(
      'error:03000065:digital envelope routines::different key types error:05800073:x509 certificate routines::key type mismatch',
    );
    expect(keyMismatchErrors(certificate('root.pem'), key.value)).toEqual([]);
    expect(keyMismatchErrors(certificate('leaf.pem'), key.value)).toEqual([]);
  });

  test('none, or one that cannot be read', () => {
    const none = 'error:1E08010C:DECODER routines::unsupported:No supported data to decode. Input type: PEM';
    expect(keyError('')).toBe(none);
    expect(keyError(fixture('leaf.pem'))).toBe(none);
    expect(keyError(withLine(fixture('root.key'), 5, () => '!'))).toBe(none);
    expect(keyError(withLine(fixture('root.key'), 2, (line) => `N${line.slice(1)}`))).toBe(
      `${none} error:068000A8:asn1 encoding routines::wrong tag error:0688010A:asn1 encoding routines::nested asn1 error:Type=PKCS8_PRIV_KEY_INFO`,
    );
  });

  test('under a passphrase: none to try, a wrong one', () => {
    const asked = readPrivateKey(fixture('leaf-encrypted.key'));
    expect(!asked.ok && asked.error.needsPassphrase).toBe(true);
    expect(!asked.ok && shortErrors(asked.error.errors)).toMatch(/:PEM routines::bad password read$/);
    const wrong = readPrivateKey(fixture('leaf-encrypted.key'), 'wrong');
    expect(!wrong.ok && wrong.error.needsPassphrase).toBe(false);
    expect(keyError(fixture('leaf-encrypted.key'), 'wrong')).toBe(
      'error:1C800064:Provider routines::bad decrypt error:11800074:PKCS12 routines::pkcs12 cipherfinal error:maybe wrong password error:1C800064:Provider routines::bad decrypt error:11800074:PKCS12 routines::pkcs12 cipherfinal error:maybe wrong password',
    );
    expect(keyError(fixture('root-encrypted.key'), 'wrong')).toBe(
      'error:1C800064:Provider routines::bad decrypt error:04800065:PEM routines::bad decrypt',
    );
    const both = readPrivateKey(fixture('root-encrypted.key'), 'wrong');
    expect(!both.ok && longErrors(both.error.errors.slice(1), '40B74168857F0000')).toBe(
      '40B74168857F0000:error:04800065:PEM routines:PEM_do_header:bad decrypt:../crypto/pem/pem_lib.c:469:\n',
    );
  });
});

describe('files of trust', () => {
  const said = (text: string): string => {
    const read = readTrustFile(text);
    return read.ok
      ? `${read.value.certificates.length} ${read.value.revocationLists}`
      : shortErrors(read.error);
  };
  test('hold certificates or revocation lists', () => {
    expect(said(fixture('root.pem') + fixture('inter.pem'))).toBe('2 0');
    expect(said('-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n')).toBe('0 1');
    expect(said('garbage')).toBe('error:05800088:x509 certificate routines::no certificate or crl found');
    expect(said(`${fixture('root.pem')}-----BEGIN X-----\n!\n-----END X-----\n`)).toBe(
      'error:04800064:PEM routines::bad base64 decode error:05880009:x509 certificate routines::PEM lib',
    );
  });
  test('that cannot be opened', () => {
    expect(shortErrors(openErrors('/a', { number: 13, text: 'Permission denied' }))).toBe(
      'error:8000000D:system library::Permission denied:calling fopen(/a, r) error:10080002:BIO routines::system lib',
    );
    expect(shortErrors(openErrors('/a', { number: 2, text: 'No such file or directory' }, 'rb'))).toBe(
      'error:80000002:system library::No such file or directory:calling fopen(/a, rb) error:10000080:BIO routines::no such file',
    );
  });
});
