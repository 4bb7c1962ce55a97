/** What rsync says of one file: `>f.st......`, and the lines of `--out-format`. Source: `log.c` of 3.2.7. */
import { strftime } from '../../../std/civil';
import { permissionString } from '../modes';
import type { Entry } from './file-list';
import type { RsyncSettings } from './options';

/** What differed in a file, and what was done about it. */
export interface Change {
  isNew?: boolean;
  /** Its data travels. */
  isTransfer?: boolean;
  /** Made or changed by the receiver alone. */
  isLocal?: boolean;
  /** The file that it was linked to; '' for one of --link-dest. */
  linkedTo?: string;
  value?: boolean;
  size?: boolean;
  time?: boolean;
  perms?: boolean;
  owner?: boolean;
  group?: boolean;
}

/** Something about the file is worth a line of `-i`. */
export function isSignificant(change: Change): boolean {
  const { isNew, isTransfer, isLocal, value, size, time, perms, owner, group } = change;
  return [isNew, isTransfer, isLocal, value, size, time, perms, owner, group].includes(true);
}

const KINDS: Readonly<Record<string, string>> = {
  file: 'f',
  directory: 'd',
  symlink: 'L',
  character: 'D',
  block: 'D',
  fifo: 'S',
  socket: 'S',
};

/** The eleven letters of `-i`. `direction`: `<` to another host, `>` otherwise. */
export function itemized(
  entry: Entry,
  change: Change,
  settings: RsyncSettings,
  direction: '<' | '>',
): string {
  const how = change.isLocal
    ? change.linkedTo !== undefined
      ? 'h'
      : 'c'
    : change.isTransfer
      ? direction
      : '.';
  const kind = KINDS[entry.info.kind] ?? 'S';
  if (change.isNew) return `${how}${kind}+++++++++`;
  const isLink = entry.info.kind === 'symlink';
  const letters = [
    change.value ? 'c' : '.',
    change.size && !isLink ? 's' : '.',
    change.time ? (settings.times && !(isLink && settings.omitLinkTimes) ? 't' : 'T') : '.',
    change.perms ? 'p' : '.',
    change.owner ? 'o' : '.',
    change.group ? 'g' : '.',
    '...',
  ].join('');
  const isBlank = letters === '.........' && (how === '.' || how === 'h' || (how === 'c' && kind === 'f'));
  return how + kind + (isBlank ? ' '.repeat(9) : letters);
}

/** A directory's name ends with a slash. */
export function shownName(entry: Entry): string {
  const name = entry.prefix + entry.name;
  const text = entry.info.kind === 'directory' ? `${name}/` : name;
  return text.replace(/[\u0000-\u001f\u007f]/g, (letter) =>
    letter === '\t' ? letter : `\\#${letter.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
}

export interface LineFacts {
  readonly letters: string;
  readonly operation: 'send' | 'recv' | 'del.';
  readonly isLinkSent: boolean;
  readonly linkedTo: string | undefined;
  readonly now: number;
  readonly pid: number;
  readonly bytes: number;
}

/** A line of `--out-format`. */
export function formatted(format: string, entry: Entry, facts: LineFacts): string {
  const { info } = entry;
  return format.replace(/%(-?\d*)'*([a-zA-Z%])/g, (whole: string, width: string, letter: string) => {
    const text = fieldOf(letter, entry, facts);
    if (text === undefined) return whole;
    if (width === '') return text;
    return width.startsWith('-') ? text.padEnd(-Number(width)) : text.padStart(Number(width));
  });

  function fieldOf(letter: string, { name, path }: Entry, about: LineFacts): string | undefined {
    switch (letter) {
      case 'i':
        return about.letters;
      case 'n':
        return shownName(entry);
      case 'L':
        if (about.linkedTo !== undefined && about.linkedTo !== '') return ` => ${about.linkedTo}`;
        return info.kind === 'symlink' && about.isLinkSent ? ` -> ${info.link}` : '';
      case 'f':
        return path.replace(/^\//, '').replace(/(?<=.)\/\.$/, '');
      case 'l':
        return String(info.size);
      case 'o':
        return about.operation;
      case 'b':
        return String(about.bytes);
      case 'B':
        return permissionString(entry.mode);
      case 'M':
        return strftime('%Y/%m/%d-%H:%M:%S', info.mtime);
      case 't':
        return strftime('%Y/%m/%d %H:%M:%S', about.now);
      case 'p':
        return String(about.pid);
      case 'U':
        return String(info.uid);
      case 'G':
        return String(info.gid);
      case '%':
        return '%';
      default:
        return name === '' ? '' : undefined;
    }
  }
}
