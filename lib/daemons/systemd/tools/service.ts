/** service(8) of init-system-helpers, on a host with systemd: it hands over to systemctl. */
import type { Program, ProgramContext, Wait } from '../../../world/process.contract';
import { FileError } from '../../../world/files.contract';
import { managerOf } from '../host-manager';

const USAGE = 'Usage: service < option > | --status-all | [ service_name [ command | --full-restart ] ]\n';
const ROOT = { uid: 0, gid: 0, groups: [] as number[] };

export const serviceProgram: Program = function* (context) {
  const [first, action, ...rest] = context.argv.slice(1);
  if (first === undefined || first === '-h' || first === '--help') {
    yield* context.err(USAGE);
    return first === undefined ? 1 : 0;
  }
  if (first === '--version') {
    yield* context.out('service ver. 1.65.2\n');
    return 0;
  }
  if (first === '--status-all') {
    yield* statusOfAll(context);
    return 0;
  }
  if (action === undefined) {
    yield* context.err(USAGE);
    return 1;
  }
  const unit = `${first}.service`;
  const actions = action === '--full-restart' ? ['stop', 'start'] : [action];
  let code = 0;
  for (const verb of actions) {
    if (!VERBS.test(verb)) return yield* script(context, first, [verb, ...rest]);
    code = yield* run(context, ['systemctl', verb, unit]);
  }
  return code;
};
/** invoke-rc.d(8): as packages' scripts ask for an action. */
export const invokeRcD: Program = function* (context) {
  const [name = '', action = '', ...rest] = context.argv.slice(1).filter((word) => !word.startsWith('--'));
  if (name === '' || action === '') {
    yield* context.err('invoke-rc.d: syntax error: missing required parameter\n');
    return 103;
  }
  if (!context.fs.exists(`/etc/init.d/${name}`)) {
    // With systemd, what is not there is not started either.
    if (VERBS.test(action)) return 0;
    yield* context.err(`invoke-rc.d: unknown initscript, /etc/init.d/${name} not found.\n`);
    return 100;
  }
  return VERBS.test(action)
    ? yield* run(context, ['systemctl', action, `${name}.service`])
    : yield* script(context, name, [action, ...rest]);
};
const VERBS = /^(start|stop|restart|status|reload|force-reload|try-restart)$/;

function* run(context: ProgramContext, argv: string[]): Generator<Wait, number> {
  const pid = context.spawn({ argv, path: '/usr/bin/systemctl' });
  if (typeof pid !== 'number') return 127;
  const status = yield* context.wait(pid);
  return status.code ?? 1;
}
/** Other words are for the script in /etc/init.d, if there is one. */
function* script(context: ProgramContext, name: string, args: string[]): Generator<Wait, number> {
  const path = `/etc/init.d/${name}`;
  if (!context.fs.exists(path)) {
    yield* context.err(`${name}: unrecognized service\n`);
    return 1;
  }
  const pid = context.spawn({ argv: [path, ...args], path });
  if (typeof pid !== 'number') return 126;
  return (yield* context.wait(pid)).code ?? 1;
}
function* statusOfAll(context: ProgramContext): Generator<Wait, void> {
  const names = context.host.fs.readdir('/etc/init.d', ROOT);
  const manager = managerOf(context.host);
  if (names instanceof FileError) return;
  for (const name of names.toSorted()) {
    const active = manager?.unit(`${name}.service`)?.active === 'active';
    yield* context.out(` [ ${active ? '+' : '-'} ]  ${name}\n`);
  }
}
