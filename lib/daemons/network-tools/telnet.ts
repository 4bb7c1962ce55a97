/** telnet(1) as a way to try a port. Not modelled: the telnet protocol's options, the escape character. */
import { byteLength } from '../../std/bytes';
import { formatIPv4 } from '../../std/ipv4';
import type { SocketEvent } from '../../world/network.contract';
import type { ProgramContext, ProgramRun } from '../../world/process.contract';
import { errnoText, lookUpName, servicePort } from '../host-names';
import { Mailbox } from '../mailbox';
import { textOf } from '../../world/message-text';

export function* telnet(context: ProgramContext): ProgramRun {
  const [name, service = '23'] = context.argv.slice(1).filter((word) => !word.startsWith('-'));
  if (name === undefined) {
    yield* context.err('not modelled: telnet without a host\n');
    return 1;
  }
  const port = servicePort(service, 'tcp');
  const found =
    port === undefined ? 'Servname not supported for ai_socktype' : yield* lookUpName(context, name);
  if (typeof found === 'string') {
    yield* context.err(`telnet: could not resolve ${name}/${service}: ${found}\n`);
    return 1;
  }
  const { network } = context.world;
  const ip = found.addresses[0] ?? 0;
  yield* context.out(`Trying ${formatIPv4(ip)}...\n`);
  const box = new Mailbox(context);
  const connection = network.connect(context.host, {
    pid: context.pid,
    ip,
    port: port ?? 23,
    on: box.on('socket'),
  });
  const first = yield* box.next();
  const event = first.kind === 'item' ? (first.event as SocketEvent) : undefined;
  if (event?.type !== 'connected') {
    yield* context.err(
      `telnet: Unable to connect to remote host: ${event?.type === 'failed' ? errnoText(event.errno) : 'Connection timed out'}\n`,
    );
    return 1;
  }
  yield* context.out(`Connected to ${name}.\nEscape character is '^]'.\n`);
  for (let reading = true; ; ) {
    for (let item = box.take(); item !== undefined; item = box.take()) {
      const next = item.event as SocketEvent;
      if (next.type === 'message') yield* context.out(textOf(next.message));
      else if (next.type === 'closed' || next.type === 'failed') {
        network.close(connection, 'client');
        yield* context.out('Connection closed by foreign host.\n');
        return 1;
      }
    }
    for (
      let text = reading ? context.stdin.read() : undefined;
      text !== undefined;
      text = context.stdin.read()
    ) {
      if (text === '') {
        reading = false;
        if (context.stdin.tty === undefined) {
          network.close(connection, 'client');
          yield* context.out('Connection closed.\n');
          return 0;
        }
        break;
      }
      const sent = text.replaceAll('\n', '\r\n');
      network.send(connection, 'client', { kind: 'bytes', text: sent, bytes: byteLength(sent) });
    }
    yield { keys: [box.key], ...(reading ? { streams: [context.stdin] } : {}) };
  }
}
