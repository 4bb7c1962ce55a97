/** Keys as they arrive from a terminal, and what less does at each. Source: less(1) 590, "COMMANDS". */

export type Deed =
  | { kind: 'lines'; by: number }
  | { kind: 'windows'; by: number }
  | { kind: 'halves'; by: number }
  | { kind: 'sideways'; by: number }
  | { kind: 'to-line'; line: number | undefined; end: boolean }
  | { kind: 'percent'; percent: number }
  | { kind: 'ask'; mark: '/' | '?' | ':' | '-' }
  | { kind: 'again'; reverse: boolean }
  | { kind: 'status' }
  | { kind: 'repaint' }
  | { kind: 'quit' }
  | { kind: 'not-modelled'; what: string }
  | { kind: 'unknown' };

/** One key, or the bytes of one. */
export function nextKey(typed: string): string {
  return /^\u001b(?:[[O](?:\d+(?:;\d+)?~|[A-Za-z])|[^[O]|$)/.exec(typed)?.[0] ?? typed.slice(0, 1);
}

const NAMED: Readonly<Record<string, string>> = {
  A: 'k',
  B: 'j',
  C: 'right',
  D: 'left',
  H: 'g',
  F: 'G',
  '1~': 'g',
  '4~': 'G',
  '5~': 'b',
  '6~': 'f',
  '7~': 'g',
  '8~': 'G',
};

/** `count` is the number typed before the key. */
export function deedOf(key: string, count: number | undefined): Deed {
  const sequence = /^\u001b[[O](.*)$/.exec(key)?.[1];
  const name = sequence === undefined ? key : (NAMED[sequence] ?? '');
  const times = count ?? 1;
  switch (name) {
    case 'j':
    case 'e':
    case '\u0005':
    case '\u000e':
    case '\r':
    case '\n':
      return { kind: 'lines', by: times };
    case 'k':
    case 'y':
    case '\u0019':
    case '\u0010':
    case '\u000b':
      return { kind: 'lines', by: -times };
    case ' ':
    case 'f':
    case 'z':
    case '\u0006':
    case '\u0016':
      return count === undefined ? { kind: 'windows', by: 1 } : { kind: 'lines', by: count };
    case 'b':
    case 'w':
    case '\u0002':
    case '\u001bv':
      return count === undefined ? { kind: 'windows', by: -1 } : { kind: 'lines', by: -count };
    case 'd':
    case '\u0004':
      return { kind: 'halves', by: 1 };
    case 'u':
    case '\u0015':
      return { kind: 'halves', by: -1 };
    case 'g':
    case '<':
    case '\u001b<':
      return { kind: 'to-line', line: count ?? 1, end: false };
    case 'G':
    case '>':
    case '\u001b>':
      return { kind: 'to-line', line: count, end: count === undefined };
    case 'p':
    case '%':
      return { kind: 'percent', percent: count ?? 0 };
    case 'right':
    case '\u001b)':
      return { kind: 'sideways', by: 1 };
    case 'left':
    case '\u001b(':
      return { kind: 'sideways', by: -1 };
    case '/':
    case '?':
    case ':':
    case '-':
      return { kind: 'ask', mark: name };
    case 'n':
      return { kind: 'again', reverse: false };
    case 'N':
      return { kind: 'again', reverse: true };
    case '=':
    case '\u0007':
      return { kind: 'status' };
    case 'r':
    case 'R':
    case '\u000c':
    case '\u0012':
      return { kind: 'repaint' };
    case 'q':
    case 'Q':
    case 'Z':
      return { kind: 'quit' };
    default:
      return NOT_MODELLED[name] === undefined
        ? { kind: 'unknown' }
        : { kind: 'not-modelled', what: NOT_MODELLED[name] ?? '' };
  }
}
const NOT_MODELLED: Readonly<Record<string, string>> = {
  h: 'help; q leaves, space goes on, / searches',
  H: 'help; q leaves, space goes on, / searches',
  F: 'waiting for more; use tail -f or journalctl -f',
  '&': 'showing only some lines; use grep',
  v: 'the editor from here',
  '!': 'commands from here',
  '|': 'commands from here',
  s: 'saving from here',
  m: 'marks',
  "'": 'marks',
};
