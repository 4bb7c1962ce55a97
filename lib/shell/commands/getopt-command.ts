/** getopt(1) of util-linux: parses the options of shell scripts. */
import { getoptAll } from './getopt';
import type { Command, Tool, ToolRun } from './tool';

export const getopt: Command = {
  name: 'getopt',
  package: 'util-linux',
  paths: ['/usr/bin/getopt'],
  synopsis:
    'getopt <optstring> <parameters>\ngetopt [options] [--] <optstring> <parameters>\ngetopt [options] -o|--options <optstring> [options] [--] <parameters>',
  summary: 'Parse command options.',
  run,
};

const WRONG_PARAMETERS = 2;
const IS_ENHANCED = 4;

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options(
    {
      short: '+ao:l:n:qQs:TuhV',
      long: {
        alternative: 'a',
        'options:': 'o',
        'longoptions:': 'l',
        'name:': 'n',
        quiet: 'q',
        'quiet-output': 'Q',
        'shell:': 's',
        test: 'T',
        unquoted: 'u',
      },
    },
    { misuseCode: WRONG_PARAMETERS },
  );
  const has = (name: string): boolean => options.some((option) => option.name === name);
  if (has('T')) return IS_ENHANCED;
  const words = [...operands];
  const given = options.findLast((option) => option.name === 'o')?.value;
  const short = given ?? words.shift();
  // The first parameter was no option: the old way, without quotes.
  const isPlain = has('u') || (options.length === 0 && given === undefined);
  if (short === undefined) return tool.misuse('missing optstring argument', WRONG_PARAMETERS);
  const long: Record<string, string> = {};
  for (const option of options)
    if (option.name === 'l')
      for (const name of (option.value ?? '').split(/[,\s]+/))
        if (name !== '') long[name] = name.replace(/:+$/, '');
  const name = options.findLast((option) => option.name === 'n')?.value ?? tool.name;
  const quote = (text: string): string => (isPlain ? text : `'${text.replaceAll("'", "'\\''")}'`);
  const parsed = getoptAll(words, { short, long });
  if (!has('q')) for (const problem of parsed.problems) tool.note(`${name}: ${problem}\n`);
  const out: string[] = [];
  for (const option of parsed.options) {
    out.push(option.written);
    const takes = option.written.startsWith('--')
      ? Object.keys(long).some(
          (known) => known.endsWith(':') && known.replace(/:+$/, '') === option.written.slice(2),
        )
      : short[short.indexOf(option.name) + 1] === ':';
    if (takes) out.push(quote(option.value ?? ''));
  }
  out.push('--', ...parsed.operands.map(quote));
  if (!has('Q')) tool.line(` ${out.join(' ')}`);
  yield* tool.drain();
  return parsed.problems.length > 0 ? 1 : 0;
}
