import { expect, test } from 'vitest';
import type { TerminalScreen } from '@/lib/client/terminal-screens';
import { LineDiscipline } from './line-discipline';
import { columnAfter, listWords, paintLine, widthOfText } from './line-painter';
import { EMPTY_LINE } from './line-editor';

/** A terminal of 20 columns that understands what the painter writes, as lines of text. */
class Paper {
  rows: string[] = [''];
  row = 0;
  column = 0;
  write(text: string) {
    for (const part of text.match(/\x1b\[\d*[AGJ]|\x1bc|[\s\S]/g) ?? []) this.#part(part);
  }
  #part(part: string) {
    const count = Number(/\d+/.exec(part)?.[0] ?? 1);
    if (part === '\x1bc') Object.assign(this, { rows: [''], row: 0, column: 0 });
    else if (part.endsWith('A') && part.length > 1) this.row -= count;
    else if (part.endsWith('G') && part.length > 1) this.column = count - 1;
    else if (part === '\x1b[J')
      this.rows = [...this.rows.slice(0, this.row), (this.rows[this.row] ?? '').slice(0, this.column)];
    else if (part === '\n') this.#newLine();
    else if (part === '\b') this.column -= 1;
    else if (part >= ' ') this.#character(part);
  }
  #newLine() {
    this.row += 1;
    this.column = 0;
    this.rows[this.row] ??= '';
  }
  #character(character: string) {
    if (this.column === 20) this.#newLine();
    const line = (this.rows[this.row] ?? '').padEnd(this.column);
    this.rows[this.row] = line.slice(0, this.column) + character + line.slice(this.column + 1);
    this.column += 1;
  }
  get text() {
    return this.rows
      .map((line) => line.trimEnd())
      .join('\n')
      .trimEnd();
  }
}

function setup(options: { readOnly?: 'looking-back' | 'tomorrow'; words?: string[] } = {}) {
  const paper = new Paper();
  const sent: string[] = [];
  const line = new LineDiscipline({
    write: (text) => paper.write(text),
    columns: () => 20,
    readOnly: () => options.readOnly,
    sendRaw: () => undefined,
    sendLine: (text) => sent.push(text),
    sendKey: (key) => sent.push(`<${key}>`),
    complete: () => Promise.resolve({ from: 0, words: options.words ?? [] }),
    history: () => Promise.resolve(['before']),
    refuse: (reason) => sent.push(`refused ${reason}`),
    leave: () => sent.push('<leave>'),
    reopen: () => sent.push('<reopen>'),
  });
  let whole = '';
  const host = (text: string, more: Partial<TerminalScreen> = {}) => {
    whole += text;
    line.receive({
      text,
      reset: false,
      screen: { text: whole, awaiting: true, prompt: '$ ', echo: true, closed: false, ...more },
    });
  };
  return { paper, sent, line, host };
}

test('a line is typed, sent and answered', () => {
  const { paper, sent, line, host } = setup();
  host('');
  line.input('ls');
  expect(paper.text).toBe('$ ls');
  line.input('\r');
  host('a b\n');
  expect(sent).toEqual(['ls']);
  expect(paper.text).toBe('$ ls\na b\n$');
});

test('a session that has ended says so once, and Enter asks for a new one', () => {
  const { paper, sent, line, host } = setup();
  host('');
  line.input('exit\r');
  host('logout', { awaiting: false, closed: true });
  host('', { awaiting: false, closed: true });
  line.input('ls');
  line.input('\r');
  expect(sent).toEqual(['exit', '<reopen>']);
  expect(paper.text.replaceAll('\n', '')).toBe('$ exitlogout[this session has ended: Enter opens a new one]');
});

test('a host that repeats the line does not double it', () => {
  const { paper, line, host } = setup();
  host('');
  line.input('ls\r');
  host('$ ls\na b\n');
  expect(paper.text).toBe('$ ls\na b\n$');
});

