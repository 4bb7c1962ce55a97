/**
 * Text with variables, and the variables that there are.
 * Source: nginx 1.22 src/http/ngx_http_script.c `ngx_http_script_compile`, ngx_http_variables.c.
 */
import type { Part, Template } from '../config';
import { type Conf, FAILED, type Failed, type KnownVariable } from './conf';

const HTTP = `http_host http_user_agent http_referer http_via http_x_forwarded_for http_cookie content_length
content_type host binary_remote_addr remote_addr remote_port proxy_protocol_addr proxy_protocol_port
proxy_protocol_server_addr proxy_protocol_server_port server_addr server_port server_protocol scheme https
request_uri uri document_uri request document_root realpath_root query_string is_args request_filename
server_name request_method remote_user bytes_sent body_bytes_sent pipe request_completion request_body
request_body_file request_length request_time request_id status sent_http_content_type sent_http_content_length
sent_http_location sent_http_last_modified sent_http_connection sent_http_keep_alive
sent_http_transfer_encoding sent_http_cache_control sent_http_link connection connection_requests
connection_time nginx_version hostname pid msec time_iso8601 time_local tcpinfo_rtt tcpinfo_rttvar
tcpinfo_snd_cwnd tcpinfo_rcv_space fastcgi_script_name fastcgi_path_info limit_conn_status limit_req_status
proxy_add_x_forwarded_for proxy_add_via proxy_internal_body_length proxy_internal_chunked realip_remote_addr
realip_remote_port date_local date_gmt connections_active connections_reading connections_writing
connections_waiting upstream_addr upstream_status upstream_connect_time upstream_header_time
upstream_response_time upstream_response_length upstream_bytes_received upstream_bytes_sent
upstream_cache_status upstream_cache_last_modified upstream_cache_etag http2 gzip_ratio secure_link
secure_link_expires uid_got uid_set uid_reset slice_range invalid_referer`;
const CHANGEABLE = `args limit_rate proxy_host proxy_port msie modern_browser ancient_browser ssl_protocol
ssl_cipher ssl_ciphers ssl_curve ssl_curves ssl_session_id ssl_session_reused ssl_early_data ssl_server_name
ssl_alpn_protocol ssl_client_cert ssl_client_raw_cert ssl_client_escaped_cert ssl_client_s_dn
ssl_client_i_dn ssl_client_s_dn_legacy ssl_client_i_dn_legacy ssl_client_serial ssl_client_fingerprint
ssl_client_verify ssl_client_v_start ssl_client_v_end ssl_client_v_remain`;
const PREFIXES =
  /^(?:http|sent_http|upstream_http|upstream_cookie|upstream_trailer|sent_trailer|cookie|arg)_/;
const STREAM = `binary_remote_addr remote_addr remote_port proxy_protocol_addr proxy_protocol_port
proxy_protocol_server_addr proxy_protocol_server_port server_addr server_port bytes_sent bytes_received
session_time status connection nginx_version hostname pid msec time_iso8601 time_local protocol
limit_conn_status realip_remote_addr realip_remote_port ssl_preread_protocol ssl_preread_server_name
ssl_preread_alpn_protocols upstream_addr upstream_bytes_sent upstream_connect_time upstream_first_byte_time
upstream_session_time upstream_bytes_received ssl_protocol ssl_cipher ssl_server_name`;
/** Variables that only a log knows. */
export const LOG_VARIABLES = new Set(
  'pipe time_local time_iso8601 msec request_time status bytes_sent body_bytes_sent request_length'.split(
    ' ',
  ),
);

export function builtInVariables(kind: 'http' | 'stream'): Map<string, KnownVariable> {
  const known = new Map<string, KnownVariable>();
  const add = (names: string, isChangeable: boolean): void => {
    for (const name of names.split(/\s+/)) known.set(name, { isChangeable, source: undefined });
  };
  if (kind === 'stream') add(STREAM, false);
  else {
    add(HTTP, false);
    add(CHANGEABLE, true);
  }
  return known;
}
/** `set`, `map` and the like make a variable. */
export function declareVariable(conf: Conf, name: string): KnownVariable | Failed {
  if (name === '') return conf.fail('invalid variable name "$"');
  const lower = name.toLowerCase();
  const { variables } = conf.scope;
  const known = variables.get(lower);
  if (known !== undefined) return known.isChangeable ? known : conf.fail(`the duplicate "${name}" variable`);
  const made: KnownVariable = { isChangeable: true, source: { kind: 'set' } };
  variables.set(lower, made);
  return made;
}
export function useVariable(conf: Conf, name: string): Failed | undefined {
  if (name === '') return conf.fail('invalid variable name "$"');
  conf.scope.used.add(name.toLowerCase());
  return undefined;
}
/** The first variable that nobody knows. */
export function unknownVariable(
  scope: { variables: ReadonlyMap<string, KnownVariable>; used: ReadonlySet<string> },
  kind: 'http' | 'stream',
): string | undefined {
  for (const name of scope.used)
    if (!scope.variables.has(name) && !(kind === 'http' && PREFIXES.test(name))) return name;
  return undefined;
}

export function countVariables(text: string): number {
  return text.split('$').length - 1;
}
const isNameCharacter = (character: string): boolean => /^\w$/.test(character);

/** `marksArgs`: the first `?` outside of variables begins the arguments. */
export function compileTemplate(
  conf: Conf,
  text: string,
  options: { readonly marksArgs?: boolean } = {},
): Template | Failed {
  const parts: Part[] = [];
  let literal = '';
  let marksArgs = options.marksArgs === true;
  const flush = (): void => {
    if (literal !== '') parts.push(literal);
    literal = '';
  };
  for (let at = 0; at < text.length; ) {
    const character = text.charAt(at);
    if (character === '?' && marksArgs) {
      marksArgs = false;
      flush();
      parts.push({ args: true });
      at++;
      continue;
    }
    if (character !== '$') {
      literal += character;
      at++;
      continue;
    }
    flush();
    const found = readVariable(conf, text, at + 1);
    if (found === FAILED) return FAILED;
    parts.push(found.part);
    at = found.end;
  }
  flush();
  return parts;
}
function readVariable(conf: Conf, text: string, start: number): { part: Part; end: number } | Failed {
  const first = text.charAt(start);
  if (first === '') return conf.fail('invalid variable name');
  if (first >= '1' && first <= '9') return { part: { capture: Number(first) }, end: start + 1 };
  const isBracketed = first === '{';
  const begin = isBracketed ? start + 1 : start;
  if (begin >= text.length) return conf.fail('invalid variable name');
  let end = begin;
  while (isNameCharacter(text.charAt(end))) end++;
  const name = text.slice(begin, end);
  if (isBracketed) {
    if (text.charAt(end) !== '}') return conf.fail(`the closing bracket in "${name}" variable is missing`);
    end++;
  }
  if (name === '') return conf.fail('invalid variable name');
  if (useVariable(conf, name) === FAILED) return FAILED;
  return { part: { variable: name.toLowerCase() }, end };
}
