/**
 * A configuration as the daemon runs it: plain data, deep-frozen once parsed,
 * shared by every checkpoint. Times are microseconds. `file` and `line` say
 * which line decided, for traces and the debrief.
 *
 * Source: HAProxy 2.6 configuration manual §3 "Global parameters", §4 "Proxies",
 * §5 "Bind and server options", §7 "Using ACLs and fetching samples", §8 "Logging".
 */

import type { Micros } from '../../std/instant';
import type { BindTls, ServerTls, TlsMaterial } from './config-tls';

export type Mode = 'tcp' | 'http';
export type ProxyKind = 'defaults' | 'frontend' | 'backend' | 'listen';

/** A line of a configuration file. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

export interface Configuration {
  readonly global: GlobalSettings;
  /** frontends, backends and listens in file order */
  readonly proxies: readonly ProxySettings[];
  readonly userlists: readonly UserList[];
  readonly httpErrors: readonly ErrorSection[];
  readonly resolvers: readonly ResolverSettings[];
  readonly caches: readonly CacheSettings[];
  readonly patterns: readonly PatternReference[];
  /** /etc/resolv.conf names a server */
  readonly hasResolver: boolean;
  /** certificates and authorities as they were read */
  readonly tls: TlsMaterial;
  /** the files as they were read */
  readonly files: readonly { readonly path: string; readonly text: string }[];
}

export interface GlobalSettings {
  maxconn: number | undefined;
  uid: number | undefined;
  gid: number | undefined;
  chroot: string | undefined;
  pidfile: string | undefined;
  logs: LogTarget[];
  logTag: string;
  sockets: StatsSocket[];
  /** percent */
  spreadChecks: number;
  maxSpreadChecks: Micros | undefined;
  daemon: boolean;
  masterWorker: boolean;
  noExitOnFailure: boolean;
  quiet: boolean;
  zeroWarning: boolean;
  hardStopAfter: Micros | undefined;
  threads: number | undefined;
  /** `tune.bufsize`, `tune.maxrewrite`: bytes; `tune.http.maxhdr` */
  buffers: { size: number; reserve: number; headers: number };
  /** the most per second; 0 none */
  rates: { connections: number; sessions: number; handshakes: number };
  description: string;
  node: string;
}

export interface StatsSocket extends Place {
  address: SocketAddress;
  level: 'user' | 'operator' | 'admin';
  /** octal permissions of the socket file */
  mode: number | undefined;
  uid: number | undefined;
  gid: number | undefined;
}

export type SocketAddress =
  | { readonly kind: 'inet'; readonly ip: number; readonly port: number }
  | { readonly kind: 'inet6'; readonly text: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'descriptor'; readonly number: number }
  | { readonly kind: 'name'; readonly name: string; readonly port: number };

export interface LogTarget extends Place {
  address: SocketAddress | { readonly kind: 'ring'; readonly name: string };
  facility: string;
  /** 0 emerg … 7 debug: nothing above this number is sent */
  level: number;
  /** nothing is sent as more urgent than this */
  minLevel: number;
  format: string;
  /** the `global` line a `log global` stands for */
  globalLine: number | undefined;
}

export interface Timeouts {
  client: Micros | undefined;
  server: Micros | undefined;
  connect: Micros | undefined;
  queue: Micros | undefined;
  check: Micros | undefined;
  'http-request': Micros | undefined;
  'http-keep-alive': Micros | undefined;
  tunnel: Micros | undefined;
  tarpit: Micros | undefined;
  'client-fin': Micros | undefined;
  'server-fin': Micros | undefined;
}

export interface ProxySettings extends Place {
  kind: ProxyKind;
  id: string;
  uuid: number;
  mode: Mode;
  disabled: boolean;
  description: string;
  hasFrontend: boolean;
  hasBackend: boolean;

  binds: BindSettings[];
  /** 0: no limit of its own */
  maxconn: number;
  /** 0: computed from the frontends that lead here */
  fullconn: number;
  /** `rate-limit sessions`, per second; 0 none */
  sessionRate: number;
  backlog: number;
  defaultBackend: (Place & { name: string }) | undefined;
  switching: SwitchingRule[];

