/** What systemd's generators add at each boot, as far as it is modelled. Source: systemd.generator(7). */
import type { Host } from '../../world/world.contract';
import { isContainer } from './conditions';

const ROOT = { uid: 0, gid: 0, groups: [] as number[] };
export const GENERATED = '/run/systemd/generator';

export function generate(host: Host): void {
  // systemd-fstab-generator(8): with an fstab the root file system is mounted again with its options.
  if (host.fs.exists('/etc/fstab')) pullIn(host, 'local-fs.target', 'systemd-remount-fs.service');
  // systemd-getty-generator(8): a container has one console; a machine has one terminal for each `console=`.
  if (isContainer(host)) {
    pullIn(host, 'getty.target', 'console-getty.service');
    return;
  }
  const line = host.fs.readFile('/proc/cmdline', ROOT);
  if (typeof line !== 'string') return;
  for (const [, terminal = ''] of line.matchAll(/\bconsole=(\w+)/g))
    if (!/^tty\d*$/.test(terminal))
      pullIn(host, 'getty.target', `serial-getty@${terminal}.service`, 'serial-getty@.service');
}
function pullIn(host: Host, target: string, unit: string, file = unit): void {
  const folder = `${GENERATED}/${target}.wants`;
  for (const path of [GENERATED, folder]) host.fs.mkdir(path, 0o755, ROOT);
  host.fs.symlink(`/lib/systemd/system/${file}`, `${folder}/${unit}`, ROOT);
}
