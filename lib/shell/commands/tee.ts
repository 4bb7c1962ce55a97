/** tee(1) of GNU coreutils. */
import type { Stream } from '../../world/process.contract';
import { meaningOf, wordsOf } from './argument-words';
import { errnoText } from './errno-text';
import { quoteFileIfNeeded } from './quoting';
import type { Command, Tool, ToolRun } from './tool';

export const tee: Command = {
  name: 'tee',
  package: 'coreutils',
  paths: ['/usr/bin/tee'],
  synopsis: 'tee [OPTION]... [FILE]...',
  summary: 'Copy standard input to each FILE, and also to standard output.',
  run,
};

const OUTPUT_ERRORS = wordsOf(['warn', 'warn-nopipe', 'exit', 'exit-nopipe']);

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'aip',
    long: { append: 'a', 'ignore-interrupts': 'i', 'output-error::': 'p' },
  });
  const append = options.some((option) => option.name === 'a');
  for (const { name, value } of options)
    if (name === 'p' && value !== undefined) meaningOf(tool, OUTPUT_ERRORS, value, '--output-error');
  if (options.some((option) => option.name === 'i')) tool.context.signal('INT', 'ignore');
  const targets: { name: string; stream: Stream }[] = [];
  let code = 0;
  for (const name of operands) {
    const stream = tool.create(name, { append });
    if (typeof stream === 'string') {
      tool.complain(`${quoteFileIfNeeded(name)}: ${errnoText(stream)}`);
      code = 1;
    } else targets.push({ name, stream });
  }
  const { stdin } = tool.context;
  if (stdin.readProblem !== undefined) tool.fail(`read error: ${errnoText(stdin.readProblem)}`);
  for (;;) {
    const text = stdin.read(65_536);
    if (text === undefined) yield { streams: [stdin] };
    else if (text === '') return code;
    else {
      tool.print(text);
      yield* tool.flush();
      for (const target of [...targets]) {
        const result = target.stream.write(text);
        if (typeof result !== 'string') continue;
        tool.complain(`${quoteFileIfNeeded(target.name)}: ${errnoText(result)}`);
        targets.splice(targets.indexOf(target), 1);
        code = 1;
      }
    }
  }
}
