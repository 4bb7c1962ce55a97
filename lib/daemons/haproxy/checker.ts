/**
 * Reads configuration files the way `haproxy -c` does: the same messages in the
 * same order, and a frozen configuration when nothing is wrong.
 *
 * What the daemon says is in `messages`; what the simulator does not model, but
 * the daemon knows, is in `diagnostics` next to the daemon's own words, for the
 * editor. Never throws.
 *
 * Source: 2.6.12 `cfgparse.c` `readcfgfile()`, `haproxy.c` `init()`.
 */

import { byteLength } from '../../std/bytes';
import { stayCompiled } from '../../std/stay-compiled';
import type { Diagnostic } from '../../text/diagnostic';
import type { Configuration, ServerSettings, ResolverSettings } from './config';
import { plainWords, SECTION_KEYWORDS, splitWords, type SplitLine } from './grammar';
import { FEATURES, TLS_LIBRARY } from './about';
import { type Message, MessageLog, VERSION } from './messages';
import { evaluateCondition } from './parse/conditional';
import {
  ABORT,
  ERROR,
  FATAL,
  Line,
  NONE,
  type ParserState,
  type Surroundings,
  UNKNOWN_SURROUNDINGS,
} from './parse/context';
import { defaultGlobal, parseGlobalLine } from './parse/global';
import { parseProxyLine } from './parse/proxy';
import { parseOtherSectionLine } from './parse/sections';
import { materialOf, newTlsReading } from './parse/tls/reading';
import { PatternLibrary } from './parse/pattern-files';
import { cachesWithoutSize } from './parse/cache';
import { nameserversOf } from './parse/resolvers';
import { serversWithoutPort, validate } from './validate';

export interface ConfigurationFile {
  readonly path: string;
  readonly text: string;
}

/** What comes of reading. */
export interface CheckResult {
  readonly messages: readonly Message[];
  readonly diagnostics: readonly Diagnostic[];
  /** Made when it is asked for; undefined: the daemon would not start. */
  readonly configuration: Configuration | undefined;
  readonly hasWarnings: boolean;
  /** at least one enabled proxy has an address to listen on, or there is an admin socket */
  readonly hasListener: boolean;
  /** the phase after which it stopped */
  readonly stoppedAt: 'reading' | 'validation' | undefined;
  /** servers that a name stands for, to be resolved before a start */
  readonly unresolved: readonly { readonly proxy: string; readonly server: ServerSettings }[];
  readonly log: MessageLog;
}

/** So many broken lines end the reading of a file. */
const MOST_FATAL_LINES = 50;

/** Modifiers `no` and `default` are for these words only. */
const NEGATABLE =
  /^(?:option|log|busy-polling|set-dumpable|strict-limits|insecure-fork-wanted|numa-cpu-mapping)$/;

/** Reads and validates files in order. */
export function checkConfiguration(
  files: readonly ConfigurationFile[],
  surroundings: Surroundings = UNKNOWN_SURROUNDINGS,
): CheckResult {
  const state = newState(surroundings);
  let bits = NONE;
  for (const file of files) {
    const own = new FileReader(state, file).read();
    if (own === -1) {
      state.log.alert(`Could not open configuration file ${file.path} : Success`);
      return result(state, files, 'reading');
    }
    if ((own & (ABORT | FATAL)) !== 0) state.log.alert(`Error(s) found in configuration file : ${file.path}`);
    bits |= own;
    if ((bits & ABORT) !== 0) return result(state, files, 'reading');
  }
  if ((bits & FATAL) !== 0) {
    state.log.alert('Fatal errors found in configuration.');
    return result(state, files, 'reading');
  }
  if ((validate(state) & FATAL) !== 0) {
    state.log.alert('Fatal errors found in configuration.');
    return result(state, files, 'validation');
  }
  warnStateFile(state);
  const faults = serversWithoutPort(state);
  if (faults.length === 0) return result(state, files, undefined);
  for (const fault of faults) state.log.alert(fault);
  state.log.alert('Fatal errors found in configuration.');
  return result(state, files, 'validation');
}

