/**
 * tar(1) of GNU tar 1.34. Not modelled: sparse files, several volumes, --to-command, --exclude-caches, checkpoints'
 * actions. Taken without effect: -W (what was written is right), -b, --format (archives are GNU's).
 */
import { strftime } from '../../../std/civil';
import type { Stream } from '../../../world/process.contract';
import { byteLength } from '../../../std/bytes';
import { type Errno, FileError, type Stat } from '../../../world/files.contract';
import { compress, decompress, type Format, formatOf } from '../../../std/compress/formats';
import { parseDate } from '../dates';
import { errnoText } from '../errno-text';
import { fnmatch } from '../../../std/fnmatch';
import { modeString, parseMode } from '../modes';
import { groupName, userName } from '../owners';
import { directoryName } from '../paths';
import { escapeName } from '../quoting';
import { Exit, type Command, type Step, type Tool, type ToolRun } from '../tool';
import { isEmpty, type Member, readArchive, RECORD, writeArchive } from './archive';
import { differences } from './difference';
import { Extraction } from './extraction';
import {
  dumpText,
  readDump,
  readSnapshot,
  type SavedDirectory,
  scanDirectory,
  type Snapshot,
  writeSnapshot,
} from './incremental';
import { readTarOptions, type TarSettings } from './options';
import { readTransform } from './transform';

export const tar: Command = {
  name: 'tar',
  package: 'tar',
  paths: ['/usr/bin/tar'],
  synopsis: 'tar [OPTION...] [FILE]...',
  summary:
    "GNU 'tar' saves many files together into a single tape or disk archive, and can\nrestore individual files from the archive.",
  run: (tool) => new Tar(tool).run(),
};

const FAILED = 2;
const DIFFERENT = 1;

class Tar {
  readonly #settings: TarSettings;
  readonly #excluded: ((name: string) => boolean)[] = [];
  readonly #transforms: ((name: string) => string)[];
  #failed = false;
  #differs = false;
  #directory = '';
  readonly #removed = new Set<string>();
  /** Microseconds since 1970: older files are left out. */
  #newerThan: number | undefined;
  #written = 0;
  #widest = 19;
  readonly #hardLinks = new Map<number, string>();

