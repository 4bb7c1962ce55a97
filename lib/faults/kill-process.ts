/** Processes of a name get a signal, as a crash or an out-of-memory killer would. */
import { isSignalName } from '../world/signals';
import { HOST, textOf } from '../world/parameters';
import type { FaultDefinition } from './definition';
import { signalAll } from './hang';

export const killProcess: FaultDefinition = {
  kind: 'kill-process',
  title: 'Crash',
  description: 'All processes of a name get a signal (KILL unless given). With `every`: again and again.',
  parameters: [
    HOST,
    { name: 'process', type: 'text', required: true, description: 'Name as `ps` shows it in COMMAND.' },
    { name: 'signal', type: 'text', required: false, description: 'KILL, SEGV, TERM, HUP …' },
  ],
  apply(world, values) {
    const wanted = textOf(values, 'signal').replace(/^SIG/, '') || 'KILL';
    if (isSignalName(wanted)) signalAll(world, values, wanted);
  },
};
