import { beforeAll, expect, test } from 'vitest';
import { quietRun } from '../../tests/quiet-run';
import type { Run } from '../scenario/run';
import type { RunInput } from '../session/messages';
import { SECOND } from '../std/instant';
import { ROOT } from '../world/files';
import { passwordIsRight } from '../world/passwords';
import type { Host } from '../world/world.contract';
import { FAULTS } from './registry';

let run: Run<RunInput>;
beforeAll(() => {
  run = quietRun('faults', (scenario) =>
    scenario
      .replace('kind: router', 'kind: router\n      packages: [dnsmasq]\n      enable: [dnsmasq]')
      .replace('rate: 5, timeout', 'rate: 5, arrival: uniform, timeout'),
  );
}, 60_000);

const host = (name: string): Host => run.world.host(name);
const pass = (seconds: number): void => run.advance(run.now + seconds * SECOND);
const comms = (name: string): string[] =>
  host(name)
    .processes()
    .map(({ comm }) => comm);
/** Share of good answers from now on. */
function served(seconds: number): number {
  const before = { ...run.progress.totals.get('') } as { total: number; failed: number };
  pass(seconds);
  const after = run.progress.totals.get('') ?? { total: 0, failed: 0 };
  return 1 - (after.failed - before.failed) / Math.max(1, after.total - before.total);
}
const root = (name: string) => host(name).state.mounts[0];
const text = (name: string, path: string): string => String(host(name).fs.readFile(path, ROOT));

