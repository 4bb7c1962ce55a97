/** How much longer than usual an access to a host's disk takes. */
import type { Micros } from '../std/instant';
import type { Host } from './world.contract';

export function diskDelay(host: Host): Micros {
  return host.state.mounts[0]?.accessMicros ?? 0;
}
