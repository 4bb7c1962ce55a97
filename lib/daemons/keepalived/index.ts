/** keepalived 2.2.7 as Debian 12 packages it: the VRRP daemon. Not modelled: IPVS, BFD, SNMP, D-Bus, VMACs, IPv6. */
import type { Registry } from '../../world/world.contract';
import { parentDaemon } from './daemon/parent';
import { keepalived } from './daemon/program';
import { vrrpDaemon } from './daemon/vrrp-process';
import { keepalivedFile } from './file-check';

/** /lib/systemd/system/keepalived.service of keepalived 1:2.2.7-1+b2. */
const UNIT = `[Unit]
Description=Keepalive Daemon (LVS and VRRP)
After=network-online.target
Wants=network-online.target
Documentation=man:keepalived(8)
Documentation=man:keepalived.conf(5)
Documentation=man:genhash(1)
Documentation=https://keepalived.org
ConditionFileNotEmpty=/etc/keepalived/keepalived.conf

[Service]
Type=notify
EnvironmentFile=-/etc/default/keepalived
ExecStart=/usr/sbin/keepalived --dont-fork $DAEMON_ARGS
ExecReload=/bin/kill -HUP $MAINPID

[Install]
WantedBy=multi-user.target
`;
const DEFAULTS = `# Options to pass to keepalived

# DAEMON_ARGS are appended to the keepalived command-line
DAEMON_ARGS=""
`;

export function register(registry: Registry): void {
  registry.checker(keepalivedFile);
  registry.program('keepalived/keepalived', keepalived);
  registry.daemon(parentDaemon);
  registry.daemon(vrrpDaemon);
  registry.package('keepalived', {
    '/usr/sbin/keepalived': { program: 'keepalived/keepalived' },
    '/lib/systemd/system/keepalived.service': { text: UNIT },
    '/etc/default/keepalived': { text: DEFAULTS },
    '/etc/keepalived': { directory: true },
  });
}
