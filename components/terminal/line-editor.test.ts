import { describe, expect, test } from 'vitest';
import { keysOf } from './keys';
import { commonStart, complete, EMPTY_LINE, type LineEffect, type LineState, pressKey } from './line-editor';

const NAMES: Readonly<Record<string, string>> = {
  LEFT: '\x1b[D',
  RIGHT: '\x1b[C',
  UP: '\x1b[A',
  DOWN: '\x1b[B',
  HOME: '\x1b[H',
  END: '\x1b[F',
  DEL: '\x1b[3~',
  BS: '\x7f',
  ENTER: '\r',
  TAB: '\t',
  ESC: '\x1b',
};

/** Types `input` (`<LEFT>`, `<^A>`, `<M-b>` for keys) and shows the line with a bar for the cursor. */
function typed(
  input: string,
  history: readonly string[] = [],
): { line: string; state: LineState; effects: LineEffect[] } {
  const data = input.replace(/<(\^|M-)?([^>]+)>/g, (_, modifier: string | undefined, name: string) => {
    if (modifier === '^') return String.fromCharCode(name.charCodeAt(0) & 31);
    if (modifier === 'M-') return `\x1b${NAMES[name] ?? name}`;
    return NAMES[name] ?? name;
  });
  let state: LineState = { ...EMPTY_LINE, history, entry: history.length };
  const effects: LineEffect[] = [];
  for (const key of keysOf(data)) {
    const step = pressKey(state, key);
    state = step.state;
    if (step.effect !== undefined) effects.push(step.effect);
  }
  return { line: `${state.text.slice(0, state.cursor)}|${state.text.slice(state.cursor)}`, state, effects };
}

test.each([
  ['ls -l', 'ls -l|'],
  ['ls<LEFT>x', 'lx|s'],
  ['ls -l<^A>sudo ', 'sudo |ls -l'],
  ['ls -l<HOME><RIGHT><^K>', 'l|'],
  ['ls -l<^U>', '|'],
  ['rm -rf /tmp/a<^W>', 'rm -rf |'],
  ['rm -rf /tmp/a<M-BS>', 'rm -rf /tmp/|'],
  ['cat a b<^W><^Y><^Y>', 'cat a bb|'],
  ['ab<^T>', 'ba|'],
  ['one two<M-b>', 'one |two'],
  ['one two<^A><M-f>', 'one| two'],
  ['one two<^A><M-d>', '| two'],
  ['one<^A><M-u>', 'ONE|'],
  ['a😀<BS>', 'a|'],
  ['a😀<LEFT>b', 'ab|😀'],
  ['abc<HOME><DEL>', '|bc'],
  ['abc<HOME><^D>', '|bc'],
])('%s', (input, line) => {
  expect(typed(input).line).toBe(line);
});

describe('history', () => {
  const history = ['ip addr', 'systemctl status haproxy', 'curl -sI localhost'];
  test.each([
    ['<UP>', 'curl -sI localhost|'],
    ['<UP><UP>', 'systemctl status haproxy|'],
    ['half<UP><DOWN>', 'half|'],
    ['<^R>ip', '|ip addr'],
    ['<^R>s<^R>', '|systemctl status haproxy'],
    ['<^R>status<RIGHT>', 'systemctl s|tatus haproxy'],
    ['keep<^R>addr<^G>', 'keep|'],
    ['x <M-.>', 'x localhost|'],
  ])('%s', (input, line) => {
    expect(typed(input, history).line).toBe(line);
  });

  test('past either end rings and stays', () => {
    expect(typed('<UP><UP>', ['one'])).toMatchObject({ line: 'one|', effects: [{ kind: 'bell' }] });
    expect(typed('<DOWN>', ['one'])).toMatchObject({ line: '|', effects: [{ kind: 'bell' }] });
  });
});

test('effects', () => {
  expect(typed('ls<ENTER>pwd<ENTER>').effects).toEqual([
    { kind: 'submit', text: 'ls' },
    { kind: 'submit', text: 'pwd' },
  ]);
  expect(typed('ls<^C>').effects).toEqual([{ kind: 'interrupt' }]);
  expect(typed('<^D>').effects).toEqual([{ kind: 'end-of-file' }]);
  expect(typed('<^Z>').effects).toEqual([{ kind: 'suspend' }]);
  expect(typed('<ESC>').effects).toEqual([{ kind: 'leave' }]);
});

test('what is not a key is not typed', () => {
  expect(typed('a\x1b[24~b\x00c').line).toBe('abc|');
});

describe('completion', () => {
  const at = (text: string) => ({ ...EMPTY_LINE, text, cursor: text.length });
  test('one word ends with a blank', () =>
    expect(complete(at('systemc'), 0, ['systemctl']).text).toBe('systemctl '));
  test('a folder does not', () => expect(complete(at('cat /et'), 4, ['/etc/']).text).toBe('cat /etc/'));
  test('several share their start', () =>
    expect(complete(at('s'), 0, ['systemctl', 'systemd-run']).text).toBe('system'));
  test('nothing shared changes nothing', () =>
    expect(complete(at('sys'), 0, ['sysctl', 'systemctl']).text).toBe('sys'));
  test('common start', () => expect(commonStart([])).toBe(''));
});
