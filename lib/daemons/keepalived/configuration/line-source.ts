/**
 * The logical lines of a configuration, as keepalived 2.2.7 reads them
 * (`read_line` and its kin in lib/parser.c): files and includes, comments,
 * definitions, sequences, `@` conditions; braces stand on lines of their own.
 */

import { decomment } from '../grammar';
import { Definitions } from './definitions';
import { CLOSING, type Lines, type LogicalLine, OPENING, type PhysicalLine, splitAtBrace } from './lines';
import { type Place, type Reports } from './report';

/** What the reader needs of a host's files. Paths are absolute. */
export interface ConfigurationFiles {
  /** undefined: not readable */
  read(path: string): string | undefined;
  /** Paths that a glob(3) pattern names, sorted; a path without wildcards names itself when it exists. Directories end with `/`. */
  glob(pattern: string): readonly string[];
  /** a regular file that nobody may execute */
  isPlainFile(path: string): boolean;
}

export interface LineSourceOptions {
  readonly files: ConfigurationFiles;
  /** Processes that share it share the work. */
  readonly lines: Lines;
  readonly reports: Reports;
  /** `-i`, else the host's name */
  readonly configId: string;
  /** the processes after the first always name the file */
  readonly namesTopFile: boolean;
  readonly logsDetails: boolean;
  readonly random: (lowest: number, highest: number) => number;
}

/** A pattern being read: its files, one after the other. */
interface OpenGlob {
  readonly pattern: string;
  readonly paths: readonly string[];
  next: number;
  matches: number;
  lines: readonly PhysicalLine[];
  at: number;
  path: string;
  /** as it is named, if it is, and where in it one is: a place */
  file: string | undefined;
  line: number;
  readonly directoryBefore: string;
  /** what must not go wrong */
  readonly checks: ReadonlySet<Trouble>;
  readonly checksBefore: ReadonlySet<Trouble>;
}

/** What can be wrong with an include (`include_t`). */
type Trouble = 'read' | 'match' | 'wildcard_match' | 'brace_match';
const TROUBLES: ReadonlyMap<string, Trouble> = new Map([
  ['read', 'read'],
  ['match', 'match'],
  ['wildcard_match', 'wildcard_match'],
  ['brace_match', 'brace_match'],
]);
/** `include` and its sharper forms, by letter. */
const CHECKS: ReadonlyMap<string, readonly Trouble[]> = new Map([
  ['', []],
  ['r', ['read']],
  ['m', ['read', 'match']],
  ['w', ['read', 'match', 'wildcard_match']],
  ['b', ['read', 'brace_match']],
  ['a', ['read', 'match', 'wildcard_match', 'brace_match']],
]);

const DEEPEST_INCLUDE = 30;
const MOST_LINES = 1_000_000;

export class LineSource {
  readonly definitions: Definitions;
  readonly #options: LineSourceOptions;
  readonly #stack: OpenGlob[] = [];
  readonly #multiline: string[] = [];
  #residue: string | undefined;
  /** Lines that come next as they are, from `#at` on. */
  #lines: readonly LogicalLine[] = [];
  #at = 0;
  /** Nothing is to be replaced in this line nor in what is left of it, as long as no name is defined anew. */
  #settled: number | undefined;
  #directory = '/';
  #depth = 0;
  #count = 0;
  #checks: ReadonlySet<Trouble> = new Set();

  constructor(options: LineSourceOptions) {
    this.#options = options;
    this.definitions = new Definitions(options.reports, {
      directory: () => this.#directory,
      instance: options.configId,
      random: options.random,
    });
  }

  /** Opens the first file. False, with a complaint, when there is none. */
  open(path: string): boolean {
    return this.#openGlob(path, ['read', 'match', 'wildcard_match']);
  }

  /** Braces that are still open at the end. */
  get openBlocks(): number {
    return this.#depth;
  }

  /** Changes as reading goes on. */
  place(): Place | undefined {
    let top = this.#stack.at(-1);
    // A file that is only being opened: the line that includes it is meant.
    if (top?.file === undefined) top = this.#stack.at(-2) ?? top;
    return top;
  }

