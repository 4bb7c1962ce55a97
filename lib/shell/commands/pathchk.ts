/** pathchk(1) of coreutils, locale(1). */
import { FileError } from '../../world/files.contract';
import { errnoText } from './errno-text';
import { quoteFile, quoteFileIfNeeded, quoteValue } from './quoting';
import type { Command, Tool, ToolRun } from './tool';

export const pathchk: Command = {
  name: 'pathchk',
  package: 'coreutils',
  paths: ['/usr/bin/pathchk'],
  synopsis: 'pathchk [OPTION]... NAME...',
  summary: 'Diagnose invalid or unportable file names.',
  run: function* (tool) {
    const { options, operands } = tool.options({ short: 'pP', long: { portability: 'portability' } });
    if (operands.length === 0) tool.misuse('missing operand');
    const has = (name: string): boolean =>
      options.some((option) => option.name === name || option.name === 'portability');
    let code = 0;
    for (const name of operands) {
      const problem = pathProblem(tool, name, { portable: has('p'), strict: has('P') });
      if (problem === undefined) continue;
      tool.complain(problem);
      code = 1;
    }
    yield* tool.drain();
    return code;
  },
};

function pathProblem(
  tool: Tool,
  name: string,
  how: { portable: boolean; strict: boolean },
): string | undefined {
  if (how.strict && /(^|\/)-/.test(name)) return `leading '-' in a component of file name ${quoteFile(name)}`;
  if ((how.strict || how.portable) && name === '') return 'empty file name';
  const odd = /[^A-Za-z0-9._/-]/.exec(name)?.[0];
  if (how.portable && odd !== undefined)
    return `nonportable character ${quoteValue(odd)} in file name ${quoteFile(name)}`;
  const longest = how.portable ? 14 : 255;
  const part = name.split('/').find((one) => one.length > longest);
  if (part !== undefined && !how.portable) return `${quoteFileIfNeeded(name)}: ${errnoText('ENAMETOOLONG')}`;
  if (part !== undefined)
    return `limit ${longest} exceeded by length ${part.length} of file name component ${quoteFile(part)}`;
  if (how.portable) return undefined;
  const info = tool.lstat(name);
  return info instanceof FileError && info.errno !== 'ENOENT'
    ? `${name}: ${errnoText(info.errno)}`
    : name === ''
      ? `'': ${errnoText('ENOENT')}`
      : undefined;
}

/** Values of the C.UTF-8 locale. Not modelled: other keywords. */
const LOCALE_NAMES: Readonly<Record<string, string>> = {
  charmap: 'UTF-8',
  decimal_point: '.',
  thousands_sep: '',
};

function localeName(tool: Tool, name: string): boolean {
  const value = LOCALE_NAMES[name];
  if (value === undefined) tool.complain(`unknown name "${name}"`);
  else tool.line(value);
  return value !== undefined;
}

export const locale: Command = {
  name: 'locale',
  package: 'libc-bin',
  paths: ['/usr/bin/locale'],
  synopsis: 'locale [OPTION...] NAME\nlocale [OPTION...] [-a|-m]',
  summary: 'Get locale-specific information.',
  run: function* (tool): ToolRun {
    const { options, operands } = tool.options({
      short: 'ackm',
      long: { 'all-locales': 'a', charmaps: 'm' },
    });
    const { env } = tool.context;
    let code = 0;
    if (options.some((option) => option.name === 'a')) tool.print('C\nC.utf8\nPOSIX\n');
    else if (operands.length > 0) {
      for (const name of operands) if (!localeName(tool, name)) code = 1;
    } else {
      const all = env.get('LC_ALL') ?? '';
      const lang = env.get('LANG') ?? '';
      tool.line(`LANG=${lang}`);
      tool.line(`LANGUAGE=${env.get('LANGUAGE') ?? ''}`);
      for (const name of [
        'CTYPE',
        'NUMERIC',
        'TIME',
        'COLLATE',
        'MONETARY',
        'MESSAGES',
        'PAPER',
        'NAME',
        'ADDRESS',
        'TELEPHONE',
        'MEASUREMENT',
        'IDENTIFICATION',
      ]) {
        const own = env.get(`LC_${name}`);
        tool.line(
          own === undefined || all !== ''
            ? `LC_${name}="${all === '' ? (lang === '' ? 'POSIX' : lang) : all}"`
            : `LC_${name}=${own}`,
        );
      }
      tool.line(`LC_ALL=${all}`);
    }
    yield* tool.drain();
    return code;
  },
};
