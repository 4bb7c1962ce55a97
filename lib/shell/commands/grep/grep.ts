/**
 * grep(1) 3.8: which files are searched, and the exit code.
 * Not modelled: --binary-files of terminals, GREP_COLORS, -P's Unicode properties.
 */
import { compilePattern, matchesPattern } from '../../expand/pattern';
import { FileError } from '../../../world/files.contract';
import type { Stream } from '../../../world/process.contract';
import { errnoText } from '../errno-text';
import { Exit, type Command, type Step, type Tool, type ToolRun } from '../tool';
import { compileMatcher } from './matcher';
import { type GrepOptions, readOptions } from './options';
import { FileSearch, type Output } from './search';

export const grep: Command = {
  name: 'grep',
  package: 'grep',
  paths: ['/usr/bin/grep'],
  synopsis: 'grep [OPTION]... PATTERNS [FILE]...',
  summary: 'Search for PATTERNS in each FILE.',
  run,
};
export const egrep: Command = { ...grep, name: 'egrep', paths: ['/usr/bin/egrep'] };
export const fgrep: Command = { ...grep, name: 'fgrep', paths: ['/usr/bin/fgrep'] };
export const rgrep: Command = { ...grep, name: 'rgrep', paths: ['/usr/bin/rgrep'] };

function* run(tool: Tool): ToolRun {
  const { options, files } = yield* readOptions(tool);
  if (tool.shortName === 'rgrep') options.directories = 'recurse';
  const pattern = compileMatcher(tool, options);
  if (options.maxCount === 0) return 1;
  if (options.lineBuffered) tool.lineBuffered();
  const isImplied = files.length === 0 && options.directories === 'recurse';
  const [first = ''] = files;
  const several =
    files.length > 1 || (options.directories === 'recurse' && (isImplied || isDirectory(tool, first)));
  const output: Output = {
    tool,
    options,
    pattern,
    before: options.before ?? options.context ?? 0,
    after: options.after ?? options.context ?? 0,
    hasContext: (options.before ?? options.after ?? options.context) !== undefined,
    withName: options.withName ?? several,
    printed: false,
  };
  const run = new Grep(output);
  const named = isImplied ? ['.'] : files.length === 0 ? ['-'] : files;
  for (const file of named) yield* run.operand(file, isImplied);
  return run.failed ? 2 : run.found ? 0 : 1;
}

function isDirectory(tool: Tool, path: string): boolean {
  return path !== '-' && tool.isDirectory(path);
}

class Grep {
  found = false;
  failed = false;
  readonly #tool: Tool;
  readonly #options: GrepOptions;

  constructor(private readonly output: Output) {
    this.#tool = output.tool;
    this.#options = output.options;
  }

  *operand(path: string, isImplied: boolean): Step {
    const tool = this.#tool;
    if (path === '-') {
      const { stdin } = tool.context;
      if (stdin.readProblem !== undefined)
        return this.#trouble('(standard input)', errnoText(stdin.readProblem));
      return yield* this.#search(stdin, this.#options.label);
    }
    if (!tool.isDirectory(path)) return this.#isSkipped(path, true) ? undefined : yield* this.#file(path);
    if (this.#options.directories === 'skip') return undefined;
    if (this.#options.directories === 'recurse') {
      if (!isImplied && this.#isExcludedDirectory(path)) return undefined;
      return yield* this.#directory(path, isImplied ? '' : path.endsWith('/') ? path : `${path}/`, []);
    }
    this.#trouble(path, 'Is a directory');
    return undefined;
  }

  #trouble(name: string, reason: string): void {
    this.failed = true;
    if (!this.#options.noMessages) this.#tool.complain(`${name}: ${reason}`);
  }

  /** In the order of the directory, as fts(3) without a comparison goes. */
  *#directory(path: string, prefix: string, above: readonly number[]): Step {
    const tool = this.#tool;
    const names = tool.context.fs.readdir(tool.resolve(path), tool.context.who);
    const info = tool.stat(path);
    if (names instanceof FileError) return this.#trouble(path, errnoText(names.errno));
    if (info instanceof FileError) return this.#trouble(path, errnoText(info.errno));
    if (above.includes(info.ino)) {
      tool.complain(`warning: ${path}: recursive directory loop`);
      return undefined;
    }
    for (const name of names) yield* this.#entry(name, prefix, [...above, info.ino]);
    return undefined;
  }

  *#entry(name: string, prefix: string, above: readonly number[]): Step {
    const path = `${prefix}${name}`;
    const info = this.#options.followAll ? this.#tool.stat(path) : this.#tool.lstat(path);
    if (info instanceof FileError) return this.#trouble(path, errnoText(info.errno));
    if (info.kind === 'directory') {
      if (!this.#isExcludedDirectory(name)) yield* this.#directory(path, `${path}/`, above);
    } else if (info.kind === 'file' || this.#options.devices === 'read') {
      if (info.kind !== 'symlink' && !this.#isSkipped(path, false)) yield* this.#file(path);
    }
    return undefined;
  }

  #isExcludedDirectory(path: string): boolean {
    return this.#options.excludeDirectories.some(
      (glob) => globMatches(glob, path) || globMatches(glob, baseName(path)),
    );
  }

  /** The last glob that matches decides; with none, a first --include leaves out what it does not name. */
  #isSkipped(path: string, isOperand: boolean): boolean {
    const { globs } = this.#options;
    for (const { glob, include } of globs.toReversed()) {
      if (
        globMatches(glob, path) ||
        (!(isOperand && glob.includes('/')) && globMatches(glob, baseName(path)))
      )
        return !include;
    }
    return globs[0]?.include === true && !(isOperand && globs.every(({ include }) => !include));
  }

  *#file(path: string): Step {
    const stream = this.#tool.open(path);
    if (typeof stream === 'string') return this.#trouble(path, errnoText(stream));
    yield* this.#search(stream, path);
    this.#tool.close(stream);
    return undefined;
  }

  *#search(stream: Stream, name: string): Step {
    const tool = this.#tool;
    const options = this.#options;
    const { stdout } = tool.context;
    const isQuiet = options.quiet || options.list !== 'no';
    if (
      !isQuiet &&
      options.maxCount > 1 &&
      stream.ino !== undefined &&
      stream.ino === stdout.ino &&
      stdout.kind === 'file'
    ) {
      this.#trouble(name, 'input file is also the output');
      return;
    }
    const search = new FileSearch(this.output, name);
    yield* search.run(stream);
    search.summary();
    if (search.count > 0) this.found = true;
    if (this.found && options.quiet) throw new Exit(0);
  }
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function globMatches(glob: string, path: string): boolean {
  return matchesPattern(compilePattern(glob, { extglob: false, ignoreCase: false }), path);
}
