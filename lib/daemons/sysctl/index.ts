/** Kernel settings: sysctl(8) and what applies its files at boot. */
import type { Registry } from '../../world/world.contract';
import { sysctl, systemdSysctl } from './sysctl';

/** systemd 252 */
const UNIT = `#  SPDX-License-Identifier: LGPL-2.1-or-later
#
#  This file is part of systemd.

[Unit]
Description=Apply Kernel Variables
Documentation=man:systemd-sysctl.service(8) man:sysctl.d(5)
DefaultDependencies=no
After=systemd-modules-load.service
Before=sysinit.target shutdown.target
ConditionPathIsReadWrite=/proc/sys/net/

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/lib/systemd/systemd-sysctl
TimeoutSec=90s
`;
const README = `Kernel system variables configuration files

Files found under the /etc/sysctl.d directory that end with .conf are
parsed within sysctl(8) at boot time.  If you want to set kernel variables
you can either edit /etc/sysctl.conf or make a new file.
`;

export function register(registry: Registry): void {
  registry.program('procps/sysctl', sysctl);
  registry.program('systemd/systemd-sysctl', systemdSysctl);
  registry.package('procps', {
    '/usr/sbin/sysctl': { program: 'procps/sysctl' },
    '/etc/sysctl.d/README.sysctl': { text: README },
    '/etc/sysctl.d/99-sysctl.conf': { link: '../sysctl.conf' },
  });
  registry.package('systemd', {
    '/lib/systemd/systemd-sysctl': { program: 'systemd/systemd-sysctl' },
    '/lib/systemd/system/systemd-sysctl.service': { text: UNIT },
    '/lib/systemd/system/sysinit.target.wants/systemd-sysctl.service': { link: '../systemd-sysctl.service' },
  });
}
