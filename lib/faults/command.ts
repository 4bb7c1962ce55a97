/** Somebody else runs a command as root: a colleague, last night's script. */
import { HOST, textOf } from '../world/parameters';
import type { FaultDefinition } from './definition';

export const command: FaultDefinition = {
  kind: 'command',
  title: "Someone else's command",
  description: 'A shell command is run as root, by somebody who is not the learner.',
  parameters: [HOST, { name: 'run', type: 'text', required: true, description: 'The command line.' }],
  apply(world, values) {
    const host = world.host(textOf(values, 'host'));
    const run = textOf(values, 'run');
    world.record(host.name, 'colleague.command', { run });
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
  },
};
