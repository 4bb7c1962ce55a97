/** Debian's ifupdown: ifup, ifdown, ifquery, networking.service and what /etc/network holds. */
import type { Registry } from '../../world/world.contract';
import { ifdown, ifquery, ifup } from './ifupdown';

/** As ifupdown 0.8.41 ships it, but for ifupdown-pre.service, which only waits for udev. */
const UNIT = `[Unit]
Description=Raise network interfaces
Documentation=man:interfaces(5)
DefaultDependencies=no
Wants=network.target
After=local-fs.target network-pre.target apparmor.service systemd-sysctl.service systemd-modules-load.service
Before=network.target shutdown.target network-online.target
Conflicts=shutdown.target

[Install]
WantedBy=multi-user.target
WantedBy=network-online.target

[Service]
Type=oneshot
EnvironmentFile=-/etc/default/networking
ExecStart=/sbin/ifup -a --read-environment
ExecStart=-/bin/sh -c 'if [ -f /run/network/restart-hotplug ]; then /sbin/ifup -a --read-environment --allow=hotplug; fi'
ExecStop=/sbin/ifdown -a --read-environment --exclude=lo
ExecStopPost=/usr/bin/touch /run/network/restart-hotplug
RemainAfterExit=true
TimeoutStartSec=5min
`;
const DEFAULTS = `# Configuration for networking init script being run during
# the boot sequence

# Set to 'no' to skip interfaces configuration on boot
#CONFIGURE_INTERFACES=yes

# Don't configure these interfaces. Shell wildcards supported/
#EXCLUDE_INTERFACES=

# Set to 'yes' to enable additional verbosity
#VERBOSE=no
`;

export function register(registry: Registry): void {
  registry.program('ifupdown/ifup', ifup);
  registry.program('ifupdown/ifdown', ifdown);
  registry.program('ifupdown/ifquery', ifquery);
  registry.package('ifupdown', {
    '/usr/sbin/ifup': { program: 'ifupdown/ifup' },
    '/usr/sbin/ifdown': { program: 'ifupdown/ifdown' },
    '/usr/sbin/ifquery': { program: 'ifupdown/ifquery' },
    '/lib/systemd/system/networking.service': { text: UNIT },
    '/etc/default/networking': { text: DEFAULTS },
    '/etc/network/if-pre-up.d': { directory: true },
    '/etc/network/if-up.d': { directory: true },
    '/etc/network/if-down.d': { directory: true },
    '/etc/network/if-post-down.d': { directory: true },
  });
}