  servers: ServerSettings[];
  balance: Balance;
  retries: number;
  /** `option redispatch [interval]`; undefined: off */
  redispatch: number | undefined;
  retryOn: string[];
  cookie: CookieSettings | undefined;
  dynamicCookieKey: string | undefined;
  serverRules: ServerRule[];
  persistRules: PersistRule[];
  stickTable: StickTable | undefined;
  stickRules: StickRule[];
  sourceIp: number | undefined;
  serverNameHeader: string | undefined;

  timeouts: Timeouts;
  /** switches that are on (`option …`) */
  options: Set<string>;
  connectionMode: 'keep-alive' | 'server-close' | 'close';
  /** `http-reuse`: when requests of different clients share connections to servers */
  reuse: 'never' | 'safe' | 'aggressive' | 'always';
  forwardFor: ForwardFor | undefined;
  originalTo: ForwardFor | undefined;
  errorFiles: Map<number, ErrorReply>;

  logs: LogTarget[];
  logFormat: LogFormat | undefined;
  /** `error-log-format`: of connections that never become sessions */
  errorLogFormat: LogFormat | undefined;
  logTag: string | undefined;

  acls: Map<string, Acl>;
  tcpRequest: TcpRule[];
  /** `tcp-request inspect-delay`; 0: content is looked at as it is */
  inspectDelay: Micros;
  httpRequest: HttpRule[];
  httpResponse: HttpRule[];
  httpAfterResponse: HttpRule[];
  redirects: HttpRule[];
  monitorUri: string | undefined;
  monitorFail: Condition[];
  captures: Captures;
  /** `unique-id-format`: gives each request an id of its own */
  uniqueId: LogFormat | undefined;
  uniqueIdHeader: string | undefined;
  stats: StatsPage | undefined;
  check: CheckSettings;
  compression: CompressionSettings;
}

/** `compression` */
export interface CompressionSettings {
  algorithms: string[];
  /** of contents; empty: all */
  types: string[];
  offload: boolean;
}

export interface BindSettings extends Place {
  /** as written: `*:80` */
  text: string;
  addresses: SocketAddress[];
  name: string | undefined;
  maxconn: number;
  backlog: number;
  acceptsProxy: boolean;
  usesTls: boolean;
  tls: BindTls;
}

export interface SwitchingRule extends Place {
  condition: Condition | undefined;
  backend: string;
  /** set when the name is computed per request (`%[…]`) */
  format: FormatNode[] | undefined;
}

export interface ServerRule extends Place {
  condition: Condition;
  server: string;
  format: FormatNode[] | undefined;
}

export interface PersistRule extends Place {
  kind: 'force' | 'ignore';
  condition: Condition;
}

export type Algorithm =
  | 'roundrobin'
  | 'static-rr'
  | 'leastconn'
  | 'first'
  | 'random'
  | 'source'
  | 'uri'
  | 'url_param'
  | 'hdr'
  | 'hash'
  | 'rdp-cookie';

export interface Balance extends Place {
  algorithm: Algorithm;
  /** true when a `balance` line says so */
  isExplicit: boolean;
  argument: string;
  draws: number;
  uriLength: number;
  uriDepth: number;
  uriWhole: boolean;
  uriPathOnly: boolean;
  domainOnly: boolean;
  expression: SampleExpression | undefined;
  hashType: 'map-based' | 'consistent';
  hashFunction: 'sdbm' | 'djb2' | 'wt6' | 'crc32';
  avalanche: boolean;
}

export interface CookieSettings extends Place {
  name: string;
  mode: 'insert' | 'rewrite' | 'prefix' | 'passive';
  indirect: boolean;
  nocache: boolean;
  postonly: boolean;
  preserve: boolean;
  httponly: boolean;
  secure: boolean;
  domains: string[];
  attributes: string[];
  dynamic: boolean;
  /** seconds */
  maxidle: number;
  maxlife: number;
}

