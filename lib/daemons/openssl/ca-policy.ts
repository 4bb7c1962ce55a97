/** What an authority's policy makes of the subject that a request asks for. Source: apps/ca.c do_body. */
import { bytesFromText } from '../../std/bytes';
import {
  type ConfigPair,
  longName,
  type Name,
  type NameAttribute,
  nameOfParts,
  oidOfName,
} from '../../protocols/x509/index';

const EMAIL = '1.2.840.113549.1.9.1';
const TYPES: Readonly<Record<number, string>> = {
  0x13: 'PRINTABLE',
  0x14: 'T61STRING',
  0x16: 'IA5STRING',
  0x1c: 'UNIVERSALSTRING',
};

/** `commonName            :ASN.1 12:'shop.example'`, a line for each attribute. */
export function subjectLines(subject: Name): string {
  return subject.parts
    .flat()
    .map(({ oid, tag, value }) => {
      const type = TYPES[tag] ?? `ASN.1 ${String(tag).padStart(2)}`;
      return `${longName(oid).padEnd(22)}:${type}:'${printable(value)}'\n`;
    })
    .join('');
}
function printable(value: string): string {
  return Array.from(bytesFromText(value), (byte) => {
    if (byte >= 0x20 && byte < 0x7f) return String.fromCharCode(byte);
    if (byte >= 0x80) return `\\0x${byte.toString(16).toUpperCase()}`;
    return `^${String.fromCharCode(byte + 0x40)}`;
  }).join('');
}

/**
 * The subject that is certified: the policy's fields in the policy's order, and no others.
 * @returns what is wrong as text, when the policy does not allow it
 */
export function applyPolicy(
  policy: readonly ConfigPair[],
  asked: Name,
  authority: Name,
): { readonly subject: Name } | { readonly refusal: string } {
  const parts: NameAttribute[][] = [];
  const all = asked.parts.flat();
  for (const [field, rule] of policy) {
    const oid = oidOfName(field);
    if (oid === undefined) return { refusal: `${field}:unknown object type in 'policy' configuration\n` };
    const given = all.filter((attribute) => attribute.oid === oid);
    if (rule === 'match') {
      const refusal = mismatch(
        field,
        given,
        authority.parts.flat().filter((own) => own.oid === oid),
      );
      if (refusal !== undefined) return { refusal };
    } else if (rule === 'supplied') {
      if (given.length === 0)
        return { refusal: `The ${field} field needed to be supplied and was missing\n` };
    } else if (rule !== 'optional') return { refusal: `${rule}:invalid type in 'policy' configuration\n` };
    parts.push(...given.map((attribute) => [attribute]));
  }
  return { subject: nameOfParts(parts) };
}
function mismatch(
  field: string,
  given: readonly NameAttribute[],
  own: readonly NameAttribute[],
): string | undefined {
  if (given.length === 0) return `The mandatory ${field} field was missing\n`;
  if (own.length === 0)
    return `The ${field} field does not exist in the CA certificate,\nthe 'policy' is misconfigured\n`;
  const odd = given.find(({ tag, value }) => !own.some((one) => one.tag === tag && one.value === value));
  if (odd === undefined) return undefined;
  return `The ${field} field is different between\nCA certificate (${own[own.length - 1]?.value ?? ''}) and the request (${odd.value})\n`;
}

/** A subject without its e-mail addresses (-noemailDN). */
export function withoutEmail(subject: Name): Name {
  return nameOfParts(
    subject.parts.map((set) => set.filter(({ oid }) => oid !== EMAIL)).filter((set) => set.length > 0),
  );
}
