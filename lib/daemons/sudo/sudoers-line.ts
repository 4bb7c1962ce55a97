/**
 * One line of sudoers(5), token by token, so that a mistake is told where sudo tells it. Recorded with sudo
 * 1.9.13p3-1+deb12u2.
 */
import { NEVER_OFF, OPTIONS } from './defaults-table';

export interface Problem {
  /** Offset in the line. */
  at: number;
  message: string;
  /** How much of the line is underlined; undefined: the line is not shown. */
  length: number | undefined;
}
export interface Privilege {
  hosts: string[];
  commands: {
    runasUsers: string[];
    runasGroups: string[];
    nopasswd: boolean;
    tags: readonly string[];
    command: string;
  }[];
}
/** `Defaults:bob`: whom or what settings are for; '' everybody. */
export type Binding = '' | ':' | '@' | '>' | '!';
export type Setting = [name: string, operator: string, value: string | boolean];
export type Line =
  | { kind: 'defaults'; binding: Binding; names: string[]; set: Setting[] }
  | {
      kind: 'alias';
      type: 'User' | 'Runas' | 'Host' | 'Cmnd';
      named: [name: string, list: string[], at: number][];
    }
  | { kind: 'rule'; users: string[]; privileges: Privilege[] };

interface Token {
  kind: 'word' | 'tag' | 'end' | ',' | '=' | ':' | '!' | '(' | ')';
  text: string;
  at: number;
  length: number;
}

export const ALIAS = /^[A-Z][A-Z0-9_]*$/;
const TAG = /(?:NO)?(?:EXEC|FOLLOW|INTERCEPT|LOG_INPUT|LOG_OUTPUT|MAIL|PASSWD|SETENV)[ \t]*:/y;
const OPTION =
  /(?:CWD|CHROOT|ROLE|TYPE|PRIVS|LIMITPRIVS|APPARMOR_PROFILE|TIMEOUT|NOTBEFORE|NOTAFTER)[ \t]*=[ \t]*(?:"[^"]*"|\S+)/y;
const WORD = /(?:"[^"]*"|\\[^]|[^\s\\,=:!()"])+/y;
/** Up to a comma, colon or the end; `=` may stand in arguments. */
const COMMAND = /(?:\\[^]|"[^"]*"|[^\\,:])*/y;

/** What a line says, and what is wrong with it. What comes before the mistake counts. */
export function readLine(text: string): { line: Line | undefined; problems: Problem[] } {
  const reader = new LineReader(text);
  const line = reader.read();
  const { problems, stop } = reader;
  return stop === undefined ? { line, problems } : { line: undefined, problems: [...problems, stop] };
}

class LineReader {
  readonly problems: Problem[] = [];
  /** What ended the reading: from there on nothing but the end is found. */
  stop: Problem | undefined;
  #at = 0;

  constructor(private readonly text: string) {}

  read(): Line {
    const head = /^[ \t]*Defaults(?:([:@>!])|(?=[ \t]|$))/.exec(this.text);
    if (head !== null) {
      this.#at = head[0].length;
      const [, sign = ''] = head;
      return this.#defaults(sign === ':' || sign === '@' || sign === '>' || sign === '!' ? sign : '');
    }
    const alias = /^[ \t]*(User|Runas|Host|Cmnd|Cmd)_Alias(?=[ \t]|$)/.exec(this.text);
    if (alias !== null) {
      this.#at = alias[0].length;
      const [, type] = alias;
      return this.#alias(type === 'User' || type === 'Runas' || type === 'Host' ? type : 'Cmnd');
    }
    return this.#rule();
  }

