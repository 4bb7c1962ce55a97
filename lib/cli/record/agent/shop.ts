/** `shop --config FILE`: the application of scenarios, configured as the simulator's is. */
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { readConfiguration } from '../../../daemons/app-server/configuration';
import { answer, makeServer, peerOf } from './application';

const BACKLOG = 128;

export function serveShop(words: readonly string[]): void {
  const value = (name: string): string | undefined =>
    words.includes(name) ? words[words.indexOf(name) + 1] : undefined;
  const path = value('--config') ?? '/etc/shop.conf';
  const configuration = readConfiguration(readFileSync(path, 'utf8'), os.hostname());
  if (typeof configuration === 'string') {
    process.stderr.write(`shop: ${path}: ${configuration}\n`);
    process.exitCode = 1;
    return;
  }
  const name = value('--name') ?? configuration.name;
  const port = Number(value('--port') ?? configuration.port);
  let working = 0;
  const queue: (() => void)[] = [];
  const server = makeServer((request, response) => {
    const isHealth = (request.url ?? '').startsWith('/health');
    const status = isHealth ? configuration.healthStatus : configuration.status;
    const delay = (configuration.processor + (isHealth ? 0 : configuration.delay)) / 1000;
    const work = (): void => {
      working += 1;
      setTimeout(() => {
        working -= 1;
        if (configuration.accessLog)
          process.stdout.write(
            `${peerOf(request)} "${request.method ?? ''} ${request.url ?? ''}" ${status}\n`,
          );
        answer(request, response, name, status);
        queue.shift()?.();
      }, delay);
    };
    request.resume();
    request.on('end', () => (working < configuration.concurrency ? work() : queue.push(work)));
  });
  server.on('error', (error: NodeJS.ErrnoException) => {
    const reason = error.code === 'EADDRINUSE' ? 'Address already in use' : error.message;
    process.stderr.write(`shop: cannot listen on 0.0.0.0:${port}: ${reason}\n`);
    process.exit(1);
  });
  server.listen({ host: '0.0.0.0', port, backlog: BACKLOG }, () =>
    process.stdout.write(`shop: listening on 0.0.0.0:${port}\n`),
  );
}
