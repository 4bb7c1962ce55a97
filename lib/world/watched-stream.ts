/** What all streams share: references, and who is woken when something changes. */
import type { Errno } from './files.contract';
import type { Stream } from './process.contract';
import type { Host } from './world.contract';

/** Wakes the processes of one host that watch a stream. */
export type WakeStream = (host: Host, pid: number) => void;

/** A stream that programs wait for. */
export abstract class Watched implements Stream {
  abstract readonly kind: string;
  protected references = 0;
  #watchers: number[] = [];
  constructor(
    protected readonly host: Host,
    private readonly wakeStream: WakeStream,
  ) {}
  abstract read(max?: number): string | undefined;
  abstract write(text: string): true | undefined | Errno;
  protected abstract ended(): void;
  retain(): void {
    this.references += 1;
  }
  close(): void {
    this.references -= 1;
    if (this.references === 0) this.ended();
  }
  watch(pid: number): void {
    if (!this.#watchers.includes(pid)) this.#watchers.push(pid);
  }
  protected wake(): void {
    const pids = this.#watchers;
    if (pids.length === 0) return;
    this.#watchers = [];
    for (const pid of pids) this.wakeStream(this.host, pid);
  }
}
