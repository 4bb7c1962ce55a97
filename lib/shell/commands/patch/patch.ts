/**
 * patch(1) 2.7.6 for unified and normal diffs.
 * Not modelled: context and ed diffs, git's extended headers, -D, -V, -Y, questions on a terminal (they are answered no).
 */
import { FileError } from '../../../world/files.contract';
import { errnoText } from '../errno-text';
import { valueOf } from '../getopt';
import { makeDirectories } from '../mkdir';
import { directoryName } from '../paths';
import type { Command, Step, Tool, ToolRun } from '../tool';
import { type FilePatch, type Fit, type Hunk, locate, mostFuzz, parsePatch, reversed } from './hunks';

export const patch: Command = {
  name: 'patch',
  package: 'patch',
  paths: ['/usr/bin/patch'],
  synopsis: 'patch [OPTION]... [ORIGFILE [PATCHFILE]]',
  summary: 'Apply a diff file to an original.',
  run,
};

interface Settings {
  strip: number | undefined;
  input: string | undefined;
  output: string | undefined;
  directory: string | undefined;
  reverse: boolean;
  forward: boolean;
  force: boolean;
  /** -t: what is applied already is taken back. */
  batch: boolean;
  dryRun: boolean;
  silent: boolean;
  backup: boolean;
  suffix: string;
  prefix: string;
  fuzz: number;
}

const LONG = {
  'strip:': 'p',
  'input:': 'i',
  'output:': 'o',
  'directory:': 'd',
  reverse: 'R',
  forward: 'N',
  force: 'f',
  batch: 't',
  'suffix:': 'z',
  'prefix:': 'B',
  ed: 'e',
  context: 'c',
  'dry-run': 'dry-run',
  silent: 's',
  quiet: 's',
  backup: 'b',
  'fuzz:': 'F',
  unified: 'u',
  normal: 'n',
  verbose: 'verbose',
  'remove-empty-files': 'E',
  'ignore-whitespace': 'l',
};

function* run(tool: Tool): ToolRun {
  const settings: Settings = {
    strip: undefined,
    input: undefined,
    output: undefined,
    directory: undefined,
    reverse: false,
    forward: false,
    force: false,
    batch: false,
    dryRun: false,
    silent: false,
    backup: false,
    suffix: '.orig',
    prefix: '',
    fuzz: 2,
  };
  const { options, operands } = tool.options({ short: 'p:i:o:d:RNftsbz:B:F:cuenElv', long: LONG });
  for (const option of options) set(tool, settings, option.name, valueOf(option));
  const [original, file] = operands;
  if (settings.directory !== undefined) {
    if (!tool.isDirectory(settings.directory))
      return tool.fail(`**** Can't change to directory ${settings.directory} : No such file or directory`, 2);
    tool.context.cwd = tool.resolve(settings.directory);
  }
  const source = settings.input ?? file;
  const text = yield* inputText(tool, source);
  const patches = parsePatch(text);
  if (patches.length === 0)
    return text.trim() === '' ? 0 : tool.fail('**** Only garbage was found in the patch input.', 2);
  let result = 0;
  for (const item of patches)
    result = Math.max(result, yield* new Patcher(tool, settings, item).run(original));
  return result;
}

function set(tool: Tool, settings: Settings, name: string, value: string): void {
  switch (name) {
    case 'p':
      settings.strip = Number(value);
      break;
    case 'i':
      settings.input = value;
      break;
    case 'o':
      settings.output = value;
      break;
    case 'd':
      settings.directory = value;
      break;
    case 'R':
      settings.reverse = true;
      break;
    case 'N':
      settings.forward = true;
      break;
    case 'f':
      settings.force = true;
      break;
    case 't':
      settings.batch = true;
      break;
    case 'z':
      settings.suffix = value;
      break;
    case 'B':
      settings.prefix = value;
      break;
    case 'c':
    case 'e':
      tool.fail(`not modelled: ${name === 'c' ? 'context' : 'ed'} diffs`, 2);
      break;
    case 'dry-run':
      settings.dryRun = true;
      break;
    case 's':
      settings.silent = true;
      break;
    case 'b':
      settings.backup = true;
      break;
    case 'F':
      settings.fuzz = Number(value);
  }
}

