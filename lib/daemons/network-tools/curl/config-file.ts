/** `-K` and ~/.curlrc: options in a file, a line each (src/tool_parsecfg.c of 7.88.1). */
import { FileError } from '../../../world/files.contract';
import type { ProgramContext } from '../../../world/process.contract';
import { LONG, VALUES } from './option-names';
import { CurlUsage, HINT } from './usage';

/** The command line with what the files say in place. @throws CurlUsage when one cannot be read */
export function expandConfigs(context: ProgramContext, given: readonly string[], stdin: string): string[] {
  const args: string[] = [];
  const home = context.env.get('HOME');
  if (given[0] !== '-q' && given[0] !== '--disable' && given.length > 0 && home !== undefined) {
    const own = context.fs.readFile(`${home}/.curlrc`, context.who);
    if (!(own instanceof FileError)) args.push(...optionsOf(own));
  }
  for (let i = 0; i < given.length; i++) {
    const word = given[i] ?? '';
    if (word !== '-K' && word !== '--config') {
      args.push(word);
      continue;
    }
    const path = given[++i];
    if (path === undefined) throw new CurlUsage(`curl: option ${word}: requires parameter\n${HINT}`, 2);
    const text = path === '-' ? stdin : context.fs.readFile(context.resolve(path), context.who);
    if (text instanceof FileError)
      throw new CurlUsage(
        `curl: cannot read config from '${path}'\ncurl: option ${word}: error encountered when reading a file\n${HINT}`,
        26,
      );
    args.push(...optionsOf(text));
  }
  return args;
}

/** `name = "value"`, with or without dashes and quotes; `#` begins a comment. */
function optionsOf(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const [, name = '', rest = ''] = /^\s*(-{0,2}[^\s=:#]+)[\s=:]*(.*?)\s*$/.exec(line) ?? [];
    if (name === '') return [];
    const option = name.startsWith('-') ? name : `--${name}`;
    const takes = option.startsWith('--')
      ? LONG[`${option.slice(2)}=`] !== undefined
      : VALUES.includes(option.slice(1, 2));
    return takes ? [option, valueOf(rest)] : [option];
  });
}
function valueOf(text: string): string {
  const quoted = /^"((?:[^"\\]|\\.)*)"?/.exec(text)?.[1];
  if (quoted === undefined) return text.split(/\s/)[0] ?? '';
  return quoted.replace(
    /\\(.)/g,
    (_, letter: string) => ({ n: '\n', r: '\r', t: '\t', v: '\v' })[letter] ?? letter,
  );
}
