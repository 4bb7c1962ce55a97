/** tree(1): a directory's contents as a tree. */
import { FileError, type Stat } from '../../world/files.contract';
import { strftime } from '../../std/civil';
import { compareBytes } from './collation';
import { join } from './copy/copier';
import { fnmatch } from '../../std/fnmatch';
import { Colors } from './ls/colors';
import { modeString } from './modes';
import { groupName, userName } from './owners';
import { humanSize } from './sizes';
import type { Command, Step, Tool, ToolRun } from './tool';

export const tree: Command = {
  name: 'tree',
  package: 'tree',
  paths: ['/usr/bin/tree'],
  synopsis:
    'tree [-acdfghilnpqrstuvxACDFQNSUX] [-L level] [-P pattern] [-I pattern] [--noreport] [directory ...]',
  summary: 'List contents of directories in a tree-like format.',
  run,
};

interface Settings {
  all: boolean;
  directoriesOnly: boolean;
  fullPaths: boolean;
  follow: boolean;
  depth: number;
  patterns: ((name: string) => boolean)[];
  ignored: ((name: string) => boolean)[];
  noIndent: boolean;
  sort: 'name' | 'time' | 'size' | 'none';
  reversed: boolean;
  directoriesFirst: boolean;
  permissions: boolean;
  sizes: 'no' | 'bytes' | 'human';
  dates: boolean;
  user: boolean;
  group: boolean;
  classify: boolean;
  report: boolean;
  ascii: boolean;
  color: boolean;
}
interface Counts {
  directories: number;
  files: number;
}

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'aAcCdDfFghiI:lL:nNo:pP:qQrsStuUvxX',
    long: {
      dirsfirst: 'dirsfirst',
      noreport: 'noreport',
      prune: 'prune',
      'filelimit:': 'filelimit',
      'charset:': 'charset',
      'sort:': 'sort',
      gitignore: 'gitignore',
      du: 'du',
      fromfile: 'fromfile',
    },
  });
  const has = (name: string): boolean => options.some((option) => option.name === name);
  const value = (name: string): string | undefined =>
    options.findLast((option) => option.name === name)?.value;
  const level = value('L');
  if (level !== undefined && !(Number(level) > 0)) {
    tool.note('tree: Invalid level, must be greater than 0.\n');
    return 1;
  }
  const matchers = (name: string): ((text: string) => boolean)[] =>
    options
      .filter((option) => option.name === name)
      .flatMap((option) => (option.value ?? '').split('|').map((pattern) => fnmatch(pattern)));
  const settings: Settings = {
    all: has('a'),
    directoriesOnly: has('d'),
    fullPaths: has('f'),
    follow: has('l'),
    depth: level === undefined ? Number.POSITIVE_INFINITY : Number(level),
    patterns: matchers('P'),
    ignored: matchers('I'),
    noIndent: has('i'),
    sort: has('U')
      ? 'none'
      : has('t') || value('sort') === 'mtime'
        ? 'time'
        : value('sort') === 'size'
          ? 'size'
          : 'name',
    reversed: has('r'),
    directoriesFirst: has('dirsfirst'),
    permissions: has('p'),
    sizes: has('h') ? 'human' : has('s') ? 'bytes' : 'no',
    dates: has('D'),
    user: has('u'),
    group: has('g'),
    classify: has('F'),
    report: !has('noreport'),
    ascii: value('charset')?.toLowerCase() === 'ascii',
    color: (has('C') || tool.context.stdout.tty !== undefined) && !has('n'),
  };
  const drawing = new Drawing(tool, settings);
  let code = 0;
  for (const name of operands.length === 0 ? ['.'] : operands) if (!(yield* drawing.root(name))) code = 2;
  if (settings.report) {
    const { directories, files } = drawing.counts;
    const noun = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;
    tool.line(
      `\n${noun(directories, 'directory', 'directories')}${settings.directoriesOnly ? '' : `, ${noun(files, 'file', 'files')}`}`,
    );
  }
  yield* tool.drain();
  return code;
}

class Drawing {
  readonly counts: Counts = { directories: 0, files: 0 };
  readonly #colors: Colors;

  constructor(
    private readonly tool: Tool,
    private readonly settings: Settings,
  ) {
    this.#colors = new Colors(tool.context.env.get('LS_COLORS'));
  }

