/** `-w`: what is known of a transfer, by name (curl(1) "--write-out"). */
import { OPENSSL } from '../../../protocols/tls/errors';
import { formatIPv4 } from '../../../std/ipv4';
import type { Micros } from '../../../std/instant';
import type { HttpResponse } from '../../../world/network.contract';

export interface TransferFacts {
  startedAt: Micros;
  resolvedAt: Micros;
  connectedAt: Micros;
  /** 0: no handshake. */
  securedAt: Micros;
  /** X509_V_…, as far as curl got. */
  verifyResult: number;
  requestedAt: Micros;
  answeredAt: Micros;
  endedAt: Micros;
  response: HttpResponse | undefined;
  method: string;
  url: string;
  effectiveUrl: string;
  redirectUrl: string;
  redirects: number;
  connects: number;
  remoteIp: number;
  remotePort: number;
  localIp: number;
  localPort: number;
  requestBytes: number;
  uploadBytes: number;
  /** Bytes of content that the server spoke of. */
  announced: number;
  /** Which of the URLs, from 0. */
  number: number;
  referer: string;
  exitCode: number;
  error: string;
  output: string;
}

/** What curl was built with. */
export const LIBRARIES = `libcurl/7.88.1 ${OPENSSL} zlib/1.2.13 brotli/1.0.9 zstd/1.5.4 libidn2/2.3.3 libpsl/0.21.2 (+libidn2/2.3.3) libssh2/1.10.0 nghttp2/1.52.0 librtmp/2.3 OpenLDAP/2.5.13`;

/** What a format comes to, in pieces for standard output and error, and the names that mean nothing. */
export function writeOut(
  format: string,
  facts: TransferFacts,
): { pieces: { to: 'out' | 'err'; text: string }[]; unknown: string[] } {
  const unknown: string[] = [];
  let to: 'out' | 'err' = 'out';
  const pieces = format.split(/(%\{(?:stderr|stdout)\})/).flatMap((part) => {
    if (part !== '%{stderr}' && part !== '%{stdout}') return [{ to, text: filled(part, facts, unknown) }];
    to = part === '%{stderr}' ? 'err' : 'out';
    return [];
  });
  return { pieces, unknown };
}
function filled(format: string, facts: TransferFacts, unknown: string[]): string {
  return format
    .replace(/%(header)?\{([^}]*)\}|%%/g, (_, header: string | undefined, name: string | undefined) => {
      if (name === undefined) return '%';
      if (header !== undefined) return headerOf(facts.response, name);
      const text = value(name, facts);
      if (text === undefined) unknown.push(name);
      return text ?? '';
    })
    .replace(/\\([nrt\\])/g, (_, letter: string) => ({ n: '\n', r: '\r', t: '\t' })[letter] ?? '\\');
}

