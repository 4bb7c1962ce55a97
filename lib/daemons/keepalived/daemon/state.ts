/** What keepalived's VRRP process remembers: plain data, so that a checkpoint holds it. */
import type { VrrpContext } from '../../../protocols/vrrp/instance';
import type { ChartSnapshot } from '../../../protocols/adapter';
import type { Micros } from '../../../std/instant';
import type { IPv4 } from '../../../std/ipv4';
import type { DaemonContext } from '../../../world/process.contract';
import type { Configuration, InstanceConfiguration, RouteConfiguration, RuleConfiguration } from '../config';

/** The command line's part in how a process behaves. */
export interface RunOptions {
  readonly file: string;
  /** -D */
  readonly logsDetails: boolean;
  /** -l, with -n only */
  readonly logsToConsole: boolean;
  /** -G */
  readonly logsToSyslog: boolean;
  /** -S; `daemon` when not given */
  readonly facility: string;
  /** -R */
  readonly respawns: boolean;
  /** -V */
  readonly keepsVips: boolean;
  /** -i */
  readonly configId: string | undefined;
  readonly pidFile: string;
  readonly vrrpPidFile: string;
}

export interface ReadFile {
  path: string;
  text: string;
}

export interface ParentState {
  options: RunOptions;
  /** 0: none runs */
  vrrpPid: number;
  needsVrrp: boolean;
  stopping: boolean;
  exitCode: number;
  files: ReadFile[];
}

export interface VrrpState {
  options: RunOptions;
  configuration: Configuration;
  files: ReadFile[];
  instances: Map<string, InstanceState>;
  groups: Map<string, GroupState>;
  scripts: Map<string, ScriptState>;
  /** how many processes match, by name of the tracker */
  processes: Map<string, number>;
  /** what a tracked file says, by name of the tracker */
  fileValues: Map<string, number>;
  /** raw sockets by interface and group */
  sockets: Map<string, number>;
  /** whether an interface works, by name */
  interfaces: Map<string, boolean>;
  /** nothing happens to instances before all of them are set up */
  started: boolean;
  stopping: boolean;
}

export interface InstanceState {
  snapshot: ChartSnapshot<VrrpContext>;
  since: Micros;
  /** down because of something tracked, as the chart was told */
  isFaulty: boolean;
  /** its unicast_src_ip is none of the host's: it never speaks, whatever happens later */
  hasNoSource: boolean;
  /** a script without weight has not run yet */
  waits: boolean;
  /** whose advertisement was accepted last */
  master: IPv4 | undefined;
  masterPriority: number;
  /** on the host, put there by us */
  installed: InstalledAddress[];
  routes: RouteConfiguration[];
  rules: RuleConfiguration[];
  refreshAt: Micros;
  statistics: Statistics;
}
export interface InstalledAddress {
  device: string;
  ip: IPv4;
  prefix: number;
}
export interface Statistics {
  received: number;
  sent: number;
  becameMaster: number;
  releasedMaster: number;
  ttlErrors: number;
  intervalErrors: number;
  addressListErrors: number;
  authTypeMismatch: number;
  authFailure: number;
  zeroReceived: number;
  zeroSent: number;
}
export interface GroupState {
  state: 'INIT' | 'BACKUP' | 'MASTER' | 'FAULT';
}
export interface ScriptState {
  run: 'idle' | 'running' | 'asked to end' | 'being killed';
  pid: number;
  /** counts up to rise + fall − 1; from rise on the script counts as good */
  result: number;
  /** no result yet */
  isNew: boolean;
  lastStatus: number;
}

/** What every part of the VRRP process works on. */
export type Vrrp = DaemonContext<VrrpState>;

export function emptyStatistics(): Statistics {
  return {
    received: 0,
    sent: 0,
    becameMaster: 0,
    releasedMaster: 0,
    ttlErrors: 0,
    intervalErrors: 0,
    addressListErrors: 0,
    authTypeMismatch: 0,
    authFailure: 0,
    zeroReceived: 0,
    zeroSent: 0,
  };
}

export function settingsOf(instance: InstanceConfiguration): VrrpContext['settings'] {
  return {
    name: instance.name,
    version: instance.version,
    basePriority: instance.priority,
    startsAsOwner: instance.wants === 'MASTER' && instance.priority === 255,
    nopreempt: instance.nopreempt,
    preemptDelay: instance.preemptDelay,
    interval: instance.interval,
    downAdverts: instance.downTimerAdverts,
    lowerPriorityNoAdvert: instance.lowerPriorityNoAdvert,
    higherPrioritySendAdvert: instance.higherPrioritySendAdvert,
  };
}

export function configurationOf(vrrp: Vrrp, name: string): InstanceConfiguration | undefined {
  return vrrp.state.configuration.instances.find((instance) => instance.name === name);
}

export function scriptIsGood(vrrp: Vrrp, name: string): boolean | undefined {
  const state = vrrp.state.scripts.get(name);
  const script = vrrp.state.configuration.scripts.find((known) => known.name === name);
  if (state === undefined || script === undefined || state.isNew) return undefined;
  return state.result >= script.rise;
}
