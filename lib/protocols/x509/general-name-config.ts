/** Alternative names from OpenSSL's configuration words: `DNS:shop.example`, `IP:10.0.1.11`. Source: x509v3_config(5). */
import { failure, type Result, success } from '../../std/result';
import { contextTag, der, derOid, derText, implicitTag, sequence } from './der';
import type { ConfigPair, ExtensionContext } from './extension-config';
import { ipOctets } from './ip-octets';
import { nameOf } from './names';
import { oidOfName } from './object-identifiers';
import { type OpensslError, opensslError } from './openssl-error';

type Problem = readonly OpensslError[];
const EMAIL = '1.2.840.113549.1.9.1';

/** `SEQUENCE OF GeneralName`. Names of a section may be numbered: `DNS.1`. */
export function generalNamesDer(
  list: readonly (readonly [string, string | undefined])[],
  context: ExtensionContext,
): Result<Uint8Array, Problem> {
  const names: Uint8Array[] = [];
  for (const [kind, value] of list) {
    if (value === undefined) return failure([opensslError('missingValue')]);
    if (isKind(kind, 'email') && (value === 'copy' || value === 'move')) {
      names.push(...emailsOf(context));
      continue;
    }
    const name = generalNameDer(kind, value, context);
    if (!name.ok) return name;
    names.push(name.value);
  }
  return success(sequence(...names));
}

/** One name. Not modelled: otherName. */
export function generalNameDer(
  kind: string,
  value: string,
  context: ExtensionContext,
): Result<Uint8Array, Problem> {
  if (isKind(kind, 'email')) return success(derText(implicitTag(1), value));
  if (isKind(kind, 'DNS')) return success(derText(implicitTag(2), value));
  if (isKind(kind, 'URI')) return success(derText(implicitTag(6), value));
  if (isKind(kind, 'IP')) {
    const octets = ipOctets(value);
    if (octets === undefined) return failure([opensslError('badIp', `value=${value}`)]);
    return success(der(implicitTag(7), octets));
  }
  if (isKind(kind, 'RID')) {
    const oid = oidOfName(value);
    if (oid === undefined)
      return failure([opensslError('unknownObject'), opensslError('badObject', `value=${value}`)]);
    return success(der(implicitTag(8), derOid(oid).subarray(2)));
  }
  if (isKind(kind, 'dirName')) return directoryName(value, context);
  return failure([opensslError('unsupportedName', `name=${kind}`)]);
}

/** The kind itself, or followed by a full stop and anything. */
function isKind(given: string, kind: string): boolean {
  return given === kind || given.startsWith(`${kind}.`);
}

function directoryName(section: string, context: ExtensionContext): Result<Uint8Array, Problem> {
  const settings = context.section?.(section);
  if (settings === undefined)
    return failure([opensslError('sectionNotFound', `section=${section}`), opensslError('directoryName')]);
  const name = nameOf(settings.map(([type, value]: ConfigPair) => [oidOfSetting(type), value]));
  return success(der(contextTag(4), name.der));
}
/** `1.OU` and `OU` are both organizationalUnitName. */
function oidOfSetting(name: string): string {
  return oidOfName(name) ?? oidOfName(name.replace(/^[^.:,]*[.:,]/, '')) ?? '2.5.4.3';
}

function emailsOf(context: ExtensionContext): Uint8Array[] {
  return (context.subject?.name.parts ?? [])
    .flat()
    .flatMap(({ oid, value }) => (oid === EMAIL ? [derText(implicitTag(1), value)] : []));
}
