/** visudo(8): checks, and an edit through the editor of the host. Recorded in truth/host/c12. */
import { FileError } from '../../world/files.contract';
import type { ProgramContext, ProgramRun, Wait, Wake } from '../../world/process.contract';
import { parseOptions } from '../command-options';
import { MAIN_FILE, readSudoers } from './sudoers';

const USAGE = 'usage: visudo [-chqsV] [[-f] sudoers ]\n';
const EDITORS = ['/usr/bin/editor', '/usr/bin/nano', '/usr/bin/vi'];

export function* visudo(context: ProgramContext): ProgramRun {
  const parsed = parseOptions(context.argv.slice(1), {
    short: 'cf:hIOPqsVx:',
    long: { check: 'c', 'file=': 'f', help: 'h', quiet: 'q', strict: 's', version: 'V' },
  });
  if (parsed.problem !== undefined) {
    yield* context.err(`visudo: invalid option -- '${parsed.problem.option}'\n${USAGE}`);
    return 1;
  }
  const given = new Map(parsed.options.map((option) => [option.name, option.value]));
  if (given.has('V')) {
    yield* context.out('visudo version 1.9.13p3\nvisudo grammar version 50\n');
    return 0;
  }
  const file = context.resolve(given.get('f') ?? parsed.operands[0] ?? MAIN_FILE);
  if (context.who.uid !== 0) {
    yield* context.err(`visudo: ${file}: Permission denied\n`);
    return 1;
  }
  if (given.has('c'))
    return yield* check(context, file, { quiet: given.has('q'), strict: file === MAIN_FILE });
  return yield* edit(context, file);
}

function* check(
  context: ProgramContext,
  file: string,
  how: { quiet: boolean; strict: boolean },
): Generator<Wait, number, Wake> {
  const read = readSudoers(context.host, { main: file, strict: how.strict });
  const bad = read.complaints;
  if (!how.quiet) {
    if (bad.some(({ kind }) => kind !== 'mode')) {
      for (const { text } of bad) yield* context.err(`${text.replace(/^sudo: unable/, 'visudo: unable')}\n`);
      return 1;
    }
    const refused = new Set(bad.map(({ path }) => path));
    for (const path of read.files) if (!refused.has(path)) yield* context.out(`${path}: parsed OK\n`);
    for (const { text } of bad) yield* context.err(`${text}\n`);
  }
  return bad.length > 0 ? 1 : 0;
}

function* edit(context: ProgramContext, file: string): Generator<Wait, number, Wake> {
  const wanted = ['SUDO_EDITOR', 'VISUAL', 'EDITOR']
    .map((name) => context.env.get(name))
    .find((text) => text !== undefined && text !== '');
  const editor = [...(wanted === undefined ? [] : [wanted]), ...EDITORS].find((path) =>
    context.fs.exists(path),
  );
  if (editor === undefined) {
    yield* context.err(`visudo: no editor found (editor path = ${EDITORS[0] ?? ''})\n`);
    return 1;
  }
  const copy = `${file}.tmp`;
  const text = context.fs.readFile(file, context.who);
  context.fs.writeFile(copy, text instanceof FileError ? '' : text, context.who, { mode: 0o440 });
  const child = context.spawn({ argv: [editor, copy], path: editor });
  if (typeof child !== 'number') return 1;
  yield* context.wait(child);
  const changed = context.fs.readFile(copy, context.who);
  const read = readSudoers(context.host, { main: copy });
  context.fs.unlink(copy, context.who);
  const wrong = read.complaints.filter(({ kind, path }) => kind === 'syntax' && path === copy);
  if (wrong.length > 0) {
    for (const { text: said } of wrong) yield* context.err(`${said.replace(copy, file)}\n`);
    yield* context.err('visudo: the file is left as it was\n');
    return 1;
  }
  if (typeof changed === 'string') context.fs.writeFile(file, changed, context.who, { mode: 0o440 });
  return 0;
}
