/** `app NAME PORT CONTROLS`: answers with its name; what it does wrong stands in a file that is read for each request. */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AppControls, isOn, parseControls } from '../../../daemons/app-server/controls';

const BACKLOG = 128;

export function serveApplication([name = '', port = '', controls = '']: readonly string[]): void {
  const server = makeServer((request, response) => {
    const now = parseControls(textOf(controls));
    const isHealth = (request.url ?? '').startsWith('/health');
    request.resume();
    request.on('end', () => {
      if (isHealth && isOn(now.log_health)) say(`health from ${peerOf(request)}`);
      if (!isHealth && isOn(now.log)) say(`${request.method ?? ''} ${request.url ?? ''}`);
      setTimeout(() => {
        if (isOn(now.abort) && !isHealth) request.socket.resetAndDestroy();
        else answer(request, response, name, statusOf(now, isHealth));
      }, delayOf(now, isHealth) * 1000);
    });
  });
  server.listen({ host: '0.0.0.0', port: Number(port), backlog: BACKLOG });
}
function statusOf(controls: AppControls, isHealth: boolean): number {
  const plain = controls.status ?? 200;
  return isHealth ? (controls.health_status ?? (isOn(controls.health_ok) ? 200 : plain)) : plain;
}
function delayOf(controls: AppControls, isHealth: boolean): number {
  const plain = controls.delay ?? 0;
  return isHealth ? (controls.health_delay ?? (isOn(controls.health_ok) ? 0 : plain)) : plain;
}
function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '{}';
  }
}

/** A server without timeouts of its own: what is seen must come from the daemons before it. */
export function makeServer(listen: (request: IncomingMessage, response: ServerResponse) => void): Server {
  const server = createServer({ keepAlive: false, noDelay: true, requireHostHeader: false }, listen);
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  server.headersTimeout = 0;
  server.timeout = 0;
  server.on('clientError', (_, socket) => socket.destroy());
  return server;
}
export function peerOf(request: IncomingMessage): string {
  return (request.socket.remoteAddress ?? '').replace('::ffff:', '');
}
export function answer(
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
  status: number,
): void {
  const body = status === 200 ? `${name} OK\n` : `${name} status ${status}\n`;
  const forwarded = request.headers['x-forwarded-for'];
  response.removeHeader('Connection');
  response.writeHead(status, {
    Server: 'shop/1.4',
    Date: new Date().toUTCString(),
    'Content-Type': 'text/plain',
    'Content-Length': Buffer.byteLength(body),
    'X-Served-By': name,
    ...(forwarded === undefined ? {} : { 'X-Saw-XFF': forwarded }),
    'X-Peer': peerOf(request),
  });
  response.end(request.method === 'HEAD' ? '' : body);
}
