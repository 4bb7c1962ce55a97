/** `haproxy -c -f FILE` for the editor: what it would print and return if the file had this text. */
import { ROOT } from '../../world/files';
import type { CheckedFile, FileChecker } from '../../world/world.contract';
import type { CheckResult } from './checker';
import { load } from './load';
import { formatMessage } from './messages';

/** Nobody has run it, so its messages carry the number of no process. */
const NO_PID = 0;

export const haproxyFile: FileChecker = {
  language: 'haproxy',
  matches: (path) => /^\/etc\/haproxy\/[^/]+\.cfg$/.test(path),
  command: (path) => `haproxy -c -f ${path}`,
  check(host, path, text): CheckedFile {
    // Names of servers are not asked of a resolver here.
    const result = load(host, [{ path, text }], new Map(), ROOT);
    const said = result.messages.map((message) => formatMessage(message, NO_PID)).join('');
    const { exit, verdict } = verdictOf(result);
    return { exit, output: `${said}${verdict}`, diagnostics: result.diagnostics };
  },
};

function verdictOf(result: CheckResult): { exit: number; verdict: string } {
  if (result.stoppedAt !== undefined) return { exit: 1, verdict: '' };
  if (!result.hasListener)
    return {
      exit: 2,
      verdict: 'Configuration file has no error but will not start (no listener) => exit(2).\n',
    };
  const warnings = result.hasWarnings ? 'Warnings were found.\n' : '';
  return { exit: 0, verdict: `${warnings}Configuration file is valid\n` };
}
