/** TCP proxying: bytes go both ways as they come. Source: nginx 1.22 src/stream/ngx_stream_proxy_module.c. Not modelled: UDP, TLS, preread. */
import { formatIPv4 } from '../../../std/ipv4';
import type { Message } from '../../../world/network.contract';
import { strftime } from '../../../std/civil';
import type { AccessLog, Format, LogLevel, StreamServerSettings, Template } from '../config';
import { sendSyslog, writeLog } from '../group';
import { systemError } from '../messages';
import { closeClient, setDeadline, setTimeoutMs } from './client';
import { connectionCounts } from './guard';
import { choose, newChoice, peersOf, release } from './peers';
import { UPSTREAM } from './proxy';
import type { Runtime } from './runtime';
import type { Client, StreamSession, Try } from './state';
import { escapeValue } from './variables';

interface Session {
  readonly runtime: Runtime;
  readonly client: Client;
  readonly stream: StreamSession;
  readonly settings: StreamServerSettings;
}
export function streamOf(runtime: Runtime, client: Client): Session | undefined {
  const { stream } = client;
  const settings = stream === undefined ? undefined : runtime.configuration.streamServers[stream.server];
  return stream === undefined || settings === undefined ? undefined : { runtime, client, stream, settings };
}

export function beginStream(runtime: Runtime, client: Client, server: number): void {
  client.phase = 'stream';
  client.stream = {
    server,
    startedAt: runtime.now,
    choice: undefined,
    connection: 0,
    isConnected: false,
    clientEnded: false,
    serverEnded: false,
    sent: 0,
    received: 0,
    tries: [],
    status: 200,
    upstreamName: '',
  };
  const it = streamOf(runtime, client);
  if (it === undefined) return;
  tell(
    it,
    'info',
    `client ${formatIPv4(client.ip)}:${client.port} connected to ${formatIPv4(client.localIp)}:${client.localPort}`,
    false,
  );
  if (!isAdmitted(it)) return;
  const { settings } = it;
  if (settings.text !== undefined) {
    const text = evaluateStream(it, settings.text);
    client.stream.sent = text.length;
    runtime.network.send(client.id, 'server', { kind: 'bytes', text, bytes: text.length });
    end(it);
    return;
  }
  if (settings.upstream < 0) {
    it.stream.status = 500;
    end(it);
    return;
  }
  it.stream.choice = newChoice(runtime.upstream(settings.upstream), {
    clientIp: client.ip,
    key: hashKey(it),
  });
  if (settings.nextTries > 0) it.stream.choice.tries = Math.min(it.stream.choice.tries, settings.nextTries);
  connect(it);
}
function hashKey(it: Session): string {
  const { balancing } = it.runtime.upstream(it.settings.upstream);
  return balancing.method === 'hash' ? evaluateStream(it, balancing.key) : '';
}
function isAdmitted(it: Session): boolean {
  const { runtime, client, settings } = it;
  for (const { zone, most } of settings.connectionLimits) {
    const counts = connectionCounts(runtime, zone);
    const key = formatIPv4(client.ip);
    const count = counts.get(key) ?? 0;
    if (count >= most) {
      tell(it, 'error', `limiting connections by zone "${zone}"`);
      it.stream.status = 503;
      end(it);
      return false;
    }
    counts.set(key, count + 1);
    client.limits.push(zone);
  }
  const rule = settings.access.find(
    ({ network }) => network === undefined || (client.ip & network.mask) >>> 0 === network.address,
  );
  if (rule?.denies !== true) return true;
  tell(it, 'error', 'access forbidden by rule');
  it.stream.status = 403;
  end(it);
  return false;
}