  // ---------------------------------------------------------------- tokens
  #skipBlanks(): void {
    while (this.text[this.#at] === ' ' || this.text[this.#at] === '\t') this.#at++;
  }
  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.text);
  }
  #peek(): Token {
    this.#skipBlanks();
    const at = this.#at;
    const first = this.text[at];
    if (first === undefined) return { kind: 'end', text: '', at, length: 1 };
    const tag = this.#match(TAG);
    if (tag !== null) return { kind: 'tag', text: tag[0], at, length: tag[0].length };
    if (first === ',' || first === '=' || first === ':' || first === '!' || first === '(' || first === ')')
      return { kind: first, text: first, at, length: 1 };
    const word = this.#match(WORD);
    if (word === null) return this.#brokenString();
    return { kind: 'word', text: word[0], at, length: word[0].length };
  }
  #take(kind: Token['kind']): Token | undefined {
    const token = this.#peek();
    if (token.kind !== kind) return undefined;
    this.#at = token.at + (kind === 'end' ? 0 : token.length);
    return token;
  }
  #expect(kind: Token['kind']): Token {
    return this.#take(kind) ?? this.#fail();
  }
  #fail(token = this.#peek()): Token {
    // A command is told where it ends.
    const isCommand = token.kind === 'word' && token.text.startsWith('/');
    return this.#stopAt(
      isCommand ? this.text.trimEnd().length : token.at,
      'syntax error',
      isCommand ? 1 : token.length,
    );
  }
  #brokenString(): Token {
    return this.#stopAt(this.text.length, 'unexpected line break in string', 1);
  }
  /** The first mistake counts. @returns the end */
  #stopAt(at: number, message: string, length: number): Token {
    this.stop ??= { at, message, length };
    this.#at = this.text.length;
    return { kind: 'end', text: '', at: this.#at, length: 1 };
  }

  // ---------------------------------------------------------------- lists
  #name(): string {
    let bangs = '';
    while (this.#take('!') !== undefined) bangs += '!';
    const token = this.#expect('word');
    if (token.text === '%') this.#stopAt(token.at, 'empty group', 1);
    return (bangs.length % 2 === 1 ? '!' : '') + plain(token.text);
  }
  #names(): string[] {
    const names = [this.#name()];
    while (this.#take(',') !== undefined) names.push(this.#name());
    return names;
  }

  // ---------------------------------------------------------------- lines
  #defaults(binding: Binding): Line {
    const names = binding === '' ? [] : this.#names();
    const set: Setting[] = [];
    do {
      const isOff = this.#take('!') !== undefined;
      this.#skipBlanks();
      const name = this.#match(/[a-z_]+/y)?.[0];
      if (name === undefined) {
        this.#fail();
        break;
      }
      this.#at += name.length;
      const operator = isOff ? undefined : this.#match(/[ \t]*([+-]?=)[ \t]*/y);
      if (operator == null) {
        if (isOff && this.#peek().kind === '=') {
          this.#fail();
          break;
        }
        this.#option(name, !isOff, this.#peek().at);
        set.push([name, '=', !isOff]);
        continue;
      }
      this.#at += operator[0].length;
      const at = this.#at;
      const value = this.#match(/"([^"]*)"|(?:\\[^]|[^\s\\,"])+/y);
      if (value === null) {
        if (this.text[at] === '"') this.#brokenString();
        else this.#fail();
        break;
      }
      this.#at += value[0].length;
      const text = value[1] ?? plain(value[0]);
      this.#option(name, text, at);
      set.push([name, operator[1] ?? '=', text]);
    } while (this.#take(',') !== undefined);
    this.#expect('end');
    return { kind: 'defaults', binding, names, set };
  }
  #option(name: string, value: string | boolean, at: number): void {
    const kind = OPTIONS.get(name);
    const message =
      kind === undefined
        ? `unknown defaults entry "${name}"`
        : typeof value === 'boolean'
          ? kind !== 'flag' && kind !== 'maybe' && (value || NEVER_OFF.has(name))
            ? `no value specified for "${name}"`
            : undefined
          : kind === 'flag'
            ? `option "${name}" does not take a value`
            : kind === 'number' && !/^-?[\d.]+[a-z]*$/.test(value) && value !== 'infinity'
              ? `value "${value}" is invalid for option "${name}"`
              : kind === 'path' && !value.startsWith('/')
                ? `values for "${name}" must start with a '/'`
                : undefined;
    if (message !== undefined) this.problems.push({ at, message, length: undefined });
  }
  #alias(type: 'User' | 'Runas' | 'Host' | 'Cmnd'): Line {
    const named: [string, string[], number][] = [];
    do {
      const name = this.#peek();
      if (name.kind !== 'word' || !ALIAS.test(name.text)) {
        this.#fail();
        break;
      }
      this.#at = name.at + name.length;
      this.#expect('=');
      const list = type === 'Cmnd' ? this.#commandNames() : this.#names();
      named.push([name.text, list, name.at]);
    } while (this.#take(':') !== undefined);
    this.#expect('end');
    return { kind: 'alias', type, named };
  }
  #commandNames(): string[] {
    const list = [this.#command()];
    while (this.#take(',') !== undefined) list.push(this.#command());
    return list;
  }
  #rule(): Line {
    const users = this.#names();
    const privileges: Privilege[] = [];
    do {
      const hosts = this.#names();
      this.#expect('=');
      const commands: Privilege['commands'] = [];
      let runasUsers = ['root'];
      let runasGroups: string[] = [];
      let nopasswd = false;
      let tags: readonly string[] = [];
      do {
        if (this.#take('(') !== undefined) {
          const next = this.#peek().kind;
          runasUsers = next === ':' || next === ')' ? [] : this.#names();
          runasGroups = this.#take(':') === undefined ? [] : this.#names();
          this.#expect(')');
        }
        for (;;) {
          this.#skipBlanks();
          const option = this.#match(OPTION);
          if (option !== null) this.#at += option[0].length;
          const tag = option === null ? this.#take('tag') : undefined;
          if (tag?.text.startsWith('NOPASSWD') === true) nopasswd = true;
          else if (tag?.text.startsWith('PASSWD') === true) nopasswd = false;
          else if (tag !== undefined) tags = [...tags, tag.text.replace(/[ \t]*:$/, '')];
          if (option === null && tag === undefined) break;
        }
        commands.push({ runasUsers, runasGroups, nopasswd, tags, command: this.#command() });
      } while (this.#take(',') !== undefined);
      privileges.push({ hosts, commands });
    } while (this.#take(':') !== undefined);
    this.#expect('end');
    return { kind: 'rule', users, privileges };
  }
  /** A path with its arguments, an alias, or ALL. */
  #command(): string {
    const isNot = this.#take('!') !== undefined;
    const token = this.#peek();
    if (token.kind !== 'word') return this.#fail(token).text;
    const takesWords = token.text.startsWith('/') || token.text === 'sudoedit' || token.text === 'list';
    if (!takesWords && !ALIAS.test(token.text))
      return this.#stopAt(token.at, 'expected a fully-qualified path name', token.length).text;
    const text = takesWords ? (this.#match(COMMAND)?.[0] ?? token.text) : token.text;
    this.#at = token.at + text.length;
    return (isNot ? '!' : '') + plain(text.trim());
  }
}
/** Without the backslashes in front of what would mean something. */
function plain(text: string): string {
  if (!text.includes('\\') && !text.startsWith('"')) return text;
  return text.replace(/\\([,:=\\ \t])/g, '$1').replace(/^"(.*)"$/, '$1');
}