test('output that comes while typing stands above the line', () => {
  const { paper, line, host } = setup();
  host('');
  line.input('half');
  host('[1]+ Done\n');
  expect(paper.text).toBe('[1]+ Done\n$ half');
});

test('output without an end of line stands before the prompt', () => {
  const { paper, line, host } = setup();
  host('no newline');
  line.input('x');
  expect(paper.text).toBe('no newline$ x');
});

test('a long line wraps and is edited across rows', () => {
  const { paper, line, host } = setup();
  host('');
  line.input('123456789 123456789 123');
  line.input('\x01>\x05<');
  expect(paper.text).toBe('$ >123456789 1234567\n89 123<');
});

test('what is typed ahead waits for the prompt; Ctrl-C does not', () => {
  const { sent, line, host } = setup();
  host('', { awaiting: false, prompt: '' });
  line.input('ls\r');
  expect(sent).toEqual([]);
  line.input('\x03');
  expect(sent).toEqual(['<interrupt>']);
  host('^C\n');
  line.input('pwd\r');
  expect(sent).toEqual(['<interrupt>', 'pwd']);
});

test('several pasted lines are sent one after the other', () => {
  const { sent, line, host } = setup();
  host('');
  line.input('one\rtwo\r');
  expect(sent).toEqual(['one']);
  host('');
  expect(sent).toEqual(['one', 'two']);
});

test('a password is not shown', () => {
  const { paper, sent, line, host } = setup();
  host('', { prompt: 'Password: ', echo: false });
  line.input('secret\r');
  expect(paper.text).toBe('Password:');
  expect(sent).toEqual(['secret']);
});

test('looking back and tomorrow send nothing; a flood is refused', () => {
  for (const readOnly of ['looking-back', 'tomorrow'] as const) {
    const still = setup({ readOnly });
    still.host('');
    still.line.input('ls\r');
    expect(still.sent).toEqual([`refused ${readOnly}`]);
  }
  const flood = setup();
  flood.host('');
  flood.line.input('x'.repeat(300_000));
  expect(flood.sent).toEqual(['refused too-long']);
});

test('Tab completes, a second Tab lists', async () => {
  const { paper, line, host } = setup({ words: ['sysctl', 'systemctl'] });
  host('');
  line.input('sys\t');
  await Promise.resolve();
  await Promise.resolve();
  line.input('\t');
  await Promise.resolve();
  await Promise.resolve();
  expect(paper.text).toContain('sysctl\nsystemctl\n$ sys');
});

test('a hundred words and more are listed when somebody says yes', async () => {
  const words = Array.from({ length: 120 }, (_, index) => `w${String(index).padStart(3, '0')}`);
  const asked = async () => {
    const all = setup({ words });
    all.host('');
    for (const typed of ['w\t', '\t']) {
      all.line.input(typed);
      await Promise.resolve();
      await Promise.resolve();
    }
    expect(all.paper.text).toMatch(/Display all 120 poss\nibilities\? \(y or n\)$/);
    return all;
  };
  const no = await asked();
  no.line.input('xn');
  expect(no.paper.text).toMatch(/\(y or n\)\n\$ w$/);
  no.line.input('!\r');
  expect(no.sent).toEqual(['w!']);
  const yes = await asked();
  yes.line.input('y');
  expect(yes.paper.text).toContain('w000');
  expect(yes.paper.text).toMatch(/w119\n\$ w$/);
});

test('widths', () => {
  expect(widthOfText('\x1b[32mab\x1b[0m')).toBe(2);
  expect(widthOfText('日本')).toBe(4);
  expect(columnAfter('one\n\x1b[1mtwo', 80)).toBe(3);
  expect(listWords(['a', 'bb', 'c'], 8)).toBe('a   c\nbb');
  expect(
    paintLine({ prompt: '$ ', state: EMPTY_LINE, columns: 20, startColumn: 0, echo: true, cursorRow: 0 })
      .cursorRow,
  ).toBe(0);
});
