/** The agent: takes commands from the recorder as lines, does them at once, answers when they are done. */
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { clock, type CommandName, type Commands } from '../protocol';
import { execute } from './execute';
import { putFile, setUp } from './host';
import { openMailboxes } from './mailboxes';
import { boot, shutDown } from './boot';
import { answered } from './desk';
import { probe } from './probes';
import { setControls, signalService, startService } from './services';
import { tell } from './tell';

type Handler<N extends CommandName> = (argument: Commands[N][0]) => Commands[N][1] | Promise<Commands[N][1]>;
const HANDLERS: { readonly [N in CommandName]: Handler<N> } = {
  setUp,
  put: ({ path, file }) => {
    putFile(path, file);
    return null;
  },
  remove: ({ path }) => {
    rmSync(path, { force: true, recursive: true });
    return null;
  },
  execute: ({ command, seconds, environment }) => execute(command, seconds, environment),
  start: startService,
  signal: ({ service, signal, scope }) => signalService(service, signal, scope),
  controls: ({ service, set }) => setControls(service, set),
  addresses: async () => addressesIn((await execute('ip -o -4 addr show', 5)).out),
  probe,
  boot,
  shutDown,
  answer: ({ n, ran }) => {
    answered(n, ran);
    return null;
  },
};

export function serveAgent(): void {
  process.on('uncaughtException', (error) =>
    process.stderr.write(`agent: ${error.stack ?? error.message}\n`),
  );
  openMailboxes();
  createInterface({ input: process.stdin })
    .on('line', (line) => void obey(line))
    .on('close', () => process.exit(0));
  tell({ event: 'ready', at: clock() });
}
async function obey(line: string): Promise<void> {
  // The recorder and its agent are of the same make.
  const { id, name, argument } = JSON.parse(line) as { id: number; name: CommandName; argument: never };
  try {
    const result: unknown = await HANDLERS[name](argument);
    process.stdout.write(`${JSON.stringify({ re: id, result })}\n`);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    process.stdout.write(`${JSON.stringify({ re: id, error: text })}\n`);
  }
}
function addressesIn(text: string): string[] {
  return text.split('\n').flatMap((line) => /\binet (\S+?)\//.exec(line)?.[1] ?? []);
}
