/** What xterm sends for a key press, as names. Bytes in, keys out; unknown sequences are dropped, never typed. */

export type Key = { kind: 'text'; text: string } | { kind: 'named'; name: KeyName };

export type KeyName =
  | 'enter'
  | 'tab'
  | 'backspace'
  | 'delete'
  | 'escape'
  | 'left'
  | 'right'
  | 'up'
  | 'down'
  | 'home'
  | 'end'
  | 'word-left'
  | 'word-right'
  | 'word-delete-right'
  | 'word-delete-left'
  | 'interrupt'
  | 'end-of-file'
  | 'suspend'
  | 'quit'
  | 'kill-right'
  | 'kill-left'
  | 'kill-word'
  | 'yank'
  | 'transpose'
  | 'clear-screen'
  | 'search'
  | 'cancel'
  | 'upper-word'
  | 'lower-word'
  | 'last-argument';

const CONTROLS: Readonly<Record<string, KeyName>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\x7f': 'backspace',
  '\b': 'backspace',
  '\x01': 'home',
  '\x02': 'left',
  '\x03': 'interrupt',
  '\x04': 'end-of-file',
  '\x05': 'end',
  '\x06': 'right',
  '\x07': 'cancel',
  '\x0b': 'kill-right',
  '\x0c': 'clear-screen',
  '\x0e': 'down',
  '\x10': 'up',
  '\x12': 'search',
  '\x14': 'transpose',
  '\x15': 'kill-left',
  '\x17': 'kill-word',
  '\x19': 'yank',
  '\x1a': 'suspend',
  '\x1c': 'quit',
};

const SEQUENCES: Readonly<Record<string, KeyName>> = {
  '[A': 'up',
  '[B': 'down',
  '[C': 'right',
  '[D': 'left',
  '[H': 'home',
  '[F': 'end',
  OA: 'up',
  OB: 'down',
  OC: 'right',
  OD: 'left',
  OH: 'home',
  OF: 'end',
  '[1~': 'home',
  '[4~': 'end',
  '[7~': 'home',
  '[8~': 'end',
  '[3~': 'delete',
  '[1;5D': 'word-left',
  '[1;5C': 'word-right',
  '[1;3D': 'word-left',
  '[1;3C': 'word-right',
  '[3;5~': 'word-delete-right',
  b: 'word-left',
  f: 'word-right',
  d: 'word-delete-right',
  '\x7f': 'word-delete-left',
  u: 'upper-word',
  l: 'lower-word',
  '.': 'last-argument',
  _: 'last-argument',
};

// ESC, then a control sequence, an SS3 letter or one character.
const ESCAPE = /\x1b(?:(\[[0-9;?]*[ -/]*[@-~])|(O[A-Za-z])|([^\x1b[O]))?/y;

export function keysOf(data: string): Key[] {
  const keys: Key[] = [];
  let text = '';
  const flush = () => {
    if (text !== '') keys.push({ kind: 'text', text });
    text = '';
  };
  for (let index = 0; index < data.length; ) {
    const character = data[index] ?? '';
    if (character === '\x1b') {
      ESCAPE.lastIndex = index;
      const [whole = '\x1b', sequence, ss3, single] = ESCAPE.exec(data) ?? [];
      flush();
      const name = whole === '\x1b' ? 'escape' : SEQUENCES[sequence ?? ss3 ?? single ?? ''];
      if (name !== undefined) keys.push({ kind: 'named', name });
      index += whole.length;
      continue;
    }
    const name = CONTROLS[character];
    if (name !== undefined) {
      flush();
      keys.push({ kind: 'named', name });
      // A pasted line may end in CR LF: one Enter.
      index += character === '\r' && data[index + 1] === '\n' ? 2 : 1;
      continue;
    }
    if (character >= ' ') text += character;
    index += 1;
  }
  flush();
  return keys;
}
