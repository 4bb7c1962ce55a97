/**
 * What stands at the place of the recorder's agent on each host: process 1, which starts services and
 * commands, collects what they print and reaps them; and a way to write down a wait as a generator.
 */
import { BrokenPromise } from '../../std/assert';
import type { Micros } from '../../std/instant';
import type { Errno } from '../../world/files.contract';
import type { ExitStatus, ProgramContext, ProgramRun } from '../../world/process.contract';
import type { Host, World } from '../../world/world.contract';

type Resume = (value: unknown) => void;
/** Starts something and says how to go on. */
export type Start = (resume: Resume) => void;
export type Task<T> = Generator<Start, T, unknown>;

const CALL = 'conformance.call';
const INIT = 'python3';

export interface Ran {
  code: number | 'timeout';
  stdout: string;
  stderr: string;
}

export class Agent {
  readonly #calls = new Map<number, (event: unknown) => void>();
  readonly #exits = new Map<string, (status: ExitStatus) => void>();
  #next = 1;
  #open = 0;

  constructor(readonly world: World) {
    world.callback<{ call: number }>(CALL, ({ data }, event) => this.#calls.get(data.call)?.(event));
  }
  /** Tasks that have not ended. */
  get open(): number {
    return this.#open;
  }

  /** Runs a task up to its first wait; it goes on by itself. */
  run<T>(task: Task<T>, done: (value: T) => void): void {
    this.#open += 1;
    const advance = (value: unknown): void => {
      const step = task.next(value);
      if (step.done === true) {
        this.#open -= 1;
        done(step.value);
      } else step.value(advance);
    };
    advance(undefined);
  }
  /** A callback that calls `take` for each event. */
  on<E>(take: (event: E) => void): { name: string; pid: number; data: { call: number } } {
    const call = this.#next++;
    // Whoever takes the number back knows which events come.
    this.#calls.set(call, take as (event: unknown) => void);
    return { name: CALL, pid: 0, data: { call } };
  }
  /** Calls once, later; gives back how to call it off. */
  after(host: Host, micros: Micros, take: () => void): () => void {
    const on = this.on(take);
    const name = `conformance:${on.data.call}`;
    this.world.timer(host, 0, name, this.world.kernel.now + Math.max(0, Math.round(micros)), on);
    return () => this.world.clearTimer(host, 0, name);
  }
  *sleep(host: Host, micros: Micros): Task<void> {
    yield (resume) => this.after(host, micros, () => resume(undefined));
  }

  /** Process 1 of a host without init. */
  begin(host: Host): void {
    this.world.spawn(host, {
      argv: [INIT, '-S', '-E', '/agent.py'],
      comm: INIT,
      program: (context) => this.#reaper(context),
      session: true,
      env: new Map([
        ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
        ['HOME', '/root'],
      ]),
    });
  }
  *#reaper(context: ProgramContext): ProgramRun {
    for (;;) {
      yield { children: 'any' };
      for (const child of context.host.processes()) {
        if (child.ppid !== context.pid || child.state !== 'zombie') continue;
        const status = yield* context.wait(child.pid);
        const key = `${context.host.name}:${child.pid}`;
        this.#exits.get(key)?.(status);
        this.#exits.delete(key);
      }
    }
  }

  /** Starts a program as a child of process 1. */
  start(
    host: Host,
    argv: readonly string[],
    options: {
      take?: (stream: 'stdout' | 'stderr', text: string) => void;
      exit?: (status: ExitStatus) => void;
    },
  ): number | Errno {
    const sink = (stream: 'stdout' | 'stderr') =>
      host.streams.sink('pipe', (text) => options.take?.(stream, text));
    const pid = this.world.spawn(host, {
      argv,
      parent: 1,
      session: true,
      fds: new Map([
        [0, host.streams.null()],
        [1, sink('stdout')],
        [2, sink('stderr')],
      ]),
    });
    if (typeof pid !== 'number') return pid.errno;
    if (options.exit !== undefined) this.#exits.set(`${host.name}:${pid}`, options.exit);
    return pid;
  }
  /** A shell command, to its end. */
  *command(host: Host, command: string, timeout: Micros): Task<Ran> {
    const printed = { stdout: '', stderr: '' };
    let ended = false;
    const code = yield (resume) => {
      const finish = (value: number | 'timeout'): void => {
        if (ended) return;
        ended = true;
        resume(value);
      };
      const pid = this.start(host, ['/bin/bash', '-c', command], {
        take: (stream, text) => {
          if (!ended) printed[stream] += text;
        },
        exit: ({ code: status, signal }) => finish(status ?? -(SIGNAL_NUMBERS[signal ?? ''] ?? 1)),
      });
      if (typeof pid !== 'number') throw new BrokenPromise(`/bin/bash of ${host.name}: ${pid}`);
      this.after(host, timeout, () => {
        if (!ended) this.world.kill(host, pid, 'KILL');
        finish('timeout');
      });
    };
    // Python decodes with errors="replace".
    return {
      code: code as number | 'timeout',
      stdout: printed.stdout.replace(/\p{Cs}/gu, '\ufffd'),
      stderr: printed.stderr.replace(/\p{Cs}/gu, '\ufffd'),
    };
  }
}

/** Exit codes of commands that a signal ended, as Python's subprocess gives them. */
const SIGNAL_NUMBERS: Readonly<Record<string, number>> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  KILL: 9,
  PIPE: 13,
  TERM: 15,
};
