/** touch(1) of GNU coreutils. */
import { type ArgumentWords, meaningOf } from './argument-words';
import { FileError } from '../../world/files.contract';
import { parseDate, parseStamp } from './dates';
import { errnoText } from './errno-text';
import { valueOf } from './getopt';
import { quoteFile, quoteValue } from './quoting';
import type { Command, Tool, ToolRun } from './tool';

export const touch: Command = {
  name: 'touch',
  package: 'coreutils',
  paths: ['/usr/bin/touch'],
  synopsis: 'touch [OPTION]... FILE...',
  summary: 'Update the access and modification times of each FILE to the current time.',
  run,
};

const TIMES: ArgumentWords<'access' | 'modification'> = {
  atime: 'access',
  access: 'access',
  use: 'access',
  mtime: 'modification',
  modify: 'modification',
};

interface Times {
  atime: number;
  mtime: number;
  isNow: boolean;
}

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'acd:fhmr:t:',
    long: {
      'time:': 'time',
      'no-create': 'c',
      'date:': 'd',
      reference: 'r',
      'reference:': 'r',
      'no-dereference': 'h',
    },
  });
  const now = tool.context.host.clock();
  const times: Times = { atime: now, mtime: now, isNow: true };
  const reference = options.findLast((option) => option.name === 'r');
  let [access, modification, creates, noFollow] = [false, false, true, false];
  for (const option of options) {
    const value = valueOf(option);
    switch (option.name) {
      case 'a':
        access = true;
        break;
      case 'm':
        modification = true;
        break;
      case 'time':
        if (meaningOf(tool, TIMES, value, '--time') === 'access') access = true;
        else modification = true;
        break;
      case 'c':
        creates = false;
        break;
      case 'h':
        noFollow = true;
        creates = false;
        break;
      case 'r': {
        if (options.some(({ name }) => name === 'd')) break;
        const info = tool.stat(value);
        if (info instanceof FileError)
          return tool.fail(`failed to get attributes of ${quoteFile(value)}: ${errnoText(info.errno)}`);
        Object.assign(times, { atime: info.atime, mtime: info.mtime, isNow: false });
        break;
      }
      case 'd':
      case 't': {
        // A date beside a reference counts from the reference's times.
        const from =
          option.name === 'd' && reference !== undefined ? tool.stat(valueOf(reference)) : undefined;
        const relative = (base: number): number => {
          const at = option.name === 'd' ? parseDate(value, base) : parseStamp(value, base);
          return at ?? tool.fail(`invalid date format ${quoteValue(value)}`);
        };
        if (from instanceof FileError) break;
        times.atime = relative(from?.atime ?? now);
        times.mtime = relative(from?.mtime ?? now);
        times.isNow = false;
      }
    }
  }
  if (operands.length === 0) tool.misuse('missing file operand');
  const which = access === modification ? 'both' : access ? 'atime' : 'mtime';
  let code = 0;
  for (const path of operands) {
    if (!touchOne(tool, path, { times, which, creates, noFollow })) code = 1;
    yield* tool.drain();
  }
  return code;
}

function touchOne(
  tool: Tool,
  path: string,
  how: { times: Times; which: 'both' | 'atime' | 'mtime'; creates: boolean; noFollow: boolean },
): boolean {
  const { fs, umask, who } = tool.context;
  const complain = (what: string, failed: FileError): false => {
    tool.complain(`${what} ${quoteFile(path)}: ${errnoText(failed.errno)}`);
    return false;
  };
  const at = tool.resolve(path);
  let info = how.noFollow ? tool.lstat(path) : tool.stat(path);
  if (info instanceof FileError) {
    if (!how.creates) return info.errno === 'ENOENT' || complain('setting times of', info);
    if (path === '') return complain('cannot touch', info);
    const made = fs.open(at, who, { write: true, create: true, mode: 0o666 & ~umask });
    if (made instanceof FileError) return complain('cannot touch', made);
    if (how.times.isNow) return true;
    info = tool.stat(path);
    if (info instanceof FileError) return complain('cannot touch', info);
  }
  const { times } = how;
  const failed = fs.utimes(
    at,
    how.which === 'mtime' ? info.atime : times.atime,
    how.which === 'atime' ? info.mtime : times.mtime,
    who,
    { noFollow: how.noFollow, now: times.isNow },
  );
  if (failed === undefined) return true;
  return complain(info.kind === 'file' && times.isNow ? 'cannot touch' : 'setting times of', failed);
}
