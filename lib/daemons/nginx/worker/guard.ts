/** Who may pass, and how fast: real addresses, limits, access rules, passwords. Source: nginx 1.22 src/http/modules/ngx_http_{realip,limit_req,limit_conn,access,auth_basic}_module.c. */
import { digestOf } from '../../../protocols/x509/index';
import { encodeBase64 } from '../../../std/base64';
import { bytesFromText } from '../../../std/bytes';
import { systemError } from '../messages';
import { formatIPv4, parseIPv4 } from '../../../std/ipv4';
import { decodeBasic } from './basic-credentials';
import { md5Crypt, shaCrypt } from '../../../protocols/x509/crypt';
import { FileError } from '../../../world/files.contract';
import type { RequestLimit } from '../config';
import type { RequestNode } from '../group';
import { header, type Runtime } from './runtime';

import { type Asking, evaluate } from './variables';

export type Verdict =
  /** Decided: nobody else need be asked (`satisfy any`). */
  | { readonly kind: 'pass'; readonly isDecided?: true }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'status'; readonly status: number };
const PASS: Verdict = { kind: 'pass' };

// ---------------------------------------------------------------- set_real_ip_from
export function takeRealAddress({ runtime, request, client }: Asking): void {
  const { realIp } = runtime.location(request.location);
  if (realIp === undefined || request.realDone) return;
  const isTrusted = (ip: number): boolean =>
    realIp.from.some(({ address, mask }) => (ip & mask) >>> 0 === address);
  if (!isTrusted(client.ip)) return;
  const text = header(request.message.headers, realIp.header);
  if (text === undefined) return;
  const addresses = text.split(',').map((one) => one.trim().replace(/:\d+$/, ''));
  let found: number | undefined;
  for (const one of addresses.reverse()) {
    const ip = parseIPv4(one);
    if (ip === undefined) break;
    found = ip;
    if (!realIp.recursive || !isTrusted(ip)) break;
  }
  if (found === undefined) return;
  request.realDone = true;
  request.realIp = found;
  request.realPort = 0;
}

// ---------------------------------------------------------------- limit_req
export function limitRequests(asking: Asking): Verdict {
  const { runtime, client, request } = asking;
  const location = runtime.location(request.location);
  if (request.limitRequestDone || location.requestLimits.length === 0) return PASS;
  let accounted: { limit: RequestLimit; excess: number; rate: number } | undefined;
  const counted: { limit: RequestLimit; node: RequestNode; rate: number; excess: number }[] = [];
  const milliseconds = Math.floor(runtime.now / 1_000);
  for (const limit of location.requestLimits) {
    const zone = runtime.configuration.zones.find(({ name }) => name === limit.zone);
    const key = zone === undefined ? '' : evaluate(asking, zone.key);
    if (zone === undefined || key === '') continue;
    const nodes = zoneNodes(runtime, limit.zone);
    const node = nodes.get(key);
    if (node === undefined) {
      const made: RequestNode = { excess: 0, last: milliseconds };
      nodes.set(key, made);
      counted.push({ limit, node: made, rate: zone.rate, excess: 0 });
      continue;
    }
    const passed = Math.max(0, milliseconds - node.last);
    const excess = Math.max(0, node.excess - Math.floor((zone.rate * passed) / 1_000) + 1_000);
    if (excess > limit.burst) {
      const dry = location.requestLimitDryRun;
      runtime.tell(
        client,
        location.requestLimitLevel,
        `limiting requests${dry ? ', dry run' : ''}, excess: ${(excess / 1_000).toFixed(3)} by zone "${limit.zone}"`,
      );
      request.limitRequestDone = true;
      request.limitStatus = dry ? 'REJECTED_DRY_RUN' : 'REJECTED';
      if (dry) return PASS;
      runtime.hop(
        request.message.trace,
        'proxy',
        `limit_req: more than zone ${limit.zone} allows`,
        'bad',
        limit.place,
        'limit_req',
      );
      return { kind: 'status', status: location.requestLimitStatus };
    }
    counted.push({ limit, node, rate: zone.rate, excess });
  }
  let delay = 0;
  for (const { limit, node, rate, excess } of counted) {
    if (milliseconds > node.last) node.last = milliseconds;
    node.excess = excess;
    const ms = excess <= limit.delay ? 0 : Math.floor(((excess - limit.delay) * 1_000) / rate);
    if (ms > delay) {
      delay = ms;
      accounted = { limit, excess, rate };
    }
  }
  request.limitRequestDone = counted.length > 0;
  if (accounted === undefined) {
    if (counted.length > 0) request.limitStatus = 'PASSED';
    return PASS;
  }
  const dry = location.requestLimitDryRun;
  runtime.tell(
    client,
    lower(location.requestLimitLevel),
    `delaying request${dry ? ', dry run' : ''}, excess: ${(accounted.excess / 1_000).toFixed(3)}, by zone "${accounted.limit.zone}"`,
  );
  request.limitStatus = dry ? 'DELAYED_DRY_RUN' : 'DELAYED';
  if (dry) return PASS;
  runtime.hop(
    request.message.trace,
    'queue',
    `limit_req: delayed by ${delay} ms`,
    'wait',
    accounted.limit.place,
    'limit_req',
  );
  return { kind: 'delay', ms: delay };
}
function lower(level: Parameters<Runtime['tell']>[1]): Parameters<Runtime['tell']>[1] {
  switch (level) {
    case 'error':
      return 'warn';
    case 'warn':
      return 'notice';
    default:
      return 'info';
  }
}
function zoneNodes({ group }: Runtime, zone: string): Map<string, RequestNode> {
  let nodes = group.requestZones.get(zone);
  if (nodes === undefined) {
    nodes = new Map();
    group.requestZones.set(zone, nodes);
  }
  return nodes;
}

