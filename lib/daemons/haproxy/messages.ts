/**
 * What the daemon says on standard error: `[ALERT]    (77) : config : …`.
 * The first alert or warning of a start is preceded by two notices with the
 * version and the path. Source: 2.6.12 `errors.c`; recorded `haproxy -c` runs.
 */

export const VERSION = '2.6.12-1+deb12u3';
export const RELEASE_DATE = '2025/10/03';
export const EXECUTABLE = '/usr/sbin/haproxy';

export type MessageLevel = 'NOTICE' | 'WARNING' | 'ALERT';
/** A `PROMPT` is a question of OpenSSL's: it stands there as it is. */
export type SaidLevel = MessageLevel | 'PROMPT';

/** Where in the configuration a message comes from, for the editor. */
export interface MessagePlace {
  readonly file: string;
  /** from 1 */
  readonly line: number;
}

/** One message, without its `[LEVEL]   (pid) : ` head. */
export interface Message {
  readonly level: SaidLevel;
  /** as printed after the head, its last newline included */
  readonly text: string;
  readonly place: MessagePlace | undefined;
}

/** `[WARNING]  (`: the label in brackets, padded to ten characters. */
export function formatMessage(message: Message, pid: number): string {
  if (message.level === 'PROMPT') return message.text;
  return `${`[${message.level}]`.padEnd(10)} (${pid}) : ${message.text}`;
}

/** The messages of one run, in order. */
export class MessageLog {
  readonly messages: Message[] = [];
  hasWarnings = false;
  #saidVersion = false;
  /** `config` while files are read, nothing afterwards. */
  #prefix = 'config';
  /** Put before the next message only, as the daemon does for servers. */
  #context: (() => string) | undefined;
  place: MessagePlace | undefined;

  alert(text: string): void {
    this.#version();
    this.#add('ALERT', text);
  }

  warning(text: string): void {
    this.hasWarnings = true;
    this.#version();
    this.#add('WARNING', text);
  }

  notice(text: string): void {
    this.#add('NOTICE', text);
  }

  /** A question that nobody answers. */
  prompt(text: string): void {
    this.messages.push({ level: 'PROMPT', text: `${text}\n`, place: this.place });
  }

  /** Ends the phase in which files are read. */
  endConfiguration(): void {
    this.#prefix = '';
    this.#context = undefined;
  }

  setContext(context: (() => string) | undefined): void {
    this.#context = context;
  }

  #version(): void {
    if (this.#saidVersion) return;
    this.#saidVersion = true;
    this.messages.push({ level: 'NOTICE', text: `haproxy version is ${VERSION}\n`, place: undefined });
    this.messages.push({ level: 'NOTICE', text: `path to executable is ${EXECUTABLE}\n`, place: undefined });
  }

  #add(level: MessageLevel, text: string): void {
    const prefix = this.#prefix === '' ? '' : `${this.#prefix} : `;
    const context = this.#context?.() ?? '';
    this.#context = undefined;
    // A NUL ends the daemon's string, its newline included.
    const whole = `${prefix}${context}${text}\n`;
    const nul = whole.indexOf('\0');
    this.messages.push({ level, text: nul < 0 ? whole : whole.slice(0, nul), place: this.place });
  }
}

/** A message for the middle of another: one newline at its end is dropped, several lines are set off and indented. */
export function indentMessage(text: string, level = 2): string {
  if (!text.includes('\n')) return text;
  if (text.indexOf('\n') === text.length - 1) return text.slice(0, -1);
  let indented = '';
  for (let at = text.search(/[^\n]|$/); at < text.length; ) {
    // At least one character, be it a newline: of an empty line both stay.
    const end = text.indexOf('\n', at + 1);
    const line = end < 0 ? text.slice(at) : text.slice(at, end);
    indented += `\n${' '.repeat(level)}${line}`;
    at = end < 0 ? text.length : end + 1;
  }
  return indented;
}
/** A message; the first that is more than a notice is preceded by the version. */
export function saying(
  state: { saidVersion: boolean },
  pid: number,
  level: MessageLevel,
  text: string,
): string {
  const line = (own: MessageLevel, words: string): string =>
    formatMessage({ level: own, text: `${words}\n`, place: undefined }, pid);
  if (level === 'NOTICE' || state.saidVersion) return line(level, text);
  state.saidVersion = true;
  return `${line('NOTICE', `haproxy version is ${VERSION}`)}${line('NOTICE', `path to executable is ${EXECUTABLE}`)}${line(level, text)}`;
}
