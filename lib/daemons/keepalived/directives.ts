/**
 * The keywords of keepalived.conf(5) 2.2.7 as a table: the block a keyword
 * stands in, its parameters, and how far the simulator models it. The daemon's
 * reader, its checker and the editor read the same table.
 *
 * `modelled` acts as documented; `accepted` has no effect that can be seen in
 * the simulator (mail, SNMP, process priorities, buffers); `not modelled` is
 * read like the daemon reads it, and named in our own diagnostics.
 *
 * Sources: keepalived.conf(5) 2.2.7 (the keyword is the section); the lists of
 * `install_keyword` in vrrp_parser.c, global_parser.c, check_parser.c,
 * bfd_parser.c, track_file.c, as Debian 12 builds them (`keepalived -v`: no
 * iptables, no linkbeat).
 */

export type Effect = 'modelled' | 'accepted' | 'not modelled';

/** One keyword. */
export interface Directive {
  readonly keyword: string;
  /** '' for the top level, else the keyword of the block around it */
  readonly block: string;
  /** what follows, for the editor */
  readonly parameters: string;
  /** `keywords`: keywords stand within; `lines`: a list of values, a line each; `none`: no block */
  readonly body: 'keywords' | 'lines' | 'none';
  readonly effect: Effect;
  readonly source: string;
}

const EFFECTS: ReadonlyMap<string, Effect> = new Map([
  ['+', 'modelled'],
  ['.', 'accepted'],
  ['-', 'not modelled'],
]);

/** Reads rows `keyword…; effect; parameters`; `{}` after the keywords: a block of keywords, `[]`: a list of lines. */
function table(block: string, text: string): readonly Directive[] {
  return text
    .trim()
    .split('\n')
    .flatMap((row) => {
      const [words = '', effect = '', parameters = ''] = row.split(';').map((cell) => cell.trim());
      const body = words.endsWith('{}') ? 'keywords' : words.endsWith('[]') ? 'lines' : 'none';
      const keywords = words.replace(/ ?(?:\{\}|\[\])$/, '');
      return keywords.split(' ').map(
        (keyword) =>
          ({
            keyword,
            block,
            parameters,
            body,
            effect: EFFECTS.get(effect) ?? 'not modelled',
            source: `keepalived.conf(5) "${keyword}"`,
          }) as const,
      );
    });
}

/** Keywords outside any block. Inactive ones are skipped by the process that does not need them. */
export const ROOT_DIRECTIVES = table(
  '',
  `
net_namespace net_namespace_ipvs; -; <name>
namespace_with_ipsets; -
use_pid_dir; .
instance; .; <name>
child_wait_time; .; <seconds>
global_defs {}; +
linkbeat_use_polling; .
linkbeat_interfaces []; .
track_group {}; -; <name>
static_ipaddress []; +
static_routes static_rules []; +
vrrp_sync_group {}; +; <name>
garp_group {}; +
vrrp_instance {}; +; <name>
vrrp_script {}; +; <name>
vrrp_track_process {}; +; <name>
interface_up_down_delays []; +
track_file vrrp_track_file {}; +; <name>
SSL {}; -
virtual_server_group {}; -; <name>
virtual_server {}; -; <address> <port> | fwmark <n> | group <name>
bfd_instance {}; -; <name>
`,
);