function* inputText(tool: Tool, name: string | undefined): Step<string> {
  if (name === undefined || name === '-') return yield* tool.context.readAll();
  const read = yield* tool.readFile(name);
  return typeof read === 'string'
    ? tool.fail(`**** Can't open patch file ${name} : ${errnoText(read)}`, 2)
    : read.text;
}

class Patcher {
  readonly #rejected: Hunk[] = [];
  #lines: string[] = [];
  #endsWithNewline = true;
  #mismatch = false;

  constructor(
    private readonly tool: Tool,
    private readonly settings: Settings,
    private readonly item: FilePatch,
  ) {}

  *run(original: string | undefined): ToolRun {
    const { tool, settings, item } = this;
    const name = original ?? this.#target();
    if (name === undefined) {
      tool.line(`can't find file to patch at input line ${item.line}`);
      tool.line(
        settings.strip === undefined
          ? 'Perhaps you should have used the -p or --strip option?'
          : 'Perhaps you used the wrong -p or --strip option?',
      );
      const rule = '-'.repeat(26);
      if (item.leading.length > 0)
        tool.line(
          ['The text leading up to this was:', rule, ...item.leading.map((line) => `|${line}`), rule].join(
            '\n',
          ),
        );
      tool.line('File to patch: ');
      tool.line('Skip this patch? [y] ');
      tool.line('Skipping patch.');
      const count = item.hunks.length;
      tool.line(`${count} out of ${count} hunk${count === 1 ? '' : 's'} ignored`);
      return 1;
    }
    const old = tool.context.fs.exists(tool.resolve(name)) ? yield* tool.readFile(name) : { text: '' };
    if (typeof old === 'string') return tool.fail(`**** Can't open file ${name} : ${errnoText(old)}`, 2);
    const shownName = settings.output === undefined ? name : `${settings.output} (read from ${name})`;
    if (!settings.silent) tool.line(`${settings.dryRun ? 'checking' : 'patching'} file ${shownName}`);
    this.#endsWithNewline = old.text === '' || old.text.endsWith('\n');
    this.#lines =
      old.text === '' ? [] : (this.#endsWithNewline ? old.text.slice(0, -1) : old.text).split('\n');
    let hunks = settings.reverse ? item.hunks.map(reversed) : item.hunks;
    if (this.#isApplied(hunks)) {
      if (!settings.batch) return this.#refuse(settings.output ?? name, hunks);
      tool.line(
        settings.reverse
          ? 'Unreversed patch detected!  Ignoring -R.'
          : 'Reversed (or previously applied) patch detected!  Assuming -R.',
      );
      hunks = hunks.map(reversed);
      this.#mismatch = true;
    }
    let offset = 0;
    let least = 0;
    for (const [i, hunk] of hunks.entries()) {
      const applied = this.#apply(hunk, i + 1, offset, least);
      if (applied === undefined) continue;
      ({ offset, least } = applied);
    }
    if (this.#rejected.length === hunks.length && !tool.context.fs.exists(tool.resolve(name))) {
      this.#write(`${settings.prefix}${name}${settings.prefix === '' ? settings.suffix : ''}`, '');
      return tool.fail(`**** Can't reopen file ${name} : ${errnoText('ENOENT')}`, 2);
    }
    return this.#finish(name, old.text, hunks.length);
  }

  /** The best name of the header that exists, or that is to be created. */
  #target(): string | undefined {
    const { item } = this;
    const names = [item.oldName, item.newName].filter(
      (name): name is string => name !== undefined && name !== '/dev/null',
    );
    const usable = names.map((name) => this.#stripped(name)).filter((name) => name !== undefined);
    const existing = usable.filter((name) => this.tool.context.fs.exists(this.tool.resolve(name)));
    const creates =
      (this.settings.reverse ? item.removes : item.creates) ||
      item.hunks.every((hunk) => hunk.lines.every((line) => line.startsWith('+')));
    const choice = existing.length > 0 ? existing : creates ? usable : [];
    const rank = (name: string): [number, number, number] => [
      name.split('/').length,
      name.length - name.lastIndexOf('/'),
      name.length,
    ];
    const [best] = choice.toSorted((one, other) => {
      const [a, b] = [rank(one), rank(other)];
      return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
    });
    return best;
  }

  #stripped(name: string): string | undefined {
    const { strip } = this.settings;
    if (strip === undefined) return name.slice(name.lastIndexOf('/') + 1);
    let rest = name;
    for (let i = 0; i < strip; i++) {
      if (!rest.includes('/')) return undefined;
      rest = rest.slice(rest.indexOf('/') + 1).replace(/^\/+/, '');
    }
    return rest;
  }

