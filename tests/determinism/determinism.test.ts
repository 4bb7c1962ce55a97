/**
 * The same scenario, seed and inputs give the same journal: however finely time is cut, whoever looks back on
 * the way, with checkpoints or without, with traces or without, whatever stands open in a terminal.
 */
import { describe, expect, test } from 'vitest';
import { Kernel } from '../../lib/kernel/kernel';
import type { Run } from '../../lib/scenario/run';
import { makeRun } from '../../lib/session/make-run';
import type { RunInput } from '../../lib/session/messages';
import { openSession } from '../../lib/session/open-session';
import { RandomStream } from '../../lib/std/random';
import { sourcesOfScenarios } from '../scenario-folders';
import { firstDifference } from '../swarm/swarm';

const SECOND = 1_000_000;
const END = 100 * SECOND;
const source = sourcesOfScenarios().find(({ id }) => id === 'standby-that-would-not-stand-by');
if (source === undefined) throw new Error('the reference scenario is gone');
const SCENARIO = source;

/** What a learner does in the first minutes, and what they leave open while checkpoints come due. */
const INPUTS: readonly [number, RunInput][] = [
  [0.5, { kind: 'terminal-open', terminal: 't1', host: 'bastion', user: 'student' }],
  [0.6, { kind: 'terminal-open', terminal: 't2', host: 'bastion', user: 'student' }],
  [0.7, { kind: 'terminal-open', terminal: 't3', host: 'bastion', user: 'student' }],
  [1, { kind: 'line', terminal: 't1', text: 'ssh lb2' }],
  [4.000_001, { kind: 'line', terminal: 't1', text: 'sudo -i' }],
  [5, { kind: 'line', terminal: 't1', text: 'X=1; f() { echo "$X $1"; }; cd /etc' }],
  [6, { kind: 'line', terminal: 't2', text: 'ping 10.0.1.100' }],
  [7, { kind: 'line', terminal: 't3', text: 'ssh lb2' }],
  [12, { kind: 'line', terminal: 't3', text: 'sudo journalctl -f' }],
  [20, { kind: 'save', host: 'lb2', path: '/etc/motd', text: 'hello\n', uid: 0, gid: 0 }],
  [33.333_333, { kind: 'key', terminal: 't2', key: 'interrupt' }],
  [34, { kind: 'line', terminal: 't2', text: 'vi /etc/hosts' }],
  [45, { kind: 'line', terminal: 't1', text: 'f two; sysctl -w net.ipv4.ip_nonlocal_bind=1' }],
  [62.5, { kind: 'key', terminal: 't3', key: 'interrupt' }],
  [63, { kind: 'line', terminal: 't3', text: 'top' }],
  [80, { kind: 'inject', fault: { kind: 'kill-process', host: 'app1', process: 'shop' } }],
];

function fresh(options: { traces?: boolean; checkpointEvery?: number } = {}): Run<RunInput> {
  const made = makeRun(SCENARIO, { seed: 3, traces: false, ...options });
  if (!made.ok) throw new Error('the reference scenario does not load');
  return made.run;
}
/** Plays the inputs; `advance` says how time gets from one to the next. */
function play(run: Run<RunInput>, advance: (run: Run<RunInput>, to: number) => void): Run<RunInput> {
  for (const [seconds, input] of INPUTS) {
    advance(run, Math.round(seconds * SECOND));
    run.timeline.input(input);
  }
  advance(run, END);
  return run;
}
const straight = (run: Run<RunInput>, to: number): void => run.advance(to);
const inSteps =
  (step: number) =>
  (run: Run<RunInput>, to: number): void => {
    while (run.now < to) run.advance(Math.min(to, run.now + step));
  };
const reference = play(fresh(), straight);

function expectSame(run: Run<RunInput>): void {
  const isSame = run.kernel.journal.hash() === reference.kernel.journal.hash();
  expect(isSame ? '' : firstDifference(reference, run)).toBe('');
}

describe('pacing', () => {
  test.each([1_000, 50_000, 7 * SECOND])('in steps of %i µs', (step) => {
    expectSame(play(fresh(), inSteps(step)));
  });

  test('event by event', () => {
    const run = fresh();
    play(run, (_, to) => {
      for (
        let next = run.kernel.nextAt();
        next !== undefined && next < to + run.origin;
        next = run.kernel.nextAt()
      )
        run.timeline.step();
      run.advance(to);
    });
    expectSame(run);
  });
});

test('with looks back in between', () => {
  const random = new RandomStream(1, 'looks');
  const run = play(fresh(), (one, to) => {
    one.advance(to);
    if (to === 0) return;
    for (let i = 0; i < 2; i++) one.seek(random.integer(0, to));
    one.seek(to);
  });
  expectSame(run);
});

test.each([1, 7, 1_000_000])('with checkpoints every %i s', (seconds) => {
  const run = play(fresh({ checkpointEvery: seconds * SECOND }), straight);
  expectSame(run);
  const { checkpoints } = run.timeline;
  if (seconds === 1) expect(checkpoints.length).toBeGreaterThan(5);
  // Also from moments at which an editor, a pager and a followed log stand open.
  for (const at of checkpoints.filter((_, i) => i % 9 === 5)) {
    run.timeline.seek(at);
    run.timeline.seek(run.origin + END);
    expectSame(run);
  }
});

test('with traces', () => {
  expectSame(play(fresh({ traces: true }), straight));
});

test('through a page that draws frames and looks at everything', () => {
  const made = openSession(SCENARIO, { seed: 3 });
  if (!made.ok) throw new Error('the reference scenario does not load');
  const { session } = made;
  session.handle({
    type: 'watch',
    host: 'lb2',
    panels: ['files', 'processes', 'network', 'state', 'firewall'],
    logs: { host: 'lb2', limit: 100 },
  });
  play(session.run, (run, to) => {
    while (run.now < to) {
      session.advance(Math.min(to, run.now + 900_000));
      session.frame();
    }
    session.handle({ type: 'terminal-complete', id: 1, terminal: 't1', text: 'ls /e', cursor: 5 });
    session.handle({ type: 'file-tree', id: 2, host: 'lb2', path: '/etc' });
    session.handle({ type: 'journal', id: 3, from: 0 });
  });
  expectSame(session.run);
});

test('a kernel of its own for each run: two at a time do not meet', () => {
  const [one, other] = [fresh(), fresh()];
  for (const [seconds, input] of INPUTS)
    for (const run of [one, other]) {
      run.advance(Math.round(seconds * SECOND));
      run.timeline.input(input);
    }
  for (const run of [one, other]) {
    run.advance(END);
    expectSame(run);
  }
  expect(new Kernel({ seed: 3 }).journal.length).toBe(0);
});
