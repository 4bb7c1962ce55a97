/** The recorder's end of one agent: starts the host's first process, asks and listens. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { AgentEvent, CommandName, Commands, FromAgent } from './protocol';

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
  timer: NodeJS.Timeout;
}
const START_MS = 30_000;

export class AgentLink {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;
  #said = '';
  readonly ready: Promise<void>;
  readonly gone: Promise<void>;

  constructor(
    readonly host: string,
    words: readonly string[],
    listen: (event: AgentEvent) => void,
  ) {
    const [program = '', ...rest] = words;
    this.#child = spawn(program, rest, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-4000);
    });
    this.#child.stdin?.on('error', () => undefined);
    let isReady: () => void = () => undefined;
    let isNot: (error: Error) => void = () => undefined;
    this.ready = new Promise((resolve, reject) => {
      isReady = resolve;
      isNot = reject;
    });
    this.ready.catch(() => undefined);
    const patience = setTimeout(() => isNot(new Error(this.#complaint('did not start'))), START_MS);
    this.gone = new Promise((resolve) => {
      this.#child.on('error', (error) => isNot(error));
      this.#child.on('close', () => {
        clearTimeout(patience);
        const ended = new Error(this.#complaint('ended'));
        isNot(ended);
        for (const { reject, timer } of this.#waiting.values()) {
          clearTimeout(timer);
          reject(ended);
        }
        this.#waiting.clear();
        resolve();
      });
    });
    if (this.#child.stdout !== null)
      createInterface({ input: this.#child.stdout }).on('line', (line) => {
        const said = parse(line);
        if (said === undefined) return;
        if ('re' in said) this.#answered(said);
        else if (said.event === 'ready') {
          clearTimeout(patience);
          isReady();
        } else listen(said);
      });
  }
  #complaint(what: string): string {
    return `the agent of ${this.host} ${what}${this.#said === '' ? '' : `: ${this.#said.trim()}`}`;
  }
  #answered(said: Extract<FromAgent, { re: number }>): void {
    const waiting = this.#waiting.get(said.re);
    if (waiting === undefined) return;
    this.#waiting.delete(said.re);
    clearTimeout(waiting.timer);
    if ('error' in said) waiting.reject(new Error(`${this.host}: ${said.error}`));
    else waiting.resolve(said.result);
  }

  ask<N extends CommandName>(name: N, argument: Commands[N][0], seconds = 60): Promise<Commands[N][1]> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new Error(`${this.host}: no answer to "${name}" within ${seconds} s`));
      }, seconds * 1000);
      // The agent answers with what its table of commands says.
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject, timer });
      this.#child.stdin?.write(`${JSON.stringify({ id, name, argument })}\n`);
    });
  }
  /** Everything in the host's namespaces ends at once, without a last word. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }
  /** What the agent printed beside its answers: for a complaint. */
  get said(): string {
    return this.#said.trim();
  }
}
function parse(line: string): FromAgent | undefined {
  try {
    // What comes from our own agent has the form of the protocol.
    return JSON.parse(line) as FromAgent;
  } catch {
    return undefined;
  }
}
