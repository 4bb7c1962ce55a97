/** A process as its daemon sees it. Derived from the state, and no part of it. */
import type { Kernel } from '../kernel/kernel';
import type { Plain } from '../std/plain';
import type { Micros } from '../std/instant';
import type { DaemonContext, ProcessState, SpawnError, SpawnOptions } from './process.contract';
import type { Host, World } from './world.contract';

/** What the process table does for a daemon. */
interface Table extends Pick<World, 'timer' | 'exit' | 'spawn'> {
  readonly world: World;
  readonly kernel: Kernel;
  notify(host: Host, pid: number, message: string): void;
  print(host: Host, process: ProcessState, stream: 'stdout' | 'stderr', text: string): void;
}

/** Owner of a process's kernel timers. */
export function ownerOf(host: Host, pid: number): string {
  return `${host.name}:${pid}`;
}

/** What a daemon may do as its process. */
export class ProcessContext implements DaemonContext<unknown> {
  readonly world: World;
  readonly kernel: Kernel;
  readonly owner: string;
  /** The daemon that the process was when this was made. */
  readonly serving: ProcessState['daemon'];

  constructor(
    private readonly table: Table,
    readonly host: Host,
    readonly process: ProcessState,
  ) {
    this.world = table.world;
    this.kernel = table.kernel;
    this.owner = ownerOf(host, process.pid);
    this.serving = process.daemon;
  }

  get state(): unknown {
    return this.serving?.state;
  }
  set state(next: unknown) {
    if (this.serving !== undefined) this.serving.state = next as Plain;
  }
  setTimer(name: string, at: Micros, callback: string, data?: Plain): void {
    this.table.timer(this.host, this.process.pid, name, at, { name: callback, data });
  }
  clearTimer(name: string): void {
    this.kernel.clearTimer(this.owner, name);
  }
  exit(code: number): void {
    this.table.exit(this.host, this.process.pid, { code, signal: undefined });
  }
  print(stream: 'stdout' | 'stderr', text: string): void {
    this.table.print(this.host, this.process, stream, text);
  }
  syslog(entry: Parameters<DaemonContext['syslog']>[0]): void {
    const { comm, pid, uid, unit } = this.process;
    this.host.syslog({
      facility: entry.facility ?? 'daemon',
      priority: entry.priority,
      tag: entry.tag ?? comm,
      pid,
      text: entry.text,
      transport: 'syslog',
      uid,
      ...(unit === undefined ? {} : { unit }),
    });
  }
  notify(message: string, pid = this.process.pid): void {
    this.table.notify(this.host, pid, message);
  }
  spawn(options: SpawnOptions): number | SpawnError {
    return this.table.spawn(this.host, { parent: this.process.pid, ...options });
  }
}
