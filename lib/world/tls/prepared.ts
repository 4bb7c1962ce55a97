/** Settings made ready for handshakes: parsed once for each object, and no part of the state. */
import { type CipherList, DEFAULT_LEVEL, readCipherList } from '../../protocols/tls/cipher-list';
import type { TlsError } from '../../protocols/tls/errors';
import {
  type Abilities,
  type Agreement,
  type KeyKind,
  offerOf,
  type Refusal,
  type ServerAbilities,
} from '../../protocols/tls/negotiate';
import type { IdentitySize } from '../../protocols/tls/sizes';
import { keyBits, type PublicKey, readCertificateChain, readTrustedCertificates } from '../../protocols/x509';
import type { Micros } from '../../std/instant';
import { deepFreeze } from '../../std/plain';
import type { ClientHello, TlsClientSettings, TlsIdentity, TlsServerSettings } from '../tls.contract';

export interface PreparedIdentity {
  chain: string;
  size: IdentitySize;
  /** Processor time of a signature. */
  signs: Micros;
}
export interface PreparedClient {
  own: Abilities;
  /** Frozen: all connections share it; or why there is nothing to offer. */
  hello: ClientHello | { error: TlsError };
  identity: PreparedIdentity | undefined;
}
export interface PreparedServer {
  own: ServerAbilities;
  identities: readonly PreparedIdentity[];
  /** Decided already: the same client comes again and again. */
  answers: WeakMap<ClientHello, Agreement | Refusal>;
}

/**
 * Processor time of one signature: `openssl speed` of OpenSSL 3.0.19, rounded (RSA 2048: 240 µs, P-256: 19 µs,
 * Ed25519: 37 µs). RSA grows with the third power of its length.
 */
const RSA_2048_SIGNS = 240;
const ECDSA_SIGNS = 20;
const ED25519_SIGNS = 40;
/** Key exchange and hashes on each side: two operations on X25519 (31 µs each) and the rest. Assumed: 40 µs for the rest. */
export const HANDSHAKE_COST: Micros = 100;

const clients = new WeakMap<TlsClientSettings, PreparedClient>();
const servers = new WeakMap<TlsServerSettings, PreparedServer>();
const identities = new Map<string, PreparedIdentity | undefined>();
const lists = new Map<string, CipherList>();
const MOST_KNOWN = 64;

export function preparedClient(settings: TlsClientSettings): PreparedClient {
  const known = clients.get(settings);
  if (known !== undefined) return known;
  const own = abilities(settings);
  const offer = offerOf(own);
  const made: PreparedClient = {
    own,
    hello: 'error' in offer ? offer : deepFreeze({ serverName: settings.serverName, ...offer }),
    identity: settings.identity === undefined ? undefined : preparedIdentity(settings.identity),
  };
  clients.set(settings, made);
  return made;
}

export function preparedServer(settings: TlsServerSettings): PreparedServer {
  const known = servers.get(settings);
  if (known !== undefined) return known;
  const shown = settings.identities.flatMap((identity) => preparedIdentity(identity) ?? []);
  const made: PreparedServer = {
    own: {
      ...abilities(settings),
      keys: shown.map(({ size }) => size.key),
      prefersOwn: settings.prefersOwnCiphers ?? false,
      dh: settings.dhParameters ?? false,
      onNoAlpn: settings.onNoAlpn ?? 'go-on',
    },
    identities: shown,
    answers: new WeakMap(),
  };
  servers.set(settings, made);
  return made;
}

function abilities(settings: TlsClientSettings | TlsServerSettings): Abilities {
  return {
    versions: settings.versions,
    list: cipherList(settings.ciphers),
    suites: settings.cipherSuites,
    alpn: settings.alpn ?? [],
  };
}

/** Lengths of the names of authorities. */
export function nameLengths(roots: string): number[] {
  return readTrustedCertificates(roots).map(({ subject }) => subject.der.length);
}

/** A list without a match is refused by whoever loads it. */
function cipherList(text: string): CipherList {
  const known = lists.get(text);
  if (known !== undefined) return known;
  if (lists.size >= MOST_KNOWN) lists.clear();
  const made = readCipherList(text) ?? { ciphers: [], level: DEFAULT_LEVEL };
  lists.set(text, made);
  return made;
}

/** Undefined for a text without a certificate that can be read. */
export function preparedIdentity({ chain }: TlsIdentity): PreparedIdentity | undefined {
  if (identities.has(chain)) return identities.get(chain);
  if (identities.size >= MOST_KNOWN) identities.clear();
  const made = readIdentity(chain);
  identities.set(chain, made);
  return made;
}
function readIdentity(chain: string): PreparedIdentity | undefined {
  const read = readCertificateChain(chain);
  const leaf = read.ok ? read.value[0] : undefined;
  if (!read.ok || leaf === undefined) return undefined;
  const key = kindOf(leaf.publicKey);
  if (key === undefined) return undefined;
  const bits = keyBits(leaf.publicKey);
  return {
    chain,
    size: { certificates: read.value.map(({ der }) => der.length), key, keyBits: bits },
    signs: signingCost(key, bits),
  };
}
function kindOf(key: PublicKey): KeyKind | undefined {
  switch (key.type) {
    case 'rsa':
      return 'RSA';
    case 'ec':
      return 'ECDSA';
    case 'ed25519':
      return 'Ed25519';
    case 'unknown':
      return undefined;
  }
}
function signingCost(key: KeyKind, bits: number): Micros {
  if (key === 'ECDSA') return ECDSA_SIGNS;
  if (key === 'Ed25519') return ED25519_SIGNS;
  return Math.round((RSA_2048_SIGNS * bits * bits * bits) / (2048 * 2048 * 2048));
}
