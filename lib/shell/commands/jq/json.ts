/** JSON as jq 1.6 reads and writes it. Source: jq 1.6 `jv_parse.c`, `jv_print.c`, `jv_dtoa.c`. */
import { textFromBytes, bytesFromText } from '../../../std/bytes';

export type Json = null | boolean | number | string | Json[] | JsonObject;
/** Keys keep the order in which they came, whatever they look like. */
export type JsonObject = Map<string, Json>;

export function isObject(value: Json | undefined): value is JsonObject {
  return value instanceof Map;
}

export class JsonError extends Error {}

type Frame = { readonly array: Json[] } | { readonly object: JsonObject; key: string | undefined };

/** Reads values one by one from a text that is all there. */
export class JsonReader {
  #at = 0;
  #line = 1;
  #column = 0;
  #stack: Frame[] = [];
  #next: { value: Json } | undefined;
  #token = '';

  constructor(private readonly text: string) {}

  /** Lines of the text up to and with the one that holds the last character read. */
  get linesRead(): number {
    const end = this.text.indexOf('\n', Math.max(0, this.#at - 1));
    const upTo = end < 0 ? this.text : this.text.slice(0, end + 1);
    let lines = 0;
    for (let i = upTo.indexOf('\n'); i >= 0; i = upTo.indexOf('\n', i + 1)) lines++;
    return lines;
  }

  /** The next value, or undefined at the end. Throws JsonError. */
  next(): { value: Json } | undefined {
    while (this.#at < this.text.length) {
      const character = this.text[this.#at++] ?? '';
      if (character === '\n') {
        this.#line++;
        this.#column = 0;
      } else this.#column++;
      const done = this.#character(character);
      if (done !== undefined) return done;
    }
    return this.#end();
  }

  #fail(message: string): never {
    throw new JsonError(`${message} at line ${this.#line}, column ${this.#column}`);
  }

  #end(): { value: Json } | undefined {
    const fail = (message: string): never => {
      throw new JsonError(`${message} at EOF at line ${this.#line}, column ${this.#column}`);
    };
    const problem = this.#checkLiteral();
    if (problem !== undefined) fail(problem);
    if (this.#stack.length > 0) fail('Unfinished JSON term');
    return this.#take();
  }

  #take(): { value: Json } | undefined {
    const value = this.#next;
    this.#next = undefined;
    return value;
  }

  #character(character: string): { value: Json } | undefined {
    if (character === '"') {
      this.#literal();
      const early = this.#early();
      this.#string();
      return early ?? this.#early(true);
    }
    if (/[[{:,\]}]/.test(character)) {
      this.#literal();
      const early = this.#stack.length === 0 ? this.#take() : undefined;
      const problem = this.#structure(character);
      if (problem !== undefined) this.#fail(problem);
      return early ?? (this.#stack.length === 0 ? this.#take() : undefined);
    }
    if (/\s/.test(character)) {
      this.#literal();
      return this.#stack.length === 0 ? this.#take() : undefined;
    }
    this.#token += character;
    return undefined;
  }

  #early(force = false): { value: Json } | undefined {
    return this.#stack.length === 0 && (force || this.#next !== undefined) ? this.#take() : undefined;
  }

