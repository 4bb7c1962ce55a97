/**
 * A keepalived configuration as it was read: plain, deep-frozen data with
 * keepalived's defaults filled in. Times in microseconds, addresses as numbers.
 * Defaults: keepalived.conf(5) 2.2.7, `set_vrrp_defaults` in global_data.c.
 */

import type { PolicyRule } from '../../world/network.contract';
import type { AuthType } from '../../protocols/vrrp/advertisement';
import type { VrrpVersion } from '../../protocols/vrrp/timers';
import type { Micros } from '../../std/instant';
import type { IPv4 } from '../../std/ipv4';

/** How often and when gratuitous ARPs are sent. */
export type GarpConfiguration = {
  readonly delay: Micros;
  readonly repeat: number;
  readonly refresh: Micros;
  readonly refreshRepeat: number;
  readonly lowerPriorityDelay: Micros;
  readonly lowerPriorityRepeat: number;
};

export type GlobalConfiguration = {
  readonly routerId: string | undefined;
  readonly instanceName: string | undefined;
  readonly scriptSecurity: boolean;
  /** `dynamic_interfaces` */
  readonly hasDynamicInterfaces: boolean;
  readonly vrrpVersion: VrrpVersion;
  readonly strict: boolean;
  readonly multicastGroup: IPv4;
  readonly defaultInterface: string | undefined;
  readonly garp: GarpConfiguration;
  /** seconds between two gratuitous ARPs on one interface; 0 none */
  readonly garpInterval: Micros;
  readonly downTimerAdverts: number;
  readonly lowerPriorityNoAdvert: boolean;
  readonly higherPrioritySendAdvert: boolean;
  readonly checkUnicastSource: boolean;
  readonly skipCheckAdvertAddress: boolean;
  readonly nftTable: string | undefined;
  readonly nftPriority: number;
  readonly startupDelay: Micros;
  readonly logUnknownVrids: boolean;
  readonly maxAutoPriority: number;
  readonly vrrpProcessName: string | undefined;
  readonly processName: string | undefined;
};

/** A program with its arguments and the user that it runs as. */
export type ScriptCommand = {
  /** args[0] is an absolute path once the script was checked */
  readonly args: readonly string[];
  readonly uid: number;
  readonly gid: number;
  /** `</path`: only whether the file can be opened */
  readonly isFileTest: boolean;
};

export type AddressConfiguration = {
  readonly family: 4 | 6;
  readonly address: IPv4;
  readonly text: string;
  readonly prefix: number;
  readonly device: string | undefined;
  readonly label: string | undefined;
  readonly scope: 'global' | 'host' | 'link';
  readonly isTracked: boolean;
};

export type RouteConfiguration = {
  readonly destination: IPv4;
  readonly prefix: number;
  readonly via: IPv4 | undefined;
  readonly device: string | undefined;
  readonly source: IPv4 | undefined;
  readonly metric: number;
  readonly scope: 'global' | 'host' | 'link' | undefined;
  readonly type: 'unicast' | 'blackhole' | 'unreachable' | 'prohibit';
  /** absent: main */
  readonly table: string | undefined;
  /** its loss ends being master */
  readonly isTracked: boolean;
};
/** A line of virtual_rules or static_rules. */
export type RuleConfiguration = Omit<PolicyRule, 'protocol'> & { readonly isTracked: boolean };

/** Something an instance depends on, by name. */
export type Tracked = {
  readonly name: string;
  /** 0: its failure is a fault */
  readonly weight: number;
  readonly isReversed: boolean;
  /** An interface whose weight a sync group is said to ignore. */
  readonly isIgnored?: boolean;
};

export type TrackScript = {
  readonly name: string;
  readonly command: ScriptCommand;
  readonly interval: Micros;
  /** 0: the interval */
  readonly timeout: Micros;
  readonly weight: number;
  readonly isReversed: boolean;
  readonly rise: number;
  readonly fall: number;
  readonly startsFailed: boolean;
};

