/**
 * Terminals (termios(3), pty(7)): the line discipline between whoever types (a
 * learner's screen, an ssh session) and the processes that have the terminal
 * as their standard streams. State is plain data in `HostState.terminals`;
 * streams are made from it when they are asked for.
 *
 * Not here: line editing and history (the page's business; a shell gets whole
 * lines) and job control's decisions (bash's).
 */
import { MILLISECOND, type Micros } from '../std/instant';
import type { Errno } from './files.contract';
import type { SignalName, Stream } from './process.contract';
import type { Host } from './world.contract';

/** One terminal as plain data. */
export interface TerminalState {
  /** `pts/0`; its device is `/dev/pts/0`. */
  id: string;
  /** Process group that Ctrl-C and Ctrl-Z reach; 0 for none. */
  foreground: number;
  /** Session whose controlling terminal it is; 0 for none. */
  session: number;
  /** ECHO, ICANON and ISIG of termios. */
  echo: boolean;
  canonical: boolean;
  signals: boolean;
  columns: number;
  rows: number;
  /** Typed and not read yet: whole lines (canonical) or any pieces (raw); '' is an end of file. */
  input: string[];
  /** How often something was typed, to see whether what was sent from afar has arrived. */
  received: number;
  /** The line being typed (canonical). */
  line: string;
  /** Printed and not taken by the other side yet. */
  output: string;
  hungUp: boolean;
  /** A learner's screen: its output is taken between events, so it must never make a writer wait for that. */
  screen: boolean;
  /** What is typed here goes on to a terminal of another host (ssh); for the page's prompt, title and completion only. */
  relay: { host: string; terminal: string } | undefined;
  /** Written in the present millisecond, which limits how fast a terminal prints. */
  slot: Micros;
  slotWritten: number;
}

const SLOT_CHARACTERS = 16_384;
const MOST_OUTPUT = 400_000;
/** A pty's buffer; a writer waits beyond it until the other side reads. */
const PTY_BUFFER = 65_536;
const LONGEST_LINE = 200_000;
const CONTROL: Readonly<Record<string, SignalName>> = { '\x03': 'INT', '\x1a': 'TSTP', '\x1c': 'QUIT' };
const DRAIN = 'terminal.drain';

/** All terminals of one host. */
export class Terminals {
  readonly #open = new Map<string, Terminal>();
  constructor(
    private readonly host: Host,
    private readonly wake: (pid: number) => void,
  ) {}

  /** A new terminal; the first free number. */
  create(options: { screen?: boolean; columns?: number; rows?: number } = {}): Terminal {
    const { terminals } = this.host.state;
    let number = 0;
    while (terminals.has(`pts/${number}`)) number += 1;
    const id = `pts/${number}`;
    terminals.set(id, {
      id,
      foreground: 0,
      session: 0,
      echo: true,
      canonical: true,
      signals: true,
      columns: options.columns ?? 100,
      rows: options.rows ?? 30,
      input: [],
      received: 0,
      line: '',
      output: '',
      hungUp: false,
      screen: options.screen ?? false,
      relay: undefined,
      slot: 0,
      slotWritten: 0,
    });
    return this.#wrap(id);
  }
  /** By id (`pts/0`) or device (`/dev/pts/0`). */
  find(name: string): Terminal | undefined {
    const id = name.replace(/^\/dev\//, '');
    return this.host.state.terminals.has(id) ? this.#wrap(id) : undefined;
  }
  /** Takes it away: whoever still has it open reads an end of file and cannot write. */
  remove(id: string): void {
    this.find(id)?.hangUp();
    this.host.state.terminals.delete(id);
    this.#open.delete(id);
  }
  /** Another state was loaded. */
  forget(): void {
    this.#open.clear();
  }
  #wrap(id: string): Terminal {
    const known = this.#open.get(id);
    if (known !== undefined) return known;
    const made = new Terminal(this.host, id, this.wake);
    this.#open.set(id, made);
    return made;
  }
}

