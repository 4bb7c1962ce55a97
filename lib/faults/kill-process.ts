/** Processes of a name get a signal, as a crash or an out-of-memory killer would. */
import { isSignalName } from '../world/signals';
import { HOST, textOf } from '../world/parameters';
import type { FaultDefinition } from './definition';

export const killProcess: FaultDefinition = {
  kind: 'kill-process',
  title: 'Crash',
  description: 'All processes of a name get a signal (KILL unless given).',
  parameters: [
    HOST,
    { name: 'process', type: 'text', required: true, description: 'Name as `ps` shows it in COMMAND.' },
    { name: 'signal', type: 'text', required: false, description: 'KILL, TERM, STOP, CONT …' },
  ],
  apply(world, values) {
    const host = world.host(textOf(values, 'host'));
    const wanted = textOf(values, 'signal').replace(/^SIG/, '') || 'KILL';
    for (const process of host.processes()) {
      if (process.comm === textOf(values, 'process') && isSignalName(wanted))
        world.kill(host, process.pid, wanted);
    }
  },
};