/** What servers were like before: a file that is missing is no reason not to start. */
function warnStateFile({ log, serverStateFile, serverStateBase, surroundings }: ParserState): void {
  if (serverStateFile === undefined || serverStateFile === '') return;
  const isWhole = serverStateFile.startsWith('/') || serverStateBase === '';
  const path = isWhole ? serverStateFile : `${serverStateBase}/${serverStateFile}`;
  const file = surroundings.readFile(path);
  if ('error' in file) log.warning(`config: Can't open global server state file '${path}': ${file.error}`);
}

/** Servers whose names nobody but a resolver can know. */
function unresolvedServers(state: ParserState): CheckResult['unresolved'] {
  const found: { readonly proxy: string; readonly server: ServerSettings }[] = [];
  for (const proxy of state.proxies)
    if (!proxy.disabled)
      for (const server of proxy.servers)
        if (server.hostname !== undefined && server.ip === undefined) found.push({ proxy: proxy.id, server });
  return found;
}

function newState(surroundings: Surroundings): ParserState {
  return {
    log: new MessageLog(),
    diagnostics: [],
    surroundings,
    variables: new Map(),
    global: defaultGlobal(surroundings.hostname),
    tls: newTlsReading(),
    globalSocketsExist: false,
    externalCheck: false,
    insecureFork: false,
    caseFile: undefined,
    serverStateFile: undefined,
    serverStateBase: '',
    said: new Set(),
    proxies: [],
    frontends: new Map(),
    backends: new Map(),
    defaults: [],
    lastDefaults: undefined,
    currentDefaults: undefined,
    current: undefined,
    proxyIds: new Map(),
    userlists: [],
    peers: [],
    mailers: [],
    resolvers: [],
    caches: [],
    programs: [],
    fcgiApps: [],
    rings: [],
    httpErrors: [],
    patterns: new PatternLibrary((path) => surroundings.readFile(path)),
    section: '',
  };
}

function result(
  state: ParserState,
  files: readonly ConfigurationFile[],
  stoppedAt: CheckResult['stoppedAt'],
): CheckResult {
  let made: Configuration | undefined;
  const active = state.proxies.filter((proxy) => !proxy.disabled);
  return {
    messages: state.log.messages,
    diagnostics: [
      ...state.diagnostics,
      ...state.log.messages.filter(({ level }) => level === 'ALERT' || level === 'WARNING').map(diagnosticOf),
    ],
    get configuration() {
      if (stoppedAt === undefined) made ??= finished(state, files);
      return made;
    },
    hasWarnings: state.log.hasWarnings,
    hasListener:
      state.global.sockets.length > 0 || active.some((proxy) => proxy.hasFrontend && proxy.binds.length > 0),
    stoppedAt,
    unresolved: unresolvedServers(state),
    log: state.log,
  };
}

function diagnosticOf(message: Message): Diagnostic {
  const text = message.text.trimEnd().replace(/^config : /, '');
  const place = /\[([^\]:]+):(\d+)\]/.exec(text);
  const severity = message.level === 'ALERT' ? 'error' : 'warning';
  const file = message.place?.file ?? place?.[1];
  const line = message.place?.line ?? (place === null ? undefined : Number(place[2]));
  return {
    severity,
    message: text.replace(/^[Pp]arsing \[[^\]]+\] ?: ?/, ''),
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
    code: 'haproxy',
  };
}

