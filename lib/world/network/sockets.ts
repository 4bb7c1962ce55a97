/** Sockets as ss(8) lists them, and connections as the kernel knows them. */
import type { ConnectionInfo, Side } from '../network.contract';
import type { Host } from '../world.contract';
import type { Core } from './core';
import { type Connection, type End, endOf } from './state';
import { timeWaits } from './time-wait';

/** What a connected socket has left to send or to be read, in bytes. */
function queued(end: End): { receiveQueue: number; sendQueue: number } {
  let receiveQueue = 0;
  for (const item of end.unread) if (item.what === 'message') receiveQueue += item.message.bytes;
  let sendQueue = 0;
  for (let item = end.unacked; item !== undefined; item = item.next) sendQueue += item.message?.bytes ?? 1;
  return { receiveQueue, sendQueue: end.state === 'SYN-SENT' ? 1 : sendQueue };
}

export function infoOf(connection: Connection, side: Side): ConnectionInfo | undefined {
  const end = endOf(connection, side);
  if (end === undefined || (end.orphan && end.state === 'SYN-SENT')) return undefined;
  const { receiveQueue, sendQueue } = queued(end);
  return {
    connection: connection.id,
    side,
    pid: end.orphan || end.waiting !== 0 ? 0 : end.pid,
    localIp: end.ip,
    localPort: end.port,
    peerIp: end.peerIp,
    peerPort: end.peerPort,
    state: end.state,
    protocol: 'tcp',
    receiveQueue,
    sendQueue,
  };
}

export function socketsOf(core: Core, host: Host): ConnectionInfo[] {
  const { net } = core.stack(host);
  const sockets: ConnectionInfo[] = [];
  for (const socket of net.udp.values()) {
    sockets.push({
      connection: socket.socket,
      side: 'listener',
      pid: socket.pid,
      localIp: socket.ip,
      localPort: socket.port,
      peerIp: 0,
      peerPort: 0,
      state: 'UNCONN',
      protocol: 'udp',
      receiveQueue: 0,
      sendQueue: 0,
    });
  }
  for (const listener of net.listeners.values()) {
    sockets.push({
      connection: listener.listener,
      side: 'listener',
      pid: listener.pid,
      localIp: listener.ip,
      localPort: listener.port,
      peerIp: 0,
      peerPort: 0,
      state: 'LISTEN',
      protocol: 'tcp',
      receiveQueue: listener.queue.length,
      sendQueue: listener.backlog,
      ...(listener.six || listener.dual === true ? { six: true } : {}),
      ...(listener.dual === true ? { dual: true } : {}),
      ...(listener.owner === undefined ? {} : { otherPid: listener.owner.pid }),
    });
  }
  for (const connection of core.state.connections.values()) {
    for (const side of ['client', 'server'] as const) {
      const info = endOf(connection, side)?.host === host.name ? infoOf(connection, side) : undefined;
      if (info !== undefined) sockets.push(info);
    }
  }
  for (const { ip, port, peerIp, peerPort } of timeWaits(net.timeWait, core.now)) {
    sockets.push({
      connection: 0,
      side: 'client',
      pid: 0,
      localIp: ip,
      localPort: port,
      peerIp,
      peerPort,
      state: 'TIME-WAIT',
      protocol: 'tcp',
      receiveQueue: 0,
      sendQueue: 0,
    });
  }
  return sockets;
}
