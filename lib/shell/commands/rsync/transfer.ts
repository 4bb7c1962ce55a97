/** The receiving side: compares the list with what is there, makes, changes and deletes files. Source: `generator.c`, `receiver.c`, `delete.c` of 3.2.7. */
import type { Step, Tool } from '../tool';
import { blockLength, literalBytes } from './delta';
import { Deletion } from './deletion';
import { DirectoryFilters } from './directory-filters';
import { type Entry, type FileList, leavesTree, type ListPart } from './file-list';
import type { FilterList } from './filters';
import { type Change, isSignificant } from './itemize';
import type { RsyncSettings } from './options';
import { Abandoned, type Found, makePath, Receiver, type TransferSides } from './receiver';
import type { Report } from './report';
import { type FileInfo, reasonOf } from './tree';
import type { WireCount } from './wire';

export class Transfer {
  readonly #filters: DirectoryFilters;
  readonly #receiver: Receiver;
  readonly #deletion: Deletion;
  readonly #skipped = new Set<string>();
  readonly #touched: { path: string; entry: Entry }[] = [];
  readonly #tweaked: { path: string; mode: number }[] = [];
  readonly #firstOfLinks = new Map<string, Entry>();
  readonly #later: (() => Step)[] = [];

  constructor(
    private readonly tool: Tool,
    private readonly settings: RsyncSettings,
    private readonly sides: TransferSides,
    private readonly list: FileList,
    filters: FilterList,
    private readonly report: Report,
    private readonly wire: WireCount,
  ) {
    this.#filters = new DirectoryFilters(filters, 'receiver', sides.target);
    this.#receiver = new Receiver(settings, sides, list, report);
    this.#deletion = new Deletion(this.#receiver, this.#filters);
  }

  /** Gives how many files were not deleted for --max-delete. */
  *run(): Step<number> {
    const { settings, list } = this;
    yield* this.#checkBases();
    if (settings.verbose >= 2)
      this.report.message(
        this.#isWhole()
          ? 'delta-transmission disabled for local transfer or --whole-file\n'
          : 'delta-transmission enabled\n',
      );
    if (settings.deletes === 'before') for (const part of list.parts) yield* this.#deletion.deleteIn(part);
    for (const [index, part] of list.parts.entries()) {
      yield* this.#part(part);
      if (index === 0 && this.report.isIncremental) yield* this.report.batch();
    }
    for (const act of this.#later) yield* act();
    for (const name of list.missing) yield* this.#deletion.deleteMissing(name);
    yield* this.report.batch();
    if (settings.deletes === 'after') for (const part of list.parts) yield* this.#deletion.deleteIn(part);
    yield* this.#deletion.delayed();
    yield* this.#retouch();
    yield* this.report.batch();
    return this.#deletion.skipped;
  }

  *#part({ parent, entries }: ListPart): Step {
    if (parent !== undefined) yield* this.#directory(parent);
    if (parent !== undefined && this.#isBelowSkipped(parent.name)) return;
    const root = parent === undefined ? entries.find(({ name }) => name === '.') : undefined;
    if (root !== undefined) yield* this.#directory(root);
    for (const entry of entries) {
      if (entry === root || this.#isBelowSkipped(entry.name)) continue;
      // A directory that is gone into stands before its contents.
      if (entry.info.kind === 'directory' && entry.hasContents) continue;
      this.report.at(entry);
      yield* this.#entry(entry);
    }
  }

  *#entry(entry: Entry): Step {
    const { settings } = this;
    const { kind } = entry.info;
    if (kind === 'directory') return yield* this.#directory(entry);
    if (kind === 'file') return yield* this.#file(entry);
    if (kind === 'symlink' && settings.links) return yield* this.#symlink(entry);
    if (kind === 'fifo' && settings.specials) return yield* this.#special(entry);
    if (settings.existing && (yield* this.#receiver.look(entry.name)).info === undefined)
      return this.#notCreated('file', entry.name);
    this.report.message(`skipping non-regular file "${entry.name}"\n`);
  }

  // ---------------------------------------------------------------- looking
  #isBelowSkipped(name: string): boolean {
    return this.#receiver.isBelow(name, this.#skipped);
  }
  #notCreated(kind: string, name: string): void {
    if (this.settings.verbose >= 2) this.report.message(`not creating new ${kind} "${name}"\n`);
  }

  /** Same second, unless --modify-window allows more. */
  #sameTime(a: number, b: number): boolean {
    return Math.abs(Math.floor(a / 1e6) - Math.floor(b / 1e6)) <= this.settings.modifyWindow;
  }

