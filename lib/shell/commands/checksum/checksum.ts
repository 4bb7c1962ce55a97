/** md5sum, sha1sum, sha256sum … of GNU coreutils 9.1: print sums, or check them with -c. */
import { bytesFromText } from '../../../std/bytes';
import { errnoText } from '../errno-text';
import { inputsOf } from '../operands';
import { quoteFileIfNeeded } from '../quoting';
import type { Command, Step, Tool, ToolRun } from '../tool';
import { digest, type DigestName } from './digests';

function command(name: string, algorithm: DigestName, title: string): Command {
  return {
    name,
    package: 'coreutils',
    paths: [`/usr/bin/${name}`],
    synopsis: `${name} [OPTION]... [FILE]...`,
    summary: `Print or check ${title} (${digest(algorithm, new Uint8Array()).length * 4}-bit) checksums.`,
    run: (tool) => run(tool, algorithm, title),
  };
}

export const md5sum = command('md5sum', 'md5', 'MD5');
export const b2sum = command('b2sum', 'blake2b', 'BLAKE2b');
export const sha1sum = command('sha1sum', 'sha1', 'SHA1');
export const sha224sum = command('sha224sum', 'sha224', 'SHA224');
export const sha256sum = command('sha256sum', 'sha256', 'SHA256');
export const sha384sum = command('sha384sum', 'sha384', 'SHA384');
export const sha512sum = command('sha512sum', 'sha512', 'SHA512');

const LONG = {
  binary: 'b',
  check: 'c',
  tag: 'tag',
  text: 't',
  zero: 'z',
  'ignore-missing': 'ignore-missing',
  quiet: 'quiet',
  status: 'status',
  strict: 'strict',
  warn: 'w',
};

function* run(tool: Tool, algorithm: DigestName, title: string): ToolRun {
  const { options, operands } = tool.options({ short: 'bctwz', long: LONG });
  const given = new Set(options.map(({ name }) => name));
  if (given.has('c')) return yield* check(tool, algorithm, title, operands, given);
  for (const name of ['status', 'warn', 'quiet', 'strict', 'ignore-missing'])
    if (given.has(name === 'warn' ? 'w' : name))
      return tool.misuse(`the --${name} option is meaningful only when verifying checksums`);
  let result = 0;
  for (const name of inputsOf(operands)) {
    const sum = yield* sumOf(tool, algorithm, name);
    if (sum === undefined) result = 1;
    else {
      const needsEscape = !given.has('z') && /[\\\n]/.test(name);
      const shown = needsEscape ? name.replace(/\\/g, '\\\\').replace(/\n/g, '\\n') : name;
      const line = given.has('tag')
        ? `${title} (${shown}) = ${sum}`
        : `${sum} ${given.has('b') ? '*' : ' '}${shown}`;
      tool.print(`${needsEscape ? '\\' : ''}${line}${given.has('z') ? '\0' : '\n'}`);
    }
  }
  return result;
}

function* sumOf(tool: Tool, algorithm: DigestName, name: string): Step<string | undefined> {
  const read = yield* tool.readFile(name);
  if (typeof read === 'string') {
    tool.complain(`${quoteFileIfNeeded(name)}: ${errnoText(read)}`);
    return undefined;
  }
  yield* tool.burn(Math.ceil(read.text.length / 200));
  return digest(algorithm, bytesFromText(read.text));
}

interface Tally {
  read: number;
  bad: number;
  missing: number;
  mismatched: number;
  matched: number;
}

function* check(
  tool: Tool,
  algorithm: DigestName,
  title: string,
  operands: readonly string[],
  given: ReadonlySet<string>,
): ToolRun {
  let result = 0;
  for (const list of inputsOf(operands)) {
    const shown = list === '-' ? "'standard input'" : quoteFileIfNeeded(list);
    const read = yield* tool.readFile(list);
    if (typeof read === 'string') {
      tool.complain(`${quoteFileIfNeeded(list)}: ${errnoText(read)}`);
      result = 1;
      continue;
    }
    const tally: Tally = { read: 0, bad: 0, missing: 0, mismatched: 0, matched: 0 };
    for (const [index, line] of read.text.replace(/\n$/, '').split('\n').entries()) {
      const { bad } = tally;
      yield* checkLine(tool, algorithm, title, line, given, tally);
      if (tally.bad > bad && given.has('w'))
        tool.complain(`${shown}: ${index + 1}: improperly formatted ${title} checksum line`);
    }
    if (tally.read === 0) {
      tool.complain(`${shown}: no properly formatted checksum lines found`);
      result = 1;
      continue;
    }
    if (!report(tool, given, shown, tally)) result = 1;
  }
  return result;
}

function* checkLine(
  tool: Tool,
  algorithm: DigestName,
  title: string,
  line: string,
  given: ReadonlySet<string>,
  tally: Tally,
): Step {
  if (line === '' || line.startsWith('#')) return;
  const length = digest(algorithm, new Uint8Array()).length;
  const match = new RegExp(`^\\\\?([0-9a-fA-F]{${length}}) [ *](.+)$`).exec(line);
  const tagged = new RegExp(`^${title} \\((.+)\\) = ([0-9a-fA-F]{${length}})$`).exec(line);
  const sum = match?.[1] ?? tagged?.[2];
  const name = match?.[2] ?? tagged?.[1];
  if (sum === undefined || name === undefined) {
    tally.bad++;
    return;
  }
  tally.read++;
  if (given.has('ignore-missing') && !tool.context.fs.exists(tool.resolve(name))) return;
  const found = yield* sumOf(tool, algorithm, name);
  const tells = !given.has('status');
  if (found === undefined) {
    tally.missing++;
    if (tells) tool.line(`${name}: FAILED open or read`);
  } else if (found === sum.toLowerCase()) {
    tally.matched++;
    if (tells && !given.has('quiet')) tool.line(`${name}: OK`);
  } else {
    tally.mismatched++;
    if (tells) tool.line(`${name}: FAILED`);
  }
}

function report(tool: Tool, given: ReadonlySet<string>, shown: string, tally: Tally): boolean {
  const warn = (count: number, one: string, many: string): void => {
    if (count > 0 && !given.has('status')) tool.complain(`WARNING: ${count} ${count === 1 ? one : many}`);
  };
  warn(tally.bad, 'line is improperly formatted', 'lines are improperly formatted');
  warn(tally.missing, 'listed file could not be read', 'listed files could not be read');
  warn(tally.mismatched, 'computed checksum did NOT match', 'computed checksums did NOT match');
  if (given.has('ignore-missing') && tally.matched === 0) {
    tool.complain(`${shown}: no file was verified`);
    return false;
  }
  return tally.mismatched === 0 && tally.missing === 0 && !(given.has('strict') && tally.bad > 0);
}