  /** The first hunk fits only the other way round. */
  #isApplied(hunks: readonly Hunk[]): boolean {
    const [first] = hunks;
    if (first === undefined || this.settings.force) return false;
    const find = (hunk: Hunk, fuzz: number): boolean =>
      locate(this.#lines, hunk, { expected: hunk.oldStart - 1, settled: 0 }, fuzz) !== undefined;
    const backwards = reversed(first);
    if (first.lines.every((line) => line.startsWith('+')) && this.#lines.length > 0 && first.oldStart <= 1)
      return find(backwards, 0);
    for (let fuzz = 0; fuzz <= mostFuzz(first, this.settings.fuzz); fuzz++) {
      if (find(first, fuzz)) return false;
      if (find(backwards, fuzz)) return true;
    }
    return false;
  }

  #refuse(name: string, hunks: readonly Hunk[]): number {
    const { tool, settings } = this;
    if (settings.forward) tool.line('Reversed (or previously applied) patch detected!  Skipping patch.');
    else {
      tool.line(
        settings.reverse
          ? 'Unreversed patch detected!  Ignore -R? [n] '
          : 'Reversed (or previously applied) patch detected!  Assume -R? [n] ',
      );
      tool.line('Apply anyway? [n] ');
      tool.line('Skipping patch.');
    }
    const count = hunks.length;
    const rejects = settings.dryRun ? '' : ` -- saving rejects to file ${name}.rej`;
    tool.line(`${count} out of ${count} hunk${count === 1 ? '' : 's'} ignored${rejects}`);
    if (!settings.dryRun) this.#write(`${name}.rej`, this.#rejects(hunks));
    return 1;
  }

