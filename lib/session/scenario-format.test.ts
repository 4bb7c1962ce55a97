import { expect, test } from 'vitest';
import { readFolder } from '../cli/folders';
import { skeleton } from '../cli/skeleton';
import { SECOND } from '../std/instant';
import { makeRun } from './make-run';
import { Player } from './play';
import { Session } from './session';

const files = skeleton('format', 'x');
function open(change: (yaml: string) => string = (yaml) => yaml, more: Record<string, string> = {}) {
  const source = {
    id: 'format',
    files: { ...files, ...more, 'scenario.yaml': change(files['scenario.yaml'] ?? '') },
  };
  const made = makeRun(source, { seed: 2, traces: false });
  if (!made.ok) throw new Error(made.loaded.problems.map(({ message }) => message).join('; '));
  return { run: made.run, session: new Session(made.run, source), player: new Player(made.run) };
}

test('hints come when asked for, after a while, and by a wrong turn; only the first kind costs', () => {
  const { session, player, run } = open((yaml) =>
    yaml.replace('    highlight: [web]\n  - text: "', '    highlight: [web]\n    after: 40s\n  - text: "'),
  );
  const shown = () => session.frame().hintsShown?.map(({ index }) => index);
  expect(shown()).toEqual([]);
  player.type('echo sudo systemctl start shop');
  expect(shown()).toEqual([2]);
  player.wait(45 * SECOND);
  expect(shown()).toEqual([2, 0]);
  expect(session.handle({ type: 'hint', id: 1 })).toMatchObject({
    kind: 'hint',
    hint: { index: 1 },
    left: 0,
  });
  expect(run.progress.hints).toBe(1);
});

test('tomorrow comes when the learner says so, not before; then nobody types', () => {
  const { session, player, run } = open();
  player.input({ kind: 'tomorrow' });
  expect(run.progress.phase).toBe('running');
  player.wait(60 * SECOND);
  player.typeOn('web', 'sudo systemctl enable --now shop');
  expect(player.waitUntil(() => run.isReady, 5 * 60 * SECOND)).toBe(true);
  player.wait(60 * SECOND);
  expect(session.frame().phase).toBe('ready');
  expect(player.type('echo still here')).toContain('still here');
  player.input({ kind: 'tomorrow' });
  expect(session.frame().phase).toBe('tomorrow');
  const lines = run.kernel.journal.entries().filter(({ type }) => type === 'learner.line').length;
  player.input({ kind: 'line', terminal: 't1', text: 'echo too late' });
  player.input({ kind: 'key', terminal: 't1', key: 'interrupt' });
  expect(run.kernel.journal.entries().filter(({ type }) => type.startsWith('learner.line')).length).toBe(
    lines,
  );
  expect(player.finish().won).toBe(true);
});

test('tomorrow comes by itself at the deadline', () => {
  const { player, run } = open();
  player.wait(60 * SECOND);
  player.typeOn('web', 'sudo systemctl enable --now shop');
  player.wait(11 * 60 * SECOND - run.now);
  expect(run.progress.phase).not.toBe('running');
  expect(player.finish().won).toBe(true);
});

test('events wait for a condition, stages for an event, and what is hidden is not listed', () => {
  const { session, player, run } = open((yaml) =>
    yaml
      .replace(
        'deadline: 10min',
        `  - id: gone
    when: { kind: alert, alert: shop-down }
    faults:
      - { kind: file, host: web, path: /etc/motd, text: one }
      - { kind: file, host: web, path: /etc/motd, text: two, after: 10s, for: 10s }
deadline: 10min`,
      )
      .replace('    from: shoppers\n    for: 20s', '    after: gone\n    from: shoppers\n    for: 20s'),
  );
  const motd = () => run.world.host('web').fs.readFile('/etc/motd', { uid: 0, gid: 0, groups: [] });
  player.wait(29 * SECOND);
  expect(run.progress.objectives.get('shop-answers')?.verdict).toBe('waiting');
  player.wait(20 * SECOND);
  expect(run.progress.events.has('gone')).toBe(true);
  expect(motd()).toBe('one');
  player.wait(10 * SECOND);
  expect(motd()).toBe('two');
  player.wait(10 * SECOND);
  expect(motd()).toBe('one');
  const texts = session.fullFrame().events?.map(({ text }) => text) ?? [];
  expect(texts.some((text) => text.startsWith('somebody tidies up'))).toBe(false);
  expect(texts.some((text) => text.startsWith('gone'))).toBe(true);
  run.finish();
  expect(session.debrief().marks.some(({ text }) => text.startsWith('somebody tidies up'))).toBe(true);
});

