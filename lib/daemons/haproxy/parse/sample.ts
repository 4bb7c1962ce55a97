/**
 * Sample expressions: `req.hdr(host),lower`, `src,ipmask(24)`, with the
 * daemon's own reasons for refusing one.
 * Source: HAProxy 2.6 configuration manual §7.3 "Fetching samples", §7.3.1
 * "Converters"; 2.6.12 `sample.c` `sample_parse_expr()`, `arg.c` `make_arg_list()`.
 */

import { parseIPv4 } from '../../../std/ipv4';
import type { SampleExpression, SampleType } from '../config';
import { isMapConverter, type SampleContext } from './pattern-files';
import { variableNameFault } from './variable-name';
import { type ArgumentList, canCast, CONVERTERS, FETCHES, isModelled, nameLength } from '../samples';

export type SampleResult =
  | { readonly expression: SampleExpression; readonly wordsUsed: number; readonly end: number }
  | { readonly error: string };

/** An argument list in parentheses, or nothing. */
type ArgumentResult =
  | { readonly values: string[]; readonly end: number }
  | { readonly error: string; readonly at: number };

/** Reads an expression from words: converters may stand in the word of the fetch or in words of their own. */
export function parseSampleWords(words: readonly string[], context: SampleContext): SampleResult {
  return new SampleReader(words, 'words', context).read();
}

/** Reads an expression from a text and stops at the first character that is not part of it (`]` in log formats). */
export function parseSampleText(text: string, context: SampleContext): SampleResult {
  return new SampleReader([text], 'text', context).read();
}

class SampleReader {
  readonly #words: readonly string[];
  readonly #mode: 'words' | 'text';
  readonly #context: SampleContext;
  readonly #converters: { name: string; arguments: string[] }[] = [];
  #word = 0;
  #at = 0;
  #type: SampleType = 'any';
  #error: string | undefined;

  constructor(words: readonly string[], mode: 'words' | 'text', context: SampleContext) {
    this.#words = words;
    this.#mode = mode;
    this.#context = context;
  }