  #apply(
    hunk: Hunk,
    number: number,
    offset: number,
    least: number,
  ): { offset: number; least: number } | undefined {
    const { tool, settings } = this;
    const expected = hunk.oldStart - 1 + offset;
    const fit = this.#fit(hunk, { expected, settled: least });
    if (fit === undefined) {
      this.#rejected.push(hunk);
      if (!settings.silent)
        tool.line(
          `Hunk #${number} FAILED at ${hunk.oldStart + (hunk.lines.every((line) => line.startsWith('+')) ? -1 : 0)}.`,
        );
      return undefined;
    }
    const moved = fit.at - expected;
    const grown = this.#replace(hunk, fit.at);
    if (moved !== 0 || fit.fuzz > 0) {
      this.#mismatch = true;
      const fuzz = fit.fuzz > 0 ? ` with fuzz ${fit.fuzz}` : '';
      const shift = fit.at - (hunk.oldStart - 1);
      const place = moved !== 0 ? ` (offset ${shift} line${Math.abs(shift) === 1 ? '' : 's'})` : '';
      if (!settings.silent) tool.line(`Hunk #${number} succeeded at ${fit.at + 1}${fuzz}${place}.`);
    }
    const newLines = hunk.lines.filter((line) => !line.startsWith('-')).length;
    return { offset: offset + moved + grown, least: fit.at + newLines };
  }

  #fit(hunk: Hunk, place: { readonly expected: number; readonly settled: number }): Fit | undefined {
    for (let fuzz = 0; fuzz <= mostFuzz(hunk, this.settings.fuzz); fuzz++) {
      const fit = locate(this.#lines, hunk, place, fuzz);
      if (fit !== undefined) return fit;
    }
    return undefined;
  }

  /** Puts the hunk in; context stays as the file has it. */
  #replace(hunk: Hunk, start: number): number {
    let at = start;
    let grown = 0;
    for (const line of hunk.lines) {
      if (line.startsWith('+')) {
        this.#lines.splice(at++, 0, line.slice(1));
        grown++;
      } else if (line.startsWith('-')) {
        this.#lines.splice(at, 1);
        grown--;
      } else at++;
    }
    if (at >= this.#lines.length) {
      if (hunk.newLacksNewline) this.#endsWithNewline = false;
      else if (hunk.oldLacksNewline) this.#endsWithNewline = true;
    }
    return grown;
  }

  #rejects(hunks: readonly Hunk[]): string {
    let out = this.item.header;
    for (const hunk of hunks) {
      const oldCount = hunk.lines.filter((line) => !line.startsWith('+')).length;
      const newCount = hunk.lines.filter((line) => !line.startsWith('-')).length;
      out += `@@ -${hunk.oldStart},${oldCount} +${hunk.newStart},${newCount} @@\n${hunk.lines.join('\n')}\n`;
    }
    return out;
  }

  #write(name: string, text: string, mode = 0o666): void {
    const { tool } = this;
    const directory = directoryName(name);
    if (!tool.context.fs.exists(tool.resolve(directory))) makeDirectories(tool, directory);
    const failed = tool.context.fs.writeFile(tool.resolve(name), text, tool.context.who, {
      mode: mode & ~tool.context.umask,
    });
    if (failed instanceof FileError)
      tool.fail(`**** Can't create file ${name} : ${errnoText(failed.errno)}`, 2);
  }

  /** A removed file takes the directories with it that are empty then. */
  #remove(name: string): void {
    const { fs, who } = this.tool.context;
    fs.unlink(this.tool.resolve(name), who);
    for (let at = directoryName(name); at !== '.' && at !== '/'; at = directoryName(at))
      if (fs.rmdir(this.tool.resolve(at), who) instanceof FileError) return;
  }

  #finish(name: string, oldText: string, total: number): number {
    const { tool, settings } = this;
    const failed = this.#rejected.length;
    if (failed > 0) {
      const rejects = settings.dryRun ? '' : ` -- saving rejects to file ${name}.rej`;
      tool.line(`${failed} out of ${total} hunk${total === 1 ? '' : 's'} FAILED${rejects}`);
    }
    if (settings.dryRun) return failed > 0 ? 1 : 0;
    if (failed > 0) this.#write(`${name}.rej`, this.#rejects(this.#rejected));
    const backup = settings.prefix === '' ? `${name}${settings.suffix}` : `${settings.prefix}${name}`;
    if (settings.output === undefined && (settings.backup || this.#mismatch || failed > 0))
      this.#write(backup, oldText);
    if (failed === total) return 1;
    const text = this.#lines.length === 0 ? '' : this.#lines.join('\n') + (this.#endsWithNewline ? '\n' : '');
    const removes = text === '' && (settings.reverse ? this.item.creates : this.item.removes);
    if (removes) this.#remove(name);
    else if (settings.output !== undefined) this.#write(settings.output, text, 0o600);
    else this.#write(name, text);
    return failed > 0 ? 1 : 0;
  }
}