/** Of a server's kept connections. */
export interface PoolSettings {
  /** `pool-max-conn`; -1: any number */
  most: number;
  /** `pool-low-conn`: so many stay beyond what was needed */
  low: number;
  /** `pool-purge-delay`; 0: none stay */
  purgeDelay: Micros;
}

export interface ServerSettings extends Place {
  name: string;
  /** numbered from 1 in each backend */
  id: number;
  hasExplicitId: boolean;
  ip: number | undefined;
  ipv6: string | undefined;
  hostname: string | undefined;
  unixPath: string | undefined;
  /** 0: the port the client came to, plus the offset */
  port: number;
  mapsPort: boolean;
  portOffset: number;
  weight: number;
  isBackup: boolean;
  isDisabled: boolean;
  cookie: string | undefined;
  maxconn: number;
  minconn: number;
  maxqueue: number;
  /** whole seconds, as the daemon keeps it */
  slowstartSeconds: number;
  checks: boolean;
  rise: number;
  fall: number;
  inter: Micros;
  fastinter: Micros | undefined;
  downinter: Micros | undefined;
  checkPort: number;
  checkIp: number | undefined;
  observe: 'none' | 'layer4' | 'layer7';
  onError: 'fastinter' | 'fail-check' | 'sudden-death' | 'mark-down';
  errorLimit: number;
  shutdownOnDown: boolean;
  shutdownBackupsOnUp: boolean;
  track: string | undefined;
  nonStick: boolean;
  sourceIp: number | undefined;
  pool: PoolSettings;
  initAddresses: string[];
  usesTls: boolean;
  /** `send-proxy`: a header goes before everything else */
  sendsProxy: 'no' | 'v1' | 'v2';
  /** `check-send-proxy` */
  checkSendsProxy: boolean;
  tls: ServerTls;
  resolvers: string | undefined;
  fastOpen: boolean;
  hasAgent: boolean;
  agentPort: number;
  /** undefined: the server's */
  agentIp: number | undefined;
  /** undefined: as `inter` */
  agentInter: Micros | undefined;
  /** what the agent is told first */
  agentSend: string;
}

export interface ForwardFor {
  header: string;
  exceptNetwork: number | undefined;
  exceptMask: number;
  ifNone: boolean;
}

/** What is answered instead of the built-in page of a status. */
export type ErrorReply =
  | {
      readonly kind: 'raw';
      readonly status: number;
      readonly version: '1.0' | '1.1';
      readonly headers: [string, string][];
      readonly body: string;
      readonly reason: string;
    }
  | { readonly kind: 'location'; readonly code: number; readonly url: string }
  | { readonly kind: 'reply'; readonly reply: Reply }
  /** an empty file: the connection ends without a word */
  | { readonly kind: 'silent' };

/** `http-errors` */
export interface ErrorSection extends Place {
  readonly name: string;
  readonly pages: Map<number, ErrorReply>;
}

/** What a frontend keeps of messages for its log, by number. */
export interface Captures {
  readonly request: CaptureSlot[];
  readonly response: CaptureSlot[];
  cookie: { readonly name: string; length: number } | undefined;
}
export interface CaptureSlot {
  /** undefined: filled by rules */
  readonly header: string | undefined;
  readonly length: number;
}

export interface StatsPage {
  uri: string;
  realm: string | undefined;
  users: { user: string; password: string }[];
  refreshSeconds: number;
  scopes: string[];
  hideVersion: boolean;
  showNode: boolean;
  showDescription: string | undefined;
  showLegends: boolean;
  adminRules: Condition[];
  requestRules: HttpRule[];
}

// ---- conditions and samples

export interface SampleExpression {
  readonly fetch: string;
  readonly arguments: readonly string[];
  readonly converters: readonly { readonly name: string; readonly arguments: readonly string[] }[];
  /** after the last converter */
  readonly type: SampleType;
}

export type SampleType = 'any' | 'bool' | 'sint' | 'addr' | 'ipv4' | 'ipv6' | 'str' | 'bin' | 'meth';
export type MatchMethod =
  | 'found'
  | 'bool'
  | 'int'
  | 'ip'
  | 'bin'
  | 'len'
  | 'str'
  | 'beg'
  | 'sub'
  | 'dir'
  | 'dom'
  | 'end'
  | 'reg';

