/**
 * What happens between reading and running: script security, sync groups,
 * defaults, conflicts (`vrrp_complete_init` in vrrp.c as far as it needs
 * nothing but the configuration). Either there is a configuration to run, or
 * keepalived exits with its CONFIG error.
 */

import { deepFreeze } from '../../../std/plain';
import type {
  Configuration,
  GroupConfiguration,
  InstanceConfiguration,
  Notifications,
  Tracked,
  TrackScript,
} from '../config';
import { type Completion, completeInstance } from './complete-instance';
import type { GlobalDraft, GroupDraft, InstanceDraft, ScriptPolicy } from './draft';
import { checkScript, type Verdict } from './script-security';
import type { Draft } from '../config';

export interface CompleteOptions extends Completion {
  readonly isTest: boolean;
  readonly policy: ScriptPolicy;
}

/** Undefined: the daemon does not run with this. */
export function complete(options: CompleteOptions): Configuration | undefined {
  const { vrrp, reports, global } = options;
  if (vrrp.namesMissingInterface) {
    reports.complain('bad-interface', 'Non-existent interface specified in configuration');
    return undefined;
  }
  secureScripts(options);
  if (reports.isAborted) return undefined;
  for (const instance of vrrp.instances) {
    if (instance.vrid === 0) {
      reports.complain('general', `(${instance.name}) the virtual router id must be set`);
      return undefined;
    }
    // Vendor: whether it is unicast is decided later, so that an instance without interface never gets past here.
    if (instance.interface === undefined) {
      reports.complain('general', `(${instance.name}) Unknown interface!`);
      return undefined;
    }
  }
  const groups = linkGroups(options);
  const instances: InstanceConfiguration[] = [];
  for (const draft of vrrp.instances) {
    const done = completeInstance(
      options,
      draft,
      groups.find(({ name }) => name === draft.group),
    );
    if (done === undefined) return undefined;
    instances.push(done);
  }
  if (hasConflicts(options, instances)) return undefined;
  return deepFreeze({
    global: finishGlobal(global),
    instances: instances.filter((instance) => instance.addresses.every(({ family }) => family === 4)),
    groups: groups.map(finishGroup),
    scripts: vrrp.scripts.flatMap((script): TrackScript[] => {
      const { name, command, interval, timeout, weight, isReversed, rise, fall, startsFailed } = script;
      return command === undefined
        ? []
        : [{ name, command, interval, timeout, weight, isReversed, rise, fall, startsFailed }];
    }),
    files: vrrp.files,
    processes: vrrp.processes,
    staticAddresses: vrrp.staticAddresses,
    staticRoutes: vrrp.staticRoutes,
    staticRules: vrrp.staticRules,
    interfaceDelays: vrrp.interfaceDelays,
    garpIntervals: vrrp.garpIntervals,
  });
}

function finishGlobal(global: GlobalDraft): Configuration['global'] {
  const { lowerPriorityDelay, lowerPriorityRepeat, ...garp } = global.garp;
  return {
    ...global,
    garp: {
      ...garp,
      lowerPriorityDelay: lowerPriorityDelay ?? garp.delay,
      lowerPriorityRepeat: lowerPriorityRepeat ?? garp.repeat,
    },
  };
}

function finishGroup(group: GroupDraft): GroupConfiguration {
  return { ...group, members: group.members ?? [] };
}

// ---------------------------------------------------------------- scripts (check_vrrp_script_security)

const NOTIFY_ORDER = ['backup', 'master', 'fault', 'stop', 'deleted', 'any', 'masterHearsLower'] as const;

