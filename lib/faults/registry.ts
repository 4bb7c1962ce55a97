/** All fault kinds, one line each. */
import { addressConflict } from './address-conflict';
import { certificateExpired, certificateReplaced, keyLost } from './certificate';
import { clockSkew } from './clock-skew';
import { command } from './command';
import type { FaultDefinition } from './definition';
import { diskFull } from './disk-full';
import { diskReadOnly } from './disk-read-only';
import { diskSlow } from './disk-slow';
import { file } from './file';
import { freeze } from './freeze';
import { hang } from './hang';
import { impair } from './impair';
import { inodesGone } from './inodes-gone';
import { killProcess } from './kill-process';
import { link } from './link';
import { memoryLeak } from './memory-leak';
import { nameServerGone } from './name-server-gone';
import { partition } from './partition';
import { passwordChanged } from './password-changed';
import { powerCycle } from './power-cycle';
import { powerLoss } from './power-loss';
import { powerReturn } from './power-return';
import { processorHog } from './processor-hog';
import { reboot } from './reboot';
import { badRelease, dependency } from './release';
import { slowClients, trafficSource, trafficSurge } from './traffic';
import { wrongGateway } from './wrong-gateway';
import { wrongRecord } from './wrong-record';

export const FAULTS: readonly FaultDefinition[] = [
  powerLoss,
  powerReturn,
  powerCycle,
  reboot,
  freeze,
  link,
  impair,
  partition,
  addressConflict,
  wrongGateway,
  nameServerGone,
  wrongRecord,
  killProcess,
  hang,
  memoryLeak,
  processorHog,
  diskFull,
  inodesGone,
  diskSlow,
  diskReadOnly,
  file,
  certificateExpired,
  certificateReplaced,
  keyLost,
  passwordChanged,
  command,
  badRelease,
  dependency,
  trafficSurge,
  trafficSource,
  slowClients,
  clockSkew,
];

export function findFault(kind: string): FaultDefinition | undefined {
  return FAULTS.find((fault) => fault.kind === kind);
}
