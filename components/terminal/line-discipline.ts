/**
 * Between the keyboard, the screen and the host: keeps the line under the
 * cursor while the host waits for one, sends it, and lets through what must
 * reach a running program at once (Ctrl-C). What is typed while nothing waits
 * is kept for the next prompt, as a terminal does.
 */
import type { ScreenChange, TerminalScreen } from '@/lib/client/terminal-screens';
import { type Key, keysOf } from './keys';
import {
  complete,
  EMPTY_LINE,
  type LineEffect,
  type LineState,
  nextLine,
  pressKey,
  withHistory,
} from './line-editor';
import { columnAfter, eraseLine, listWords, paintLine } from './line-painter';

export interface LineHost {
  write(text: string): void;
  columns(): number;
  /** Why nothing is sent now, if so: the learner looks back, or it is tomorrow. */
  readOnly(): 'looking-back' | 'tomorrow' | undefined;
  sendLine(text: string): void;
  /** Keys for a program that wants them as they are typed. */
  sendRaw(text: string): void;
  sendKey(key: 'interrupt' | 'end-of-file' | 'suspend' | 'quit'): void;
  complete(text: string, cursor: number): Promise<{ from: number; words: string[] } | undefined>;
  history(): Promise<readonly string[] | undefined>;
  refuse(reason: 'looking-back' | 'tomorrow' | 'too-long'): void;
  /** Enter on a session that has ended. */
  reopen(): void;
  leave(): void;
}

const MOST_TYPED = 200_000;
/** readline's completion-query-items: from so many on it asks before it lists. */
const ASKS_FROM = 100;
const CLOSED: TerminalScreen = { text: '', awaiting: false, prompt: '', echo: true, closed: true };

export class LineDiscipline {
  #state: LineState = EMPTY_LINE;
  #screen: TerminalScreen = CLOSED;
  #startColumn = 0;
  #cursorRow = 0;
  #drawn = false;
  /** A line was sent; until the host speaks again nothing is edited. */
  #sent = false;
  #ahead: Key[] = [];
  /** What the host may repeat of a line that stands on the screen already. */
  #echoes: string[] = [];
  #lastTab: string | undefined;
  /** Words to list when the question whether to do so is answered. */
  #offered: readonly string[] | undefined;
  /** The host has closed the session, and it was said. */
  #ended = false;
  readonly #host: LineHost;

  constructor(host: LineHost) {
    this.#host = host;
  }

  get line(): string {
    return this.#state.text;
  }

