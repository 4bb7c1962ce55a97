/** What TLS directives of servers and of proxied locations have in common: versions, ciphers, commands to OpenSSL. */
import { DEFAULT_LEVEL, readCipherList, readCipherSuites } from '../../../../protocols/tls/cipher-list';
import { TLS_VERSIONS, type TlsVersion, versionsBetween } from '../../../../protocols/tls/versions';
import { failure, type Result, success } from '../../../../std/result';
import type { Block } from '../block';
import { withErrors, sslError } from './files';

/** nginx 1.22 leaves TLS 1.3 out unless it is asked for. */
const USUAL_VERSIONS: ReadonlySet<string> = new Set(['TLSv1', 'TLSv1.1', 'TLSv1.2']);

/** Ciphers that OpenSSL has and nobody here agrees on. Not modelled. */
const NOT_MODELLED = /(?:^|[:, ])(?:\w*PSK|a?SRP|SUITEB\w+|FIPS)(?:$|[:, +-])/;

export interface Protocols {
  versions: readonly TlsVersion[];
  /** As OpenSSL reads it. */
  ciphers: string;
  cipherSuites: readonly string[] | undefined;
  /** Security level that the ciphers set. */
  level: number;
}
/** `prefix`: `ssl` or `proxy_ssl`. */
export function readProtocols(block: Block, prefix: string, usualCiphers: string): Result<Protocols, string> {
  const chosen = block.set(`${prefix}_protocols`) ?? USUAL_VERSIONS;
  const ciphers = block.text(`${prefix}_ciphers`, usualCiphers);
  const list = ciphers === '' ? undefined : readCipherList(ciphers);
  if (list === undefined && !NOT_MODELLED.test(ciphers))
    return failure(withErrors(`SSL_CTX_set_cipher_list("${ciphers}") failed`, [listError(ciphers)]));
  return success({
    versions: TLS_VERSIONS.filter((version) => chosen.has(version)),
    ciphers,
    cipherSuites: undefined,
    level: list?.level ?? DEFAULT_LEVEL,
  });
}
/** `@` and what OpenSSL does not know behind it, or a sign without a word; else nothing is left of the list. */
function listError(ciphers: string): ReturnType<typeof sslError> {
  const hasUnknownCommand = ciphers
    .replaceAll(/(?<=[^:, ;])@/g, ':@')
    .split(/[:, ;]+/)
    .some((item) => /^[!+-]$/.test(item) || /^@(?!STRENGTH$|SECLEVEL=[0-5]$)/.test(item));
  return hasUnknownCommand
    ? sslError('0A000118', 'invalid command')
    : sslError('0A0000B9', 'no cipher match');
}

// ---------------------------------------------------------------- SSL_CONF_cmd
/** Commands with an effect here; each gives the problem, if there is one. */
const COMMANDS: Readonly<Record<string, (own: Protocols, value: string) => boolean>> = {
  minprotocol: (own, value) => {
    const least = versionNamed(value);
    if (least === undefined) return value === 'None';
    own.versions = own.versions.filter((version) => versionsBetween(least, 'TLSv1.3').includes(version));
    return true;
  },
  maxprotocol: (own, value) => {
    const most = versionNamed(value);
    if (most === undefined) return value === 'None';
    own.versions = own.versions.filter((version) => versionsBetween('TLSv1', most).includes(version));
    return true;
  },
  protocol: (own, value) => {
    const chosen = new Set<TlsVersion>(own.versions);
    for (const word of value.split(',')) {
      const name = word.replace(/^[+-]/, '');
      const named = name === 'ALL' ? TLS_VERSIONS : [versionNamed(name)];
      for (const version of named) {
        if (version === undefined) return /^SSLv[23]$/.test(name);
        if (word.startsWith('-')) chosen.delete(version);
        else chosen.add(version);
      }
    }
    own.versions = TLS_VERSIONS.filter((version) => chosen.has(version));
    return true;
  },
  cipherstring: (own, value) => {
    const list = readCipherList(value);
    if (list === undefined) return false;
    own.ciphers = value;
    own.level = list.level;
    return true;
  },
  ciphersuites: (own, value) => {
    const suites = readCipherSuites(value);
    if (suites === undefined) return false;
    own.cipherSuites = suites;
    return true;
  },
};
const OPTIONS =
  'SessionTicket EmptyFragments Bugs Compression ServerPreference NoResumptionOnRenegotiation DHSingle ECDHSingle UnsafeLegacyRenegotiation UnsafeLegacyServerConnect ClientRenegotiation EncryptThenMac NoRenegotiation AllowNoDHEKEX PrioritizeChaCha MiddleboxCompat AntiReplay ExtendedMasterSecret CANames KTLS'.split(
    ' ',
  );
