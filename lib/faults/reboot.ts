/** An orderly reboot, as `systemctl reboot` does it. */
import { HOST, textOf } from '../world/parameters';
import type { FaultDefinition } from './definition';

export const reboot: FaultDefinition = {
  kind: 'reboot',
  title: 'Reboot',
  description: 'An orderly reboot: services are stopped, then the machine starts again.',
  parameters: [HOST],
  apply: (world, values) => world.reboot(world.host(textOf(values, 'host'))),
};