/** The drafts without what only the parser needed. */
function finished(state: ParserState, files: readonly ConfigurationFile[]): Configuration {
  const proxies = state.proxies.map((draft) => {
    const {
      defaultServer: _server,
      parent,
      inheritsRules,
      isReferenced: _referenced,
      emailAlert: _mail,
      ...settings
    } = draft;
    if (!inheritsRules || parent === undefined) return settings;
    return {
      ...settings,
      httpRequest: [...parent.httpRequest, ...settings.httpRequest],
      httpResponse: [...parent.httpResponse, ...settings.httpResponse],
      httpAfterResponse: [...parent.httpAfterResponse, ...settings.httpAfterResponse],
    };
  });
  return {
    global: state.global,
    proxies,
    userlists: state.userlists,
    httpErrors: state.httpErrors,
    resolvers: state.resolvers.map((section) => withResolvConf(state, section)),
    caches: state.caches,
    patterns: state.patterns.references,
    hasResolver: hasResolver(state.surroundings),
    tls: materialOf(state.tls),
    files: files.map(({ path, text }) => ({ path, text })),
  };
}

/** `parse-resolv-conf` reads the file when the daemon starts. */
function withResolvConf({ surroundings }: ParserState, section: ResolverSettings): ResolverSettings {
  const file = section.usesResolvConf ? surroundings.readFile('/etc/resolv.conf') : undefined;
  if (file === undefined || 'error' in file) return section;
  return { ...section, nameservers: [...section.nameservers, ...nameserversOf(file.text)] };
}

function hasResolver({ readFile }: Surroundings): boolean {
  const file = readFile('/etc/resolv.conf');
  return 'text' in file && /^nameserver\s/m.test(file.text);
}

/** How a `.if` block stands. */
type Block = 'taken' | 'dropped' | 'skipped';

/** One file, line by line. */
class FileReader {
  readonly #state: ParserState;
  readonly #file: ConfigurationFile;
  readonly #blocks: Block[] = [];
  #bits = NONE;
  #fatal = 0;
  #number = 0;
  #section: string | undefined;

  constructor(state: ParserState, file: ConfigurationFile) {
    this.#state = state;
    this.#file = file;
  }

  read(): number {
    const { text } = this.#file;
    let start = 0;
    let missing: number | undefined;
    while (start < text.length) {
      this.#number++;
      if (this.#fatal >= MOST_FATAL_LINES) {
        this.#state.log.alert(`${this.#head}too many fatal errors (${this.#fatal}), stopping now.`);
        break;
      }
      const newline = text.indexOf('\n', start);
      const end = newline < 0 ? text.length : newline;
      let raw = text.slice(start, end);
      const nul = raw.indexOf('\0');
      if (nul >= 0) raw = raw.slice(0, nul);
      this.#state.log.place = { file: this.#file.path, line: this.#number };
      if (this.#line(raw) === 'stop') break;
      start = end + 1;
      if (nul >= 0 && newline >= 0) {
        this.#alert(`${this.#head}Stray NUL character at position ${nul + 1}.`);
        break;
      }
      if (newline < 0) missing = byteLength(raw);
    }
    this.#state.log.place = undefined;
    if ((this.#bits & ABORT) !== 0) return this.#bits;
    if (missing !== undefined) {
      this.#alert(
        `${this.#head}Missing LF on last line, file might have been truncated at position ${missing + 1}.`,
      );
    }
    this.#bits |= cachesWithoutSize(this.#state);
    if (this.#blocks.length > 0)
      this.#bits |= this.#alert(`${this.#head}non-terminated '.if' block.`) | ABORT;
    return this.#bits;
  }

  /** `parsing [file:line]: ` */
  get #head(): string {
    return `parsing [${this.#file.path}:${this.#number}]: `;
  }

  #alert(text: string): number {
    this.#state.log.alert(text);
    this.#bits |= ERROR;
    return ERROR;
  }

  #line(raw: string): 'stop' | undefined {
    const plain = plainWords(raw);
    const words = plain ?? this.#split(raw);
    const first = words[0] ?? '';
    if (first === '' || (plain !== undefined && first.startsWith('['))) return undefined;
    const isMacro = first.startsWith('.');
    if (isMacro) {
      const outcome = this.#macro(first, words);
      if (outcome !== 'none') return outcome === 'stop' ? 'stop' : undefined;
    }
    if (this.#isMasked) return undefined;
    return isMacro ? this.#saying(first, words) : this.#statement(words);
  }

  /** Words with quotes, escapes or a comment; none when something is wrong with them. */
  #split(raw: string): readonly string[] {
    const trimmed = withoutIndentation(raw);
    if (trimmed.startsWith('[')) return [];
    const split = splitWords(trimmed, (name) => this.#variable(name));
    if (split.fault === undefined) return split.words.map(({ text }) => text);
    this.#sayFault(raw, trimmed, split);
    this.#fatal++;
    return [];
  }

  /** Within a `.if` block that is left out. */
  get #isMasked(): boolean {
    return this.#blocks.some((block) => block !== 'taken');
  }

