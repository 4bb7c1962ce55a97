/** `global_defs` and its neighbours at the top level (global_parser.c), messages to the letter. */

import { isMulticast, parseIPv4 } from '../../../std/ipv4';
import type { GlobalDraft } from './draft';
import { UINT_MAX } from './reader';
import { complain, findUser, type Handler, switchParameter } from './scope';

type GlobalHandler = Handler<GlobalDraft>;

const INT_MAX = 2_147_483_647;
const SECONDS_MAX = Math.floor(UINT_MAX / 1_000_000);

const named =
  (set: (global: GlobalDraft, name: string) => void, missing: string): GlobalHandler =>
  (scope, global, words) => {
    const name = words[1];
    if (name === undefined) complain(scope, missing);
    else set(global, name);
  };

/** A count of seconds that must fit into microseconds. */
const wholeSeconds =
  (keyword: string, set: (global: GlobalDraft, micros: number) => void): GlobalHandler =>
  (scope, global, words) => {
    const text = scope.reader.word(words, 1);
    const value = scope.reader.unsigned(text, { lowest: 0, highest: SECONDS_MAX, tolerant: true });
    if (value === undefined) complain(scope, `${keyword} '${text}' invalid - ignoring`);
    else set(global, value * 1_000_000);
  };

const repeats =
  (keyword: string, set: (global: GlobalDraft, count: number) => void): GlobalHandler =>
  (scope, global, words) => {
    const text = scope.reader.word(words, 1);
    const value = scope.reader.unsigned(text, { lowest: 0, highest: UINT_MAX, tolerant: true });
    if (value === undefined) {
      complain(scope, `${keyword} '${text}' invalid - ignoring`);
      return;
    }
    if (value === 0) complain(scope, `${keyword} must be greater than 0, setting to 1`);
    set(global, Math.max(1, value));
  };

const onOff =
  (keyword: string, set: (global: GlobalDraft, on: boolean) => void): GlobalHandler =>
  (scope, global, words) => {
    const value = switchParameter(scope, words);
    if (value === undefined) complain(scope, `Invalid value for ${keyword} specified`);
    else set(global, value);
  };

/** A switch of which keepalived only checks the spelling here. */
const spelling =
  (message: (value: string) => string): GlobalHandler =>
  (scope, _global, words) => {
    if (switchParameter(scope, words) === undefined) complain(scope, message(words[1] ?? ''));
  };

const processPriority =
  (process: string): GlobalHandler =>
  (scope, _global, words) => {
    const text = words[1];
    if (text === undefined) complain(scope, `No ${process} process priority specified`);
    else if (scope.reader.integer(text, { lowest: -20, highest: 19, tolerant: true }) === undefined) {
      complain(scope, `Invalid ${process} process priority specified`);
    }
  };