export type Pattern =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'range'; readonly lowest: number; readonly highest: number }
  | { readonly kind: 'network'; readonly network: number; readonly mask: number }
  | { readonly kind: 'none' };

export interface AclExpression extends Place {
  readonly keyword: string;
  readonly sample: SampleExpression;
  readonly match: MatchMethod;
  readonly ignoreCase: boolean;
  readonly patterns: readonly Pattern[];
  /** where the patterns came from, by number among the configuration's references */
  readonly references: readonly number[];
}

/** A file of patterns, or what an ACL line has itself. */
export interface PatternReference {
  /** '' for an ACL line's own */
  readonly file: string;
  /** as the runtime API calls it */
  number: number;
  readonly users: string[];
  isAcl: boolean;
  isMap: boolean;
  readonly entries: readonly PatternEntry[];
  /** one for each way in which the entries are kept */
  readonly comparisons: {
    readonly match: MatchMethod;
    readonly ignoreCase: boolean;
    readonly index: string;
  }[];
}
export interface PatternEntry {
  readonly key: string;
  /** of maps */
  readonly value: string | undefined;
}

/** All expressions under one name; any of them may match. */
export interface Acl {
  readonly name: string;
  readonly expressions: AclExpression[];
  /** where it can be evaluated, one bit for each place */
  places: number;
  sources: Set<string>;
}

/** Suites joined by `or`; terms of one suite joined by `and`. */
export interface Condition extends Place {
  readonly isUnless: boolean;
  readonly suites: readonly (readonly { readonly negated: boolean; readonly acl: Acl }[])[];
}

export type FormatNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'separator' }
  | {
      readonly kind: 'variable';
      readonly name: string;
      readonly quoted: boolean;
      /** `%{+X}`: numbers and addresses as hexadecimal digits */
      readonly isHex: boolean;
      /** `%{+E}`: `"`, `\` and `]` behind a backslash */
      readonly escapes: boolean;
    }
  | {
      readonly kind: 'sample';
      readonly expression: SampleExpression;
      readonly quoted: boolean;
      readonly escapes: boolean;
    };

export interface LogFormat extends Place {
  kind: 'http' | 'tcp' | 'clf' | 'https' | 'custom';
  text: string;
  nodes: FormatNode[];
}

// ---- rules

export interface Reply {
  status: number;
  contentType: string | undefined;
  body:
    | { readonly kind: 'none' }
    /** the page that the proxy has for this status */
    | { readonly kind: 'default' }
    /** of an `http-errors` section */
    | { readonly kind: 'section'; readonly name: string }
    | { readonly kind: 'page'; readonly page: ErrorReply }
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'format'; readonly nodes: readonly FormatNode[] };
  headers: { readonly name: string; readonly value: readonly FormatNode[] }[];
}

