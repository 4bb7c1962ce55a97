/** What a learner, an author or a broken disk may hand in: everything gets an answer, nothing throws, nothing hangs. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadScenario } from '../../lib/scenario/load';
import type { Run } from '../../lib/scenario/run';
import { makeRun } from '../../lib/session/make-run';
import type { RunInput, SavedRun } from '../../lib/session/messages';
import { openSession } from '../../lib/session/open-session';
import { Player } from '../../lib/session/play';
import { readRunFile, writeRunFile } from '../../lib/session/run-file';
import { problemOfRun } from '../../lib/session/saved-run';
import { RandomStream } from '../../lib/std/random';
import { large, PATHOLOGICAL } from '../dialects/large';
import { mutate } from '../dialects/mutate';
import { sourcesOfScenarios } from '../scenario-folders';

const SECOND = 1_000_000;
/** A frame's worth of simulated time. */
const SLICE = 50_000;
const found = sourcesOfScenarios().find(({ id }) => id === 'standby-that-would-not-stand-by');
if (found === undefined) throw new Error('the reference scenario is gone');
const SCENARIO = found;

function fresh(): Run<RunInput> {
  const made = makeRun(SCENARIO, { seed: 1, traces: false });
  if (!made.ok) throw new Error('the reference scenario does not load');
  return made.run;
}
function engineErrors(run: Run<RunInput>): string[] {
  return run.kernel.journal
    .entries(0)
    .filter(({ type }) => type === 'engine.error')
    .map(({ data }) => JSON.stringify(data));
}

describe('scenario files', () => {
  const yaml = SCENARIO.files['scenario.yaml'] ?? '';
  const problems = (text: string): string[] =>
    loadScenario({ ...SCENARIO.files, 'scenario.yaml': text })
      .problems.filter(({ severity }) => severity === 'error')
      .map(({ line, message }) => `${line}: ${message}`);

  test.each<[string, string, RegExp]>([
    ['an unknown key', yaml.replace('minutes: 20', 'minutes: 20\nminuets: 3'), /unknown key.*minutes/],
    [
      'a missing host',
      yaml.replace('fault: { kind: power-loss, host: lb1 }', 'fault: { kind: power-loss, host: lb9 }'),
      /lb9/,
    ],
    [
      'a missing zone',
      yaml
        .replace('zone: { zone: dmz, address: 10.0.1.11/24 }', 'zone: { zone: dmz, address: 10.0.1.11/24 }')
        .replace('eth0: { zone: dmz, address: 10.0.1.11/24 }', 'eth0: { zone: moon, address: 10.0.1.11/24 }'),
      /moon/,
    ],
    ['overlapping subnets', yaml.replace('subnet: 10.0.2.0/24', 'subnet: 10.0.1.128/25'), /overlap/],
    ['an address twice', yaml.replace('address: 10.0.1.12/24', 'address: 10.0.1.11/24'), /10\.0\.1\.11/],
    ['a number for a text', yaml.replace(/^title: .*$/m, 'title: 17'), /title/],
    ['a text for a list', yaml.replace(/^teaches:\n(?: {2}- .*\n)+/m, 'teaches: much\n'), /teaches/],
    ['a list for a mapping', yaml.replace(/^lab:\n/m, 'lab: []\nlap:\n'), /lab|lap/],
    [
      'a bomb',
      `a: &a [${'x,'.repeat(99)}]\n${Array.from({ length: 9 }, (_, i) => `b${i}: &b${i} [${`*${i === 0 ? 'a' : `b${i - 1}`},`.repeat(99)}]`).join('\n')}`,
      /./,
    ],
    ['5 MB', `${yaml}\n${'# much\n'.repeat(700_000)}`, /larger/],
    ['binary', PATHOLOGICAL['noise']?.('shop') ?? '', /./],
    ['half of it', yaml.slice(0, yaml.length / 2), /./],
  ])('%s', (_, text, message) => {
    expect(text).not.toBe(yaml);
    expect(problems(text).join('\n')).toMatch(message);
  });

  test('three hundred nearly right ones', () => {
    const random = new RandomStream(1, 'scenario');
    for (let i = 0; i < 300; i++) {
      const text = mutate(random, yaml, [yaml]).slice(0, yaml.length);
      expect(() => problems(text), `mutant ${i}`).not.toThrow();
    }
  });
});

