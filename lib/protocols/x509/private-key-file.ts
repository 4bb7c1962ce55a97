/** Files of private keys, as programs load them through OpenSSL (PEM_read_bio_PrivateKey). */
import { failure, type Result, success } from '../../std/result';
import type { PaddingFault } from './cbc';
import { asn1Errors } from './certificate';
import { DerFault, readDer } from './der';
import { decryptPkcs8, decryptTraditional } from './key-encryption';
import {
  type PrivateKey,
  type PublicKey,
  readEcPrivateKey,
  readPrivateKeyInfo,
  readPublicKeyInfo,
  readRsaPrivateKey,
  readRsaPublicKey,
} from './keys';
import { TextMemo } from './memo';
import { type OpensslError, opensslError } from './openssl-error';
import { type PemBlock, readPem } from './pem';

export interface PrivateKeyError {
  readonly errors: readonly OpensslError[];
  /** The key is encrypted and no passphrase was given: the program asks, or gives up with `errors`. */
  readonly needsPassphrase: boolean;
}

const LABELS = ['PRIVATE KEY', 'ENCRYPTED PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY'];
const keys = new TextMemo<Result<PrivateKey, PrivateKeyError>>();

/**
 * The first private key of a text: PKCS#8, encrypted PKCS#8, or the traditional forms of RSA and EC keys.
 * Other blocks (certificates, EC PARAMETERS) are skipped.
 * @param passphrase undefined when there is none to try
 */
export function readPrivateKey(text: string, passphrase?: string): Result<PrivateKey, PrivateKeyError> {
  return keys.get(`${passphrase === undefined ? '' : `+${passphrase}`}\n${text}`, () =>
    readKey(text, passphrase),
  );
}

/** Whether the first private key of a text is encrypted. */
export function isEncryptedKey(text: string): boolean {
  const block = readPem(text).blocks.find(({ label }) => LABELS.includes(label));
  return block !== undefined && isEncrypted(block);
}

/** A private key's DER: PKCS#8 or a traditional form; undefined when it is none. */
export function readDerPrivateKey(bytes: Uint8Array): PrivateKey | undefined {
  return firstReadable([
    () => readPrivateKeyInfo(bytes),
    () => readRsaPrivateKey(bytes),
    () => readEcPrivateKey(bytes),
  ]);
}
/** A public key: `PUBLIC KEY` or PKCS#1's `RSA PUBLIC KEY`; undefined when there is none. */
export function readPublicKey(text: string): PublicKey | undefined {
  for (const { label, bytes } of readPem(text).blocks) {
    if (label === 'PUBLIC KEY') return firstReadable([() => readPublicKeyInfo(readDer(bytes))]);
    if (label === 'RSA PUBLIC KEY') return firstReadable([() => readRsaPublicKey(bytes)]);
  }
  return undefined;
}
/** A public key's DER; undefined when it is none. */
export function readDerPublicKey(bytes: Uint8Array): PublicKey | undefined {
  return firstReadable([() => readPublicKeyInfo(readDer(bytes)), () => readRsaPublicKey(bytes)]);
}
function firstReadable<K>(readers: readonly (() => K | undefined)[]): K | undefined {
  for (const reader of readers) {
    try {
      const key = reader();
      if (key !== undefined) return key;
    } catch (fault) {
      if (!(fault instanceof DerFault)) throw fault;
    }
  }
  return undefined;
}

function readKey(text: string, passphrase: string | undefined): Result<PrivateKey, PrivateKeyError> {
  const block = readPem(text).blocks.find(({ label }) => LABELS.includes(label));
  if (block === undefined) return failed([unsupported()]);
  try {
    const key = isEncrypted(block) ? decrypted(block, passphrase) : success(keyOf(block.label, block.bytes));
    if (!key.ok) return key;
    return key.value === undefined ? failed([unsupported()]) : success(key.value);
  } catch (fault) {
    if (!(fault instanceof DerFault)) throw fault;
    return failed([unsupported(), ...asn1Errors(fault, 'PKCS8_PRIV_KEY_INFO')]);
  }
}

function decrypted(
  block: PemBlock,
  passphrase: string | undefined,
): Result<PrivateKey | undefined, PrivateKeyError> {
  if (passphrase === undefined) return failure({ errors: noPassphrase(block.label), needsPassphrase: true });
  if (block.label === 'ENCRYPTED PRIVATE KEY') {
    const plain = decryptPkcs8(block.bytes, passphrase);
    if (typeof plain === 'string') {
      const errors = wrongPassphrase(passphrase, plain);
      return failed([...errors, ...errors]);
    }
    return success(readPrivateKeyInfo(plain));
  }
  const plain = decryptTraditional(block, passphrase);
  if (typeof plain === 'string') return failed([badDecrypt(plain), opensslError('pemBadDecrypt')]);
  return success(keyOf(block.label, plain));
}

function keyOf(label: string, bytes: Uint8Array): PrivateKey | undefined {
  if (label === 'RSA PRIVATE KEY') return readRsaPrivateKey(bytes);
  return label === 'EC PRIVATE KEY' ? readEcPrivateKey(bytes) : readPrivateKeyInfo(bytes);
}
function isEncrypted(block: PemBlock): boolean {
  return (
    block.label === 'ENCRYPTED PRIVATE KEY' || (block.headers.get('Proc-Type') ?? '').includes('ENCRYPTED')
  );
}
function failed(errors: readonly OpensslError[]): Result<never, PrivateKeyError> {
  return failure({ errors, needsPassphrase: false });
}
function unsupported(): OpensslError {
  return opensslError('decoderUnsupported', 'No supported data to decode. Input type: PEM');
}
function wrongPassphrase(passphrase: string, fault: PaddingFault): OpensslError[] {
  const hint = passphrase === '' ? 'empty password' : 'maybe wrong password';
  return [badDecrypt(fault), opensslError('wrongPassword', hint)];
}
function badDecrypt(fault: PaddingFault): OpensslError {
  return opensslError(fault === 'length' ? 'badDecrypt' : 'badDecryptOctets');
}
/** What is left when the question for the passphrase got no answer (nginx without a terminal, recorded). */
function noPassphrase(label: string): OpensslError[] {
  const asked = [
    opensslError('uiProcessing', 'while reading strings'),
    opensslError('problemsGettingPassword'),
    opensslError('interrupted'),
  ];
  const first =
    label === 'ENCRYPTED PRIVATE KEY'
      ? [...asked, opensslError('interrupted'), opensslError('noPassphrase')]
      : [...asked, opensslError('interrupted')];
  if (label !== 'ENCRYPTED PRIVATE KEY') return [...first, opensslError('pemBadPasswordRead')];
  return [...first, ...asked, opensslError('pemBadPasswordRead')];
}
