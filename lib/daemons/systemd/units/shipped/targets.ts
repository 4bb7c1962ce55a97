/** Targets to the letter of Debian 12 (systemd 252, LGPL-2.1-or-later). */
import { ofSystemd } from './licence';

export const SHIPPED_TARGETS: Readonly<Record<string, string>> = {
  'basic.target': ofSystemd(`
[Unit]
Description=Basic System
Documentation=man:systemd.special(7)
Requires=sysinit.target
Wants=sockets.target timers.target paths.target slices.target
After=sysinit.target sockets.target paths.target slices.target tmp.mount

# We support /var, /tmp, /var/tmp, being on NFS, but we don't pull in
# remote-fs.target by default, hence pull them in explicitly here. Note that we
# require /var and /var/tmp, but only add a Wants= type dependency on /tmp, as
# we support that unit being masked, and this should not be considered an error.
RequiresMountsFor=/var /var/tmp
Wants=tmp.mount
`),
  'cryptsetup.target': ofSystemd(`
[Unit]
Description=Local Encrypted Volumes
Documentation=man:systemd.special(7)
`),
  'emergency.target': ofSystemd(`
[Unit]
Description=Emergency Mode
Documentation=man:systemd.special(7)
Requires=emergency.service
After=emergency.service
AllowIsolate=yes
`),
  'final.target': ofSystemd(`
[Unit]
Description=Late Shutdown Services
Documentation=man:systemd.special(7)
DefaultDependencies=no
RefuseManualStart=yes
After=shutdown.target umount.target
`),
  'first-boot-complete.target': ofSystemd(`
[Unit]
Description=First Boot Complete
Documentation=man:systemd.special(7)
RefuseManualStart=yes
ConditionFirstBoot=yes
`),
  'getty-pre.target': ofSystemd(`
[Unit]
Description=Preparation for Logins
Documentation=man:systemd.special(7) man:systemd-getty-generator(8)
Documentation=https://0pointer.de/blog/projects/serial-console.html
`),
  'getty.target': ofSystemd(`
[Unit]
Description=Login Prompts
Documentation=man:systemd.special(7) man:systemd-getty-generator(8)
Documentation=https://0pointer.de/blog/projects/serial-console.html
`),
  'graphical.target': ofSystemd(`
[Unit]
Description=Graphical Interface
Documentation=man:systemd.special(7)
Requires=multi-user.target
Wants=display-manager.service
Conflicts=rescue.service rescue.target
After=multi-user.target rescue.service rescue.target display-manager.service
AllowIsolate=yes
`),
  'integritysetup.target': ofSystemd(`
[Unit]
Description=Local Integrity Protected Volumes
Documentation=man:systemd.special(7)
`),
  'local-fs-pre.target': ofSystemd(`
[Unit]
Description=Preparation for Local File Systems
Documentation=man:systemd.special(7)
RefuseManualStart=yes
`),
  'local-fs.target': ofSystemd(`
[Unit]
Description=Local File Systems
Documentation=man:systemd.special(7)
DefaultDependencies=no
Conflicts=shutdown.target
After=local-fs-pre.target
OnFailure=emergency.target
OnFailureJobMode=replace-irreversibly
`),
  'multi-user.target': ofSystemd(`
[Unit]
Description=Multi-User System
Documentation=man:systemd.special(7)
Requires=basic.target
Conflicts=rescue.service rescue.target
After=basic.target rescue.service rescue.target
AllowIsolate=yes
`),
  'network-online.target': ofSystemd(`
[Unit]
Description=Network is Online
Documentation=man:systemd.special(7)
Documentation=https://systemd.io/NETWORK_ONLINE
After=network.target
`),
  'network-pre.target': ofSystemd(`
[Unit]
Description=Preparation for Network
Documentation=man:systemd.special(7)
Documentation=https://systemd.io/NETWORK_ONLINE
RefuseManualStart=yes
`),
  'network.target': ofSystemd(`
[Unit]
Description=Network
Documentation=man:systemd.special(7)
Documentation=https://systemd.io/NETWORK_ONLINE
After=network-pre.target
RefuseManualStart=yes
`),
  'nss-lookup.target': ofSystemd(`
# This exists mostly for compatibility with SysV/LSB units, and
# implementations lacking socket/bus activation.

[Unit]
Description=Host and Network Name Lookups
Documentation=man:systemd.special(7)
RefuseManualStart=yes
`),
  'nss-user-lookup.target': ofSystemd(`
# This exists mostly for implementations lacking socket/bus
# activation.

[Unit]
Description=User and Group Name Lookups
Documentation=man:systemd.special(7)
RefuseManualStart=yes
`),
  'paths.target': ofSystemd(`
[Unit]
Description=Path Units
Documentation=man:systemd.special(7)
`),
  'remote-fs-pre.target': ofSystemd(`
[Unit]
Description=Preparation for Remote File Systems
Documentation=man:systemd.special(7)
RefuseManualStart=yes
`),
  'remote-fs.target': ofSystemd(`
[Unit]
Description=Remote File Systems
Documentation=man:systemd.special(7)
After=remote-fs-pre.target
DefaultDependencies=no
Conflicts=shutdown.target

[Install]
WantedBy=multi-user.target
`),
  'rescue.target': ofSystemd(`
[Unit]
Description=Rescue Mode
Documentation=man:systemd.special(7)
Requires=sysinit.target rescue.service
After=sysinit.target rescue.service
AllowIsolate=yes
`),
  'shutdown.target': ofSystemd(`
[Unit]
Description=System Shutdown
Documentation=man:systemd.special(7)
DefaultDependencies=no
RefuseManualStart=yes
`),
  'sigpwr.target': ofSystemd(`
[Unit]
Description=Power Failure
Documentation=man:systemd.special(7)
`),
  'slices.target': ofSystemd(`
[Unit]
Description=Slice Units
Documentation=man:systemd.special(7)
Wants=-.slice system.slice
After=-.slice system.slice
`),
  'sockets.target': ofSystemd(`
[Unit]
Description=Socket Units
Documentation=man:systemd.special(7)
`),
  'swap.target': ofSystemd(`
[Unit]
Description=Swaps
Documentation=man:systemd.special(7)
`),
  'sysinit.target': ofSystemd(`
[Unit]
Description=System Initialization
Documentation=man:systemd.special(7)

Wants=local-fs.target swap.target
After=local-fs.target swap.target
Conflicts=emergency.service emergency.target
Before=emergency.service emergency.target
`),
  'time-set.target': ofSystemd(`
[Unit]
Description=System Time Set
Documentation=man:systemd.special(7)
RefuseManualStart=yes
`),
  'time-sync.target': ofSystemd(`
[Unit]
Description=System Time Synchronized
Documentation=man:systemd.special(7)
RefuseManualStart=yes
After=time-set.target
Wants=time-set.target
`),
  'timers.target': ofSystemd(`
[Unit]
Description=Timer Units
Documentation=man:systemd.special(7)

DefaultDependencies=no
Conflicts=shutdown.target
`),
  'umount.target': ofSystemd(`
[Unit]
Description=Unmount All Filesystems
Documentation=man:systemd.special(7)
DefaultDependencies=no
RefuseManualStart=yes
`),
  'veritysetup.target': ofSystemd(`
[Unit]
Description=Local Verity Protected Volumes
Documentation=man:systemd.special(7)
`),
};
