/** chown(1) and chgrp(1) of GNU coreutils. */
import { FileError, type Stat } from '../../world/files.contract';
import { join } from './copy/copier';
import { errnoText } from './errno-text';
import { findGroup, groupName, type Owner, parseOwner, userName } from './owners';
import { quoteFile, quoteValue } from './quoting';
import type { Command, Step, Tool, ToolRun } from './tool';

export const chown: Command = {
  name: 'chown',
  package: 'coreutils',
  paths: ['/usr/bin/chown'],
  synopsis: 'chown [OPTION]... [OWNER][:[GROUP]] FILE...\nchown [OPTION]... --reference=RFILE FILE...',
  summary: 'Change the owner and/or group of each FILE to OWNER and/or GROUP.',
  run,
};
export const chgrp: Command = {
  name: 'chgrp',
  package: 'coreutils',
  paths: ['/usr/bin/chgrp'],
  synopsis: 'chgrp [OPTION]... GROUP FILE...\nchgrp [OPTION]... --reference=RFILE FILE...',
  summary: 'Change the group of each FILE to GROUP.',
  run,
};

interface Settings {
  owner: Owner;
  from: Owner | undefined;
  recursive: boolean;
  noFollow: boolean;
  /** With -R: links to directories that are gone into. */
  follow: 'none' | 'operands' | 'all';
  report: 'all' | 'changes' | 'none';
  quiet: boolean;
}

const FOLLOW: Readonly<Record<string, Settings['follow']>> = { H: 'operands', L: 'all', P: 'none' };

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'HLPRcfhv',
    long: {
      recursive: 'R',
      changes: 'c',
      dereference: 'dereference',
      'no-dereference': 'h',
      'from:': 'from',
      'preserve-root': 'preserve-root',
      'no-preserve-root': 'no-preserve-root',
      quiet: 'f',
      silent: 'f',
      'reference:': 'reference',
      verbose: 'v',
    },
  });
  const has = (name: string): boolean => options.some((option) => option.name === name);
  const reference = options.findLast((option) => option.name === 'reference')?.value;
  const from = options.findLast((option) => option.name === 'from')?.value;
  const files = [...operands];
  const text = reference === undefined ? files.shift() : undefined;
  if (text === undefined && reference === undefined) tool.misuse('missing operand');
  if (files.length === 0)
    tool.misuse(text === undefined ? 'missing operand' : `missing operand after ${quoteValue(text)}`);
  const settings: Settings = {
    owner: ownerOf(tool, text, reference),
    from: from === undefined ? undefined : readOwner(tool, from),
    recursive: has('R'),
    noFollow: has('h'),
    follow: FOLLOW[options.findLast(({ name }) => name in FOLLOW)?.name ?? 'P'] ?? 'none',
    report: has('v') ? 'all' : has('c') ? 'changes' : 'none',
    quiet: has('f'),
  };
  let code = 0;
  for (const path of files) if (!(yield* changeOne(tool, path, settings, true))) code = 1;
  return code;
}

function ownerOf(tool: Tool, text: string | undefined, reference: string | undefined): Owner {
  const isGroup = tool.command.name === 'chgrp';
  if (reference !== undefined) {
    const info = tool.stat(reference);
    if (info instanceof FileError)
      return tool.fail(`failed to get attributes of ${quoteFile(reference)}: ${errnoText(info.errno)}`);
    return { uid: isGroup ? -1 : info.uid, gid: info.gid, written: '' };
  }
  if (!isGroup) return readOwner(tool, text ?? '');
  const gid = text === '' ? -1 : findGroup(tool.context.host, text ?? '');
  if (gid === undefined) return tool.fail(`invalid group: ${quoteValue(text ?? '')}`);
  return { uid: -1, gid, written: text ?? '' };
}

function readOwner(tool: Tool, text: string): Owner {
  const owner = parseOwner(tool.context.host, text);
  if ('problem' in owner) return tool.fail(owner.problem);
  if (owner.warning !== undefined) tool.complain(owner.warning);
  return owner;
}

