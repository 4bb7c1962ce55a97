/** systemctl(1): finds the verb and speaks to the manager of its host. */
import type { Program } from '../../../world/process.contract';
import { FEATURES, managerOf, VERSION } from '../host-manager';
import { paged } from '../paged';
import { parseCommandLine } from './options';
import type { Call, Run } from './output';
import { NOT_MODELLED, VERBS } from './verbs';

/** Verbs that print more than a word. */
const PAGED = /^(list-.*|status|show|cat)$/;
/** A round trip over the bus. */
const BUS_MICROS = 3_000;

export const systemctl: Program = function* (context) {
  const line = parseCommandLine(context.argv.slice(1));
  if (typeof line === 'string') {
    yield* context.err(`${context.argv[0] ?? 'systemctl'}: ${line}\n`);
    return 1;
  }
  if (line.special === 'version') {
    yield* context.out(`systemd 252 (${VERSION})\n${FEATURES}\n`);
    return 0;
  }
  if (line.special === 'help') {
    yield* context.out(
      'systemctl [OPTIONS...] COMMAND ...\n\nQuery or send control commands to the system manager.\n\nSee the systemctl(1) man page for details.\n',
    );
    return 0;
  }
  if (line.special === 'user') {
    yield* context.err('Failed to connect to bus: No medium found\n');
    return 1;
  }
  if (line.options.wait && !line.options.block) {
    yield* context.err('--wait may not be combined with --no-block.\n');
    return 1;
  }
  const [word = 'list-units', ...args] = line.words;
  const verb = VERBS[word];
  if (verb === undefined) {
    yield* context.err(
      NOT_MODELLED.has(word) ? `systemctl: not modelled: ${word}\n` : `Unknown command verb ${word}.\n`,
    );
    return 1;
  }
  if (args.length < verb.least) {
    yield* context.err('Too few arguments.\n');
    return 1;
  }
  if (args.length > verb.most) {
    yield* context.err('Too many arguments.\n');
    return 1;
  }
  const color = context.stdout.tty !== undefined;
  const act = (): Run<number> =>
    withManager(context, (manager) => verb.run({ context, manager, options: line.options, args, color }));
  const code: number = yield* PAGED.test(word) ? paged(context, act) : act();
  return code;
};
/** Runs with the manager, or says that there is none. */
export function* withManager(
  context: Call['context'],
  run: (manager: Call['manager']) => Run<number>,
): Run<number> {
  yield* context.sleep(BUS_MICROS);
  const manager = managerOf(context.host);
  if (manager !== undefined) {
    manager.mounts.notice();
    return yield* run(manager);
  }
  yield* context.err(
    "System has not been booted with systemd as init system (PID 1). Can't operate.\nFailed to connect to bus: Host is down\n",
  );
  return 1;
}
