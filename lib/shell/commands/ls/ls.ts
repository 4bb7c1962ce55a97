/** ls(1), dir(1) and vdir(1) of GNU coreutils. */
import { strftime } from '../../../std/civil';
import { FileError, type Stat } from '../../../world/files.contract';
import { compareBytes, compareVersions } from '../collation';
import { textWidth } from '../display-width';
import { deviceNumbers } from '../devices';
import { errnoText } from '../errno-text';
import { fnmatch } from '../../../std/fnmatch';
import { modeString } from '../modes';
import { groupName, userName } from '../owners';
import { escapeName, quoteC, quoteFile, quoteFileIfNeeded, quotePlain, quoteValue } from '../quoting';
import { humanSize } from '../sizes';
import type { Command, Step, Tool, ToolRun } from '../tool';
import { Colors } from './colors';
import { inColumns } from './columns';
import { type Listing, readListing } from './options';

const SUMMARY =
  'List information about the FILEs (the current directory by default).\nSort entries alphabetically if none of -cftuvSUX nor --sort is specified.';
const make = (name: string, synopsis: string): Command => ({
  name,
  package: 'coreutils',
  paths: [`/usr/bin/${name}`],
  synopsis,
  summary: SUMMARY,
  run: (tool) => new Ls(tool).run(),
});
export const ls = make('ls', 'ls [OPTION]... [FILE]...');
export const dir = make('dir', 'dir [OPTION]... [FILE]...');
export const vdir = make('vdir', 'vdir [OPTION]... [FILE]...');

/** Half a Gregorian year: older and future files show their year. */
const RECENT_MICROS = 31_556_952_000_000 / 2;

interface Entry {
  /** As it is shown. */
  readonly name: string;
  readonly path: string;
  readonly info: Stat | undefined;
  readonly link?: string;
  readonly target?: Stat;
  /** Its kind, where no more is known. */
  readonly letter?: string;
}

class Ls {
  readonly #listing: Listing;
  readonly #operands: string[];
  readonly #colors: Colors;
  readonly #isIgnored: (name: string) => boolean;
  #code = 0;
  #printed = false;
  #colored = false;

  constructor(private readonly tool: Tool) {
    const { listing, operands } = readListing(tool);
    this.#listing = listing;
    tool.writeErrorCode = 2;
    this.#operands = operands;
    this.#colors = new Colors(tool.context.env.get('LS_COLORS'));
    const ignored = listing.ignored.map((pattern) => fnmatch(pattern));
    const hidden = listing.hiddenPatterns.map((pattern) => fnmatch(pattern));
    this.#isIgnored = (name) =>
      ignored.some((matches) => matches(name)) ||
      (listing.hidden === 'no' && (name.startsWith('.') || hidden.some((matches) => matches(name))));
  }

  *run(): ToolRun {
    const files: Entry[] = [];
    const directories: Entry[] = [];
    const names = this.#operands.length === 0 ? ['.'] : this.#operands;
    for (const name of names) {
      const entry = this.#operand(name);
      if (entry === undefined) continue;
      const isDirectory = (entry.target ?? entry.info)?.kind === 'directory' && !this.#isBareLink(entry);
      (isDirectory && !this.#listing.directoriesThemselves ? directories : files).push(entry);
    }
    if (files.length > 0) {
      this.#show(this.#sorted(files), directories);
      this.#printed = true;
    }
    const withHeaders = this.#operands.length > 1 || this.#listing.recursive;
    for (const entry of this.#sorted(directories)) yield* this.#directory(entry.path, withHeaders, 2);
    return this.#code;
  }

  #isBareLink(entry: Entry): boolean {
    return entry.info?.kind === 'symlink' && this.#keepsLinks();
  }

  /** Without -H or -L a link named on the command line is shown itself, where it would be shown in length. */
  #keepsLinks(): boolean {
    const { dereference, directoriesThemselves, indicator, layout } = this.#listing;
    return (
      dereference === 'default' && (directoriesThemselves || indicator === 'classify' || layout === 'long')
    );
  }

