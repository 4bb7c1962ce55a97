/** What the sender does not have is deleted on the receiver. Source: `delete.c`, `generator.c` of 3.2.7. */
import type { Step } from '../tool';
import type { DirectoryFilters } from './directory-filters';
import { compareNames, type Entry, joined, type ListPart } from './file-list';
import type { Receiver } from './receiver';
import type { FileInfo } from './tree';

export class Deletion {
  /** With --delete-delay: what is to go at the end. */
  readonly #delayed: { name: string; info: FileInfo }[] = [];
  #warnedOfError = false;
  /** Files that stayed for --max-delete. */
  skipped = 0;

  constructor(
    private readonly receiver: Receiver,
    private readonly filters: DirectoryFilters,
  ) {}

  *delayed(): Step {
    for (const { name, info } of this.#delayed) yield* this.deleteItem(name, info);
  }

  *deleteIn({ parent, entries }: ListPart): Step {
    const directory = parent ?? entries.find(({ name }) => name === '.');
    if (directory !== undefined) yield* this.deleteInDirectory(directory);
  }

  *deleteInDirectory(entry: Entry): Step {
    const { settings } = this.receiver;
    if (this.receiver.sides.destination.isFile || this.receiver.sides.destination.isMissing) return;
    if (this.#hadError(entry) && !settings.ignoreErrors) {
      if (!this.#warnedOfError)
        this.receiver.report.message('IO error encountered -- skipping file deletion\n');
      this.#warnedOfError = true;
      return;
    }
    const inside = entry.name === '.' ? '' : entry.name;
    const path = this.receiver.path(entry.name);
    yield* this.filters.enter(inside, path);
    const kept = this.#namesIn(entry.name);
    for (const item of yield* this.#extraneous(inside, path)) {
      if (kept.has(item.name)) continue;
      if (settings.deletes === 'delay') this.#delayed.push(item);
      else yield* this.deleteItem(item.name, item.info);
    }
  }

  /** Something could not be read before the sender was done with this directory's part. */
  #hadError(directory: Entry): boolean {
    if (!this.receiver.report.isIncremental) return this.receiver.list.hadIoError;
    const part =
      this.receiver.list.parts.find(({ parent }) => parent === directory) ?? this.receiver.list.parts[0];
    return part?.hadIoError === true;
  }

  readonly #names = new Map<string, Set<string>>();
  /** Names that the list has in a directory. */
  #namesIn(directory: string): ReadonlySet<string> {
    if (this.#names.size === 0)
      for (const { entries } of this.receiver.list.parts)
        for (const { name } of entries) {
          const cut = name.lastIndexOf('/');
          const above = cut < 0 ? '.' : name.slice(0, cut);
          const set = this.#names.get(above) ?? new Set();
          set.add(name);
          this.#names.set(above, set);
        }
    return this.#names.get(directory) ?? new Set();
  }

  /** What lies in a directory of the receiver and is not protected, last first. */
  *#extraneous(inside: string, path: string): Step<{ name: string; info: FileInfo }[]> {
    const { target } = this.receiver.sides;
    const listed = yield* target.call({ do: 'list', path });
    const found: { name: string; info: FileInfo }[] = [];
    for (const child of listed.names ?? []) {
      const name = inside === '' ? child : `${inside}/${child}`;
      const { info } = yield* target.call({ do: 'stat', path: joined(path, child), follow: false });
      if (info === undefined || this.filters.excludes(name, info.kind === 'directory') !== undefined)
        continue;
      if (this.receiver.settings.backup && this.receiver.isBackupName(name)) continue;
      found.push({ name, info });
    }
    return found.sort(compareNames).reverse();
  }

  *deleteMissing(name: string): Step {
    const { info } = yield* this.receiver.look(name);
    if (info !== undefined) yield* this.deleteItem(name, info);
  }

  /** False when something stays. */
  *deleteItem(name: string, info: FileInfo): Step<boolean> {
    const { settings } = this.receiver;
    if (info.kind === 'directory' && !(yield* this.#deleteContents(name))) return false;
    if (
      settings.maxDelete !== undefined &&
      settings.maxDelete >= 0 &&
      this.receiver.report.deletedCount >= settings.maxDelete
    ) {
      this.skipped++;
      return false;
    }
    if (!(yield* this.#remove(name, info))) return false;
    this.receiver.report.deleted(name, info);
    return true;
  }
  *#remove(name: string, info: FileInfo): Step<boolean> {
    if (this.receiver.settings.dryRun) return true;
    const { target } = this.receiver.sides;
    const path = this.receiver.path(name);
    const isDirectory = info.kind === 'directory';
    if (!isDirectory && this.receiver.settings.backup && !this.receiver.isBackupName(name)) {
      yield* this.receiver.backUp(name);
      return true;
    }
    const { errno } = yield* target.call({ do: isDirectory ? 'rmdir' : 'unlink', path });
    if (errno === undefined || errno === 'ENOENT') return true;
    if (errno === 'ENOTEMPTY') this.receiver.report.message(`cannot delete non-empty directory: ${name}\n`);
    else this.receiver.trouble(`delete_file: ${isDirectory ? 'rmdir' : 'unlink'}(${name}) failed`, errno);
    return false;
  }
  *#deleteContents(name: string): Step<boolean> {
    const path = this.receiver.path(name);
    yield* this.filters.enter(name, path);
    const { names = [] } = yield* this.receiver.sides.target.call({ do: 'list', path });
    const items = yield* this.#extraneous(name, path);
    let isEmpty = items.length === names.length;
    for (const item of items) if (!(yield* this.deleteItem(item.name, item.info))) isEmpty = false;
    if (!isEmpty) this.receiver.report.message(`cannot delete non-empty directory: ${name}\n`);
    return isEmpty;
  }

  /** What stands in the way of another kind of file goes; a directory only when it is empty or --force, --delete say so. */
  *makeWay(name: string, info: FileInfo | undefined, kind: string): Step<boolean> {
    if (info === undefined) return true;
    const { settings } = this.receiver;
    const isRecursive = settings.force || settings.deletes !== 'no';
    if (info.kind === 'directory') {
      const { names = [] } = yield* this.receiver.sides.target.call({
        do: 'list',
        path: this.receiver.path(name),
      });
      const isDone = names.length === 0 || (isRecursive && (yield* this.#deleteContents(name)));
      if (!isDone) {
        if (!isRecursive) this.receiver.report.message(`cannot delete non-empty directory: ${name}\n`);
        this.receiver.list.hadTrouble = true;
        this.receiver.report.complain(`could not make way for new ${kind}: ${name}\n`);
        return false;
      }
    }
    return yield* this.#remove(name, info);
  }
}