function value(name: string, facts: TransferFacts): string | undefined {
  const since = (at: Micros): string => ((at === 0 ? 0 : at - facts.startedAt) / 1_000_000).toFixed(6);
  const bodyBytes = facts.response?.body.length ?? 0;
  const total = Math.max(1, facts.endedAt - facts.startedAt);
  switch (name) {
    case 'http_code':
    case 'response_code':
      return String(facts.response?.status ?? 0).padStart(3, '0');
    case 'http_connect':
      return '000';
    case 'time_total':
      return since(facts.endedAt);
    case 'time_namelookup':
      return since(facts.resolvedAt);
    case 'time_connect':
      return since(facts.connectedAt);
    case 'time_appconnect':
      return since(facts.securedAt);
    case 'time_redirect':
      return '0.000000';
    case 'time_pretransfer':
      return since(facts.requestedAt);
    case 'time_starttransfer':
      return since(facts.answeredAt);
    case 'size_download':
      return String(bodyBytes);
    case 'size_upload':
      return String(facts.uploadBytes);
    case 'size_request':
      return String(facts.requestBytes);
    case 'size_header':
      return String(facts.response === undefined ? 0 : headText(facts.response).length);
    case 'speed_download':
      return String(Math.floor((bodyBytes * 1_000_000) / total));
    case 'speed_upload':
      return String(Math.floor((facts.uploadBytes * 1_000_000) / total));
    case 'remote_ip':
      return facts.remoteIp === 0 ? '' : formatIPv4(facts.remoteIp);
    case 'remote_port':
      return String(facts.remotePort);
    case 'local_ip':
      return facts.localIp === 0 ? '' : formatIPv4(facts.localIp);
    case 'local_port':
      return String(facts.localPort);
    case 'num_connects':
      return String(facts.connects);
    case 'num_redirects':
      return String(facts.redirects);
    case 'num_headers':
      return String(facts.response?.headers.length ?? 0);
    case 'redirect_url':
      return facts.redirectUrl;
    case 'url':
      return facts.url;
    case 'url_effective':
      return facts.effectiveUrl;
    case 'urlnum':
      return String(facts.number);
    case 'content_type':
      return headerOf(facts.response, 'content-type');
    case 'exitcode':
      return String(facts.exitCode);
    case 'errormsg':
      return facts.error;
    case 'http_version':
      return facts.response === undefined ? '0' : facts.response.version;
    case 'method':
      return facts.method;
    case 'scheme':
      return facts.effectiveUrl.startsWith('https') ? 'HTTPS' : 'HTTP';
    case 'filename_effective':
      return facts.output;
    case 'ssl_verify_result':
      return String(facts.verifyResult);
    case 'onerror':
      return '';
    case 'certs':
    case 'ftp_entry_path':
      return '';
    case 'referer':
      return facts.referer;
    case 'num_certs':
    case 'proxy_ssl_verify_result':
      return '0';
    case 'json':
      return jsonOf(facts);
    case 'header_json':
      return headerJson(facts.response);
    default:
      return undefined;
  }
}

/** Status line and header fields as they stand on the wire. */
export function headText(response: HttpResponse): string {
  return `HTTP/${response.version} ${response.status}${response.reason === '' ? ' ' : ` ${response.reason}`}\r\n${response.headers.map(([name, text]) => `${name}: ${text}\r\n`).join('')}\r\n`;
}

function headerOf(response: HttpResponse | undefined, wanted: string): string {
  return response?.headers.find(([key]) => key.toLowerCase() === wanted.toLowerCase())?.[1] ?? '';
}
const JSON_TEXTS = new Set(
  [
    'certs content_type errormsg filename_effective ftp_entry_path http_version local_ip method redirect_url referer remote_ip scheme url url_effective',
  ].flatMap((names) => names.split(' ')),
);
/** In this order; `curl_version` follows. */
const JSON_NAMES =
  'certs content_type errormsg exitcode filename_effective ftp_entry_path http_code http_connect http_version local_ip local_port method num_certs num_connects num_headers num_redirects proxy_ssl_verify_result redirect_url referer remote_ip remote_port response_code scheme size_download size_header size_request size_upload speed_download speed_upload ssl_verify_result time_appconnect time_connect time_namelookup time_pretransfer time_redirect time_starttransfer time_total url url_effective urlnum'.split(
    ' ',
  );
function jsonOf(facts: TransferFacts): string {
  const fields = JSON_NAMES.map((name) => {
    const text = value(name, facts) ?? '';
    if (!JSON_TEXTS.has(name)) return `"${name}":${name.startsWith('time_') ? text : Number(text)}`;
    return `"${name}":${text === '' && name !== 'certs' ? 'null' : JSON.stringify(text)}`;
  });
  return `{${fields.join(',')},"curl_version":${JSON.stringify(LIBRARIES)}}`;
}
/** Each name once, with all its values. */
function headerJson(response: HttpResponse | undefined): string {
  const all = new Map<string, string[]>();
  for (const [name, text] of response?.headers ?? []) {
    const key = name.toLowerCase();
    all.set(key, [...(all.get(key) ?? []), text]);
  }
  return `{${[...all].map(([name, values]) => `"${name}":${JSON.stringify(values)}`).join(',\n')}\n}`;
}
