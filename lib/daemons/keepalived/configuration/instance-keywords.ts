/** The keywords of `vrrp_instance` (vrrp_parser.c), messages to the letter. */

import { isMulticast, parseIPv4 } from '../../../std/ipv4';
import type { Notifications } from '../config';
import { addressLine, routeLine } from './address-lines';
import type { InstanceDraft } from './draft';
import { UINT_MAX, type Words } from './reader';
import { complain, findInterface, type Handler, notifyScript, type Scope, switchParameter } from './scope';
import { bfdLines, fileLine, interfaceLine, type LineReader, processLine, scriptLine } from './tracked-lines';
import { ruleLine } from './rule-lines';
import type { Tracked } from '../config';

type InstanceHandler = Handler<InstanceDraft>;

const LONGEST_INTERFACE = 16;
const INT_MAX = 2_147_483_647;
const SECONDS_MAX = Math.floor(UINT_MAX / 1_000_000);
const LONGEST_PASSWORD = 8;
const UNICAST_TTL = { lowest: 0, highest: 255, tolerant: false };

const tracked =
  (line: LineReader, list: (instance: InstanceDraft) => Tracked[]): InstanceHandler =>
  (scope, instance, words) => {
    scope.reader.valueBlock(words, (values) => line(scope, instance.name, list(instance), values));
  };

const number =
  (
    range: { lowest: number; highest: number; tolerant: boolean },
    message: (instance: InstanceDraft, text: string) => string,
    set: (instance: InstanceDraft, value: number) => void,
  ): InstanceHandler =>
  (scope, instance, words) => {
    const text = scope.reader.word(words, 1);
    const value = scope.reader.unsigned(text, range);
    if (value === undefined) complain(scope, message(instance, text));
    else set(instance, value);
  };

const garpRepeat = (
  keyword: string,
  set: (instance: InstanceDraft, count: number) => void,
): InstanceHandler => {
  const read = number(
    { lowest: 0, highest: UINT_MAX, tolerant: true },
    ({ name }, text) => `(${name}): ${keyword} '${text}' invalid - ignoring`,
    set,
  );
  return (scope, instance, words) => {
    read(scope, instance, words);
    if (/^\s*\+?0+$/.test(words[1] ?? '')) {
      complain(scope, `(${instance.name}): ${keyword} must be greater than 0, setting to 1`);
      set(instance, 1);
    }
  };
};

const garpDelay = (
  keyword: string,
  set: (instance: InstanceDraft, micros: number) => void,
): InstanceHandler =>
  number(
    { lowest: 0, highest: SECONDS_MAX, tolerant: true },
    ({ name }, text) => `(${name}): ${keyword} '${text}' invalid - ignoring`,
    (instance, value) => set(instance, value * 1_000_000),
  );

const onOff =
  (keyword: string, set: (instance: InstanceDraft, on: boolean) => void): InstanceHandler =>
  (scope, instance, words) => {
    const value = switchParameter(scope, words);
    if (value === undefined) complain(scope, `(${instance.name}) invalid ${keyword} ${words[1]} specified`);
    else set(instance, value);
  };

type NotifySlot = Exclude<keyof Notifications, 'tellsDeleted'>;
const notify =
  (keyword: string, slot: NotifySlot): InstanceHandler =>
  (scope, instance, words) => {
    if (instance.notify[slot] === undefined) instance.notify[slot] = notifyScript(scope);
    else
      complain(
        scope,
        `(${instance.name}) ${keyword} script already specified - ignoring ${scope.reader.word(words, 1)}`,
      );
  };

/** Two more spaces than the daemon's first line, so that the second hangs below it. */
function deprecatedSyncDaemon(scope: Scope, instance: InstanceDraft, words: Words): void {
  complain(scope, `(${instance.name}) Specifying lvs_sync_daemon_interface against a vrrp is deprecated.`);
  complain(scope, `      ${' '.repeat(Math.abs(instance.name.length - 2))}Please use global lvs_sync_daemon`);
  scope.reader.word(words, 1);
}