/** One terminal: `slave` is what processes have open, `input` and `takeOutput` are the other side. */
export class Terminal {
  readonly slave: Stream;
  /** A read found nothing: somebody waits for what is typed. */
  #starved = false;
  /** What was tried last and has to wait was a read. */
  #wantsInput = false;
  readonly #readers = new Set<number>();
  readonly #writers = new Set<number>();
  readonly #masters = new Set<number>();

  constructor(
    private readonly host: Host,
    readonly id: string,
    private readonly wakeProcess: (pid: number) => void,
  ) {
    const device = `/dev/${id}`;
    this.slave = {
      kind: 'tty',
      tty: device,
      path: device,
      target: { kind: 'terminal', id },
      read: (max) => this.#read(max),
      write: (text) => this.#write(text),
      retain: () => undefined,
      close: () => undefined,
      watch: (pid) => this.#watch(pid),
    };
  }
  /** Undefined once the terminal was removed. */
  get state(): TerminalState | undefined {
    return this.host.state.terminals.get(this.id);
  }
  /** Somebody waits for a line (or for anything, when raw). */
  get isAwaited(): boolean {
    const { state } = this;
    return (
      state !== undefined &&
      state.input.length === 0 &&
      this.#starved &&
      [...this.#readers].some((pid) => this.host.process(pid) !== undefined)
    );
  }

  // ---------------------------------------------------------------- the side that types
  /** Characters from the keyboard: control characters act as termios says. */
  input(text: string): void {
    const { state } = this;
    if (state === undefined || state.hungUp) return;
    state.received += 1;
    if (!state.canonical && !state.signals) {
      if (text !== '') state.input.push(text);
    } else for (const character of text) this.#character(state, character);
    this.#wakeAll(this.#readers);
  }
  #character(state: TerminalState, character: string): void {
    const signal = CONTROL[character];
    if (signal !== undefined && state.signals) {
      state.line = '';
      state.input = [];
      if (state.echo) this.#put(state, `^${String.fromCharCode(character.charCodeAt(0) + 64)}\n`);
      this.signalForeground(signal);
      return;
    }
    if (!state.canonical) {
      state.input.push(character);
      return;
    }
    if (character === '\x04') {
      state.input.push(state.line);
      state.line = '';
    } else if (character === '\x7f' || character === '\b') state.line = [...state.line].slice(0, -1).join('');
    else if (character === '\x15') state.line = '';
    else {
      if (state.line.length >= LONGEST_LINE) return;
      state.line += character === '\r' ? '\n' : character;
      if (state.echo) this.#put(state, character === '\r' ? '\n' : character);
      else if (character === '\n' || character === '\r') this.#put(state, '\n');
      if (!state.line.endsWith('\n')) return;
      state.input.push(state.line);
      state.line = '';
    }
  }
  /** Takes what was printed since the last call. */
  takeOutput(): string {
    const { state } = this;
    if (state === undefined) return '';
    const text = state.output;
    state.output = '';
    if (text !== '') this.#wakeAll(this.#writers);
    return text;
  }
  /** Wakes a process as soon as there is output to take, or the terminal is closed. */
  watchOutput(pid: number): void {
    this.#masters.add(pid);
  }
  resize(columns: number, rows: number): void {
    const { state } = this;
    if (state === undefined || (state.columns === columns && state.rows === rows)) return;
    state.columns = columns;
    state.rows = rows;
    this.signalForeground('WINCH');
  }
  /** The line is gone (window closed, connection lost): SIGHUP to the session, end of file for readers. */
  hangUp(): void {
    const { state, host } = this;
    if (state === undefined || state.hungUp) return;
    state.hungUp = true;
    state.input = [];
    for (const process of host.processes()) {
      const isLeader = state.session !== 0 && process.pid === state.session;
      if (isLeader || (state.foreground !== 0 && process.pgid === state.foreground)) {
        host.world.kill(host, process.pid, 'HUP');
        host.world.kill(host, process.pid, 'CONT');
      }
    }
    this.#wakeAll(this.#readers);
    this.#wakeAll(this.#writers);
    this.#wakeAll(this.#masters);
  }

