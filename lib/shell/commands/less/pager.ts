/**
 * less on a terminal: one screen of a document, and the keys that move it.
 * Recorded from less 590 on Debian 12. Not modelled, and said so when asked for: help, marks, following, filters, editing.
 */
import { compilePosix } from '../../../std/regex/pattern';
import { RegexError } from '../../../std/regex/tree';
import { terminalSize } from '../terminal-width';
import type { Step, Tool } from '../tool';
import type { Document } from './document';
import { type Deed, deedOf, nextKey } from './keys';
import type { LessOptions } from './options';
import { PROMPTS, promptText, STATUS } from './prompt';
import { Window } from './window';

const LINE = '\r\u001b[K';
const BELL = '\u0007';
const INTERRUPTED = 2;

export class Pager {
  readonly #window: Window;
  #half: number | undefined;
  #backwards = false;
  #isFirst = true;
  #typed = '';
  #passedEnd = false;
  /** Rows that stand on the screen; undefined before the first. */
  #shown: number | undefined;
  #interrupted = false;

  constructor(
    private readonly tool: Tool,
    private readonly document: Document,
    private readonly options: LessOptions,
  ) {
    this.#window = new Window(document, options, () => terminalSize(tool));
  }

  /** Shows it until somebody leaves. The exit code. */
  *run(): Step<number> {
    const { tool, options } = this;
    const { context } = tool;
    const { rows } = terminalSize(tool);
    yield* this.document.need(tool, rows);
    if (options.quitIfOneScreen && this.document.isComplete && this.#window.isLast) {
      for (const line of this.#window.rows(rows)) tool.line(line.text);
      yield* tool.flush();
      return 0;
    }
    const terminal = context.host.terminals.find(context.stdout.tty ?? '');
    context.signal('INT', 'handle');
    context.signal('WINCH', 'handle');
    terminal?.setAttributes({ canonical: false, echo: false });
    tool.print(`${options.noInit ? '' : '\u001b[?1049h\u001b[H'}\u001b[?1h\u001b=`);
    try {
      this.#typed = /^[/?]/.test(options.first) ? `${options.first}\n` : options.first;
      if (this.#typed === '') yield* this.#forward();
      return yield* this.#loop();
    } finally {
      terminal?.setAttributes({ canonical: true, echo: true });
      tool.print(`${LINE}\u001b[?1l\u001b>${options.noInit ? '' : '\u001b[?1049l'}`);
    }
  }

  *#loop(): Step<number> {
    let digits = '';
    for (;;) {
      const key = yield* this.#key();
      if (key === undefined) {
        if (!this.#interrupted) return 0;
        this.#interrupted = false;
        if (this.options.quitOnInterrupt) return INTERRUPTED;
        this.tool.print(BELL);
        this.#repaint();
        digits = '';
      } else if (/^\d$/.test(key)) {
        digits += key;
        this.tool.print(`${LINE}:${digits}`);
      } else {
        const deed = deedOf(key, digits === '' ? undefined : Number(digits));
        digits = '';
        if (deed.kind === 'quit' || (yield* this.#do(deed))) return 0;
        // A key of `+…` that moved nothing.
        if (this.#shown === undefined) yield* this.#forward();
      }
    }
  }
  /** The next key; undefined when the terminal is gone or somebody interrupts. */
  *#key(): Step<string | undefined> {
    const { context } = this.tool;
    // As the real one, which opens /dev/tty: standard input may be what is shown.
    const keyboard = context.stdout;
    while (this.#typed === '') {
      yield* this.tool.flush();
      const text = keyboard.read();
      if (text === '') return undefined;
      if (text !== undefined) {
        this.#typed += text;
        // A key of several bytes arrives at once.
        for (let more = keyboard.read(); more !== undefined && more !== ''; more = keyboard.read())
          this.#typed += more;
        continue;
      }
      const wake = yield { streams: [keyboard] };
      if (wake.reason === 'signal' && wake.signal === 'INT') {
        this.#interrupted = true;
        return undefined;
      }
      if (wake.reason === 'signal') this.#repaint();
    }
    if (this.#typed.startsWith('\u0003')) {
      this.#typed = this.#typed.slice(1);
      this.#interrupted = true;
      return undefined;
    }
    const key = nextKey(this.#typed);
    this.#typed = this.#typed.slice(key.length);
    return key;
  }
  /** True when it ends the pager. */
  *#do(deed: Deed): Step<boolean> {
    const window = this.#window.height;
    switch (deed.kind) {
      case 'lines':
        return yield* this.#move(deed.by);
      case 'windows':
        return yield* this.#move(deed.by * window);
      case 'halves':
        return yield* this.#move(deed.by * (this.#half ?? Math.max(1, Math.floor((window + 1) / 2))));
      case 'sideways':
        this.#window.shift = Math.max(0, this.#window.shift + deed.by * Math.floor(this.#window.columns / 2));
        this.#repaint();
        return false;
      case 'to-line':
        yield* this.#goTo(deed);
        return false;
      case 'percent':
        yield* this.document.need(this.tool, Number.POSITIVE_INFINITY);
        yield* this.#goTo({
          line: Math.floor((this.document.lines.length * Math.min(100, deed.percent)) / 100) + 1,
          end: deed.percent >= 100,
        });
        return false;
      case 'ask':
        return yield* this.#ask(deed.mark);
      case 'again':
        yield* this.#search(deed.reverse);
        return false;
      case 'status':
        yield* this.#say(promptText(STATUS, this.#window.facts(this.#isFirst)));
        return false;
      case 'repaint':
        this.#repaint();
        return false;
      case 'not-modelled':
        yield* this.#say(`not modelled: ${deed.what}`);
        return false;
      default:
        this.tool.print(BELL);
        return false;
    }
  }

  // ---------------------------------------------------------------- moving
  /** By so many rows. True when the end was passed and that quits. */
  *#move(by: number): Step<boolean> {
    if (by < 0) {
      if (this.#window.top.line === 0 && this.#window.top.part === 0) this.tool.print(BELL);
      for (let count = by; count < 0 && this.#window.stepBack(); count++);
      this.#passedEnd = false;
      this.#repaint();
      return false;
    }
    if (yield* this.#atEnd()) {
      if (this.options.quitAtEnd !== 'no' && (this.#passedEnd || this.options.quitAtEnd === 'first'))
        return true;
      this.#passedEnd = true;
      this.tool.print(BELL);
      this.#prompt();
      return false;
    }
    const height = this.#window.height;
    let moved = 0;
    while (moved < by && !(yield* this.#atEnd())) {
      this.#window.stepOn();
      moved += 1;
    }
    yield* this.document.need(this.tool, this.#window.top.line + height + 1);
    const rows = this.#window.rows(height);
    const fresh = rows.slice(Math.max(0, rows.length - moved));
    this.tool.print(`${LINE}${fresh.map(({ text }) => `${text}\n`).join('')}`);
    this.#shown = rows.length;
    this.#prompt();
    return false;
  }
  *#atEnd(): Step<boolean> {
    const height = this.#window.height;
    yield* this.document.need(this.tool, this.#window.top.line + height + 1);
    return this.document.isComplete && this.#window.isLast;
  }
  *#goTo({ line, end }: { line: number | undefined; end: boolean }): Step {
    const last = Number.POSITIVE_INFINITY;
    yield* this.document.need(this.tool, end ? last : (line ?? 1) + this.#window.height);
    const count = this.document.lines.length;
    if (!end && (line ?? 1) > count) {
      yield* this.#say(`Cannot seek to line number ${line ?? 1}`);
      return;
    }
    this.#window.top = { line: end ? count : Math.max(0, (line ?? 1) - 1), part: 0 };
    this.#window.fill();
    if (end && this.#shown !== undefined) this.tool.print(`${LINE}...skipping...\n`);
    yield* this.#forward();
  }
  /** The screen as it is now, below what stands there. */
  *#forward(): Step {
    const height = this.#window.height;
    yield* this.document.need(this.tool, this.#window.top.line + height + 1);
    const rows = this.#window.rows(height);
    this.tool.print(`${LINE}${rows.map(({ text }) => `${text}\n`).join('')}`);
    this.#shown = rows.length;
    this.#prompt();
  }
  #repaint(): void {
    const height = this.#window.height;
    const rows = this.#window.rows(height);
    const empty = Math.max(0, height - rows.length);
    this.tool.print(
      `\u001b[H\u001b[2J${rows.map(({ text }) => `${text}\n`).join('')}${'\u001b[1m~\u001b[0m\n'.repeat(empty)}`,
    );
    this.#shown = rows.length;
    this.#prompt();
  }

  // ---------------------------------------------------------------- asking and telling
  /** A line typed at the bottom. */
  *#ask(mark: string): Step<boolean> {
    let text = '';
    for (;;) {
      this.tool.print(`${LINE}${mark}${text}`);
      const key = yield* this.#key();
      if (key === undefined || key === '\u001b') break;
      if (mark === '-' || (mark === ':' && key === 'q')) {
        if (mark === ':') return true;
        yield* this.#toggle(key);
        return false;
      }
      if (key === '\r' || key === '\n') {
        if (mark !== ':') yield* this.#look(text, mark === '?');
        else {
          this.tool.print(BELL);
          this.#prompt();
        }
        return false;
      }
      if (key === '\u007f' || key === '\b') {
        if (text === '') break;
        text = text.slice(0, -1);
      } else if (key === '\u0015') text = '';
      else if (key >= ' ') text += key;
    }
    this.#interrupted = false;
    this.#prompt();
    return false;
  }
  *#toggle(letter: string): Step {
    const { options } = this;
    const said: Readonly<Record<string, () => string>> = {
      S: () => {
        options.chop = !options.chop;
        return options.chop ? 'Chop long lines' : 'Fold long lines';
      },
      N: () => {
        options.numbers = !options.numbers;
        return options.numbers ? 'Constantly display line numbers' : "Don't use line numbers";
      },
      i: () => {
        options.ignoreCase = options.ignoreCase === 'no' ? 'smart' : 'no';
        return options.ignoreCase === 'no' ? 'Case is significant in searches' : 'Ignore case in searches';
      },
    };
    const deed = said[letter];
    if (deed === undefined) return yield* this.#say(`not modelled: -${letter} from here`);
    const text = deed();
    this.#window.top.part = 0;
    this.#repaint();
    yield* this.#say(text);
    return undefined;
  }
  *#look(text: string, backwards: boolean): Step {
    if (text !== '') {
      const { ignoreCase } = this.options;
      const compiled = compilePosix(text, {
        dialect: 'posixExtended',
        ignoreCase: ignoreCase === 'always' || (ignoreCase === 'smart' && text === text.toLowerCase()),
      });
      if (compiled instanceof RegexError) return yield* this.#say(compiled.message);
      this.#window.pattern = compiled;
    }
    this.#backwards = backwards;
    yield* this.#search(false);
    return undefined;
  }
  *#search(reverse: boolean): Step {
    const pattern = this.#window.pattern;
    if (pattern === undefined) return yield* this.#say('No previous regular expression');
    const step = this.#backwards === reverse ? 1 : -1;
    for (let line = this.#window.top.line + step; line >= 0; line += step) {
      yield* this.document.need(this.tool, line + 1);
      const text = this.document.lines[line];
      if (text === undefined) break;
      if (!pattern.test(text)) continue;
      this.#window.top = { line, part: 0 };
      yield* this.document.need(this.tool, line + this.#window.height + 1);
      if (this.document.isComplete) this.#window.fill();
      this.#repaint();
      return undefined;
    }
    yield* this.#say('Pattern not found');
    return undefined;
  }
  /** A message that waits for a key; RETURN is taken, any other key counts. */
  *#say(message: string): Step {
    const isEmpty = this.#shown === undefined;
    const bottom = isEmpty ? `\u001b[${this.#window.height + 1};1H` : '';
    this.tool.print(`${bottom}${LINE}\u001b[7m${message}  (press RETURN)\u001b[27m`);
    const key = yield* this.#key();
    if (key !== undefined && !['\r', '\n', ' '].includes(key)) this.#typed = key + this.#typed;
    this.#interrupted = false;
    if (!isEmpty) this.#prompt();
  }
  #prompt(): void {
    const { prompt, prompts } = this.options;
    const text = promptText(prompts[prompt] ?? PROMPTS[prompt], this.#window.facts(this.#isFirst));
    this.#isFirst = false;
    this.tool.print(`${LINE}${text === '' ? ':' : `\u001b[7m${text}\u001b[27m`}\u001b[K`);
  }
}
