/**
 * The worker's entry: owns the real clock, paces one session, and carries
 * messages. Everything that happens is decided in `session.ts`.
 */
import type { ClientMessage, Frame, SavedRun, WorkerMessage } from './messages';
import { openSession } from './open-session';
import { problemOfRun } from './saved-run';
import type { Session } from './session';

const FRAME_MS = 100;
/** Real time that one stretch of simulation may take before the page is heard again. */
const BUDGET_MS = 55;
const STEP_MICROS = 50_000;
const RATE_WEIGHT = 0.2;

interface Scope {
  postMessage(message: WorkerMessage): void;
  onmessage: ((event: MessageEvent<ClientMessage>) => void) | null;
}
const scope = self as unknown as Scope;

let session: Session | undefined;
let timer: ReturnType<typeof setInterval> | undefined;
let lastTick = 0;
let rate = 1;
/** When something was last typed, in real and in simulated time. */
let typed = { at: 0, now: 0 };
let notices: string[] = [];

scope.onmessage = ({ data }) => {
  try {
    receive(data);
  } catch (problem) {
    crashed(problem);
  }
};

function receive(message: ClientMessage): void {
  if (message.type === 'open') {
    open(message);
    return;
  }
  if (message.type === 'close') {
    clearInterval(timer);
    session = undefined;
    return;
  }
  if (session === undefined) {
    if ('id' in message)
      post({ type: 'answer', id: message.id, answer: { kind: 'refused', message: 'No run is open.' } });
    return;
  }
  if (message.type === 'terminal-line' || message.type === 'terminal-key') keepRhythm(session, message.at);
  const answer = session.handle(message);
  if (answer === undefined || !('id' in message)) {
    // What follows another run is shown when it is told something, and at no other time.
    if (message.type === 'transport' || message.type.startsWith('terminal') || session.isFollowing)
      post({ type: 'frame', frame: session.frame() });
    return;
  }
  const stamped =
    answer.kind === 'export'
      ? { ...answer, run: { ...answer.run, savedAt: new Date().toISOString() } }
      : answer;
  // What was built is seen at once, and stands there when the answer names it.
  if (message.type === 'sandbox') post({ type: 'frame', frame: session.frame() });
  post({ type: 'answer', id: message.id, answer: stamped });
}

function open({ id, scenario, seed, run }: Extract<ClientMessage, { type: 'open' }>): void {
  clearInterval(timer);
  session = undefined;
  const message = run === undefined ? undefined : problemOfRun(run);
  if (message !== undefined) {
    post({
      type: 'failed',
      id,
      title: 'This run cannot be opened',
      problems: [{ severity: 'error', message }],
    });
    return;
  }
  const made = openSession(run?.scenario ?? scenario, { seed: run?.seed ?? seed ?? 1 });
  if (!made.ok) {
    const title = `The scenario "${scenario.id}" cannot be played`;
    post({ type: 'failed', id, title, problems: made.problems });
    return;
  }
  const opened = made.session;
  if (run !== undefined) opened.restore(run);
  const terminals = opened.start();
  notices = opened.takeNotices();
  session = opened;
  post({
    type: 'opened',
    id,
    brief: opened.brief(),
    topology: opened.topology,
    terminals,
    frame: withNotices(opened.fullFrame()),
  });
  lastTick = performance.now();
  timer = setInterval(() => {
    try {
      tick();
    } catch (problem) {
      crashed(problem);
    }
  }, FRAME_MS);
}

/** Words of ours that belong to no run. */
function withNotices(frame: Frame): Frame {
  if (notices.length === 0) return frame;
  const items = notices.map((text, index) => ({
    seq: -100 + index,
    at: frame.at,
    clock: frame.clock,
    kind: 'info' as const,
    from: 'Faultline',
    text,
  }));
  notices = [];
  return { ...frame, feed: [...items, ...(frame.feed ?? [])] };
}

function tick(): void {
  if (session === undefined || session.isFollowing) return;
  catchUp(session);
  post({ type: 'frame', frame: session.frame() });
}

/** Plays what passed in real time since the last call. */
function catchUp(session: Session): void {
  const begun = performance.now();
  const wall = begun - lastTick;
  lastTick = begun;
  const before = session.run.now;
  playTo(session, session.target(wall));
  if (wall > 0)
    rate += Math.min(1, (RATE_WEIGHT * wall) / FRAME_MS) * ((session.run.now - before) / 1000 / wall - rate);
  session.measured(Math.round(rate * 10) / 10);
}
function playTo(session: Session, target: number): void {
  const begun = performance.now();
  while (session.run.now < target && performance.now() - begun < BUDGET_MS)
    session.advance(Math.min(target, session.run.now + STEP_MICROS));
}
/**
 * What is typed happens when it is typed, not at the next frame; and two keys
 * that waited together for a busy worker stay as far apart as they were
 * pressed: a Ctrl-Z after Enter finds the command running.
 */
function keepRhythm(session: Session, at: number): void {
  catchUp(session);
  const gap = session.target(Math.min(at - typed.at, FRAME_MS)) - session.run.now;
  if (gap > 0) playTo(session, Math.min(typed.now, session.run.now) + gap);
  typed = { at, now: session.run.now };
}

function crashed(problem: unknown): void {
  clearInterval(timer);
  const error = problem instanceof Error ? problem : new Error(String(problem));
  let run: SavedRun | undefined;
  try {
    run = session?.saved(new Date().toISOString());
  } catch {
    // The run is beyond saving; the page has the last one it saved.
  }
  post({
    type: 'crashed',
    message: error.message,
    stack: error.stack ?? '',
    at: session?.run.now ?? 0,
    run: run === undefined ? undefined : { ...run, hash: '' },
  });
  session = undefined;
}

function post(message: WorkerMessage): void {
  scope.postMessage(message);
}