export const GLOBAL_HANDLERS: Readonly<Record<string, GlobalHandler>> = {
  router_id: named((global, name) => {
    global.routerId = name;
  }, 'routerid name missing - ignoring'),
  notification_email_from: named(() => undefined, 'emailfrom missing - ignoring'),
  default_interface: named((global, name) => {
    global.defaultInterface = name;
  }, 'default_interface requires interface name'),
  vrrp_process_name: (scope, global, words) => {
    global.vrrpProcessName = scope.reader.word(words, 1);
  },
  process_name: (scope, global, words) => {
    global.processName = scope.reader.word(words, 1);
  },
  notification_email: (scope, _global, words) => {
    if (scope.reader.readBlock(words) === undefined)
      complain(scope, 'Warning - empty notification_email block');
  },
  smtp_alert: spelling((value) => `Invalid value '${value}' for global smtp_alert specified`),
  max_auto_priority: (scope, global, words) => {
    const text = words[1];
    const value =
      text === undefined ? 99 : scope.reader.integer(text, { lowest: -1, highest: 99, tolerant: true });
    if (value === undefined)
      complain(scope, `max_auto_priority '${text}' must be in [0, 99] (or -1 to disable) - ignoring`);
    else global.maxAutoPriority = value;
  },
  vrrp_mcast_group4: (scope, global, words) => {
    const text = scope.reader.word(words, 1);
    const address = parseIPv4(text);
    if (address === undefined) complain(scope, `Can't parse vrrp_mcast_group4 [${text}]. Skipping`);
    else if (!isMulticast(address)) complain(scope, `vrrp_mcast_group4 [${text}] is not multicast. Skipping`);
    else global.multicastGroup = address;
  },
  vrrp_garp_master_delay: wholeSeconds('vrrp_garp_master_delay', (global, micros) => {
    global.garp.delay = micros;
  }),
  vrrp_garp_lower_prio_delay: wholeSeconds('vrrp_garp_lower_prio_delay', (global, micros) => {
    global.garp.lowerPriorityDelay = micros;
  }),
  vrrp_garp_master_repeat: repeats('vrrp_garp_master_repeat', (global, count) => {
    global.garp.repeat = count;
  }),
  vrrp_garp_master_refresh_repeat: repeats('vrrp_garp_master_refresh_repeat', (global, count) => {
    global.garp.refreshRepeat = count;
  }),
  vrrp_garp_master_refresh: (scope, global, words) => {
    const text = scope.reader.word(words, 1);
    const value = scope.reader.unsigned(text, { lowest: 0, highest: UINT_MAX, tolerant: true });
    if (value === undefined) complain(scope, `Invalid vrrp_garp_master_refresh '${text}' - ignoring`);
    global.garp.refresh = (value ?? 0) * 1_000_000;
  },
  vrrp_garp_lower_prio_repeat: (scope, global, words) => {
    const text = scope.reader.word(words, 1);
    const value = scope.reader.unsigned(text, { lowest: 0, highest: INT_MAX, tolerant: true });
    if (value === undefined) complain(scope, `Invalid vrrp_garp_lower_prio_repeat '${text}'`);
    else global.garp.lowerPriorityRepeat = value;
  },
  vrrp_down_timer_adverts: (scope, global, words) => {
    const text = scope.reader.word(words, 1);
    const value = scope.reader.unsigned(text, { lowest: 1, highest: 100, tolerant: true });
    if (value === undefined) complain(scope, `Invalid vrrp_down_timer_adverts [1:100] '${text}'`);
    else global.downTimerAdverts = value;
  },
  vrrp_garp_interval: (scope, global, words) => {
    const text = scope.reader.word(words, 1);
    const value = scope.reader.seconds(text, { lowest: 1, highest: UINT_MAX, tolerant: true });
    if (value === undefined) complain(scope, `vrrp_garp_interval '${text}' is invalid`);
    else global.garpInterval = value;
    if (global.garpInterval >= 1_000_000)
      scope.reader.reports.log(`The vrrp_garp_interval is very large - ${text} seconds`);
  },
  vrrp_gna_interval: (scope, _global, words) => {
    const text = scope.reader.word(words, 1);
    const value = scope.reader.seconds(text, { lowest: 1, highest: UINT_MAX, tolerant: true });
    if (value === undefined) complain(scope, `vrrp_gna_interval '${text}' is invalid`);
  },
  dynamic_interfaces: (scope, global, words) => {
    global.hasDynamicInterfaces = true;
    if (words[1] !== undefined && words[1] !== 'allow_if_changes')
      complain(scope, `Unknown dynamic_interfaces option '${words[1]}'`);
  },
  include_check: (scope, _global, words) => scope.reader.includeCheck(words),
  vrrp_iptables: (scope, global) => {
    complain(
      scope,
      "iptables not supported, using nftables instead. Please replace 'vrrp_iptables and 'vrrp_ipsets' with 'nftables' config option",
    );
    global.nftTable = 'keepalived';
    global.nftPriority = -1;
  },
  vrrp_min_garp: (scope, global, words) => {
    // Without a parameter the code leaves `res` false but goes on: one GARP, no repeat.
    const value = switchParameter(scope, words);
    if (value === undefined) complain(scope, 'Invalid value for vrrp_min_garp specified');
    if (value !== true) return;
    if (global.garp.repeat === 5) global.garp.repeat = 1;
    if (global.garp.refreshRepeat === 1) global.garp.refreshRepeat = 0;
    if (global.garp.delay === 5_000_000) global.garp.delay = 0;
  },
  vrrp_lower_prio_no_advert: onOff('vrrp_lower_prio_no_advert', (global, on) => {
    global.lowerPriorityNoAdvert = on;
  }),
  vrrp_higher_prio_send_advert: onOff('vrrp_higher_prio_send_advert', (global, on) => {
    global.higherPrioritySendAdvert = on;
  }),
  vrrp_version: (scope, global, words) => {
    const value = scope.reader.integer(scope.reader.word(words, 1), {
      lowest: 2,
      highest: 3,
      tolerant: true,
    });
    if (value === undefined) complain(scope, 'VRRP Error: Version must be either 2 or 3');
    else global.vrrpVersion = value === 3 ? 3 : 2;
  },
  nftables: (scope, global, words) => {
    const name = words[1] ?? 'keepalived';
    if (name.length >= 256) complain(scope, `nftables table name too long - ${name}`);
    else if (global.nftTable !== undefined)
      complain(scope, `nftables already specified - ignoring ${words[1] ?? ''}`);
    else global.nftTable = name;
  },
  nftables_priority: (scope, global, words) => {
    const text = scope.reader.word(words, 1);
    const value = scope.reader.integer(text, { lowest: -2_147_483_648, highest: INT_MAX, tolerant: false });
    if (value === undefined) complain(scope, `invalid nftables chain priority '${text}'`);
    else global.nftPriority = value;
  },
  vrrp_check_unicast_src: (_scope, global) => {
    global.checkUnicastSource = true;
  },
  vrrp_skip_check_adv_addr: (_scope, global) => {
    global.skipCheckAdvertAddress = true;
  },
  vrrp_strict: (_scope, global) => {
    global.strict = true;
  },
  vrrp_priority: processPriority('vrrp'),
  checker_priority: processPriority('checker'),
  bfd_priority: processPriority('bfd'),
  script_user: (scope, _global, words) => {
    const name = words[1];
    if (name === undefined) {
      complain(scope, 'No script username specified');
      return;
    }
    const { policy } = scope;
    policy.isSet = true;
    const user = findUser(scope, name, words[2]);
    policy.hasFailed = user === undefined;
    policy.uid = user?.uid ?? 0;
    policy.gid = user?.gid ?? 0;
    if (user === undefined) complain(scope, 'Error setting global script uid/gid');
  },
  enable_script_security: (scope, global) => {
    scope.policy.isSecure = true;
    global.scriptSecurity = true;
  },
  vrrp_startup_delay: (scope, global, words) => {
    const text = scope.reader.word(words, 1);
    const value = scope.reader.seconds(text, { lowest: 1_000, highest: UINT_MAX, tolerant: true });
    if (value === undefined) complain(scope, `vrrp_startup_delay '${text}' is invalid`);
    else global.startupDelay = value;
    if (global.startupDelay >= 60_000_000)
      scope.reader.reports.log(`The vrrp_startup_delay is very large - ${text} seconds`);
  },
  log_unknown_vrids: (_scope, global) => {
    global.logUnknownVrids = true;
  },
};
