/** Keys as `openssl pkey -text` and the like print them. */
import { hexOf, naturalBytes } from './der';
import { keyBits, type PrivateKey, type PublicKey } from './keys';
import { longName } from './object-identifiers';

/** A public key; every line begins with `indent`. */
export function publicKeyText(key: PublicKey, indent = ''): string {
  switch (key.type) {
    case 'rsa':
      return `${indent}Public-Key: (${keyBits(key)} bit)\n${bigText('Modulus', key.modulus, indent)}${bigText('Exponent', key.exponent, indent)}`;
    case 'ec':
      return `${indent}Public-Key: (${keyBits(key)} bit)\n${bytesText('pub', key.point, indent)}${curveText(key.curve, indent)}`;
    case 'ed25519':
      return `${indent}ED25519 Public-Key:\n${bytesText('pub', key.point, indent)}`;
    case 'unknown':
      return `${indent}Unable to load Public Key (not modelled: ${longName(key.algorithm)})\n`;
  }
}

/** A private key with its public half. */
export function privateKeyText(key: PrivateKey): string {
  switch (key.type) {
    case 'rsa':
      return [
        `Private-Key: (${keyBits(key)} bit, 2 primes)\n`,
        bigText('modulus', key.modulus),
        bigText('publicExponent', key.exponent),
        bigText('privateExponent', key.privateExponent),
        bigText('prime1', key.prime1),
        bigText('prime2', key.prime2),
        bigText('exponent1', key.exponent1),
        bigText('exponent2', key.exponent2),
        bigText('coefficient', key.coefficient),
      ].join('');
    case 'ec':
      return `Private-Key: (${keyBits(key)} bit)\n${bytesText('priv', key.secret)}${bytesText('pub', key.point)}${curveText(key.curve, '')}`;
    case 'ed25519':
      return `ED25519 Private-Key:\n${bytesText('priv', key.seed)}${bytesText('pub', key.point)}`;
  }
}

function curveText(curve: 'P-256' | 'P-384', indent: string): string {
  const oid = curve === 'P-256' ? 'prime256v1' : 'secp384r1';
  return `${indent}ASN1 OID: ${oid}\n${indent}NIST CURVE: ${curve}\n`;
}

/** Small numbers on the line, others as octets with a leading zero where they would look negative. */
function bigText(label: string, value: bigint, indent = ''): string {
  if (value < 1n << 64n) return `${indent}${label}: ${value} (0x${value.toString(16)})\n`;
  const bytes = naturalBytes(value);
  return bytesText(label, (bytes[0] ?? 0) & 0x80 ? Uint8Array.of(0, ...bytes) : bytes, indent);
}

/** Fifteen octets a line. */
function bytesText(label: string, bytes: Uint8Array, indent = ''): string {
  return `${indent}${label}:\n${hexLines(bytes, { perLine: 15, indent: `${indent}    ` })}`;
}

/** `00:aa:` … with a colon at the end of every line but the last. */
export function hexLines(bytes: Uint8Array, layout: { perLine: number; indent: string }): string {
  const pairs = hexOf(bytes).match(/../g) ?? [];
  const lines: string[] = [];
  for (let i = 0; i < pairs.length; i += layout.perLine)
    lines.push(`${layout.indent}${pairs.slice(i, i + layout.perLine).join(':')}`);
  return `${lines.join(':\n')}\n`;
}
