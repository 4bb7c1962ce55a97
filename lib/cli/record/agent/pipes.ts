/**
 * Real pipes for what is started here. Node gives its children sockets, and a socket cannot be opened
 * again as /dev/stdout or /dev/stderr, which commands and daemons do.
 */
import { closeSync, constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { INSIDE, PIPES } from '../plan';

const free = Array.from({ length: PIPES }, (_, i) => `${INSIDE}/pipe${i}`);

export interface Pipe {
  /** For the child; close it here once the child has it. */
  readonly fd: number;
  /** Settles when nobody can write any more. */
  readonly ended: Promise<void>;
  abandon(): void;
}

export function openPipe(take: (chunk: Buffer) => void): Pipe {
  const path = free.shift();
  if (path === undefined) throw new Error('too many commands at once');
  const reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const fd = openSync(path, constants.O_WRONLY);
  const socket = new Socket({ fd: reading, readable: true, writable: false });
  socket.on('data', take);
  const ended = new Promise<void>((resolve) => {
    socket.on('error', () => resolve());
    socket.on('close', () => resolve());
  });
  // One that is still held by somebody is not used again.
  void ended.then(() => {
    if (!abandoned) free.push(path);
  });
  let abandoned = false;
  return {
    fd,
    ended,
    abandon: () => {
      abandoned = true;
      socket.destroy();
    },
  };
}
export function lines(take: (line: string) => void): (chunk: Buffer) => void {
  let rest = '';
  return (chunk) => {
    const parts = (rest + chunk.toString()).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) take(part);
  };
}
export function giveAway(...pipes: readonly Pipe[]): void {
  for (const { fd } of pipes) closeSync(fd);
}
