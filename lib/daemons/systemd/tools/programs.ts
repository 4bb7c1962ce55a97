/** Programs of the base system that only have to be there: they take their time and end, or serve for ever. */
import type { DaemonDefinition, Program } from '../../../world/process.contract';

/** A helper that does its work out of sight. */
export function quiet(millis: number): Program {
  return function* (context) {
    yield* context.sleep(millis * 1_000);
    return 0;
  };
}
/** A daemon that answers nobody. Its own protocol (D-Bus, udev, logind, NTP) is not modelled. */
export function background(kind: { rssKiB: number; readyMillis: number; becomes?: string }): Program {
  return function* (context) {
    yield* context.sleep(kind.readyMillis * 1_000);
    context.process.rssKiB = kind.rssKiB;
    const user = kind.becomes === undefined ? undefined : context.host.user(kind.becomes);
    if (user !== undefined)
      Object.assign(context.process, { uid: user.uid, gid: user.gid, groups: user.groups });
    context.notify('READY=1');
    context.become('systemd/background', {});
    return yield* context.serve();
  };
}
/** systemd-logind, which says what seats there are. Sessions are told by who opens them (sshd). */
export const logind: Program = function* (context) {
  yield* context.sleep(90_000);
  context.process.rssKiB = 6_816;
  context.syslog({ facility: 'auth', priority: 'info', tag: 'systemd-logind', text: 'New seat seat0.' });
  context.notify('READY=1');
  context.become('systemd/background', {});
  return yield* context.serve();
};
export const backgroundDaemon: DaemonDefinition<object> = { kind: 'systemd/background' };

/** Maintenance jobs (apt, man-db …) run and change nothing. */
export const notModelled: Program = function* (context) {
  const name = (context.argv[0] ?? '').replace(/^.*\//, '');
  if (context.stderr.tty !== undefined) yield* context.err(`${name}: not modelled\n`);
  return 0;
};
