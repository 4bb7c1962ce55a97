/**
 * Fills the gaps of one vrrp_instance and clears what contradicts itself
 * (`vrrp_complete_instance` in vrrp.c), in keepalived's order and words.
 * Not modelled: VMACs, IPv6.
 */

import {
  DEFAULT_DOWN_ADVERTS,
  DEFAULT_PRIORITY,
  OWNER_PRIORITY,
  type VrrpVersion,
} from '../../../protocols/vrrp/timers';
import { VRRP_TTL } from '../../../protocols/vrrp/advertisement';
import { SECOND } from '../../../std/instant';
import type { GarpConfiguration, InstanceConfiguration, Tracked } from '../config';
import type { GlobalDraft, GroupDraft, InstanceDraft, VrrpDraft } from './draft';
import type { Environment } from './environment';
import type { Reports } from './report';

export interface Completion {
  readonly environment: Environment;
  readonly reports: Reports;
  readonly global: GlobalDraft;
  readonly vrrp: VrrpDraft;
  readonly notModelled: Set<string>;
}

const CENTISECOND = 10_000;
const MOST_ADDRESSES = 255;

/** The completed instance; undefined when keepalived refuses to run with it. */
export function completeInstance(
  completion: Completion,
  draft: InstanceDraft,
  group: GroupDraft | undefined,
): InstanceConfiguration | undefined {
  const { reports, global } = completion;
  const say = (message: string): void => reports.complain('general', `(${draft.name}) ${message}`);
  const isStrict = draft.isStrict ?? global.strict;
  const family = draft.family ?? 4;
  if (family === 6) completion.notModelled.add('IPv6 instances');
  const version = versionOf(draft, { isStrict, global, say });
  if (draft.addresses.length === 0) {
    if (version === 3 || isStrict) {
      say('No VIP specified; at least one is required');
      return undefined;
    }
    say('No VIP specified; at least one is sensible');
  }
  const priority =
    draft.priority !== 0 ? draft.priority : draft.wants === 'MASTER' ? OWNER_PRIORITY : DEFAULT_PRIORITY;
  const isOwner = priority === OWNER_PRIORITY;
  let wants = draft.wants ?? (isOwner ? 'MASTER' : 'BACKUP');
  if (draft.wants !== undefined && isStrict && (wants === 'MASTER') !== isOwner) {
    say('State MASTER must match being address owner');
    wants = isOwner ? 'MASTER' : 'BACKUP';
  }
  const authType = authenticationOf(draft, { isStrict, version, say });
  if (authType === 2 && wants === 'MASTER' && !isOwner) {
    say('Initial state master is incompatible with AH authentication - clearing');
    wants = 'BACKUP';
  }
  if (draft.interface === undefined && !draft.isSourceConfigured) {
    reports.complain('general', `(${draft.name}): Unicast instances must have unicast_src_ip or interface`);
    return undefined;
  }
  const unicast = unicastOf(draft, reports);
  const preemption = preemptionOf(draft, { wants, isOwner, isStrict, say });
  const downTimerAdverts = downAdvertsOf(draft, isStrict, say);
  const accepts = acceptanceOf(draft, { isOwner, isStrict, version, say });
  const behaviour = strictBehaviour(draft, { isStrict, global, say });
  const interval = intervalOf(draft, version, say);
  if (!accepts && !isOwner && global.nftTable === undefined) global.nftTable = 'keepalived';
  if (unicast.isUnicast && draft.multicastGroup !== undefined)
    say('multicast destination specified with unicast - ignoring');
  const interfaces = ownInterfaces(draft, say);
  if (draft.addresses.length === 0)
    reports.complain('warning', `(${draft.name}) No VIP specified; at least one is sensible`);
  return {
    name: draft.name,
    version,
    vrid: draft.vrid,
    priority,
    wants,
    interface: draft.interface,
    source: draft.isSourceConfigured ? draft.source : undefined,
    tracksSource: draft.tracksSource && draft.isSourceConfigured,
    isUnicast: unicast.isUnicast,
    peers: draft.peers,
    checksUnicastSource: draft.checksUnicastSource || global.checkUnicastSource,
    faults: draft.faults + unicast.faults,
    ttl: draft.ttl ?? VRRP_TTL,
    multicastGroup: draft.multicastGroup ?? global.multicastGroup,
    interval,
    downTimerAdverts,
    ...preemption,
    authType,
    authData: authType === 0 ? '' : draft.authData,
    isStrict,
    accepts: accepts || isOwner,
    skipsAddressCheck: draft.skipsAddressCheck,
    tracksPrimary: draft.tracksPrimary,
    ...behaviour,
    addresses: draft.addresses.slice(0, MOST_ADDRESSES),
    excludedAddresses: draft.excludedAddresses.filter((address) => address.family === 4),
    routes: draft.routes,
    rules: draft.rules,
    ...weights(draft, { interfaces, group, isOwner, say }),
    processes: draft.processes,
    notify: draft.notify,
    group: draft.group,
  };
}

