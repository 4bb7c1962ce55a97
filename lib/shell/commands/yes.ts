/** yes(1) of GNU coreutils. */
import type { Command } from './tool';

export const yes: Command = {
  name: 'yes',
  package: 'coreutils',
  paths: ['/usr/bin/yes'],
  synopsis: 'yes [STRING]...\nyes OPTION',
  summary: "Repeatedly output a line with all specified STRING(s), or 'y'.",
  run: function* (tool) {
    const { operands } = tool.options({ short: '+' });
    const line = `${operands.length === 0 ? 'y' : operands.join(' ')}\n`;
    const block = line.repeat(Math.max(1, Math.ceil(4096 / line.length)));
    for (;;) {
      tool.print(block);
      yield* tool.drain();
    }
  },
};