// ---------------------------------------------------------------- limit_conn
export function limitConnections(asking: Asking): Verdict {
  const { runtime, client, request } = asking;
  const location = runtime.location(request.location);
  if (request.limitConnectionDone || location.connectionLimits.length === 0) return PASS;
  for (const { zone, most, place } of location.connectionLimits) {
    const settings = runtime.configuration.zones.find(({ name }) => name === zone);
    const key = settings === undefined ? '' : evaluate(asking, settings.key);
    if (key === '') continue;
    request.limitConnectionDone = true;
    request.limitConnectionStatus = 'PASSED';
    const counts = connectionCounts(runtime, zone);
    const count = counts.get(key) ?? 0;
    if (count >= most) {
      const dry = location.connectionLimitDryRun;
      runtime.tell(
        client,
        location.connectionLimitLevel,
        `limiting connections${dry ? ', dry run,' : ''} by zone "${zone}"`,
      );
      request.limitConnectionStatus = dry ? 'REJECTED_DRY_RUN' : 'REJECTED';
      freeConnections(runtime, request.zones);
      if (dry) return PASS;
      runtime.hop(
        request.message.trace,
        'proxy',
        `limit_conn: ${most} in zone ${zone}`,
        'bad',
        place,
        'limit_conn',
      );
      return { kind: 'status', status: location.connectionLimitStatus };
    }
    counts.set(key, count + 1);
    request.zones.push({ zone, key });
  }
  return PASS;
}
export function connectionCounts({ group }: Runtime, zone: string): Map<string, number> {
  let counts = group.connectionZones.get(zone);
  if (counts === undefined) {
    counts = new Map();
    group.connectionZones.set(zone, counts);
  }
  return counts;
}
export function freeConnections(runtime: Runtime, zones: { zone: string; key: string }[]): void {
  for (const { zone, key } of zones.splice(0)) {
    const counts = connectionCounts(runtime, zone);
    const left = (counts.get(key) ?? 1) - 1;
    if (left > 0) counts.set(key, left);
    else counts.delete(key);
  }
}

