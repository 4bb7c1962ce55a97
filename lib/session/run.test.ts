import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readFolder } from '../cli/folders';
import { makeRun } from './make-run';
import { Player } from './play';
import { Session } from './session';
import type { SavedRun, ScenarioSource } from './messages';

const FOLDER = 'scenarios/standby-that-would-not-stand-by';
const SECOND = 1_000_000;
const source: ScenarioSource = { id: 'standby-that-would-not-stand-by', files: readFolder(FOLDER) };

function fresh(seed = 1, of = source) {
  const made = makeRun(of, { seed, traces: false });
  if (!made.ok) throw new Error(JSON.stringify(made.loaded.problems));
  return made.run;
}

test('the same scenario, seed and inputs give the same journal; another seed another one', () => {
  const hashes = [1, 1, 2].map((seed) => {
    const player = new Player(fresh(seed));
    player.wait(70 * SECOND);
    player.type('ssh lb2 systemctl is-active haproxy');
    return player.run.kernel.journal.hash();
  });
  expect(hashes[0]).toBe(hashes[1]);
  expect(hashes[0]).not.toBe(hashes[2]);
});

test('a saved run plays to the same moment; one that was edited says so', () => {
  const session = new Session(fresh(), source);
  session.start();
  session.advance(20 * SECOND);
  session.input({ kind: 'line', terminal: 't1', text: 'ssh lb2 hostname' });
  session.advance(25 * SECOND);
  const saved = session.saved('2026-11-28T12:00:00Z');
  const text = JSON.stringify(saved);

  const again = new Session(fresh(), source);
  again.restore(JSON.parse(text) as SavedRun);
  expect(again.run.kernel.journal.hash()).toBe(saved.hash);
  expect(again.takeNotices()).toEqual([]);
  expect(again.fullFrame().terminals?.[0]?.text).toContain('lb2');

  const edited = JSON.parse(text.replace('ssh lb2 hostname', 'ssh lb1 hostname')) as SavedRun;
  const other = new Session(fresh(), source);
  other.restore(edited);
  expect(other.takeNotices().join()).toContain('changed');
});

test('a shell at its prompt does not prevent checkpoints, and a look back finds it again', () => {
  const session = new Session(fresh(), source);
  session.start();
  session.advance(10 * SECOND);
  session.input({ kind: 'line', terminal: 't1', text: 'X=42; cd /etc' });
  session.advance(11 * SECOND);
  session.input({ kind: 'line', terminal: 't1', text: 'ssh lb2' });
  session.advance(190 * SECOND);
  expect(session.run.timeline.checkpoints.length).toBeGreaterThan(2);
  session.transport({ kind: 'seek', at: 70 * SECOND });
  expect(session.frame().lookingBack).toBe(true);
  session.input({ kind: 'line', terminal: 't1', text: 'exit' });
  session.advance(72 * SECOND);
  session.input({ kind: 'line', terminal: 't1', text: 'echo $X $PWD' });
  session.advance(74 * SECOND);
  const { terminals } = session.fullFrame();
  expect(terminals?.[0]?.text).toContain('42 /etc');
});

test('doing nothing loses, and the verdict names what was not reached', () => {
  const outcome = new Player(fresh()).play([]);
  expect(outcome.won).toBe(false);
  expect(outcome.verdict).toContain('The shop never answered');
});

test('what comes after the verdict is not counted: the debrief has the number of the guard that broke', () => {
  const yaml = source.files['scenario.yaml'] ?? '';
  const files = { ...source.files, 'scenario.yaml': yaml.replace('requests: 36000', 'requests: 1000') };
  const { run } = new Player(fresh(1, { ...source, files }));
  const session = new Session(run, source);
  session.start();
  session.advance(180 * SECOND);
  expect(run.progress.phase).toBe('lost');
  const counted = { ...run.progress.totals.get('shoppers') };
  expect(counted.failed).toBeGreaterThan(1000);
  expect(counted.failed).toBeLessThan(1100);
  session.advance(60 * SECOND);
  expect(run.progress.totals.get('shoppers')).toEqual(counted);
  const { availability, outages, points } = session.debrief();
  expect(availability.lost).toBe(counted.failed);
  expect(outages.reduce((sum, { failed }) => sum + failed, 0)).toBe(counted.failed);
  expect(points.length).toBeLessThanOrEqual(Math.ceil((run.progress.finishedAt ?? 0) / SECOND));
});

test('a broken guard is not explained by a goal whose moment has not come', () => {
  const yaml = source.files['scenario.yaml'] ?? '';
  const files = { ...source.files, 'scenario.yaml': yaml.replace('requests: 36000', 'requests: 3000') };
  const player = new Player(fresh(1, { ...source, files }));
  player.wait(70 * SECOND);
  player.type("ssh lb2 'sudo systemctl reset-failed haproxy; sudo systemctl start haproxy'");
  player.wait(40 * SECOND);
  // The shop has answered for half a minute; lb1 has no power yet.
  player.type("ssh lb2 'sudo systemctl stop haproxy'");
  player.wait(100 * SECOND);
  const { phase, verdict, events } = player.run.progress;
  expect(events.has('lb1-returns')).toBe(false);
  expect({ phase, verdict }).toEqual({
    phase: 'lost',
    verdict: 'More requests failed than the month had left.',
  });
});

test('the brief mentions no command that does not exist', () => {
  const brief = readFileSync(`${FOLDER}/brief.md`, 'utf8');
  const player = new Player(fresh());
  for (const name of brief.match(/`(ssh|sudo)\b/g) ?? [])
    expect(player.type(`command -v ${name.slice(1)}`)).toContain('/');
});

test('the debrief leads from the failed requests to why nothing listens, and counts what was not reached as failed', () => {
  const session = new Session(fresh(), source);
  session.start();
  session.advance(90 * SECOND);
  session.input({ kind: 'finish' });
  const { chains, objectives, verdict } = session.debrief();
  const texts = chains[0]?.links.map(({ text }) => text) ?? [];
  expect(chains[0]?.title).toContain('refused');
  expect(texts.some((text) => text.includes('cannot bind 10.0.1.100:80 (EADDRNOTAVAIL)'))).toBe(true);
  // It lies before the shift.
  expect(chains[0]?.links[0]?.at).toBeLessThan(0);
  expect(verdict).toBe('The shift was ended before this was reached: The shop answers.');
  // Nobody has seen lb1 come back, nor the drill: nothing is said of them.
  for (const id of ['shop-answers', 'return-is-quiet', 'drill-holds']) {
    const found = objectives.find((objective) => objective.id === id);
    expect(found?.state).toBe('failed');
    expect(found).not.toHaveProperty('why');
  }
});
