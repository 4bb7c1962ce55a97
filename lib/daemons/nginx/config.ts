/**
 * A checked configuration as a worker uses it: plain data, flat, everything inherited already.
 * Indices stand for servers, locations and upstreams.
 */
import type { TlsClientSettings, TlsServerSettings } from '../../world/tls.contract';
import type { Pattern } from './parse/pattern';

export interface Place {
  readonly file: string;
  readonly line: number;
}
/** Text with variables: `args` marks the `?` of a rewrite's replacement. */
export type Part =
  | string
  | { readonly variable: string }
  | { readonly capture: number }
  | { readonly args: true };
export type Template = readonly Part[];

export type LogLevel = 'emerg' | 'alert' | 'crit' | 'error' | 'warn' | 'notice' | 'info' | 'debug';
export type LogTarget =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'stderr' }
  | { readonly kind: 'memory' }
  | {
      readonly kind: 'syslog';
      readonly facility: string;
      readonly severity: string;
      readonly tag: string;
      /** A UNIX socket's path or an address. */
      readonly server: { readonly path: string } | { readonly ip: number; readonly port: number };
    };
export interface ErrorLog {
  readonly target: LogTarget;
  readonly level: LogLevel;
}

export interface MainSettings {
  readonly daemon: boolean;
  readonly master: boolean;
  readonly pid: string;
  readonly user: { readonly name: string; readonly uid: number; readonly gid: number } | undefined;
  readonly workers: number;
  readonly connections: number;
  readonly affinity: boolean;
  readonly openFiles: number | undefined;
  readonly shutdownTimeoutMs: number | undefined;
  readonly priority: number;
  /** Files that are opened at start. */
  readonly logFiles: readonly string[];
  readonly errorLogs: readonly ErrorLog[];
}

/** A socket to listen on. */
/** `[::]` and a port. */
export interface SixSettings {
  readonly port: number;
  readonly backlog: number;
  readonly text: string;
  /** How many of `addresses` come before it. */
  readonly position: number;
}

export interface AddressSettings {
  readonly kind: 'http' | 'stream';
  readonly ip: number;
  readonly port: number;
  /** As messages name it. */
  readonly text: string;
  readonly backlog: number;
  readonly place: Place;
  /** Has a socket of its own; else that of 0.0.0.0 takes its connections. */
  readonly isBound: boolean;
  /** `ssl`: what comes is TLS. */
  readonly isSecure: boolean;
  readonly isHttp2: boolean;
  /** By server, for those that have certificates of their own. */
  readonly tls: ReadonlyMap<number, TlsServerSettings>;
  readonly defaultServer: number;
  readonly servers: readonly number[];
  /** Exact names, lower case, to servers. */
  readonly exact: ReadonlyMap<string, number>;
  /** `.example.com` of `*.example.com` and `.example.com`, longest first. */
  readonly heads: readonly { readonly suffix: string; readonly server: number }[];
  readonly tails: readonly { readonly prefix: string; readonly server: number }[];
  readonly patterns: readonly { readonly pattern: Pattern; readonly server: number }[];
}

/** TLS of a server block, its files read. */
export interface ServerTls {
  /** Without the protocols that ALPN chooses from: those depend on the address. */
  readonly settings: TlsServerSettings;
  readonly verify: 'off' | 'on' | 'optional' | 'optional_no_ca';
  /** `ssl_reject_handshake` */
  readonly rejects: boolean;
  /** Certificates with variables in their names: they are read for each connection. */
  readonly variable: readonly { readonly certificate: Template; readonly key: Template }[];
  readonly passwords: readonly string[] | undefined;
  /** Security level that its ciphers set. */
  readonly level: number;
}
/** TLS of a location towards its upstream. */
export interface ProxyTls {
  readonly settings: TlsClientSettings;
  readonly verifies: boolean;
  /** A client's certificate with variables in its name. */
  readonly variable: { readonly certificate: Template; readonly key: Template } | undefined;
  readonly passwords: readonly string[] | undefined;
  readonly level: number;
  /** `proxy_ssl_name`; undefined: the host of `proxy_pass`. */
  readonly name: Template | undefined;
  /** The name is sent in the handshake. */
  readonly sendsName: boolean;
}

