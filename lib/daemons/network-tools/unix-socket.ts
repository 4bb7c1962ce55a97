/** connect(2) to a UNIX socket, for the tools that speak over one. */
import type { Errno } from '../../world/files.contract';
import type { ProgramContext } from '../../world/process.contract';
import { Mailbox } from '../mailbox';

/** The connection, whose first event is that it stands; or why there is none. */
export function connectUnix(
  context: ProgramContext,
  path: string,
): { connection: number; box: Mailbox } | Errno {
  const box = new Mailbox(context);
  const opened = context.world.network.connectUnix(context.host, {
    pid: context.pid,
    path: context.resolve(path),
    who: context.who,
    on: box.on('socket'),
  });
  if (typeof opened !== 'string') return { connection: opened.connection, box };
  box.close();
  return opened;
}
