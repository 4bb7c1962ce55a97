/** What has been read so far: the configuration with its gaps still open. */

import { DEFAULT_DOWN_ADVERTS, type VrrpVersion } from '../../../protocols/vrrp/timers';
import { VRRP_GROUP, type AuthType } from '../../../protocols/vrrp/advertisement';
import { type Micros, SECOND } from '../../../std/instant';
import type { IPv4 } from '../../../std/ipv4';
import type {
  AddressConfiguration,
  Draft,
  GarpConfiguration,
  GlobalConfiguration,
  InterfaceDelay,
  Notifications,
  RouteConfiguration,
  RuleConfiguration,
  ScriptCommand,
  Tracked,
  TrackFile,
  TrackProcess,
  TrackScript,
  UnicastPeer,
} from '../config';

export interface InstanceDraft {
  readonly name: string;
  version: VrrpVersion | undefined;
  family: 4 | 6 | undefined;
  vrid: number;
  /** 0: not set */
  priority: number;
  wants: 'MASTER' | 'BACKUP' | undefined;
  interface: string | undefined;
  source: IPv4 | undefined;
  isSourceConfigured: boolean;
  tracksSource: boolean;
  usesUnicastKeywords: boolean;
  faultsWithoutPeers: boolean;
  checksUnicastSource: boolean;
  readonly peers: UnicastPeer[];
  ttl: number | undefined;
  multicastGroup: IPv4 | undefined;
  /** 0: not set */
  interval: Micros;
  downTimerAdverts: number;
  nopreempt: boolean;
  hasVmac: boolean;
  vmacTransmitsBase: boolean;
  preemptDelay: Micros;
  authType: AuthType;
  authData: string;
  isStrict: boolean | undefined;
  accepts: boolean | undefined;
  skipsAddressCheck: boolean;
  tracksPrimary: boolean;
  lowerPriorityNoAdvert: boolean | undefined;
  higherPrioritySendAdvert: boolean | undefined;
  garp: Draft<Omit<GarpConfiguration, 'lowerPriorityDelay' | 'lowerPriorityRepeat'>> & {
    lowerPriorityDelay: Micros | undefined;
    lowerPriorityRepeat: number | undefined;
  };
  readonly addresses: AddressConfiguration[];
  readonly excludedAddresses: AddressConfiguration[];
  readonly routes: RouteConfiguration[];
  readonly rules: RuleConfiguration[];
  interfaces: Tracked[];
  scripts: Tracked[];
  files: Tracked[];
  processes: Tracked[];
  notify: Draft<Notifications>;
  group: string | undefined;
  faults: number;
}

export interface GroupDraft {
  readonly name: string;
  members: readonly string[] | undefined;
  tracksWeights: boolean;
  interfaces: Tracked[];
  scripts: Tracked[];
  files: Tracked[];
  processes: Tracked[];
  notify: Draft<Notifications>;
}

/** A script while it is read; without command or user it will be removed. */
export type ScriptDraft = Draft<Omit<TrackScript, 'command'>> & {
  args: readonly string[];
  uid: number;
  gid: number;
  command: ScriptCommand | undefined;
};

export type GlobalDraft = Draft<Omit<GlobalConfiguration, 'garp'>> & {
  garp: Draft<Omit<GarpConfiguration, 'lowerPriorityDelay' | 'lowerPriorityRepeat'>> & {
    lowerPriorityDelay: Micros | undefined;
    lowerPriorityRepeat: number | undefined;
  };
};

/** Who scripts run as; it outlives a process's reading (`default_script_uid` and its kin in lib/notify.c). */
export interface ScriptPolicy {
  isSecure: boolean;
  isSet: boolean;
  hasFailed: boolean;
  uid: number;
  gid: number;
}

export interface VrrpDraft {
  readonly instances: InstanceDraft[];
  readonly groups: GroupDraft[];
  readonly scripts: ScriptDraft[];
  readonly files: TrackFile[];
  readonly processes: TrackProcess[];
  readonly staticAddresses: AddressConfiguration[];
  readonly staticRoutes: RouteConfiguration[];
  readonly staticRules: RuleConfiguration[];
  readonly interfaceDelays: InterfaceDelay[];
  readonly garpIntervals: { interface: string; interval: Micros }[];
  namesMissingInterface: boolean;
}

export function emptyGlobal(): GlobalDraft {
  return {
    routerId: undefined,
    instanceName: undefined,
    scriptSecurity: false,
    hasDynamicInterfaces: false,
    vrrpVersion: 2,
    strict: false,
    multicastGroup: VRRP_GROUP,
    defaultInterface: undefined,
    garp: {
      delay: 5 * SECOND,
      repeat: 5,
      refresh: 0,
      refreshRepeat: 1,
      lowerPriorityDelay: undefined,
      lowerPriorityRepeat: undefined,
    },
    garpInterval: 0,
    downTimerAdverts: DEFAULT_DOWN_ADVERTS,
    lowerPriorityNoAdvert: false,
    higherPrioritySendAdvert: false,
    checkUnicastSource: false,
    skipCheckAdvertAddress: false,
    nftTable: undefined,
    nftPriority: -1,
    startupDelay: 0,
    logUnknownVrids: false,
    maxAutoPriority: 0,
    vrrpProcessName: undefined,
    processName: undefined,
  };
}

export function emptyPolicy(): ScriptPolicy {
  return { isSecure: false, isSet: false, hasFailed: false, uid: 0, gid: 0 };
}

export function emptyVrrp(): VrrpDraft {
  return {
    instances: [],
    groups: [],
    scripts: [],
    files: [],
    processes: [],
    staticAddresses: [],
    staticRoutes: [],
    staticRules: [],
    interfaceDelays: [],
    garpIntervals: [],
    namesMissingInterface: false,
  };
}

export function emptyNotifications(): Draft<Notifications> {
  return {
    master: undefined,
    backup: undefined,
    fault: undefined,
    stop: undefined,
    deleted: undefined,
    any: undefined,
    masterHearsLower: undefined,
    tellsDeleted: false,
  };
}

export function emptyInstance(name: string, global: GlobalDraft): InstanceDraft {
  return {
    name,
    version: undefined,
    family: undefined,
    vrid: 0,
    priority: 0,
    wants: undefined,
    interface: undefined,
    source: undefined,
    isSourceConfigured: false,
    tracksSource: false,
    usesUnicastKeywords: false,
    faultsWithoutPeers: false,
    checksUnicastSource: false,
    peers: [],
    ttl: undefined,
    multicastGroup: undefined,
    interval: 0,
    downTimerAdverts: global.downTimerAdverts,
    nopreempt: false,
    hasVmac: false,
    vmacTransmitsBase: false,
    preemptDelay: 0,
    authType: 0,
    authData: '',
    isStrict: undefined,
    accepts: undefined,
    skipsAddressCheck: global.skipCheckAdvertAddress,
    tracksPrimary: true,
    lowerPriorityNoAdvert: undefined,
    higherPrioritySendAdvert: undefined,
    garp: { ...global.garp, lowerPriorityDelay: undefined, lowerPriorityRepeat: undefined },
    addresses: [],
    excludedAddresses: [],
    routes: [],
    rules: [],
    interfaces: [],
    scripts: [],
    files: [],
    processes: [],
    notify: emptyNotifications(),
    group: undefined,
    faults: 0,
  };
}

export function emptyGroup(name: string): GroupDraft {
  return {
    name,
    members: undefined,
    tracksWeights: false,
    interfaces: [],
    scripts: [],
    files: [],
    processes: [],
    notify: emptyNotifications(),
  };
}
