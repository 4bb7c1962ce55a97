/** basename(1) of GNU coreutils. */
import { lastPart } from './copy/copier';
import { valueOf } from './getopt';
import { quoteValue } from './quoting';
import type { Command } from './tool';

export const basename: Command = {
  name: 'basename',
  package: 'coreutils',
  paths: ['/usr/bin/basename'],
  synopsis: 'basename NAME [SUFFIX]\nbasename OPTION... NAME...',
  summary:
    'Print NAME with any leading directory components removed.\nIf specified, also remove a trailing SUFFIX.',
  run: function* (tool) {
    const { options, operands } = tool.options({
      short: '+as:z',
      long: { multiple: 'a', 'suffix:': 's', zero: 'z' },
    });
    const given = options.findLast((option) => option.name === 's');
    const isMany = given !== undefined || options.some((option) => option.name === 'a');
    const end = options.some((option) => option.name === 'z') ? '\0' : '\n';
    if (operands.length === 0) tool.misuse('missing operand');
    if (!isMany && operands.length > 2) tool.misuse(`extra operand ${quoteValue(operands[2] ?? '')}`);
    const suffix = isMany ? (given === undefined ? '' : valueOf(given)) : (operands[1] ?? '');
    for (const name of isMany ? operands : operands.slice(0, 1)) {
      const last = lastPart(name);
      const isCut = suffix !== '' && last !== suffix && last !== '/' && last.endsWith(suffix);
      tool.print((isCut ? last.slice(0, -suffix.length) : last) + end);
    }
    yield* tool.drain();
    return 0;
  },
};
