/** systemd-journald: says where the journal is kept. The log itself is the host's. */
import type { Program } from '../../../world/process.contract';
import {
  beginJournal,
  isPersistent,
  journaldSays,
  machineOf,
  openJournal,
  PERSISTENT,
  VOLATILE,
} from '../journal-store';

export const journald: Program = function* (context) {
  const { host } = context;
  const say = (text: string): void => journaldSays(host, context.pid, text);
  const isFirst = !host.state.log.some(
    ({ tag, boot }) => tag === 'systemd-journald' && boot === host.state.bootId,
  );
  beginJournal(host);
  say('Journal started');
  yield* context.sleep(45_000);
  // At boot the journal starts in memory; systemd-journal-flush.service moves it to the disk.
  const stored = isFirst ? 'volatile' : openJournal(host);
  if (isFirst) host.fs.mkdir('/run/log', 0o755, context.who);
  const kind = stored === 'persistent' ? `System Journal (${PERSISTENT}/` : `Runtime Journal (${VOLATILE}/`;
  const limits = stored === 'persistent' ? '8.0M, max 974.0M, 966.0M free.' : '8.0M, max 48.6M, 40.6M free.';
  say(`${kind}${machineOf(host)}) is ${limits}`);
  context.process.rssKiB = 10_824;
  context.notify('READY=1');
  context.become('systemd/background', {});
  return yield* context.serve();
};
/** `journalctl --flush`: from /run to /var, when there is a place for it. */
export function flushJournal(host: Parameters<typeof openJournal>[0]): void {
  const before = isPersistent(host);
  const stored = openJournal(host);
  if (before || stored !== 'persistent') return;
  const journald = host.processes().find((process) => process.unit === 'systemd-journald.service');
  journaldSays(
    host,
    journald?.pid ?? 1,
    `System Journal (${PERSISTENT}/${machineOf(host)}) is 8.0M, max 974.0M, 966.0M free.`,
  );
}