export type RuleAction =
  | { readonly type: 'allow' }
  | { readonly type: 'deny' | 'tarpit'; readonly reply: Reply }
  | { readonly type: 'return'; readonly reply: Reply }
  | { readonly type: 'auth'; readonly realm: string | undefined }
  | { readonly type: 'reject' }
  | { readonly type: 'silent-drop' }
  | { readonly type: 'redirect'; readonly redirect: Redirect }
  | {
      readonly type: 'set-header' | 'add-header';
      readonly name: string;
      readonly value: readonly FormatNode[];
    }
  | { readonly type: 'del-header'; readonly name: string; readonly match: MatchMethod }
  | {
      readonly type: 'replace-header' | 'replace-value';
      readonly name: string;
      readonly pattern: string;
      readonly value: readonly FormatNode[];
    }
  | {
      readonly type: 'replace-path' | 'replace-pathq' | 'replace-uri';
      readonly pattern: string;
      readonly value: readonly FormatNode[];
    }
  | {
      readonly type: 'set-method' | 'set-path' | 'set-pathq' | 'set-query' | 'set-uri';
      readonly value: readonly FormatNode[];
    }
  | { readonly type: 'set-status'; readonly status: number; readonly reason: string | undefined }
  | {
      readonly type: 'set-var';
      readonly variable: string;
      readonly expression: SampleExpression | undefined;
      readonly value: readonly FormatNode[];
    }
  | { readonly type: 'unset-var'; readonly variable: string }
  | { readonly type: 'set-log-level'; readonly level: string }
  | { readonly type: 'disable-l7-retry' }
  | {
      readonly type: 'track';
      readonly slot: number;
      readonly expression: SampleExpression;
      readonly table: string | undefined;
    }
  | { readonly type: 'count'; readonly slot: number; readonly counter: 'gpc0' | 'gpc1' }
  | { readonly type: 'set-gpt0'; readonly slot: number; readonly value: number | SampleExpression }
  | {
      readonly type: 'set-map' | 'del-map' | 'add-acl' | 'del-acl';
      readonly file: string;
      readonly key: readonly FormatNode[];
      readonly value: readonly FormatNode[];
    }
  | CaptureAction
  | AddressAction
  | { readonly type: 'cache-use' | 'cache-store'; readonly cache: string }
  | { readonly type: 'nothing'; readonly keyword: string };

export interface HttpRule extends Place {
  readonly action: RuleAction;
  condition: Condition | undefined;
}

/** `tcp-request connection reject if …`, `tcp-request content set-var(txn.sni) req.ssl_sni`. */
export interface TcpRule extends Place {
  readonly where: 'connection' | 'session' | 'content';
  readonly action: TcpAction;
  readonly condition: Condition | undefined;
}

/** `nothing`: what else such rules can do is not modelled. */
export type TcpAction =
  | { readonly type: 'accept' | 'reject' | 'silent-drop' | 'expect-proxy' | 'nothing' }
  | {
      readonly type: 'track';
      readonly slot: number;
      readonly expression: SampleExpression;
      readonly table: string | undefined;
    }
  | {
      readonly type: 'set-var';
      readonly variable: string;
      readonly expression: SampleExpression | undefined;
      readonly value: readonly FormatNode[];
    }
  | { readonly type: 'unset-var'; readonly variable: string }
  | CaptureAction
  | AddressAction;

/** Takes the place of an address or port of the client's connection, for everything that follows. */
export interface AddressAction {
  readonly type: 'set-src' | 'set-src-port' | 'set-dst' | 'set-dst-port';
  readonly expression: SampleExpression;
}

/** Into slot `index` of what is captured of requests or responses. */
export interface CaptureAction {
  readonly type: 'capture';
  readonly side: 'request' | 'response';
  readonly expression: SampleExpression;
  readonly index: number;
}

export interface Redirect {
  readonly kind: 'location' | 'prefix' | 'scheme';
  readonly target: readonly FormatNode[];
  readonly code: number;
  readonly cookie: string | undefined;
  readonly dropQuery: boolean;
  readonly appendSlash: boolean;
  readonly ignoreEmpty: boolean;
}

export interface StickTable extends Place {
  type: string;
  size: number;
  expire: Micros | undefined;
  noPurge: boolean;
  stores: string[];
}

export interface StickRule extends Place {
  isMatch: boolean;
  isStore: boolean;
  onResponse: boolean;
  expression: SampleExpression;
  table: string | undefined;
  condition: Condition | undefined;
}

// ---- health checks

export interface CheckSettings {
  /** what `option …` last chose; connect only when none did */
  kind: 'connect' | 'http' | 'tcp' | 'tls-hello' | 'protocol' | 'unsupported';
  /** the line of that option, for traces */
  place: Place | undefined;
  /** the request of `option httpchk` and `http-check connect`, `send`, `expect`, as the daemon lists them */
  httpRules: HttpCheckRule[];
  /** `tcp-check …` */
  tcpRules: CheckRule[];
  /** what an option for another protocol does */
  protocolRules: readonly CheckStep[];
  /** what each check does, from first to last: set once the section is whole */
  steps: readonly CheckStep[];
  disableOn404: boolean;
  /** which lists came from a defaults section: a rule or an `option` of its own starts anew */
  inherited: { httpRules: boolean; tcpRules: boolean };
  hasUnusedHttpRules: boolean;
  hasUnusedTcpRules: boolean;
}

