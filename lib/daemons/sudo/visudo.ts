/** visudo(8): checks, and an edit through the editor of the host. Recorded in truth/host/c12. */
import { FileError } from '../../world/files.contract';
import type { ProgramContext, ProgramRun, Wait, Wake } from '../../world/process.contract';
import { parseOptions } from '../command-options';
import { type AliasPlace, MAIN_FILE, readSudoers } from './sudoers';

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
  const named = given.get('f') ?? parsed.operands[0] ?? MAIN_FILE;
  const file = context.resolve(named);
  if (context.who.uid !== 0) {
    yield* context.err(`visudo: ${file}: Permission denied\n`);
    return 1;
  }
  // Owners and modes are only looked at in the files that are in force. Source: visudo(8) "-f".
  if (given.has('c'))
    return yield* check(context, named, {
      quiet: given.has('q'),
      strict: file === MAIN_FILE && !given.has('f'),
    });
  return yield* edit(context, file);
}

/** @param named the file as it was given, which is how it is told of */
function* check(
  context: ProgramContext,
  named: string,
  how: { quiet: boolean; strict: boolean },
): Generator<Wait, number, Wake> {
  const file = context.resolve(named);
  const read = readSudoers(context.host, { main: file, strict: how.strict });
  const bad = read.complaints;
  const told = (path: string): string => (path === file ? named : path);
  const toldAt = (where: string): string =>
    where.startsWith(file) ? named + where.slice(file.length) : where;
  const textOf = ({ kind, path, text }: (typeof bad)[number]): string =>
    kind !== 'missing'
      ? toldAt(text)
      : `visudo: ${path === file ? `unable to open ${named}` : path}: No such file or directory`;
  if (!how.quiet) {
    if (bad.some(({ kind }) => kind !== 'mode')) {
      // Settings are looked at once all of it can be read.
      const isReadable = !bad.some(({ kind }) => kind === 'syntax');
      for (const one of bad)
        if (isReadable || one.kind !== 'defaults') yield* context.err(`${textOf(one)}\n`);
      return 1;
    }
    for (const { type, name, where } of without(read.named, read.made))
      yield* context.err(`${toldAt(where)}: ${type}_Alias "${name}" referenced but not defined\n`);
    for (const { type, name, where } of without(read.made, read.named))
      yield* context.err(`Warning: ${toldAt(where)}: unused ${type}_Alias "${name}"\n`);
    const refused = new Set(bad.map(({ path }) => path));
    for (const path of read.files) if (!refused.has(path)) yield* context.out(`${told(path)}: parsed OK\n`);
    for (const one of bad) yield* context.err(`${textOf(one)}\n`);
  }
  return bad.length > 0 ? 1 : 0;
}

function without(places: readonly AliasPlace[], others: readonly AliasPlace[]): AliasPlace[] {
  const known = new Set(others.map(({ type, name }) => `${type} ${name}`));
  return places.filter(({ type, name }) => !known.has(`${type} ${name}`));
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
  const wrong = read.complaints.filter(
    ({ kind, path }) => (kind === 'syntax' || kind === 'defaults') && path === copy,
  );
  if (wrong.length > 0) {
    for (const { text: said } of wrong) yield* context.err(`${said.replace(copy, file)}\n`);
    yield* context.err('visudo: the file is left as it was\n');
    return 1;
  }
  if (typeof changed === 'string') context.fs.writeFile(file, changed, context.who, { mode: 0o440 });
  return 0;
}