// ---------------------------------------------------------------- access
export function checkAccess(asking: Asking): Verdict {
  const { runtime, client, request } = asking;
  const location = runtime.location(request.location);
  const rule = byAddress(asking);
  const isDecided = location.satisfyAny && rule === 'allowed';
  const basic = location.basic === undefined || isDecided ? undefined : byPassword(asking);
  if (isDecided || (location.satisfyAny && basic === 'allowed')) return { kind: 'pass', isDecided: true };
  if (rule === 'denied' && location.satisfyAny && basic === undefined && location.authRequest !== undefined)
    return { kind: 'status', status: 403 };
  if (rule === 'denied' && !(location.satisfyAny && basic !== undefined)) {
    runtime.tell(client, 'error', 'access forbidden by rule');
    return { kind: 'status', status: 403 };
  }
  if (basic === undefined || basic === 'allowed') return PASS;
  return { kind: 'status', status: typeof basic === 'number' ? basic : 401 };
}
function byAddress({ runtime, request }: Asking): 'allowed' | 'denied' | undefined {
  for (const { denies, network, place } of runtime.location(request.location).access) {
    if (network !== undefined && (request.realIp & network.mask) >>> 0 !== network.address) continue;
    if (request.message.trace !== 0)
      runtime.hop(
        request.message.trace,
        'filter',
        `${denies ? 'deny' : 'allow'} ${network === undefined ? 'all' : formatIPv4(network.address)}`,
        denies ? 'bad' : 'ok',
        place,
        denies ? 'deny' : 'allow',
      );
    return denies ? 'denied' : 'allowed';
  }
  return undefined;
}
function byPassword(asking: Asking): 'allowed' | 'denied' | number | undefined {
  const { runtime, client, request } = asking;
  const { basic } = runtime.location(request.location);
  if (basic === undefined || basic.file === undefined) return undefined;
  const realm = evaluate(asking, basic.realm);
  if (realm === 'off') return undefined;
  const credentials = decodeBasic(header(request.message.headers, 'authorization') ?? '');
  if (credentials === undefined) {
    runtime.tell(client, 'info', 'no user/password was provided for basic authentication');
    return askPassword(asking, realm);
  }
  const path = evaluate(asking, basic.file);
  const text = runtime.host.fs.readFile(path, runtime.process);
  if (text instanceof FileError) {
    runtime.tell(
      client,
      text.errno === 'ENOENT' ? 'error' : 'crit',
      `open() "${path}" failed ${systemError(text.errno)}`,
    );
    return text.errno === 'ENOENT' ? 403 : 500;
  }
  const line = text.split('\n').find((one) => one.startsWith(`${credentials.user}:`));
  if (line === undefined) {
    runtime.tell(client, 'error', `user "${credentials.user}" was not found in "${path}"`);
    return askPassword(asking, realm);
  }
  const secret = line.split(':')[1] ?? '';
  if (isRight(credentials.password, secret)) return 'allowed';
  runtime.tell(client, 'error', `user "${credentials.user}": password mismatch`);
  return askPassword(asking, realm);
}
/** Source: nginx 1.22 src/core/ngx_crypt.c, crypt(5). Not modelled: `{SSHA}`, DES and what else crypt(3) knows. */
function isRight(password: string, secret: string): boolean {
  if (secret.startsWith('{PLAIN}')) return secret.slice(7) === password;
  if (secret.startsWith('{SHA}'))
    return secret.slice(5) === encodeBase64(digestOf('sha1', bytesFromText(password)));
  const [, magic = '', salt = ''] = secret.split('$');
  if (magic === '1' || magic === 'apr1') return md5Crypt(password, salt, magic) === secret;
  if (magic === '5' || magic === '6') return shaCrypt(password, salt, magic) === secret;
  return false;
}
function askPassword({ request }: Asking, realm: string): 'denied' {
  request.variables.set('www_authenticate', `Basic realm="${realm}"`);
  return 'denied';
}
