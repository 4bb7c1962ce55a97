/**
 * Contract of TLS: what daemons and programs may ask for on a TCP connection that they have.
 *
 * A connection that was made secure keeps its number, its owner's callback and its interface:
 * `network.send` wraps what is sent into records, `network.close` says close_notify first, `message`
 * events bring what was in the records, `network.reset` and `setOwner` are as before. So a daemon asks
 * for `network.tls.accept` (or `connect`), waits for `secured`, and goes on as with a plain connection.
 *
 * Everything is plain data, so that a handshake survives a checkpoint. Certificates are PEM texts, as they
 * stand in files: strings cost nothing in a checkpoint. Settings should be made once for each loaded
 * configuration and frozen (`deepFreeze`): then checkpoints share them.
 *
 * Modelled: the choice of version, cipher suite, ALPN protocol and certificate; verification of chains by the
 * host's own clock; alerts; which message goes when and how long it is; the processor time of the signatures.
 * Not modelled: the cryptography of the handshake itself (nobody in this world can forge a record), resumption
 * (each connection is a full handshake), early data, renegotiation, OCSP stapling.
 * A private key is checked against its certificate by whoever loads both; the handshake does not ask for it.
 */
import type { AlertName } from '../protocols/tls/alerts';
import type { TlsVersion } from '../protocols/tls/versions';
import type { HttpRequest, HttpResponse, RawBytes, Side, SocketEvent } from './network.contract';
import type { Host } from './world.contract';

/** What one side shows: PEM certificates, leaf first, then its intermediates, as the file has them. */
export interface TlsIdentity {
  chain: string;
}

/** What both sides settle. */
interface TlsCommonSettings {
  /** Versions that may be used, e.g. `versionsBetween('TLSv1.2', 'TLSv1.3')`. */
  versions: readonly TlsVersion[];
  /** OpenSSL's cipher list for TLS 1.2 and older, with `@SECLEVEL=n` where one is set; '' is OpenSSL's default at level 2, Debian's. */
  ciphers: string;
  /** Suites of TLS 1.3 in order of preference; none: OpenSSL's three. */
  cipherSuites?: readonly string[];
  /** Application protocols in order of preference ('h2', 'http/1.1'); none: the extension is not sent, or not answered. */
  alpn?: readonly string[];
}

export interface TlsServerSettings extends TlsCommonSettings {
  /** One for each kind of key (RSA, ECDSA); which one is shown depends on what the client can do. None: no shared cipher. */
  identities: readonly TlsIdentity[];
  /** The server's order of ciphers decides (`ssl_prefer_server_ciphers on`; HAProxy's default). */
  prefersOwnCiphers?: boolean;
  /** When the client names ALPN protocols and none fits: nginx refuses, HAProxy goes on without one (the default). */
  onNoAlpn?: 'go-on' | 'refuse';
  /** It has parameters for ciphers of finite-field Diffie-Hellman (nginx `ssl_dhparam`; HAProxy has some of its own). */
  dhParameters?: boolean;
  /** Asks the client for a certificate. */
  clients?: ClientVerification;
  /**
   * A chooser by name (see `Tls.chooser`), asked with the client's hello before anything is decided:
   * another server block's settings, or an alert to refuse with.
   */
  choose?: { name: string; data: unknown };
}
/** How client certificates are treated. */
export interface ClientVerification {
  /** PEM of the authorities that are trusted. */
  roots: string;
  /** PEM of revocation lists: then every certificate of the chain needs one of its issuer's. */
  crls?: string;
  /** Certificates allowed between leaf and root. Default 100, as OpenSSL; nginx has 1. */
  depth?: number;
  /** No certificate: `accept` and leave it to the program (nginx answers 400), or `refuse` with an alert (HAProxy `verify required`). */
  missing: 'accept' | 'refuse';
  /** One that does not verify: `report` in `verified` the last thing found wrong, as nginx does, or `refuse` with an alert (HAProxy). */
  invalid: 'report' | 'refuse';
  /** With `refuse`: OpenSSL's numbers that are let pass, of the client's own certificate and of those above it (HAProxy crt-ignore-err, ca-ignore-err). */
  ignored?: IgnoredErrors;
}
export interface IgnoredErrors {
  leaf: 'all' | readonly number[];
  issuers: 'all' | readonly number[];
}

export interface TlsClientSettings extends TlsCommonSettings {
  /** Server name indication; undefined: none is sent (for an address, never a name). */
  serverName: string | undefined;
  /** PEM of trusted roots; '' trusts nobody. */
  roots: string;
  /** As in `ClientVerification`. */
  crls?: string;
  /** As in `ClientVerification`. */
  depth?: number;
  /**
   * `refuse`: a chain that does not verify ends the handshake with an alert (curl, HAProxy `verify required`).
   * `report`: the handshake goes on, `verified` has the first thing found wrong (curl -k, HAProxy `verify none`).
   * `report-last`: it goes on, `verified` has the last thing found wrong (nginx, which looks at it afterwards).
   */
  invalid: 'refuse' | 'report' | 'report-last';
  /** The leaf must be for this name or address too (result 62); without it the program compares by itself, as curl does. */
  expectedName?: string;
  /** Shown when the server asks for one. */
  identity?: TlsIdentity;
  /** Its hello is as long as curl's and browsers' are. */
  padsHello?: boolean;
  /** Keeps the messages of the handshake in `steps`, for `curl -v` and the like. */
  keepsSteps?: boolean;
}

