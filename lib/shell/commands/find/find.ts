/** find(1) of GNU findutils. Source: find(1), findutils 4.9. */
import { FileError, type Stat } from '../../../world/files.contract';
import { errnoText } from '../errno-text';
import type { Command, Step, Tool, ToolRun } from '../tool';
import { actions, type Outcome, Quit } from './actions';
import { evaluate, type Expression, ExpressionReader, type FindOptions, quoted } from './expression';
import { TESTS } from './tests';
import type { Visit } from './visit';

export const find: Command = {
  name: 'find',
  package: 'findutils',
  paths: ['/usr/bin/find'],
  synopsis: 'find [-H] [-L] [-P] [-Olevel] [-D debugopts] [path...] [expression]',
  summary: 'Search for files in a directory hierarchy.',
  run,
};

function* run(tool: Tool): ToolRun {
  const options: FindOptions = {
    follow: 'never',
    depthFirst: false,
    leastDepth: 0,
    mostDepth: Number.POSITIVE_INFINITY,
    oneFileSystem: false,
    fromDayStart: false,
    regexDialect: 'emacs',
  };
  const words = [...tool.args];
  for (;;) {
    const match = /^-(H|L|P|O\d|D)$/.exec(words[0] ?? '');
    if (match === null) break;
    words.shift();
    if (match[1] === 'D') words.shift();
    if (match[1] === 'H') options.follow = 'command-line';
    if (match[1] === 'L') options.follow = 'always';
    if (match[1] === 'P') options.follow = 'never';
  }
  const from = words.findIndex((word) => /^-./.test(word) || /^[(!,)]$/.test(word));
  const starts = from < 0 ? words : words.slice(0, from);
  const outcome: Outcome = { failed: false };
  const specs = new Map([...TESTS, ...actions(outcome)]);
  const reader = new ExpressionReader(tool, from < 0 ? [] : words.slice(from), options, specs);
  const read = reader.read();
  const print: Expression = {
    kind: 'test',
    test: ({ path }) => {
      tool.print(`${path}\n`);
      return true;
    },
  };
  const expression: Expression =
    read === undefined ? print : reader.hasAction ? read : { kind: 'and', left: read, right: print };
  const search = new Search(tool, options, expression, outcome);
  try {
    for (const start of starts.length === 0 ? ['.'] : starts) yield* search.from(start);
  } catch (end) {
    if (!(end instanceof Quit)) throw end;
  }
  for (const ending of reader.endings) yield* ending();
  return outcome.failed ? 1 : 0;
}

class Search {
  constructor(
    private readonly tool: Tool,
    private readonly options: FindOptions,
    private readonly expression: Expression,
    private readonly outcome: Outcome,
  ) {}

  *from(start: string): Step {
    const info = this.options.follow === 'never' ? this.tool.lstat(start) : this.#followed(start);
    if (info instanceof FileError) {
      this.#trouble(start, info);
      return;
    }
    yield* this.#visit({ path: start, start, depth: 0, info, isPruned: false }, [], info.mount);
  }

  #followed(path: string): Stat | FileError {
    const info = this.tool.stat(path);
    return info instanceof FileError ? this.tool.lstat(path) : info;
  }

  #trouble(path: string, failed: FileError): void {
    this.tool.complain(`${quoted(path)}: ${errnoText(failed.errno)}`);
    this.outcome.failed = true;
  }

  *#visit(visit: Visit, above: readonly number[], mount: string): Step {
    const { options, tool } = this;
    yield* tool.drain();
    if (visit.info.kind === 'directory' && above.includes(visit.info.ino)) {
      tool.complain(
        `File system loop detected; ${quoted(visit.path)} is part of the same file system loop as ${quoted(visit.start)}.`,
      );
      this.outcome.failed = true;
      return;
    }
    const isWanted = visit.depth >= options.leastDepth;
    if (!options.depthFirst && isWanted) yield* evaluate(this.expression, visit);
    const descends =
      visit.info.kind === 'directory' &&
      visit.depth < options.mostDepth &&
      !(visit.isPruned && !options.depthFirst) &&
      !(options.oneFileSystem && visit.info.mount !== mount);
    if (descends) yield* this.#children(visit, [...above, visit.info.ino], mount);
    if (options.depthFirst && isWanted) yield* evaluate(this.expression, visit);
  }

  *#children(visit: Visit, above: readonly number[], mount: string): Step {
    const { tool } = this;
    const names = tool.context.fs.readdir(tool.resolve(visit.path), tool.context.who);
    if (names instanceof FileError) {
      this.#trouble(visit.path, names);
      return;
    }
    for (const name of names) {
      const path = visit.path.endsWith('/') ? visit.path + name : `${visit.path}/${name}`;
      const info = this.options.follow === 'always' ? this.#followed(path) : tool.lstat(path);
      if (info instanceof FileError) {
        this.#trouble(path, info);
        continue;
      }
      yield* this.#visit(
        { path, start: visit.start, depth: visit.depth + 1, info, isPruned: false },
        above,
        mount,
      );
    }
  }
}