/** Known to OpenSSL, without an effect here. */
const SILENT =
  /^(?:signaturealgorithms|clientsignaturealgorithms|curves|groups|ecdhparameters|dhparameters|recordpadding|numtickets|options|verifymode|chaincafile|chaincapath|verifycafile|verifycapath|requestcafile|clientcafile|requestcapath|clientcapath|privatekey|serverinfofile|certificate|signature_algorithms)$/;

const SIGNATURES =
  /^(?:(?:RSA|RSA-PSS|PSS|ECDSA|DSA)\+SHA(?:1|224|256|384|512)|rsa_p(?:kcs1|ss_rsae|ss_pss)_sha(?:1|256|384|512)|ecdsa_(?:secp256r1_sha256|secp384r1_sha384|secp521r1_sha512|sha1)|ed25519|ed448)$/i;

function versionNamed(name: string): TlsVersion | undefined {
  return TLS_VERSIONS.find((version) => version === name);
}
/** Of `ssl_conf_command` and its kin, as written: variables have no meaning there. */
export function commandsOf(block: Block, name: string): readonly { name: string; value: string }[] {
  return block.pairs(name).map((pair) => ({ name: pair.name, value: pair.value.join('') }));
}
/** `ssl_conf_command NAME VALUE`, in order. The problem of the first that OpenSSL refuses. */
export function obeyCommands(
  own: Protocols,
  commands: readonly { readonly name: string; readonly value: string }[],
  leaveOut: (text: string) => void,
): string | undefined {
  for (const { name, value } of commands) {
    const failed = (...errors: Parameters<typeof withErrors>[1]): string =>
      withErrors(`SSL_CONF_cmd("${name}", "${value}") failed`, errors);
    const lower = name.toLowerCase();
    const bad = sslError('0A000180', 'bad value', `cmd=${name}, value=${value}`);
    const obey = COMMANDS[lower];
    if (obey === undefined && !SILENT.test(lower))
      return failed(sslError('0A000182', 'unknown cmd name', `cmd=${name}`));
    if (obey?.(own, value) === false)
      return lower.startsWith('cipher') ? failed(listError(value), bad) : failed(bad);
    if (lower === 'options' && !value.split(',').every((word) => OPTIONS.includes(word.replace(/^[+-]/, ''))))
      return failed(bad);
    if (lower === 'signaturealgorithms' && !value.split(':').every((one) => SIGNATURES.test(one)))
      return failed(bad);
    if (lower === 'curves' || lower === 'groups') {
      const group = unknownGroup(value);
      if (group !== undefined) return failed(...groupErrors(group), bad);
    }
    if (obey === undefined) leaveOut(`the command ${name} to OpenSSL`);
  }
  return undefined;
}

// ---------------------------------------------------------------- groups
const GROUPS =
  /^(?:p-(?:192|224|256|384|521)|prime192v1|prime256v1|secp(?:160[kr]1|160r2|192k1|192r1|224k1|224r1|256k1|256r1|384r1|521r1)|brainpoolp(?:256|384|512)r1|x25519|x448|ffdhe(?:2048|3072|4096|6144|8192))$/i;
/** The first group of a list that OpenSSL does not know; '' where there is none between two colons. */
export function unknownGroup(list: string): string | undefined {
  return list.split(':').find((group) => !GROUPS.test(group));
}
/** Of an empty one it says nothing. */
export function groupErrors(group: string): ReturnType<typeof sslError>[] {
  return group === ''
    ? []
    : [sslError('0A080106', 'passed invalid argument', `group '${group}' cannot be set`)];
}