  #operand(name: string): Entry | undefined {
    const isDefault = this.#listing.dereference === 'default';
    const followed = isDefault && this.#keepsLinks() ? undefined : this.tool.stat(name);
    // A link that leads nowhere is shown itself; one that leads in circles is not.
    const isGone = followed instanceof FileError && followed.errno === 'ENOENT';
    const staysLink = followed === undefined || (isDefault && (isGone || !(followed instanceof FileError)));
    const info = staysLink ? this.tool.lstat(name) : followed;
    if (info instanceof FileError) {
      this.#trouble(`cannot access ${quoteFile(name)}: ${errnoText(info.errno)}`, 2);
      return undefined;
    }
    return this.#entry(name, name, info);
  }

  #entry(name: string, path: string, info: Stat): Entry {
    if (info.kind !== 'symlink') return { name, path, info };
    const link = this.tool.context.fs.readlink(this.tool.resolve(path), this.tool.context.who);
    const target = this.tool.stat(path);
    return {
      name,
      path,
      info,
      ...(link instanceof FileError ? {} : { link }),
      ...(target instanceof FileError ? {} : { target }),
    };
  }

  #trouble(message: string, code: number): void {
    this.tool.complain(message);
    this.#code = Math.max(this.#code, code);
  }

  *#directory(path: string, withHeader: boolean, code: number): Step {
    const { context } = this.tool;
    const names = context.fs.readdir(this.tool.resolve(path), context.who);
    if (names instanceof FileError) {
      this.#trouble(`cannot open directory ${quoteFile(path)}: ${errnoText(names.errno)}`, code);
      return;
    }
    if (withHeader) {
      const shown = this.#listing.quoting === 'literal' ? path : quoteFileIfNeeded(path);
      this.tool.print(`${this.#printed ? '\n' : ''}${shown}:\n`);
    }
    this.#printed = true;
    const all = this.#listing.hidden === 'all' ? ['.', '..', ...names] : names;
    const entries: Entry[] = [];
    for (const name of all) if (!this.#isIgnored(name)) entries.push(this.#child(path, name));
    const sorted = this.#sorted(entries);
    if (this.#listing.layout === 'long' || this.#listing.blocks) this.#total(sorted);
    this.#show(sorted);
    yield* this.tool.drain();
    if (!this.#listing.recursive) return;
    for (const entry of sorted)
      if (entry.info?.kind === 'directory' && entry.name !== '.' && entry.name !== '..')
        yield* this.#directory(entry.path, true, 1);
  }

  #child(directory: string, name: string): Entry {
    const path = directory.endsWith('/') ? directory + name : `${directory}/${name}`;
    const followed = this.#listing.dereference === 'always' ? this.tool.stat(path) : undefined;
    const info = followed ?? this.tool.lstat(path);
    if (info instanceof FileError) {
      this.#trouble(`cannot access ${quoteFile(path)}: ${errnoText(info.errno)}`, 1);
      const bare = this.tool.lstat(path);
      const letter = bare instanceof FileError ? '?' : modeString(bare.kind, 0).slice(0, 1);
      return { name, path, info: undefined, letter };
    }
    return this.#entry(name, path, info);
  }

  #sorted(entries: readonly Entry[]): Entry[] {
    const { sorting, reversed, directoriesFirst, time } = this.#listing;
    if (sorting === 'none') return [...entries];
    const byName = (a: Entry, b: Entry): number => compareBytes(a.name, b.name);
    const compare = (a: Entry, b: Entry): number => {
      switch (sorting) {
        case 'time':
          return (b.info?.[time] ?? 0) - (a.info?.[time] ?? 0) || byName(a, b);
        case 'size':
          return (b.info?.size ?? 0) - (a.info?.size ?? 0) || byName(a, b);
        case 'extension':
          return compareBytes(extensionOf(a.name), extensionOf(b.name)) || byName(a, b);
        case 'version':
          return compareVersions(a.name, b.name) || byName(a, b);
        default:
          return byName(a, b);
      }
    };
    const isDirectory = (entry: Entry): number =>
      (entry.target ?? entry.info)?.kind === 'directory' ? 0 : 1;
    return [...entries].sort(
      (a, b) =>
        (directoriesFirst ? isDirectory(a) - isDirectory(b) : 0) ||
        (reversed ? -compare(a, b) : compare(a, b)),
    );
  }

  // ---------------------------------------------------------------- showing
  /** The first colour of all is preceded by a return to normal. */
  #put(line: string): void {
    const at = this.#colored ? -1 : line.indexOf('\u001b[');
    if (at >= 0) this.#colored = true;
    const text = at < 0 ? line : `${line.slice(0, at)}\u001b[0m${line.slice(at)}`;
    this.tool.print(this.#listing.terminator === '\0' ? text.replace(/\n$/, '\0') : text);
  }

  #total(entries: readonly Entry[]): void {
    const blocks = entries.reduce((sum, entry) => sum + (entry.info?.blocks ?? 0), 0);
    this.tool.line(`total ${this.#blocksText(blocks)}`);
  }

  #blocksText(blocks: number): string {
    const { human, blockSize, sizeSuffix } = this.#listing;
    return human === 0
      ? String(Math.ceil((blocks * 512) / blockSize)) + sizeSuffix
      : humanSize(blocks * 512, { base: human });
  }

  /** @param beside Counted for the widths of the columns, not shown: the directories of the command line. */
  #show(entries: readonly Entry[], beside: readonly Entry[] = []): void {
    if (this.#listing.layout === 'long') {
      this.#showLong(entries, beside);
      return;
    }
    const measured = [...entries, ...beside];
    const inodeWidth = widest(measured.map((entry) => this.#inode(entry)));
    const blockWidth = widest(measured.map((entry) => this.#blocksText(entry.info?.blocks ?? 0)));
    const { layout, width } = this.#listing;
    const inTable = layout === 'vertical' || layout === 'across';
    const aligns = inTable && this.#needsAlignment(entries);
    const cells = entries.map((entry) => {
      const before =
        (this.#listing.inodes
          ? `${this.#inode(entry).padStart(layout === 'commas' ? 0 : inodeWidth)} `
          : '') +
        (this.#listing.blocks
          ? `${this.#blocksText(entry.info?.blocks ?? 0).padStart(layout === 'commas' ? 0 : blockWidth)} `
          : '') +
        (this.#listing.context ? '? ' : '');
      const plain = this.#quoted(entry.name);
      const gap = aligns && plain === entry.name ? ' ' : '';
      const indicator = this.#indicator(entry);
      return {
        text: before + gap + this.#paint(entry, plain) + indicator,
        width: before.length + gap.length + textWidth(plain) + indicator.length,
      };
    });
    if (layout === 'one') for (const cell of cells) this.#put(`${cell.text}\n`);
    else if (layout === 'commas') this.#showWithCommas(cells);
    else
      for (const line of inColumns(cells, width, layout === 'vertical' ? 'down' : 'across'))
        this.#put(`${line}\n`);
  }

  #showWithCommas(cells: readonly { text: string; width: number }[]): void {
    let line = '';
    let at = 0;
    cells.forEach((cell, index) => {
      if (index > 0) {
        if (at + cell.width + 2 < this.#listing.width) {
          line += ', ';
          at += 2;
        } else {
          line += ',\n';
          at = 0;
        }
      }
      line += cell.text;
      at += cell.width;
    });
    if (cells.length > 0) this.#put(`${line}\n`);
  }

  #needsAlignment(entries: readonly Entry[]): boolean {
    return (
      (this.#listing.quoting === 'shell' || this.#listing.quoting === 'shell-plain') &&
      entries.some((entry) => this.#quoted(entry.name) !== entry.name)
    );
  }

  #showLong(entries: readonly Entry[], beside: readonly Entry[]): void {
    const { host } = this.tool.context;
    const { numeric, owner, group } = this.#listing;
    const aligns = this.tool.context.stdout.tty !== undefined && this.#needsAlignment(entries);
    const now = host.clock();
    const rows = [...entries, ...beside].map((entry) => {
      const { info } = entry;
      return {
        entry,
        inode: this.#inode(entry),
        blocks: this.#blocksText(info?.blocks ?? 0),
        links: info === undefined ? '?' : String(info.nlink),
        owner: info === undefined ? '?' : numeric ? String(info.uid) : userName(host, info.uid),
        group: info === undefined ? '?' : numeric ? String(info.gid) : groupName(host, info.gid),
        size: this.#size(entry),
        time: info === undefined ? '?' : this.#time(info[this.#listing.time], now),
      };
    });
    const width = (pick: (row: (typeof rows)[number]) => string): number => widest(rows.map(pick));
    const widths = {
      inode: width((row) => row.inode),
      blocks: width((row) => row.blocks),
      links: width((row) => row.links),
      owner: width((row) => row.owner),
      group: width((row) => row.group),
      size: width((row) => row.size),
      time: width((row) => row.time),
    };
    for (const row of rows.slice(0, entries.length)) {
      const { entry } = row;
      const parts = [
        ...(this.#listing.inodes ? [row.inode.padStart(widths.inode)] : []),
        ...(this.#listing.blocks ? [row.blocks.padStart(widths.blocks)] : []),
        entry.info === undefined
          ? `${entry.letter ?? '-'}?????????`
          : modeString(entry.info.kind, entry.info.mode),
        row.links.padStart(widths.links),
        ...(owner ? [numeric ? row.owner.padStart(widths.owner) : row.owner.padEnd(widths.owner)] : []),
        ...(group ? [numeric ? row.group.padStart(widths.group) : row.group.padEnd(widths.group)] : []),
        ...(this.#listing.context ? ['?'] : []),
        row.size.padStart(widths.size),
        row.time.padStart(widths.time),
      ];
      const plain = this.#quoted(entry.name);
      const gap = aligns && plain === entry.name ? ' ' : '';
      this.#put(`${parts.join(' ')} ${gap}${this.#paint(entry, plain)}${this.#longEnding(entry)}\n`);
    }
  }

  #longEnding(entry: Entry): string {
    if (entry.link === undefined) return this.#indicator(entry);
    const target = this.#quoted(entry.link);
    const painted = this.#listing.color ? this.#colors.paint(entry.link, entry.target, target) : target;
    const { indicator } = this.#listing;
    const ending =
      entry.target === undefined || indicator === 'none' ? '' : indicatorOf(entry.target, indicator);
    return ` -> ${painted}${ending}`;
  }

  #size(entry: Entry): string {
    const { info } = entry;
    if (info === undefined) return '?';
    if (info.kind === 'character' || info.kind === 'block') {
      const { major, minor } = deviceNumbers(entry.path, info);
      return `${major}, ${String(minor).padStart(3)}`;
    }
    const { human, sizeUnit, sizeSuffix } = this.#listing;
    if (human !== 0) return humanSize(info.size, { base: human });
    return String(Math.ceil(info.size / sizeUnit)) + sizeSuffix;
  }

  #time(at: number, now: number): string {
    const recent = at <= now && at > now - RECENT_MICROS;
    const style = this.#listing.timeStyle;
    switch (style) {
      case 'full-iso':
        return strftime('%Y-%m-%d %H:%M:%S.%N %z', at);
      case 'long-iso':
        return strftime('%Y-%m-%d %H:%M', at);
      case 'iso':
        return strftime(recent ? '%m-%d %H:%M' : '%Y-%m-%d ', at);
      case 'locale':
        return strftime(recent ? '%b %e %H:%M' : '%b %e  %Y', at);
      default: {
        const [older = '', newer = older] = style.slice(1).split('\n');
        return strftime(recent ? newer : older, at);
      }
    }
  }

  #inode(entry: Entry): string {
    return entry.info === undefined ? '?' : String(entry.info.ino);
  }

  #quoted(name: string): string {
    switch (this.#listing.quoting) {
      case 'c':
        return quoteC(name);
      case 'escape':
        return escapeName(name);
      case 'shell':
        return quoteFileIfNeeded(name);
      case 'shell-always':
        return quoteFile(name);
      case 'shell-plain':
        return quotePlain(name, { always: false });
      case 'shell-plain-always':
        return quotePlain(name, { always: true });
      case 'locale':
        return quoteValue(name);
      case 'literal':
        return this.#listing.hideUnprintable
          ? name.replace(/[\u0000-\u001f\u007f\udc80-\udcff]/g, '?')
          : name;
    }
  }

  #paint(entry: Entry, text: string): string {
    if (!this.#listing.color) return text;
    const isOrphan = entry.info?.kind === 'symlink' && entry.target === undefined;
    return this.#colors.paint(entry.name, entry.info, text, isOrphan);
  }

  #indicator(entry: Entry): string {
    const { indicator } = this.#listing;
    return entry.info === undefined ? '' : indicatorOf(entry.info, indicator);
  }
}

function indicatorOf(info: Stat, style: Listing['indicator']): string {
  if (style === 'none') return '';
  if (info.kind === 'directory') return '/';
  if (style === 'slash') return '';
  if (info.kind === 'symlink') return '@';
  if (info.kind === 'fifo') return '|';
  if (info.kind === 'socket') return '=';
  return style === 'classify' && info.kind === 'file' && (info.mode & 0o111) !== 0 ? '*' : '';
}

function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot < 0 ? '' : name.slice(dot);
}

function widest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, text.length), 0);
}