export const GLOBAL_DIRECTIVES = table(
  'global_defs',
  `
process_names; .
process_name vrrp_process_name checker_process_name lvs_process_name bfd_process_name; .; <name>
router_id; .; <name>
notification_email_from smtp_server smtp_helo_name; .; <text>
smtp_connect_timeout; .; <seconds>
notification_email []; .
smtp_alert smtp_alert_vrrp smtp_alert_checker; .; [on|off]
startup_script shutdown_script; -; <script> [<user> [<group>]]
startup_script_timeout shutdown_script_timeout; -; <seconds>
max_auto_priority; .; [<priority>]
min_auto_priority_delay; .; <microseconds>
checker_log_all_failures; .; [on|off]
dynamic_interfaces; -; [allow_if_changes]
no_email_faults disable_local_igmp; .
default_interface; +; <interface>
lvs_timeouts; -; [tcp <s>] [tcpfin <s>] [udp <s>]
lvs_flush lvs_flush_on_stop lvs_flush_onstop; -
lvs_sync_daemon; -; <interface> …
vrrp_mcast_group4; +; <address>
vrrp_mcast_group6; -; <address>
vrrp_garp_master_delay; +; <seconds>
vrrp_garp_master_repeat; +; <count>
vrrp_garp_master_refresh; +; <seconds>
vrrp_garp_master_refresh_repeat; +; <count>
vrrp_garp_lower_prio_delay; +; <seconds>
vrrp_garp_lower_prio_repeat; +; <count>
vrrp_down_timer_adverts; +; <count>
vrrp_garp_interval; +; <seconds>
vrrp_gna_interval; .; <seconds>
vrrp_min_garp; +; [on|off]
vrrp_garp_extra_if vrrp_vmac_garp_intvl; -; [all] <seconds>
vrrp_lower_prio_no_advert vrrp_higher_prio_send_advert; +; [on|off]
vrrp_version; +; 2|3
vrrp_iptables; +
nftables; +; [<table>]
nftables_priority; +; <priority>
nftables_ifindex nftables_counters; -
nftables_ipvs; -; [<table>]
nftables_ipvs_priority nftables_ipvs_start_fwmark; -; <n>
vrrp_check_unicast_src vrrp_skip_check_adv_addr vrrp_strict; +
vrrp_priority vrrp_rt_priority vrrp_rlimit_rttime vrrp_rlimit_rtime; .; <n>
vrrp_cpu_affinity; .; <cpu>…
vrrp_no_swap; .
notify_fifo vrrp_notify_fifo lvs_notify_fifo; -; <fifo> [<user> [<group>]]
notify_fifo_script vrrp_notify_fifo_script lvs_notify_fifo_script; -; <script> [<user> [<group>]]
vrrp_notify_priority_changes fifo_write_vrrp_states_on_reload; .; [on|off]
checker_priority checker_rt_priority checker_rlimit_rttime checker_rlimit_rtime; .; <n>
checker_cpu_affinity bfd_cpu_affinity; .; <cpu>…
checker_no_swap bfd_no_swap; .
bfd_priority bfd_rt_priority bfd_rlimit_rttime bfd_rlimit_rtime; .; <n>
snmp_socket; .; <socket>
enable_traps enable_snmp_vrrp enable_snmp_keepalived enable_snmp_rfc enable_snmp_rfcv2 enable_snmp_rfcv3 enable_snmp_checker; .
enable_dbus; .
dbus_service_name; .; <name>
script_user; +; <user> [<group>]
enable_script_security; +
vrrp_netlink_cmd_rcv_bufs vrrp_netlink_monitor_rcv_bufs process_monitor_rcv_bufs lvs_netlink_cmd_rcv_bufs lvs_netlink_monitor_rcv_bufs; .; <bytes>
vrrp_netlink_cmd_rcv_bufs_force vrrp_netlink_monitor_rcv_bufs_force process_monitor_rcv_bufs_force lvs_netlink_cmd_rcv_bufs_force lvs_netlink_monitor_rcv_bufs_force; .; [on|off]
rs_init_notifies no_checker_emails; .
vrrp_rx_bufs_policy; .; <policy>
vrrp_rx_bufs_multiplier; .; <n>
vrrp_startup_delay; +; <seconds>
log_unknown_vrids; +
vmac_prefix vmac_addr_prefix; -; <prefix>
umask; .; <mask>
random_seed; .; <seed>
reload_check_config; -; [<log file>]
reload_time_file; -; <file>
reload_repeat; -
reload_file; -; [<file>]
include_check; +; [read|match|wildcard_match|brace_match]…
config_save_dir tmp_config_directory; .; <directory>
data_use_instance; .; [on|off]
`,
);

