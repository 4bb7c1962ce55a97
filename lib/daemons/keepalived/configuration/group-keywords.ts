/** The keywords of vrrp_sync_group and garp_group, and the lines of interface_up_down_delays (vrrp_parser.c). */

import type { Notifications, Tracked } from '../config';
import type { GroupDraft } from './draft';
import type { Words } from './reader';
import { complain, findInterface, type Handler, notifyScript, type Scope, switchParameter } from './scope';
import { bfdLines, fileLine, interfaceLine, type LineReader, processLine, scriptLine } from './tracked-lines';

const tracked =
  (line: LineReader, list: (group: GroupDraft) => Tracked[]): Handler<GroupDraft> =>
  (scope, group, words) => {
    scope.reader.valueBlock(words, (values) => line(scope, group.name, list(group), values));
  };

type NotifySlot = Exclude<keyof Notifications, 'tellsDeleted'>;
const notify =
  (keyword: string, slot: NotifySlot): Handler<GroupDraft> =>
  (scope, group, words) => {
    if (group.notify[slot] === undefined) group.notify[slot] = notifyScript(scope);
    else
      complain(
        scope,
        `vrrp group ${group.name}: ${keyword} script already specified - ignoring ${scope.reader.word(words, 1)}`,
      );
  };

export const GROUP_HANDLERS: Readonly<Record<string, Handler<GroupDraft>>> = {
  group: (scope, group, words) => {
    if (group.members !== undefined) {
      complain(scope, `Group list already specified for sync group ${group.name}`);
      scope.reader.skipBlock({ isBraceNext: true });
      return;
    }
    group.members = scope.reader.readBlock(words);
    if (group.members === undefined)
      complain(scope, `Warning - sync group ${group.name} has empty group block`);
  },
  track_interface: tracked(interfaceLine, (group) => group.interfaces),
  track_script: tracked(scriptLine, (group) => group.scripts),
  track_file: tracked(fileLine, (group) => group.files),
  track_process: tracked(processLine, (group) => group.processes),
  track_bfd: (scope, group, words) => bfdLines(scope, group.name, words),
  notify_backup: notify('notify_backup', 'backup'),
  notify_master: notify('notify_master', 'master'),
  notify_fault: notify('notify_fault', 'fault'),
  notify_stop: notify('notify_stop', 'stop'),
  notify: notify('notify', 'any'),
  smtp_alert: (scope, _group, words) => {
    if (switchParameter(scope, words) === undefined)
      complain(scope, `Invalid vrrp_group smtp_alert parameter ${words[1]}`);
  },
  global_tracking: (scope, group) => {
    complain(
      scope,
      `(${group.name}) global_tracking is deprecated. Use track_interface/script/file on the sync group`,
    );
    group.tracksWeights = true;
  },
  sync_group_tracking_weight: (_scope, group) => {
    group.tracksWeights = true;
  },
  notify_priority_changes: (scope, group, words) => {
    if (switchParameter(scope, words) === undefined) {
      complain(
        scope,
        `(${group.name}) Invalid value '${words[1]}' for sync group notify_priority_changes specified`,
      );
    }
  },
};

/** One garp_group while its block is open. */
export interface OpenGarpGroup {
  interval: number | undefined;
  hasNeighbourInterval: boolean;
  interfaces: string[];
}

const GARP_INTERVAL = { lowest: 0, highest: 2_147_483_647, tolerant: true };

export const GARP_GROUP_HANDLERS: Readonly<Record<string, Handler<OpenGarpGroup>>> = {
  garp_interval: (scope, group, words) => {
    const text = scope.reader.word(words, 1);
    const value = scope.reader.seconds(text, GARP_INTERVAL);
    if (value === undefined) {
      complain(scope, `garp_group garp_interval '${text}' invalid`);
      return;
    }
    group.interval = value;
    if (value >= 1_000_000) scope.reader.reports.log(`The garp_interval is very large - ${text} seconds`);
  },
  gna_interval: (scope, group, words) => {
    const text = scope.reader.word(words, 1);
    if (scope.reader.seconds(text, GARP_INTERVAL) === undefined)
      complain(scope, `garp_group gna_interval '${text}' invalid`);
    else group.hasNeighbourInterval = true;
  },
  interface: (scope, group, words) => garpInterface(scope, group, scope.reader.word(words, 1)),
  interfaces: (scope, group, words) => {
    const names = scope.reader.readBlock(words);
    if (names === undefined) complain(scope, 'Warning - empty garp_group interfaces block');
    for (const name of names ?? []) garpInterface(scope, group, name);
  },
};

function garpInterface(scope: Scope, group: OpenGarpGroup, name: string): void {
  if (findInterface(scope, name) === undefined)
    complain(scope, `WARNING - interface ${name} specified for garp_group doesn't exist`);
  else if (
    group.interfaces.includes(name) ||
    scope.vrrp.garpIntervals.some((known) => known.interface === name)
  ) {
    complain(scope, `garp_group already specified for ${name} - ignoring`);
  } else group.interfaces.push(name);
}

/** After the block. */
export function endGarpGroup(scope: Scope, group: OpenGarpGroup): void {
  if (group.interval === undefined && !group.hasNeighbourInterval) {
    complain(scope, 'garp group 0 does not have any delay set - removing');
    return;
  }
  for (const name of group.interfaces)
    scope.vrrp.garpIntervals.push({ interface: name, interval: group.interval ?? 0 });
}

/** `eth0 DOWN_DELAY [UP_DELAY]` (`alloc_if_up_down_delay`). */
export function delayLine(scope: Scope, words: Words): void {
  const name = words[0] ?? '';
  const { reader } = scope;
  if (!scope.environment.interfaces.some((known) => known.name === name)) {
    reader.reports.complain('fatal', `unknown interface ${name} specified for up/down delay`);
    return;
  }
  if (words.length < 2) {
    reader.reports.log(`No timeouts specified for ${name} up/down delays`);
    return;
  }
  if (words.length > 3) reader.reports.log(`Too many parameters for ${name} up/down delays`);
  const range = { lowest: 0, highest: 255_000_000, tolerant: true };
  const down = reader.seconds(words[1] ?? '', range);
  if (down === undefined) {
    reader.reports.log(`Invalid down delay ${words[1]} for ${name}`);
    return;
  }
  const up = words[2] === undefined ? 0 : reader.seconds(words[2], range);
  if (up === undefined) reader.reports.log(`Invalid up delay ${words[2]} for ${name}`);
  else scope.vrrp.interfaceDelays.push({ name, down, up });
}