interface Case {
  fault: Record<string, unknown> & { kind: string };
  seconds?: number;
  /** What is seen, before, while it lasts and after it was undone. */
  seen: () => unknown;
  before: unknown;
  after: unknown;
  undone?: unknown;
}
const CASES: Record<string, Case> = {
  'power-loss': {
    fault: { kind: 'power-loss', host: 'web' },
    seen: () => host('web').state.power,
    before: 'on',
    after: 'off',
    undone: 'on',
  },
  'power-cycle': {
    fault: { kind: 'power-cycle', host: 'web' },
    seconds: 40,
    seen: () => host('web').state.boots,
    before: 1,
    after: 2,
  },
  reboot: {
    fault: { kind: 'reboot', host: 'web' },
    seconds: 60,
    seen: () => [host('web').state.boots, host('web').state.power],
    before: [1, 'on'],
    after: [2, 'on'],
  },
  freeze: {
    fault: { kind: 'freeze', host: 'web' },
    seen: () => host('web').state.frozen,
    before: false,
    after: true,
    undone: false,
  },
  link: {
    fault: { kind: 'link', host: 'web', interface: 'eth0', state: 'down' },
    seen: () => host('web').state.interfaces.get('eth0')?.carrier,
    before: true,
    after: false,
    undone: true,
  },
  impair: {
    fault: { kind: 'impair', host: 'web', interface: 'eth0', loss: 1, direction: 'in' },
    seen: () => served(10) > 0.9,
    before: true,
    after: false,
    undone: true,
  },
  partition: {
    fault: { kind: 'partition', zone: 'app', group: ['web'] },
    seen: () => [served(10) > 0.9, host('web').state.interfaces.get('eth0')?.carrier],
    before: [true, true],
    after: [false, true],
    undone: [true, true],
  },
  'address-conflict': {
    fault: { kind: 'address-conflict', host: 'desk', interface: 'eth0', address: '10.0.2.21' },
    seen: () => [served(10) > 0.9, host('desk').state.interfaces.get('eth0')?.addresses.length],
    before: [true, 1],
    after: [false, 2],
  },
  'wrong-gateway': {
    fault: { kind: 'wrong-gateway', host: 'web', gateway: '10.0.2.5', lasting: true },
    seen: () => [served(10) > 0.9, text('web', '/etc/network/interfaces').includes('gateway 10.0.2.5')],
    before: [true, false],
    after: [false, true],
    undone: [true, false],
  },
  'wrong-record': {
    fault: { kind: 'wrong-record', host: 'shoppers', name: 'shop.example', address: '10.0.2.5' },
    seconds: 12,
    seen: () => /^10\.0\.2\.5\tshop\.example$/m.test(text('shoppers', '/etc/hosts')),
    before: false,
    after: true,
    undone: false,
  },
  'name-server-gone': {
    fault: { kind: 'name-server-gone', host: 'gw' },
    seen: () => comms('gw').includes('dnsmasq'),
    before: true,
    after: false,
    undone: true,
  },
  'kill-process': {
    fault: { kind: 'kill-process', host: 'web', process: 'shop', signal: 'SEGV' },
    seen: () =>
      run.kernel.journal
        .entries()
        .some(({ type, data }) => type === 'process.exit' && (data as { signal?: string }).signal === 'SEGV'),
    before: false,
    after: true,
  },
  hang: {
    fault: { kind: 'hang', host: 'web', process: 'shop' },
    seen: () =>
      host('web')
        .processes()
        .find(({ comm }) => comm === 'shop')?.state,
    before: 'running',
    after: 'stopped',
    undone: 'running',
  },
  'memory-leak': {
    fault: { kind: 'memory-leak', host: 'web', process: 'shop', rate: 200 },
    seconds: 20,
    seen: () =>
      run.kernel.journal.entries().some(({ type, source }) => type === 'memory.out' && source === 'web'),
    before: false,
    after: true,
  },
  'processor-hog': {
    fault: { kind: 'processor-hog', host: 'web' },
    seen: () => {
      const cpu = host('web').state.cpuMicros;
      pass(5);
      return [
        (host('web').state.cpuMicros - cpu) / (5 * SECOND * host('web').state.cores) > 0.9,
        comms('web').includes('xz'),
      ];
    },
    before: [false, false],
    after: [true, true],
    undone: [false, false],
  },
  'disk-full': {
    fault: { kind: 'disk-full', host: 'web' },
    seen: () => [
      (root('web')?.size ?? 0) - (root('web')?.used ?? 0) < 8192,
      host('web').fs.exists('/var/tmp/core'),
    ],
    before: [false, false],
    after: [true, true],
    undone: [false, false],
  },
  'inodes-gone': {
    fault: { kind: 'inodes-gone', host: 'web' },
    seen: () =>
      String((host('web').fs.writeFile('/root/x', '', ROOT) as { errno?: string } | undefined)?.errno),
    before: 'undefined',
    after: 'undefined',
  },
  'disk-slow': {
    fault: { kind: 'disk-slow', host: 'web', delay: '500ms' },
    seen: () => {
      let done = false;
      run.world.spawn(host('web'), {
        argv: ['/bin/true'],
        program: function* (context) {
          const pid = context.spawn({ argv: ['/bin/true'] });
          if (typeof pid === 'number') yield* context.wait(pid);
          done = true;
          return 0;
        },
      });
      pass(1);
      const quick = done;
      pass(10);
      return [quick, done];
    },
    before: [true, true],
    after: [false, true],
    undone: [true, true],
  },
  'disk-read-only': {
    fault: { kind: 'disk-read-only', host: 'web' },
    seen: () => (host('web').fs.writeFile('/root/y', 'y', ROOT) as { errno?: string } | undefined)?.errno,
    before: undefined,
    after: 'EROFS',
    undone: undefined,
  },
  file: {
    fault: {
      kind: 'file',
      host: 'web',
      path: '/etc/shop.conf',
      replace: 'port = 8080',
      with: 'port = 80',
      mode: '0600',
    },
    seen: () => {
      const info = host('web').fs.stat('/etc/shop.conf', ROOT);
      return [text('web', '/etc/shop.conf').includes('port = 80\n'), 'mode' in info ? info.mode & 0o777 : 0];
    },
    before: [false, 0o644],
    after: [true, 0o600],
    undone: [false, 0o644],
  },
  'password-changed': {
    fault: { kind: 'password-changed', host: 'web', user: 'student', password: 'autumn-2026' },
    seen: () => passwordIsRight(host('web'), 'student', 'autumn-2026'),
    before: false,
    after: true,
    undone: false,
  },
  command: {
    fault: { kind: 'command', host: 'web', run: 'echo hello > /root/note' },
    seen: () => text('web', '/root/note') === 'hello\n',
    before: false,
    after: true,
  },
  'bad-release': {
    fault: { kind: 'bad-release', host: 'web', settings: ['status = 500', 'delay = 20ms'] },
    seconds: 8,
    seen: () => served(10) > 0.9,
    before: true,
    after: false,
    undone: true,
  },
  dependency: {
    fault: { kind: 'dependency', host: 'web', gone: true },
    seconds: 5,
    seen: () => comms('web').includes('shop'),
    before: true,
    after: false,
    undone: true,
  },
  'traffic-surge': {
    fault: { kind: 'traffic-surge', source: 'shoppers', factor: 10 },
    seen: () => {
      const total = run.progress.totals.get('')?.total ?? 0;
      pass(10);
      return Math.round(((run.progress.totals.get('')?.total ?? 0) - total) / 50);
    },
    before: 1,
    after: 10,
    undone: 1,
  },
  'traffic-source': {
    fault: { kind: 'traffic-source', source: 'shoppers', comes: false },
    seen: () => {
      const total = run.progress.totals.get('')?.total ?? 0;
      pass(10);
      return (run.progress.totals.get('')?.total ?? 0) > total;
    },
    before: true,
    after: false,
    undone: true,
  },
  'slow-clients': {
    fault: { kind: 'slow-clients', source: 'shoppers', 'send-after': '5s' },
    seconds: 6,
    seen: () => served(10) > 0.9,
    before: true,
    after: false,
    undone: true,
  },
  'clock-skew': {
    fault: { kind: 'clock-skew', host: 'web', ahead: 90 },
    seen: () => Math.round((host('web').clock() - host('desk').clock()) / SECOND),
    before: 0,
    after: 90,
    undone: 0,
  },
};

