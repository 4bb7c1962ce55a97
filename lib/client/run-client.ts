/**
 * The page's handle on one run: opens it in a worker, sends commands, matches
 * answers to questions, and after a crash plays the input log again in a new
 * worker. It shows nothing itself; what happened stands in the store.
 */
import type {
  Answer,
  ClientMessage,
  Frame,
  SavedRun,
  ScenarioSource,
  WorkerMessage,
} from '../session/messages';
import type { RunPort } from './run-port';
import { RequestStream } from './request-stream';
import type { Crash } from './run-state';
import { createRunStore, type RunStore } from './run-store';
import { TerminalScreens } from './terminal-screens';

type WithoutId<Message> = Message extends { id: number } ? Omit<Message, 'id'> : never;
/** A message that is answered. */
export type Question = WithoutId<Exclude<ClientMessage, { type: 'open' }>>;
/** A message that is not. */
export type Command = Exclude<ClientMessage, { id: number }>;

export interface OpenOptions {
  scenario: ScenarioSource;
  seed?: number | undefined;
  run?: SavedRun | undefined;
}

/** The worker said no, in words for the learner. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

/** Stops of the same run after which it is not tried again by itself. */
const MOST_RECOVERIES = 2;

export class RunClient {
  readonly store: RunStore = createRunStore();
  readonly terminals = new TerminalScreens();
  readonly requests = new RequestStream();
  readonly #spawn: () => RunPort;
  readonly #waiting = new Map<number, { settle(answer: Answer): void; fail(reason: Error): void }>();
  #port: RunPort | undefined;
  #nextId = 1;
  #options: OpenOptions | undefined;
  #lastRun: SavedRun | undefined;
  #crashes = 0;

  constructor(spawn: () => RunPort) {
    this.#spawn = spawn;
  }

  open(options: OpenOptions): void {
    this.#options = options;
    this.#crashes = 0;
    this.#start(options);
  }

  send(command: Command): void {
    this.#port?.post(command);
  }

  /** The worker's answer; rejects with `Refused` when it said no or stopped. */
  ask<Kind extends Answer['kind']>(question: Question, kind: Kind): Promise<Extract<Answer, { kind: Kind }>> {
    const port = this.#port;
    if (port === undefined) return Promise.reject(new Refused('The simulation is not running.'));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, {
        settle(answer) {
          if (isKind(answer, kind)) resolve(answer);
          else
            reject(
              new Refused(answer.kind === 'refused' ? answer.message : `Unexpected answer “${answer.kind}”.`),
            );
        },
        fail: reject,
      });
      port.post({ ...question, id });
    });
  }

  /** A handle on another run, in a worker of its own. */
  another(): RunClient {
    return new RunClient(this.#spawn);
  }

  /** The run as it can be saved, and the one to recover from. */
  async export(): Promise<SavedRun> {
    const { run } = await this.ask({ type: 'export' }, 'export');
    this.#lastRun = run;
    return run;
  }

  /** Plays the input log again after a crash: all of it, or without the last input, which may be the cause. */
  recover(how: 'whole' | 'without-last-input'): void {
    const { connection } = this.store.getState();
    const options = this.#options;
    if (options === undefined || connection.state !== 'crashed') return;
    const run = connection.crash.run ?? this.#lastRun;
    const shortened = run !== undefined && how === 'without-last-input' ? withoutLastInput(run) : run;
    this.store.connection({ ...connection, recovering: true });
    this.#start({ ...options, run: shortened });
  }

  close(): void {
    this.#failAll('The run was closed.');
    this.#port?.post({ type: 'close' });
    this.#port?.terminate();
    this.#port = undefined;
  }

  #start(options: OpenOptions): void {
    this.#port?.terminate();
    this.#failAll('The simulation was started again.');
    if (this.store.getState().connection.state !== 'crashed') this.store.connection({ state: 'opening' });
    const port = this.#spawn();
    this.#port = port;
    port.listen({
      message: (message) => this.#port === port && this.#receive(message),
      broke: (reason) =>
        this.#port === port &&
        this.#crash({ message: reason, stack: '', at: this.store.getState().time.at, run: undefined }),
    });
    const { scenario, seed, run } = options;
    port.post({
      type: 'open',
      id: this.#nextId++,
      scenario,
      ...(seed === undefined ? {} : { seed }),
      ...(run === undefined ? {} : { run }),
    });
  }

  #receive(message: WorkerMessage): void {
    switch (message.type) {
      case 'opened':
        this.terminals.clear();
        this.store.opened(message);
        this.#frame(message.frame, { folded: true });
        return;
      case 'failed':
        this.store.connection({ state: 'failed', title: message.title, problems: message.problems });
        return;
      case 'frame':
        this.#frame(message.frame, { folded: false });
        return;
      case 'answer':
        if ('debrief' in message.answer) this.store.setState({ won: message.answer.debrief.won });
        this.#waiting.get(message.id)?.settle(message.answer);
        this.#waiting.delete(message.id);
        return;
      case 'crashed':
        this.#crash(message);
    }
  }

  #frame(frame: Frame, { folded }: { folded: boolean }): void {
    if (!folded) this.store.frame(frame);
    if (frame.terminals !== undefined) this.terminals.receive(frame.terminals);
    if (frame.requests !== undefined)
      this.requests.receive(frame.requests, { at: frame.at, lookingBack: frame.lookingBack });
  }

  #crash({ message, stack, at, run }: Omit<Crash, 'count'>): void {
    this.#crashes += 1;
    const crash: Crash = { message, stack, at, run: run ?? this.#lastRun, count: this.#crashes };
    this.#failAll('The simulation stopped.');
    this.#port?.terminate();
    this.#port = undefined;
    this.store.connection({ state: 'crashed', crash, recovering: false });
    if (crash.run !== undefined && this.#crashes < MOST_RECOVERIES) this.recover('whole');
  }

  #failAll(reason: string): void {
    for (const { fail } of this.#waiting.values()) fail(new Refused(reason));
    this.#waiting.clear();
  }
}

function isKind<Kind extends Answer['kind']>(
  answer: Answer,
  kind: Kind,
): answer is Extract<Answer, { kind: Kind }> {
  return answer.kind === kind;
}

/** The run up to just before the learner's last input. */
export function withoutLastInput(run: SavedRun): SavedRun {
  const last = run.inputs.at(-1);
  if (last === undefined) return run;
  return { ...run, inputs: run.inputs.slice(0, -1), at: Math.max(0, last.at - 1), hash: '' };
}
