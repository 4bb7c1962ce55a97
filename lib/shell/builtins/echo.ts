/** `echo`. */
import { errnoText } from '../commands/errno-text';
import type { Run } from '../shell';
import { mendBytes, readEscape } from '../syntax/ansi-c';
import { type Call, complain } from './builtin';

export function* echo(call: Call): Run<number> {
  const { shell } = call;
  const dash = shell.dialect === 'dash';
  let newline = true;
  let escapes = dash || shell.shopt.xpg_echo;
  let place = 0;
  for (; place < call.args.length; place++) {
    const arg = call.args[place] ?? '';
    if (!(dash ? /^-n$/ : /^-[neE]+$/).test(arg) || (dash && place > 0)) break;
    for (const letter of arg.slice(1)) {
      if (letter === 'n') newline = false;
      else escapes = letter === 'e';
    }
  }
  let text = call.args.slice(place).join(' ');
  if (escapes) {
    const decoded = decodeEcho(text, { dash });
    text = decoded.text;
    if (decoded.stops) newline = false;
  }
  return yield* put(call, newline ? `${text}\n` : text);
}

/** Writes a builtin's output; a failed write is told and has status 1. */
export function* put(call: Call, text: string): Run<number> {
  const problem = yield* call.shell.write(1, text);
  if (problem === undefined) return 0;
  yield* complain(call, `write error: ${errnoText(problem)}`);
  return 1;
}

/** `echo -e`: `\c` ends the output. */
export function decodeEcho(
  text: string,
  { dash }: { readonly dash: boolean } = { dash: false },
): { text: string; stops: boolean } {
  if (!text.includes('\\')) return { text, stops: false };
  let out = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? '';
    const next = text[i + 1];
    if (c !== '\\' || next === undefined) {
      out += c;
      continue;
    }
    if (next === 'c') return { text: mendBytes(out), stops: true };
    // dash takes octal numbers without their zero, too, and no others.
    const isNone = dash ? /[xuUeE]/.test(next) && next !== 'e' : next >= '1' && next <= '7';
    const escape = isNone ? undefined : readEscape(text, i + 1, { octal: 4 });
    if (escape === undefined) {
      out += `\\${next}`;
      i++;
    } else {
      out += escape.text;
      i = escape.end - 1;
    }
  }
  return { text: mendBytes(out), stops: false };
}
