/**
 * Streams: what descriptors of running programs refer to. Runtime objects; a
 * checkpoint is only taken while no program runs, so none of them is state.
 */
import { ROOT } from './files';
import type { Errno } from './files.contract';
import type { StdioTarget, Stream } from './process.contract';
import type { Host } from './world.contract';

/** Wakes the processes of one host that watch a stream. */
export type WakeStream = (host: Host, pid: number) => void;
const PIPE_CAPACITY = 65_536;

abstract class Watched implements Stream {
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

/** The buffer between the two ends of a pipe. */
interface PipeBuffer {
  text: string[];
  length: number;
  writers: number;
  readers: number;
  readEnd: PipeEnd | undefined;
  writeEnd: PipeEnd | undefined;
}

class PipeEnd extends Watched {
  readonly kind = 'pipe';
  constructor(
    host: Host,
    wake: WakeStream,
    private readonly buffer: PipeBuffer,
    private readonly side: 'read' | 'write',
  ) {
    super(host, wake);
  }
  read(max?: number): string | undefined {
    const { buffer } = this;
    if (this.side === 'write') return '';
    if (buffer.length === 0) return buffer.writers === 0 ? '' : undefined;
    const all = buffer.text.length === 1 ? (buffer.text[0] ?? '') : buffer.text.join('');
    const taken = max === undefined || max >= all.length ? all : all.slice(0, max);
    buffer.text = taken.length === all.length ? [] : [all.slice(taken.length)];
    buffer.length = all.length - taken.length;
    buffer.writeEnd?.wake();
    return taken;
  }
  write(text: string): true | undefined | Errno {
    const { buffer } = this;
    if (this.side === 'read') return 'EBADF';
    if (buffer.readers === 0) return 'EPIPE';
    if (buffer.length >= PIPE_CAPACITY) return undefined;
    if (text !== '') {
      buffer.text.push(text);
      buffer.length += text.length;
      buffer.readEnd?.wake();
    }
    return true;
  }
  override retain(): void {
    super.retain();
    if (this.references === 1) this.buffer[this.side === 'read' ? 'readers' : 'writers'] = 1;
  }
  protected ended(): void {
    if (this.side === 'read') {
      this.buffer.readers = 0;
      this.buffer.writeEnd?.wake();
    } else {
      this.buffer.writers = 0;
      this.buffer.readEnd?.wake();
    }
  }
}

/** pipe(2). Both ends start unreferenced: whoever takes one calls retain(). */
export function makePipe(host: Host, wake: WakeStream): { reader: Stream; writer: Stream } {
  const buffer: PipeBuffer = {
    text: [],
    length: 0,
    writers: 1,
    readers: 1,
    readEnd: undefined,
    writeEnd: undefined,
  };
  buffer.readEnd = new PipeEnd(host, wake, buffer, 'read');
  buffer.writeEnd = new PipeEnd(host, wake, buffer, 'write');
  return { reader: buffer.readEnd, writer: buffer.writeEnd };
}

/** What a named pipe holds while somebody has it open. */
interface FifoBuffer {
  text: string;
  readers: number;
  writers: number;
  /** There was a writer: when none is left, readers are at the end. */
  written: boolean;
  /** There was a reader: when none is left, writing is a broken pipe. */
  taken: boolean;
  ends: FifoEnd[];
}

/**
 * One opening of a named pipe (fifo(7)). Departs: open(2) does not wait for the
 * other side; reading waits for the first writer, and what is written before
 * anybody reads is kept.
 */
class FifoEnd extends Watched {
  readonly kind = 'pipe';
  constructor(
    host: Host,
    wake: WakeStream,
    private readonly buffer: FifoBuffer,
    private readonly side: { read: boolean; write: boolean },
    readonly path: string,
  ) {
    super(host, wake);
    buffer.ends.push(this);
    if (side.read) {
      buffer.readers += 1;
      buffer.taken = true;
    }
    if (side.write) {
      buffer.writers += 1;
      buffer.written = true;
    }
  }
  read(max?: number): string | undefined {
    const { buffer } = this;
    if (buffer.text === '') return buffer.written && buffer.writers === 0 ? '' : undefined;
    const taken = max === undefined ? buffer.text : buffer.text.slice(0, max);
    buffer.text = buffer.text.slice(taken.length);
    this.#wakeOthers();
    return taken;
  }
  write(text: string): true | undefined | Errno {
    const { buffer } = this;
    if (buffer.taken && buffer.readers === 0) return 'EPIPE';
    if (buffer.text.length >= PIPE_CAPACITY) return undefined;
    buffer.text += text;
    this.#wakeOthers();
    return true;
  }
  #wakeOthers(): void {
    for (const end of this.buffer.ends) if (end !== this) end.wake();
  }
  protected ended(): void {
    const { buffer, side } = this;
    buffer.ends = buffer.ends.filter((end) => end !== this);
    if (side.read) buffer.readers -= 1;
    if (side.write) buffer.writers -= 1;
    if (buffer.ends.length === 0 && buffer.text === '')
      Object.assign(buffer, { written: false, taken: false });
    for (const end of buffer.ends) end.wake();
  }
}

