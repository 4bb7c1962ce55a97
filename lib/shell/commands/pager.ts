/**
 * less(1), more(1) and their like: all is printed at once, as it is when standard output is no terminal.
 * Not modelled: paging on a terminal; keys; search.
 */
import { errnoText } from './errno-text';
import type { Command, Tool, ToolRun } from './tool';

export const less: Command = {
  name: 'less',
  package: 'less',
  paths: ['/usr/bin/less'],
  synopsis: 'less [OPTION]... [FILE]...',
  summary: 'Show FILE page by page.',
  run: (tool) => run(tool, 'less'),
};
export const more: Command = {
  name: 'more',
  package: 'util-linux',
  paths: ['/usr/bin/more'],
  synopsis: 'more [options] <file>...',
  summary: 'A file perusal filter for CRT viewing.',
  run: (tool) => run(tool, 'more'),
};

function* run(tool: Tool, name: 'less' | 'more'): ToolRun {
  const files = tool.args.filter((argument) => !/^[-+]./.test(argument));
  if (tool.args.includes('--version') || (name === 'less' && tool.args.includes('-V'))) tool.version();
  if (files.length === 0) {
    if (tool.context.stdin.tty !== undefined) {
      if (name === 'less') {
        tool.note('Missing filename ("less --help" for help)\n');
        return 1;
      }
      tool.complain('bad usage');
      tool.note("Try 'more --help' for more information.\n");
      return 1;
    }
    tool.print(yield* tool.context.readAll());
    return 0;
  }
  let result = 0;
  for (const file of files) {
    const read = yield* tool.readFile(file);
    if (typeof read !== 'string') {
      if (name === 'more' && files.length > 1) tool.print(`::::::::::::::\n${file}\n::::::::::::::\n`);
      tool.print(read.text);
    } else if (name === 'more' && read === 'EISDIR') tool.print(`\n*** ${file}: directory ***\n\n`);
    else if (name === 'more') {
      tool.complain(`cannot open ${file}: ${errnoText(read)}`);
      result = 1;
    } else {
      tool.note(read === 'EISDIR' ? `${file} is a directory\n` : `${file}: ${errnoText(read)}\n`);
      result = 1;
    }
  }
  return result;
}