test('a question is asked without its answer, and the first answer counts', () => {
  const { session, player } = open();
  const [question] = session.brief().questions;
  expect(question?.choices.map(({ id }) => id)).toEqual(['disabled', 'crash']);
  expect(JSON.stringify(session.brief())).not.toContain('systemd says inactive and disabled');
  session.handle({ type: 'answer', id: 1, question: 'cause', choice: 'crash' });
  session.handle({ type: 'answer', id: 2, question: 'cause', choice: 'disabled' });
  expect(session.frame().answers).toMatchObject([{ question: 'cause', chosen: ['crash'], right: false }]);
  expect(session.handle({ type: 'solution', id: 3 })).toMatchObject({
    kind: 'solution',
    text: expect.stringContaining('answer: {"question":"cause","choice":"crash"}'),
  });
  player.wait(60 * SECOND);
  player.type('ssh web sudo systemctl enable --now shop');
  expect(player.finish().won).toBe(true);
  const debrief = session.debrief();
  expect(debrief.diagnosis?.[0]).toMatchObject({ right: false, points: 0, of: 10, chosen: 'It crashed' });
  expect(debrief.diagnosis?.[0]?.why).toContain('A crash would be "failed"');
  expect(debrief.score).toBe(90);
  expect(debrief.mechanism).toContain('not started at boot');
  expect(debrief.sources).toEqual([{ title: 'systemctl(1) "enable", "start"' }]);
});

test('brief and texts come in every language that stands beside them', () => {
  const source = { id: 'the-shop-is-closed', files: readFolder('scenarios/the-shop-is-closed') };
  const made = makeRun(source, { seed: 2, traces: false });
  if (!made.ok) throw new Error(made.loaded.problems.map(({ message }) => message).join('; '));
  const brief = new Session(made.run, source).brief();
  expect(brief.languages).toEqual(['en', 'cs']);
  expect(brief.texts?.['en']).toBe(brief.text);
  expect(brief.texts?.['cs']).toContain('Dobré ráno');
  expect(brief.translations?.['cs']?.[brief.title]).toBe('Obchod má zavřeno');
});

test('variants reach hosts, brief and steps alike, and a checkpoint keeps what waits', () => {
  const { run, session } = open(
    (yaml) =>
      yaml
        .replace('timeline:\n', 'variants:\n  word: { choose: [red, green] }\ntimeline:\n')
        .replace('at: 30s\n', "at: 30s\n    say: { from: x, text: 'The word is ${word}.' }\n"),
    { 'hosts/web/etc/motd': 'say ${word}\n', 'brief.md': 'It is ${word}.' },
  );
  const motd = run.world.host('web').fs.readFile('/etc/motd', { uid: 0, gid: 0, groups: [] });
  const word = /^say (red|green)\n$/.exec(String(motd))?.[1];
  expect(session.brief().text).toBe(`It is ${word ?? ''}.`);
  run.advance(100 * SECOND);
  expect(run.progress.feed.some(({ text }) => text === `The word is ${word ?? ''}.`)).toBe(true);
  const hash = run.kernel.journal.hash();
  run.seek(10 * SECOND);
  run.advance(100 * SECOND);
  expect(run.kernel.journal.hash()).toBe(hash);
});