type Say = (message: string) => void;

function versionOf(
  draft: InstanceDraft,
  given: { isStrict: boolean; global: GlobalDraft; say: Say },
): VrrpVersion {
  if (draft.family !== 6) return draft.version ?? given.global.vrrpVersion;
  if (draft.version === 2 && given.isStrict) {
    given.say('cannot use IPv6 with VRRP version 2; setting version 3');
    return 3;
  }
  return draft.version ?? 3;
}

function authenticationOf(
  draft: InstanceDraft,
  given: { isStrict: boolean; version: VrrpVersion; say: Say },
): InstanceDraft['authType'] {
  if (draft.authType === 0) return 0;
  if (given.isStrict) given.say('Strict mode does not support authentication. Ignoring.');
  else if (given.version === 3) given.say('VRRP version 3 does not support authentication. Ignoring.');
  else if (draft.authData === '') given.say('Authentication specified but no password given. Ignoring');
  else return draft.authType;
  return 0;
}

function unicastOf(draft: InstanceDraft, reports: Reports): { isUnicast: boolean; faults: number } {
  if (!draft.usesUnicastKeywords) return { isUnicast: false, faults: 0 };
  if (draft.peers.length > 0) return { isUnicast: true, faults: 0 };
  if (draft.faultsWithoutPeers) {
    reports.log(`(${draft.name}) Cannot use unicast without any peers - going to fault state`);
    return { isUnicast: false, faults: 1 };
  }
  reports.complain(
    'deprecated',
    `(${draft.name}) A unicast keyword has been specified without any unicast peers. Defaulting to multicast. This usage is deprecated - please update your configuration.`,
  );
  return { isUnicast: false, faults: 0 };
}

function preemptionOf(
  draft: InstanceDraft,
  given: { wants: 'MASTER' | 'BACKUP'; isOwner: boolean; isStrict: boolean; say: Say },
): Pick<InstanceConfiguration, 'nopreempt' | 'preemptDelay'> {
  let { nopreempt, preemptDelay } = draft;
  if (draft.vmacTransmitsBase && !draft.hasVmac) given.say('vmac_xmit_base is only valid with a vmac');
  if (given.isOwner && nopreempt) {
    given.say(`nopreempt is incompatible with priority ${OWNER_PRIORITY}. resetting nopreempt`);
    nopreempt = false;
  }
  if (given.wants === 'MASTER' && nopreempt) {
    given.say('Warning - nopreempt will not work with initial state MASTER - clearing');
    nopreempt = false;
  }
  if (given.wants === 'MASTER' && preemptDelay > 0) {
    given.say('Warning - preempt delay will not work with initial state MASTER - clearing');
    preemptDelay = 0;
  }
  if (preemptDelay > 0 && given.isStrict) {
    given.say('preempt_delay is incompatible with strict mode - resetting');
    preemptDelay = 0;
  }
  if (preemptDelay > 0 && nopreempt) {
    given.say('preempt_delay is incompatible with nopreempt mode - resetting');
    preemptDelay = 0;
  }
  return { nopreempt, preemptDelay };
}

function downAdvertsOf(draft: InstanceDraft, isStrict: boolean, say: Say): number {
  if (draft.downTimerAdverts === DEFAULT_DOWN_ADVERTS || !isStrict) return draft.downTimerAdverts;
  say('down_timer_adverts is incompatible with strict mode - resetting');
  return DEFAULT_DOWN_ADVERTS;
}

function acceptanceOf(
  draft: InstanceDraft,
  given: { isOwner: boolean; isStrict: boolean; version: VrrpVersion; say: Say },
): boolean {
  const accepts = draft.accepts ?? (given.isOwner || !given.isStrict);
  if (!accepts || given.isOwner || !given.isStrict || given.version === 3) return accepts;
  given.say('warning - accept mode for VRRP version 2 does not comply with RFC3768 - resetting');
  return false;
}