function* changeOne(tool: Tool, path: string, settings: Settings, isOperand: boolean): Step<boolean> {
  yield* tool.drain();
  const isFollowed = settings.follow === 'all' || (settings.follow === 'operands' && isOperand);
  const isGoneThrough = isFollowed || (isOperand && !settings.recursive);
  const noFollow = settings.noFollow || !isGoneThrough;
  const info = noFollow ? tool.lstat(path) : tool.stat(path);
  if (info instanceof FileError) {
    const what = tool.lstat(path) instanceof FileError ? 'cannot access' : 'cannot dereference';
    if (!settings.quiet) tool.complain(`${what} ${quoteFile(path)}: ${errnoText(info.errno)}`);
    return false;
  }
  const below = isFollowed ? info : tool.lstat(path);
  const inside =
    !settings.recursive ||
    below instanceof FileError ||
    below.kind !== 'directory' ||
    (yield* changeInside(tool, path, settings));
  return change(tool, { path, info, noFollow }, settings) && inside;
}

/** What a directory holds comes before the directory itself. */
function* changeInside(tool: Tool, path: string, settings: Settings): Step<boolean> {
  const { fs, who } = tool.context;
  const names = fs.readdir(tool.resolve(path), who);
  if (names instanceof FileError) {
    if (!settings.quiet) tool.complain(`cannot read directory ${quoteFile(path)}: ${errnoText(names.errno)}`);
    return false;
  }
  let isFine = true;
  for (const name of names) if (!(yield* changeOne(tool, join(path, name), settings, false))) isFine = false;
  return isFine;
}

function change(
  tool: Tool,
  { path, info, noFollow }: { readonly path: string; readonly info: Stat; readonly noFollow: boolean },
  settings: Settings,
): boolean {
  const { fs, who } = tool.context;
  const noun = tool.command.name === 'chgrp' ? 'group' : 'ownership';
  const { from, owner } = settings;
  const isMeant =
    from === undefined ||
    ((from.uid === -1 || from.uid === info.uid) && (from.gid === -1 || from.gid === info.gid));
  if (!isMeant) return true;
  const failed = fs.chown(tool.resolve(path), owner.uid, owner.gid, who, { noFollow });
  if (failed === undefined) dropSetId(tool, path, info);
  else if (!settings.quiet)
    tool.complain(`changing ${noun} of ${quoteFile(path)}: ${errnoText(failed.errno)}`);
  if (failed === undefined) report(tool, path, info, settings);
  return failed === undefined;
}

/** chown(2): setuid and setgid of an executable go. */
function dropSetId(tool: Tool, path: string, info: Stat): void {
  if (info.kind === 'file' && (info.mode & 0o6000) !== 0 && (info.mode & 0o111) !== 0)
    tool.context.fs.chmod(tool.resolve(path), info.mode & ~0o6000, { uid: 0, gid: 0, groups: [] });
}

/** Numbers are told as they were given. */
function numericSpec(text: string): string | undefined {
  return /^\d+(:\d+)?$/.test(text) ? text : undefined;
}

function report(tool: Tool, path: string, info: Stat, settings: Settings): void {
  if (settings.report === 'none') return;
  const { host } = tool.context;
  const { uid, gid } = settings.owner;
  const isGroup = tool.command.name === 'chgrp';
  const isChanged = (uid !== -1 && uid !== info.uid) || (gid !== -1 && gid !== info.gid);
  const pair = (user: number, group: number): string => {
    if (gid === -1) return userName(host, user);
    if (uid === -1 && user === -1) return `:${groupName(host, group)}`;
    return `${userName(host, user)}:${groupName(host, group)}`;
  };
  if (isChanged && isGroup)
    tool.line(
      `changed group of ${quoteFile(path)} from ${groupName(host, info.gid)} to ${groupName(host, gid)}`,
    );
  else if (isChanged) {
    const after = numericSpec(settings.owner.written) ?? pair(uid, gid);
    tool.line(`changed ownership of ${quoteFile(path)} from ${pair(info.uid, info.gid)} to ${after}`);
  } else if (settings.report === 'all') {
    const kept = isGroup ? groupName(host, info.gid) : pair(info.uid, info.gid);
    tool.line(`${isGroup ? 'group' : 'ownership'} of ${quoteFile(path)} retained as ${kept}`);
  }
}
