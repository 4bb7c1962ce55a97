/**
 * A shell that reads its program from standard input: line by line, so that
 * what it starts reads on where it stands.
 */
import type { Run, Shell } from './shell';
import { runPendingTraps } from './run/finish';
import { linesLost, runUnit } from './run/run-text';
import { Parser, type Unit } from './syntax/parser';
import { Source } from './syntax/source';

/** Whether a unit's text could go on in the next line. */
export function isUnfinished(text: string, unit: Unit | undefined): boolean {
  if (unit === undefined) return false;
  if (unit.unfinished || unit.error?.incomplete === true) return true;
  return /(?:^|[^\\])(?:\\\\)*\\\n$/.test(text) && !/(?:^|\s)#[^\n]*\n$/.test(text);
}

/** No line of a program is longer; /dev/zero is. */
const LONGEST_LINE = 1024 * 1024;
const CHARACTERS_PER_COMMAND = 20;

export function* readProgram(shell: Shell): Run<number> {
  let status = 0;
  let lines = 0;
  for (;;) {
    const stream = shell.context.fds.get(0);
    if (stream === undefined) return status;
    let text = yield* readLine(shell);
    if (text === '') return status;
    let atEnd = false;
    while (!atEnd && isUnfinished(text, firstUnit(shell, text))) {
      const more = yield* readLine(shell);
      atEnd = more === '';
      text += more;
    }
    const source = new Source(text);
    const before = shell.lineBase;
    shell.lineBase = lines;
    for (;;) {
      const unit = new Parser(source, shell.lexerOptions).unit();
      if (unit === undefined) break;
      const outcome = yield* runUnit(shell, unit, shell.name);
      if (outcome.ran) status = outcome.status;
      if (outcome.stop) return status;
      if (outcome.dropped !== undefined) {
        lines += linesLost(shell, unit);
        shell.lineBase = lines;
      }
    }
    shell.lineBase = before;
    lines += text.split('\n').length - 1;
    if (shell.pendingTraps.length > 0) yield* runPendingTraps(shell);
  }
}

/** The unit that the last lines belong to. */
function firstUnit(shell: Shell, text: string): Unit | undefined {
  const source = new Source(text);
  let last: Unit | undefined;
  for (;;) {
    const unit = new Parser(source, shell.lexerOptions).unit();
    if (unit === undefined) return last;
    last = unit;
    if (unit.error !== undefined) return unit;
  }
}

/** One line with its newline, '' at the end. A signal that came meanwhile is kept. */
export function* readLine(shell: Shell): Run<string> {
  const stream = shell.context.fds.get(0);
  let line = '';
  for (let taken = 1; stream !== undefined; taken++) {
    const next = stream.read(1);
    if (next === undefined) {
      yield* shell.suspend({ streams: [stream] });
      if (shell.pendingTraps.length > 0) yield* runPendingTraps(shell);
      continue;
    }
    if (next !== '\0') line += next;
    if (next === '' || next === '\n' || line.length > LONGEST_LINE) return line;
    if (taken % CHARACTERS_PER_COMMAND === 0) yield* shell.tick();
  }
  return line;
}