export interface ServerSettings {
  /** The first of its names, as logs have it. */
  readonly name: string;
  readonly place: Place;
  /** The location that holds what stands in the server itself. */
  readonly root: number;
  readonly named: ReadonlyMap<string, number>;
  readonly headerTimeoutMs: number;
  readonly mergeSlashes: boolean;
  readonly takesUnderscores: boolean;
  readonly ignoresInvalidHeaders: boolean;
  readonly headerBuffers: { readonly number: number; readonly size: number };
  readonly tls: ServerTls | undefined;
}

export interface ErrorPage {
  readonly status: number;
  /** −1: the status stays; 0: that of the page. */
  readonly overwrite: number;
  readonly uri: Template;
  readonly args: string | undefined;
  readonly place: Place;
}
export interface HeaderRule {
  readonly name: string;
  readonly value: Template;
  readonly always: boolean;
}
export interface AccessRule {
  readonly denies: boolean;
  /** undefined: all */
  readonly network: { readonly address: number; readonly mask: number } | undefined;
  readonly place: Place;
}
export interface RequestLimit {
  readonly zone: string;
  /** Thousandths of requests. */
  readonly burst: number;
  readonly delay: number;
  readonly place: Place;
}
export interface ConnectionLimit {
  readonly zone: string;
  readonly most: number;
  readonly place: Place;
}
export type Format = readonly Part[];
export interface AccessLog {
  readonly target: LogTarget | { readonly kind: 'template'; readonly path: Template };
  readonly format: string;
  readonly condition: Template | undefined;
}
export interface TryFiles {
  readonly files: readonly { readonly name: Template; readonly isDirectory: boolean }[];
  /** The last: a code, or where to go. */
  readonly code: number | undefined;
  readonly last: Template;
  readonly place: Place;
}
export interface Redirect {
  readonly pattern: Pattern | Template;
  readonly replacement: Template;
}

export interface ProxySettings {
  /** `http://app`; undefined when the address has variables. */
  readonly url: string;
  readonly template: Template | undefined;
  readonly isSecure: boolean;
  readonly tls: ProxyTls | undefined;
  readonly upstream: number;
  /** `$proxy_host`, `$proxy_port`. */
  readonly host: string;
  readonly port: string;
  /** What replaces the location's part of the URI; '' nothing. */
  readonly uri: string;
  readonly locationLength: number;
  readonly place: Place;
  readonly connectTimeoutMs: number;
  readonly sendTimeoutMs: number;
  readonly readTimeoutMs: number;
  readonly next: ReadonlySet<string>;
  readonly nextPlace: Place | undefined;
  readonly nextTries: number;
  readonly nextTimeoutMs: number;
  readonly headers: readonly HeaderRule[];
  readonly passRequestHeaders: boolean;
  readonly passRequestBody: boolean;
  readonly method: Template | undefined;
  readonly body: Template | undefined;
  readonly version: '1.0' | '1.1';
  readonly hidden: readonly string[];
  readonly passed: readonly string[];
  readonly redirects: readonly Redirect[];
  readonly interceptErrors: boolean;
  readonly ignoreClientAbort: boolean;
  readonly requestBuffering: boolean;
  readonly bindIp: number | undefined;
  readonly cache: CacheRules | undefined;
}
/** What a location keeps of its upstream's answers. */
export interface CacheRules {
  readonly zone: string;
  /** undefined: the address that the request goes to. */
  readonly key: Template | undefined;
  /** In order; a status of 0 stands for any. */
  readonly valid: readonly { readonly status: number; readonly seconds: number }[];
  readonly useStale: ReadonlySet<string>;
  readonly bypass: readonly Template[];
  readonly noCache: readonly Template[];
  readonly methods: ReadonlySet<string>;
  readonly minUses: number;
  readonly revalidates: boolean;
  readonly ignored: ReadonlySet<string>;
  readonly place: Place;
}

export type Condition =
  | { readonly test: 'truth'; readonly variable: string }
  | { readonly test: 'equal'; readonly variable: string; readonly value: Template; readonly negated: boolean }
  | {
      readonly test: 'match';
      readonly variable: string;
      readonly pattern: Pattern;
      readonly negated: boolean;
    }
  | {
      readonly test: 'file';
      readonly what: 'f' | 'd' | 'e' | 'x';
      readonly path: Template;
      readonly negated: boolean;
    };
