/** cp(1) of GNU coreutils. */
import { meaningOf, wordsOf } from './argument-words';
import { FileError } from '../../world/files.contract';
import { readBackups } from './copy/backup';
import { Copier, type CopySettings, join, PLAIN_COPY } from './copy/copier';
import { readTargets } from './copy/targets';
import { errnoText } from './errno-text';
import { valueOf } from './getopt';
import { quoteFile } from './quoting';
import type { Command, Tool, ToolRun } from './tool';

export const cp: Command = {
  name: 'cp',
  package: 'coreutils',
  paths: ['/usr/bin/cp'],
  synopsis:
    'cp [OPTION]... [-T] SOURCE DEST\ncp [OPTION]... SOURCE... DIRECTORY\ncp [OPTION]... -t DIRECTORY SOURCE...',
  summary: 'Copy SOURCE to DEST, or multiple SOURCE(s) to DIRECTORY.',
  run,
};

const SYNTAX = {
  short: 'abdfHilLnprst:uvxPRS:TZ',
  long: {
    archive: 'a',
    'attributes-only': 'attributes-only',
    'backup::': 'backup',
    'copy-contents': 'copy-contents',
    force: 'f',
    interactive: 'i',
    link: 'l',
    dereference: 'L',
    'no-clobber': 'n',
    'no-dereference': 'P',
    'preserve::': 'preserve',
    'no-preserve:': 'no-preserve',
    parents: 'parents',
    recursive: 'R',
    'reflink::': 'reflink',
    'remove-destination': 'remove-destination',
    'sparse:': 'sparse',
    'strip-trailing-slashes': 'strip',
    'symbolic-link': 's',
    'suffix:': 'S',
    'target-directory:': 't',
    'no-target-directory': 'T',
    update: 'u',
    verbose: 'v',
    'one-file-system': 'x',
    context: 'Z',
  },
};

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options(SYNTAX);
  const settings: CopySettings = { ...PLAIN_COPY, preserve: { ...PLAIN_COPY.preserve } };
  let dereference: CopySettings['dereference'] | undefined;
  let directory: string | undefined;
  let noDirectory = false;
  let withParents = false;
  let strips = false;
  let control: string | undefined;
  let suffix: string | undefined;
  let makesBackups = false;
  for (const option of options) {
    const value = valueOf(option);
    switch (option.name) {
      case 'a':
        dereference ??= 'never';
        settings.recursive = true;
        preserve(tool, settings, 'all', true);
        break;
      case 'd':
        dereference = 'never';
        settings.preserve.links = true;
        break;
      case 'b':
      case 'backup':
        makesBackups = true;
        control = option.value ?? control;
        break;
      case 'S':
        makesBackups = true;
        suffix = value;
        break;
      case 'f':
        settings.force = true;
        break;
      case 'i':
        settings.existing = 'ask';
        break;
      case 'n':
        settings.existing = 'skip';
        break;
      case 'u':
        settings.existing = 'update';
        break;
      case 'H':
        dereference = 'command-line';
        break;
      case 'L':
        dereference = 'always';
        break;
      case 'P':
        dereference = 'never';
        break;
      case 'l':
        settings.how = 'hard-link';
        break;
      case 's':
        settings.how = 'symbolic-link';
        break;
      case 'attributes-only':
        settings.how = 'attributes';
        break;
      case 'p':
        preserve(tool, settings, 'mode,ownership,timestamps', true);
        break;
      case 'preserve':
        preserve(tool, settings, option.value ?? 'mode,ownership,timestamps', true);
        break;
      case 'no-preserve':
        preserve(tool, settings, value, false);
        break;
      case 'r':
      case 'R':
        settings.recursive = true;
        break;
      case 't':
        directory = value;
        break;
      case 'T':
        noDirectory = true;
        break;
      case 'v':
        settings.verbose = true;
        break;
      case 'x':
        settings.oneFileSystem = true;
        break;
      case 'parents':
        withParents = true;
        break;
      case 'strip':
        strips = true;
        break;
      case 'remove-destination':
        settings.removeFirst = true;
        break;
      case 'sparse':
        meaningOf(tool, SPARSE, value, '--sparse');
        break;
      case 'reflink':
        meaningOf(tool, REFLINK, option.value ?? 'always', '--reflink');
        break;
      default: // --copy-contents, -Z: nothing that shows here
    }
  }
  settings.dereference =
    dereference ?? (settings.recursive && settings.how !== 'hard-link' ? 'never' : 'always');
  if (makesBackups) settings.backups = readBackups(tool, { control, suffix });
  const copier = new Copier(tool, settings);
  let code = 0;
  const sources = strips ? operands.map((name) => name.replace(/(?<=.)\/+$/, '')) : operands;
  for (const { source, target } of readTargets(tool, sources, { directory, noDirectory })) {
    let to = target;
    if (withParents) {
      const base = directory ?? operands[operands.length - 1] ?? '';
      if (!tool.isDirectory(base)) tool.misuse('with --parents, the destination must be a directory');
      to = join(base, source.replace(/^\/+/, ''));
      if (!makeParents(tool, source, base, settings.verbose)) {
        code = 1;
        continue;
      }
    }
    if (!(yield* copier.copy(source, to))) code = 1;
  }
  return code;
}

const ATTRIBUTES = wordsOf(['mode', 'timestamps', 'ownership', 'links', 'context', 'xattr', 'all']);
const SPARSE = wordsOf(['never', 'auto', 'always']);
const REFLINK = wordsOf(['auto', 'always', 'never']);

function preserve(tool: Tool, settings: CopySettings, list: string, isOn: boolean): void {
  for (const given of list.split(',')) {
    switch (meaningOf(tool, ATTRIBUTES, given, isOn ? '--preserve' : '--no-preserve')) {
      case 'mode':
        settings.preserve.mode = isOn;
        break;
      case 'ownership':
        settings.preserve.owner = isOn;
        break;
      case 'timestamps':
        settings.preserve.times = isOn;
        break;
      case 'links':
        settings.preserve.links = isOn;
        break;
      case 'all':
        settings.preserve = { mode: isOn, owner: isOn, times: isOn, links: isOn };
        break;
      case 'context':
      case 'xattr':
        break;
    }
  }
}

/** `--parents`: the source's directories are made below the target, with their modes. */
function makeParents(tool: Tool, source: string, base: string, verbose: boolean): boolean {
  const parts = source.split('/').slice(0, -1);
  let from = source.startsWith('/') ? '/' : '';
  let to = base;
  for (const part of parts.filter((name) => name !== '')) {
    from = from === '' || from === '/' ? from + part : join(from, part);
    to = join(to, part);
    if (tool.isDirectory(to)) continue;
    const info = tool.stat(from);
    const mode = info instanceof FileError ? 0o777 : info.mode & 0o777;
    const failed = tool.context.fs.mkdir(tool.resolve(to), mode, tool.context.who);
    if (failed !== undefined) {
      tool.complain(`cannot make directory ${quoteFile(to)}: ${errnoText(failed.errno)}`);
      return false;
    }
    if (verbose) tool.line(`${from} -> ${to}`);
  }
  return true;
}
