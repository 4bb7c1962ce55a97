/** Runs a sed script over its input. Source: sed 4.9 `execute.c`; POSIX.1-2017 sed. */
import { bytesFromText } from '../../../std/bytes';
import { captureShell } from '../children';
import { LineReader } from '../line-reader';
import type { Pattern } from '../../../std/regex/pattern';
import type { Step, Tool } from '../tool';
import type { InputLine, SedInput } from './input';
import { type OutputFiles, SedOutput } from './output';
import { CaseWriter } from './replacement';
import { type Address, ScriptError, type SedCommand, type SedRegex, type Substitution } from './script';

export interface ExecuteSettings {
  readonly quiet: boolean;
  readonly terminator: string;
  readonly lineLength: number;
  readonly separate: boolean;
}

/** What waits for the end of the cycle. */
type Appended = { readonly text: string } | { readonly file: string } | { readonly lineOf: string };
/** How a command ends its cycle; undefined when the next command follows. */
type Ending = 'next' | 'again' | 'quit' | undefined;

export class Execution {
  output: SedOutput;
  exitCode = 0;
  #pattern = '';
  #hold = '';
  #ended = true;
  #replaced = false;
  #appended: Appended[] = [];
  #lastRegex: Pattern | undefined;
  #at = 0;
  readonly #readers = new Map<string, LineReader>();

  constructor(
    private readonly tool: Tool,
    private readonly commands: readonly SedCommand[],
    private readonly input: SedInput,
    private readonly files: OutputFiles,
    private readonly settings: ExecuteSettings,
  ) {
    this.output = new SedOutput((text) => tool.print(text));
  }

  *run(): Step {
    let keeps = false;
    for (;;) {
      if (!keeps) {
        const line = yield* this.input.next();
        if (line === undefined) return;
        this.#take(line);
        this.#replaced = false;
      }
      const ending = yield* this.#cycle();
      if (ending !== 'again' && !this.settings.quiet && !this.#deleted) this.#print();
      if (ending === 'again') keeps = true;
      else keeps = false;
      yield* this.#flushAppended();
      if (this.tool.isPressed) yield* this.tool.drain();
      if (ending === 'quit') return;
    }
  }

  #deleted = false;

  #take(line: InputLine): void {
    this.#pattern = line.text;
    this.#ended = line.ended;
  }

  #print(): void {
    this.output.put(this.#pattern, this.#ended ? this.settings.terminator : '');
  }