  *#isUnchanged(entry: Entry, found: Found): Step<boolean> {
    const { settings } = this;
    const { info } = found;
    if (info === undefined || info.size !== entry.info.size) return false;
    if (settings.checksum) return (yield* this.#text(entry)) === (yield* this.#read(found.path));
    if (settings.sizeOnly) return true;
    if (settings.ignoreTimes) return false;
    return this.#sameTime(info.mtime, entry.info.mtime);
  }
  *#read(path: string): Step<string | undefined> {
    return (yield* this.sides.target.call({ do: 'read', path })).text;
  }
  *#text(entry: Entry): Step<string | undefined> {
    return (yield* this.sides.source.call({ do: 'read', path: entry.path })).text;
  }

  /** Permission bits that the file is to have. */
  #wantedMode(entry: Entry, before: FileInfo | undefined): number {
    const { settings } = this;
    if (settings.perms) return entry.mode & 0o7777;
    const exists =
      before !== undefined && (before.kind === 'directory') === (entry.info.kind === 'directory');
    if (!exists) return entry.mode & 0o777 & ~this.sides.identity.umask;
    let mode = before.mode & 0o7777;
    if (settings.executability && entry.info.kind === 'file') {
      const runs = (entry.mode & 0o111) !== 0;
      if (!runs) mode &= ~0o111;
      else if ((mode & 0o111) === 0) mode |= (mode & 0o444) >> 2;
    }
    return mode;
  }

  #differences(entry: Entry, before: FileInfo | undefined, done: Change): Change {
    if (before === undefined) return { ...done, isNew: true };
    const { settings } = this;
    const isDirectory = entry.info.kind === 'directory';
    const isLink = entry.info.kind === 'symlink';
    const keepsTime =
      settings.times && !(isDirectory ? settings.omitDirTimes : isLink && settings.omitLinkTimes);
    const owner = this.sides.ownership.of(entry.info);
    return {
      ...done,
      size: entry.info.kind === 'file' && before.size !== entry.info.size,
      time: keepsTime
        ? !this.#sameTime(before.mtime, entry.info.mtime)
        : (done.isTransfer === true || done.isLocal === true) && !isDirectory,
      perms: !isLink && this.#wantedMode(entry, before) !== (before.mode & 0o7777),
      owner: owner.uid !== undefined && owner.uid !== before.uid,
      group: owner.gid !== undefined && owner.gid !== before.gid,
    };
  }

  /** Sets what differs. `before` is what is there now; undefined for what was just made. */
  *#setAttributes(entry: Entry, path: string, before: FileInfo | undefined): Step<boolean> {
    if (this.settings.dryRun) return false;
    const { target, ownership } = this.sides;
    const { settings } = this;
    const isLink = entry.info.kind === 'symlink';
    const { info: now } = yield* target.call({ do: 'stat', path, follow: false });
    if (now === undefined) return false;
    let changed = false;
    const owner = ownership.of(entry.info);
    const uid = owner.uid ?? now.uid;
    const gid = owner.gid ?? now.gid;
    if (uid !== now.uid || gid !== now.gid) {
      const { errno } = yield* target.call({ do: 'chown', path, uid, gid });
      if (errno !== undefined)
        this.#receiver.trouble(`chown "${this.#receiver.full(path)}" failed`, errno, 'receiver');
      changed = true;
    }
    const mode = this.#wantedMode(entry, before ?? undefined);
    if (!isLink && mode !== (now.mode & 0o7777)) {
      const { errno } = yield* target.call({ do: 'chmod', path, mode });
      if (errno !== undefined)
        this.#receiver.trouble(`failed to set permissions on "${this.#receiver.full(path)}"`, errno);
      changed = true;
    }
    const keepsTime =
      settings.times &&
      !(entry.info.kind === 'directory' ? settings.omitDirTimes : isLink && settings.omitLinkTimes);
    if (keepsTime && entry.info.mtime !== now.mtime) {
      const { errno } = yield* target.call({ do: 'utimes', path, mtime: entry.info.mtime });
      if (errno !== undefined)
        this.#receiver.trouble(`failed to set times on "${this.#receiver.full(path)}"`, errno);
      changed = true;
    }
    return changed;
  }

  /** Tells of a file, and counts what goes to the sender and back. */
  *#tell(entry: Entry, change: Change): Step {
    if (
      isSignificant(change) ||
      change.linkedTo !== undefined ||
      this.settings.verbose >= 2 ||
      this.settings.itemize > 1
    )
      this.wire.item(change);
    yield* this.report.item(entry, change);
  }

  // ---------------------------------------------------------------- directories
  *#directory(entry: Entry): Step {
    const { settings } = this;
    const { target } = this.sides;
    if (this.#isBelowSkipped(entry.name)) return;
    this.report.at(entry);
    const found = yield* this.#receiver.look(entry.name);
    let before = found.info;
    if (settings.existing && before === undefined) {
      this.#skipped.add(entry.name);
      return this.#notCreated('directory', entry.name);
    }
    if (settings.ignoreExisting && before !== undefined && before.kind !== 'directory') {
      if (settings.verbose >= 2) this.report.message(`${entry.name} exists\n`);
      return;
    }
    if (before !== undefined && before.kind !== 'directory') {
      if (settings.keepDirLinks && before.kind === 'symlink') {
        before = (yield* target.call({ do: 'stat', path: found.path, follow: true })).info;
        if (before?.kind === 'directory') return;
      }
      if (!(yield* this.#deletion.makeWay(entry.name, before, 'directory')))
        return this.#failDirectory(entry);
      before = undefined;
    }
    const isMade = before === undefined || this.report.wasMade(entry.name);
    const basis = isMade ? yield* this.#basisDirectory(entry) : undefined;
    let change = this.#differences(entry, isMade ? undefined : before, isMade ? { isLocal: true } : {});
    if (basis !== undefined)
      change = {
        ...this.#differences(entry, basis, { isLocal: true }),
        time: !this.#sameTime(basis.mtime, entry.info.mtime),
      };
    const isQuiet = basis !== undefined && !isSignificant({ ...change, isLocal: false });
    if (settings.dryRun && before === undefined) this.#receiver.missing.add(entry.name);
    if (before === undefined && !settings.dryRun && !(yield* this.#makeDirectory(entry, found.path))) {
      return this.#failDirectory(entry);
    }
    const keepsTime = settings.times && !settings.omitDirTimes;
    yield* this.#setAttributes(entry, found.path, before);
    yield* this.#openUp(found.path);
    if (keepsTime && !settings.dryRun) this.#touched.push({ path: found.path, entry });
    if (entry.hasContents && (settings.deletes === 'during' || settings.deletes === 'delay'))
      yield* this.#deletion.deleteInDirectory(entry);
    else if (settings.deletes === 'no' || !entry.hasContents)
      yield* this.#filters.enter(entry.name === '.' ? '' : entry.name, found.path);
    if (!isQuiet) yield* this.#tell(entry, change);
  }

  *#makeDirectory(entry: Entry, path: string): Step<boolean> {
    const { target } = this.sides;
    const mode = this.#wantedMode(entry, undefined) | 0o700;
    let made = yield* target.call({ do: 'mkdir', path, mode });
    if (made.errno === 'ENOENT' && this.settings.relative) {
      yield* makePath(target, path.slice(0, path.lastIndexOf('/')));
      made = yield* target.call({ do: 'mkdir', path, mode });
    }
    if (made.errno === undefined || made.errno === 'EEXIST') return true;
    this.#receiver.trouble(`recv_generator: mkdir "${this.#receiver.full(path)}" failed`, made.errno);
    return false;
  }
  #failDirectory(entry: Entry): void {
    this.#skipped.add(entry.name);
    this.report.complain('*** Skipping any contents from this failed directory ***\n');
  }
  /** While files are put into a directory, its owner may write there. */
  *#openUp(path: string): Step {
    const { target, identity } = this.sides;
    if (identity.uid === 0 || this.settings.dryRun) return;
    const { info } = yield* target.call({ do: 'stat', path, follow: true });
    if (info === undefined || (info.mode & 0o700) === 0o700 || info.uid !== identity.uid) return;
    yield* target.call({ do: 'chmod', path, mode: (info.mode & 0o7777) | 0o700 });
    this.#tweaked.push({ path, mode: info.mode & 0o7777 });
  }
  *#retouch(): Step {
    const { target } = this.sides;
    for (const { path, mode } of this.#tweaked) yield* target.call({ do: 'chmod', path, mode });
    for (const { path, entry } of this.#touched.reverse())
      yield* target.call({ do: 'utimes', path, mtime: entry.info.mtime });
  }

  // ---------------------------------------------------------------- links and specials
  *#symlink(entry: Entry): Step {
    const { settings } = this;
    const { target } = this.sides;
    const { link } = entry.info;
    const found = yield* this.#receiver.look(entry.name);
    if (settings.existing && found.info === undefined) return this.#notCreated('file', entry.name);
    if (settings.ignoreExisting && found.info !== undefined) return this.#tellExists(entry);
    if (settings.safeLinks && leavesTree(link, entry.name)) {
      if (settings.verbose > 0) this.report.message(`ignoring unsafe symlink "${entry.name}" -> "${link}"\n`);
      return;
    }
    let before = found.info;
    if (before?.kind === 'symlink' && before.link === link) {
      const change = this.#differences(entry, before, {});
      yield* this.#setAttributes(entry, found.path, before);
      this.#tellUpToDate(entry);
      return yield* this.#tell(entry, change);
    }
    if (before === undefined && (yield* this.#basisLink(entry, found.path))) return;
    if (before !== undefined && before.kind !== 'symlink') {
      if (!(yield* this.#deletion.makeWay(entry.name, before, 'symlink'))) return;
      before = undefined;
    }
    if (!settings.dryRun) {
      if (before !== undefined && settings.backup) yield* this.#receiver.backUp(entry.name);
      if (before !== undefined) yield* target.call({ do: 'unlink', path: found.path });
      const made = yield* target.call({ do: 'symlink', target: link, path: found.path });
      if (made.errno !== undefined) {
        this.#receiver.trouble(
          `symlink "${this.#receiver.full(found.path)}" -> "${link}" failed`,
          made.errno,
        );
        return;
      }
      yield* this.#setAttributes(entry, found.path, undefined);
    }
    if (settings.removeSourceFiles) yield* this.#removeSource(entry);
    yield* this.#tell(entry, { ...this.#differences(entry, before, { isLocal: true, value: true }) });
  }

  *#special(entry: Entry): Step {
    const found = yield* this.#receiver.look(entry.name);
    if (this.settings.existing && found.info === undefined) return this.#notCreated('file', entry.name);
    if (found.info?.kind === 'fifo') {
      const change = this.#differences(entry, found.info, {});
      yield* this.#setAttributes(entry, found.path, found.info);
      return yield* this.#tell(entry, change);
    }
    if (found.info !== undefined && !(yield* this.#deletion.makeWay(entry.name, found.info, 'special file')))
      return;
    if (!this.settings.dryRun) {
      const made = yield* this.sides.target.call({
        do: 'mkfifo',
        path: found.path,
        mode: entry.mode & 0o777,
      });
      if (made.errno !== undefined) {
        this.#receiver.trouble(`mknod "${this.#receiver.full(found.path)}" failed`, made.errno);
        return;
      }
      yield* this.#setAttributes(entry, found.path, undefined);
    }
    yield* this.#tell(entry, { isNew: true, isLocal: true, value: true });
  }

  #tellExists(entry: Entry): void {
    if (this.settings.verbose >= 2) this.report.message(`${entry.name} exists\n`);
  }
  #tellUpToDate(entry: Entry): void {
    if (this.settings.verbose >= 2 && this.settings.itemize === 0)
      this.report.message(`${entry.name} is uptodate\n`);
  }

  // ---------------------------------------------------------------- files
  *#file(entry: Entry): Step {
    const { settings } = this;
    const found = yield* this.#receiver.look(entry.name);
    if (settings.existing && found.info === undefined) return this.#notCreated('file', entry.name);
    if (settings.ignoreExisting && found.info !== undefined) return this.#tellExists(entry);
    if (settings.hardLinks && entry.info.nlink > 1 && this.#linksToEarlier(entry, found.path)) return;
    if (settings.maxSize !== undefined && entry.info.size > settings.maxSize) {
      if (settings.verbose >= 2) this.report.message(`${entry.name} is over max-size\n`);
      return;
    }
    if (settings.minSize !== undefined && entry.info.size < settings.minSize) {
      if (settings.verbose >= 2) this.report.message(`${entry.name} is under min-size\n`);
      return;
    }
    let before = found.info;
    const isNewer =
      before !== undefined &&
      Math.floor(before.mtime / 1e6) > Math.floor(entry.info.mtime / 1e6) + settings.modifyWindow;
    if (settings.update && isNewer) {
      if (settings.verbose >= 2) this.report.message(`${entry.name} is newer\n`);
      return;
    }
    if (before !== undefined && before.kind !== 'file') {
      if (!(yield* this.#deletion.makeWay(entry.name, before, 'regular file'))) return;
      before = undefined;
    }
    if (yield* this.#basisFile(entry, { path: found.path, info: before })) return;
    if (before !== undefined && (yield* this.#isUnchanged(entry, { path: found.path, info: before }))) {
      const change = this.#differences(entry, before, {});
      yield* this.#setAttributes(entry, found.path, before);
      if (settings.removeSourceFiles) yield* this.#removeSource(entry);
      this.#tellUpToDate(entry);
      return yield* this.#tell(entry, change);
    }
    yield* this.#transfer(entry, found.path, before);
  }

  /** With -H, the first of a group is sent; the others are linked to it when all is there. */
  #linksToEarlier(entry: Entry, path: string): boolean {
    const key = `${entry.info.mount}:${entry.info.ino}`;
    const first = this.#firstOfLinks.get(key);
    if (first === undefined) {
      this.#firstOfLinks.set(key, entry);
      return false;
    }
    this.#later.push(() => this.#hardLink(entry, path, first));
    return true;
  }
  *#hardLink(entry: Entry, path: string, first: Entry): Step {
    const { target } = this.sides;
    const leader = yield* this.#receiver.look(first.name);
    const { info: before } = yield* target.call({ do: 'stat', path, follow: false });
    if (before !== undefined && leader.info?.ino === before.ino) return yield* this.#tell(entry, {});
    if (!this.settings.dryRun) {
      if (before !== undefined) yield* target.call({ do: 'unlink', path });
      const made = yield* target.call({ do: 'link', from: leader.path, path });
      if (made.errno !== undefined) {
        this.#receiver.trouble(`link "${this.#receiver.full(path)}" => ${first.name} failed`, made.errno);
        return;
      }
    }
    yield* this.#tell(entry, {
      ...this.#differences(entry, before, { isLocal: true }),
      linkedTo: first.name,
    });
  }

  *#transfer(entry: Entry, path: string, before: FileInfo | undefined): Step {
    const { settings } = this;
    const change = this.#differences(entry, before, {
      isTransfer: true,
      ...(settings.checksum && before !== undefined ? { value: true } : {}),
    });
    if (settings.dryRun) return yield* this.#tell(entry, change);
    const read = yield* this.sides.source.call({ do: 'read', path: entry.path });
    if (read.text === undefined) {
      this.list.hadTrouble = true;
      this.report.complain(
        `rsync: [sender] send_files failed to open "${this.report.sourceName(entry.path)}": ${reasonOf(read.errno ?? 'EACCES')}\n`,
      );
      return;
    }
    const basis = before === undefined || this.#isWhole() ? undefined : yield* this.#read(path);
    const literal = literalBytes(read.text, basis);
    this.wire.item(change);
    this.wire.data(entry.info.size, literal, basis === undefined ? undefined : (before?.size ?? 0));
    yield* this.report.item(entry, change);
    yield* this.report.progress(entry.info.size);
    yield* this.#write(entry, path, read.text, before);
    this.report.transferred(entry.info.size, literal, blockLength(before?.size ?? 0));
    if (settings.removeSourceFiles) yield* this.#removeSource(entry);
  }
  #isWhole(): boolean {
    const { source, target } = this.sides;
    return this.settings.wholeFile ?? !(source.isRemote || target.isRemote);
  }

  *#write(entry: Entry, path: string, text: string, before: FileInfo | undefined): Step {
    const { settings } = this;
    const { target } = this.sides;
    const inPlace = settings.inplace || settings.append;
    const temporary = inPlace ? path : temporaryName(path, this.tool);
    const written = yield* target.call({ do: 'write', path: temporary, text });
    if (written.errno === 'ENOSPC') {
      if (!inPlace) yield* target.call({ do: 'unlink', path: temporary });
      yield* this.report.batch();
      throw new Abandoned(
        `rsync: [receiver] write failed on "${this.#receiver.full(path)}": ${reasonOf('ENOSPC')}\n`,
        11,
        'receiver.c(401)',
        'receiver',
      );
    }
    if (written.errno !== undefined) {
      this.#receiver.trouble(
        `${inPlace ? 'open' : 'mkstemp'} "${this.#receiver.full(temporary)}" failed`,
        written.errno,
        'receiver',
      );
      return;
    }
    if (!inPlace && before !== undefined) {
      // A new inode; what is not preserved stays as it was.
      const owner = this.sides.ownership.of(entry.info);
      const gid =
        owner.gid ??
        (this.sides.identity.gids.includes(before.gid) || this.sides.identity.uid === 0
          ? before.gid
          : undefined);
      const uid = owner.uid ?? (this.sides.identity.uid === 0 ? before.uid : undefined);
      if (uid !== undefined || gid !== undefined) {
        const { info } = yield* target.call({ do: 'stat', path: temporary, follow: false });
        if (info !== undefined && (info.uid !== (uid ?? info.uid) || info.gid !== (gid ?? info.gid)))
          yield* target.call({ do: 'chown', path: temporary, uid: uid ?? info.uid, gid: gid ?? info.gid });
      }
    }
    yield* this.#setAttributes(entry, temporary, before);
    if (inPlace) return;
    if (settings.backup && before !== undefined) yield* this.#receiver.backUp(entry.name);
    const renamed = yield* target.call({ do: 'rename', from: temporary, path });
    if (renamed.errno === undefined) return;
    this.#receiver.trouble(
      `rename "${this.#receiver.full(temporary)}" -> "${entry.name}"`,
      renamed.errno,
      'receiver',
    );
    yield* target.call({ do: 'unlink', path: temporary });
  }

  *#removeSource(entry: Entry): Step {
    if (!this.settings.dryRun) yield* this.sides.source.call({ do: 'unlink', path: entry.path });
  }

  // ---------------------------------------------------------------- --link-dest and its like
  *#checkBases(): Step {
    for (const { kind, directory } of this.settings.basis) {
      const path = this.#receiver.basisPath(directory, '.');
      const { info } = yield* this.sides.target.call({ do: 'stat', path, follow: true });
      if (info === undefined) this.report.complain(`--${kind}-dest arg does not exist: ${directory}\n`);
      else if (info.kind !== 'directory')
        this.report.complain(`--${kind}-dest arg is not a dir: ${directory}\n`);
    }
  }
  *#basisDirectory(entry: Entry): Step<FileInfo | undefined> {
    for (const { directory } of this.settings.basis) {
      const path = this.#receiver.basisPath(directory, entry.name);
      const { info } = yield* this.sides.target.call({ do: 'stat', path, follow: false });
      if (info?.kind === 'directory') return info;
    }
    return undefined;
  }
  *#basisLink(entry: Entry, path: string): Step<boolean> {
    for (const { kind, directory } of this.settings.basis) {
      const from = this.#receiver.basisPath(directory, entry.name);
      const { info } = yield* this.sides.target.call({ do: 'stat', path: from, follow: false });
      if (info?.kind !== 'symlink' || info.link !== entry.info.link) continue;
      if (isSignificant(this.#differences(entry, info, {})) || kind === 'copy') return false;
      if (kind === 'link' && !this.settings.dryRun) {
        const made = yield* this.sides.target.call({ do: 'link', from, path });
        if (made.errno !== undefined) return false;
      }
      if (this.settings.itemize > 1 || this.settings.verbose >= 2)
        yield* this.#tell(entry, kind === 'link' ? { isLocal: true, linkedTo: '' } : {});
      return true;
    }
    return false;
  }
  /** True when a file of --link-dest, --copy-dest or --compare-dest made a transfer needless. */
  *#basisFile(entry: Entry, found: Found): Step<boolean> {
    const { target } = this.sides;
    const [first] = this.settings.basis;
    if (first === undefined || (found.info !== undefined && first.kind === 'copy')) return false;
    let copied: Found | undefined;
    for (const { kind, directory } of this.settings.basis) {
      const path = this.#receiver.basisPath(directory, entry.name);
      const { info } = yield* target.call({ do: 'stat', path, follow: false });
      if (info?.kind !== 'file' || !(yield* this.#isUnchanged(entry, { path, info }))) continue;
      const isSame = !isSignificant(this.#differences(entry, info, {}));
      if (!isSame || kind === 'copy') {
        copied ??= { path, info };
        continue;
      }
      if (found.info !== undefined) {
        if (kind === 'link' && found.info.ino === info.ino) return false;
        if (!this.settings.dryRun) yield* target.call({ do: 'unlink', path: found.path });
      }
      if (kind === 'link' && !this.settings.dryRun) {
        const made = yield* target.call({ do: 'link', from: path, path: found.path });
        if (made.errno !== undefined) return false;
      }
      if (kind === 'compare') yield* this.#tell(entry, {});
      else if (this.settings.itemize > 1 || this.settings.verbose >= 2)
        yield* this.#tell(entry, { isLocal: true, linkedTo: '' });
      return true;
    }
    if (copied?.info === undefined || found.info !== undefined) return false;
    const text = yield* this.#read(copied.path);
    if (text === undefined) return false;
    if (!this.settings.dryRun) yield* this.#write(entry, found.path, text, undefined);
    yield* this.#tell(entry, { ...this.#differences(entry, copied.info, { isLocal: true }), time: false });
    return true;
  }
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
function temporaryName(path: string, tool: Tool): string {
  const cut = path.lastIndexOf('/') + 1;
  const random = tool.context.kernel.random(`rsync:${tool.context.host.name}`);
  let end = '';
  for (let i = 0; i < 6; i++) end += LETTERS[random.integer(0, LETTERS.length - 1)] ?? '';
  return `${path.slice(0, cut)}.${path.slice(cut)}.${end}`;
}
