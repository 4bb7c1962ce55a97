/** The catalogue of everything that plugs into a world: daemons, shell and tools, by one line each. */
import { register as registerTraffic } from '../daemons/traffic/index';
import { COMMAND_PACKAGES, registerCommands } from '../shell/commands/registry';
import { PluginRegistry } from '../world/registry';

/** Packages that every host has, as a Debian installation without options leaves them. */
export const BASE_PACKAGES: readonly string[] = [...COMMAND_PACKAGES];

/** A new registry with all that is known. */
export function makeRegistry(): PluginRegistry {
  const registry = new PluginRegistry();
  registerTraffic(registry);
  registerCommands(registry);
  return registry;
}
