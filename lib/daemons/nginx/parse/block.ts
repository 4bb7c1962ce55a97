/** A block while it is read: what was set in it, and in which block it stands. Inheritance is looking upwards. */
import { stayCompiled } from '../../../std/stay-compiled';
import type { Context } from '../directives';
import type {
  AccessLog,
  AccessRule,
  Balancing,
  Code,
  Condition,
  ConnectionLimit,
  ErrorLog,
  ErrorPage,
  HeaderRule,
  Place,
  ProxyTls,
  Redirect,
  RequestLimit,
  ServerTls,
  Template,
  TryFiles,
} from '../config';
import type { Pattern } from './pattern';
import type { Network, Url } from './values';

export type SettingValue =
  | number
  | string
  | boolean
  | Template
  | { readonly set: ReadonlySet<string> }
  | { readonly texts: readonly string[] }
  | { readonly pairs: readonly HeaderRule[] }
  | { readonly templates: readonly Template[] }
  | { readonly times: readonly { readonly status: number; readonly seconds: number }[] }
  | { readonly count: number; readonly size: number };
export interface Setting {
  readonly value: SettingValue;
  readonly place: Place;
}

export interface ListenEntry {
  readonly ip: number;
  readonly port: number;
  readonly family: 'inet' | 'inet6' | 'unix';
  readonly text: string;
  readonly place: Place;
  readonly isDefault: boolean;
  readonly isSet: boolean;
  readonly isSecure: boolean;
  readonly isHttp2: boolean;
  readonly isWildcard: boolean;
  readonly backlog: number;
  readonly options: readonly string[];
  readonly isUdp: boolean;
}
export interface ServerName {
  readonly name: string;
  readonly pattern: Pattern | undefined;
}
export interface UpstreamServer {
  readonly url: Url;
  readonly addresses: readonly number[];
  readonly weight: number;
  readonly mostConnections: number;
  readonly maxFails: number;
  readonly failTimeout: number;
  readonly isBackup: boolean;
  readonly isDown: boolean;
  readonly place: Place;
}
/** An upstream: declared, or made by a `proxy_pass`. */
export interface Upstream {
  host: string;
  port: number;
  hasNoPort: boolean;
  isDeclared: boolean;
  servers: UpstreamServer[] | undefined;
  place: Place;
  balancing: Balancing | undefined;
  balancingPlace: Place | undefined;
  /** Parameters that the balancing method does not take. */
  supportsBackup: boolean;
  zone: string | undefined;
  keepalive: number;
  block: Block | undefined;
}
export interface ProxyPass {
  readonly url: string;
  readonly template: Template | undefined;
  readonly upstream: Upstream | undefined;
  readonly isSecure: boolean;
  readonly host: string;
  readonly port: string;
  readonly uri: string;
  readonly place: Place;
}
export type RawCode =
  | Exclude<Code, { op: 'if' }>
  | { op: 'if'; condition: Condition; length: number; block: Block | undefined; place: Place };

/** Settings with a shape of their own; those that are lists are inherited as a whole. */
export interface Own {
  listens: ListenEntry[];
  names: ServerName[];
  root: { readonly path: Template; readonly isAlias: boolean; readonly place: Place };
  errorPages: ErrorPage[];
  headers: HeaderRule[];
  expires: { readonly kind: string; readonly seconds: number };
  access: (AccessRule & { readonly family: Network['family'] })[];
  requestLimits: RequestLimit[];
  connectionLimits: ConnectionLimit[];
  logs: AccessLog[];
  logsOff: boolean;
  errorLogs: ErrorLog[];
  types: Map<string, string>;
  indexes: Template[];
  tryFiles: TryFiles;
  proxyPass: ProxyPass;
  redirects: Redirect[];
  redirectOff: boolean;
  resolver: number[];
  realFrom: Network[];
  handler: { readonly name: string; readonly place: Place };
  basic: { readonly realm: Template };
  streamReturn: { readonly text: Template; readonly place: Place };
  limitMethods: string[];
  keepaliveHeader: number;
  authSets: { readonly variable: string; readonly value: Template }[];
  substitutions: { readonly pattern: Template; readonly replacement: Template }[];
}

export type LocationKind = 'exact' | 'prefix' | 'noregex' | 'regex' | 'named';

export class Block {
  readonly values = new Map<string, Setting>();
  readonly own: Partial<Own> = {};
  readonly children: Block[] = [];
  /** `location`: its name without the modifier. */
  name = '';
  kind: LocationKind | undefined;
  pattern: Pattern | undefined;
  codes: RawCode[] = [];
  upstream: Upstream | undefined;
  /** Of a server whose certificates were loaded. */
  tls: ServerTls | undefined;
  /** Of a location that passes on to `https://…`. */
  proxyTls: ProxyTls | undefined;
  /** Has a `listen`, valid or not. */
  hasListen = false;

  constructor(
    readonly context: Context,
    readonly parent: Block | undefined,
    readonly place: Place,
  ) {}

  /** What holds here: set here, or in the nearest block around. */
  inherited(slot: string): Setting | undefined {
    return this.values.get(slot) ?? this.parent?.inherited(slot);
  }
  inheritedOwn<K extends keyof Own>(key: K): Own[K] | undefined {
    return this.own[key] ?? this.parent?.inheritedOwn(key);
  }
  number(slot: string, usual: number): number {
    const value = this.inherited(slot)?.value;
    return typeof value === 'number' ? value : usual;
  }
  flag(slot: string, usual: boolean): boolean {
    const value = this.inherited(slot)?.value;
    return typeof value === 'boolean' ? value : usual;
  }
  text(slot: string, usual: string): string {
    const value = this.inherited(slot)?.value;
    return typeof value === 'string' ? value : usual;
  }
  set(slot: string): ReadonlySet<string> | undefined {
    const value = this.inherited(slot)?.value;
    return typeof value === 'object' && 'set' in value ? value.set : undefined;
  }
  texts(slot: string): readonly string[] {
    const value = this.inherited(slot)?.value;
    return typeof value === 'object' && 'texts' in value ? value.texts : [];
  }
  template(slot: string): Template | undefined {
    const value = this.inherited(slot)?.value;
    return typeof value === 'object' && Array.isArray(value) ? (value as Template) : undefined;
  }
  templates(slot: string): readonly Template[] {
    const value = this.inherited(slot)?.value;
    return typeof value === 'object' && 'templates' in value ? value.templates : [];
  }
  times(slot: string): readonly { readonly status: number; readonly seconds: number }[] {
    const value = this.inherited(slot)?.value;
    return typeof value === 'object' && 'times' in value ? value.times : [];
  }
  pairs(slot: string): readonly HeaderRule[] {
    const value = this.inherited(slot)?.value;
    return typeof value === 'object' && 'pairs' in value ? value.pairs : [];
  }
}

stayCompiled(new Block('main', undefined, { file: '', line: 0 }));
