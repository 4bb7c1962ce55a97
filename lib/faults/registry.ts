/** All fault kinds, one line each. */
import { clockSkew } from './clock-skew';
import { command } from './command';
import type { FaultDefinition } from './definition';
import { diskFull } from './disk-full';
import { file } from './file';
import { freeze } from './freeze';
import { impair } from './impair';
import { killProcess } from './kill-process';
import { link } from './link';
import { powerCycle } from './power-cycle';
import { powerLoss } from './power-loss';
import { powerReturn } from './power-return';
import { reboot } from './reboot';

export const FAULTS: readonly FaultDefinition[] = [
  powerLoss,
  powerReturn,
  powerCycle,
  reboot,
  freeze,
  link,
  impair,
  killProcess,
  file,
  diskFull,
  command,
  clockSkew,
];

export function findFault(kind: string): FaultDefinition | undefined {
  return FAULTS.find((fault) => fault.kind === kind);
}
