/** What sudo, su and runuser share: an account's shell and environment, PAM's lines in the log, and waiting for the child. */
import type {
  ProgramContext,
  ProgramRun,
  SignalName,
  SpawnOptions,
  Wait,
  Wake,
} from '../../world/process.contract';
import { sessionLimits } from '../../world/session-limits';
import { SIGNAL_NUMBERS } from '../../world/signals';
import type { UserRecord } from '../../world/world.contract';

/** login.defs(5) ENV_PATH and ENV_SUPATH. */
export const USER_PATH = '/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games';
export const ROOT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const FORWARDED: readonly SignalName[] = ['TERM', 'HUP', 'USR1', 'USR2'];
const KEYBOARD: readonly SignalName[] = ['INT', 'QUIT'];

export function shellOf(user: UserRecord): string {
  return user.shell === '' ? '/bin/sh' : user.shell;
}
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
/** `pts/0`, or undefined without a terminal. */
export function terminalOf(context: ProgramContext): string | undefined {
  return context.process.tty?.replace(/^\/dev\//, '');
}
/** Name as utmp has it: only who came in by a terminal is there. */
function by(context: ProgramContext): string {
  const name = terminalOf(context) === undefined ? '' : (context.host.user(context.who.uid)?.name ?? '');
  return `${name}(uid=${context.who.uid})`;
}
export function logAuth(context: ProgramContext, tag: string, text: string): void {
  context.syslog({ facility: 'authpriv', priority: 'notice', tag, text });
}
function logSession(context: ProgramContext, tag: string, service: string, text: string): void {
  context.syslog({
    facility: 'authpriv',
    priority: 'info',
    tag,
    text: `pam_unix(${service}:session): ${text}`,
  });
}

/** Runs a command as another user in a PAM session; its exit code, or 128 + signal. */
export function* runAs(
  context: ProgramContext,
  user: UserRecord,
  how: SpawnOptions & { tag: string; service: string },
): Generator<Wait, number, Wake> {
  const { tag, service, ...options } = how;
  for (const signal of [...FORWARDED, ...KEYBOARD]) context.signal(signal, 'handle');
  logSession(
    context,
    tag,
    service,
    `session opened for user ${user.name}(uid=${user.uid}) by ${by(context)}`,
  );
  const limits = sessionLimits(context.host, user, context.process.limits, (text) =>
    context.syslog({
      facility: 'authpriv',
      priority: 'err',
      tag,
      text: `pam_limits(${service}:session): ${text}`,
    }),
  );
  const child = context.spawn({
    uid: user.uid,
    gid: user.gid,
    groups: user.groups,
    ...(limits === undefined ? {} : { limits }),
    ...options,
  });
  if (typeof child !== 'number') {
    logSession(context, tag, service, `session closed for user ${user.name}`);
    yield* context.err(
      `${tag}: ${child.errno === 'EACCES' ? `unable to execute ${child.path}: Permission denied` : child.errno === 'ENOEXEC' ? `unable to execute ${child.path}: Exec format error` : `unable to execute ${child.path}: No such file or directory`}\n`,
    );
    return child.errno === 'ENOENT' ? 127 : 126;
  }
  return yield* attend(context, { child, tag, service, user: user.name });
}

interface Attended {
  child: number;
  tag: string;
  service: string;
  user: string;
}
/** Waits for the child; a checkpoint may be taken meanwhile. */
function* attend(context: ProgramContext, attended: Attended): Generator<Wait, number, Wake> {
  const { child, tag, service, user } = attended;
  const { world, host } = context;
  for (;;) {
    const process = host.process(child);
    if (process === undefined || process.state === 'zombie') break;
    const wake = yield { children: [child], park: () => ({ kind: 'sudo/session', state: attended }) };
    // What the keyboard sent reached the child as well: it is in the same process group.
    if (wake.reason === 'signal' && wake.signal !== undefined && FORWARDED.includes(wake.signal))
      world.kill(host, child, wake.signal);
  }
  const status = yield* context.wait(child);
  logSession(context, tag, service, `session closed for user ${user}`);
  for (const signal of [...FORWARDED, ...KEYBOARD]) context.signal(signal, 'default');
  if (status.signal === undefined) return status.code ?? 0;
  return 128 + SIGNAL_NUMBERS[status.signal];
}
/** Takes a session up again after a checkpoint. */
export function resumeSession(context: ProgramContext, state: unknown): ProgramRun {
  return attend(context, state as Attended);
}
