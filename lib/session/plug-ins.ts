/** The catalogue of everything that plugs into a world: daemons, shell and tools, by one line each. */
import { register as registerAppServer } from '../daemons/app-server/index';
import { register as registerCron } from '../daemons/cron/index';
import { register as registerDnsmasq } from '../daemons/dnsmasq/index';
import { register as registerIfupdown } from '../daemons/ifupdown/index';
import { register as registerKeepalived } from '../daemons/keepalived/index';
import { register as registerLogrotate } from '../daemons/logrotate/index';
import { register as registerHaproxy } from '../daemons/haproxy/index';
import { NETWORK_TOOLS, register as registerNetworkTools } from '../daemons/network-tools/index';
import { register as registerNginx } from '../daemons/nginx/index';
import { register as registerNftables } from '../daemons/nftables/index';
import { OPENSSL_PACKAGES, register as registerOpenssl } from '../daemons/openssl/index';
import { register as registerRsyslog } from '../daemons/rsyslog/index';
import { register as registerSshd, SSH_PACKAGES } from '../daemons/sshd/index';
import { register as registerSudo } from '../daemons/sudo/index';
import { register as registerSystemd } from '../daemons/systemd/index';
import { register as registerSysctl } from '../daemons/sysctl/index';
import { register as registerTraffic } from '../daemons/traffic/index';
import { registerHog } from '../faults/processor-hog';
import { COMMAND_PACKAGES, registerCommands } from '../shell/commands/registry';
import { register as registerShell, SHELL_PACKAGES } from '../shell/index';
import { PluginRegistry } from '../world/registry';

/** Packages that every host has, as a Debian installation without options leaves them. */
export const BASE_PACKAGES: readonly string[] = [
  ...SHELL_PACKAGES,
  ...COMMAND_PACKAGES,
  ...NETWORK_TOOLS,
  'systemd',
  'systemd-sysv',
  'bsdutils',
  'ifupdown',
  'sudo',
  'login',
  'cron',
  'logrotate',
  ...SSH_PACKAGES,
  ...OPENSSL_PACKAGES,
];

/** A new registry with all that is known. */
export function makeRegistry(): PluginRegistry {
  const registry = new PluginRegistry();
  registerCron(registry);
  registerDnsmasq(registry);
  registerIfupdown(registry);
  registerKeepalived(registry);
  registerLogrotate(registry);
  registerNetworkTools(registry);
  registerNftables(registry);
  registerNginx(registry);
  registerOpenssl(registry);
  registerRsyslog(registry);
  registerSshd(registry);
  registerSudo(registry);
  registerSysctl(registry);
  registerSystemd(registry);
  registerTraffic(registry);
  registerAppServer(registry);
  registerHaproxy(registry);
  registerHog(registry);
  registerCommands(registry);
  registerShell(registry);
  return registry;
}
