/** The catalogue of everything that plugs into a world: daemons, shell and tools, by one line each. */
import { register as registerAppServer } from '../daemons/app-server/index';
import { NETWORK_TOOLS, register as registerNetworkTools } from '../daemons/network-tools/index';
import { register as registerTraffic } from '../daemons/traffic/index';
import { COMMAND_PACKAGES, registerCommands } from '../shell/commands/registry';
import { PluginRegistry } from '../world/registry';

/** Packages that every host has, as a Debian installation without options leaves them. */
export const BASE_PACKAGES: readonly string[] = [...COMMAND_PACKAGES, ...NETWORK_TOOLS];

/** A new registry with all that is known. */
export function makeRegistry(): PluginRegistry {
  const registry = new PluginRegistry();
  registerNetworkTools(registry);
  registerTraffic(registry);
  registerAppServer(registry);
  registerCommands(registry);
  return registry;
}
