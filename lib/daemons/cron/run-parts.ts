/** run-parts(8) of debianutils 5.7. */
import { FileError } from '../../world/files.contract';
import type { ProgramContext, ProgramRun } from '../../world/process.contract';

/** The executable files of a directory, by name. */
export function* runParts(context: ProgramContext): ProgramRun {
  const flags = new Set<string>();
  const args: string[] = [];
  let directory: string | undefined;
  for (const word of context.argv.slice(1)) {
    if (word.startsWith('--arg=')) args.push(word.slice('--arg='.length));
    else if (word.startsWith('-')) flags.add(word);
    else directory = word;
  }
  if (directory === undefined) {
    yield* context.err("run-parts: missing operand\nTry `run-parts --help' for more information.\n");
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
    const file = `${path}/${name}`;
    const info = context.fs.stat(file, context.who);
    if (!/^[a-zA-Z0-9_-]+$/.test(name) || info instanceof FileError || info.kind !== 'file') continue;
    const runs = context.fs.access(file, 1, context.who) === undefined;
    if (flags.has('--list') || flags.has('--test')) {
      if (runs || flags.has('--list')) yield* context.out(`${directory}/${name}\n`);
      continue;
    }
    if (!runs) continue;
    if (flags.has('-v') || flags.has('--verbose')) yield* context.err(`run-parts: executing ${file}\n`);
    const child = context.spawn({ argv: [file, ...args], path: file });
    if (typeof child !== 'number') {
      yield* context.err(
        `run-parts: failed to exec ${file}: ${child.errno === 'ENOEXEC' ? 'Exec format error' : 'No such file or directory'}\nrun-parts: ${file} exited with return code 1\n`,
      );
      worst = 1;
      continue;
    }
    const status = yield* context.wait(child);
    if (status.code === 0) continue;
    worst = 1;
    yield* context.err(
      status.signal === undefined
        ? `run-parts: ${file} exited with return code ${status.code ?? 0}\n`
        : `run-parts: ${file} exited because of uncaught signal ${status.signal}\n`,
    );
    if (flags.has('--exit-on-error')) return status.code ?? 1;
  }
  return worst;
}