test.each(Object.keys(CASES))('%s does what it says, where it says it', (name) => {
  const entry = CASES[name];
  if (entry === undefined) throw new Error(name);
  run.timeline.replay([], run.origin);
  pass(2);
  expect(entry.seen()).toEqual(entry.before);
  const desk = comms('desk').sort().join(' ');
  const lasts = 100;
  const begun = run.now;
  run.timeline.input({
    kind: 'inject',
    fault: { ...entry.fault, ...('undone' in entry ? { for: `${lasts}s` } : {}) },
  });
  pass(entry.seconds ?? 3);
  expect(entry.seen()).toEqual(entry.after);
  expect(comms('desk').sort().join(' ')).toBe(desk);
  expect(host('desk').state.power).toBe('on');
  if (!('undone' in entry)) return;
  run.advance(begun + (lasts + 60) * SECOND);
  expect(entry.seen()).toEqual(entry.undone);
});

test('inodes: no file can be made although there is room, until the folder is emptied', () => {
  run.timeline.replay([], run.origin);
  run.timeline.input({ kind: 'inject', fault: { kind: 'inodes-gone', host: 'web' } });
  const make = (path: string) => host('web').fs.writeFile(path, 'x', ROOT);
  // A path that was never there: an existing file keeps its inode.
  expect((make('/root/brand-new') as { errno?: string }).errno).toBe('ENOSPC');
  host('web').fs.unlink('/var/spool/sessions/sess_00000000', ROOT);
  expect(make('/root/brand-new')).toBeUndefined();
});

test('power returns, and the holder of an address is found when it strikes', () => {
  run.timeline.replay([], run.origin);
  run.timeline.input({ kind: 'inject', fault: { kind: 'power-loss', holder: '10.0.2.21' } });
  expect(host('web').state.power).toBe('off');
  run.timeline.input({ kind: 'inject', fault: { kind: 'power-return', host: 'web' } });
  pass(40);
  expect(host('web').state.power).toBe('on');
});

test('again and again, so many times: a link that flaps', () => {
  run.timeline.replay([], run.origin);
  const changes = () =>
    run.kernel.journal
      .entries()
      .filter(
        ({ type, source, data }) =>
          source === 'web' && type.startsWith('link.') && (data as { why?: string }).why === 'carrier',
      ).length;
  const before = changes();
  run.timeline.input({
    kind: 'inject',
    fault: { kind: 'link', host: 'web', interface: 'eth0', state: 'down', for: '2s', every: '10s', times: 3 },
  });
  pass(60);
  expect(changes() - before).toBe(6);
});

test('a release that leaks is killed by the kernel, and systemd starts it again', () => {
  run.timeline.replay([], run.origin);
  run.timeline.input({
    kind: 'inject',
    fault: { kind: 'bad-release', host: 'web', settings: ['leak_kib = 20000'] },
  });
  pass(30);
  const killed = run.kernel.journal.entries().filter(({ type }) => type === 'memory.out');
  expect(killed.length).toBeGreaterThan(0);
  expect(comms('web')).toContain('shop');
});

test('every kind is tried here', () => {
  // Certificates and keys: certificate.test.ts.
  const elsewhere = ['power-return', 'certificate-expired', 'certificate-replaced', 'key-lost'];
  const tried = new Set([...Object.keys(CASES), ...elsewhere]);
  expect(FAULTS.map(({ kind }) => kind).filter((kind) => !tried.has(kind))).toEqual([]);
});

test('a full disk: what is appended does not fit, and what stands there stays', () => {
  run.timeline.replay([], run.origin);
  run.timeline.input({ kind: 'inject', fault: { kind: 'disk-full', host: 'web', path: '/var/log/big' } });
  const size = () => (host('web').fs.stat('/var/log/big', ROOT) as { size?: number }).size ?? 0;
  const before = size();
  const append = () => host('web').fs.writeFile('/var/log/big', 'x'.repeat(9_000), ROOT, { append: true });
  expect((append() as { errno?: string }).errno).toBe('ENOSPC');
  expect(size()).toBeGreaterThanOrEqual(before);
  expect(size() - before).toBeLessThan(4_096);
});
