/** `printf`. */
import { strftime } from '../../std/civil';
import { byteLength, bytesFromText, textFromBytes } from '../../std/bytes';
import { zoneTimeAt } from '../../std/zones';
import {
  exponential,
  fixed,
  general,
  hexadecimal,
  type LongDouble,
  readLongDouble,
} from '../expand/long-double';
import { backslashQuote } from '../expand/quote';
import type { Run, Shell } from '../shell';
import { EXPORTED } from '../state/variables';
import { mendBytes, readEscape } from '../syntax/ansi-c';
import { type Call, complain, readOptions, usage } from './builtin';
import { decodeEcho, put } from './echo';

interface Directive {
  readonly flags: string;
  readonly width: number | undefined;
  readonly precision: number | undefined;
  readonly conversion: string;
  /** Between the parentheses of `%( )T`. */
  readonly timeFormat: string;
}

const LARGEST = 0x7fffffffffffffffn;
const SMALLEST = -0x8000000000000000n;
const MOST_WIDTH = 100_000;

export function* printf(call: Call): Run<number> {
  const { shell } = call;
  const options =
    shell.dialect === 'dash'
      ? { rest: call.args[0] === '--' ? call.args.slice(1) : call.args, values: new Map<string, string>() }
      : yield* readOptions(call, 'v:');
  if (typeof options === 'number') return options;
  const variable = options.values.get('v');
  if (variable !== undefined && !/^[A-Za-z_]\w*(?:\[[^]+\])?$/.test(variable)) {
    yield* complain(call, `\`${variable}': not a valid identifier`);
    return 2;
  }
  const [format, ...args] = options.rest;
  if (format === undefined) return yield* usage(call);
  const formatter = new Formatter(call, format, args);
  const status = yield* formatter.run();
  if (variable === undefined) {
    const written = yield* put(call, formatter.out);
    return written === 0 ? status : written;
  }
  return (yield* assignTo(call, variable, formatter.out)) ? status : 1;
}

function* assignTo(call: Call, name: string, value: string): Run<boolean> {
  const { shell } = call;
  const bracket = name.indexOf('[');
  const refused =
    bracket === -1
      ? shell.assign(name, value)
      : shell.assignElement(
          name.slice(0, bracket),
          shell.subscriptKey(name.slice(0, bracket), name.slice(bracket + 1, -1)),
          value,
        );
  if (refused === undefined) return true;
  yield* shell.complain(refused);
  return false;
}

class Formatter {
  out = '';
  #next = 0;
  #status = 0;
  #stopped = false;
  readonly #shell: Shell;

  constructor(
    private readonly call: Call,
    private readonly format: string,
    private readonly args: readonly string[],
  ) {
    this.#shell = call.shell;
  }

  *run(): Run<number> {
    do {
      const before = this.#next;
      yield* this.#pass();
      if (this.#next === before) break;
    } while (!this.#stopped && this.#next < this.args.length);
    this.out = mendBytes(this.out);
    return this.#status;
  }

  *#fail(message: string): Run<void> {
    yield* complain(this.call, message);
    this.#status = 1;
  }

  #take(): string | undefined {
    const arg = this.args[this.#next];
    this.#next++;
    return arg;
  }

  /** The format once over. */
  *#pass(): Run<void> {
    const { format } = this;
    for (let at = 0; at < format.length && !this.#stopped; ) {
      const c = format[at] ?? '';
      if (c === '\\') at = yield* this.#escape(at);
      else if (c === '%') at = yield* this.#percent(at);
      else {
        const next = /[\\%]/.exec(format.slice(at))?.index ?? format.length - at;
        this.out += format.slice(at, at + next);
        at += next;
      }
    }
  }

