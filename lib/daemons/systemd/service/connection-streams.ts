/** A connection as a descriptor of a service: its standard input and output (`StandardInput=socket`). */
import { byteLength } from '../../../std/bytes';
import type { SocketEvent } from '../../../world/network.contract';
import type { Stream } from '../../../world/process.contract';
import type { Host } from '../../../world/world.contract';
import { textOf } from '../../../world/message-text';

/** Name of the callback that hears of a connection which a service has. */
export const CONNECTION_EVENT = 'systemd.connection';
interface Open {
  connection: number;
  /** What came and nobody has read yet goes in here. */
  toService: Stream;
  isOver: boolean;
}
const opened = new WeakMap<Host, Map<number, Open>>();

/**
 * Streams of an accepted connection: what comes is read from `input`, what is written to `output` is sent.
 * The connection ends when the service has closed both.
 */
export function connectionStreams(host: Host, connection: number): { input: Stream; output: Stream } {
  const all = opened.get(host) ?? new Map<number, Open>();
  opened.set(host, all);
  const { reader, writer } = host.streams.pipe();
  writer.retain();
  all.set(connection, { connection, toService: writer, isOver: false });
  const output = host.streams.sink('socket', (text) =>
    host.world.network.send(connection, 'server', { kind: 'bytes', text, bytes: byteLength(text) }),
  );
  return { input: reader, output };
}
export function connectionEvent(host: Host, event: SocketEvent): void {
  const open = opened.get(host)?.get(event.connection);
  if (open === undefined || open.isOver) return;
  if (event.type === 'message') open.toService.write(textOf(event.message));
  if (event.type !== 'closed' && event.type !== 'failed') return;
  open.isOver = true;
  open.toService.close();
}
/** The service has ended. */
export function closeConnection(host: Host, connection: number): void {
  const open = opened.get(host)?.get(connection);
  opened.get(host)?.delete(connection);
  if (open?.isOver === false) open.toService.close();
  host.world.network.close(connection, 'server');
}