/** An open file with its own position; descriptors that are duplicates share it. */
class FileStream extends Watched {
  readonly kind: string = 'file';
  #offset = 0;
  readonly target: StdioTarget;
  constructor(
    host: Host,
    wake: WakeStream,
    readonly ino: number,
    readonly path: string,
    private readonly options: { append: boolean; write: boolean; read: boolean },
  ) {
    super(host, wake);
    host.fs.retain(ino);
    this.target = { kind: 'file', path };
  }
  get readProblem(): Errno | undefined {
    const info = this.host.fs.stat(this.path, ROOT);
    if (!this.options.read) return 'EBADF';
    return 'kind' in info && info.kind === 'directory' && info.ino === this.ino ? 'EISDIR' : undefined;
  }
  read(max?: number): string | undefined {
    if (!this.options.read) return '';
    const content = this.host.fs.readInode(this.ino);
    const taken = content.slice(this.#offset, max === undefined ? undefined : this.#offset + max);
    this.#offset += taken.length;
    return taken;
  }
  write(text: string): true | undefined | Errno {
    if (!this.options.write) return 'EBADF';
    const { fs } = this.host;
    if (this.options.append) return fs.appendInode(this.ino, text)?.errno ?? true;
    const content = fs.readInode(this.ino);
    const at = this.#offset;
    const failed =
      at === content.length
        ? fs.appendInode(this.ino, text)
        : fs.writeInode(
            this.ino,
            content.slice(0, at).padEnd(at, '\0') + text + content.slice(at + text.length),
          );
    this.#offset += text.length;
    return failed?.errno ?? true;
  }
  seek(offset: number): void {
    this.#offset = offset;
  }
  protected ended(): void {
    this.host.fs.release(this.ino, this.options.write);
  }
}

/** /dev/null, /dev/zero, /dev/full, /dev/urandom. */
class DeviceStream extends Watched {
  readonly kind: string;
  constructor(
    host: Host,
    wake: WakeStream,
    private readonly device: string,
    readonly path: string,
  ) {
    super(host, wake);
    this.kind = device === 'null' ? 'null' : 'character';
  }
  read(max = 4096): string | undefined {
    if (this.device === 'zero' || this.device === 'full') return '\0'.repeat(max);
    if (this.device !== 'urandom') return '';
    const random = this.host.world.kernel.random(`urandom:${this.host.name}`);
    let text = '';
    for (let i = 0; i < max; i++) {
      const byte = random.integer(0, 255);
      text += String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte);
    }
    return text;
  }
  write(): true | Errno {
    return this.device === 'full' ? 'ENOSPC' : true;
  }
  protected ended(): void {}
}

/** What stands for a descriptor that is not open. */
class ClosedStream extends Watched {
  readonly kind = 'closed';
  readonly readProblem = 'EBADF';
  read(): string {
    return '';
  }
  write(): Errno {
    return 'EBADF';
  }
  protected ended(): void {}
}

