/** Who is logged in: the terminals that are some session's, as utmp would hold them. */
import type { Host } from '../../world/world.contract';

export interface LoginSession {
  readonly user: string;
  /** `pts/0` */
  readonly tty: string;
  /** Wall clock, microseconds. */
  readonly since: number;
  readonly pid: number;
  /** Address it came from, where that is known. */
  readonly from: string;
  /** What runs in the foreground. */
  readonly what: string;
}

export function sessionsOf(host: Host): LoginSession[] {
  const sessions: LoginSession[] = [];
  for (const terminal of host.state.terminals.values()) {
    const leader = host.process(terminal.session);
    if (terminal.hungUp) continue;
    const members = host
      .processes()
      .filter((process) => process.tty?.replace(/^\/dev\//, '') === terminal.id);
    const first = leader ?? members[0];
    if (first === undefined) continue;
    const front = members.filter((process) => process.pgid === terminal.foreground).at(-1) ?? first;
    const client = first.env.get('SSH_CONNECTION')?.split(' ')[0] ?? '';
    sessions.push({
      user: host.user(first.uid)?.name ?? String(first.uid),
      tty: terminal.id,
      since: host.clock() - host.world.kernel.now + first.startedAt,
      pid: first.pid,
      from: client,
      what: front.argv.join(' '),
    });
  }
  return sessions;
}