export const INSTANCE_DIRECTIVES = table(
  'vrrp_instance',
  `
use_vmac; -; [<interface>] [<mac>]
use_vmac_addr vmac_xmit_base; -
use_ipvlan; -; [<interface>] [<address>] [bridge|private|vepa]
unicast_peer []; +
unicast_fault_no_peer check_unicast_src; +
old_unicast_checksum; .; [never]
native_ipv6; -
state; +; MASTER|BACKUP
interface; +; <interface>
vrf; -; <interface>
dont_track_primary; +
track_interface track_script track_file track_process []; +
track_bfd []; -
mcast_src_ip unicast_src_ip; +; <address>
mcast_dst_ip; +; <address>
track_src_ip; +
virtual_router_id; +; 1-255
unicast_ttl; +; 0-255
version; +; 2|3
priority; +; 1-255
advert_int; +; <seconds>
virtual_ipaddress virtual_ipaddress_excluded []; +
promote_secondaries linkbeat_use_polling; .
virtual_routes []; +
virtual_rules []; +
accept no_accept; +
skip_check_adv_addr strict_mode; +; [on|off]
preempt nopreempt; +
preempt_delay; +; <seconds>
debug; .; 0-4
notify_backup notify_master notify_fault notify_stop; +; <script> [<user> [<group>]]
notify_deleted; +; [<script> [<user> [<group>]]]
notify; +; <script> [<user> [<group>]]
notify_master_rx_lower_pri; +; <script> [<user> [<group>]]
smtp_alert notify_priority_changes; .; [on|off]
lvs_sync_daemon_interface; -; <interface>
garp_master_delay; +; <seconds>
garp_master_refresh; +; <seconds>
garp_master_repeat garp_master_refresh_repeat; +; <count>
garp_lower_prio_delay; +; <seconds>
garp_lower_prio_repeat; +; <count>
down_timer_adverts; +; 1-100
garp_extra_if vmac_garp_intvl; -; [all] <seconds>
lower_prio_no_advert higher_prio_send_advert; +; [on|off]
kernel_rx_buf_size; .; <bytes>
authentication {}; +
`,
);

export const OTHER_DIRECTIVES = [
  ...table(
    'authentication',
    `
auth_type; +; PASS|AH
auth_pass; +; <password>
`,
  ),
  ...table(
    'vrrp_sync_group',
    `
group []; +
track_interface track_script track_file track_process []; +
track_bfd []; -
notify_backup notify_master notify_fault notify_stop notify; +; <script> [<user> [<group>]]
smtp_alert notify_priority_changes; .; [on|off]
global_tracking sync_group_tracking_weight; +
`,
  ),
  ...table(
    'vrrp_script',
    `
script; +; <command>
interval timeout; +; <seconds>
weight; +; -253…253 [reverse]
rise fall; +; <count>
user; +; <user> [<group>]
init_fail; +
`,
  ),
  ...table(
    'vrrp_track_process',
    `
process; +; <program> [<argument>…]
param_match; +; [initial|partial]
weight; +; -254…254 [reverse]
quorum quorum_max; +; <count>
delay terminate_delay fork_delay; +; <seconds>
full_command; +
`,
  ),
  ...['track_file', 'vrrp_track_file'].flatMap((block) =>
    table(
      block,
      `
file; +; <path>
weight; +; -254…254 [reverse]
init_file; +; [<value>] [overwrite]
`,
    ),
  ),
  ...table(
    'garp_group',
    `
garp_interval gna_interval; +; <seconds>
interface; +; <interface>
interfaces []; +
`,
  ),
  ...table('track_group', 'group []; -'),
];

const BY_BLOCK = new Map<string, Map<string, Directive>>();
for (const directive of [
  ...ROOT_DIRECTIVES,
  ...GLOBAL_DIRECTIVES,
  ...INSTANCE_DIRECTIVES,
  ...OTHER_DIRECTIVES,
]) {
  const block = BY_BLOCK.get(directive.block) ?? new Map<string, Directive>();
  BY_BLOCK.set(directive.block, block.set(directive.keyword, directive));
}
const NO_DIRECTIVES: ReadonlyMap<string, Directive> = new Map();

/** The keywords that may stand in a block ('' for the top level). */
export function directivesOf(block: string): ReadonlyMap<string, Directive> {
  return BY_BLOCK.get(block) ?? NO_DIRECTIVES;
}