  *#escape(at: number): Run<number> {
    const next = this.format[at + 1];
    if (next === undefined) {
      this.out += '\\';
      return at + 1;
    }
    if (next === '"' || next === '?' || next === "'") {
      this.out += next;
      return at + 2;
    }
    const isBeyondDash = this.#shell.dialect === 'dash' && /[xuU]/.test(next);
    const escape = isBeyondDash ? undefined : readEscape(this.format, at + 1, { octal: 3 });
    if (escape === undefined) {
      if (next === 'x' && !isBeyondDash) yield* complain(this.call, 'missing hex digit for \\x');
      this.out += `\\${next}`;
      return at + 2;
    }
    this.out += escape.text;
    return escape.end;
  }

  *#percent(at: number): Run<number> {
    if (this.format[at + 1] === '%') {
      this.out += '%';
      return at + 2;
    }
    const match = /^%([-+ #0']*)(\*|\d*)(?:\.(\*|-?\d*))?(?:hh|h|ll|l|j|t|z|L)?/.exec(
      this.format.slice(at),
    ) ?? ['%', '', '', undefined];
    let end = at + (match[0]?.length ?? 1);
    let flags = match[1] ?? '';
    let width = yield* this.#count(match[2]);
    let precision = match[3] === undefined ? undefined : ((yield* this.#count(match[3])) ?? 0);
    if (width !== undefined && width < 0) {
      flags += '-';
      width = -width;
    }
    if (precision !== undefined && precision < 0) precision = undefined;
    let conversion = this.format[end] ?? '';
    let timeFormat = '';
    const time = conversion === '(' ? /^\(([^)]*)\)T/.exec(this.format.slice(end)) : null;
    if (time !== null) {
      timeFormat = time[1] ?? '';
      end += time[0].length - 1;
      conversion = 'T';
    }
    if (conversion === '') {
      yield* this.#fail(
        this.#shell.dialect === 'dash'
          ? `${this.format.slice(at)}: invalid directive`
          : `\`${this.format.slice(at)}': missing format character`,
      );
      this.#stopped = true;
      return this.format.length;
    }
    yield* this.#convert({ flags, width, precision, conversion, timeFormat });
    return end + 1;
  }

  /** Width or precision: digits, or `*` for an argument. */
  *#count(text: string | undefined): Run<number | undefined> {
    if (text === undefined || text === '') return undefined;
    const value = text === '*' ? Number(yield* this.#integer(this.#take())) : Number(text);
    return Math.max(-MOST_WIDTH, Math.min(MOST_WIDTH, value));
  }

  *#convert(directive: Directive): Run<void> {
    const dash = this.#shell.dialect === 'dash';
    switch (directive.conversion) {
      case 's':
        this.#text(this.#take() ?? '', directive);
        return;
      case 'c':
        this.#text((this.#take() ?? '')[0] ?? '\0', { ...directive, precision: undefined });
        return;
      case 'b': {
        const decoded = decodeFormatB(this.#take() ?? '');
        this.#text(decoded.text, directive);
        this.#stopped = decoded.stops;
        return;
      }
      case 'd':
      case 'i':
        this.#signed(yield* this.#integer(this.#take()), directive);
        return;
      case 'o':
      case 'u':
      case 'x':
      case 'X':
        this.#unsigned(yield* this.#integer(this.#take(), 'unsigned'), directive);
        return;
      case 'f':
      case 'F':
      case 'e':
      case 'E':
      case 'g':
      case 'G':
      case 'a':
      case 'A':
        this.#float(yield* this.#number(this.#take()), directive);
        return;
      case 'q':
      case 'Q':
        if (dash) break;
        this.#text(
          backslashQuote(
            directive.conversion === 'Q' && directive.precision !== undefined
              ? (this.#take() ?? '').slice(0, directive.precision)
              : (this.#take() ?? ''),
          ),
          directive.conversion === 'Q' ? { ...directive, precision: undefined } : directive,
        );
        return;
      case 'T':
        if (dash) break;
        yield* this.#time(directive);
        return;
      case 'n':
        this.#take();
        return;
      default:
    }
    yield* this.#fail(
      dash
        ? `%${directive.conversion}: invalid directive`
        : `\`${directive.conversion}': invalid format character`,
    );
    if (dash) this.#status = 2;
    this.#stopped = true;
  }

  // --------------------------------------------------------------------- text
  /** Widths count bytes, as in bash. */
  #text(text: string, directive: Directive): void {
    const { precision } = directive;
    const cut =
      precision === undefined
        ? text
        : /^[\0-\x7f]*$/.test(text)
          ? text.slice(0, precision)
          : textFromBytes(bytesFromText(text).slice(0, precision));
    this.#pad(cut, directive);
  }

  #pad(text: string, directive: Directive): void {
    const missing = (directive.width ?? 0) - byteLength(text);
    if (missing <= 0) this.out += text;
    else this.out += directive.flags.includes('-') ? text + ' '.repeat(missing) : ' '.repeat(missing) + text;
  }

  /** Sign, zeros and padding of a number. */
  #padNumber(sign: string, prefix: string, digits: string, directive: Directive, zeros: boolean): void {
    const { flags, width = 0 } = directive;
    const length = sign.length + prefix.length + digits.length;
    if (zeros && flags.includes('0') && !flags.includes('-') && length < width)
      this.out += sign + prefix + '0'.repeat(width - length) + digits;
    else this.#pad(sign + prefix + digits, directive);
  }

  // ------------------------------------------------------------------ integers
  /** An argument as a whole number, as strtoimax(3) reads it; complaints are made here. */
  *#integer(arg: string | undefined, kind: 'signed' | 'unsigned' = 'signed'): Run<bigint> {
    if (arg === undefined || arg === '') return 0n;
    const quoted = /^["']([^]*)$/.exec(arg);
    if (quoted !== null) return BigInt((quoted[1] ?? '').codePointAt(0) ?? 0);
    const match = /^[ \t\n]*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)/.exec(arg);
    if (match === null) {
      yield* this.#fail(
        this.#shell.dialect === 'dash' ? `${arg}: expected numeric value` : `${arg}: invalid number`,
      );
      return 0n;
    }
    const digits = match[2] ?? '0';
    const magnitude = /^0[xX]/.test(digits)
      ? BigInt(digits)
      : digits.startsWith('0')
        ? BigInt(`0o${digits.slice(1) === '' ? '0' : digits.slice(1)}`)
        : BigInt(digits);
    const value = match[1] === '-' ? -magnitude : magnitude;
    if (match[0].length < arg.length)
      yield* this.#fail(
        this.#shell.dialect === 'dash' ? `${arg}: not completely converted` : `${arg}: invalid number`,
      );
    const largest = kind === 'unsigned' ? 0xffffffffffffffffn : LARGEST;
    if (value > largest || value < SMALLEST) {
      yield* complain(this.call, `warning: ${arg}: Numerical result out of range`);
      return value > 0n ? largest : SMALLEST;
    }
    return value;
  }

  #signed(value: bigint, directive: Directive): void {
    const sign =
      value < 0n ? '-' : directive.flags.includes('+') ? '+' : directive.flags.includes(' ') ? ' ' : '';
    const digits = (value < 0n ? -value : value).toString();
    const { precision } = directive;
    this.#padNumber(
      sign,
      '',
      precision === 0 && value === 0n ? '' : digits.padStart(precision ?? 0, '0'),
      directive,
      precision === undefined,
    );
  }

  #unsigned(value: bigint, directive: Directive): void {
    const whole = BigInt.asUintN(64, value);
    const { conversion, flags, precision } = directive;
    let digits = whole.toString(conversion === 'o' ? 8 : conversion === 'u' ? 10 : 16);
    if (conversion === 'X') digits = digits.toUpperCase();
    let prefix = '';
    if (flags.includes('#') && whole !== 0n) {
      if (conversion === 'o') digits = `0${digits}`;
      else if (conversion === 'x' || conversion === 'X') prefix = `0${conversion}`;
    }
    this.#padNumber('', prefix, digits.padStart(precision ?? 0, '0'), directive, precision === undefined);
  }

  // -------------------------------------------------------------------- floats
  *#number(arg: string | undefined): Run<LongDouble> {
    const zero: LongDouble = { negative: false, mantissa: 0n, exponent: 0, special: undefined };
    if (arg === undefined || arg === '') return zero;
    const quoted = /^["']([^]*)$/.exec(arg);
    const read = readLongDouble(quoted === null ? arg : String((quoted[1] ?? '').codePointAt(0) ?? 0));
    if (read === undefined) {
      yield* this.#fail(
        this.#shell.dialect === 'dash' ? `${arg}: expected numeric value` : `${arg}: invalid number`,
      );
      return zero;
    }
    if (read.rest !== '')
      yield* this.#fail(
        this.#shell.dialect === 'dash' ? `${arg}: not completely converted` : `${arg}: invalid number`,
      );
    return read.value;
  }

  #float(value: LongDouble, directive: Directive): void {
    const { flags, conversion, precision } = directive;
    const sign = value.negative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
    let digits =
      value.special ?? floatDigits(value, conversion.toLowerCase(), precision, flags.includes('#'));
    if (conversion !== conversion.toLowerCase()) digits = digits.toUpperCase();
    this.#padNumber(sign, '', digits, directive, value.special === undefined);
  }

  *#time(directive: Directive): Run<void> {
    const arg = this.#take();
    const seconds = arg === undefined ? -1n : yield* this.#integer(arg);
    const { shell } = this.call;
    const micros =
      seconds === -1n
        ? shell.host.clock()
        : seconds === -2n
          ? shell.host.clock() - shell.context.kernel.now + shell.special.startedAt
          : Number(seconds) * 1_000_000;
    const zone = shell.variables.find('TZ');
    const tz = zone !== undefined && (zone.flags & EXPORTED) !== 0 ? zone.value : undefined;
    const format = directive.timeFormat === '' ? '%X' : directive.timeFormat;
    this.#text(strftime(format, micros, zoneTimeAt(tz, micros)), directive);
  }
}

function floatDigits(
  value: LongDouble,
  conversion: string,
  precision: number | undefined,
  alternate: boolean,
): string {
  switch (conversion) {
    case 'f':
      return fixed(value, precision ?? 6);
    case 'e':
      return exponential(value, precision ?? 6);
    case 'g':
      return general(value, precision ?? 6, alternate);
    default:
      return hexadecimal(value);
  }
}

/** `%b`: the escapes of `echo -e`, and octal numbers without a leading zero too. */
function decodeFormatB(text: string): { text: string; stops: boolean } {
  return decodeEcho(text.replace(/\\([1-7][0-7]{0,2})/g, (_, digits: string) => `\\0${digits}`));
}
