/** tar(1) of GNU tar 1.34. Not modelled: sparse files, incremental backups, several volumes. */
import { strftime } from '../../../std/civil';
import { byteLength } from '../../../std/bytes';
import { type Errno, FileError } from '../../../world/files.contract';
import { compress, decompress, type Format, formatOf } from '../../../std/compress/formats';
import { parseDate } from '../dates';
import { errnoText } from '../errno-text';
import { fnmatch } from '../../../std/fnmatch';
import { makeDirectories } from '../mkdir';
import { modeString } from '../modes';
import { groupName, userName } from '../owners';
import { directoryName } from '../paths';
import { escapeName } from '../quoting';
import { Exit, type Command, type Step, type Tool, type ToolRun } from '../tool';
import { type Member, readArchive, writeArchive } from './archive';
import { differences } from './difference';
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
  #toldOfSlash = false;
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
    yield* this.#lists();
    for (const pattern of settings.excluded) this.#excluded.push(exclusion(pattern));
    switch (settings.operation) {
      case 'create':
        yield* this.#create([]);
        break;
      case 'append':
      case 'update':
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
        yield* this.#each(yield* this.#members(false), (member) => this.#extract(member));
    }
    yield* tool.flush();
    if (!this.#failed) return this.#differs ? DIFFERENT : 0;
    tool.complain('Exiting with failure status due to previous errors');
    return FAILED;
  }

  #trouble(message: string): void {
    this.tool.complain(message);
    this.#failed = true;
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

  // ---------------------------------------------------------------- the archive
  *#members(mayBeMissing: boolean): Step<Member[]> {
    const { archive } = this.#settings;
    const { stdin } = this.tool.context;
    if (archive === undefined || archive === '-') {
      if (stdin.tty !== undefined)
        this.#fatal('Refusing to read archive contents from terminal (missing -f option?)');
      return this.#parse(yield* this.tool.context.readAll(), mayBeMissing);
    }
    const read = yield* this.tool.readFile(archive);
    if (typeof read !== 'string') return this.#parse(read.text, mayBeMissing);
    if (mayBeMissing && read === 'ENOENT') return [];
    if (read !== 'EISDIR') return this.#cannotOpen(archive, read, this.#settings.compression);
    return this.#fatal(`${archive}: Cannot read: Is a directory`);
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
    const { compression } = this.#settings;
    const format = formatOf(text);
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
    const { archive } = settings;
    const toOutput = archive === undefined || archive === '-';
    if (toOutput && tool.context.stdout.tty !== undefined)
      this.#fatal('Refusing to write archive contents to terminal (missing -f option?)');
    const stream = toOutput ? undefined : tool.create(archive);
    if (typeof stream === 'string') return this.#cannotOpen(archive ?? '', stream, this.#format());
    for (const part of settings.names)
      if ('directory' in part) this.#enter(part.directory);
      else yield* this.#add(part.name, members, stream?.ino);
    const text = writeArchive(members);
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

  #format(): Format | undefined {
    const { compression, archive } = this.#settings;
    if (compression !== 'auto') return compression;
    if (/\.(tgz|taz|gz)$/.test(archive ?? '')) return 'gzip';
    if (/\.(tbz2?|bz2)$/.test(archive ?? '')) return 'bzip2';
    return /\.(txz|xz)$/.test(archive ?? '') ? 'xz' : undefined;
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
    if (this.#settings.operation === 'update') {
      const stored = this.#stored(info.kind === 'directory' ? `${name.replace(/\/+$/, '')}/` : name);
      const known = members.findLast((member) => member.name === stored);
      if (known !== undefined && info.kind !== 'directory' && known.mtime * 1_000_000 >= info.mtime) return;
    }
    if (info.kind === 'socket') {
      tool.complain(`${name}: socket ignored`);
      return;
    }
    const { host } = tool.context;
    const isDirectory = info.kind === 'directory';
    const member: Member = {
      name: this.#stored(isDirectory && !name.endsWith('/') ? `${name}/` : name),
      mode: info.mode,
      uid: this.#settings.owner === undefined ? info.uid : (host.user(this.#settings.owner)?.uid ?? 0),
      gid: this.#settings.group === undefined ? info.gid : (host.group(this.#settings.group)?.gid ?? 0),
      user: this.#settings.owner ?? userName(host, info.uid),
      group: this.#settings.group ?? groupName(host, info.gid),
      mtime: Math.floor((this.#mtime() ?? info.mtime) / 1_000_000),
      kind: isDirectory
        ? 'directory'
        : info.kind === 'symlink'
          ? 'symlink'
          : info.kind === 'fifo'
            ? 'fifo'
            : 'file',
      link: '',
      text: '',
    };
    if (member.kind === 'symlink') {
      const link = tool.context.fs.readlink(tool.resolve(path), tool.context.who);
      member.link = link instanceof FileError ? '' : link;
    } else if (member.kind === 'file') {
      const first = info.nlink > 1 ? this.#hardLinks.get(info.ino) : undefined;
      if (first !== undefined) Object.assign(member, { kind: 'hard-link', link: first });
      else {
        const content = tool.context.fs.readFile(tool.resolve(path), tool.context.who);
        if (content instanceof FileError) {
          this.#trouble(`${name}: Cannot open: ${errnoText(content.errno)}`);
          return;
        }
        member.text = content;
        if (info.nlink > 1) this.#hardLinks.set(info.ino, member.name);
      }
    }
    const names = isDirectory ? tool.context.fs.readdir(tool.resolve(path), tool.context.who) : [];
    if (names instanceof FileError) {
      this.#trouble(`${name}: Cannot open: ${errnoText(names.errno)}`);
      return;
    }
    members.push(member);
    this.#show(member, isDirectory && !name.endsWith('/') ? `${name}/` : name);
    yield* tool.drain();
    if (this.#settings.noRecursion) return;
    for (const child of names)
      yield* this.#add(`${name.replace(/(?<=.)\/+$/, '')}${name === '/' ? '' : '/'}${child}`, members, own);
  }

  #mtime(): number | undefined {
    const { mtime } = this.#settings;
    return mtime === undefined ? undefined : parseDate(mtime, this.tool.context.host.clock());
  }

  #stored(name: string): string {
    let stored = name;
    if (!this.#settings.absolute && name.startsWith('/')) {
      if (!this.#toldOfSlash) this.tool.complain("Removing leading `/' from member names");
      this.#toldOfSlash = true;
      stored = name.replace(/^\/+/, '') || './';
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
        : `${member.user}/${member.group}`;
    const size = String(member.kind === 'file' ? byteLength(member.text) : 0);
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
  }

  #extract(member: Member): void {
    const settings = this.#settings;
    let name = member.name;
    for (const transform of this.#transforms) name = transform(name);
    if (settings.strip > 0) {
      name = name.split('/').slice(settings.strip).join('/');
      if (name === '') return;
    }
    if (!settings.absolute && name.startsWith('/')) name = this.#stored(name);
    if (name.split('/').includes('..') && !settings.absolute) {
      this.#trouble(`${name}: Member name contains '..'`);
      return;
    }
    this.#show(member, name);
    if (settings.toOutput) {
      if (member.kind === 'file') this.tool.print(member.text);
      return;
    }
    const path = this.#path(name.replace(/(?<=.)\/+$/, ''));
    const at = this.tool.resolve(path);
    const { fs, who, umask } = this.tool.context;
    const before = this.tool.lstat(path);
    if (member.kind === 'directory') {
      if (before instanceof FileError || before.kind !== 'directory') {
        const failed = makeDirectories(this.tool, path);
        if (failed !== undefined) {
          this.#trouble(`${name}: Cannot mkdir: ${errnoText(failed.errno)}`);
          return;
        }
      }
      this.#attributes(at, member);
      return;
    }
    if (!(before instanceof FileError)) {
      if (settings.existing === 'skip') return;
      if (settings.existing === 'keep') {
        this.#trouble(`${name}: Cannot open: File exists`);
        return;
      }
      fs.unlink(at, who);
    } else {
      const parent = directoryName(path);
      if (this.tool.stat(parent) instanceof FileError) makeDirectories(this.tool, parent);
    }
    const failed = this.#write(at, member, { umask });
    if (failed !== undefined) {
      const verb =
        member.kind === 'symlink'
          ? `Cannot create symlink to '${member.link}'`
          : member.kind === 'hard-link'
            ? `Cannot hard link to '${member.link}'`
            : failed.errno === 'ENOSPC'
              ? 'Cannot write'
              : 'Cannot open';
      this.#trouble(`${name}: ${verb}: ${errnoText(failed.errno)}`);
      return;
    }
    if (member.kind === 'file' || member.kind === 'fifo') this.#attributes(at, member);
    else if (member.kind === 'symlink' && who.uid === 0)
      fs.chown(at, member.uid, member.gid, who, { noFollow: true });
  }

  #write(at: string, member: Member, about: { umask: number }): FileError | undefined {
    const { fs, who } = this.tool.context;
    switch (member.kind) {
      case 'symlink':
        return fs.symlink(member.link, at, who);
      case 'hard-link':
        return fs.link(this.tool.resolve(this.#path(member.link)), at, who);
      case 'fifo':
        return fs.mkfifo(at, member.mode & ~about.umask, who);
      default:
        return fs.writeFile(at, member.text, who, { mode: 0o600 });
    }
  }

  #attributes(at: string, member: Member): void {
    const { fs, host, who, umask } = this.tool.context;
    const isRoot = who.uid === 0;
    if (isRoot && this.#settings.sameOwner !== false)
      fs.chown(
        at,
        host.user(member.user)?.uid ?? member.uid,
        host.group(member.group)?.gid ?? member.gid,
        who,
      );
    const exact = this.#settings.preserve ?? isRoot;
    fs.chmod(at, exact ? member.mode : member.mode & 0o777 & ~umask, who);
    if (!this.#settings.noTimes) fs.utimes(at, host.clock(), member.mtime * 1_000_000, who);
  }
}

function shown(name: string): string {
  return /[\u0000-\u001f\u007f\\]|[\udc80-\udcff]/.test(name)
    ? escapeName(name).replaceAll('\\ ', ' ')
    : name;
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
