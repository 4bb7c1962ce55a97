/** Sets `{a,b}` and ranges `[1-3]`, `[a-z:2]` in URLs. Source: tool_urlglob.c of curl 7.88. */

export interface Globbed {
  readonly url: string;
  /** What each pattern stands for in this one: `#1`, `#2` in the name of the output. */
  readonly parts: readonly string[];
}
/** Positions count from 1. */
interface GlobProblem {
  readonly reason: string;
  readonly position: number;
}
interface Scanned {
  readonly choices: readonly string[];
  readonly end: number;
}
/** Sets, ranges and what stands between them: GLOB_PATTERN_NUM. */
const MOST_PIECES = 100;
/** No more URLs than that are made of one. */
const MOST_URLS = 10_000;

/** All URLs that are meant, the last pattern running fastest; a string is curl's complaint. */
export function globbed(text: string): Globbed[] | string {
  const pieces: Piece[] = [];
  let fixed = '';
  /** curl counts each set one letter short. */
  let sets = 0;
  const complain = ({ reason, position }: GlobProblem): string =>
    complaint(text, { reason, position: position - sets });
  for (let at = 0; at < text.length; ) {
    const letter = text[at] ?? '';
    const literal = letter === '[' ? literalBracket(text, at) : undefined;
    if (literal !== undefined) {
      fixed += literal;
      at += literal.length;
      continue;
    }
    if (letter === '\\' && /[[\]{}]/.test(text[at + 1] ?? '')) {
      fixed += text[at + 1] ?? '';
      at += 2;
      continue;
    }
    if (letter === '}' || letter === ']')
      return complain({ reason: 'unmatched close brace/bracket', position: at + 1 });
    if (letter !== '{' && letter !== '[') {
      fixed += letter;
      at += 1;
      continue;
    }
    const found = letter === '{' ? setAt(text, at + 1) : rangeAt(text, at + 1);
    if ('reason' in found) return complain(found);
    if (letter === '{') sets += 1;
    if (fixed !== '') pieces.push({ fixed: true, choices: [fixed] });
    pieces.push({ fixed: false, choices: found.choices });
    fixed = '';
    at = found.end;
    if (pieces.length >= MOST_PIECES) return complain({ reason: 'too many globs', position: at + 1 });
  }
  pieces.push({ fixed: true, choices: [fixed] });
  return pieces.reduce<Globbed[]>(continued, [{ url: '', parts: [] }]);
}
interface Piece {
  fixed: boolean;
  choices: readonly string[];
}
/** Each of the URLs so far, with each choice of the next piece. */
function continued(list: readonly Globbed[], { fixed, choices }: Piece): Globbed[] {
  const made: Globbed[] = [];
  for (const { url, parts } of list)
    for (const choice of choices) {
      if (made.length >= MOST_URLS) return made;
      made.push({ url: url + choice, parts: fixed ? parts : [...parts, choice] });
    }
  return made;
}
/** The name of an output with `#1` and so on filled in. */
export function outputName(name: string, parts: readonly string[]): string {
  return name.replace(/#(\d+)/g, (whole, number: string) => parts[Number(number) - 1] ?? whole);
}

function complaint(text: string, { reason, position }: GlobProblem): string {
  return `${reason} in URL position ${position}:\n${text}\n${' '.repeat(position - 1)}^`;
}
/** `[]` and an address of IPv6 are no ranges. */
function literalBracket(text: string, at: number): string | undefined {
  const end = text.indexOf(']', at);
  if (end < 0) return undefined;
  const inside = text.slice(at + 1, end);
  return inside === '' || (inside.includes(':') && /^[0-9a-f:.%]+$/i.test(inside) && !/^\d+-/.test(inside))
    ? text.slice(at, end + 1)
    : undefined;
}
function setAt(text: string, start: number): Scanned | GlobProblem {
  const choices: string[] = [];
  let current = '';
  for (let at = start; ; at++) {
    const letter = text[at];
    if (letter === undefined) return { reason: 'unmatched brace', position: start };
    if (letter === '{' || letter === '[') return { reason: 'nested brace', position: at + 1 };
    if (letter === ']') return { reason: 'unexpected close bracket', position: at + 1 };
    if (letter === '}' && at === start) return { reason: 'empty string within braces', position: at + 1 };
    if (letter === ',' || letter === '}') {
      choices.push(current);
      current = '';
      if (letter === '}') return { choices, end: at + 1 };
    } else if (letter === '\\' && at + 1 < text.length) current += text[++at] ?? '';
    else current += letter;
  }
}
function rangeAt(text: string, start: number): Scanned | GlobProblem {
  const first = text[start] ?? '';
  if (/[a-z]/i.test(first)) return letterRangeAt(text, start);
  if (!/\d/.test(first)) return { reason: 'bad range specification', position: start + 1 };
  const rest = text.slice(start);
  const found = /^(\d+)-[ \t]*(\d+)(?::(\d+))?\]/.exec(rest);
  // The place is where curl had read to: the second number, or the first.
  const read = /^\d+-[ \t]*/.exec(rest)?.[0].length ?? 0;
  const [whole = '', from = '', to = '', by] = found ?? [];
  const [low, high, step] = [Number(from), Number(to), Number(by ?? 1)];
  const fits = low === high ? step === 1 : low < high && step > 0 && step <= high - low;
  if (found === null) return { reason: 'bad range', position: start + read + 1 };
  if (!fits) return { reason: 'bad range', position: start + whole.length + 1 };
  const width = from.startsWith('0') ? from.length : 0;
  const choices: string[] = [];
  for (let value = low; value <= high && choices.length < MOST_URLS; value += step)
    choices.push(String(value).padStart(width, '0'));
  return { choices, end: start + whole.length };
}
function letterRangeAt(text: string, start: number): Scanned | GlobProblem {
  const found = /^(.)-(.)(?::(\d+))?\]/.exec(text.slice(start));
  if (found === null) return { reason: 'bad range', position: start + 1 };
  const [whole = '', from = '', to = '', by] = found;
  const [low, high, step] = [from.charCodeAt(0), to.charCodeAt(0), Number(by ?? 1)];
  const fits = low === high ? step === 1 : low < high && step > 0 && step <= high - low && high - low <= 25;
  if (!fits) return { reason: 'bad range', position: start + whole.length + 1 };
  const choices: string[] = [];
  for (let code = low; code <= high; code += step) choices.push(String.fromCharCode(code));
  return { choices, end: start + whole.length };
}
