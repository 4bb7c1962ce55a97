/**
 * OpenSSL's cipher lists (openssl-ciphers(1)): `HIGH:!aNULL:!MD5`, `ECDHE+AESGCM`, `DEFAULT@SECLEVEL=0`.
 * Words that OpenSSL does not know it passes over; so do we, and words about ciphers that are not modelled
 * (PSK, SRP, RC4, …) match nothing.
 */
import { type Cipher, CIPHER_SUITES, CIPHERS } from './ciphers';

export interface CipherList {
  /** For TLS 1.2 and older, in order of preference. */
  ciphers: readonly Cipher[];
  /** Security level: what is weaker is not used although it is listed. Debian's default is 2. */
  level: number;
}

/** `-DOPENSSL_TLS_SECURITY_LEVEL=2` of Debian's build. */
export const DEFAULT_LEVEL = 2;
/** SSL3_CK of each level, in bits (openssl/ssl/ssl_cert.c ssl_security_default_callback). */
const LEVEL_BITS = [0, 80, 112, 128, 192, 256];

const isForwardSecret = ({ keyExchange }: Cipher): boolean => keyExchange !== 'RSA';
const isAes = ({ encryption }: Cipher): boolean => encryption.startsWith('AES');
/** What COMPLEMENTOFDEFAULT holds besides anonymous ones. */
const isUnusual = ({ authentication, encryption }: Cipher): boolean =>
  authentication === 'None' ||
  authentication === 'DSS' ||
  encryption.startsWith('AESCCM') ||
  encryption.startsWith('ARIA') ||
  encryption === 'Camellia' ||
  encryption === 'None';

/** Key words by what they match. */
const WORDS: Readonly<Record<string, (cipher: Cipher) => boolean>> = {
  ALL: ({ encryption }) => encryption !== 'None',
  COMPLEMENTOFALL: ({ encryption }) => encryption === 'None',
  COMPLEMENTOFDEFAULT: (cipher) => isUnusual(cipher) && cipher.encryption !== 'None',
  HIGH: ({ bits }) => bits >= 128,
  eNULL: ({ encryption }) => encryption === 'None',
  NULL: ({ encryption }) => encryption === 'None',
  aNULL: ({ authentication }) => authentication === 'None',
  kRSA: ({ keyExchange }) => keyExchange === 'RSA',
  RSA: ({ keyExchange }) => keyExchange === 'RSA',
  aRSA: ({ authentication }) => authentication === 'RSA',
  kDHE: ({ keyExchange }) => keyExchange === 'DH',
  kEDH: ({ keyExchange }) => keyExchange === 'DH',
  DH: ({ keyExchange }) => keyExchange === 'DH',
  DHE: ({ keyExchange, authentication }) => keyExchange === 'DH' && authentication !== 'None',
  EDH: ({ keyExchange, authentication }) => keyExchange === 'DH' && authentication !== 'None',
  ADH: ({ keyExchange, authentication }) => keyExchange === 'DH' && authentication === 'None',
  kEECDH: ({ keyExchange }) => keyExchange === 'ECDH',
  kECDHE: ({ keyExchange }) => keyExchange === 'ECDH',
  ECDH: ({ keyExchange }) => keyExchange === 'ECDH',
  ECDHE: ({ keyExchange, authentication }) => keyExchange === 'ECDH' && authentication !== 'None',
  EECDH: ({ keyExchange, authentication }) => keyExchange === 'ECDH' && authentication !== 'None',
  AECDH: ({ keyExchange, authentication }) => keyExchange === 'ECDH' && authentication === 'None',
  aDSS: ({ authentication }) => authentication === 'DSS',
  DSS: ({ authentication }) => authentication === 'DSS',
  aECDSA: ({ authentication }) => authentication === 'ECDSA',
  ECDSA: ({ authentication }) => authentication === 'ECDSA',
  'TLSv1.2': ({ since }) => since === 'TLSv1.2',
  'TLSv1.0': ({ since }) => since === 'TLSv1',
  TLSv1: ({ since }) => since === 'TLSv1',
  SSLv3: ({ since }) => since === 'SSLv3',
  AES: isAes,
  AES128: (cipher) => isAes(cipher) && cipher.bits === 128,
  AES256: (cipher) => isAes(cipher) && cipher.bits === 256,
  AESGCM: ({ encryption }) => encryption === 'AESGCM',
  AESCCM: ({ encryption }) => encryption.startsWith('AESCCM'),
  AESCCM8: ({ encryption }) => encryption === 'AESCCM8',
  ARIA: ({ encryption }) => encryption.startsWith('ARIA'),
  ARIAGCM: ({ encryption }) => encryption.startsWith('ARIA'),
  ARIA128: ({ encryption, bits }) => encryption.startsWith('ARIA') && bits === 128,
  ARIA256: ({ encryption, bits }) => encryption.startsWith('ARIA') && bits === 256,
  CAMELLIA: ({ encryption }) => encryption === 'Camellia',
  CAMELLIA128: ({ encryption, bits }) => encryption === 'Camellia' && bits === 128,
  CAMELLIA256: ({ encryption, bits }) => encryption === 'Camellia' && bits === 256,
  CHACHA20: ({ encryption }) => encryption === 'CHACHA20',
  MD5: ({ mac }) => mac === 'MD5',
  SHA1: ({ mac }) => mac === 'SHA1',
  SHA: ({ mac }) => mac === 'SHA1',
  SHA256: ({ mac }) => mac === 'SHA256',
  SHA384: ({ mac }) => mac === 'SHA384',
};

