/** Keywords of `global_defs` that change nothing here: their parameters are checked as global_parser.c does. */

import { parseClassicIPv4 } from '../../../std/ipv4';
import type { GlobalDraft } from './draft';
import { UINT_MAX } from './reader';
import { complain, type Handler, type Scope, switchParameter } from './scope';

type Check = Handler<GlobalDraft>;

const INT_MAX = 2_147_483_647;
const ALL_UNSIGNED = { lowest: 0, highest: UINT_MAX, tolerant: true };

/** A word must follow, whatever it is. */
const named: Check = (scope, _global, words) => {
  scope.reader.word(words, 1);
};
/** The same with words of its own for its absence. */
const orElse =
  (missing: string): Check =>
  (scope, _global, words) => {
    if (words[1] === undefined) complain(scope, missing);
  };
/** on, off or nothing. */
const onOff =
  (message: (value: string) => string): Check =>
  (scope, _global, words) => {
    if (switchParameter(scope, words) === undefined) complain(scope, message(words[1] ?? ''));
  };
const globalSwitch = (keyword: string): Check =>
  onOff((value) => `Invalid value '${value}' for global ${keyword} specified`);

interface Bounds {
  readonly lowest: number;
  readonly highest: number;
  readonly tolerant: boolean;
}
/** A number without sign, and what is said of another. */
const unsigned =
  (bounds: Bounds, refusal: (text: string) => string, missing?: string): Check =>
  (scope, _global, words) => {
    if (words[1] === undefined && missing !== undefined) {
      complain(scope, missing);
      return;
    }
    const text = scope.reader.word(words, 1);
    if (scope.reader.unsigned(text, bounds) === undefined) complain(scope, refusal(text));
  };

const bufferSize = (keyword: string): Check =>
  unsigned(ALL_UNSIGNED, (text) => `${keyword} size (${text}) invalid`, `${keyword} size missing`);
const realTimeLimit = (process: string): Check =>
  unsigned({ ...ALL_UNSIGNED, lowest: 1 }, (text) => `Invalid ${process} real-time limit - ${text}`);
const scriptTimeout = (keyword: string): Check =>
  unsigned(
    { lowest: 1, highest: 1_000, tolerant: true },
    (text) => `${keyword} '${text}' must be in [1, 1000] - ignoring`,
    `${keyword} requires value`,
  );

const realTimePriority =
  (process: string): Check =>
  (scope, _global, words) => {
    const title = `${process} process real-time priority`;
    const text = words[1];
    if (text === undefined) {
      complain(scope, `No ${title} specified`);
      return;
    }
    const value = scope.reader.integer(text, { lowest: -INT_MAX, highest: INT_MAX, tolerant: false });
    if (value === undefined) complain(scope, `${title} '${text}' invalid`);
    else if (value < 1) complain(scope, `${title} ${value} less than minimum 1 - setting to minimum`);
    else if (value > 99) complain(scope, `${title} ${value} greater than maximum 99 - setting to maximum`);
  };

const processors =
  (process: string): Check =>
  (scope, _global, words) => {
    const { cores } = scope.environment;
    if (words[1] === undefined) complain(scope, `No ${process} cpu_id set specified`);
    for (const text of words.slice(1)) {
      if (scope.reader.integer(text, { lowest: 0, highest: cores - 1, tolerant: true }) !== undefined)
        continue;
      complain(
        scope,
        `Invalid cpu_id:${Math.trunc(Number.parseInt(text, 10) || 0) | 0} specified for ${process} process`,
      );
      return;
    }
  };

const flushOnStop: Check = (scope, _global, words) => {
  if (words[1] !== undefined && words[1] !== 'VS')
    complain(scope, `Unknown lvs_flush_on_stop type ${words[1]}`);
};

function timeouts(scope: Scope, _global: GlobalDraft, words: readonly string[]): void {
  if (words.length < 3) {
    complain(scope, 'lvs_timeouts requires at least one option');
    return;
  }
  for (let at = 1; at < words.length; at++)
    if (['tcp', 'tcpfin', 'udp'].includes(words[at] ?? '')) at++;
    else complain(scope, `Unknown option ${words[at]} specified for lvs_timeouts`);
}

