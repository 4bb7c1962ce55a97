/**
 * OpenSSL's configuration files: sections of settings with `$variables`. Source: config(5), conf_def.c.
 * Not modelled: `.include` of directories, `.pragma`.
 */
import type { ConfigPair } from '../../protocols/x509/index';
import { FileError } from '../../world/files.contract';
import type { Session, Step } from './session';

export class Config {
  readonly #sections = new Map<string, ConfigPair[]>([['default', []]]);

  /** A section's settings in order; undefined when there is no such section. */
  section(name: string): readonly ConfigPair[] | undefined {
    return this.#sections.get(name);
  }
  /** The last value of a setting in a section, else in `default`. */
  get(section: string, name: string): string | undefined {
    return this.#own(section, name) ?? this.#own('default', name);
  }
  #own(section: string, name: string): string | undefined {
    return this.#sections.get(section)?.findLast(([key]) => key === name)?.[1];
  }
  /** Opens a section, new or known. */
  begin(section: string): void {
    if (!this.#sections.has(section)) this.#sections.set(section, []);
  }
  add(section: string, name: string, value: string): void {
    this.begin(section);
    this.#sections.get(section)?.push([name, value]);
  }
}

export interface ConfigFault {
  /** From 1. */
  readonly line: number;
  /** OpenSSL's reason. */
  readonly reason: keyof typeof FAULTS;
}

/** What a text says. @param env for `$ENV::name` */
export function parseConfig(text: string, env: ReadonlyMap<string, string>): Config | ConfigFault {
  const config = new Config();
  let section = 'default';
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const line = i + 1;
    let source = lines[i] ?? '';
    // A backslash at the end goes on with the next line.
    while (/(^|[^\\])\\$/.test(source) && i + 1 < lines.length)
      source = source.slice(0, -1) + (lines[++i] ?? '');
    const clean = withoutComment(source).trim();
    if (clean === '') continue;
    if (clean.startsWith('[')) {
      const name = /^\[\s*([^\]]*?)\s*\]/.exec(clean)?.[1];
      if (name === undefined) return { line, reason: 'missing close square bracket' };
      section = name;
      config.begin(section);
      continue;
    }
    const setting = /^([^=]*?)\s*=\s*(.*)$/s.exec(clean);
    if (setting === null) {
      if (/^\.(pragma|include)\b/.test(clean)) continue;
      return { line, reason: 'missing equal sign' };
    }
    const [, left = '', right = ''] = setting;
    const [place, name] = left.includes('::') ? left.split('::') : [section, left];
    const value = expand(right, { config, section, env });
    if (value === undefined) return { line, reason: 'variable has no value' };
    config.add(place ?? section, name ?? left, value);
  }
  return config;
}

/** `#` begins a comment unless quoted or escaped. */
function withoutComment(line: string): string {
  let quote = '';
  for (let i = 0; i < line.length; i++) {
    const character = line[i] ?? '';
    if (character === '\\') i += 1;
    else if (quote !== '') quote = character === quote ? '' : quote;
    else if (character === '"' || character === "'" || character === '`') quote = character;
    else if (character === '#') return line.slice(0, i);
  }
  return line;
}

interface Scope {
  readonly config: Config;
  readonly section: string;
  readonly env: ReadonlyMap<string, string>;
}
/** Quotes, escapes and variables; undefined for a variable without value. */
function expand(text: string, scope: Scope): string | undefined {
  let out = '';
  for (let at = 0; at < text.length; ) {
    const rest = text.slice(at);
    const quoted = /^(["'`])((?:\\.|(?!\1).)*)\1?/s.exec(rest);
    const variable = /^\$(?:\{([\w:.]+)\}|\(([\w:.]+)\)|([\w.]+(?:::\w+)?))/.exec(rest);
    if (quoted !== null) {
      out += (quoted[2] ?? '').replace(/\\(.)/gs, '$1');
      at += quoted[0].length;
    } else if (rest.startsWith('\\')) {
      out += ESCAPES[rest[1] ?? ''] ?? rest[1] ?? '';
      at += 2;
    } else if (variable !== null) {
      const value = valueOf(variable[1] ?? variable[2] ?? variable[3] ?? '', scope);
      if (value === undefined) return undefined;
      out += value;
      at += variable[0].length;
    } else {
      out += rest[0];
      at += 1;
    }
  }
  return out;
}
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b' };

function valueOf(name: string, { config, section, env }: Scope): string | undefined {
  const [place, key] = name.includes('::') ? name.split('::') : [section, name];
  if (place === 'ENV') return env.get(key ?? '');
  return config.get(place ?? section, key ?? name);
}

/** Reads a file; ends the command when it cannot be opened or understood. */
export function* loadConfig(session: Session, path: string): Step<Config> {
  if (path === '') return new Config();
  return yield* parsed(session, yield* session.open(path), `config file "${path}"\n`);
}
/** Settings given as text (-addext). */
export function* configOf(session: Session, text: string): Step<Config> {
  return yield* parsed(session, text, 'config input');
}
function* parsed(session: Session, text: string, what: string): Step<Config> {
  const config = parseConfig(text, session.context.env);
  if (config instanceof Config) return config;
  const [code, where, place] = FAULTS[config.reason];
  const at = config.reason === 'missing equal sign' ? 'HERE-->line' : 'line';
  return yield* session.fail(`${session.name}: Error on line ${config.line} of ${what}`, [
    {
      code,
      library: 'configuration file routines',
      reason: config.reason,
      function: where,
      place: `../crypto/conf/conf_def.c:${place}`,
      data: `${at} ${config.line}`,
    },
  ]);
}
const FAULTS = {
  'missing equal sign': ['07000065', 'def_load_bio', 529],
  'missing close square bracket': ['07000064', 'def_load_bio', 368],
  'variable has no value': ['07000068', 'str_copy', 767],
} as const;

/** Where the configuration stands unless told otherwise. */
export function defaultConfigPath(session: Session): string {
  return session.context.env.get('OPENSSL_CONF') ?? '/usr/lib/ssl/openssl.cnf';
}
/** The default configuration; empty when the file is missing (it is optional for most commands). */
export function* defaultConfig(session: Session): Step<Config> {
  const path = defaultConfigPath(session);
  return session.readFile(path) instanceof FileError ? new Config() : yield* loadConfig(session, path);
}