/** Only of use with VMACs, which are not modelled: read and checked. */
function extraInterfaces(scope: Scope, instance: InstanceDraft, words: Words): void {
  const [keyword = ''] = words;
  if (keyword === 'vmac_garp_intvl') {
    scope.reader.reports.complain(
      'deprecated',
      'Keyword "vmac_garp_intvl" is deprecated - please use "garp_extra_if"',
    );
  }
  let hasTime = false;
  for (const word of words.slice(1)) {
    if (word === 'all') continue;
    if (scope.reader.unsigned(word, { lowest: 0, highest: 86_400, tolerant: true }) === undefined) {
      complain(scope, `(${instance.name}): ${keyword} '${word}' invalid - ignoring`);
      return;
    }
    hasTime = true;
  }
  if (!hasTime) complain(scope, `(${instance.name}): ${keyword} specified without time - ignoring`);
}

function sourceAddress(scope: Scope, instance: InstanceDraft, words: Words): void {
  const text = scope.reader.word(words, 1);
  const family = text.includes(':') ? 6 : 4;
  const address = family === 6 ? 0 : parseIPv4(text);
  if (address === undefined) {
    complain(
      scope,
      `Configuration error: VRRP instance[${instance.name}] malformed src address[${text}]. Skipping...`,
    );
    return;
  }
  instance.family ??= family;
  if (instance.family !== family) {
    complain(
      scope,
      `Configuration error: VRRP instance[${instance.name}] and src address[${text}] MUST be of the same family !!! Skipping...`,
    );
    instance.isSourceConfigured = false;
    return;
  }
  instance.isSourceConfigured = true;
  instance.source = address;
}

function unicastPeer(scope: Scope, instance: InstanceDraft, words: Words): void {
  const text = words[0] ?? '';
  const family = text.includes(':') ? 6 : 4;
  // A mask behind the address is read over (inet_stosockaddr).
  const address = family === 6 ? 0 : parseIPv4(text.replace(/\/.*/, ''));
  if (address === undefined) {
    complain(
      scope,
      `Configuration error: VRRP instance[${instance.name}] malformed unicast peer address[${text}]. Skipping...`,
    );
    return;
  }
  instance.family ??= family;
  if (instance.family !== family) {
    complain(
      scope,
      `Configuration error: VRRP instance[${instance.name}] and unicast peer address[${text}] MUST be of the same family !!! Skipping...`,
    );
    return;
  }
  let lowestTtl = 0;
  let highestTtl = 255;
  for (let i = 1; i < words.length; i += 2) {
    const option = words[i] ?? '';
    const value = words[i + 1];
    if (value === undefined) {
      complain(scope, `(${instance.name}) ${option} is missing a value`);
      break;
    }
    const ttl = scope.reader.unsigned(value, UNICAST_TTL);
    if (ttl === undefined) continue;
    if (option === 'min_ttl') lowestTtl = ttl;
    else if (option === 'max_ttl') highestTtl = ttl;
    else {
      complain(scope, `(${instance.name}) unknown unicast_peer option ${option}`);
      break;
    }
    instance.checksUnicastSource = true;
  }
  if (lowestTtl > highestTtl) {
    complain(
      scope,
      `(${instance.name}) min_ttl ${lowestTtl} > max_ttl ${highestTtl} - all packets will be discarded`,
    );
  }
  instance.peers.push({ address, lowestTtl, highestTtl });
}

function virtualAddress(scope: Scope, instance: InstanceDraft, words: Words): void {
  const address = addressLine(scope, words, { isStatic: false });
  if (address === undefined) return;
  instance.family ??= address.family;
  if (address.family !== instance.family) {
    complain(scope, `(${instance.name}): address family must match VRRP instance [${words[0]}] - ignoring`);
    return;
  }
  instance.addresses.push(address);
}

