/** Processes of a name stand still: they hold their sockets and do nothing. */
import { HOST, textOf } from '../world/parameters';
import type { SignalName } from '../world/process.contract';
import type { ParameterValues } from '../world/parameters';
import type { World } from '../world/world.contract';
import type { FaultDefinition } from './definition';

export const hang: FaultDefinition = {
  kind: 'hang',
  title: 'Hanging process',
  description: 'All processes of a name are stopped (SIGSTOP): they keep their sockets and answer nothing.',
  parameters: [
    HOST,
    { name: 'process', type: 'text', required: true, description: 'Name as `ps` shows it in COMMAND.' },
  ],
  apply: (world, values) => signalAll(world, values, 'STOP'),
  undo: (world, values) => signalAll(world, values, 'CONT'),
};

/** A signal to all processes of a name. */
export function signalAll(world: World, values: ParameterValues, signal: SignalName): void {
  const host = world.host(textOf(values, 'host'));
  for (const process of host.processes())
    if (process.comm === textOf(values, 'process') && process.state !== 'zombie')
      world.kill(host, process.pid, signal);
}
