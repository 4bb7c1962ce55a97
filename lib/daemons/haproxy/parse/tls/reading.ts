/** What reading a configuration keeps of TLS: defaults of `global`, and the files that were read. */

import type { Certificate } from '../../../../protocols/x509';
import {
  type ListEntry,
  type LoadedCertificate,
  noTlsOptions,
  type TlsMaterial,
  type TlsOptions,
} from '../../config-tls';

export interface TlsReading {
  /** `crt-base`, `ca-base`; '' not set */
  certificateBase: string;
  authorityBase: string;
  /** `ssl-load-extra-files`: what else is looked for beside a certificate */
  extraFiles: ReadonlySet<string>;
  /** `ssl-load-extra-del-ext`: x.key instead of x.crt.key */
  stripsCrt: boolean;
  /** `issuers-chain-path` */
  issuerChains: readonly (readonly Certificate[])[];
  diffieHellman: { fileBits: number | undefined; defaultBits: number | undefined };
  /** `ssl-default-bind-…`, taken over by the word `ssl` */
  bindDefaults: TlsOptions;
  serverDefaults: TlsOptions;
  /** `ssl-server-verify` */
  serverVerify: 'none' | 'required';
  /** of the daemon's own HTTP client, which is not modelled; '' not set */
  clientAuthorities: string;
  readonly certificates: Map<string, LoadedCertificate>;
  readonly authorities: Map<string, string>;
  readonly lists: Map<string, readonly ListEntry[]>;
}

export const EXTRA_FILES = ['bundle', 'sctl', 'ocsp', 'issuer', 'key'];

export function newTlsReading(): TlsReading {
  return {
    certificateBase: '',
    authorityBase: '',
    extraFiles: new Set(EXTRA_FILES),
    stripsCrt: false,
    issuerChains: [],
    diffieHellman: { fileBits: undefined, defaultBits: undefined },
    bindDefaults: noTlsOptions(),
    serverDefaults: noTlsOptions(),
    serverVerify: 'required',
    clientAuthorities: '',
    certificates: new Map(),
    authorities: new Map(),
    lists: new Map(),
  };
}

export function materialOf({ certificates, authorities, lists }: TlsReading): TlsMaterial {
  return { certificates, authorities, lists };
}

/** The options with what `ssl-default-…` says where they say nothing. */
export function withDefaults(options: TlsOptions, defaults: TlsOptions): TlsOptions {
  return {
    ...options,
    minimum: options.minimum ?? defaults.minimum,
    maximum: options.maximum ?? defaults.maximum,
    excluded: [...options.excluded, ...defaults.excluded],
    ciphers: options.ciphers ?? defaults.ciphers,
    cipherSuites: options.cipherSuites ?? defaults.cipherSuites,
    curves: options.curves ?? defaults.curves,
    prefersClient: options.prefersClient || defaults.prefersClient,
  };
}
