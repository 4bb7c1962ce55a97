/** Backups of files about to be replaced: `-b`, `--backup[=CONTROL]`, `-S`. Source: coreutils manual "Backup options". */
import { meaningOf } from '../argument-words';
import { FileError } from '../../../world/files.contract';
import type { Tool } from '../tool';

export interface Backups {
  readonly control: 'simple' | 'numbered' | 'existing';
  readonly suffix: string;
}

const CONTROLS: Readonly<Record<string, Backups['control'] | 'none'>> = {
  none: 'none',
  off: 'none',
  simple: 'simple',
  never: 'simple',
  existing: 'existing',
  nil: 'existing',
  numbered: 'numbered',
  t: 'numbered',
};

/** What the options ask for; undefined when no backups are made. */
export function readBackups(
  tool: Tool,
  given: { readonly control: string | undefined; readonly suffix: string | undefined },
): Backups | undefined {
  const { env } = tool.context;
  const written = given.control ?? env.get('VERSION_CONTROL') ?? 'existing';
  const control = meaningOf(
    tool,
    CONTROLS,
    written,
    given.control === undefined ? '$VERSION_CONTROL' : 'backup type',
  );
  if (control === 'none') return undefined;
  return { control, suffix: given.suffix ?? env.get('SIMPLE_BACKUP_SUFFIX') ?? '~' };
}

export function backupName(tool: Tool, path: string, backups: Backups): string {
  const numbers = backups.control === 'simple' ? [] : numbersOf(tool, path);
  if (backups.control === 'numbered' || numbers.length > 0) return `${path}.~${Math.max(0, ...numbers) + 1}~`;
  return path + backups.suffix;
}

function numbersOf(tool: Tool, path: string): number[] {
  const cut = path.lastIndexOf('/');
  const names = tool.context.fs.readdir(
    tool.resolve(cut < 0 ? '.' : path.slice(0, cut + 1)),
    tool.context.who,
  );
  if (names instanceof FileError) return [];
  const start = `${path.slice(cut + 1)}.~`;
  return names.flatMap((name) => {
    const match = name.startsWith(start) ? /^(\d+)~$/.exec(name.slice(start.length)) : null;
    return match === null ? [] : [Number(match[1])];
  });
}
