/**
 * TLS on clients' connections: the handshake, the server that the hello names, what is said of failures.
 * Source: nginx 1.22 src/http/ngx_http_request.c `ngx_http_ssl_handshake`, `ngx_http_ssl_servername`,
 * src/event/ngx_event_openssl.c `ngx_ssl_connection_error`.
 */
import type { World } from '../../../world/world.contract';
import type { ClientHello, TlsFailure, TlsInfo, TlsServerSettings } from '../../../world/tls.contract';
import { alertNumber, type AlertName } from '../../../protocols/tls/alerts';
import type { AddressSettings, LogLevel, ServerTls } from '../config';
import { systemError } from '../messages';
import { SNI_CHOOSER, type SniData } from '../parse/addresses';
import { Identities, loadChain, loadKey } from '../parse/tls/files';
import { surroundingsOf } from '../load';
import { closeClient, setTimeoutMs } from './client';
import { serverNamed } from './locate';
import { type Runtime, runtimeOf } from './runtime';
import type { Client } from './state';

const HANDSHAKING = { action: 'SSL handshaking' };

export function registerHandshakes(world: World): void {
  world.network.tls.chooser<SniData>(SNI_CHOOSER, ({ host, pid, data }, hello) => {
    const runtime = runtimeOf(host, pid);
    const address = runtime?.configuration.addresses[data.address];
    return runtime === undefined || address === undefined
      ? { refuse: 'internal_error' }
      : settingsFor(runtime, address, hello);
  });
}
export function beginHandshake(runtime: Runtime, client: Client, address: AddressSettings): void {
  const settings = address.tls.get(address.defaultServer);
  client.phase = 'handshaking';
  setTimeoutMs(runtime, client, runtime.server(client.server).headerTimeoutMs);
  // A default server without certificates would not have passed the check.
  if (settings !== undefined) runtime.network.tls.accept(client.id, settings);
}

// ---------------------------------------------------------------- by name
/** The server that goes by the name of the hello. */
function named(runtime: Runtime, address: AddressSettings, name: string | undefined): number | undefined {
  return name === undefined
    ? undefined
    : serverNamed(runtime, address, name.replace(/\.$/, '').toLowerCase(), () => undefined)?.server;
}
/** A server without certificates of its own shows those of the default server. */
function settingsFor(
  runtime: Runtime,
  address: AddressSettings,
  hello: ClientHello,
): TlsServerSettings | { refuse: AlertName } {
  const found = named(runtime, address, hello.serverName);
  const server = found ?? address.defaultServer;
  const own = runtime.server(server).tls;
  if (own?.rejects === true) return { refuse: 'unrecognized_name' };
  const holder = address.tls.has(server) ? server : address.defaultServer;
  const settings = address.tls.get(holder);
  const tls = runtime.server(holder).tls;
  if (settings === undefined || tls === undefined) return { refuse: 'internal_error' };
  if (tls.variable.length === 0) return settings;
  const identities = readByName(runtime, tls, hello.serverName);
  return typeof identities === 'string' ? { refuse: 'internal_error' } : { ...settings, identities };
}

// ---------------------------------------------------------------- certificates by variables
/** Read by the worker, with its user's rights. Not modelled: variables other than `$ssl_server_name`, which are empty yet. */
function readByName(
  runtime: Runtime,
  tls: ServerTls,
  name: string | undefined,
): { chain: string }[] | string {
  const source = {
    around: surroundingsOf(runtime.host, runtime.process, new Map()),
    askPassphrase: () => [],
  };
  const loading = { level: tls.level, passwords: tls.passwords };
  const identities = new Identities();
  for (const { certificate, key } of tls.variable) {
    const [path = '', keyPath = ''] = [certificate, key].map((template) =>
      template
        .map((part) =>
          typeof part === 'string'
            ? part
            : 'variable' in part && part.variable === 'ssl_server_name'
              ? (name ?? '')
              : '',
        )
        .join(''),
    );
    const chain = loadChain(source, path, loading);
    if (!chain.ok) return chain.error;
    const loaded = loadKey(source, keyPath, loading);
    if (!loaded.ok) return loaded.error;
    const problem = identities.add(chain.value, loaded.value, keyPath, 'SSL_use_PrivateKey');
    if (problem !== undefined) return problem;
  }
  return identities.list();
}