  input(data: string): void {
    const reason = this.#host.readOnly();
    if (reason !== undefined) return this.#host.refuse(reason);
    if (this.#ended) return data.startsWith('\r') ? this.#host.reopen() : undefined;
    if (data.length + this.#state.text.length > MOST_TYPED) return this.#host.refuse('too-long');
    // ICRNL stays on when a program takes single keys.
    if (this.#screen.raw === true && !this.#screen.closed)
      return this.#host.sendRaw(data.replaceAll('\r', '\n'));
    this.#ahead.push(...keysOf(data));
    this.#drain();
  }

  receive({ text, reset, screen }: ScreenChange): void {
    const asked = !this.#editable();
    this.#erase();
    this.#offered = undefined;
    if (reset) this.#host.write('\x1bc');
    this.#host.write(reset ? text : this.#withoutEcho(text));
    if (reset) this.#echoes = [];
    this.#screen = screen;
    this.#sent = false;
    this.#startColumn = columnAfter(screen.text, this.#host.columns());
    if (screen.closed && !this.#ended)
      this.#host.write(
        `${this.#startColumn === 0 ? '' : '\n'}[this session has ended: Enter opens a new one]`,
      );
    this.#ended = screen.closed;
    this.#draw();
    if (asked && this.#editable()) void this.#refreshHistory();
    this.#drain();
  }

  /** The terminal has another width. */
  resize(): void {
    if (!this.#drawn) return;
    this.#startColumn = columnAfter(this.#screen.text, this.#host.columns());
    this.#draw();
  }

  #editable(): boolean {
    return this.#screen.awaiting && this.#screen.raw !== true && !this.#screen.closed && !this.#sent;
  }

  #drain(): void {
    for (let key = this.#ahead[0]; key !== undefined; key = this.#ahead[0]) {
      if (this.#editable()) {
        this.#ahead.shift();
        this.#press(key);
        continue;
      }
      const urgent = this.#ahead.findIndex((waiting) => signalOf(waiting) !== undefined);
      const signal = signalOf(this.#ahead[urgent]);
      if (signal === undefined) return;
      // A signal discards what was typed before it, as the terminal's driver does.
      this.#ahead.splice(0, urgent + 1);
      if (signal === 'leave') this.#host.leave();
      else this.#host.sendKey(signal);
    }
  }

  #press(key: Key): void {
    if (this.#offered !== undefined) return this.#answer(key, this.#offered);
    const before = this.#state;
    const { state, effect } = pressKey(before, key);
    this.#state = state;
    const tab = effect?.kind === 'complete';
    if (!tab) this.#lastTab = undefined;
    if (effect !== undefined) this.#perform(effect, before);
    if (this.#editable()) this.#draw();
  }

  #perform(effect: LineEffect, before: LineState): void {
    switch (effect.kind) {
      case 'submit':
        this.#finish(before, '\n', effect.text);
        return this.#host.sendLine(effect.text);
      case 'interrupt':
        this.#finish(before, '^C\n', '');
        return this.#host.sendKey('interrupt');
      case 'end-of-file':
        return this.#host.sendKey('end-of-file');
      case 'suspend':
      case 'quit':
        return this.#host.sendKey(effect.kind);
      case 'clear-screen':
        this.#host.write('\x1b[2J\x1b[H');
        this.#startColumn = 0;
        this.#cursorRow = 0;
        return undefined;
      case 'complete':
        return void this.#complete();
      case 'bell':
        return this.#host.write('\x07');
      case 'leave':
        return this.#host.leave();
    }
  }

  /** Leaves the line on the screen as it stands and waits for the host. */
  #finish(line: LineState, ending: string, text: string): void {
    const shown = { ...line, search: undefined, cursor: line.text.length };
    this.#host.write(paintLine({ ...this.#place(), state: shown }).output + ending);
    const typed = this.#screen.echo ? text : '';
    this.#echoes = [`${this.#screen.prompt}${typed}${ending}`, `${typed}${ending}`];
    this.#cursorRow = 0;
    this.#drawn = false;
    this.#sent = true;
  }

  /** Hosts that keep a transcript repeat the sent line: it stands there already. */
  #withoutEcho(text: string): string {
    const plain = text.replaceAll('\r\n', '\n');
    const echo = this.#echoes.find((candidate) => candidate !== '\n' && plain.startsWith(candidate));
    if (text !== '') this.#echoes = [];
    return echo === undefined ? text : plain.slice(echo.length);
  }

  async #complete(): Promise<void> {
    const { text, cursor } = this.#state;
    const answer = await this.#host.complete(text, cursor);
    if (
      answer === undefined ||
      this.#state.text !== text ||
      this.#state.cursor !== cursor ||
      !this.#editable()
    )
      return;
    if (answer.words.length === 0) return this.#host.write('\x07');
    const next = complete(this.#state, answer.from, answer.words);
    const unchanged = next.text === text;
    if (unchanged && this.#lastTab === text) {
      if (answer.words.length >= ASKS_FROM) return this.#offer(answer.words);
      this.#list(answer.words);
    }
    this.#lastTab = text;
    this.#state = next;
    this.#draw();
    if (unchanged && answer.words.length > 1) this.#host.write('\x07');
  }

  #list(words: readonly string[]): void {
    this.#below(`${listWords(words, this.#host.columns())}\n`);
  }

  /** Writes under the line; what is drawn next begins below that. */
  #below(text: string): void {
    const end = { ...this.#state, cursor: this.#state.text.length };
    this.#host.write(`${paintLine({ ...this.#place(), state: end }).output}\n${text}`);
    this.#startColumn = 0;
    this.#cursorRow = 0;
  }

  #offer(words: readonly string[]): void {
    this.#below(`Display all ${words.length} possibilities? (y or n)`);
    this.#drawn = false;
    this.#offered = words;
  }

  /** As readline's own get_y_or_n: what is neither yes nor no rings the bell. */
  #answer(key: Key, words: readonly string[]): void {
    const [pressed = '', ...rest] = key.kind === 'text' ? key.text : [key.name];
    if (rest.length > 0) this.#ahead.unshift({ kind: 'text', text: rest.join('') });
    const isYes = ['y', 'Y', ' '].includes(pressed);
    const isNo = ['n', 'N', 'backspace', 'cancel', 'interrupt', 'escape'].includes(pressed);
    if (!isYes && !isNo) return this.#host.write('\x07');
    this.#offered = undefined;
    this.#host.write(isYes ? `\n${listWords(words, this.#host.columns())}\n` : '\n');
    this.#draw();
  }

  async #refreshHistory(): Promise<void> {
    const history = await this.#host.history();
    if (history !== undefined) this.#state = withHistory(this.#state, history);
  }

  #erase(): void {
    if (this.#drawn) this.#host.write(eraseLine(this.#place()));
    this.#drawn = false;
    this.#cursorRow = 0;
  }

  #draw(): void {
    if (!this.#editable()) {
      if (this.#screen.closed) this.#state = nextLine(this.#state);
      return;
    }
    const { output, cursorRow } = paintLine({ ...this.#place(), state: this.#state });
    this.#host.write(output);
    this.#cursorRow = cursorRow;
    this.#drawn = true;
  }

  #place() {
    const { prompt, echo } = this.#screen;
    return {
      prompt,
      echo,
      columns: this.#host.columns(),
      startColumn: this.#startColumn,
      cursorRow: this.#cursorRow,
    };
  }
}

function signalOf(
  key: Key | undefined,
): 'interrupt' | 'suspend' | 'quit' | 'end-of-file' | 'leave' | undefined {
  if (key?.kind !== 'named') return undefined;
  switch (key.name) {
    case 'interrupt':
    case 'suspend':
    case 'quit':
    case 'end-of-file':
      return key.name;
    case 'escape':
      return 'leave';
    default:
      return undefined;
  }
}