  constructor(private readonly tool: Tool) {
    this.#settings = readTarOptions(tool);
    this.#transforms = this.#settings.transforms.map((text) => {
      const transform = readTransform(text);
      if (transform === undefined) return tool.misuse('Invalid transform expression', FAILED);
      return transform;
    });
  }

  *run(): ToolRun {
    const { tool } = this;
    const settings = this.#settings;
    if (settings.operation === undefined)
      return tool.misuse(
        "You must specify one of the '-Acdtrux', '--delete' or '--test-label' options",
        FAILED,
      );
    if (settings.program !== undefined) return yield* this.#noProgram(settings.program);
    this.#newerThan = this.#readNewer();
    yield* this.#lists();
    for (const pattern of settings.excluded) this.#excluded.push(exclusion(pattern));
    switch (settings.operation) {
      case 'create':
        yield* this.#create([]);
        break;
      case 'append':
      case 'update':
        if (settings.compression !== undefined && settings.compression !== 'auto')
          tool.misuse('Cannot update compressed archives', FAILED);
        yield* this.#create(yield* this.#members(true));
        break;
      case 'diff':
        yield* this.#each(yield* this.#members(false), (member) => this.#compare(member));
        break;
      case 'delete':
        if (settings.compression !== undefined && settings.compression !== 'auto')
          tool.misuse('Cannot update compressed archives', FAILED);
        yield* this.#delete(yield* this.#members(false));
        break;
      case 'list':
        yield* this.#each(yield* this.#members(false), (member) => this.#list(member));
        break;
      case 'extract':
        yield* this.#each(yield* this.#members(false), this.#extraction());
    }
    yield* tool.flush();
    if (settings.totals && settings.operation === 'create')
      tool.note(
        `Total bytes written: ${this.#written} (${inUnits(this.#written)}, ${inUnits(this.#written * 1000)}/s)\n`,
      );
    if (!this.#failed) return this.#differs ? DIFFERENT : 0;
    tool.complain('Exiting with failure status due to previous errors');
    return FAILED;
  }

  #trouble(message: string): void {
    this.tool.complain(message);
    this.#failed = true;
  }
  #unreadable(file: string, message: string): void {
    if (this.#settings.ignoreFailedRead) this.tool.complain(`${file}Warning: ${message}`);
    else this.#trouble(file + message);
  }
  #fatal(message: string): never {
    this.tool.complain(message);
    this.tool.complain('Error is not recoverable: exiting now');
    throw new Exit(FAILED);
  }

  *#lists(): Step {
    for (const list of this.#settings.listFiles) {
      const name = list.slice(1);
      const read = yield* this.tool.readFile(name);
      if (typeof read === 'string') return this.#fatal(`${name}: Cannot open: ${errnoText(read)}`);
      for (const line of read.text.split(/[\n\0]/)) {
        if (line === '') continue;
        if (list.startsWith('X')) this.#settings.excluded.push(line);
        else this.#settings.names.push({ name: line });
      }
    }
  }

  /** What --newer names: a date, or a file whose time counts. */
  #readNewer(): number | undefined {
    const { newer } = this.#settings;
    if (newer === undefined) return undefined;
    if (/^[./]/.test(newer.date)) {
      const info = this.tool.stat(newer.date);
      if (info instanceof FileError)
        return this.#fatal(`${newer.date}: Cannot stat: ${errnoText(info.errno)}`);
      return info.mtime;
    }
    const date = parseDate(newer.date, this.tool.context.host.clock());
    if (date !== undefined) return date;
    this.tool.complain(`Substituting -9223372036854775807 for unknown date format ‘${newer.date}’`);
    return 0;
  }
  #isTooOld(info: Stat): boolean {
    const since = this.#newerThan;
    if (since === undefined || info.kind === 'directory') return false;
    return info.mtime < since && (this.#settings.newer?.withChanges !== true || info.ctime < since);
  }

  /** -I and --zstd with a program that is not installed. */
  *#noProgram(program: string): Step<number> {
    const { name } = this.tool;
    if (typeof this.tool.find(program) === 'string' && !/^E[A-Z]+$/.test(String(this.tool.find(program)))) {
      this.tool.complain(`not modelled: archives through ${program}`);
      return FAILED;
    }
    yield* this.tool.flush();
    this.tool.note(`${name} (child): ${program}: Cannot exec: No such file or directory\n`);
    this.tool.note(`${name} (child): Error is not recoverable: exiting now\n`);
    this.tool.complain('Child returned status 2');
    this.tool.complain('Error is not recoverable: exiting now');
    return FAILED;
  }

  // ---------------------------------------------------------------- the archive
  *#members(mayBeMissing: boolean): Step<Member[]> {
    const { archive } = this.#settings;
    const { stdin } = this.tool.context;
    if (archive === undefined || archive === '-') {
      if (stdin.tty !== undefined)
        this.#fatal('Refusing to read archive contents from terminal (missing -f option?)');
      return this.#parse(yield* this.#archiveText(stdin), mayBeMissing);
    }
    const read = this.tool.isDirectory(archive) ? 'EISDIR' : this.tool.open(archive);
    if (typeof read !== 'string') {
      const text = yield* this.#archiveText(read);
      this.tool.close(read);
      return this.#parse(text, mayBeMissing);
    }
    if (mayBeMissing && read === 'ENOENT') return [];
    if (read !== 'EISDIR') return this.#cannotOpen(archive, read, this.#settings.compression);
    return this.#fatal(`${archive}: Cannot read: Is a directory`);
  }

  /** All of an archive; two blocks of nothing end it, also when more follows for ever. */
  *#archiveText(stream: Stream): Step<string> {
    let text = '';
    for (;;) {
      const more = stream.read(RECORD);
      if (more === undefined) yield { streams: [stream] };
      else if (more === '') return text;
      else text += more;
      if (text.length >= RECORD && isEmpty(text)) return text;
      if (text.length >= RECORD) return text + (yield* this.tool.context.readAll(stream));
    }
  }

  /** With a compression it is a child of tar's own that opens the archive. */
  #cannotOpen(archive: string, errno: Errno, compression: string | undefined): never {
    if (compression === undefined || compression === 'auto')
      return this.#fatal(`${archive}: Cannot open: ${errnoText(errno)}`);
    const { name } = this.tool;
    this.tool.note(`${name} (child): ${archive}: Cannot open: ${errnoText(errno)}\n`);
    this.tool.note(`${name} (child): Error is not recoverable: exiting now\n`);
    return this.#fatal('Child returned status 2');
  }

  #parse(text: string, mayBeEmpty: boolean): Member[] {
    const { compression, operation, archive } = this.#settings;
    const format = formatOf(text);
    if ((operation === 'append' || operation === 'update') && format !== undefined)
      return this.#fatal('Cannot update compressed archives');
    const bySuffix =
      format === undefined && compression === undefined ? formatOfName(archive ?? '') : undefined;
    if (bySuffix === 'gzip' && text !== '' && readArchive(text) === undefined) {
      this.tool.complain('This does not look like a tar archive');
      this.tool.note('\ngzip: stdin: not in gzip format\n');
      this.tool.complain('Child returned status 1');
      return this.#fatalShort();
    }
    if (compression === 'gzip' && text === '') {
      this.tool.note('\ngzip: stdin: unexpected end of file\n');
      this.tool.complain('Child returned status 1');
      return this.#fatalShort();
    }
    if (compression !== undefined && compression !== 'auto' && format !== compression) {
      this.tool.note(
        {
          gzip: '\ngzip: stdin: not in gzip format\n',
          bzip2: 'bzip2: (stdin) is not a bzip2 file.\n',
          xz: 'xz: (stdin): File format not recognized\n',
        }[compression],
      );
      this.tool.complain(`Child returned status ${compression === 'bzip2' ? 2 : 1}`);
      return this.#fatalShort();
    }
    let plain = text;
    if (format !== undefined) {
      const unpacked = decompress(format, text);
      if ('problem' in unpacked) {
        this.tool.note(`\n${format}: stdin: ${unpacked.problem}\n`);
        return this.#fatal('Child returned status 1');
      }
      plain = unpacked.text;
    }
    // An empty file can be appended to, and is no archive otherwise.
    const members = readArchive(plain);
    if (members !== undefined && (plain !== '' || mayBeEmpty)) return members;
    this.tool.complain('This does not look like a tar archive');
    this.tool.complain('Exiting with failure status due to previous errors');
    throw new Exit(FAILED);
  }
  #fatalShort(): never {
    this.tool.complain('Error is not recoverable: exiting now');
    throw new Exit(FAILED);
  }

  // ---------------------------------------------------------------- writing
  *#create(before: readonly Member[]): Step {
    const { tool } = this;
    const settings = this.#settings;
    const members: Member[] = [...before];
    if (!settings.names.some((part) => 'name' in part)) {
      tool.complain('Cowardly refusing to create an empty archive');
      tool.note(tool.package.hint(tool.name));
      throw new Exit(FAILED);
    }
    const snapshot =
      settings.incremental === undefined ? undefined : yield* this.#snapshot(settings.incremental);
    const { archive } = settings;
    const toOutput = archive === undefined || archive === '-';
    if (toOutput && tool.context.stdout.tty !== undefined)
      this.#fatal('Refusing to write archive contents to terminal (missing -f option?)');
    const stream = toOutput ? undefined : tool.create(archive);
    if (typeof stream === 'string') return this.#cannotOpen(archive ?? '', stream, this.#format());
    if (snapshot !== undefined) yield* this.#saveIncrement(snapshot, members, stream?.ino);
    else
      for (const part of settings.names)
        if ('directory' in part) this.#enter(part.directory);
        else yield* this.#add(part.name, members, stream?.ino);
    const text = writeArchive(members);
    this.#written = byteLength(text);
    const packed = this.#format();
    const written = packed === undefined ? text : compress(packed, text);
    if (stream === undefined) {
      tool.print(written);
      return;
    }
    for (;;) {
      const result = stream.write(written);
      if (result === true) break;
      if (result !== undefined) return this.#fatal(`${archive ?? ''}: Cannot write: ${errnoText(result)}`);
      yield { streams: [stream] };
    }
    tool.close(stream);
    if (settings.removeFiles)
      for (const member of members.reverse())
        if (member.kind === 'directory')
          tool.context.fs.rmdir(tool.resolve(this.#path(member.name)), tool.context.who);
        else tool.context.fs.unlink(tool.resolve(this.#path(member.name)), tool.context.who);
  }

  // ---------------------------------------------------------------- incremental backups
  /** Directories first, each with what it holds; then the files that no earlier archive has. */
  *#saveIncrement(snapshot: Snapshot, members: Member[], own: number | undefined): Step {
    const { tool } = this;
    const file = this.#settings.incremental ?? '';
    const started = tool.context.host.clock();
    const directories: SavedDirectory[] = [];
    for (const part of this.#settings.names) {
      if ('directory' in part) {
        this.#enter(part.directory);
        continue;
      }
      const name = part.name.replace(/(?<=.)\/+$/, '');
      const info = tool.lstat(this.#path(name));
      if (info instanceof FileError) this.#trouble(`${name}: Cannot stat: ${errnoText(info.errno)}`);
      if (info instanceof FileError || info.kind !== 'directory') {
        yield* this.#add(part.name, members, own);
        continue;
      }
      const found = scanDirectory(
        {
          tool,
          snapshot,
          pathOf: (path) => this.#path(path),
          excludes: (path) => this.#excluded.some((matches) => matches(path)),
          tell: (message) => {
            if (this.#settings.verbose > 0) tool.complain(message);
          },
          fail: (message, { errno }) => this.#trouble(`${message}: ${errnoText(errno)}`),
        },
        name,
        info,
      );
      yield* this.#addDirectories(found, members);
      for (const directory of found)
        for (const [letter, child] of directory.entries)
          if (letter === 'Y')
            yield* this.#add(`${directory.name === '/' ? '' : directory.name}/${child}`, members, own);
      directories.push(...found);
    }
    if (file !== '' && file !== '/dev/null') this.#writeSnapshot(file, writeSnapshot(started, directories));
  }
  *#addDirectories(found: readonly SavedDirectory[], members: Member[]): Step {
    for (const directory of found) {
      const member = this.#member(`${directory.name}/`, directory.info);
      member.dump = dumpText(directory);
      members.push(member);
      this.#show(member, `${directory.name}/`);
      yield* this.tool.drain();
    }
  }
  *#snapshot(file: string): Step<Snapshot> {
    const none: Snapshot = { since: undefined, directories: [] };
    if (file === '' || this.#settings.isLevelZero) return none;
    const read = yield* this.tool.readFile(file);
    if (typeof read !== 'string')
      return readSnapshot(read.text) ?? this.#fatal(`${file}: Bad incremental file format`);
    if (read === 'ENOENT' && !(this.tool.stat(directoryName(file)) instanceof FileError)) return none;
    this.tool.complain(`${file}: Cannot open: ${errnoText(read)}`);
    this.tool.complain('Exiting with failure status due to previous errors');
    throw new Exit(FAILED);
  }
  #writeSnapshot(file: string, text: string): void {
    const { fs, who, umask } = this.tool.context;
    const failed = fs.writeFile(this.tool.resolve(file), text, who, { mode: 0o666 & ~umask });
    if (failed !== undefined) this.#trouble(`${file}: Cannot open: ${errnoText(failed.errno)}`);
  }

  #format(): Format | undefined {
    const { compression, archive } = this.#settings;
    return compression === 'auto' ? formatOfName(archive ?? '') : compression;
  }

  #enter(directory: string): void {
    const next =
      directory.startsWith('/') || this.#directory === '' ? directory : `${this.#directory}/${directory}`;
    if (!this.tool.isDirectory(next)) {
      const info = this.tool.stat(next);
      this.#fatal(
        `${directory}: Cannot open: ${errnoText(info instanceof FileError ? info.errno : 'ENOTDIR')}`,
      );
    }
    this.#directory = next;
  }
  #path(name: string): string {
    return name.startsWith('/') || this.#directory === '' ? name : `${this.#directory}/${name}`;
  }

  *#add(name: string, members: Member[], own: number | undefined): Step {
    const { tool } = this;
    if (this.#excluded.some((matches) => matches(name))) return;
    const path = this.#path(name);
    const info = this.#settings.dereference ? tool.stat(path) : tool.lstat(path);
    if (info instanceof FileError) {
      this.#trouble(`${name}: Cannot stat: ${errnoText(info.errno)}`);
      return;
    }
    if (info.ino === own) {
      tool.complain(`${name}: file is the archive; not dumped`);
      return;
    }
    if (this.#isTooOld(info)) return;
    let isKept = false;
    if (this.#settings.operation === 'update') {
      const stored = this.#stored(info.kind === 'directory' ? `${name.replace(/\/+$/, '')}/` : name);
      const known = members.findLast((member) => member.name === stored);
      isKept = known !== undefined && known.mtime >= Math.floor(info.mtime / 1_000_000);
      if (isKept && info.kind !== 'directory') return;
    }
    if (info.kind === 'socket') {
      tool.complain(`${name}: socket ignored`);
      return;
    }
    const isDirectory = info.kind === 'directory';
    const member = this.#member(isDirectory && !name.endsWith('/') ? `${name}/` : name, info);
    if (member.kind === 'symlink') {
      const link = tool.context.fs.readlink(tool.resolve(path), tool.context.who);
      member.link = link instanceof FileError ? '' : link;
    } else if (member.kind === 'file') {
      const first = info.nlink > 1 ? this.#hardLinks.get(info.ino) : undefined;
      if (first !== undefined) Object.assign(member, { kind: 'hard-link', link: first });
      else {
        const content = tool.context.fs.readFile(tool.resolve(path), tool.context.who);
        if (content instanceof FileError) {
          this.#unreadable(`${name}: `, `Cannot open: ${errnoText(content.errno)}`);
          return;
        }
        member.text = content;
        if (info.nlink > 1) this.#hardLinks.set(info.ino, member.name);
      }
    }
    const names = isDirectory ? tool.context.fs.readdir(tool.resolve(path), tool.context.who) : [];
    if (names instanceof FileError) {
      this.#unreadable(`${name}: `, `Cannot open: ${errnoText(names.errno)}`);
      return;
    }
    if (this.#settings.sorted) names.sort();
    if (!isKept) {
      members.push(member);
      this.#show(member, isDirectory && !name.endsWith('/') ? `${name}/` : name);
    }
    yield* tool.drain();
    if (this.#settings.noRecursion) return;
    for (const child of names)
      yield* this.#add(`${name.replace(/(?<=.)\/+$/, '')}${name === '/' ? '' : '/'}${child}`, members, own);
  }

  /** The member of a file, without what is in it. */
  #member(name: string, info: Stat): Member {
    const { host } = this.tool.context;
    const { numericOwner, mode } = this.#settings;
    const owner = ownerOf(this.#settings.owner, (key) => {
      const found = host.user(key);
      return found === undefined ? undefined : { id: found.uid, name: found.name };
    });
    const group = ownerOf(this.#settings.group, (key) => {
      const found = host.group(key);
      return found === undefined ? undefined : { id: found.gid, name: found.name };
    });
    const change = mode === undefined ? undefined : parseMode(mode);
    if (mode !== undefined && change === undefined) this.#fatal('Invalid mode given on option');
    return {
      name: this.#stored(name),
      mode:
        change?.(info.mode, { isDirectory: info.kind === 'directory', umask: this.tool.context.umask }) ??
        info.mode,
      uid: owner?.id ?? info.uid,
      gid: group?.id ?? info.gid,
      user: numericOwner ? '' : (owner?.name ?? userName(host, info.uid)),
      group: numericOwner ? '' : (group?.name ?? groupName(host, info.gid)),
      mtime: Math.floor((this.#mtime() ?? info.mtime) / 1_000_000),
      kind:
        info.kind === 'directory'
          ? 'directory'
          : info.kind === 'symlink'
            ? 'symlink'
            : info.kind === 'fifo'
              ? 'fifo'
              : 'file',
      link: '',
      text: '',
    };
  }

  #mtime(): number | undefined {
    const { mtime } = this.#settings;
    return mtime === undefined ? undefined : parseDate(mtime, this.tool.context.host.clock());
  }

  #stored(name: string): string {
    let stored = name;
    const prefix = this.#settings.absolute ? '' : (/^(?:.*\/)?\.\.(?:\/|$)|^\/+/.exec(name)?.[0] ?? '');
    if (prefix !== '') {
      const told = prefix.startsWith('/') && !prefix.includes('..') ? '/' : prefix;
      if (!this.#removed.has(told)) this.tool.complain(`Removing leading \`${told}' from member names`);
      this.#removed.add(told);
      stored = name.slice(prefix.length) || './';
    }
    for (const transform of this.#transforms) stored = transform(stored);
    return stored;
  }

  // ---------------------------------------------------------------- telling
  #show(member: Member, name: string): void {
    const { verbose, operation, archive, toOutput } = this.#settings;
    const level = operation === 'list' ? verbose + 1 : verbose;
    if (level === 0) return;
    const line = level === 1 ? shown(name) : this.#long(member, shown(name));
    const isData = toOutput || (operation === 'create' && (archive === undefined || archive === '-'));
    if (isData) this.tool.note(`${line}\n`);
    else this.tool.line(line);
  }

  #long(member: Member, name: string): string {
    const kind = member.kind === 'hard-link' ? 'file' : member.kind;
    const mode =
      member.kind === 'hard-link'
        ? `h${modeString('file', member.mode).slice(1)}`
        : modeString(kind, member.mode);
    const owner =
      this.#settings.numericOwner || member.user === ''
        ? `${member.uid}/${member.gid}`
        : `${member.user}/${member.group === '' ? member.gid : member.group}`;
    const size = String(byteLength(member.kind === 'file' ? member.text : (member.dump ?? '')));
    const needed = owner.length + 1 + size.length;
    this.#widest = Math.max(this.#widest, needed);
    const time = strftime('%Y-%m-%d %H:%M', member.mtime * 1_000_000);
    const end =
      member.kind === 'symlink'
        ? ` -> ${member.link}`
        : member.kind === 'hard-link'
          ? ` link to ${member.link}`
          : '';
    return `${mode} ${owner} ${size.padStart(this.#widest - needed + size.length)} ${time} ${name}${end}`;
  }

  // ---------------------------------------------------------------- reading
  #extraction(): (member: Member) => void {
    const extraction = new Extraction({
      tool: this.tool,
      settings: this.#settings,
      transforms: this.#transforms,
      trouble: (message) => this.#trouble(message),
      path: (name) => this.#path(name),
      show: (member, name) => this.#show(member, name),
      stored: (name) => this.#stored(name),
    });
    return (member) => extraction.extract(member);
  }

  *#each(members: readonly Member[], act: (member: Member) => void): Step {
    const names = this.#settings.names.flatMap((part) => ('name' in part ? [part.name] : []));
    const found = new Set<string>();
    for (const part of this.#settings.names) if ('directory' in part) this.#enter(part.directory);
    const patterns = names.map((name) => {
      const trimmed = name.replace(/\/+$/, '');
      const matches = this.#settings.wildcards
        ? fnmatch(trimmed)
        : (text: string): boolean => text === trimmed;
      return { name, matches: (text: string): boolean => matches(text) || text.startsWith(`${trimmed}/`) };
    });
    for (const member of members) {
      const bare = member.name.replace(/\/+$/, '');
      if (this.#excluded.some((matches) => matches(bare))) continue;
      const wanted = patterns.filter((pattern) => pattern.matches(bare));
      for (const { name } of wanted) found.add(name);
      if (patterns.length === 0 || wanted.length > 0) act(member);
      yield* this.tool.drain();
    }
    for (const name of names) if (!found.has(name)) this.#trouble(`${name}: Not found in archive`);
  }

  #compare(member: Member): void {
    this.#show(member, member.name);
    const found = differences(this.tool, member, this.#path(member.name.replace(/(?<=.)\/+$/, '')));
    const name = member.name.replace(/\/+$/, '');
    if (found instanceof FileError)
      this.tool.complain(`${name}: Warning: Cannot stat: ${errnoText(found.errno)}`);
    else for (const difference of found) this.tool.line(`${name}: ${difference}`);
    if (found instanceof FileError || found.length > 0) this.#differs = true;
  }

  *#delete(members: readonly Member[]): Step {
    const { archive, names } = this.#settings;
    const gone = new Set<Member>();
    if (names.length > 0) yield* this.#each(members, (member) => gone.add(member));
    const failed = this.tool.context.fs.writeFile(
      this.tool.resolve(archive ?? '-'),
      writeArchive(members.filter((member) => !gone.has(member))),
      this.tool.context.who,
      {},
    );
    if (failed !== undefined) this.#fatal(`${archive ?? ''}: Cannot open: ${errnoText(failed.errno)}`);
  }

  #list(member: Member): void {
    if (!this.#settings.absolute && member.name.startsWith('/')) this.#stored(member.name);
    this.#show(member, member.name);
    const { incremental, verbose } = this.#settings;
    if (incremental !== undefined && verbose >= 2 && member.dump !== undefined)
      this.tool.print(
        `${[...readDump(member.dump).held].map(([name, letter]) => `${letter} ${name}\n`).join('')}\n`,
      );
  }
}

