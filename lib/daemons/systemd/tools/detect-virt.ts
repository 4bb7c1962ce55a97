/** systemd-detect-virt. Source: systemd-detect-virt(1). */
import type { Program } from '../../../world/process.contract';
import { isContainer, virtualizationOf } from '../conditions';

export const detectVirt: Program = function* (context) {
  const found = virtualizationOf(context.host);
  const has = (short: string, long: string): boolean =>
    context.argv.includes(short) || context.argv.includes(long);
  const wrong =
    (has('-c', '--container') && !isContainer(context.host)) ||
    (has('-v', '--vm') && isContainer(context.host));
  if (!has('-q', '--quiet')) yield* context.out(`${wrong ? 'none' : found}\n`);
  return wrong ? 1 : 0;
};
