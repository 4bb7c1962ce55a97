/** The commands that speak to the manager and to the journal, and where they lie. */
import type { FileSpec } from '../../world/files.contract';
import type { Program } from '../../world/process.contract';
import type { Registry } from '../../world/world.contract';
import { invokeRcD, serviceProgram } from './tools/service';
import { journalctl } from './journalctl/journalctl';
import { systemctl } from './systemctl/systemctl';
import { analyze } from './tools/analyze';
import { logger } from './tools/logger';
import { detectVirt } from './tools/detect-virt';
import { hostnamectl } from './tools/hostnamectl';
import { localectl } from './tools/localectl';
import { loginctl } from './tools/loginctl';
import { timedatectl } from './tools/timedatectl';
import { powerProgram, runlevel, shutdownProgram } from './tools/power';
import { cgls, cgtop, delta, escapeProgram, systemdCat, systemdNotify, sysvInstall } from './tools/small';
import { systemdRun } from './tools/systemd-run';

const COMMANDS: Readonly<Record<string, Program>> = {
  '/usr/bin/systemctl': systemctl,
  '/usr/bin/journalctl': journalctl,
  '/usr/bin/systemd-analyze': analyze,
  '/usr/bin/hostnamectl': hostnamectl,
  '/usr/bin/timedatectl': timedatectl,
  '/usr/bin/localectl': localectl,
  '/usr/bin/loginctl': loginctl,
  '/usr/bin/systemd-detect-virt': detectVirt,
  '/usr/bin/systemd-cat': systemdCat,
  '/usr/bin/systemd-notify': systemdNotify,
  '/usr/bin/systemd-cgls': cgls,
  '/usr/bin/systemd-cgtop': cgtop,
  '/usr/bin/systemd-escape': escapeProgram,
  '/usr/bin/systemd-delta': delta,
  '/usr/bin/systemd-run': systemdRun,
  '/lib/systemd/systemd-sysv-install': sysvInstall,
};
const SYSV: Readonly<Record<string, Program>> = {
  '/sbin/reboot': powerProgram('reboot'),
  '/sbin/poweroff': powerProgram('poweroff'),
  '/sbin/halt': powerProgram('halt'),
  '/sbin/shutdown': shutdownProgram,
  '/sbin/runlevel': runlevel,
  '/usr/sbin/service': serviceProgram,
  '/usr/sbin/invoke-rc.d': invokeRcD,
};
const nameOf = (path: string): string => `systemd/${path.slice(path.lastIndexOf('/') + 1)}`;

export function registerCommands(registry: Registry): void {
  for (const [path, program] of Object.entries({ ...COMMANDS, ...SYSV }))
    registry.program(nameOf(path), program);
  registry.program('systemd/logger', logger);
  registry.package('bsdutils', { '/usr/bin/logger': { program: 'systemd/logger' } });
  registry.package('systemd', filesOf(COMMANDS));
  registry.package('systemd-sysv', filesOf(SYSV));
}
function filesOf(commands: Readonly<Record<string, Program>>): Record<string, FileSpec> {
  return Object.fromEntries(Object.keys(commands).map((path) => [path, { program: nameOf(path) }]));
}
