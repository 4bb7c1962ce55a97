/** rmdir(1) of GNU coreutils. */
import { errnoText } from './errno-text';
import { quoteFile } from './quoting';
import type { Command, Tool, ToolRun } from './tool';

export const rmdir: Command = {
  name: 'rmdir',
  package: 'coreutils',
  paths: ['/usr/bin/rmdir'],
  synopsis: 'rmdir [OPTION]... DIRECTORY...',
  summary: 'Remove the DIRECTORY(ies), if they are empty.',
  run,
};

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'pv',
    long: { parents: 'p', verbose: 'v', 'ignore-fail-on-non-empty': 'ignore' },
  });
  if (operands.length === 0) tool.misuse('missing operand');
  const has = (name: string): boolean => options.some((option) => option.name === name);
  let code = 0;
  for (const operand of operands) {
    let path = operand;
    for (let isFirst = true; ; isFirst = false) {
      if (has('v')) tool.line(`${tool.name}: removing directory, ${quoteFile(path)}`);
      const failed =
        path === ''
          ? { errno: 'ENOENT' as const }
          : tool.context.fs.rmdir(tool.resolve(path), tool.context.who);
      if (failed !== undefined) {
        if (failed.errno === 'ENOTEMPTY' && has('ignore')) break;
        tool.complain(
          `failed to remove ${isFirst ? '' : 'directory '}${quoteFile(path)}: ${errnoText(failed.errno)}`,
        );
        code = 1;
        break;
      }
      const trimmed = path.replace(/\/+$/, '');
      const cut = trimmed.lastIndexOf('/');
      if (!has('p') || cut <= 0) break;
      path = trimmed.slice(0, cut);
    }
  }
  yield* tool.drain();
  return code;
}
