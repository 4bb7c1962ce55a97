/** Kernel settings: sysctl(8) and what applies its files at boot. */
import type { Registry } from '../../world/world.contract';
import { loadedSettings } from './loaded';
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

const PROTECT_LINKS = `###################################################################
# Protected links
#
# Protects against creating or following links under certain conditions
# Debian kernels have both set to 1 (restricted) 
# See https://www.kernel.org/doc/Documentation/sysctl/fs.txt
fs.protected_fifos = 1
fs.protected_hardlinks = 1
fs.protected_regular = 2
fs.protected_symlinks = 1
`;
const PID_MAX = `#  This file is part of systemd.
#
#  systemd is free software; you can redistribute it and/or modify it
#  under the terms of the GNU Lesser General Public License as published by
#  the Free Software Foundation; either version 2.1 of the License, or
#  (at your option) any later version.

# See sysctl.d(5) and core(5) for documentation.

# To override settings in this file, create a local file in /etc
# (e.g. /etc/sysctl.d/90-override.conf), and put any assignments
# there.

# Bump the numeric PID range to make PID collisions less likely.
# 2^22 and 2^15 is possible maximum of 64bit and 32bit kernels respectively.
kernel.pid_max = 4194304
`;

export function register(registry: Registry): void {
  registry.loadedFiles(loadedSettings);
  registry.program('procps/sysctl', sysctl);
  registry.program('systemd/systemd-sysctl', systemdSysctl);
  registry.package('procps', {
    '/usr/sbin/sysctl': { program: 'procps/sysctl' },
    '/etc/sysctl.d/README.sysctl': { text: README },
    '/usr/lib/sysctl.d/99-protect-links.conf': { text: PROTECT_LINKS },
    '/etc/sysctl.d/99-sysctl.conf': { link: '../sysctl.conf' },
  });
  registry.package('systemd', {
    '/usr/lib/sysctl.d/50-pid-max.conf': { text: PID_MAX },
    '/lib/systemd/systemd-sysctl': { program: 'systemd/systemd-sysctl' },
    '/lib/systemd/system/systemd-sysctl.service': { text: UNIT },
    '/lib/systemd/system/sysinit.target.wants/systemd-sysctl.service': { link: '../systemd-sysctl.service' },
  });
}
