/** Connections of clients: their time, their end. */
import { formatIPv4 } from '../../../std/ipv4';
import type { Micros } from '../../../std/instant';
import type { Runtime } from './runtime';
import { type Client, NONE } from './state';
import { connectionCounts } from './guard';

export interface TimerData {
  h: string;
  p: number;
  c: number;
}
/** 0: no limit. */
export function setDeadline(runtime: Runtime, client: Client, at: Micros): void {
  client.deadline = at;
  if (at === 0 || (client.timerAt !== 0 && client.timerAt <= at)) return;
  if (client.timerAt !== 0) runtime.kernel.cancel(client.timer);
  client.timer = runtime.kernel.schedule<TimerData>(Math.max(at, runtime.now), runtime.clientTimer, {
    h: runtime.host.name,
    p: runtime.pid,
    c: client.id,
  });
  client.timerAt = at;
}
export function setTimeoutMs(runtime: Runtime, client: Client, ms: number): void {
  setDeadline(runtime, client, runtime.now + ms * 1_000);
}
/** The event has come. True when the phase's time is over. */
export function isExpired(runtime: Runtime, client: Client): boolean {
  client.timer = NONE;
  client.timerAt = 0;
  if (client.deadline === 0) return false;
  if (client.deadline <= runtime.now) {
    client.deadline = 0;
    return true;
  }
  setDeadline(runtime, client, client.deadline);
  return false;
}
export function newClient(
  runtime: Runtime,
  connection: number,
  at: { readonly address: number; readonly server: number; readonly number: number },
): Client {
  const info = runtime.network.connection(connection, 'server');
  return {
    id: connection,
    ...at,
    serverName: undefined,
    tls: undefined,
    ip: info?.peerIp ?? 0,
    port: info?.peerPort ?? 0,
    localIp: info?.localIp ?? 0,
    localPort: info?.localPort ?? 0,
    acceptedAt: runtime.now,
    requests: 0,
    phase: 'waiting',
    buffered: '',
    body: undefined,
    typed: undefined,
    waiting: [],
    hasEnded: false,
    request: undefined,
    stream: undefined,
    limits: [],
    deadline: 0,
    timer: NONE,
    timerAt: 0,
  };
}
export function closeClient(runtime: Runtime, client: Client, how: 'close' | 'reset' = 'close'): void {
  if (client.phase === 'closed') return;
  client.phase = 'closed';
  if (client.timerAt !== 0) runtime.kernel.cancel(client.timer);
  client.timerAt = 0;
  client.deadline = 0;
  runtime.state.clients.delete(client.id);
  runtime.state.used -= 1;
  for (const zone of client.limits.splice(0)) {
    const counts = connectionCounts(runtime, zone);
    const key = formatIPv4(client.ip);
    counts.set(key, (counts.get(key) ?? 1) - 1);
  }
  if (how === 'reset') runtime.network.reset(client.id, 'server');
  else runtime.network.close(client.id, 'server');
}
