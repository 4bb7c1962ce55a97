/**
 * What the parsers of the sections share: the line at hand, the messages so
 * far, and what the host around answers. Parsers return the daemon's own error
 * bits, because those decide which errors hide which (2.6.12 `errors-t.h`).
 */

import { bytesFromText, textFromBytes } from '../../../std/bytes';
import { stayCompiled } from '../../../std/stay-compiled';
import type { Diagnostic } from '../../../text/diagnostic';
import type { MessageLog } from '../messages';
import type {
  CacheSettings,
  ResolverSettings,
  Configuration,
  ErrorReply,
  ErrorSection,
  GlobalSettings,
  LogTarget,
  Place,
  ProxySettings,
  ServerSettings,
  UserList,
} from '../config';
import type { Effect } from '../directives';
import type { NotedSample, PatternLibrary, SampleContext, SampleUse } from './pattern-files';
import type { TlsReading } from './tls/reading';

export const NONE = 0;
/** a warning was said */
export const WARN = 1;
/** an alert was said */
export const ALERT = 2;
/** the daemon will not start; reading goes on */
export const FATAL = 4;
/** reading stops here */
export const ABORT = 8;
export const ERROR = ALERT | FATAL;

/** What is wrong with a parameter, and how bad it is. */
export type Complaint = { readonly text: string; readonly bits: number } | undefined;

/** A parameter that stops the start. */
export function complaint(text: string): Complaint {
  return { text, bits: ERROR };
}

/** What a configuration needs of the host it is read on. */
export interface Surroundings {
  variable(name: string): string | undefined;
  user(name: string): number | undefined;
  group(name: string): number | undefined;
  /** the text of a file, or the reason as `strerror(3)` words it */
  readFile(path: string): { readonly text: string } | { readonly error: string };
  /** what is at a path: stat(2) */
  kindOf(path: string): { readonly kind: 'file' | 'directory' } | { readonly error: string };
  /** names in a directory */
  list(path: string): { readonly names: readonly string[] } | { readonly error: string };
  /** /etc/hosts and literals; names that only a DNS server knows are not asked for here */
  address(name: string): number | undefined;
  readonly hostname: string;
}

/** A host about which nothing is known: every name exists, no file does. For the editor. */
export const UNKNOWN_SURROUNDINGS: Surroundings = {
  variable: () => undefined,
  user: () => 0,
  group: () => 0,
  readFile: () => ({ error: 'No such file or directory' }),
  kindOf: () => ({ error: 'No such file or directory' }),
  list: () => ({ error: 'No such file or directory' }),
  address: () => 0x7f000001,
  hostname: 'localhost',
};

/** A line under the parser: its words, with `''` past the last one. */
export class Line {
  readonly file: string;
  readonly number: number;
  /** `no option …`, `default option …` */
  readonly modifier: 'no' | 'default' | undefined;
  readonly #words: readonly string[];

  constructor(place: Place, words: readonly string[], modifier: 'no' | 'default' | undefined = undefined) {
    this.file = place.file;
    this.number = place.line;
    this.modifier = modifier;
    this.#words = words;
  }

  get place(): Place {
    return { file: this.file, line: this.number };
  }

  /** The word at `index`; '' past the end. */
  at(index: number): string {
    return this.#words[index] ?? '';
  }

  /** The words from `index` up to the first empty one. */
  from(index: number): string[] {
    const rest: string[] = [];
    for (let i = index; this.at(i) !== ''; i++) rest.push(this.at(i));
    return rest;
  }

  /** `parsing [file:line] : ` */
  get head(): string {
    return `parsing [${this.file}:${this.number}] : `;
  }

  /** `parsing [file:line]: ` as some messages have it */
  get tightHead(): string {
    return `parsing [${this.file}:${this.number}]: `;
  }
}

/** `errorfile`, `http-error` and their kin; `errorfiles`, whose section may come later. */
export type ErrorPage =
  | { readonly kind: 'own'; readonly status: number; readonly reply: ErrorReply }
  | (Place & { readonly kind: 'section'; readonly name: string; readonly statuses: readonly number[] });

