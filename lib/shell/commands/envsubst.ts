/** envsubst(1) of GNU gettext 0.21. */
import type { Command, Tool, ToolRun } from './tool';

export const envsubst: Command = {
  name: 'envsubst',
  package: 'gettext-base',
  paths: ['/usr/bin/envsubst'],
  synopsis: 'envsubst [OPTION] [SHELL-FORMAT]',
  summary: 'Substitutes the values of environment variables.',
  run,
};

const REFERENCE = /\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})/g;

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options({ short: 'hvV', long: { variables: 'v' } });
  const [format, extra] = operands;
  if (extra !== undefined) return tool.fail('too many arguments');
  const named =
    format === undefined
      ? undefined
      : [...format.matchAll(REFERENCE)].map((match) => match[1] ?? match[2] ?? '');
  if (options.some(({ name }) => name === 'v')) {
    if (named === undefined) return tool.fail('missing arguments');
    for (const name of named) tool.line(name);
    return 0;
  }
  const text = yield* tool.context.readAll();
  tool.print(
    text.replace(REFERENCE, (written: string, plain: string | undefined, braced: string | undefined) => {
      const name = plain ?? braced ?? '';
      if (named !== undefined && !named.includes(name)) return written;
      return tool.context.env.get(name) ?? '';
    }),
  );
  return 0;
}
