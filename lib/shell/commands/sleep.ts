/** sleep(1) of GNU coreutils. */
import { parseInterval } from './durations';
import { quoteValue } from './quoting';
import type { Command } from './tool';

export const sleep: Command = {
  name: 'sleep',
  package: 'coreutils',
  paths: ['/usr/bin/sleep'],
  synopsis: 'sleep NUMBER[SUFFIX]...\nsleep OPTION',
  summary:
    "Pause for NUMBER seconds.  SUFFIX may be 's' for seconds (the default),\n'm' for minutes, 'h' for hours or 'd' for days.",
  run: function* (tool) {
    const { operands } = tool.options({ short: '' });
    if (operands.length === 0) tool.misuse('missing operand');
    let total = 0;
    let isWrong = false;
    for (const operand of operands) {
      const micros = parseInterval(operand);
      if (micros === undefined) {
        tool.complain(`invalid time interval ${quoteValue(operand)}`);
        isWrong = true;
      } else total += micros;
    }
    if (isWrong) {
      tool.note(tool.package.hint(tool.name));
      return 1;
    }
    yield* tool.context.sleep(total);
    return 0;
  },
};