/** A proxy section while it is read, with what only the parser needs to know. */
export interface Draft extends ProxySettings {
  /** samples whose arguments name things that may come later */
  samples: NotedSample[];
  /** pages of one's own, in the order of their lines */
  errorPages: ErrorPage[];
  /** what `default-server` said so far */
  defaultServer: ServerSettings;
  /** the defaults section it started from */
  parent: Draft | undefined;
  /** rules it inherits from a named defaults section, before its own */
  inheritsRules: boolean;
  isReferenced: { explicitly: boolean; implicitly: boolean };
  /** which halves have used this defaults section with rules */
  ruleUsers: 'both' | 'frontend' | 'backend';
  /** HTTP-only words were seen in the log format */
  needsHttpLog: boolean;
  /** lines that later checks name */
  emailAlert: { set: boolean; mailers: string | undefined; from: string | undefined; to: string | undefined };
  usesDispatch: boolean;
  /** `bind … id` */
  readonly listenerIds: Map<number, Place & { readonly text: string }>;
  fcgiApp: string | undefined;
  /** `server-state-file-name`; undefined: the backend's own */
  serverStateName: string | undefined;
  serverStateFrom: 'none' | 'global' | 'local';
  /** Asked when all sections are read: what is wrong, if anything. */
  readonly lateProblems: (() => string | undefined)[];
  checkCommand: string | undefined;
  checkPath: string | undefined;
  tcpRequestContent: boolean;
  tcpRequestSession: boolean;
  tcpRequestConnection: boolean;
  tcpResponseContent: boolean;
  sendState: boolean;
  peersSection: string | undefined;
  usesExternalCheck: boolean;
  /** `log-format-sd` was said */
  hasStructuredLog: boolean;
  /** the caches that `filter cache` names */
  cacheFilters: string[];
  statsUsesRealmOrAuth: boolean;
  usesRdpCookie: boolean;
}

export interface ParserState {
  readonly log: MessageLog;
  readonly diagnostics: Diagnostic[];
  readonly surroundings: Surroundings;
  /** variables set by `setenv`; null: unset */
  readonly variables: Map<string, string | null>;
  readonly global: GlobalSettings;
  readonly tls: TlsReading;
  globalSocketsExist: boolean;
  externalCheck: boolean;
  insecureFork: boolean;
  /** `h1-case-adjust-file` */
  caseFile: string | undefined;
  serverStateFile: string | undefined;
  serverStateBase: string;
  readonly said: Set<string>;
  readonly proxies: Draft[];
  /** The last proxy of each name that listens. */
  readonly frontends: Map<string, Draft>;
  /** The last proxy of each name that has servers. */
  readonly backends: Map<string, Draft>;
  readonly defaults: Draft[];
  lastDefaults: Draft | undefined;
  currentDefaults: Draft | undefined;
  current: Draft | undefined;
  readonly proxyIds: Map<number, Draft>;
  readonly userlists: UserList[];
  /** `local`: where the host itself is named */
  readonly peers: {
    name: string;
    place: Place;
    local: Place | undefined;
    hasPeers: boolean;
    disabled: boolean;
  }[];
  readonly mailers: { name: string; place: Place; isUsed: boolean }[];
  readonly resolvers: ResolverSettings[];
  readonly caches: CacheSettings[];
  /** `program` sections without a command */
  readonly programs: { name: string; hasCommand: boolean }[];
  readonly fcgiApps: { name: string; hasDocroot: boolean }[];
  readonly rings: { name: string; hasServer: boolean; timeouts: Set<string> }[];
  readonly httpErrors: ErrorSection[];
  readonly patterns: PatternLibrary;
  /** the keyword of the section at hand, as messages name it */
  section: string;
}