export const INSTANCE_HANDLERS: Readonly<Record<string, InstanceHandler>> = {
  state: (scope, instance, words) => {
    const text = scope.reader.word(words, 1);
    if (text === 'MASTER') instance.wants = 'MASTER';
    else if (text === 'BACKUP') {
      if (instance.wants === 'MASTER')
        complain(scope, `(${instance.name}) state previously set as MASTER - ignoring BACKUP`);
      else instance.wants = 'BACKUP';
    } else {
      complain(scope, `(${instance.name}) unknown state '${text}', defaulting to BACKUP`);
      instance.wants = 'BACKUP';
    }
  },
  interface: (scope, instance, words) => {
    const name = scope.reader.word(words, 1);
    if (name.length >= LONGEST_INTERFACE) {
      complain(scope, `Interface name '${name}' too long - ignoring`);
      return;
    }
    instance.interface = findInterface(scope, name);
    if (instance.interface === undefined) {
      complain(scope, `WARNING - interface ${name} for vrrp_instance ${instance.name} doesn't exist`);
    } else if (scope.environment.interfaces.find((known) => known.name === name)?.isLoopback === true) {
      complain(scope, `(${instance.name}) cannot use a loopback interface (${name}) for vrrp - ignoring`);
      instance.interface = undefined;
    }
  },
  dont_track_primary: (_scope, instance) => {
    instance.tracksPrimary = false;
  },
  track_interface: tracked(interfaceLine, (instance) => instance.interfaces),
  track_script: tracked(scriptLine, (instance) => instance.scripts),
  track_file: tracked(fileLine, (instance) => instance.files),
  track_process: tracked(processLine, (instance) => instance.processes),
  track_bfd: (scope, instance, words) => bfdLines(scope, instance.name, words),
  vrf: (scope, instance, words) => {
    scope.reader.word(words, 1);
    if (instance.interface !== undefined)
      complain(scope, `(${instance.name}) Cannot specify VRF interface and interface - ignoring`);
  },
  unicast_peer: (scope, instance, words) => {
    instance.usesUnicastKeywords = true;
    scope.reader.valueBlock(words, (values) => unicastPeer(scope, instance, values));
  },
  unicast_fault_no_peer: (_scope, instance) => {
    instance.usesUnicastKeywords = true;
    instance.faultsWithoutPeers = true;
  },
  check_unicast_src: (_scope, instance) => {
    instance.usesUnicastKeywords = true;
    instance.checksUnicastSource = true;
  },
  old_unicast_checksum: (scope, instance, words) => {
    instance.usesUnicastKeywords = true;
    if (words[1] !== undefined && words[1] !== 'never') {
      complain(scope, `(${instance.name}) Unknown old_unicast_chksum mode ${words[1]} - ignoring`);
    }
  },
  native_ipv6: (scope, instance) => {
    if (instance.family === 4) {
      complain(scope, `(${instance.name}) Cannot specify native_ipv6 with IPv4 addresses`);
      return;
    }
    instance.family = 6;
    instance.version = 3;
  },
  mcast_src_ip: sourceAddress,
  unicast_src_ip: (scope, instance, words) => {
    instance.usesUnicastKeywords = true;
    sourceAddress(scope, instance, words);
  },
  mcast_dst_ip: (scope, instance, words) => {
    const text = scope.reader.word(words, 1);
    const address = parseIPv4(text);
    if (address === undefined)
      complain(scope, `(${instance.name}) malformed mcast dest address ${text}. Skipping...`);
    else if (instance.family === 6)
      complain(
        scope,
        `(${instance.name}) mcast dest address ${text} MUST match VRRP instance family. Skipping...`,
      );
    else if (!isMulticast(address))
      complain(scope, `(${instance.name}) mcast_dst_ip ${text} not multicast. Skipping...`);
    else {
      instance.family = 4;
      instance.multicastGroup = address;
    }
  },
  track_src_ip: (_scope, instance) => {
    instance.tracksSource = true;
  },
  virtual_router_id: number(
    { lowest: 1, highest: 255, tolerant: false },
    ({ name }, text) => `(${name}): VRID '${text}' not valid - must be between 1 & 255`,
    (instance, value) => {
      instance.vrid = value;
    },
  ),
  unicast_ttl: number(
    UNICAST_TTL,
    ({ name }, text) => `(${name}): TTL '${text}' not valid - must be between 0 & 255`,
    (instance, value) => {
      instance.ttl = value;
    },
  ),
  version: (scope, instance, words) => {
    const value = scope.reader.integer(scope.reader.word(words, 1), {
      lowest: 2,
      highest: 3,
      tolerant: true,
    });
    if (value === undefined) {
      complain(scope, `(${instance.name}): Version must be either 2 or 3`);
      return;
    }
    if (
      (instance.version !== undefined && instance.version !== value) ||
      (value === 2 && instance.family === 6)
    ) {
      complain(
        scope,
        `(${instance.name}) vrrp_version ${value} conflicts with configured or deduced version ${instance.version ?? 0}; ignoring.`,
      );
      return;
    }
    instance.version = value === 3 ? 3 : 2;
  },
  priority: (scope, instance, words) => {
    const value = scope.reader.unsigned(scope.reader.word(words, 1), {
      lowest: 1,
      highest: 255,
      tolerant: false,
    });
    if (value === undefined) {
      complain(scope, `(${instance.name}) Priority not valid! must be between 1 & 255. Using default 100`);
    }
    instance.priority = value ?? 100;
  },
  advert_int: (scope, instance, words) => {
    const text = scope.reader.word(words, 1);
    const value = scope.reader.seconds(text, { lowest: 10_000, highest: 255_000_000, tolerant: true });
    if (value === undefined || value === 0) {
      complain(scope, `(${instance.name}) Advert interval (${text}) not valid! Must be > 0 - ignoring`);
    } else instance.interval = value;
  },
  virtual_ipaddress: (scope, instance, words) => {
    scope.reader.valueBlock(words, (values) => virtualAddress(scope, instance, values));
  },
  virtual_ipaddress_excluded: (scope, instance, words) => {
    scope.reader.valueBlock(words, (values) => {
      const address = addressLine(scope, values, { isStatic: false });
      if (address !== undefined) instance.excludedAddresses.push(address);
    });
  },
  virtual_routes: (scope, instance, words) => {
    scope.reader.valueBlock(words, (values) => {
      const route = routeLine(scope, values);
      if (route !== undefined) instance.routes.push(route);
    });
  },
  virtual_rules: (scope, instance, words) => {
    scope.reader.valueBlock(words, (values) => {
      const rule = ruleLine(scope, values);
      if (rule !== undefined) instance.rules.push(rule);
    });
  },
  accept: (_scope, instance) => {
    instance.accepts = true;
  },
  no_accept: (_scope, instance) => {
    instance.accepts = false;
  },
  // Vendor: a value of `off` is checked but still switches it on.
  skip_check_adv_addr: onOff('skip_check_adv_addr', (instance) => {
    instance.skipsAddressCheck = true;
  }),
  strict_mode: onOff('strict_mode', (instance, on) => {
    instance.isStrict = on;
  }),
  preempt: (_scope, instance) => {
    instance.nopreempt = false;
  },
  nopreempt: (_scope, instance) => {
    instance.nopreempt = true;
  },
  preempt_delay: (scope, instance, words) => {
    const value = scope.reader.seconds(scope.reader.word(words, 1), {
      lowest: 0,
      highest: 1_000_000_000,
      tolerant: true,
    });
    if (value === undefined)
      complain(scope, `(${instance.name}) Preempt_delay not valid! must be between 0-1000`);
    instance.preemptDelay = value ?? 0;
  },
  debug: (scope, instance, words) => {
    const text = scope.reader.word(words, 1);
    if (scope.reader.unsigned(text, { lowest: 0, highest: 4, tolerant: true }) === undefined) {
      complain(scope, `(${instance.name}) Debug value '${text}' not valid; must be between 0-4`);
    }
  },
  notify_backup: notify('notify_backup', 'backup'),
  notify_master: notify('notify_master', 'master'),
  notify_fault: notify('notify_fault', 'fault'),
  notify_stop: notify('notify_stop', 'stop'),
  notify: notify('notify', 'any'),
  notify_master_rx_lower_pri: notify('notify_master_rx_lower_pri', 'masterHearsLower'),
  notify_deleted: (scope, instance, words) => {
    if (instance.notify.tellsDeleted) {
      complain(scope, `(${instance.name}) notify_deleted already specified - ignoring ${words[1] ?? ''}`);
      return;
    }
    if (words.length > 1) instance.notify.deleted = notifyScript(scope);
    instance.notify.tellsDeleted = true;
  },
  smtp_alert: (scope, _instance, words) => {
    if (switchParameter(scope, words) === undefined)
      complain(scope, `Invalid vrrp_instance smtp_alert parameter ${words[1]}`);
  },
  notify_priority_changes: (scope, instance, words) => {
    if (switchParameter(scope, words) === undefined) {
      complain(scope, `(${instance.name}) Invalid value '${words[1]}' for notify_priority_changes specified`);
    }
  },
  lvs_sync_daemon_interface: deprecatedSyncDaemon,
  garp_master_delay: garpDelay('garp_master_delay', (instance, micros) => {
    instance.garp.delay = micros;
  }),
  garp_lower_prio_delay: garpDelay('garp_lower_prio_delay', (instance, micros) => {
    instance.garp.lowerPriorityDelay = micros;
  }),
  garp_master_refresh: (scope, instance, words) => {
    const text = scope.reader.word(words, 1);
    const value = scope.reader.unsigned(text, { lowest: 0, highest: UINT_MAX, tolerant: true });
    if (value === undefined)
      complain(scope, `(${instance.name}): Invalid garp_master_refresh '${text}' - ignoring`);
    instance.garp.refresh = (value ?? 0) * 1_000_000;
  },
  garp_master_repeat: garpRepeat('garp_master_repeat', (instance, count) => {
    instance.garp.repeat = count;
  }),
  garp_master_refresh_repeat: garpRepeat('garp_master_refresh_repeat', (instance, count) => {
    instance.garp.refreshRepeat = count;
  }),
  garp_lower_prio_repeat: number(
    { lowest: 0, highest: INT_MAX, tolerant: true },
    ({ name }, text) => `(${name}): Invalid garp_lower_prio_repeat '${text}'`,
    (instance, value) => {
      instance.garp.lowerPriorityRepeat = value;
    },
  ),
  down_timer_adverts: number(
    { lowest: 1, highest: 100, tolerant: true },
    ({ name }, text) => `(${name}): Invalid down_timer_adverts [1:100] '${text}'`,
    (instance, value) => {
      instance.downTimerAdverts = value;
    },
  ),
  lower_prio_no_advert: onOff('lower_prio_no_advert', (instance, on) => {
    instance.lowerPriorityNoAdvert = on;
  }),
  higher_prio_send_advert: onOff('higher_prio_send_advert', (instance, on) => {
    instance.higherPrioritySendAdvert = on;
  }),
  linkbeat_use_polling: (scope, instance) => {
    complain(
      scope,
      `(${instance.name}) 'linkbeat_use_polling' in vrrp instance deprecated - use linkbeat_interfaces block`,
    );
  },
  garp_extra_if: extraInterfaces,
  use_vmac: (scope, instance, words) => {
    instance.hasVmac = true;
    const name = words[1] ?? '';
    // IFNAMSIZ holds the end of the text as well.
    if (name.length > 15 || /[/:%\s]/.test(name))
      complain(scope, `VMAC interface name '${name}' too long or invalid characters - ignoring`);
  },
  vmac_xmit_base: (_scope, instance) => {
    instance.vmacTransmitsBase = true;
  },
  vmac_garp_intvl: extraInterfaces,
  kernel_rx_buf_size: (scope, instance, words) => {
    const size =
      words.length === 2
        ? scope.reader.unsigned(words[1] ?? '', { lowest: 0, highest: UINT_MAX, tolerant: false })
        : undefined;
    if (size === undefined) complain(scope, `(${instance.name}) invalid kernel_rx_buf_size specified`);
  },
};

export const AUTHENTICATION_HANDLERS: Readonly<Record<string, InstanceHandler>> = {
  auth_type: (scope, instance, words) => {
    const text = scope.reader.word(words, 1);
    if (text === 'AH') instance.authType = 2;
    else if (text === 'PASS') instance.authType = 1;
    else complain(scope, `(${instance.name}) unknown authentication type '${text}'`);
  },
  auth_pass: (scope, instance, words) => {
    const text = scope.reader.word(words, 1);
    if (text.length > LONGEST_PASSWORD)
      complain(scope, `Truncating auth_pass to ${LONGEST_PASSWORD} characters`);
    instance.authData = text.slice(0, LONGEST_PASSWORD);
  },
};

/** After the block (`vrrp_end_handler`). */
export function endInstance(scope: Scope, instance: InstanceDraft): void {
  if (instance.peers.length > 0 || instance.ttl === undefined) return;
  complain(scope, `(${instance.name}): Cannot use unicast_ttl without unicast peers - resetting`);
  instance.ttl = 0;
}
