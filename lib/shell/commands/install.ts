/** install(1) of GNU coreutils. */
import { FileError } from '../../world/files.contract';
import { readBackups } from './copy/backup';
import { Copier, PLAIN_COPY } from './copy/copier';
import { readTargets } from './copy/targets';
import { errnoText } from './errno-text';
import { makeDirectories } from './mkdir';
import { parseMode } from './modes';
import { findGroup } from './owners';
import { directoryName } from './paths';
import { quoteFile, quoteValue } from './quoting';
import type { Command, Tool, ToolRun } from './tool';

export const install: Command = {
  name: 'install',
  package: 'coreutils',
  paths: ['/usr/bin/install'],
  synopsis:
    'install [OPTION]... [-T] SOURCE DEST\ninstall [OPTION]... SOURCE... DIRECTORY\ninstall [OPTION]... -t DIRECTORY SOURCE...\ninstall [OPTION]... -d DIRECTORY...',
  summary: 'Copy files and set attributes.',
  run,
};

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'bcCdDg:m:o:pst:TvS:Z',
    long: {
      'backup::': 'backup',
      compare: 'C',
      directory: 'd',
      'group:': 'g',
      'mode:': 'm',
      'owner:': 'o',
      'preserve-timestamps': 'p',
      strip: 's',
      'suffix:': 'S',
      'target-directory:': 't',
      'no-target-directory': 'T',
      verbose: 'v',
    },
  });
  const has = (name: string): boolean => options.some((option) => option.name === name);
  const value = (name: string): string | undefined =>
    options.findLast((option) => option.name === name)?.value;
  const modeText = value('m') ?? '755';
  const change = parseMode(modeText);
  if (change === undefined) return tool.fail(`invalid mode ${quoteValue(modeText)}`);
  const finish = (path: string): boolean =>
    setAttributes(tool, path, { change, owner: value('o'), group: value('g') });
  let code = 0;
  if (has('d')) {
    if (operands.length === 0) tool.misuse('missing file operand');
    for (const path of operands) {
      const failed = makeDirectories(tool, path, { verbose: has('v') });
      if (failed !== undefined) {
        tool.complain(`cannot create directory ${quoteValue(failed.path)}: ${errnoText(failed.errno)}`);
        code = 1;
      } else if (!finish(path)) code = 1;
    }
    return code;
  }
  const directory = value('t');
  if (has('D') && directory !== undefined) makeDirectories(tool, directory);
  if (has('D') && directory === undefined && operands.length === 2) {
    const parent = directoryName(operands[1] ?? '');
    const failed = makeDirectories(tool, parent, { verbose: has('v') });
    if (failed !== undefined)
      tool.complain(`cannot create directory ${quoteValue(failed.path)}: ${errnoText(failed.errno)}`);
  }
  const copier = new Copier(tool, {
    ...PLAIN_COPY,
    removeFirst: true,
    verbose: false,
    preserve: { ...PLAIN_COPY.preserve, times: has('p') },
    backups:
      has('b') || has('backup') || has('S')
        ? readBackups(tool, { control: value('backup'), suffix: value('S') })
        : undefined,
  });
  for (const { source, target } of readTargets(tool, operands, { directory, noDirectory: has('T') })) {
    if (!(yield* copier.copy(source, target))) {
      code = 1;
      continue;
    }
    if (has('v')) tool.line(`${quoteFile(source)} -> ${quoteFile(target)}`);
    if (!finish(target)) code = 1;
  }
  return code;
}

function setAttributes(
  tool: Tool,
  path: string,
  about: {
    change: NonNullable<ReturnType<typeof parseMode>>;
    owner: string | undefined;
    group: string | undefined;
  },
): boolean {
  const { fs, host, who } = tool.context;
  const info = tool.stat(path);
  if (info instanceof FileError) return false;
  const uid = about.owner === undefined ? -1 : (host.user(about.owner)?.uid ?? Number(about.owner));
  const gid = about.group === undefined ? -1 : (findGroup(host, about.group) ?? Number.NaN);
  if (Number.isNaN(uid)) return tool.fail(`invalid user ${quoteValue(about.owner ?? '')}`);
  if (Number.isNaN(gid)) return tool.fail(`invalid group ${quoteValue(about.group ?? '')}`);
  const changed = uid === -1 && gid === -1 ? undefined : fs.chown(tool.resolve(path), uid, gid, who);
  // A file that did not get its owner is nobody else's to read.
  if (changed !== undefined) fs.chmod(tool.resolve(path), 0o600, who);
  const failed =
    changed ??
    fs.chmod(tool.resolve(path), about.change(0, { isDirectory: info.kind === 'directory', umask: 0 }), who);
  if (failed === undefined) return true;
  tool.complain(`cannot change ownership of ${quoteFile(path)}: ${errnoText(failed.errno)}`);
  return false;
}
