/**
 * /etc/loadgen.conf: `key = value` lines, one section `[NAME]` for each source
 * (a file without sections is one source).
 */
import { TLS_VERSIONS, type TlsVersion } from '../../protocols/tls/versions';
import { type Micros, parseDuration } from '../../std/instant';
import { TRUSTED_ROOTS } from '../../world/tls/https-settings';

const EXPECTED_URL = 'url: expected http://NAME[:PORT][/PATH] or https://…';

export interface LoadRequest {
  weight: number;
  method: string;
  path: string;
  headers: [string, string][];
  body: string;
}
/** How these people's browsers speak TLS. */
export interface LoadTls {
  /** PEM file of the authorities that they trust. */
  caFile: string;
  /** `no`: they click the warning away. */
  verify: 'yes' | 'no';
  min: TlsVersion;
  max: TlsVersion;
}
export interface LoadConfiguration {
  name: string;
  url: string;
  host: string;
  port: number;
  /** For https. */
  tls: LoadTls | undefined;
  requests: LoadRequest[];
  headers: [string, string][];
  /** requests per second */ rate: number;
  /** uniform: evenly spaced; poisson: as independent people come. */ arrival: 'uniform' | 'poisson';
  connectTimeout: Micros;
  timeout: Micros;
  /** An answer later than this counts as failed for the people who wait. */ slow: Micros;
  /** So many people take turns. */
  clients: number;
  keepCookies: boolean;
  expectStatus: number | undefined;
  expectBody: string;
  /** Factors of the rate since `timeZero`, with straight lines between. */
  shape: { at: Micros; factor: number }[];
  shapeEvery: Micros;
  bursts: { at: Micros; for: Micros; factor: number }[];
  timeZero: Micros;
  paused: boolean;
  sendAfter: Micros;
}

/** Reads the file. Errors name the line. */
export function readConfiguration(text: string): LoadConfiguration[] | string {
  const sources: { name: string; lines: [string, string][] }[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.replace(/(^|\s)#.*/, '').trim();
    if (line === '') continue;
    const section = /^\[([^\]]+)\]$/.exec(line)?.[1];
    if (section !== undefined) {
      sources.push({ name: section, lines: [] });
      continue;
    }
    const match = /^([a-z_]+)\s*=\s*(.*)$/.exec(line);
    if (match === null) return `line ${index + 1}: expected "key = value"`;
    if (sources.length === 0) sources.push({ name: 'clients', lines: [] });
    sources.at(-1)?.lines.push([match[1] ?? '', match[2] ?? '']);
  }
  const read: LoadConfiguration[] = [];
  for (const { name, lines } of sources) {
    const configuration = readSource(name, lines);
    if (typeof configuration === 'string') return configuration;
    read.push(configuration);
  }
  return read.length === 0 ? EXPECTED_URL : read;
}