  get #text(): string {
    return this.#words[this.#word] ?? '';
  }

  read(): SampleResult {
    const length = nameLength(this.#text);
    if (length === 0) return { error: 'missing fetch method' };
    const name = this.#text.slice(0, length);
    const fetch = FETCHES.get(name);
    if (fetch === undefined) return { error: `unknown fetch method '${name}'` };
    const args = parseArguments(this.#text, length, fetch.arguments);
    if ('error' in args) return { error: `fetch method '${name}' : ${args.error}` };
    if (name === 'uuid' && !['', '4'].includes(args.values[0] ?? ''))
      return {
        error: `invalid args in fetch method 'uuid' : Unsupported UUID version: '${args.values[0] ?? ''}'`,
      };
    const fault = name === 'var' ? variableNameFault(args.values[0] ?? '') : undefined;
    if (fault !== undefined) return { error: `invalid args in fetch method 'var' : ${fault}` };
    this.#type = fetch.type;
    this.#at = args.end;
    while (this.#converter(name)) {
      // each call takes one converter
    }
    if (this.#error !== undefined) return { error: this.#error };
    const expression: SampleExpression = {
      fetch: name,
      arguments: args.values,
      converters: this.#converters,
      type: this.#type,
    };
    noteSample(this.#context, expression);
    return {
      expression,
      wordsUsed: this.#word,
      end: this.#at,
    };
  }

  #converter(fetch: string): boolean {
    const next = this.#text.charAt(this.#at);
    if (next !== '' && next !== ',') {
      if (this.#mode === 'text') return false;
      const last = this.#converters.at(-1);
      return this.#refuse(
        last === undefined
          ? `missing comma after fetch keyword '${fetch}'`
          : `missing comma after converter '${last.name}'`,
      );
    }
    while (this.#text.charAt(this.#at) === ',') this.#at++;
    if (this.#text.charAt(this.#at) === '') {
      if (this.#mode === 'text') return false;
      this.#word++;
      this.#at = 0;
      if (this.#text === '') return false;
    }
    const length = nameLength(this.#text, this.#at);
    const name = this.#text.slice(this.#at, this.#at + length);
    const converter = CONVERTERS.get(name);
    if (converter === undefined) {
      // A word of its own that is no converter belongs to whoever asked.
      return this.#at === 0 && this.#word > 0 ? false : this.#refuse(`unknown converter '${name}'`);
    }
    if (!canCast(this.#type, converter.input)) return this.#refuse(`converter '${name}' cannot be applied`);
    const args = parseArguments(this.#text, this.#at + length, converter.arguments);
    if ('error' in args)
      return this.#refuse(`invalid arg ${args.at + 1} in converter '${name}' : ${args.error}`);
    const problem = converterProblem(name, args.values, this.#context);
    if (problem !== undefined) return this.#refuse(`invalid args in converter '${name}' : ${problem}`);
    this.#type = converter.output === 'any' ? this.#type : converter.output;
    this.#converters.push({ name, arguments: args.values });
    this.#at = args.end;
    return true;
  }

  #refuse(error: string): false {
    this.#error = error;
    return false;
  }
}

/** Kept for the end, when what it names can be looked up. */
export function noteSample({ noted, place, unmodelled }: SampleContext, sample: SampleExpression): void {
  if (!isModelled('fetch', sample.fetch)) unmodelled(sample.fetch);
  for (const { name } of sample.converters) if (!isModelled('converter', name)) unmodelled(name);
  noted?.samples.push({ sample, place, use: noted.use });
}

/** What is wrong with arguments that are well-formed: maps that cannot be read. */
export function converterProblem(
  name: string,
  values: readonly string[],
  { patterns, place }: SampleContext,
): string | undefined {
  return isMapConverter(name) ? patterns.map(name, values[0] ?? '', place) : undefined;
}

/** Reads `(a,b)` at `start`; quotes and backslashes protect commas and parentheses. */
export function parseArguments(text: string, start: number, list: ArgumentList): ArgumentResult {
  const isEmpty = text.charAt(start) !== '(';
  const values: string[] = [];
  if (isEmpty) {
    // Types that stand for "this proxy" need not be written.
    const [first] = list.types;
    if (list.least > 0 && first !== undefined && !isImplied(first)) {
      return { error: `expected type '${first}' at position 1, but got nothing`, at: 0 };
    }
    if (list.least > 1) return missing(1, list);
    return { values, end: start };
  }
  let at = start + 1;
  const most = list.types.length;
  while (values.length < most) {
    const word = argumentWord(text, at);
    at = word.end;
    const type = list.types[values.length] ?? 'string';
    if (word.value === '' && needsValue(type)) {
      if (values.length >= list.least) break;
      return {
        error: `expected type '${type}' at position ${values.length + 1}, but got nothing`,
        at: values.length,
      };
    }
    if (!isValid(word.value, type)) {
      return {
        error: `failed to parse '${word.value}' as type '${type}' at position ${values.length + 1}`,
        at: values.length,
      };
    }
    values.push(word.value);
    const next = text.charAt(at);
    if (next === '' || next === ')' || values.length >= most) break;
    at++;
  }
  if (values.length < list.least) return missing(values.length, list);
  if (text.charAt(at) === ')') return { values, end: at + 1 };
  const rest = text.slice(at);
  return {
    error: rest === '' ? "expected ')'" : `expected ')' before '${rest}'`,
    at: Math.max(0, values.length - 1),
  };
}

function argumentWord(text: string, start: number): { readonly value: string; readonly end: number } {
  let value = '';
  let quote = '';
  let at = start;
  for (; at < text.length; at++) {
    const character = text.charAt(at);
    if (quote === '' && (character === ',' || character === ')')) break;
    if ((character === '"' || character === "'") && (quote === '' || quote === character)) {
      quote = quote === '' ? character : '';
    } else if (character === '\\' && quote !== "'" && /[\\ "'rnt]/.test(text.charAt(at + 1))) {
      at++;
      const escaped = text.charAt(at);
      value += escaped === 'r' ? '\r' : escaped === 'n' ? '\n' : escaped === 't' ? '\t' : escaped;
    } else value += character;
  }
  return { value, end: at };
}

function missing(got: number, list: ArgumentList): { readonly error: string; readonly at: number } {
  return {
    error: `missing arguments (got ${got}/${list.least}), type '${list.types[got] ?? 'end of arguments'}' expected`,
    at: got,
  };
}

/** Proxies and tables default to the proxy at hand. */
function isImplied(type: string): boolean {
  return (
    type === 'frontend' ||
    type === 'backend' ||
    type === 'table' ||
    type === 'server' ||
    type === 'user list' ||
    type === 'string'
  );
}

function needsValue(type: string): boolean {
  return (
    type === 'integer' ||
    type === 'IPv4 address' ||
    type === 'IPv4 mask' ||
    type === 'IPv6 address' ||
    type === 'delay' ||
    type === 'size'
  );
}

function isValid(value: string, type: string): boolean {
  switch (type) {
    case 'integer':
      return /^[-+]?\d+$/.test(value);
    case 'IPv4 address':
      return parseIPv4(value) !== undefined;
    case 'IPv4 mask':
      return /^\d+$/.test(value) ? Number(value) <= 32 : parseIPv4(value) !== undefined;
    case 'delay':
      return /^\d+(us|ms|s|m|h|d)?$/.test(value);
    case 'size':
      return /^\d+[kKmMgG]?$/.test(value);
    default:
      return true;
  }
}
