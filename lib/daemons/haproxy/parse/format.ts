/**
 * Log formats: `%ci:%cp [%tr] %{+Q}r %[src]`, which also make up header values,
 * redirect targets and names of backends.
 * Source: HAProxy 2.6 configuration manual §8.2.6 "Custom log format"; 2.6.12
 * `log.c` `parse_logformat_string()`.
 */

import type { FormatNode } from '../config';
import { FETCHES, sourceTitles } from '../samples';
import type { Outcome } from './outcome';
import type { SampleContext } from './pattern-files';
import { parseSampleText } from './sample';

/** Names after `%`; the value says whether it needs HTTP mode. */
export const FORMAT_VARIABLES: ReadonlyMap<string, 'tcp' | 'http'> = new Map([
  ...'o B H ID ST T Tc Th Tl Td Ts Tt Tu Tw U ac b bc bi bp bq ci cp f fc fi fp ft hr hrl hs hsl lc ms pid rc rt s sc si sp sq sslc sslv t ts tsc'
    .split(' ')
    .map((name) => [name, 'tcp'] as const),
  ...'CC CS Ta Ti Tq Tr TR HM HP HPO HQ HU HV r tr trg trl'.split(' ').map((name) => [name, 'http'] as const),
]);

export const HTTP_LOG_FORMAT =
  '%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r';
export const TCP_LOG_FORMAT = '%ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt %B %ts %ac/%fc/%bc/%sc/%rc %sq/%bq';
export const CLF_LOG_FORMAT =
  '%{+Q}o %{-Q}ci - - [%trg] %r %ST %B "" "" %cp %ms %ft %b %s %TR %Tw %Tc %Tr %Ta %tsc %ac %fc %bc %sc %rc %sq %bq %CC %CS %hrl %hsl';
export const HTTPS_LOG_FORMAT = `${HTTP_LOG_FORMAT} %[fc_err]/%[ssl_fc_err,hex]/%[ssl_c_err]/%[ssl_c_ca_err]/%[ssl_fc_is_resumed] %[ssl_fc_sni]/%sslv/%sslc`;

export interface FormatRules {
  /** spaces separate fields and runs of them are one (log lines) */
  readonly mergesSpaces: boolean;
  /** bits of where samples must be available */
  readonly places: number;
  readonly context: SampleContext;
}

export interface ParsedFormat {
  readonly nodes: FormatNode[];
  /** a name that needs HTTP mode was used */
  readonly needsHttp: boolean;
}

/** Splits a format; every name and expression is checked. */
export function parseFormat(text: string, rules: FormatRules): Outcome<ParsedFormat> {
  return new FormatReader(text, rules).read();
}

class FormatReader {
  readonly #text: string;
  readonly #rules: FormatRules;
  readonly #nodes: FormatNode[] = [];
  #at = 0;
  #quotes = false;
  #isHex = false;
  #escapes = false;
  #needsHttp = false;
  #error: string | undefined;

  constructor(text: string, rules: FormatRules) {
    this.#text = text;
    this.#rules = rules;
  }

  read(): Outcome<ParsedFormat> {
    let plain = '';
    const flush = (): void => {
      if (plain !== '') this.#nodes.push({ kind: 'text', text: plain });
      plain = '';
    };
    while (this.#at < this.#text.length && this.#error === undefined) {
      const character = this.#text.charAt(this.#at);
      if (character === '%' && this.#text.charAt(this.#at + 1) === '%') {
        plain += '%';
        this.#at += 2;
      } else if (character === '%') {
        flush();
        this.#variable();
      } else if (character === ' ' && this.#rules.mergesSpaces) {
        flush();
        while (this.#text.charAt(this.#at) === ' ') this.#at++;
        this.#nodes.push({ kind: 'separator' });
      } else {
        plain += character;
        this.#at++;
      }
    }
    flush();
    if (this.#error !== undefined) return { error: this.#error };
    return { value: { nodes: this.#nodes, needsHttp: this.#needsHttp } };
  }

  #variable(): void {
    const start = this.#at;
    let at = start + 1;
    let argument = '';
    if (this.#text.charAt(at) === '{') {
      const close = this.#text.indexOf('}', at);
      if (close < 0) return this.#refuse(`truncated line after '${this.#text.slice(at + 1)}'`);
      argument = this.#text.slice(at + 1, close);
      at = close + 1;
      if (!/[[A-Za-z0-9]/.test(this.#text.charAt(at))) {
        return this.#refuse(`parse argument modifier without variable name near '%{${argument}}'`);
      }
    }
    const next = this.#text.charAt(at);
    if (next === '') return this.#refuse("truncated line after '%'");
    if (next === '[') return this.#sample(at + 1, argument);
    const name = /^[A-Za-z][A-Za-z0-9]*/.exec(this.#text.slice(at))?.[0];
    if (name === undefined) {
      if (/[0-9 \t]/.test(next)) {
        return this.#refuse(
          `unexpected variable name near '${next}' at position ${at} line : '${this.#text}'. Maybe you want to write a single '%', use the syntax '%%'`,
        );
      }
      this.#nodes.push({ kind: 'text', text: '' });
      this.#at = at;
      return;
    }
    this.#at = at + name.length;
    this.#named(name, argument);
  }

  #named(name: string, argument: string): void {
    const mode = FORMAT_VARIABLES.get(name);
    if (mode === undefined) {
      return this.#refuse(
        `no such format variable '${name}'. If you wanted to emit the '%' character verbatim, you need to use '%%'`,
      );
    }
    if (mode === 'http') this.#needsHttp = true;
    const quoted = flag(argument, 'Q') ?? this.#quotes;
    const isHex = flag(argument, 'X') ?? this.#isHex;
    const escapes = flag(argument, 'E') ?? this.#escapes;
    if (name === 'o') {
      this.#quotes = quoted;
      this.#isHex = isHex;
      this.#escapes = escapes;
      return;
    }
    this.#nodes.push({ kind: 'variable', name, quoted, isHex, escapes });
  }

  #sample(start: number, argument: string): void {
    const rest = this.#text.slice(start);
    const parsed = parseSampleText(rest, this.#rules.context);
    if ('error' in parsed)
      return this.#refuse(`failed to parse sample expression <${rest}> : ${parsed.error}`);
    const fetch = FETCHES.get(parsed.expression.fetch);
    const text = rest.slice(0, parsed.end);
    if (fetch !== undefined && (fetch.places & this.#rules.places) === 0) {
      return this.#refuse(
        `sample fetch <${rest}> may not be reliably used here because it needs '${sourceTitles(fetch.sources)}' which is not available here`,
      );
    }
    const next = rest.charAt(parsed.end);
    if (next !== ']') {
      return this.#refuse(
        next === '' ? `missing ']' after '${text}'` : `expected ']' after '${text}', but found '${next}'`,
      );
    }
    this.#nodes.push({
      kind: 'sample',
      expression: parsed.expression,
      quoted: flag(argument, 'Q') ?? this.#quotes,
      escapes: flag(argument, 'E') ?? this.#escapes,
    });
    this.#at = start + parsed.end + 1;
  }

  #refuse(error: string): void {
    this.#error = error;
  }
}

/** `+Q` or `-Q` among the flags in braces. */
function flag(argument: string, letter: string): boolean | undefined {
  const flags = argument.split(',');
  if (flags.includes(`+${letter}`)) return true;
  return flags.includes(`-${letter}`) ? false : undefined;
}
