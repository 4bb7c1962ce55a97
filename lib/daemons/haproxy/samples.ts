/**
 * Sample fetches, converters and ACL keywords: which there are, what they take,
 * what type comes out, where they may stand. How they are computed for a
 * request is in `session/`.
 * Source: HAProxy 2.6 configuration manual §7 "Using ACLs and fetching samples".
 */

import type { MatchMethod, SampleType } from './config';
import { ACL_TABLE, CONVERTER_TABLE, FETCH_TABLE } from './sample-table';

export interface ArgumentList {
  /** types in order */
  readonly types: readonly string[];
  /** how many of them are needed */
  readonly least: number;
}

export interface Fetch {
  readonly name: string;
  readonly arguments: ArgumentList;
  readonly type: SampleType;
  readonly sources: readonly string[];
  /** one bit for each place in `PLACES` */
  readonly places: number;
}

export interface Converter {
  readonly name: string;
  readonly arguments: ArgumentList;
  readonly input: SampleType;
  readonly output: SampleType;
}

export interface AclKeyword {
  readonly name: string;
  readonly fetch: string;
  readonly match: MatchMethod;
}

/** Where an expression may stand, in the daemon's order. */
export const PLACES = [
  'frontend tcp-request connection rule',
  'frontend tcp-request session rule',
  'frontend tcp-request content rule',
  'frontend http-request header rule',
  'frontend http-request body rule',
  'frontend use-backend rule',
  'backend tcp-request content rule',
  'backend http-request header rule',
  'backend http-request body rule',
  'backend use-server, balance or stick-match rule',
  'server source selection',
  'backend tcp-response content rule',
  'backend http-response header rule',
  'backend http-response body rule',
  'backend stick-store rule',
  'frontend tcp-response content rule',
  'frontend http-response header rule',
  'frontend http-response body rule',
  'logs',
  'backend tcp-check rule',
  'configuration parser',
  'CLI parser',
] as const;

export type SamplePlace = (typeof PLACES)[number];

/** The bits of some places. */
export function placeBits(...places: readonly SamplePlace[]): number {
  return places.reduce((bits, place) => bits | (1 << PLACES.indexOf(place)), 0);
}

/** The first place of a set of bits, as messages name it. */
export function firstPlace(bits: number): string {
  return (
    PLACES.find((_, bit) => (bits & (1 << bit)) !== 0) ?? 'unknown sample check place, please report this bug'
  );
}

/** Name of a source in messages, and the places in which it has something to say. */
const SOURCES: ReadonlyMap<string, { readonly title: string; readonly places: string }> = new Map([
  ['CONST', { title: '', places: 'YYYYYYYYYYYYYYYYYYYYYY' }],
  ['INTRN', { title: 'internal state', places: 'YYYYYYYYYYYYYYYYYYYY.Y' }],
  ['FTEND', { title: 'frontend', places: 'YYYYYYYYYYYYYYYYYYY...' }],
  ['L4CLI', { title: 'client address', places: 'YYYYYYYYYYYYYYYYYYYY..' }],
  ['L5CLI', { title: 'client-side connection', places: '.YYYYYYYYYYYYYYYYYY...' }],
  ['L6REQ', { title: 'request buffer', places: '..YYYYYYYYY...........' }],
  ['HRQHV', { title: 'HTTP request headers', places: '..YYYYYYYYY...........' }],
  ['HRQHP', { title: 'HTTP request', places: '..YYYYYYYYYYYYYYYYY...' }],
  ['BKEND', { title: 'backend', places: '......YYYYYYYYYYYYYY..' }],
  ['SERVR', { title: 'server', places: '..........YYYYYYYYYY..' }],
  ['L4SRV', { title: 'server address', places: '...........YYYYYYYYY..' }],
  ['L5SRV', { title: 'server-side connection', places: '...........YYYYYYYYY..' }],
  ['L6RES', { title: 'response buffer', places: '...........YYYYYYY.Y..' }],
  ['HRSHV', { title: 'HTTP response headers', places: '...........YYYYYYY.Y..' }],
  ['HRSHP', { title: 'HTTP response', places: '...........YYYYYYYYY..' }],
]);

/** `HTTP request headers,HTTP response headers` */
export function sourceTitles(sources: readonly string[]): string {
  return sources
    .map((source) => SOURCES.get(source)?.title ?? source)
    .filter((title) => title !== '')
    .join(',');
}

