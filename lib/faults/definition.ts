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
  /** What is wrong with the parameters taken together, as a scenario gives them. */
  wrong?(entry: Readonly<Record<string, unknown>>): string | undefined;
  /** Makes it so. What it returns is plain data that `undo` needs. */
  apply(world: World, values: ParameterValues): unknown;
  /** Makes it as it was, when that is more than applying another fault. */
  undo?(world: World, values: ParameterValues, before: unknown): void;
  /** Names its callbacks; once per world, before anything happens. */
  register?(world: World): void;
}
