import { expect, test } from 'vitest';
import { readFolder } from '../cli/folders';
import { sharedInputs } from './branches';
import { makeRun } from './make-run';
import type { Answer, SavedRun, ScenarioSource } from './messages';
import { readRunFile } from './run-file';
import { Session } from './session';

const SECOND = 1_000_000;
const source: ScenarioSource = {
  id: 'standby-that-would-not-stand-by',
  files: readFolder('scenarios/standby-that-would-not-stand-by'),
};

function open(): Session {
  const made = makeRun(source, { seed: 1, traces: false });
  if (!made.ok) throw new Error(JSON.stringify(made.loaded.problems));
  return new Session(made.run, source);
}
function type(session: Session, text: string, until: number): void {
  session.input({ kind: 'line', terminal: 't1', text });
  session.advance(until);
}
/** Two attempts: in the first `echo one` at 4 s, in the second `echo two` at 3 s. */
function twoAttempts(): Session {
  const session = open();
  session.start();
  session.advance(2 * SECOND);
  type(session, 'echo both', 4 * SECOND);
  type(session, 'echo one', 6 * SECOND);
  session.transport({ kind: 'seek', at: 3 * SECOND });
  session.transport({ kind: 'branch' });
  type(session, 'echo two', 5 * SECOND);
  return session;
}
function exported(answer: Answer | undefined): SavedRun {
  if (answer?.kind !== 'export') throw new Error(JSON.stringify(answer));
  return answer.run;
}

test('forward again from before a terminal was there: it shows what was printed on it, once', () => {
  const session = open();
  session.start();
  session.advance(2 * SECOND);
  session.frame();
  type(session, 'echo both', 4 * SECOND);
  session.frame();
  session.advance(90 * SECOND);
  session.transport({ kind: 'seek', at: 0 });
  expect(session.fullFrame().terminals?.[0]?.text ?? '').toBe('');
  for (const at of [60, 5, 80, 90]) {
    session.transport({ kind: 'seek', at: at * SECOND });
    expect(session.fullFrame().terminals?.[0]?.text.match(/^both$/gm)).toHaveLength(1);
  }
  session.transport({ kind: 'seek', at: SECOND });
  session.transport({ kind: 'seek', at: 60 * SECOND });
  session.transport({ kind: 'branch' });
  type(session, 'echo more', 62 * SECOND);
  expect(session.fullFrame().terminals?.[0]?.text).toMatch(/both\n[^]*more\n/);
});

test('branches and what they share are saved with the run, and can be taken up again', () => {
  const session = twoAttempts();
  const hash = session.run.kernel.journal.hash();
  const saved = session.saved('2026-11-28T12:00:00Z');
  expect(saved.branch).toMatchObject({ id: 1, parent: 0, forkedAt: 3 * SECOND });
  expect(saved.branches).toMatchObject([{ id: 0, head: 6 * SECOND, shared: 2 }]);
  const read = readRunFile(JSON.stringify(saved));
  if (!read.ok) throw new Error(read.message);

  const again = open();
  again.restore(read.run);
  expect(again.takeNotices()).toEqual([]);
  expect(again.frame().branches?.map(({ name }) => name)).toEqual(['first attempt', 'attempt 2']);
  again.transport({ kind: 'switch-branch', branch: 0 });
  expect(again.frame()).toMatchObject({ branch: 0, at: 6 * SECOND, lookingBack: false });
  expect(again.fullFrame().terminals?.[0]?.text).toContain('echo one');
  expect(again.fullFrame().terminals?.[0]?.text).not.toContain('echo two');
  again.transport({ kind: 'switch-branch', branch: 1 });
  expect(again.run.kernel.journal.hash()).toBe(hash);
});

test('another branch follows beside the present one, past its own end too, and moves as it does', () => {
  const session = twoAttempts();
  const other = open();
  const run = exported(session.handle({ type: 'export', id: 1, branch: 0 }));
  expect(run.inputs).toHaveLength(3);
  expect(run.at).toBe(5 * SECOND);
  other.restore(run);
  other.transport({ kind: 'follow', at: 4 * SECOND, playing: true });
  // Its own last input lies ahead: that is no look back.
  expect(other.frame()).toMatchObject({ at: 4 * SECOND, lookingBack: false, playing: true });
  other.transport({ kind: 'follow', at: 9 * SECOND, playing: true });
  expect(other.frame().at).toBe(9 * SECOND);
  expect(other.fullFrame().terminals?.[0]?.text).toContain('echo one');
  other.transport({ kind: 'follow', at: 3 * SECOND, playing: false });
  expect(other.frame()).toMatchObject({ at: 3 * SECOND, playing: false });
  // It has no clock of its own.
  expect(other.target(1000)).toBe(3 * SECOND);
  expect(session.handle({ type: 'export', id: 2, branch: 7 })).toMatchObject({ kind: 'refused' });
});

test('a saved run whose branches do not hang together is refused', () => {
  const saved = twoAttempts().saved('2026-11-28T12:00:00Z');
  const bad = (change: (run: SavedRun) => void) => {
    const copy = structuredClone(saved);
    change(copy);
    const read = readRunFile(JSON.stringify(copy));
    return read.ok ? '' : read.message;
  };
  expect(bad((run) => Object.assign(run.branches?.[0] ?? {}, { shared: 40 }))).toContain('shares more');
  expect(bad((run) => Object.assign(run.branches?.[0] ?? {}, { id: 1 }))).toContain('twice');
  expect(bad((run) => Object.assign(run.branches?.[0]?.inputs[0] ?? {}, { at: 0 }))).toContain('lies before');
});

test('inputs are shared up to the first that differs', () => {
  const line = (at: number, text: string) => ({ at, input: { kind: 'line' as const, terminal: 't1', text } });
  expect(sharedInputs([line(1, 'a'), line(2, 'b')], [line(1, 'a'), line(2, 'c')])).toBe(1);
  expect(sharedInputs([line(1, 'a')], [line(1, 'a'), line(2, 'c')])).toBe(1);
  expect(sharedInputs([line(1, 'a')], [line(3, 'a')])).toBe(0);
});
