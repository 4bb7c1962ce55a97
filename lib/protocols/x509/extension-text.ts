/** Extensions as `openssl x509 -text` prints them. Others than these are shown as OpenSSL shows what it does not know. */
import { colonHex } from './certificate';
import {
  contextTag,
  type Der,
  DerCursor,
  DerFault,
  derChildren,
  implicitTag,
  oidOf,
  readDer,
  stringOf,
} from './der';
import { KEY_USAGE_LONG_NAMES } from './extension-names';
import {
  type Extension,
  type GeneralName,
  KEY_USAGES,
  knownExtensions,
  OID,
  readGeneralName,
  readGeneralNames,
} from './extensions';
import { nameCompat } from './names';
import { longName } from './object-identifiers';

/** Each extension: its name on a line, its value below. */
export function extensionsText(extensions: readonly Extension[], indent: string): string {
  return extensions
    .map((extension) => {
      const head = `${indent}${longName(extension.oid)}: ${extension.critical ? 'critical' : ''}\n`;
      return `${head}${valueLines(extension)
        .map((line) => `${indent}    ${line}\n`)
        .join('')}`;
    })
    .join('');
}

function valueLines(extension: Extension): readonly string[] {
  const printer = PRINTERS[extension.oid];
  try {
    return printer?.(readDer(extension.value), extension) ?? [unknownText(extension.value)];
  } catch (fault) {
    if (!(fault instanceof DerFault)) throw fault;
    return [unknownText(extension.value)];
  }
}
/** ASN1_STRING_print: what is not printable is a full stop. */
function unknownText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join(
    '',
  );
}

type Printer = (value: Der, extension: Extension) => readonly string[] | undefined;
const PRINTERS: Readonly<Record<string, Printer>> = {
  [OID.basicConstraints]: (_, extension) => {
    const { basicConstraints } = knownExtensions([extension]);
    if (basicConstraints === undefined) return undefined;
    const { ca, pathLength } = basicConstraints;
    return [`CA:${ca ? 'TRUE' : 'FALSE'}${pathLength === undefined ? '' : `, pathlen:${pathLength}`}`];
  },
  [OID.keyUsage]: (_, extension) => {
    const usages = knownExtensions([extension]).keyUsage;
    return usages && [usages.map((usage) => KEY_USAGE_LONG_NAMES[KEY_USAGES.indexOf(usage)]).join(', ')];
  },
  [OID.extendedKeyUsage]: (value) => [
    derChildren(value.content)
      .map(({ content }) => longName(oidOf(content)))
      .join(', '),
  ],
  [OID.subjectKeyIdentifier]: ({ content }) => [colonHex(content)],
  [OID.authorityKeyIdentifier]: authorityKeyLines,
  [OID.subjectAltName]: namesLine,
  [OID.issuerAltName]: namesLine,
  '2.5.29.31': distributionPointLines,
  '2.5.29.32': (value) =>
    derChildren(value.content).map(({ content }) => {
      const policy = oidOf(new DerCursor(content).any().content);
      return `Policy: ${policy === '2.5.29.32.0' ? 'X509v3 Any Policy' : longName(policy)}`;
    }),
  '1.3.6.1.5.5.7.1.1': (value) =>
    derChildren(value.content).map(({ content }) => {
      const parts = new DerCursor(content);
      const method = longName(oidOf(parts.any().content));
      return `${method} - ${generalNameText(readGeneralName(parts.any()))}`;
    }),
  '2.16.840.1.113730.1.13': (value) => [stringOf(value)],
};

function namesLine(value: Der): readonly string[] {
  const names = readGeneralNames(value);
  return [names.length === 0 ? '<EMPTY>' : names.map(generalNameText).join(', ')];
}

function authorityKeyLines(value: Der): readonly string[] {
  const parts = new DerCursor(value.content);
  const keyId = parts.optional(implicitTag(0));
  const issuer = parts.optional(contextTag(1));
  const serial = parts.optional(implicitTag(2));
  const hasMore = issuer !== undefined || serial !== undefined;
  const lines: string[] = [];
  if (keyId !== undefined) lines.push(`${hasMore ? 'keyid:' : ''}${colonHex(keyId.content)}`);
  if (issuer !== undefined) lines.push(...readGeneralNames(issuer).map(generalNameText));
  if (serial !== undefined) lines.push(`serial:${colonHex(withoutZero(serial.content))}`);
  return lines.length === 0 ? ['<EMPTY>'] : lines;
}
function withoutZero(content: Uint8Array): Uint8Array {
  return content.length > 1 && content[0] === 0 ? content.subarray(1) : content;
}

function distributionPointLines(value: Der): readonly string[] {
  return derChildren(value.content).flatMap((point) => {
    const name = new DerCursor(point.content).optional(contextTag(0));
    const full = name === undefined ? undefined : new DerCursor(name.content).optional(contextTag(0));
    if (full === undefined) return [];
    return ['Full Name:', ...readGeneralNames(full).map((general) => `  ${generalNameText(general)}`)];
  });
}

/** `DNS:shop.example`, `IP Address:10.0.1.11`. */
export function generalNameText(name: GeneralName): string {
  switch (name.kind) {
    case 'dns':
      return `DNS:${name.value}`;
    case 'email':
      return `email:${name.value}`;
    case 'uri':
      return `URI:${name.value}`;
    case 'ip':
      return `IP Address:${name.value}`;
    case 'directory':
      return `DirName:${nameCompat(name.name)}`;
    case 'other':
      return name.tag === 0 ? 'othername:<unsupported>' : `<not modelled: [${name.tag}]>`;
  }
}
