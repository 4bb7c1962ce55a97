/** dirname(1) of GNU coreutils. */
import { directoryName } from './paths';
import type { Command } from './tool';

export const dirname: Command = {
  name: 'dirname',
  package: 'coreutils',
  paths: ['/usr/bin/dirname'],
  synopsis: 'dirname [OPTION] NAME...',
  summary:
    "Output each NAME with its last non-slash component and trailing slashes\nremoved; if NAME contains no /'s, output '.' (meaning the current directory).",
  run: function* (tool) {
    const { options, operands } = tool.options({ short: '+z', long: { zero: 'z' } });
    if (operands.length === 0) tool.misuse('missing operand');
    for (const name of operands) tool.print(directoryName(name) + (options.length > 0 ? '\0' : '\n'));
    yield* tool.drain();
    return 0;
  },
};