  #literal(): void {
    const problem = this.#checkLiteral();
    if (problem !== undefined) this.#fail(problem);
  }

  #checkLiteral(): string | undefined {
    const token = this.#token;
    if (token === '') return undefined;
    this.#token = '';
    const first = token[0] ?? '';
    const word = { t: 'true', f: 'false', n: 'null' }[first];
    if (word !== undefined) {
      if (token !== word) return 'Invalid literal';
      return this.#value(word === 'null' ? null : word === 'true');
    }
    if (!/^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(token)) return 'Invalid numeric literal';
    const number = Number(token);
    return this.#value(
      number === Infinity ? Number.MAX_VALUE : number === -Infinity ? -Number.MAX_VALUE : number,
    );
  }

  #value(value: Json): string | undefined {
    if (this.#next !== undefined) return 'Expected separator between values';
    this.#next = { value };
    return undefined;
  }

  #string(): void {
    let out = '';
    for (;;) {
      const character = this.text[this.#at++];
      if (character === undefined) {
        this.#at = this.text.length;
        throw new JsonError(`Unfinished string at EOF at line ${this.#line}, column ${this.#column}`);
      }
      if (character === '\n') {
        this.#line++;
        this.#column = 0;
      } else this.#column++;
      if (character === '"') break;
      if (character !== '\\') out += character;
      else out += this.#escape();
    }
    const problem = this.#value(fixed(out));
    if (problem !== undefined) this.#fail(problem);
  }

  #escape(): string {
    const letter = this.text[this.#at++] ?? '';
    this.#column++;
    if (letter === 'u') {
      const digits = this.text.slice(this.#at, this.#at + 4);
      if (!/^[\da-fA-F]{4}$/.test(digits)) this.#fail('Invalid escape');
      this.#at += 4;
      this.#column += 4;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const escape = ESCAPES[letter];
    if (escape !== undefined) return escape;
    // Found out when the string ends.
    this.#column++;
    return this.#fail('Invalid escape');
  }

  #structure(character: string): string | undefined {
    const top = this.#stack[this.#stack.length - 1];
    switch (character) {
      case '[':
      case '{':
        if (this.#next !== undefined) return 'Expected separator between values';
        this.#stack.push(character === '[' ? { array: [] } : { object: new Map(), key: undefined });
        return undefined;
      case ':':
        return this.#colon(top);
      case ',':
        return this.#comma(top);
      case ']':
        if (top === undefined || !('array' in top)) return "Unmatched ']'";
        if (this.#next !== undefined) top.array.push(this.#next.value);
        else if (top.array.length > 0) return 'Expected another array element';
        this.#stack.pop();
        this.#next = { value: top.array };
        return undefined;
      default:
        return this.#closeObject(top);
    }
  }

  #colon(top: Frame | undefined): string | undefined {
    if (top === undefined || !('object' in top)) return "':' not as part of an object";
    if (this.#next === undefined) return "Expected string key before ':'";
    if (top.key !== undefined) return "':' should follow a key";
    if (typeof this.#next.value !== 'string') return 'Object keys must be strings';
    top.key = this.#next.value;
    this.#next = undefined;
    return undefined;
  }

  #comma(top: Frame | undefined): string | undefined {
    if (this.#next === undefined) return "Expected value before ','";
    if (top === undefined) return "',' not as part of an object";
    if ('array' in top) top.array.push(this.#next.value);
    else {
      if (top.key === undefined) return 'Objects must consist of key:value pairs';
      top.object.set(top.key, this.#next.value);
      top.key = undefined;
    }
    this.#next = undefined;
    return undefined;
  }

  #closeObject(top: Frame | undefined): string | undefined {
    if (top === undefined) return "Unmatched '}'";
    if (this.#next !== undefined) {
      if (!('object' in top) || top.key === undefined) return 'Objects must consist of key:value pairs';
      top.object.set(top.key, this.#next.value);
    } else {
      if (!('object' in top) || top.key !== undefined) return "Unmatched '}'";
      if (top.object.size > 0) return 'Expected another key-value pair';
    }
    this.#stack.pop();
    this.#next = { value: top.object };
    return undefined;
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** Half characters become U+FFFD. */
function fixed(text: string): string {
  return /[\ud800-\udfff]/.test(text) ? text.replace(/[\ud800-\udfff]/gu, '\ufffd') : text;
}

export function parseJson(text: string): Json {
  const reader = new JsonReader(text);
  const first = reader.next();
  if (first === undefined) throw new JsonError('Expected JSON value');
  if (reader.next() !== undefined) throw new JsonError('Unexpected extra JSON values');
  return first.value;
}

// ---------------------------------------------------------------- writing

export interface PrintOptions {
  /** One level's indentation; undefined prints on one line. */
  readonly indent: string | undefined;
  readonly sortKeys: boolean;
  readonly ascii: boolean;
  readonly color: boolean;
}

export const COMPACT: PrintOptions = { indent: undefined, sortKeys: false, ascii: false, color: false };

export function printJson(value: Json, options: PrintOptions = COMPACT): string {
  return print(value, options, '\n');
}

/** jq keeps objects' keys in the order they came; sorted ones by code point. */
export function keysOf(object: ReadonlyMap<string, Json>, sorted: boolean): string[] {
  const keys = [...object.keys()];
  return sorted ? keys.sort(compareCodePoints) : keys;
}

export function compareCodePoints(a: string, b: string): number {
  if (a === b) return 0;
  let i = 0;
  while (i < a.length && i < b.length && a[i] === b[i]) i++;
  const x = a.codePointAt(i) ?? -1;
  const y = b.codePointAt(i) ?? -1;
  return x - y;
}

const COLORS = {
  null: '1;30',
  boolean: '0;39',
  number: '0;39',
  string: '0;32',
  array: '1;39',
  object: '1;39',
};
const OFF = '\u001b[0m';

function colored(text: string, color: string): string {
  return `\u001b[${color}m${text}${OFF}`;
}

function print(value: Json, options: PrintOptions, newline: string): string {
  if (value === null) return options.color ? colored('null', COLORS.null) : 'null';
  if (typeof value === 'boolean')
    return options.color ? colored(String(value), COLORS.boolean) : String(value);
  if (typeof value === 'number')
    return options.color ? colored(printNumber(value), COLORS.number) : printNumber(value);
  if (typeof value === 'string') {
    const text = quoteJson(value, options.ascii);
    return options.color ? colored(text, COLORS.string) : text;
  }
  return Array.isArray(value) ? printArray(value, options, newline) : printObject(value, options, newline);
}

function printArray(items: readonly Json[], options: PrintOptions, newline: string): string {
  const start = options.color ? `\u001b[${COLORS.array}m` : '';
  if (items.length === 0) return options.color ? `${start}[]${OFF}` : '[]';
  const inner = options.indent === undefined ? '' : newline + options.indent;
  const nested = options.indent === undefined ? newline : newline + options.indent;
  const outer = options.indent === undefined ? '' : newline;
  const separator = options.color ? `${start},${inner}` : `,${inner}`;
  let out = `${start}[${inner}`;
  items.forEach((item, i) => {
    out += `${i > 0 ? separator : ''}${print(item, options, nested)}`;
  });
  return options.color ? `${out}${start}${outer}${start}]${OFF}` : `${out}${outer}]`;
}

function printObject(object: ReadonlyMap<string, Json>, options: PrintOptions, newline: string): string {
  const keys = keysOf(object, options.sortKeys);
  const start = options.color ? `\u001b[${COLORS.object}m` : '';
  if (keys.length === 0) return options.color ? `${start}{}${OFF}` : '{}';
  const inner = options.indent === undefined ? '' : newline + options.indent;
  const nested = options.indent === undefined ? newline : newline + options.indent;
  const outer = options.indent === undefined ? '' : newline;
  const colon = options.indent === undefined ? ':' : ': ';
  const parts = keys.map((key) => {
    const name = quoteJson(key, options.ascii);
    const value = print(object.get(key) ?? null, options, nested);
    if (!options.color) return `${name}${colon}${value}`;
    return `${OFF}\u001b[34;1m${name}${OFF}${start}${colon}${OFF}${value}`;
  });
  if (!options.color) return `{${inner}${parts.join(`,${inner}`)}${outer}}`;
  return `${start}{${inner}${parts.join(`${start},${inner}`)}${start}${outer}${start}}${OFF}`;
}

export function quoteJson(text: string, ascii = false): string {
  let out = '"';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const escape = WRITTEN[character];
    if (escape !== undefined) out += escape;
    else if (code < 32 || code === 127 || (ascii && code > 126)) {
      for (let i = 0; i < character.length; i++)
        out += `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`;
    } else out += code >= 0xd800 && code <= 0xdfff ? '\ufffd' : character;
  }
  return `${out}"`;
}

const WRITTEN: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** 17 digits at most, and an exponent where the number is far from 1. */
export function printNumber(value: number): string {
  if (Number.isNaN(value)) return 'null';
  if (value === Infinity) return printNumber(Number.MAX_VALUE);
  if (value === -Infinity) return printNumber(-Number.MAX_VALUE);
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [mantissa = '', exponent = '0'] = Math.abs(value).toExponential().split('e');
  const digits = mantissa.replace('.', '');
  const point = Number(exponent) + 1;
  const sign = value < 0 ? '-' : '';
  if (point <= -5 + 1 || point > digits.length + 15) {
    const power = Number(exponent);
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
    return `${sign}${digits[0]}${fraction}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  }
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return sign + digits + '0'.repeat(point - digits.length);
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** Text from outside: bytes that are no characters become U+FFFD. */
export function cleanText(text: string): string {
  return /[\udc80-\udcff]/.test(text)
    ? textFromBytes(bytesFromText(text)).replace(/[\udc80-\udcff]/gu, '\ufffd')
    : text;
}