/** X509_V_OK is 0; the code and text of OpenSSL's X509_verify_cert_error_string otherwise. */
export interface TlsVerifyResult {
  code: number;
  text: string;
  /** How far up the chain the trouble stands; 0 is the leaf. */
  depth: number;
  /** It was let pass (`ignored`): then this is the last trouble, and here are the first one of the leaf and of what stands above it; 0 none. */
  passed?: { leaf: number; issuer: number; issuerDepth: number };
}

/** What is known of a secured connection. */
export interface TlsInfo {
  version: TlsVersion;
  /** OpenSSL's name: `TLS_AES_256_GCM_SHA384`, `ECDHE-RSA-AES256-GCM-SHA384`. */
  cipher: string;
  /** Bits of the cipher's key. */
  bits: number;
  /** Server name that the client asked for. */
  serverName: string | undefined;
  alpn: string | undefined;
  /** PEM of what the peer showed, leaf first; '' when it showed nothing. */
  peerChain: string;
  /** Of the peer's chain. Undefined when it showed nothing, or nobody asked (a server without `clients`). */
  verified: TlsVerifyResult | undefined;
  /** Client's side: PEM of the authorities whose certificates the server asks for; undefined: it asks for none. */
  authorities?: string;
  /** What was sent and received, in order, for who asked with `keepsSteps`; it grows while the connection lives. */
  steps: TlsStep[];
}
/** Messages by the names of RFC 8446 §4 and RFC 5246 §7.4. */
export type TlsMessageName =
  | 'client_hello'
  | 'server_hello'
  | 'new_session_ticket'
  | 'encrypted_extensions'
  | 'certificate'
  | 'server_key_exchange'
  | 'certificate_request'
  | 'server_hello_done'
  | 'certificate_verify'
  | 'client_key_exchange'
  | 'finished'
  | 'change_cipher_spec'
  | 'alert';
/** One message of the handshake, for `curl -v` and the like. */
export interface TlsStep {
  direction: 'out' | 'in';
  message: TlsMessageName;
  /** Which one, for an alert. */
  alert?: AlertName;
  /** Length of the message without the record's header. */
  bytes: number;
  /** Version that OpenSSL's message callback names for it. */
  version: TlsVersion;
}

/** Why there is no secure connection. */
export type TlsFailure = {
  steps: TlsStep[];
  /** OpenSSL's error as it stands in logs: `0A000102`, `unsupported protocol`; undefined for a plain end of the connection. */
  openssl: { code: string; reason: string } | undefined;
  /** In words that a person understands, for the trace. */
  reason: string;
  serverName: string | undefined;
  /** What was agreed on before it went wrong. */
  version: TlsVersion | undefined;
  cipher: string | undefined;
} & (
  | {
      /** This side refused and told so. */ kind: 'alert-sent';
      alert: AlertName;
      verified?: TlsVerifyResult;
      peerChain?: string;
    }
  | { /** The peer refused. */ kind: 'alert-received'; alert: AlertName }
  | {
      /** What came is no TLS. The connection is a plain one again: what is sent now goes as it is. */
      kind: 'not-tls';
      message: HttpRequest | HttpResponse | RawBytes;
    }
  | { /** This side has no version or cipher to offer; nothing was sent. */ kind: 'nothing-to-offer' }
  | { /** The peer closed its direction before the handshake was done. */ kind: 'closed' }
);

/** Told to the connection's owner, besides the events of plain connections. An RST in the handshake is a `failed` event as ever. */
export type TlsEvent =
  | { type: 'secured'; connection: number; side: Side; info: TlsInfo }
  /**
   * May follow `secured` on a client's side: over TLS 1.3 a server refuses the client's certificate after that.
   * The TCP connection is still there, a plain one again: its owner closes it. An alert has been sent where the kind says so.
   */
  | { type: 'tls-failed'; connection: number; side: Side; failure: TlsFailure };

/** All that the owner of a connection hears of which it asked to be secure. */
export type SecureSocketEvent = SocketEvent | TlsEvent;

/** What the first record of a client says; tells a proxy that passes TLS on where it is to go (`req.ssl_sni`, ssl_preread). */
export interface ClientHello {
  serverName: string | undefined;
  alpn: readonly string[];
  versions: readonly TlsVersion[];
  /** OpenSSL's names, in order. */
  ciphers: readonly string[];
}

/** A server name's settings, or the alert to refuse with (`unrecognized_name` for strict-sni and ssl_reject_handshake). */
export type SniChooser<D = unknown> = (
  context: { host: Host; pid: number; data: D },
  hello: ClientHello,
) => TlsServerSettings | { refuse: AlertName };

export interface Tls {
  /** Server's side of an accepted connection: waits for the hello. Right after `accepted`. */
  accept(connection: number, settings: TlsServerSettings): void;
  /** Client's side, once it is connected: sends the hello. */
  connect(connection: number, settings: TlsClientSettings): void;
  /** What is known of a secured connection; undefined for any other. */
  info(connection: number, side: Side): TlsInfo | undefined;
  /** The messages so far, for who asked with `keepsSteps`. */
  steps(connection: number, side: Side): readonly TlsStep[];
  /** True from `accept` or `connect` on. */
  isTls(connection: number, side: Side): boolean;
  /** Registers how settings are chosen by the client's hello. Once per world, like a callback. */
  chooser<D>(name: string, choose: SniChooser<D>): void;
}
