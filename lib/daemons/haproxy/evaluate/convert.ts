/**
 * Converters of sample expressions. Source: HAProxy 2.6 configuration manual §7.3.1.
 */

import { type Digest, digestOf } from '../../../protocols/x509';
import { bytesFromText } from '../../../std/bytes';
import { strftime } from '../../../std/civil';
import type { SampleExpression } from '../config';
import { crc32, hashKey } from '../worker/balance/hashes';
import { COUNTERS, counterValue, liveEntry, tableOf } from '../worker/counters';
import { isMapConverter } from '../parse/pattern-files';
import { fill } from './capture-slots';
import { decodeBase64, encodeBase64, fetchValues, numberOf, textOf, type Value } from './fetch';
import { mapped } from './maps';
import { replace } from './patterns';
import type { Subject } from './subject';

type Conversion = (value: Value, args: readonly string[], subject: Subject) => Value | undefined;

/** All values of an expression, converters applied. */
export function sampleValues(subject: Subject, expression: SampleExpression): readonly Value[] {
  const values = fetchValues(subject, expression.fetch, expression.arguments);
  if (expression.converters.length === 0 || values.length === 0) return values;
  return values.flatMap((value) => {
    let now: Value | undefined = value;
    for (const converter of expression.converters) {
      if (now === undefined) return [];
      now = isMapConverter(converter.name)
        ? mapped(subject, converter.name, now, converter.arguments)
        : CONVERSIONS.get(converter.name)?.(now, converter.arguments, subject);
    }
    return now === undefined ? [] : [now];
  });
}
/** The value that counts where only one can: the last one, as header fetches return it. */
export function sampleValue(subject: Subject, expression: SampleExpression): Value | undefined {
  return sampleValues(subject, expression).at(-1);
}
export function sampleText(subject: Subject, expression: SampleExpression): string | undefined {
  const value = sampleValue(subject, expression);
  return value === undefined ? undefined : textOf(value);
}
export function isConverterModelled(name: string): boolean {
  return CONVERSIONS.has(name) || isMapConverter(name);
}

const text =
  (change: (text: string, args: readonly string[]) => string | number | undefined): Conversion =>
  (value, args) =>
    change(textOf(value), args);
const number =
  (change: (left: number, right: number) => number | boolean): Conversion =>
  (value, args) =>
    change(numberOf(value), Number(args[0] ?? 0));
/** 64-bit integers of the daemon; ours stay exact up to 2^53. */
const clamp = (value: number): number =>
  Math.trunc(Math.min(Number.MAX_SAFE_INTEGER, Math.max(Number.MIN_SAFE_INTEGER, value)));

