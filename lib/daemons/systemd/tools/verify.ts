/**
 * systemd-analyze verify: what the manager would say of unit files where they lie. Their folders come before the
 * search path, and what they name is read too. Not modelled: the check that manual pages named in Documentation= exist.
 */
import { FileError } from '../../../world/files.contract';
import type { ProgramContext, Wait, Wake } from '../../../world/process.contract';
import { errnoText } from '../../host-names';
import type { Definition } from '../state';
import { loadDefinition } from '../unit-file/load';
import { isTemplate, typeOf, withInstance } from '../unit-file/names';
import { withFoldersFirst } from '../unit-file/search';

type Run<T> = Generator<Wait, T, Wake>;
/** Dependencies that keep a start job from being made when their unit is missing. */
const EXECUTABLE_FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin'];
const NEEDED = ['Requires', 'BindsTo', 'Requisite'] as const;

/** Says what is wrong with the files of `args`. */
export function* verify(context: ProgramContext, args: readonly string[]): Run<number> {
  if (args.length === 0) {
    yield* context.err('Too few arguments.\n');
    return 1;
  }
  const { texts, code } = withFoldersFirst(context.host, foldersOf(context, args), () =>
    complaintsAbout(context, args),
  );
  for (const text of texts) yield* context.err(`${text}\n`);
  return code;
}

function foldersOf(context: ProgramContext, args: readonly string[]): string[] {
  const folders = args.map((word) => {
    const parts = context.resolve(word).split('/');
    return `/${parts
      .slice(0, -1)
      .filter((part) => part !== '' && part !== '.')
      .join('/')}`;
  });
  return [...new Set(folders)];
}

function complaintsAbout(
  context: ProgramContext,
  args: readonly string[],
): { texts: string[]; code: number } {
  const units = new Units(context);
  const texts: string[] = [];
  const roots: Definition[] = [];
  for (const word of args) {
    const given = word.slice(word.lastIndexOf('/') + 1);
    if (typeOf(given) === undefined) {
      texts.push(`Failed to prepare filename ${word}: Invalid argument`);
      continue;
    }
    const name = isTemplate(given) ? withInstance(given, 'test-instance') : given;
    texts.push(...units.read(name));
    const definition = units.get(name);
    const trouble = loadTrouble(name, definition);
    if (trouble === undefined) roots.push(definition);
    else texts.push(trouble);
  }
  const failures = args.length - roots.length;
  const later = roots.flatMap((definition) => [
    ...jobTrouble(units, definition),
    ...missingPrograms(context, definition),
  ]);
  return { texts: [...texts, ...later], code: failures + later.length > 0 ? 1 : 0 };
}

function loadTrouble(name: string, { load }: Definition): string | undefined {
  if (load === 'not-found') return `Unit ${name} not found.`;
  if (load === 'masked') return `Unit ${name} is masked.`;
  return load === 'bad-setting' ? `Unit ${name} has a bad unit file setting.` : undefined;
}

/** Definitions by name, each read once. */
class Units {
  readonly #known = new Map<string, Definition>();
  constructor(private readonly context: ProgramContext) {}

  get(name: string): Definition {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const made = loadDefinition(this.context.host, name);
    this.#known.set(name, made);
    return made;
  }
  /** What is said while a unit and all it names are loaded, those that are already known aside. */
  read(name: string): string[] {
    const texts: string[] = [];
    const queue = this.#known.has(name) ? [] : [name];
    for (const next of queue) {
      if (next !== name && this.#known.has(next)) continue;
      const definition = this.get(next);
      texts.push(...definition.problems.map(({ text }) => text));
      for (const names of Object.values(definition.dependencies)) queue.push(...names);
    }
    return texts;
  }
}

/** A start job is made for each unit, and for what it needs. */
function jobTrouble(units: Units, root: Definition): string[] {
  const queue = [root.name];
  const seen = new Set(queue);
  for (const name of queue) {
    const { dependencies } = units.get(name);
    for (const next of NEEDED.flatMap((kind) => dependencies[kind] ?? [])) {
      if (seen.has(next)) continue;
      seen.add(next);
      queue.push(next);
      const trouble = loadTrouble(next, units.get(next));
      if (trouble !== undefined) return [`${root.name}: Failed to create ${root.name}/start: ${trouble}`];
    }
  }
  return [];
}

/** Names are sought where systemd seeks them. */
function whyNotExecutable(context: ProgramContext, path: string): string | undefined {
  if (!path.startsWith('/'))
    return EXECUTABLE_FOLDERS.some((folder) => whyNotExecutable(context, `${folder}/${path}`) === undefined)
      ? undefined
      : 'No such file or directory';
  const info = context.fs.stat(path, context.who);
  if (info instanceof FileError) return errnoText(info.errno);
  if (info.kind === 'directory') return 'Is a directory';
  return context.fs.access(path, 1, context.who) === undefined ? undefined : 'Permission denied';
}
function missingPrograms(context: ProgramContext, { name, service }: Definition): string[] {
  return Object.values(service?.exec ?? {})
    .flat()
    .filter(({ ignoreFailure }) => !ignoreFailure)
    .flatMap(({ path }) => {
      const reason = whyNotExecutable(context, path);
      return reason === undefined ? [] : [`${name}: Command ${path} is not executable: ${reason}`];
    });
}