function strictBehaviour(
  draft: InstanceDraft,
  given: { isStrict: boolean; global: GlobalDraft; say: Say },
): Pick<InstanceConfiguration, 'garp' | 'lowerPriorityNoAdvert' | 'higherPrioritySendAdvert'> {
  const { isStrict, global, say } = given;
  let { lowerPriorityDelay, lowerPriorityRepeat } = draft.garp;
  if (isStrict && lowerPriorityRepeat !== undefined && lowerPriorityRepeat > 0)
    say('Strict mode requires no repeat garps. resetting');
  lowerPriorityRepeat = isStrict
    ? 0
    : (lowerPriorityRepeat ?? global.garp.lowerPriorityRepeat ?? global.garp.repeat);
  if (isStrict && lowerPriorityDelay !== undefined && lowerPriorityDelay > 0)
    say('Strict mode requires no repeat garp delay. resetting');
  lowerPriorityDelay = isStrict
    ? 0
    : (lowerPriorityDelay ?? global.garp.lowerPriorityDelay ?? global.garp.delay);
  if (isStrict && draft.lowerPriorityNoAdvert === false)
    say('Strict mode requires no lower priority advert. resetting');
  if (isStrict && draft.higherPrioritySendAdvert === true)
    say('strict mode requires higher_prio_send_advert to be clear. resetting');
  const garp: GarpConfiguration = { ...draft.garp, lowerPriorityDelay, lowerPriorityRepeat };
  return {
    garp,
    lowerPriorityNoAdvert: isStrict || (draft.lowerPriorityNoAdvert ?? global.lowerPriorityNoAdvert),
    higherPrioritySendAdvert:
      !isStrict && (draft.higherPrioritySendAdvert ?? global.higherPrioritySendAdvert),
  };
}

/** Version 2 knows whole seconds, version 3 hundredths (RFC 3768 §5.3.7, RFC 9568 §5.2.7). */
function intervalOf(draft: InstanceDraft, version: VrrpVersion, say: Say): number {
  const interval = draft.interval === 0 ? SECOND : draft.interval;
  const unit = version === 2 ? SECOND : CENTISECOND;
  const longest = version === 2 ? 255 * SECOND : 4095 * CENTISECOND;
  const seconds = (decimals: number): string => (interval / SECOND).toFixed(decimals);
  if (interval >= longest + unit) {
    say(
      version === 2
        ? `VRRPv2 advertisement interval ${seconds(2)}s is out of range. Must be less than 256s. Setting to 255s`
        : `VRRPv3 advertisement interval ${seconds(2)}s is out of range. Must be less than 40.96s. Setting to 40.95s`,
    );
    return longest;
  }
  if (interval % unit === 0) return interval;
  say(
    version === 2
      ? `VRRPv2 advertisement interval ${seconds(6)}s must be an integer. rounding`
      : `VRRPv3 advertisement interval ${seconds(6)}s must be in units of 10ms - rounding`,
  );
  const half = interval + unit / 2;
  return Math.max(half - (half % unit), unit);
}

function ownInterfaces(draft: InstanceDraft, say: Say): readonly Tracked[] {
  if (draft.interface === undefined) return [];
  return draft.interfaces.filter(({ name }) => {
    if (name !== draft.interface) return true;
    say(`Ignoring track_interface ${name} since own interface`);
    return false;
  });
}

/** A sync group without sync_group_tracking_weight, and an address owner, know no weights. */
function weights(
  draft: InstanceDraft,
  given: { interfaces: readonly Tracked[]; group: GroupDraft | undefined; isOwner: boolean; say: Say },
): Pick<InstanceConfiguration, 'interfaces' | 'scripts' | 'files'> {
  const { group, isOwner, say } = given;
  const isGrouped = group !== undefined && !group.tracksWeights;
  if (!isGrouped && !isOwner)
    return { interfaces: given.interfaces, scripts: draft.scripts, files: draft.files };
  const cause = isGrouped ? 'SYNC group' : 'address_owner';
  const interfaces = given.interfaces.flatMap((tracked) => {
    if (tracked.weight === 0) return [tracked];
    say(
      `ignoring ${tracked.name} tracked interface ${isGrouped ? 'weight ' : ''}due to ${isGrouped ? 'SYNC group' : 'address owner'}`,
    );
    // 2.2.7 says so and shows none, and weighs the interface all the same: recorded.
    return isGrouped ? [{ ...tracked, isIgnored: true }] : [];
  });
  const scripts = draft.scripts.filter((tracked) => {
    if (tracked.weight !== 0) say(`ignoring tracked script ${tracked.name} with weights due to ${cause}`);
    return tracked.weight === 0;
  });
  const files = draft.files.flatMap((tracked) => {
    if (tracked.weight === 0) return [tracked];
    if (tracked.weight === 1) {
      say(`ignoring weight from tracked file ${tracked.name} due to ${cause}. specify weight 0`);
      return [{ ...tracked, weight: 0 }];
    }
    say(`ignoring tracked file ${tracked.name} with weight ${tracked.weight} due to ${cause}`);
    return [];
  });
  return { interfaces, scripts, files };
}