  // ---------------------------------------------------------------- what processes set
  /** tcsetpgrp(3). */
  setForeground(group: number): void {
    const { state } = this;
    if (state !== undefined) state.foreground = group;
  }
  /** Becomes the controlling terminal of a session, its leader in the foreground. */
  setSession(session: number): void {
    const { state } = this;
    if (state === undefined) return;
    state.session = session;
    state.foreground = session;
  }
  /** tcsetattr(3). */
  setAttributes(attributes: { echo?: boolean; canonical?: boolean; signals?: boolean }): void {
    const { state } = this;
    if (state !== undefined) Object.assign(state, attributes);
  }
  signalForeground(signal: SignalName): void {
    const { state, host } = this;
    if (state === undefined || state.foreground === 0) return;
    for (const process of host.processes())
      if (process.pgid === state.foreground) host.world.kill(host, process.pid, signal);
  }

  // ---------------------------------------------------------------- the slave's stream
  #read(max?: number): string | undefined {
    const { state } = this;
    if (state === undefined || state.hungUp) return '';
    const next = state.input[0];
    this.#starved = next === undefined;
    this.#wantsInput = this.#starved;
    if (next === undefined) return undefined;
    if (max === undefined || next.length <= max) {
      state.input.shift();
      return next;
    }
    state.input[0] = next.slice(max);
    return next.slice(0, max);
  }
  #write(text: string): true | undefined | Errno {
    const { state } = this;
    this.#wantsInput = false;
    if (state === undefined || state.hungUp) return 'EIO';
    const { now } = this.host.world.kernel;
    const slot = Math.floor(now / MILLISECOND);
    if (state.slot !== slot) {
      state.slot = slot;
      state.slotWritten = 0;
    }
    if (state.slotWritten >= SLOT_CHARACTERS) {
      this.host.world.timer(this.host, 0, `${DRAIN}:${this.id}`, (slot + 1) * MILLISECOND, {
        name: DRAIN,
        data: { id: this.id },
      });
      return undefined;
    }
    if (!state.screen && state.output.length >= PTY_BUFFER) return undefined;
    state.slotWritten += text.length;
    this.#put(state, text);
    return true;
  }
  #put(state: TerminalState, text: string): void {
    state.output += text;
    if (state.screen && state.output.length > MOST_OUTPUT * 2)
      state.output = state.output.slice(-MOST_OUTPUT);
    this.#wakeAll(this.#masters);
  }
  #watch(pid: number): void {
    this.#readers.add(pid);
    this.#writers.add(pid);
    if (this.#wantsInput) this.#stopBackgroundReader(pid);
  }
  /** Only the foreground reads: whoever else tries is stopped. */
  #stopBackgroundReader(pid: number): void {
    const process = this.host.process(pid);
    const { state } = this;
    if (process === undefined || state === undefined || state.foreground === 0) return;
    if (process.sid !== state.session || process.pgid === state.foreground) return;
    this.host.world.kill(this.host, pid, 'TTIN');
  }
  /** Time went on: writers that were too fast may go on. */
  drained(): void {
    this.#wakeAll(this.#writers);
  }
  #wakeAll(waiting: Set<number>): void {
    const pids = [...waiting];
    waiting.clear();
    for (const pid of pids) this.wakeProcess(pid);
  }
}

/** Once per world. */
export function registerTerminals(
  callback: (name: string, run: (context: { host: Host; data: unknown }) => void) => void,
): void {
  callback(DRAIN, ({ host, data }) => {
    const id = (data as { id: string }).id;
    host.terminals.find(id)?.drained();
  });
}