/** Lines to a function: the journal stream of a unit, a captured output. */
class SinkStream extends Watched {
  constructor(
    host: Host,
    wake: WakeStream,
    readonly kind: string,
    private readonly take: (text: string) => void,
    readonly target: StdioTarget = { kind: 'null' },
    private readonly whenEnded: () => void = () => undefined,
  ) {
    super(host, wake);
  }
  read(): string {
    return '';
  }
  write(text: string): true {
    this.take(text);
    return true;
  }
  protected ended(): void {
    this.whenEnded();
  }
}

/** Text that is all there is to read: a here-document, a prepared input. */
class TextStream extends Watched {
  readonly kind = 'file';
  #rest: string;
  constructor(host: Host, wake: WakeStream, text: string) {
    super(host, wake);
    this.#rest = text;
  }
  read(max?: number): string {
    const taken = max === undefined ? this.#rest : this.#rest.slice(0, max);
    this.#rest = this.#rest.slice(taken.length);
    return taken;
  }
  write(): Errno {
    return 'EBADF';
  }
  protected ended(): void {}
}

export interface OpenFileOptions {
  read?: boolean;
  write?: boolean;
  append?: boolean;
  create?: boolean;
  truncate?: boolean;
  exclusive?: boolean;
  mode?: number;
}

/** Makes streams for one host. */
export class Streams {
  readonly #fifos = new Map<number, FifoBuffer>();
  constructor(
    private readonly host: Host,
    private readonly wake: WakeStream,
  ) {}
  null(): Stream {
    return new DeviceStream(this.host, this.wake, 'null', '/dev/null');
  }
  closed(): Stream {
    return new ClosedStream(this.host, this.wake);
  }
  pipe(): { reader: Stream; writer: Stream } {
    return makePipe(this.host, this.wake);
  }
  text(text: string): Stream {
    return new TextStream(this.host, this.wake, text);
  }
  sink(kind: string, take: (text: string) => void, target?: StdioTarget, whenEnded?: () => void): Stream {
    return new SinkStream(this.host, this.wake, kind, take, target, whenEnded);
  }
  /** Wakes processes that watch a stream which is made elsewhere. */
  wakeAll(pids: readonly number[]): void {
    for (const pid of pids) this.wake(this.host, pid);
  }
  /** What processes of this host have open when a terminal is theirs: see `lib/world/terminals`. */
  terminal(id: string): Stream | undefined {
    return this.host.terminals.find(id)?.slave;
  }
  /** open(2) as a stream. `/dev/tty`, `/dev/stdin` and `/dev/fd/N` are the shell's business. */
  open(
    path: string,
    who: { uid: number; gid: number; groups: readonly number[] },
    options: OpenFileOptions,
  ): Stream | Errno {
    const opened = this.host.fs.open(path, who, options);
    if (!('ino' in opened)) return opened.errno;
    const info = this.host.fs.stat(path, ROOT);
    if ('kind' in info && info.kind === 'character')
      return new DeviceStream(this.host, this.wake, info.device ?? 'null', path);
    if ('kind' in info && info.kind === 'fifo') {
      const buffer = this.#fifos.get(opened.ino) ?? {
        text: '',
        readers: 0,
        writers: 0,
        written: false,
        taken: false,
        ends: [],
      };
      this.#fifos.set(opened.ino, buffer);
      const side = { read: options.read === true, write: options.write === true };
      return new FifoEnd(this.host, this.wake, buffer, side, path);
    }
    return new FileStream(this.host, this.wake, opened.ino, path, {
      read: options.read === true,
      write: options.write === true,
      append: options.append === true,
    });
  }
  /** The stream behind a plain stdio target. */
  target(target: StdioTarget): Stream {
    switch (target.kind) {
      case 'null':
        return this.null();
      case 'terminal':
        return this.terminal(target.id) ?? this.null();
      case 'file': {
        const stream = this.open(target.path, ROOT, { write: true, append: true, create: true });
        return typeof stream === 'string' ? this.null() : stream;
      }
      case 'journal':
      case 'capture':
        return this.null();
    }
  }
}
