/** run-parts(8) of debianutils 5.7. */
import { FileError } from '../../world/files.contract';
import type { ProgramContext, ProgramRun, Stream, Wait, Wake } from '../../world/process.contract';
import { SIGNAL_NUMBERS } from '../../world/signals';
import { getoptComplaint, parseOptions } from '../command-options';

const OPTIONS = {
  short: 'vdu:a:hV',
  long: {
    test: 'test',
    list: 'list',
    verbose: 'v',
    debug: 'd',
    report: 'report',
    reverse: 'reverse',
    'exit-on-error': 'exit-on-error',
    stdin: 'stdin',
    lsbsysinit: 'lsbsysinit',
    'new-session': 'new-session',
    'regex=': 'regex',
    umask: 'u',
    arg: 'a',
    help: 'h',
    version: 'V',
  },
} as const;

/** `--report`: a program that prints something has its name above it, where the first of it goes. */
class Report {
  readonly streams: ReadonlyMap<number, Stream>;
  readonly #printed: { fd: 1 | 2; text: string }[] = [];
  constructor(private readonly context: ProgramContext) {
    const { streams } = context.host;
    const sink = (fd: 1 | 2): Stream => streams.sink('pipe', (text) => this.#printed.push({ fd, text }));
    this.streams = new Map([
      [0, context.stdin],
      [1, sink(1)],
      [2, sink(2)],
    ]);
  }
  *tell(name: string): Generator<Wait, void, Wake> {
    for (const [i, { fd, text }] of this.#printed.entries()) {
      const shown = i === 0 ? `${name}:\n${text}` : text;
      if (fd === 1) yield* this.context.out(shown);
      else yield* this.context.err(shown);
    }
  }
}
/** The executable files of a directory, by name. */
export function* runParts(context: ProgramContext): ProgramRun {
  const parsed = parseOptions(context.argv.slice(1), OPTIONS);
  const { problem } = parsed;
  const [directory, ...more] = parsed.operands;
  if (problem !== undefined || directory === undefined || more.length > 0) {
    yield* context.err(
      `run-parts: ${problem === undefined ? 'missing operand' : getoptComplaint(problem)}\nTry \`run-parts --help' for more information.\n`,
    );
    return 1;
  }
  const flags = new Set(parsed.options.map(({ name }) => name));
  const args = parsed.options.filter(({ name }) => name === 'a').map(({ value }) => value);
  const rest = [...flags].filter(
    (name) => !['list', 'test', 'v', 'exit-on-error', 'a', 'report'].includes(name),
  );
  if (rest.length > 0) {
    yield* context.err(`run-parts: not modelled: ${rest.join(', ')}\n`);
    return 1;
  }
  const path = context.resolve(directory);
  const names = context.fs.readdir(path, context.who);
  if (names instanceof FileError) {
    yield* context.err(
      `run-parts: failed to open directory ${directory}: ${names.errno === 'ENOTDIR' ? 'Not a directory' : names.errno === 'EACCES' ? 'Permission denied' : 'No such file or directory'}\n`,
    );
    return 1;
  }
  let worst = 0;
  for (const name of [...names].sort()) {
    const file = `${directory}/${name}`;
    const full = `${path}/${name}`;
    const info = context.fs.stat(full, context.who);
    if (!/^[a-zA-Z0-9_-]+$/.test(name) || info instanceof FileError || info.kind !== 'file') continue;
    const runs = context.fs.access(full, 1, context.who) === undefined;
    if (flags.has('list') || flags.has('test')) {
      if (runs || flags.has('list')) yield* context.out(`${file}\n`);
      continue;
    }
    if (!runs) continue;
    if (flags.has('v')) yield* context.err(`run-parts: executing ${file}\n`);
    const report = flags.has('report') ? new Report(context) : undefined;
    const child = context.spawn({
      argv: [file, ...args],
      path: full,
      ...(report === undefined ? {} : { fds: report.streams }),
    });
    if (typeof child !== 'number') {
      yield* context.err(
        `run-parts: failed to exec ${file}: ${child.errno === 'ENOEXEC' ? 'Exec format error' : 'No such file or directory'}\nrun-parts: ${file} exited with return code 1\n`,
      );
      worst = 1;
      continue;
    }
    const status = yield* context.wait(child);
    if (report !== undefined) yield* report.tell(file);
    if (status.code === 0) continue;
    worst = 1;
    yield* context.err(
      status.signal === undefined
        ? `run-parts: ${file} exited with return code ${status.code ?? 0}\n`
        : `run-parts: ${file} exited because of uncaught signal ${SIGNAL_NUMBERS[status.signal]}\n`,
    );
    if (flags.has('exit-on-error')) return status.code ?? 1;
  }
  return worst;
}
