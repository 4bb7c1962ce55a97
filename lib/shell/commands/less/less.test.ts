/** less on a terminal of 10 rows and 60 columns; what is expected was recorded from less 590 on Debian 12. */
import { expect, test } from 'vitest';
import { Kernel } from '../../../kernel/kernel';
import { createNetwork } from '../../../world/network/network';
import type { ExitStatus } from '../../../world/process.contract';
import { PluginRegistry } from '../../../world/registry';
import { SimulatedWorld } from '../../../world/world';
import { COMMAND_PACKAGES, registerCommands } from '../registry';

const ROWS = 10;
const LONG = 'x'.repeat(70);
/** Lines 7, 14, 21 … are longer than the screen is wide. */
const TEXT = Array.from({ length: 45 }, (_, at) => `line ${at + 1} ${(at + 1) % 7 === 0 ? LONG : ''}\n`).join(
  '',
);
const SYSTEMD = 'FRSXMK';

/** As much of a terminal as less uses. */
class Screen {
  rows = Array.from({ length: ROWS }, () => '');
  #row = 0;
  #column = 0;
  write(text: string): void {
    for (const part of text.match(/\u001b\[[?\d;]*[A-Za-z]|\u001b[=>M]|[\s\S]/g) ?? []) this.#part(part);
  }
  #part(part: string): void {
    const row = /^\u001b\[(\d+);1H$/.exec(part)?.[1];
    if (row !== undefined) [this.#row, this.#column] = [Number(row) - 1, 0];
    else if (part === '\u001b[H') [this.#row, this.#column] = [0, 0];
    else if (part === '\u001b[2J') this.rows = this.rows.map(() => '');
    else if (part === '\u001b[K') this.rows[this.#row] = (this.rows[this.#row] ?? '').slice(0, this.#column);
    else if (part === '\r') this.#column = 0;
    else if (part === '\n') {
      this.#column = 0;
      this.#row += 1;
      if (this.#row < ROWS) return;
      this.rows = [...this.rows.slice(1), ''];
      this.#row = ROWS - 1;
    } else if (part >= ' ') {
      const line = (this.rows[this.#row] ?? '').padEnd(this.#column);
      this.rows[this.#row] = line.slice(0, this.#column) + part + line.slice(this.#column + 1);
      this.#column += 1;
    }
  }
}

function open(argv: readonly string[], { stdin, env = '' }: { stdin?: string; env?: string }) {
  const kernel = new Kernel({ seed: 1 });
  const registry = new PluginRegistry();
  registerCommands(registry);
  const world = new SimulatedWorld({ kernel, registry, network: createNetwork });
  const packages = COMMAND_PACKAGES.filter((name) => registry.packageFiles(name) !== undefined);
  const files = { '/w/f.txt': { text: TEXT }, '/w/s.txt': { text: 'one\ntwo\n' } };
  const host = world.addHost({ name: 'web01', interfaces: [], packages, files });
  const terminal = host.terminals.create({ screen: true });
  terminal.resize(60, ROWS);
  let status: ExitStatus | undefined;
  const session = world.spawn(host, {
    argv: ['test'],
    cwd: '/w',
    session: true,
    tty: terminal.id,
    *program(context) {
      context.signal('INT', 'ignore');
      const fds = new Map([0, 1, 2].map((fd) => [fd, terminal.slave]));
      if (stdin !== undefined) fds.set(0, host.streams.text(stdin));
      const child = context.spawn({ argv, path: '/usr/bin/less', fds, env: new Map([['LESS', env]]) });
      if (typeof child === 'number') status = yield* context.wait(child);
      return 0;
    },
  });
  const screen = new Screen();
  const press = (keys: string) => {
    terminal.input(keys);
    kernel.runUntil(kernel.now + 100_000);
    screen.write(terminal.takeOutput());
    return screen.rows.map((row) => row.trimEnd());
  };
  if (typeof session === 'number') terminal.setSession(session);
  return { press, terminal, ended: () => status?.code };
}
const lines = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => {
    const number = from + at;
    const line = `line ${number}`;
    return number % 7 === 0 ? `${line} ${LONG}`.slice(0, 59) + '>' : line;
  });

test('what fits on one screen is printed, and that is all', () => {
  const { press, ended } = open(['less'], { stdin: 'a\nb\n', env: SYSTEMD });
  expect(press('').slice(0, 3)).toEqual(['a', 'b', '']);
  expect(ended()).toBe(0);
});

test('as systemd calls it: by screens, lines, halves, to the ends', () => {
  const { press, ended } = open(['less'], { stdin: TEXT, env: SYSTEMD });
  expect(press('')).toEqual([...lines(1, 9), 'lines 1-9']);
  expect(press(' ')).toEqual([...lines(10, 18), 'lines 10-18']);
  expect(press('j')).toEqual([...lines(11, 19), 'lines 11-19']);
  expect(press('k')).toEqual([...lines(10, 18), 'lines 10-18']);
  expect(press('b')).toEqual([...lines(1, 9), 'lines 1-9']);
  expect(press('G')).toEqual([...lines(37, 45), 'lines 37-45/45 (END)']);
  expect(press('g')).toEqual([...lines(1, 9), 'lines 1-9/45 17%']);
  expect(press('d')).toEqual([...lines(6, 14), 'lines 6-14/45 31%']);
  expect(press('u')).toEqual([...lines(1, 9), 'lines 1-9/45 17%']);
  expect(press('\u001bOB')).toEqual([...lines(2, 10), 'lines 2-10/45 19%']);
  expect(press('\u001b[6~')).toEqual([...lines(11, 19), 'lines 11-19/45 37%']);
  expect(ended()).toBeUndefined();
  expect(press('q').at(-1)).toBe('');
  expect(ended()).toBe(0);
});

test('a search goes to the next line that matches, and back', () => {
  const { press } = open(['less'], { stdin: TEXT, env: SYSTEMD });
  press('');
  press('G');
  press('g');
  expect(press('/line 3').at(-1)).toBe('/line 3');
  expect(press('\n')).toEqual([...lines(3, 11), 'lines 3-11/45 20%']);
  expect(press('n')).toEqual([...lines(30, 38), 'lines 30-38/45 84%']);
  expect(press('N')).toEqual([...lines(3, 11), 'lines 3-11/45 20%']);
  expect(press('/nothing\n').at(-1)).toBe('Pattern not found  (press RETURN)');
  expect(press('\n').at(-1)).toBe('lines 3-11/45 20%');
});

test('+G begins at the end, Ctrl-C leaves with -K', () => {
  const last = open(['less', '+G'], { stdin: TEXT, env: SYSTEMD });
  expect(last.press('')).toEqual([...lines(37, 45), 'lines 37-45/45 (END)']);
  const found = open(['less', '+/line 3'], { stdin: TEXT, env: SYSTEMD });
  expect(found.press('')[0]).toBe('line 3');
  const nowhere = open(['less', '+/nowhere'], { stdin: TEXT, env: SYSTEMD });
  expect(nowhere.press('').at(-1)).toBe('Pattern not found  (press RETURN)');
  expect(nowhere.press('\n')).toEqual([...lines(1, 9), 'lines 1-9/45 17%']);
  last.press('q');
  expect(last.ended()).toBe(0);
  const cut = open(['less'], { stdin: TEXT, env: SYSTEMD });
  cut.press('');
  cut.press('\u0003');
  expect(cut.ended()).toBe(2);
});

test('a file has its name at the first prompt, folds long lines and waits to be left', () => {
  const { press, ended, terminal } = open(['less', 'f.txt'], {});
  const first = press('');
  expect(first.slice(0, 6)).toEqual(lines(1, 6));
  expect(first.slice(6, 8)).toEqual([`line 7 ${'x'.repeat(53)}`, 'x'.repeat(17)]);
  expect(first.slice(8)).toEqual(['line 8', 'f.txt']);
  expect(press(' ').at(-1)).toBe(':');
  expect(press('G').at(-1)).toBe('(END)');
  expect(press('=').at(-1)).toBe('f.txt lines 38-45/45 byte 816/816 (END)  (press RETURN)');
  expect(terminal.state?.canonical).toBe(false);
  press('q');
  expect(ended()).toBe(0);
  expect(terminal.state?.canonical).toBe(true);
});

test('a short file stays until q, and what is not modelled says so', () => {
  const { press, ended } = open(['less', 's.txt'], {});
  expect(press('').slice(0, 3)).toEqual(['one', 'two', 's.txt (END)']);
  expect(
    press(' ')
      .filter((row) => row !== '')
      .at(-1),
  ).toBe('(END)');
  expect(press('h').some((row) => row.startsWith('not modelled: help'))).toBe(true);
  press('q');
  expect(ended()).toBe(0);
});

test('wrong words', () => {
  const missing = open(['less', 'nothing.txt'], {});
  expect(missing.press('')[0]).toBe('nothing.txt: No such file or directory');
  expect(missing.ended()).toBe(1);
  const none = open(['less'], {});
  expect(none.press('')[0]).toBe('Missing filename ("less --help" for help)');
  const wrong = open(['less', '-l', 'f.txt'], {});
  expect(wrong.press('')[0]).toBe('There is no -l option ("less --help" for help)');
  expect(wrong.ended()).toBe(1);
});