// ---------------------------------------------------------------- upstream
function connect(it: Session): void {
  const { runtime, client, stream, settings } = it;
  const { choice } = stream;
  const upstream = runtime.upstream(settings.upstream);
  stream.upstreamName = upstream.name;
  if (choice === undefined || !choose(runtime.pool(settings.upstream), choice)) {
    tell(it, 'error', 'no live upstreams', true, 'connecting to upstream');
    stream.status = 502;
    end(it);
    return;
  }
  const peer = peersOf(upstream, choice.set)[choice.peer];
  if (peer === undefined) return;
  stream.upstreamName = peer.name;
  const made: Try = {
    address: peer.name,
    status: 0,
    startedAt: runtime.now,
    connectMs: -1,
    headerMs: -1,
    responseMs: -1,
    length: 0,
    begins: stream.tries.length === 0,
    bytesSent: 0,
    bytesReceived: 0,
  };
  stream.tries.push(made);
  runtime.group.connections += 1;
  runtime.state.used += 1;
  stream.connection = runtime.network.connect(runtime.host, {
    pid: runtime.pid,
    ip: peer.ip,
    port: peer.port,
    ...(settings.bindIp === undefined ? {} : { bindIp: settings.bindIp }),
    on: { name: UPSTREAM, pid: runtime.pid, data: null },
  });
  runtime.state.serving.set(stream.connection, client.id);
  setTimeoutMs(runtime, client, settings.connectTimeoutMs);
}
export function onStreamConnected(it: Session): void {
  const { runtime, client, stream, settings } = it;
  stream.isConnected = true;
  const last = stream.tries[stream.tries.length - 1];
  if (last !== undefined) last.connectMs = Math.floor((runtime.now - last.startedAt) / 1_000);
  for (const message of client.waiting.splice(0)) runtime.network.send(stream.connection, 'client', message);
  setTimeoutMs(runtime, client, settings.timeoutMs);
  if (stream.clientEnded) runtime.network.shutdown(stream.connection, 'client');
}
export function onStreamFailed(it: Session, errno: string): void {
  const { stream } = it;
  dropUpstream(it, 'none');
  if (stream.isConnected) {
    tell(it, 'error', `recv() failed ${systemError(errno)}`, true, 'proxying and reading from upstream');
    end(it);
    return;
  }
  tell(it, 'error', `connect() failed ${systemError(errno)}`, true, 'connecting to upstream');
  next(it);
}
function next(it: Session): void {
  const { runtime, stream, settings } = it;
  const { choice } = stream;
  if (choice === undefined) return;
  if (release(runtime.pool(settings.upstream), choice, true))
    tell(it, 'warn', 'upstream server temporarily disabled', true, 'connecting to upstream');
  const isLate =
    settings.nextTimeoutMs > 0 && runtime.now - stream.startedAt >= settings.nextTimeoutMs * 1_000;
  if (choice.tries === 0 || !settings.next || isLate) {
    stream.status = 502;
    end(it);
    return;
  }
  connect(it);
}
export function onStreamExpired(it: Session): void {
  if (it.stream.isConnected) {
    tell(it, 'info', `connection timed out ${systemError('ETIMEDOUT')}`, true, 'proxying connection');
    end(it);
    return;
  }
  tell(it, 'error', `upstream timed out ${systemError('ETIMEDOUT')}`, true, 'connecting to upstream');
  dropUpstream(it, 'close');
  next(it);
}

// ---------------------------------------------------------------- bytes
export function fromClient(it: Session, message: Message): void {
  const { runtime, client, stream, settings } = it;
  stream.received += message.bytes;
  if (!stream.isConnected) {
    client.waiting.push(message);
    return;
  }
  runtime.network.send(stream.connection, 'client', message);
  setTimeoutMs(runtime, client, settings.timeoutMs);
}
export function fromServer(it: Session, message: Message): void {
  const { runtime, client, stream, settings } = it;
  stream.sent += message.bytes;
  runtime.network.send(client.id, 'server', message);
  setTimeoutMs(runtime, client, settings.timeoutMs);
}
export function onStreamClientEnd(it: Session, isReset: boolean): void {
  const { runtime, stream } = it;
  stream.clientEnded = true;
  if (isReset || stream.serverEnded || !stream.isConnected) {
    end(it);
    return;
  }
  runtime.network.shutdown(stream.connection, 'client');
}
export function onStreamServerEnd(it: Session): void {
  const { runtime, client, stream } = it;
  stream.serverEnded = true;
  if (stream.clientEnded) {
    end(it);
    return;
  }
  runtime.network.close(client.id, 'server');
  end(it);
}
function dropUpstream({ runtime, stream }: Session, how: 'close' | 'none'): void {
  const { connection } = stream;
  if (connection === 0) return;
  stream.connection = 0;
  runtime.state.serving.delete(connection);
  runtime.state.used -= 1;
  if (how === 'close') runtime.network.close(connection, 'client');
}
function end(it: Session): void {
  const { runtime, client, stream, settings } = it;
  setDeadline(runtime, client, 0);
  dropUpstream(it, 'close');
  if (stream.choice !== undefined && stream.choice.peer >= 0)
    release(runtime.pool(settings.upstream), stream.choice, false);
  for (const log of settings.logs) writeAccess(it, log);
  closeClient(runtime, client);
}