/** A mask as octal digits or as names of bits. */
function mask(scope: Scope, _global: GlobalDraft, words: readonly string[]): void {
  const text = scope.reader.word(words, 1);
  if (/^\d/.test(text)) {
    if (words.length > 2) complain(scope, 'Extra parameter(s) to umask option');
    else if (!/^[0-7]{1,4}$/.test(text) || Number.parseInt(text, 8) > 0o777)
      complain(scope, `invalid umask value ${text}`);
    return;
  }
  const unknown = text.split('|').find((bit) => !/^(?:I(?:[RWX]|RWX)(?:USR|GRP|OTH)|IRWX[UGO])$/.test(bit));
  if (unknown !== undefined) complain(scope, `Unknown umask bit ${unknown}`);
}

export const GLOBAL_CHECKS: Readonly<Record<string, Check>> = {
  checker_process_name: named,
  lvs_process_name: named,
  bfd_process_name: named,
  vrrp_process_name: named,
  process_name: named,
  vmac_prefix: named,
  vmac_addr_prefix: named,
  smtp_server: (scope, _global, words) => {
    const name = scope.reader.word(words, 1);
    const port = words[2];
    const isPort =
      port === undefined || scope.reader.unsigned(port, { lowest: 1, highest: 65_535, tolerant: true });
    // Names with a dot are left to whoever knows them.
    const isName = name.includes('.') && !/^[\d.]+$/.test(name);
    if (isPort === undefined || (!isName && parseClassicIPv4(name) === undefined))
      complain(scope, `Invalid smtp server ${name} ${port ?? '25'}`);
  },
  smtp_connect_timeout: (scope, _global, words) => {
    const text = scope.reader.word(words, 1);
    const value = scope.reader.unsigned(text, { lowest: 0, highest: 4_294, tolerant: true });
    if (value === undefined)
      complain(scope, `smtp_connect_timeout '${text}' must be in [0, 4294] - ignoring`);
    else if (value === 0) complain(scope, 'smtp_conect_timeout must be greater than 0, setting to 1');
  },
  smtp_alert_vrrp: globalSwitch('smtp_alert_vrrp'),
  smtp_alert_checker: globalSwitch('smtp_alert_checker'),
  checker_log_all_failures: onOff(() => 'Invalid value for checker_log_all_failures specified'),
  no_checker_emails: globalSwitch('no_checker_emails'),
  rs_init_notifies: globalSwitch('rs_init_notifies'),
  vrrp_notify_priority_changes: globalSwitch('vrrp_notify_priority_changes'),
  startup_script: orElse('startup script missing'),
  shutdown_script: orElse('shutdown script missing'),
  startup_script_timeout: scriptTimeout('startup_script_timeout'),
  shutdown_script_timeout: scriptTimeout('shutdown_script_timeout'),
  min_auto_priority_delay: (scope, _global, words) => {
    const text = words[1];
    if (text === undefined) complain(scope, 'min_auto_priority_delay requires delay time');
    else if (scope.reader.integer(text, { lowest: 1, highest: 10_000_000, tolerant: true }) === undefined)
      complain(scope, `min_auto_priority_delay '${text}' must be in [1, 10000000] - ignoring`);
  },
  lvs_timeouts: timeouts,
  lvs_flush_on_stop: flushOnStop,
  lvs_flush_onstop: flushOnStop,
  lvs_sync_daemon: orElse('lvs_sync_daemon requires interface'),
  vrrp_mcast_group6: (scope, _global, words) => {
    const text = scope.reader.word(words, 1);
    if (!text.includes(':')) complain(scope, `Can't parse vrrp_mcast_group6 [${text}]. Skipping`);
  },
  vrrp_garp_extra_if: extraGarp,
  vrrp_vmac_garp_intvl: (scope, global, words) => {
    complain(scope, 'Keyword "vrrp_vmac_garp_intvl" is deprecated - please use "vrrp_garp_extra_if"');
    extraGarp(scope, global, words);
  },
  nftables_ipvs_priority: (scope, _global, words) => {
    const text = scope.reader.word(words, 1);
    if (scope.reader.integer(text, { lowest: -INT_MAX - 1, highest: INT_MAX, tolerant: false }) === undefined)
      complain(scope, `invalid ipvs nftables chain priority '${text}'`);
  },
  nftables_ipvs_start_fwmark: unsigned(
    { ...ALL_UNSIGNED, lowest: 1 },
    (text) => `invalid ipvs nftables start_fwmark priority '${text}'`,
  ),
  notify_fifo: orElse('No notify_fifo name specified'),
  vrrp_notify_fifo: orElse('No vrrp_notify_fifo name specified'),
  lvs_notify_fifo: orElse('No lvs_notify_fifo name specified'),
  notify_fifo_script: orElse('No notify_fifo_script specified'),
  vrrp_notify_fifo_script: orElse('No vrrp_notify_fifo_script specified'),
  lvs_notify_fifo_script: orElse('No lvs_notify_fifo_script specified'),
  vrrp_rt_priority: realTimePriority('vrrp'),
  checker_rt_priority: realTimePriority('checker'),
  bfd_rt_priority: realTimePriority('bfd'),
  vrrp_rlimit_rttime: realTimeLimit('vrrp'),
  vrrp_rlimit_rtime: realTimeLimit('vrrp'),
  checker_rlimit_rttime: realTimeLimit('checker'),
  checker_rlimit_rtime: realTimeLimit('checker'),
  bfd_rlimit_rttime: realTimeLimit('bfd'),
  bfd_rlimit_rtime: realTimeLimit('bfd'),
  vrrp_cpu_affinity: processors('vrrp'),
  checker_cpu_affinity: processors('checker'),
  bfd_cpu_affinity: processors('bfd'),
  snmp_socket: (scope, _global, words) => {
    if (words[1] === undefined) complain(scope, 'SNMP error : snmp socket name missing');
    else if (words.length > 2) complain(scope, 'Too many parameters specified for snmp_socket - ignoring');
  },
  dbus_service_name: orElse('dbus_service_name missing - ignoring'),
  vrrp_netlink_cmd_rcv_bufs: bufferSize('vrrp_netlink_cmd_rcv_bufs'),
  vrrp_netlink_monitor_rcv_bufs: bufferSize('vrrp_netlink_monitor_rcv_bufs'),
  process_monitor_rcv_bufs: bufferSize('process_monitor_rcv_bufs'),
  lvs_netlink_cmd_rcv_bufs: bufferSize('lvs_netlink_cmd_rcv_bufs'),
  lvs_netlink_monitor_rcv_bufs: bufferSize('lvs_netlink_monitor_rcv_bufs'),
  vrrp_netlink_cmd_rcv_bufs_force: globalSwitch('vrrp_netlink_cmd_rcv_bufs_force'),
  vrrp_netlink_monitor_rcv_bufs_force: globalSwitch('vrrp_netlink_monitor_rcv_bufs_force'),
  process_monitor_rcv_bufs_force: globalSwitch('process_monitor_rcv_bufs_force'),
  lvs_netlink_cmd_rcv_bufs_force: globalSwitch('lvs_netlink_cmd_rcv_bufs_force'),
  lvs_netlink_monitor_rcv_bufs_force: globalSwitch('lvs_netlink_monitor_rcv_bufs_force'),
  vrrp_rx_bufs_policy: (scope, _global, words) => {
    const text = words[1];
    if (text === undefined) complain(scope, 'vrrp_rx_bufs_policy missing');
    else if (text !== 'MTU' && text !== 'ADVERT' && scope.reader.unsigned(text, ALL_UNSIGNED) === undefined)
      complain(scope, `Invalid vrrp_rx_bufs_policy ${text}`);
  },
  vrrp_rx_bufs_multiplier: (scope, _global, words) => {
    const text = words[1];
    if (text === undefined || words.length > 2) complain(scope, 'Invalid vrrp_rx_bufs_multiplier');
    else if (scope.reader.unsigned(text, { ...ALL_UNSIGNED, lowest: 1 }) === undefined)
      complain(scope, `Invalid vrrp_rx_bufs_multiplier ${text}`);
  },
  umask: mask,
  random_seed: unsigned(ALL_UNSIGNED, (text) => `random_seed ${text} invalid`),
};

function extraGarp(scope: Scope, _global: GlobalDraft, words: readonly string[]): void {
  const [keyword = '', first] = words;
  const text = first === 'all' ? words[2] : first;
  if (text === undefined) complain(scope, `${keyword} specified without time - ignoring`);
  else if (scope.reader.unsigned(text, { lowest: 1, highest: 86_400, tolerant: true }) === undefined)
    complain(scope, `${keyword} '${text}' invalid - ignoring`);
}
