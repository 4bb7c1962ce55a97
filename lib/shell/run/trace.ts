/** `set -x`: the lines with `+`. */
import { traceQuote } from '../expand/quote';
import { expandJoined } from '../expand/words';
import type { Run, Shell } from '../shell';
import { makeReadWord, partsOf } from '../syntax/word-parts';

/** Prints one line of the trace. */
export function* traceLine(shell: Shell, text: string): Run<void> {
  yield* shell.write(traceDescriptor(shell), `${yield* tracePrefix(shell)}${text}\n`);
}

/** BASH_XTRACEFD, when it names an open descriptor. */
function traceDescriptor(shell: Shell): number {
  const given = shell.dialect === 'bash' ? shell.variables.get('BASH_XTRACEFD') : undefined;
  if (given === undefined || !/^\d+$/.test(given)) return 2;
  return shell.context.fds.has(Number(given)) ? Number(given) : 2;
}

export function* traceWords(shell: Shell, words: readonly string[]): Run<void> {
  const quote = shell.dialect === 'dash' ? (word: string): string => word : traceQuote;
  yield* traceLine(shell, words.map(quote).join(' '));
}

/** PS4 expanded, its first character repeated by the depth of substitutions. */
function* tracePrefix(shell: Shell): Run<string> {
  const ps4 = shell.variables.get('PS4');
  if (ps4 === undefined) return '+ '.slice(0, 0);
  let text = ps4;
  if (/[$`\\]/.test(ps4)) {
    const { xtrace } = shell.options;
    const { status } = shell;
    shell.options.xtrace = false;
    text = (yield* expandJoined(shell, partsOf(makeReadWord(ps4, 'double')))).text;
    shell.options.xtrace = xtrace;
    shell.status = status;
  }
  return shell.dialect === 'dash' ? text : (text[0] ?? '').repeat(shell.traceDepth) + text;
}
