/** sysctl: the keys a Debian 12 kernel has and their defaults, as far as the world looks at them or people do. Source: Linux Documentation/networking/ip-sysctl.rst. */
const PER_INTERFACE: Readonly<Record<string, string>> = {
  accept_local: '0',
  accept_redirects: '1',
  accept_source_route: '0',
  arp_accept: '0',
  arp_announce: '0',
  arp_filter: '0',
  arp_ignore: '0',
  arp_notify: '0',
  disable_policy: '0',
  disable_xfrm: '0',
  forwarding: '0',
  log_martians: '0',
  mc_forwarding: '0',
  proxy_arp: '0',
  rp_filter: '0',
  route_localnet: '0',
  secure_redirects: '1',
  send_redirects: '1',
  shared_media: '1',
};
const DEFAULTS: Readonly<Record<string, string>> = {
  'fs.file-max': '9223372036854775807',
  'fs.inotify.max_user_watches': '65536',
  'fs.nr_open': '1048576',
  'fs.protected_fifos': '1',
  'fs.protected_hardlinks': '1',
  'fs.protected_regular': '2',
  'fs.protected_symlinks': '1',
  'kernel.core_pattern': 'core',
  'kernel.dmesg_restrict': '1',
  'kernel.hostname': '',
  'kernel.ostype': 'Linux',
  'kernel.osrelease': '6.1.0-41-amd64',
  'kernel.panic': '0',
  'kernel.pid_max': '4194304',
  'kernel.randomize_va_space': '2',
  'kernel.sysrq': '438',
  'kernel.threads-max': '7660',
  'kernel.version': '#1 SMP PREEMPT_DYNAMIC Debian 6.1.158-1 (2025-11-09)',
  'net.core.default_qdisc': 'pfifo_fast',
  'net.core.netdev_max_backlog': '1000',
  'net.core.rmem_max': '212992',
  'net.core.somaxconn': '4096',
  'net.core.wmem_max': '212992',
  'net.ipv4.icmp_echo_ignore_all': '0',
  'net.ipv4.icmp_echo_ignore_broadcasts': '1',
  'net.ipv4.icmp_ratelimit': '1000',
  'net.ipv4.ip_default_ttl': '64',
  'net.ipv4.ip_forward': '0',
  'net.ipv4.ip_local_port_range': '32768\t60999',
  'net.ipv4.ip_nonlocal_bind': '0',
  'net.ipv4.ip_unprivileged_port_start': '1024',
  'net.ipv4.neigh.default.base_reachable_time_ms': '30000',
  'net.ipv4.neigh.default.gc_stale_time': '60',
  'net.ipv4.neigh.default.delay_first_probe_time': '5',
  'net.ipv4.neigh.default.mcast_solicit': '3',
  'net.ipv4.neigh.default.ucast_solicit': '3',
  'net.ipv4.neigh.default.locktime': '100',
  'net.ipv4.tcp_fin_timeout': '60',
  'net.ipv4.tcp_keepalive_intvl': '75',
  'net.ipv4.tcp_keepalive_probes': '9',
  'net.ipv4.tcp_keepalive_time': '7200',
  'net.ipv4.tcp_max_syn_backlog': '512',
  'net.ipv4.tcp_retries1': '3',
  'net.ipv4.tcp_retries2': '15',
  'net.ipv4.tcp_syn_retries': '6',
  'net.ipv4.tcp_synack_retries': '5',
  'net.ipv4.tcp_syncookies': '1',
  'net.ipv4.tcp_timestamps': '1',
  'net.ipv4.tcp_tw_reuse': '2',
  'net.ipv6.conf.all.disable_ipv6': '0',
  'net.ipv6.conf.all.forwarding': '0',
  'net.ipv6.conf.default.disable_ipv6': '0',
  'net.netfilter.nf_conntrack_max': '65536',
  'net.netfilter.nf_conntrack_tcp_timeout_established': '432000',
  'net.netfilter.nf_conntrack_tcp_timeout_syn_sent': '120',
  'net.netfilter.nf_conntrack_udp_timeout': '30',
  'vm.dirty_background_ratio': '10',
  'vm.dirty_ratio': '20',
  'vm.max_map_count': '65530',
  'vm.min_free_kbytes': '45056',
  'vm.overcommit_memory': '0',
  'vm.overcommit_ratio': '50',
  'vm.panic_on_oom': '0',
  'vm.swappiness': '60',
  'vm.vfs_cache_pressure': '100',
};

/** All keys of a host with these interfaces, at the values after power on. */
export function defaultSysctl(interfaces: readonly string[], hostname: string): Map<string, string> {
  const values = new Map(Object.entries(DEFAULTS));
  values.set('kernel.hostname', hostname);
  for (const name of ['all', 'default', 'lo', ...interfaces]) {
    for (const [key, value] of Object.entries(PER_INTERFACE))
      values.set(`net.ipv4.conf.${name}.${key}`, value);
  }
  return values;
}

const NUMERIC =
  /^(net\.|vm\.|fs\.|kernel\.(panic|pid_max|randomize_va_space|sysrq|dmesg_restrict|threads-max))/;
/** Whether the kernel takes this value: numbers where it wants numbers. */
export function acceptsSysctl(key: string, value: string): boolean {
  if (!NUMERIC.test(key) || key === 'net.core.default_qdisc') return true;
  return /^\s*-?(0x[0-9a-f]+|\d+)(\s+-?\d+)*\s*$/i.test(value);
}
/** Writing net.ipv4.ip_forward also sets `forwarding` everywhere, as Linux does. */
export function coupledSysctl(
  key: string,
  value: string,
  all: ReadonlyMap<string, string>,
): [string, string][] {
  if (key === 'net.ipv4.ip_forward' || key === 'net.ipv4.conf.all.forwarding') {
    const coupled: [string, string][] = [
      ['net.ipv4.ip_forward', value],
      ['net.ipv4.conf.all.forwarding', value],
    ];
    for (const other of all.keys())
      if (/^net\.ipv4\.conf\.[^.]+\.forwarding$/.test(other)) coupled.push([other, value]);
    return coupled;
  }
  return [];
}
