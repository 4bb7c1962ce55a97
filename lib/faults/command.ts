/** Somebody else runs a command as root: a colleague, last night's script. */
import { HOST, textOf } from '../world/parameters';
import type { World } from '../world/world.contract';
import type { FaultDefinition } from './definition';

export const command: FaultDefinition = {
  kind: 'command',
  title: "Someone else's command",
  description: 'A shell command is run as root, by somebody who is not the learner.',
  parameters: [HOST, { name: 'run', type: 'text', required: true, description: 'The command line.' }],
  apply: (world, values) => runAsRoot(world, textOf(values, 'host'), textOf(values, 'run')),
};

/** Runs a line in root's shell on a host that is up. */
export function runAsRoot(world: World, name: string, run: string): void {
  const host = world.host(name);
  if (host.state.power === 'off') return;
  world.kernel.cause = world.record(host.name, 'colleague.command', { run });
  world.spawn(host, {
    argv: ['/bin/bash', '-c', run],
    path: '/bin/bash',
    cwd: '/root',
    uid: 0,
    gid: 0,
    session: true,
    env: new Map([
      ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      ['HOME', '/root'],
      ['USER', 'root'],
      ['LOGNAME', 'root'],
      ['LANG', 'C.UTF-8'],
    ]),
  });
}
