/**
 * On a terminal systemd's tools send what they print through a pager: $SYSTEMD_PAGER, $PAGER, or less with
 * "FRSXMK" (quit when it fits, colours, chop, stay on the screen, long prompt, Ctrl-C leaves).
 * Source: systemd 252 `pager.c`. Departs: other pagers than less are taken for none.
 */
import type { ProgramContext, Wait, Wake } from '../../world/process.contract';

type Run<T> = Generator<Wait, T, Wake>;
const LESS = 'FRSXMK';
const PAGER = '/usr/bin/pager';

export interface PagerWish {
  /** `journalctl -e`: begins at the end. */
  jumpToEnd?: boolean;
}

/** Runs `print` with its standard output in a pager, when there is a terminal and nobody said --no-pager. */
export function* paged(context: ProgramContext, print: () => Run<number>, wish: PagerWish = {}): Run<number> {
  if (!isWanted(context)) return yield* print();
  const terminal = context.stdout;
  const { reader, writer } = context.host.streams.pipe();
  reader.retain();
  writer.retain();
  const options = context.env.get('SYSTEMD_LESS') ?? LESS;
  const pid = context.spawn({
    argv: ['pager'],
    path: PAGER,
    fds: new Map([
      [0, reader],
      [1, terminal],
      [2, context.stderr],
    ]),
    env: new Map([...context.env, ['LESS', wish.jumpToEnd === true ? `${options} +G` : options]]),
  });
  reader.close();
  if (typeof pid !== 'number') {
    writer.close();
    return yield* print();
  }
  // Ctrl-C is the pager's.
  context.signal('INT', 'ignore');
  context.fds.set(1, writer);
  const code = yield* print();
  writer.close();
  context.fds.set(1, terminal);
  yield* context.wait(pid);
  return code;
}

function isWanted({ argv, env, stdout, fs }: ProgramContext): boolean {
  const words = argv.slice(1);
  const end = words.indexOf('--');
  if (stdout.tty === undefined || words.slice(0, end < 0 ? undefined : end).includes('--no-pager'))
    return false;
  const term = env.get('TERM') ?? '';
  if (term === '' || term === 'dumb') return false;
  const chosen = env.get('SYSTEMD_PAGER') ?? env.get('PAGER');
  return (chosen === undefined || /^(pager|less)$/.test(chosen.replace(/^.*\//, ''))) && fs.exists(PAGER);
}
