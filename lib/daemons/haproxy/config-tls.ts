/**
 * What a configuration says of TLS, as plain data: words on `bind` and `server`
 * lines, and the material that was read from files.
 *
 * Source: HAProxy 2.6 configuration manual §3.1 "crt-base" and its neighbours,
 * §5.1 "ssl", "crt", "crt-list", §5.2 "ssl", "verify", "sni", "check-ssl".
 */

import type { TlsVersion } from '../../protocols/tls/versions';
import type { Place, SampleExpression } from './config';

/** As the daemon writes versions. SSLv3 can be named; Debian's OpenSSL has none. */
export type ProtocolVersion = 'SSLv3' | 'TLSv1.0' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';

/** Words that bind lines, entries of a crt-list and server lines share. Never changed in place: copies share them. */
export interface TlsOptions {
  readonly minimum: ProtocolVersion | undefined;
  readonly maximum: ProtocolVersion | undefined;
  /** `no-tlsv12` … */
  readonly excluded: readonly ProtocolVersion[];
  readonly ciphers: string | undefined;
  readonly cipherSuites: string | undefined;
  readonly curves: string | undefined;
  readonly ecdhe: string | undefined;
  /** undefined: nothing is said; the list may be empty */
  readonly alpn: readonly string[] | undefined;
  /** `prefer-client-ciphers` */
  readonly prefersClient: boolean;
  readonly verify: 'none' | 'optional' | 'required' | undefined;
  /** path of the authorities that are trusted, a key of `TlsMaterial.authorities` */
  readonly authorities: string | undefined;
  /** likewise, of revocation lists */
  readonly revocations: string | undefined;
}

/** One certificate of a `bind` line. */
export interface CertificateUse {
  /** a key of `TlsMaterial.certificates` */
  readonly path: string;
  /** names that it is shown for, `!name` for exceptions; none: the certificate's own names */
  readonly filters: readonly string[];
  /** what its line of a crt-list overrides */
  readonly options: TlsOptions | undefined;
}

/** Verification errors that do not matter, by number. */
export type IgnoredErrors = 'all' | readonly number[];

export interface BindTls {
  readonly options: TlsOptions;
  readonly certificates: readonly CertificateUse[];
  readonly strictSni: boolean;
  /** `ca-ignore-err`, for all but the client's own certificate */
  readonly ignoredIssuerErrors: IgnoredErrors;
  /** `crt-ignore-err` */
  readonly ignoredLeafErrors: IgnoredErrors;
  readonly generates: boolean;
  readonly signer: string | undefined;
  /** `tune.ssl.default-dh-param`, `ssl-dh-param-file` or parameters in a certificate's file */
  readonly hasDhParameters: boolean;
  /** settled when everything is read */
  readonly versions: readonly TlsVersion[];
}

export interface ServerTls {
  readonly options: TlsOptions;
  /** shown to a server that asks for one */
  readonly certificate: string | undefined;
  readonly verifyHost: string | undefined;
  /** `sni`: as written, and once the line is read as an expression */
  readonly sni: string | undefined;
  readonly sniExpression: SampleExpression | undefined;
  readonly checkSni: string | undefined;
  readonly checkAlpn: readonly string[] | undefined;
  /** `check-ssl`, `no-check-ssl`, or as the traffic */
  readonly checks: 'as traffic' | 'on' | 'off';
  /** whether the server's certificate must be a good one; settled when everything is read */
  readonly verifies: boolean;
  readonly versions: readonly TlsVersion[];
}

/** A certificate's file as it was read. */
export interface LoadedCertificate {
  readonly path: string;
  /** PEM, the leaf first */
  readonly chain: string;
  /** PEM of its key */
  readonly key: string;
}

/** A line of a crt-list, for the runtime API. */
export interface ListEntry extends CertificateUse, Place {}

export interface TlsMaterial {
  readonly certificates: ReadonlyMap<string, LoadedCertificate>;
  /** PEM of certificates, and of revocation lists, by path */
  readonly authorities: ReadonlyMap<string, string>;
  /** crt-lists and directories of certificates, by path */
  readonly lists: ReadonlyMap<string, readonly ListEntry[]>;
}

export function noTlsOptions(): TlsOptions {
  return {
    minimum: undefined,
    maximum: undefined,
    excluded: [],
    ciphers: undefined,
    cipherSuites: undefined,
    curves: undefined,
    ecdhe: undefined,
    alpn: undefined,
    prefersClient: false,
    verify: undefined,
    authorities: undefined,
    revocations: undefined,
  };
}

export function noBindTls(): BindTls {
  return {
    options: noTlsOptions(),
    certificates: [],
    strictSni: false,
    ignoredIssuerErrors: [],
    ignoredLeafErrors: [],
    generates: false,
    signer: undefined,
    hasDhParameters: false,
    versions: [],
  };
}

export function noServerTls(): ServerTls {
  return {
    options: noTlsOptions(),
    certificate: undefined,
    verifyHost: undefined,
    sni: undefined,
    sniExpression: undefined,
    checkSni: undefined,
    checkAlpn: undefined,
    checks: 'as traffic',
    verifies: false,
    versions: [],
  };
}
