/** What the parser makes of a text: commands, statements and expressions, each with its place. */
import type { Family, Hook } from '../../../world/packet-filter.contract';

/** One text that is read: a file, standard input, or the words of the command line (no name). */
export interface Source {
  readonly name: string | undefined;
  readonly text: string;
  /** The line that includes it. */
  readonly includedAt?: Place;
}

export interface Place {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

/** One complaint; `also` is underlined with `~`. */
export interface Problem {
  readonly place: Place | undefined;
  readonly message: string;
  readonly also?: Place;
  /** Said by netlink, without a place. */
  readonly isNetlink?: boolean;
}

export type Expression =
  | { kind: 'symbol'; text: string; place: Place; quoted: boolean; asterisk: boolean; isProtocol?: boolean }
  | { kind: 'number'; text: string; value: number; place: Place }
  | { kind: 'field'; name: string; place: Place }
  | { kind: 'prefix'; base: Expression; length: number; place: Place }
  | { kind: 'range'; from: Expression; to: Expression; place: Place }
  | { kind: 'list'; items: Expression[]; place: Place }
  | { kind: 'set'; elements: Element[]; place: Place }
  | { kind: 'reference'; name: string; place: Place }
  | { kind: 'concat'; parts: Expression[]; place: Place }
  | {
      kind: 'binary';
      operator: '&' | '|' | '^' | '<<' | '>>';
      left: Expression;
      right: Expression;
      place: Place;
    }
  | { kind: 'map'; key: Expression; data: Expression; place: Place }
  | { kind: 'verdict'; verdict: VerdictName; chain: Expression | undefined; place: Place }
  | {
      kind: 'generator';
      mode: 'inc' | 'random' | 'jhash' | 'symhash';
      key: Expression | undefined;
      modulus: number;
      offset: number;
      seed: number | undefined;
      place: Place;
    }
  | { kind: 'wildcard'; place: Place }
  | { kind: 'other'; what: string; place: Place };

export type VerdictName = 'accept' | 'drop' | 'continue' | 'return' | 'jump' | 'goto' | 'queue';

export interface Element {
  readonly key: Expression;
  readonly data: Expression | undefined;
  readonly timeout: number | undefined;
  readonly expires: number | undefined;
  readonly comment: string | undefined;
  readonly counter: { packets: number; bytes: number } | undefined;
  readonly counterPlace: Place | undefined;
  readonly place: Place;
}

export type Comparison = '' | '==' | '!=' | '<' | '>' | '<=' | '>=' | '!';

export type Statement =
  | {
      kind: 'match';
      left: Expression;
      operator: Comparison;
      right: Expression;
      mask: Expression | undefined;
      place: Place;
    }
  | { kind: 'verdict'; verdict: VerdictName; chain: Expression | undefined; place: Place }
  | { kind: 'vmap'; key: Expression; data: Expression; place: Place }
  | { kind: 'counter'; packets: number; bytes: number; name: string | undefined; place: Place }
  | { kind: 'limit'; limit: Limit; place: Place }
  | { kind: 'quota'; quota: Quota; place: Place }
  | { kind: 'connections'; most: number; over: boolean; place: Place }
  | {
      kind: 'object';
      type: ObjectType | 'flowtable' | 'secmark';
      name: string;
      namePlace: Place;
      place: Place;
    }
  | { kind: 'copy'; what: 'dup' | 'fwd'; to: Expression; place: Place }
  /** The object's name comes from a map. */
  | {
      kind: 'object-map';
      type: 'counter' | 'quota' | 'limit';
      map: Expression & { kind: 'map' };
      place: Place;
    }
  | { kind: 'option-reset'; option: string; place: Place }
  | {
      kind: 'tproxy';
      family: 'ip' | 'ip6' | undefined;
      address: Expression | undefined;
      port: Expression | undefined;
      place: Place;
    }
  | { kind: 'queue'; to: Expression | undefined; flags: readonly string[]; place: Place }
  | { kind: 'log'; log: Log; place: Place }
  | {
      kind: 'reject';
      with: 'icmp' | 'icmpv6' | 'icmpx' | 'tcp-reset' | undefined;
      code: Expression | undefined;
      place: Place;
    }
  | { kind: 'nat'; nat: Nat; place: Place }
  | { kind: 'set-value'; target: Expression; value: Expression; place: Place }
  | {
      kind: 'set-update';
      op: 'add' | 'update' | 'delete' | 'meter';
      set: Expression;
      /** Of a meter. */
      size?: number;
      key: Expression;
      /** What the key is mapped to, for a map. */
      data?: Expression;
      timeout: number | undefined;
      then: Statement[];
      place: Place;
    }
  | { kind: 'notrack'; place: Place }
  | { kind: 'other'; what: string; place: Place };

export interface Limit {
  readonly rate: number;
  readonly unit: 'second' | 'minute' | 'hour' | 'day' | 'week';
  readonly over: boolean;
  readonly burst: number | undefined;
  readonly bytes: boolean;
}
export interface Quota {
  readonly bytes: number;
  readonly over: boolean;
  readonly used: number;
}
export interface Log {
  readonly prefix: string | undefined;
  readonly level: string | undefined;
  readonly group: number | undefined;
  readonly snaplen: number | undefined;
  readonly threshold: number | undefined;
  readonly flags: readonly string[];
}
export interface Nat {
  readonly type: 'snat' | 'dnat' | 'masquerade' | 'redirect';
  readonly keyword: Place;
  readonly family: 'ip' | 'ip6' | undefined;
  readonly address: Expression | undefined;
  readonly port: Expression | undefined;
  readonly flags: readonly string[];
  /** `prefix`: the host part stays. */
  readonly prefix: boolean;
  readonly interval: boolean;
}

export interface Rule {
  readonly statements: Statement[];
  readonly comment: string | undefined;
  readonly place: Place;
}

/** What a command names. Places are those of the words. */
export interface Handle {
  readonly family: Family;
  readonly table: string;
  readonly tablePlace: Place | undefined;
  readonly name: string;
  readonly namePlace: Place | undefined;
  readonly handle: number | undefined;
  readonly handlePlace: Place | undefined;
}

export interface ChainSpec {
  type: string | undefined;
  hook: Hook | undefined;
  hookPlace: Place | undefined;
  typePlace?: Place;
  devicePlace?: Place;
  devices: string[];
  /** `flags offload`: the network card is asked to do it. */
  isOffloaded?: boolean;
  priority:
    | { text: string; value: number | undefined; name: string | undefined; offset: number; place: Place }
    | undefined;
  policy: 'accept' | 'drop' | undefined;
  policyPlace: Place | undefined;
  /** Where the hook's name stands. */
  hookName: Place | undefined;
  comment: string | undefined;
}
/** Named objects other than counters. */
export const OBJECT_TYPES = [
  'quota',
  'limit',
  'ct helper',
  'ct timeout',
  'ct expectation',
  'synproxy',
] as const;
export type ObjectType = (typeof OBJECT_TYPES)[number];
const OBJECTS: ReadonlySet<string> = new Set(['counter', ...OBJECT_TYPES]);
/** Whether it is one of the objects that rules point to by name, a counter among them. */
export function isObject(kind: string): kind is ObjectType | 'counter' {
  return OBJECTS.has(kind);
}
/** What a named object is. */
export interface ObjectSpec {
  limit?: Limit;
  quota?: Quota;
  helper?: { type: string; protocol: 'tcp' | 'udp'; family: string | undefined };
  /** Of the others: lines of the listing, and the family where it was said. */
  lines?: string[];
  family?: string;
  comment?: string;
}
export interface SetSpec {
  isMap: boolean;
  types: { text: string; place: Place }[];
  data: { text: string; place: Place }[] | undefined;
  typeOf: Expression | undefined;
  typeOfData: Expression | undefined;
  flags: string[];
  timeout: number | undefined;
  gcInterval: number | undefined;
  size: number | undefined;
  policy: string | undefined;
  autoMerge: boolean;
  comment: string | undefined;
  /** What elements that packets add count for themselves. */
  then: Statement[];
  place: Place;
}

export type Verb =
  | 'add'
  | 'create'
  | 'insert'
  | 'replace'
  | 'delete'
  | 'rename'
  | 'flush'
  | 'list'
  | 'reset'
  | 'describe'
  | 'get';

/** What `list` and `reset` name by its kind. */
export type Listed =
  | 'ruleset'
  | 'tables'
  | 'chains'
  | 'sets'
  | 'maps'
  | 'counters'
  | 'quotas'
  | 'limits'
  | 'ct helpers'
  | 'synproxys'
  | 'secmarks'
  | 'meters'
  | 'flowtables';

export type Command = { readonly place: Place; readonly verb: Verb } & (
  | {
      readonly object: 'table';
      readonly target: Handle;
      readonly comment?: string;
      readonly flags?: string[];
    }
  | {
      readonly object: 'chain';
      readonly target: Handle;
      readonly spec?: ChainSpec;
      readonly newName?: string;
    }
  | {
      readonly object: 'rule';
      readonly target: Handle;
      readonly rule?: Rule;
      readonly position?: { kind: 'handle' | 'index'; value: number; place: Place };
    }
  | { readonly object: 'set' | 'map'; readonly target: Handle; readonly spec?: SetSpec }
  | {
      readonly object: 'element';
      readonly target: Handle;
      readonly elements: Expression;
      readonly isDeclaration?: boolean;
    }
  | { readonly object: 'expression'; readonly expression: Expression }
  | {
      readonly object: 'counter';
      readonly target: Handle;
      readonly packets: number;
      readonly bytes: number;
      readonly comment?: string;
    }
  | {
      readonly object: ObjectType;
      readonly target: Handle;
      readonly spec?: ObjectSpec;
    }
  | {
      readonly object: Listed;
      readonly family: Family | undefined;
      readonly target?: Handle;
    }
);
