/** The commands that speak to the manager and to the journal. */
import type { Registry } from '../../world/world.contract';
import { systemctl } from './systemctl/systemctl';
import { journalctl } from './journalctl/journalctl';

export function registerCommands(registry: Registry): void {
  registry.program('systemd/systemctl', systemctl);
  registry.program('systemd/journalctl', journalctl);
}
