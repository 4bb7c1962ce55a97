/** Searching one open file, and printing what grep prints of it. Source: `grep.c`. */
import type { Stream } from '../../../world/process.contract';
import { byteLength } from '../../../std/bytes';
import type { Pattern } from '../../../std/regex/pattern';
import type { Step, Tool } from '../tool';
import type { GrepOptions } from './options';

/** What the searches of all files share. */
export interface Output {
  readonly tool: Tool;
  readonly options: GrepOptions;
  readonly pattern: Pattern | undefined;
  readonly before: number;
  readonly after: number;
  /** A context was asked for, be it of no lines: groups are kept apart. */
  readonly hasContext: boolean;
  readonly withName: boolean;
  /** Whether any line has been printed: a group separator stands before the next group. */
  printed: boolean;
}

/** Lone bytes that are no characters. */
const ENCODING_ERROR = /[\udc80-\udcff]/u;

export class FileSearch {
  count = 0;
  #line = 0;
  #offset = 0;
  /** Context after the last match that is still to be printed. */
  #pending = 0;
  /** Lines kept for context before a match, the oldest first. */
  #kept: { text: string; line: number; offset: number }[] = [];
  #lastPrinted = 0;
  #isBinary = false;
  #hasEncodingErrors = false;
  #quiet: boolean;
  #stopsAtFirst: boolean;
  #done = false;

  constructor(
    private readonly output: Output,
    private readonly name: string,
  ) {
    const { options } = output;
    this.#quiet = options.count || options.list !== 'no' || options.quiet;
    this.#stopsAtFirst = options.list !== 'no' || options.quiet;
  }

  *run(stream: Stream): Step {
    const { tool, options } = this.output;
    const terminator = options.nullData ? '\0' : '\n';
    let rest = '';
    for (;;) {
      const more = stream.read();
      if (more === undefined) {
        yield* tool.drain();
        yield { streams: [stream] };
        continue;
      }
      const text = this.#withoutNulls(rest + more);
      if (text === undefined) return;
      let at = 0;
      for (let end = text.indexOf(terminator); end >= 0; end = text.indexOf(terminator, at)) {
        this.#take(text.slice(at, end));
        at = end + 1;
        if (this.#done) return this.#end(stream, text.slice(at));
        if (tool.isPressed) yield* tool.drain();
      }
      rest = text.slice(at);
      if (more !== '') continue;
      if (rest !== '') this.#take(rest);
      return this.#end(stream, '');
    }
  }

  /** A file with NULs is binary: they end lines, and the lines are not shown. */
  #withoutNulls(text: string): string | undefined {
    const { options } = this.output;
    if (options.nullData || options.binary === 'text') return text;
    if (!this.#isBinary) {
      if (!text.includes('\0')) return text;
      if (options.binary === 'without-match') return undefined;
      this.#isBinary = true;
      if (!options.count) {
        this.#quiet = true;
        this.#stopsAtFirst = true;
      }
    }
    return text.replaceAll('\0', '\n');
  }

  #end(stream: Stream, unread: string): void {
    const { tool, options } = this.output;
    if (Number.isFinite(options.maxCount) && stream.ino !== undefined && stream.kind === 'file')
      stream.seek?.(tool.context.fs.readInode(stream.ino).length - unread.length);
    const isQuiet = options.count || options.list !== 'no' || options.quiet || options.noMessages;
    if (
      options.binary === 'binary' &&
      !isQuiet &&
      (this.#hasEncodingErrors || (this.#isBinary && this.count > 0))
    )
      tool.complain(`${this.name}: binary file matches`);
  }

