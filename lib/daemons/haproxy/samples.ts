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

/** Comes out of the request's head or body, which a server's answer leaves nothing of. */
export function isOfRequest(fetch: string): boolean {
  return OF_REQUEST.has(fetch);
}
const OF_REQUEST: ReadonlySet<string> = new Set(
  [...FETCHES.values()]
    .filter(({ sources }) => sources.every((source) => source === 'HRQHV' || source === 'HRQBO'))
    .map(({ name }) => name),
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

/** Fetches and converters that are read as the daemon reads them, but come to nothing here. */
const UNMODELLED_FETCHES = words(`
base32+src bc_err bc_err_str capture.res.ver cpu_calls cpu_ns_avg cpu_ns_tot date_us distcc_body
distcc_param fc_dst_is_local fc_fackets fc_lost fc_pp_authority fc_pp_unique_id fc_reordering fc_retrans
fc_rtt fc_rttvar fc_sacked fc_src_is_local fc_unacked fcgi.docroot fcgi.index internal.htx.data
internal.htx.free internal.htx.free_data internal.htx.has_eom internal.htx.nbblks internal.htx.size
internal.htx.used internal.htx_blk.data internal.htx_blk.hdrname internal.htx_blk.hdrval
internal.htx_blk.size internal.htx_blk.start_line internal.htx_blk.type internal.strm.is_htx ipv6
last_rule_file last_rule_line lat_ns_avg lat_ns_tot payload payload_lv prio_class prio_offset rdp_cookie
rdp_cookie_cnt rep_ssl_hello_type req.hdrs_bin req.payload req.payload_lv req.rdp_cookie req.rdp_cookie_cnt
res.cache_hit res.cache_name res.comp res.comp_algo res.hdrs_bin res.payload res.payload_lv
res.ssl_hello_type sc1_clr_gpc sc_clr_gpc sc_get_gpc sc_get_gpt sc_gpc_rate sc_inc_gpc src_clr_gpc
src_get_gpc src_get_gpt src_gpc_rate src_inc_gpc src_updt_conn_cnt ssl_bc_client_random ssl_bc_err_str
ssl_bc_npn ssl_bc_server_random ssl_bc_session_id ssl_bc_session_key ssl_bc_unique_id ssl_c_chain_der
ssl_fc_cipherlist_bin ssl_fc_cipherlist_hex ssl_fc_cipherlist_str ssl_fc_cipherlist_xxh
ssl_fc_client_early_traffic_secret ssl_fc_client_handshake_traffic_secret ssl_fc_client_random
ssl_fc_client_traffic_secret_0 ssl_fc_early_exporter_secret ssl_fc_ecformats_bin ssl_fc_eclist_bin
ssl_fc_exporter_secret ssl_fc_extlist_bin ssl_fc_npn ssl_fc_protocol_hello_id
ssl_fc_server_handshake_traffic_secret ssl_fc_server_random ssl_fc_server_traffic_secret_0 ssl_fc_session_id
ssl_fc_session_key ssl_fc_unique_id ssl_s_chain_der url32+src
`);
const UNMODELLED_CONVERTERS = words(`
add_item aes_gcm_dec be2dec be2hex crc32c debug digest fix_is_valid fix_tag_value hmac htonl json_query
jwt_header_query jwt_payload_query jwt_verify language mqtt_field_value mqtt_is_valid nbsrv protobuf
secure_memcmp srv_queue table_expire table_gpc table_gpc_rate table_gpt table_idle table_server_id ub64dec
ub64enc ungrpc xxh3 xxh32 xxh64
`);
function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}
export function isModelled(kind: 'fetch' | 'converter', name: string): boolean {
  return !(kind === 'fetch' ? UNMODELLED_FETCHES : UNMODELLED_CONVERTERS).has(name);
}