describe('files and commands', () => {
  let run: Run<RunInput>;
  let player: Player;
  beforeEach(() => {
    run = fresh();
    player = new Player(run);
  });
  afterEach(() => {
    expect(engineErrors(run)).toEqual([]);
  });
  /** Time goes on as the worker lets it. */
  const letGo = (micros: number): void => {
    for (const end = run.now + micros; run.now < end; ) player.wait(SLICE);
  };

  const daemons: readonly [string, string, string, string][] = [
    ['lb2', '/etc/haproxy/haproxy.cfg', 'sudo haproxy -c -f /etc/haproxy/haproxy.cfg', 'haproxy'],
    ['lb2', '/etc/keepalived/keepalived.conf', 'sudo keepalived -t', 'keepalived'],
    ['fw', '/etc/nftables.conf', 'sudo nft -c -f /etc/nftables.conf', 'nftables'],
    [
      'lb2',
      '/lib/systemd/system/haproxy.service',
      'sudo systemctl daemon-reload; systemctl cat haproxy | tail -c 100; systemctl status haproxy | head -n 4',
      'systemd',
    ],
    ['lb2', '/etc/crontab', 'sudo systemctl restart cron; systemctl is-active cron', 'crontab'],
    ['lb2', '/etc/network/interfaces', 'sudo ifup -a; sudo ifquery --list | tail -c 100', 'interfaces'],
    [
      'lb2',
      '/etc/sysctl.d/90-it.conf',
      'sudo sysctl -p /etc/sysctl.d/90-it.conf | tail -c 100',
      'environment',
    ],
    ['app1', '/etc/shop.conf', 'sudo systemctl restart shop; systemctl is-active shop', 'shop'],
  ];
  test.each(daemons)('on %s, %s of megabytes, of noise, of nothing', (host, path, command, language) => {
    for (const text of [
      large(language, 1_500_000),
      PATHOLOGICAL['noise']?.(language) ?? '',
      '',
      '\0'.repeat(70_000),
    ]) {
      player.input({ kind: 'save', host, path, text, uid: 0, gid: 0 });
      expect(player.typeOn(host, command).length).toBeGreaterThan(0);
      expect(player.trouble).toEqual([]);
    }
    // And as whoever boots with it.
    player.input({ kind: 'inject', fault: { kind: 'power-cycle', host } });
    letGo(20 * SECOND);
    expect(run.world.host(host).state.power).not.toBe('off');
  });

  test('a command of 100 kB, one of a hundred thousand words, one that nests', () => {
    for (const line of [
      `echo ${'x'.repeat(100_000)} | wc -c`,
      `echo ${'x '.repeat(50_000)} | wc -w`,
      `${'$('.repeat(20_000)}`,
      `${'('.repeat(5_000)}true${')'.repeat(5_000)}`,
      `echo ${'{a,b}'.repeat(40)} | wc -c`,
      `echo $(( ${'('.repeat(3_000)}1${')'.repeat(3_000)} ))`,
      `[[ ${'! '.repeat(20_000)} a ]]`,
      `${'if true; then '.repeat(3_000)}`,
      '\u0001\u0002\uffff\0\ud800',
      'printf "%1000000000d" 1 | wc -c',
      'echo {1..100000000} | wc -c',
      'a=x; for i in {1..40}; do a=$a$a; done; echo ${#a}',
      'f() { f; }; f',
    ]) {
      player.input({ kind: 'terminal-open', terminal: 't1', host: 'bastion', user: 'student' });
      player.input({ kind: 'line', terminal: 't1', text: line });
      letGo(5 * SECOND);
      player.input({ kind: 'key', terminal: 't1', key: 'interrupt' });
      letGo(SECOND);
      player.input({ kind: 'terminal-close', terminal: 't1' });
    }
  });

  test.each([
    'while true; do :; done',
    'while :; do echo; done',
    'yes',
    'yes | cat | cat > /dev/null',
    'while true; do ls / > /dev/null; done',
    'while true; do sleep 0; done',
    ':(){ :|:& };:',
    'while true; do sleep 100 & done',
    'cat /dev/zero | tr "\\0" x',
    'find / | xargs -n 1 echo',
    "awk 'BEGIN { while (1) x++ }'",
    'x=$(yes)',
    'bash -c "exec $0 $0" ; while exec 3<&0; do :; done',
    'mkfifo /tmp/p; cat < /tmp/p > /tmp/p & echo x > /tmp/p',
  ])('without end: %s', (line) => {
    player.input({ kind: 'terminal-open', terminal: 't1', host: 'bastion', user: 'student' });
    letGo(SECOND);
    player.input({ kind: 'line', terminal: 't1', text: line });
    const events = run.kernel.journal.length;
    letGo(3 * SECOND);
    expect(run.kernel.pending).toBeLessThan(20_000);
    expect(run.kernel.journal.length - events).toBeLessThan(5_000);
    expect(run.world.host('bastion').state.processes.size).toBeLessThan(4_000);
    for (let i = 0; i < 3; i++) {
      player.input({ kind: 'key', terminal: 't1', key: 'interrupt' });
      letGo(SECOND / 2);
    }
    // The rest of the lab is none the worse, and the machine can be had back.
    player.input({ kind: 'inject', fault: { kind: 'power-cycle', host: 'bastion' } });
    letGo(15 * SECOND);
    expect(player.type('echo alive', 't2')).toContain('alive');
  });
});