  #take(text: string): void {
    const { options, pattern, before } = this.output;
    this.#line++;
    const offset = this.#offset;
    if (options.byteOffset) this.#offset += byteLength(text) + 1;
    if (this.count >= options.maxCount) return this.#trailing(text, offset);
    const matches = pattern?.test(text) ?? false;
    if (matches === options.invert) {
      if (this.#pending > 0) this.#trailing(text, offset);
      else if (before > 0) this.#keep(text, offset);
      return;
    }
    this.count++;
    if (!this.#quiet) this.#selected(text, offset);
    if (this.#stopsAtFirst) this.#done = true;
    if (this.count >= options.maxCount && this.#pending === 0) this.#done = true;
  }

  #keep(text: string, offset: number): void {
    if (this.#quiet) return;
    this.#kept.push({ text, line: this.#line, offset });
    if (this.#kept.length > this.output.before) this.#kept.shift();
  }

  /** Context after a match; past the greatest count nothing is a match any more. */
  #trailing(text: string, offset: number): void {
    const isPast = this.count >= this.output.options.maxCount;
    if (isPast && this.#pending === 0) {
      this.#done = true;
      return;
    }
    this.#print(text, this.#line, offset, '-');
    this.#pending--;
    if (isPast && this.#pending === 0) this.#done = true;
  }

  #selected(text: string, offset: number): void {
    const { output } = this;
    const { options } = output;
    const first = this.#kept[0]?.line ?? this.#line;
    if (
      output.hasContext &&
      output.printed &&
      options.groupSeparator !== undefined &&
      (this.#lastPrinted === 0 || first > this.#lastPrinted + 1)
    )
      output.tool.print(`${this.#colored(options.groupSeparator, this.output.options.colors.separator)}\n`);
    for (const kept of this.#kept) this.#print(kept.text, kept.line, kept.offset, '-');
    this.#kept = [];
    this.#print(text, this.#line, offset, ':');
    this.#pending = output.after;
    output.printed = true;
  }

  #print(text: string, line: number, offset: number, separator: ':' | '-'): void {
    const { tool, options } = this.output;
    this.#lastPrinted = line;
    if (!options.onlyMatching && this.#isUnprintable(text)) return;
    const end = options.nullData ? '\0' : '\n';
    const isMatch = separator === ':';
    if (options.onlyMatching) {
      if (isMatch && !options.invert) this.#parts(text, line, offset, end);
      return;
    }
    const colors = options.color && isMatch !== options.invert;
    tool.print(this.#head(line, offset, separator) + (colors ? this.#highlighted(text) : text) + end);
  }

  /** What is no text is not shown, but told of in the end. */
  #isUnprintable(text: string): boolean {
    if (this.output.options.binary === 'text' || !ENCODING_ERROR.test(text)) return false;
    this.#hasEncodingErrors = true;
    return true;
  }

  #parts(text: string, line: number, offset: number, end: string): void {
    const { tool } = this.output;
    for (const [from, to] of this.#spans(text)) {
      if (this.#isUnprintable(text.slice(from, to))) continue;
      const at = this.output.options.byteOffset ? offset + byteLength(text.slice(0, from)) : 0;
      tool.print(
        this.#head(line, at, ':') +
          this.#colored(text.slice(from, to), this.output.options.colors.match) +
          end,
      );
    }
  }

  /** Where the matches that are not empty lie. */
  *#spans(text: string): Generator<[number, number]> {
    const { pattern } = this.output;
    for (let at = 0; at <= text.length; ) {
      const span = pattern?.find(text, at);
      if (span === undefined) return;
      if (span.end > span.start) yield [span.start, span.end];
      at = span.end > span.start ? span.end : span.end + 1;
    }
  }

  #highlighted(text: string): string {
    let out = '';
    let at = 0;
    for (const [from, to] of this.#spans(text)) {
      out += text.slice(at, from) + this.#colored(text.slice(from, to), this.output.options.colors.match);
      at = to;
    }
    return out + text.slice(at);
  }

  #head(line: number, offset: number, separator: string): string {
    const { options, withName } = this.output;
    const mark = this.#colored(separator, this.output.options.colors.separator);
    let head = '';
    if (withName)
      head +=
        this.#colored(this.name, this.output.options.colors.name) + (options.nullAfterName ? '\0' : mark);
    if (options.lineNumbers)
      head +=
        this.#colored(
          options.initialTab ? String(line).padStart(2) : String(line),
          this.output.options.colors.number,
        ) + mark;
    if (options.byteOffset)
      head +=
        this.#colored(
          options.initialTab ? String(offset).padStart(6) : String(offset),
          this.output.options.colors.number,
        ) + mark;
    return options.initialTab && head !== '' ? `${head}\t` : head;
  }

  #colored(text: string, color: string): string {
    return this.output.options.color && text !== ''
      ? `\u001b[${color}m\u001b[K${text}\u001b[m\u001b[K`
      : text;
  }

  /** What stands for the whole file: its count, its name. */
  summary(): void {
    const { tool, options, withName } = this.output;
    if (options.count) {
      const name = withName
        ? this.#colored(this.name, this.output.options.colors.name) +
          (options.nullAfterName ? '\0' : this.#colored(':', this.output.options.colors.separator))
        : '';
      if (!options.quiet && options.list === 'no') tool.print(`${name}${this.count}\n`);
    }
    const listed = options.list === (this.count > 0 ? 'matching' : 'without');
    if (listed && !options.quiet)
      tool.print(
        this.#colored(this.name, this.output.options.colors.name) + (options.nullAfterName ? '\0' : '\n'),
      );
  }
}
