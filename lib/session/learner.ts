/**
 * The learner's terminals: which of the page's terminals is which terminal of
 * which host. Part of the world's state, so that it goes back in time with it.
 */
import type { Host, World } from '../world/world.contract';
import type { Terminal } from '../world/terminals';

/** One terminal of the page. */
export interface LearnerTerminal {
  id: string;
  host: string;
  user: string;
  /** `pts/0` on that host. */
  tty: string;
  /** The login shell. */
  pid: number;
  /** Boot of the host in which it was opened; after a power loss nothing is left of it. */
  boot: string;
}

const KEY = 'learner.terminals';

export function learnerTerminals(world: World): Map<string, LearnerTerminal> {
  const known = world.state.extra.get(KEY) as Map<string, LearnerTerminal> | undefined;
  if (known !== undefined) return known;
  const fresh = new Map<string, LearnerTerminal>();
  world.state.extra.set(KEY, fresh);
  return fresh;
}

/** Opens a terminal with a login shell. A text says why not. */
export function openTerminal(
  world: World,
  { id, host: name, user: login }: { id: string; host: string; user: string },
): LearnerTerminal | string {
  const host = world.findHost(name);
  if (host === undefined) return `There is no host "${name}".`;
  if (host.state.power !== 'on') return `${name} has no power, or is still booting.`;
  const user = host.user(login);
  if (user === undefined) return `There is no user "${login}" on ${name}.`;
  const terminal = host.terminals.create({ screen: true });
  const pid = world.spawn(host, {
    argv: ['-bash'],
    path: user.shell,
    uid: user.uid,
    gid: user.gid,
    groups: user.groups,
    cwd: user.home,
    session: true,
    tty: terminal.id,
    fds: new Map([0, 1, 2].map((fd) => [fd, terminal.slave])),
    env: new Map([
      ['HOME', user.home],
      ['USER', user.name],
      ['LOGNAME', user.name],
      ['SHELL', user.shell],
      ['TERM', 'xterm-256color'],
      ['LANG', 'C.UTF-8'],
      ['PATH', '/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games'],
    ]),
  });
  if (typeof pid !== 'number') {
    host.terminals.remove(terminal.id);
    return `${user.shell} cannot be started on ${name} (${pid.errno}).`;
  }
  terminal.setSession(pid);
  const opened: LearnerTerminal = {
    id,
    host: name,
    user: login,
    tty: terminal.id,
    pid,
    boot: host.state.bootId,
  };
  learnerTerminals(world).set(id, opened);
  return opened;
}

/** The terminal of the host, or undefined once its shell has ended or the host lost power. */
export function terminalOf(world: World, id: string): Terminal | undefined {
  const learner = learnerTerminals(world).get(id);
  const host = learner === undefined ? undefined : world.findHost(learner.host);
  if (learner === undefined || host === undefined) return undefined;
  const alive = host.state.bootId === learner.boot && host.process(learner.pid)?.state !== undefined;
  if (!alive || host.process(learner.pid)?.state === 'zombie') return undefined;
  return host.terminals.find(learner.tty);
}

export interface FarEnd {
  host: Host;
  terminal: Terminal;
  /** Some terminal on the way holds input that was not read yet. */
  busy: boolean;
}

const MOST_STAGES = 16;
/** Follows ssh sessions to the terminal that the learner really types into. */
export function farEnd(world: World, id: string): FarEnd | undefined {
  const learner = learnerTerminals(world).get(id);
  let terminal = terminalOf(world, id);
  let host = learner === undefined ? undefined : world.findHost(learner.host);
  let busy = false;
  for (let stage = 0; terminal !== undefined && host !== undefined && stage < MOST_STAGES; stage++) {
    const relay = terminal.state?.relay;
    const far = relay === undefined ? undefined : world.findHost(relay.host);
    const next = relay === undefined ? undefined : far?.terminals.find(relay.terminal);
    if (far === undefined || next === undefined) return { host, terminal, busy };
    busy ||= (terminal.state?.input.length ?? 0) > 0;
    host = far;
    terminal = next;
  }
  return undefined;
}