describe('saved runs', () => {
  const made = openSession(SCENARIO, { seed: 1 });
  if (!made.ok) throw new Error('the reference scenario does not load');
  const { session } = made;
  session.start();
  session.advance(5 * SECOND);
  session.input({ kind: 'line', terminal: 't1', text: 'hostname' });
  session.advance(8 * SECOND);
  const saved = session.saved('2026-11-28T12:00:00Z');
  const { text } = writeRunFile(saved);

  test('cut off anywhere, it says so', () => {
    for (let i = 1; i < 60; i++) {
      const read = readRunFile(text.slice(0, Math.floor((text.length * i) / 60)));
      expect(read).toMatchObject({ ok: false, message: expect.stringMatching(/^This /) });
    }
  });

  test('edited anywhere, it says so or plays', () => {
    const random = new RandomStream(1, 'saved');
    let opened = 0;
    for (let i = 0; i < 400; i++) {
      const at = random.integer(0, text.length - 1);
      const edited =
        text.slice(0, at) +
        random.pick(['0', '"', '}', '-', 'null', '99999999999999', ' ', '[', 'e9', '\0']) +
        text.slice(at + random.integer(0, 3));
      const read = readRunFile(edited);
      if (!read.ok) {
        expect(read.message).toMatch(/^This .*\.$/s);
        continue;
      }
      if (opened++ > 3) continue;
      const again = openSession(read.run.scenario, { seed: read.run.seed });
      if (again.ok) again.session.restore(read.run);
      else expect(again.problems.length).toBeGreaterThan(0);
    }
    expect(opened).toBeGreaterThan(0);
  });

  test('inputs of any shape are refused with a reason, or played', () => {
    const values = [undefined, null, 7, -1, 1e300, '', 'x', [], {}, true];
    const names = [
      'kind',
      'terminal',
      'text',
      'host',
      'path',
      'uid',
      'fault',
      'columns',
      'step',
      'way',
      'key',
    ];
    const random = new RandomStream(2, 'inputs');
    const kinds = [
      'terminal-open',
      'line',
      'key',
      'size',
      'save',
      'inject',
      'answer',
      'hint',
      'finish',
      'edit',
      'no-such',
    ];
    const played: SavedRun['inputs'] = [];
    for (let i = 0; i < 2_000; i++) {
      const input: Record<string, unknown> = { kind: random.pick(kinds) };
      for (const name of names)
        if (random.chance(0.7)) input[name] = name === 'kind' ? input['kind'] : random.pick(values);
      // Whatever stands in a file.
      const run = { ...saved, inputs: [{ at: SECOND, input: input as unknown as RunInput }] };
      const problem = problemOfRun(run);
      if (problem === undefined) played.push(...run.inputs);
      else expect(problem).toMatch(/^This run .*\.$/);
    }
    expect(played.length).toBeGreaterThan(50);
    const again = openSession(SCENARIO, { seed: 1 });
    if (!again.ok) throw new Error('the reference scenario does not load');
    again.session.restore({ ...saved, inputs: played.filter(({ input }) => input.kind !== 'finish') });
    expect(engineErrors(again.session.run)).toEqual([]);
    expect(again.session.takeNotices().join()).toContain('changed');
  });
});