/** What samples at a place may refer to; those of a proxy are looked at once more in the end. */
export function samplesAt(
  { patterns, diagnostics }: ParserState,
  place: Place,
  noted?: { readonly proxy: Draft; readonly use: SampleUse },
): SampleContext {
  return {
    patterns,
    place,
    noted: noted && { samples: noted.proxy.samples, use: noted.use },
    unmodelled: (name) => diagnostics.push(unmodelled(name, place)),
  };
}
function unmodelled(what: string, place: Place): Diagnostic {
  return {
    severity: 'warning',
    message: `not modelled: '${what}' is accepted as HAProxy does, but has no effect in the simulator`,
    file: place.file,
    line: place.line,
    code: 'not-modelled',
  };
}

/** Says an alert and returns the bits of an ordinary error. */
export function fail(state: ParserState, text: string): number {
  state.log.alert(text);
  return ERROR;
}

/** Says a warning and returns its bit. */
export function warn(state: ParserState, text: string): number {
  state.log.warning(text);
  return WARN;
}

/** Notes in our own diagnostics that a word is real but not modelled. The daemon says nothing. */
export function noteEffect(state: ParserState, line: Line, keyword: string, effect: Effect): void {
  if (effect !== 'not modelled') return;
  state.diagnostics.push(unmodelled(keyword, line.place));
}

/** `'option x' cannot handle unexpected argument 'y'.`: more words than `most` after the one at `index`. */
export function tooManyWords(state: ParserState, line: Line, most: number, index = 0): boolean {
  const extra = line.at(index + most + 1);
  if (extra === '') return false;
  const words = Array.from({ length: index + 1 }, (_, i) => line.at(i)).join(' ');
  fail(state, `${line.head}'${words}' cannot handle unexpected argument '${extra}'.`);
  return true;
}

/** `frontend`, `backend`, and `proxy` for what is both, as messages name it. */
export function titleOf(proxy: Draft): string {
  return proxy.hasFrontend && proxy.hasBackend ? 'proxy' : proxy.kind;
}

export type Capability = 'frontend' | 'backend' | 'either';

export function hasCapability(proxy: Draft, capability: Capability): boolean {
  switch (capability) {
    case 'frontend':
      return proxy.hasFrontend;
    case 'backend':
      return proxy.hasBackend;
    case 'either':
      return proxy.hasFrontend || proxy.hasBackend;
  }
}

/** `'x' ignored because backend 'app' has no frontend capability.` */
export function warnWithout(
  state: ParserState,
  proxy: Draft,
  capability: 'frontend' | 'backend',
  line: Line,
  keyword: string,
  hint = '',
): number {
  if (hasCapability(proxy, capability)) return NONE;
  return warn(
    state,
    `${line.head}'${keyword}' ignored because ${titleOf(proxy)} '${proxy.id}' has no ${capability} capability.${hint}`,
  );
}

const LONG_MAX = 2n ** 63n - 1n;

/** C's `atol`, kept in an `int`: the leading integer, 0 when there is none; what is too large loses its upper half. */
export function leadingInteger(text: string): number {
  const found = /^\s*([-+]?)(\d+)/.exec(text);
  if (found === null) return 0;
  const [, sign = '', digits = ''] = found;
  if (digits.length < 10) return Number(sign + digits);
  // More digits than a long can have are as good as twenty.
  const size = BigInt(digits.slice(0, 40));
  const long = size > LONG_MAX ? LONG_MAX : size;
  return Number(BigInt.asIntN(32, sign === '-' ? -long : long));
}

/** The first character that a name may not have (letters, digits and `_-:.` only). */
export function invalidNameCharacter(name: string): string | undefined {
  const found = /[^A-Za-z0-9_:.-]/u.exec(name)?.[0];
  if (found === undefined || found < '\x80') return found;
  // The daemon looks at bytes: it names the first one of the character.
  return textFromBytes(bytesFromText(found).subarray(0, 1));
}

/** What parsing leaves behind, before validation. */
export type Parsed = Pick<Configuration, 'files'> & { readonly state: ParserState; readonly errors: number };

export type { LogTarget };

stayCompiled(new Line({ file: '', line: 0 }, []));
