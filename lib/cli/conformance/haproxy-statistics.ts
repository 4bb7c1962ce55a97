/** HAProxy's `show stat` over its socket, as the recorder reads it: status by backend/server. */
import { ROOT } from '../../world/files';
import type { SocketEvent } from '../../world/network.contract';
import type { Host } from '../../world/world.contract';
import type { Agent, Task } from './agent';

const SOCKET = '/run/haproxy/admin.sock';

export function* statistics(agent: Agent, host: Host, command = 'show stat'): Task<unknown> {
  const answer = yield* ask(agent, host, command);
  if ('error' in answer) return answer.error;
  return command === 'show stat' ? statusByServer(answer.text) : answer.text.trim();
}

type Answer = { readonly text: string } | { readonly error: string };

/** All that the socket answers until it is closed; else the error in the recorder's word. */
function* ask(agent: Agent, host: Host, command: string): Task<Answer> {
  const { network } = host.world;
  return (yield (resume) => {
    let answer = '';
    let ended = false;
    const end = (value: Answer): void => {
      if (ended) return;
      ended = true;
      resume(value);
    };
    const opened = network.connectUnix(host, {
      pid: 0,
      path: SOCKET,
      who: ROOT,
      on: agent.on<SocketEvent>((event) => {
        switch (event.type) {
          case 'connected':
            network.send(event.connection, 'client', {
              kind: 'bytes',
              text: `${command}\n`,
              bytes: command.length + 1,
            });
            return;
          case 'message':
            if (event.message.kind === 'bytes') answer += event.message.text;
            return;
          case 'closed':
            network.close(event.connection, 'client');
            end({ text: answer });
            return;
          case 'failed':
            end({ error: 'reset' });
            return;
          case 'accepted':
        }
      }),
    });
    if (typeof opened === 'string')
      agent.after(host, 0, () => end({ error: opened === 'ENOENT' ? 'error:FileNotFoundError' : 'refused' }));
  }) as Answer;
}

function statusByServer(text: string): Record<string, string> {
  const [head = '', ...rows] = text.replace(/^# /, '').split('\n');
  const names = head.split(',');
  const [proxy, server, status] = ['pxname', 'svname', 'status'].map((name) => names.indexOf(name));
  const statuses: Record<string, string> = {};
  for (const row of rows) {
    const fields = row.split(',');
    const name = fields[server ?? -1];
    if (name === undefined || name === '' || name === 'FRONTEND') continue;
    statuses[`${fields[proxy ?? -1]}/${name}`] = fields[status ?? -1] ?? '';
  }
  return statuses;
}