  *root(name: string): Step<boolean> {
    const info = this.tool.stat(name);
    if (info instanceof FileError || info.kind !== 'directory') {
      this.tool.line(`${name}  [error opening dir]`);
      return false;
    }
    const slash = this.settings.classify && !name.endsWith('/') ? '/' : '';
    this.tool.line(this.#details(info) + this.#painted(name, info, name) + slash);
    this.counts.directories++;
    yield* this.#children(name, '', 1);
    return true;
  }

  *#children(path: string, lead: string, depth: number): Step {
    const { settings, tool } = this;
    if (depth > settings.depth) return;
    const names = tool.context.fs.readdir(tool.resolve(path), tool.context.who);
    if (names instanceof FileError) return;
    const entries = this.#sorted(
      path,
      names.flatMap((name) => {
        const info = tool.lstat(join(path, name));
        return info instanceof FileError || !this.#isShown(name, info, path) ? [] : [{ name, info }];
      }),
    );
    for (const [index, { name, info }] of entries.entries()) {
      const isLast = index === entries.length - 1;
      const child = join(path, name);
      const branch = settings.noIndent
        ? ''
        : lead + (settings.ascii ? (isLast ? '`-- ' : '|-- ') : isLast ? '└── ' : '├── ');
      const target = info.kind === 'symlink' ? tool.stat(child) : info;
      const isDirectory = !(target instanceof FileError) && target.kind === 'directory';
      const link =
        info.kind === 'symlink' ? tool.context.fs.readlink(tool.resolve(child), tool.context.who) : undefined;
      const closed =
        info.kind === 'directory' &&
        tool.context.fs.readdir(tool.resolve(child), tool.context.who) instanceof FileError;
      tool.line(
        branch +
          this.#details(info) +
          this.#painted(name, info, settings.fullPaths ? child : name) +
          (typeof link === 'string' ? ` -> ${link}` : '') +
          this.#mark(info) +
          (closed ? '  [error opening dir]' : ''),
      );
      if (isDirectory) this.counts.directories++;
      else this.counts.files++;
      yield* tool.drain();
      if (info.kind === 'directory' || (isDirectory && settings.follow))
        yield* this.#children(
          child,
          lead + (settings.ascii ? (isLast ? '    ' : '|   ') : isLast ? '    ' : '│\u00a0\u00a0 '),
          depth + 1,
        );
    }
  }

  #isShown(name: string, info: Stat, path: string): boolean {
    const { settings, tool } = this;
    if (!settings.all && name.startsWith('.')) return false;
    if (settings.ignored.some((matches) => matches(name))) return false;
    const target = info.kind === 'symlink' ? tool.stat(join(path, name)) : info;
    const isDirectory = !(target instanceof FileError) && target.kind === 'directory';
    if (settings.directoriesOnly && !isDirectory) return false;
    return (
      isDirectory || settings.patterns.length === 0 || settings.patterns.some((matches) => matches(name))
    );
  }

  #sorted(path: string, entries: { name: string; info: Stat }[]): { name: string; info: Stat }[] {
    const { sort, reversed, directoriesFirst } = this.settings;
    if (sort === 'none') return entries;
    // A link to a directory goes with the directories.
    const rank = ({ name, info }: { name: string; info: Stat }): number => {
      const target = info.kind === 'symlink' ? this.tool.stat(join(path, name)) : info;
      return !(target instanceof FileError) && target.kind === 'directory' ? 0 : 1;
    };
    return entries.sort((a, b) => {
      const order =
        sort === 'time' ? b.info.mtime - a.info.mtime : sort === 'size' ? b.info.size - a.info.size : 0;
      return (
        (directoriesFirst ? rank(a) - rank(b) : 0) ||
        (order || compareBytes(a.name, b.name)) * (reversed ? -1 : 1)
      );
    });
  }

  #details(info: Stat): string {
    const { settings, tool } = this;
    const { host } = tool.context;
    const parts = [
      ...(settings.permissions ? [modeString(info.kind, info.mode)] : []),
      ...(settings.user ? [userName(host, info.uid).padEnd(8)] : []),
      ...(settings.group ? [groupName(host, info.gid).padEnd(8)] : []),
      ...(settings.sizes === 'bytes' ? [String(info.size).padStart(11)] : []),
      ...(settings.sizes === 'human' ? [humanSize(info.size, { base: 1024 }).padStart(4)] : []),
      ...(settings.dates ? [strftime('%b %e %H:%M', info.mtime)] : []),
    ];
    return parts.length === 0 ? '' : `[${parts.join(' ')}]  `;
  }

  #painted(name: string, info: Stat, text: string): string {
    return this.settings.color ? this.#colors.paint(name, info, text) : text;
  }

  #mark(info: Stat): string {
    if (!this.settings.classify) return '';
    if (info.kind === 'directory') return '/';
    if (info.kind === 'fifo') return '|';
    if (info.kind === 'socket') return '=';
    return info.kind === 'file' && (info.mode & 0o111) !== 0 ? '*' : '';
  }
}
