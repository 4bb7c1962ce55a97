/**
 * A pseudo-terminal: the line discipline (termios(3), `man 4 tty_ioctl`) between whoever types and the
 * programs of a host. What programs write goes out as it is; no CR is added to a line end.
 */
import type { Errno } from './files.contract';
import type { SignalName, StdioTarget, TerminalControl, TerminalModes } from './process.contract';
import { Watched, type WakeStream } from './watched-stream';
import type { Host } from './world.contract';

/** The side of the one who types. */
export interface TerminalEnds {
  /** Programs wrote, or what was typed is echoed. */
  output(text: string): void;
  /** Somebody began or ceased to wait for input, or the modes changed. */
  changed?(): void;
}
const CONTROLS: Readonly<Record<string, { signal: SignalName; shown: string }>> = {
  '\x03': { signal: 'INT', shown: '^C' },
  '\x1a': { signal: 'TSTP', shown: '^Z' },
  '\x1c': { signal: 'QUIT', shown: '^\\' },
};
const END_OF_FILE = '\x04';
const USUAL: TerminalModes = { echo: true, canonical: true, signals: true };

export class Terminal extends Watched implements TerminalControl {
  readonly kind = 'tty';
  readonly target: StdioTarget;
  modes: Readonly<TerminalModes> = USUAL;
  foreground = 0;
  columns = 80;
  rows = 24;
  /** Whole lines, and '' for an end of file; raw input as it came. */
  readonly #input: string[] = [];
  /** The line that has no end yet. */
  #line = '';
  #gone = false;
  #waitedFor = false;
  #remote: { awaiting: boolean; echo: boolean } | undefined;
  /** What stands on the last line of the screen. */
  #lastLine = '';

  constructor(
    host: Host,
    wake: WakeStream,
    readonly tty: string,
    private readonly ends: TerminalEnds,
  ) {
    super(host, wake);
    this.target = { kind: 'terminal', id: tty };
  }

  get terminal(): TerminalControl {
    return this;
  }
  /** A program waits for input, here or at the far end of a connection. */
  get awaiting(): boolean {
    return !this.#gone && (this.#remote?.awaiting ?? (this.#waitedFor && this.#input.length === 0));
  }
  get echo(): boolean {
    return this.#remote?.echo ?? this.modes.echo;
  }
  /** What stands before the cursor: the prompt, when input is awaited. */
  get prompt(): string {
    return this.#lastLine;
  }
  setModes(modes: Partial<TerminalModes>): void {
    this.modes = { ...this.modes, ...modes };
    this.ends.changed?.();
  }
  setRemote(remote: { awaiting: boolean; echo: boolean } | undefined): void {
    this.#remote = remote;
    this.ends.changed?.();
  }

  // ---------------------------------------------------------------- who types
  /** Keys, in any pieces: '\n' ends a line, '\x03' is Ctrl-C. */
  type(text: string): void {
    if (this.#gone) return;
    if (!this.modes.canonical && !this.modes.signals) {
      this.#echo(text);
      this.#give(text);
      return;
    }
    for (const key of text) this.#key(key);
  }
  #key(key: string): void {
    const control = CONTROLS[key];
    if (control !== undefined && this.modes.signals) {
      this.#line = '';
      this.#input.length = 0;
      this.#echo(control.shown);
      this.#signal(control.signal);
      return;
    }
    if (!this.modes.canonical) {
      this.#echo(key);
      this.#give(key);
      return;
    }
    if (key === END_OF_FILE) {
      this.#give(this.#line);
      this.#line = '';
      return;
    }
    this.#line += key;
    this.#echo(key);
    if (key !== '\n') return;
    this.#give(this.#line);
    this.#line = '';
  }
  #give(text: string): void {
    this.#input.push(text);
    this.#waitedFor = false;
    this.wake();
    this.ends.changed?.();
  }
  #echo(text: string): void {
    if (this.modes.echo) this.#show(text);
    else if (text.endsWith('\n')) this.#lastLine = '';
  }
  #show(text: string): void {
    const end = text.lastIndexOf('\n');
    this.#lastLine = end < 0 ? this.#lastLine + text : text.slice(end + 1);
    this.ends.output(text);
  }
  #signal(signal: SignalName): void {
    for (const process of this.host.processes())
      if (process.pgid === this.foreground && process.tty === this.tty && process.state !== 'zombie')
        this.host.world.kill(this.host, process.pid, signal);
  }
  resize(columns: number, rows: number): void {
    if (columns === this.columns && rows === this.rows) return;
    this.columns = columns;
    this.rows = rows;
    this.#signal('WINCH');
  }
  /** The connection is gone: SIGHUP to the session's leader and whoever is in the foreground. */
  hangUp(): void {
    if (this.#gone) return;
    this.#gone = true;
    for (const process of this.host.processes())
      if (process.tty === this.tty && (process.pgid === this.foreground || process.sid === process.pid))
        this.host.world.kill(this.host, process.pid, 'HUP');
    this.wake();
  }

  // ---------------------------------------------------------------- programs
  read(max?: number): string | undefined {
    const [first] = this.#input;
    if (first === undefined) {
      if (this.#gone) return '';
      if (!this.#waitedFor) {
        this.#waitedFor = true;
        this.ends.changed?.();
      }
      return undefined;
    }
    if (max === undefined || first.length <= max) {
      this.#input.shift();
      return first;
    }
    this.#input[0] = first.slice(max);
    return first.slice(0, max);
  }
  write(text: string): true | Errno {
    if (this.#gone) return 'EIO';
    if (text !== '') this.#show(text);
    return true;
  }
  protected ended(): void {}
}