  #variable(name: string): string | undefined {
    if (name === '.LINE') return String(this.#number);
    if (name === '.FILE') return this.#file.path;
    if (name === '.SECTION') return this.#state.section;
    const own = this.#state.variables.get(name);
    return own === null ? undefined : (own ?? this.#state.surroundings.variable(name));
  }

  /** A broken line is printed with a caret below. */
  #sayFault(raw: string, trimmed: string, split: SplitLine): void {
    const { fault } = split;
    if (fault === undefined) return;
    if (fault.kind === 'too-many-words') {
      const word = split.words[63];
      this.#alert(
        `${this.#head}too many words, truncating after word 64, position ${(word?.start ?? 0) + 1}: <${word?.text ?? ''}>.`,
      );
      return;
    }
    const texts = {
      quote: 'unmatched quote',
      brace: 'unmatched brace in environment variable name',
      'variable-name': 'forbidden first char in environment variable name',
      hexadecimal: 'truncated or invalid hexadecimal sequence',
      expansion: 'truncated or invalid word expansion sequence',
    };
    const before = byteLength(trimmed.slice(0, fault.at));
    const position = before + byteLength(raw) - byteLength(trimmed) + 1;
    const printed = printable(trimmed, before);
    this.#alert(
      `${this.#head}${texts[fault.kind]} at position ${position}:\n  ${printed.text}\n  ${'^'.padStart(printed.position + 1)}`,
    );
  }

  /** `.if` and its kin. */
  #macro(first: string, words: readonly string[]): 'none' | 'done' | 'stop' {
    const argument = words[1] ?? '';
    const isMasked = this.#isMasked;
    const abort = (said: string): 'stop' => {
      this.#bits |= this.#alert(said) | ABORT;
      return 'stop';
    };
    switch (first) {
      case '.if': {
        const value = isMasked || this.#condition(first, words);
        if (typeof value !== 'boolean') return abort(value.error);
        this.#blocks.push(isMasked ? 'skipped' : value ? 'taken' : 'dropped');
        return 'done';
      }
      case '.elif': {
        if (this.#blocks.length === 0) return abort(`${this.#head}lone '.elif' with no matching '.if'.`);
        const last = this.#blocks.pop();
        const value = last === 'dropped' && this.#condition(first, words);
        if (typeof value !== 'boolean') return abort(value.error);
        this.#blocks.push(last !== 'dropped' ? 'skipped' : value ? 'taken' : 'dropped');
        return 'done';
      }
      case '.else': {
        if (argument !== '') return abort(`${this.#head}Unexpected argument '${argument}' for '.else'.`);
        if (this.#blocks.length === 0) return abort(`${this.#head}lone '.else' with no matching '.if'.`);
        this.#blocks.push(this.#blocks.pop() === 'dropped' ? 'taken' : 'skipped');
        return 'done';
      }
      case '.endif':
        if (argument !== '') return abort(`${this.#head}Unexpected argument '${argument}' for '.endif'.`);
        if (this.#blocks.length === 0) return abort(`${this.#head}lone '.endif' with no matching '.if'.`);
        this.#blocks.pop();
        return 'done';
      default:
        return 'none';
    }
  }

  #condition(macro: string, words: readonly string[]): boolean | { readonly error: string } {
    const text = words.slice(1).join(' ');
    const outcome = evaluateCondition(text, {
      variable: (name) => this.#variable(name),
      features: FEATURES,
      version: VERSION,
      tlsLibrary: TLS_LIBRARY,
    });
    if ('value' in outcome) return outcome.value;
    return {
      error: `${this.#head}${outcome.error} in '${macro}' at position ${outcome.at + 1}:\n  ${macro} ${text}\n  ${'^'.padStart(macro.length + 2 + outcome.at)}`,
    };
  }

  /** `.alert`, `.warning`, `.notice`, `.diag` */
  #saying(first: string, words: readonly string[]): 'stop' | undefined {
    const argument = words[1] ?? '';
    const extra = words[2] ?? '';
    if (!/^\.(?:alert|warning|notice|diag)$/.test(first)) {
      this.#alert(`${this.#head}unknown directive '${first}'.`);
      this.#fatal++;
      return 'stop';
    }
    if (extra !== '') {
      this.#alert(
        `${this.#head}Unexpected argument '${extra}' for '${first}'. Use quotes if the message should contain spaces.`,
      );
      return undefined;
    }
    const text = `${this.#head}'${argument}'.`;
    if (first === '.alert') {
      this.#bits |= this.#alert(text) | ABORT;
      return 'stop';
    }
    if (first === '.warning') this.#state.log.warning(text);
    else if (first === '.notice') this.#state.log.notice(text);
    return undefined;
  }

  #statement(words: readonly string[]): 'stop' | undefined {
    const first = words[0];
    const modifier = first === 'no' || first === 'default' ? first : undefined;
    // Shifting the words after `default` leaves the last one there twice, which the daemon then complains about.
    const rest =
      modifier === undefined
        ? words
        : [...words.slice(1), ...(modifier === 'default' ? words.slice(-1) : [])];
    const keyword = rest[0] ?? '';
    if (modifier !== undefined && !NEGATABLE.test(keyword)) {
      this.#alert(
        `${this.#head}negation/default currently supported only for options, log, busy-polling, set-dumpable, strict-limits, insecure-fork-wanted and numa-cpu-mapping.`,
      );
      this.#fatal++;
    }
    const isHeader = SECTION_KEYWORDS.includes(keyword);
    if (isHeader) this.#section = keyword;
    if (this.#section === undefined) {
      this.#alert(`${this.#head}unknown keyword '${keyword}' out of section.`);
      this.#fatal++;
      return undefined;
    }
    this.#state.section = this.#section;
    const line = new Line({ file: this.#file.path, line: this.#number }, rest, modifier);
    const bits = this.#parse(line, this.#section, isHeader);
    this.#bits |= bits;
    if ((bits & FATAL) !== 0) this.#fatal++;
    return (bits & ABORT) === 0 ? undefined : 'stop';
  }

  #parse(line: Line, section: string, isHeader: boolean): number {
    switch (section) {
      case 'global':
        return parseGlobalLine(this.#state, line);
      case 'defaults':
      case 'frontend':
      case 'backend':
      case 'listen':
        return parseProxyLine(this.#state, line);
      default:
        return parseOtherSectionLine(this.#state, line, isHeader);
    }
  }
}

function withoutIndentation(raw: string): string {
  return raw.replace(/^[ \t\v\f\r]+/, '');
}

/** At most 80 characters around a position; the position within them. */
function printable(text: string, position: number): { readonly text: string; readonly position: number } {
  const width = 80;
  const clean = text.replace(/\s/g, ' ');
  if (position < width) {
    return { text: clean.length > width ? `${clean.slice(0, width)}...` : clean, position };
  }
  const shift = position - width / 2;
  const cut = clean.slice(shift + 3, shift + 3 + width - 6);
  return { text: `...${cut}${clean.length > shift + width - 3 ? '...' : ''}`, position: position - shift };
}

stayCompiled(new FileReader(newState(UNKNOWN_SURROUNDINGS), { path: '', text: '' }));