export type CheckStep = {
  /** as messages count: lines of the section, from 1; 0: no line says it */
  readonly number: number;
  readonly comment: string | undefined;
} & CheckAct;
export type CheckAct =
  | { readonly type: 'connect'; readonly connect: CheckConnect }
  | { readonly type: 'request'; readonly request: CheckRequest }
  | { readonly type: 'send'; readonly text: string }
  | { readonly type: 'expect'; readonly expect: CheckExpect };
/** A line; `remark` goes with the steps that follow. */
export type CheckRule = {
  readonly comment: string | undefined;
} & (CheckAct | { readonly type: 'remark' } | { readonly type: 'variable' });

export type HttpCheckRule = CheckRule & {
  /** from 0; messages count from 1 */
  readonly index: number;
  /** the request of `option httpchk` itself */
  readonly isOption: boolean;
};

export interface CheckConnect {
  /** encrypted whatever the server says */
  readonly usesTls: boolean;
  /** `default`: as the server's line says */
  readonly isDefault: boolean;
  readonly sni: string | undefined;
  readonly port: number | undefined;
  /** a port stands there, written or computed */
  readonly hasPort: boolean;
  readonly ip: number | undefined;
  /** a PROXY header goes first */
  readonly sendsProxy: boolean;
}

/** What the line does not say is undefined. */
export interface CheckRequest {
  method: string | undefined;
  uri: string | undefined;
  version: string | undefined;
  headers: [string, string][];
  body: string;
}

export interface CheckExpect {
  readonly negated: boolean;
  readonly what: 'status' | 'rstatus' | 'string' | 'rstring' | 'binary' | 'rbinary' | 'hdr' | 'fhdr';
  readonly pattern: string;
  readonly statuses: readonly { readonly lowest: number; readonly highest: number }[];
  readonly headerName: string;
  readonly nameMatch: MatchMethod;
  readonly headerMatch: MatchMethod;
  /** bytes that must be there; −1: nothing said */
  readonly leastBytes: number;
  readonly okStatus: CheckOutcome | undefined;
  readonly errorStatus: CheckOutcome | undefined;
  readonly timeoutStatus: CheckOutcome | undefined;
  readonly onSuccess: CheckText | undefined;
  readonly onError: CheckText | undefined;
}

/** What a check can end as by a rule's own words. */
export type CheckOutcome =
  | 'L4OK'
  | 'L4CON'
  | 'L4TOUT'
  | 'L6OK'
  | 'L6RSP'
  | 'L6TOUT'
  | 'L7OK'
  | 'L7OKC'
  | 'L7RSP'
  | 'L7STS'
  | 'L7TOUT';

/** A text, or the server's answer from byte `from` to the end of its line. */
export type CheckText = { readonly text: string } | { readonly from: number };

/** `resolvers` */
export interface ResolverSettings extends Place {
  readonly name: string;
  /** `line`: where it stands; undefined: in /etc/resolv.conf */
  nameservers: {
    readonly line?: number;
    readonly name: string;
    readonly ip: number;
    readonly port: number;
  }[];
  /** `parse-resolv-conf` */
  usesResolvConf: boolean;
  retries: number;
  timeouts: { resolve: Micros; retry: Micros };
  /** how long an answer of each kind holds */
  hold: Record<'valid' | 'nx' | 'refused' | 'timeout' | 'other' | 'obsolete', Micros>;
}

/** `cache` */
export interface CacheSettings extends Place {
  readonly name: string;
  /** megabytes */
  totalSize: number;
  /** bytes of the largest answer; 0: a 256th of all */
  largest: number;
  /** seconds */
  maxAge: number;
}

export interface UserList extends Place {
  name: string;
  users: { name: string; password: string; isInsecure: boolean; groups: string[] }[];
  groups: string[];
  /** `group … users`: who belongs to it by that */
  members: { readonly group: string; readonly users: readonly string[] }[];
}