/**
 * Reads a list; '' is OpenSSL's default.
 * @returns undefined where OpenSSL says `no cipher match`
 */
export function readCipherList(text: string): CipherList | undefined {
  // DEFAULT counts only in front, and stands for this.
  const whole = text === '' ? 'DEFAULT' : text;
  const rest = /^DEFAULT(?=$|[:, ;@])/.test(whole)
    ? `ALL:!COMPLEMENTOFDEFAULT:!eNULL${whole.slice(7)}`
    : whole;
  const picked: Picked = { on: [], dead: new Set() };
  let level = DEFAULT_LEVEL;
  for (const item of rest.replaceAll(/(?<=[^:, ;])@/g, ':@').split(/[:, ;]+/)) {
    const asked = /^@SECLEVEL=([0-5])$/.exec(item);
    if (asked !== null) level = Number(asked[1]);
    else if (item === '@STRENGTH')
      picked.on.sort((a, b) => b.bits - a.bits); // sort is stable
    else if (item.startsWith('@')) return undefined;
    else pick(picked, item);
  }
  return picked.on.length === 0 ? undefined : { ciphers: picked.on, level };
}

type Picked = { on: Cipher[]; dead: Set<Cipher> };

/** One item: `+` moves to the end, `-` takes out, `!` takes out for good, else what is not there yet is added. */
function pick(picked: Picked, item: string): void {
  const [, sign = '', words = ''] = /^([!+-]?)(.*)$/.exec(item) ?? [];
  const matches = matcherOf(words);
  if (matches === undefined) return;
  const found = CIPHERS.filter(matches);
  switch (sign) {
    case '!':
      for (const cipher of found) picked.dead.add(cipher);
      picked.on = picked.on.filter((cipher) => !found.includes(cipher));
      return;
    case '-':
      picked.on = picked.on.filter((cipher) => !found.includes(cipher));
      return;
    case '+':
      picked.on = [
        ...picked.on.filter((cipher) => !found.includes(cipher)),
        ...picked.on.filter((cipher) => found.includes(cipher)),
      ];
      return;
    default:
      picked.on.push(...found.filter((cipher) => !picked.dead.has(cipher) && !picked.on.includes(cipher)));
  }
}

/** `ECDHE+AESGCM`: all of the words must match. Undefined when one is unknown. */
function matcherOf(words: string): ((cipher: Cipher) => boolean) | undefined {
  const tests: ((cipher: Cipher) => boolean)[] = [];
  for (const word of words.split('+')) {
    const test = WORDS[word];
    if (test !== undefined) tests.push(test);
    else if (CIPHERS.some(({ name }) => name === word)) tests.push(({ name }) => name === word);
    else return undefined;
  }
  return (cipher) => tests.every((test) => test(cipher));
}

/** The suites of TLS 1.3 by name (ssl_conf_command Ciphersuites, --tls13-ciphers); undefined for an unknown one. */
export function readCipherSuites(text: string): string[] | undefined {
  const names = text.split(':').filter((name) => name !== '');
  return names.every((name) => CIPHER_SUITES.some((suite) => suite.name === name)) ? names : undefined;
}

/** Whether a level lets a cipher be used (ssl_security_default_callback, SSL_SECOP_CIPHER_…). */
export function isAllowedAt(level: number, cipher: Cipher): boolean {
  const least = LEVEL_BITS[level] ?? 256;
  if (level === 0) return true;
  if (cipher.bits < least) return false;
  if (cipher.authentication === 'None') return false;
  if (least > 160 && cipher.mac === 'SHA1') return false;
  return level < 3 || isForwardSecret(cipher);
}