  *#cycle(): Step<Ending> {
    this.#deleted = false;
    let steps = 0;
    for (this.#at = 0; this.#at < this.commands.length; ) {
      const command = this.commands[this.#at];
      if (command === undefined) break;
      // A loop of jumps must not stop the world: it uses the processor like any other.
      if (++steps % 5000 === 0) yield* this.tool.burn(1000);
      if ((yield* this.#selects(command)) === command.negated) {
        const { action } = command;
        this.#at = action.name === '{' ? action.end + 1 : this.#at + 1;
        continue;
      }
      this.#at++;
      const ending = yield* this.#perform(command);
      if (ending !== undefined) return ending;
    }
    return 'next';
  }

  // ---------------------------------------------------------------- addresses
  *#selects(command: SedCommand): Step<boolean> {
    const { first, second } = command;
    if (first === undefined) return true;
    if (second === undefined) return yield* this.#matches(first);
    if (command.range === 'active') return yield* this.#continues(command, first, second);
    if (!(yield* this.#matches(first))) return false;
    const { line } = this.input;
    switch (second.kind) {
      case 'line':
        command.rangeEnd = second.line;
        break;
      case 'count':
        command.rangeEnd = line + second.count;
        break;
      case 'multiple':
        // A line that is a multiple itself begins the range and does not end it.
        command.rangeEnd = second.of === 0 ? line : (Math.floor(line / second.of) + 1) * second.of;
        break;
      default:
        command.range = 'active';
        return true;
    }
    command.range = command.rangeEnd > line ? 'active' : 'closed';
    return true;
  }

  *#continues(command: SedCommand, first: Address, second: Address): Step<boolean> {
    const { line } = this.input;
    if (second.kind === 'line' || second.kind === 'count' || second.kind === 'multiple') {
      if (line >= command.rangeEnd) command.range = 'closed';
      if (line <= command.rangeEnd) return true;
      return first.kind !== 'line' && (yield* this.#matches(first));
    }
    if (yield* this.#matches(second)) command.range = 'closed';
    return true;
  }

  *#matches(address: Address): Step<boolean> {
    const { line } = this.input;
    switch (address.kind) {
      case 'line':
        return line === address.line;
      case 'step':
        return line >= address.first && (line - address.first) % address.step === 0;
      case 'last':
        return yield* this.input.isLast();
      case 'regex':
        return this.#regex(address.regex).test(this.#pattern);
      case 'count':
      case 'multiple':
        return false;
    }
  }

  #regex(regex: SedRegex): Pattern {
    const used = regex ?? this.#lastRegex;
    if (used === undefined) throw new ScriptError('no previous regular expression');
    this.#lastRegex = used;
    return used;
  }

  // ---------------------------------------------------------------- commands
  *#perform(command: SedCommand): Step<Ending> {
    const { action } = command;
    switch (action.name) {
      case '{':
      case '}':
      case ':':
        return undefined;
      case '=':
        this.output.raw(`${this.input.line}\n`);
        return undefined;
      case 'a':
        this.#appended.push({ text: action.text });
        return undefined;
      case 'i':
        this.output.raw(action.text);
        return undefined;
      case 'c':
        if (command.range !== 'active' || command.negated) this.output.raw(action.text);
        this.#deleted = true;
        return 'next';
      case 'b':
        this.#at = action.target;
        return undefined;
      case 't':
      case 'T':
        if (this.#replaced === (action.name === 't')) this.#at = action.target;
        this.#replaced = false;
        return undefined;
      case 'd':
        this.#deleted = true;
        return 'next';
      case 'D':
        return this.#deleteFirst();
      case 'e':
        yield* this.#execute(action.text);
        return undefined;
      case 'F':
        this.output.raw(`${this.input.fileName}\n`);
        return undefined;
      case 'g':
        this.#pattern = this.#hold;
        return undefined;
      case 'G':
        this.#pattern += this.settings.terminator + this.#hold;
        return undefined;
      case 'h':
        this.#hold = this.#pattern;
        return undefined;
      case 'H':
        this.#hold += this.settings.terminator + this.#pattern;
        return undefined;
      case 'x':
        [this.#pattern, this.#hold] = [this.#hold, this.#pattern];
        return undefined;
      case 'l':
      case 'L':
        this.output.raw(visible(this.#pattern, action.number ?? this.settings.lineLength));
        return undefined;
      case 'n':
        return yield* this.#next();
      case 'N':
        return yield* this.#appendNext();
      case 'p':
        this.#print();
        return undefined;
      case 'P':
        this.output.put(this.#pattern.split(this.settings.terminator, 1)[0] ?? '', this.settings.terminator);
        return undefined;
      case 'q':
        this.exitCode = action.number ?? 0;
        return 'quit';
      case 'Q':
        this.exitCode = action.number ?? 0;
        this.#deleted = true;
        this.#appended = [];
        return 'quit';
      case 'r':
        this.#appended.push({ file: action.text });
        return undefined;
      case 'R':
        this.#appended.push({ lineOf: action.text });
        return undefined;
      case 's':
        yield* this.#substitute(action.substitution);
        return undefined;
      case 'w':
        this.files.get(action.text)?.put(this.#pattern, this.#ended ? this.settings.terminator : '');
        return undefined;
      case 'W':
        this.files.get(action.text)?.put(this.#pattern.split('\n', 1)[0] ?? '', this.settings.terminator);
        return undefined;
      case 'y':
        this.#pattern = [...this.#pattern]
          .map((character) => action.map.get(character) ?? character)
          .join('');
        return undefined;
      case 'z':
        this.#pattern = '';
        return undefined;
    }
  }

  #deleteFirst(): Ending {
    this.#deleted = true;
    const end = this.#pattern.indexOf('\n');
    if (end < 0) return 'next';
    this.#pattern = this.#pattern.slice(end + 1);
    return 'again';
  }

  *#next(): Step<Ending> {
    if (yield* this.input.isAtEnd()) return 'quit';
    if (!this.settings.quiet) this.#print();
    yield* this.#flushAppended();
    const line = yield* this.input.next();
    if (line !== undefined) this.#take(line);
    return undefined;
  }

  *#appendNext(): Step<Ending> {
    if (yield* this.input.isAtEnd()) return 'quit';
    yield* this.#flushAppended();
    const line = yield* this.input.next();
    if (line !== undefined)
      this.#take({ text: `${this.#pattern}${this.settings.terminator}${line.text}`, ended: line.ended });
    return undefined;
  }

  *#execute(command: string): Step {
    if (command !== '') {
      this.output.raw(yield* captureShell(this.tool, command));
      return;
    }
    const text = yield* captureShell(this.tool, this.#pattern);
    this.#pattern = text.endsWith('\n') ? text.slice(0, -1) : text;
  }

  *#substitute(substitution: Substitution): Step {
    const changed = this.#replace(substitution);
    if (changed === undefined) return;
    this.#pattern = changed;
    this.#replaced = true;
    if (substitution.evaluate) yield* this.#execute('');
    if (substitution.print) this.#print();
    if (substitution.file !== undefined)
      this.files.get(substitution.file)?.put(this.#pattern, this.#ended ? this.settings.terminator : '');
  }

  #replace(substitution: Substitution): string | undefined {
    const regex = this.#regex(substitution.regex);
    const text = this.#pattern;
    const writer = new CaseWriter();
    let copied = 0;
    let count = 0;
    let done = 0;
    for (let from = 0; from <= text.length; ) {
      const spans = regex.match(text, from);
      if (spans === undefined) break;
      const [start = 0, end = 0] = spans;
      // An empty match right after the last one does not count.
      if (start === end && start === copied && count > 0 && from === start && start > 0 && done === start) {
        from = start + 1;
        done = -1;
        continue;
      }
      count++;
      done = end;
      if (count >= substitution.number) {
        writer.plain(text.slice(copied, start));
        for (const part of substitution.replacement) {
          if (part.kind === 'text') writer.add(part.text);
          else if (part.kind === 'group') {
            const a = spans[part.index * 2] ?? -1;
            if (a >= 0) writer.add(text.slice(a, spans[part.index * 2 + 1]));
          } else writer.change(part);
        }
        copied = end;
        if (!substitution.isGlobal) break;
      }
      from = end === start ? end + 1 : end;
      if (end === start) done = -1;
    }
    if (count < substitution.number) return undefined;
    writer.plain(text.slice(copied));
    return writer.out;
  }

  *#flushAppended(): Step {
    const appended = this.#appended;
    this.#appended = [];
    for (const item of appended) {
      if ('text' in item) this.output.raw(item.text);
      else if ('file' in item) yield* this.#appendFile(item.file);
      else yield* this.#appendLine(item.lineOf);
    }
  }

  *#appendFile(name: string): Step {
    const read = yield* this.tool.readFile(name === '/dev/stdin' ? '-' : name);
    if (typeof read === 'string' || read.text === '') return;
    // A file without a last newline stays so, until something follows it.
    this.output.put(read.text, '');
    if (read.text.endsWith('\n')) this.output.settle();
  }

  *#appendLine(name: string): Step {
    let reader = this.#readers.get(name);
    if (reader === undefined) {
      const stream = name === '/dev/stdin' ? this.tool.context.stdin : this.tool.open(name);
      if (typeof stream === 'string') return;
      reader = new LineReader(this.tool, stream, this.settings.terminator);
      this.#readers.set(name, reader);
    }
    const line = yield* reader.next();
    if (line !== undefined)
      this.output.put(line.endsWith('\n') ? line.slice(0, -1) : line, this.settings.terminator);
  }
}

const VISIBLE: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** `l`: everything visible, in lines of at most `length` columns. */
function visible(text: string, length: number): string {
  let out = '';
  let width = 0;
  for (const byte of bytesFromText(text)) {
    const character = String.fromCharCode(byte);
    const shown =
      VISIBLE[character] ?? (byte >= 32 && byte < 127 ? character : `\\${byte.toString(8).padStart(3, '0')}`);
    if (length > 1 && width + shown.length > length - 1) {
      out += '\\\n';
      width = 0;
    }
    out += shown;
    width += shown.length;
  }
  return `${out}$\n`;
}
