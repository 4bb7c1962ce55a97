import { expect, test } from 'vitest';
import type { Ending } from './decisions';
import { type Platform, Supervisor } from './supervisor';
import { systemctl, type UnitFiles } from './systemctl';
import { readUnit } from './unit';

/** A host whose clock stands in the test's hand, and whose programs end as the test says. */
class FakeHost {
  now = 0;
  starts = 0;
  readonly log: string[] = [];
  readonly #timers: { at: number; run: () => void }[] = [];
  readonly #alive = new Map<number, (ending: Ending) => void>();

  constructor(
    readonly text: string,
    readonly fails: () => boolean,
  ) {}
  readonly platform: Platform = {
    nowMs: () => this.now,
    later: (ms, run) => {
      const timer = { at: this.now + ms, run };
      this.#timers.push(timer);
      return () => this.#timers.splice(this.#timers.indexOf(timer), 1);
    },
    run: () => {
      const pid = ++this.starts;
      if (this.fails()) return Promise.resolve({ pid, ended: Promise.resolve({ code: 1 }) });
      const ended = new Promise<Ending>((resolve) => this.#alive.set(pid, resolve));
      return Promise.resolve({ pid, ended });
    },
    notifySocket: () => Promise.resolve('/run/n'),
    members: (_, main) => (this.#alive.has(main) ? [main] : []),
    kill: (pid, signal) => {
      this.#alive.get(pid)?.({ signal });
      this.#alive.delete(pid);
    },
    isEmptyFile: () => false,
    readNumber: () => undefined,
    log: (_, line) => this.log.push(line),
    find: (name) => (name === 'web.service' ? readUnit(name, [this.text]) : undefined),
  };
  async advance(ms: number): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      for (let i = 0; i < 30; i++) await Promise.resolve();
      const next = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers.splice(this.#timers.indexOf(next), 1);
      this.now = Math.max(this.now, next.at);
      next.run();
    }
    this.now = end;
  }
}
const UNIT = '[Unit]\nDescription=Web\n[Service]\nExecStart=/usr/bin/web\nRestart=always\n';
const FILES: UnitFiles = {
  isEnabled: () => true,
  isMasked: () => false,
  enable: () => '',
  disable: () => '',
  mask: () => '',
  unmask: () => '',
  text: () => UNIT,
};

test('it gives up after five starts, and a reset lets it start again', async () => {
  let isBroken = true;
  const host = new FakeHost(UNIT, () => isBroken);
  const supervisor = new Supervisor(host.platform);
  const machine = { supervisor, files: FILES, journal: () => '', power: () => undefined };
  void supervisor.start('web.service');
  await host.advance(5000);
  expect(host.starts).toBe(5);
  expect(supervisor.service('web.service')).toMatchObject({
    active: 'failed',
    result: 'exit-code',
    restarts: 5,
  });
  expect(host.log.some((line) => line.includes('Start request repeated too quickly'))).toBe(true);
  isBroken = false;
  expect((await systemctl(machine, ['start', 'web'])).code).toBe(1);
  await systemctl(machine, ['reset-failed', 'web']);
  expect((await systemctl(machine, ['start', 'web'])).code).toBe(0);
  expect((await systemctl(machine, ['is-active', 'web'])).out).toBe('active\n');
});
test('what is stopped stays stopped; what is killed comes back', async () => {
  const host = new FakeHost(UNIT, () => false);
  const supervisor = new Supervisor(host.platform);
  await supervisor.start('web.service');
  host.platform.kill(1, 'SIGKILL');
  await host.advance(1000);
  expect(host.starts).toBe(2);
  const stopped = supervisor.stop('web.service');
  await host.advance(1000);
  await stopped;
  expect(supervisor.service('web.service')?.active).toBe('inactive');
  expect(host.starts).toBe(2);
});
test('an unknown unit, and a verb that is not played', async () => {
  const host = new FakeHost(UNIT, () => false);
  const machine = {
    supervisor: new Supervisor(host.platform),
    files: FILES,
    journal: () => '',
    power: () => undefined,
  };
  expect(await systemctl(machine, ['start', 'nosuch'])).toMatchObject({
    code: 5,
    err: 'Failed to start nosuch.service: Unit nosuch.service not found.\n',
  });
  expect((await systemctl(machine, ['isolate', 'rescue.target'])).err).toMatch(
    /not played by the recorder: isolate/,
  );
});