export type TrackFile = {
  readonly name: string;
  readonly path: string;
  readonly weight: number;
  readonly isReversed: boolean;
  readonly init: 'no' | 'create' | 'overwrite';
  readonly initValue: number;
};

export type TrackProcess = {
  readonly name: string;
  readonly program: string;
  readonly parameters: readonly string[];
  readonly match: 'none' | 'exact' | 'initial' | 'partial';
  readonly isFullCommand: boolean;
  readonly weight: number;
  readonly isReversed: boolean;
  readonly quorum: number;
  readonly quorumMax: number;
  readonly terminateDelay: Micros;
  readonly forkDelay: Micros;
};

/** Scripts that are told of states. */
export type Notifications = {
  readonly master: ScriptCommand | undefined;
  readonly backup: ScriptCommand | undefined;
  readonly fault: ScriptCommand | undefined;
  readonly stop: ScriptCommand | undefined;
  readonly deleted: ScriptCommand | undefined;
  readonly any: ScriptCommand | undefined;
  readonly masterHearsLower: ScriptCommand | undefined;
  readonly tellsDeleted: boolean;
};

export type UnicastPeer = { readonly address: IPv4; readonly lowestTtl: number; readonly highestTtl: number };

export type InstanceConfiguration = {
  readonly name: string;
  readonly version: VrrpVersion;
  readonly vrid: number;
  readonly priority: number;
  readonly wants: 'MASTER' | 'BACKUP';
  readonly interface: string | undefined;
  readonly source: IPv4 | undefined;
  readonly tracksSource: boolean;
  readonly isUnicast: boolean;
  readonly peers: readonly UnicastPeer[];
  readonly checksUnicastSource: boolean;
  /** faults that nothing but another configuration cures */
  readonly faults: number;
  readonly ttl: number;
  readonly multicastGroup: IPv4;
  readonly interval: Micros;
  readonly downTimerAdverts: number;
  readonly nopreempt: boolean;
  readonly preemptDelay: Micros;
  readonly authType: AuthType;
  readonly authData: string;
  readonly isStrict: boolean;
  readonly accepts: boolean;
  readonly skipsAddressCheck: boolean;
  readonly tracksPrimary: boolean;
  readonly lowerPriorityNoAdvert: boolean;
  readonly higherPrioritySendAdvert: boolean;
  readonly garp: GarpConfiguration;
  readonly addresses: readonly AddressConfiguration[];
  readonly excludedAddresses: readonly AddressConfiguration[];
  readonly routes: readonly RouteConfiguration[];
  readonly rules: readonly RuleConfiguration[];
  readonly interfaces: readonly Tracked[];
  readonly scripts: readonly Tracked[];
  readonly files: readonly Tracked[];
  readonly processes: readonly Tracked[];
  readonly notify: Notifications;
  readonly group: string | undefined;
};

export type GroupConfiguration = {
  readonly name: string;
  readonly members: readonly string[];
  readonly tracksWeights: boolean;
  readonly interfaces: readonly Tracked[];
  readonly scripts: readonly Tracked[];
  readonly files: readonly Tracked[];
  readonly processes: readonly Tracked[];
  readonly notify: Notifications;
};

/** Delays before a change of an interface counts. */
export type InterfaceDelay = { readonly name: string; readonly down: Micros; readonly up: Micros };

export type Configuration = {
  readonly global: GlobalConfiguration;
  readonly instances: readonly InstanceConfiguration[];
  readonly groups: readonly GroupConfiguration[];
  readonly scripts: readonly TrackScript[];
  readonly files: readonly TrackFile[];
  readonly processes: readonly TrackProcess[];
  readonly staticAddresses: readonly AddressConfiguration[];
  readonly staticRoutes: readonly RouteConfiguration[];
  readonly staticRules: readonly RuleConfiguration[];
  readonly interfaceDelays: readonly InterfaceDelay[];
  /** interfaces with a garp_group of their own and its interval */
  readonly garpIntervals: readonly { readonly interface: string; readonly interval: Micros }[];
};

/** The same while it is being read. */
export type Draft<T> = { -readonly [K in keyof T]: T[K] };
