/**
 * What the learner's terminals show: printed text by when it was printed, the
 * prompt that waits, the screens of each branch, and who opened which file in
 * vi or nano there. Nothing of it decides what happens in the run.
 */
import type { Run } from '../scenario/run';
import { complete, historyOf } from '../shell/index';
import { type FarEnd, farEnd, learnerTerminals, terminalOf } from './learner';
import type { RunInput, TerminalOutput } from './messages';
import { type Piece, Transcript } from './transcript';

/** For so long a line that was sent may be on its way before its terminal counts as waiting again, in microseconds. */
const LONGEST_WAY = 2_000_000;

export class Screens {
  readonly #transcripts = new Map<string, Transcript>();
  /** What the terminals of each branch showed at its head when it was left. */
  readonly #kept = new Map<number, ReadonlyMap<string, readonly Piece[]>>();
  /** The last line sent on each terminal, until it arrives. */
  readonly #sent = new Map<string, { key: string; received: number; at: number }>();
  /** As whom the files that a terminal's vi or nano opened are saved, by `TERMINAL HOST:PATH`. */
  readonly #editors = new Map<string, { uid: number; gid: number }>();

  constructor(private readonly run: Run<RunInput>) {}

  /** Takes what was printed since the last call. */
  drain(): void {
    for (const id of learnerTerminals(this.run.world).keys()) {
      const text = terminalOf(this.run.world, id)?.takeOutput() ?? '';
      if (text !== '') this.#transcript(id).add(this.run.now, text);
    }
  }
  /** A checkpoint was loaded: what was printed later is not there yet. */
  rewind(): void {
    for (const transcript of this.#transcripts.values()) transcript.rewind(this.run.now);
  }
  /** The next outputs begin with the whole text. */
  refresh(): void {
    for (const transcript of this.#transcripts.values()) transcript.refresh();
  }
  /** The terminal was closed by whoever plays. */
  forget(terminal: string): void {
    this.#transcripts.delete(terminal);
  }
  /** Remembers what a branch shows at its head. */
  keep(branch: number): void {
    this.#kept.set(branch, new Map([...this.#transcripts].map(([id, { pieces }]) => [id, pieces])));
  }
  /** Replay begins at a checkpoint, before now or after the last one: what a branch printed before it is remembered, not played. */
  recall(branch: number): void {
    for (const [id, pieces] of this.#kept.get(branch) ?? []) this.#transcript(id).replace(pieces);
    this.rewind();
    this.refresh();
  }

  /** A line is sent: until the far end has read it, its old prompt is not shown again. */
  expect(terminal: string): void {
    const far = farEnd(this.run.world, terminal);
    if (far === undefined) this.#sent.delete(terminal);
    else
      this.#sent.set(terminal, {
        key: keyOf(far),
        received: far.terminal.state?.received ?? 0,
        at: this.run.now,
      });
  }
  #isOnItsWay(terminal: string, far: FarEnd): boolean {
    const sent = this.#sent.get(terminal);
    const { now } = this.run;
    return (
      sent !== undefined &&
      sent.key === keyOf(far) &&
      sent.received === far.terminal.state?.received &&
      now >= sent.at &&
      now - sent.at < LONGEST_WAY
    );
  }
  /** What the page has to be told of each terminal; adds the hosts where somebody types to `here`. */
  outputs(here: Set<string>): TerminalOutput[] {
    const outputs: TerminalOutput[] = [];
    for (const learner of learnerTerminals(this.run.world).values()) {
      const far = farEnd(this.run.world, learner.id);
      if (far !== undefined) here.add(far.host.name);
      const isRaw = far?.terminal.state?.canonical === false;
      const output = this.#transcript(learner.id).output({
        id: learner.id,
        title: far?.host.name ?? learner.host,
        host: far?.host.name ?? learner.host,
        awaiting:
          far !== undefined &&
          !isRaw &&
          far.terminal.isAwaited &&
          !far.busy &&
          !this.#isOnItsWay(learner.id, far),
        echo: far?.terminal.state?.echo ?? true,
        raw: isRaw,
        closed: far === undefined,
      });
      if (output !== undefined) outputs.push(output);
    }
    return outputs;
  }
  /** The words that could go on from what is typed. */
  completions(terminal: string, text: string, cursor: number): { from: number; words: string[] } {
    const far = farEnd(this.run.world, terminal);
    if (far === undefined) return { from: cursor, words: [] };
    const { from, words } = complete(far.host, shellOf(far), text, cursor);
    return { from, words: [...words] };
  }
  /** What was typed at the shell before, the oldest line first. */
  history(terminal: string): string[] {
    const far = farEnd(this.run.world, terminal);
    return far === undefined ? [] : [...historyOf(far.host, shellOf(far))];
  }

  /** A program opened an editor (`editor.open` of the journal): on which of the page's terminals. */
  openedEditor(data: unknown): { host: string; path: string; terminal: string } | undefined {
    const { host, path, tty, pid } = data as { host: string; path: string; tty?: string; pid?: number };
    let edit: { host: string; path: string; terminal: string } | undefined;
    for (const id of learnerTerminals(this.run.world).keys()) {
      const far = farEnd(this.run.world, id);
      if (far?.host.name !== host) continue;
      if (tty !== undefined && tty !== '' && far.terminal.id !== tty.replace('/dev/', '')) continue;
      edit = { host, path, terminal: id };
      const process = far.host.process(pid ?? 0);
      if (process !== undefined)
        this.#editors.set(`${id} ${host}:${path}`, { uid: process.uid, gid: process.gid });
    }
    return edit;
  }
  /** As whom a file is saved: the user of the vi or nano that opened it; from the list of files root. */
  writer(terminal: string | undefined, host: string, path: string): { uid: number; gid: number } {
    return this.#editors.get(`${terminal} ${host}:${path}`) ?? { uid: 0, gid: 0 };
  }

  #transcript(id: string): Transcript {
    const known = this.#transcripts.get(id);
    if (known !== undefined) return known;
    const fresh = new Transcript();
    this.#transcripts.set(id, fresh);
    return fresh;
  }
}

function keyOf({ host, terminal }: FarEnd): string {
  return `${host.name} ${terminal.id}`;
}

/** The shell whose commands a terminal's learner types now: the session's leader, or what it runs in the foreground when that is a shell. */
function shellOf({ host, terminal }: FarEnd): number {
  const state = terminal.state;
  const front = host
    .processes()
    .filter(({ pgid, comm }) => pgid === state?.foreground && /^(ba)?sh$/.test(comm));
  return front.at(-1)?.pid ?? state?.session ?? 0;
}