function shown(name: string): string {
  return /[\u0000-\u001f\u007f\\]|[\udc80-\udcff]/.test(name)
    ? escapeName(name).replaceAll('\\ ', ' ')
    : name;
}

/** `--owner=NAME`, `NAME:ID` or `ID`. */
function ownerOf(
  text: string | undefined,
  find: (key: string | number) => { id: number; name: string } | undefined,
): { id: number; name: string } | undefined {
  if (text === undefined) return undefined;
  const [name = '', id] = text.split(':');
  if (id !== undefined) return { id: Number(id), name };
  if (/^\d+$/.test(name)) return find(Number(name)) ?? { id: Number(name), name: '' };
  return find(name) ?? { id: 0, name };
}

function formatOfName(archive: string): Format | undefined {
  if (/\.(tgz|taz|gz)$/.test(archive)) return 'gzip';
  if (/\.(tbz2?|bz2)$/.test(archive)) return 'bzip2';
  return /\.(txz|xz)$/.test(archive) ? 'xz' : undefined;
}

/** `10KiB` */
function inUnits(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value < 10 && unit > 0 && value % 1 !== 0 ? value.toFixed(1) : String(Math.ceil(value))}${units[unit] ?? ''}`;
}

/** A pattern matches the whole name or what follows any slash. */
function exclusion(pattern: string): (name: string) => boolean {
  const matches = fnmatch(pattern.replace(/(?<=.)\/+$/, ''));
  return (name) => {
    const bare = name.replace(/\/+$/, '');
    const parts = bare.split('/');
    return (
      parts.some((_, from) =>
        parts.slice(from).some((__, count) => matches(parts.slice(from, from + count + 1).join('/'))),
      ) || matches(bare)
    );
  };
}