/** What the rewrite module does, in order. */
export type Code =
  | {
      readonly op: 'rewrite';
      readonly pattern: Pattern;
      readonly replacement: Template;
      /** 301 or 302 for a redirection. */
      readonly status: number;
      readonly stops: boolean;
      readonly breaks: boolean;
      readonly addArgs: boolean;
      readonly place: Place;
    }
  | {
      readonly op: 'return';
      readonly status: number;
      readonly text: Template | undefined;
      readonly place: Place;
    }
  | { readonly op: 'set'; readonly variable: string; readonly value: Template; readonly place: Place }
  | { readonly op: 'break'; readonly place: Place }
  | {
      readonly op: 'if';
      readonly condition: Condition;
      /** Codes of its block. */
      readonly length: number;
      /** Whose settings hold when it is true; −1 in a server. */
      readonly location: number;
      readonly place: Place;
    };

export type Handler = 'proxy' | 'status' | 'gif' | 'unmodelled' | undefined;

export interface LocationSettings {
  readonly kind: 'server' | 'exact' | 'prefix' | 'noregex' | 'regex' | 'named' | 'if' | 'limit_except';
  readonly name: string;
  readonly pattern: Pattern | undefined;
  readonly place: Place;
  readonly server: number;
  readonly exact: ReadonlyMap<string, number>;
  /** Longest first. */
  readonly prefixes: readonly { readonly name: string; readonly location: number }[];
  readonly patterns: readonly number[];
  /** Methods that `limit_except` does not name go there. */
  readonly limitExcept: { readonly methods: readonly string[]; readonly location: number } | undefined;

  readonly handler: Handler;
  readonly handlerPlace: Place | undefined;
  /** The directive of a handler that is not modelled. */
  readonly handlerName: string;
  readonly proxy: ProxySettings | undefined;
  readonly codes: readonly Code[];
  readonly isInternal: boolean;
  readonly autoRedirect: boolean;
  readonly root: Template;
  /** The part of the URI that `alias` replaces; −1: all of it (in a location by expression); undefined: `root`. */
  readonly alias: number | undefined;
  readonly rootPlace: Place | undefined;
  readonly indexes: readonly Template[];
  readonly autoindex: boolean;
  readonly autoindexExactSize: boolean;
  readonly autoindexFormat: string;
  readonly tryFiles: TryFiles | undefined;
  readonly errorPages: readonly ErrorPage[];
  readonly headers: readonly HeaderRule[];
  readonly substitutions: {
    readonly rules: readonly { readonly pattern: Template; readonly replacement: Template }[];
    readonly once: boolean;
    readonly types: readonly string[];
    readonly keepsModified: boolean;
  };
  readonly gzip:
    | { readonly types: readonly string[]; readonly least: number; readonly varies: boolean }
    | undefined;
  readonly expires: { readonly kind: string; readonly seconds: number } | undefined;
  readonly access: readonly AccessRule[];
  readonly satisfyAny: boolean;
  readonly basic: { readonly realm: Template; readonly file: Template | undefined } | undefined;
  /** Another location is asked whether the request may pass. */
  readonly authRequest:
    | {
        readonly uri: string;
        readonly sets: readonly { readonly variable: string; readonly value: Template }[];
        readonly place: Place;
      }
    | undefined;
  readonly requestLimits: readonly RequestLimit[];
  readonly requestLimitStatus: number;
  readonly requestLimitLevel: LogLevel;
  readonly requestLimitDryRun: boolean;
  readonly connectionLimits: readonly ConnectionLimit[];
  readonly connectionLimitStatus: number;
  readonly connectionLimitLevel: LogLevel;
  readonly connectionLimitDryRun: boolean;
  readonly logs: readonly AccessLog[];
  readonly errorLogs: readonly ErrorLog[];
  readonly types: ReadonlyMap<string, string>;
  readonly defaultType: string;
  readonly maxBody: number;
  readonly maxBodyPlace: Place | undefined;
  readonly bodyBuffer: number;
  readonly keepaliveTimeoutMs: number;
  readonly keepaliveHeader: number;
  readonly keepaliveRequests: number;
  readonly sendTimeoutMs: number;
  readonly bodyTimeoutMs: number;
  /** How long the rest of a request is waited for that is answered already. */
  readonly lingeringTimeoutMs: number;
  /** Who has fallen silent is sent an RST. */
  readonly resetsTimedOut: boolean;
  readonly serverTokens: boolean;
  readonly absoluteRedirect: boolean;
  readonly serverNameInRedirect: boolean;
  readonly portInRedirect: boolean;
  readonly logNotFound: boolean;
  readonly recursiveErrorPages: boolean;
  readonly etag: boolean;
  readonly resolver: readonly number[];
  readonly resolverTimeoutMs: number;
  readonly realIp:
    | {
        readonly from: readonly { readonly address: number; readonly mask: number }[];
        readonly header: string;
        readonly recursive: boolean;
      }
    | undefined;
}