function bitsOf(sources: readonly string[]): number {
  let bits = 0;
  for (const source of sources) {
    const places = SOURCES.get(source)?.places ?? '';
    for (let i = 0; i < places.length; i++) if (places.charAt(i) === 'Y') bits |= 1 << i;
  }
  return bits;
}

/** `integer[,table]`: two types, one needed. */
function argumentList(text: string | undefined): ArgumentList {
  if (text === undefined) return { types: [], least: 0 };
  const bracket = text.indexOf('[');
  const types = text
    .replace(/[[\]]/g, '')
    .split(',')
    .filter((type) => type !== '');
  const needed = bracket < 0 ? text : text.slice(0, bracket);
  return { types, least: needed.split(',').filter((type) => type !== '').length };
}

const ROW = /^([^(:]+?)(?:\((.*)\))?: (\w+) (?:=> )?([\w|]+)$/;

function rowsOf(text: string): string[][] {
  return text
    .trim()
    .split('\n')
    .map((row) => ROW.exec(row) ?? []);
}

export const FETCHES: ReadonlyMap<string, Fetch> = new Map(
  rowsOf(FETCH_TABLE).map(([, name = '', args, type = 'any', source = '']) => {
    const sources = source.split('|').map((word) => word.replace('SMP_USE_', ''));
    return [
      name,
      { name, arguments: argumentList(args), type: type as SampleType, sources, places: bitsOf(sources) },
    ];
  }),
);

export const CONVERTERS: ReadonlyMap<string, Converter> = new Map(
  rowsOfConverters().map((converter) => [converter.name, converter]),
);

/** The daemon's own list has what comes out first. */
function rowsOfConverters(): Converter[] {
  return CONVERTER_TABLE.trim()
    .split('\n')
    .map((row) => {
      const [, name = '', args, output = 'any', input = 'any'] =
        /^([^(:]+?)(?:\((.*)\))?: (\w+) => (\w+)$/.exec(row) ?? [];
      return {
        name,
        arguments: argumentList(args),
        input: input as SampleType,
        output: output as SampleType,
      };
    });
}

export const ACL_KEYWORDS: ReadonlyMap<string, AclKeyword> = new Map(
  ACL_TABLE.trim()
    .split('\n')
    .map((row) => {
      const [, name = '', fetch = '', match = 'str'] = /^(\S+) = (\S+) (\S+)$/.exec(row) ?? [];
      return [name, { name, fetch, match: match as MatchMethod }];
    }),
);

/** Which type can become which (rows: from; in the order of `CAST_ORDER`). */
const CAST_ORDER: readonly SampleType[] = [
  'any',
  'bool',
  'sint',
  'addr',
  'ipv4',
  'ipv6',
  'str',
  'bin',
  'meth',
];
const CASTS: ReadonlyMap<SampleType, string> = new Map([
  ['any', 'YYYYYYYYY'],
  ['bool', 'YYY...YY.'],
  ['sint', 'YYYYYYYY.'],
  ['addr', 'Y........'],
  ['ipv4', 'Y.YYYYYY.'],
  ['ipv6', 'Y..YYYYY.'],
  ['str', 'YYYYYYYYY'],
  ['bin', 'Y.....YYY'],
  ['meth', 'Y.....YYY'],
]);

export function canCast(from: SampleType, to: SampleType): boolean {
  return CASTS.get(from)?.charAt(CAST_ORDER.indexOf(to)) === 'Y';
}

/** The type a match method looks at. */
export const MATCH_TYPES: ReadonlyMap<MatchMethod, SampleType> = new Map<MatchMethod, SampleType>([
  ['found', 'sint'],
  ['bool', 'sint'],
  ['int', 'sint'],
  ['ip', 'addr'],
  ['bin', 'bin'],
  ['len', 'str'],
  ['str', 'str'],
  ['beg', 'str'],
  ['sub', 'str'],
  ['dir', 'str'],
  ['dom', 'str'],
  ['end', 'str'],
  ['reg', 'str'],
]);

/** Characters of a fetch's or converter's name. */
export function nameLength(text: string, start = 0): number {
  let end = start;
  while (end < text.length && /[A-Za-z0-9_.+:-]/.test(text.charAt(end))) end++;
  return end - start;
}