function field(value: string, [index = '1', delimiters = ',', count]: readonly string[]): string | undefined {
  const parts: string[] = [];
  let start = 0;
  for (let i = 0; i <= value.length; i++) {
    if (i < value.length && !delimiters.includes(value.charAt(i))) continue;
    parts.push(value.slice(start, i));
    start = i + 1;
  }
  const at = Number(index) > 0 ? Number(index) - 1 : parts.length + Number(index);
  if (at < 0 || at >= parts.length) return undefined;
  return count === undefined
    ? parts[at]
    : parts.slice(at, Number(count) === 0 ? undefined : at + Number(count)).join(delimiters.charAt(0));
}
function word(value: string, [index = '1', delimiters = ',']: readonly string[]): string | undefined {
  const parts: string[] = [];
  let current = '';
  for (const character of value) {
    if (!delimiters.includes(character)) current += character;
    else if (current !== '') {
      parts.push(current);
      current = '';
    }
  }
  if (current !== '') parts.push(current);
  return Number(index) > 0 ? parts[Number(index) - 1] : parts.at(Number(index));
}
/** `%41` and `+` of an address. */
export function decodeUrl(value: string): string {
  return value
    .replace(/\+/g, ' ')
    .replace(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}
function encodeUrl(value: string): string {
  return value.replace(
    /[^A-Za-z0-9._~-]/g,
    (character) => `%${(character.charCodeAt(0) & 255).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}
function httpDate(value: Value, [offset = '0']: readonly string[]): string {
  return strftime('%a, %d %b %Y %H:%M:%S GMT', (numberOf(value) + Number(offset)) * 1_000_000);
}
function mask(value: Value, [bits = '32']: readonly string[]): Value {
  const ip = typeof value === 'object' ? value.ip : 0;
  const length = bits.includes('.') ? undefined : Number(bits);
  const bitmask =
    length === undefined
      ? bits.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
      : length === 0
        ? 0
        : (0xffffffff << (32 - length)) >>> 0;
  return { ip: (ip & bitmask) >>> 0 };
}
function joined(
  value: Value,
  [prefix = '', variable = '', suffix = '']: readonly string[],
  subject: Subject,
): string {
  return (
    textOf(value) +
    prefix +
    (variable === '' ? '' : (subject.session.variables?.get(variable) ?? '')) +
    suffix
  );
}

/** `src,table_http_req_rate(web)`: what a table has for a key; nothing counted yet is 0. */
function tableConverters(): [string, Conversion][] {
  return COUNTERS.filter((name) => !/^(?:inc|clr)_/.test(name)).map((name) => [
    `table_${name.replace(/^get_/, '')}`,
    (value, [table], { runtime, session }) => {
      const index = tableOf(runtime, table, session.backend >= 0 ? session.backend : session.frontend);
      return counterValue(runtime, index, liveEntry(runtime, index, textOf(value)), name);
    },
  ]);
}
function inTable(value: Value, [table]: readonly string[], { runtime, session }: Subject): boolean {
  const index = tableOf(runtime, table, session.backend >= 0 ? session.backend : session.frontend);
  return liveEntry(runtime, index, textOf(value)) !== undefined;
}

/** The digest of a value, as bytes. */
const digested =
  (choose: (bits: string) => Digest): Conversion =>
  (value, [bits = '256']) =>
    String.fromCharCode(...digestOf(choose(bits), bytesFromText(textOf(value))));
/** Not modelled: 224 bits. */
function sha2(bits: string): Digest {
  return bits === '384' ? 'sha384' : bits === '512' ? 'sha512' : 'sha256';
}

/** `src,capture-req(0)`: into a slot on the way. */
const capture =
  (side: 'request' | 'response'): Conversion =>
  (value, [index = '0'], subject) => {
    fill(subject, side, Number(index), textOf(value));
    return value;
  };

const CONVERSIONS: ReadonlyMap<string, Conversion> = new Map<string, Conversion>([
  ['capture-req', capture('request')],
  ['capture-res', capture('response')],
  ['in_table', inTable],
  ...tableConverters(),
  ['lower', text((value) => value.toLowerCase())],
  ['upper', text((value) => value.toUpperCase())],
  ['length', text((value) => value.length)],
  ['field', text(field)],
  ['word', text(word)],
  [
    'ltrim',
    text((value, [set = '']) => {
      let start = 0;
      while (start < value.length && set.includes(value.charAt(start))) start++;
      return value.slice(start);
    }),
  ],
  [
    'rtrim',
    text((value, [set = '']) => {
      let end = value.length;
      while (end > 0 && set.includes(value.charAt(end - 1))) end--;
      return value.slice(0, end);
    }),
  ],
  ['cut_crlf', text((value) => value.replace(/[\r\n].*$/s, ''))],
  [
    'bytes',
    text((value, [offset = '0', count]) =>
      value.slice(Number(offset), count === undefined ? undefined : Number(offset) + Number(count)),
    ),
  ],
  ['host_only', text((value) => value.replace(/:\d+$/, ''))],
  ['port_only', text((value) => Number(/:(\d+)$/.exec(value)?.[1] ?? 0))],
  ['base64', text(encodeBase64)],
  ['b64dec', text(decodeBase64)],
  ['url_dec', text(decodeUrl)],
  ['url_enc', text(encodeUrl)],
  [
    'hex',
    (value) =>
      typeof value === 'number'
        ? value.toString(16).toUpperCase().padStart(16, '0')
        : Array.from(textOf(value), (character) =>
            (character.charCodeAt(0) & 255).toString(16).toUpperCase().padStart(2, '0'),
          ).join(''),
  ],
  ['sha1', digested(() => 'sha1')],
  ['sha2', digested(sha2)],
  ['hex2i', text((value) => Number.parseInt(value, 16) || 0)],
  [
    'strcmp',
    (value, [name = ''], subject) => {
      const other = subject.session.variables?.get(name);
      return other === undefined ? undefined : textOf(value) < other ? -1 : textOf(value) > other ? 1 : 0;
    },
  ],
  [
    'regsub',
    (value, [pattern = '', replacement = '', flags = '']) =>
      replace(textOf(value), pattern, replacement, {
        all: flags.includes('g'),
        ignoreCase: flags.includes('i'),
      }) ?? textOf(value),
  ],
  ['json', text((value) => JSON.stringify(value).slice(1, -1))],
  ['concat', joined],
  ['iif', (value, [yes = '', no = '']) => (numberOf(value) === 0 ? no : yes)],
  ['http_date', httpDate],
  [
    'utime',
    (value, [format = '', offset = '0']) => strftime(format, (numberOf(value) + Number(offset)) * 1_000_000),
  ],
  [
    'ltime',
    (value, [format = '', offset = '0']) => strftime(format, (numberOf(value) + Number(offset)) * 1_000_000),
  ],
  ['ipmask', mask],
  ['add', number((left, right) => clamp(left + right))],
  ['sub', number((left, right) => clamp(left - right))],
  ['mul', number((left, right) => clamp(left * right))],
  ['div', number((left, right) => (right === 0 ? Number.MAX_SAFE_INTEGER : clamp(left / right)))],
  ['mod', number((left, right) => (right === 0 ? 0 : left % right))],
  ['neg', number((left) => -left)],
  ['and', number((left, right) => left & right)],
  ['or', number((left, right) => left | right)],
  ['xor', number((left, right) => left ^ right)],
  ['cpl', number((left) => ~left)],
  ['bool', number((left) => left !== 0)],
  ['not', number((left) => left === 0)],
  ['odd', number((left) => left % 2 !== 0)],
  ['even', number((left) => left % 2 === 0)],
  ['crc32', text((value) => crc32(value))],
  ['sdbm', text((value) => hashKey(value, 'sdbm'))],
  ['djb2', text((value) => hashKey(value, 'djb2'))],
  ['wt6', text((value) => hashKey(value, 'wt6'))],
  [
    'set-var',
    (value, [name = ''], subject) => {
      (subject.session.variables ??= new Map()).set(name, textOf(value));
      return value;
    },
  ],
  [
    'unset-var',
    (value, [name = ''], subject) => {
      subject.session.variables?.delete(name);
      return value;
    },
  ],
]);
