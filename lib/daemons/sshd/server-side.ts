/** The server's end of one connection: packets, log lines, the end. */
import type { SocketEvent } from '../../world/network.contract';
import type { ProgramContext, SyslogPriority, Wait, Wake } from '../../world/process.contract';
import type { Mailbox } from '../mailbox';
import type { ServerConfig } from './server-config';
import { type ClientPacket, packetOf, send, type ServerPacket } from './wire';

/** One connection as its process sees it. */
export interface Served {
  connection: number;
  from: string;
  port: number;
  local: string;
  localPort: number;
  config: ServerConfig;
}
export type Received = ClientPacket | 'closed' | 'reset' | 'timeout';

export class ServerSide {
  constructor(
    readonly context: ProgramContext,
    readonly box: Mailbox,
    readonly served: Served,
  ) {}
  send(packet: ServerPacket): void {
    send(this.context.world, this.served.connection, 'server', packet);
  }
  log(text: string, priority: SyslogPriority = 'info', facility = 'auth'): void {
    const { context } = this;
    context.host.syslog({
      facility,
      priority,
      tag: 'sshd',
      pid: context.pid,
      text,
      transport: 'syslog',
      uid: 0,
      unit: 'ssh.service',
    });
  }
  /** What is there already. */
  take(): Received | undefined {
    for (let item = this.box.take(); item !== undefined; item = this.box.take()) {
      const received = this.meaning(item.event as SocketEvent);
      if (received !== undefined) return received;
    }
    return undefined;
  }
  meaning(event: SocketEvent): Received | undefined {
    switch (event.type) {
      case 'message':
        return packetOf<ClientPacket>(event.message);
      case 'closed':
        return 'closed';
      case 'failed':
        return 'reset';
      case 'accepted':
      case 'connected':
        return undefined;
    }
  }
  *next(until: number): Generator<Wait, Received, Wake> {
    for (;;) {
      const received = yield* this.box.next(until);
      if (received.kind === 'timeout') return 'timeout';
      if (received.kind !== 'item') continue;
      const meaning = this.meaning(received.event as SocketEvent);
      if (meaning !== undefined) return meaning;
    }
  }
  hangUp(): void {
    this.context.world.network.close(this.served.connection, 'server');
    this.box.close();
  }
}