// ---------------------------------------------------------------- words
function tell(it: Session, level: LogLevel, text: string, isFull = true, action = ''): void {
  const { runtime, client, stream, settings } = it;
  const logs = settings.errorLogs.length > 0 ? settings.errorLogs : runtime.configuration.main.errorLogs;
  const while_ = action === '' ? '' : ` while ${action}`;
  const about = isFull
    ? `, client: ${formatIPv4(client.ip)}, server: ${formatIPv4(client.localIp)}:${client.localPort}${stream.upstreamName === '' ? '' : `, upstream: "${stream.upstreamName}"`}, bytes from/to client:${stream.received}/${stream.sent}, bytes from/to upstream:${stream.sent}/${stream.received}`
    : '';
  runtime.write(logs, level, `*${client.number} ${text}${while_}${about}`);
}
function evaluateStream(it: Session, template: Template | Format): string {
  return template
    .map((part) =>
      typeof part === 'string' ? part : 'variable' in part ? (streamVariable(it, part.variable) ?? '') : '',
    )
    .join('');
}
function streamVariable({ runtime, client, stream }: Session, name: string): string | undefined {
  const clock = runtime.host.clock();
  const last = stream.tries[stream.tries.length - 1];
  switch (name) {
    case 'remote_addr':
    case 'binary_remote_addr':
      return formatIPv4(client.ip);
    case 'remote_port':
      return String(client.port);
    case 'server_addr':
      return formatIPv4(client.localIp);
    case 'server_port':
      return String(client.localPort);
    case 'protocol':
      return 'TCP';
    case 'status':
      return String(stream.status);
    case 'bytes_sent':
      return String(stream.sent);
    case 'bytes_received':
      return String(stream.received);
    case 'session_time':
      return (Math.floor((runtime.now - stream.startedAt) / 1_000) / 1_000).toFixed(3);
    case 'connection':
      return String(client.number);
    case 'hostname':
      return runtime.host.state.hostname;
    case 'pid':
      return String(runtime.pid);
    case 'time_local':
      return strftime('%d/%b/%Y:%H:%M:%S +0000', clock);
    case 'time_iso8601':
      return strftime('%Y-%m-%dT%H:%M:%S+00:00', clock);
    case 'upstream_addr':
      return last === undefined ? undefined : stream.tries.map(({ address }) => address).join(', ');
    case 'upstream_bytes_sent':
      return String(stream.received);
    case 'upstream_bytes_received':
      return String(stream.sent);
    case 'upstream_connect_time':
      return last === undefined || last.connectMs < 0 ? '-' : (last.connectMs / 1_000).toFixed(3);
    default:
      return undefined;
  }
}
function writeAccess(it: Session, log: AccessLog): void {
  const { runtime } = it;
  const format = runtime.configuration.formats.get(`stream ${log.format}`);
  if (format === undefined) return;
  let line = '';
  for (const part of format.parts)
    line +=
      typeof part === 'string'
        ? part
        : 'variable' in part
          ? escapeValue(streamVariable(it, part.variable), format.escape)
          : '';
  const { target } = log;
  if (target.kind === 'file') writeLog(runtime.host, runtime.group, target.path, `${line}\n`);
  else if (target.kind === 'syslog') sendSyslog(runtime, target, 'info', line);
}
