/** chattr(1) and lsattr(1) of e2fsprogs 1.47: what the kernel keeps of a file beside its mode. */
import { FileError } from '../../world/files.contract';
import { errnoText } from './errno-text';
import type { Command, Tool, ToolRun } from './tool';

/** Where each letter stands in the list. */
const PLACES = 'suSDiadAcBZjI?te?Cx?FNP';
/** Every file of ext4 has it. */
const EXTENTS = 'e';
/** What chattr may set; ext4 refuses none of them here. */
const SETTABLE = 'aAcCdDeijPsStTuFx';
const USAGE = 'Usage: chattr [-RVf] [-+=aAcCdDeijPsStTuFx] [-p project] [-v version] files...\n';

function shown(letters: string): string {
  const all = letters + EXTENTS;
  return [...PLACES.slice(0, 22)].map((letter) => (all.includes(letter) ? letter : '-')).join('');
}

export const lsattr: Command = {
  name: 'lsattr',
  package: 'e2fsprogs',
  paths: ['/usr/bin/lsattr'],
  synopsis: 'lsattr [-RVadlpv] [files...]',
  summary: 'List file attributes on a Linux second extended file system.',
  run: function* (tool) {
    const { options, operands } = tool.options({ short: 'RVadlpv' });
    const ofDirectory = options.some((option) => option.name === 'd');
    let code = 0;
    for (const name of operands.length === 0 ? ['.'] : operands) {
      const info = tool.stat(name);
      if (info instanceof FileError) {
        tool.complain(`${errnoText(info.errno)} while trying to stat ${name}`);
        code = 1;
        continue;
      }
      const names =
        info.kind === 'directory' && !ofDirectory
          ? tool.context.fs.readdir(tool.resolve(name), tool.context.who)
          : [];
      const paths =
        info.kind === 'directory' && !ofDirectory
          ? names instanceof FileError
            ? []
            : names.filter((one) => !one.startsWith('.')).map((one) => `${name}/${one}`)
          : [name];
      for (const path of paths) {
        const letters = tool.context.fs.attributes(tool.resolve(path), tool.context.who);
        tool.line(`${shown(typeof letters === 'string' ? letters : '')} ${path}`);
      }
    }
    yield* tool.drain();
    return code;
  },
};
/** `+i -R`: which letters go and which come; undefined where a word is none. */
interface Change {
  add: string;
  remove: string;
  only: string | undefined;
}
function readMode(words: string[]): Change | undefined {
  const change: Change = { add: '', remove: '', only: undefined };
  let hasMode = false;
  for (let word = words[0]; word !== undefined && /^[-+=]./.test(word); word = words[0]) {
    const letters = word.slice(1);
    if (word.startsWith('-') && /^[RVf]+$/.test(letters)) {
      words.shift();
      continue;
    }
    if ([...letters].some((letter) => !SETTABLE.includes(letter))) return undefined;
    if (word.startsWith('+')) change.add += letters;
    else if (word.startsWith('-')) change.remove += letters;
    else change.only = letters;
    hasMode = true;
    words.shift();
  }
  return hasMode ? change : { add: '', remove: '', only: '' };
}

export const chattr: Command = {
  name: 'chattr',
  package: 'e2fsprogs',
  paths: ['/usr/bin/chattr'],
  synopsis: 'chattr [-pRVf] [-+=aAcCdDeijPsStTuFx] [-v version] files...',
  summary: 'Change file attributes on a Linux file system.',
  run: function* (tool): ToolRun {
    const words = [...tool.context.argv.slice(1)];
    const flags = new Set(words.flatMap((word) => (/^-[RVf]+$/.test(word) ? [...word.slice(1)] : [])));
    const hasMode = words.some((word) => /^[-+=]./.test(word) && !/^-[RVf]+$/.test(word));
    const change = readMode(words);
    if (change === undefined || words.length === 0) {
      yield* tool.context.err(hasMode || words.length === 0 ? USAGE : "Must use '-v', =, - or +\n");
      return 1;
    }
    if (!hasMode) {
      yield* tool.context.err("Must use '-v', =, - or +\n");
      return 1;
    }
    let code = 0;
    for (const name of words) {
      const problem = setOn(tool, name, { change, isDeep: flags.has('R') });
      if (problem === undefined) continue;
      code = 1;
      if (!flags.has('f')) yield* tool.context.err(`chattr: ${problem}\n`);
    }
    yield* tool.drain();
    return code;
  },
};
/** The complaint, when there is one. */
function setOn(tool: Tool, name: string, how: { change: Change; isDeep: boolean }): string | undefined {
  const { fs, who } = tool.context;
  const path = tool.resolve(name);
  const before = fs.attributes(path, who);
  if (before instanceof FileError) return `${errnoText(before.errno)} while trying to stat ${name}`;
  const { add, remove, only } = how.change;
  const letters = only ?? [...new Set(before + add)].filter((letter) => !remove.includes(letter)).join('');
  const failed = fs.setAttributes(path, letters.replaceAll(EXTENTS, ''), who);
  if (failed !== undefined) return `${errnoText(failed.errno)} while setting flags on ${name}`;
  const inner = how.isDeep ? fs.readdir(path, who) : [];
  if (inner instanceof FileError) return undefined;
  for (const one of inner) {
    const problem = setOn(tool, `${name}/${one}`, how);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
