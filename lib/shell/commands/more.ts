/**
 * more(1): all is printed at once, as it is when standard output is no terminal.
 * Not modelled: paging on a terminal; less does it.
 */
import { errnoText } from './errno-text';
import type { Command, Tool, ToolRun } from './tool';

export const more: Command = {
  name: 'more',
  package: 'util-linux',
  paths: ['/usr/bin/more'],
  synopsis: 'more [options] <file>...',
  summary: 'A file perusal filter for CRT viewing.',
  run,
};

function* run(tool: Tool): ToolRun {
  const files = tool.args.filter((argument) => !/^[-+]./.test(argument));
  if (tool.args.includes('--version')) tool.version();
  if (files.length === 0) {
    if (tool.context.stdin.tty !== undefined) {
      tool.complain('bad usage');
      tool.note("Try 'more --help' for more information.\n");
      return 1;
    }
    tool.print(yield* tool.context.readAll());
    return 0;
  }
  for (const file of files) {
    const read = yield* tool.readFile(file);
    if (typeof read !== 'string') {
      if (files.length > 1 || tool.context.stdout.tty === undefined)
        tool.print(`::::::::::::::\n${file}\n::::::::::::::\n`);
      tool.print(read.text);
    } else if (read === 'EISDIR') tool.print(`\n*** ${file}: directory ***\n\n`);
    else tool.complain(`cannot open ${file}: ${errnoText(read)}`);
  }
  return 0;
}
