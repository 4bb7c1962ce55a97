/**
 * What a fault kind is. Faults act on physical things only: machines, links,
 * processes, disks, clocks, files. No fault sets a daemon's state.
 */
import type { Parameter, ParameterValues } from '../world/parameters';
import type { World } from '../world/world.contract';

export interface FaultDefinition {
  kind: string;
  title: string;
  /** One sentence for authors. */
  description: string;
  parameters: readonly Parameter[];
  apply(world: World, values: ParameterValues): void;
}
