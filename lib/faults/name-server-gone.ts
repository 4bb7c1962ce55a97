/** The name server's process ends and does not come back; the machine itself goes on. */
import { HOST } from '../world/parameters';
import { runAsRoot } from './command';
import type { FaultDefinition } from './definition';

export const nameServerGone: FaultDefinition = {
  kind: 'name-server-gone',
  title: 'Name server gone',
  description: 'The DNS server (dnsmasq) of a machine is stopped: names are asked for and nobody answers.',
  parameters: [{ ...HOST, description: 'The machine of the name server.' }],
  apply: (world, values) => runAsRoot(world, String(values['host']), 'systemctl stop dnsmasq'),
  undo: (world, values) => runAsRoot(world, String(values['host']), 'systemctl start dnsmasq'),
};