export interface PeerSettings {
  readonly ip: number;
  readonly port: number;
  /** `10.0.1.21:8080` */
  readonly name: string;
  /** As the configuration writes it. */
  readonly server: string;
  readonly weight: number;
  readonly mostConnections: number;
  readonly maxFails: number;
  readonly failTimeout: number;
  readonly isDown: boolean;
  readonly place: Place;
}
export type Balancing =
  | { readonly method: 'round-robin' | 'least-conn' | 'ip-hash' }
  | { readonly method: 'hash'; readonly key: Template; readonly consistent: boolean }
  | { readonly method: 'random'; readonly two: boolean };
export interface UpstreamSettings {
  readonly name: string;
  readonly port: number;
  readonly isImplicit: boolean;
  readonly peers: readonly PeerSettings[];
  readonly backups: readonly PeerSettings[];
  readonly balancing: Balancing;
  readonly balancingPlace: Place | undefined;
  readonly zone: string | undefined;
  readonly keepalive: number;
  readonly keepaliveTimeoutMs: number;
  readonly keepaliveRequests: number;
  readonly keepaliveTimeMs: number;
  readonly place: Place;
}

export interface ZoneSettings {
  readonly name: string;
  readonly use: 'limit_req' | 'limit_conn' | 'upstream' | 'cache' | 'other';
  /** Of a cache: its directory, how many letters name the ones below, and when unused answers go. */
  readonly cache?: { readonly path: string; readonly levels: readonly number[]; readonly inactive: number };
  readonly key: Template;
  /** Thousandths of requests a second. */
  readonly rate: number;
  readonly place: Place;
}
export type VariableSource =
  | {
      readonly kind: 'map';
      readonly source: Template;
      readonly hostnames: boolean;
      readonly exact: ReadonlyMap<string, Template>;
      readonly heads: readonly { readonly suffix: string; readonly value: Template }[];
      readonly tails: readonly { readonly prefix: string; readonly value: Template }[];
      readonly patterns: readonly { readonly pattern: Pattern; readonly value: Template }[];
      readonly fallback: Template;
    }
  | {
      readonly kind: 'geo';
      readonly variable: string | undefined;
      /** Longest prefix first; or ranges in order. */
      readonly entries: readonly { readonly low: number; readonly high: number; readonly value: string }[];
      readonly fallback: string;
    }
  | {
      readonly kind: 'split';
      readonly source: Template;
      readonly parts: readonly { readonly until: number; readonly value: string }[];
    }
  | { readonly kind: 'set' };

export interface StreamServerSettings {
  readonly place: Place;
  readonly upstream: number;
  readonly text: Template | undefined;
  readonly connectTimeoutMs: number;
  readonly timeoutMs: number;
  readonly next: boolean;
  readonly nextTries: number;
  readonly nextTimeoutMs: number;
  readonly access: readonly AccessRule[];
  readonly connectionLimits: readonly ConnectionLimit[];
  readonly logs: readonly AccessLog[];
  readonly errorLogs: readonly ErrorLog[];
  readonly handlerPlace: Place | undefined;
  readonly bindIp: number | undefined;
}

/** One `http` or `stream` block. */
export interface Configuration {
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly prefix: string;
  readonly main: MainSettings;
  readonly addresses: readonly AddressSettings[];
  readonly servers: readonly ServerSettings[];
  readonly locations: readonly LocationSettings[];
  readonly streamServers: readonly StreamServerSettings[];
  readonly upstreams: readonly UpstreamSettings[];
  readonly zones: readonly ZoneSettings[];
  readonly variables: ReadonlyMap<string, VariableSource>;
  readonly streamVariables: ReadonlyMap<string, VariableSource>;
  readonly formats: ReadonlyMap<string, { readonly escape: string; readonly parts: Format }>;
  /** `listen [::]:80`: nobody comes over IPv6, but the ports are taken. */
  readonly sixes: readonly SixSettings[];
  /** What stands in it and has no effect here, once each. */
  readonly notModelled: readonly { readonly text: string; readonly place: Place }[];
}
