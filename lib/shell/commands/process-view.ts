/** Processes as the tools of procps see them: states, terminals, times, shares. */
import type { ProcessState } from '../../world/process.contract';
import { memoryKiB } from '../../world/proc-files';
import type { Host } from '../../world/world.contract';

/** `pts/0`, or `?` for none. */
export function terminalOf(process: ProcessState): string {
  return process.tty?.replace(/^\/dev\//, '') ?? '?';
}

export function isZombie(process: ProcessState): boolean {
  return process.state === 'zombie';
}

/** What `ps` prints as command line; a zombie has none any more. */
export function commandLine(process: ProcessState): string {
  if (isZombie(process)) return `[${process.comm}] <defunct>`;
  const line = process.argv.join(' ').replace(/[\n\t]/g, ' ');
  return line === '' ? `[${process.comm}]` : line;
}

/** One letter: what it is doing. The one that asks runs; the rest sleep. */
export function stateLetter(process: ProcessState, asking: number): string {
  switch (process.state) {
    case 'zombie':
      return 'Z';
    case 'stopped':
      return 'T';
    case 'running':
      return process.pid === asking ? 'R' : 'S';
  }
}

/** `Ss+`: with what BSD appends. */
export function stateText(host: Host, process: ProcessState, asking: number): string {
  const nice = process.nice ?? 0;
  const terminal = host.terminals.find(process.tty ?? '')?.state;
  return (
    stateLetter(process, asking) +
    (nice < 0 ? '<' : nice > 0 ? 'N' : '') +
    (process.sid === process.pid ? 's' : '') +
    (terminal !== undefined && terminal.foreground === process.pgid ? '+' : '')
  );
}

export function startedAt(host: Host, process: ProcessState): number {
  return host.clock() - host.world.kernel.now + process.startedAt;
}
export function elapsedMicros(host: Host, process: ProcessState): number {
  return Math.max(0, host.world.kernel.now - process.startedAt);
}
/** Percent of one processor since it started. */
export function cpuShare(host: Host, process: ProcessState): number {
  const elapsed = elapsedMicros(host, process);
  return elapsed === 0 ? 0 : Math.min(99.9, (process.cpuMicros * 100) / Math.max(elapsed, 10_000));
}
export function residentKiB(process: ProcessState): number {
  return isZombie(process) ? 0 : Math.round(process.rssKiB);
}
/** Address space: what is resident and what is only mapped. */
export function virtualKiB(process: ProcessState): number {
  return isZombie(process) ? 0 : Math.ceil((process.rssKiB * 1.6 + 4_800) / 4) * 4;
}
export function memoryShare(host: Host, process: ProcessState): number {
  return (residentKiB(process) * 100) / memoryKiB(host).total;
}

/** Effective user's name, cut to eight with a plus. */
export function shortUser(host: Host, uid: number, width = 8): string {
  const name = host.user(uid)?.name ?? String(uid);
  return name.length > width ? `${name.slice(0, width - 1)}+` : name;
}

/** `[[DD-]hh:]mm:ss`. */
export function elapsedText(micros: number): string {
  const total = Math.floor(micros / 1_000_000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const days = Math.floor(total / 86_400);
  const hours = Math.floor(total / 3600) % 24;
  const tail = `${two(Math.floor(total / 60) % 60)}:${two(total % 60)}`;
  if (days > 0) return `${days}-${two(hours)}:${tail}`;
  return hours > 0 ? `${two(hours)}:${tail}` : tail;
}