function secureScripts(options: CompleteOptions): void {
  const { vrrp, reports, policy } = options;
  if (vrrp.instances.length === 0) return;
  let isScript = false;
  let isInsecure = false;
  const note = (verdict: Verdict): Verdict => {
    isScript ||= verdict.isScript;
    isInsecure ||= verdict.isInsecure;
    return verdict;
  };
  const disabled = new Set<string>();
  for (const script of vrrp.scripts) {
    const { args, uid, gid } = script;

    const verdict = note(checkScript(options, { args, uid, gid, isFileTest: false }));
    if (verdict.isInhibited)
      reports.complain('general', `Disabling track script ${script.name} due to insecure`);
    else if (verdict.isMissing)
      reports.complain('general', `Disabling track script ${script.name} since not found/accessible`);
    if (verdict.isInhibited || verdict.isMissing || !verdict.isExecutable) disabled.add(script.name);
    else script.command = verdict.command;
  }
  const secureNotify = (notify: Draft<Notifications>): void => {
    for (const slot of NOTIFY_ORDER) {
      const command = notify[slot];
      if (command === undefined) continue;
      const verdict = note(checkScript(options, command));
      notify[slot] =
        verdict.isInhibited || verdict.isMissing || !verdict.isExecutable ? undefined : verdict.command;
    }
  };
  const enabled = (tracked: Tracked[]): Tracked[] => tracked.filter(({ name }) => !disabled.has(name));
  for (const owner of [...vrrp.instances, ...vrrp.groups]) {
    secureNotify(owner.notify);
    owner.scripts = enabled(owner.scripts);
  }
  if (!policy.isSecure && isScript) {
    reports.complain(
      'security',
      `SECURITY VIOLATION - scripts are being executed but script_security not enabled.${isInsecure ? ' There are insecure scripts.' : ''}`,
    );
  }
}

// ---------------------------------------------------------------- sync groups (vrrp_sync_set_group)

function linkGroups(options: CompleteOptions): GroupDraft[] {
  const { vrrp, reports } = options;
  return vrrp.groups.filter((group) => {
    if (group.members === undefined) {
      reports.complain('general', `Sync group ${group.name} has no virtual router(s). removing`);
      return false;
    }
    const members = group.members.filter((name) =>
      joins(
        options,
        group,
        vrrp.instances.find((instance) => instance.name === name),
        name,
      ),
    );
    group.members = members;
    if (members.length === 0) {
      reports.complain(
        'general',
        `Sync group ${group.name}, no matching virtual router found in group declaration - removing`,
      );
      return false;
    }
    if (members.length === 1) {
      reports.complain(
        'general',
        `Sync group ${group.name} has only 1 virtual router(s) - this probably isn't what you want`,
      );
    }
    return true;
  });
}

function joins(
  options: CompleteOptions,
  group: GroupDraft,
  instance: InstanceDraft | undefined,
  name: string,
): boolean {
  if (instance === undefined) {
    options.reports.complain(
      'general',
      `Virtual router ${name} specified in sync group ${group.name} doesn't exist - ignoring`,
    );
    return false;
  }
  if (instance.group !== undefined) {
    options.reports.complain(
      'general',
      `Virtual router ${name} cannot exist in more than one sync group; ignoring ${group.name}`,
    );
    return false;
  }
  instance.group = group.name;
  return true;
}

// ---------------------------------------------------------------- conflicts (check_vrid_conflicts)

function hasConflicts(options: CompleteOptions, instances: readonly InstanceConfiguration[]): boolean {
  let found = false;
  const byId = new Map<number, InstanceConfiguration[]>();
  for (const each of instances) byId.set(each.vrid, [...(byId.get(each.vrid) ?? []), each]);
  for (const one of instances) {
    const same = byId.get(one.vrid) ?? [];
    same.shift();
    for (const other of same) {
      if (one.isUnicast !== other.isUnicast || one.interface !== other.interface) continue;
      if ((one.addresses[0]?.family ?? 4) !== (other.addresses[0]?.family ?? 4)) continue;
      if (one.isUnicast) {
        if (
          one.source !== other.source ||
          !one.peers.some(({ address }) => other.peers.some((peer) => peer.address === address))
        )
          continue;
        options.reports.complain(
          'general',
          `(${one.name}) duplicate VRID conflict with ${other.name} VRID ${one.vrid}`,
        );
      } else {
        if (one.multicastGroup !== other.multicastGroup) continue;
        options.reports.complain(
          'general',
          `${one.name} and ${other.name} both use VRID ${one.vrid} with IPv4 on interface ${one.interface}`,
        );
      }
      found = true;
    }
  }
  return found;
}
