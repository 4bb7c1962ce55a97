/** Reads the configuration for a process that is to run with it: the parent's pass, the VRRP process's pass. */
import type { Host } from '../../../world/world.contract';
import type { ProcessState } from '../../../world/process.contract';
import type { Configuration } from '../config';
import { findFile } from '../configuration/check';
import { complete } from '../configuration/complete';
import { emptyGlobal, emptyPolicy, emptyVrrp } from '../configuration/draft';
import { type Needs, readPass } from '../configuration/passes';
import { Lines } from '../configuration/lines';
import { Reports } from '../configuration/report';
import { hostEnvironment } from './host-environment';
import type { ReadFile, RunOptions } from './state';

export interface ParentReading {
  readonly lines: readonly string[];
  readonly files: ReadFile[];
  readonly needs: Needs;
  /** there is nothing to read, or reading ended the process */
  readonly refused: boolean;
  /** the notice about max_auto_priority is due */
  readonly hasAutoPriority: boolean;
  readonly notModelled: readonly string[];
}
export interface VrrpReading {
  readonly lines: readonly string[];
  readonly files: ReadFile[];
  /** undefined: the process exits with its CONFIG error */
  readonly configuration: Configuration | undefined;
}

interface Asking {
  readonly host: Host;
  readonly process: ProcessState;
  readonly options: RunOptions;
  readonly isReload: boolean;
}

export function readAsParent(asking: Asking): ParentReading {
  const { reports, files, environment } = begin(asking);
  const global = emptyGlobal();
  const notModelled = new Set<string>();
  if (!findFile(asking.options.file, environment, reports)) {
    return {
      lines: textsOf(reports),
      files,
      needs: { vrrp: false, checker: false, bfd: false },
      refused: true,
      hasAutoPriority: false,
      notModelled: [],
    };
  }
  const { needs } = readPass('parent', {
    ...passOptions(asking),
    environment,
    reports,
    global,
    vrrp: emptyVrrp(),
    policy: emptyPolicy(),
    notModelled,
  });
  return {
    lines: textsOf(reports),
    files,
    needs,
    refused: reports.isAborted || reports.hasFileError,
    hasAutoPriority: global.maxAutoPriority !== 0,
    notModelled: [...notModelled],
  };
}

export function readAsVrrp(asking: Asking): VrrpReading {
  const { reports, files, environment } = begin(asking);
  // The child goes on from what its parent read of global_defs; what the parent said is not said again.
  const parent = new Reports();
  const global = emptyGlobal();
  const policy = emptyPolicy();
  const notModelled = new Set<string>();
  const shared = { ...passOptions(asking), environment, global, policy, notModelled };
  if (!asking.isReload) readPass('parent', { ...shared, reports: parent, vrrp: emptyVrrp() });
  const vrrp = emptyVrrp();
  readPass('vrrp', { ...shared, reports, vrrp });
  const configuration =
    reports.isAborted || reports.hasFileError
      ? undefined
      : complete({ environment, reports, global, vrrp, policy, notModelled, isTest: false });
  return {
    lines: [...textsOf(reports), ...[...notModelled].map((keyword) => `not modelled: ${keyword}`)],
    files,
    configuration: reports.isAborted ? undefined : configuration,
  };
}

function begin({ host, process }: Asking) {
  const { environment, files } = hostEnvironment(host, {
    who: { uid: process.uid, gid: process.gid, groups: process.groups },
    path: process.env.get('PATH'),
  });
  return { reports: new Reports(), environment, files };
}
function passOptions({ host, options, isReload }: Asking) {
  return {
    path: options.file,
    lines: new Lines(),
    configId: options.configId ?? host.state.hostname.split('.')[0] ?? '',
    isTest: false,
    isReload,
    logsDetails: options.logsDetails,
  };
}
function textsOf(reports: Reports): string[] {
  return reports.all.map(({ text }) => text);
}
