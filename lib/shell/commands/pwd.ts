/** pwd(1) of GNU coreutils: the shell has its own. */
import { FileError } from '../../world/files.contract';
import type { Command } from './tool';

export const pwd: Command = {
  name: 'pwd',
  package: 'coreutils',
  paths: ['/usr/bin/pwd'],
  synopsis: 'pwd [OPTION]...',
  summary: 'Print the full filename of the current working directory.',
  run: function* (tool) {
    const { options, operands } = tool.options({ short: 'LP', long: { logical: 'L', physical: 'P' } });
    if (operands.length > 0) tool.complain('ignoring non-option arguments');
    const { context } = tool;
    const logical = context.env.get('PWD');
    const real = context.fs.realpath(context.cwd, context.who);
    const isLogical = options[options.length - 1]?.name === 'L' && logical?.startsWith('/') === true;
    tool.line(isLogical && logical !== undefined ? logical : real instanceof FileError ? context.cwd : real);
    yield* tool.drain();
    return 0;
  },
};