function readSource(section: string, lines: readonly [string, string][]): LoadConfiguration | string {
  const values = new Map(lines);
  const all = (key: string): string[] => lines.filter(([name]) => name === key).map(([, value]) => value);
  const url = /^(https?):\/\/([^/:]+)(?::(\d+))?(\/.*)?$/.exec(values.get('url') ?? '');
  if (url === null) return EXPECTED_URL;
  const [, scheme, host = '', port, path = '/'] = url;
  const tls = scheme === 'https' ? readTls(values) : undefined;
  if (typeof tls === 'string') return tls;
  const duration = (key: string, fallback: string): Micros => parseDuration(values.get(key) ?? fallback) ?? 0;
  const rate = Number(values.get('rate') ?? '1');
  if (!(rate > 0)) return 'rate: expected a number above 0';
  const status = values.get('expect_status');
  const requests = readRequests(lines);
  return {
    name: values.get('name') ?? section,
    url: values.get('url') ?? '',
    host,
    port: Number(port ?? (scheme === 'https' ? 443 : 80)),
    tls,
    requests: requests.length > 0 ? requests : [{ weight: 1, method: 'GET', path, headers: [], body: '' }],
    headers: all('header').map(readHeader),
    rate,
    arrival: values.get('arrival') === 'poisson' ? 'poisson' : 'uniform',
    connectTimeout: duration('connect_timeout', '4s'),
    timeout: duration('timeout', '10s'),
    slow: duration('slow', '10s'),
    clients: Math.max(1, Number(values.get('clients') ?? '1')),
    keepCookies: values.get('keep_cookies') === 'yes',
    expectStatus: status === undefined ? undefined : Number(status),
    expectBody: values.get('expect_body') ?? '',
    shape: all('shape').map((line) => {
      const [at = '', factor = ''] = line.split(/\s+/);
      return { at: parseDuration(at) ?? 0, factor: Number(factor) };
    }),
    shapeEvery: duration('shape_every', '0'),
    bursts: all('burst').map((line) => {
      const [at = '', length = '', factor = ''] = line.split(/\s+/);
      return { at: parseDuration(at) ?? 0, for: parseDuration(length) ?? 0, factor: Number(factor) };
    }),
    timeZero: duration('time_zero', '0'),
    paused: values.get('paused') === 'yes',
    sendAfter: duration('send_after', '0'),
  };
}
/** `ca_file`, `verify`, `tls_min`, `tls_max`. */
function readTls(values: ReadonlyMap<string, string>): LoadTls | string {
  const version = (key: string, fallback: TlsVersion): TlsVersion | undefined =>
    TLS_VERSIONS.find((known) => known === (values.has(key) ? `TLSv${values.get(key)}` : fallback));
  const [min, max] = [version('tls_min', 'TLSv1.2'), version('tls_max', 'TLSv1.3')];
  if (min === undefined || max === undefined) return 'tls_min, tls_max: expected 1, 1.1, 1.2 or 1.3';
  return {
    caFile: values.get('ca_file') ?? TRUSTED_ROOTS,
    verify: values.get('verify') === 'no' ? 'no' : 'yes',
    min: TLS_VERSIONS.indexOf(min) > TLS_VERSIONS.indexOf(max) ? max : min,
    max,
  };
}
/** `request = WEIGHT METHOD PATH`; `request_header` and `request_body` belong to the last one. */
function readRequests(lines: readonly [string, string][]): LoadRequest[] {
  const requests: LoadRequest[] = [];
  for (const [key, value] of lines) {
    const last = requests.at(-1);
    if (key === 'request') {
      const [weight = '1', method = 'GET', path = '/'] = value.split(/\s+/);
      requests.push({ weight: Number(weight), method, path, headers: [], body: '' });
    } else if (key === 'request_header') last?.headers.push(readHeader(value));
    else if (key === 'request_body' && last !== undefined) last.body = value;
  }
  return requests;
}
function readHeader(line: string): [string, string] {
  const colon = line.indexOf(':');
  return colon < 0 ? [line, ''] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
}

/** Requests per second at an instant. */
export function rateAt(configuration: LoadConfiguration, now: Micros): number {
  const { rate, shape, shapeEvery, bursts, timeZero } = configuration;
  const since = Math.max(0, now - timeZero);
  const at = shapeEvery > 0 ? since % shapeEvery : since;
  let factor = shapeFactor(shape, at);
  for (const burst of bursts) if (since >= burst.at && since < burst.at + burst.for) factor *= burst.factor;
  return rate * factor;
}
function shapeFactor(shape: LoadConfiguration['shape'], at: Micros): number {
  // (An index of -1 would be looked up as a property, which is slow.)
  if (shape.length === 0) return 1;
  const next = shape.findIndex((point) => point.at > at);
  const before = shape[next < 0 ? shape.length - 1 : next - 1];
  const after = next < 0 ? undefined : shape[next];
  if (before === undefined) return after?.factor ?? 1;
  if (after === undefined) return before.factor;
  const part = (at - before.at) / (after.at - before.at);
  return before.factor + (after.factor - before.factor) * part;
}