// ---------------------------------------------------------------- ends of handshakes
export function onSecured(runtime: Runtime, client: Client, info: TlsInfo): void {
  if (client.phase !== 'handshaking') return;
  client.phase = 'waiting';
  client.tls = info;
  const address = runtime.configuration.addresses[client.address];
  const server = address === undefined ? undefined : named(runtime, address, info.serverName);
  if (server === undefined) return;
  client.server = server;
  client.serverName = info.serverName?.toLowerCase();
}
/** The connection is of no use any more, unless it is a plain one: then its first message is given back. */
export function onHandshakeFailed(
  runtime: Runtime,
  client: Client,
  failure: TlsFailure,
): (TlsFailure & { kind: 'not-tls' })['message'] | undefined {
  if (failure.kind === 'not-tls') {
    client.phase = 'waiting';
    return failure.message;
  }
  const { level, text } = wordsFor(runtime, client, failure);
  runtime.tell(client, level, text, HANDSHAKING);
  closeClient(runtime, client);
  return undefined;
}
function wordsFor(runtime: Runtime, client: Client, failure: TlsFailure): { level: LogLevel; text: string } {
  if (failure.kind === 'closed') return { level: 'info', text: 'client closed connection' };
  if (failure.kind === 'alert-sent' && failure.openssl?.reason === 'callback failed') {
    if (failure.alert === 'unrecognized_name') return { level: 'info', text: 'handshake rejected' };
    tellWhatIsMissing(runtime, client, failure.serverName);
    return {
      level: 'info',
      text: 'SSL_do_handshake() failed (SSL: error:0A000179:SSL routines::cert cb error)',
    };
  }
  return { level: isExpected(failure) ? 'info' : 'crit', text: handshakeError(failure) };
}
function tellWhatIsMissing(runtime: Runtime, client: Client, name: string | undefined): void {
  const address = runtime.configuration.addresses[client.address];
  if (address === undefined) return;
  const server = named(runtime, address, name) ?? address.defaultServer;
  const { tls } = runtime.server(address.tls.has(server) ? server : address.defaultServer);
  const problem = tls === undefined ? [] : readByName(runtime, tls, name);
  if (typeof problem === 'string') runtime.tell(client, 'error', problem, HANDSHAKING);
}
/** An RST instead of an answer. */
export function onHandshakeReset(runtime: Runtime, client: Client, errno: string): void {
  runtime.tell(client, 'info', `recv() failed ${systemError(errno)}`, HANDSHAKING);
  closeClient(runtime, client);
}

/** `SSL_do_handshake() failed (SSL: …)` */
export function handshakeError(failure: TlsFailure): string {
  return openSslError('SSL_do_handshake', failure);
}
export function openSslError(call: string, failure: TlsFailure): string {
  const { openssl } = failure;
  if (openssl === undefined) return `${call}() failed`;
  const alert = failure.kind === 'alert-received' ? `:SSL alert number ${alertNumber(failure.alert)}` : '';
  return `${call}() failed (SSL: error:${openssl.code}:SSL routines::${openssl.reason}${alert})`;
}
/**
 * OpenSSL's reasons that nginx takes for a peer's own doing; any other one is critical.
 * Alerts have 1000 + their number.
 */
const EXPECTED = new Set([
  101, 103, 118, 129, 149, 151, 152, 155, 156, 159, 182, 183, 187, 193, 213, 226, 227, 235, 244, 245, 246,
  252, 258, 266, 267, 281, 335, 336, 337, 338, 345, 373, 377, 396, 1000, 1010, 1020, 1021, 1022, 1030, 1040,
  1041, 1042, 1043, 1044, 1045, 1046, 1047, 1048, 1049, 1050, 1051, 1060, 1070, 1071, 1080, 1090, 1100,
]);
export function isExpected({ openssl }: TlsFailure): boolean {
  return openssl !== undefined && EXPECTED.has(Number.parseInt(openssl.code.slice(2), 16));
}
