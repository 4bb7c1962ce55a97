/** A process that computes without end: a compression run, a runaway loop. It can be found and killed. */
import { MILLISECOND } from '../std/instant';
import { HOST, numberOf, textOf } from '../world/parameters';
import type { DaemonDefinition, Program } from '../world/process.contract';
import type { Registry } from '../world/world.contract';
import type { FaultDefinition } from './definition';

const KIND = 'processor-hog';
const TICK = 'faults.hog';
const SLICE = 20 * MILLISECOND;

interface Hog {
  threads: number;
}
const hogDaemon: DaemonDefinition<Hog> = {
  kind: KIND,
  register(world) {
    world.callback<{ thread: number }, undefined>(TICK, ({ host, pid, data: { thread } }) => {
      if (host.process(pid)?.daemon === undefined) return;
      world.timer(host, pid, `thread ${thread}`, host.compute(pid, SLICE), { name: TICK, data: { thread } });
    });
  },
};
/** The daemon kind behind the fault; for the catalogue of what plugs in. */
export function registerHog(registry: Registry): void {
  registry.daemon(hogDaemon);
}

export const processorHog: FaultDefinition = {
  kind: KIND,
  title: 'Processor hog',
  description: 'A process computes without end on so many cores (all unless given).',
  parameters: [
    HOST,
    { name: 'process', type: 'text', required: false, description: 'Its name in `ps`; xz unless given.' },
    { name: 'cores', type: 'number', required: false, description: 'How many cores it keeps busy.' },
  ],
  apply(world, values) {
    const host = world.host(textOf(values, 'host'));
    if (host.state.power !== 'on') return undefined;
    const name = textOf(values, 'process') || 'xz';
    const pid = world.spawn(host, {
      argv: [name, '-9', '/var/backups/full.tar'],
      comm: name,
      program: hog(numberOf(values, 'cores', host.state.cores)),
      session: true,
      uid: 0,
      gid: 0,
      cwd: '/root',
    });
    return typeof pid === 'number' ? { pid, boot: host.state.bootId } : undefined;
  },
  undo(world, values, before) {
    const host = world.host(textOf(values, 'host'));
    const started = before as { pid: number; boot: string } | undefined;
    if (started !== undefined && host.state.bootId === started.boot) world.kill(host, started.pid, 'KILL');
  },
};
function hog(threads: number): Program {
  return function* (context) {
    context.process.rssKiB = 97_000;
    context.become(KIND, { threads });
    for (let thread = 0; thread < threads; thread++)
      context.world.timer(context.host, context.pid, `thread ${thread}`, context.kernel.now + 1, {
        name: TICK,
        data: { thread },
      });
    return yield* context.serve();
  };
}