  /** Only the first process complains of files: the others read its copy. */
  #trouble(kind: Trouble, checks: ReadonlySet<Trouble>, message: string): void {
    if (this.#options.namesTopFile) return;
    const isFatal = checks.has(kind);
    this.#options.reports.complain(isFatal ? 'file-not-found' : 'ok', message);
    if (isFatal) this.#options.reports.hasFileError = true;
  }

  /** Words of include_check; @returns those that are unknown */
  setIncludeCheck(words: readonly string[]): readonly string[] {
    if (words.length === 0) this.#checks = new Set(TROUBLES.values());
    const unknown: string[] = [];
    for (const word of words) {
      const name = word.replace(/^[-+]/, '');
      const kind = TROUBLES.get(name);
      if (kind === undefined) unknown.push(name);
      else if (word.startsWith('-'))
        this.#checks = new Set([...this.#checks].filter((each) => each !== kind));
      else this.#checks = new Set([...(word.startsWith('+') ? this.#checks : ['read' as const]), kind]);
    }
    return unknown;
  }

  /** Whether the directory is there in which the first wildcard is looked for. */
  #hasFolder(pattern: string): boolean {
    const folder = pattern.slice(0, pattern.search(/[*?[]/)).replace(/\/[^/]*$/, '');
    return folder === '' || this.#options.files.glob(folder).length > 0;
  }
  #openGlob(pattern: string, required: readonly Trouble[]): boolean {
    const { files } = this.#options;
    const checks = new Set([...this.#checks, ...required]);
    const absolute = pattern.startsWith('/')
      ? pattern
      : `${this.#directory === '/' ? '' : this.#directory}/${pattern}`;
    const paths = files.glob(absolute);
    if (paths.length === 0) {
      const isWild = /[*?[]/.test(pattern) && this.#hasFolder(absolute);
      if (!isWild) this.#trouble('match', checks, `Config files missing '${pattern}'.`);
      else if (checks.has('wildcard_match'))
        this.#trouble('wildcard_match', checks, `No config files matched '${pattern}'.`);
      return false;
    }
    const glob: OpenGlob = {
      pattern,
      paths,
      next: 0,
      matches: 0,
      lines: [],
      at: 0,
      line: 0,
      path: '',
      file: undefined,
      directoryBefore: this.#directory,
      checks,
      checksBefore: this.#checks,
    };
    this.#stack.push(glob);
    if (this.#openNext(glob)) return true;
    this.#stack.pop();
    return false;
  }

  #openNext(glob: OpenGlob): boolean {
    const { files, lines, reports, namesTopFile, logsDetails } = this.#options;
    const { checks } = glob;
    while (glob.next < glob.paths.length) {
      const path = glob.paths[glob.next++] ?? '';
      if (path.endsWith('/')) {
        this.#trouble('read', checks, `Configuration file '${path}' is a directory - skipping`);
        continue;
      }
      if (!files.isPlainFile(path)) {
        this.#trouble(
          'read',
          checks,
          `Configuration file '${path}' is not a regular non-executable file - skipping`,
        );
        continue;
      }
      const text = files.read(path);
      if (text === undefined) {
        this.#trouble(
          'read',
          checks,
          `Configuration file '${path}' open problem (Permission denied) - skipping`,
        );
        continue;
      }
      if (logsDetails && !namesTopFile) reports.log(`Opening file '${path}'.`);
      glob.matches++;
      glob.path = path;
      glob.lines = lines.physical(text);
      glob.at = 0;
      glob.line = 0;
      const isTop = this.#stack.length === 1;
      const prefix = `${glob.directoryBefore === '/' ? '' : glob.directoryBefore}/`;
      const shown =
        glob.pattern.startsWith('/') || !path.startsWith(prefix) ? path : path.slice(prefix.length);
      glob.file = isTop && glob.paths.length === 1 && !namesTopFile ? undefined : shown;
      this.#directory = path.slice(0, path.lastIndexOf('/')) || '/';
      return true;
    }
    return false;
  }

  /** The next physical line that holds anything; undefined at the end of all files. */
  #readPhysical(): PhysicalLine | undefined {
    for (;;) {
      const top = this.#stack[this.#stack.length - 1];
      if (top === undefined) return undefined;
      const line = top.lines[top.at];
      if (line === undefined) {
        this.#directory = top.directoryBefore;
        this.#checks = top.checksBefore;
        if (!this.#openNext(top)) this.#stack.pop();
        continue;
      }
      top.at++;
      // The copy for the later processes has a line for each piece.
      if (!line.goesOn || this.#options.namesTopFile) top.line++;
      if (line.isEmpty && this.definitions.isOpen) this.definitions.endOpen();
      if (line.unterminated !== undefined)
        this.#options.reports.complain('general', `Unterminated quote '${line.unterminated}'`);
      if (line.text !== '') return line;
    }
  }

  /** The next logical line, undefined at the end. A brace is a line by itself. */
  next(): LogicalLine | undefined {
    for (;;) {
      if (++this.#count > MOST_LINES) return undefined;
      const settled = this.#lines[this.#at];
      if (settled !== undefined) {
        this.#at++;
        this.#countBrace(settled);
        return settled;
      }
      const raw = this.#nextRaw();
      if (raw === undefined) return undefined;
      if (typeof raw !== 'string') {
        this.#lines = raw;
        this.#at = 0;
        this.#count--;
        continue;
      }
      const line = this.#expand(raw);
      if (line === '' || this.#include(line)) continue;
      const { first, rest } = splitAtBrace(line);
      this.#residue = rest;
      const made = this.#options.lines.logical(first);
      this.#countBrace(made);
      return made;
    }
  }

  /** Logical lines, or a text that has to be looked at first. */
  #nextRaw(): readonly LogicalLine[] | string | undefined {
    if (this.#residue !== undefined) {
      const residue = this.#residue;
      this.#residue = undefined;
      return residue;
    }
    this.#settled = undefined;
    if (this.definitions.hasSequence) return this.definitions.nextOfSequence();
    const multiline = this.#multiline.shift();
    if (multiline !== undefined) return multiline;
    const line = this.#readPhysical();
    if (line === undefined) return undefined;
    if (this.definitions.isOpen) {
      this.definitions.continue(line.text);
      return '';
    }
    return line.lines ?? line.text;
  }

  /** Conditions, definitions, sequences and `$NAME`; '' when nothing is left to say. */
  #expand(raw: string): string {
    let line = raw;
    for (let round = 0; round < 100; round++) {
      if (line.startsWith('@')) {
        const found = /^@(\^?)([^ \t]*)[ \t]+(.*)$/s.exec(line);
        if (found === null) return '';
        const [, reversed, id, rest = ''] = found;
        if ((id === this.#options.configId) === (reversed === '^')) return '';
        line = rest;
      }
      if (line.startsWith('$') && this.definitions.define(line)) return '';
      if (line.startsWith('~SEQ') || line.startsWith('~LST')) {
        this.definitions.addSequence(line);
        return '';
      }
      if (line.startsWith('~') || !line.includes('$')) return line;
      // What follows a brace was looked at with the line that it is the rest of.
      if (this.#settled === this.definitions.version) return line;
      const replaced = this.definitions.replace(line);
      if (!replaced.found) {
        this.#settled = this.definitions.version;
        return line;
      }
      this.#settled = undefined;
      if (replaced.rest !== undefined)
        this.#multiline.unshift(...replaced.rest.filter((part) => part !== ''));
      const { text, unterminated } = decomment(replaced.text);
      if (unterminated !== undefined)
        this.#options.reports.complain('general', `Unterminated quote '${unterminated}'`);
      line = text;
      if (!line.startsWith('@') && !line.includes('$') && !line.startsWith('~')) return line;
    }
    return line;
  }

  #include(line: string): boolean {
    const found = line.startsWith('include') ? /^include([rmwba]?)\s+(.*)$/s.exec(line) : null;
    if (found === null) return false;
    if (this.#stack.length < DEEPEST_INCLUDE)
      this.#openGlob((found[2] ?? '').trim(), CHECKS.get(found[1] ?? '') ?? []);
    return true;
  }

  #countBrace(line: LogicalLine): void {
    if (line === OPENING) this.#depth++;
    else if (line === CLOSING && this.#depth-- < 1) {
      this.#options.reports.complain('unexpected-brace', "Extra '}' found");
      this.#depth = 0;
    }
  }
}
